//! Deployments as rows, and what is not shown of them.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::api::paas::secrets::masked;
use crate::api::paas::{Deployment, model};
use crate::output::{Column, View};
use crate::state::Note;

use super::super::context::Context;
use super::super::present::Row;

macro_rules! columns {
    ($($title:literal $key:literal $wide:literal),* $(,)?) => {
        &[$(Column { title: $title, key: $key, wide: $wide }),*]
    };
}

pub(crate) const DEPLOYMENT: View = View {
    columns: columns!["ID" "id" false, "NAME" "name" false, "STATUS" "status" false, "CREATED" "created_at" false,
        "GROUP" "user_group" false, "BY" "created_by" true, "TASK" "task" true, "PROVIDER" "provider" true,
        "REASON" "status_reason" true, "STALLED" "stalled" true],
    name: "id",
};

/// One deployment. What the server sent beyond what is understood stays in the row.
pub(crate) fn row(deployment: &Deployment, notes: &[Note], reveal: bool) -> Row {
    let time = |time: &Option<model::Time>| time.as_ref().map(model::Time::shown);
    let mut row = Row::new();
    let mut put = |key: &str, value: Value| drop(row.insert(key.to_owned(), value));
    put("id", json!(deployment.id));
    put("name", json!(name_of(notes, &deployment.id)));
    put("status", json!(deployment.status.name()));
    put("task", json!(deployment.task));
    put("status_reason", json!(deployment.reason));
    put("created_at", json!(time(&deployment.created_at)));
    put("updated_at", json!(time(&deployment.updated_at)));
    put("created_by", json!(deployment.created_by));
    if !deployment.owners.is_empty() {
        put("owned_by", json!(deployment.owners));
    }
    put("user_group", json!(deployment.group));
    put("provider", json!(deployment.provider));
    put("region", json!(deployment.region));
    put("infrastructure", json!(deployment.infrastructure));
    if let Some(template) = &deployment.template {
        put("template_id", json!(template));
    }
    put("outputs", shown(&deployment.outputs.clone().unwrap_or_default(), reveal));
    let Value::Object(rest) = shown(&deployment.rest, reveal) else { return row };
    for (key, value) in rest {
        row.entry(key).or_insert(value);
    }
    row
}

/// The same, and whether it is stuck.
pub(super) fn judged(context: &Context, deployment: &Deployment, notes: &[Note], reveal: bool) -> Result<Row> {
    let limit = context.settings.duration("paas.stalled_after")?;
    let mut row = row(deployment, notes, reveal);
    row.insert("stalled".to_owned(), json!(deployment.is_stalled(context.clock.now(), limit)));
    Ok(row)
}

/// The members, without what is secret among them.
pub(crate) fn shown(members: &Map<String, Value>, reveal: bool) -> Value {
    let whole = Value::Object(members.clone());
    if reveal { whole } else { masked(&whole) }
}

/// The name that a deployment was given here.
pub(crate) fn name_of<'a>(notes: &'a [Note], id: &str) -> Option<&'a str> {
    notes.iter().find(|note| note.id.as_deref() == Some(id)).and_then(|note| note.name.as_deref())
}

/// How to name it in a sentence and in the next command.
pub(crate) fn called(notes: &[Note], id: &str) -> String {
    name_of(notes, id).map_or_else(|| id.to_owned(), str::to_owned)
}
