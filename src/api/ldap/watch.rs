//! What can be seen of the talk with a directory: which entry, and the answer; no attribute and no password.

use std::time::Duration;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Bind,
    Search,
    Add,
    Modify,
    /// Of an entry's password.
    Password,
    Delete,
}

impl Verb {
    /// For logs.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Bind => "BIND",
            Self::Search => "SEARCH",
            Self::Add => "ADD",
            Self::Modify => "MODIFY",
            Self::Password => "PASSWORD",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it changes something.
    pub(crate) fn writes(self) -> bool {
        !matches!(self, Self::Bind | Self::Search)
    }
}

/// Is told what happens.
pub(crate) trait Watch {
    /// Before the first byte leaves.
    fn asking(&self, verb: Verb, entry: &str);
    /// With the answer's code, see RFC 4511, or why there is none.
    fn answered(&self, answer: Result<u32, &str>, took: Duration);
}
