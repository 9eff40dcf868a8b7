//! Users and their keys.

use std::time::Duration;

use serde_json::json;

use super::super::super::token::mint;
use super::super::keys::{Key, judge};
use super::{bench, detail};

const ME: &str = "/api/v1/users/me";
const KEYS: &str = "/api/v1/users/me/ssh_keys";
const GOOD: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me\n";

#[test]
fn one_registers_once_and_only_with_a_name_and_an_address() {
    let mut bench = bench();
    let reply = bench.by("carl", "POST", "/api/v1/users/", None);
    assert_eq!((reply.status, reply.value().as_object().unwrap().len()), (201, 1));
    let own = bench.get("carl", ME);
    assert_eq!((&own["id"], &own["username"], &own["name"]), (&reply.value()["id"], &json!("carl"), &json!("Carl")));
    let again = bench.by("carl", "POST", "/api/v1/users/", None);
    let words = "User with sub=carl, issuer=https://issuer.sandbox/ already exists";
    assert_eq!((again.status, detail(&again)), (409, words.to_owned()));
    let mute = mint(bench.now, "dora", &[], &["openid", "email"], Duration::from_mins(1), false);
    assert_eq!(bench.ask("POST", "/api/v1/users/", Some(&mute), None).status, 500);
}

#[test]
fn a_user_is_shown_or_said_not_to_be_there() {
    let mut bench = bench();
    let none = "00000000-0000-4000-8000-000000000000";
    let reply = bench.by("alice", "GET", &format!("/api/v1/users/{none}"), None);
    assert_eq!((reply.status, detail(&reply)), (404, format!("User with id={none} does not exist")));
    let reply = bench.by("alice", "GET", "/api/v1/users/nobody", None);
    assert_eq!(reply.status, 422);
    assert_eq!(reply.value()["detail"][0]["loc"], json!(["path", "user_id", "uuid"]));
}

#[test]
fn a_deletion_says_204_whatever_happened() {
    let mut bench = bench();
    bench.by("carl", "POST", "/api/v1/users/", None);
    let id = |bench: &mut super::Bench, who: &str| bench.get(who, ME)["id"].as_str().unwrap().to_owned();
    let (alice, carl) = (id(&mut bench, "alice"), id(&mut bench, "carl"));
    let gone = "00000000-0000-4000-8000-000000000000".to_owned();
    for (id, status) in [(&alice, 200), (&carl, 404), (&gone, 404)] {
        assert_eq!(bench.by("bob", "DELETE", &format!("/api/v1/users/{id}"), None).status, 204);
        assert_eq!(bench.by("bob", "GET", &format!("/api/v1/users/{id}"), None).status, status, "{id}");
    }
    assert_eq!(bench.by("alice", "DELETE", ME, None).status, 400);
    let mut strict = bench.strict();
    assert_eq!(strict.by("bob", "DELETE", &format!("/api/v1/users/{alice}"), None).status, 409);
}

#[test]
fn a_key_is_set_once_and_kept_as_it_came() {
    let mut bench = bench();
    bench.by("carl", "POST", "/api/v1/users/", None);
    let body = json!({"public_key": GOOD});
    let reply = bench.by("carl", "PATCH", KEYS, Some(&body));
    assert_eq!((reply.status, reply.value()), (200, json!(null)));
    assert_eq!(bench.get("carl", ME)["public_ssh_key"], GOOD);
    assert_eq!(bench.by("carl", "PATCH", KEYS, Some(&body)).status, 409);
    assert_eq!(bench.by("carl", "POST", KEYS, None).status, 409);
    for _ in 0..2 {
        assert_eq!(bench.by("carl", "DELETE", KEYS, None).status, 204);
    }
    assert!(bench.get("carl", ME)["public_ssh_key"].is_null());
    let made = bench.by("carl", "POST", KEYS, None);
    assert_eq!((made.status, made.body.as_slice()), (201, b"null".as_slice()));
    let own = bench.get("carl", ME)["public_ssh_key"].as_str().unwrap().to_owned();
    assert_eq!(judge(&own), Key::Good);
}

#[test]
fn bad_keys_are_refused_and_strange_ones_break_it() {
    let mut bench = bench();
    bench.by("carl", "POST", "/api/v1/users/", None);
    let table = [
        (json!({"public_key": ""}), 422),
        (json!({"public_key": "ssh-ed25519 !!!"}), 422),
        (json!({"public_key": "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA"}), 422),
        (json!({"public_key": format!("no-pty {GOOD}")}), 500),
        (json!({"public_key": "ssh-new AAAA"}), 500),
        (json!({"public_key": 7}), 422),
        (json!({}), 422),
    ];
    for (body, status) in table {
        assert_eq!(bench.by("carl", "PATCH", KEYS, Some(&body)).status, status, "{body}");
    }
    // Anybody may set anybody's.
    let carl = bench.get("carl", ME)["id"].as_str().unwrap().to_owned();
    let reply =
        bench.by("alice", "PATCH", &format!("/api/v1/users/{carl}/ssh_keys"), Some(&json!({"public_key": GOOD})));
    assert_eq!(reply.status, 200);
}
