//! What administrators of an organization do.

use serde_json::{Value, json};

use super::{ADMIN, Bench, code};

fn invite(bench: &mut Bench, email: &str, more: &[(&str, &str)]) -> String {
    let fields = [("team_id", "T1"), ("email", email), ("channel_ids", "C1")];
    code(&bench.admin("admin.users.invite", &[&fields, more].concat())).to_owned()
}

fn on(bench: &mut Bench, method: &str, team: &str, user: &str) -> String {
    code(&bench.admin(&format!("admin.users.{method}"), &[("team_id", team), ("user_id", user)])).to_owned()
}

fn emails(body: &Value) -> Vec<&str> {
    body["users"].as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap()).collect()
}

#[test]
fn other_plans_and_other_tokens_have_none_of_it() {
    let mut bench = Bench::new();
    for (plan, expected) in [
        ("free", "not_an_enterprise"),
        ("pro", "not_an_enterprise"),
        ("business", "feature_not_enabled"),
        ("enterprise", "ok"),
    ] {
        bench.switch(&format!("slack.plan={plan}"));
        assert_eq!(code(&bench.admin("admin.users.list", &[])), expected, "{plan}");
    }
    let bot = bench.bot(&ADMIN);
    assert_eq!(code(&bench.with(&bot, "admin.users.list", &[]).value()), "not_allowed_token_type");
    let member = bench.user("bea", &ADMIN);
    assert_eq!(code(&bench.with(&member, "admin.users.list", &[]).value()), "not_an_admin");
    let amy = bench.user("amy", &ADMIN);
    assert_eq!(code(&bench.with(&amy, "admin.users.list", &[]).value()), "ok");
    let weak = bench.user("ada", &["admin.users:read"]);
    let fields = [("team_id", "T1"), ("email", "x@example.com"), ("channel_ids", "C1")];
    let refusal = bench.with(&weak, "admin.users.invite", &fields).value();
    assert_eq!((code(&refusal), &refusal["needed"]), ("missing_scope", &json!("admin.users:write")));
    assert_eq!(code(&bench.admin("admin.users.promote", &[])), "unknown_method");
}

