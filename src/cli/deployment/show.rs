//! `orchest deployment show`, and its parts: template, details of machines.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::api::paas::secrets::masked;
use crate::api::paas::{Deployment, Feature, Paas, Status};
use crate::base::text::shell_word;
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::deployment_id::deployment_id;
use super::super::error::{CliError, Exit};
use super::rows::{DEPLOYMENT, called, judged};

const MACHINE: View = View {
    columns: &[
        Column { title: "MACHINE", key: "machine", wide: false },
        Column { title: "STATE", key: "state", wide: false },
        Column { title: "DETAILS", key: "details", wide: true },
    ],
    name: "machine",
};

/// It, or the error that it is not there.
pub(crate) async fn needed(context: &Context, paas: &Paas, id: &str) -> Result<Deployment> {
    paas.deployment(id).await?.ok_or_else(|| missing(context, id))
}

pub(crate) fn missing(context: &Context, id: &str) -> anyhow::Error {
    let notes = context.notes_here().unwrap_or_default();
    let shown = called(&notes, &crate::base::text::safe(id));
    let error =
        CliError::new(Exit::NotFound, format!("deployment '{shown}' does not exist, or is not to be seen by you"));
    error.next("orchest deployment list").into()
}

pub(super) async fn show(context: &Context, deployment: &str, reveal: bool) -> Result<()> {
    let id = deployment_id(context, deployment)?;
    let paas = context.paas().await?;
    let found = needed(context, &paas, &id).await?;
    let notes = context.notes_here()?;
    let row = judged(context, &found, &notes, reveal)?;
    if row.get("stalled") == Some(&json!(true)) {
        let state = found.status.name();
        context.printer.note(&format!("it is {state} and was not touched for long, so it may be stuck"));
        if found.status == Status::DeleteInProgress && Feature::Reset.refuse(paas.dialect()).is_ok() {
            context.printer.hint(&format!("orchest deployment reset {}", shell_word(deployment)));
        }
    }
    Ok(context.printer.show(&DEPLOYMENT, row)?)
}

pub(super) async fn template(context: &Context, deployment: &str) -> Result<()> {
    let id = deployment_id(context, deployment)?;
    let paas = context.paas().await?;
    let Some(text) = paas.template_of(&id).await? else { return Err(missing(context, &id)) };
    context.printer.raw(text.as_bytes())?;
    Ok(())
}

pub(super) async fn info(context: &Context, deployment: &str, reveal: bool) -> Result<()> {
    let id = deployment_id(context, deployment)?;
    let paas = context.paas().await?;
    let Some(told) = paas.extra_info(&id).await? else { return Err(missing(context, &id)) };
    let told = match told {
        Value::Array(all) => all,
        one => vec![one],
    };
    let rows: Vec<Map<String, Value>> =
        told.iter().enumerate().map(|(number, one)| machine(number, one, reveal)).collect();
    Ok(context.printer.list(&MACHINE, rows)?)
}

/// One machine; its state is that of its part of the class `system`.
fn machine(number: usize, told: &Value, reveal: bool) -> Map<String, Value> {
    let parts = told.get("vmProperties").and_then(Value::as_array).cloned().unwrap_or_default();
    let state = parts.iter().find_map(|part| part.get("state")).cloned().unwrap_or_default();
    let details = if reveal { told.clone() } else { masked(told) };
    let mut row = Map::new();
    row.insert("machine".to_owned(), json!(number));
    row.insert("state".to_owned(), state);
    row.insert("details".to_owned(), details);
    row
}
