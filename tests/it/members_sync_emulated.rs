//! Rosters on the emulated services: what is left alone, what is said of it, and that the next run says the same.

use orchester::sandbox::{Backend, Sandbox, TokenKind};
use serde_json::{Value, json};

use crate::members_guards::{start, state};
use crate::support::cli::{Output, Room};
use crate::support::raw::Connection;

fn sync(room: &Room, connector: &str, roster: &str, flags: &str) -> Output {
    room.file("people.csv", roster);
    let line = format!("members sync --from people.csv -c {connector} --yes {flags}");
    room.run(&line.split_whitespace().collect::<Vec<_>>())
}

/// The lines about people, without where the run log is.
fn told(output: &Output) -> (Option<i32>, String) {
    (output.code, output.stderr.clone())
}

/// Somebody at GitHub accepts an invitation.
fn accepts(sandbox: &Sandbox, login: &str) {
    let token = sandbox.members_token(TokenKind::GithubClassic, login, &["write:org"], None);
    let (authorization, body) = (format!("Bearer {token}"), json!({"state": "active"}));
    let headers = [("Authorization", authorization.as_str()), ("User-Agent", "test")];
    let mut connection = Connection::open(&sandbox.url(Backend::GitHub)).unwrap();
    let answer = connection.send("PATCH", "/user/memberships/orgs/acme", &headers, Some(&body)).unwrap();
    assert_eq!((answer.status, answer.json()["state"].as_str()), (200, Some("active")));
}

#[test]
fn whoever_is_in_through_an_enterprise_is_kept_and_told_of() {
    let (sandbox, room) = start();
    let roster = "name,github\nAda,ada\nOli,oli\nBea,bea\n";
    // cyd is one of four who are in; the invitations of dan and eve go.
    let output = sync(&room, "github", roster, "--remove-extra --max-removals 2").success();
    output.says("remove 2 of 4");
    for _ in 0..2 {
        let output = sync(&room, "github", roster, "--remove-extra --max-removals 0").success();
        output.says("nothing to change").prints("in through the enterprise, and taken out only there (enterprise");
    }
    assert_eq!(state(&room, "github", "cyd").0, "active");
    assert_eq!(state(&room, "github", "dan").0, "absent");
    assert!(sandbox.mails(Backend::GitHub).is_empty());
}

#[test]
fn an_address_gets_no_second_mail_unless_that_is_asked_for() {
    let (sandbox, room) = start();
    let roster = "name,github\nAda,ada\nEve,eve@example.com\n";
    sync(&room, "github", roster, "").success().says("keep 2");
    accepts(&sandbox, "eve");
    for _ in 0..2 {
        sync(&room, "github", roster, "").code(7).says("line 3  eve@example.com: ").says("list the login");
    }
    // GitHub knows her by that address, and says so.
    sync(&room, "github", roster, "--invite-addresses").success();
    sync(&room, "github", "name,github\nAda,ada\nEve,eve\n", "").success();
    assert!(sandbox.mails(Backend::GitHub).is_empty());
    let roster = "name,github\nAda,ada\nMax,max@example.com\n";
    sync(&room, "github", roster, "").code(7).says("--invite-addresses");
    assert!(sandbox.mails(Backend::GitHub).is_empty());
    for flags in ["--invite-addresses", "", "--invite-addresses"] {
        sync(&room, "github", roster, flags).success();
    }
    assert_eq!(sandbox.mails(Backend::GitHub), ["max@example.com"]);
}

#[test]
fn whoever_is_switched_off_at_slack_is_switched_on_or_told_of() {
    let roster = "name,slack\nAda,ada@example.com\nBob,bob@example.com\n";
    let (_sandbox, room) = start();
    sync(&room, "slack", roster, "--dry-run").success().prints("would be switched on").says("switch on 1");
    sync(&room, "slack", roster, "").success().says("done 1, failed 0");
    assert_eq!(state(&room, "slack", "bob@example.com").0, "active");
    sync(&room, "slack", roster, "").success().says("nothing to change");
    for (mode, way) in [("admin", "connector.slack.mode scim"), ("check-only", "my.slack.com/admin")] {
        let (sandbox, room) = start();
        sandbox.set_switch("slack.plan=enterprise").unwrap();
        let room = room.env("ORCHEST_SLACK_MODE", mode).env("ORCHEST_SLACK_TEAM_ID", "T1");
        let room = room.env("ORCHEST_SLACK_CHANNEL", "C1");
        let before = sandbox.state();
        let first = sync(&room, "slack", roster, "").code(7).says("line 3  bob@example.com: suspended: ").says(way);
        assert!(first.stderr.contains("--ignore FILE") && !first.stderr.contains("run the same command"), "{first}");
        assert_eq!(told(&sync(&room, "slack", roster, "")), told(&first));
        room.file("off.csv", "slack\nBOB@example.com\n");
        sync(&room, "slack", roster, "--ignore off.csv").success();
        assert_eq!(sandbox.state(), before);
    }
}

