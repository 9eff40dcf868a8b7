//! `orchest stats metrics`: what servers did for each service and subservice.

use anyhow::Result;
use clap::{Args, ValueEnum};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::api::platform::metrics::{FIELDS, Measured};
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::{ONE_OF_THEM, administration, counts_nothing};

const METRIC: View = View {
    columns: &[
        Column { title: "SERVER", key: "server", wide: true },
        Column { title: "LEVEL", key: "level", wide: false },
        Column { title: "SERVICE", key: "service", wide: false },
        Column { title: "SUBSERVICE", key: "subservice", wide: false },
        Column { title: "IN", key: "incomingTransactions", wide: false },
        Column { title: "ERRORS", key: "incomingTransactionErrors", wide: false },
        Column { title: "OUT", key: "outgoingTransactions", wide: false },
        Column { title: "OUT ERRORS", key: "outgoingTransactionErrors", wide: false },
        Column { title: "MS", key: "time_ms", wide: false },
        Column { title: "IN BYTES", key: "incomingTransactionRequestSize", wide: true },
        Column { title: "IN ANSWERED", key: "incomingTransactionResponseSize", wide: true },
        Column { title: "OUT BYTES", key: "outgoingTransactionRequestSize", wide: true },
        Column { title: "OUT ANSWERED", key: "outgoingTransactionResponseSize", wide: true },
        Column { title: "TIME", key: "serviceTime", wide: true },
        Column { title: "TIME TOTAL", key: "serviceTimeTotal", wide: true },
    ],
    name: "service",
};

const EXPLAINED: View = View {
    columns: &[
        Column { title: "FIELD", key: "field", wide: false },
        Column { title: "COLUMN", key: "column", wide: true },
        Column { title: "MEANS", key: "means", wide: false },
    ],
    name: "field",
};

pub(super) const HELP: &str = "Examples:\n  orchest stats metrics --of all -o wide\n  \
    orchest stats metrics --of orion -s smartcity\n  orchest stats metrics --of orion --reset --yes -o json\n  \
    orchest stats metrics --explain\n\n\
    MS is the time a transaction took on average, in milliseconds; TIME and TIME TOTAL are seconds. LEVEL tells \
    the sum of everything (total) and of a service from one subservice. A dash is what the server left out; Orion \
    leaves out zeros. -s and -S, when typed, narrow it down. Every worker process of the orchestrator counts for \
    itself and answers for itself, so a reset reaches one of them.";

#[derive(Args, Debug)]
pub(crate) struct MetricsArgs {
    /// Whose; all are those whose address is known
    #[arg(long, value_enum, value_name = "SERVER", default_value_t = Of::Orchestrator)]
    of: Of,
    /// Let the server begin at zero, after this reading
    #[arg(long)]
    reset: bool,
    /// Let the server begin at zero without reading anything
    #[arg(long, conflicts_with = "reset")]
    discard: bool,
    /// Explain the fields instead; asks no server
    #[arg(long, conflicts_with_all = ["of", "reset", "discard"])]
    explain: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Orchestrator,
    Orion,
    Perseo,
    All,
}

const COUNTING: [Backend; 3] = [Backend::Orchestrator, Backend::Orion, Backend::Perseo];

pub(super) async fn run(context: &Context, arguments: &MetricsArgs) -> Result<()> {
    let view = if arguments.explain { &EXPLAINED } else { &METRIC };
    if context.printer.explain_columns(view)? {
        return Ok(());
    }
    if arguments.explain {
        return Ok(context.printer.list(view, explained())?);
    }
    let servers = servers(context, arguments.of)?;
    // Before the question: who cannot be reached need not be asked about.
    for server in &servers {
        administration(context, *server)?;
    }
    if arguments.reset || arguments.discard {
        let names: Vec<&str> = servers.iter().map(|server| server.title()).collect();
        let what = format!("set the metrics of {} to zero", names.join(", "));
        if context.would(&what) {
            return Ok(());
        }
        context.confirm_on(&what, &servers)?;
    }
    if arguments.discard { discard(context, &servers).await } else { read(context, &servers, arguments.reset).await }
}

fn servers(context: &Context, of: Of) -> Result<Vec<Backend>> {
    Ok(match of {
        Of::Orchestrator => vec![Backend::Orchestrator],
        Of::Orion => vec![Backend::Orion],
        Of::Perseo => vec![Backend::Perseo],
        Of::All => {
            let mut known = Vec::new();
            for server in COUNTING {
                if context.knows(server)? {
                    known.push(server);
                }
            }
            if known.is_empty() {
                return Err(CliError::new(Exit::Config, "no server that counts is known")
                    .next("give --orchestrator, --orion or --perseo URL, or: orchest config set orion.url URL")
                    .into());
            }
            known
        }
    })
}

