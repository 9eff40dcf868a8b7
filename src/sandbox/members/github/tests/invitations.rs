//! Invitations.

use serde_json::{Value, json};

use super::{Bench, DAY, logins, message};

const INVITATIONS: &str = "/orgs/acme/invitations";
const FAILED: &str = "/orgs/acme/failed_invitations";

fn create(bench: &mut Bench, body: &Value) -> (u16, Value) {
    let reply = bench.by("ada", "POST", INVITATIONS, &body.to_string());
    (reply.status, reply.value())
}

#[test]
fn those_that_wait_and_those_that_failed_are_two_lists() {
    let mut bench = Bench::new();
    let waiting = bench.get(INVITATIONS);
    assert_eq!(logins(&waiting), ["dan", "-"]);
    assert_eq!((&waiting[1]["email"], &waiting[1]["login"]), (&json!("eve@example.com"), &Value::Null));
    assert_eq!((&waiting[0]["role"], &waiting[0]["inviter"]["login"]), (&json!("direct_member"), &json!("ada")));
    assert_eq!(waiting[0]["created_at"], "2027-01-13T08:00:00Z");
    let failed = bench.get(FAILED);
    assert_eq!((logins(&failed), &failed[0]["failed_reason"]), (vec!["bob"], &json!("expired")));
    assert_eq!(failed[0]["failed_at"], "2027-01-14T08:00:00Z", "seven days after it was sent");
    assert_eq!(bench.by("bea", "GET", INVITATIONS, "").status, 403);
}

#[test]
fn a_list_is_filtered_by_role_and_source() {
    let mut bench = Bench::new();
    let (status, _) = create(&mut bench, &json!({"email": "new@example.com", "role": "admin"}));
    assert_eq!(status, 201);
    for (query, count) in [
        ("role=admin", 1),
        ("role=direct_member", 2),
        ("role=all", 3),
        ("invitation_source=member", 3),
        ("invitation_source=scim", 0),
    ] {
        assert_eq!(bench.get(&format!("{INVITATIONS}?{query}")).as_array().unwrap().len(), count, "{query}");
    }
    assert_eq!(bench.ask("GET", &format!("{INVITATIONS}?role=x")).status, 422);
}

#[test]
fn an_address_or_an_account_is_invited() {
    let mut bench = Bench::new();
    let (status, found) = create(&mut bench, &json!({"email": "new@example.com", "team_ids": [31]}));
    assert_eq!((status, &found["login"], &found["team_count"]), (201, &Value::Null, &json!(1)));
    let (status, found) = create(&mut bench, &json!({"invitee_id": 12, "role": "billing_manager"}));
    assert_eq!((status, &found["login"], &found["role"]), (201, &json!("hal"), &json!("billing_manager")));
    assert_eq!(bench.mails(), ["new@example.com", "hal@example.com"]);
    assert_eq!(bench.get("/orgs/acme/memberships/hal")["role"], "billing_manager");
}

#[test]
fn what_cannot_be_invited_is_told_field_by_field() {
    let mut bench = Bench::new();
    let table = [
        (json!({}), "missing_field", "invitee_id"),
        (json!({"email": "no address"}), "invalid", "email"),
        (json!({"email": "x@example.com", "role": "member"}), "invalid", "role"),
        (json!({"email": "x@example.com", "team_ids": [99]}), "invalid", "team_ids"),
        (json!({"email": "bea@example.com"}), "unprocessable", "data"),
        (json!({"invitee_id": 3}), "unprocessable", "data"),
        (json!({"invitee_id": 12, "role": "reinstate"}), "unprocessable", "role"),
        (json!({"invitee_id": 12, "email": "x@example.com"}), "unprocessable", "data"),
    ];
    for (body, code, field) in table {
        let (status, found) = create(&mut bench, &body);
        let error = &found["errors"][0];
        assert_eq!((status, &found["message"]), (422, &json!("Validation Failed")), "{body}");
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!(field)), "{body}");
    }
    assert_eq!(create(&mut bench, &json!({"invitee_id": 4711})).0, 404);
    assert_eq!(bench.mails(), Vec::<&str>::new());
}

#[test]
fn over_the_quota_of_a_day_every_invitation_is_refused() {
    let mut bench = Bench::new();
    bench.switch("github.quota=2");
    for login in ["hal", "ivy"] {
        assert_eq!(bench.ask("PUT", &format!("/orgs/acme/memberships/{login}")).status, 200);
    }
    for reply in [
        bench.ask("PUT", "/orgs/acme/memberships/max"),
        bench.by("ada", "POST", INVITATIONS, r#"{"email":"x@example.com"}"#),
    ] {
        let error = reply.value()["errors"][0].clone();
        assert_eq!((reply.status, &error["message"]), (422, &json!("Over invitation rate limit")));
        assert_eq!(error["resource"], "OrganizationInvitation");
    }
    assert_eq!(bench.mails().len(), 2);
    bench.wait(DAY);
    assert_eq!(bench.ask("PUT", "/orgs/acme/memberships/max").status, 200);
}

#[test]
fn an_invitation_is_deleted_by_its_id_also_one_that_failed() {
    let mut bench = Bench::new();
    for (id, status) in [(9, 204), (15, 204), (9, 404), (4711, 404)] {
        assert_eq!(bench.ask("DELETE", &format!("{INVITATIONS}/{id}")).status, status, "{id}");
    }
    assert_eq!(bench.get(FAILED), json!([]));
    assert_eq!(bench.ask("GET", "/orgs/acme/memberships/dan").status, 404);
    assert_eq!(message(&bench.ask("DELETE", &format!("{INVITATIONS}/x"))).0, 404);
}

#[test]
fn a_new_invitation_leaves_the_failed_one_in_its_list() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask("PUT", "/orgs/acme/memberships/bob").value()["state"], "pending");
    assert_eq!(logins(&bench.get(FAILED)), ["bob"]);
    assert_eq!(bench.get(INVITATIONS).as_array().unwrap().len(), 3);
}

#[test]
fn whoever_left_gets_role_and_teams_back_within_three_months() {
    for (days, status) in [(80, 201), (90, 422)] {
        let mut bench = Bench::new();
        bench.by("ada", "PUT", "/orgs/acme/memberships/bea", r#"{"role":"admin"}"#);
        bench.ask("DELETE", "/orgs/acme/memberships/bea");
        bench.wait(days * DAY);
        let (found, body) = create(&mut bench, &json!({"invitee_id": 3, "role": "reinstate"}));
        assert_eq!(found, status, "{days}: {body}");
        if status == 201 {
            assert_eq!(body["role"], "reinstate");
            bench.by("bea", "PATCH", "/user/memberships/orgs/acme", r#"{"state":"active"}"#);
            assert_eq!(bench.get("/orgs/acme/memberships/bea")["role"], "admin");
            assert_eq!(bench.get("/orgs/acme/teams/crew/memberships/bea")["state"], "active");
        }
    }
}
