//! Orion 4, the context broker, as far as its administration goes: subscriptions, a few entities, its own counts.
//!
//! Nothing is ever notified: no connection leaves this house.

mod entities;
mod error;
mod field;
mod head;
mod metrics;
mod notification;
mod path;
mod subject;
mod subscription;
mod subscriptions;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::call::{Call, Reply};
use super::world::About;
use entities::Entities;
use error::Refusal;
use head::Head;
use metrics::Metrics;
use subscriptions::Subscriptions;

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Data {
    subscriptions: Subscriptions,
    entities: Entities,
    // How it came to this is no part of the state.
    #[serde(skip)]
    metrics: Metrics,
    #[serde(skip)]
    answered: u64,
    #[serde(skip)]
    started: Option<Timestamp>,
    #[serde(skip)]
    counting_since: Option<Timestamp>,
}

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Reply {
    data.started.get_or_insert(about.now);
    data.counting_since.get_or_insert(about.now);
    data.answered += 1;
    let reply = Head::read(call).and_then(|head| serve(data, about, call, &head));
    let reply = reply.unwrap_or_else(|refusal| refusal.reply());
    data.metrics.count(call, &reply);
    let given = call.header("fiware-correlator").filter(|given| !given.is_empty());
    let correlator = given.map_or_else(|| correlator(about.now, data.answered), str::to_owned);
    reply.with_header("Fiware-Correlator", correlator)
}

/// In the form of a UUID, which is what Orion makes up.
fn correlator(now: Timestamp, number: u64) -> String {
    format!("{:08x}-0000-1000-8000-{:012x}", now.as_second(), number & 0xffff_ffff_ffff)
}

fn serve(data: &mut Data, about: &About<'_>, call: &Call, head: &Head) -> Result<Reply, Refusal> {
    let (method, mut words) = call.route();
    // One slash at the end is forgiven.
    if words.len() > 1 && words.last().is_some_and(|word| word.is_empty()) {
        words.pop();
    }
    let Some(allow) = allowed(&words) else { return Err(unknown(&words)) };
    if !allow.split(", ").any(|allowed| allowed == method) {
        return Err(Refusal::method(allow));
    }
    // Plain text is for the values of attributes, which are not here.
    if !call.body.is_empty() && head::content_type(call) == "text/plain" {
        return Err(Refusal::new(415, "not supported content type: text/plain"));
    }
    head.check_tenant()?;
    match (method, words.as_slice()) {
        ("GET", ["version"]) => Ok(version(data, about.now)),
        ("GET", ["v2", "subscriptions"]) => Ok(subscriptions::list(&data.subscriptions, about.now, head)),
        ("POST", ["v2", "subscriptions"]) => subscriptions::create(&mut data.subscriptions, about.now, call, head),
        ("GET", ["v2", "subscriptions", id]) => subscriptions::show(&data.subscriptions, about.now, head, id),
        ("PATCH", ["v2", "subscriptions", id]) => subscriptions::change(&mut data.subscriptions, call, head, id),
        ("DELETE", ["v2", "subscriptions", id]) => subscriptions::remove(&mut data.subscriptions, head, id),
        ("GET" | "DELETE", ["admin", "metrics"]) => Ok(metrics(data, call, method)),
        ("GET" | "DELETE", ["statistics"]) => Ok(statistics(data, about.now, method)),
        (_, ["v2", "entities"]) => entities::all(&mut data.entities, call, head),
        (_, ["v2", "entities", id]) => entities::one(&mut data.entities, call, head, id),
        _ => Err(unknown(&words)),
    }
}

/// What an address takes, in the order of Orion's `Allow`.
fn allowed(words: &[&str]) -> Option<&'static str> {
    match words {
        ["version"] => Some("GET"),
        ["admin", "metrics"] | ["statistics"] => Some("GET, DELETE"),
        ["v2", "subscriptions" | "entities"] => Some("POST, GET"),
        ["v2", "subscriptions", id] if !id.is_empty() => Some("GET, DELETE, PATCH"),
        ["v2", "entities", id] if !id.is_empty() => Some("GET, DELETE"),
        _ => None,
    }
}

fn unknown(words: &[&str]) -> Refusal {
    match words {
        [] | [""] => Refusal::bad("The Orion Context Broker is a REST service, not a 'web page'"),
        _ => Refusal::bad("Service not found. Check your URL as probably it is wrong."),
    }
}

/// The total, where it was asked for.
fn counted(reply: Reply, head: &Head, total: usize) -> Reply {
    if head.has("count") { reply.with_header("Fiware-Total-Count", total.to_string()) } else { reply }
}

fn version(data: &Data, now: Timestamp) -> Reply {
    let up = seconds_since(data.started, now);
    let uptime = format!("{} d, {} h, {} m, {} s", up / 86_400, up / 3_600 % 24, up / 60 % 60, up % 60);
    let version = json!({"orion": {
        "version": "4.6.0",
        "uptime": uptime,
        "git_hash": "0000000000000000000000000000000000000000",
        "compile_time": "n/a",
        "compiled_by": "n/a",
        "compiled_in": "n/a",
        "release_date": "n/a",
        "machine": "x86_64",
        "doc": "https://fiware-orion.rtfd.io/en/4.6.0/",
    }});
    Reply::json(200, &version)
}

fn seconds_since(start: Option<Timestamp>, now: Timestamp) -> i64 {
    start.map_or(0, |start| (now.as_second() - start.as_second()).max(0))
}

fn metrics(data: &mut Data, call: &Call, method: &str) -> Reply {
    if method == "DELETE" {
        data.metrics.reset();
        return Reply::empty(204);
    }
    let metrics = data.metrics.json();
    if call.query("reset") == Some("true") {
        data.metrics.reset();
    }
    Reply::json(200, &metrics)
}

/// Only what Orion answers without a `-stat…` flag.
fn statistics(data: &mut Data, now: Timestamp, method: &str) -> Reply {
    if method == "DELETE" {
        data.counting_since = Some(now);
        return Reply::json(200, &json!({"message": "All statistics counter reset"}));
    }
    let statistics = json!({
        "uptime_in_secs": seconds_since(data.started, now),
        "measuring_interval_in_secs": seconds_since(data.counting_since, now),
    });
    Reply::json(200, &statistics)
}

#[cfg(test)]
mod tests;
