//! Logins: every way to name a user and a scope, and what can be wrong with each.

use serde_json::{Value, json};

use super::template::Kind;
use super::world::{GARBAGE, PASSWORD, Who, World, login_body};

/// The plain login.
pub fn good(world: &World) -> Value {
    login_body(&alice(world), Some(&json!({"project": {"id": world.main[&Kind::Project]}})))
}

fn alice(world: &World) -> Value {
    json!({"id": world.main[&Kind::User], "password": PASSWORD})
}

/// Bodies of logins, by the name of the case.
pub fn logins(world: &World) -> Vec<(String, Value)> {
    let users = users(world).into_iter().map(|(name, user)| (format!("user: {name}"), login_body(&user, None)));
    let scopes = scopes(world).into_iter();
    let scopes = scopes.map(|(name, scope)| (format!("scope: {name}"), login_body(&alice(world), Some(&scope))));
    users.chain(scopes).chain(others(world)).collect()
}

fn users(world: &World) -> Vec<(&'static str, Value)> {
    let domain = &world.main[&Kind::Domain];
    let user = &world.main[&Kind::User];
    vec![
        ("by id", alice(world)),
        ("by name and domain name", json!({"name": "alice", "domain": {"name": "contract"}, "password": PASSWORD})),
        ("by name and domain id", json!({"name": "alice", "domain": {"id": domain}, "password": PASSWORD})),
        ("by id, with a domain", json!({"id": user, "domain": {"id": domain}, "password": PASSWORD})),
        ("name without domain", json!({"name": "alice", "password": PASSWORD})),
        ("domain empty", json!({"name": "alice", "domain": {}, "password": PASSWORD})),
        ("unknown domain", json!({"name": "alice", "domain": {"name": "nowhere"}, "password": PASSWORD})),
        ("unknown domain id", json!({"name": "alice", "domain": {"id": world.unknown()}, "password": PASSWORD})),
        ("unknown name", json!({"name": "nobody", "domain": {"id": domain}, "password": PASSWORD})),
        ("name of another case", json!({"name": "ALICE", "domain": {"id": domain}, "password": PASSWORD})),
        ("unknown id", json!({"id": world.unknown(), "password": PASSWORD})),
        ("wrong password", json!({"id": user, "password": "wrong"})),
        ("empty password", json!({"id": user, "password": ""})),
        ("no password", json!({"id": user})),
        ("password null", json!({"id": user, "password": null})),
        ("password a number", json!({"id": user, "password": 7})),
        ("neither id nor name", json!({"password": PASSWORD})),
        ("null", Value::Null),
        ("disabled", json!({"id": world.disabled_user, "password": PASSWORD})),
        ("in a disabled domain", json!({"id": world.dark[&Kind::User], "password": PASSWORD})),
        ("without any role", json!({"id": world.heir, "password": PASSWORD})),
    ]
}

