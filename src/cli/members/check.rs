//! `orchest members check`.

use anyhow::Result;

use crate::connectors::{Connector, State};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::each::{Told, each, finish, shown};
use super::{Ids, choose, rows, setup};

pub(super) async fn run(context: &Context, ids: &Ids) -> Result<()> {
    let kinds = choose::connectors(context)?;
    let items = ids.read(context)?;
    let manager = setup::manager(context)?;
    let told = each(context, &manager, &kinds, &items, async |connector: &dyn Connector, id: &str| {
        connector.membership(id).await
    })
    .await?;
    let shown = shown(&told);
    if !shown.is_empty() {
        let row = |one: &Told<_>| match &one.result {
            Ok(found) => rows::member(one.kind, &one.target, found),
            Err(error) => one.failed(error),
        };
        context.printer.list(&rows::MEMBER, shown.into_iter().map(row).collect())?;
    }
    let states: Vec<State> = told.iter().filter_map(|one| Some(one.result.as_ref().ok()?.state)).collect();
    finish(context, &items, told)?;
    exit_status(context, &states)
}

/// With `--exit-status`: 3 if somebody is not a member, 1 if that cannot be told.
pub(super) fn exit_status(context: &Context, states: &[State]) -> Result<()> {
    let exit = match () {
        () if !context.globals.run.exit_status => return Ok(()),
        () if states.iter().any(|state| !state.is_known()) => Exit::Failed,
        () if states.iter().any(|state| *state != State::Active) => Exit::NotFound,
        () => return Ok(()),
    };
    Err(CliError::silent(exit).into())
}
