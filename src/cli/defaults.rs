//! How the results of one command look where its line does not say: `[defaults."user list"]` of the settings.
//!
//! Only looks: what a command does is read from its line, and from nowhere else.

use anyhow::Result;
use clap::CommandFactory as _;

use crate::config::{Origin, Settings, dotted};

use super::Cli;
use super::args::OutputArgs;
use super::commands::Commands;
use super::error::{CliError, Exit};

const TABLE: &str = "defaults";

/// What can have a default, by the name of the flag.
const OPTIONS: [&str; 5] = ["output", "columns", "sort_by", "filter", "no_header"];

/// Fills in what the line left open.
pub(super) fn apply(output: &mut OutputArgs, settings: &Settings, line: &str) -> Result<()> {
    let names = settings.names(TABLE);
    // The tree of commands takes longer to build than everything else here.
    if names.is_empty() {
        return Ok(());
    }
    let Some(command) = Commands::new(Cli::command()).of(line).filter(|command| names.contains(command)) else {
        return Ok(());
    };
    let key = |option: &str| dotted(&[TABLE, &command, option]);
    for name in settings.names(&dotted(&[TABLE, &command])) {
        if !OPTIONS.contains(&name.as_str()) {
            let message = format!("{} is no option that can have a default", key(&name));
            return Err(CliError::new(Exit::Config, message)
                .next(format!("use one of: {}", OPTIONS.join(", ")))
                .into());
        }
    }
    // A variable is said of this very run, and counts more than a file.
    let said = settings.get("output.format").is_some_and(|item| matches!(item.origin, Origin::Env(_)));
    // A query has a format of its own.
    if output.output.is_none() && output.query.is_none() && !said {
        output.output = settings.text(&key("output"))?;
    }
    for (list, option) in
        [(&mut output.columns, "columns"), (&mut output.sort_by, "sort_by"), (&mut output.filter, "filter")]
    {
        if list.is_empty() {
            *list = settings.list(&key(option))?.unwrap_or_default();
        }
    }
    output.no_header |= settings.boolean(&key("no_header"))?;
    Ok(())
}

/// The names in that table that are no commands, for those who want to know what is wrong with their settings.
pub(super) fn strangers(settings: &Settings) -> Vec<String> {
    let commands = Commands::new(Cli::command());
    let names = settings.names(TABLE).into_iter();
    let wrong = names.filter(|name| commands.choice(name).as_deref() != Some(name));
    wrong.map(|name| format!("{} is no command", dotted(&[TABLE, &name]))).collect()
}
