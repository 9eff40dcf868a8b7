//! `orchest stats`: what was asked of whom. By the servers' own counts (`show`, `metrics`, `watch`) and by this
//! machine's run log (`local`), which needs no server.

mod chart;
mod local;
mod metrics;
mod show;
mod tally;
mod watch;

use anyhow::Result;
use clap::Subcommand;

use crate::api::door::Door;
use crate::api::platform::Administration;

use super::context::{Backend, Context};
use super::error::{CliError, Exit};

#[derive(Subcommand, Debug)]
pub(crate) enum StatsVerb {
    /// Show how often each route of the orchestrator was used, and how often it failed
    #[command(alias = "get", after_help = show::HELP)]
    Show(show::ShowArgs),
    /// Show what the orchestrator, Orion or Perseo did for each service and subservice
    #[command(after_help = metrics::HELP)]
    Metrics(metrics::MetricsArgs),
    /// Print again and again how much the metrics of a server have changed
    #[command(after_help = watch::HELP)]
    Watch(watch::WatchArgs),
    /// Show what the runs of this machine asked of whom, and how long that took
    #[command(after_help = local::HELP)]
    Local(local::LocalArgs),
}

/// Said with every number of the orchestrator.
const ONE_OF_THEM: &str = "every worker process of the orchestrator counts for itself; this is one";

pub(crate) async fn run(context: &Context, verb: &StatsVerb) -> Result<()> {
    match verb {
        StatsVerb::Show(arguments) => show::run(context, arguments).await,
        StatsVerb::Metrics(arguments) => metrics::run(context, arguments).await,
        StatsVerb::Watch(arguments) => watch::run(context, arguments).await,
        StatsVerb::Local(arguments) => local::run(context, arguments),
    }
}

/// The administration of a server that counts. Only behind a PEP anybody asks for a token.
fn administration(context: &Context, backend: Backend) -> Result<Administration> {
    let door = if context.has_pep(backend)? { context.admin_door(backend)? } else { bare_door(context, backend)? };
    Ok(if backend == Backend::Orchestrator { Administration::of_orchestrator(door) } else { Administration::of(door) })
}

/// Somebody without an orchestrator is told where there are numbers.
fn bare_door(context: &Context, backend: Backend) -> Result<Door> {
    context.bare_door(backend).map_err(|error| match error.downcast::<CliError>() {
        Ok(error) if backend == Backend::Orchestrator && error.exit == Exit::Config => {
            let elsewhere = "Orion and Perseo have metrics too (orchest stats metrics --of orion), this machine \
            its own (orchest stats local)";
            error.cause(elsewhere).into()
        }
        Ok(error) => error.into(),
        Err(error) => error,
    })
}

/// An orchestrator that keeps its counters no longer than one request.
fn counts_nothing() -> CliError {
    CliError::new(Exit::Failed, "the orchestrator counts nothing: its extended metrics are off")
        .cause("it answered 500 to a reset, which is how it says so; nothing was reset")
        .next("start it with ORC_EXTENDED_METRICS=true and one thread a process; or: orchest stats metrics --of orion")
}
