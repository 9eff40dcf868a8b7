//! `orchest man`: the manual pages, made from the tree of commands.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, CommandFactory as _};

use crate::base::private;

use super::super::Cli;
use super::super::context::Context;
use super::page::{Page, pages};
use super::{find, roff};

#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// Command to print the page of; without one, that of the program
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write all pages into this folder instead, for packages
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    to: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, args: &ManArgs) -> Result<()> {
    let pages = pages(Cli::command());
    let Some(folder) = &args.to else {
        let page = find(&pages, &args.command)?;
        return Ok(context.printer.raw(roff::page(page, &pages).as_bytes())?);
    };
    if context.would(&format!("write {} pages into {}", pages.len(), private::shown(folder))) {
        return Ok(());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for page in &pages {
        write(folder, page, &pages)?;
    }
    context.printer.note(&format!("{} pages are in {}", pages.len(), folder.display()));
    Ok(())
}

fn write(folder: &std::path::Path, page: &Page, pages: &[Page]) -> Result<()> {
    let path = folder.join(roff::file(page));
    std::fs::write(&path, roff::page(page, pages)).with_context(|| format!("cannot write {}", path.display()))
}
