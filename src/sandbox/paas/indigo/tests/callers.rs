//! Who may do what.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::super::token::{Claims, SCOPES, mint};
use super::{bench, create, message, wish};

#[test]
fn without_a_good_token_it_is_401_and_the_token_is_told() {
    let mut bench = bench();
    let reply = bench.ask("GET", "/deployments", None, None);
    assert_eq!((reply.status, &reply.value()["error"]), (401, &json!("unauthorized")));
    assert!(reply.header("WWW-Authenticate").unwrap().starts_with("Bearer "));
    let old = mint(bench.now, "alice", &[], &SCOPES, Duration::ZERO, false);
    for token in ["opaque", &old] {
        let reply = bench.ask("GET", "/deployments", Some(token), None);
        assert_eq!((reply.status, message(&reply)), (401, format!("Invalid token: {token}")));
    }
    let good = bench.token_of("alice", &[], false);
    bench.switch("iam=down");
    assert_eq!(bench.ask("GET", "/deployments", Some(&good), None).status, 401);
    let mut strict = bench.strict();
    assert_eq!(message(&strict.ask("GET", "/deployments", Some("opaque"), None)), "Invalid token");
}

#[test]
fn scopes_are_needed_by_what_is_done() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    bench.wait(10);
    let id = bench.get("alice", &format!("{at}/resources"))["content"][0]["uuid"].as_str().unwrap().to_owned();
    let reset = json!({"status": "DELETE_FAILED"});
    let action = (format!("{at}/resources/{id}/actions"), json!({"type": "stop"}));
    let table: [(&[&str], &str, &str, Value, u16); 9] = [
        (&["openid"], "GET", &at, Value::Null, 403),
        (&["openid", "profile"], "GET", &at, Value::Null, 200),
        (&["openid", "profile"], "POST", "/deployments", wish(""), 403),
        (&["openid", "profile"], "PUT", &at, wish(""), 403),
        (&["openid", "profile"], "PATCH", &at, reset, 403),
        (&["openid", "profile"], "DELETE", &at, Value::Null, 403),
        (&["openid", "profile", "fts:submit-transfer"], "POST", "/deployments", wish(""), 201),
        (&["openid", "profile", "fts:submit-transfer"], "POST", &action.0, action.1.clone(), 403),
        (&["openid", "profile", "offline_access"], "POST", &action.0, action.1.clone(), 202),
    ];
    for (scopes, method, target, body, status) in table {
        let token = mint(bench.now, "alice", &["city"], scopes, Duration::from_mins(1), false);
        let reply = bench.ask(method, target, Some(&token), Some(&body));
        assert_eq!(reply.status, status, "{scopes:?} {method} {target}");
        if status == 403 {
            assert_eq!(reply.value()["error"], "insufficient_scope");
        }
    }
}

#[test]
fn only_the_owner_changes_and_everybody_of_the_issuer_reads() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    bench.wait(10);
    let id = bench.get("bob", &format!("{at}/resources"))["content"][0]["uuid"].as_str().unwrap().to_owned();
    let open = [at.clone(), format!("{at}/template"), format!("{at}/resources/{id}")];
    for target in &open {
        assert_eq!(bench.by("bob", "GET", target, None).status, 200, "{target}");
    }
    let closed = [
        ("GET", format!("{at}/log"), Value::Null),
        ("GET", format!("{at}/extrainfo"), Value::Null),
        ("PUT", at.clone(), wish("")),
        ("PATCH", at.clone(), json!({"status": "DELETE_FAILED"})),
        ("POST", format!("{at}/resources/{id}/actions"), json!({"type": "stop"})),
        ("DELETE", at.clone(), Value::Null),
    ];
    let admin = bench.token_of("root", &["city"], true);
    let bob = bench.token_of("bob", &["city"], false);
    for (method, target, body) in &closed {
        for token in [&bob, &admin] {
            let reply = bench.ask(method, target, Some(token), Some(body));
            let words = "Only the owner of the deployment can perform this operation";
            assert_eq!((reply.status, message(&reply)), (403, words.to_owned()), "{method} {target}");
        }
    }
    bench.switch("cloud_2694=on");
    assert_eq!(bench.ask("GET", &format!("{at}/log"), Some(&admin), None).status, 200);
    assert_eq!(bench.ask("GET", &format!("{at}/log"), Some(&bob), None).status, 403);
}

#[test]
fn a_deployment_of_another_issuer_is_not_there() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    bench.data.indigo.deployments[0].issuer = "https://elsewhere/".to_owned();
    let reply = bench.by("alice", "GET", &at, None);
    let uuid = at.trim_start_matches("/deployments/");
    assert_eq!((reply.status, message(&reply)), (404, format!("The deployment <{uuid}> doesn't exist")));
}

#[test]
fn the_group_must_be_the_callers() {
    let mut bench = bench();
    let none = Claims { groups: None, ..Claims::of_user("alice", &[], &SCOPES, bench.now.as_second() + 60) }.token();
    let (own, other) = (bench.token_of("alice", &["city"], false), bench.token_of("alice", &["others"], true));
    let free = json!({"template": super::MACHINES});
    let table = [
        (&own, wish(""), 201, ""),
        (&other, wish(""), 403, "The group city is not in the user's authorized groups"),
        (&own, free, 403, "The group null is not in the user's authorized groups"),
        (&none, wish(""), 403, "User's token does not contain a group claim"),
    ];
    for (token, body, status, words) in table {
        let reply = bench.ask("POST", "/deployments", Some(token), Some(&body));
        assert_eq!((reply.status, message(&reply).as_str()), (status, words));
    }
}

#[test]
fn a_write_that_meets_another_may_come_again() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    bench.wait(10);
    bench.switch("busy=on");
    assert_eq!(bench.by("alice", "GET", &at, None).status, 200);
    let reply = bench.by("alice", "DELETE", &at, None);
    assert_eq!((reply.status, reply.header("Retry-After")), (409, Some("0")));
    assert_eq!(bench.by("alice", "DELETE", &at, None).status, 204);
}
