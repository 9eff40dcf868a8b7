//! Who is let in.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::super::testing::Bench;
use super::super::super::token::mint;
use super::bench;
use crate::sandbox::call::Call;

const USERS: &str = "/api/v1/users/";

fn expired(bench: &Bench) -> String {
    mint(bench.now, "alice", &["city"], &["openid"], Duration::ZERO, false)
}

#[test]
fn without_a_good_header_it_is_403() {
    let mut bench = bench();
    let table = [
        (None, "Not authenticated"),
        (Some("Bearer"), "Not authenticated"),
        (Some("Bearer "), "Not authenticated"),
        (Some("Basic eA=="), "Invalid authentication credentials"),
    ];
    for (header, words) in table {
        let call = Call::new("GET", USERS);
        let reply = bench.call(&header.map_or(call.clone(), |header| call.with_header("Authorization", header)));
        assert_eq!((reply.status, reply.value()), (403, json!({"status": 403, "detail": words})), "{header:?}");
    }
}

#[test]
fn a_bad_token_is_401_and_was_403() {
    for (switch, status) in [("iam_before_2025=off", 401), ("iam_before_2025=on", 403)] {
        let mut bench = bench();
        bench.switch(switch);
        let good = bench.token_of("alice", &[], false);
        let forged = format!("{}x", &good[..good.len() - 1]);
        let table = [(expired(&bench), "Signature has expired"), (forged, "Signature verification failed")];
        for (token, words) in table {
            let reply = bench.ask("GET", USERS, Some(&token), None);
            let body = reply.value();
            assert_eq!((reply.status, &body["status"]), (status, &json!(status)));
            assert_eq!(body["detail"]["error"], "Unauthenticated");
            let text = body["detail"]["error_description"].as_str().unwrap().to_owned();
            assert_eq!(text, format!("Could not verify JWT: {words}"));
        }
    }
}

#[test]
fn while_the_issuer_is_away_only_tokens_seen_before_are_good() {
    let mut bench = bench();
    let (seen, new) = (bench.token_of("alice", &[], false), bench.token_of("bob", &[], false));
    assert_eq!(bench.ask("GET", USERS, Some(&seen), None).status, 200);
    bench.switch("iam=down");
    assert_eq!(bench.ask("GET", USERS, Some(&seen), None).status, 200);
    let reply = bench.ask("GET", USERS, Some(&new), None);
    assert_eq!(reply.status, 401);
    assert_eq!(reply.value()["detail"]["error_description"], "Could not verify JWT: No 'iss' claim in body");
}

#[test]
fn nobody_is_let_in_where_the_caller_is_not_looked_up() {
    let mut bench = bench();
    let id = bench.get("bob", "/api/v1/users/me")["id"].as_str().unwrap().to_owned();
    let template = bench.v1_template("notebook");
    let mute = mint(bench.now, "alice", &[], &["profile"], Duration::from_mins(1), false);
    for token in ["opaque", &mute] {
        let table = [
            ("GET", USERS.to_owned(), 200),
            ("GET", format!("/api/v1/templates/{template}"), 200),
            ("DELETE", format!("/api/v1/users/{id}"), 204),
            ("POST", USERS.to_owned(), 500),
            ("GET", "/api/v1/users/me".to_owned(), 500),
            ("POST", "/api/v1/users/me/ssh_keys".to_owned(), 500),
        ];
        for (method, target, status) in table {
            assert_eq!(bench.ask(method, &target, Some(token), None).status, status, "{token} {method} {target}");
        }
    }
    bench.switch("opa=allow");
    let reply = bench.ask("GET", USERS, Some("opaque"), None);
    assert_eq!((reply.status, reply.header("Content-Type")), (500, Some("text/plain; charset=utf-8")));
}

#[test]
fn the_policy_server_decides() {
    let mut bench = bench();
    let denied = "Unauthorized to perform this operation";
    let table: [(&str, &str, u16, Value); 4] = [
        ("opa=allow", "iam_before_2025=off", 200, Value::Null),
        ("opa=deny", "iam_before_2025=off", 403, json!(denied)),
        ("opa=deny", "iam_before_2025=on", 401, json!(denied)),
        ("opa=down", "iam_before_2025=off", 500, Value::Null),
    ];
    for (opa, before, status, words) in table {
        bench.switch(opa);
        bench.switch(before);
        let reply = bench.by("alice", "GET", USERS, None);
        assert_eq!((reply.status, reply.value()["detail"].clone()), (status, words), "{opa} {before}");
    }
}

#[test]
fn some_routes_need_a_caller_who_is_registered() {
    let mut bench = bench();
    let template = bench.v1_template("notebook");
    let machines = bench.v1_template("virtual-machines");
    let list = bench.get("bob", &format!("/api/v1/deployments/?template_id={machines}"));
    let deployment = list["data"][0]["id"].as_str().unwrap().to_owned();
    let table = [
        ("GET", "/api/v1/users/me".to_owned(), 404),
        ("POST", "/api/v1/users/me/ssh_keys".to_owned(), 404),
        ("PATCH", "/api/v1/users/me/ssh_keys".to_owned(), 404),
        ("DELETE", "/api/v1/users/me/ssh_keys".to_owned(), 404),
        ("POST", "/api/v1/templates/".to_owned(), 404),
        ("PATCH", format!("/api/v1/templates/{template}"), 404),
        ("POST", "/api/v1/deployments/".to_owned(), 404),
        ("PATCH", format!("/api/v1/deployments/{deployment}"), 404),
        ("GET", USERS.to_owned(), 200),
        ("GET", "/api/v1/templates/".to_owned(), 200),
        ("GET", format!("/api/v1/deployments/?template_id={template}"), 200),
        ("GET", format!("/api/v1/templates/{template}"), 200),
        ("GET", format!("/api/v1/deployments/{deployment}"), 200),
    ];
    for (method, target, status) in table {
        let reply = bench.by("stranger", method, &target, Some(&json!({})));
        assert_eq!(reply.status, status, "{method} {target}");
        if status == 404 {
            assert_eq!(super::detail(&reply), "No user with the given credentials was found in the DB.");
        }
    }
}
