//! What a place that keeps passwords can do, and by what key.

use std::fmt;

use super::Error;
use crate::base::{Secret, text};

/// Whose password it is, and where it may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The origin of the server: scheme, host and port.
    pub(crate) endpoint: String,
    /// The user's name.
    pub(crate) user: String,
    /// The domain the user lives in.
    pub(crate) domain: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (user, domain, endpoint) = (text::safe(&self.user), text::safe(&self.domain), text::safe(&self.endpoint));
        write!(f, "{user}@{domain} on {endpoint}")
    }
}

/// Keeps passwords.
pub(crate) trait Store {
    /// The password, if there is one.
    fn get(&self, key: &Key) -> Result<Option<Secret>, Error>;

    /// Keeps it, in the place of an earlier one.
    fn put(&self, key: &Key, secret: &Secret) -> Result<(), Error>;

    /// Drops it; `false` if there was none.
    fn erase(&self, key: &Key) -> Result<bool, Error>;

    /// What it is called in messages.
    fn name(&self) -> String;
}
