//! `orchest auth … CONNECTOR`: what `orchest generate` has kept, whose it is, and its end.

use anyhow::Result;
use serde_json::json;

use crate::connectors::{ConnectorKind, Error, Identity, Proof, Token, revoke};
use crate::oauth::{At, Client, TokenStore as _};
use crate::output::{Column, View};

use super::super::context::{Context, Kept, OutOfReach};
use super::super::error::{CliError, Exit};
use super::super::login::chain;
use super::super::present::Row;
use super::setup::{Sheet, wire};

const VIEW: View = View {
    columns: &[
        Column { title: "CONNECTOR", key: "connector", wide: false },
        Column { title: "TOKEN", key: "from", wide: false },
        Column { title: "BELONGS TO", key: "identity", wide: false },
        Column { title: "SCOPES", key: "scopes", wide: false },
        Column { title: "EXPIRES", key: "expires_at", wide: false },
    ],
    name: "identity",
};

/// A token, and where it is from.
struct Present {
    from: String,
    proof: Proof,
}

fn present(sheet: &Sheet<'_>) -> Result<Option<Present>, Error> {
    let name = sheet.kind.name();
    let set = sheet.secret("token", &["api_url"])?.map(|token| (sheet.place_of("token"), Token::Given(token)));
    let found = match set {
        Some(found) => Some(found),
        None => sheet.kept()?.map(|token| (format!("orchest generate {name}"), token)),
    };
    let Some((from, token)) = found else { return Ok(None) };
    let proof = match token {
        Token::Given(token) if sheet.kind == ConnectorKind::Trello && !sheet.section.switch("oauth") => {
            Proof::Key { key: sheet.api_key()?, token }
        }
        token => Proof::Token(token),
    };
    Ok(Some(Present { from, proof }))
}

fn needed(sheet: &Sheet<'_>) -> Result<Present> {
    present(sheet)?.ok_or_else(|| {
        let title = sheet.kind.title();
        let error = CliError::new(Exit::Login, format!("no token for {title} is set or kept"));
        error.next(format!("orchest generate {}", sheet.kind)).into()
    })
}

fn row(sheet: &Sheet<'_>, from: &str, identity: Option<&Identity>) -> Row {
    let mut row = Row::new();
    row.insert("connector".to_owned(), json!(sheet.kind.name()));
    row.insert("from".to_owned(), json!(from));
    row.insert("identity".to_owned(), json!(identity.map(|identity| &identity.name)));
    row.insert("scopes".to_owned(), json!(identity.and_then(|identity| identity.scopes.as_ref())));
    let end = identity.and_then(|identity| identity.expires_at);
    row.insert("expires_at".to_owned(), json!(end.map(|end| end.to_string())));
    row
}

/// Where the token would come from, without asking anybody but the keyring.
pub(in crate::cli) fn status(context: &Context, kind: ConnectorKind) -> Result<()> {
    let sheet = Sheet::of(context, kind)?;
    let present = needed(&sheet)?;
    Ok(context.printer.show(&VIEW, row(&sheet, &present.from, None))?)
}

/// Whose it is.
pub(in crate::cli) async fn whoami(context: &Context, kind: ConnectorKind) -> Result<()> {
    let sheet = Sheet::of(context, kind)?;
    let present = needed(&sheet)?;
    let api = sheet.section.text("api_url");
    let identity = Identity::ask(kind, &wire(context)?, api.as_deref(), &present.proof).await?;
    Ok(context.printer.show(&VIEW, row(&sheet, &present.from, Some(&identity)))?)
}

/// The token itself, into a pipe.
pub(in crate::cli) async fn token(context: &Context, kind: ConnectorKind) -> Result<()> {
    let sheet = Sheet::of(context, kind)?;
    let token = match needed(&sheet)?.proof {
        Proof::Key { token, .. } | Proof::Token(Token::Given(token)) => token,
        Proof::Token(Token::Session(session)) => {
            use crate::oauth::Source as _;
            let access = session.access(None).await?;
            access.ok_or_else(|| CliError::new(Exit::Login, "the login gives no token"))?.value
        }
    };
    Ok(context.printer.text(token.expose())?)
}

/// What became of one login.
#[derive(Default)]
struct End {
    /// In sentences.
    said: Vec<String>,
    /// Why it is still good.
    failed: Vec<anyhow::Error>,
    /// What could not be looked at.
    missed: Vec<String>,
}

