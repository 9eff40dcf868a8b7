//! `orchest auth … CONNECTOR`: what `orchest generate` has kept, whose it is, and its end.

use anyhow::Result;
use serde_json::json;

use crate::base::text::safe;
use crate::base::{Secret, private};
use crate::connectors::issuer::{Aim, By, scopes};
use crate::connectors::{ConnectorKind, Error, ErrorKind, Identity, Proof, Token, revoke};
use crate::oauth::{At, Client, Source as _, TokenStore as _};
use crate::output::{Column, View};

use super::super::context::{Context, Kept, OutOfReach, Owner};
use super::super::error::{CliError, Exit};
use super::super::login::chain;
use super::super::present::Row;
use super::generate::proof::{lacking, superfluous};
use super::held::{BARE, LASTING, Lasting};
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
        None => match sheet.session_of_file()? {
            Some(token) => Some(("connector.g_drive.token_path".to_owned(), token)),
            None => sheet.kept()?.map(|token| (format!("orchest generate {name}"), token)),
        },
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

/// What is known of a token, and how that compares with what is needed.
pub(in crate::cli) struct Examined {
    pub(in crate::cli) from: String,
    pub(in crate::cli) identity: Identity,
    /// To tell who is in.
    pub(in crate::cli) missing: Vec<String>,
    /// To change it.
    pub(in crate::cli) only_reads: Vec<String>,
    /// For neither.
    pub(in crate::cli) beyond: Vec<String>,
}

/// Asks whose it is, and weighs what it may do.
pub(in crate::cli) async fn examined(context: &Context, kind: ConnectorKind) -> Result<Examined> {
    let sheet = Sheet::of(context, kind)?;
    let Some(present) = present(&sheet)? else {
        // A service account has a key instead, and its place tells whether that is any good.
        let connector = super::setup::manager(context)?.connector(kind)?;
        connector.own_ids().await?;
        let identity = Identity { name: connector.target(), ..Identity::default() };
        let (missing, only_reads, beyond) = Default::default();
        return Ok(Examined { from: "the key of a service account".to_owned(), identity, missing, only_reads, beyond });
    };
    let api = sheet.section.text("api_url");
    let identity = Identity::ask(kind, &wire(context)?, api.as_deref(), &present.proof).await?;
    let by = if matches!(present.proof, Proof::Key { .. }) { By::Hand } else { By::OAuth };
    let mode = sheet.section.text("mode").and_then(|word| word.parse().ok()).unwrap_or_default();
    let granted = identity.scopes.clone().unwrap_or_default();
    let (mut missing, mut only_reads, mut beyond) = (Vec::new(), Vec::new(), Vec::new());
    // What tells no scopes has rights of another kind.
    if !granted.is_empty() {
        let (read, change) = (scopes(kind, by, Aim::Tell, mode), scopes(kind, by, Aim::Change, mode));
        missing = lacking(&granted, &read);
        only_reads = lacking(&granted, &change);
        beyond = superfluous(&granted, &[read, change].concat());
    }
    Ok(Examined { from: present.from, identity, missing, only_reads, beyond })
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
    finish(context, kind, &end)
}

/// The same for all services of which something is kept, and for what older settings have left behind.
pub(in crate::cli) async fn logout_all(context: &Context) -> Result<()> {
    let mut outcome = Ok(());
    for kind in ConnectorKind::ALL {
        // Settings that are not whole are no reason to keep the others.
        let Ok(sheet) = Sheet::of(context, kind) else { continue };
        let ended = match ended(&sheet).await {
            Ok(end) => finish(context, kind, &end),
            Err(error) => Err(error),
        };
        outcome = outcome.and(ended);
    }
    outcome.and(forget_strays(context))
}

/// Of settings that are no more: whose they are is known, and not how they could be revoked.
fn forget_strays(context: &Context) -> Result<()> {
    let mut strays = Vec::new();
    for sort in [BARE, LASTING] {
        for (endpoint, user) in context.kept_of(sort) {
            let store = context.kept(Owner {
                endpoint: endpoint.clone(),
                user: user.clone(),
                sort,
                scope: String::new(),
                command: format!("orchest generate {}", user.split(' ').next().unwrap_or_default()),
                way: "--no-browser",
            })?;
            if !store.erase(None).from.is_empty() {
                strays.push(format!("{user} at {endpoint}"));
            }
        }
    }
    if strays.is_empty() {
        return Ok(());
    }
    let message = format!("forgotten here, and perhaps still valid there: {}", safe(&strays.join(", ")));
    Err(CliError::new(Exit::Failed, message)
        .cause("no settings say any more how they are revoked")
        .next("end them at the services, where the programs are listed that may use your account")
        .into())
}

