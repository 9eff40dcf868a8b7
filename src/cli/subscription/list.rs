//! `orchest subscription list` and `subscription show`.

use anyhow::Result;

use crate::api::orion::Subscription;

use super::super::context::places::{flags, in_words};
use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::seen;
use super::check_id;
use super::rows::{SUBSCRIPTION, modules, row};

pub(super) async fn list(context: &Context) -> Result<()> {
    let modules = modules(context);
    let place = context.orion_place().await?;
    let found = context.orion(&place)?.list().await?;
    let ids = found.iter().map(Subscription::id);
    // One list is of one subservice only.
    context.saw((Backend::Orion, Some(place.service())), seen::SUBSCRIPTION, ids, false);
    let empty = format!("no subscriptions on {}", in_words(&place));
    let mut writer = context.printer.stream(&SUBSCRIPTION).in_order().when_empty(&empty);
    writer.push_all(found.iter().map(|subscription| row(&place, subscription, &modules)).collect::<Vec<_>>())?;
    Ok(writer.finish()?)
}

pub(super) async fn show(context: &Context, id: &str) -> Result<()> {
    check_id(id)?;
    let modules = modules(context);
    let place = context.orion_place().await?;
    match context.orion(&place)?.show(id).await? {
        Some(subscription) => Ok(context.printer.show(&SUBSCRIPTION, row(&place, &subscription, &modules))?),
        None => {
            let message = format!("subscription '{id}' does not exist on {}", in_words(&place));
            let next = format!("orchest subscription list {}", flags(&place));
            Err(CliError::new(Exit::NotFound, message).next(next).into())
        }
    }
}
