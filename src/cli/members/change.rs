//! `orchest members add` and `rm`.

use anyhow::Result;

use crate::base::text::safe;
use crate::connectors::{Change, Connector, ConnectorKind, Joining, Leaving};

use super::super::context::Context;
use super::super::items::Items;
use super::each::{Told, each, finish};
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
    let act = async |connector: &dyn Connector, id: &str| connector.remove(id, how).await;
    each(context, &manager, kinds, items, act).await
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
    // The error of the only one says it all.
    if let [Told { result: Err(_), .. }] = told {
        return Ok(());
    }
    let row = |one: &Told<Change>| match &one.result {
        Ok(change) => rows::change(one.kind, &one.target, change),
        Err(error) => rows::failed(one.kind, &one.target, &one.item.name, error),
    };
    context.printer.list(&rows::CHANGE, told.iter().map(row).collect())?;
    if context.dry_run() {
        context.printer.note("dry run: nothing was changed");
    }
    Ok(())
}
