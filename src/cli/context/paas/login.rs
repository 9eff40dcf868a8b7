//! The login at the issuer that the settings name, and who we are to it.

use std::rc::Rc;

use anyhow::Result;

use crate::base::Secret;
use crate::base::text::safe;
use crate::http::Error;
use crate::oauth::{Client, Refresher, TokenStore as _};
use crate::secrets;

use super::super::super::error::{CliError, Exit};
use super::super::super::login::chain;
use super::{Context, Found, FoundState, Kept};

impl Context {
    /// The issuer in the settings, and who we are to it, but for the secret; `None` if none is named.
    pub(crate) fn paas_client(&self) -> Result<Option<(String, Client)>> {
        let text = |key: &str| self.settings.text(key);
        let Some(issuer) = text("paas.issuer")? else { return Ok(None) };
        let Some(id) = text("paas.client_id")? else {
            let error = CliError::new(Exit::Config, format!("which client is this program to {issuer}?"));
            return Err(error.next("orchest config set paas.client_id ID, as it is registered there").into());
        };
        let scopes = text("paas.scopes")?.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        Ok(Some((issuer, Client { id, secret: None, scopes })))
    }

    /// Gives that client's secret when it is needed, if it has one.
    pub(crate) fn paas_secret(&self) -> Result<impl Fn() -> Result<Option<Secret>, Error> + use<>> {
        let variable = self.settings.env_secret("paas.client_secret").map(|(secret, _)| secret);
        let (file, command) = self.settings.file_or_command("paas.client_secret")?;
        let environment: Vec<(String, String)> = self.inputs.env.clone().into_iter().collect();
        Ok(move || {
            let found = match (&variable, &file, &command) {
                (Some(secret), ..) => return Ok(Some(secret.clone())),
                (None, Some(path), _) => secrets::file::read(path),
                (None, None, Some(words)) => secrets::command::run(words, &environment, secrets::command::LIMIT),
                (None, None, None) => return Ok(None),
            };
            found.map(Some).map_err(|error| Error::Setup(format!("no secret of the client: {}", chain(&error))))
        })
    }

    /// Where the login at this issuer is kept.
    pub(crate) fn paas_store(&self, issuer: &str, client: &Client) -> Result<Kept> {
        Kept::new(self, issuer, client)
    }

    /// The login that is kept here, if there is one.
    pub(super) fn paas_kept(&self) -> Result<Option<Found>> {
        if self.settings.get("paas.issuer").is_none() || self.settings.get("paas.client_id").is_none() {
            return Ok(None);
        }
        let Some((issuer, client)) = self.paas_client()? else { return Ok(None) };
        let store = Rc::new(self.paas_store(&issuer, &client)?);
        let access = store.access();
        let is_fresh = access.as_ref().is_some_and(|access| access.is_fresh(self.clock.now()));
        // What is kept of the last renewal is enough; a keyring takes its time.
        if !is_fresh {
            match store.refresh_token() {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                Err(error) if self.settings.get("paas.oidc_account").is_some() => {
                    self.printer.warn(&error.to_string());
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
        let from = format!("the login at {}", safe(&issuer));
        let state = FoundState::Kept(access);
        let secret = self.paas_secret()?;
        let client = Box::new(move || Ok(Client { secret: secret()?, ..client.clone() }));
        let source = Refresher::new(self.general_http()?, issuer, client, store, self.clock.clone());
        Ok(Some(Found { from, state, source: Box::new(source) }))
    }
}
