//! What can go wrong between us and a server, named after the situation.

use std::time::Duration;

/// Whether the server can have acted on a request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It never left, or the server said that it did not act (429).
    NotSent,
    /// It left and no trustworthy answer came: connection lost, time-out, 5xx.
    MayHaveHappened,
    /// The server answered, and said no.
    Answered,
}

/// A status of 400 and above, with everything that helps to understand it.
#[derive(Debug, Clone)]
pub(crate) struct StatusError {
    pub(crate) backend: &'static str,
    pub(crate) method: &'static str,
    /// Redacted.
    pub(crate) url: String,
    pub(crate) status: u16,
    /// The back end's own words, cleaned and cut to 500 characters; empty when it had none.
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
    pub(crate) attempts: u32,
    /// When to try again, where the server says so.
    pub(crate) retry_after: Option<Duration>,
}

/// An error of the wire. Texts are lower case, name the back end and the address, and hold no secret.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// No connection, so nothing was sent.
    #[error("cannot reach {backend} at {url}: {reason}")]
    NotSent { backend: &'static str, url: String, reason: String, attempts: u32 },
    /// It was sent; whether the server acted is not known.
    #[error("no answer from {backend} to {method} {url}: {reason} (it may have been carried out)")]
    MayHaveHappened { backend: &'static str, method: &'static str, url: String, reason: String, attempts: u32 },
    /// The server said no.
    #[error("{backend} answered {} to {} {}{}", .0.status, .0.method, .0.url, message_suffix(.0), backend = .0.backend)]
    Status(Box<StatusError>),
    /// The answer is not what the API promises.
    #[error("{backend} sent an answer to {method} {url} that cannot be used: {reason}")]
    Malformed { backend: &'static str, method: &'static str, url: String, reason: String },
    /// It points somewhere else, and is not followed.
    #[error("{backend} at {from} redirects to {to}, which is another place; nothing was sent there")]
    Redirect { backend: &'static str, from: String, to: String },
    /// A certificate that does not check out. Never retried.
    #[error("the certificate of {backend} at {url} cannot be trusted: {reason}")]
    Tls { backend: &'static str, url: String, reason: String },
    /// The request itself cannot be made: a name that no path can hold, a header with a line break.
    #[error("{0}")]
    Unsendable(String),
    /// A file that the connection needs (CA, certificate, key), or a proxy address, is not usable.
    #[error("{0}")]
    Setup(String),
    /// Logging in failed, or cannot be tried: no user, no password, refused.
    #[error("{message}")]
    Login { message: String, hint: String },
}

fn message_suffix(error: &StatusError) -> String {
    if error.message.is_empty() { String::new() } else { format!(": {}", error.message) }
}

impl Error {
    /// Whether the server can have acted.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::MayHaveHappened { .. } | Self::Malformed { .. } => Outcome::MayHaveHappened,
            Self::Status(error) if error.status >= 500 => Outcome::MayHaveHappened,
            Self::Status(error) if error.status != 429 => Outcome::Answered,
            _ => Outcome::NotSent,
        }
    }

    /// The status, where the server gave one.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Status(error) => Some(error.status),
            _ => None,
        }
    }

    /// Whether the same request may do better later (exit code 75).
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::NotSent { .. } | Self::MayHaveHappened { .. } => true,
            Self::Status(error) => matches!(error.status, 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }
}
