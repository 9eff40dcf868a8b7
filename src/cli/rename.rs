//! `orchest subservice update NAME --rename NEW`. Keystone renames the project, which keeps its id, its grants and its trusts.
//! Orion, STH, Perseo and the IoT agents know the old path only, and nothing that speaks HTTP can move their data; so that is
//! said, and asked about, first.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::api::keystone::names::{project_name, subservice_name};
use crate::api::keystone::{Entity, Kind, Scope};
use crate::base::text::shell_word;

use super::context::Context;
use super::error::{CliError, Exit};
use super::names::{check_any, check_new};
use super::present::{SUBSERVICE, row};

/// Renames it and changes what else is `wanted`, in one request.
///
/// Whoever types the same line again finds no old one, and a new one. That it is the same cannot be proved; but what was
/// asked for holds, so this is no error, and it is said what was seen.
pub(crate) async fn run(
    context: &Context,
    old: &str,
    new: &str,
    any_name: bool,
    mut wanted: Map<String, Value>,
) -> Result<()> {
    check_any(Kind::Project, old)?;
    check_new(Kind::Project, new, any_name)?;
    let wire_name = project_name(new);
    // Whoever is asked reads it before answering; whoever is not, before it is done.
    let asks = !context.globals.run.yes && !context.dry_run();
    if asks {
        warn(context, &project_name(old), &wire_name);
    }
    context.confirm(&format!("rename subservice {old} to {new}, without its data"))?;
    let service = context.service().await?;
    let keystone = context.keystone()?;
    let (found, taken) = futures_util::future::try_join(context.find(Kind::Project, Some(&service), old), async {
        Ok(keystone.exact(Kind::Project, Some(&service.id), &wire_name).await?.into_iter().next())
    })
    .await?;
    wanted.insert("name".to_owned(), json!(wire_name));
    let project = match taken {
        Some(there) if found.iter().all(|found| found.id == there.id) => {
            if found.is_empty() {
                context.printer.note(&format!("there is no subservice '{old}', and '{new}' exists: taken as renamed"));
            }
            there
        }
        Some(_) => {
            let message = format!("subservice '{new}' exists already in service '{}'", service.name);
            let next = format!("orchest subservice show {} -s {}", shell_word(new), shell_word(&service.name));
            return Err(CliError::new(Exit::Conflict, message).next(next).into());
        }
        None => context.demand(Kind::Project, old, Some(&service), found).await?,
    };
    if !asks && project.name != wire_name {
        warn(context, &project.name, &wire_name);
    }
    finish(context, &service, project, &wanted).await
}

/// Sends what is different.
async fn finish(context: &Context, service: &Entity, project: Entity, wanted: &Map<String, Value>) -> Result<()> {
    let changes: Map<String, Value> =
        project.differences(wanted).into_iter().map(|(key, wanted, _)| (key, wanted)).collect();
    if changes.is_empty() {
        context.printer.note("already so");
        return Ok(context.printer.show(&SUBSERVICE, row(Kind::Project, &project, Some(&service.name)))?);
    }
    let (before, after) = (project.name.as_str(), wanted.get("name").and_then(Value::as_str).unwrap_or_default());
    if context.would(&format!("rename subservice {} to {}", subservice_name(before), subservice_name(after))) {
        return Ok(());
    }
    let updated = context.keystone()?.update(Kind::Project, &project.id, &changes).await?;
    if changes.contains_key("name") {
        // They are kept by the name, which may come to mean another subservice.
        for domain in [service.name.clone(), format!("id:{}", service.id)] {
            context.forget_tokens_for(&Scope::Project { name: before.to_owned(), domain })?;
        }
        context.printer.note(&format!("renamed subservice {} to {}", subservice_name(before), subservice_name(after)));
    } else {
        context.printer.note(&format!("updated subservice {}", subservice_name(after)));
    }
    Ok(context.printer.show(&SUBSERVICE, row(Kind::Project, &updated, Some(&service.name)))?)
}

fn warn(context: &Context, old: &str, new: &str) {
    context.printer.warn(&format!("only Keystone learns the new name; what others hold of {old} stays under {old}:"));
    for line in [
        "  Orion: entities, subscriptions and registrations; STH: the history",
        "  Perseo: rules; IoT agents: devices, groups and commands, and devices go on sending there",
        &format!("  subservices below {old} have names of their own and keep them"),
        &format!("no request can move that to {new}; it takes work in the databases, by hand"),
    ] {
        context.printer.note(line);
    }
}
