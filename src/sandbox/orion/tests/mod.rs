//! Orion as a client meets it, asked through [`answer`].

mod answers;
mod bodies;
mod entities;
mod headers;
mod paging;

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::sandbox::world::Flavour;

/// An Orion and a clock.
struct Orion {
    data: Data,
    now: Timestamp,
}

impl Orion {
    fn new() -> Self {
        Self { data: Data::default(), now: Timestamp::from_second(1_800_000_000).unwrap() }
    }

    fn ask(&mut self, call: &Call) -> Reply {
        self.now += Duration::from_secs(1);
        let flavour = Flavour::default();
        answer(&mut self.data, &About { now: self.now, flavour: &flavour, url: "http://127.0.0.1:1026" }, call)
    }

    /// Makes a subscription there and gives its id.
    fn subscribe(&mut self, tenant: &str, path: &str) -> String {
        let reply = self.ask(&post(tenant, path, &all_entities("http://cygnus:5050/notify")));
        assert_eq!(reply.status, 201, "{:?}", reply.value());
        let location = reply.header("Location").unwrap();
        location.strip_prefix("/v2/subscriptions/").unwrap().to_owned()
    }

    fn ids(&mut self, tenant: &str, path: &str) -> Vec<String> {
        let reply = self.ask(&at(tenant, path, "GET", "/v2/subscriptions?limit=1000"));
        let list = reply.value().as_array().unwrap().clone();
        list.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }

    fn state(&self) -> String {
        serde_json::to_string(&self.data).unwrap()
    }
}

/// A call with these two headers; an empty path is none.
fn at(tenant: &str, path: &str, method: &str, target: &str) -> Call {
    let call = Call::new(method, target).with_header("Fiware-Service", tenant);
    if path.is_empty() { call } else { call.with_header("Fiware-ServicePath", path) }
}

fn with_json(call: Call, body: &Value) -> Call {
    call.with_header("Content-Type", "application/json").with_body(body.to_string())
}

fn post(tenant: &str, path: &str, body: &Value) -> Call {
    with_json(at(tenant, path, "POST", "/v2/subscriptions"), body)
}

/// What activates a module.
fn all_entities(url: &str) -> Value {
    json!({
        "subject": {"entities": [{"idPattern": ".*"}], "condition": {"attrs": ["TimeInstant"]}},
        "notification": {"attrs": [], "http": {"url": url}, "attrsFormat": "normalized"},
        "expires": "",
        "status": "active",
        "throttling": 0,
    })
}

fn refusal(reply: &Reply) -> (u16, String, String) {
    let body = reply.value();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (reply.status, text("error"), text("description"))
}
