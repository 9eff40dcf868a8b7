//! Perseo's front end: rules by name within a service and a sub-service. No rule ever fires.

mod metrics;
mod place;
mod rule;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::call::{Call, Reply};
use metrics::Metrics;
use place::Place;
use rule::Fault;

/// The manual says 20; the product has long said this.
const DEFAULT_LIMIT: i64 = 1000;

#[derive(Clone, Debug)]
struct Rule {
    service: String,
    subservice: String,
    /// The database's; clients go by the name.
    id: String,
    body: Map<String, Value>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Data {
    /// In the order in which they came, which is the order of the listing.
    #[serde(serialize_with = "by_content")]
    rules: Vec<Rule>,
    // How it came to this is no part of the state.
    #[serde(skip)]
    metrics: Metrics,
    #[serde(skip)]
    answered: u64,
    #[serde(skip)]
    created: u64,
}

/// In an order that ids and age have no part in. The bodies name their service and sub-service.
fn by_content<S: Serializer>(rules: &[Rule], to: S) -> Result<S::Ok, S::Error> {
    let mut rows: Vec<_> = rules.iter().map(|rule| (json!(rule.body).to_string(), &rule.id, &rule.body)).collect();
    rows.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
    to.collect_seq(rows.into_iter().map(|(_, id, body)| json!({"rule": body, "_id": id})))
}

/// Perseo's envelope.
fn success(data: &Value) -> Reply {
    Reply::json(200, &json!({"error": null, "data": data}))
}

fn failure(status: u16, text: &str) -> Reply {
    Reply::json(status, &json!({"error": text, "data": null}))
}

pub(super) fn answer(data: &mut Data, call: &Call) -> Reply {
    let place = match Place::of(call) {
        Ok(place) => place,
        Err(refusal) => return refusal,
    };
    if call.header("content-type").is_some_and(|value| !value.starts_with("application/json")) {
        return Reply::json(400, &json!({"message": "invalid content-type"}));
    }
    let given = call.header("fiware-correlator").filter(|given| !given.is_empty());
    let own = format!("00000000-0000-4000-8000-{:012x}", data.answered & 0xffff_ffff_ffff);
    let correlator = format!("{}; node=sandbox000; perseocep={}", given.unwrap_or(&own), data.answered);
    data.answered += 1;
    let reply = match body(call) {
        Ok(body) => serve(data, call, &place, body),
        Err(refusal) => refusal,
    };
    reply.with_header("fiware-correlator", correlator)
}

/// Only a body that says it is JSON is looked at. One that is none is the client's fault but answered as Perseo's own.
fn body(call: &Call) -> Result<Map<String, Value>, Reply> {
    if call.body.is_empty() || call.header("content-type").is_none() {
        return Ok(Map::new());
    }
    match call.json() {
        Some(Value::Object(body)) => Ok(body),
        Some(Value::Array(_)) => Ok(Map::new()),
        _ => Err(failure(500, "Unexpected token in JSON")),
    }
}

fn serve(data: &mut Data, call: &Call, place: &Place, body: Map<String, Value>) -> Reply {
    let (method, mut words) = call.route();
    // One slash at the end is forgiven.
    if words.len() > 1 && words.last().is_some_and(|word| word.is_empty()) {
        words.pop();
    }
    match (method, words.as_slice()) {
        ("GET", ["version"]) => version(),
        ("GET", ["admin", "metrics"]) => {
            let metrics = data.metrics.json();
            if call.query("reset") == Some("true") {
                data.metrics.reset();
            }
            Reply::json(200, &metrics)
        }
        ("DELETE", ["admin", "metrics"]) => {
            data.metrics.reset();
            Reply::empty(200)
        }
        (_, ["rules", ..]) => {
            let reply = rules(data, call, place, &words, body);
            count(&mut data.metrics, call, place, &words, &reply);
            reply
        }
        _ => Reply::html(404, "Not Found"),
    }
}

fn rules(data: &mut Data, call: &Call, place: &Place, words: &[&str], body: Map<String, Value>) -> Reply {
    match (call.method.as_str(), words) {
        ("GET", ["rules"]) => list(data, call, place),
        ("POST", ["rules"]) => create(data, place, body).unwrap_or_else(refuse),
        ("GET", ["rules", name]) => show(data, place, name),
        ("PUT", ["rules", name]) => replace(data, place, name, body).unwrap_or_else(refuse),
        ("DELETE", ["rules", name]) => remove(data, place, name),
        _ => Reply::html(404, "Not Found"),
    }
}

fn refuse(fault: Fault) -> Reply {
    match fault {
        Fault::Refused(text) => failure(400, &text),
        Fault::Crash => Reply::html(500, "Internal Server Error"),
    }
}

fn count(metrics: &mut Metrics, call: &Call, place: &Place, words: &[&str], reply: &Reply) {
    let (failed, fine) = if reply.status >= 400 { (1, 0) } else { (0, 1) };
    let mut add = |name, amount| metrics.add(&place.service, &place.subservice, name, amount);
    add("incomingTransactions", 1);
    add("incomingTransactionsRequestSize", call.body.len());
    add("incomingTransactionsResponseSize", reply.body.len());
    add("incomingTransactionsErrors", failed);
    let names = match (call.method.as_str(), words) {
        ("POST", ["rules"]) => ["ruleCreation", "okRuleCreation", "failedRuleCreation"],
        ("PUT", ["rules", _]) => ["ruleUpdate", "okRuleUpdate", "failedRuleUpdate"],
        ("DELETE", ["rules", _]) => ["ruleDelete", "okRuleDelete", "failedRuleDelete"],
        _ => return,
    };
    for (name, amount) in names.into_iter().zip([1, fine, failed]) {
        add(name, amount);
    }
}

fn version() -> Reply {
    success(&json!({"name": "perseo", "description": "IOT CEP front End", "version": "1.40.0"}))
}

/// As in the database, whose id comes first.
fn shown(rule: &Rule) -> Value {
    let id = ("_id".to_owned(), json!(rule.id));
    let body = rule.body.iter().map(|(name, value)| (name.clone(), value.clone()));
    Value::Object([id].into_iter().chain(body).collect())
}

/// The total is always in the header; `count` in the body is that of the page, and left out for other options.
fn list(data: &Data, call: &Call, place: &Place) -> Reply {
    let all: Vec<Value> = data.rules.iter().filter(|rule| place.has(rule)).map(shown).collect();
    let total = all.len();
    let number = |name, default| match call.query(name) {
        None | Some("") => default,
        Some(text) => text.parse::<i64>().unwrap_or(0),
    };
    let (offset, limit) = (number("offset", 0), number("limit", DEFAULT_LIMIT));
    let length = i64::try_from(total).unwrap_or(i64::MAX);
    // A negative offset counts from the end, as slices of JavaScript do.
    let first = if offset < 0 { length.saturating_add(offset).max(0) } else { offset };
    let (first, limit) = (usize::try_from(first).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(0));
    let page: Vec<Value> = all.into_iter().skip(first).take(limit).collect();
    let mut envelope = vec![("error", Value::Null), ("data", json!(page))];
    if call.query("options").is_none_or(|options| options.is_empty() || options == "count") {
        envelope.push(("count", json!(page.len())));
    }
    Reply::json(200, &envelope.into_iter().collect()).with_header("fiware-total-count", total.to_string())
}

fn find<'data>(data: &'data mut Data, place: &Place, name: &str) -> Option<&'data mut Rule> {
    data.rules.iter_mut().find(|rule| place.has(rule) && rule.body.get("name").is_some_and(|own| own == name))
}

