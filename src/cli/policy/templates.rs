//! `orchest policy templates`: the default policies of the platform. Nothing is sent.

use anyhow::Result;
use serde_json::json;

use crate::api::keypass::{Policy, explain, templates, write};
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::present::Row;
use super::source;

const fn column(title: &'static str, key: &'static str, wide: bool) -> Column {
    Column { title, key, wide }
}

pub(crate) const TEMPLATE: View = View {
    columns: &[
        column("NAME", "name", false),
        column("ROLE", "role", false),
        column("COMPONENT", "component", false),
        column("POLICY", "policy", false),
        column("PERMITS", "permits", true),
    ],
    name: "name",
};

pub(super) fn run(context: &Context, name: Option<&str>, explained: bool) -> Result<()> {
    if let Some(name) = name {
        let found = source::template(name)?;
        if !explained {
            return Ok(context.printer.raw(found.text.as_bytes())?);
        }
        let role = templates::find(name).map(|template| template.role).unwrap_or_default();
        let words = Policy::read(&found.text).map(|policy| explain::policy(&role, &policy)).unwrap_or_default();
        return Ok(context.printer.text(&words)?);
    }
    let mut rows = Vec::new();
    for template in templates::all() {
        let policy = Policy::read(&write::template(&template));
        let words = policy.map(|policy| explain::policy(&template.role, &policy)).unwrap_or_default();
        if explained && !context.wants_rows() {
            context.printer.text(&words)?;
            continue;
        }
        let mut row = Row::new();
        row.insert("name".to_owned(), json!(template.name));
        row.insert("role".to_owned(), json!(template.role));
        row.insert("component".to_owned(), json!(template.component.name()));
        row.insert("policy".to_owned(), json!(template.policy_id));
        row.insert("permits".to_owned(), json!(template.actions()));
        row.insert("resources".to_owned(), json!([template.pattern()]));
        row.insert("words".to_owned(), json!(words));
        rows.push(row);
    }
    if rows.is_empty() {
        return Ok(());
    }
    Ok(context.printer.list(&TEMPLATE, rows)?)
}
