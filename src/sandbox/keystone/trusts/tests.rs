//! Trusts, against what Keystone 30 answered.

use jiff::SignedDuration;

use super::super::data::{Scope, Target};
use super::super::fixture::{Client, city, grant, now, token, user_actor};
use super::*;

/// `u` has `r-own` on `p`; tokens `u`, `v`, `w` for `p`.
fn trusting() -> Data {
    let mut data = city();
    for user in ["v", "w"] {
        grant(&mut data, Target::Project("p".into()), user_actor(user), "r-service");
    }
    for user in ["u", "v", "w"] {
        token(&mut data, user, user, Scope::On(Target::Project("p".into())));
    }
    grant(&mut data, Target::Project("p".into()), user_actor("u"), "r-own");
    grant(&mut data, Target::Domain("d".into()), user_actor("u"), "r-service");
    token(&mut data, "u-domain", "u", Scope::On(Target::Domain("d".into())));
    token(&mut data, "u-unscoped", "u", Scope::Unscoped);
    data
}

/// A trust from `u` to `v`, with these attributes put in or, if null, left out.
fn asked(changes: &Value) -> Value {
    let mut trust = json!({
        "trustor_user_id": "u", "trustee_user_id": "v", "impersonation": false, "project_id": "p",
        "roles": [{"id": "r-own"}],
    });
    for (name, value) in changes.as_object().unwrap() {
        trust[name] = value.clone();
        if value.is_null() {
            trust.as_object_mut().unwrap().remove(name);
        }
    }
    json!({"trust": trust})
}

const PATH: &str = "POST /v3/OS-TRUST/trusts";

fn client(data: &mut Data) -> Client<'_> {
    let mut client = Client::new(data, answer);
    client.token = "u";
    client
}

