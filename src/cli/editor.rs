//! The operator's editor, started without a shell and with a scrubbed environment.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::config::edit;

use super::context::Context;
use super::error::{CliError, Exit};

/// What an editor needs of our environment; anything else may hold a secret.
const PASSED: [&str; 11] = [
    "PATH",
    "HOME",
    "USER",
    "SHELL",
    "TERM",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
];

/// Opens the file, and says afterwards whether it is still good.
pub(crate) fn edit(context: &Context, path: &Path) -> Result<()> {
    let editor = ["ORCHEST_EDITOR", "VISUAL", "EDITOR"].iter().find_map(|name| context.inputs.variable(name));
    let editor = editor.unwrap_or("vi");
    if !context.prompter.is_allowed() {
        return Err(CliError::usage("an editor needs a terminal").next("orchest config set KEY VALUE").into());
    }
    if !path.exists() {
        edit::init(path, false)?;
    }
    let mut words = editor.split_whitespace();
    let environment = PASSED.iter().filter_map(|name| Some((*name, context.inputs.variable(name)?)));
    let status = Command::new(words.next().unwrap_or("vi"))
        .args(words)
        .arg(path)
        .env_clear()
        .envs(environment)
        .status()
        .map_err(|error| CliError::new(Exit::Failed, format!("cannot start the editor {editor}: {error}")))?;
    if !status.success() {
        return Err(CliError::new(Exit::Failed, format!("the editor {editor} ended with {status}")).into());
    }
    let mut inputs = context.inputs.clone();
    inputs.flags.clear();
    let settings = crate::config::Settings::load(&inputs)?;
    for problem in settings.validate() {
        context.printer.warn(&problem.to_string());
    }
    Ok(())
}
