//! What becomes of a token when something changes, and trusts, which only their trustor can make.

use serde_json::{Value, json};

use crate::support::raw::Answer;

use super::client::Request;
use super::effects::Row;
use super::stage::Stage;
use super::template::Kind;
use super::world::{Ids, PASSWORD, Who, log_in};

const SUBJECT: &str = "GET /v3/auth/tokens";
const CALLER: &str = "GET /v3/users/{user}";
const LOGIN: &str = "POST /v3/auth/tokens";
const TRUST: &str = "POST /v3/OS-TRUST/trusts";

/// Somebody with a token on the project of a service of its own, or just of the world's if nothing but the user and its
/// grant is touched.
fn somebody(stage: &mut Stage<'_>, touched: &str) -> (Ids, String) {
    let ids = if touched.starts_with("/v3/users/") || touched.starts_with("/v3/projects/{project}/users/") {
        let mut ids = stage.world.main.clone();
        ids.insert(Kind::User, stage.user());
        stage.must("PUT", &super::world::fill("/v3/projects/{project}/users/{user}/roles/{role}", &ids), None);
        ids
    } else {
        stage.service()
    };
    let user = json!({"id": ids[&Kind::User], "password": PASSWORD});
    let token = log_in(stage.client, &user, Some(&json!({"project": {"id": ids[&Kind::Project]}})));
    (ids, token)
}

/// Asks about the token of somebody to whom this happened.
fn after(stage: &mut Stage<'_>, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let (ids, token) = somebody(stage, path);
    stage.must(method, &super::world::fill(path, &ids), body);
    let admin = stage.world.token(Who::SystemAdmin);
    stage.client.send(&Request::new("GET", "/v3/auth/tokens").token(admin).subject(Some(&token)))
}

/// Uses the token of somebody to whom this happened.
fn used_after(stage: &mut Stage<'_>, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let (ids, token) = somebody(stage, path);
    stage.must(method, &super::world::fill(path, &ids), body);
    stage.client.send(&Request::new("GET", format!("/v3/users/{}", ids[&Kind::User])).token(Some(&token)))
}

/// The trust of the world's user, with these members otherwise; posted with its token.
fn trust(stage: &mut Stage<'_>, changes: &Value) -> Answer {
    let mut members = json!({"trustor_user_id": stage.id(Kind::User), "trustee_user_id": stage.world.trustee,
        "project_id": stage.id(Kind::Project), "impersonation": false, "roles": [{"id": stage.id(Kind::Role)}]});
    for (key, value) in changes.as_object().unwrap() {
        members[key] = value.clone();
    }
    stage.ask_as(Who::User, "POST", "/v3/OS-TRUST/trusts", Some(&json!({ "trust": members })))
}

/// A token by a trust of one's own; gives the trust's id and the token.
fn trustee(stage: &mut Stage<'_>, changes: &Value) -> (String, Answer) {
    let made = trust(stage, changes);
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["trust"]["id"].as_str().unwrap().to_owned();
    let answer = use_trust(stage, &id);
    (id, answer)
}

fn use_trust(stage: &mut Stage<'_>, id: &str) -> Answer {
    let user = json!({"id": stage.world.trustee, "password": PASSWORD});
    let body = super::world::login_body(&user, Some(&json!({"OS-TRUST:trust": {"id": id}})));
    stage.client.send(&Request::new("POST", "/v3/auth/tokens").json(&body))
}

pub fn all() -> Vec<Row> {
    tokens().into_iter().chain(trusts()).collect()
}

