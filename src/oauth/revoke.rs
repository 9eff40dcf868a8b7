//! Telling an issuer that a token is not needed any more (RFC 7009).

use oauth2::{RefreshToken, RevocationUrl, StandardRevocableToken};

use crate::base::Secret;
use crate::http::Error;

use super::At;
use super::wire::{Failure, failure, send};

/// Revokes a refresh token, and with it, at most issuers, the access tokens it gave. `false`: the issuer has no way to.
pub(crate) async fn revoke(at: At<'_>, token: &Secret) -> Result<bool, Error> {
    let Some(url) = &at.issuer.revocation else { return Ok(false) };
    // The library takes no plain http, not even to this machine; where it goes is decided here.
    let mut shown = url.clone();
    let _ = shown.set_scheme("https");
    let asker = at.asker().set_revocation_url(RevocationUrl::from_url(shown));
    let token = StandardRevocableToken::from(RefreshToken::new(token.expose().to_owned()));
    let request = asker.revoke_token(token).map_err(|error| Error::Unsendable(error.to_string()))?;
    let outcome = request.request_async(&|request| send(at.http, at.issuer, url, request)).await;
    match outcome.map_err(|error| failure(at.issuer, error)) {
        Ok(()) => Ok(true),
        // One that is over is as good as revoked.
        Err(Failure::Refused { code, .. }) if code == "invalid_token" => Ok(true),
        Err(Failure::Wire(error)) => Err(error),
        Err(refused) => Err(refused.plain(&format!("{} does not revoke the token", at.issuer.name), "")),
    }
}