#[test]
fn the_list_has_active_people_unless_the_others_are_asked_for() {
    let mut bench = Bench::new();
    let body = bench.admin("admin.users.list", &[("team_id", "T1")]);
    assert_eq!(
        emails(&body),
        [
            "ada@example.com",
            "bea@example.com",
            "oli@example.com",
            "gil@example.com",
            "gus@example.com",
            "amy@example.com"
        ]
    );
    let others = bench.admin("admin.users.list", &[("team_id", "T1"), ("is_active", "false")]);
    assert_eq!(emails(&others), ["bob@example.com", "cy@example.com"]);
    assert_eq!(emails(&bench.admin("admin.users.list", &[("email", "HAL@example.com")])), ["hal@example.com"]);
    let page = bench.admin("admin.users.list", &[("limit", "2")]);
    let next = page["response_metadata"]["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(emails(&bench.admin("admin.users.list", &[("limit", "2"), ("cursor", &next)])).len(), 2);
}

#[test]
fn an_invitation_waits_and_is_sent_again_only_if_that_is_said() {
    let mut bench = Bench::new();
    assert_eq!(invite(&mut bench, "new@example.com", &[]), "ok");
    assert_eq!(invite(&mut bench, "NEW@example.com", &[]), "already_in_team_invited_user");
    assert_eq!(bench.mails(), ["new@example.com"]);
    assert_eq!(invite(&mut bench, "new@example.com", &[("resend", "true")]), "ok");
    assert_eq!(bench.mails().len(), 2);
    let list = bench.read("users.list", &[]);
    let row = list["members"].as_array().unwrap().iter().find(|row| row["profile"]["email"] == "new@example.com");
    assert_eq!(row.unwrap()["is_invited_user"], true);
}

#[test]
fn who_cannot_be_invited_is_told_by_name() {
    let mut bench = Bench::new();
    for (email, expected) in [
        ("bea@example.com", "already_in_team"),
        ("cy@example.com", "already_in_team_invited_user"),
        ("bob@example.com", "user_disabled"),
        ("no address", "invalid_email"),
        ("", "invalid_arguments"),
        ("hal@example.com", "ok"),
    ] {
        assert_eq!(invite(&mut bench, email, &[]), expected, "{email}");
    }
    let nowhere = [("team_id", "T9"), ("email", "x@example.com"), ("channel_ids", "C1")];
    assert_eq!(code(&bench.admin("admin.users.invite", &nowhere)), "team_not_found");
    assert_eq!(code(&bench.admin("admin.users.invite", &nowhere[..2])), "team_not_found");
    bench.switch("slack.sso");
    assert_eq!(invite(&mut bench, "x@example.com", &[]), "org_login_required");
    assert_eq!(bench.mails(), ["hal@example.com"]);
}

#[test]
fn a_guest_is_invited_as_one() {
    let mut bench = Bench::new();
    invite(&mut bench, "x@example.com", &[("is_restricted", "true")]);
    bench.switch("slack.invited_deleted=off");
    let list = bench.read("users.list", &[]);
    let row =
        list["members"].as_array().unwrap().iter().find(|row| row["profile"]["email"] == "x@example.com").unwrap();
    assert_eq!((&row["is_restricted"], &row["is_ultra_restricted"]), (&json!(true), &json!(false)));
}

#[test]
fn somebody_of_the_organization_is_assigned_once() {
    let mut bench = Bench::new();
    for (user, expected) in [
        ("U8", "ok"),
        ("U8", "user_already_team_member"),
        ("U2", "invited_user_not_reactivated"),
        ("B1", "user_is_bot"),
        ("U99", "user_not_found"),
    ] {
        assert_eq!(on(&mut bench, "assign", "T1", user), expected, "{user}");
    }
    assert_eq!(on(&mut bench, "assign", "T9", "U8"), "team_not_found");
    assert_eq!(code(&bench.read("users.lookupByEmail", &[("email", "hal@example.com")])), "ok");
    assert_eq!(bench.mails(), Vec::<&str>::new());
}

#[test]
fn removing_is_from_one_workspace_and_deactivating_from_all() {
    let mut bench = Bench::new();
    on(&mut bench, "assign", "T2", "U4");
    for (user, expected) in [
        ("U4", "ok"),
        ("U4", "user_already_deleted"),
        ("U1", "cannot_modify_primary_owner"),
        ("U2", "user_already_deleted"),
        ("U3", "ok"),
        ("U3", "user_not_found"),
        ("U99", "user_not_found"),
    ] {
        assert_eq!(on(&mut bench, "remove", "T1", user), expected, "{user}");
    }
    assert_eq!(bench.read("users.info", &[("user", "U4")])["user"]["deleted"], false, "is in the other one still");
    assert_eq!(on(&mut bench, "remove", "T2", "U4"), "ok");
    assert_eq!(bench.read("users.info", &[("user", "U4")])["user"]["deleted"], true);
    for (user, expected) in
        [("U5", "ok"), ("U5", "deactivation_failed"), ("U1", "deactivation_failed"), ("U99", "user_not_found")]
    {
        assert_eq!(code(&bench.admin("admin.users.deactivate", &[("user_id", user)])), expected, "{user}");
    }
    assert_eq!(code(&bench.admin("admin.users.session.reset", &[("user_id", "U6")])), "ok");
}

#[test]
fn a_request_to_invite_is_decided_once() {
    let mut bench = Bench::new();
    let list = bench.admin("admin.inviteRequests.list", &[("team_id", "T1")]);
    assert_eq!(
        (&list["invite_requests"][0]["id"], &list["invite_requests"][0]["requester_ids"]),
        (&json!("Ir1"), &json!(["U4"]))
    );
    let fields = [("team_id", "T1"), ("invite_request_id", "Ir1")];
    assert_eq!(code(&bench.admin("admin.inviteRequests.approve", &fields)), "ok");
    assert_eq!(code(&bench.admin("admin.inviteRequests.deny", &fields)), "already_processed");
    assert_eq!(bench.mails(), ["eve@example.com"]);
    assert_eq!(bench.admin("admin.inviteRequests.list", &[])["invite_requests"], json!([]));
    assert_eq!(
        code(&bench.admin("admin.inviteRequests.deny", &[("team_id", "T1"), ("invite_request_id", "x")])),
        "invalid_request"
    );
}
