//! `orchest config import`: what other clients keep in files of theirs.

use std::path::Path;

use anyhow::Result;

use crate::base::text::safe;
use crate::config::{self, aliases, contexts, edit, import, keys};

use super::super::context::Context;
use super::super::error::CliError;
use super::super::input_file;
use super::{FileArgs, target};

pub(super) fn run(context: &Context, path: &Path, name: Option<&str>, file: &FileArgs) -> Result<()> {
    let text = std::fs::read_to_string(path).map_err(|error| input_file::unreadable(path, &error))?;
    if aliases::is_orchent(&text) {
        if name.is_some() {
            return Err(CliError::usage("aliases go into no context; leave --name out").into());
        }
        return take_aliases(context, &text, file);
    }
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    let imported = if is_yaml {
        import::clouds_yaml(&text, name)?
    } else {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        import::openrc(&text, name.unwrap_or(stem.trim_end_matches("-openrc")))?
    };
    let target = target(context, file)?;
    for (name, entries) in &imported.contexts {
        let said = if contexts::add(&target, name, entries)? { "added" } else { "was there" };
        context.printer.note(&format!("context {name} {said} in {}", target.display()));
    }
    for skipped in &imported.skipped_secrets {
        context
            .printer
            .warn(&format!("{skipped} was not taken over; keep it with: orchest auth login --store keyring"));
    }
    for ignored in &imported.ignored {
        context.printer.note(&format!("{ignored} has no meaning here and was left out"));
    }
    Ok(())
}

/// Short names for deployments.
fn take_aliases(context: &Context, text: &str, file: &FileArgs) -> Result<()> {
    let aliases = aliases::orchent(text)?;
    let target = target(context, file)?;
    let known = context.settings.aliases();
    let other = |(alias, id): &&(String, String)| known.iter().any(|(there, of)| there == alias && of != id);
    if let Some((alias, _)) = aliases.named.iter().find(other) {
        let what = format!("alias '{}' of another deployment", safe(alias));
        return Err(config::Error::Exists { path: target, what }.into());
    }
    for (alias, id) in &aliases.named {
        if known.iter().any(|(there, _)| there == alias) {
            context.printer.note(&format!("alias {} was there", safe(alias)));
            continue;
        }
        edit::set(&target, &keys::dotted(&["paas", "alias", alias]), id)?;
        context.printer.note(&format!("alias {} added in {}", safe(alias), target.display()));
    }
    for ignored in &aliases.ignored {
        context.printer.note(&format!("{} has no meaning here and was left out", safe(ignored)));
    }
    Ok(())
}
