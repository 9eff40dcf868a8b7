//! What went wrong without stopping anything.

use std::error::Error;
use std::fmt;

/// Something to say on stderr. Deliberately no [`Error`]: it cannot end a run by way of `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a warning is to be shown"]
pub(crate) struct Warning(String);

impl Warning {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Error> From<E> for Warning {
    /// The error with its causes in one line, since nobody will walk the chain of something that is not an error.
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            text.push_str(": ");
            text.push_str(&next.to_string());
            cause = next.source();
        }
        Self(text)
    }
}