fn tokens() -> Vec<Row> {
    vec![
        (SUBJECT, "of oneself, as plain user", |stage| {
            let token = stage.world.token(Who::User);
            stage.client.send(&Request::new("GET", "/v3/auth/tokens").token(token).subject(token))
        }),
        (SUBJECT, "of another, as plain user", |stage| {
            let (own, other) = (stage.world.token(Who::User), stage.world.token(Who::SystemAdmin));
            stage.client.send(&Request::new("GET", "/v3/auth/tokens").token(own).subject(other))
        }),
        ("DELETE /v3/auth/tokens", "of oneself", |stage| {
            let (_, token) = somebody(stage, "/v3/users/{user}");
            stage.client.send(&Request::new("DELETE", "/v3/auth/tokens").token(Some(&token)).subject(Some(&token)))
        }),
        ("DELETE /v3/auth/tokens", "of another, as plain user", |stage| {
            let ((_, token), own) = (somebody(stage, "/v3/users/{user}"), stage.world.token(Who::User));
            stage.client.send(&Request::new("DELETE", "/v3/auth/tokens").token(own).subject(Some(&token)))
        }),
        (SUBJECT, "its user is disabled", |stage| {
            after(stage, "PATCH", "/v3/users/{user}", Some(&json!({"user": {"enabled": false}})))
        }),
        (SUBJECT, "its user is deleted", |stage| after(stage, "DELETE", "/v3/users/{user}", None)),
        (SUBJECT, "its user has another password", |stage| {
            after(stage, "PATCH", "/v3/users/{user}", Some(&json!({"user": {"password": "new-Pw-1"}})))
        }),
        (SUBJECT, "its user has another name", |stage| {
            after(stage, "PATCH", "/v3/users/{user}", Some(&json!({"user": {"name": "somebody-renamed"}})))
        }),
        (SUBJECT, "its domain is disabled", |stage| {
            after(stage, "PATCH", "/v3/domains/{domain}", Some(&json!({"domain": {"enabled": false}})))
        }),
        (SUBJECT, "its project is disabled", |stage| {
            after(stage, "PATCH", "/v3/projects/{project}", Some(&json!({"project": {"enabled": false}})))
        }),
        (SUBJECT, "its project is deleted", |stage| after(stage, "DELETE", "/v3/projects/{project}", None)),
        (SUBJECT, "its role is taken away", |stage| {
            after(stage, "DELETE", "/v3/projects/{project}/users/{user}/roles/{role}", None)
        }),
        (SUBJECT, "its role on the domain is taken away", |stage| {
            after(stage, "DELETE", "/v3/domains/{domain}/users/{user}/roles/{role}", None)
        }),
        (SUBJECT, "its role is deleted", |stage| after(stage, "DELETE", "/v3/roles/{role}", None)),
        (SUBJECT, "its user left a group", |stage| after(stage, "DELETE", "/v3/groups/{group}/users/{user}", None)),
        (CALLER, "with a token of before a new password", |stage| {
            used_after(stage, "PATCH", "/v3/users/{user}", Some(&json!({"user": {"password": "new-Pw-1"}})))
        }),
        (CALLER, "with a token of a disabled user", |stage| {
            used_after(stage, "PATCH", "/v3/users/{user}", Some(&json!({"user": {"enabled": false}})))
        }),
        (CALLER, "with a token without its role", |stage| {
            used_after(stage, "DELETE", "/v3/projects/{project}/users/{user}/roles/{role}", None)
        }),
        (CALLER, "with an unscoped token of a disabled domain", |stage| {
            let ids = stage.service();
            let token = log_in(stage.client, &json!({"id": ids[&Kind::User], "password": PASSWORD}), None);
            let path = format!("/v3/domains/{}", ids[&Kind::Domain]);
            stage.must("PATCH", &path, Some(&json!({"domain": {"enabled": false}})));
            stage.client.send(&Request::new("GET", format!("/v3/users/{}", ids[&Kind::User])).token(Some(&token)))
        }),
        (LOGIN, "with a role that a group has", |stage| {
            let (user, group) = (stage.user(), stage.id(Kind::Group).to_owned());
            stage.must("PUT", &format!("/v3/groups/{group}/users/{user}"), None);
            let scope = json!({"project": {"id": stage.id(Kind::Project)}});
            let body = super::world::login_body(&json!({"id": user, "password": PASSWORD}), Some(&scope));
            stage.client.send(&Request::new("POST", "/v3/auth/tokens").json(&body))
        }),
        (LOGIN, "of a user without a password", |stage| {
            let members = json!({"name": "no-password", "domain_id": stage.service()[&Kind::Domain]});
            let user = stage.world.make(stage.client, "user", &members);
            let body = super::world::login_body(&json!({"id": user, "password": PASSWORD}), None);
            stage.client.send(&Request::new("POST", "/v3/auth/tokens").json(&body))
        }),
        (LOGIN, "without the catalogue", |stage| {
            let body = super::auth::good(stage.world);
            stage.client.send(&Request::new("POST", "/v3/auth/tokens?nocatalog").json(&body))
        }),
        (LOGIN, "to the default project", |stage| {
            let ids = stage.service();
            let path = format!("/v3/users/{}", ids[&Kind::User]);
            stage.must("PATCH", &path, Some(&json!({"user": {"default_project_id": ids[&Kind::Project]}})));
            let body = super::world::login_body(&json!({"id": ids[&Kind::User], "password": PASSWORD}), None);
            stage.client.send(&Request::new("POST", "/v3/auth/tokens").json(&body))
        }),
    ]
}

