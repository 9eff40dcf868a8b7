//! The operator's editor, started without a shell and with a scrubbed environment.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::base::child;
use crate::config::edit;

use super::context::Context;
use super::error::{CliError, Exit};

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
    let mut command = Command::new(words.next().unwrap_or("vi"));
    child::furnish(&mut command, &context.inputs.env, &child::DESKTOP);
    let status = command
        .args(words)
        .arg(path)
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
