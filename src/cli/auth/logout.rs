//! The way out at issuers. What is kept here goes whatever becomes of the revocation, for which it takes a client's secret and
//! an issuer that answers; and a login that could not be revoked is a failure, since whoever has it can still use it.

use anyhow::{Error, Result};

use crate::base::Secret;
use crate::base::text::safe;
use crate::oauth::{At, Client, Issuer, TokenStore as _, revoke, same_issuer};

use super::super::context::{Context, Kept, OutOfReach};
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
    /// Whether there was one, nobody knows.
    Unseen,
}

/// How it ended, and which places could not be looked at: those where it may be kept, and one that is of no concern.
struct Ended {
    end: End,
    missed: Vec<String>,
    unused: Option<String>,
}

impl Login {
    fn new(context: &Context, address: String, client: Client, of_settings: bool) -> Result<Self> {
        let store = context.paas_store(&address, &client)?;
        Ok(Self { address, client, store, of_settings })
    }

    /// Revokes it at the issuer and forgets it here, in this order; forgets it also when revoking fails.
    async fn end(&self, context: &Context) -> Result<Ended> {
        let _alone = self.store.lock().await?;
        let mut trouble = None;
        let end = match self.store.refresh_token() {
            Ok(Some(token)) => match self.revoked(context, &token).await {
                Ok(true) => End::Revoked,
                Ok(false) => End::NoWay,
                Err(error) => End::Failed(error),
            },
            Ok(None) if self.store.access().is_some() => End::Expires,
            Ok(None) => End::Nothing,
            Err(error) => {
                trouble = Some(chain(&error));
                End::Unseen
            }
        };
        self.store.forget_access(None);
        let erased = self.store.erase(None);
        for place in erased.from {
            context.printer.note(&format!("the refresh token is erased from {place}"));
        }
        let (mut missed, mut unused) = (erased.missed, None);
        match self.store.out_of_reach() {
            Some(OutOfReach::Holds(why)) => missed.push(why),
            // One that has been found is not looked for elsewhere.
            Some(OutOfReach::Empty(why)) if matches!(end, End::Expires | End::Nothing | End::Unseen) => {
                unused = Some(format!("{why}; no login is noted to have been put there"));
            }
            _ => {}
        }
        if missed.is_empty() {
            missed.extend(trouble);
        }
        Ok(Ended { end, missed, unused })
    }

    /// By what the settings would have to say to mean it.
    fn called(&self) -> String {
        format!("{} (client {})", self.address, safe(&self.client.id))
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
    let Ended { end, missed, unused } = login.end(context).await?;
    if let Some(unused) = unused {
        context.printer.note(&unused);
    }
    let said = match end {
        End::Revoked => "logged out; the login is revoked",
        End::NoWay => "logged out here; the issuer has no way to revoke a login, which ends by itself",
        End::Expires if missed.is_empty() => "logged out here; the token stays valid until it expires",
        End::Nothing if missed.is_empty() => "was not logged in",
        End::Failed(error) => return Err(still_valid(&[(login.address, error)], &missed).into()),
        End::Expires | End::Nothing | End::Unseen => return Err(not_seen(&[login.called()], &missed).into()),
    };
    context.printer.note(said);
    if missed.is_empty() { Ok(()) } else { Err(not_seen(&[login.called()], &missed).into()) }
}

/// Out of every login at an issuer that is known here: that of the settings, and those of which files tell.
pub(super) async fn logout_all(context: &Context) -> Result<()> {
    let (logins, mut missed) = known(context)?;
    let (mut failed, mut unseen, mut unused, mut held) = (Vec::new(), Vec::new(), None, Ok(()));
    for login in logins {
        let ended = match login.end(context).await {
            Ok(ended) => ended,
            Err(error) => {
                held = Err(error);
                continue;
            }
        };
        match ended.end {
            End::Revoked => context.printer.note(&format!("the login at {} is revoked", login.address)),
            End::NoWay => {
                let note = format!("{} has no way to revoke a login, which ends by itself", login.address);
                context.printer.note(&note);
            }
            End::Expires | End::Nothing | End::Unseen => {}
            End::Failed(error) => failed.push((login.address.clone(), error)),
        }
        unused = unused.or(ended.unused);
        if !ended.missed.is_empty() {
            unseen.push(login.called());
            missed.extend(ended.missed);
        }
    }
    if let Some(unused) = unused {
        context.printer.note(&unused);
    }
    // Of several logins the same place is told once.
    missed.sort();
    missed.dedup();
    if !failed.is_empty() {
        return Err(still_valid(&failed, &missed).into());
    }
    if missed.is_empty() { held } else { Err(not_seen(&unseen, &missed).into()) }
}

/// Those, and what could not be looked at.
fn known(context: &Context) -> Result<(Vec<Login>, Vec<String>)> {
    let mut logins = Vec::new();
    // Settings that are not whole are no reason to keep the others.
    let of_settings = context.paas_client().ok().flatten();
    let (kept, missed) = context.kept_logins();
    for (address, id) in kept {
        let is_own = |(own, client): &(String, Client)| same_issuer(own, &address) && client.id == id;
        if !of_settings.as_ref().is_some_and(is_own) {
            let client = Client { id, secret: None, scopes: Vec::new() };
            logins.push(Login::new(context, address, client, false)?);
        }
    }
    if let Some((address, client)) = of_settings {
        logins.push(Login::new(context, address, client, true)?);
    }
    Ok((logins, missed))
}

/// It is gone here and not there.
fn still_valid(failed: &[(String, Error)], missed: &[String]) -> CliError {
    let issuers: Vec<&str> = failed.iter().map(|(issuer, _)| issuer.as_str()).collect();
    let message =
        format!("logged out here, but the login at {} could not be revoked and stays valid", issuers.join(" and at "));
    let error = CliError::new(Exit::Failed, message);
    let error = failed.iter().fold(error, |error, (issuer, why)| error.cause(format!("{issuer}: {}", chain(&**why))));
    let error = missed.iter().fold(error, CliError::cause);
    error.next("revoke it with your account there, where the programs are listed that may use it")
}

/// Of a place that could not be looked at nobody can say that nothing is kept there.
fn not_seen(issuers: &[String], missed: &[String]) -> CliError {
    let at = if issuers.is_empty() { String::new() } else { format!(" at {}", issuers.join(" and at ")) };
    let message = format!("a login{at} may still be kept here, and valid");
    let error = missed.iter().fold(CliError::new(Exit::Failed, message), CliError::cause);
    error.next(
        "orchest auth logout paas where that can be looked at, as on an unlocked desktop, with that login's paas.issuer \
         and paas.client_id; where that keyring is gone, or none was ever used: orchest config set auth.store file",
    )
}
