//! The ways to log in at an issuer: by device, by browser, by pasting. The way out is `logout.rs`.

use std::io::{BufRead as _, Read as _};
use std::rc::Rc;

use anyhow::Result;

use crate::http::Http;
use crate::oauth::code::{self, LIMIT};
use crate::oauth::loopback::{Loopback, redirect_uri};
use crate::oauth::{At, Client, Issuer, TokenStore as _, Tokens, device, revoke};

use super::super::context::{Context, Kept, PaasIdentity, Place};
use super::super::error::{CliError, Exit};
use super::{LoginArgs, StoreChoice, browser};

/// More than any address that a browser shows.
const LONGEST: u64 = 64 * 1024;

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
    if context.globals.output.quiet {
        return Err(CliError::usage("--quiet would hide the address to open").next("leave it out").into());
    }
    let desk = Desk::new(context)?;
    desk.store.choose(place(context, how)?)?;
    let at_home = if how.device || how.no_browser { None } else { Some(listener(how).await?) };
    let issuer = Issuer::discover(&desk.http, &desk.address).await?;
    let at = desk.at(context, &issuer);
    let tokens = match (how.device, at_home) {
        (true, _) => by_device(context, at).await?,
        (false, Some(loopback)) => by_browser(context, at, loopback).await?,
        (false, None) => by_pasting(context, at, how.callback_port).await?,
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

async fn by_device(context: &Context, at: At<'_>) -> Result<Tokens> {
    let waiting = device::start(at).await?;
    let minutes = waiting.life().as_secs().div_ceil(60);
    context.printer.note(&format!("open {} in any browser and type {}", waiting.address(), waiting.code()));
    if let Some(complete) = waiting.complete() {
        context.printer.note(&format!("or open {complete} and compare the code"));
    }
    context.printer.note(&format!("waiting for at most {minutes} minutes"));
    Ok(device::wait(at, &waiting).await?)
}

async fn listener(how: &LoginArgs) -> Result<Loopback> {
    Loopback::bind(how.callback_port).await.map_err(|error| {
        let port = how.callback_port.map_or_else(|| "a free port".to_owned(), |port| format!("port {port}"));
        CliError::new(Exit::Failed, format!("{port} on 127.0.0.1 cannot be listened on: {error}"))
            .next("leave --callback-port out for a free one, or log in with --device or --no-browser")
            .into()
    })
}

async fn by_browser(context: &Context, at: At<'_>, mut loopback: Loopback) -> Result<Tokens> {
    let begun = code::begin(at, &loopback.redirect_uri())?;
    if !browser::open(context, &loopback.start_at(&begun.address)) {
        context.printer.warn("no browser could be started");
    }
    context
        .printer
        .note(&format!("log in with the browser on this machine; if none has opened, open {}", begun.address));
    let query = begun.come_back(&mut loopback, LIMIT).await?;
    // The listener answers a second callback for as long as the exchange takes.
    let tokens = begun.finish(at, &query).await?;
    drop(loopback);
    Ok(tokens)
}

async fn by_pasting(context: &Context, at: At<'_>, port: Option<u16>) -> Result<Tokens> {
    let port = port.unwrap_or(NOBODY);
    let begun = code::begin(at, &redirect_uri(port))?;
    context.printer.note(&format!("open {} in any browser and log in", begun.address));
    context.printer.note(&format!(
        "the browser then says that it cannot reach 127.0.0.1:{port}, which is right: copy the whole address it shows there"
    ));
    let pasted = pasted(context)?;
    let query = begun.pasted(&pasted)?;
    Ok(begun.finish(at, &query).await?)
}

fn pasted(context: &Context) -> Result<String> {
    if context.prompter.is_allowed() {
        return Ok(context.prompter.line("that address", "--device")?);
    }
    let mut line = String::new();
    let read = std::io::stdin().lock().take(LONGEST).read_line(&mut line);
    if read.is_err() || line.trim().is_empty() {
        let error = CliError::usage("no address was given on standard input");
        return Err(error.next("paste it there, or log in with --device").into());
    }
    Ok(line)
}
