//! `orchest audit`: what was done from this machine, read from the run log. Asks no server anything.

pub(super) mod resume;

use anyhow::Result;
use clap::Subcommand;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::base::Clock;
use crate::config;
use crate::output::{Column, View};
use crate::state::{Outcome, Process, RunLog, Shown, Summary};

use super::context::Context;
use super::error::{CliError, Exit};
use super::present::Row;

pub(crate) const RUN: View = View {
    columns: &[
        Column { title: "RUN ID", key: "run", wide: false },
        Column { title: "SINCE", key: "since", wide: false },
        Column { title: "STATE", key: "state", wide: false },
        Column { title: "EXIT", key: "exit_code", wide: false },
        Column { title: "WRITES", key: "writes", wide: false },
        Column { title: "COMMAND", key: "command", wide: false },
        Column { title: "TARGET", key: "target", wide: true },
        Column { title: "USER", key: "user", wide: true },
        Column { title: "LAST STEP", key: "last_step", wide: true },
        Column { title: "UNCHECKED", key: "unchecked", wide: true },
    ],
    name: "run",
};

const WRITE: View = View {
    columns: &[Column { title: "AT", key: "at", wide: false }, Column { title: "STEP", key: "step", wide: false }],
    name: "step",
};

/// As many runs of an ambiguous beginning are named.
const NAMED: usize = 10;

#[derive(Subcommand, Debug)]
pub(crate) enum AuditVerb {
    /// List the runs of this machine, the newest first
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest audit list --since 7d\n  orchest audit list --failed -o json\n\n\
            STATE is succeeded, failed, running, unfinished (neither an end nor a process)\n\
            or settled (unfinished, but finished or undone by a later run)."
    )]
    List {
        /// Only those that began within this time (90m, 12h, 7d) or since a date (2026-01-31)
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Only those that did not succeed
        #[arg(long)]
        failed: bool,
    },
    /// Show one run with its writes; each was noted before it was sent
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest audit show 0123456789abcdef\n  orchest audit show 0123456789abcdef -o json"
    )]
    Show {
        /// Id of the run, or how it begins
        run: String,
    },
    /// Type the line of a run again that failed or did not finish, where it was typed
    #[command(
        after_help = "Examples:\n  orchest audit resume 0123456789abcdef\n  orchest audit resume 0123456789abcdef --dry-run --yes\n\n\
        It is the same line in the same directory, with the settings and the login of now; it asks as it would ask \
        anyway. Every line goes on where it stopped, so this only saves typing. Of a run that succeeded, or that a \
        later one finished, nothing is done. A line that held a secret, or was very long, is not kept whole: it is \
        shown, to be typed by hand. Whatever came by standard input has to come again."
    )]
    Resume {
        /// Id of the run, or how it begins
        run: String,
    },
}

pub(crate) fn run(context: &Context, verb: &AuditVerb) -> Result<()> {
    let log = log_of(context)?;
    match verb {
        AuditVerb::List { since, failed } => {
            let since = since.as_deref().map(|text| moment(text, &*context.clock)).transpose()?;
            let (runs, skipped) = newest_first(&log, since, *failed)?;
            tell_skipped(context, skipped);
            let mut list =
                context.printer.stream(&RUN).when_empty("no such runs; what asks no server anything is not kept");
            list.push_all(runs.iter().map(row))?;
            Ok(list.finish()?)
        }
        AuditVerb::Show { run } => {
            let shown = find(&log, run)?;
            show(context, &shown)
        }
        // It becomes the line of that run before anything else is looked at.
        AuditVerb::Resume { .. } => Ok(()),
    }
}

fn log_of(context: &Context) -> Result<RunLog, CliError> {
    let Some(state) = &context.state else {
        return Err(CliError::new(Exit::Config, "there is no home directory, so no run log is kept"));
    };
    Ok(RunLog::new(state, Process::current(), context.clock.clone()))
}

pub(super) fn tell_skipped(context: &Context, skipped: usize) {
    if skipped > 0 {
        let lines = if skipped == 1 { "line" } else { "lines" };
        context.printer.warn(&format!("{skipped} {lines} of the run log cannot be read and were passed over"));
    }
}

/// The runs and how many lines could not be read.
fn newest_first(log: &RunLog, since: Option<Timestamp>, failed: bool) -> Result<(Vec<Summary>, usize), CliError> {
    let history = log.list(since, failed).map_err(|warning| CliError::new(Exit::Failed, warning.to_string()))?;
    let mut runs = history.runs;
    // Of runs that began at the same moment the one noted last is the newest.
    runs.reverse();
    runs.sort_by_key(|run| std::cmp::Reverse(run.since));
    Ok((runs, history.skipped))
}

