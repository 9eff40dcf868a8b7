//! `orchest module enable`: one subscription a module and place, however often it is asked for.

use anyhow::Result;
use serde_json::json;

use crate::api::orion::{Module, Subscription};
use crate::base::text::{safe, shell_word};

use super::super::context::Context;
use super::super::context::places::{flags, in_words};
use super::super::present::Row;
use super::places::{Site, at_each};
use super::{DONE, Names, Reach, choose, row};

/// What was typed beside the names.
#[derive(Clone, Copy)]
struct How<'a> {
    /// Whether duplicates are deleted.
    fix: bool,
    /// The address, where it is not that of the settings.
    address: Option<&'a str>,
}

pub(super) async fn run(context: &Context, names: &Names, reach: Reach, fix_duplicates: bool) -> Result<()> {
    let modules = choose::chosen(context, names)?;
    let how = How { fix: fix_duplicates, address: names.notify_url.as_deref() };
    if fix_duplicates {
        context.confirm_if_protected("delete duplicate subscriptions")?;
    }
    let rows = at_each(context, reach, async |site: &Site| {
        let mut rows = Vec::new();
        for module in &modules {
            rows.push(one(context, site, module, how).await?);
        }
        Ok(rows)
    })
    .await?;
    if context.wants_rows() {
        context.printer.list(&DONE, rows)?;
    }
    Ok(())
}

async fn one(context: &Context, site: &Site, module: &Module, how: How<'_>) -> Result<Row> {
    let own: Vec<&Subscription> = site.subscriptions.iter().filter(|one| module.owns(one)).collect();
    // Orion lists the oldest first.
    let live = own.iter().find(|subscription| subscription.is_live());
    match (live, own.first()) {
        (Some(kept), _) => already(context, site, module, kept, &own, how).await,
        (None, Some(asleep)) => wake(context, site, module, asleep, own.len()).await,
        (None, None) => make(context, site, module).await,
    }
}

async fn make(context: &Context, site: &Site, module: &Module) -> Result<Row> {
    let (name, place) = (safe(&module.name), in_words(&site.place));
    if context.would(&format!("enable {name} on {place}")) {
        return Ok(row(site, module, "would be enabled", None, None));
    }
    let is_it = |one: &Subscription| module.owns(one) && one.is_live();
    let id = site.orion.create(&module.subscription(), is_it).await?;
    context.printer.note(&format!("{name} enabled on {place} (subscription {})", safe(&id)));
    Ok(row(site, module, "enabled", Some(&id), None))
}

/// It is there and does not notify: that is mended in place. One that expired is given no end, like any module's.
async fn wake(context: &Context, site: &Site, module: &Module, asleep: &Subscription, count: usize) -> Result<Row> {
    let (name, place, status) = (safe(&module.name), in_words(&site.place), safe(asleep.status()));
    let what = format!("{name} on {place} (subscription {} was {status})", safe(asleep.id()));
    if context.would(&format!("enable {what}")) {
        return Ok(row(site, module, "would be enabled", Some(asleep.id()), Some(format!("it is {status}"))));
    }
    let change = match asleep.status() {
        "expired" => json!({"status": "active", "expires": ""}),
        _ => json!({"status": "active"}),
    };
    site.orion.change(asleep.id(), &change).await?;
    context.printer.note(&format!("enabled {what}"));
    let mut detail = format!("it was {status}");
    if count > 1 {
        let rest = format!("{} more that notify nobody are left", count - 1);
        context.printer.note(&rest);
        detail = format!("{detail}; {rest}");
    }
    Ok(row(site, module, "enabled", Some(asleep.id()), Some(detail)))
}

async fn already(
    context: &Context,
    site: &Site,
    module: &Module,
    kept: &Subscription,
    own: &[&Subscription],
    how: How<'_>,
) -> Result<Row> {
    let (name, place) = (safe(&module.name), in_words(&site.place));
    let others = own.iter().filter(|other| other.id() != kept.id());
    let (equal, different): (Vec<&Subscription>, Vec<&Subscription>) =
        others.partition(|other| other.does_the_same_as(kept));
    let mut details: Vec<String> = kept.expires().map(|end| format!("it expires {end}")).into_iter().collect();
    if !equal.is_empty() {
        details.push(if how.fix { remove(context, site, &equal).await? } else { count(equal.len()) });
    }
    if !different.is_empty() {
        let ids: Vec<&str> = different.iter().map(|other| other.id()).collect();
        details.push(format!("left, because they differ: {}", safe(&ids.join(", "))));
    }
    let about = if details.is_empty() { String::new() } else { format!("; {}", details.join("; ")) };
    context.printer.note(&format!("{name} already enabled on {place} (subscription {}){about}", safe(kept.id())));
    if !how.fix && !equal.is_empty() {
        let address = how.address.map(|url| format!(" --notify-url {}", shell_word(url))).unwrap_or_default();
        let line = format!("{}{address} {} --fix-duplicates", shell_word(&module.name), flags(&site.place));
        context.printer.hint(&format!("orchest module enable {line}"));
    }
    Ok(row(site, module, "already enabled", Some(kept.id()), Some(details.join("; "))))
}

/// Deletes what does the same as the one that is kept.
async fn remove(context: &Context, site: &Site, equal: &[&Subscription]) -> Result<String> {
    for duplicate in equal {
        if !context.would(&format!("delete duplicate {}", safe(duplicate.id()))) {
            site.orion.delete(duplicate.id()).await?;
        }
    }
    let done = if context.dry_run() { "would be deleted" } else { "deleted" };
    Ok(format!("{} {done}", count(equal.len())))
}

fn count(duplicates: usize) -> String {
    if duplicates == 1 { "1 duplicate".to_owned() } else { format!("{duplicates} duplicates") }
}
