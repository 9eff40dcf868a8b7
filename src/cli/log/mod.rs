//! `orchest log`: what was written while a deployment was set up. Orchestrators pass on what the Infrastructure Manager has
//! logged, where they can; where they cannot, that is asked itself.

mod follow;
mod lines;
mod reader;
pub(crate) mod tail;

use anyhow::Result;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use crate::api::paas::model::Time;
use crate::api::paas::{Dialect, Feature};
use crate::base::text::{safe, shell_word};
use crate::config;
use crate::output::{Column, View};

use super::context::Context;
use super::error::{CliError, Exit};
use super::present::Row;
use super::resource::desk::Desk;
use lines::Entry;
use reader::Reader;

pub(crate) const LINE: View = View {
    columns: &[Column { title: "AT", key: "at", wide: false }, Column { title: "TEXT", key: "text", wide: false }],
    name: "text",
};

#[derive(Args, Debug)]
pub(crate) struct WhichArgs {
    /// The deployment: its id, the name it was given here, or `last`
    #[arg(value_name = "DEPLOYMENT")]
    deployment: String,
    /// Only what was written since: 10m, 2h, or a moment such as 2026-11-24T12:00:00Z
    #[arg(long, value_name = "TIME", conflicts_with = "raw")]
    since: Option<String>,
    /// Only what holds this text, in capitals or not
    #[arg(long, value_name = "TEXT", conflicts_with = "raw")]
    grep: Option<String>,
    /// Byte for byte as the server sent it, also onto a terminal
    #[arg(long)]
    raw: bool,
}

#[derive(Subcommand, Debug)]
pub(crate) enum LogVerb {
    /// Show the log of a deployment
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest log show last --since 10m\n  \
        orchest log show kafka-test --grep fatal\n  orchest log show kafka-test --raw > kafka.log\n\n\
        Times are those of the server, taken as UTC. Lines without a time belong to the one before them."
    )]
    Show(WhichArgs),
    /// Show the log as it grows, until the deployment has settled
    #[command(after_help = "Examples:\n  orchest log follow last\n  orchest log follow kafka-test --grep TASK\n\n\
        Ctrl-C ends it (exit 130); the deployment goes on. A deployment that fails ends it with 1.")]
    Follow(WhichArgs),
    /// Say why old logs cannot be deleted
    #[command(after_help = "Examples:\n  orchest log prune last\n  orchest log prune kafka-test")]
    Prune {
        /// The deployment
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
    },
}

pub(crate) async fn run(context: &Context, verb: &LogVerb) -> Result<()> {
    match verb {
        LogVerb::Show(args) => show(context, args).await,
        LogVerb::Follow(args) => follow::run(context, args).await,
        LogVerb::Prune { deployment } => Err(prune(deployment).into()),
    }
}

/// What is to be seen of a log.
struct Wanted {
    since: Option<Timestamp>,
    grep: Option<String>,
}

impl Wanted {
    fn of(context: &Context, args: &WhichArgs) -> Result<Self, CliError> {
        let since = args.since.as_deref().map(|text| since(text, context.clock.now())).transpose()?;
        Ok(Self { since, grep: args.grep.as_ref().map(|text| text.to_lowercase()) })
    }

    fn fits(&self, entry: &Entry) -> bool {
        let late = self.since.is_none_or(|since| entry.at.is_some_and(|at| at >= since));
        late && self.grep.as_ref().is_none_or(|text| entry.text.to_lowercase().contains(text))
    }
}

fn since(text: &str, now: Timestamp) -> Result<Timestamp, CliError> {
    let ago = config::duration(&toml::Value::from(text));
    let moment = ago.and_then(|ago| now.checked_sub(jiff::SignedDuration::try_from(ago).ok()?).ok());
    moment.or_else(|| Time::read(text).at).ok_or_else(|| {
        CliError::usage(format!("--since '{}' is no time", safe(text))).next("10m, 2h, 2026-11-24T12:00:00Z")
    })
}

/// What `orchest deployment log` does too.
pub(crate) async fn show(context: &Context, args: &WhichArgs) -> Result<()> {
    let wanted = Wanted::of(context, args)?;
    let desk = Desk::open(context, &args.deployment).await?;
    let text = Reader::once(&desk).read(None).await?;
    if text.trim().is_empty() {
        explain_nothing(&desk).await?;
    }
    if args.raw {
        return Ok(context.printer.raw(text.as_bytes())?);
    }
    let entries: Vec<Entry> = lines::entries(&text).into_iter().filter(|entry| wanted.fits(entry)).collect();
    if context.wants_rows() {
        return Ok(context.printer.list(&LINE, entries.iter().map(row).collect())?);
    }
    for entry in &entries {
        context.printer.text(&entry.text)?;
    }
    Ok(())
}

fn row(entry: &Entry) -> Row {
    let mut row = Row::new();
    row.insert("at".to_owned(), json!(entry.at.map(|at| at.to_string())));
    row.insert("text".to_owned(), json!(entry.text));
    row
}

/// An empty log is not the same as no log.
async fn explain_nothing(desk: &Desk<'_>) -> Result<()> {
    let printer = &desk.context.printer;
    printer.note(
        "the log is empty. Nothing may have been set up yet; or the orchestrator could not fetch it, which it does not say: \
         the Infrastructure Manager gives a log only to whoever made the machines",
    );
    if desk.im()?.is_none() {
        printer.hint(&desk.how_to_know_the_manager().await);
    }
    Ok(())
}

/// Nothing is sent: no server of any kind has it.
fn prune(deployment: &str) -> CliError {
    let instead = Feature::PruneLogs.instead(Dialect::Indigo).unwrap_or_default();
    CliError::new(Exit::Unsupported, "old logs cannot be deleted: no orchestrator offers that")
        .next(instead.replace("DEPLOYMENT", &shell_word(deployment)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_moment_or_so_long_ago() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        for (text, moment) in [
            ("10m", "2026-11-24T11:50:00Z"),
            ("2h", "2026-11-24T10:00:00Z"),
            ("2026-11-24T11:00:00Z", "2026-11-24T11:00:00Z"),
            ("2026-11-24T12:00+0100", "2026-11-24T11:00:00Z"),
        ] {
            assert_eq!(since(text, now).unwrap().to_string(), moment, "{text}");
        }
        assert_eq!(since("yesterday", now).unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn what_is_not_wanted_is_left_out() {
        let entries = lines::entries("2026-11-24 11:00:00.5: TASK one\n  fatal: no\n2026-11-24 11:30:00.5: Task two\n");
        let texts = |since: Option<&str>, grep: Option<&str>| {
            let wanted = Wanted { since: since.map(|text| text.parse().unwrap()), grep: grep.map(str::to_lowercase) };
            entries.iter().filter(|entry| wanted.fits(entry)).map(|entry| entry.text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(texts(None, Some("task")).len(), 2);
        assert_eq!(texts(Some("2026-11-24T11:00:00Z"), Some("FATAL")), ["  fatal: no"]);
        assert_eq!(texts(Some("2026-11-24T11:15:00Z"), None).len(), 1);
    }
}
