//! What a connector proves itself with.

use std::fmt;
use std::rc::Rc;

use crate::base::Secret;
use crate::base::clock::LocalFuture;
use crate::oauth::{Access, Source};

/// A token, or what gives one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Token {
    /// One that is used as it is, until it is refused.
    Given(Secret),
    /// A login that renews itself, and is kept somewhere.
    Session(Session),
}

impl From<Secret> for Token {
    fn from(secret: Secret) -> Self {
        Self::Given(secret)
    }
}

/// What a service is asked with.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "oauth"), expect(dead_code, reason = "nobody comes with a proof in hand"))]
pub(crate) enum Proof {
    /// A token alone.
    Token(Token),
    /// The key of a Trello app, and a token that was made with it.
    Key { key: Secret, token: Secret },
}

/// A login that renews itself. The program makes them from what it keeps.
#[derive(Clone)]
pub struct Session(Rc<dyn Source>);

impl Session {
    #[cfg_attr(not(feature = "oauth"), expect(dead_code, reason = "there are no logins to be renewed"))]
    pub(crate) fn new(source: Rc<dyn Source>) -> Self {
        Self(source)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}

impl Source for Session {
    fn access(&self, refused: Option<Secret>) -> LocalFuture<'_, Result<Option<Access>, crate::http::Error>> {
        self.0.access(refused)
    }
}
