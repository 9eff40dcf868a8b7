use jiff::{Timestamp, ToSpan};
use serde_json::Map;

use super::super::keypass::samples::default_policy;
use super::super::keystone::{Actor, Domain, Grant, Project, Role, Scope, Token, Trust, User as Account};
use super::super::world::Flavour;
use super::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// The domain `city` with the project `/parks`, and `admin_domain`. Tokens are called like their users:
/// `chief` is admin on the city and, inherited, `gardener` on its projects; `guest` has nothing; `cloud_admin` is admin on
/// `admin_domain`. `trusted` is a token of `guest` on whose behalf `chief` trusts it with the parks.
fn platform() -> Platform {
    let mut platform = Platform::default();
    let identity = &mut platform.keystone;
    for (id, name) in [("d1", "city"), ("d0", "admin_domain")] {
        let domain =
            Domain { name: name.to_owned(), description: Some(String::new()), enabled: true, extra: Map::new() };
        identity.domains.insert(id.to_owned(), domain);
    }
    for (id, domain, name) in [("p1", "d1", "/parks"), ("p0", "d0", "/other")] {
        let project = Project {
            domain_id: domain.to_owned(),
            parent_id: domain.to_owned(),
            name: name.to_owned(),
            description: Some(String::new()),
            enabled: true,
            extra: Map::new(),
        };
        identity.projects.insert(id.to_owned(), project);
    }
    for (id, name) in [("r-admin", "admin"), ("r-gardener", "d1#Gardener")] {
        let role =
            Role { name: name.to_owned(), domain_id: None, description: None, immutable: false, extra: Map::new() };
        identity.roles.insert(id.to_owned(), role);
    }
    for (name, domain) in [("chief", "d1"), ("guest", "d1"), ("cloud_admin", "d0")] {
        add_user(identity, name, domain);
    }
    grant(identity, "d1", "chief", "r-admin", false);
    grant(identity, "d1", "chief", "r-gardener", true);
    grant(identity, "d0", "cloud_admin", "r-admin", false);
    let trust = Trust {
        trustor_user_id: "chief".to_owned(),
        trustee_user_id: "guest".to_owned(),
        project_id: Some("p1".to_owned()),
        impersonation: false,
        roles: vec!["r-gardener".to_owned()],
        expires_at: None,
        remaining_uses: None,
        redelegation_count: 0,
        allow_redelegation: false,
        redelegated_trust_id: None,
        extra: serde_json::Map::default(),
    };
    identity.trusts.insert("t1".to_owned(), trust);
    let project = Scope::On(Target::Project("p1".to_owned()));
    let token = Token { scope: project, trust_id: Some("t1".to_owned()), ..token_of("guest") };
    identity.tokens.insert("trusted".to_owned(), token);
    platform
}

fn add_user(identity: &mut Identity, name: &str, domain: &str) {
    let user = Account {
        domain_id: domain.to_owned(),
        name: name.to_owned(),
        enabled: true,
        password: None,
        password_expires_at: None,
        default_project_id: None,
        tokens_valid_from: None,
        extra: Map::new(),
    };
    identity.users.insert(name.to_owned(), user);
    identity.tokens.insert(name.to_owned(), token_of(name));
}

fn token_of(user: &str) -> Token {
    Token {
        user_id: user.to_owned(),
        scope: Scope::Unscoped,
        methods: vec!["password".to_owned()],
        audit_ids: Vec::new(),
        issued_at: NOW,
        expires_at: NOW + 1.hour(),
        trust_id: None,
    }
}

fn grant(identity: &mut Identity, domain: &str, user: &str, role: &str, inherited: bool) {
    let target = Target::Domain(domain.to_owned());
    identity.grants.insert(Grant { target, actor: Actor::User(user.to_owned()), role_id: role.to_owned(), inherited });
}

fn bind(platform: &mut Platform, tenant: &str, role: &str, policy: String) {
    let call = Call::new("POST", &format!("/pap/v1/subject/{role}")).with_header("Fiware-Service", tenant);
    assert_eq!(keypass::answer(&mut platform.keypass, &call.with_body(policy)).status, 201);
}

fn call(method: &str, target: &str, service: &str, path: &str, token: &str) -> Call {
    let call = Call::new(method, target).with_header("Fiware-Service", service);
    call.with_header("Fiware-ServicePath", path).with_header("X-Auth-Token", token)
}

/// The status and the name of the refusal, if it is one.
fn refused(platform: &mut Platform, backend: Backend, call: &Call) -> String {
    let flavour = Flavour { platform: true, ..Flavour::default() };
    let about = About { now: NOW, flavour: &flavour, url: "" };
    match check(platform, backend, &about, call) {
        Ok(()) => "passed".to_owned(),
        Err(reply) => format!("{} {}", reply.status, reply.value()["name"].as_str().unwrap()),
    }
}

