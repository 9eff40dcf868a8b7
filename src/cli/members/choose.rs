//! Which connectors are meant: those of `-c`, else the one of the settings.

use anyhow::Result;

use crate::connectors::ConnectorKind;

use super::super::context::Context;
use super::super::error::{CliError, Exit};

/// The word for all that are set up.
const ALL: &str = "all";

/// In the order in which they were named, each once.
pub(super) fn connectors(context: &Context) -> Result<Vec<ConnectorKind>> {
    let mut words = context.globals.target.connector.clone();
    let from_settings = words.is_empty();
    if from_settings {
        words.extend(context.settings.default_connector()?);
    }
    if words.is_empty() {
        let error = CliError::usage("which connector?");
        return Err(error.next("name one with -c github, trello, slack or g_drive, or set default_connector").into());
    }
    let mut chosen = Vec::new();
    for word in &words {
        let unknown = |reason: String| {
            let of_settings = || CliError::new(Exit::Config, format!("default_connector: {reason}"));
            if from_settings { of_settings() } else { CliError::usage(&reason) }
        };
        let kinds = if word == ALL { set_up(context)? } else { vec![word.parse().map_err(unknown)?] };
        for kind in kinds {
            if !chosen.contains(&kind) {
                chosen.push(kind);
            }
        }
    }
    let target = &context.globals.target;
    let is_one = chosen.len() == 1 && !target.connector.is_empty() && words.iter().all(|word| word != ALL);
    if target.place.is_some() && !is_one {
        return Err(CliError::usage("--target is a place at one service").next("name that one with -c").into());
    }
    Ok(chosen)
}

fn set_up(context: &Context) -> Result<Vec<ConnectorKind>> {
    let names = context.settings.connectors()?;
    let kinds: Vec<ConnectorKind> = ConnectorKind::ALL.into_iter().filter(|kind| names.contains(kind.name())).collect();
    if kinds.is_empty() {
        let error = CliError::new(Exit::Config, "no connector is set up");
        return Err(error.next(".orchester.example.toml shows the tables [connector.NAME]").into());
    }
    Ok(kinds)
}
