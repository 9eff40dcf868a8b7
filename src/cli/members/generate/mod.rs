//! `orchest generate CONNECTOR`: from nothing to a token that is kept, by the safest way that the service has. What came of it
//! is looked at before it is kept, and never shown.

mod keep;
mod plan;
pub(super) mod proof;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::connectors::{ConnectorKind, Identity, Proof};
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::error::CliError;
use super::super::present::Row;
use super::super::signin;
use super::setup::Sheet;
use keep::Shelf;
use plan::Plan;

/// Where what comes of it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Where {
    /// The operating system's store
    Keyring,
    /// A file of ours that nobody else may read
    File,
    /// The file that the settings name: `token_path`, `token_file`
    Named,
}

/// How to come by a token.
#[derive(Args, Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct GenerateArgs {
    /// Service: `github`, `trello`, `slack` or `g_drive`
    #[arg(value_name = "CONNECTOR")]
    which: String,
    /// Ask for no more than it takes to tell who is in; `add` and `rm` will be refused
    #[arg(long)]
    read_only: bool,
    /// Take a token that you make by hand at the service, even if an app of your own is set up
    #[arg(long, conflicts_with_all = ["device", "callback_port"])]
    by_hand: bool,
    /// Show a short code to type in a browser on any machine (GitHub)
    #[arg(long, conflicts_with_all = ["no_browser", "callback_port"])]
    device: bool,
    /// Open no browser: the address that the login ends at is pasted here
    #[arg(long)]
    no_browser: bool,
    /// Port on 127.0.0.1 that the browser comes back to, in place of a free one (GitHub, Google Drive)
    #[arg(long, value_name = "PORT")]
    callback_port: Option<u16>,
    /// Where to keep it; left out, in the file that the settings name, else as auth.store says, else in the keyring
    #[arg(long, value_enum)]
    store: Option<Where>,
}

const VIEW: View = View {
    columns: &[
        Column { title: "CONNECTOR", key: "connector", wide: false },
        Column { title: "BELONGS TO", key: "identity", wide: false },
        Column { title: "SCOPES", key: "scopes", wide: false },
        Column { title: "EXPIRES", key: "expires_at", wide: false },
        Column { title: "KEPT IN", key: "kept_in", wide: false },
    ],
    name: "connector",
};

pub(in crate::cli) async fn run(context: &Context, args: &GenerateArgs) -> Result<()> {
    let kind: ConnectorKind = args.which.parse().map_err(|reason: String| CliError::usage(reason))?;
    signin::refuse_quiet(context)?;
    let sheet = Sheet::of(context, kind)?;
    sheet.refuse_strangers()?;
    let plan = Plan::of(&sheet, args)?;
    let shelf = Shelf::choose(&sheet, args.store, plan.lasts())?;
    context.printer.note(&format!("scopes asked: {}", plan.scopes.join(" ")));
    for line in plan.lines() {
        context.printer.note(line);
    }
    if context.dry_run() {
        context.printer.note(&format!("nothing was asked for; it would be kept in {}", shelf.place()));
        return Ok(());
    }
    // The port is there before anybody is asked for anything.
    let got = plan.carry_out(&sheet).await?;
    let identity = proof::look(&sheet, &got, &plan).await?;
    let place = shelf.keep(&sheet, &plan, &got).await?;
    shelf.say_what_goes_first(&sheet);
    tell(context, kind, &identity, &place)
}

fn tell(context: &Context, kind: ConnectorKind, identity: &Identity, place: &str) -> Result<()> {
    let mut row = Row::new();
    row.insert("connector".to_owned(), json!(kind.name()));
    row.insert("identity".to_owned(), json!(identity.name));
    row.insert("scopes".to_owned(), json!(identity.scopes));
    row.insert("expires_at".to_owned(), json!(identity.expires_at.map(|end| end.to_string())));
    row.insert("kept_in".to_owned(), json!(place));
    context.printer.note(&format!("the token is kept in {place}, and not shown"));
    Ok(context.printer.show(&VIEW, row)?)
}

/// What a login brought.
pub(super) struct Got {
    /// What the service is asked with now.
    proof: Proof,
    /// All of it, where it came from an issuer.
    tokens: Option<crate::oauth::Tokens>,
}
