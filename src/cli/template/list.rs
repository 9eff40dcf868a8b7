//! `orchest template list` and `template show`.

use anyhow::Result;
use serde_json::{Value, json};

use crate::api::paas::templates::Stored;
use crate::output::{Column, View};

use super::super::context::{Backend, Context};
use super::super::present::Row;
use super::super::seen;
use super::{WhichTemplate, check, find, keeper};

pub(crate) const TEMPLATE: View = View {
    columns: &[
        Column { title: "NAME", key: "name", wide: false },
        Column { title: "VERSION", key: "version", wide: false },
        Column { title: "PROVIDER TYPE", key: "provider_type", wide: false },
        Column { title: "ADDED", key: "created_at", wide: false },
        Column { title: "TOSCA", key: "tosca_version", wide: true },
        Column { title: "ID", key: "id", wide: false },
    ],
    name: "name",
};

/// Without its document, which is long.
pub(super) fn row(template: &Stored) -> Row {
    let mut row = Row::new();
    row.insert("id".to_owned(), json!(template.id));
    row.insert("name".to_owned(), json!(template.name));
    row.insert("version".to_owned(), json!(template.version));
    row.insert("provider_type".to_owned(), json!(template.provider_type));
    row.insert("tosca_version".to_owned(), json!(template.tosca_version));
    row.insert("created_at".to_owned(), json!(template.created_at.as_ref().map(crate::api::paas::model::Time::shown)));
    row.extend(template.rest.clone());
    row
}

pub(super) async fn list(context: &Context, name: Option<&str>) -> Result<()> {
    let found = keeper(context).await?.templates(name).await?;
    let names = found.iter().filter_map(|template| template.name.as_ref());
    context.saw((Backend::Paas, None), seen::TEMPLATE, names, name.is_none());
    let part = name.map(str::to_lowercase);
    // A server that does not know the filter gives all of them.
    let fits = |one: &&Stored| match &part {
        Some(part) => one.name.as_ref().is_some_and(|name| name.to_lowercase().contains(part)),
        None => true,
    };
    let rows: Vec<Row> = found.iter().filter(fits).map(row).collect();
    let mut writer = context.printer.stream(&TEMPLATE).in_order().when_empty("no templates");
    writer.push_all(rows)?;
    Ok(writer.finish()?)
}

pub(super) async fn show(context: &Context, which: &WhichTemplate, whole: bool) -> Result<()> {
    check(&which.template)?;
    let paas = keeper(context).await?;
    let found = find::one(&paas, &which.template, which.version.as_deref()).await?;
    if whole {
        let text = found.content.trim_end();
        return Ok(context.printer.raw(format!("{text}\n").as_bytes())?);
    }
    let mut row = row(&found);
    if context.wants_rows() {
        let read = serde_json::from_str(&found.content);
        row.insert("content".to_owned(), read.unwrap_or_else(|_| Value::from(found.content.clone())));
    }
    Ok(context.printer.show(&TEMPLATE, row)?)
}
