//! Why there is no secret, in words that name the way out and never the secret.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::Key;
use crate::base::private::{self, shown};

/// What to use where no store answers.
const ALTERNATIVES: &str = "use --password-file, --password-command or --password-stdin instead";

/// A failure to get, keep or make a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// A file that is not private enough, or cannot be read or written.
    #[error(transparent)]
    File(#[from] private::Error),
    /// The password file is not there.
    #[error("password file {} does not exist", shown(.path))]
    MissingFile {
        /// The path as given.
        path: PathBuf,
    },
    /// Nothing before the first line feed.
    #[error("{origin} gave an empty first line where a password was expected")]
    Empty {
        /// Who was asked.
        origin: String,
    },
    /// More than any password.
    #[error("{origin} gave more than {limit} bytes")]
    TooLong {
        /// Who was asked.
        origin: String,
        /// The limit.
        limit: u64,
    },
    /// Bytes that are no text.
    #[error("{origin} gave something that is not UTF-8 text")]
    NotText {
        /// Who was asked.
        origin: String,
    },
    /// Standard input broke.
    #[error("cannot read standard input")]
    Stdin(#[source] io::Error),
    /// An empty array where a command was expected.
    #[error("the password command is empty")]
    NoCommand,
    /// The command could not be started.
    #[error("cannot start password command {program:?}")]
    CommandMissing {
        /// Its first word.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// The command said no.
    #[error("password command {program:?} ended with {status}{}", told(.stderr))]
    CommandFailed {
        /// Its first word.
        program: String,
        /// Exit code or signal.
        status: String,
        /// What it wrote on stderr, redacted.
        stderr: String,
    },
    /// The command took too long and was killed.
    #[error("password command {program:?} was stopped after {} s without a result", .limit.as_secs_f64())]
    CommandTimeout {
        /// Its first word.
        program: String,
        /// How long it had.
        limit: Duration,
    },
    /// There is no keyring to ask.
    #[error("no keyring: {reason}; {ALTERNATIVES}")]
    NoKeyring {
        /// Why not.
        reason: String,
    },
    /// The store is there and does not answer, for instance because it waits for somebody to unlock it.
    #[error("{store} gave no answer within {} s; unlock it, or {ALTERNATIVES}", .limit.as_secs_f64())]
    StoreTimeout {
        /// Its name.
        store: String,
        /// How long it had.
        limit: Duration,
    },
    /// The store answered with a refusal.
    #[error("{store} could not {action} the password: {reason}; {ALTERNATIVES}")]
    StoreRefused {
        /// Its name.
        store: String,
        /// What was asked of it.
        action: &'static str,
        /// What it said.
        reason: String,
    },
    /// Another process is writing the file store.
    #[error("{store} is being written by another process")]
    StoreBusy {
        /// Its name.
        store: String,
    },
    /// The file store would become larger than what is read of it. Nothing was changed.
    #[error("{store} is full: with more than {limit} bytes it would not be read any more{}", roomy(.largest.as_ref()))]
    StoreFull {
        /// Its name.
        store: String,
        /// What it may have.
        limit: u64,
        /// Whose login takes most room in it.
        largest: Option<Key>,
    },
    /// The file store does not hold what it should.
    #[error("{} is damaged at line {line}, column {column}; mend or remove it", shown(.path))]
    DamagedStore {
        /// The file.
        path: PathBuf,
        /// Where reading stopped.
        line: usize,
        /// The same.
        column: usize,
    },
    /// The file store was written by another version.
    #[error("{} was written by another version of this program (form {version})", shown(.path))]
    ForeignStore {
        /// The file.
        path: PathBuf,
        /// The form it has.
        version: u64,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no randomness for a password: {reason}")]
    NoRandomness {
        /// What it said.
        reason: String,
    },
}

fn told(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!(": {stderr}") }
}

fn roomy(largest: Option<&Key>) -> String {
    let room = |key: &Key| format!("; a logout (orchest auth logout) makes room, most of all that of {key}");
    largest.map(room).unwrap_or_default()
}

impl Error {
    /// What to type next, where the sentence does not say it.
    pub(crate) fn next(&self) -> Option<String> {
        match self {
            Self::File(error) => Some(error.next()),
            Self::MissingFile { path } | Self::DamagedStore { path, .. } => Some(private::look_at(path)),
            Self::CommandMissing { .. } | Self::CommandFailed { .. } | Self::CommandTimeout { .. } => {
                Some("type the password command by hand to see what it says".to_owned())
            }
            Self::StoreBusy { .. } => Some("run the same command again".to_owned()),
            _ => None,
        }
    }

    /// Whether a store is out of order rather than an input wrong: then asking a person is still a way.
    pub(crate) fn is_store_trouble(&self) -> bool {
        matches!(self, Self::NoKeyring { .. } | Self::StoreTimeout { .. } | Self::StoreRefused { .. })
    }
}