fn finish(context: &Context, kind: ConnectorKind, end: &End) -> Result<()> {
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
        return Err(error
            .next("open what could not be looked at, or end it at the service; then run this again")
            .into());
    }
    Ok(())
}

async fn ended(sheet: &Sheet<'_>) -> Result<End> {
    let mut end = End::default();
    match sheet.lasting() {
        Ok(Some(lasting)) => {
            // Whoever renews it waits, and finds nothing then. For Slack's end a token is needed, which may be renewed first.
            let access = if sheet.kind == ConnectorKind::Slack { fresh(sheet, &lasting).await } else { Ok(None) };
            let _alone = lasting.store.lock().await?;
            match lasting.store.refresh_token() {
                Ok(Some(refresh)) => {
                    let taken = match access {
                        Ok(Some(access)) => taken_back(sheet, &Proof::Token(Token::Given(access))).await,
                        Ok(None) => at_issuer(sheet, &lasting, &refresh).await,
                        Err(error) => Err(error),
                    };
                    note(&mut end, sheet, taken);
                }
                Ok(None) => {}
                Err(error) => end.missed.push(error.to_string()),
            }
            forget(&mut end, &lasting.store);
        }
        Ok(None) => {}
        // A service account has no login.
        Err(error) if error.kind() == ErrorKind::Usage => {}
        Err(error) => end.missed.push(error.to_string()),
    }
    let bare = sheet.bare()?;
    let alone = bare.lock().await?;
    match bare.refresh_token() {
        Ok(Some(token)) => {
            let proof = match sheet.kind {
                ConnectorKind::Trello => sheet.api_key().map(|key| Proof::Key { key, token }),
                _ => Ok(Proof::Token(Token::Given(token))),
            };
            let outcome = match proof {
                Ok(proof) => taken_back(sheet, &proof).await,
                Err(error) => Err(error.into()),
            };
            note(&mut end, sheet, outcome);
        }
        Ok(None) => {}
        Err(error) => end.missed.push(error.to_string()),
    }
    forget(&mut end, &bare);
    drop(alone);
    of_files(&mut end, sheet).await?;
    end.missed.dedup();
    Ok(end)
}

/// A token of Slack that can be used to end its login.
async fn fresh(sheet: &Sheet<'_>, lasting: &Lasting) -> Result<Option<Secret>> {
    if lasting.store.refresh_token()?.is_none() {
        return Ok(None);
    }
    let Some(Token::Session(session)) = sheet.lasting_session()? else { return Ok(None) };
    Ok(session.access(None).await?.map(|access| access.value))
}

/// At the issuer, where it has a way.
async fn at_issuer(sheet: &Sheet<'_>, lasting: &Lasting, refresh: &Secret) -> Result<bool> {
    let client = Client { secret: sheet.client_secret()?, ..lasting.client.clone() };
    let http = sheet.context.general_http()?;
    let at = At { http: &http, issuer: &lasting.issuer, client: &client, clock: &*sheet.context.clock };
    Ok(crate::oauth::revoke(at, refresh).await?)
}

/// What stands in files that the settings name: a login of Google's is a file of its own, and goes with it. Others may be for
/// other programs, too.
async fn of_files(end: &mut End, sheet: &Sheet<'_>) -> Result<()> {
    if let Some((path, refresh)) = sheet.login_file()? {
        let taken = match sheet.lasting() {
            Ok(Some(lasting)) => at_issuer(sheet, &lasting, &refresh).await,
            Ok(None) => Ok(false),
            Err(error) => Err(error.into()),
        };
        note(end, sheet, taken);
        if let Err(error) = private::remove(&path) {
            end.missed.push(error.to_string());
        }
    }
    if let Some(path) = sheet.section.path("token_file").filter(|path| path.exists()) {
        end.missed.push(format!("connector.{}.token_file names {}, which stays", sheet.kind, private::shown(&path)));
    }
    Ok(())
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
