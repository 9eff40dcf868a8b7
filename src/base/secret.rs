//! A value that must not be seen: no `Display`, no `Serialize`, zeroed on drop, and known to the redactor.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

use super::redact;

/// A password, token or key.
///
/// Making one teaches its text to the redactor ([`super::redact`]), so that it is removed from every trace, error and
/// log line that is written afterwards, in whichever encoding it appears.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the text over and registers it for redaction.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        redact::register(&text);
        Self(SecretString::from(text))
    }

    /// The text itself. Every use of this is a place to look at twice.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        // Constant in the content, not in the length.
        let (a, b) = (self.expose().as_bytes(), other.expose().as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (x, y)| sum | (x ^ y)) == 0
    }
}

impl Eq for Secret {}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("hunter2-debug")), "***");
    }

    #[test]
    fn equality_is_by_content() {
        assert_eq!(Secret::new("abc"), Secret::new("abc"));
        assert_ne!(Secret::new("abc"), Secret::new("abd"));
        assert_ne!(Secret::new("abc"), Secret::new("abcd"));
        // Differences that would cancel each other out.
        assert_ne!(Secret::new("aa"), Secret::new("bb"));
    }

    #[test]
    fn only_the_empty_one_is_empty() {
        assert!(Secret::new("").is_empty() && !Secret::new("a").is_empty());
    }

    #[test]
    fn however_one_is_made_it_is_not_seen_any_more() {
        let read: Secret = serde_json::from_str("\"secret-that-was-read\"").unwrap();
        assert_eq!(read.expose(), "secret-that-was-read");
        let made = Secret::new("secret-that-was-made");
        let text = format!("{} {}", read.expose(), made.expose());
        assert_eq!(redact::clean(&text), "*** ***");
    }
}
