//! Where a token goes: decided, and found to be usable, before anybody is asked for anything.

use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use crate::base::Secret;
use crate::base::private::{self, shown};
use crate::connectors::{ConnectorKind, Proof, Token, revoke};
use crate::oauth::{TokenStore as _, Tokens};

use super::super::super::context::{Erased, Kept, OutOfReach, Place};
use super::super::super::error::{CliError, Exit};
use super::super::setup::{Sheet, wire};
use super::plan::Plan;
use super::{Got, Where};

/// The place that was chosen.
pub(super) enum Shelf {
    /// The keyring, or a file of ours.
    Ours(Place),
    /// A file that the settings name.
    Named(PathBuf),
}

/// Whether a file may be written that only a file of the working directory names, as the first orchester had it: one below that
/// directory, that is not there yet or holds a login already.
fn is_harmless(path: &Path, cwd: &Path) -> bool {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    let is_below = folder.zip(cwd.canonicalize().ok()).is_some_and(|(folder, cwd)| folder.starts_with(cwd));
    let holds_login = || {
        let text = private::read(path, 64 * 1024).ok().flatten().unwrap_or_default();
        let file: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
        file.get("refresh_token").is_some()
    };
    is_below && (path.symlink_metadata().is_err() || holds_login())
}

/// Which setting names such a file.
fn file_key(kind: ConnectorKind) -> &'static str {
    if kind == ConnectorKind::GDrive { "token_path" } else { "token_file" }
}

impl Shelf {
    pub(super) fn choose(sheet: &Sheet<'_>, wish: Option<Where>, lasts: bool) -> Result<Self> {
        let key = file_key(sheet.kind);
        let named = sheet.section.path(key);
        // A file of one token cannot hold what renews itself, but for Google's.
        let holds = sheet.kind == ConnectorKind::GDrive || !lasts;
        let of_settings = match sheet.context.settings.text("auth.store")?.as_deref() {
            Some("file") => Where::File,
            _ => Where::Keyring,
        };
        let place = match wish.unwrap_or(if named.is_some() && holds { Where::Named } else { of_settings }) {
            Where::Named => {
                let Some(path) = named else {
                    let error = CliError::usage("the settings name no file for it");
                    return Err(error.next(format!("orchest config set connector.{}.{key} FILE", sheet.kind)).into());
                };
                if !holds {
                    let message = format!(
                        "a login at {} renews itself, which a file of one token does not show",
                        sheet.kind.title()
                    );
                    return Err(CliError::usage(message).next("--store keyring, --store file, or --by-hand").into());
                }
                let key = format!("connector.{}.{key}", sheet.kind);
                let stranger = sheet.section.origin(file_key(sheet.kind)).filter(|origin| origin.is_untrusted());
                if let Some(stranger) = stranger
                    && !is_harmless(&path, &sheet.context.inputs.cwd)
                {
                    let error =
                        CliError::new(Exit::Config, format!("{key} is named by a file that nobody has trusted"));
                    return Err(error.next(format!("{}; or --store keyring", stranger.trusting())).into());
                }
                private::try_write(&path).map_err(|error| {
                    CliError::new(Exit::Config, format!("{key} names no file that could be written: {error}"))
                        .next("name another, or --store keyring")
                })?;
                return Ok(Self::Named(path));
            }
            Where::Keyring => Place::Keyring,
            Where::File => Place::File,
        };
        // That it can be used is found out now.
        sheet.bare()?.try_out(place)?;
        Ok(Self::Ours(place))
    }

    /// In words, for a dry run.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Ours(Place::Keyring) => "the keyring".to_owned(),
            Self::Ours(_) => "a file of ours".to_owned(),
            Self::Named(path) => shown(path),
        }
    }

    /// Keeps it, and says where.
    pub(super) async fn keep(&self, sheet: &Sheet<'_>, plan: &Plan, got: &Got) -> Result<String> {
        match (self, &got.tokens) {
            (Self::Named(path), Some(tokens)) if sheet.kind == ConnectorKind::GDrive => {
                private::write(path, &googles_file(sheet, plan, tokens)?)?;
                Ok(shown(path))
            }
            (Self::Named(path), _) => {
                let text = format!("{}\n", value(&got.proof)?.expose());
                private::write(path, text.as_bytes())?;
                Ok(shown(path))
            }
            (Self::Ours(place), Some(tokens)) if tokens.refresh.is_some() => {
                let lasting = sheet.lasting()?.ok_or_else(|| CliError::usage("whose login is this?"))?;
                let kept = in_place(sheet, &lasting.store, *place, tokens.refresh.as_ref()).await?;
                lasting.store.keep_access(&tokens.access);
                // One that is used as it is would be of no use beside it.
                missed(sheet, &sheet.bare()?.erase(None));
                Ok(kept)
            }
            (Self::Ours(place), tokens) => {
                match tokens {
                    // What is used with Trello's key is another kind of token.
                    Some(_) if matches!(sheet.kind, ConnectorKind::GDrive | ConnectorKind::Trello) => {
                        return Err(nothing_lasting(sheet.kind));
                    }
                    Some(tokens) if tokens.access.expires_at < Timestamp::MAX => {
                        sheet.context.printer.warn("the service gave nothing to renew it with: it ends by itself");
                    }
                    _ => {}
                }
                let value = value(&got.proof)?;
                let bare = sheet.bare()?;
                let former = bare.refresh_token().ok().flatten().filter(|former| *former != value);
                // A login that renews itself is looked for first.
                if let Ok(Some(lasting)) = sheet.lasting() {
                    lasting.store.forget_access(None);
                    missed(sheet, &lasting.store.erase(None));
                }
                let kept = in_place(sheet, &bare, *place, Some(&value)).await?;
                if let Some(former) = former {
                    end_former(sheet, &got.proof, former).await;
                }
                Ok(kept)
            }
        }
    }

    /// What is looked at before this place, and would hide what was kept just now.
    pub(super) fn say_what_goes_first(&self, sheet: &Sheet<'_>) {
        let name = sheet.kind.name();
        let mut first = Vec::new();
        if let Some((_, variable)) = sheet.context.settings.env_secret(&format!("{name}.token")) {
            first.push(format!("the variable {variable}"));
        }
        if matches!(self, Self::Ours(_)) {
            let set = |key: &str| sheet.section.origin(key).map(|origin| format!("connector.{name}.{key} ({origin})"));
            first.extend(["token_file", "token_command", "token"].into_iter().filter_map(set));
            let has_login = sheet.section.path("token_path").is_some_and(|path| path.exists());
            first.extend(has_login.then(|| "the file of connector.g_drive.token_path".to_owned()));
        }
        if !first.is_empty() {
            let first = first.join(", ");
            sheet
                .context
                .printer
                .warn(&format!("it is not used as long as there is another one that goes first: {first}"));
        }
    }
}

