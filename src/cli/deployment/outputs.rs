//! `orchest deployment outputs`, and what `wait` shows in the end: what the orchestrator tells, or else the Infrastructure
//! Manager, which works outputs out itself.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::api::im::Outputs;
use crate::api::paas::{Class, Deployment};
use crate::base::text::safe;
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::resource::desk::{Desk, Managed};
use super::rows::shown;
use super::show::needed;

const OUTPUT: View = View {
    columns: &[
        Column { title: "OUTPUT", key: "output", wide: false },
        Column { title: "VALUE", key: "value", wide: false },
    ],
    name: "output",
};

pub(super) async fn run(context: &Context, deployment: &str, reveal: bool) -> Result<()> {
    let desk = Desk::open(context, deployment).await?;
    let found = needed(context, &desk.paas, &desk.id).await?;
    show(&desk, &found, deployment, reveal).await
}

/// Those of a deployment that has been looked at, called as it was named.
pub(super) async fn show(desk: &Desk<'_>, found: &Deployment, called: &str, reveal: bool) -> Result<()> {
    let called = safe(called);
    let outputs = match &found.outputs {
        Some(told) => {
            if told.is_empty() {
                let state = found.status.name();
                desk.context.printer.note(&format!("no outputs: deployment {called} is {state}"));
            }
            told.clone()
        }
        None => of_manager(desk, found, &called).await?,
    };
    print(desk.context, &outputs, reveal)
}

/// Those that the orchestrator does not tell; where nobody can be asked, that is said.
async fn of_manager(desk: &Desk<'_>, found: &Deployment, called: &str) -> Result<Map<String, Value>> {
    let printer = &desk.context.printer;
    let none =
        format!("no outputs: the orchestrator tells none of deployment {called}, which is {}", found.status.name());
    let Some(infrastructure) = &found.infrastructure else {
        printer.note(&format!("{none} and names no infrastructure, so no Infrastructure Manager can be asked either"));
        let verb = if found.status.class() == Class::Moving { "wait" } else { "show" };
        printer.hint(&format!("orchest deployment {verb} {}", desk.word()));
        return Ok(Map::new());
    };
    let Some(im) = desk.im()? else {
        printer.note(&format!("{none}; its Infrastructure Manager may know them, and none is set here"));
        printer.hint(&desk.how_to_know_the_manager().await);
        return Ok(Map::new());
    };
    let managed = Managed { im, infrastructure: infrastructure.clone() };
    match managed.im.outputs(&managed.infrastructure).await? {
        Some(Outputs::Told(outputs)) => {
            if outputs.is_empty() {
                printer.note(&format!("no outputs: the template of deployment {called} has none"));
            }
            Ok(outputs)
        }
        Some(Outputs::NoTemplate) => {
            printer.note(&format!(
                "no outputs: infrastructure {} was not made of a TOSCA template, says its Infrastructure Manager",
                safe(&managed.infrastructure)
            ));
            Ok(Map::new())
        }
        None => Err(managed.gone().into()),
    }
}

/// For programs, and where columns are named, one record with the template's names; else a line each.
fn print(context: &Context, outputs: &Map<String, Value>, reveal: bool) -> Result<()> {
    let Value::Object(members) = shown(outputs, reveal) else { return Ok(()) };
    let output = &context.globals.output;
    let whole = matches!(context.settings.text("output.format")?.as_deref(), Some("json" | "jsonl" | "yaml"));
    if whole || !output.columns.is_empty() || output.query.is_some() {
        return Ok(context.printer.show(&View { columns: &[], name: "id" }, members)?);
    }
    let line = |(name, value): (String, Value)| -> Map<String, Value> {
        [("output".to_owned(), json!(name)), ("value".to_owned(), value)].into_iter().collect()
    };
    Ok(context.printer.list(&OUTPUT, members.into_iter().map(line).collect())?)
}
