//! `orchest service list --usage`: how much there is in each service. Five lists, whole, and counted here; a question for each
//! service would be four times as many requests as there are services.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::{Value, json};

use crate::api::keystone::{Entity, Kind};
use crate::http::Error;
use crate::output::{Column, View};

use super::context::Context;
use super::entity::service_id;
use super::error::{CliError, Exit};
use super::present::{Row, row};

const fn column(title: &'static str, key: &'static str, wide: bool) -> Column {
    Column { title, key, wide }
}

pub(crate) const USAGE: View = View {
    columns: &[
        column("NAME", "name", false),
        column("USERS", "users", false),
        column("ROLES", "roles", false),
        column("GROUPS", "groups", false),
        column("SUBSERVICES", "subservices", false),
        column("ENABLED", "enabled", false),
        column("DESCRIPTION", "description", true),
        column("ID", "id", true),
    ],
    name: "name",
};

/// What is counted, and under which key.
const COUNTED: [(Kind, &str); 4] =
    [(Kind::User, "users"), (Kind::Role, "roles"), (Kind::Group, "groups"), (Kind::Project, "subservices")];

pub(crate) async fn list(context: &Context) -> Result<()> {
    if context.printer.explain_columns(&USAGE)? {
        return Ok(());
    }
    let keystone = context.keystone()?;
    let counts = COUNTED.map(|(kind, _)| async move { Ok(count(kind, &keystone.list(kind, &[]).await?)) });
    let counts = futures_util::future::try_join_all(counts);
    let asked = futures_util::future::try_join(keystone.list(Kind::Domain, &[]), counts);
    let (services, counts) = asked.await.map_err(not_allowed)?;
    let rows = services.iter().map(|service| usage(service, &counts)).collect::<Vec<Row>>();
    let mut list = context.printer.stream(&USAGE).in_order().when_empty("no services");
    list.push_all(rows)?;
    Ok(list.finish()?)
}

/// How many of one kind there are in each domain.
fn count(kind: Kind, all: &[Entity]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    // A domain is a project too, in Keystone's eyes.
    let is_domain = |entity: &Entity| entity.rest.get("is_domain").and_then(Value::as_bool) == Some(true);
    for entity in all.iter().filter(|entity| kind != Kind::Project || !is_domain(entity)) {
        if let Some(domain) = service_id(kind, entity) {
            *counts.entry(domain.to_owned()).or_default() += 1;
        }
    }
    counts
}

fn usage(service: &Entity, counts: &[HashMap<String, usize>]) -> Row {
    let mut row = row(Kind::Domain, service, None);
    for ((_, key), counts) in COUNTED.iter().zip(counts) {
        row.insert((*key).to_owned(), json!(counts.get(&service.id).copied().unwrap_or(0)));
    }
    row
}

/// Half of the lists would give wrong numbers, so one refusal is enough.
fn not_allowed(error: Error) -> anyhow::Error {
    if error.status() != Some(403) {
        return error.into();
    }
    CliError::new(Exit::Forbidden, "this login may not list the users, roles, groups and subservices of every service")
        .cause(error.to_string())
        .next(
            "log in as the administrator of it all: --scope system, or on the platform as the cloud administrator with \
             --scope domain",
        )
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_counted_where_they_belong() {
        let domain = "0123456789abcdef0123456789abcdef";
        let entity = |value: Value| serde_json::from_value::<Entity>(value).unwrap();
        let projects = [
            entity(json!({"id": "1", "name": "/a", "domain_id": domain, "is_domain": false})),
            entity(json!({"id": "2", "name": "/b", "domain_id": "other"})),
            entity(json!({"id": "3", "name": "city", "domain_id": domain, "is_domain": true})),
        ];
        assert_eq!(count(Kind::Project, &projects)[domain], 1);
        let roles = [
            entity(json!({"id": "1", "name": format!("{domain}#A"), "domain_id": null})),
            entity(json!({"id": "2", "name": "admin", "domain_id": null})),
        ];
        let counted = count(Kind::Role, &roles);
        assert_eq!((counted[domain], counted.len()), (1, 1), "a role of Keystone belongs to no service");
        let service = entity(json!({"id": domain, "name": "city", "enabled": true}));
        let empty = [HashMap::new(), counted, HashMap::new(), HashMap::new()];
        let row = usage(&service, &empty);
        assert_eq!((&row["roles"], &row["users"], &row["name"]), (&json!(1), &json!(0), &json!("city")));
    }
}
