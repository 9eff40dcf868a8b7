//! `orchest policy diff`: the policies of a role against files. Changes nothing.

use std::path::PathBuf;

use anyhow::Result;

use crate::api::keystone::Kind;

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::present::platform_name;
use super::RoleArgs;
use super::desk::{Desk, check_role};
use super::plan::{self, State};
use super::source;

pub(super) async fn run(context: &Context, of: &RoleArgs, paths: &[PathBuf]) -> Result<()> {
    check_role(&of.role)?;
    let sources = source::read_all(context, paths)?;
    let files = source::check(context, sources)?;
    plan::refuse_doubles(files.iter())?;
    let whole = paths.iter().any(|path| path.is_dir());
    let desk = Desk::open(context, &of.tenant).await?;
    let role = desk.role(&of.role).await?;
    let held = desk.keypass.list(&role.id).await?;
    let entries = plan::compare(platform_name(Kind::Role, &role.name), &role.id, &files, &held, whole);
    plan::print(context, &entries)?;
    let differs = entries.iter().any(|entry| entry.state != State::Same);
    if differs && context.globals.run.exit_status {
        return Err(CliError::silent(Exit::Changes).into());
    }
    Ok(())
}
