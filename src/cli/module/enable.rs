//! `orchest module enable`: one subscription a module and place, however often it is asked for.

use anyhow::Result;
use serde_json::json;

use crate::api::fiware::Place;
use crate::api::orion::{Module, Subscription};
use crate::base::text::{safe, shell_word};

use super::super::context::Context;
use super::super::context::places::{flags, in_words};
use super::super::present::Row;
use super::places::{Site, at_each};
use super::{Names, Reach, choose, failed, row, told};

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
    let act = async |site: &Site, rows: &mut Vec<Row>| {
        let (mut done, mut trouble) = (Vec::new(), None);
        for module in &modules {
            match one(context, site, module, how).await {
                Ok(one) => done.push(one),
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            }
        }
        // Who came last sees what all have made, so one look is enough for whatever was made here. In trouble nobody looks
        // again: what was made is told, and the next run looks.
        let mut there = Vec::new();
        if trouble.is_none() && done.iter().any(Done::is_made) {
            match site.orion.list().await {
                Ok(all) => there = all,
                Err(error) => trouble = Some(error.into()),
            }
        }
        for (module, done) in modules.iter().zip(done) {
            rows.push(match done {
                Done::Said(row) => row,
                Done::Made(id) => {
                    // What was made is told whether or not its twins could be deleted; the next run deletes them.
                    if trouble.is_none()
                        && let Err(error) = site.orion.settle(module, &there).await
                    {
                        trouble = Some(error.into());
                    }
                    made(context, site, module, &id, &there)
                }
            });
        }
        trouble.map_or(Ok(()), Err)
    };
    let missed = |place: &Place, known: usize, why: &str| failed(place, modules.iter().skip(known), why);
    at_each(context, reach, act, missed, |rows| told(context, rows)).await
}

/// What was done about a module at a place.
enum Done {
    Said(Row),
    /// There is a subscription of this id now, and maybe that of another machine.
    Made(String),
}

impl Done {
    fn is_made(&self) -> bool {
        matches!(self, Self::Made(_))
    }
}

async fn one(context: &Context, site: &Site, module: &Module, how: How<'_>) -> Result<Done> {
    let own = once(module, &site.subscriptions);
    // Orion lists the oldest first.
    let live = own.iter().find(|subscription| subscription.is_live());
    match (live, own.first()) {
        (Some(kept), _) => already(context, site, module, kept, &own, how).await.map(Done::Said),
        (None, Some(asleep)) => wake(context, site, module, asleep, own.len()).await.map(Done::Said),
        (None, None) => make(context, site, module).await,
    }
}

/// The module's own, without what two machines have made twice.
fn once<'all>(module: &Module, there: &'all [Subscription]) -> Vec<&'all Subscription> {
    let twins = module.twins(there);
    let is_twin = |one: &Subscription| twins.iter().any(|twin| twin.id() == one.id());
    there.iter().filter(|one| module.owns(one) && !is_twin(one)).collect()
}

async fn make(context: &Context, site: &Site, module: &Module) -> Result<Done> {
    let (name, place) = (safe(&module.name), in_words(&site.place));
    if context.would(&format!("enable {name} on {place}")) {
        return Ok(Done::Said(row(site, module, "would be enabled", None, None)));
    }
    let is_it = |one: &Subscription| module.owns(one) && one.is_live();
    let body = module.subscription(context.run_id().as_str());
    Ok(Done::Made(site.orion.create(&body, is_it).await?))
}

/// Tells what was made, or what another machine made at the same moment and is kept.
fn made(context: &Context, site: &Site, module: &Module, id: &str, there: &[Subscription]) -> Row {
    let (name, place) = (safe(&module.name), in_words(&site.place));
    let live: Vec<&Subscription> = once(module, there).into_iter().filter(|one| one.is_live()).collect();
    // That machine may have looked first, and deleted ours.
    let other = live.first().filter(|_| live.iter().all(|one| one.id() != id));
    let id = other.map_or(id, |one| one.id());
    let meanwhile = other.map(|_| "made by another machine at the same moment".to_owned());
    let about = meanwhile.as_ref().map(|words| format!("; {words}")).unwrap_or_default();
    context.printer.note(&format!("{name} enabled on {place} (subscription {}){about}", safe(id)));
    row(site, module, "enabled", Some(id), meanwhile)
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
        others.partition(|other| Module::is_needed_once(other, kept));
    let mut details: Vec<String> = kept.expires().map(|end| format!("it expires {end}")).into_iter().collect();
    details.extend(part(context, site, module).await?);
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

/// Deletes what two machines made twice of which one was killed before it could look.
async fn part(context: &Context, site: &Site, module: &Module) -> Result<Option<String>> {
    let about = |count: usize| match count {
        1 => "the one that another machine made at the same moment".to_owned(),
        many => format!("{many} that other machines made at the same moment"),
    };
    match module.twins(&site.subscriptions).len() {
        0 => Ok(None),
        many if context.would(&format!("delete {}", about(many))) => {
            Ok(Some(format!("{} would be deleted", about(many))))
        }
        _ => Ok(Some(format!("{} deleted", about(site.orion.settle(module, &site.subscriptions).await?)))),
    }
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
