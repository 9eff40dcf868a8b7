use serde_json::{Value, json};

use super::super::testing::Server;
use super::super::{Actor, Grant, Group, Target, Trust};

#[test]
fn deleting_a_domain_takes_everything_inside_along_but_no_role() {
    let mut server = Server::stock();
    let admin = server.admin();
    let domain = server.make(&admin, "domain", &json!({"name": "city"}));
    let other = server.make(&admin, "user", &json!({"name": "guest"}));
    let user = server.make(&admin, "user", &json!({"name": "ann", "domain_id": domain}));
    let project = server.make(&admin, "project", &json!({"name": "/one", "domain_id": domain}));
    let child = json!({"name": "/two", "domain_id": domain, "parent_id": project});
    server.make(&admin, "project", &child);
    let role = server.make(&admin, "role", &json!({"name": format!("{domain}#Writer")}));
    let (members, extra) = ([user.clone()].into(), serde_json::Map::new());
    let group = Group { domain_id: domain.clone(), name: "g".into(), description: Some(String::new()), members, extra };
    server.data.groups.insert("group".to_owned(), group);
    let before = server.data.grants.clone();
    for actor in [Actor::User(user.clone()), Actor::User(other.clone()), Actor::Group("group".to_owned())] {
        for target in [Target::Domain(domain.clone()), Target::Project(project.clone())] {
            let grant = Grant { target, actor: actor.clone(), role_id: role.clone(), inherited: false };
            server.data.grants.insert(grant);
        }
    }
    let trust = Trust {
        trustor_user_id: other.clone(),
        trustee_user_id: other.clone(),
        project_id: Some(project),
        impersonation: false,
        roles: Vec::new(),
        expires_at: None,
        remaining_uses: None,
        redelegation_count: 0,
        allow_redelegation: false,
        redelegated_trust_id: None,
        extra: serde_json::Map::new(),
    };
    server.data.trusts.insert("trust".to_owned(), trust);

    let target = format!("/v3/domains/{domain}");
    assert_eq!(server.ask(&admin, "DELETE", &target, &Value::Null).status, 403);
    assert_eq!(server.ask(&admin, "PATCH", &target, &json!({"domain": {"enabled": false}})).status, 200);
    assert_eq!(server.ask(&admin, "DELETE", &target, &Value::Null).status, 204);

    let data = &server.data;
    assert_eq!(data.grants, before);
    assert!(data.groups.is_empty() && data.trusts.is_empty());
    assert!(data.users.contains_key(&other) && !data.users.contains_key(&user));
    assert_eq!((data.projects.len(), data.domains.len()), (1, 1));
    assert!(data.roles.contains_key(&role));
}
