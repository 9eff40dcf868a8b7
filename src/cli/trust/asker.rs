//! With which of our tokens trusts are asked about.
//!
//! Both parties may see a trust with a token for anything but a domain; a token without scope serves best, since everybody
//! gets one. An administrator needs the scope that the settings name. On the platform that is a domain, with which stock
//! Keystone refuses everything about trusts; so where one token is refused, the other one is tried.

use anyhow::Result;

use crate::api::keystone::auth::{Identity, Token};
use crate::api::keystone::{Keystone, Scope};
use crate::http::Error;

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::row::Names;

/// Our logins, in the order in which they are tried.
pub(super) struct Asker(Vec<Keystone>);

/// Whether somebody said what the login is for.
pub(super) fn has_scope(context: &Context) -> Result<bool> {
    for key in ["auth.scope", "auth.project", "auth.domain"] {
        if context.settings.text(key)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Asker {
    pub(super) fn new(context: &Context) -> Result<Self> {
        let own = context.keystone()?.clone();
        if matches!(own.login().identity(), Identity::Token(_)) {
            return Ok(Self(vec![own]));
        }
        let unscoped = || context.keystone_for(Scope::Unscoped);
        let is_of_domain = matches!(own.login().scope(), Scope::Domain { .. });
        Ok(Self(match (has_scope(context)?, is_of_domain) {
            (false, _) => vec![unscoped()?, own],
            (true, true) => vec![own, unscoped()?],
            (true, false) => vec![own],
        }))
    }

    /// Only this one.
    pub(super) fn only(keystone: Keystone) -> Self {
        Self(vec![keystone])
    }

    pub(super) async fn ask<T>(&self, question: impl AsyncFn(&Keystone) -> Result<T, Error>) -> Result<T> {
        let mut refusal: Option<Error> = None;
        for keystone in &self.0 {
            match question(keystone).await {
                Ok(answer) => return Ok(answer),
                Err(error) if error.status() == Some(403) => refusal = Some(error),
                // Not everybody has a role at the second scope; that one was not asked for.
                Err(Error::Login { .. }) if refusal.is_some() => {}
                Err(error) => return Err(error.into()),
            }
        }
        let error = CliError::new(Exit::Forbidden, "this login may not do that to the trust, or see it");
        let error = refusal.iter().fold(error, |error, refusal| error.cause(refusal.to_string()));
        let next = "log in as its trustor or trustee, or as an administrator: --scope system on stock Keystone, \
                    --scope domain as the platform's cloud administrator";
        Err(error.next(next).into())
    }

    /// Who asks, by the token that is used first.
    pub(super) async fn me(&self) -> Result<Token> {
        let Some(keystone) = self.0.first() else {
            return Err(CliError::new(Exit::Login, "nobody is logged in").into());
        };
        let login = keystone.login();
        let token = match login.identity() {
            // One that was given says nothing about itself.
            Identity::Token(_) => login.confirmed(|_| true).await?,
            Identity::Password { .. } => login.token().await?,
        };
        Ok(token)
    }

    /// What the tokens that were used tell.
    pub(super) fn names(&self) -> Names {
        let mut names = Names::default();
        self.0.iter().filter_map(|keystone| keystone.login().known()).for_each(|token| names.add_token(&token));
        names
    }
}