async fn read(context: &Context, servers: &[Backend], reset: bool) -> Result<()> {
    let asked = servers.iter().map(async |server| measure(context, *server, reset).await);
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for (server, answer) in servers.iter().zip(join_all(asked).await) {
        match answer {
            Ok(measured) => {
                let kept = measured.into_iter().filter(|one| is_asked_for(context, one));
                rows.extend(kept.map(|one| row(*server, one)));
            }
            Err(error) => failed.push((*server, error)),
        }
    }
    if failed.len() < servers.len() {
        let shown = rows.iter().any(|row| row.get("server").is_some_and(|server| server == "orchestrator"));
        let mut list = context.printer.stream(&METRIC).when_empty(EMPTY);
        list.push_all(rows)?;
        list.finish()?;
        if shown {
            context.printer.note(ONE_OF_THEM);
        }
    }
    some_failed(context, servers, failed)
}

const EMPTY: &str = "nothing was counted; an orchestrator counts only with ORC_EXTENDED_METRICS=true";

async fn measure(context: &Context, server: Backend, reset: bool) -> Result<Vec<Measured>> {
    let administration = administration(context, server)?;
    if !reset {
        return Ok(administration.metrics().await?);
    }
    administration.take_metrics().await?.ok_or_else(|| counts_nothing().into())
}

async fn discard(context: &Context, servers: &[Backend]) -> Result<()> {
    let asked = servers.iter().map(async |server| -> Result<()> {
        if administration(context, *server)?.reset_metrics().await? { Ok(()) } else { Err(counts_nothing().into()) }
    });
    let mut failed = Vec::new();
    for (server, answer) in servers.iter().zip(join_all(asked).await) {
        match answer {
            Ok(()) => context.printer.note(&format!("{} begins at zero", server.title())),
            Err(error) => failed.push((*server, error)),
        }
    }
    some_failed(context, servers, failed)
}

/// Of several servers each failure is told; of one it is the error.
fn some_failed(context: &Context, servers: &[Backend], mut failed: Vec<(Backend, anyhow::Error)>) -> Result<()> {
    if failed.len() == servers.len() && !failed.is_empty() {
        return Err(failed.swap_remove(0).1);
    }
    for (server, error) in &failed {
        context.printer.failure(&format!("{}: {error}", server.title()));
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(CliError::new(Exit::SomeFailed, format!("{} of {} servers failed", failed.len(), servers.len())).into())
}

/// What was typed as `-s` and `-S` narrows it down; the context's service does not, or its owner would wonder where the
/// rest is.
pub(super) fn is_asked_for(context: &Context, measured: &Measured) -> bool {
    let target = &context.globals.target;
    let same = |asked: &Option<String>, found: &Option<String>| match (asked, found) {
        (None, _) => true,
        (Some(asked), Some(found)) => asked.trim_start_matches('/') == found.trim_start_matches('/'),
        (Some(_), None) => false,
    };
    same(&target.service, &measured.service) && same(&target.subservice, &measured.subservice)
}

fn row(server: Backend, measured: Measured) -> Row {
    let level = match (&measured.service, &measured.subservice) {
        (None, _) => "total",
        (Some(_), None) => "service",
        (Some(_), Some(_)) => "subservice",
    };
    let seconds = measured.fields.get("serviceTime").and_then(Value::as_f64);
    let average = seconds.map(|seconds| (seconds * 10_000.0).round() / 10.0);
    let about = [
        ("server", json!(server.name())),
        ("level", json!(level)),
        ("service", json!(measured.service)),
        ("subservice", json!(measured.subservice)),
        ("time_ms", json!(average)),
    ];
    about.into_iter().map(|(key, value)| (key.to_owned(), value)).chain(measured.fields).collect()
}

fn explained() -> Vec<Row> {
    let column = |name: &str| METRIC.columns.iter().find(|column| column.key == name).map(|column| column.title);
    let row = |name: &str, means: &str| {
        let members = [("field", json!(name)), ("column", json!(column(name))), ("means", json!(means))];
        members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    FIELDS.iter().map(|field| row(field.name, field.means)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_column() {
        let rows = explained();
        assert_eq!(rows.len(), FIELDS.len());
        assert!(rows.iter().all(|row| row["column"].is_string()), "{rows:?}");
    }
}
