//! `orchest members list` and `invitations`.

use anyhow::Result;

use crate::connectors::{Connector, Error, Membership};
use crate::output::View;

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::each::note;
use super::{choose, rows, setup};

pub(super) async fn everybody(context: &Context) -> Result<()> {
    told(context, &rows::EVERYBODY, "no members", async |connector: &dyn Connector| connector.list().await).await
}

pub(super) async fn invitations(context: &Context) -> Result<()> {
    told(context, &rows::MEMBER, "no invitations", async |connector: &dyn Connector| connector.invitations().await)
        .await
}

/// One list over all connectors; those that do not answer are named, and the others shown.
async fn told(
    context: &Context,
    view: &View,
    empty: &str,
    ask: impl AsyncFn(&dyn Connector) -> Result<Vec<Membership>, Error>,
) -> Result<()> {
    let kinds = choose::connectors(context)?;
    if context.printer.explain_columns(view)? {
        return Ok(());
    }
    let manager = setup::manager(context)?;
    note(context, &kinds);
    let mut list = context.printer.stream(view).when_empty(empty);
    let mut failed = false;
    for kind in &kinds {
        let connector = manager.connector(*kind);
        let found = match &connector {
            Ok(connector) => ask(connector.as_ref()).await.map(|found| (connector.target(), found)),
            Err(error) => Err(error.clone()),
        };
        match found {
            Ok((target, found)) => {
                list.push_all(found.iter().map(|one| rows::member(*kind, &target, one)))?;
                if let Some(what) = connector.ok().and_then(|connector| connector.left_out()) {
                    context.printer.warn(&format!("{kind}: {what}"));
                }
            }
            Err(error) if kinds.len() == 1 => return Err(error.into()),
            Err(error) => {
                failed = true;
                let causes = error.causes().iter().fold(error.to_string(), |text, cause| text + ": " + cause);
                context.printer.failure(&format!("{kind}: {causes}"));
                error.way_out().into_iter().for_each(|way| context.printer.hint(way));
            }
        }
    }
    list.finish()?;
    if failed { Err(CliError::silent(Exit::SomeFailed).into()) } else { Ok(()) }
}