/// A point in time: so long ago, a date (in UTC, as everything here), or an RFC 3339 time.
pub(super) fn moment(text: &str, clock: &dyn Clock) -> Result<Timestamp, CliError> {
    let text = text.trim();
    let ago = config::duration(&toml::Value::from(text)).and_then(|ago| SignedDuration::try_from(ago).ok());
    if let Some(ago) = ago {
        // Longer ago than time goes back means all of it.
        return Ok(clock.now().checked_sub(ago).unwrap_or(Timestamp::MIN));
    }
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp());
    text.parse().ok().or_else(date).ok_or_else(|| {
        let shown = crate::base::text::safe(text);
        CliError::usage(format!("--since '{shown}' is no time")).next("90m, 12h, 7d, or a date such as 2026-01-31")
    })
}

/// The run whose id is this or begins so.
fn find(log: &RunLog, beginning: &str) -> Result<Shown, CliError> {
    let beginning = beginning.trim().to_lowercase();
    if beginning.is_empty() {
        return Err(CliError::usage("which run?").next("orchest audit list"));
    }
    let (runs, _) = newest_first(log, None, false)?;
    let fitting: Vec<&Summary> =
        runs.iter().filter(|run| run.run.as_str().to_lowercase().starts_with(&beginning)).collect();
    let missing = || {
        let shown = crate::base::text::safe(&beginning);
        CliError::new(Exit::NotFound, format!("there is no run '{shown}' in the run log")).next("orchest audit list")
    };
    match fitting.as_slice() {
        [] => Err(missing()),
        [one] => {
            let shown = log.show(&one.run).map_err(|warning| CliError::new(Exit::Failed, warning.to_string()))?;
            shown.ok_or_else(missing)
        }
        several => {
            let count = several.len();
            let error = CliError::new(Exit::Conflict, format!("{count} runs begin with '{beginning}'"));
            let named = several.iter().take(NAMED);
            let error =
                named.fold(error, |error, run| error.cause(format!("{}  {:.0}  {}", run.run, run.since, run.command)));
            let error = if count > NAMED { error.cause(format!("and {} more", count - NAMED)) } else { error };
            Err(error.next("give more of its id"))
        }
    }
}

/// A person sees the run and then its writes; a machine gets one document.
fn show(context: &Context, shown: &Shown) -> Result<()> {
    let output = &context.globals.output;
    let together = context.wants_rows() || output.query.is_some() || !output.columns.is_empty();
    let mut about = row(&shown.summary);
    about.insert("counters".to_owned(), shown.summary.counters.clone());
    let steps: Vec<Row> = shown
        .steps
        .iter()
        .map(|step| {
            Row::from_iter([("at".to_owned(), json!(format!("{:.3}", step.at))), ("step".to_owned(), json!(step.step))])
        })
        .collect();
    if together {
        about.insert("steps".to_owned(), json!(steps));
        return Ok(context.printer.show(&RUN, about)?);
    }
    about.retain(|_, value| !value.is_null());
    context.printer.show(&RUN, about)?;
    if !steps.is_empty() {
        context.printer.text("")?;
        context.printer.list(&WRITE, steps)?;
    }
    Ok(())
}

