//! `orchest stats local`: what the runs of this machine asked of whom, read from the run log. Asks no server anything.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::{Args, CommandFactory as _, ValueEnum};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::output::{Column, View};
use crate::state::{Outcome, Process, RunLog, Summary};

use super::super::Cli;
use super::super::audit;
use super::super::commands::{Commands, belongs};
use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::chart::{self, Day};
use super::tally::{Tally, add_up};

/// Its own columns, and those of every table; `$narrow` leaves some of them to `-o wide`, where the own ones take room.
macro_rules! view {
    ($narrow:literal, $($title:literal $key:literal),*) => {
        View {
            columns: &[
                $(Column { title: $title, key: $key, wide: false },)*
                Column { title: "RUNS", key: "runs", wide: false },
                Column { title: "FAILED RUNS", key: "failed_runs", wide: true },
                Column { title: "REQUESTS", key: "requests", wide: false },
                Column { title: "ERRORS", key: "errors", wide: false },
                Column { title: "RETRIES", key: "retries", wide: $narrow },
                Column { title: "RECEIVED", key: "received", wide: $narrow },
                Column { title: "BYTES", key: "bytes_in", wide: true },
                Column { title: "P50", key: "p50_ms", wide: false },
                Column { title: "P95", key: "p95_ms", wide: false },
                Column { title: "P99", key: "p99_ms", wide: $narrow },
                Column { title: "MAX", key: "max_ms", wide: false },
            ],
            name: "backend",
        }
    };
}

const BY_BACKEND: View = view!(false, "BACK END" "backend");
const BY_DAY: View = view!(true, "DAY" "day", "BACK END" "backend");
const BY_COMMAND: View = view!(true, "COMMAND" "command", "BACK END" "backend");

/// What a line of today's program cannot be found under.
const OTHER: &str = "other";

pub(super) const HELP: &str = "Examples:\n  orchest stats local --since 7d\n  \
    orchest stats local --by day --command 'service create' -o csv\n\n\
    ERRORS are answers of 400 and above, also those that say that something is absent, and answers that never \
    came. P50, P95, P99 and MAX are milliseconds until the whole answer was there, or until it was given up. Runs \
    are added up from counts in buckets, so a percentile is the upper bound of its bucket (at most twice the exact \
    time) or MAX where that is less; MAX is exact. A dash is what the run log does not know: lines of earlier \
    versions have no buckets. Runs that never ended are left out. Days are those of UTC.";

#[derive(Args, Debug)]
pub(crate) struct LocalArgs {
    /// Only runs that began within this time (90m, 12h, 7d) or since a date (2026-01-31)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only runs of this command: a noun, or noun and verb
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,
    /// What to add up by, beside the back end
    #[arg(long, value_enum, default_value_t = By::Backend)]
    by: By,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Backend,
    Day,
    Command,
}

pub(super) fn run(context: &Context, arguments: &LocalArgs) -> Result<()> {
    let commands = Commands::new(Cli::command());
    let since = arguments.since.as_deref().map(|text| audit::moment(text, &*context.clock)).transpose()?;
    let choice = arguments.command.as_deref().map(|text| choice(&commands, text)).transpose()?;
    let view = match arguments.by {
        By::Backend => &BY_BACKEND,
        By::Day => &BY_DAY,
        By::Command => &BY_COMMAND,
    };
    if context.printer.explain_columns(view)? {
        return Ok(());
    }
    let Some(state) = &context.state else {
        return Err(CliError::new(Exit::Config, "there is no home directory, so no run log is kept").into());
    };
    let log = RunLog::new(state, Process::current(), context.clock.clone());
    let history = log.list(since, false).map_err(|warning| CliError::new(Exit::Failed, warning.to_string()))?;
    audit::tell_skipped(context, history.skipped);
    let mut runs = history.runs;
    if let Some(choice) = &choice {
        runs.retain(|run| commands.of(&run.command).is_some_and(|command| belongs(&command, choice)));
    }
    let without_end = runs.iter().filter(|run| !matches!(run.outcome, Outcome::Ended(_))).count();
    runs.retain(|run| matches!(run.outcome, Outcome::Ended(_)));
    let mut tallies = add_up(&runs, |run, backend| keys(arguments.by, &commands, run, backend));
    tallies.sort_by(|one, other| one.keys.cmp(&other.keys));
    let mut list = context.printer.stream(view).when_empty("no such runs; what asks no server anything is not kept");
    list.push_all(tallies.iter().map(Tally::row))?;
    list.finish()?;
    draw(context, &runs)?;
    tell_unknown(context, &tallies, without_end);
    Ok(())
}

fn choice(commands: &Commands, text: &str) -> Result<String, CliError> {
    commands.choice(text).ok_or_else(|| {
        let shown = crate::base::text::safe(text);
        CliError::usage(format!("--command '{shown}' is no command"))
            .next("a noun, or noun and verb in quotes: --command 'service create'")
    })
}

fn keys(by: By, commands: &Commands, run: &Summary, backend: &str) -> Vec<(&'static str, String)> {
    let backend = ("backend", backend.to_owned());
    match by {
        By::Backend => vec![backend],
        By::Day => vec![("day", date(run).to_string()), backend],
        By::Command => {
            let command = commands.of(&run.command).unwrap_or_else(|| OTHER.to_owned());
            vec![("command", command), backend]
        }
    }
}

fn date(run: &Summary) -> Date {
    run.since.to_zoned(TimeZone::UTC).date()
}

/// A picture for people: programs have the rows.
fn draw(context: &Context, runs: &[Summary]) -> Result<()> {
    let output = &context.globals.output;
    let chosen = output.query.is_some() || !output.columns.is_empty() || !output.filter.is_empty();
    if !context.stdout_is_terminal() || context.wants_rows() || chosen || runs.is_empty() {
        return Ok(());
    }
    let mut days: BTreeMap<Date, (u64, u64)> = BTreeMap::new();
    for tally in add_up(runs, |run, _| vec![("day", date(run).to_string())]) {
        let day = tally.keys.first().and_then(|(_, day)| day.parse().ok());
        if let Some(day) = day {
            days.insert(day, (tally.requests(), tally.errors()));
        }
    }
    let days: Vec<Day> = days.into_iter().map(|(date, (requests, errors))| Day { date, requests, errors }).collect();
    context.printer.text("\nREQUESTS A DAY (! are errors)")?;
    Ok(context.printer.text(&chart::lines(&days, context.printer.width()).join("\n"))?)
}

fn tell_unknown(context: &Context, tallies: &[Tally], without_end: usize) {
    if without_end > 0 {
        let runs = if without_end == 1 { "run has" } else { "runs have" };
        context.printer.note(&format!("{without_end} {runs} no end and no numbers: orchest audit list"));
    }
    if tallies.iter().any(Tally::lacks_times) {
        context.printer.note("- is unknown: some runs are of an earlier version, which kept less; see --since");
    }
}
