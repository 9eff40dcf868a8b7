//! Groups, against what Keystone 30 answered.

use serde_json::json;

use super::super::fixture::{Client, city, grant, token, user_actor};
use super::super::{Scope, Target};
use super::*;

/// A token of user `w` for domain `d`, with this role there.
fn with_role(role: &str) -> Data {
    let mut data = city();
    grant(&mut data, Target::Domain("d".into()), user_actor("w"), role);
    token(&mut data, "w", "w", Scope::On(Target::Domain("d".into())));
    data
}

fn names(reply: &Reply, key: &str) -> Vec<String> {
    let body = reply.value();
    body[key].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_group_is_made_shown_changed_and_deleted() {
    let mut data = city();
    let mut client = Client::new(&mut data, answer);
    let made = client.ask("POST /v3/groups", Some(json!({"group": {"name": "g1", "domain_id": "d", "x": 1}})));
    let id = made.value()["group"]["id"].as_str().unwrap().to_owned();
    let link = format!("http://127.0.0.1:5/v3/groups/{id}");
    let mut expected = json!({
        "x": 1, "id": id, "name": "g1", "domain_id": "d", "description": "", "links": {"self": link},
    });
    assert_eq!((made.status, made.value()["group"].clone()), (201, expected.clone()));
    let path = format!("/v3/groups/{id}");
    let changed = client.ask(&format!("PATCH {path}"), Some(json!({"group": {"description": null, "y": 2}})));
    expected["description"] = json!(null);
    expected["y"] = json!(2);
    assert_eq!((changed.status, changed.value()["group"].clone()), (200, expected.clone()));
    assert_eq!(client.ask(&format!("GET {path}"), None).value()["group"], expected);
    assert_eq!(client.ask(&format!("DELETE {path}"), None).status, 204);
    assert_eq!(client.said(&format!("DELETE {path}"), None), (404, format!("Could not find group: {id}.")));
}

#[test]
fn refuses_what_keystone_refuses_in_its_words() {
    let mut data = city();
    data.groups.insert("h".into(), super::super::fixture::group("d", "helpers"));
    let mut client = Client::new(&mut data, answer);
    let long = "x".repeat(65);
    let too_long =
        format!("String length exceeded. The length of string '{long}' exceeds the limit of column name(CHAR(64)).");
    let field = "Invalid input for field/attribute";
    for (line, body, code, message) in [
        (
            "POST /v3/groups",
            json!({"group": {"name": "gardeners", "domain_id": "d"}}),
            409,
            "Conflict occurred attempting to store group - Duplicate entry found with name gardeners at domain ID d.",
        ),
        ("POST /v3/groups", json!({"group": {"name": "n", "domain_id": "nope"}}), 404, "Could not find domain: nope."),
        (
            "POST /v3/groups",
            json!({"group": {"name": ""}}),
            400,
            &format!("{field} name. Value: . '' should be non-empty"),
        ),
        (
            "POST /v3/groups",
            json!({"group": {"name": "  "}}),
            400,
            &format!("{field} name. Value:   . '  ' does not match '[\\\\S]+'"),
        ),
        (
            "POST /v3/groups",
            json!({"group": {"name": 5}}),
            400,
            &format!("{field} name. Value: 5. 5 is not of type 'string'"),
        ),
        ("POST /v3/groups", json!({"group": {"name": long}}), 400, &too_long),
        (
            "POST /v3/groups",
            json!({"group": {"domain_id": "d"}}),
            400,
            &format!("{field} group. Value: {{'domain_id': 'd'}}. 'name' is a required property"),
        ),
        ("POST /v3/groups", json!({"grup": {}}), 400, "'group' is a required property"),
        (
            "POST /v3/groups",
            json!({"group": []}),
            400,
            &format!("{field} group. Value: []. [] is not of type 'object'"),
        ),
        (
            "POST /v3/groups",
            json!({"group": {"name": "n", "description": 5}}),
            400,
            &format!("{field} description. Value: 5. 5 is not of type 'string', 'null'"),
        ),
        (
            "PATCH /v3/groups/h",
            json!({"group": {"name": "gardeners"}}),
            409,
            "Conflict occurred attempting to store group - Duplicate entry found with name gardeners.",
        ),
        ("PATCH /v3/groups/h", json!({"group": {"domain_id": "e"}}), 400, "Cannot change Domain ID"),
        ("PATCH /v3/groups/h", json!({"group": {"id": "i"}}), 400, "Cannot change ID"),
        (
            "PATCH /v3/groups/h",
            json!({"group": {}}),
            400,
            &format!("{field} group. Value: {{}}. {{}} should be non-empty"),
        ),
        ("PATCH /v3/groups/nope", json!({"group": {"name": "n"}}), 404, "Could not find group: nope."),
    ] {
        assert_eq!(client.said(line, Some(body.clone())), (code, message.to_owned()), "{line} {body}");
    }
    assert_eq!(client.said("POST /v3/groups", None), (400, "'group' is a required property".to_owned()));
    assert_eq!(
        client.ask("PUT /v3/groups", None).value()["message"],
        "The method is not allowed for the requested URL."
    );
    assert!(client.outcome("GET /v3/projects", None).is_none());
}

#[test]
fn members_come_and_go() {
    let mut data = city();
    let mut client = Client::new(&mut data, answer);
    let not_in = "User 'w' not found in group 'g'".to_owned();
    let (no_group, no_user) = ("Could not find group: nope.".to_owned(), "Could not find user: nope.".to_owned());
    for (line, expected) in [
        ("GET /v3/groups/g/users/w", (404, not_in.clone())),
        ("PUT /v3/groups/g/users/w", (204, String::new())),
        ("PUT /v3/groups/g/users/w", (204, String::new())),
        ("HEAD /v3/groups/g/users/w", (204, String::new())),
        ("DELETE /v3/groups/g/users/w", (204, String::new())),
        ("DELETE /v3/groups/g/users/w", (404, not_in)),
        ("PUT /v3/groups/nope/users/nope", (404, no_group.clone())),
        ("PUT /v3/groups/g/users/nope", (404, no_user.clone())),
        ("DELETE /v3/groups/g/users/nope", (404, no_user.clone())),
        ("GET /v3/groups/nope/users", (404, no_group)),
        ("GET /v3/users/nope/groups", (404, no_user)),
    ] {
        assert_eq!(client.said(line, None), expected, "{line}");
    }
    assert_eq!(names(&client.ask("GET /v3/groups/g/users", None), "users"), ["ulla", "vera"]);
    assert_eq!(names(&client.ask("GET /v3/groups/g/users?name=vera", None), "users"), ["vera"]);
    let of_ulla = client.ask("GET /v3/users/u/groups", None);
    assert_eq!(names(&of_ulla, "groups"), ["gardeners"]);
    assert_eq!(of_ulla.value()["groups"][0]["membership_expires_at"], json!(null));
}

#[test]
fn the_list_is_filtered() {
    let mut data = city();
    let mut client = Client::new(&mut data, answer);
    for (query, expected) in [
        ("", &["gardeners", "others"][..]),
        ("?domain_id=d", &["gardeners"]),
        ("?domain_id=nope", &[]),
        ("?name=Gardeners", &[]),
        ("?name__contains=her", &["others"]),
        ("?name__startswith=gar", &["gardeners"]),
        ("?name__icontains=ER", &["gardeners", "others"]),
        ("?name__iendswith=NERS", &["gardeners"]),
        ("?name__in=others", &["gardeners", "others"]),
        ("?name=others&name__contains=gar", &[]),
        ("?description=x", &["gardeners", "others"]),
    ] {
        assert_eq!(names(&client.ask(&format!("GET /v3/groups{query}"), None), "groups"), expected, "{query}");
    }
    assert_eq!(client.ask("GET /v3/groups?name=", None).status, 400);
}

#[test]
fn the_list_has_pages_of_a_thousand_or_less() {
    let mut data = city();
    for number in 0..1005 {
        data.groups.insert(format!("n{number:04}"), super::super::fixture::group("d", &format!("n{number:04}")));
    }
    let mut client = Client::new(&mut data, answer);
    let list = |client: &mut Client<'_>, query: &str| client.ask(&format!("GET /v3/groups{query}"), None).value();
    let silent = list(&mut client, "");
    assert_eq!((silent["groups"].as_array().unwrap().len(), silent.get("truncated")), (1000, None));
    assert_eq!(silent["links"]["next"], json!(null));
    let first = list(&mut client, "?domain_id=d&limit=2000");
    assert_eq!((first["groups"].as_array().unwrap().len(), &first["truncated"]), (1000, &json!(true)));
    let next = first["links"]["next"].as_str().unwrap();
    assert_eq!(next, "http://127.0.0.1:5/v3/groups?domain_id=d&limit=1000&marker=n0998");
    let second = list(&mut client, "?domain_id=d&limit=1000&marker=n0998");
    assert_eq!((second["groups"].as_array().unwrap().len(), second.get("truncated")), (6, None));
    assert_eq!(second["links"]["next"], json!(null));
    // A page that is just full says that there is more, and the next one is empty.
    assert_eq!(list(&mut client, "?name=others&limit=1")["truncated"], json!(true));
    let after = list(&mut client, "?name=others&limit=1&marker=og");
    assert_eq!((after["groups"].clone(), after.get("truncated")), (json!([]), None));
    assert_eq!(client.said("GET /v3/groups?marker=zzz", None), (404, "Marker zzz could not be found.".to_owned()));
    assert_eq!(client.ask("GET /v3/groups?limit=abc", None).status, 500);
}

#[test]
fn a_domain_scoped_token_sees_only_its_domain() {
    let mut data = city();
    data.groups.get_mut("og").unwrap().members.insert("u".into());
    let mut client = Client::new(&mut data, answer);
    client.token = "domain-admin";
    assert_eq!(names(&client.ask("GET /v3/groups", None), "groups"), ["gardeners"]);
    assert_eq!(names(&client.ask("GET /v3/users/u/groups", None), "groups"), ["gardeners"]);
    let made = client.ask("POST /v3/groups", Some(json!({"group": {"name": "here"}})));
    assert_eq!(made.value()["group"]["domain_id"], "d");
    client.token = "project-admin";
    let made = client.ask("POST /v3/groups", Some(json!({"group": {"name": "here"}})));
    assert_eq!(made.value()["group"]["domain_id"], "default");
}

#[test]
fn a_stock_server_asks_for_admin_manager_or_reader() {
    // List, show, show another domain's, make, make in another, change, add a member, list members.
    for (role, expected) in [
        ("r-admin", [200, 200, 200, 201, 201, 200, 204, 200]),
        ("r-manager", [200, 200, 403, 201, 403, 200, 204, 200]),
        ("r-reader", [200, 200, 403, 403, 403, 403, 403, 200]),
        ("r-service", [403, 403, 403, 403, 403, 403, 403, 403]),
    ] {
        let mut data = with_role(role);
        let mut client = Client::new(&mut data, answer);
        client.token = "w";
        let group = |domain: &str| Some(json!({"group": {"name": "new", "domain_id": domain}}));
        let found = [
            client.ask("GET /v3/groups", None).status,
            client.ask("GET /v3/groups/g", None).status,
            client.ask("GET /v3/groups/og", None).status,
            client.ask("POST /v3/groups", group("d")).status,
            client.ask("POST /v3/groups", group("e")).status,
            client.ask("PATCH /v3/groups/g", Some(json!({"group": {"description": "n"}}))).status,
            client.ask("PUT /v3/groups/g/users/u", None).status,
            client.ask("GET /v3/groups/g/users", None).status,
        ];
        assert_eq!(found, expected, "{role}");
        // Everybody sees its own groups, and a group that is not there is not there before it is forbidden.
        assert_eq!(client.ask("GET /v3/users/w/groups", None).status, 200);
        assert_eq!(client.ask("DELETE /v3/groups/nope", None).status, 404);
    }
    let mut data = city();
    let mut client = Client::new(&mut data, answer);
    client.token = "unknown";
    assert_eq!(client.ask("GET /v3/groups", None).status, 401);
    client.token = "unscoped-admin";
    let said = client.said("GET /v3/groups", None);
    assert_eq!(said.1, "You are not authorized to perform the requested action: identity:list_groups.");
}

#[test]
fn the_platform_asks_for_the_administrator_of_the_domain_or_of_the_cloud() {
    for (token, expected) in [
        ("domain-admin", [200, 403, 403, 201, 403, 403]),
        ("cloud-admin", [200, 200, 200, 201, 201, 204]),
        ("project-admin", [403, 403, 403, 403, 403, 403]),
    ] {
        let mut data = city();
        let mut client = Client::new(&mut data, answer);
        (client.token, client.platform) = (token, true);
        let group = |domain: &str| Some(json!({"group": {"name": "new", "domain_id": domain}}));
        let found = [
            client.ask("GET /v3/groups?domain_id=d", None).status,
            client.ask("GET /v3/groups?domain_id=e", None).status,
            client.ask("GET /v3/groups", None).status,
            client.ask("POST /v3/groups", group("d")).status,
            client.ask("POST /v3/groups", group("e")).status,
            client.ask("DELETE /v3/groups/og", None).status,
        ];
        assert_eq!(found, expected, "{token}");
    }
}

#[test]
fn a_group_takes_its_grants_with_it() {
    let mut data = city();
    grant(&mut data, Target::Domain("d".into()), Actor::Group("g".into()), "r-own");
    let before = data.grants.len();
    assert_eq!(Client::new(&mut data, answer).ask("DELETE /v3/groups/g", None).status, 204);
    assert_eq!(data.grants.len(), before - 1);
}
