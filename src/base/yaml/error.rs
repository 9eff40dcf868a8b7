//! Where something is in a text, and what is wrong there.

use std::fmt;

/// A place in a text, both counted from 1 and in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Mark {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Mark {
    /// Where the place lies in the text, in bytes.
    pub(crate) fn offset(self, text: &str) -> usize {
        let before: usize =
            text.split_inclusive('\n').take(self.line.saturating_sub(1)).map(str::len).sum::<usize>().min(text.len());
        let line = text.get(before..).unwrap_or_default();
        let within = line.char_indices().nth(self.column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
        before + within
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A text that is not YAML, or more of it than is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {problem}")]
pub(crate) struct Error {
    pub(crate) at: Mark,
    pub(crate) problem: String,
}

impl Error {
    pub(super) fn new(at: Mark, problem: impl Into<String>) -> Self {
        Self { at, problem: problem.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_in_its_text() {
        let text = "a: ü\nbc: é d\n";
        for (line, column, rest) in [(1, 1, text), (1, 4, "ü\nbc: é d\n"), (2, 7, "d\n"), (3, 1, ""), (9, 9, "")] {
            assert_eq!(&text[Mark { line, column }.offset(text)..], rest, "{line}:{column}");
        }
    }
}
