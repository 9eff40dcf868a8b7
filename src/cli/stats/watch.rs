//! `orchest stats watch`: how much the metrics of a server change from one reading to the next.

use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::api::platform::Administration;
use crate::api::platform::metrics::Measured;
use crate::config;
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::administration;
use super::metrics::is_asked_for;

const CHANGE: View = View {
    columns: &[
        Column { title: "AT", key: "at", wide: false },
        Column { title: "SECONDS", key: "seconds", wide: false },
        Column { title: "IN/S", key: "per_second.incomingTransactions", wide: false },
        Column { title: "ERRORS/S", key: "per_second.incomingTransactionErrors", wide: false },
        Column { title: "OUT/S", key: "per_second.outgoingTransactions", wide: false },
        Column { title: "OUT ERRORS/S", key: "per_second.outgoingTransactionErrors", wide: false },
    ],
    name: "at",
};

pub(super) const HELP: &str = "Examples:\n  orchest stats watch --of orion --interval 1s --count 2\n  \
    orchest stats watch --of orion -s smartcity --interval 1s --count 2 -o jsonl\n\n\
    Each line is what happened between two readings, in requests a second; the readings themselves are among them. \
    A dash is what the server does not count, or a count that went back: a reset, a restart, or another worker \
    process of the orchestrator that answered. -s and -S, when typed, narrow it down. Ctrl-C ends it (exit 130).";

/// The heading comes again before it has left the screen.
const LINES_A_HEADING: u64 = 20;

/// An average is no count, so its changes mean nothing.
const AVERAGE: &str = "serviceTime";

