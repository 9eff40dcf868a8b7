//! The table of what may be done in which state, and how states follow each other.

use serde_json::json;

use super::super::super::work::Status;
use super::{bench, create, message, status, wish};

/// For each state: update, action, delete, reset.
#[test]
fn operations_are_legal_by_state() {
    let usable = (202, 202, 204, 409);
    let spoilt = (409, 409, 204, 409);
    for wanted in Status::ALL {
        let expected = match wanted {
            Status::CreateComplete | Status::UpdateComplete | Status::UpdateFailed => usable,
            Status::DeleteInProgress => (409, 409, 409, 204),
            Status::DeleteComplete => continue,
            _ => spoilt,
        };
        let mut bench = bench();
        let at = create(&mut bench, "");
        bench.wait(10);
        let id = bench.get("alice", &format!("{at}/resources"))["content"][0]["uuid"].as_str().unwrap().to_owned();
        let now = bench.now;
        bench.data.indigo.deployments[0].work.go(wanted, now);
        let fresh = bench.data.clone();
        let mut ask = |method: &str, target: &str, body: Option<&serde_json::Value>| {
            bench.data = fresh.clone();
            let reply = bench.by("alice", method, target, body);
            if reply.status == 409 {
                assert!(message(&reply).contains(wanted.name()), "{}", message(&reply));
            }
            reply.status
        };
        let found = (
            ask("PUT", &at, Some(&wish(""))),
            ask("POST", &format!("{at}/resources/{id}/actions"), Some(&json!({"type": "stop"}))),
            ask("DELETE", &at, None),
            ask("PATCH", &at, Some(&json!({"status": "DELETE_FAILED"}))),
        );
        assert_eq!(found, expected, "{}", wanted.name());
    }
}

#[test]
fn the_words_of_the_conflicts_are_known() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    bench.wait(5);
    let reply = bench.by("alice", "PUT", &at, Some(&wish("")));
    assert_eq!(message(&reply), "Cannot update a deployment in CREATE_IN_PROGRESS state");
    let reply = bench.by("alice", "PATCH", &at, Some(&json!({"status": "DELETE_FAILED"})));
    assert_eq!(message(&reply), "Cannot reset a deployment in CREATE_IN_PROGRESS state");
    bench.by("alice", "DELETE", &at, None);
    let reply = bench.by("alice", "DELETE", &at, None);
    assert_eq!((reply.status, message(&reply)), (409, "Deployment already in DELETE_IN_PROGRESS state.".to_owned()));
    assert!(reply.header("Retry-After").is_none());
}

#[test]
fn a_deletion_ends_in_404_and_before_a_provider_was_chosen_at_once() {
    let mut bench = bench();
    let at = create(&mut bench, "");
    assert_eq!(bench.by("alice", "DELETE", &at, None).status, 204);
    assert_eq!(bench.by("alice", "GET", &at, None).status, 404);
    for (switch, end) in [("cloud_2694=off", 404), ("cloud_2694=on", 200)] {
        bench.switch(switch);
        let at = create(&mut bench, "");
        bench.wait(10);
        bench.by("alice", "DELETE", &at, None);
        assert_eq!(status(&mut bench, &at), "DELETE_IN_PROGRESS");
        bench.wait(10);
        assert_eq!(bench.by("alice", "GET", &at, None).status, end, "{switch}");
        if end == 200 {
            assert_eq!(status(&mut bench, &at), "DELETE_COMPLETE");
            let resources = bench.get("alice", &format!("{at}/resources"));
            assert_eq!(resources["content"][0]["state"], "DELETED");
        }
    }
}

#[test]
fn a_deletion_that_hangs_is_reset_and_asked_for_again() {
    let mut bench = bench();
    let at = create(&mut bench, "delete-stall");
    bench.wait(10);
    bench.by("alice", "DELETE", &at, None);
    bench.wait(100_000);
    let alice = |bench: &mut super::Bench, body: serde_json::Value| bench.by("alice", "PATCH", &at, Some(&body)).status;
    assert_eq!(status(&mut bench, &at), "DELETE_IN_PROGRESS");
    assert_eq!(alice(&mut bench, json!({"status": "CREATE_FAILED"})), 400);
    assert_eq!(alice(&mut bench, json!({"status": "NONSENSE"})), 500);
    assert_eq!(alice(&mut bench, json!({"status": "DELETE_FAILED"})), 204);
    assert_eq!(status(&mut bench, &at), "DELETE_FAILED");
    assert_eq!(alice(&mut bench, json!({"status": "DELETE_FAILED"})), 409);
    bench.by("alice", "DELETE", &at, None);
    bench.wait(10);
    assert_eq!(bench.by("alice", "GET", &at, None).status, 404);
}

#[test]
fn a_deletion_that_fails_succeeds_by_force() {
    let mut bench = bench();
    let at = create(&mut bench, "delete-fail");
    bench.wait(10);
    bench.by("alice", "DELETE", &at, None);
    bench.wait(10);
    let shown = bench.get("alice", &at);
    assert_eq!((&shown["status"], shown["statusReason"].is_string()), (&json!("DELETE_FAILED"), true));
    bench.by("alice", "DELETE", &format!("{at}?force=true"), None);
    bench.wait(10);
    assert_eq!(bench.by("alice", "GET", &at, None).status, 404);
}

#[test]
fn creations_and_updates_end_as_asked() {
    let mut bench = bench();
    for (outcome, after, end) in [
        ("", 10, "CREATE_COMPLETE"),
        ("fail", 10, "CREATE_FAILED"),
        ("stall", 9999, "CREATE_IN_PROGRESS"),
        ("slow", 49, "CREATE_IN_PROGRESS"),
        ("slow", 50, "CREATE_COMPLETE"),
    ] {
        let at = create(&mut bench, outcome);
        bench.wait(after);
        assert_eq!(status(&mut bench, &at), end, "{outcome}");
    }
    for (outcome, end) in [("", "UPDATE_COMPLETE"), ("fail", "UPDATE_FAILED")] {
        let at = create(&mut bench, "");
        bench.wait(10);
        let reply = bench.by("alice", "PUT", &at, Some(&wish(outcome)));
        assert_eq!((reply.status, reply.body.len()), (202, 0));
        assert_eq!(status(&mut bench, &at), "UPDATE_IN_PROGRESS");
        bench.wait(10);
        assert_eq!(status(&mut bench, &at), end);
    }
}

#[test]
fn containers_can_neither_be_updated_nor_acted_on() {
    let mut bench = bench();
    let template = include_str!("../../demo/docker.yaml");
    let body = json!({"template": template, "userGroup": "city"});
    let uuid = bench.by("alice", "POST", "/deployments", Some(&body)).value()["uuid"].as_str().unwrap().to_owned();
    bench.wait(10);
    let at = format!("/deployments/{uuid}");
    assert_eq!(bench.get("alice", &at)["cloudProviderEndpoint"]["deploymentType"], "MARATHON");
    assert_eq!(bench.by("alice", "PUT", &at, Some(&body)).status, 400);
    let id = bench.get("alice", &format!("{at}/resources"))["content"][0]["uuid"].as_str().unwrap().to_owned();
    let action = format!("{at}/resources/{id}/actions");
    assert_eq!(bench.by("alice", "POST", &action, Some(&json!({"type": "stop"}))).status, 400);
}
