//! `orchest subscription delete`: those that are named, or all until none is left.

use anyhow::Result;

use crate::api::orion::Orion;

use super::super::args::ItemArgs;
use super::super::bulk::{self, Done};
use super::super::context::places::{flags, in_words};
use super::super::context::{Backend, Context};
use super::super::entity::refuse_bad_arguments;
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::seen;
use super::{Which, check_id};

/// How often the list is read and emptied. Each round deletes all that it finds, so more than two means that somebody
/// else makes new ones meanwhile.
const ROUNDS: usize = 5;

pub(super) async fn named(context: &Context, which: &Which, fail_if_missing: bool) -> Result<()> {
    let args = ItemArgs { names: which.ids.clone(), from: which.from.clone() };
    let items = Items::read(context, &args, &[], |item| check_id(&item.name).map_err(|error| error.message))?;
    refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    let what = match items.good.as_slice() {
        [one] => format!("subscription {}", one.name),
        many => format!("{} subscriptions", many.len()),
    };
    let service = context.service_name().map(|service| format!(" of service {service}")).unwrap_or_default();
    context.confirm(&format!("delete {what}{service}"))?;
    let place = context.orion_place().await?;
    let orion = context.orion(&place)?;
    let results = bulk::each(context, &items, async |item: &Item| {
        let done = one(context, &orion, item).await?;
        if fail_if_missing && done.result == "absent" {
            let message = format!("subscription '{}' does not exist on {}", item.name, in_words(&place));
            let next = format!("orchest subscription list {}", flags(&place));
            return Err(CliError::new(Exit::NotFound, message).next(next).into());
        }
        Ok(done)
    })
    .await?;
    context.saw_deleted((Backend::Orion, Some(place.service())), seen::SUBSCRIPTION, &results);
    context.finish_bulk(&items, &results, "subscription")
}

async fn one(context: &Context, orion: &Orion, item: &Item) -> Result<Done> {
    if context.dry_run() {
        // Whether it is there, a reading tells.
        if orion.show(&item.name).await?.is_none() {
            return Ok(Done::new("absent").detail("nothing to delete"));
        }
        context.would(&format!("delete subscription {}", item.name));
        return Ok(Done::new("would be deleted"));
    }
    let gone = orion.delete(&item.name).await?;
    Ok(if gone { Done::new("deleted") } else { Done::new("absent").detail("nothing to delete") })
}

/// Empties the list and reads it again until it is empty.
pub(super) async fn all(context: &Context) -> Result<()> {
    context.check_failed_to()?;
    let named = context.service_name().unwrap_or_default();
    let where_to = match context.settings.text("subservice")? {
        Some(subservice) => format!("subservice {subservice} of service {named}"),
        None => format!("service {named}, at its own level"),
    };
    context.confirm(&format!("delete every subscription of {where_to}"))?;
    let place = context.orion_place().await?;
    let orion = context.orion(&place)?;
    let mut results = Vec::new();
    for _ in 0..ROUNDS {
        let found = orion.list().await?;
        if found.is_empty() {
            context.saw_deleted((Backend::Orion, Some(place.service())), seen::SUBSCRIPTION, &results);
            return finish(context, &results);
        }
        let items = found.iter().map(|subscription| Item::typed(subscription.id())).collect();
        let items = Items::typed(items, |_| Ok(()));
        results.extend(bulk::each(context, &items, async |item: &Item| one_of_all(context, &orion, item).await).await?);
        if context.dry_run() {
            return finish(context, &results);
        }
    }
    let message = format!("{} has subscriptions again and again: somebody else makes them", in_words(&place));
    Err(CliError::new(Exit::Temporary, message).next("run the same command again").into())
}

/// It was on the list a moment ago.
async fn one_of_all(context: &Context, orion: &Orion, item: &Item) -> Result<Done> {
    if context.would(&format!("delete subscription {}", item.name)) {
        return Ok(Done::new("would be deleted"));
    }
    Ok(Done::new(if orion.delete(&item.name).await? { "deleted" } else { "absent" }))
}

fn finish(context: &Context, results: &[(Item, Done)]) -> Result<()> {
    if results.is_empty() {
        context.printer.note("no subscriptions, nothing to delete");
        return bulk::show(context, &Items::default(), results, &[]);
    }
    context.finish_bulk(&Items::default(), results, "subscription")
}
