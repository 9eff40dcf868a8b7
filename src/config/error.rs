//! What can be wrong with a configuration. Messages name the file, the line and the key, never a secret value.

use std::path::{Path, PathBuf};

use crate::base::text::safe;

use super::origin::Origin;

/// A configuration that cannot be used, or an edit of one that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// A file that was asked for by name is not there.
    #[error("{asked_by} names {}, which does not exist", shown(path))]
    NotFound {
        /// The file.
        path: PathBuf,
        /// Who named it: an option or a variable.
        asked_by: String,
    },
    /// The text is not in the format the file should have.
    #[error("{}:{line}:{column}: {message}\n{snippet}", shown(path))]
    Syntax {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What the parser says.
        message: String,
        /// The line and a caret beneath the place; secret values are masked.
        snippet: String,
    },
    /// A value is not of the kind its key wants.
    #[error("{key}: expected {expected}, found {found} ({origin})")]
    Type {
        /// The dotted key.
        key: String,
        /// What would be right.
        expected: String,
        /// What is there, without the value where it may be secret.
        found: String,
        /// Where it is.
        origin: Box<Origin>,
    },
    /// No file defines the context that was asked for.
    #[error("no context {:?} ({asked_by}){}", safe(name), suggestion(nearest.as_deref()))]
    UnknownContext {
        /// The name.
        name: String,
        /// Who asked for it.
        asked_by: String,
        /// The most similar name there is.
        nearest: Option<String>,
    },
    /// No `clouds.yaml` defines the cloud that was asked for.
    #[error("no cloud {:?} in {} ({asked_by}){}", safe(name), shown_all(searched), suggestion(nearest.as_deref()))]
    UnknownCloud {
        /// The name.
        name: String,
        /// Who asked for it.
        asked_by: String,
        /// Where it was looked for.
        searched: Vec<PathBuf>,
        /// The most similar name there is.
        nearest: Option<String>,
    },
    /// There is no such setting.
    #[error("{}unknown key {}{}", place(origin.as_deref()), safe(key), suggestion(nearest.as_deref()))]
    UnknownKey {
        /// The dotted key.
        key: String,
        /// The most similar key there is.
        nearest: Option<String>,
        /// Where it stands, unless it was typed.
        origin: Option<Box<Origin>>,
    },
    /// The file is there and cannot be read.
    #[error("{} cannot be read: {reason}", shown(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file could not be written; what was there before is unchanged.
    #[error("{} cannot be written: {reason}", shown(path))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Something would have been overwritten.
    #[error("{what} already exists in {}", shown(path))]
    Exists {
        /// The file.
        path: PathBuf,
        /// The thing, such as `context "prod"`.
        what: String,
    },
    /// A name that cannot be used.
    #[error("{what} {name:?} is not usable: {reason}")]
    BadName {
        /// What it should name.
        what: &'static str,
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// A text to import holds nothing that can be used.
    #[error("nothing to import: {reason}")]
    NothingToImport {
        /// Why.
        reason: String,
    },
}

impl Error {
    pub(super) fn unreadable(path: &Path, reason: &dyn ToString) -> Self {
        Self::Unreadable { path: path.to_owned(), reason: reason.to_string() }
    }

    pub(super) fn write(path: &Path, reason: &dyn ToString) -> Self {
        Self::Write { path: path.to_owned(), reason: reason.to_string() }
    }
}

pub(super) fn shown(path: &Path) -> String {
    safe(&path.to_string_lossy()).into_owned()
}

fn shown_all(paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        return "any clouds.yaml".to_owned();
    }
    paths.iter().map(|path| shown(path)).collect::<Vec<_>>().join(", ")
}

pub(super) fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {}?", safe(name))).unwrap_or_default()
}

fn place(origin: Option<&Origin>) -> String {
    origin.map(|origin| format!("{origin}: ")).unwrap_or_default()
}
