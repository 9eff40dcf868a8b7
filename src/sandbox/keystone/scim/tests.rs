//! The plug-in, against what is known of it.

use super::super::fixture::{Client, city, grant, user};
use super::super::{Actor, Role, Target};
use super::*;

fn client(data: &mut Data) -> Client<'_> {
    let mut client = Client::new(data, answer);
    (client.token, client.platform) = ("domain-admin", true);
    client
}

fn ids(body: &Value) -> Vec<&str> {
    body["Resources"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

const CORE: &str = "urn:scim:schemas:core:1.0";
const EXTENSION: &str = "urn:scim:schemas:extension:keystone:1.0";

#[test]
fn a_stock_server_does_not_have_it() {
    let mut data = city();
    let mut client = client(&mut data);
    client.platform = false;
    assert!(client.outcome("GET /v3/OS-SCIM/Users?domain_id=d", None).is_none());
    client.platform = true;
    assert_eq!(client.ask("GET /v3/OS-SCIM/Users?domain_id=d", None).status, 200);
    assert_eq!(client.ask("PUT /v3/OS-SCIM/RolesAll", None).status, 405);
    assert!(client.outcome("GET /v3/OS-SCIM/Other", None).is_none());
}

#[test]
fn a_user_is_shown_without_what_is_false_or_empty() {
    let mut data = city();
    let ulla = data.users.get_mut("u").unwrap();
    ulla.extra.insert("description".into(), json!("Ulla"));
    ulla.extra.insert("email".into(), json!("ulla@example.com"));
    let vera = data.users.get_mut("v").unwrap();
    vera.enabled = false;
    vera.extra.insert("description".into(), json!(""));
    let mut client = client(&mut data);
    let shown = client.ask("GET /v3/OS-SCIM/Users/u", None);
    let expected = json!({
        "schemas": [CORE, EXTENSION], "id": "u", "userName": "ulla", "displayName": "Ulla", "active": true,
        "emails": [{"value": "ulla@example.com"}], EXTENSION: {"domain_id": "d"},
    });
    assert_eq!((shown.status, shown.value()), (200, expected));
    let expected = json!({"schemas": [CORE, EXTENSION], "id": "v", "userName": "vera", EXTENSION: {"domain_id": "d"}});
    assert_eq!(client.ask("GET /v3/OS-SCIM/Users/v", None).value(), expected);
    assert_eq!(client.ask("GET /v3/OS-SCIM/Users/nope", None).status, 403);
    client.token = "cloud-admin";
    assert_eq!(client.said("GET /v3/OS-SCIM/Users/nope", None), (404, "Could not find user: nope.".to_owned()));
    // The other base has other names for the same.
    let shown = client.ask("GET /v3/OS-SCIM/v1/Users/v", None).value();
    assert_eq!(shown["schemas"][0], "urn:scim:schemas:core:2.0");
    assert_eq!(shown["urn:scim:schemas:extension:keystone:2.0"]["domain_id"], "d");
}

#[test]
fn lists_have_filters_and_an_index_from_zero() {
    let mut data = city();
    data.users.insert("a".into(), user("d", "zoe"));
    data.users.get_mut("w").unwrap().enabled = false;
    let mut client = client(&mut data);
    for (query, expected, total) in [
        ("Users?domain_id=d", &["u", "v", "w", "a"][..], 4),
        ("Users?domain_id=d&name=vera", &["v"], 1),
        ("Users?domain_id=d&enabled=false", &["w"], 1),
        ("Users?domain_id=d&startIndex=1&count=2", &["v", "w"], 4),
        ("Users?domain_id=d&startIndex=0", &["u", "v", "w", "a"], 4),
        ("Users?domain_id=d&count=1", &["u"], 4),
        ("Groups?domain_id=d", &["g"], 1),
        ("Groups?domain_id=d&name=other", &[], 0),
        ("Roles?domain_id=d", &["r-own"], 1),
        ("Roles?domain_id=D", &["r-own"], 1),
    ] {
        client.token = if query.ends_with("=D") { "cloud-admin" } else { "domain-admin" };
        let body = client.ask(&format!("GET /v3/OS-SCIM/{query}"), None).value();
        assert_eq!((ids(&body), &body["totalResults"]), (expected.to_vec(), &json!(total)), "{query}");
        assert_eq!(body.get("startIndex").is_some(), query.contains("startIndex"), "{query}");
        assert_eq!(body.get("itemsPerPage").is_some(), query.contains("count"), "{query}");
    }
    assert_eq!(client.ask("GET /v3/OS-SCIM/Users?domain_id=d&count=x", None).status, 500);
    for line in ["Users?domain_id=e", "Groups?domain_id=e", "Roles?domain_id=e"] {
        client.token = "domain-admin";
        assert_eq!(client.ask(&format!("GET /v3/OS-SCIM/{line}"), None).status, 403, "{line}");
    }
}

#[test]
fn a_change_loses_what_is_false_or_empty() {
    let mut data = city();
    data.users.get_mut("u").unwrap().extra.insert("description".into(), json!("Ulla"));
    let mut client = client(&mut data);
    let mut change = |body: Value| client.ask("PATCH /v3/OS-SCIM/Users/u", Some(body)).status;
    assert_eq!(change(json!({"schemas": [CORE], "active": false, "displayName": ""})), 200);
    assert_eq!(change(json!({"userName": "ursula", "emails": [{"value": "u@example.com"}]})), 200);
    assert_eq!(change(json!({"password": "weak"})), 400);
    assert_eq!(change(json!({"password": "valencia-1957"})), 200);
    assert_eq!(change(json!({"emails": []})), 500);
    assert_eq!(client.ask("PUT /v3/OS-SCIM/Users/u", Some(json!({"userName": "x"}))).status, 500);
    let ulla = &data.users["u"];
    assert_eq!((ulla.enabled, ulla.name.as_str()), (true, "ursula"));
    assert_eq!((&ulla.extra["description"], &ulla.extra["email"]), (&json!("Ulla"), &json!("u@example.com")));
    assert_eq!(ulla.password.as_deref(), Some("valencia-1957"));
    let mut client = Client::new(&mut data, answer);
    (client.token, client.platform) = ("domain-admin", true);
    assert_eq!(client.ask("PATCH /v3/OS-SCIM/Users/ou", Some(json!({"userName": "x"}))).status, 403);
    assert_eq!(client.ask("DELETE /v3/OS-SCIM/Users/u", None).status, 204);
    assert!(!data.users.contains_key("u"));
}

#[test]
fn some_writes_fail_after_they_are_done() {
    let mut data = city();
    let mut client = client(&mut data);
    let body = json!({"userName": "new", "password": "zaragoza-2026", EXTENSION: {"domain_id": "d"}});
    assert_eq!(client.ask("POST /v3/OS-SCIM/Users", Some(body.clone())).status, 500);
    assert_eq!(client.ask("POST /v3/OS-SCIM/Users", Some(body)).status, 409);
    assert_eq!(client.ask("PATCH /v3/OS-SCIM/Groups/g", Some(json!({"displayName": "renamed"}))).status, 500);
    let body = json!({"displayName": "made", EXTENSION: {"domain_id": "d"}});
    let made = client.ask("POST /v3/OS-SCIM/Groups", Some(body));
    assert_eq!((made.status, &made.value()["displayName"]), (201, &json!("made")));
    let group = client.ask("GET /v3/OS-SCIM/Groups/g", None).value();
    let expected = json!({
        "schemas": [CORE, EXTENSION], "id": "g", "displayName": "renamed", EXTENSION: {"domain_id": "d"},
    });
    assert_eq!(group, expected);
    assert_eq!(client.ask("DELETE /v3/OS-SCIM/Groups/g", None).status, 204);
    assert!(data.users.values().any(|user| user.name == "new"));
}

fn role(name: &str) -> Value {
    json!({"schemas": [EXTENSION], "name": name, "domain_id": "d"})
}

#[test]
fn a_role_has_a_short_name_and_a_domain() {
    let mut data = city();
    let mut client = client(&mut data);
    let made = client.ask("POST /v3/OS-SCIM/Roles", Some(role("Gardener")));
    let id = made.value()["id"].as_str().unwrap().to_owned();
    let expected = json!({"schemas": [EXTENSION], "id": id, "name": "Gardener", "domain_id": "d"});
    assert_eq!((made.status, made.value()), (201, expected.clone()));
    assert_eq!(client.ask("POST /v3/OS-SCIM/Roles", Some(role("Gardener"))).status, 409);
    // Whoever asks, with a token or without.
    client.token = "unknown";
    assert_eq!(client.ask(&format!("GET /v3/OS-SCIM/Roles/{id}"), None).value(), expected);
    assert_eq!(client.ask("POST /v3/OS-SCIM/Roles", Some(role("Other"))).status, 401);
    assert_eq!(client.data.roles[&id].name, "d#Gardener");
    client.token = "domain-admin";
    assert_eq!(client.ask(&format!("DELETE /v3/OS-SCIM/Roles/{id}?domain_id=d"), None).status, 204);
    assert_eq!(client.said(&format!("GET /v3/OS-SCIM/Roles/{id}"), None).0, 404);
}

#[test]
fn any_administrator_deletes_any_role() {
    let mut data = city();
    data.roles.insert("r-other".into(), Role { name: "e#Own".into(), ..data.roles["r-own"].clone() });
    assert_eq!(client(&mut data).ask("DELETE /v3/OS-SCIM/Roles/r-other", None).status, 204);
}

#[test]
fn a_bulk_of_roles_stops_at_the_first_that_cannot_be_made() {
    let mut data = city();
    let mut client = client(&mut data);
    let made = client.ask("POST /v3/OS-SCIM/RolesAll", Some(json!({"roles": [role("B"), role("A")]})));
    let names: Vec<_> = made.value().as_array().unwrap().iter().map(|role| role["name"].clone()).collect();
    assert_eq!((made.status, names), (201, vec![json!("B"), json!("A")]));
    let broken = client.ask("POST /v3/OS-SCIM/RolesAll", Some(json!({"roles": [role("C"), role("A"), role("D")]})));
    assert_eq!(broken.status, 409);
    let full = |data: &Data| {
        let mut names: Vec<_> = data.roles.values().map(|role| role.name.clone()).collect();
        names.retain(|name| name.contains('#'));
        names.sort();
        names
    };
    assert_eq!(full(client.data), ["d#A", "d#B", "d#C", "d#Own"]);
    // Without a domain it deletes what begins with the word for nothing.
    client.data.roles.insert("r-none".into(), Role { name: "None#X".into(), ..client.data.roles["r-own"].clone() });
    grant(client.data, Target::Domain("d".into()), Actor::User("u".into()), "r-own");
    assert_eq!(client.ask("DELETE /v3/OS-SCIM/RolesAll", None).status, 204);
    assert_eq!(full(client.data), ["d#A", "d#B", "d#C", "d#Own"]);
    assert_eq!(client.ask("DELETE /v3/OS-SCIM/RolesAll?domain_id=d", None).status, 204);
    assert!(full(client.data).is_empty());
    assert!(data.grants.iter().all(|grant| grant.role_id != "r-own"));
}
