//! Access tokens for a program with a key of its own (RFC 7523): it signs who it is, and the issuer gives a token for that.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::base::clock::LocalFuture;
use crate::base::{Clock, Secret};
use crate::http::{Endpoint, Error, Http, Method, Request};

use super::{Access, Source};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// An assertion is good for an hour at most.
const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Statuses with which an issuer says no in words.
const REFUSALS: [u16; 3] = [400, 401, 403];

/// Who signs, and what for.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    /// The name that the issuer knows it by.
    pub(crate) name: String,
    /// The number of its key, where it has several.
    pub(crate) key_id: Option<String>,
    /// The key: PKCS#8 in PEM.
    pub(crate) key: Secret,
    /// Whom it acts for, if not for itself.
    pub(crate) subject: Option<String>,
    /// With spaces between.
    pub(crate) scope: String,
}

/// Gives tokens to such a program.
pub(crate) struct Asserted {
    http: Rc<Http>,
    signer: Signer,
    token_url: Url,
    clock: Rc<dyn Clock>,
    hint: String,
}

#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    expires_in: Option<i64>,
}

impl Asserted {
    pub(crate) fn new(http: Rc<Http>, signer: Signer, token_url: Url, clock: Rc<dyn Clock>, hint: String) -> Self {
        Self { http, signer, token_url, clock, hint }
    }

    async fn ask(&self) -> Result<Access, Error> {
        let now = self.clock.now();
        let assertion = self.signer.sign(self.token_url.as_str(), now)?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("grant_type", GRANT), ("assertion", assertion.expose())])
            .finish();
        let endpoint = Endpoint { backend: "issuer", url: self.token_url.clone() };
        // The same assertion may be used again: it brings another token, and takes nothing away.
        let request = Request::new(Method::Post).form(form).repeatable();
        let request = REFUSALS.into_iter().fold(request, Request::accept_status);
        let response = self.http.send(&endpoint, &request, None).await?;
        if response.status >= 400 {
            let message = format!("{} is refused a token: {}", self.signer.name, response.error_message());
            return Err(Error::Login { message, hint: self.hint.clone() });
        }
        let granted: Granted = response.decode(None)?;
        let end = granted.expires_in.and_then(|life| now.checked_add(SignedDuration::from_secs(life)).ok());
        Ok(Access { value: granted.access_token, issued_at: now, expires_at: end.unwrap_or(Timestamp::MAX) })
    }
}

impl Source for Asserted {
    fn access(&self, _: Option<Secret>) -> LocalFuture<'_, Result<Option<Access>, Error>> {
        Box::pin(async { self.ask().await.map(Some) })
    }
}

impl Signer {
    fn sign(&self, audience: &str, now: Timestamp) -> Result<Secret, Error> {
        let unusable = |why: &str| Error::Setup(format!("the key of {} cannot be used: {why}", self.name));
        let der = PrivatePkcs8KeyDer::from_pem_slice(self.key.expose().as_bytes())
            .map_err(|_| unusable("it is no PKCS#8 key in PEM form"))?;
        let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der())
            .map_err(|_| unusable("it is no RSA key of 2048 to 4096 bits"))?;
        let mut header = json!({"alg": "RS256", "typ": "JWT"});
        if let (Some(members), Some(id)) = (header.as_object_mut(), &self.key_id) {
            members.insert("kid".to_owned(), json!(id));
        }
        let begin = now.as_second();
        let mut claims = json!({"iss": self.name, "scope": self.scope, "aud": audience, "iat": begin,
            "exp": begin + LIFE.as_secs()});
        if let (Some(members), Some(subject)) = (claims.as_object_mut(), &self.subject) {
            members.insert("sub".to_owned(), json!(subject));
        }
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| unusable("it does not sign"))?;
        Ok(Secret::new(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

#[cfg(feature = "oauth")]
#[cfg(test)]
#[path = "assertion_tests.rs"]
mod tests;