/// What comes of a look at the subscriptions, or of making one.
fn orion(platform: &mut Platform, method: &str, place: (&str, &str), token: &str) -> String {
    refused(platform, Backend::Orion, &call(method, "/v2/subscriptions", place.0, place.1, token))
}

#[test]
fn there_is_none_before_keystone_and_the_iot_agents() {
    for backend in [Backend::Keystone, Backend::IotAgent] {
        assert_eq!(refused(&mut platform(), backend, &Call::new("GET", "/")), "passed");
    }
}

#[test]
fn a_request_without_its_headers_is_refused_and_so_is_a_probe() {
    let mut platform = platform();
    for backend in [Backend::Keypass, Backend::Orion, Backend::Perseo] {
        let probe = Call::new("GET", "/version");
        assert_eq!(refused(&mut platform, backend, &probe), "400 MISSING_HEADERS", "{backend:?}");
    }
    let blank = call("GET", "/v2/subscriptions", "city", " ", "chief");
    let flavour = Flavour::default();
    let reply =
        check(&mut platform, Backend::Orion, &About { now: NOW, flavour: &flavour, url: "" }, &blank).unwrap_err();
    let message = "Some headers were missing from the request: [\"fiware-servicepath\"]";
    assert_eq!(reply.value()["message"], message);
}

#[test]
fn what_it_has_no_word_for_is_refused_before_the_token_is_looked_at() {
    let put = call("PUT", "/pap/v1/subject/r/policy/p", "city", "/", "nobody");
    assert_eq!(refused(&mut platform(), Backend::Keypass, &put), "400 ACTION_NOT_FOUND");
    let broken = Call::new("POST", "/rules").with_header("Content-Type", "application/json").with_body("{");
    assert_eq!(refused(&mut platform(), Backend::Perseo, &broken), "400 WRONG_JSON_PAYLOAD");
}

#[test]
fn the_token_must_be_good_and_of_the_service() {
    let mut platform = platform();
    let rejected = "401 KEYSTONE_AUTHENTICATION_REJECTED";
    assert_eq!(orion(&mut platform, "GET", ("city", "/"), "nobody"), rejected);
    let other = "401 TOKEN_DOES_NOT_MATCH_SERVICE";
    assert_eq!(orion(&mut platform, "GET", ("City", "/"), "chief"), other);
    assert_eq!(orion(&mut platform, "GET", ("city", "/"), "cloud_admin"), other);
    if let Some(user) = platform.keystone.users.get_mut("chief") {
        user.enabled = false;
    }
    assert_eq!(orion(&mut platform, "GET", ("city", "/"), "chief"), rejected);
}

#[test]
fn cloud_admin_passes_in_its_own_domain() {
    let mut platform = platform();
    bind(&mut platform, "admin_domain", "r-admin", default_policy("OrionAdmin", "orion", "read"));
    assert_eq!(orion(&mut platform, "GET", ("admin_domain", "/"), "cloud_admin"), "passed");
    let other = "401 TOKEN_DOES_NOT_MATCH_SERVICE";
    assert_eq!(orion(&mut platform, "GET", ("city", "/"), "cloud_admin"), other);
    let store = call("DELETE", "/pap/v1", "city", "/", "cloud_admin");
    assert_eq!(refused(&mut platform, Backend::Keypass, &store), other);
}

#[test]
fn policies_of_the_roles_decide() {
    let mut platform = platform();
    assert_eq!(orion(&mut platform, "GET", ("city", "/"), "chief"), "403 ACCESS_DENIED");
    bind(&mut platform, "town", "r-admin", default_policy("OrionAdmin", "orion", "read create"));
    assert_eq!(orion(&mut platform, "GET", ("city", "/"), "chief"), "403 ACCESS_DENIED");
    bind(&mut platform, "city", "r-admin", default_policy("OrionAdmin", "orion", "read subscribe"));
    assert_eq!(orion(&mut platform, "GET", ("city", "/"), "chief"), "passed");
    // To subscribe is to create, whatever the policy calls it.
    assert_eq!(orion(&mut platform, "POST", ("city", "/"), "chief"), "403 ACCESS_DENIED");
    let rules = call("GET", "/rules", "city", "/", "chief");
    assert_eq!(refused(&mut platform, Backend::Perseo, &rules), "403 ACCESS_DENIED");
    bind(&mut platform, "city", "r-admin", default_policy("PerseoAdmin", "perseo", "readRule"));
    assert_eq!(refused(&mut platform, Backend::Perseo, &rules), "passed");
}

