//! Grants, against what Keystone 30 answered.

use serde_json::Value;

use super::super::Scope;
use super::super::fixture::{Client, city, grant, token, user_actor};
use super::*;

const NO_ROLE: &str = "Could not find role: nope.";
const NO_USER: &str = "Could not find user: nope.";
const NO_GROUP: &str = "Could not find group: nope.";

fn no_assignment(actor: &str, target: &str) -> String {
    format!(
        "Could not find role assignment with role: r-own, user or group: {actor}, project, domain, or system: {target}."
    )
}

fn says(lines: &[(&str, u16, &str)]) {
    let mut data = city();
    let mut client = Client::new(&mut data, answer);
    for (line, code, message) in lines {
        assert_eq!(client.said(line, None), (*code, (*message).to_owned()), "{line}");
    }
}

#[test]
fn a_grant_is_given_checked_and_taken_back_everywhere() {
    let mut data = city();
    let before = data.grants.clone();
    let mut client = Client::new(&mut data, answer);
    for (prefix, suffix, target) in [
        ("/v3/domains/d", "", "d"),
        ("/v3/projects/p", "", "p"),
        ("/v3/system", "", "system"),
        ("/v3/OS-INHERIT/domains/d", "/inherited_to_projects", "d"),
        ("/v3/OS-INHERIT/projects/p", "/inherited_to_projects", "p"),
    ] {
        for (actor, id) in [("users/u", "u"), ("groups/g", "g")] {
            let path = format!("{prefix}/{actor}/roles/r-own{suffix}");
            let missing = (404, no_assignment(id, target));
            assert_eq!(client.said(&format!("GET {path}"), None), missing, "{path}");
            assert_eq!(client.said(&format!("DELETE {path}"), None), missing, "{path}");
            for method in ["PUT", "PUT", "HEAD", "GET", "DELETE"] {
                assert_eq!(client.ask(&format!("{method} {path}"), None).status, 204, "{method} {path}");
            }
            assert_eq!(client.ask(&format!("HEAD {path}"), None).status, 404, "{path}");
            assert_eq!(client.ask(&format!("POST {path}"), None).status, 405, "{path}");
        }
    }
    assert_eq!(data.grants, before);
}

#[test]
fn says_what_is_missing_in_the_order_of_the_real_server() {
    says(&[
        ("PUT /v3/domains/nope/users/nope/roles/nope", 404, "Could not find domain: nope."),
        ("PUT /v3/domains/d/users/nope/roles/nope", 404, NO_ROLE),
        ("PUT /v3/domains/d/users/nope/roles/r-own", 404, NO_USER),
        ("GET /v3/domains/d/groups/nope/roles/r-own", 404, NO_GROUP),
        ("DELETE /v3/domains/d/users/nope/roles/r-own", 404, &no_assignment("nope", "d")),
        ("GET /v3/domains/d/users/nope/roles", 404, NO_USER),
        ("PUT /v3/projects/nope/users/nope/roles/nope", 404, NO_ROLE),
        ("PUT /v3/projects/nope/users/nope/roles/r-own", 404, NO_USER),
        ("PUT /v3/projects/nope/users/u/roles/r-own", 404, "Could not find project: nope."),
        ("DELETE /v3/projects/nope/users/u/roles/r-own", 404, "Could not find project: nope."),
        ("PUT /v3/system/users/nope/roles/nope", 404, NO_ROLE),
        ("PUT /v3/system/groups/nope/roles/r-own", 404, NO_GROUP),
        ("DELETE /v3/system/users/nope/roles/r-own", 404, &no_assignment("nope", "system")),
        ("PUT /v3/OS-INHERIT/domains/nope/users/u/roles/nope/inherited_to_projects", 404, NO_ROLE),
        (
            "PUT /v3/OS-INHERIT/domains/nope/users/u/roles/r-own/inherited_to_projects",
            404,
            "Could not find domain: nope.",
        ),
        (
            "DELETE /v3/OS-INHERIT/domains/nope/users/u/roles/r-own/inherited_to_projects",
            404,
            &no_assignment("u", "nope"),
        ),
        (
            "GET /v3/OS-INHERIT/projects/nope/users/u/roles/r-own/inherited_to_projects",
            404,
            "Could not find project: nope.",
        ),
    ]);
}

#[test]
fn an_inherited_grant_may_go_to_somebody_who_does_not_exist() {
    says(&[
        ("PUT /v3/OS-INHERIT/domains/d/users/nope/roles/r-own/inherited_to_projects", 204, ""),
        ("GET /v3/OS-INHERIT/domains/d/users/nope/roles/r-own/inherited_to_projects", 204, ""),
        ("GET /v3/OS-INHERIT/domains/d/users/nope/roles/inherited_to_projects", 200, ""),
    ]);
}

#[test]
fn a_role_of_a_domain_stays_in_it() {
    says(&[
        ("PUT /v3/domains/d/users/u/roles/r-domain", 204, ""),
        ("PUT /v3/projects/p/users/u/roles/r-domain", 204, ""),
        (
            "PUT /v3/projects/o/users/u/roles/r-domain",
            403,
            "Project o must be in the same domain as the role r-domain being assigned.",
        ),
        (
            "PUT /v3/system/users/u/roles/r-domain",
            400,
            "Role r-domain is a domain-specific role. Unable to use a domain-specific role in a system assignment.",
        ),
    ]);
}

