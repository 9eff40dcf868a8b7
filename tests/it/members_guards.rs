//! What must not happen to anybody, on the emulated services: taken out although listed, lowered by an invitation, counted
//! as a person without being one.

use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed, TokenKind};

use crate::support::cli::Room;

/// A demo of all four services, and somebody who owns everything and may do everything.
pub(crate) fn start() -> (Sandbox, Room) {
    let mut options = SandboxOptions::default();
    options.seed = Seed::Demo;
    let sandbox = Sandbox::start(options).unwrap();
    sandbox.set_switch("slack.plan=business").unwrap();
    let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    let room = room.env("ORCHEST_RETRIES", "1").env("ORCHEST_SLACK_MODE", "scim").env("ORCHEST_GITHUB_PACE", "0s");
    (sandbox, room)
}

pub(crate) fn state(room: &Room, connector: &str, id: &str) -> (String, Option<String>) {
    let row = room.run(&["members", "check", id, "-c", connector, "-o", "json"]).success().json()[0].clone();
    (row["state"].as_str().unwrap().to_owned(), row["role"].as_str().map(str::to_owned))
}

#[test]
fn without_the_right_to_see_addresses_nobody_is_absent() {
    let (sandbox, room) = start();
    let token = sandbox.members_token(TokenKind::SlackUser, "ada", &["users:read", "admin"], None);
    let admin = sandbox.members_token(TokenKind::SlackUser, "ada", &["admin"], None);
    let room = room.env("ORCHEST_SLACK_TOKEN", &token).env("ORCHEST_SLACK_ADMIN_TOKEN", &admin);
    let before = sandbox.state();
    room.run(&["members", "list", "-c", "slack"]).code(5).says("users:read.email");
    room.file("people.csv", "name,slack\nBea,bea@example.com\n");
    let sync =
        ["members", "sync", "--from", "people.csv", "-c", "slack", "--remove-extra", "--max-removals", "100%", "--yes"];
    let output = room.run(&sync);
    assert_ne!(output.code, Some(0), "{output}");
    assert_eq!(sandbox.state(), before);
}

#[test]
fn nobody_invites_themselves_out_of_their_own_role() {
    let (sandbox, room) = start();
    let line = ["members", "add", "ada@example.com", "-c", "trello"];
    assert_eq!(state(&room, "trello", "ada"), ("active".to_owned(), Some("admin".to_owned())));
    // Whose token it is Trello tells those only who may read the account. The others are told before, and after.
    let untold = room.run(&[&line[..], &["--dry-run", "-o", "json"]].concat()).success().prints("own address");
    assert_eq!(untold.json()[0]["result"], "would be invited");
    let token = sandbox.members_token(TokenKind::Trello, "ada", &["read", "write", "account"], None);
    let told = room.env("ORCHEST_TRELLO_TOKEN", &token);
    told.run(&line).success().prints("already so");
    assert_eq!(state(&told, "trello", "ada").1.as_deref(), Some("admin"));
    assert!(sandbox.mails(Backend::Trello).is_empty());
    let token = sandbox.members_token(TokenKind::Trello, "ada", &["read", "write"], None);
    let untold = told.env("ORCHEST_TRELLO_TOKEN", &token);
    untold.run(&line).code(6).says("the login itself").says("--role admin");
    assert_eq!(state(&untold, "trello", "ada").1.as_deref(), Some("normal"));
}