fn made(data: &mut Data, changes: &Value) -> String {
    let reply = client(data).ask(PATH, Some(asked(changes)));
    assert_eq!(reply.status, 201, "{}", reply.value());
    reply.value()["trust"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_trust_is_made_shown_and_deleted() {
    let mut data = trusting();
    let at = json!({"expires_at": "2030-01-01T00:00:00.123456Z", "remaining_uses": 2, "note": "n"});
    let id = made(&mut data, &at);
    let role = json!({
        "id": "r-own", "name": "d#Own", "domain_id": null, "description": null, "options": {},
        "links": {"self": "http://127.0.0.1:5/v3/roles/r-own"},
    });
    let links = json!({"self": format!("http://127.0.0.1:5/v3/{id}/roles"), "next": null, "previous": null});
    let mut expected = json!({
        "note": "n", "id": id, "trustor_user_id": "u", "trustee_user_id": "v", "project_id": "p", "impersonation": false,
        "expires_at": "2030-01-01T00:00:00.000000Z", "remaining_uses": 2, "deleted_at": null,
        "redelegated_trust_id": null, "redelegation_count": 0,
        "links": {"self": format!("http://127.0.0.1:5/v3/OS-TRUST/trusts/{id}")},
        "roles": [role], "roles_links": links,
    });
    let mut client = client(&mut data);
    let path = format!("/v3/OS-TRUST/trusts/{id}");
    assert_eq!(client.ask(&format!("GET {path}"), None).value()["trust"], expected);
    assert_eq!(client.ask(&format!("GET {path}/roles"), None).value(), json!({"roles": [role], "links": links}));
    assert_eq!(client.ask(&format!("HEAD {path}/roles/r-own"), None).value()["role"], role);
    let other = client.said(&format!("GET {path}/roles/r-member"), None);
    assert_eq!(other, (404, "Could not find role: r-member.".to_owned()));
    // The list is without the roles.
    expected.as_object_mut().unwrap().retain(|name, _| !name.starts_with("roles"));
    let list = client.ask("GET /v3/OS-TRUST/trusts?trustor_user_id=u", None).value();
    assert_eq!(list["trusts"], json!([expected]));
    assert_eq!(client.ask(&format!("DELETE {path}"), None).status, 204);
    assert_eq!(client.said(&format!("DELETE {path}"), None), (404, format!("Could not find trust: {id}.")));
    assert_eq!(client.ask("PUT /v3/OS-TRUST/trusts", None).status, 405);
}

#[test]
fn refuses_what_keystone_refuses_in_its_words() {
    let mut data = trusting();
    let mut client = client(&mut data);
    let field = "Invalid input for field/attribute";
    let malformed = "The server could not comply with the request since it is either malformed or otherwise incorrect. \
                     The client is assumed to be in error.";
    let forbidden = "You are not authorized to perform the requested action";
    let format = format!("Timestamp not in expected format. {malformed}");
    for (changes, code, message) in [
        (json!({"trustor_user_id": "w"}), 403, format!("{forbidden}: identity:create_trust.")),
        (json!({"roles": [{"id": "r-member"}]}), 404, "Could not find role: r-member.".to_owned()),
        (json!({"roles": [{"id": "nope"}]}), 404, "Could not find role: nope.".to_owned()),
        (json!({"roles": [{"name": "nope"}]}), 404, "Role nope is not defined".to_owned()),
        (json!({"roles": []}), 403, format!("{forbidden}: At least one role should be specified.")),
        (json!({"roles": null}), 403, format!("{forbidden}: At least one role should be specified.")),
        (
            json!({"roles": [{"x": "y"}]}),
            400,
            format!("{field} 0. Value: {{'x': 'y'}}. Additional properties are not allowed ('x' was unexpected)"),
        ),
        (json!({"trustee_user_id": "nope"}), 404, "Could not find user: nope.".to_owned()),
        (json!({"project_id": "nope"}), 404, "Could not find project: nope.".to_owned()),
        (json!({"project_id": "q"}), 404, "Could not find role: r-own.".to_owned()),
        (json!({"project_id": null}), 404, "Could not find role: r-own.".to_owned()),
        (json!({"impersonation": "x"}), 400, format!("{field} impersonation. Value: x. 'x' is not of type 'boolean'")),
        (json!({"expires_at": "2030-01-01T00:00:00+02:00"}), 400, format.clone()),
        (json!({"expires_at": "junk"}), 400, format.clone()),
        (json!({"expires_at": ""}), 400, format),
        (
            json!({"expires_at": "2020-01-01T00:00:00Z"}),
            400,
            format!("The 'expires_at' must not be before now. {malformed}"),
        ),
        (
            json!({"remaining_uses": 0}),
            400,
            format!("{field} remaining_uses. Value: 0. 0 is less than the minimum of 1"),
        ),
        (
            json!({"remaining_uses": "x"}),
            400,
            format!("{field} remaining_uses. Value: x. 'x' is not of type 'integer', 'null'"),
        ),
        (json!({"allow_redelegation": true, "redelegation_count": 9}), 403, format!("{forbidden}.")),
        (
            json!({"allow_redelegation": true, "remaining_uses": 2}),
            400,
            "remaining_uses must not be set if redelegation is allowed".to_owned(),
        ),
    ] {
        assert_eq!(client.said(PATH, Some(asked(&changes))), (code, message), "{changes}");
    }
    let missing = client.said(PATH, Some(json!({"trust": {"trustor_user_id": "u", "impersonation": false}})));
    assert!(missing.1.ends_with("'trustee_user_id' is a required property"), "{}", missing.1);
    assert_eq!(client.ask(PATH, Some(asked(&json!({"roles": [{"id": "r-own"}, {"id": "r-own"}]})))).status, 409);
    assert!(data.trusts.is_empty());
}

#[test]
fn the_same_trust_can_be_made_again_unless_it_ends() {
    let mut data = trusting();
    assert_ne!(made(&mut data, &json!({})), made(&mut data, &json!({})));
    let at = json!({"expires_at": "2030-01-01T00:00:00Z"});
    made(&mut data, &at);
    assert_eq!(client(&mut data).ask(PATH, Some(asked(&at))).status, 409);
    // Even if the end differs by what is not shown of it.
    made(&mut data, &json!({"expires_at": "2030-01-01T00:00:00.5Z"}));
    // A trust that gives nothing is fine, and so are a name for a role and a number of times to hand it on.
    made(&mut data, &json!({"project_id": null, "roles": null}));
    made(&mut data, &json!({"roles": [{"name": "d#Own"}]}));
    let id = made(&mut data, &json!({"allow_redelegation": true}));
    assert_eq!(data.trusts[&id].redelegation_count, 3);
}

#[test]
fn only_the_trustor_makes_one_with_a_token_of_a_project_or_of_nothing() {
    for (token, stock, platform) in [
        ("u", 201, 201),
        ("u-unscoped", 201, 201),
        ("u-domain", 403, 201),
        ("w", 403, 403),
        ("project-admin", 403, 403),
        ("system-admin", 403, 403),
    ] {
        for (is_platform, expected) in [(false, stock), (true, platform)] {
            let mut data = trusting();
            let mut client = client(&mut data);
            (client.token, client.platform) = (token, is_platform);
            assert_eq!(client.ask(PATH, Some(asked(&json!({})))).status, expected, "{token}, platform {is_platform}");
        }
    }
}

#[test]
fn the_parties_and_the_administrator_see_a_trust() {
    let mut data = trusting();
    let id = made(&mut data, &json!({}));
    let one = format!("GET /v3/OS-TRUST/trusts/{id}");
    let all = "GET /v3/OS-TRUST/trusts";
    // The trust, all, those of the trustor, those for the trustee, deleting it.
    for (token, expected) in [
        ("u", [200, 403, 200, 403, 204]),
        ("v", [200, 403, 403, 200, 403]),
        ("w", [403, 403, 403, 403, 403]),
        ("project-admin", [200, 200, 200, 200, 204]),
        ("system-admin", [200, 200, 200, 200, 204]),
        ("u-domain", [403, 403, 403, 403, 403]),
        ("u-unscoped", [200, 403, 200, 403, 204]),
        ("domain-admin", [403, 403, 403, 403, 403]),
    ] {
        let mut data = data.clone();
        let mut client = client(&mut data);
        client.token = token;
        let found = [
            client.ask(&one, None).status,
            client.ask(all, None).status,
            client.ask(&format!("{all}?trustor_user_id=u"), None).status,
            client.ask(&format!("{all}?trustee_user_id=v"), None).status,
            client.ask(&one.replace("GET", "DELETE"), None).status,
        ];
        assert_eq!(found, expected, "{token}");
    }
    let mut client = client(&mut data);
    client.token = "project-admin";
    for (query, count) in [("", 1), ("?trustor_user_id=u&trustee_user_id=x", 1), ("?trustor_user_id=v", 0), ("?x=1", 0)]
    {
        let reply = client.ask(&format!("{all}{query}"), None).value();
        assert_eq!(reply["trusts"].as_array().unwrap().len(), count, "{query}");
    }
}

#[test]
fn one_that_is_used_up_or_over_is_only_in_the_list() {
    let mut data = trusting();
    let end = now() + SignedDuration::from_secs(10);
    let over = made(&mut data, &json!({"expires_at": end.to_string()}));
    let used = made(&mut data, &json!({"remaining_uses": 1}));
    let mut client = client(&mut data);
    client.now = now() + SignedDuration::from_secs(11);
    for (id, status) in [(&over, 404), (&used, 200)] {
        assert_eq!(client.ask(&format!("GET /v3/OS-TRUST/trusts/{id}"), None).status, status);
    }
    client.data.trusts.get_mut(&used).unwrap().remaining_uses = Some(0);
    assert_eq!(client.ask(&format!("DELETE /v3/OS-TRUST/trusts/{used}"), None).status, 404);
    let list = client.ask("GET /v3/OS-TRUST/trusts?trustor_user_id=u", None).value();
    assert_eq!(list["trusts"].as_array().unwrap().len(), 2);
}

#[test]
fn a_trust_is_handed_on_and_takes_that_with_it() {
    let mut data = trusting();
    let id = made(&mut data, &json!({"impersonation": true, "allow_redelegation": true}));
    token(&mut data, "v-trust", "u", Scope::On(Target::Project("p".into())));
    data.tokens.get_mut("v-trust").unwrap().trust_id = Some(id.clone());
    let mut handing_on = client(&mut data);
    handing_on.token = "v-trust";
    let changes = json!({"trustee_user_id": "w", "allow_redelegation": true});
    let second = handing_on.ask(PATH, Some(asked(&changes))).value()["trust"].clone();
    assert_eq!((&second["redelegated_trust_id"], &second["redelegation_count"]), (&json!(id), &json!(2)));
    for wider in [json!({"remaining_uses": 1}), json!({"allow_redelegation": true, "redelegation_count": 3})] {
        assert_eq!(handing_on.ask(PATH, Some(asked(&wider))).status, 403, "{wider}");
    }
    let other = made(&mut data, &json!({}));
    assert_eq!(client(&mut data).ask(&format!("DELETE /v3/OS-TRUST/trusts/{id}"), None).status, 204);
    assert_eq!(data.trusts.keys().collect::<Vec<_>>(), [&other]);
    let mut late = client(&mut data);
    late.token = "v-trust";
    assert_eq!(late.ask("GET /v3/OS-TRUST/trusts?trustor_user_id=u", None).status, 404);
}
