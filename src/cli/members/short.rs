//! `orchest -c CONNECTOR check|add|rm ID`: the words of the first orchester, and its answers. One person at one connector
//! gets `True` or `False`; of several, each line says who is meant.

use anyhow::Result;

use crate::base::text::safe;
use crate::connectors::{Change, Connector, Error, ErrorKind, Joining, Leaving, Membership, State};

use super::super::context::Context;
use super::super::items::Items;
use super::check::exit_status;
use super::each::{Told, each, finish};
use super::{Ids, change, choose, rows, setup};

pub(in crate::cli) async fn check(context: &Context, ids: &Ids) -> Result<()> {
    if context.wants_rows() {
        return super::check::run(context, ids).await;
    }
    let (kinds, items) = (choose::connectors(context)?, ids.read(context)?);
    let manager = setup::manager(context)?;
    let told = each(context, &manager, &kinds, &items, async |connector: &dyn Connector, id: &str| {
        let found = connector.membership(id).await?;
        // "False" would be a claim.
        if found.state.is_known() { Ok(found) } else { Err(untold(&found)) }
    })
    .await?;
    for one in &told {
        let Ok(found) = &one.result else { continue };
        answer(context, &told, &items, one, found.state == State::Active)?;
        if !matches!(found.state, State::Active | State::Absent) {
            context.printer.note(&in_words(one, found));
        }
    }
    let states: Vec<State> = told.iter().filter_map(|one| Some(one.result.as_ref().ok()?.state)).collect();
    finish(context, &items, told)?;
    exit_status(context, &states)
}

pub(in crate::cli) async fn add(context: &Context, ids: &Ids) -> Result<()> {
    let how = Joining { dry_run: context.dry_run(), ..Joining::default() };
    if context.wants_rows() {
        return change::add(context, ids, &how).await;
    }
    let (kinds, items) = (choose::connectors(context)?, ids.read(context)?);
    context.confirm_if_protected_at(&format!("add {}", change::people(&items)), &change::places(&kinds))?;
    let told = change::join(context, &kinds, &items, &how).await?;
    done(context, &items, told)
}

pub(in crate::cli) async fn rm(context: &Context, ids: &Ids) -> Result<()> {
    let how = Leaving { dry_run: context.dry_run(), ..Leaving::default() };
    let (kinds, items) = (choose::connectors(context)?, ids.read(context)?);
    // Scripts of old were never asked.
    context.confirm_if_protected_at(&format!("remove {}", change::people(&items)), &change::places(&kinds))?;
    let told = change::leave(context, &kinds, &items, &how).await?;
    if context.wants_rows() {
        let rows = told.iter().filter_map(|one| Some(rows::change(one.kind, &one.target, one.result.as_ref().ok()?)));
        context.printer.list(&rows::CHANGE, rows.collect())?;
        return finish(context, &items, told);
    }
    done(context, &items, told)
}

fn done(context: &Context, items: &Items, told: Vec<Told<Change>>) -> Result<()> {
    for one in &told {
        let Ok(change) = &one.result else { continue };
        if change.planned {
            let target = safe(&one.target);
            context.printer.note(&format!("dry run: {} {} at {target}", safe(&change.membership.id), change.word()));
            continue;
        }
        answer(context, &told, items, one, true)?;
        if change.word() != "already so" || !matches!(change.membership.state, State::Active | State::Absent) {
            let notes = change.notes.iter().fold(String::new(), |text, note| format!("{text}; {}", safe(note)));
            context.printer.note(&format!("{}: {}{notes}", safe(&change.membership.id), change.word()));
        }
    }
    finish(context, items, told)
}

/// `True` or `False`, with as much before it as tells it from the other lines.
fn answer<T>(context: &Context, told: &[Told<T>], items: &Items, one: &Told<T>, yes: bool) -> Result<()> {
    let mut words = Vec::new();
    if told.iter().any(|other| other.kind != one.kind) {
        words.push(one.kind.name().to_owned());
    }
    if items.good.len() + items.bad.len() > 1 {
        words.push(safe(&one.item.name).into_owned());
    }
    words.push(if yes { "True" } else { "False" }.to_owned());
    Ok(context.printer.text(&words.join(" "))?)
}

fn in_words(one: &Told<Membership>, found: &Membership) -> String {
    let detail = found.detail.as_deref().map(|detail| format!(" ({})", safe(detail))).unwrap_or_default();
    let until = found.until.map(|end| format!(", until {end}")).unwrap_or_default();
    format!("{} is {} at {}{until}{detail}", safe(&found.id), found.state, safe(&one.target))
}

fn untold(found: &Membership) -> Error {
    let detail = found.detail.as_deref().unwrap_or("the service does not say");
    Error::new(ErrorKind::Failed, format!("whether {} is a member cannot be told: {}", safe(&found.id), safe(detail)))
}
