//! `orchest stats show`: the counters of the orchestrator by noun and verb, and Orion's statistics.

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use crate::api::platform::counters::{self, Count, Outcome};
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::present::Row;
use super::{ONE_OF_THEM, administration};

const COUNT: View = View {
    columns: &[
        Column { title: "NOUN", key: "noun", wide: false },
        Column { title: "VERB", key: "verb", wide: false },
        Column { title: "OK", key: "ok", wide: false },
        Column { title: "FLOW ERRORS", key: "flow_errors", wide: false },
        Column { title: "VALIDATION ERRORS", key: "validation_errors", wide: false },
    ],
    name: "noun",
};

const EXPLAINED: View = View {
    columns: &[
        Column { title: "COUNTER", key: "counter", wide: false },
        Column { title: "COUNTS", key: "counts", wide: false },
        Column { title: "NOUN", key: "noun", wide: true },
        Column { title: "VERB", key: "verb", wide: true },
        Column { title: "OUTCOME", key: "outcome", wide: true },
    ],
    name: "counter",
};

const STATISTIC: View = View {
    columns: &[
        Column { title: "COUNTER", key: "counter", wide: false },
        Column { title: "VALUE", key: "value", wide: false },
    ],
    name: "counter",
};

pub(super) const HELP: &str = "Examples:\n  orchest stats show --host orchestrator.example --port 8084\n  \
    orchest stats show --explain\n  orchest stats show --of orion -o json\n\n\
    FLOW ERRORS are requests that failed on the way, VALIDATION ERRORS those refused as they were sent. A dash is \
    what the server never counts. Every worker process of the orchestrator counts for itself and answers for \
    itself.";

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// Whose: the counters of the orchestrator, or Orion's statistics
    #[arg(long, value_enum, value_name = "SERVER", default_value_t = Of::Orchestrator)]
    of: Of,
    /// Explain the orchestrator's counters instead; asks no server
    #[arg(long, conflicts_with = "of")]
    explain: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Of {
    Orchestrator,
    Orion,
}

pub(super) async fn run(context: &Context, arguments: &ShowArgs) -> Result<()> {
    let view = match (arguments.explain, arguments.of) {
        (true, _) => &EXPLAINED,
        (false, Of::Orchestrator) => &COUNT,
        (false, Of::Orion) => &STATISTIC,
    };
    if context.printer.explain_columns(view)? {
        return Ok(());
    }
    match (arguments.explain, arguments.of) {
        (true, _) => Ok(context.printer.list(view, explained())?),
        (false, Of::Orchestrator) => of_orchestrator(context).await,
        (false, Of::Orion) => {
            let statistics = administration(context, Backend::Orion)?.statistics().await?;
            Ok(context.printer.list(view, flat(&statistics))?)
        }
    }
}

async fn of_orchestrator(context: &Context) -> Result<()> {
    let about = administration(context, Backend::Orchestrator)?.about().await?;
    let counts = counters::by_verb(&about.counters);
    let is_empty = counts.is_empty();
    let mut list = context
        .printer
        .stream(&COUNT)
        .when_empty("no counters: its extended metrics are off (ORC_EXTENDED_METRICS), or it just started");
    list.push_all(counts.iter().map(row))?;
    list.finish()?;
    let version = about.version.map(|version| format!(" {version}")).unwrap_or_default();
    let since = about.counters.get("uptime").and_then(Value::as_str);
    let since = since.map(|since| format!(", counting since {since} UTC")).unwrap_or_default();
    context.printer.note(&format!("orchestrator{version}{since}"));
    if !is_empty {
        context.printer.note(ONE_OF_THEM);
    }
    Ok(())
}

fn row(count: &Count) -> Row {
    let members = [
        ("noun", json!(count.noun)),
        ("verb", json!(count.verb)),
        ("ok", json!(count.ok)),
        ("flow_errors", json!(count.flow_errors)),
        ("validation_errors", json!(count.validation_errors)),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn explained() -> Vec<Row> {
    let outcome = |outcome| match outcome {
        Outcome::Ok => "ok",
        Outcome::FlowError => "flow_error",
        Outcome::ValidationError => "validation_error",
    };
    let row = |counter: counters::Known| {
        let members = [
            ("counter", json!(counter.name)),
            ("counts", json!(counter.means)),
            ("noun", json!(counter.noun)),
            ("verb", json!(Some(counter.verb).filter(|verb| !verb.is_empty()))),
            ("outcome", json!(outcome(counter.outcome))),
        ];
        members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    counters::known().into_iter().map(row).collect()
}

/// One row a number; what is inside of an object gets its name in front.
fn flat(object: &Map<String, Value>) -> Vec<Row> {
    fn walk(name: &str, value: &Value, rows: &mut Vec<Row>) {
        match value {
            Value::Object(members) => {
                for (inner, value) in members {
                    let name = if name.is_empty() { inner.clone() } else { format!("{name}.{inner}") };
                    walk(&name, value, rows);
                }
            }
            value => {
                rows.push(Row::from_iter([("counter".to_owned(), json!(name)), ("value".to_owned(), value.clone())]));
            }
        }
    }
    let mut rows = Vec::new();
    walk("", &Value::Object(object.clone()), &mut rows);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_become_one_row_a_number() {
        let statistics = json!({"uptime_in_secs": 3, "counters": {"version": 2, "deep": {"x": 1}}});
        let rows = flat(statistics.as_object().unwrap());
        assert_eq!(
            json!(rows),
            json!([
                {"counter": "uptime_in_secs", "value": 3},
                {"counter": "counters.version", "value": 2},
                {"counter": "counters.deep.x", "value": 1},
            ])
        );
    }

    #[test]
    fn every_counter_is_explained() {
        let rows = explained();
        assert!(rows.iter().any(|row| row["counter"] == "num_flow__post_usererrors"));
        assert!(rows.iter().all(|row| row["counts"].as_str().is_some_and(|text| !text.is_empty())));
    }
}
