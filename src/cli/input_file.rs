//! A text that a command takes from a file or from standard input, byte for byte.

use std::io::Read as _;
use std::path::Path;

use anyhow::Result;

use crate::base::private;
use crate::base::text::shell_word;

use super::context::Context;
use super::error::CliError;

/// More is no template and no key.
const LARGEST: u64 = 16;

/// The whole of a file, or of standard input for `-`. `what` is for sentences: `a template`.
pub(crate) fn read(context: &Context, path: &Path, what: &str) -> Result<String> {
    String::from_utf8(bytes(context, path, what)?).map_err(|_| {
        let name = named(path);
        CliError::usage(format!("{name} is not UTF-8 text, so it is not {what}; nothing was sent")).into()
    })
}

/// The same, whatever its encoding.
pub(crate) fn bytes(context: &Context, path: &Path, what: &str) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        context.take_stdin()?;
    }
    let bytes = take(path, what, LARGEST)?;
    if std::str::from_utf8(&bytes).is_ok_and(|text| text.trim().is_empty()) {
        return Err(CliError::usage(format!("{} is empty; nothing was sent", named(path))).into());
    }
    Ok(bytes)
}

/// What is there, up to so many MiB, from a file or from standard input, which nobody else may have taken.
pub(crate) fn take(path: &Path, what: &str, largest: u64) -> Result<Vec<u8>, CliError> {
    let failed = |error: std::io::Error| unreadable(path, &error);
    let (mut bytes, most) = (Vec::new(), largest << 20);
    if path == Path::new("-") {
        std::io::stdin().lock().take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else if path.is_dir() {
        let message = format!("{} is a directory; a file with {what} was wanted", named(path));
        return Err(CliError::usage(message).next(format!("ls {}", shell_word(&path.display().to_string()))));
    } else {
        std::fs::File::open(path).map_err(failed)?.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > most {
        return Err(CliError::usage(format!("{} is larger than {largest} MiB, so it is not {what}", named(path))));
    }
    Ok(bytes)
}

/// What to say of a file or directory that the system does not let us read.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    let said = CliError::usage(format!("cannot read {}: {error}", named(path)));
    if path == Path::new("-") { said } else { said.next(private::look_at(path)) }
}

/// Refuses what is meant to be a file, by its look, and is none: nobody need be asked for a template of that name.
pub(crate) fn refuse_missing(word: &str) -> Result<(), CliError> {
    let looks_like_one = word.contains('/') || [".yaml", ".yml", ".json"].iter().any(|end| word.ends_with(end));
    if !looks_like_one || word == "-" || Path::new(word).exists() {
        return Ok(());
    }
    let message = format!("there is no file '{}'", crate::base::text::safe(word));
    Err(CliError::usage(message).next(private::look_at(Path::new(word))))
}

/// For sentences.
pub(crate) fn named(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { private::shown(path) }
}
