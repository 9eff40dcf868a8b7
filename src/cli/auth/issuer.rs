//! Logging in at the issuer of the settings. The way out is `logout.rs`.

use std::rc::Rc;

use anyhow::Result;

use crate::http::Http;
use crate::oauth::{At, Callback, Client, Issuer, TokenStore as _, Tokens, revoke};

use super::super::context::{Context, Kept, PaasIdentity, Place};
use super::super::error::{CliError, Exit};
use super::super::signin;
use super::{LoginArgs, StoreChoice};

/// Nobody listens there, and nobody has to: it is the port of an address that is copied.
const NOBODY: u16 = 8400;

/// What a login needs of the settings.
struct Desk {
    address: String,
    client: Client,
    store: Kept,
    http: Rc<Http>,
}

impl Desk {
    fn new(context: &Context) -> Result<Self> {
        let (address, mut client) = named(context)?;
        let store = context.paas_store(&address, &client)?;
        client.secret = (context.paas_secret()?)()?;
        Ok(Self { address, client, store, http: context.general_http()? })
    }

    fn at<'a>(&'a self, context: &'a Context, issuer: &'a Issuer) -> At<'a> {
        At { http: &self.http, issuer, client: &self.client, clock: &*context.clock }
    }
}

/// The issuer of the settings.
pub(super) fn named(context: &Context) -> Result<(String, Client)> {
    context.paas_client()?.ok_or_else(|| {
        CliError::new(Exit::Config, "which issuer gives tokens for the PaaS orchestrator?")
            .next("orchest config set paas.issuer https://…, and paas.client_id")
            .into()
    })
}

/// Logs in, keeps what came of it, and says who one is. An earlier login is given back only then.
pub(in super::super) async fn login(context: &Context, how: &LoginArgs) -> Result<()> {
    signin::refuse_quiet(context)?;
    let desk = Desk::new(context)?;
    desk.store.try_out(place(context, how)?)?;
    let callback = Callback::usual(how.callback_port);
    let instead = "leave --callback-port out for a free one, or log in with --device or --no-browser";
    let at_home = if how.device || how.no_browser { None } else { Some(signin::listener(callback, instead).await?) };
    let issuer = Issuer::discover(&desk.http, &desk.address).await?;
    let at = desk.at(context, &issuer);
    let tokens = match (how.device, at_home) {
        (true, _) => signin::by_device(context, at).await?,
        (false, Some(loopback)) => signin::by_browser(context, at, loopback).await?,
        (false, None) => {
            let redirect = Callback::usual(Some(how.callback_port.unwrap_or(NOBODY))).address();
            signin::by_pasting(context, at, &redirect).await?
        }
    };
    let alone = desk.store.lock().await?;
    let old = desk.store.refresh_token().ok().flatten();
    keep(context, &desk, how, &tokens)?;
    drop(alone);
    if let Some(old) = old.filter(|old| Some(old) != tokens.refresh.as_ref()) {
        // Best effort: it ends by itself.
        let _ = revoke(at, &old).await;
    }
    tell(context, &desk, &tokens);
    super::paas::shown(context, &format!("the login at {}", desk.address), &PaasIdentity::of(&tokens.access))
}

fn place(context: &Context, how: &LoginArgs) -> Result<Place> {
    let usual =
        if context.settings.text("auth.store")?.as_deref() == Some("file") { Place::File } else { Place::Keyring };
    Ok(match how.store {
        None => usual,
        Some(StoreChoice::Keyring) => Place::Keyring,
        Some(StoreChoice::File) => Place::File,
        Some(StoreChoice::None) => Place::Nowhere,
    })
}

fn keep(context: &Context, desk: &Desk, how: &LoginArgs, tokens: &Tokens) -> Result<()> {
    // Looking for the old one may have moved it.
    let chosen = place(context, how)?;
    desk.store.choose(chosen)?;
    // The old login goes when the new one is kept, and not before.
    let erased = if let Some(refresh) = &tokens.refresh {
        desk.store.keep_refresh_token(refresh)?;
        desk.store.erase(Some(chosen))
    } else {
        desk.store.erase(None)
    };
    for missed in erased.missed {
        context.printer.warn(&missed);
    }
    desk.store.forget_access(None);
    desk.store.keep_access(&tokens.access);
    Ok(())
}

fn tell(context: &Context, desk: &Desk, tokens: &Tokens) {
    let kept = match (&tokens.refresh, desk.store.place()) {
        (Some(_), Some(place)) => format!("kept in {place}"),
        (Some(_), None) => "kept nowhere, so it ends with this token".to_owned(),
        (None, _) => {
            "the issuer gave no refresh token, so it ends with this token (is offline_access among paas.scopes?)"
                .to_owned()
        }
    };
    context.printer.note(&format!("logged in at {}; {kept}", desk.address));
    let Some(granted) = &tokens.scopes else { return };
    let missing: Vec<&str> =
        desk.client.scopes.iter().filter(|scope| !granted.contains(scope)).map(String::as_str).collect();
    if !missing.is_empty() {
        context.printer.warn(&format!("the issuer did not grant: {}", missing.join(" ")));
    }
}
