use serde_json::json;

use crate::base::Secret;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn token() -> Token {
    let id = "0123456789abcdef0123456789abcdef";
    let about = json!({
        "user": {"id": "u1", "name": "ann"},
        "project": {"id": "p1", "name": "/energy", "domain": {"id": id, "name": "smartcity"}},
        "roles": [{"id": "r1", "name": format!("{id}#Gardener")}, {"id": "r2", "name": "Gardener"},
            {"id": "r3", "name": "admin"}],
    });
    let Value::Object(about) = about else { panic!("{about}") };
    Token { value: Secret::new("token-of-a-test"), expires_at: Timestamp::MAX, about }
}

#[test]
fn an_end_is_a_while_or_a_moment_to_come() {
    let now = at("2026-11-23T12:00:00Z");
    assert_eq!(end(None, now).unwrap(), End::Never);
    assert_eq!(end(Some("30d"), now).unwrap(), End::Within(at("2026-12-23T12:00:00Z")));
    assert_eq!(end(Some("90m"), now).unwrap(), End::Within(at("2026-11-23T13:30:00Z")));
    let other_zone = end(Some("2026-11-23T14:00:00+01:00"), now).unwrap();
    assert_eq!(other_zone, End::At(at("2026-11-23T13:00:00Z")));
    for bad in ["2026-11-23T12:00:00Z", "2001-01-31T12:00:00Z", "soon", "", "0", "0d", "-3d", "2027-01-31", "99999999d"]
    {
        assert!(end(Some(bad), now).is_err(), "{bad}");
    }
}

#[test]
fn roles_are_those_of_the_token_first_the_services_own() {
    let ids = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        roles(&token(), &names)
    };
    assert_eq!(ids(&["Gardener"]).unwrap(), ["r1".to_owned()].into());
    assert_eq!(ids(&["admin", "Gardener", "admin"]).unwrap(), ["r1".to_owned(), "r3".to_owned()].into());
    assert_eq!(ids(&["id:r2"]).unwrap(), ["r2".to_owned()].into());
    let error = ids(&["admin", "Guard"]).unwrap_err();
    assert_eq!(error.exit, Exit::NotFound);
    assert_eq!(error.causes, ["it has: Gardener, Gardener, admin"]);
    assert!(error.next.unwrap().ends_with("role grant Guard --to-user ann -s smartcity -S energy"));
}
