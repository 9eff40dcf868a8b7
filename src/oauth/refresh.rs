//! Access tokens from a refresh token. Some issuers give a new one each time and take a second use of the old one for a
//! theft, so one process at a time uses it, and the new one is kept before anything else is done.

use std::any::Any;
use std::rc::Rc;

use oauth2::RefreshToken;
use tokio::sync::OnceCell;

use crate::base::clock::LocalFuture;
use crate::base::{Clock, Secret};
use crate::http::{Error, Http};

use super::wire::{Failure, failure, said, send};
use super::{Access, At, Client, Issuer, Source, Tokens};

/// Keeps the tokens of one login. What is kept of access tokens is for convenience; refresh tokens are the login itself.
pub(crate) trait TokenStore {
    /// The refresh token, as it is kept now.
    fn refresh_token(&self) -> Result<Option<Secret>, Error>;
    fn keep_refresh_token(&self, token: &Secret) -> Result<(), Error>;
    /// Drops it where it is still this one: another login may have been kept meanwhile.
    fn forget_refresh_token(&self, over: &Secret) -> Result<(), Error>;
    fn access(&self) -> Option<Access>;
    fn keep_access(&self, access: &Access);
    /// Drops the access token; with a value, only if it is still that one.
    fn forget_access(&self, refused: Option<&Secret>);
    /// Keeps other processes from using the refresh token while the value lives.
    fn lock(&self) -> LocalFuture<'_, Result<Box<dyn Any>, Error>>;
    /// Says what is no error, and has to be known.
    fn warn(&self, text: &str);
    /// What to do where there is no login, or none any more.
    fn hint(&self) -> String;
}

/// Says who we are, secret included: asked only when it is needed, since it may take a program or a person.
pub(crate) type WhoWeAre = Box<dyn Fn() -> Result<Client, Error>>;

/// A login at an issuer, kept as a refresh token.
pub(crate) struct Refresher {
    http: Rc<Http>,
    address: String,
    client: WhoWeAre,
    store: Rc<dyn TokenStore>,
    clock: Rc<dyn Clock>,
    issuer: OnceCell<Issuer>,
}

impl Refresher {
    pub(crate) fn new(
        http: Rc<Http>,
        address: String,
        client: WhoWeAre,
        store: Rc<dyn TokenStore>,
        clock: Rc<dyn Clock>,
    ) -> Self {
        Self { http, address, client, store, clock, issuer: OnceCell::new() }
    }

    /// At an issuer that need not be asked where its end points are.
    pub(crate) fn at(
        http: Rc<Http>,
        issuer: Issuer,
        client: WhoWeAre,
        store: Rc<dyn TokenStore>,
        clock: Rc<dyn Clock>,
    ) -> Self {
        let address = issuer.name.clone();
        Self { http, address, client, store, clock, issuer: OnceCell::new_with(Some(issuer)) }
    }

    /// What is kept and can be used, unless it was refused.
    fn kept(&self, refused: Option<&Secret>) -> Option<Access> {
        let access = self.store.access()?;
        (access.is_fresh(self.clock.now()) && Some(&access.value) != refused).then_some(access)
    }

    async fn renewed(&self, refused: Option<&Secret>) -> Result<Option<Access>, Error> {
        if let Some(access) = self.kept(refused) {
            return Ok(Some(access));
        }
        let _alone = self.store.lock().await?;
        // Whoever had the lock before us may have renewed it.
        if let Some(access) = self.kept(refused) {
            return Ok(Some(access));
        }
        // Not before: between a look at what is kept and its removal somebody else could keep a new one.
        if refused.is_some() {
            self.store.forget_access(refused);
        }
        let Some(old) = self.store.refresh_token()? else {
            return Err(self.ended(&format!("there is no login at {}", self.address)));
        };
        let issuer = self.issuer.get_or_try_init(|| Issuer::discover(&self.http, &self.address)).await?;
        let client = (self.client)()?;
        let at = At { http: &self.http, issuer, client: &client, clock: &*self.clock };
        let tokens = match exchange(at, &old).await {
            Ok(tokens) => tokens,
            Err(Failure::Refused { code, why }) if is_over(&code) => {
                self.store.forget_access(None);
                // A 401 in nobody's words may come from a proxy, or be about us and not about the login.
                if code != WORDLESS {
                    self.store.forget_refresh_token(&old)?;
                }
                return Err(self.ended(&format!("the login at {} is over: {}", self.address, said(&code, &why))));
            }
            Err(other) => return Err(other.plain(&format!("{} refuses", self.address), &self.store.hint())),
        };
        let kept = match tokens.refresh.filter(|new| *new != old) {
            Some(new) => self.store.keep_refresh_token(&new).or_else(|_| self.store.keep_refresh_token(&new)),
            None => Ok(()),
        };
        self.store.keep_access(&tokens.access);
        // The old one is used up, but what it brought is good.
        if let Err(error) = kept {
            self.store
                .warn(&format!("the login ends with this token, because the next one could not be kept: {error}"));
        }
        Ok(Some(tokens.access))
    }

    fn ended(&self, message: &str) -> Error {
        Error::Login { message: message.to_owned(), hint: self.store.hint() }
    }
}

/// Whether a refusal means that the refresh token will never be good again.
fn is_over(code: &str) -> bool {
    matches!(code, "invalid_grant" | "invalid_token" | WORDLESS)
}

/// What stands for a 401 without the words that the protocol has for it.
pub(super) const WORDLESS: &str = "unauthorized";

async fn exchange(at: At<'_>, old: &Secret) -> Result<Tokens, Failure> {
    let token = RefreshToken::new(old.expose().to_owned());
    let asker = at.asker();
    let answer = asker
        .exchange_refresh_token(&token)
        .request_async(&|request| send(at.http, at.issuer, &at.issuer.token, request))
        .await;
    let answer = answer.map_err(|error| failure(at.issuer, error))?;
    at.read(&answer).map_err(Failure::Wire)
}

impl Source for Refresher {
    fn access(&self, refused: Option<Secret>) -> LocalFuture<'_, Result<Option<Access>, Error>> {
        Box::pin(async move { self.renewed(refused.as_ref()).await })
    }
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
