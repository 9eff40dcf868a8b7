//! Access tokens from the login of a person. The issuer gives no other refresh token, so nothing has to be kept.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use url::Url;

use crate::base::Secret;
use crate::base::clock::LocalFuture;
use crate::http::{Authorize, Endpoint, Error};
use crate::oauth::{Access, Bearer, Client, Issuer, Refresher, TokenStore};

use super::super::Wire;
use super::Refresh;

/// For as long as we run.
struct Memory {
    refresh: RefCell<Option<Secret>>,
    access: RefCell<Option<Access>>,
}

pub(super) fn refresher(login: &Refresh, wire: &Wire, url: Url, endpoint: &Endpoint) -> Rc<dyn Authorize> {
    Rc::new(Bearer::new(Box::new(source(login, wire, url)), endpoint.origin(), wire.clock.clone()))
}

/// What gives tokens for as long as we run.
pub(super) fn source(login: &Refresh, wire: &Wire, url: Url) -> Refresher {
    let issued_at = wire.clock.now();
    let access = login.access.clone();
    let access = access.map(|(value, expires_at)| Access { value, issued_at, expires_at });
    let store = Memory { refresh: RefCell::new(Some(login.refresh_token.clone())), access: RefCell::new(access) };
    let client = Client { id: login.client_id.clone(), secret: login.client_secret.clone(), scopes: Vec::new() };
    let client = Box::new(move || Ok(client.clone()));
    Refresher::at(wire.http.clone(), Issuer::known(url), client, Rc::new(store), wire.clock.clone())
}

impl TokenStore for Memory {
    fn refresh_token(&self) -> Result<Option<Secret>, Error> {
        Ok(self.refresh.borrow().clone())
    }

    fn keep_refresh_token(&self, token: &Secret) -> Result<(), Error> {
        self.refresh.replace(Some(token.clone()));
        Ok(())
    }

    fn forget_refresh_token(&self, over: &Secret) -> Result<(), Error> {
        self.refresh.borrow_mut().take_if(|kept| kept == over);
        Ok(())
    }

    fn access(&self) -> Option<Access> {
        self.access.borrow().clone()
    }

    fn keep_access(&self, access: &Access) {
        self.access.replace(Some(access.clone()));
    }

    fn forget_access(&self, refused: Option<&Secret>) {
        self.access.borrow_mut().take_if(|kept| refused.is_none_or(|refused| kept.value == *refused));
    }

    fn lock(&self) -> LocalFuture<'_, Result<Box<dyn Any>, Error>> {
        // The refresh token is good for any number of uses.
        Box::pin(std::future::ready(Ok(Box::new(()) as Box<dyn Any>)))
    }

    fn warn(&self, _: &str) {}

    fn hint(&self) -> String {
        "orchest generate g_drive (add --no-browser where there is no browser)".to_owned()
    }
}
