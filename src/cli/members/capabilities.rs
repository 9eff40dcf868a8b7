//! `orchest members capabilities`: no request, only what the settings and the services allow.

use anyhow::Result;

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::{choose, rows, setup};

pub(super) fn run(context: &Context) -> Result<()> {
    let kinds = choose::connectors(context)?;
    let manager = setup::manager(context)?;
    let (mut all, mut failed) = (Vec::new(), false);
    for kind in &kinds {
        match manager.connector(*kind) {
            Ok(connector) => all.extend(rows::abilities(*kind, connector.as_ref())),
            Err(error) if kinds.len() == 1 => return Err(error.into()),
            Err(error) => {
                failed = true;
                context.printer.failure(&format!("{kind}: {error}"));
            }
        }
    }
    context.printer.list(&rows::ABILITY, all)?;
    if failed { Err(CliError::silent(Exit::SomeFailed).into()) } else { Ok(()) }
}
