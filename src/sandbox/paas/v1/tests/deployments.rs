//! Deployments.

use serde_json::{Value, json};

use super::{Bench, bench, detail};
use crate::sandbox::call::Call;

const DEPLOYMENTS: &str = "/api/v1/deployments/";

fn body(bench: &mut Bench) -> Value {
    json!({"template_id": bench.v1_template("virtual-machines"), "template_inputs": {}, "user_group": "city"})
}

fn with(body: &Value, name: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[name] = value;
    body
}

fn create(bench: &mut Bench, body: &Value) -> String {
    let reply = bench.by("alice", "POST", DEPLOYMENTS, Some(body));
    assert_eq!(reply.status, 201, "{}", reply.value());
    format!("{DEPLOYMENTS}{}", reply.value()["id"].as_str().unwrap())
}

#[test]
fn refusals_come_in_their_order() {
    let mut bench = bench();
    let good = body(&mut bench);
    let none = "00000000-0000-4000-8000-000000000000";
    // Everything is wrong at first; one thing after the other is put right.
    let bad = json!({"template_id": none, "template_inputs": [], "user_group": "others"});
    let token = bench.token_of("carl", &["city"], false);
    let call = Call::new("POST", DEPLOYMENTS).with_header("Authorization", &format!("Bearer {token}"));
    assert_eq!(bench.call(&call.with_body("{")).value()["detail"][0]["type"], "json_invalid");
    let reply = bench.by("carl", "POST", DEPLOYMENTS, Some(&bad));
    assert_eq!((reply.status, detail(&reply).starts_with("No user")), (404, true));
    bench.by("carl", "POST", "/api/v1/users/", None);
    let reply = bench.by("carl", "POST", DEPLOYMENTS, Some(&bad));
    assert_eq!((reply.status, reply.value()["detail"][0]["loc"].clone()), (422, json!(["body", "template_inputs"])));
    let bad = with(&bad, "template_inputs", json!({}));
    let reply = bench.by("carl", "POST", DEPLOYMENTS, Some(&bad));
    assert_eq!((reply.status, detail(&reply)), (422, "Current user does not belong to user group others".to_owned()));
    let bad = with(&bad, "user_group", json!("city"));
    let reply = bench.by("carl", "POST", DEPLOYMENTS, Some(&bad));
    assert_eq!((reply.status, detail(&reply)), (422, "Current user does not have a valid public SSH key".to_owned()));
    bench.by("carl", "POST", "/api/v1/users/me/ssh_keys", None);
    bench.switch("broker=down");
    let reply = bench.by("carl", "POST", DEPLOYMENTS, Some(&bad));
    assert_eq!((reply.status, detail(&reply)), (404, format!("Template with id={none} does not exist")));
    assert_eq!(bench.by("carl", "POST", DEPLOYMENTS, Some(&good)).status, 504);
    bench.switch("broker=on");
    assert_eq!(bench.by("carl", "POST", DEPLOYMENTS, Some(&good)).status, 201);
}

#[test]
fn a_broker_that_is_down_leaves_the_row_behind() {
    for (strict, more) in [(false, 1), (true, 0)] {
        let mut bench = if strict { bench().strict() } else { bench() };
        let (body, before) = (body(&mut bench), bench.data.v1.deployments.len());
        bench.switch("broker=down");
        assert_eq!(bench.by("alice", "POST", DEPLOYMENTS, Some(&body)).status, 504);
        assert_eq!(bench.data.v1.deployments.len(), before + more, "strict: {strict}");
    }
}

#[test]
fn a_template_without_a_name_breaks_the_message_after_the_row_was_stored() {
    let mut bench = bench();
    let id = bench.by("alice", "POST", "/api/v1/templates/", Some(&json!("a: 1"))).value()["id"].clone();
    let body = with(&body(&mut bench), "template_id", id);
    for (switch, status) in [("broker=off", 201), ("broker=on", 500)] {
        let before = bench.data.v1.deployments.len();
        bench.switch(switch);
        assert_eq!(bench.by("alice", "POST", DEPLOYMENTS, Some(&body)).status, status);
        assert_eq!(bench.data.v1.deployments.len(), before + 1);
    }
}

#[test]
fn fields_have_defaults_limits_and_are_bent_to_fit() {
    let mut bench = bench();
    let good = body(&mut bench);
    let at = create(&mut bench, &good);
    let shown = bench.get("alice", &at);
    let defaults = [
        ("per_provider_max_retries", json!(3)),
        ("max_providers", json!(null)),
        ("timeout", json!(14400)),
        ("per_provider_timeout", json!(1440)),
        ("keep_last_attempt", json!(false)),
        ("target_provider_name", json!(null)),
        ("template_outputs", json!(null)),
        ("status", json!(2)),
        ("status_name", json!("CREATE_IN_PROGRESS")),
        ("task_name", json!("template_validation")),
        ("user_group_issuer", json!("https://issuer.sandbox/")),
    ];
    for (name, value) in defaults {
        assert_eq!(shown[name], value, "{name}");
    }
    assert!(shown["created_at"].as_str().unwrap().ends_with(".000+00:00"), "{shown}");
    let table = [
        ("timeout", json!(0), Some("greater_than_equal")),
        ("timeout", json!(14401), Some("less_than_equal")),
        ("timeout", json!("soon"), Some("int_parsing")),
        ("timeout", json!("60"), None),
        ("per_provider_max_retries", json!(11), Some("less_than_equal")),
        ("max_providers", json!(0), Some("greater_than_equal")),
        ("keep_last_attempt", json!("yes"), None),
        ("keep_last_attempt", json!("perhaps"), Some("bool_parsing")),
        ("template_id", json!("x"), Some("uuid_parsing")),
        ("user_group", json!(1), Some("string_type")),
        ("something_else", json!(1), None),
    ];
    for (name, value, kind) in table {
        let reply = bench.by("alice", "POST", DEPLOYMENTS, Some(&with(&good, name, value.clone())));
        let found = reply.value()["detail"][0]["type"].as_str().map(str::to_owned);
        assert_eq!(found.as_deref(), kind, "{name} {value}");
        assert_eq!(reply.status, if kind.is_some() { 422 } else { 201 });
    }
    let missing = bench.by("alice", "POST", DEPLOYMENTS, Some(&json!({}))).value();
    assert_eq!(missing["detail"].as_array().unwrap().len(), 3);
}

