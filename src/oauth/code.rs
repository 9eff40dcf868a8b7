//! Logging in with a browser on this machine: authorisation code with PKCE (RFC 7636, RFC 8252).

use std::sync::Arc;
use std::time::Duration;

use oauth2::{AuthUrl, AuthorizationCode, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl};
use url::Url;
use url::form_urlencoded::parse;

use crate::base::Secret;
use crate::http::Error;

use super::loopback::{Judge, Loopback, Missed, Verdict};
use super::wire::{Failure, failure, said, send, unusable};
use super::{At, Tokens, jwt, same_issuer};

/// The scope that makes a login one of `OpenID` Connect.
const OPENID: &str = "openid";

/// How long a person has.
pub(crate) const LIMIT: Duration = Duration::from_mins(5);

/// A login that was begun.
pub(crate) struct Begun {
    /// What the browser opens.
    pub(crate) address: Url,
    redirect: RedirectUrl,
    state: String,
    nonce: String,
    /// None where the issuer takes none.
    verifier: Option<PkceCodeVerifier>,
}

/// What a browser brings back.
#[derive(Debug, PartialEq, Eq)]
enum Back {
    Code(Secret),
    Refused(String),
}

/// Makes the address to open, and what is needed to believe the answer.
pub(crate) fn begin(at: At<'_>, redirect_uri: &str) -> Result<Begun, Error> {
    let Some(url) = &at.issuer.authorization else {
        return Err(Error::Login {
            message: format!("{} has no login by browser", at.issuer.name),
            hint: "try the login by device: --device".to_owned(),
        });
    };
    let redirect = RedirectUrl::new(redirect_uri.to_owned()).map_err(|error| Error::Unsendable(error.to_string()))?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let asker = at.asker().set_auth_uri(AuthUrl::from_url(url.clone())).set_redirect_uri(redirect.clone());
    let nonce = CsrfToken::new_random();
    let mut request = asker.authorize_url(CsrfToken::new_random).add_scopes(at.scopes());
    let verifier = at.issuer.takes_proof.then_some(verifier);
    if verifier.is_some() {
        request = request.set_pkce_challenge(challenge);
    }
    for (name, value) in &at.issuer.extras {
        request = request.add_extra_param(*name, value.as_str());
    }
    if at.client.scopes.iter().any(|scope| scope == OPENID) {
        request = request.add_extra_param("nonce", nonce.secret());
    }
    // Without being asked again, nobody is given a token that outlives the session (OpenID Connect, 11).
    if at.client.scopes.iter().any(|scope| scope == "offline_access") {
        request = request.add_extra_param("prompt", "consent");
    }
    let (address, state) = request.url();
    let (state, nonce) = (state.secret().clone(), nonce.secret().clone());
    Ok(Begun { address, redirect, state, nonce, verifier })
}

/// Says of a query whether it ends the login of this mark, and well: with a value of this name.
pub(super) fn judge(state: &str, good: &'static str) -> Judge {
    // No `Secret`: those are taken out of everything that is shown, and the address to open has to be.
    let state = state.to_owned();
    Arc::new(move |query| {
        if !only(query, "state").is_some_and(|given| is_same(&given, &state)) {
            return Verdict::Foreign;
        }
        match (only(query, good), only(query, "error")) {
            (Some(_), None) => Verdict::Done,
            (None, Some(_)) => Verdict::Denied,
            _ => Verdict::Foreign,
        }
    })
}

/// The query of an address that leads here and ends a login.
pub(super) fn pasted(text: &str, here: &Url, judge: &Judge) -> Result<String, Error> {
    let wrong = |why: &str| Error::Login {
        message: format!("this is not the address that the login ended at: {why}"),
        hint: format!("begin again, and copy the whole address that starts with {here}"),
    };
    let url = Url::parse(text.trim()).map_err(|_| wrong("it is no address"))?;
    if (url.origin(), url.path()) != (here.origin(), here.path()) {
        return Err(wrong("it leads elsewhere"));
    }
    let query = url.query().unwrap_or_default();
    match judge(query) {
        Verdict::Foreign => Err(wrong("it belongs to another login, or is not whole")),
        Verdict::Done | Verdict::Denied => Ok(query.to_owned()),
    }
}

impl Begun {
    /// For the listener: whether a query belongs to this login.
    fn judge(&self) -> Judge {
        judge(&self.state, "code")
    }