#[test]
fn roles_count_where_they_are_held_and_nowhere_else() {
    let mut platform = platform();
    bind(&mut platform, "city", "r-admin", default_policy("OrionAdmin", "orion", "read create"));
    assert_eq!(orion(&mut platform, "GET", ("city", "/parks"), "chief"), "403 ACCESS_DENIED");
    bind(&mut platform, "city", "r-gardener", default_policy("OrionGardener", "orion", "read delete"));
    assert_eq!(orion(&mut platform, "GET", ("city", "/parks"), "chief"), "passed");
    // Admin on the domain is not admin in its projects, nor the other way round.
    assert_eq!(orion(&mut platform, "POST", ("city", "/parks"), "chief"), "403 ACCESS_DENIED");
    let delete = |path: &str| call("DELETE", "/v2/subscriptions/s", "city", path, "chief");
    assert_eq!(refused(&mut platform, Backend::Orion, &delete("/")), "403 ACCESS_DENIED");
    assert_eq!(refused(&mut platform, Backend::Orion, &delete("/parks")), "passed");
    for path in ["/nowhere", "parks", "/#", "/other"] {
        let refusal = orion(&mut platform, "GET", ("city", path), "chief");
        assert_eq!(refusal, "401 KEYSTONE_SUBSERVICE_NOT_FOUND", "{path}");
    }
    for path in ["/", "/parks"] {
        assert_eq!(orion(&mut platform, "GET", ("city", path), "guest"), "401 ROLES_NOT_FOUND", "{path}");
    }
}

#[test]
fn policies_may_tell_paths_apart() {
    let mut platform = platform();
    let policy = default_policy("P", "orion", "read").replace("orion:.*", "orion:city:/parks:::$");
    bind(&mut platform, "city", "r-gardener", policy.clone());
    bind(&mut platform, "city", "r-admin", policy.replace("PolicyId='P'", "PolicyId='Q'"));
    assert_eq!(orion(&mut platform, "GET", ("city", "/parks"), "chief"), "passed");
    assert_eq!(orion(&mut platform, "GET", ("city", "/"), "chief"), "403 ACCESS_DENIED");
}

#[test]
fn a_trust_lends_the_place_of_the_one_who_trusts() {
    let mut platform = platform();
    bind(&mut platform, "city", "r-gardener", default_policy("OrionGardener", "orion", "read"));
    assert_eq!(orion(&mut platform, "GET", ("city", "/parks"), "trusted"), "passed");
    assert_eq!(orion(&mut platform, "POST", ("city", "/parks"), "trusted"), "403 ACCESS_DENIED");
    platform.keystone.users.entry("guest".to_owned()).and_modify(|user| user.domain_id = "d0".to_owned());
    assert_eq!(orion(&mut platform, "GET", ("city", "/parks"), "trusted"), "passed");
}

#[test]
fn before_keypass_an_administrator_needs_no_policy() {
    let mut platform = platform();
    let first = |path: &str| call("POST", "/pap/v1/subject/r-gardener", "city", path, "chief");
    assert_eq!(refused(&mut platform, Backend::Keypass, &first("/")), "passed");
    assert_eq!(refused(&mut platform, Backend::Keypass, &first("/parks")), "403 ACCESS_DENIED");
    bind(&mut platform, "city", "r-gardener", default_policy("KeypassGardener", "keypass", "createPolicy"));
    assert_eq!(refused(&mut platform, Backend::Keypass, &first("/parks")), "passed");
}

#[test]
fn anybody_of_the_service_may_ask_for_a_decision() {
    let mut platform = platform();
    let ask = |service: &str, token: &str| call("POST", "/pdp/v3", service, "/", token);
    assert_eq!(refused(&mut platform, Backend::Keypass, &ask("city", "guest")), "passed");
    let rejected = "401 KEYSTONE_AUTHENTICATION_REJECTED";
    assert_eq!(refused(&mut platform, Backend::Keypass, &ask("city", "nobody")), rejected);
    let other = "401 TOKEN_DOES_NOT_MATCH_SERVICE";
    assert_eq!(refused(&mut platform, Backend::Keypass, &ask("town", "guest")), other);
}

#[test]
fn only_the_platform_has_one() {
    let mut platform = platform();
    let probe = Call::new("GET", "/pap/v1/subject/");
    for (is_platform, expected) in [(true, 400), (false, 404)] {
        let flavour = Flavour { platform: is_platform, ..Flavour::default() };
        let about = About { now: NOW, flavour: &flavour, url: "" };
        assert_eq!(platform.answer(Backend::Keypass, &about, &probe).status, expected);
    }
}
