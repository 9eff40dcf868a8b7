//! indigo as a client meets it, row by row of what is known about it.

mod callers;
mod creating;
mod lists;
mod machines;
mod states;

use serde_json::{Value, json};

use super::super::testing::Bench;
use crate::sandbox::call::Reply;
use crate::sandbox::world::Backend;

const MACHINES: &str = include_str!("../demo/machines.yaml");

fn bench() -> Bench {
    Bench::new(Backend::PaasIndigo)
}

fn message(reply: &Reply) -> String {
    reply.value()["message"].as_str().unwrap_or_default().to_owned()
}

/// What alice asks for, with this outcome.
fn wish(outcome: &str) -> Value {
    json!({"template": MACHINES, "parameters": {"sandbox_outcome": outcome}, "userGroup": "city"})
}

/// Alice's, and its address.
fn create(bench: &mut Bench, outcome: &str) -> String {
    let reply = bench.by("alice", "POST", "/deployments", Some(&wish(outcome)));
    assert_eq!(reply.status, 201, "{}", reply.value());
    format!("/deployments/{}", reply.value()["uuid"].as_str().unwrap())
}

fn status(bench: &mut Bench, at: &str) -> String {
    bench.get("alice", at)["status"].as_str().unwrap().to_owned()
}

#[test]
fn it_tells_what_it_is() {
    let mut bench = bench();
    let root = bench.ask("GET", "/", None, None);
    assert_eq!((root.status, root.body.as_slice()), (200, b"INDIGO-Orchestrator".as_slice()));
    assert_eq!(bench.by("alice", "GET", "/", None).status, 403);
    assert_eq!(bench.ask("GET", "/info", None, None).value()["build"]["version"], "4.0.1");
    bench.switch("release=1.4.0");
    let old = bench.ask("GET", "/info", None, None).value();
    assert_eq!((&old["projectVersion"], &old["build"]), (&json!("1.4.0"), &Value::Null));
    assert!(bench.get("alice", "/configuration")["im_url"].is_string());
    assert_eq!(bench.ask("GET", "/configuration", None, None).status, 401);
    let strange = bench.ask("GET", "/api/v1/health/", None, None);
    assert_eq!((strange.status, strange.value()), (404, json!({"code": 404, "title": "Not Found"})));
    assert_eq!(bench.by("alice", "DELETE", "/deployments", None).status, 405);
    assert_eq!(bench.by("alice", "GET", "/deployments/", None).status, 200);
}

#[test]
fn older_releases_lack_what_came_later() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    bench.wait(10);
    let id = bench.get("alice", &format!("{at}/resources"))["content"][0]["uuid"].as_str().unwrap().to_owned();
    let table = [
        ("2.4.0", "2.3.0", "GET", format!("{at}/log"), 200, 404),
        ("2.4.0", "2.3.0", "GET", format!("{at}/extrainfo"), 200, 404),
        ("2.7.0", "2.6.0", "PATCH", at.clone(), 409, 405),
        ("2.8.0", "2.7.0", "POST", format!("{at}/resources/{id}/actions"), 202, 404),
        ("3.0.0", "2.8.0", "GET", "/deployments?userGroup=others".to_owned(), 403, 200),
    ];
    let body = json!({"status": "DELETE_FAILED", "type": "stop"});
    for (new, old, method, target, with, without) in table {
        for (release, expected) in [(old, without), (new, with)] {
            bench.switch(&format!("release={release}"));
            assert_eq!(bench.by("alice", method, &target, Some(&body)).status, expected, "{release} {method} {target}");
        }
    }
    for (release, group, region, metadata) in
        [("2.5.0", false, false, false), ("2.8.0", true, false, true), ("4.0.0", true, true, true)]
    {
        bench.switch(&format!("release={release}"));
        let shown = bench.get("alice", &at);
        assert_eq!(shown["userGroup"].is_string(), group, "{release}");
        assert_eq!(shown["cloudProviderEndpoint"]["region"].is_string(), region, "{release}");
        assert_eq!(shown["links"][1]["href"].as_str().unwrap().ends_with("{type}"), metadata, "{release}");
        let all = bench.get("alice", &format!("{at}/resources"));
        assert_eq!(all["content"][0]["metadata"].is_object(), metadata, "{release}");
    }
    bench.switch("release=2.8.0");
    let free = json!({"template": MACHINES});
    assert_eq!(bench.by("alice", "POST", "/deployments", Some(&free)).status, 201);
}

#[test]
fn schedules_are_kept_and_nothing_more() {
    let mut bench = bench();
    let mut body = wish("");
    let reply = bench.by("alice", "POST", "/schedules", Some(&body));
    assert_eq!((reply.status, message(&reply)), (400, "fileExpression: may not be null".to_owned()));
    for (name, value) in
        [("fileExpression", json!("x:y*")), ("replicationExpression", json!("a=b")), ("numberOfReplicas", json!(1))]
    {
        body[name] = value;
    }
    let reply = bench.by("alice", "POST", "/schedules", Some(&body));
    assert_eq!((reply.status, &reply.value()["status"]), (201, &json!("RUNNING")));
    let at = format!("/schedules/{}", reply.value()["uuid"].as_str().unwrap());
    assert_eq!(bench.get("bob", "/schedules")["page"]["totalElements"], 1);
    assert_eq!(bench.get("bob", &at)["numberOfReplicas"], 1);
    assert_eq!(bench.get("bob", &format!("{at}/events"))["content"], json!([]));
    assert_eq!(bench.by("bob", "GET", &format!("{at}/template"), None).body, MACHINES.as_bytes());
    for (method, status) in [("DELETE", 405), ("PUT", 405)] {
        assert_eq!(bench.by("alice", method, &at, None).status, status);
    }
    assert_eq!(bench.by("alice", "GET", "/schedules/none", None).status, 404);
}
