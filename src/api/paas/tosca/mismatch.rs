//! A value that does not fit, put so that the value itself can be left out.

use std::fmt;

use crate::base::text::shortened;

/// How many characters of a value are shown.
const LONGEST: usize = 80;

/// What was expected, where, and what is there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// Within a list or mapping: `[0].port`; empty at the top.
    pub(crate) path: String,
    pub(crate) expected: String,
    /// Never to be shown for an input whose name sounds secret.
    pub(crate) found: String,
}

impl Mismatch {
    /// A value may be a whole file; its beginning is enough to know it again.
    pub(super) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { path: String::new(), expected: expected.into(), found: shortened(&found.into(), LONGEST) }
    }

    /// The same, seen from one level further out.
    pub(super) fn within(self, step: &str) -> Self {
        Self { path: format!("{step}{}", self.path), ..self }
    }

    /// Without the value.
    pub(crate) fn discreet(&self) -> String {
        let place = if self.path.is_empty() { String::new() } else { format!("{}: ", self.path) };
        format!("{place}{} is expected", self.expected)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, and not {}", self.discreet(), self.found)
    }
}
