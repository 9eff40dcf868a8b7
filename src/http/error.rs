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
    /// The server's own, or the one that says what its answer means.
    pub(crate) status: u16,
    /// The server's own.
    pub(crate) answered: u16,
    /// The back end's own words, cleaned and cut to 500 characters; empty when it had none.
    pub(crate) message: String,
    /// The whole of the answer's body as text, cleaned and cut, for whoever asked with a request of their own.
    pub(crate) body: String,
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
    #[error("cannot reach {backend} at {url}{}: {reason}", tries(*attempts))]
    NotSent { backend: &'static str, url: String, reason: String, attempts: u32 },
    /// It was sent; whether the server acted is not known.
    #[error("no answer from {backend} to {method} {url}{}: {reason} (it may have been carried out)", tries(*attempts))]
    MayHaveHappened { backend: &'static str, method: &'static str, url: String, reason: String, attempts: u32 },
    /// The server said no.
    #[error("{} answered {} to {} {}{}{}", .0.backend, .0.answered, .0.method, .0.url, tries(.0.attempts), message_suffix(.0))]
    Status(Box<StatusError>),
    /// The answer is not what the API promises.
    #[error("{backend} sent an answer to {method} {url} that cannot be used: {reason}")]
    Malformed { backend: &'static str, method: &'static str, url: String, reason: String },
    /// Rows of a listing moved between its pages while it was read: it has to be read again from the start.
    #[error("the list that {backend} at {url} gives changed while it was read")]
    Moved { backend: &'static str, url: String },
    /// It points somewhere else, and is not followed.
    #[error("{backend} at {from} redirects to {to}, which is another place; nothing was sent there")]
    Redirect { backend: &'static str, from: String, to: String },
    /// A certificate that does not check out, ours or theirs, or no common version of TLS. Never retried.
    #[error("no trusted connection to {backend} at {url}: {reason}")]
    Tls { backend: &'static str, url: String, reason: String },
    /// The request itself cannot be made: a name that no path can hold, a header with a line break.
    #[error("{0}")]
    Unsendable(String),
    /// A file that the connection needs (CA, certificate, key), or a proxy address, is not usable.
    #[error("{0}")]
    Setup(String),
    /// The operator ended it while something was being asked.
    #[error("stopped")]
    Stopped,
    /// Logging in failed, or cannot be tried: no user, no password, refused.
    #[error("{message}")]
    Login { message: String, hint: String },
}

fn tries(attempts: u32) -> String {
    if attempts > 1 { format!(" after {attempts} attempts") } else { String::new() }
}

fn message_suffix(error: &StatusError) -> String {
    if error.message.is_empty() { String::new() } else { format!(": {}", error.message) }
}

impl Error {
    /// Whether the server can have acted.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            // A redirect too: "see over there" is how some servers end a write that they did carry out.
            Self::MayHaveHappened { .. } | Self::Malformed { .. } | Self::Redirect { .. } => Outcome::MayHaveHappened,
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

    /// When the server wants to be asked again, where it said so.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status(error) => error.retry_after,
            _ => None,
        }
    }

    /// Whether the same request may do better later (exit code 75).
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::NotSent { .. } | Self::MayHaveHappened { .. } | Self::Moved { .. } => true,
            Self::Status(error) => matches!(error.status, 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Error {
        Error::Status(Box::new(StatusError {
            backend: "keystone",
            method: "POST",
            url: "http://h/".to_owned(),
            status,
            answered: status,
            message: "why".to_owned(),
            body: String::new(),
            request_id: None,
            attempts: 1,
            retry_after: None,
        }))
    }

    #[test]
    fn only_429_among_the_statuses_promises_that_nothing_was_done() {
        for (code, outcome, temporary) in [
            (400, Outcome::Answered, false),
            (401, Outcome::Answered, false),
            (409, Outcome::Answered, false),
            (429, Outcome::NotSent, true),
            (500, Outcome::MayHaveHappened, true),
            (501, Outcome::MayHaveHappened, false),
            (503, Outcome::MayHaveHappened, true),
        ] {
            assert_eq!((status(code).outcome(), status(code).is_temporary()), (outcome, temporary), "{code}");
        }
    }

    #[test]
    fn the_text_names_who_where_and_why() {
        assert_eq!(status(409).to_string(), "keystone answered 409 to POST http://h/: why");
        let lost =
            |attempts| Error::NotSent { backend: "keystone", url: "http://h/".into(), reason: "x".into(), attempts };
        assert_eq!(lost(1).to_string(), "cannot reach keystone at http://h/: x");
        assert_eq!(lost(4).to_string(), "cannot reach keystone at http://h/ after 4 attempts: x");
    }
}