#[test]
fn links_and_domains_are_not_among_those_of_whom_a_share_may_go() {
    let (sandbox, room) = start();
    let roster = "name,g_drive\nAda,ada@example.com\nIvy,ivy@example.com\n";
    let before = sandbox.state();
    let output = sync(&room, "g_drive", roster, "--remove-extra --max-removals 40%").code(6);
    output.says("removing 2 of 4 (50%)");
    assert_eq!(sandbox.state(), before);
    sync(&room, "g_drive", roster, "--remove-extra --max-removals 50%").success().says("done 2, failed 0");
    let left = room.run(&["members", "list", "-c", "g_drive", "-o", "json"]).success().json();
    let mut ids: Vec<&str> = left.as_array().unwrap().iter().filter_map(|row| row["id"].as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["ada@example.com", "anyoneWithLink", "example.com", "ivy@example.com"]);
}

#[test]
fn whoever_is_ignored_is_never_touched() {
    let (sandbox, room) = start();
    let roster = "name,trello,trello_role\nAda,ada,\nOli,oli,normal\nHal,hal,\n";
    room.file(
        "spared.toml",
        "[[people]]\nname = \"Robot\"\ntrello = \"BEA\"\n[[people]]\ntrello = \"oli\"\n[[people]]\ntrello = \"hal\"\n",
    );
    let flags = "--remove-extra --max-removals 100% --allow-demotions --ignore spared.toml -o json";
    let output = sync(&room, "trello", roster, flags).success();
    let rows = output.json();
    let result = |id: &str| rows.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()["result"].clone();
    assert_eq!(["bea", "oli", "hal"].map(result), ["left alone"; 3].map(Value::from));
    assert_eq!(result("bob4"), "invitation taken back");
    output.says("nobody there is hal, of --ignore");
    assert_eq!(state(&room, "trello", "oli").1.as_deref(), Some("admin"));
    assert_eq!([state(&room, "trello", "bea").0, state(&room, "trello", "hal").0], ["active", "absent"]);
    let before = sandbox.requests().len();
    for (text, says) in [
        ("name,trello,trello_role\nOli,oli,normal\n", "spared.csv:2:9: whoever is ignored keeps the role"),
        ("name,email\nOli,oli@example.com\n", "spared.csv:1:1"),
    ] {
        room.file("spared.csv", text);
        sync(&room, "trello", roster, "--ignore spared.csv").code(2).says(says);
    }
    sync(&room, "trello", roster, "--ignore nowhere.csv").code(2).says("nowhere.csv");
    room.run(&["members", "sync", "--from", "-", "--ignore", "-", "-c", "trello", "--yes"]).code(2);
    // An address that may be anybody's who would go.
    room.file("spared.csv", "trello\nbea@example.com\n");
    sync(&room, "trello", roster, "--remove-extra --ignore spared.csv").code(6).says("bea@example.com");
    assert!(sandbox.requests().iter().skip(before).all(|request| request.method == "GET"));
    assert_eq!(state(&room, "trello", "bea").0, "active");
}

#[test]
fn a_plan_says_where_it_does_not_see_who_is_invited() {
    let (sandbox, room) = start();
    let token = sandbox.members_token(TokenKind::GithubClassic, "bea", &["read:org"], None);
    let room = room.env("ORCHEST_GITHUB_TOKEN", &token);
    let roster = "name,github\nAda,ada\nDan,dan\nMax,max@example.com\n";
    let output = sync(&room, "github", roster, "--dry-run").success();
    output.says("those who are invited are not listed").says("may add somebody who has an invitation");
    sync(&room, "github", roster, "").code(7);
    assert!(sandbox.mails(Backend::GitHub).is_empty());
}
