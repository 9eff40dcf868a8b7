//! Who we are to an issuer, and what its answers become.

use jiff::{SignedDuration, Timestamp};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, ExtraTokenFields, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use serde::{Deserialize, Serialize};

use crate::base::{Clock, Secret};
use crate::http::{Error, Http};

use super::{Access, Issuer, Tokens};

/// A program as an issuer knows it.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// Programs on people's machines have none, as a rule.
    pub(crate) secret: Option<Secret>,
    pub(crate) scopes: Vec<String>,
}

/// Everything it takes to ask an issuer.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) http: &'a Http,
    pub(crate) issuer: &'a Issuer,
    pub(crate) client: &'a Client,
    pub(crate) clock: &'a dyn Clock,
}

/// What an issuer of identities adds to its answer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Identity {
    #[serde(default, skip_serializing)]
    id_token: Option<Secret>,
}

impl ExtraTokenFields for Identity {}

pub(super) type Answer = StandardTokenResponse<Identity, BasicTokenType>;

pub(super) type Asker = oauth2::Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl At<'_> {
    pub(super) fn asker(&self) -> Asker {
        let id = ClientId::new(self.client.id.clone());
        let mut asker = oauth2::Client::new(id).set_token_uri(TokenUrl::from_url(self.issuer.token.clone()));
        if let Some(secret) = &self.client.secret {
            asker = asker.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
        }
        if self.issuer.secret_in_form {
            asker = asker.set_auth_type(AuthType::RequestBody);
        }
        asker
    }

    pub(super) fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.client.scopes.iter().cloned().map(Scope::new)
    }

    /// An answer of the token end point in our words.
    pub(super) fn read(&self, answer: &Answer) -> Result<Tokens, Error> {
        if !matches!(answer.token_type(), BasicTokenType::Bearer) {
            return Err(super::wire::unusable(self.issuer, "its tokens are not of type Bearer"));
        }
        let now = self.clock.now();
        let life = answer.expires_in().and_then(|life| SignedDuration::try_from(life).ok());
        let value = Secret::new(answer.access_token().secret().clone());
        let access = Access { value, issued_at: now, expires_at: ending(now, life) };
        Ok(Tokens {
            access,
            refresh: answer.refresh_token().map(|token| Secret::new(token.secret().clone())),
            scopes: answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()),
            id_token: answer.extra_fields().id_token.clone(),
        })
    }
}

fn ending(now: Timestamp, life: Option<SignedDuration>) -> Timestamp {
    life.and_then(|life| now.checked_add(life).ok()).unwrap_or(Timestamp::MAX)
}
