//! Which files of working directories the user vouches for.
//!
//! The record keeps each file's whole text, not a digest of it: comparing texts needs no cryptography, cannot collide, and
//! can say what has changed. The record is the owner's alone, since a vouched-for file may hold secrets.

use std::fs;
use std::path::Path;

use toml_edit::DocumentMut;

use super::document;
use super::error::Error;
use super::files::{self, Found};
use super::write;

/// What the record says about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// This very text was vouched for.
    Trusted,
    /// Another text at the same place was.
    Changed,
    /// Nothing.
    Unknown,
}

/// Looks a file with this text up in the record.
pub(crate) fn verdict(record: Option<&Path>, path: &Path, text: &str) -> Result<Verdict, Error> {
    let Some(record) = record else { return Ok(Verdict::Unknown) };
    let Some(name) = name(path) else { return Ok(Verdict::Unknown) };
    Ok(match open(record)?.get(&name).and_then(|item| item.as_str()) {
        Some(known) if known == text => Verdict::Trusted,
        Some(_) => Verdict::Changed,
        None => Verdict::Unknown,
    })
}

/// Records that the user vouches for this text at this place. The caller passes the text it has shown, so that a change
/// between showing and recording is not vouched for.
pub(crate) fn record(record: &Path, path: &Path, text: &str) -> Result<(), Error> {
    let name = name(path).ok_or_else(|| Error::unreadable(path, &"not a file with a readable name"))?;
    let _turn = write::turn(record)?;
    let mut document = open(record)?;
    document.insert(&name, toml_edit::value(text));
    write::replace(record, &document.to_string())
}

/// Takes the word back. Tells whether there was one.
pub(crate) fn forget(record: &Path, path: &Path) -> Result<bool, Error> {
    let _turn = write::turn(record)?;
    let mut document = open(record)?;
    // The file may be gone; then the path is taken as it is written.
    let name = name(path).or_else(|| path.to_str().map(str::to_owned));
    let known = name.is_some_and(|name| document.remove(&name).is_some());
    if known {
        write::replace(record, &document.to_string())?;
    }
    Ok(known)
}

/// The text to show before [`record`].
pub(crate) fn text(path: &Path) -> Result<String, Error> {
    match files::read(path)? {
        Found::Text(text) => Ok(text),
        Found::Hidden(reason) => Err(Error::unreadable(path, &reason)),
        Found::Nothing => Err(Error::NotFound { path: path.to_owned(), asked_by: "the command line".to_owned() }),
    }
}

fn name(path: &Path) -> Option<String> {
    fs::canonicalize(path).ok()?.to_str().map(str::to_owned)
}

fn open(record: &Path) -> Result<DocumentMut, Error> {
    match files::read(record)? {
        Found::Text(text) => text.parse().map_err(|error: toml_edit::TomlError| {
            document::syntax(record, &text, error.span().map_or(0, |span| span.start), error.message())
        }),
        Found::Hidden(reason) => Err(Error::unreadable(record, &reason)),
        Found::Nothing => Ok(DocumentMut::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_text_is_trusted() {
        let directory = tempfile::tempdir().unwrap();
        let (store, file) = (directory.path().join("trusted.toml"), directory.path().join("we\"ird.toml"));
        let text = "a = '''\n\u{1}\n'''\n# \\ \"\n";
        fs::write(&file, text).unwrap();
        assert_eq!(verdict(None, &file, text).unwrap(), Verdict::Unknown);
        assert_eq!(verdict(Some(&store), &file, text).unwrap(), Verdict::Unknown);
        record(&store, &file, text).unwrap();
        assert_eq!(verdict(Some(&store), &file, text).unwrap(), Verdict::Trusted);
        assert_eq!(verdict(Some(&store), &file, &format!("{text} ")).unwrap(), Verdict::Changed);
        let other = directory.path().join("other.toml");
        fs::write(&other, text).unwrap();
        assert_eq!(verdict(Some(&store), &other, text).unwrap(), Verdict::Unknown);
        assert!(forget(&store, &file).unwrap());
        assert!(!forget(&store, &file).unwrap());
        assert_eq!(verdict(Some(&store), &file, text).unwrap(), Verdict::Unknown);
    }

    #[test]
    fn a_file_too_many_does_not_make_the_record_unreadable() {
        let directory = tempfile::tempdir().unwrap();
        let store = directory.path().join("trusted.toml");
        let long = format!("# {}\n", "x".repeat(600_000));
        let [one, two] = ["one.toml", "two.toml"].map(|name| directory.path().join(name));
        for file in [&one, &two] {
            fs::write(file, &long).unwrap();
        }
        record(&store, &one, &long).unwrap();
        assert!(matches!(record(&store, &two, &long), Err(Error::Write { .. })));
        assert_eq!(verdict(Some(&store), &one, &long).unwrap(), Verdict::Trusted);
    }
}