fn show(data: &mut Data, place: &Place, name: &str) -> Reply {
    match find(data, place, name) {
        Some(rule) => success(&shown(rule)),
        None => not_found(name),
    }
}

fn not_found(name: &str) -> Reply {
    failure(404, &format!("rule not found {name}"))
}

fn create(data: &mut Data, place: &Place, mut body: Map<String, Value>) -> Result<Reply, Fault> {
    body.insert("subservice".to_owned(), json!(place.subservice));
    body.insert("service".to_owned(), json!(place.service));
    let name = rule::check(&body)?.to_owned();
    if find(data, place, &name).is_some() {
        return Err(Fault::Refused(format!("rule exists {name}")));
    }
    rule::complete(&mut body, &name);
    data.created += 1;
    let id = format!("{:024x}", data.created);
    // What the core and the database said, one after the other.
    let core = json!({"code": 200, "body": {}});
    let steps = json!([false, [core, core, null], {"acknowledged": true, "insertedId": id}, null]);
    let (service, subservice) = (place.service.clone(), place.subservice.clone());
    data.rules.push(Rule { service, subservice, id, body });
    Ok(success(&steps))
}

/// What the body names is replaced; the rest of the rule stays.
fn replace(data: &mut Data, place: &Place, name: &str, mut body: Map<String, Value>) -> Result<Reply, Fault> {
    body.insert("subservice".to_owned(), json!(place.subservice));
    body.insert("service".to_owned(), json!(place.service));
    let own = rule::check(&body)?.to_owned();
    rule::check_name_in_text(&body, &own)?;
    rule::complete(&mut body, &own);
    let Some(rule) = find(data, place, name) else { return Ok(not_found(name)) };
    rule.body.extend(body.clone());
    Ok(success(&Value::Object(body)))
}

/// 200, whether there was one or not.
fn remove(data: &mut Data, place: &Place, name: &str) -> Reply {
    let before = data.rules.len();
    let named = |rule: &Rule| rule.body.get("name").is_some_and(|own| own == name);
    data.rules.retain(|rule| !(place.has(rule) && named(rule)));
    let deleted = json!({"acknowledged": true, "deletedCount": before - data.rules.len()});
    success(&json!([deleted, [{"code": 200, "body": {}}, null], null]))
}

#[cfg(test)]
mod tests;
