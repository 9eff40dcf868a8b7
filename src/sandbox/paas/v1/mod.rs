//! v1: `infn-datacloud/orchestrator-python`, with the faults of November 2025. Unless `strict`: it makes no transition at
//! all, cannot delete a deployment, says 204 to deletions that did not happen, and keeps a deployment that no worker will
//! ever hear of.

mod caller;
mod check;
mod create;
mod data;
mod deployments;
mod describe;
mod error;
mod keys;
mod list;
mod routes;
mod templates;
mod users;

use serde_json::json;
use url::form_urlencoded;

use super::super::call::{Call, Reply};
use super::Around;
use caller::Caller;
use error::bare;
use routes::{Found, find};

pub(in crate::sandbox) use data::Data;

/// Answers one request.
pub(super) fn answer(data: &mut Data, around: &Around<'_>, call: &Call) -> Reply {
    if around.strict {
        deployments::settle(data, around.now, around.speed);
    }
    let (method, words) = call.route();
    let Some(words) = words.strip_prefix(["api", "v1"].as_slice()) else { return bare(404, "Not Found") };
    match find(method, words) {
        Found::Here => serve(data, around, call, words).unwrap_or_else(|refusal| refusal),
        Found::Redirect => redirect(around, call),
        Found::OtherMethod(allow) => bare(405, "Method Not Allowed").with_header("Allow", allow),
        Found::Nothing => bare(404, "Not Found"),
    }
}

/// To the same path with or without a slash, by an absolute address made from the request.
fn redirect(around: &Around<'_>, call: &Call) -> Reply {
    let path = call.path.strip_suffix('/').map_or_else(|| format!("{}/", call.path), str::to_owned);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(call.parameters()).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    Reply::empty(307).with_header("Location", format!("{}{path}{mark}{query}", around.url))
}

fn serve(data: &mut Data, around: &Around<'_>, call: &Call, words: &[&str]) -> Result<Reply, Reply> {
    match words {
        ["health", ""] => return Ok(health(around)),
        ["openapi.json"] => return Ok(describe::document()),
        ["docs" | "redoc"] => return Ok(Reply::html(200, "Orchestrator")),
        _ => {}
    }
    check_json(call, words)?;
    let caller = &Caller::of(data, around, call)?;
    match (call.method.as_str(), words) {
        ("OPTIONS", _) => Ok(Reply::empty(204).with_header("Allow", "OPTIONS, POST, GET")),
        ("POST", ["users", ""]) => users::register(data, around, caller),
        ("GET", ["users", ""]) => users::list(data, around, call),
        ("GET", ["users", id]) => users::show(data, caller, id),
        ("DELETE", ["users", id]) => users::remove(data, around, id),
        ("POST", ["users", id, "ssh_keys"]) => keys::generate(data, caller, id),
        ("PATCH", ["users", id, "ssh_keys"]) => keys::set(data, around, caller, call, id),
        ("DELETE", ["users", id, "ssh_keys"]) => keys::remove(data, caller, id),
        ("POST", ["templates", ""]) => templates::upload(data, around, caller, call),
        ("GET", ["templates", ""]) => templates::list(data, around, call),
        ("GET", ["templates", id]) => templates::show(data, id),
        ("PATCH", ["templates", id]) => templates::edit(data, around, caller, call, id),
        ("DELETE", ["templates", id]) => templates::remove(data, around, id),
        ("POST", ["deployments", ""]) => create::create(data, around, caller, call),
        ("GET", ["deployments", ""]) => deployments::list(data, around, call),
        ("GET", ["deployments", id]) => deployments::show(data, around, id),
        ("PATCH", ["deployments", id]) => deployments::edit(data, around, caller, call, id),
        ("DELETE", ["deployments", id]) => deployments::remove(data, around, call, id),
        ("GET", ["deployments", id, "templates"]) => deployments::template(data, id),
        _ => Err(bare(404, "Not Found")),
    }
}

/// A body that is not the JSON it is said to be is refused before anybody asks who sent it.
fn check_json(call: &Call, words: &[&str]) -> Result<(), Reply> {
    match (call.method.as_str(), words) {
        ("POST", ["deployments", ""]) | ("PATCH", _) if call.json().is_none() => Err(error::not_json()),
        ("POST", ["templates", ""]) if is_bad_json(call) => templates::check_body(call),
        _ => Ok(()),
    }
}

fn is_bad_json(call: &Call) -> bool {
    let is_other = call.header("content-type").is_some_and(|kind| !kind.to_lowercase().contains("json"));
    !is_other && call.json().is_none()
}

/// Says 200 even where something is wrong; Vault and Kafka are never filled in.
fn health(around: &Around<'_>) -> Reply {
    let opa = match around.switches.opa {
        "off" => None,
        word => Some(word != "down"),
    };
    let status = if opa == Some(false) { "unhealthy" } else { "healthy" };
    let (vault, kafka): (Option<bool>, Option<bool>) = (None, None);
    let checks = json!({
        "db_connection": true,
        "opa_connection": opa,
        "vault_connection": vault,
        "kafka_connection": kafka,
        "status": status,
    });
    Reply::json(200, &checks)
}

#[cfg(test)]
mod tests;
