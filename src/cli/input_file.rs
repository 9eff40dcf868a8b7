//! A text that a command takes from a file or from standard input, byte for byte.

use std::io::Read as _;
use std::path::Path;

use anyhow::Result;

use super::context::Context;
use super::error::CliError;

/// More is no template and no key.
const LARGEST: u64 = 16 << 20;

/// The whole of a file, or of standard input for `-`. `what` is for sentences: `a template`.
pub(crate) fn read(context: &Context, path: &Path, what: &str) -> Result<String> {
    String::from_utf8(bytes(context, path, what)?).map_err(|_| {
        let name = named(path);
        CliError::usage(format!("{name} is not UTF-8 text, so it is not {what}; nothing was sent")).into()
    })
}

/// The same, whatever its encoding.
pub(crate) fn bytes(context: &Context, path: &Path, what: &str) -> Result<Vec<u8>> {
    let name = named(path);
    let unreadable = |error: std::io::Error| CliError::usage(format!("cannot read {name}: {error}"));
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        context.take_stdin()?;
        std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    } else if path.is_dir() {
        return Err(CliError::usage(format!("{name} is a directory; a file with {what} was wanted")).into());
    } else {
        std::fs::File::open(path).map_err(unreadable)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    if bytes.len() as u64 > LARGEST {
        return Err(CliError::usage(format!("{name} is larger than 16 MiB, so it is not {what}")).into());
    }
    if std::str::from_utf8(&bytes).is_ok_and(|text| text.trim().is_empty()) {
        return Err(CliError::usage(format!("{name} is empty; nothing was sent")).into());
    }
    Ok(bytes)
}

/// Refuses what is meant to be a file, by its look, and is none: nobody need be asked for a template of that name.
pub(crate) fn refuse_missing(word: &str) -> Result<(), CliError> {
    let looks_like_one = word.contains('/') || [".yaml", ".yml", ".json"].iter().any(|end| word.ends_with(end));
    if !looks_like_one || word == "-" || Path::new(word).exists() {
        return Ok(());
    }
    Err(CliError::usage(format!("there is no file '{}'", crate::base::text::safe(word))))
}

/// For sentences.
pub(crate) fn named(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}
