//! The bodies of writes, and what can be wrong with them.

use serde_json::{Map, Value, json};

use super::template::{Kind, Template};
use super::world::{Ids, PASSWORD, World};

/// A change to a good body.
#[derive(Clone, Debug, Default)]
pub enum Edit {
    #[default]
    None,
    /// This text instead.
    Text(&'static str),
    /// This document instead.
    Whole(Value),
    /// The one member of the document, such as `user`, is this.
    Inner(Value),
    Without(String),
    Only(String),
    Set(String, Value),
    /// The name is padded to this length.
    Length(usize),
}

/// The body that the product would send: one member, with an object in it. A template without one has none here on
/// purpose only.
pub fn good(world: &World, template: &Template, ids: &Ids) -> Option<Value> {
    let number = world.unique();
    let (domain, name) = (&ids[&Kind::Domain], format!("made-{number}"));
    // Two trusts of the same people may not end at the same time.
    let end = format!("2999-01-31T12:{:02}:{:02}.000000Z", number / 60 % 60, number % 60);
    let (description, run) = ("made by a test", "0123456789abcdef");
    Some(match (template.method.as_str(), template.path.as_str()) {
        ("GET" | "HEAD" | "PUT" | "DELETE", _) => return None,
        ("POST", "/v3/domains") => {
            json!({"domain": {"name": name, "description": description, "enabled": true, "orchest_run": run}})
        }
        ("POST", "/v3/projects") => json!({"project": {"name": format!("/{name}"), "domain_id": domain,
            "description": description, "enabled": true, "orchest_run": run}}),
        ("POST", "/v3/users") => json!({"user": {"name": name, "domain_id": domain, "password": PASSWORD,
            "email": "m@city.example", "description": description, "enabled": true, "orchest_run": run}}),
        ("POST", "/v3/groups") => {
            json!({"group": {"name": name, "domain_id": domain, "description": description, "orchest_run": run}})
        }
        ("POST", "/v3/roles") => json!({"role": {"name": format!("{domain}#{number}"), "description": description,
            "orchest_run": run}}),
        ("POST", "/v3/users/{user}/password") => {
            json!({"user": {"original_password": PASSWORD, "password": format!("new-Pw-{number}")}})
        }
        ("POST", "/v3/OS-TRUST/trusts") => json!({"trust": {"trustor_user_id": ids[&Kind::User],
            "trustee_user_id": world.trustee, "project_id": ids[&Kind::Project], "impersonation": false,
            "roles": [{"id": ids[&Kind::Role]}], "expires_at": end, "remaining_uses": 3}}),
        ("POST", "/v3/auth/tokens") => super::auth::good(world),
        ("PATCH", "/v3/domains/{domain}") => {
            json!({"domain": {"name": name, "description": description, "enabled": false}})
        }
        ("PATCH", "/v3/projects/{project}") => {
            json!({"project": {"name": format!("/{name}"), "description": description, "enabled": false}})
        }
        ("PATCH", "/v3/users/{user}") => json!({"user": {"name": name, "password": "another-Pw-1",
            "email": "n@city.example", "description": description, "enabled": false}}),
        ("PATCH", "/v3/groups/{group}") => json!({"group": {"name": name, "description": description}}),
        ("PATCH", "/v3/roles/{role}") => {
            json!({"role": {"name": format!("{domain}#{number}"), "description": description}})
        }
        _ => panic!("{template}: with which body? tests/support/contract/bodies.rs has to know"),
    })
}

/// The edits of this body, with the names of the cases.
pub fn edits(world: &World, template: &Template, body: &Value) -> Vec<(String, Edit)> {
    let (_, members) = inner(body);
    let case = |name: &str, edit| (name.to_owned(), edit);
    let mut cases = vec![
        case("body: none", Edit::Text("")),
        case("body: no JSON", Edit::Text("{\"a\": ")),
        case("body: a list", Edit::Text("[]")),
        case("body: empty", Edit::Whole(json!({}))),
        case("body: no members", Edit::Inner(json!({}))),
        case("body: member is a list", Edit::Inner(json!([]))),
        case("body: member is null", Edit::Inner(Value::Null)),
    ];
    for (key, value) in members {
        cases.push((format!("{key}: absent"), Edit::Without(key.clone())));
        cases.push((format!("{key}: null"), Edit::Set(key.clone(), Value::Null)));
        let (kind, wrong) = if value.is_string() { ("a number", json!(7)) } else { ("a text", json!("text")) };
        cases.push((format!("{key}: {kind}"), Edit::Set(key.clone(), wrong)));
        if key.ends_with("_id") {
            cases.push((format!("{key}: unknown"), Edit::Set(key.clone(), json!(world.unknown()))));
        }
        if key == "domain_id" {
            cases.push((format!("{key}: disabled"), Edit::Set(key.clone(), json!(world.dark[&Kind::Domain]))));
        }
        if matches!(key.as_str(), "name" | "password" | "email" | "description") {
            cases.push((format!("{key}: empty"), Edit::Set(key.clone(), json!(""))));
        }
        if template.method == "PATCH" {
            cases.push((format!("{key}: alone"), Edit::Only(key.clone())));
        }
    }
    if members.contains_key("name") {
        cases.push(case("name: blank", Edit::Set("name".to_owned(), json!(" "))));
        let lengths = [64, 65, 255, 256];
        cases.extend(lengths.map(|length| (format!("name: {length} characters"), Edit::Length(length))));
    }
    cases.push(case("an unknown member", Edit::Set("colour".to_owned(), json!("red"))));
    cases
}

/// The text of the edited body.
pub fn edited(body: Value, edit: &Edit) -> String {
    let (wrapper, members) = inner(&body);
    let mut members = members.clone();
    let set = match edit {
        Edit::None => return body.to_string(),
        Edit::Text(text) => return (*text).to_owned(),
        Edit::Whole(body) => return body.to_string(),
        Edit::Inner(value) => value.clone(),
        Edit::Without(key) => {
            members.remove(key);
            Value::Object(members)
        }
        Edit::Only(key) => {
            members.retain(|other, _| other == key);
            Value::Object(members)
        }
        Edit::Set(key, value) => {
            members.insert(key.clone(), value.clone());
            Value::Object(members)
        }
        Edit::Length(length) => {
            let name = members["name"].as_str().unwrap();
            let name = format!("{name:x<length$}");
            members.insert("name".to_owned(), json!(name));
            Value::Object(members)
        }
    };
    json!({ wrapper: set }).to_string()
}

fn inner(body: &Value) -> (&String, &Map<String, Value>) {
    let (wrapper, members) = body.as_object().unwrap().iter().next().unwrap();
    (wrapper, members.as_object().unwrap())
}

#[test]
fn a_body_is_edited_in_one_place() {
    let good = || json!({"user": {"name": "a", "enabled": true}});
    for (edit, expected) in [
        (Edit::None, r#"{"user":{"name":"a","enabled":true}}"#),
        (Edit::Text("["), "["),
        (Edit::Inner(json!([])), r#"{"user":[]}"#),
        (Edit::Without("name".to_owned()), r#"{"user":{"enabled":true}}"#),
        (Edit::Only("name".to_owned()), r#"{"user":{"name":"a"}}"#),
        (Edit::Set("name".to_owned(), json!(7)), r#"{"user":{"name":7,"enabled":true}}"#),
        (Edit::Length(3), r#"{"user":{"name":"axx","enabled":true}}"#),
    ] {
        assert_eq!(edited(good(), &edit), expected);
    }
}
