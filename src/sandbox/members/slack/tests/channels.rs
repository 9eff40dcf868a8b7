//! Channels.

use serde_json::json;

use super::{Bench, code};

const WRITE: [&str; 4] = ["channels:read", "channels:manage", "groups:read", "groups:write"];

fn ask(bench: &mut Bench, method: &str, fields: &[(&str, &str)]) -> serde_json::Value {
    let token = bench.bot(&WRITE);
    bench.with(&token, &format!("conversations.{method}"), fields).value()
}

fn members(bench: &mut Bench, channel: &str) -> serde_json::Value {
    ask(bench, "members", &[("channel", channel)])["members"].clone()
}

#[test]
fn members_are_ids_on_pages() {
    let mut bench = Bench::new();
    assert_eq!(members(&mut bench, "C1"), json!(["B1", "U1", "U4"]));
    let first = ask(&mut bench, "members", &[("channel", "C0"), ("limit", "3")]);
    let next = first["response_metadata"]["next_cursor"].as_str().unwrap().to_owned();
    let second = ask(&mut bench, "members", &[("channel", "C0"), ("limit", "9"), ("cursor", &next)]);
    assert_eq!(
        (first["members"].as_array().unwrap().len(), &second["members"]),
        (3, &json!(["U5", "U6", "U7", "U9", "USLACKBOT"]))
    );
    assert_eq!(code(&ask(&mut bench, "members", &[("channel", "C9")])), "channel_not_found");
    assert_eq!(code(&ask(&mut bench, "members", &[("channel", "C2")])), "channel_not_found", "private");
    let owner = bench.user("ada", &["groups:read"]);
    let found = bench.with(&owner, "conversations.members", &[("channel", "C2")]).value();
    assert_eq!(found["members"], json!(["U1"]));
    let refused = bench.with(&owner, "conversations.members", &[("channel", "C1")]).value();
    assert_eq!((code(&refused), &refused["needed"]), ("missing_scope", &json!("channels:read")));
}

#[test]
fn whoever_is_invited_is_in_and_obstacles_have_names() {
    let mut bench = Bench::new();
    let table = [
        ("C1", "U5", "ok"),
        ("C1", "U5", "already_in_channel"),
        ("C1", "U8", "org_user_not_in_team"),
        ("C1", "U2", "cant_invite"),
        ("C1", "U7", "ura_max_channels"),
        ("C1", "U99", "user_not_found"),
        ("C1", "B1", "cant_invite_self"),
        ("C1", "", "no_user"),
        ("C3", "U5", "is_archived"),
        ("C9", "U5", "channel_not_found"),
    ];
    for (channel, users, expected) in table {
        let body = ask(&mut bench, "invite", &[("channel", channel), ("users", users)]);
        assert_eq!(code(&body), expected, "{channel} {users}");
    }
    let stranger = bench.user("oli", &["channels:write"]);
    bench.with(&stranger, "conversations.kick", &[("channel", "C1"), ("user", "U4")]);
    let outside = bench.user("bea", &["channels:write"]);
    let body = bench.with(&outside, "conversations.invite", &[("channel", "C1"), ("users", "U6")]).value();
    assert_eq!(code(&body), "not_in_channel");
}

#[test]
fn several_are_invited_together_or_not_at_all_unless_forced() {
    let mut bench = Bench::new();
    let fields = [("channel", "C1"), ("users", "U5,U99,U6")];
    let body = ask(&mut bench, "invite", &fields);
    assert_eq!(
        (code(&body), &body["errors"]),
        ("user_not_found", &json!([{"user": "U99", "ok": false, "error": "user_not_found"}]))
    );
    assert_eq!(members(&mut bench, "C1"), json!(["B1", "U1", "U4"]));
    let body = ask(&mut bench, "invite", &[&fields[..], &[("force", "true")]].concat());
    assert_eq!((code(&body), body["errors"].as_array().unwrap().len()), ("ok", 1));
    assert_eq!(members(&mut bench, "C1"), json!(["B1", "U1", "U4", "U5", "U6"]));
    let many: Vec<String> = (0..101).map(|number| format!("X{number}")).collect();
    assert_eq!(code(&ask(&mut bench, "invite", &[("channel", "C1"), ("users", &many.join(","))])), "too_many_users");
}

#[test]
fn somebody_is_kicked_out_of_a_channel_but_not_out_of_the_one_for_everybody() {
    let mut bench = Bench::new();
    for (channel, user, expected) in [
        ("C1", "U4", "ok"),
        ("C1", "U4", "not_in_channel"),
        ("C0", "U4", "cant_kick_from_general"),
        ("C1", "B1", "cant_kick_self"),
        ("C1", "U99", "user_not_found"),
        ("C9", "U4", "channel_not_found"),
    ] {
        assert_eq!(
            code(&ask(&mut bench, "kick", &[("channel", channel), ("user", user)])),
            expected,
            "{channel} {user}"
        );
    }
    assert_eq!(bench.read("users.info", &[("user", "U4")])["user"]["deleted"], false, "is in the workspace still");
    let weak = bench.bot(&["channels:read"]);
    assert_eq!(
        code(&bench.with(&weak, "conversations.kick", &[("channel", "C1"), ("user", "U1")]).value()),
        "missing_scope"
    );
}
