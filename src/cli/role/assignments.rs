//! `orchest role assignments`: who has which role where, by names.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::api::keystone::grants::{Actor, Grant, Target};
use crate::api::keystone::names::{project_name, text};
use crate::api::keystone::{Entity, Kind};

use super::super::context::Context;
use super::super::present::{ASSIGNMENT, Row, platform_name};

/// Above this many rows the server's own joining of names takes longer than fetching the lists: it grows with the
/// square (0.22 s without and 5.8 s with names were measured for 1,300 rows).
const JOIN_FROM: usize = 200;

#[derive(Args, Debug)]
pub(crate) struct AssignmentArgs {
    /// Only of this user
    #[arg(long, value_name = "USER", conflicts_with = "of_group")]
    of_user: Option<String>,
    /// Only of this group
    #[arg(long, value_name = "GROUP")]
    of_group: Option<String>,
    /// Only of this role
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// What follows from groups and inheritance, instead of what was granted
    #[arg(long)]
    effective: bool,
    /// On the service and on all its subservices
    #[arg(long)]
    all: bool,
}

pub(crate) async fn run(context: &Context, args: &AssignmentArgs) -> Result<()> {
    let service = context.service().await?;
    let (user, group, role, subservice) = tokio::try_join!(
        optional(context, Kind::User, &service, args.of_user.as_ref()),
        optional(context, Kind::Group, &service, args.of_group.as_ref()),
        optional(context, Kind::Role, &service, args.role.as_ref()),
        context.optional_subservice(&service),
    )?;
    let mut filters: Vec<(&str, String)> = Vec::new();
    filters.extend(user.map(|user| ("user.id", user.id)));
    filters.extend(group.map(|group| ("group.id", group.id)));
    filters.extend(role.map(|role| ("role.id", role.id)));
    if args.effective {
        filters.push(("effective", String::new()));
    }
    let by_actor = args.of_user.is_some() || args.of_group.is_some();
    let mut scopes = Vec::new();
    match &subservice {
        Some(project) => scopes.push(vec![("scope.project.id", project.id.clone())]),
        // Everything of one actor comes in one answer, whatever the scope; ours is picked out of it.
        None if by_actor => scopes.push(Vec::new()),
        None => {
            scopes.push(vec![("scope.domain.id", service.id.clone())]);
            if args.all || args.effective {
                // A domain is the root project of its projects.
                scopes.push(vec![("scope.project.id", service.id.clone()), ("include_subtree", String::new())]);
            }
        }
    }
    let asked = scopes.into_iter().map(|scope| named(context, &service, filters.clone(), scope));
    let rows: Vec<Value> = futures_util::future::try_join_all(asked).await?.into_iter().flatten().collect();
    print(context, &service, &rows)
}

/// Everything that one user or group has in the service.
pub(crate) async fn of_actor(context: &Context, service: &Entity, actor: &Actor, effective: bool) -> Result<()> {
    let mut filters = match actor {
        Actor::User(id) => vec![("user.id", id.clone())],
        Actor::Group(id) => vec![("group.id", id.clone())],
    };
    if effective {
        filters.push(("effective", String::new()));
    }
    let rows = named(context, service, filters, Vec::new()).await?;
    print(context, service, &rows)
}

async fn optional(context: &Context, kind: Kind, service: &Entity, name: Option<&String>) -> Result<Option<Entity>> {
    match name {
        Some(name) => context.one(kind, Some(service), name).await.map(Some),
        None => Ok(None),
    }
}

