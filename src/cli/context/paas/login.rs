//! The login at the issuer that the settings name, and who we are to it.

use std::rc::Rc;

use anyhow::Result;

use crate::base::text::safe;
use crate::oauth::{Client, Refresher, TokenStore as _};
use crate::secrets;

use super::super::super::error::{CliError, Exit};
use super::{Context, Found, FoundState, Kept};

impl Context {
    /// The issuer in the settings, and who we are to it; `None` if none is named.
    pub(crate) fn paas_client(&self) -> Result<Option<(String, Client)>> {
        let text = |key: &str| self.settings.text(key);
        let Some(issuer) = text("paas.issuer")? else { return Ok(None) };
        let Some(id) = text("paas.client_id")? else {
            let error = CliError::new(Exit::Config, format!("which client is this program to {issuer}?"));
            return Err(error.next("orchest config set paas.client_id ID, as it is registered there").into());
        };
        let secret = match self.settings.env_secret("paas.client_secret") {
            Some((secret, _)) => Some(secret),
            None => match (
                self.settings.path("paas.client_secret_file")?,
                self.settings.list("paas.client_secret_command")?,
            ) {
                (Some(path), _) => Some(secrets::file::read(&path)?),
                (None, Some(words)) => Some(self.printed_by(&words)?),
                (None, None) => None,
            },
        };
        let scopes = text("paas.scopes")?.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        Ok(Some((issuer, Client { id, secret, scopes })))
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
        let source = Refresher::new(self.general_http()?, issuer, client, store, self.clock.clone());
        Ok(Some(Found { from, state, source: Box::new(source) }))
    }
}
