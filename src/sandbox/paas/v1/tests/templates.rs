//! Templates.

use serde_json::{Value, json};

use super::{Bench, bench, detail};
use crate::sandbox::call::{Call, Reply};

const TEMPLATES: &str = "/api/v1/templates/";

fn upload(bench: &mut Bench, kind: Option<&str>, text: &str) -> Reply {
    let token = bench.token_of("alice", &[], false);
    let mut call = Call::new("POST", TEMPLATES).with_header("Authorization", &format!("Bearer {token}"));
    if let Some(kind) = kind {
        call = call.with_header("Content-Type", kind);
    }
    bench.call(&call.with_body(text))
}

#[test]
fn yaml_is_kept_as_json_and_its_head_is_read() {
    let mut bench = bench();
    let text =
        "# a comment\ntosca_definitions_version: v1\nmetadata: {template_name: x, template_version: 1.5}\na: yes\n";
    let reply = upload(&mut bench, Some("text/plain"), text);
    assert_eq!(reply.status, 201);
    let id = reply.value()["id"].as_str().unwrap().to_owned();
    let shown = bench.get("alice", &format!("{TEMPLATES}{id}"));
    assert_eq!((&shown["name"], &shown["version"]), (&json!("x"), &json!("1.5")));
    assert_eq!((&shown["tosca_definitions_version"], &shown["target_provider_type"]), (&json!("v1"), &Value::Null));
    let content: Value = serde_json::from_str(shown["content"].as_str().unwrap()).unwrap();
    assert_eq!(content["a"], true);
    assert!(shown["content"].as_str().unwrap().starts_with("{\n    \""));
    let words =
        "# another\n\ntosca_definitions_version: v1\nmetadata:\n  template_name: x\n  template_version: 1.5\na: true\n";
    let again = upload(&mut bench, Some("application/x-yaml"), words);
    assert_eq!(again.status, 409);
    let hash = detail(&again).replace("Template with hash_content=", "").replace(" already exists", "");
    assert_eq!(hash.len(), 64, "{hash}");
}

#[test]
fn what_is_no_template_is_refused_or_breaks_it() {
    let mut bench = bench();
    let table = [
        (Some("text/plain"), "a: 1", 201),
        (Some("application/json"), "\"b: 1\"", 201),
        (Some("application/json"), "a: 2", 422),
        (None, "a: 3", 422),
        (Some("text/plain"), "", 422),
        (Some("application/json"), "{}", 422),
        (Some("text/plain"), "a: [", 500),
        (Some("text/plain"), "- a", 500),
        (Some("text/plain"), "day: 2024-01-01", 500),
        (Some("text/plain"), "metadata:", 500),
        (Some("text/plain"), "metadata: {template_name: [x]}", 500),
    ];
    for (kind, text, status) in table {
        assert_eq!(upload(&mut bench, kind, text).status, status, "{kind:?} {text}");
    }
    let mut strict = bench.strict();
    assert_eq!(upload(&mut strict, Some("text/plain"), "day: 2024-01-01").status, 422);
}

#[test]
fn labels_change_and_cannot_be_unset() {
    let mut bench = bench();
    let at = format!("{TEMPLATES}{}", bench.v1_template("notebook"));
    let before = bench.get("alice", &at);
    assert_eq!(before["version"], "2");
    let change = json!({"version": "3", "name": null, "content": "x"});
    assert_eq!(bench.by("bob", "PATCH", &at, Some(&change)).status, 204);
    let after = bench.get("alice", &at);
    assert_eq!(
        (&after["version"], &after["name"], &after["content"]),
        (&json!("3"), &before["name"], &before["content"])
    );
    assert_eq!(bench.by("bob", "PATCH", &at, Some(&json!({"name": 1}))).status, 422);
    assert_eq!(bench.by("bob", "PATCH", &format!("{TEMPLATES}x"), Some(&change)).status, 422);
    let none = "00000000-0000-4000-8000-000000000000";
    let reply = bench.by("bob", "PATCH", &format!("{TEMPLATES}{none}"), Some(&change));
    assert_eq!((reply.status, detail(&reply)), (404, format!("Template with id={none} does not exist")));
}

#[test]
fn one_that_is_used_stays_although_it_says_204() {
    let mut bench = bench();
    for (name, status) in [("virtual-machines", 200), ("notebook", 404)] {
        let at = format!("{TEMPLATES}{}", bench.v1_template(name));
        assert_eq!(bench.by("alice", "DELETE", &at, None).status, 204);
        assert_eq!(bench.by("alice", "GET", &at, None).status, status, "{name}");
    }
    let at = format!("{TEMPLATES}{}", bench.v1_template("virtual-machines"));
    assert_eq!(bench.strict().by("alice", "DELETE", &at, None).status, 409);
}
