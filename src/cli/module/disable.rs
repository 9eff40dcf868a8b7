//! `orchest module disable`: everything that notifies the module of everything goes, duplicates too.

use anyhow::Result;

use crate::api::fiware::Place;
use crate::api::orion::{Module, Subscription};
use crate::base::text::safe;

use super::super::context::Context;
use super::super::context::places::in_words;
use super::super::present::Row;
use super::places::{Site, at_each};
use super::{Names, Reach, choose, failed, row, told};

pub(super) async fn run(context: &Context, names: &Names, reach: Reach) -> Result<()> {
    let modules = choose::chosen(context, names)?;
    let all: Vec<&str> = modules.iter().map(|module| module.name.as_str()).collect();
    context.confirm_if_protected(&format!("disable {}", safe(&all.join(", "))))?;
    let act = async |site: &Site, rows: &mut Vec<Row>| {
        for module in &modules {
            rows.push(one(context, site, module).await?);
        }
        Ok(())
    };
    let missed = |place: &Place, known: usize, why: &str| failed(place, modules.iter().skip(known), why);
    at_each(context, reach, act, missed, |rows| told(context, rows)).await
}

async fn one(context: &Context, site: &Site, module: &Module) -> Result<Row> {
    let (name, place) = (safe(&module.name), in_words(&site.place));
    let own: Vec<&Subscription> = site.subscriptions.iter().filter(|one| module.owns(one)).collect();
    let Some(first) = own.first() else {
        context.printer.note(&format!("{name} was not enabled on {place}"));
        return Ok(row(site, module, "absent", None, None));
    };
    let count = match own.len() {
        1 => format!("subscription {}", safe(first.id())),
        many => format!("{many} subscriptions"),
    };
    if context.would(&format!("disable {name} on {place} ({count})")) {
        return Ok(row(site, module, "would be disabled", Some(first.id()), Some(count)));
    }
    for subscription in &own {
        site.orion.delete(subscription.id()).await?;
    }
    context.printer.note(&format!("{name} disabled on {place} ({count})"));
    Ok(row(site, module, "disabled", Some(first.id()), Some(count)))
}
