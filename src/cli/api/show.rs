//! What a server answered to a request of one's own, as it came, or in the format that was asked for.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::api::door::Door;
use crate::base::text::safe;
use crate::http::page::Paging;
use crate::http::{Request, Response};
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::journal::Head;
use super::super::present::Row;
use super::server::{Server, Style};

/// Nobody knows what will be in it; these are in most, and `--columns` names others.
const ANY: View = View {
    columns: &[Column { title: "ID", key: "id", wide: false }, Column { title: "NAME", key: "name", wide: false }],
    name: "id",
};

/// Whether the answer has to be read, and not only passed on.
fn is_shaped(context: &Context) -> bool {
    let output = &context.globals.output;
    let ordered = !output.filter.is_empty() || !output.sort_by.is_empty();
    output.output.is_some() || output.query.is_some() || !output.columns.is_empty() || ordered || context.wants_rows()
}

pub(super) fn answer(context: &Context, response: &Response, include: bool) -> Result<()> {
    let shaped = is_shaped(context);
    if include && !shaped {
        context.printer.text(&head(response.status, &response.shown_headers()))?;
    }
    if include && shaped {
        let body = response.json().unwrap_or_else(|_| text(std::str::from_utf8(&response.body).unwrap_or_default()));
        return Ok(context.printer.show(&ANY, whole(response.status, response.shown_headers(), body))?);
    }
    if response.body.is_empty() {
        context.printer.note(&format!("answered {} without a body", response.status));
        return Ok(());
    }
    if !shaped {
        return plain(context, response);
    }
    match response.json()? {
        Value::Object(row) => Ok(context.printer.show(&ANY, row)?),
        Value::Array(rows) => Ok(context.printer.list(&ANY, rows.into_iter().map(row).collect())?),
        other => Ok(context.printer.show(&ANY, row(other))?),
    }
}

/// The head of an answer that is an error, where it was asked for. What the server says is wrong is told beside it, as
/// always; in a document it stands too.
pub(super) fn refusal(context: &Context, refused: Head, said: &str) -> Result<()> {
    let Head { status, headers, .. } = refused;
    if !is_shaped(context) {
        return Ok(context.printer.text(&head(status, &headers))?);
    }
    let body = serde_json::from_str(said).unwrap_or_else(|_| text(said));
    Ok(context.printer.show(&ANY, whole(status, headers, body))?)
}

/// The status and the headers, a line each.
fn head(status: u16, headers: &[(String, String)]) -> String {
    headers.iter().fold(format!("HTTP {status}\n"), |head, (name, value)| head + name + ": " + value + "\n")
}

/// The status, the headers and the body in one document.
fn whole(status: u16, headers: Vec<(String, String)>, body: Value) -> Row {
    let headers: Map<String, Value> = headers.into_iter().map(|(name, value)| (name, json!(value))).collect();
    let members = [("status", json!(status)), ("headers", json!(headers)), ("body", body)];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A body that is no JSON, if there is one.
fn text(body: &str) -> Value {
    if body.is_empty() { Value::Null } else { json!(body) }
}

/// As it came: JSON with every digit of its numbers, XML, or bytes.
fn plain(context: &Context, response: &Response) -> Result<()> {
    if let (Ok(text), Ok(_)) = (std::str::from_utf8(&response.body), response.json()) {
        return Ok(context.printer.json(text.trim_start_matches('\u{feff}'))?);
    }
    let is_text = std::str::from_utf8(&response.body).is_ok_and(|text| !text.contains('\0'));
    if !is_text && context.stdout_is_terminal() {
        let kind = response.header("content-type").map(|kind| format!(" ({})", safe(kind))).unwrap_or_default();
        let message = format!("the answer is {} bytes that are no text{kind}", response.body.len());
        return Err(CliError::new(Exit::Failed, message).next("send them into a file: > FILE").into());
    }
    Ok(context.printer.raw(&response.body)?)
}

/// One of a list, or what is no object.
fn row(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        other => Row::from_iter([("value".to_owned(), other)]),
    }
}

/// All pages of a list, as one.
pub(super) async fn pages(context: &Context, server: &Server, door: &Door, request: Request) -> Result<()> {
    match server.style(context).await? {
        Style::Keystone(style) => listed(context, door, request, style).await,
        Style::Fiware(style) => listed(context, door, request, style).await,
        Style::Numbered(style) => listed(context, door, request, style).await,
        Style::Linked(style) => listed(context, door, request, style).await,
        Style::Cursor(style) => listed(context, door, request, style).await,
    }
}

async fn listed<P: Paging>(context: &Context, door: &Door, request: Request, style: P) -> Result<()> {
    let mut pages = door.pages(request, style);
    let printer = &context.printer;
    let mut list = if is_shaped(context) { printer.stream(&ANY) } else { printer.stream_json(&ANY) };
    while let Some(page) = pages.next_page().await? {
        list.push_all(page.into_iter().map(row))?;
    }
    Ok(list.finish()?)
}
