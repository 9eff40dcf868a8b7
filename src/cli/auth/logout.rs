//! The way out at issuers. What is kept here goes whatever becomes of the revocation, for which it takes a client's secret and
//! an issuer that answers; and a login that could not be revoked is a failure, since whoever has it can still use it.

use anyhow::{Error, Result};

use crate::base::Secret;
use crate::oauth::{At, Client, Issuer, TokenStore as _, revoke, same_issuer};

use super::super::context::{Context, Kept};
use super::super::error::{CliError, Exit};
use super::super::login::chain;
use super::issuer::named;

/// One login, as far as it is known without asking anybody.
struct Login {
    address: String,
    client: Client,
    store: Kept,
    /// Whether it is that of the settings, which alone say how its client proves who it is.
    of_settings: bool,
}

/// How a login ended.
enum End {
    Revoked,
    /// The issuer has no way to.
    NoWay,
    /// There was a token that nothing renews.
    Expires,
    Nothing,
    Failed(Error),
}

impl Login {
    fn new(context: &Context, address: String, client: Client, of_settings: bool) -> Result<Self> {
        let store = context.paas_store(&address, &client)?;
        Ok(Self { address, client, store, of_settings })
    }

    /// Revokes it at the issuer and forgets it here, in this order; forgets it also when revoking fails.
    async fn end(&self, context: &Context) -> Result<End> {
        let _alone = self.store.lock().await?;
        let end = match self.store.refresh_token() {
            Ok(Some(token)) => match self.revoked(context, &token).await {
                Ok(true) => End::Revoked,
                Ok(false) => End::NoWay,
                Err(error) => End::Failed(error),
            },
            Ok(None) if self.store.access().is_some() => End::Expires,
            Ok(None) => End::Nothing,
            Err(error) => End::Failed(error.into()),
        };
        self.store.forget_access(None);
        for place in self.store.erase(None) {
            context.printer.note(&format!("the refresh token is erased from {place}"));
        }
        Ok(end)
    }

    async fn revoked(&self, context: &Context, token: &Secret) -> Result<bool> {
        let http = context.general_http()?;
        let mut client = self.client.clone();
        if self.of_settings {
            client.secret = (context.paas_secret()?)()?;
        }
        let issuer = Issuer::discover(&http, &self.address).await?;
        Ok(revoke(At { http: &http, issuer: &issuer, client: &client, clock: &*context.clock }, token).await?)
    }
}

/// Out of the login of the settings.
pub(super) async fn logout(context: &Context) -> Result<()> {
    let (address, client) = named(context)?;
    let login = Login::new(context, address, client, true)?;
    let said = match login.end(context).await? {
        End::Revoked => "logged out; the login is revoked",
        End::NoWay => "logged out here; the issuer has no way to revoke a login, which ends by itself",
        End::Expires => "logged out here; the token stays valid until it expires",
        End::Nothing => "was not logged in",
        End::Failed(error) => return Err(still_valid(&[(login.address, error)]).into()),
    };
    context.printer.note(said);
    Ok(())
}

/// Out of every login at an issuer that is known here: that of the settings, and those of which files tell.
pub(super) async fn logout_all(context: &Context) -> Result<()> {
    let (mut failed, mut held) = (Vec::new(), Ok(()));
    for login in known(context)? {
        match login.end(context).await {
            Ok(End::Revoked) => context.printer.note(&format!("the login at {} is revoked", login.address)),
            Ok(End::NoWay) => {
                let note = format!("{} has no way to revoke a login, which ends by itself", login.address);
                context.printer.note(&note);
            }
            Ok(End::Expires | End::Nothing) => {}
            Ok(End::Failed(error)) => failed.push((login.address, error)),
            Err(error) => held = Err(error),
        }
    }
    if failed.is_empty() { held } else { Err(still_valid(&failed).into()) }
}

fn known(context: &Context) -> Result<Vec<Login>> {
    let mut logins = Vec::new();
    // Settings that are not whole are no reason to keep the others.
    let of_settings = context.paas_client().ok().flatten();
    for (address, id) in context.kept_logins() {
        let is_own = |(own, client): &(String, Client)| same_issuer(own, &address) && client.id == id;
        if !of_settings.as_ref().is_some_and(is_own) {
            let client = Client { id, secret: None, scopes: Vec::new() };
            logins.push(Login::new(context, address, client, false)?);
        }
    }
    if let Some((address, client)) = of_settings {
        logins.push(Login::new(context, address, client, true)?);
    }
    Ok(logins)
}

/// It is gone here and not there.
fn still_valid(failed: &[(String, Error)]) -> CliError {
    let issuers: Vec<&str> = failed.iter().map(|(issuer, _)| issuer.as_str()).collect();
    let message =
        format!("logged out here, but the login at {} could not be revoked and stays valid", issuers.join(" and at "));
    let error = CliError::new(Exit::Failed, message);
    let error = failed.iter().fold(error, |error, (issuer, why)| error.cause(format!("{issuer}: {}", chain(&**why))));
    error.next("revoke it with your account there, where the programs are listed that may use it")
}