/// SCIM tells no roles; whoever owns the workspace is known by another way.
#[test]
fn the_primary_owner_of_a_workspace_stays() {
    let (sandbox, room) = start();
    let oli = sandbox.members_token(TokenKind::SlackUser, "oli", &["users:read", "users:read.email", "admin"], None);
    let room = room.env("ORCHEST_SLACK_TOKEN", &oli);
    let before = sandbox.state();
    sandbox.take_record();
    for id in ["ada@example.com", "ADA@example.com", "U1"] {
        let output = room.run(&["members", "rm", id, "-c", "slack", "--yes"]).code(6);
        output.says("primary owner");
    }
    let asked = sandbox.take_record().requests;
    assert!(asked.iter().all(|request| request.method != "DELETE"), "{asked:?}");
    assert_eq!(sandbox.state(), before);
    // Without that way it is said, and Slack itself has to refuse.
    let blind = sandbox.members_token(TokenKind::SlackUser, "oli", &["users:read.email"], None);
    let room = room.env("ORCHEST_SLACK_TOKEN", &blind).env("ORCHEST_SLACK_ADMIN_TOKEN", &oli);
    let output = room.run(&["members", "rm", "bea@example.com", "-c", "slack", "--yes", "-o", "json"]).success();
    assert!(output.json()[0]["detail"].as_str().unwrap().contains("primary owner"), "{output}");
    room.run(&["members", "rm", "ada@example.com", "-c", "slack", "--yes"]).code(5);
    assert_eq!(state(&room, "slack", "ada@example.com").0, "active");
}

#[test]
fn whoever_is_listed_by_another_name_is_not_taken_out() {
    let (_sandbox, room) = start();
    let text = "name,g_drive\nAda,ada@example.com\nBea,bea@example.com\nHal,hal.l@example.com\n";
    room.file("people.csv", text);
    let sync = [
        "members",
        "sync",
        "--from",
        "people.csv",
        "-c",
        "g_drive",
        "--remove-extra",
        "--max-removals",
        "100%",
        "--yes",
    ];
    room.run(&sync);
    for _ in 0..2 {
        let output = room.run(&sync).code(7);
        output.says("list them as hal@example.com");
        assert_eq!(state(&room, "g_drive", "hal@example.com").0, "active");
    }
}

#[test]
fn a_link_is_nobody_who_can_be_taken_out() {
    let (sandbox, room) = start();
    let before = sandbox.state();
    room.run(&["members", "rm", "anyoneWithLink", "-c", "g_drive", "--yes"]).code(6).says("no person");
    assert_eq!(sandbox.state(), before);
}

#[test]
fn a_channel_is_not_the_workspace() {
    let (sandbox, room) = start();
    sandbox.take_record();
    room.run(&["members", "rm", "bea@example.com", "-c", "slack", "--target", "C2", "--yes"]).code(2).says("--target");
    assert!(sandbox.take_record().requests.is_empty());
}

/// Who was to become an owner did not; so whoever is one stays.
#[test]
fn an_owner_stays_where_another_did_not_become_one() {
    let (sandbox, room) = start();
    let roster = "name,github,github_role\nAda,ada,\nBea,bea,admin\n";
    room.file("people.csv", roster);
    let sync = [
        "members",
        "sync",
        "--from",
        "people.csv",
        "-c",
        "github",
        "--remove-extra",
        "--max-removals",
        "100%",
        "--min-admins",
        "2",
        "--yes",
    ];
    sandbox.set_faults(vec!["status=503@1! on PUT /orgs/acme/memberships/bea".parse().unwrap()]);
    room.run(&sync).code(7);
    sandbox.set_faults(Vec::new());
    assert_eq!(state(&room, "github", "oli"), ("active".to_owned(), Some("admin".to_owned())));
}

/// Nobody is invited by a line that ends with "there is no team".
#[test]
fn a_team_that_is_not_there_is_told_before_anybody_is_invited() {
    let (sandbox, room) = start();
    let before = sandbox.state();
    for more in [&[][..], &["--dry-run"]] {
        for id in ["hal", "hal@example.com", "bob"] {
            let line = ["members", "add", id, "-c", "github", "--team", "crew", "--team", "wrong"];
            room.run(&[&line[..], more].concat()).code(3).says("there is no team 'wrong' in acme");
        }
    }
    assert_eq!(sandbox.state(), before);
}