async fn in_place(sheet: &Sheet<'_>, store: &Kept, place: Place, value: Option<&Secret>) -> Result<String> {
    store.choose(place)?;
    let alone = store.lock().await?;
    // Looking for an old one may have moved the choice.
    store.choose(place)?;
    if let Some(value) = value {
        store.keep_refresh_token(value)?;
    }
    missed(sheet, &store.erase(Some(place)));
    store.forget_access(None);
    drop(alone);
    if let Some(OutOfReach::Holds(why)) = store.out_of_reach() {
        sheet
            .context
            .printer
            .warn(&format!("an older one may be in the keyring, and goes first where that is open: {why}"));
    }
    Ok(store.place().unwrap_or_default())
}

/// What is kept where nobody can look would be found first some day.
fn missed(sheet: &Sheet<'_>, erased: &Erased) {
    for missed in &erased.missed {
        sheet.context.printer.warn(&format!("an older one may still be kept, and go first: {missed}"));
    }
}

/// The token in whose place there is another now. Only Trello's are each their own: at Slack and Google the end of one may be
/// that of the other.
async fn end_former(sheet: &Sheet<'_>, proof: &Proof, former: Secret) {
    let title = sheet.kind.title();
    let Proof::Key { key, .. } = proof else {
        sheet.context.printer.note(&format!("the former token may still be valid at {title}, and is forgotten here"));
        return;
    };
    let former = Proof::Key { key: key.clone(), token: former };
    let api = sheet.section.text("api_url");
    let ended = match wire(sheet.context) {
        Ok(wire) => revoke(sheet.kind, &wire, api.as_deref(), &former).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match ended {
        Ok(_) => sheet.context.printer.note("the former token is revoked"),
        Err(error) => sheet.context.printer.warn(&format!("the former token is still valid at {title}: {error}")),
    }
}

fn value(proof: &Proof) -> Result<Secret> {
    match proof {
        Proof::Token(Token::Given(token)) | Proof::Key { token, .. } => Ok(token.clone()),
        Proof::Token(_) => Err(CliError::usage("this login is kept already").into()),
    }
}

fn nothing_lasting(kind: ConnectorKind) -> anyhow::Error {
    let page = match kind {
        ConnectorKind::Trello => "https://id.atlassian.com/manage-profile/apps",
        _ => "https://myaccount.google.com/connections",
    };
    CliError::new(Exit::Login, format!("{} gave nothing that outlives an hour", kind.title()))
        .next(format!("take orchest's access away at {page}, and run this again"))
        .into()
}

/// In the form that the first orchester wrote and reads, and others too.
fn googles_file(sheet: &Sheet<'_>, plan: &Plan, tokens: &Tokens) -> Result<Vec<u8>> {
    let Some(refresh) = &tokens.refresh else { return Err(nothing_lasting(sheet.kind)) };
    let client = sheet.client()?;
    let secret = sheet.client_secret()?;
    let issuer = sheet.issuer()?;
    let expiry = tokens.access.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let scopes = tokens.scopes.as_ref().unwrap_or(&plan.scopes);
    let file = json!({
        "access_token": tokens.access.value.expose(),
        "client_id": client.map(|client| client.id),
        "client_secret": secret.as_ref().map(Secret::expose),
        "refresh_token": refresh.expose(),
        "token_expiry": expiry,
        "token_uri": issuer.token.as_str(),
        "user_agent": null,
        "revoke_uri": issuer.revocation.as_ref().map(url::Url::as_str),
        "id_token": null,
        "token_response": {"scope": scopes.join(" "), "token_type": "Bearer"},
        "scopes": scopes,
        "token_info_uri": null,
        "invalid": false,
        "_class": "OAuth2Credentials",
        "_module": "oauth2client.client",
    });
    let mut bytes = serde_json::to_vec_pretty(&file)?;
    bytes.push(b'\n');
    Ok(bytes)
}
