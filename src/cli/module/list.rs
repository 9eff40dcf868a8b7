//! `orchest module list` and `module status`: what is on, and what is not.

use anyhow::Result;
use serde_json::{Value, json};

use crate::api::fiware::Place;
use crate::api::orion::{Module, Subscription};
use crate::base::text::safe;

use super::super::context::Context;
use super::super::context::places::in_words;
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::places::{Site, at_each};
use super::{MODULE, Reach, choose};

const EXAMPLE: &str = "orchest config set module.STH.notify_url http://HOST:8666/notify";

pub(super) async fn list(context: &Context, reach: Reach) -> Result<()> {
    let modules = choose::configured(context)?;
    choose::tell_without_address(context)?;
    if modules.is_empty() {
        context.printer.warn("no settings name a module, so none can be told");
        context.printer.hint(EXAMPLE);
    }
    let act = async |site: &Site, rows: &mut Vec<Row>| {
        for subscription in &site.subscriptions {
            match modules.iter().find(|module| module.owns(subscription)) {
                Some(module) => rows.push(shown(site, module, &[subscription], subscription.status())),
                None => stranger(context, site, subscription),
            }
        }
        Ok(())
    };
    at_each(context, reach, act, unknown, |rows| {
        let mut writer = context.printer.stream(&MODULE).in_order().when_empty("no modules are enabled");
        writer.push_all(rows)?;
        Ok(writer.finish()?)
    })
    .await
}

/// What is on at a place that did not answer, no row can say: `failed` is a status of a subscription.
fn unknown(_: &Place, _: usize, _: &str) -> Vec<Row> {
    Vec::new()
}

/// Somebody is told everything, and no settings say who.
fn stranger(context: &Context, site: &Site, subscription: &Subscription) {
    if subscription.is_on_everything() {
        let (id, place) = (safe(subscription.id()), in_words(&site.place));
        let url = safe(subscription.notify_url().unwrap_or("nothing that can be read"));
        let what = "which is no module of the settings";
        context.printer.note(&format!("subscription {id} on all entities of {place} notifies {url}, {what}"));
    }
}

pub(super) async fn status(context: &Context, reach: Reach) -> Result<()> {
    let modules = choose::configured(context)?;
    choose::tell_without_address(context)?;
    if modules.is_empty() {
        return Err(CliError::new(Exit::Config, "no settings name a module").next(EXAMPLE).into());
    }
    let act = async |site: &Site, rows: &mut Vec<Row>| {
        let of = |module| {
            let own: Vec<&Subscription> = site.subscriptions.iter().filter(|one| Module::owns(module, one)).collect();
            shown(site, module, &own, state(&own))
        };
        rows.extend(modules.iter().map(of));
        Ok(())
    };
    let mut all_on = true;
    at_each(context, reach, act, unknown, |rows| {
        all_on = rows.iter().all(|row| row.get("status").and_then(Value::as_str) == Some("active"));
        Ok(context.printer.list(&MODULE, rows)?)
    })
    .await?;
    if context.globals.run.exit_status && !all_on {
        return Err(CliError::silent(Exit::Changes).into());
    }
    Ok(())
}

fn state(own: &[&Subscription]) -> &'static str {
    match own.iter().filter(|subscription| subscription.is_live()).count() {
        0 if own.is_empty() => "absent",
        0 => "inactive",
        1 => "active",
        _ => "duplicate",
    }
}

fn shown(site: &Site, module: &Module, own: &[&Subscription], status: &str) -> Row {
    let ids: Vec<&str> = own.iter().map(|subscription| subscription.id()).collect();
    let mut row = Row::new();
    row.insert("name".to_owned(), json!(module.name));
    row.insert("alias".to_owned(), json!(module.alias));
    row.insert("service".to_owned(), json!(site.place.service()));
    row.insert("subservice".to_owned(), json!(site.place.path()));
    row.insert("status".to_owned(), json!(status));
    row.insert("id".to_owned(), if ids.is_empty() { Value::Null } else { json!(ids.join(" ")) });
    row.insert("notify".to_owned(), json!(module.notify_url));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_a_module_is_told_as_it_is() {
        let of = |statuses: &[&str]| {
            let own: Vec<Subscription> = statuses
                .iter()
                .map(|status| Subscription::read(json!({"id": "a", "status": status})).unwrap())
                .collect();
            state(&own.iter().collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), "absent");
        assert_eq!(of(&["active"]), "active");
        assert_eq!(of(&["failed"]), "active");
        assert_eq!(of(&["inactive", "expired"]), "inactive");
        assert_eq!(of(&["expired", "active"]), "active");
        assert_eq!(of(&["active", "active"]), "duplicate");
    }
}
