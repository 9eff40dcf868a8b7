//! What can go wrong while writing or asking, named after the situation.

use std::io;

/// A failure of this room.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// `-o` with a word that is no format.
    #[error("unknown format {given:?}{}; there are {}", did_you_mean(.nearest.as_deref()), super::Format::NAMES.join(", "))]
    UnknownFormat {
        /// What was typed.
        given: String,
        /// The format it looks like.
        nearest: Option<String>,
    },

    /// `--color` with a word that is none of the three.
    #[error("unknown colour mode {given:?}; there are auto, always, never")]
    UnknownColor {
        /// What was typed.
        given: String,
    },

    /// `--columns` or `--sort-by` with nothing between two commas.
    #[error("{flag} has an empty column name in {given:?}; for example {flag} name,id")]
    EmptyName {
        /// The flag.
        flag: &'static str,
        /// What was typed.
        given: String,
    },

    /// A column that is not known beforehand, or that neither the view nor any of the rows has.
    #[error("no column {asked:?}{}; available: {}", did_you_mean(.nearest.as_deref()), .available.join(", "))]
    UnknownColumn {
        /// What was typed.
        asked: String,
        /// The column it looks like.
        nearest: Option<String>,
        /// All there are.
        available: Vec<String>,
        /// Whether that was seen before anything was done.
        early: bool,
    },

    /// `--filter` that cannot be read.
    #[error("filter {given:?} {problem}; for example enabled=true, name~smart, name!=adm1, name=a*")]
    FilterSyntax {
        /// What was typed.
        given: String,
        /// What is wrong with it.
        problem: &'static str,
    },

    /// `--query` that does not compile.
    #[cfg_attr(not(feature = "query"), expect(dead_code, reason = "only a build with the language says so"))]
    #[error("query {query:?}, character {position}: {problem}")]
    QuerySyntax {
        /// What was typed.
        query: String,
        /// Which character, counted from 1.
        position: usize,
        /// What is wrong there.
        problem: String,
    },

    /// `--query` that stopped on this data.
    #[cfg_attr(not(feature = "query"), expect(dead_code, reason = "only a build with the language says so"))]
    #[error("the query stopped: {problem}")]
    QueryStopped {
        /// What the language says.
        problem: String,
    },

    /// `--query` in a binary without the language.
    #[cfg_attr(feature = "query", expect(dead_code, reason = "only a build without the language says so"))]
    #[error("this orchest was built without --query (feature \"query\"); pipe -o json into jq instead")]
    QueryNotBuilt,

    /// `--query` with a format that needs columns.
    #[error("--query makes JSON values, which -o {format} cannot show; use -o json, jsonl, yaml or value")]
    QueryFormat {
        /// The format asked for.
        format: &'static str,
    },

    /// A question that nobody can be asked here.
    #[error("{what}: this has to be asked, and there is no terminal to ask on (or --no-input is set)")]
    NeedsTerminal {
        /// What is going to be done, or what has to be typed.
        what: String,
        /// The flag that answers it.
        flag: String,
    },

    /// The person pressed Ctrl-C at a question.
    #[error("interrupted")]
    Interrupted,

    /// A question failed on the terminal itself.
    #[error("the terminal could not be read")]
    Ask(#[source] io::Error),

    /// The reader of our output has gone, as `head` does. To be ended in silence.
    #[error("the output was closed")]
    ClosedPipe,

    /// The output could not be written.
    #[error("the output could not be written")]
    Write(#[source] io::Error),

    /// A row could not be put into the format.
    #[error("a row could not be written as {format}: {problem}")]
    Encode {
        /// The format.
        format: &'static str,
        /// What the library says.
        problem: String,
    },
}

impl Error {
    /// Whether the command line is at fault and nothing was sent yet. An unknown column is among them only where it shows
    /// before the rows have come.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::UnknownFormat { .. }
                | Self::UnknownColor { .. }
                | Self::EmptyName { .. }
                | Self::UnknownColumn { early: true, .. }
                | Self::FilterSyntax { .. }
                | Self::QuerySyntax { .. }
                | Self::QueryNotBuilt
                | Self::QueryFormat { .. }
                | Self::NeedsTerminal { .. }
        )
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ClosedPipe } else { Self::Write(error) }
    }
}

fn did_you_mean(word: Option<&str>) -> String {
    word.map(|word| format!(", did you mean {word:?}?")).unwrap_or_default()
}

/// The candidate that looks most like the word, if any does.
pub(super) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| candidate.to_owned())
}
