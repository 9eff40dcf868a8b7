//! Teams.

use serde_json::json;

use super::{Bench, message};

fn at(login: &str) -> String {
    format!("/orgs/acme/teams/crew/memberships/{login}")
}

#[test]
fn somebody_in_the_organization_is_in_the_team_at_once() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask("GET", &at("cyd")).status, 404);
    let reply = bench.by("ada", "PUT", &at("cyd"), r#"{"role":"maintainer"}"#).value();
    assert_eq!((&reply["state"], &reply["role"]), (&json!("active"), &json!("maintainer")));
    assert_eq!(bench.by("ada", "PUT", &at("cyd"), "").value()["role"], "member");
    assert_eq!(bench.by("ada", "PUT", &at("ada"), "").value()["role"], "maintainer", "owners are, whatever is asked");
    assert_eq!((bench.ask("DELETE", &at("cyd")).status, bench.ask("DELETE", &at("cyd")).status), (204, 404));
    assert_eq!(bench.get("/orgs/acme/memberships/cyd")["state"], "active", "the organization is another matter");
}

#[test]
fn a_team_tells_its_number_to_those_inside() {
    let mut bench = Bench::new();
    assert_eq!(bench.get("/orgs/acme/teams/crew")["id"], 31);
    assert_eq!(bench.ask("GET", "/orgs/acme/teams/none").status, 404);
    assert_eq!(bench.by("hal", "GET", "/orgs/acme/teams/crew", "").status, 404);
}

#[test]
fn somebody_from_outside_is_invited_to_both() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask("PUT", &at("hal")).value()["state"], "pending");
    assert_eq!(bench.get("/orgs/acme/memberships/hal")["state"], "pending");
    assert_eq!(bench.mails(), ["hal@example.com"]);
    assert_eq!(bench.get(&at("hal"))["state"], "pending");
    bench.by("hal", "PATCH", "/user/memberships/orgs/acme", r#"{"state":"active"}"#);
    assert_eq!(bench.get(&at("hal"))["state"], "active");
    bench.ask("PUT", &at("ivy"));
    assert_eq!(bench.ask("DELETE", &at("ivy")).status, 204);
    assert_eq!(bench.get("/orgs/acme/memberships/ivy")["state"], "pending", "without the team");
}

#[test]
fn whoever_is_invited_to_own_the_organization_still_is_with_a_team() {
    let mut bench = Bench::new();
    assert_eq!(bench.by("ada", "PUT", "/orgs/acme/memberships/hal", r#"{"role":"admin"}"#).value()["role"], "admin");
    assert_eq!(bench.ask("PUT", &at("hal")).value()["state"], "pending");
    let found = bench.get("/orgs/acme/memberships/hal");
    assert_eq!((&found["state"], &found["role"]), (&json!("pending"), &json!("admin")));
}

#[test]
fn owners_and_maintainers_change_a_team_unless_somebody_else_keeps_it() {
    let mut bench = Bench::new();
    assert_eq!(bench.by("bea", "PUT", &at("cyd"), "").status, 200, "its maintainer");
    assert_eq!(bench.by("cyd", "PUT", &at("oli"), "").status, 403);
    let reply = bench.ask("PUT", "/orgs/acme/teams/synced/memberships/bea");
    assert!(message(&reply).1.contains("externally managed"), "{reply:?}");
    assert_eq!(reply.status, 403);
    assert_eq!(bench.ask("PUT", "/orgs/acme/teams/none/memberships/bea").status, 404);
    assert_eq!(bench.by("ada", "PUT", &at("bea"), r#"{"role":"owner"}"#).status, 422);
    assert_eq!(bench.by("hal", "GET", &at("bea"), "").status, 404);
}
