//! The old `.orchester.json`: the first one found, whole. What it says is for the connectors to understand.

use serde_json::Value;

use super::document;
use super::error::Error;
use super::files::{self, Found};
use super::inputs::Inputs;
use super::load::Settings;
use super::origin::Origin;
use super::trust::{self, Verdict};

/// The file, nothing, or why it cannot be used: which is only told to whoever asks for it.
pub(super) type Legacy = Result<Option<(Value, Origin)>, Error>;

impl Settings {
    /// The old configuration file, if there is one.
    pub(crate) fn legacy_json(&self) -> Result<Option<(&Value, &Origin)>, Error> {
        match &self.legacy {
            Ok(found) => Ok(found.as_ref().map(|(value, origin)| (value, origin))),
            Err(error) => Err(error.clone()),
        }
    }
}

/// Looks for it. Only a file that was named and is not there is an error of the whole run.
pub(super) fn find(inputs: &Inputs) -> Result<Legacy, Error> {
    if let Some((path, asked_by)) = files::named(inputs).filter(|(path, _)| files::is_json(path)) {
        if !path.exists() {
            return Err(Error::NotFound { path, asked_by: asked_by.to_owned() });
        }
        return Ok(read(inputs, &path, false));
    }
    let at_home = inputs.home.as_ref().is_some_and(|home| files::is_same(home, &inputs.cwd));
    let directories = [inputs.project(), inputs.home.as_deref()];
    for (directory, in_cwd) in directories.into_iter().zip([true, false]) {
        let Some(path) = directory.map(|directory| directory.join(".orchester.json")) else { continue };
        match read(inputs, &path, in_cwd && !at_home) {
            Ok(None) => {}
            found => return Ok(found),
        }
    }
    Ok(Ok(None))
}

fn read(inputs: &Inputs, path: &std::path::Path, is_project: bool) -> Legacy {
    let text = match files::read(path)? {
        Found::Text(text) => text,
        Found::Nothing => return Ok(None),
        Found::Hidden(reason) => return Err(Error::unreadable(path, &reason)),
    };
    let value = parse(path, &text)?;
    let trusted = !is_project || trust::verdict(inputs.trust_file.as_deref(), path, &text)? == Verdict::Trusted;
    Ok(Some((value, Origin::File { path: path.to_owned(), line: 0, context: None, trusted })))
}

/// The text of one.
pub(super) fn parse(path: &std::path::Path, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| {
        // serde_json tells line and column; the snippet wants the place in the text.
        let start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        document::syntax(path, text, start + error.column().saturating_sub(1), message)
    })
}
