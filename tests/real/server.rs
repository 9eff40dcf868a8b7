//! The real Keystone itself: that a copy is pristine, that it is seen as it is, and that it leaves nothing behind.

use serde_json::{Value, json};

use crate::support::keystone::{Keystone, login};
use crate::support::raw::Connection;
use crate::support::snapshot::Snapshot;

/// Makes an object and returns its id.
fn make(keystone: &Keystone, collection: &str, body: &Value) -> String {
    let (status, answer) = keystone.api("POST", &format!("/v3/{collection}"), Some(body));
    assert_eq!(status, 201, "{answer}");
    let (_, object) = answer.as_object().unwrap().iter().next().unwrap();
    object["id"].as_str().unwrap().to_owned()
}

/// A small service, with one of everything.
fn furnish(keystone: &Keystone) -> String {
    let domain = make(keystone, "domains", &json!({"domain": {"name": "acme", "orchest_run": "0123456789abcdef"}}));
    let project = make(keystone, "projects", &json!({"project": {"name": "/works", "domain_id": domain}}));
    let user =
        make(keystone, "users", &json!({"user": {"name": "alice", "domain_id": domain, "password": "pw-of-alice"}}));
    let group = make(keystone, "groups", &json!({"group": {"name": "staff", "domain_id": domain}}));
    let role = make(keystone, "roles", &json!({"role": {"name": format!("{domain}#operator")}}));
    for path in [
        format!("groups/{group}/users/{user}"),
        format!("projects/{project}/users/{user}/roles/{role}"),
        format!("OS-INHERIT/domains/{domain}/groups/{group}/roles/{role}/inherited_to_projects"),
    ] {
        let (status, answer) = keystone.api("PUT", &format!("/v3/{path}"), None);
        assert_eq!(status, 204, "{path}: {answer}");
    }
    domain
}

fn keys(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.keys().map(String::as_str).collect()
}

#[test]
fn snapshots_are_equal_where_only_ids_differ_and_differ_where_anything_else_does() {
    let (one, other) = (Keystone::start(), Keystone::start());
    let pristine = one.snapshot();
    assert_eq!(pristine, other.snapshot());
    assert!(pristine.contains_key("assignment user Default/admin has role admin on project Default/admin"));
    assert!(
        pristine.contains_key("assignment user Default/admin has role admin on the system"),
        "{:?}",
        keys(&pristine)
    );

    let domains = [furnish(&one), furnish(&other)];
    assert_ne!(domains[0], domains[1]);
    let furnished = one.snapshot();
    assert_eq!(furnished, other.snapshot());
    for key in [
        "domain acme",
        "project acme//works",
        "user acme/alice",
        "group acme/staff",
        "role acme#operator",
        "assignment user acme/alice has role acme#operator on project acme//works",
        "assignment group acme/staff has role acme#operator on domain acme, inherited",
    ] {
        assert!(furnished.contains_key(key), "no {key} in {:?}", keys(&furnished));
    }
    assert_eq!(furnished["group acme/staff"]["members"], json!(["acme/alice"]));
    let text = format!("{furnished:?}");
    assert!(!text.contains(&domains[0]) && !text.contains("orchest_run"), "{text}");

    // A difference in nothing but an attribute, and what a deleted domain leaves behind.
    let (status, _) =
        other.api("PATCH", &format!("/v3/domains/{}", domains[1]), Some(&json!({"domain": {"enabled": false}})));
    assert_eq!(status, 200);
    assert_ne!(furnished, other.snapshot());
    let (status, _) = other.api("DELETE", &format!("/v3/domains/{}", domains[1]), None);
    assert_eq!(status, 204);
    let rest = other.snapshot();
    let left: Vec<_> = keys(&rest).into_iter().filter(|key| !pristine.contains_key(*key)).collect();
    assert_eq!(left, ["role gone#operator"]);
}

#[test]
fn stops_and_takes_its_data_along() {
    let keystone = Keystone::start();
    let url = keystone.url().to_owned();
    make(&keystone, "domains", &json!({"domain": {"name": "only_here"}}));
    let token = login(&url).header("x-subject-token").unwrap().to_owned();
    let domains = |server: &mut Connection| {
        let answer = server.send("GET", "/v3/domains?name=only_here", &[("X-Auth-Token", &token)], None);
        answer.map_or(0, |answer| answer.json()["domains"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(domains(&mut Connection::open(&url).unwrap()), 1);
    drop(keystone);
    // Nobody listens; or the next server, which was given the same port and knows nothing of this one's data.
    assert_eq!(Connection::open(&url).map_or(0, |mut next| domains(&mut next)), 0);
}
