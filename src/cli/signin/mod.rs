//! The ways in which a person proves at an issuer who they are: by device, by a browser on this machine, by pasting. Shared by
//! all logins at issuers; what comes of them is kept elsewhere.

mod browser;

use std::io::{BufRead as _, Read as _};

use anyhow::Result;
use url::Url;

use crate::base::Secret;
use crate::oauth::code::{self, LIMIT};
use crate::oauth::loopback::Loopback;
use crate::oauth::{At, Callback, Tokens, device, fragment};

use super::context::Context;
use super::error::{CliError, Exit};

/// More than any address that a browser shows, and than any token.
const LONGEST: u64 = 64 * 1024;

/// An address has to be seen to be opened.
pub(super) fn refuse_quiet(context: &Context) -> Result<()> {
    if context.globals.output.quiet {
        return Err(CliError::usage("--quiet would hide the address to open").next("leave it out").into());
    }
    Ok(())
}

/// Listens for the browser. `instead` is what to do where the port is taken.
pub(super) async fn listener(callback: Callback, instead: &str) -> Result<Loopback> {
    let port = callback.port_in_words();
    Loopback::bind(callback).await.map_err(|error| {
        CliError::new(Exit::Failed, format!("{port} of this machine cannot be listened on: {error}"))
            .next(instead)
            .into()
    })
}

pub(super) async fn by_device(context: &Context, at: At<'_>) -> Result<Tokens> {
    let waiting = device::start(at).await?;
    let minutes = waiting.life().as_secs().div_ceil(60);
    context.printer.note(&format!("open {} in any browser and type {}", waiting.address(), waiting.code()));
    if let Some(complete) = waiting.complete() {
        context.printer.note(&format!("or open {complete} and compare the code"));
    }
    context.printer.note(&format!("waiting for at most {minutes} minutes"));
    Ok(device::wait(at, &waiting).await?)
}

/// By a code that the browser brings back.
pub(super) async fn by_browser(context: &Context, at: At<'_>, mut loopback: Loopback) -> Result<Tokens> {
    let begun = code::begin(at, &loopback.callback().address())?;
    open(context, &mut loopback, &begun.address);
    let query = begun.come_back(&mut loopback, LIMIT).await?;
    // The listener answers a second callback for as long as the exchange takes.
    let tokens = begun.finish(at, &query).await?;
    drop(loopback);
    Ok(tokens)
}

/// By a token that the browser brings back behind a `#`. `page` is the one that gives out tokens, `whose` its service.
pub(super) async fn by_fragment(context: &Context, page: Url, whose: &str, loopback: Loopback) -> Result<Secret> {
    let mut loopback = loopback.behind_hash();
    let begun = fragment::begin(page, whose, loopback.callback());
    open(context, &mut loopback, &begun.address);
    Ok(begun.come_back(&mut loopback, LIMIT).await?)
}

/// Starts a browser where there is one, and says what to open in any case.
fn open(context: &Context, loopback: &mut Loopback, address: &Url) {
    let reason = if context.inputs.variable("SSH_CONNECTION").is_some() {
        // A browser over there would come back to that machine.
        Some("this is a session over SSH, where no browser is started (--no-browser is meant for it)")
    } else if browser::open(context, &loopback.start_at(address)) {
        None
    } else {
        Some("no browser could be started")
    };
    if let Some(reason) = reason {
        context.printer.warn(reason);
    }
    context.printer.note(&format!("log in with the browser on this machine; if none has opened, open {address}"));
}

/// Opens a page from which something is to be copied, where there is a browser; its address was told.
pub(super) fn show(context: &Context, page: Option<&Url>) {
    if let Some(page) = page
        && context.inputs.variable("SSH_CONNECTION").is_none()
    {
        // Whoever has none opens it elsewhere.
        let _ = browser::open(context, page.as_str());
    }
}

/// By pasting the address at which the browser ended. `redirect` is where it is sent, to the letter.
pub(super) async fn by_pasting(context: &Context, at: At<'_>, redirect: &str) -> Result<Tokens> {
    let begun = code::begin(at, redirect)?;
    context.printer.note(&format!("open {} in any browser and log in", begun.address));
    context.printer.note(&format!(
        "the browser is sent to {redirect} then; that it may not be reached there is all right: copy the whole address \
         that it shows"
    ));
    let pasted = pasted(context, "that address")?;
    let query = begun.pasted(pasted.expose())?;
    Ok(begun.finish(at, &query).await?)
}

/// Something out of a browser that is nobody else's business: typed without being shown, or a line of standard input.
pub(super) fn pasted(context: &Context, what: &str) -> Result<Secret> {
    if context.prompter.is_allowed() {
        let typed = context.prompter.password(what, "standard input")?;
        return Ok(Secret::new(typed.expose().trim()));
    }
    let mut line = String::new();
    let read = std::io::stdin().lock().take(LONGEST).read_line(&mut line);
    if read.is_err() || line.trim().is_empty() {
        let error = CliError::usage(format!("{what} was not given on standard input"));
        return Err(error.next("run this in a terminal and paste it there, or send it as one line").into());
    }
    Ok(Secret::new(line.trim()))
}
