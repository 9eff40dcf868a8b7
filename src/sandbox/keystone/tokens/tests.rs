use serde_json::{Value, json};

use super::super::testing::Server;
use super::super::{Target, Trust};
use crate::sandbox::call::Call;

#[test]
fn a_token_ends_when_its_time_is_over_and_a_new_one_for_it_at_the_same_time() {
    let mut server = Server::stock();
    server.flavour.token_lifetime = std::time::Duration::from_mins(1);
    let first = server.log_in("admin", "Default", &Value::Null);
    let id = first.header("x-subject-token").unwrap().to_owned();
    server.pass(30);
    let scoped = server.rescope(&id, &json!({"system": {"all": true}}));
    let (first, second) = (first.value(), scoped.value());
    assert_eq!(first["token"]["expires_at"], "2026-01-01T00:01:00.000000Z");
    assert_eq!(second["token"]["expires_at"], first["token"]["expires_at"]);
    assert_eq!(second["token"]["audit_ids"][1], first["token"]["audit_ids"][0]);
    assert_eq!(second["token"]["methods"], json!(["password", "token"]));
    let token = scoped.header("x-subject-token").unwrap().to_owned();
    assert_eq!(server.get(&token, "/v3/users").status, 200);
    server.pass(31);
    assert_eq!(server.get(&token, "/v3/users").status, 401);
    assert_eq!(server.rescope(&id, &Value::Null).status, 404);
}

#[test]
fn a_token_shows_the_roles_that_its_roles_imply() {
    let mut server = Server::stock();
    let reply = server.log_in("admin", "Default", &json!({"system": {"all": true}}));
    let body = reply.value();
    let roles = body["token"]["roles"].as_array().unwrap();
    let mut names: Vec<&str> = roles.iter().map(|role| role["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["admin", "manager", "member", "reader"]);
}

#[test]
fn revoking_a_token_ends_those_that_were_issued_for_it_unless_told_otherwise() {
    for (target, expected) in [("/v3/auth/tokens", 401), ("/v3/auth/tokens?cascade=false", 200)] {
        let mut server = Server::stock();
        let admin = server.admin();
        let first = server.token("admin", "Default", &Value::Null);
        let scope = json!({"system": {"all": true}});
        let second = server.rescope(&first, &scope).header("x-subject-token").unwrap().to_owned();
        let revoke = Call::new("DELETE", target).with_header("X-Auth-Token", &admin);
        assert_eq!(server.call(&revoke.with_header("X-Subject-Token", &first)).status, 204);
        assert_eq!(server.get(&first, "/v3/auth/projects").status, 401);
        assert_eq!(server.get(&second, "/v3/users").status, expected, "{target}");
    }
}

#[test]
fn a_scope_without_a_role_ends_the_token() {
    let mut server = Server::stock();
    let system = server.token("admin", "Default", &json!({"system": {"all": true}}));
    server.data.grants.retain(|grant| grant.target != Target::System);
    assert_eq!(server.get(&system, "/v3/users").status, 401);
}

struct Delegation {
    server: Server,
    trustor: String,
    project: String,
}

/// `tor` is a member of a project and delegates that to `tee`.
fn delegation(change: impl FnOnce(&mut Trust)) -> Delegation {
    let mut server = Server::stock();
    let admin = server.admin();
    let domain = server.make(&admin, "domain", &json!({"name": "city"}));
    let project = server.make(&admin, "project", &json!({"name": "/one", "domain_id": domain}));
    let user = |name: &str| json!({"name": name, "password": "zaragoza-2026", "domain_id": domain});
    let (trustor, trustee) = (server.make(&admin, "user", &user("tor")), server.make(&admin, "user", &user("tee")));
    server.grant(&trustor, "member", Target::Project(project.clone()));
    let mut trust = Trust {
        trustor_user_id: trustor.clone(),
        trustee_user_id: trustee,
        project_id: Some(project.clone()),
        impersonation: false,
        roles: vec![server.data.global_role("member").unwrap().to_owned()],
        expires_at: None,
        remaining_uses: None,
        redelegation_count: 0,
        allow_redelegation: false,
        redelegated_trust_id: None,
        extra: serde_json::Map::new(),
    };
    change(&mut trust);
    server.data.trusts.insert("trust".to_owned(), trust);
    Delegation { server, trustor, project }
}

fn through_trust() -> Value {
    json!({"OS-TRUST:trust": {"id": "trust"}})
}

#[test]
fn a_trust_gives_its_project_and_roles_to_the_trustee_alone() {
    let Delegation { mut server, project, .. } = delegation(|_| {});
    let reply = server.log_in("tee", "city", &through_trust());
    let body = reply.value();
    assert_eq!(reply.status, 201);
    assert_eq!(body["token"]["project"]["id"], project.as_str());
    assert_eq!(body["token"]["user"]["name"], "tee");
    assert_eq!(body["token"]["OS-TRUST:trust"]["impersonation"], false);
    let mut roles = body["token"]["roles"].as_array().unwrap().clone();
    roles.sort_by_key(|role| role["name"].to_string());
    assert_eq!(roles.len(), 2);
    assert_eq!((&roles[0]["name"], &roles[0]["options"]), (&json!("member"), &json!({"immutable": true})));
    let token = reply.header("x-subject-token").unwrap().to_owned();
    assert_eq!(server.get(&token, &format!("/v3/projects/{project}")).status, 200);
    assert_eq!(server.rescope(&token, &Value::Null).status, 403);
    assert_eq!(server.log_in("tor", "city", &through_trust()).status, 403);
}

#[test]
fn a_trust_is_worth_no_more_than_its_trustor() {
    let Delegation { mut server, trustor, project } = delegation(|_| {});
    let token = server.token("tee", "city", &through_trust());
    server.data.grants.retain(|grant| grant.target != Target::Project(project.clone()));
    assert_eq!(server.log_in("tee", "city", &through_trust()).status, 403);
    assert_eq!(server.get(&token, "/v3/auth/projects").status, 403);
    server.grant(&trustor, "member", Target::Project(project));
    server.data.users.get_mut(&trustor).unwrap().enabled = false;
    assert_eq!(server.log_in("tee", "city", &through_trust()).status, 403);
    server.data.trusts.clear();
    let reply = server.get(&token, "/v3/auth/projects");
    assert_eq!((reply.status, &reply.value()["error"]["message"]), (404, &json!("Could not find trust: trust.")));
}

#[test]
fn a_trust_impersonates_ends_and_is_used_up() {
    let Delegation { mut server, .. } = delegation(|trust| {
        trust.impersonation = true;
        trust.remaining_uses = Some(1);
        trust.expires_at = Some("2026-01-01T00:10:00Z".parse().unwrap());
    });
    let body = server.log_in("tee", "city", &through_trust()).value();
    assert_eq!(body["token"]["user"]["name"], "tor");
    assert_eq!(body["token"]["expires_at"], "2026-01-01T00:10:00.000000Z");
    assert_eq!(server.log_in("tee", "city", &through_trust()).status, 401);

    let Delegation { mut server, .. } =
        delegation(|trust| trust.expires_at = Some("2026-01-01T00:10:00Z".parse().unwrap()));
    server.pass(601);
    assert_eq!(server.log_in("tee", "city", &through_trust()).status, 401);
}