/// Assignments with names in them: few by the server's own join, many joined here from lists.
async fn named(
    context: &Context,
    service: &Entity,
    filters: Vec<(&str, String)>,
    scope: Vec<(&str, String)>,
) -> Result<Vec<Value>> {
    let keystone = context.keystone()?;
    let mut query: Vec<(&str, &str)> =
        filters.iter().chain(&scope).map(|(key, value)| (*key, value.as_str())).collect();
    let all = keystone.assignments(&query).await?;
    // What is inherited is in effect on the root project too, as which the service itself counts. Nobody logs in there, and
    // asked for its name the server answers 404.
    let of_root = |row: &Value| text(row, "/scope/project/id") == service.id;
    let nameless = all.iter().any(|row| of_root(row) || is_foreign(row, service));
    let bare: Vec<Value> = all.into_iter().filter(|row| !of_root(row) && !is_foreign(row, service)).collect();
    if bare.is_empty() {
        return Ok(bare);
    }
    if bare.len() <= JOIN_FROM && !nameless {
        query.push(("include_names", ""));
        return Ok(keystone.assignments(&query).await?);
    }
    let in_service = [("domain_id", service.id.as_str())];
    let (users, groups, projects, roles) = tokio::try_join!(
        keystone.list(Kind::User, &in_service),
        keystone.list(Kind::Group, &in_service),
        keystone.list(Kind::Project, &in_service),
        keystone.list(Kind::Role, &[]),
    )?;
    let entities = users.into_iter().chain(groups).chain(projects).chain(roles);
    let mut names: HashMap<String, String> = entities.map(|entity| (entity.id, entity.name)).collect();
    // The lists are of this service; a project that is not in them belongs to another one.
    let ours = |row: &Value| match text(row, "/scope/project/id") {
        "" => true,
        id => names.contains_key(id),
    };
    let bare: Vec<Value> = bare.into_iter().filter(ours).collect();
    // Those of other services, such as the administrator of it all. Whoever may not see them sees their ids.
    let strangers = [(Kind::User, "/user/id"), (Kind::Group, "/group/id")].into_iter().flat_map(|(kind, pointer)| {
        let ids: BTreeSet<&str> = bare.iter().map(|row| text(row, pointer)).filter(|id| !id.is_empty()).collect();
        ids.into_iter().filter(|id| !names.contains_key(*id)).map(move |id| (kind, id)).collect::<Vec<_>>()
    });
    let asked: Vec<_> = strangers.map(|(kind, id)| keystone.show(kind, id)).collect();
    let found = futures_util::future::join_all(asked).await;
    names.extend(found.into_iter().flatten().flatten().map(|entity| (entity.id, entity.name)));
    Ok(bare.into_iter().map(|row| with_names(row, &names)).collect())
}

/// Asked for what is in effect below one service, Keystone adds what other services inherit to their own subservices, as
/// if it held here. The link to the assignment that a row stems from tells.
fn is_foreign(row: &Value, service: &Entity) -> bool {
    let link = text(row, "/links/assignment");
    link.contains("/domains/") && !link.contains(&format!("/domains/{}/", service.id))
}

/// Puts `name` beside every `id` that is known.
fn with_names(mut row: Value, names: &HashMap<String, String>) -> Value {
    for pointer in ["/user", "/group", "/role", "/scope/project"] {
        let Some(Value::Object(object)) = row.pointer_mut(pointer) else { continue };
        let name = object.get("id").and_then(Value::as_str).and_then(|id| names.get(id));
        if let Some(name) = name {
            object.insert("name".to_owned(), json!(name));
        }
    }
    row
}

fn print(context: &Context, service: &Entity, rows: &[Value]) -> Result<()> {
    let rows: Vec<Row> = rows.iter().filter_map(|row| assignment(service, row)).collect();
    let mut list = context.printer.stream(&ASSIGNMENT).in_order().when_empty("no roles are assigned here");
    list.push_all(rows)?;
    Ok(list.finish()?)
}

/// One row, if it is about this service.
fn assignment(service: &Entity, row: &Value) -> Option<Row> {
    let grant = Grant::from_assignment(row)?;
    let (kind, pointer) = match grant.actor {
        Actor::User(_) => ("user", "/user"),
        Actor::Group(_) => ("group", "/group"),
    };
    let named = |pointer: &str| match text(row, &format!("{pointer}/name")) {
        "" => format!("id:{}", text(row, &format!("{pointer}/id"))),
        name => name.to_owned(),
    };
    // Of another service: a row that came along because it is of the same user.
    let domain = text(row, "/scope/project/domain/id");
    let place = match &grant.target {
        Target::Domain(id) | Target::InheritedToProjects(id) if *id != service.id => return None,
        Target::Domain(_) => "service".to_owned(),
        Target::InheritedToProjects(_) => "all subservices".to_owned(),
        Target::Project(_) if !domain.is_empty() && domain != service.id => return None,
        Target::Project(_) => platform_name(Kind::Project, &project_name(&named("/scope/project"))).to_owned(),
    };
    let mut shown = Row::new();
    shown.insert("role".to_owned(), json!(platform_name(Kind::Role, &named("/role"))));
    shown.insert("kind".to_owned(), json!(kind));
    shown.insert("name".to_owned(), json!(named(pointer)));
    shown.insert("on".to_owned(), json!(place));
    shown.insert("service".to_owned(), json!(service.name));
    shown.insert("inherited".to_owned(), json!(matches!(grant.target, Target::InheritedToProjects(_))));
    shown.insert("role_id".to_owned(), json!(grant.role));
    shown.insert(format!("{kind}_id"), json!(text(row, &format!("{pointer}/id"))));
    Some(shown)
}