#[test]
fn lists_the_roles_of_one_place_only() {
    let mut data = city();
    let user = user_actor("u");
    grant(&mut data, Target::Domain("d".into()), user.clone(), "r-own");
    grant(&mut data, Target::Domain("d".into()), user.clone(), "r-member");
    grant(&mut data, Target::Project("p".into()), user.clone(), "r-service");
    grant(&mut data, Target::System, user.clone(), "r-reader");
    super::super::fixture::inherit(&mut data, Target::Domain("d".into()), user, "r-manager");
    let mut client = Client::new(&mut data, answer);
    for (path, expected) in [
        ("/v3/domains/d/users/u/roles", &["r-member", "r-own"][..]),
        ("/v3/projects/p/users/u/roles", &["r-service"]),
        ("/v3/system/users/u/roles", &["r-reader"]),
        ("/v3/OS-INHERIT/domains/d/users/u/roles/inherited_to_projects", &["r-manager"]),
        ("/v3/domains/d/groups/g/roles", &[]),
    ] {
        let reply = client.ask(&format!("GET {path}"), None).value();
        let ids: Vec<_> = reply["roles"].as_array().unwrap().iter().map(|role| role["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{path}");
        assert_eq!(reply["links"]["self"], format!("http://127.0.0.1:5{path}"));
    }
    let own = &client.ask("GET /v3/domains/d/users/u/roles", None).value()["roles"][1];
    assert_eq!(
        (&own["name"], &own["domain_id"], &own["options"]),
        (&"d#Own".into(), &Value::Null, &serde_json::json!({}))
    );
    // Of projects there is no such list.
    assert!(client.outcome("GET /v3/OS-INHERIT/projects/p/users/u/roles/inherited_to_projects", None).is_none());
}

/// Gives, inherits, gives a role of one's own, gives in another domain, looks, looks elsewhere, gives on the system.
const ASKED: [&str; 7] = [
    "PUT /v3/domains/d/users/u/roles/r-member",
    "PUT /v3/OS-INHERIT/domains/d/users/u/roles/r-member/inherited_to_projects",
    "PUT /v3/projects/p/users/u/roles/r-own",
    "PUT /v3/domains/e/users/u/roles/r-member",
    "GET /v3/domains/d/users/u/roles",
    "GET /v3/domains/e/users/u/roles",
    "PUT /v3/system/users/u/roles/r-member",
];

#[test]
fn a_stock_manager_gives_only_the_roles_below_its_own() {
    for (role, expected) in [
        ("r-admin", [204, 204, 204, 204, 200, 200, 403]),
        ("r-manager", [204, 204, 403, 403, 200, 403, 403]),
        ("r-reader", [403, 403, 403, 403, 200, 403, 403]),
        ("r-service", [403, 403, 403, 403, 403, 403, 403]),
    ] {
        let mut data = city();
        grant(&mut data, Target::Domain("d".into()), user_actor("w"), role);
        token(&mut data, "w", "w", Scope::On(Target::Domain("d".into())));
        let mut client = Client::new(&mut data, answer);
        client.token = "w";
        assert_eq!(ASKED.map(|line| client.ask(line, None).status), expected, "{role}");
    }
}

#[test]
fn the_platform_asks_for_the_administrator_of_the_target() {
    for (token, expected) in [
        ("domain-admin", [204, 204, 204, 403, 200, 403, 403]),
        ("cloud-admin", [204, 204, 204, 204, 200, 200, 204]),
        ("project-admin", [403, 403, 403, 403, 403, 403, 403]),
    ] {
        let mut data = city();
        let mut client = Client::new(&mut data, answer);
        (client.token, client.platform) = (token, true);
        assert_eq!(ASKED.map(|line| client.ask(line, None).status), expected, "{token}");
    }
}

#[test]
fn the_rules_come_before_the_look_up_in_the_inherited_forms_only() {
    let mut data = city();
    token(&mut data, "nobody", "w", Scope::Unscoped);
    let mut client = Client::new(&mut data, answer);
    client.token = "nobody";
    let denied =
        |action: &str| (403, format!("You are not authorized to perform the requested action: identity:{action}."));
    for (line, expected) in [
        ("PUT /v3/domains/d/users/u/roles/nope", (404, NO_ROLE.to_owned())),
        ("PUT /v3/OS-INHERIT/domains/d/users/u/roles/nope/inherited_to_projects", denied("create_grant")),
        ("DELETE /v3/domains/d/users/u/roles/r-own", denied("revoke_grant")),
        ("GET /v3/domains/d/users/u/roles/r-own", denied("check_grant")),
        ("GET /v3/domains/d/users/u/roles", denied("list_grants")),
        ("PUT /v3/system/users/u/roles/r-own", denied("create_system_grant_for_user")),
        ("GET /v3/system/groups/g/roles", denied("list_system_grants_for_group")),
    ] {
        assert_eq!(client.said(line, None), expected, "{line}");
    }
}