#[test]
fn whoever_was_invited_and_not_let_into_a_team_is_told_to_be_and_joins_it_by_the_same_line() {
    for (role, joined) in [(&[][..], "member"), (&["--role", "admin"], "admin")] {
        let (sandbox, room) = start();
        let line = [&["members", "add", "hal", "-c", "github", "--team", "crew", "-o", "json"], role].concat();
        sandbox.set_faults(vec!["status=503@1! on PUT /orgs/acme/teams/*".parse().unwrap()]);
        let output =
            room.run(&line).code(75).says(&format!("hal was invited to acme as {joined}, but not to team crew"));
        output.says("run the same command again, which only does what is missing");
        sandbox.set_faults(Vec::new());
        for result in ["changed", "already so"] {
            assert_eq!(room.run(&line).success().json()[0]["result"], result, "{joined}");
        }
        assert_eq!(state(&room, "github", "hal"), ("pending".to_owned(), Some(joined.to_owned())));
    }
    // By somebody else the team is kept, and the line is of no use as it stands.
    let (_sandbox, room) = start();
    let output = room.run(&["members", "add", "hal", "-c", "github", "--team", "synced"]).code(1);
    output.says("hal was invited to acme as member, but not to team synced").says("then run the same command again");
}

/// What is different is left alone, and exit code 6 says so.
#[test]
fn an_invitation_keeps_its_role_and_another_one_is_a_conflict() {
    let (sandbox, room) = start();
    let before = sandbox.state();
    for id in ["dan", "eve@example.com"] {
        let line = ["members", "add", id, "-c", "github", "--role", "admin"];
        room.run(&line).code(6).says("is invited as member").says("--reinvite");
        room.run(&[&line[..], &["--dry-run"]].concat()).code(6).says("is invited as member");
        room.run(&["members", "add", id, "-c", "github", "--role", "member"]).success().prints("already so");
        assert_eq!(sandbox.state(), before);
    }
    let line = ["members", "add", "dan", "-c", "github", "--role", "admin", "--reinvite"];
    room.run(&line).success().prints("invited again");
    assert_eq!(state(&room, "github", "dan"), ("pending".to_owned(), Some("admin".to_owned())));
}

/// `bea` names nobody at Slack and Drive, where `bea@example.com` is in.
#[test]
fn a_name_that_is_none_at_a_service_is_not_called_absent_there() {
    let (_sandbox, room) = start();
    let results = |output: &crate::support::cli::Output, key: &str| -> Vec<(String, String)> {
        let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        output.json().as_array().unwrap().iter().map(|row| (text(row, "connector"), text(row, key))).collect()
    };
    let of = |all: [(&str, &str); 4]| all.map(|(connector, word)| (connector.to_owned(), word.to_owned()));
    for (verb, key, words) in [
        ("check", "state", ["active", "active", "unknown", "unknown"]),
        ("rm", "result", ["removed", "removed", "failed", "failed"]),
    ] {
        let output = room.run(&["members", verb, "bea", "-c", "all", "--yes", "-o", "json"]).code(7);
        let [github, trello, slack, drive] = words;
        let told = of([("github", github), ("trello", trello), ("slack", slack), ("g_drive", drive)]);
        assert_eq!(results(&output, key), told, "{output}");
        let output = output.says("slack: bea: 'bea' is no e-mail address").says("orchest members list -c slack");
        output.says("g_drive: bea: 'bea' is no e-mail address");
    }
    for connector in ["slack", "g_drive"] {
        for line in [&["check", "bea"][..], &["rm", "bea", "--yes"], &["add", "bea"]] {
            let output = room.run(&[&["members"], line, &["-c", connector]].concat()).code(2);
            assert_eq!(output.says("is no e-mail address").stdout, "");
            let output = room.run(&[&["-c", connector], line].concat()).code(2);
            assert_eq!(output.stdout, "", "{output}");
        }
        assert_eq!(state(&room, connector, "bea@example.com").0, "active");
    }
    assert_eq!(state(&room, "github", "bea").0, "absent");
}