    /// Waits for the browser.
    pub(crate) async fn come_back(&self, loopback: &mut Loopback, limit: Duration) -> Result<String, Error> {
        loopback.wait(self.judge(), limit).await.map_err(|missed| gone(missed, limit))
    }

    /// The query of an address that somebody has copied out of the browser.
    pub(crate) fn pasted(&self, text: &str) -> Result<String, Error> {
        pasted(text, self.redirect.url(), &self.judge())
    }

    /// Exchanges what came back for tokens.
    pub(crate) async fn finish(self, at: At<'_>, query: &str) -> Result<Tokens, Error> {
        // Another issuer that was made to send its code here would be given it (RFC 9207).
        if only(query, "iss").is_some_and(|issuer| !at.issuer.is_itself(&issuer)) {
            return Err(unusable(at.issuer, "the browser came back from another issuer"));
        }
        let code = match back(query) {
            Back::Code(code) => code,
            Back::Refused(said) => {
                let message = format!("the login at {} was refused: {said}", at.issuer.name);
                return Err(Error::Login { message, hint: "begin again, and allow it there".to_owned() });
            }
        };
        let asker = at.asker().set_redirect_uri(self.redirect);
        let code = AuthorizationCode::new(code.expose().to_owned());
        let mut request = asker.exchange_code(code);
        if let Some(verifier) = self.verifier {
            request = request.set_pkce_verifier(verifier);
        }
        let answer = request.request_async(&|request| send(at.http, at.issuer, &at.issuer.token, request)).await;
        let answer = answer.map_err(|error| match failure(at.issuer, error) {
            Failure::Wire(error) => error,
            refused @ Failure::Refused { .. } => {
                refused.plain(&format!("{} does not take the code", at.issuer.name), "begin again")
            }
        })?;
        let tokens = at.read(&answer)?;
        check_identity(at, &tokens, &self.nonce)?;
        Ok(tokens)
    }
}

/// An identity that came with the tokens has to be for this login. It came over TLS from the issuer itself, which is why
/// its signature is not looked at (`OpenID` Connect, 3.1.3.7). Whoever asked for `openid` has to be given one (3.1.3.3), unless
/// the issuer says that it did not grant that: it is what ties the tokens to this login.
fn check_identity(at: At<'_>, tokens: &Tokens, nonce: &str) -> Result<(), Error> {
    let Some(identity) = &tokens.id_token else {
        let has = |scopes: &[String]| scopes.iter().any(|scope| scope == OPENID);
        if has(&at.client.scopes) && tokens.scopes.as_deref().is_none_or(has) {
            return Err(Error::Login {
                message: format!("{} gave no identity token, and openid was asked for", at.issuer.name),
                hint: "if it is no issuer of OpenID Connect, leave openid out of paas.scopes".to_owned(),
            });
        }
        return Ok(());
    };
    let claims =
        jwt::read(identity.expose()).ok_or_else(|| unusable(at.issuer, "its identity token cannot be read"))?;
    let ours = claims.nonce.as_deref() == Some(nonce)
        && claims.audience.contains(&at.client.id)
        && claims.issuer.is_some_and(|issuer| same_issuer(&issuer, &at.issuer.name));
    if ours { Ok(()) } else { Err(unusable(at.issuer, "its identity token is for another login")) }
}

/// Why nobody came back.
pub(super) fn gone(missed: Missed, limit: Duration) -> Error {
    let (message, hint) = match missed {
        // It was closed, or nobody knew of it.
        Missed::Late => (
            format!("nobody came back from the browser within {} minutes", limit.as_secs() / 60),
            "begin again; without a browser on this machine: --no-browser, or --device where there is one",
        ),
        Missed::Twice => (
            "the login was opened twice, and the other may not have been you".to_owned(),
            "begin again, and open the address once; with --no-browser nobody else can open it",
        ),
    };
    Error::Login { message, hint: hint.to_owned() }
}

/// In a time that tells nothing of where they differ.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

fn back(query: &str) -> Back {
    match only(query, "code") {
        Some(code) => Back::Code(Secret::new(code)),
        None => {
            let why = only(query, "error_description").unwrap_or_default();
            Back::Refused(said(&only(query, "error").unwrap_or_default(), &why))
        }
    }
}

/// The value of a name that is there once, and not empty.
pub(super) fn only(query: &str, name: &str) -> Option<String> {
    let mut found = parse(query.as_bytes()).filter(|(known, _)| known == name);
    let value = found.next()?.1.into_owned();
    (found.next().is_none() && !value.is_empty()).then_some(value)
}

#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;
