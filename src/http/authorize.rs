//! How a credential gets onto a request, and what happens when the server refuses it.

use crate::base::Secret;
use crate::base::clock::LocalFuture;

use super::Error;

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

    /// The only origin (scheme, host, port) that the credential may be sent to.
    fn origin(&self) -> url::Origin;
}