fn scopes(world: &World) -> Vec<(&'static str, Value)> {
    let (domain, project) = (&world.main[&Kind::Domain], &world.main[&Kind::Project]);
    vec![
        ("unscoped", json!("unscoped")),
        ("another text", json!("text")),
        ("none", Value::Null),
        ("empty", json!({})),
        ("domain by name", json!({"domain": {"name": "contract"}})),
        ("domain by id", json!({"domain": {"id": domain}})),
        ("domain empty", json!({"domain": {}})),
        ("unknown domain", json!({"domain": {"name": "nowhere"}})),
        ("unknown domain id", json!({"domain": {"id": world.unknown()}})),
        ("domain without role", json!({"domain": {"id": "default"}})),
        ("disabled domain", json!({"domain": {"id": world.dark[&Kind::Domain]}})),
        ("project by id", json!({"project": {"id": project}})),
        ("project by name", json!({"project": {"name": "/energy", "domain": {"name": "contract"}}})),
        ("project by name, domain id", json!({"project": {"name": "/energy", "domain": {"id": domain}}})),
        ("project without domain", json!({"project": {"name": "/energy"}})),
        ("project empty", json!({"project": {}})),
        ("unknown project", json!({"project": {"name": "/none", "domain": {"id": domain}}})),
        ("unknown project id", json!({"project": {"id": world.unknown()}})),
        ("project in an unknown domain", json!({"project": {"name": "/energy", "domain": {"name": "nowhere"}}})),
        ("project without role", json!({"project": {"name": "admin", "domain": {"id": "default"}}})),
        ("disabled project", json!({"project": {"id": world.disabled_project}})),
        ("project of a disabled domain", json!({"project": {"id": world.dark[&Kind::Project]}})),
        ("domain as a project", json!({"project": {"id": domain}})),
        ("system without role", json!({"system": {"all": true}})),
        ("system, not all", json!({"system": {"all": false}})),
        ("two at once", json!({"project": {"id": project}, "domain": {"id": domain}})),
        ("trust of another", json!({"OS-TRUST:trust": {"id": world.main[&Kind::Trust]}})),
        ("unknown trust", json!({"OS-TRUST:trust": {"id": world.unknown()}})),
    ]
}

fn others(world: &World) -> Vec<(String, Value)> {
    let admin = json!({"name": "admin", "domain": {"name": "Default"}, "password": world.admin_password()});
    let heir = json!({"id": world.heir, "password": PASSWORD});
    let (domain, project) = (&world.main[&Kind::Domain], &world.main[&Kind::Project]);
    let (on_domain, on_project) = (json!({"domain": {"id": domain}}), json!({"project": {"id": project}}));
    let identity = |identity: Value| json!({"auth": {"identity": identity}});
    let by_token = |token: &str, scope: Option<&Value>| {
        let mut body = identity(json!({"methods": ["token"], "token": {"id": token}}));
        if let Some(scope) = scope {
            body["auth"]["scope"] = scope.clone();
        }
        body
    };
    let token = |who| world.token(who).unwrap_or_default();
    let password = json!({"user": alice(world)});
    let cases = [
        ("admin: system", login_body(&admin, Some(&json!({"system": {"all": true}})))),
        ("admin: its project", {
            let scope = json!({"project": {"name": "admin", "domain": {"name": "Default"}}});
            login_body(&admin, Some(&scope))
        }),
        ("admin: domain without role", login_body(&admin, Some(&on_domain))),
        ("admin: unscoped", login_body(&admin, None)),
        ("role only inherited: domain", login_body(&heir, Some(&on_domain))),
        ("role only inherited: project", login_body(&heir, Some(&on_project))),
        ("auth: null", json!({"auth": null})),
        ("auth: no identity", json!({"auth": {"scope": on_project}})),
        ("methods: absent", identity(json!({ "password": password }))),
        ("methods: none", identity(json!({"methods": [], "password": password}))),
        ("methods: a text", identity(json!({"methods": "password", "password": password}))),
        ("methods: unknown", identity(json!({"methods": ["magic"], "magic": {}}))),
        ("methods: without their member", identity(json!({"methods": ["password"]}))),
        ("methods: member without user", identity(json!({"methods": ["password"], "password": {}}))),
        ("token: plain user's to its project", by_token(token(Who::Unscoped), Some(&on_project))),
        ("token: plain user's to its domain", by_token(token(Who::Unscoped), Some(&on_domain))),
        ("token: unscoped", by_token(token(Who::Unscoped), None)),
        ("token: scoped, to another scope", by_token(token(Who::User), Some(&on_domain))),
        ("token: without scope, of a scoped one", by_token(token(Who::User), None)),
        ("token: garbage", by_token(GARBAGE, Some(&on_project))),
        ("token: revoked", by_token(token(Who::Revoked), Some(&on_project))),
        ("token: of a disabled domain", by_token(token(Who::Dark), None)),
        ("token: empty", by_token("", None)),
    ];
    cases.into_iter().map(|(name, body)| (name.to_owned(), body)).collect()
}
