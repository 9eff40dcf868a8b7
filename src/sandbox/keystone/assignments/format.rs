//! A line of the list as it stands in the answer.

use serde_json::{Value, json};

use crate::sandbox::world::About;

use super::super::data::{Actor, Data, Target};
use super::super::error::Refusal;
use super::Row;

pub(super) fn line(data: &Data, about: &About<'_>, row: &Row, with_names: bool) -> Result<Value, Refusal> {
    let mut line = json!({"links": links(about, row), "scope": scope(data, row, with_names)?});
    let (key, holder) = match (&row.member, &row.grant.actor) {
        (Some(id), _) | (None, Actor::User(id)) => {
            ("user", holder(data, id, with_names, data.users.get(id).map(|user| (&user.name, &user.domain_id))))
        }
        (None, Actor::Group(id)) => {
            ("group", holder(data, id, with_names, data.groups.get(id).map(|group| (&group.name, &group.domain_id))))
        }
    };
    if let Some(line) = line.as_object_mut() {
        line.insert(key.to_owned(), holder);
        line.insert("role".to_owned(), role(data, row.role_id(), with_names));
    }
    Ok(line)
}

/// The address of the grant behind the line, of the membership that makes it count for the user, and of the inference
/// that brings the role along, which the real server writes the wrong way round.
fn links(about: &About<'_>, row: &Row) -> Value {
    let base = format!("{}/v3", about.url);
    let target = match &row.grant.target {
        Target::Domain(id) => format!("/domains/{id}"),
        Target::Project(id) => format!("/projects/{id}"),
        Target::System => "/system".to_owned(),
    };
    let (actor, membership) = match (&row.grant.actor, &row.member) {
        (Actor::User(id), _) => (format!("/users/{id}"), None),
        (Actor::Group(id), member) => {
            (format!("/groups/{id}"), member.as_ref().map(|user| format!("{base}/groups/{id}/users/{user}")))
        }
    };
    let role = row.implied.as_ref().map_or(&row.grant.role_id, |(_, prior)| prior);
    let (prefix, suffix) = if row.grant.inherited { ("/OS-INHERIT", "/inherited_to_projects") } else { ("", "") };
    let mut links = serde_json::Map::new();
    if let Some(membership) = membership {
        links.insert("membership".to_owned(), json!(membership));
    }
    links.insert("assignment".to_owned(), json!(format!("{base}{prefix}{target}{actor}/roles/{role}{suffix}")));
    if let Some((implied, prior)) = &row.implied {
        links.insert("prior_role".to_owned(), json!(format!("{base}/prior_role/{implied}/implies/{prior}")));
    }
    Value::Object(links)
}

fn scope(data: &Data, row: &Row, with_names: bool) -> Result<Value, Refusal> {
    let mut scope = match (&row.heir, &row.grant.target) {
        (Some(id), _) | (None, Target::Project(id)) => json!({"project": project(data, id, with_names)?}),
        (None, Target::Domain(id)) if with_names => json!({"domain": {"id": id, "name": domain_name(data, id)}}),
        (None, Target::Domain(id)) => json!({"domain": {"id": id}}),
        (None, Target::System) => json!({"system": {"all": true}}),
    };
    if let Some(scope) = scope.as_object_mut().filter(|_| row.grant.inherited) {
        scope.insert("OS-INHERIT:inherited_to".to_owned(), json!("projects"));
    }
    Ok(scope)
}

/// A domain that a role was granted on as if it were a project has no name to show, and spoils the whole list.
fn project(data: &Data, id: &str, with_names: bool) -> Result<Value, Refusal> {
    if !with_names {
        return Ok(json!({"id": id}));
    }
    let project = data.projects.get(id).ok_or_else(|| Refusal::not_found("domain", "None"))?;
    let domain = json!({"id": project.domain_id, "name": domain_name(data, &project.domain_id)});
    Ok(json!({"id": id, "name": project.name, "domain": domain}))
}

/// A user or group; the names of one that does not exist are empty.
fn holder(data: &Data, id: &str, with_names: bool, known: Option<(&String, &String)>) -> Value {
    if !with_names {
        return json!({"id": id});
    }
    let (name, domain) = known.map_or(("", ""), |(name, domain)| (name, domain));
    json!({"id": id, "name": name, "domain": {"id": domain, "name": domain_name(data, domain)}})
}

fn role(data: &Data, id: &str, with_names: bool) -> Value {
    let Some(role) = data.roles.get(id).filter(|_| with_names) else { return json!({"id": id}) };
    match &role.domain_id {
        Some(domain) => {
            json!({"id": id, "name": role.name, "domain": {"id": domain, "name": domain_name(data, domain)}})
        }
        None => json!({"id": id, "name": role.name}),
    }
}

fn domain_name<'data>(data: &'data Data, id: &str) -> &'data str {
    data.domains.get(id).map_or("", |domain| domain.name.as_str())
}
