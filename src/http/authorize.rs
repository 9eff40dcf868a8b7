//! How a credential gets onto a request, and what happens when the server refuses it.

use std::rc::Rc;

use crate::base::Secret;
use crate::base::clock::LocalFuture;

use super::{Error, StatusError};

/// A header to put on a request, and which renewal it stems from.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    /// The header's name, for instance `X-Auth-Token`.
    pub(crate) header: &'static str,
    /// Its value.
    pub(crate) value: Secret,
    /// Counts renewals, so that of many requests that were refused together only the first one renews.
    pub(crate) generation: u64,
}

/// Puts a credential on requests. Implemented by a back end's login; bound to the origin it logs in to.
pub(crate) trait Authorize {
    /// The present credential, obtained first if there is none.
    fn credential(&self) -> LocalFuture<'_, Result<Credential, Error>>;

    /// The server answered 401 to a request that carried the credential of this generation. `true`: there is a new one,
    /// send again (once). `false`: nothing can renew it. Single-flight: a stale generation returns `true` at once.
    fn renew(&self, refused: u64) -> LocalFuture<'_, Result<bool, Error>>;

    /// Whether a 401 can be about the credential, so that another one may do better.
    fn may_be_mended(&self, _refusal: &StatusError) -> bool {
        true
    }

    /// The only origin (scheme, host, port) that the credential may be sent to.
    fn origin(&self) -> url::Origin;
}

/// The credential of one server, lent to another that was named by whoever runs us: a PEP takes Keystone's tokens.
pub(crate) struct Lent {
    owner: Rc<dyn Authorize>,
    to: url::Origin,
}

impl Lent {
    pub(crate) fn new(owner: Rc<dyn Authorize>, to: url::Origin) -> Self {
        Self { owner, to }
    }
}

impl Authorize for Lent {
    fn credential(&self) -> LocalFuture<'_, Result<Credential, Error>> {
        self.owner.credential()
    }

    fn renew(&self, refused: u64) -> LocalFuture<'_, Result<bool, Error>> {
        self.owner.renew(refused)
    }

    fn may_be_mended(&self, refusal: &StatusError) -> bool {
        self.owner.may_be_mended(refusal)
    }

    fn origin(&self) -> url::Origin {
        self.to.clone()
    }
}