/// Takes back what is kept, and forgets it whatever comes of that.
pub(in crate::cli) async fn logout(context: &Context, kind: ConnectorKind) -> Result<()> {
    let end = ended(&Sheet::of(context, kind)?).await?;
    if end.said.is_empty() && end.failed.is_empty() && end.missed.is_empty() {
        context.printer.note(&format!("nothing is kept for {}", kind.title()));
    }
    finish(context, kind, end)
}

/// The same for all services of which something is kept.
pub(in crate::cli) async fn logout_all(context: &Context) -> Result<()> {
    let mut outcome = Ok(());
    for kind in ConnectorKind::ALL {
        // Settings that are not whole are no reason to keep the others.
        let Ok(sheet) = Sheet::of(context, kind) else { continue };
        let end = ended(&sheet).await?;
        outcome = outcome.and(finish(context, kind, end));
    }
    outcome
}

fn finish(context: &Context, kind: ConnectorKind, end: End) -> Result<()> {
    for said in &end.said {
        context.printer.note(said);
    }
    let title = kind.title();
    if !end.failed.is_empty() {
        let error =
            CliError::new(Exit::Failed, format!("forgotten here, but the token for {title} is still valid there"));
        let error = end.failed.iter().fold(error, |error, why| error.cause(chain(&**why)));
        return Err(error
            .next("end it at the service, where the programs are listed that may use your account")
            .into());
    }
    if !end.missed.is_empty() {
        let error = CliError::new(Exit::Failed, format!("a token for {title} may still be kept here, and valid"));
        let error = end.missed.iter().fold(error, CliError::cause);
        return Err(error.next("unlock the keyring and run this again").into());
    }
    Ok(())
}

async fn ended(sheet: &Sheet<'_>) -> Result<End> {
    let mut end = End::default();
    if let Ok(Some(lasting)) = sheet.lasting() {
        match lasting.store.refresh_token() {
            Ok(Some(refresh)) => {
                let taken = match sheet.kind {
                    ConnectorKind::Slack => match sheet.lasting_session()? {
                        Some(token) => taken_back(sheet, &Proof::Token(token)).await,
                        None => Ok(false),
                    },
                    _ => {
                        let client = Client { secret: sheet.client_secret()?, ..lasting.client.clone() };
                        let http = sheet.context.general_http()?;
                        let at =
                            At { http: &http, issuer: &lasting.issuer, client: &client, clock: &*sheet.context.clock };
                        crate::oauth::revoke(at, &refresh).await.map_err(anyhow::Error::from)
                    }
                };
                note(&mut end, sheet, taken);
            }
            Ok(None) => {}
            Err(error) => end.missed.push(error.to_string()),
        }
        forget(&mut end, &lasting.store);
    }
    let bare = sheet.bare()?;
    match bare.refresh_token() {
        Ok(Some(token)) => {
            let proof = match sheet.kind {
                ConnectorKind::Trello => sheet.api_key().map(|key| Proof::Key { key, token }),
                _ => Ok(Proof::Token(Token::Given(token))),
            };
            let taken = match proof {
                Ok(proof) => taken_back(sheet, &proof).await,
                Err(error) => Err(error.into()),
            };
            note(&mut end, sheet, taken);
        }
        Ok(None) => {}
        Err(error) => end.missed.push(error.to_string()),
    }
    forget(&mut end, &bare);
    end.missed.dedup();
    Ok(end)
}

async fn taken_back(sheet: &Sheet<'_>, proof: &Proof) -> Result<bool> {
    sheet.refuse_strangers()?;
    let api = sheet.section.text("api_url");
    Ok(revoke(sheet.kind, &wire(sheet.context)?, api.as_deref(), proof).await?)
}

fn note(end: &mut End, sheet: &Sheet<'_>, taken: Result<bool>) {
    let title = sheet.kind.title();
    match taken {
        Ok(true) => end.said.push(format!("the token for {title} is revoked there, and forgotten here")),
        Ok(false) => {
            let page = match sheet.kind {
                ConnectorKind::GitHub => "https://github.com/settings/applications or …/settings/tokens",
                ConnectorKind::Trello => "https://id.atlassian.com/manage-profile/apps",
                _ => "the settings of your account",
            };
            end.said.push(format!("forgotten here; {title} gives programs no way to revoke it: see {page}"));
        }
        Err(error) => end.failed.push(error),
    }
}

fn forget(end: &mut End, store: &Kept) {
    store.forget_access(None);
    end.missed.extend(store.erase(None).missed);
    // As over SSH and under cron.
    if let Some(OutOfReach::Holds(why)) = store.out_of_reach() {
        end.missed.push(why);
    }
}
