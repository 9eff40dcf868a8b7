//! Reading people: lists and their pages, look-ups, oneself.

use serde_json::{Value, json};

use super::super::super::cast::Cast;
use super::{Bench, READ, code};
use crate::sandbox::call::Call;

fn ids(body: &Value) -> Vec<&str> {
    body["members"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

/// Goes from page to page.
fn walk(bench: &mut Bench, limit: &str) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let body = bench.read("users.list", &[("limit", limit), ("cursor", &cursor)]);
        found.extend(ids(&body).into_iter().map(str::to_owned));
        pages += 1;
        body["response_metadata"]["next_cursor"].as_str().unwrap().clone_into(&mut cursor);
        if cursor.is_empty() {
            return (found, pages);
        }
    }
}

#[test]
fn the_list_has_everybody_and_flags_say_what_each_is() {
    let mut bench = Bench::new();
    let body = bench.read("users.list", &[]);
    assert_eq!(ids(&body), ["B1", "U1", "U2", "U3", "U4", "U5", "U6", "U7", "U9", "USLACKBOT"], "hal is elsewhere");
    let row = |id: &str| body["members"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone();
    assert_eq!((&row("U2")["deleted"], row("U2").get("is_invited_user")), (&json!(true), None));
    assert_eq!((&row("U3")["deleted"], &row("U3")["is_invited_user"]), (&json!(true), &json!(true)));
    assert_eq!((&row("U1")["is_primary_owner"], &row("U1")["is_owner"]), (&json!(true), &json!(true)));
    assert_eq!((&row("U6")["is_restricted"], &row("U6")["is_ultra_restricted"]), (&json!(true), &json!(false)));
    assert_eq!(row("U7")["is_ultra_restricted"], true);
    assert_eq!((&row("U9")["is_admin"], &row("U9")["is_owner"]), (&json!(true), &json!(false)));
    assert_eq!((&row("B1")["is_bot"], row("B1")["profile"].get("email")), (&json!(true), None));
    bench.switch("slack.invited_deleted=off");
    assert_eq!(bench.read("users.info", &[("user", "U3")])["user"]["deleted"], false);
}

#[test]
fn the_last_person_is_on_the_last_page_however_many_there_are() {
    for (crowd, pages) in [(0, 1), (195, 1), (196, 2), (395, 2), (396, 3)] {
        let mut bench = Bench::of(Cast { is_full: false, crowd });
        let (found, count) = walk(&mut bench, "200");
        let people = if crowd == 0 { 4 } else { crowd as usize + 5 };
        assert_eq!((found.len(), count), (people, pages), "{crowd}");
        assert_eq!(found.last().map(String::as_str), Some(if crowd == 0 { "USLACKBOT" } else { "U9999" }));
        bench.switch("slack.short");
        assert_eq!(walk(&mut bench, "200").0, found, "pages may hold fewer");
    }
}

#[test]
fn a_cursor_names_the_next_row_and_limits_are_checked() {
    let mut bench = Bench::new();
    let first = bench.read("users.list", &[("limit", "2")]);
    assert_eq!(first["response_metadata"]["next_cursor"], "dXNlcjpVMg==");
    for (fields, expected) in [
        (vec![("cursor", "nonsense")], "invalid_cursor"),
        (vec![("cursor", "dXNlcjpVNDI=")], "invalid_cursor"),
        (vec![("limit", "0")], "invalid_limit"),
        (vec![("limit", "1000")], "ok"),
    ] {
        assert_eq!(code(&bench.read("users.list", &fields)), expected, "{fields:?}");
    }
    bench.switch("slack.limit_required");
    assert_eq!(code(&bench.read("users.list", &[])), "limit_required");
    let many = Bench::of(Cast { is_full: false, crowd: 1200 }).read("users.list", &[("limit", "5000")]);
    assert_eq!(ids(&many).len(), 999);
}

#[test]
fn an_address_finds_people_who_are_there_in_either_case() {
    let mut bench = Bench::new();
    let table = [
        ("ada@example.com", "U1"),
        ("BEA@Example.COM", "U4"),
        ("bob@example.com", "users_not_found"),
        ("cy@example.com", "users_not_found"),
        ("hal@example.com", "users_not_found"),
        ("nobody@example.com", "users_not_found"),
    ];
    for (email, expected) in table {
        let body = bench.read("users.lookupByEmail", &[("email", email)]);
        let found = body["user"]["id"].as_str().unwrap_or_else(|| code(&body));
        assert_eq!(found, expected, "{email}");
    }
    assert_eq!(code(&bench.read("users.lookupByEmail", &[("email", "hal@example.com"), ("team_id", "T2")])), "ok");
    bench.switch("slack.lookup_invited");
    assert_eq!(code(&bench.read("users.lookupByEmail", &[("email", "cy@example.com")])), "ok");
    assert_eq!(code(&bench.read("users.lookupByEmail", &[])), "invalid_arguments");
}

#[test]
fn methods_that_read_know_nothing_of_json() {
    let mut bench = Bench::new();
    let token = bench.bot(&READ);
    let call = Call::new("POST", "/api/users.lookupByEmail")
        .with_header("Authorization", &format!("Bearer {token}"))
        .with_header("Content-Type", "application/json")
        .with_body(r#"{"email": "ada@example.com"}"#);
    assert_eq!(code(&bench.call(&call).value()), "invalid_arguments");
    let call = Call::new("GET", "/api/users.lookupByEmail?email=ada%40example.com");
    assert_eq!(code(&bench.call(&call.with_header("Authorization", &format!("Bearer {token}"))).value()), "ok");
}

#[test]
fn addresses_are_told_with_a_scope_of_their_own() {
    let mut bench = Bench::new();
    let token = bench.bot(&["users:read"]);
    let list = bench.with(&token, "users.list", &[]);
    assert!(list.value()["members"][1]["profile"].get("email").is_none());
    assert_eq!(list.header("X-OAuth-Scopes"), Some("users:read"));
    let lookup = bench.with(&token, "users.lookupByEmail", &[("email", "ada@example.com")]).value();
    assert_eq!(
        (code(&lookup), &lookup["needed"], &lookup["provided"]),
        ("missing_scope", &json!("users:read.email"), &json!("users:read"))
    );
    let token = bench.bot(&["users:read.email"]);
    assert_eq!(code(&bench.with(&token, "users.list", &[]).value()), "missing_scope");
    assert_eq!(code(&bench.with(&token, "team.info", &[]).value()), "missing_scope");
}

#[test]
fn somebody_and_a_bot_learn_who_they_are() {
    let mut bench = Bench::new();
    let token = bench.user("bea", &[]);
    let own = bench.with(&token, "auth.test", &[]).value();
    assert_eq!((&own["user_id"], &own["team_id"], &own["enterprise_id"]), (&json!("U4"), &json!("T1"), &json!("E1")));
    assert_eq!(bench.read("auth.test", &[])["bot_id"], "B1");
    bench.switch("slack.plan=free");
    assert!(bench.read("auth.test", &[]).get("enterprise_id").is_none());
    assert_eq!(bench.read("team.info", &[])["team"]["domain"], "acme");
    assert_eq!(code(&bench.read("team.info", &[("team", "T2")])), "team_not_found");
    assert_eq!(code(&bench.read("users.info", &[("user", "U8")])), "user_not_found");
    assert_eq!(code(&bench.read("users.info", &[("user", "U99")])), "user_not_found");
}
