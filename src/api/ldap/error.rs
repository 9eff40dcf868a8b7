//! What can go wrong with a directory: what was wanted, of whom, and what it said.

use ldap3::{LdapError, LdapResult};

use crate::base::text::safe;

use super::code;

/// The one error of this folder.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The settings cannot be used.
    #[error("{0}")]
    Setup(String),
    /// Nothing was sent.
    #[error("the directory {address} cannot be reached: {reason}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        reason: String,
    },
    /// The connection cannot be trusted, or not be encrypted at all.
    #[error("no secure connection to the directory {address}: {reason}")]
    Tls {
        /// Where.
        address: String,
        /// Why.
        reason: String,
    },
    /// The connection ended before the answer; what was asked for may have happened.
    #[error("the directory {address} did not answer when it was to {what}: {reason}")]
    Lost {
        /// What was asked for.
        what: String,
        /// Of whom.
        address: String,
        /// Why.
        reason: String,
    },
    /// Nothing was sent.
    #[error("an empty password cannot be used ({who}): a directory takes it for no login at all, and says yes")]
    EmptyPassword {
        /// Whose, or what for.
        who: String,
    },
    /// The name or the password is wrong.
    #[error("the directory refuses the login of {who}: the name or the password is wrong")]
    Login {
        /// Whose.
        who: String,
    },
    /// The server said no.
    #[error("the directory refuses to {what}: {words}")]
    Refused {
        /// What was asked for.
        what: String,
        /// Its code, see RFC 4511.
        code: u32,
        /// Its words.
        words: String,
    },
    /// The place where things of this kind lie is not there.
    #[error("the directory has no {place}, which was needed to {what}")]
    NoPlace {
        /// What was asked for.
        what: String,
        /// The entry.
        place: String,
    },
    /// The server gives no more, and part of a list is worse than none.
    #[error("the directory gives only part of what was asked for ({what}): {words}")]
    Cut {
        /// What was asked for.
        what: String,
        /// Its words.
        words: String,
    },
    /// It is no answer of a directory.
    #[error("the answer of the directory to the request to {what} cannot be read")]
    Malformed {
        /// What was asked for.
        what: String,
    },
}

impl Error {
    /// A result that is none of those that were expected.
    pub(super) fn refused(what: String, answer: &LdapResult) -> Self {
        let words = words(answer);
        match answer.rc {
            code::SIZE_LIMIT | code::TIME_LIMIT | code::ADMIN_LIMIT => Self::Cut { what, words },
            // For an addition it is about the entry above.
            code::NO_SUCH_OBJECT => Self::NoPlace { what, place: safe(&answer.matched).into_owned() },
            code => Self::Refused { what, code, words },
        }
    }

    /// Whether a later attempt may do.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Lost { .. } => true,
            Self::Refused { code, .. } => matches!(*code, code::BUSY | code::UNAVAILABLE),
            _ => false,
        }
    }

    /// Whether no other request over this connection can do better.
    pub(crate) fn is_of_connection(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Lost { .. } | Self::Tls { .. })
    }

    /// Whether whoever is logged in has not the right.
    pub(crate) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { code: code::FORBIDDEN, .. })
    }

    /// Whether the server wants to be talked to in secret.
    pub(crate) fn wants_encryption(&self) -> bool {
        matches!(self, Self::Refused { code: code::CONFIDENTIALITY | code::STRONGER_AUTH, .. })
    }
}

/// The server's text, and the standard's name of the code, which is often all there is.
fn words(answer: &LdapResult) -> String {
    // `rc=50 (insufficientAccessRights), dn: "…", text: "…"`
    let shown = answer.to_string();
    let name = shown.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(name, _)| name);
    let text = safe(&answer.text);
    if text.is_empty() { format!("{name} ({})", answer.rc) } else { format!("{text} ({name}, {})", answer.rc) }
}

/// What an error of the library says, without the library's own words around it.
pub(super) fn reason(error: &LdapError) -> String {
    match error {
        LdapError::Io { source } => source.to_string(),
        LdapError::Timeout { .. } => "no answer in time".to_owned(),
        LdapError::ResultRecv { .. } | LdapError::OpSend { .. } | LdapError::EndOfStream => {
            "the connection was closed".to_owned()
        }
        LdapError::LdapResult { result } => words(result),
        other => safe(&other.to_string()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(rc: u32, text: &str) -> LdapResult {
        LdapResult { rc, matched: "dc=x".to_owned(), text: text.to_owned(), refs: Vec::new(), ctrls: Vec::new() }
    }

    #[test]
    fn a_refusal_says_what_to_and_in_whose_words() {
        let error = Error::refused("add user ann".to_owned(), &answer(50, "no write access\u{1b}[2J"));
        let said = "the directory refuses to add user ann: no write access\\x1b[2J (insufficientAccessRights, 50)";
        assert_eq!(error.to_string(), said);
        assert!(error.is_forbidden() && !error.is_temporary());
        assert!(Error::refused(String::new(), &answer(19, "")).to_string().ends_with(": constraintViolation (19)"));
    }

    #[test]
    fn codes_that_mean_more_than_a_no() {
        assert!(Error::refused(String::new(), &answer(51, "")).is_temporary());
        assert!(Error::refused(String::new(), &answer(13, "")).wants_encryption());
        assert!(matches!(Error::refused(String::new(), &answer(4, "")), Error::Cut { .. }));
        assert!(
            matches!(Error::refused(String::new(), &answer(32, "")), Error::NoPlace { place, .. } if place == "dc=x")
        );
    }
}
