//! What grants work out to: those of groups for each member, those that are inherited for each project below, and the
//! roles that come along with others. Groups and the places that hand roles down are no longer there themselves.

use super::super::data::{Actor, Data, Grant, Target};
use super::super::error::Refusal;
use super::{Row, Wanted, below, exists};

pub(super) fn rows(data: &Data, wanted: &Wanted<'_>) -> Result<Vec<Row>, Refusal> {
    if let Some(project) = wanted.project.filter(|project| !exists(data, project)) {
        return Err(Refusal::not_found("project", project));
    }
    if let Some(user) = wanted.user.filter(|user| !data.users.contains_key(*user)) {
        return Err(Refusal::not_found("user", user));
    }
    let grants = data.grants.iter().filter(|grant| grant.target != Target::System);
    let here =
        grants.filter(|grant| if grant.inherited { hands_down(data, wanted, grant) } else { is_on(wanted, grant) });
    let mut rows: Vec<_> =
        here.flat_map(|grant| heirs(data, wanted, grant)).flat_map(|row| members(data, row)).collect();
    rows.retain(|row| wanted.user.is_none_or(|user| holder(row) == Some(user)));
    let implied: Vec<_> = rows.iter().flat_map(|row| implied(data, row)).collect();
    rows.extend(implied);
    // A role of a domain only serves to bring others along.
    rows.retain(|row| data.roles.get(row.role_id()).is_none_or(|role| role.domain_id.is_none()));
    rows.retain(|row| wanted.role.is_none_or(|role| role == row.role_id()));
    Ok(rows)
}

fn holder(row: &Row) -> Option<&str> {
    match (&row.member, &row.grant.actor) {
        (Some(user), _) | (None, Actor::User(user)) => Some(user),
        (None, Actor::Group(_)) => None,
    }
}

/// Whether the project is the one asked for, or one of those below it that are asked for.
fn is_asked(wanted: &Wanted<'_>, project: &str) -> bool {
    let is_below = || wanted.below.iter().flatten().any(|id| id == project);
    wanted.project.is_none_or(|asked| asked == project || is_below())
}

/// Whether a grant that is not inherited is on what is asked for.
fn is_on(wanted: &Wanted<'_>, grant: &Grant) -> bool {
    let here = match &grant.target {
        Target::Domain(id) => wanted.project.is_none() && wanted.domain.is_none_or(|domain| domain == id),
        Target::Project(id) => wanted.domain.is_none() && is_asked(wanted, id),
        Target::System => false,
    };
    here && wanted.inherited != Some(true)
}

/// Whether an inherited grant reaches any of the projects asked for.
fn hands_down(data: &Data, wanted: &Wanted<'_>, grant: &Grant) -> bool {
    wanted.domain.is_none() && wanted.inherited != Some(false) && !reached(data, wanted, grant).is_empty()
}

/// The projects asked for that inherit a grant.
fn reached(data: &Data, wanted: &Wanted<'_>, grant: &Grant) -> Vec<String> {
    let mut projects = match &grant.target {
        Target::Domain(id) | Target::Project(id) => below(data, id),
        Target::System => Vec::new(),
    };
    projects.retain(|project| is_asked(wanted, project));
    projects
}

fn heirs(data: &Data, wanted: &Wanted<'_>, grant: &Grant) -> Vec<Row> {
    let row = Row::direct(grant);
    if !grant.inherited {
        return vec![row];
    }
    let projects = reached(data, wanted, grant).into_iter();
    projects.map(|project| Row { heir: Some(project), ..row.clone() }).collect()
}

fn members(data: &Data, row: Row) -> Vec<Row> {
    let Actor::Group(group) = &row.grant.actor else { return vec![row] };
    let members = data.groups.get(group).into_iter().flat_map(|group| &group.members);
    members.map(|user| Row { member: Some(user.clone()), ..row.clone() }).collect()
}

fn implied(data: &Data, row: &Row) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut prior = row.grant.role_id.as_str();
    while let Some(next) = data.implied_by(prior) {
        rows.push(Row { implied: Some((next.to_owned(), prior.to_owned())), ..row.clone() });
        prior = next;
    }
    rows
}