#[test]
fn only_the_group_changes_and_the_creator_is_shown_as_the_editor() {
    let mut bench = bench();
    let good = body(&mut bench);
    let at = create(&mut bench, &good);
    let before = bench.get("alice", &at);
    bench.wait(60);
    for change in [json!({"status": 4}), json!({"user_group": null}), json!({})] {
        assert_eq!(bench.by("bob", "PATCH", &at, Some(&change)).status, 204, "{change}");
        assert_eq!(bench.get("alice", &at), before, "{change}");
    }
    assert_eq!(bench.by("bob", "PATCH", &at, Some(&json!({"user_group": "others"}))).status, 204);
    let after = bench.get("alice", &at);
    assert_eq!((&after["user_group"], &after["updated_by"]), (&json!("others"), &after["created_by"]));
    assert_ne!(after["updated_at"], before["updated_at"]);
    assert_eq!(bench.by("bob", "PATCH", &at, Some(&json!({"user_group": 1}))).status, 422);
    let mut strict = bench.strict();
    let after = strict.get("alice", &at);
    assert_ne!(after["updated_by"], after["created_by"]);
}

#[test]
fn nothing_can_be_deleted() {
    let mut bench = bench();
    let good = body(&mut bench);
    let at = create(&mut bench, &good);
    let none = format!("{DEPLOYMENTS}00000000-0000-4000-8000-000000000000");
    for (at, query, status) in [
        (&at, "?force=false&unsecure=false", 500),
        (&at, "?force=true&unsecure=true", 500),
        (&none, "?force=false&unsecure=false", 500),
        (&at, "", 422),
        (&at, "?force=false", 422),
        (&at, "?force=perhaps&unsecure=no", 422),
    ] {
        let reply = bench.by("alice", "DELETE", &format!("{at}{query}"), None);
        assert_eq!(reply.status, status, "{query}");
        if status == 500 {
            assert_eq!(
                (reply.header("Content-Type").unwrap(), &*reply.body),
                ("text/plain; charset=utf-8", &b"Internal Server Error"[..])
            );
        }
    }
    assert_eq!(bench.get("alice", &at)["status"], 2);
}

#[test]
fn strict_deletes_softly_and_hard() {
    let mut bench = bench().strict();
    let good = body(&mut bench);
    let at = create(&mut bench, &good);
    let soft = format!("{at}?force=false&unsecure=false");
    assert_eq!(bench.by("alice", "DELETE", &soft, None).status, 204);
    assert_eq!(bench.get("alice", &at)["status_name"], "DELETE_IN_PROGRESS");
    assert_eq!(bench.by("alice", "DELETE", &soft, None).status, 400);
    bench.wait(10);
    assert_eq!(bench.get("alice", &at)["status_name"], "DELETE_COMPLETE");
    assert_eq!(bench.by("alice", "DELETE", &format!("{at}?force=true&unsecure=false"), None).status, 204);
    assert_eq!(bench.by("alice", "GET", &at, None).status, 404);
}

#[test]
fn time_changes_nothing_unless_strict() {
    for strict in [false, true] {
        let mut bench = if strict { bench().strict() } else { bench() };
        let good = body(&mut bench);
        let at = create(&mut bench, &good);
        bench.wait(7);
        let half = bench.get("alice", &at);
        bench.wait(60);
        let end = bench.get("alice", &at);
        if strict {
            assert_eq!((&half["status"], &half["task_name"]), (&json!(2), &json!("infrastructure_creation")));
            assert_eq!((&end["status"], &end["task_name"]), (&json!(0), &json!("resources_generated")));
            assert!(end["template_outputs"]["endpoint"].is_string() && end["im_infrastructure_id"].is_string());
        } else {
            assert_eq!((&half["status"], &half["task"], &end), (&json!(2), &json!(0), &half));
        }
    }
}

#[test]
fn strict_fails_and_stalls_as_asked() {
    let mut bench = bench().strict();
    let good = body(&mut bench);
    for (outcome, status) in [("fail", "CREATE_FAILED"), ("stall", "CREATE_IN_PROGRESS")] {
        let at = create(&mut bench, &with(&good, "template_inputs", json!({"sandbox_outcome": outcome})));
        bench.wait(1000);
        let shown = bench.get("alice", &at);
        assert_eq!(
            (shown["status_name"].as_str(), shown["status_reason"].is_string()),
            (Some(status), outcome == "fail")
        );
    }
}

#[test]
fn the_template_of_a_deployment_is_shown_and_the_other_links_are_dead() {
    let mut bench = bench();
    let good = body(&mut bench);
    let at = create(&mut bench, &good);
    let links = bench.get("alice", &at)["links"].clone();
    for (name, status) in [("templates", 200), ("resources", 404), ("logs", 404)] {
        let link = links[name].as_str().unwrap().replace(super::URL, "");
        assert_eq!(bench.by("alice", "GET", &link, None).status, status, "{link}");
    }
    assert_eq!(bench.get("alice", &format!("{at}/templates"))["name"], "virtual-machines");
}
