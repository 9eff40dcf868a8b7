//! Reading, putting and deleting a membership.

use serde_json::{Value, json};

use super::{Bench, DAY, message};

const ROLE: [&str; 2] = [r#"{"role":"member"}"#, r#"{"role":"admin"}"#];

fn at(login: &str) -> String {
    format!("/orgs/acme/memberships/{login}")
}

fn state(bench: &mut Bench, login: &str) -> (Value, Value) {
    let found = bench.get(&at(login));
    (found["state"].clone(), found["role"].clone())
}

#[test]
fn a_membership_is_shown_with_everything_that_belongs_to_it() {
    let found = Bench::new().get(&at("ADA"));
    assert_eq!(found["url"], "http://127.0.0.1:15010/orgs/acme/memberships/ada");
    assert_eq!(found["organization_url"], "http://127.0.0.1:15010/orgs/acme");
    assert_eq!((&found["user"]["login"], &found["user"]["id"]), (&json!("ada"), &json!(1)));
    assert_eq!((&found["organization"]["login"], &found["organization"]["id"]), (&json!("acme"), &json!(7)));
    assert_eq!(found["enterprise_teams_providing_indirect_membership"], json!([]));
}

#[test]
fn each_of_the_people_is_what_the_seed_says() {
    let mut bench = Bench::new();
    let table = [
        ("ada", Some(("active", "admin", true))),
        ("bea", Some(("active", "member", true))),
        ("cyd", Some(("active", "member", false))),
        ("pam", Some(("active", "billing_manager", true))),
        ("dan", Some(("pending", "member", true))),
        ("bob", None),
        ("eve", None),
        ("fay", None),
        ("hal", None),
        ("nobody", None),
    ];
    for (login, expected) in table {
        let reply = bench.ask("GET", &at(login));
        match expected {
            None => assert_eq!(message(&reply), (404, "Not Found".to_owned()), "{login}"),
            Some((state, role, direct)) => {
                let found = reply.value();
                let is = (found["state"].as_str(), found["role"].as_str(), found["direct_membership"].as_bool());
                assert_eq!(is, (Some(state), Some(role), Some(direct)), "{login}");
            }
        }
    }
    let teams = &bench.get(&at("cyd"))["enterprise_teams_providing_indirect_membership"];
    assert_eq!(*teams, json!(["everybody"]), "names only");
}

#[test]
fn whoever_is_put_in_is_invited_and_a_second_time_gets_a_second_mail() {
    let mut bench = Bench::new();
    for count in 1..=2 {
        let reply = bench.by("ada", "PUT", &at("hal"), ROLE[0]);
        assert_eq!((reply.status, &reply.value()["state"]), (200, &json!("pending")));
        assert_eq!(bench.mails(), vec!["hal@example.com"; count]);
    }
    let waiting = bench.get("/orgs/acme/invitations");
    assert_eq!(waiting.as_array().unwrap().iter().filter(|one| one["login"] == "hal").count(), 1);
}

#[test]
fn putting_an_owner_as_a_member_demotes_without_a_word() {
    let mut bench = Bench::new();
    assert_eq!(bench.by("ada", "PUT", &at("oli"), ROLE[0]).status, 200);
    assert_eq!(state(&mut bench, "oli"), (json!("active"), json!("member")));
    assert_eq!(bench.mails(), Vec::<&str>::new());
    assert_eq!(bench.by("ada", "PUT", &at("oli"), ROLE[1]).status, 200);
    assert_eq!(bench.mails(), ["oli@example.com"], "a promotion is told");
    bench.by("ada", "PUT", &at("bea"), ROLE[0]);
    assert_eq!(bench.mails().len(), 1, "nothing changed");
}

#[test]
fn the_last_owner_stays() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask("DELETE", &at("oli")).status, 204);
    for reply in [bench.by("ada", "PUT", &at("ada"), ROLE[0]), bench.ask("DELETE", &at("ada"))] {
        assert_eq!(reply.status, 403);
    }
    assert_eq!(state(&mut bench, "ada").1, "admin");
}

#[test]
fn deleting_removes_a_member_or_takes_an_invitation_back() {
    let mut bench = Bench::new();
    for login in ["bea", "dan"] {
        assert_eq!(bench.ask("DELETE", &at(login)).status, 204, "{login}");
        assert_eq!(bench.ask("GET", &at(login)).status, 404, "{login}");
        assert_eq!(bench.ask("DELETE", &at(login)).status, 404, "{login}");
    }
    assert_eq!(bench.ask("DELETE", &at("cyd")).status, 204);
    assert_eq!(bench.get(&at("cyd"))["direct_membership"], false, "what comes from elsewhere stays");
}

#[test]
fn an_invitation_that_nobody_accepts_has_failed_after_seven_days() {
    let mut bench = Bench::new();
    bench.by("ada", "PUT", &at("hal"), ROLE[0]);
    bench.wait(7 * DAY - 1);
    assert_eq!(state(&mut bench, "hal").0, "pending");
    bench.wait(1);
    assert_eq!(bench.ask("GET", &at("hal")).status, 404);
    assert_eq!(bench.ask("DELETE", &at("hal")).status, 404);
    assert!(bench.get("/orgs/acme/failed_invitations").as_array().unwrap().iter().any(|one| one["login"] == "hal"));
}

#[test]
fn what_cannot_be_a_role_is_invalid() {
    let mut bench = Bench::new();
    for body in [r#"{"role":"owner"}"#, r#"{"role":7}"#, r#"{"role":"billing_manager"}"#] {
        let reply = bench.by("ada", "PUT", &at("hal"), body);
        assert_eq!(message(&reply), (422, "Validation Failed".to_owned()), "{body}");
        let error = reply.value()["errors"][0].clone();
        assert_eq!((&error["field"], &error["code"]), (&json!("role"), &json!("invalid")), "{body}");
    }
    assert_eq!(message(&bench.by("ada", "PUT", &at("hal"), "{")), (400, "Problems parsing JSON".to_owned()));
    assert_eq!(bench.by("ada", "PUT", &at("hal"), "[]").status, 422);
    assert_eq!(bench.by("ada", "PUT", &at("nobody"), ROLE[0]).status, 404);
    assert_eq!(bench.by("ada", "PUT", &at("hal"), "").value()["role"], "member", "the usual one");
}

#[test]
fn somebody_sees_the_own_membership_and_accepts_an_invitation() {
    let mut bench = Bench::new();
    let own = "/user/memberships/orgs/acme";
    assert_eq!(bench.get(own)["role"], "admin");
    assert_eq!(bench.by("hal", "GET", own, "").status, 404);
    for (who, state) in [("dan", "pending"), ("dan", "active")] {
        let method = if state == "active" { "PATCH" } else { "GET" };
        let reply = bench.by(who, method, own, r#"{"state":"active"}"#);
        assert_eq!((reply.status, &reply.value()["state"]), (200, &json!(state)));
    }
    assert_eq!(bench.by("eve", "PATCH", own, r#"{"state":"active"}"#).status, 200, "invited by address");
    assert_eq!(bench.by("ivy", "PATCH", own, r#"{"state":"active"}"#).status, 404);
    let all = bench.by("ada", "GET", "/user/memberships/orgs?state=active", "").value();
    assert_eq!((all.as_array().unwrap().len(), &all[0]["organization"]["login"]), (1, &json!("acme")));
    let none = bench.by("ada", "GET", "/user/memberships/orgs?state=pending", "").value();
    assert_eq!(none, json!([]));
}