/// One run as a row.
fn row(run: &Summary) -> Row {
    let (state, exit_code) = match run.outcome {
        Outcome::Running => ("running", None),
        Outcome::Unfinished => ("unfinished", None),
        Outcome::Settled => ("settled", None),
        Outcome::Ended(0) => ("succeeded", Some(0)),
        Outcome::Ended(code) => ("failed", Some(code)),
    };
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let members = [
        ("run", json!(run.run.as_str())),
        ("command", json!(run.command)),
        ("state", json!(state)),
        ("exit_code", json!(exit_code)),
        ("since", json!(format!("{:.0}", run.since))),
        ("ended", json!(run.ended.map(|ended| format!("{ended:.0}")))),
        ("target", json!(known(&run.target))),
        ("user", json!(known(&run.user))),
        ("host", json!(run.process.as_ref().map(|process| &process.host))),
        ("pid", json!(run.process.as_ref().map(|process| process.pid))),
        ("writes", json!(run.writes)),
        ("last_step", json!(run.last_step)),
        ("unchecked", json!(run.unchecked)),
        ("directory", json!(run.directory)),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::time::Duration;

    use serde_json::Value;

    use super::*;
    use crate::base::RunId;
    use crate::http::clock::TestClock;
    use crate::state::StateDir;

    /// A log with a run that was killed, one that failed and one that only read, an hour apart.
    fn log() -> (tempfile::TempDir, RunLog, Rc<TestClock>) {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::at(dir.path().join("orchest"));
        let clock = Rc::new(TestClock::new());
        let dead = Process { born: Some("1@another-boot".to_owned()), ..Process::current() };
        let log = RunLog::new(&state, dead, clock.clone());
        let hour = Duration::from_hours(1);
        let (run, warning) = log.start(&id("00aa000000000001"), "service create x", "http://h/", "admin");
        assert_eq!(warning.or(run.write("POST keystone /v3/domains")).or(run.write("POST keystone /v3/users")), None);
        drop(run);
        clock.advance(hour);
        let (run, _) = log.start(&id("00ab000000000002"), "service delete x", "http://h/", "admin");
        clock.advance(Duration::from_secs(2));
        assert_eq!(run.end(5, json!({"keystone": {"requests": 3}})), None);
        clock.advance(hour);
        log.read_only(&id("11ab000000000003"), "user list", 0, Value::Null).unwrap();
        (dir, log, clock)
    }

    fn id(text: &str) -> RunId {
        RunId::parse(text).unwrap()
    }

    #[test]
    fn the_newest_come_first_and_can_be_narrowed_down() {
        let (_dir, log, clock) = log();
        let states = |since: Option<&str>, failed| -> Vec<Value> {
            let since = since.map(|text| moment(text, &*clock).unwrap());
            newest_first(&log, since, failed).unwrap().0.iter().map(|run| row(run)["state"].clone()).collect()
        };
        assert_eq!(states(None, false), ["succeeded", "failed", "unfinished"]);
        assert_eq!(states(None, true), ["failed", "unfinished"]);
        assert_eq!(states(Some("90m"), false), ["succeeded", "failed"]);
        assert_eq!(states(Some("0s"), true), Vec::<Value>::new());
        assert_eq!(states(Some("1970-01-01"), true).len(), 2);
    }

    #[test]
    fn moments_are_lengths_dates_and_times() {
        let clock = TestClock::new();
        let now = clock.now();
        assert_eq!(moment("7d", &clock).unwrap(), now - SignedDuration::from_hours(7 * 24));
        assert_eq!(moment("2026-01-31", &clock).unwrap().to_string(), "2026-01-31T00:00:00Z");
        assert_eq!(moment("2026-01-31T01:00:00+01:00", &clock).unwrap().to_string(), "2026-01-31T00:00:00Z");
        assert_eq!(moment("5000000d", &clock).unwrap(), Timestamp::MIN);
        for bad in ["", "yesterday", "-7d", "2026-13-01", "1\u{1b}[2J"] {
            let error = moment(bad, &clock).unwrap_err();
            assert!(error.exit == Exit::Usage && !error.message.contains('\u{1b}'), "{bad}: {error}");
        }
    }

    #[test]
    fn a_run_is_found_by_its_id_or_by_enough_of_it() {
        let (_dir, log, _clock) = log();
        let found = find(&log, "00aa000000000001").unwrap();
        let steps: Vec<&str> = found.steps.iter().map(|step| step.step.as_str()).collect();
        assert_eq!(steps, ["POST keystone /v3/domains", "POST keystone /v3/users"]);
        assert_eq!(row(&found.summary)["writes"], 2);
        assert_eq!(find(&log, "00AB").unwrap().summary.command, "service delete x");
        assert_eq!(find(&log, "1").unwrap().summary.command, "user list");

        let error = find(&log, "00a").unwrap_err();
        assert_eq!((error.exit, error.causes.len()), (Exit::Conflict, 2));
        assert!(error.causes[0].starts_with("00ab000000000002  "), "{:?}", error.causes);
        for unknown in ["2", "00aa0000000000011", "x", "00aa*"] {
            assert_eq!(find(&log, unknown).unwrap_err().exit, Exit::NotFound, "{unknown}");
        }
        for nothing in ["", "  "] {
            assert_eq!(find(&log, nothing).unwrap_err().exit, Exit::Usage);
        }
    }

    #[test]
    fn a_row_says_how_it_ended() {
        let (_dir, log, _clock) = log();
        let failed = row(&find(&log, "00ab").unwrap().summary);
        assert_eq!(
            (&failed["state"], &failed["exit_code"], &failed["user"]),
            (&json!("failed"), &json!(5), &json!("admin"))
        );
        let unfinished = row(&find(&log, "00aa").unwrap().summary);
        assert_eq!((&unfinished["exit_code"], &unfinished["ended"]), (&Value::Null, &Value::Null));
        let read = row(&find(&log, "11").unwrap().summary);
        assert_eq!((&read["target"], &read["pid"]), (&Value::Null, &Value::Null));
    }
}
