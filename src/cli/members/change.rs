//! `orchest members add` and `rm`.

use std::time::Duration;

use anyhow::Result;

use crate::base::text::safe;
use crate::connectors::{Change, Connector, ConnectorKind, Joining, Leaving, Manager};
use crate::state::Lock;

use super::super::context::Context;
use super::super::items::Items;
use super::each::{Told, alone, each, finish, shown};
use super::{Ids, choose, rows, setup};

pub(super) async fn add(context: &Context, ids: &Ids, how: &Joining) -> Result<()> {
    let (kinds, items) = (choose::connectors(context)?, ids.read(context)?);
    context.confirm_if_protected_at(&format!("add {}", people(&items)), &places(&kinds))?;
    let told = join(context, &kinds, &items, how).await?;
    show(context, &told)?;
    finish(context, &items, told)
}

pub(super) async fn remove(context: &Context, ids: &Ids, how: &Leaving) -> Result<()> {
    let (kinds, items) = (choose::connectors(context)?, ids.read(context)?);
    context.confirm_at(&format!("remove {}", people(&items)), &places(&kinds))?;
    let told = leave(context, &kinds, &items, how).await?;
    show(context, &told)?;
    finish(context, &items, told)
}

pub(super) async fn join(
    context: &Context,
    kinds: &[ConnectorKind],
    items: &Items,
    how: &Joining,
) -> Result<Vec<Told<Change>>> {
    let manager = setup::manager(context)?;
    let _locks = in_turn(context, &manager, kinds).await?;
    let act = async |connector: &dyn Connector, id: &str| connector.add(id, how).await;
    each(context, &manager, kinds, items, act).await
}

pub(super) async fn leave(
    context: &Context,
    kinds: &[ConnectorKind],
    items: &Items,
    how: &Leaving,
) -> Result<Vec<Told<Change>>> {
    let manager = setup::manager(context)?;
    let _locks = in_turn(context, &manager, kinds).await?;
    let act = async |connector: &dyn Connector, id: &str| connector.remove(id, how).await;
    each(context, &manager, kinds, items, act).await
}

/// How long whoever comes second waits for its turn.
const TURN: Duration = Duration::from_mins(1);

async fn in_turn(context: &Context, manager: &Manager<'_>, kinds: &[ConnectorKind]) -> Result<Vec<Option<Lock>>> {
    // One that is not set up fails where its people are told of.
    let made = kinds.iter().filter_map(|kind| Some((*kind, manager.connector(*kind).ok()?)));
    alone(context, &made.collect::<Vec<_>>(), TURN).await
}

/// For questions.
pub(super) fn people(items: &Items) -> String {
    match items.good.as_slice() {
        [one] => safe(&one.name).into_owned(),
        many => format!("{} people", many.len()),
    }
}

pub(super) fn places(kinds: &[ConnectorKind]) -> String {
    kinds.iter().map(|kind| kind.title()).collect::<Vec<_>>().join(", ")
}

fn show(context: &Context, told: &[Told<Change>]) -> Result<()> {
    let shown = shown(told);
    if shown.is_empty() && !told.is_empty() {
        return Ok(());
    }
    let row = |one: &Told<Change>| match &one.result {
        Ok(change) => rows::change(one.kind, &one.target, change),
        Err(error) => one.failed(error),
    };
    context.printer.list(&rows::CHANGE, shown.into_iter().map(row).collect())?;
    if context.dry_run() {
        context.printer.note("dry run: nothing was changed");
    }
    Ok(())
}
