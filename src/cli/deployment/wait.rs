//! `orchest deployment wait`, and every `--wait`.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::api::paas::{Deployment, Dialect, Paas, Status};
use crate::base::text::{safe, shell_word};
use crate::config;
use crate::flows::deployments::{Goal, Step, Waiter};
use crate::state::Note;

use super::super::chance::chance;
use super::super::context::Context;
use super::super::deployment_id::deployment_id;
use super::super::error::{CliError, Exit, classify};
use super::super::log::tail::Tail;
use super::super::login::chain;
use super::super::resource::desk::Desk;
use super::rows::called;
use super::{outputs, show, update};

/// A server of the newer kind has never been seen to report progress, so nobody waits there for ever.
const WITHOUT_PROGRESS: Duration = Duration::from_hours(1);

/// How long to wait; for ever without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limit(Option<Duration>);

/// How to wait.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Waiting")]
pub(crate) struct WaitArgs {
    /// Wait until it is done, or for so long
    #[arg(long, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) wait: Option<String>,
    /// Show the log as it grows
    #[arg(long, requires = "wait")]
    pub(crate) follow: bool,
}

impl WaitArgs {
    /// How long to wait, read before anything is sent; `None`: not at all.
    pub(crate) fn limit(&self) -> Result<Option<Limit>, CliError> {
        let Some(text) = &self.wait else { return Ok(None) };
        if text.is_empty() {
            return Ok(Some(Limit(None)));
        }
        match config::duration(&toml::Value::from(text.as_str())).filter(|limit| !limit.is_zero()) {
            limit @ Some(_) => Ok(Some(Limit(limit))),
            None => Err(CliError::usage(format!("'{}' is no time to wait", safe(text))).next("90s, 20m, 4h")),
        }
    }
}

pub(super) async fn run(context: &Context, deployment: &str, args: &WaitArgs, reveal: bool) -> Result<()> {
    let limit = args.limit()?.unwrap_or_default();
    let id = deployment_id(context, deployment)?;
    let paas = context.paas().await?;
    let end = until(context, &paas, &id, Goal::Settled, limit, args.follow).await;
    if end.as_ref().err().is_none_or(is_final) && !context.stop.requested() {
        heard(context, &id);
    }
    match end? {
        Some(found) => {
            // It has settled, and that is what was waited for.
            if let Err(error) = outputs::show(&Desk::at(context, &paas, &id), &found, deployment, reveal).await {
                let why = chain(&*error);
                context
                    .printer
                    .warn(&format!("{why}; its outputs again: orchest deployment outputs {}", safe(deployment)));
            }
            Ok(())
        }
        None => Ok(()),
    }
}

/// Whether an error is about the deployment and not about us.
pub(super) fn is_final(error: &anyhow::Error) -> bool {
    error.downcast_ref::<CliError>().is_some_and(|error| error.exit == Exit::Failed)
}

/// Notes that somebody has heard how it went: the line that made it makes another from now on, and one that updated it sends
/// its update anew.
fn heard(context: &Context, id: &str) {
    update::ended(context, id);
    let Some(notes) = context.notes() else { return };
    for note in context.notes_here().unwrap_or_default() {
        if note.id.as_deref() == Some(id)
            && !note.told
            && let Err(warning) = notes.write(&Note { told: true, ..note })
        {
            context.printer.warn(&warning.to_string());
        }
    }
}

