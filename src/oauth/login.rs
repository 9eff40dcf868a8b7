//! A bearer token for one server: taken from its source, replaced early, and once when the server refuses it.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::base::clock::LocalFuture;
use crate::base::{Clock, Secret};
use crate::http::{Authorize, Credential, Error, StatusError};

use super::{Access, jwt};

/// Gives access tokens.
pub(crate) trait Source {
    /// A token that is fresh, if the source can make one so. With `refused`: another one than this; `None` if it has none.
    fn access(&self, refused: Option<Secret>) -> LocalFuture<'_, Result<Option<Access>, Error>>;
}

/// Puts `Authorization: Bearer …` on the requests to one origin.
pub(crate) struct Bearer {
    source: Box<dyn Source>,
    origin: url::Origin,
    clock: Rc<dyn Clock>,
    /// Held while the source works, so that of many requests only one gets a token.
    renewing: Mutex<()>,
    present: RefCell<Option<(Access, u64)>>,
    /// Whether a 401 says that it is not about the token.
    elsewhere: fn(&StatusError) -> bool,
}

impl Bearer {
    pub(crate) fn new(source: Box<dyn Source>, origin: url::Origin, clock: Rc<dyn Clock>) -> Self {
        Self { source, origin, clock, renewing: Mutex::new(()), present: RefCell::new(None), elsewhere: |_| false }
    }

    /// The same, for a server that says of itself when a 401 is not about the token.
    pub(crate) fn unless(self, elsewhere: fn(&StatusError) -> bool) -> Self {
        Self { elsewhere, ..self }
    }

    fn fresh(&self) -> Option<(Access, u64)> {
        self.present.borrow().clone().filter(|(access, _)| access.is_fresh(self.clock.now()))
    }

    async fn obtain(&self) -> Result<(Access, u64), Error> {
        if let Some(present) = self.fresh() {
            return Ok(present);
        }
        let _one_at_a_time = self.renewing.lock().await;
        if let Some(present) = self.fresh() {
            return Ok(present);
        }
        let Some(access) = self.source.access(None).await? else {
            return Err(Error::Login { message: "there is no token".to_owned(), hint: "log in again".to_owned() });
        };
        Ok(self.keep(access))
    }

    fn keep(&self, access: Access) -> (Access, u64) {
        let (known, generation) = match self.present.borrow().as_ref() {
            Some((known, generation)) => (known.value == access.value, *generation),
            None => (false, 0),
        };
        let generation = if known { generation } else { generation + 1 };
        self.present.replace(Some((access.clone(), generation)));
        (access, generation)
    }
}

impl Authorize for Bearer {
    fn credential(&self) -> LocalFuture<'_, Result<Credential, Error>> {
        Box::pin(async {
            let (access, generation) = self.obtain().await?;
            let value = Secret::new(format!("Bearer {}", access.value.expose()));
            Ok(Credential { header: "Authorization", value, generation })
        })
    }

    fn renew(&self, refused: u64) -> LocalFuture<'_, Result<bool, Error>> {
        Box::pin(async move {
            let _one_at_a_time = self.renewing.lock().await;
            let present = self.present.borrow().clone();
            let Some((access, generation)) = present else { return Ok(true) };
            if generation != refused {
                return Ok(true);
            }
            match self.source.access(Some(access.value)).await? {
                Some(other) => {
                    self.keep(other);
                    Ok(true)
                }
                None => Ok(false),
            }
        })
    }

    fn may_be_mended(&self, refusal: &StatusError) -> bool {
        !(self.elsewhere)(refusal)
    }

    fn origin(&self) -> url::Origin {
        self.origin.clone()
    }
}

/// A token that somebody gave us. It cannot be renewed, and is not sent once it has expired.
pub(crate) struct Given {
    token: Secret,
    /// In words, for messages: `the variable X`.
    from: String,
    /// What to do about it.
    hint: String,
    clock: Rc<dyn Clock>,
}

impl Given {
    pub(crate) fn new(token: Secret, from: String, hint: String, clock: Rc<dyn Clock>) -> Self {
        Self { token, from, hint, clock }
    }

    /// The token, unless it says itself that its time is over.
    pub(crate) fn check(&self) -> Result<Access, Error> {
        let expires_at = jwt::read(self.token.expose()).and_then(|claims| claims.expires_at);
        let now = self.clock.now();
        match expires_at {
            Some(end) if end <= now => Err(Error::Login {
                message: format!("the token of {} expired at {end}", self.from),
                hint: self.hint.clone(),
            }),
            end => Ok(Access { value: self.token.clone(), issued_at: now, expires_at: end.unwrap_or(Timestamp::MAX) }),
        }
    }
}

impl Source for Given {
    fn access(&self, refused: Option<Secret>) -> LocalFuture<'_, Result<Option<Access>, Error>> {
        Box::pin(async move { if refused.is_some() { Ok(None) } else { self.check().map(Some) } })
    }
}

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;