fn trusts() -> Vec<Row> {
    vec![
        (TRUST, "with the three members of the least trust", |stage| {
            let body = json!({"trust": {"trustor_user_id": stage.id(Kind::User),
                "trustee_user_id": stage.world.trustee, "impersonation": false}});
            stage.ask_as(Who::User, "POST", "/v3/OS-TRUST/trusts", Some(&body))
        }),
        (TRUST, "without an end", |stage| trust(stage, &json!({}))),
        (TRUST, "with impersonation", |stage| trust(stage, &json!({"impersonation": true}))),
        (TRUST, "ended already", |stage| trust(stage, &json!({"expires_at": "2001-01-31T12:00:00.000000Z"}))),
        (TRUST, "its end is no time", |stage| trust(stage, &json!({"expires_at": "tomorrow"}))),
        (TRUST, "its end without fraction", |stage| trust(stage, &json!({"expires_at": "2998-01-31T12:00:00Z"}))),
        (TRUST, "for no use", |stage| trust(stage, &json!({"remaining_uses": 0}))),
        (TRUST, "without roles", |stage| trust(stage, &json!({"roles": []}))),
        (TRUST, "roles by name", |stage| {
            let name = stage.world.name(Kind::Role, false);
            trust(stage, &json!({"roles": [{ "name": name }]}))
        }),
        (TRUST, "unknown role", |stage| trust(stage, &json!({"roles": [{ "id": stage.world.unknown() }]}))),
        (TRUST, "a role that the trustor has not", |stage| {
            let role = stage.world.role(stage.client, &stage.world.main[&Kind::Domain]);
            trust(stage, &json!({"roles": [{ "id": role }]}))
        }),
        (TRUST, "of another trustor", |stage| {
            let heir = stage.world.heir.clone();
            trust(stage, &json!({ "trustor_user_id": heir }))
        }),
        ("GET /v3/OS-TRUST/trusts?trustor_user_id={user}", "of another, as plain user", |stage| {
            let path = format!("/v3/OS-TRUST/trusts?trustor_user_id={}", stage.world.heir);
            stage.ask_as(Who::User, "GET", &path, None)
        }),
        ("GET /v3/OS-TRUST/trusts?trustee_user_id={user}", "with trusts", |stage| {
            let user = stage.user();
            trust(stage, &json!({ "trustee_user_id": user }));
            stage.ask("GET", &format!("/v3/OS-TRUST/trusts?trustee_user_id={user}"), None)
        }),
        ("GET /v3/OS-TRUST/trusts/{trust}", "deleted", |stage| {
            let (id, _) = trustee(stage, &json!({}));
            let path = format!("/v3/OS-TRUST/trusts/{id}");
            let token = stage.world.token(Who::User);
            stage.client.must(&Request::new("DELETE", &*path).token(token));
            stage.ask("GET", &path, None)
        }),
        (LOGIN, "trust: of the trustee", |stage| trustee(stage, &json!({})).1),
        (LOGIN, "trust: with impersonation", |stage| trustee(stage, &json!({"impersonation": true})).1),
        (LOGIN, "trust: used up", |stage| {
            let (id, _) = trustee(stage, &json!({"remaining_uses": 1}));
            use_trust(stage, &id)
        }),
        (LOGIN, "trust: its token for another", |stage| {
            let (_, answer) = trustee(stage, &json!({}));
            let token = answer.header("x-subject-token").unwrap();
            let body = json!({"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}});
            stage.client.send(&Request::new("POST", "/v3/auth/tokens").json(&body))
        }),
        (SUBJECT, "its trust is deleted", |stage| {
            let (id, answer) = trustee(stage, &json!({}));
            let token = stage.world.token(Who::User);
            stage.client.must(&Request::new("DELETE", format!("/v3/OS-TRUST/trusts/{id}")).token(token));
            let (admin, subject) = (stage.world.token(Who::SystemAdmin), answer.header("x-subject-token"));
            stage.client.send(&Request::new("GET", "/v3/auth/tokens").token(admin).subject(subject))
        }),
    ]
}