#[derive(Args, Debug)]
pub(crate) struct WatchArgs {
    /// Whose
    #[arg(long, value_enum, value_name = "SERVER", default_value_t = Of::Orchestrator)]
    of: Of,
    /// How long to wait between two readings
    #[arg(long, value_name = "TIME", default_value = "5s")]
    interval: String,
    /// End after this many lines
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Of {
    Orchestrator,
    Orion,
    Perseo,
}

/// One reading.
struct Reading {
    at: Timestamp,
    since_start: Duration,
    fields: Map<String, Value>,
}

pub(super) async fn run(context: &Context, arguments: &WatchArgs) -> Result<()> {
    let interval = interval(&arguments.interval)?;
    let output = &context.globals.output;
    if output.query.is_some() || !output.sort_by.is_empty() {
        return Err(CliError::usage("--query and --sort-by wait for the end of a list, and watching has none")
            .next("orchest stats watch -o jsonl | jq .")
            .into());
    }
    if context.printer.explain_columns(&CHANGE)? {
        return Ok(());
    }
    let narrowed = !output.columns.is_empty() || !output.filter.is_empty();
    if narrowed && !context.wants_rows() {
        return Err(CliError::usage("--columns and --filter need a format of rows here")
            .next("-o jsonl, or -o csv")
            .into());
    }
    let server = match arguments.of {
        Of::Orchestrator => Backend::Orchestrator,
        Of::Orion => Backend::Orion,
        Of::Perseo => Backend::Perseo,
    };
    let administration = administration(context, server)?;
    let mut last = read(context, &administration, server).await?;
    let mut rows = context.wants_rows().then(|| context.printer.stream(&CHANGE));
    let mut written = 0;
    while arguments.count.is_none_or(|count| written < count) && context.rest(interval).await {
        let next = read(context, &administration, server).await?;
        let row = change(context, server, &last, &next);
        match &mut rows {
            Some(rows) => rows.push_all([row])?,
            None => line(context, &row, written)?,
        }
        written += 1;
        last = next;
    }
    if let Some(rows) = rows {
        rows.finish()?;
    }
    // Ctrl-C is how one ends this, and nothing has to be said about it.
    if context.stop.requested() { Err(CliError::silent(Exit::Interrupted).into()) } else { Ok(()) }
}

fn interval(text: &str) -> Result<Duration, CliError> {
    let interval = config::duration(&toml::Value::from(text)).filter(|interval| !interval.is_zero());
    interval.ok_or_else(|| {
        let shown = crate::base::text::safe(text);
        CliError::usage(format!("--interval '{shown}' is no time to wait")).next("500ms, 5s, 1m")
    })
}

async fn read(context: &Context, administration: &Administration, server: Backend) -> Result<Reading> {
    let measured = administration.metrics().await?;
    if measured.iter().all(|one| one.fields.is_empty()) && server == Backend::Orchestrator {
        return Err(CliError::new(Exit::Failed, "the orchestrator counts nothing, so nothing can be watched")
            .cause("its extended metrics are off (ORC_EXTENDED_METRICS), or it has just started")
            .next("orchest stats watch --of orion")
            .into());
    }
    let fields = chosen(context, measured).map(|one| one.fields).unwrap_or_default();
    Ok(Reading { at: context.clock.now(), since_start: context.clock.monotonic(), fields })
}

/// The widest of what was asked for: everything, a service or a subservice.
fn chosen(context: &Context, measured: Vec<Measured>) -> Option<Measured> {
    let mut kept: Vec<Measured> = measured.into_iter().filter(|one| is_asked_for(context, one)).collect();
    kept.sort_by_key(|one| (one.service.is_some(), one.subservice.is_some()));
    (!kept.is_empty()).then(|| kept.swap_remove(0))
}

fn change(context: &Context, server: Backend, last: &Reading, next: &Reading) -> Row {
    let seconds = next.since_start.saturating_sub(last.since_start).as_secs_f64();
    let (mut changes, mut rates) = (Map::new(), Map::new());
    for name in next.fields.keys().filter(|name| *name != AVERAGE) {
        let change = difference(last.fields.get(name), next.fields.get(name));
        rates.insert(name.clone(), json!(change.filter(|_| seconds > 0.0).map(|change| rounded(change / seconds))));
        changes.insert(name.clone(), json!(change.map(rounded)));
    }
    let target = &context.globals.target;
    let members = [
        ("at", json!(format!("{:.0}", next.at))),
        ("server", json!(server.name())),
        ("service", json!(target.service)),
        ("subservice", json!(target.subservice)),
        ("seconds", json!(rounded(seconds))),
        ("changes", Value::Object(changes)),
        ("per_second", Value::Object(rates)),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What was not there before began at zero; what went back is not known.
fn difference(last: Option<&Value>, next: Option<&Value>) -> Option<f64> {
    let last = last.map_or(Some(0.0), Value::as_f64)?;
    Some(next?.as_f64()? - last).filter(|change| *change >= 0.0)
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// A line of fixed columns: the widths cannot wait for the last row.
fn line(context: &Context, row: &Row, written: u64) -> Result<()> {
    const TITLES: [&str; 5] = ["TIME (UTC)", "IN/S", "ERRORS/S", "OUT/S", "OUT ERRORS/S"];
    let shown = |[at, cells @ ..]: [&str; 5]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>12}")).collect();
        format!("{at:<10}  {}", cells.join("  "))
    };
    if written.is_multiple_of(LINES_A_HEADING) && !context.globals.output.no_header {
        context.printer.text(&shown(TITLES))?;
    }
    let at = row.get("at").and_then(Value::as_str).unwrap_or_default();
    let time = at.split_once('T').map_or(at, |(_, time)| time.trim_end_matches('Z'));
    let rate = |name: &str| {
        let rate = row.get("per_second").and_then(|rates| rates.get(name)).and_then(Value::as_f64);
        rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.2}"))
    };
    let cells = [
        rate("incomingTransactions"),
        rate("incomingTransactionErrors"),
        rate("outgoingTransactions"),
        rate("outgoingTransactionErrors"),
    ];
    let [incoming, errors, outgoing, out_errors] = &cells;
    Ok(context.printer.text(&shown([time, incoming, errors, outgoing, out_errors]))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_back_is_not_known_and_what_begins_began_at_zero() {
        let number = |value: f64| json!(value);
        for (last, next, change) in [
            (Some(number(3.0)), Some(number(5.5)), Some(2.5)),
            (None, Some(number(4.0)), Some(4.0)),
            (Some(number(5.0)), Some(number(5.0)), Some(0.0)),
            (Some(number(5.0)), Some(number(2.0)), None),
            (Some(number(5.0)), None, None),
            (Some(json!("x")), Some(number(5.0)), None),
            (None, Some(json!({})), None),
        ] {
            assert_eq!(difference(last.as_ref(), next.as_ref()), change, "{last:?} {next:?}");
        }
    }

    #[test]
    fn an_interval_is_a_time_above_zero() {
        assert_eq!(interval("500ms").ok(), Some(Duration::from_millis(500)));
        assert_eq!(interval("2m").ok(), Some(Duration::from_mins(2)));
        for wrong in ["0s", "-5s", "soon", "", "5 s\u{1b}[2J"] {
            let error = interval(wrong).unwrap_err();
            assert!(error.exit == Exit::Usage && !error.message.contains('\u{1b}'), "{wrong}");
        }
    }
}