/// Waits, telling what changes. Gives the deployment that was waited for; none where it is gone, as it should be.
pub(crate) async fn until(
    context: &Context,
    paas: &Paas,
    id: &str,
    goal: Goal,
    limit: Limit,
    follow: bool,
) -> Result<Option<Deployment>> {
    let notes = context.notes_here()?;
    let called = called(&notes, id);
    let limit = limit.0.or_else(|| without_progress(context, paas));
    let mut waiter = Waiter::new(goal, context.clock.monotonic(), limit);
    let desk = Desk::at(context, paas, id);
    let mut log = Beside { context, tail: follow.then(|| Tail::new(&desk)), may_go: goal == Goal::Deleted };
    let progress = context.printer.progress();
    let end = loop {
        let seen = paas.deployment(id).await;
        let known = seen.as_ref().ok().and_then(Clone::clone);
        let step = waiter.observe(context.clock.monotonic(), seen);
        let over = !matches!(step, Step::Same | Step::Trouble(_) | Step::Changed(_));
        if known.is_some() || !over {
            log.more(known.as_ref(), over).await;
        }
        match step {
            Step::Same | Step::Trouble(None) => {}
            Step::Changed(deployment) => {
                context.printer.note(&format!("{called}: {}", state(&deployment)));
                progress.step(&format!("{called}: {}", state(&deployment)));
            }
            Step::Trouble(Some(reason)) => context.printer.warn(&format!("{reason}; still waiting")),
            step => break step,
        }
        let pause = waiter.pause(context.clock.monotonic(), chance());
        if !context.rest(pause).await {
            progress.done();
            return Err(stopped(context, &called));
        }
    };
    progress.done();
    match end {
        Step::Done(None) => {
            context.printer.note(&format!("{called}: gone"));
            Ok(None)
        }
        Step::Done(Some(deployment)) => {
            context.printer.note(&format!("{called}: {}", state(&deployment)));
            Ok(Some(*deployment))
        }
        Step::Failed(deployment) => Err(failed(&called, &deployment)),
        Step::Vanished if waiter.last().is_none() => Err(show::missing(context, id)),
        Step::Vanished => {
            Err(CliError::new(Exit::Failed, format!("deployment {called} is gone, and nobody here deleted it"))
                .next("orchest deployment list")
                .into())
        }
        Step::Broken(error) => Err(error.into()),
        _ => Err(late(&called, goal, waiter.last(), paas.dialect())),
    }
}

/// For whoever has set no limit: none, but at servers that may never move.
pub(crate) fn without_progress(context: &Context, paas: &Paas) -> Option<Duration> {
    let unsure = paas.dialect() == Dialect::V1;
    if unsure {
        context.printer.warn("this orchestrator is not known to report progress; waiting for an hour at most");
    }
    unsure.then_some(WITHOUT_PROGRESS)
}

/// The log of what is waited for, where it is wanted.
struct Beside<'a> {
    context: &'a Context,
    tail: Option<Tail<'a>>,
    /// A log goes with its deployment.
    may_go: bool,
}

impl Beside<'_> {
    /// A log that cannot be had is no reason to stop waiting.
    async fn more(&mut self, known: Option<&Deployment>, last: bool) {
        let Some(tail) = &mut self.tail else { return };
        match tail.more(known, last).await {
            // What is waited for goes to standard output.
            Ok(fresh) if !fresh.is_empty() => self.context.printer.note(fresh.trim_end_matches('\n')),
            Ok(_) => {}
            Err(error) if self.may_go && classify(&error).exit == Exit::NotFound => {}
            Err(error) => {
                let so_far = if tail.is_empty() { "nothing" } else { "nothing more" };
                self.context.printer.warn(&format!("--follow shows {so_far}: {error}"));
                self.tail = None;
            }
        }
    }
}

fn state(deployment: &Deployment) -> String {
    let task = deployment.task.as_deref().filter(|task| *task != "NONE");
    let task = task.map(|task| format!(" ({task})")).unwrap_or_default();
    let reason = deployment.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{}{task}{reason}", deployment.status.name())
}

fn failed(called: &str, deployment: &Deployment) -> anyhow::Error {
    let word = shell_word(called);
    let next = match deployment.status {
        Status::DeleteFailed => format!("orchest deployment delete {word} --force"),
        _ => format!("orchest deployment log {word}"),
    };
    CliError::new(Exit::Failed, format!("deployment {called}: {}", state(deployment))).next(next).into()
}

fn late(called: &str, goal: Goal, last: Option<&Status>, dialect: Dialect) -> anyhow::Error {
    let state =
        last.map_or_else(|| "nothing was seen of it".to_owned(), |status| format!("last seen as {}", status.name()));
    let mut error =
        CliError::new(Exit::Deadline, format!("stopped waiting for deployment {called}, {state}; it goes on there"));
    if dialect == Dialect::V1 {
        error = error.cause("this orchestrator is not known to report progress: it may have finished, or never begun");
    }
    let word = shell_word(called);
    error
        .next(match goal {
            Goal::Deleted => format!("orchest deployment delete {word} --yes --wait"),
            _ => format!("orchest deployment wait {word}"),
        })
        .into()
}

fn stopped(context: &Context, called: &str) -> anyhow::Error {
    context.printer.note("stopped waiting; the deployment goes on there");
    context.printer.hint(&format!("orchest deployment wait {}", shell_word(called)));
    CliError::silent(Exit::Interrupted).into()
}
