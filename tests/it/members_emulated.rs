//! The membership services of the sandbox, over sockets: where they are, what a client is handed, what is recorded.

use std::time::Duration;

use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed, TokenKind, ask};
use serde_json::{Value, json};

use crate::support::cli::Room;
use crate::support::raw::{Answer, Connection};
use crate::support::terminal::Terminal;

const DRIVE: &str = "https://www.googleapis.com/auth/drive";

fn start(seed: Seed) -> Sandbox {
    let mut options = SandboxOptions::default();
    options.seed = seed;
    Sandbox::start(options).unwrap()
}

fn demo() -> Sandbox {
    start(Seed::Demo)
}

fn variable(sandbox: &Sandbox, name: &str) -> String {
    let all = sandbox.environment();
    all.into_iter().find(|(other, _)| other == name).map(|(_, value)| value).unwrap_or_else(|| panic!("{name}"))
}

/// With this Authorization header.
fn send(sandbox: &Sandbox, backend: Backend, authorization: &str, (method, path): (&str, &str)) -> Answer {
    let headers = [("Authorization", authorization), ("User-Agent", "test")];
    Connection::open(&sandbox.url(backend)).unwrap().send(method, path, &headers, None).unwrap()
}

fn bearer(sandbox: &Sandbox, variable_name: &str) -> String {
    format!("Bearer {}", variable(sandbox, variable_name))
}

#[test]
fn each_service_has_an_address_and_a_token_that_it_takes() {
    let sandbox = demo();
    let trello = format!(
        "OAuth oauth_consumer_key=\"{}\", oauth_token=\"{}\"",
        variable(&sandbox, "ORCHEST_TRELLO_API_KEY"),
        variable(&sandbox, "ORCHEST_TRELLO_TOKEN"),
    );
    let table = [
        (Backend::GitHub, "GITHUB", bearer(&sandbox, "ORCHEST_GITHUB_TOKEN"), "/orgs/acme/memberships/bea"),
        (Backend::Trello, "TRELLO", trello, "/1/organizations/acme/memberships"),
        (Backend::Slack, "SLACK", bearer(&sandbox, "ORCHEST_SLACK_TOKEN"), "/api/users.list"),
        (Backend::GDrive, "G_DRIVE", bearer(&sandbox, "ORCHEST_G_DRIVE_TOKEN"), "/drive/v3/files/F1/permissions"),
    ];
    for (backend, name, authorization, path) in table {
        assert!(variable(&sandbox, &format!("ORCHEST_{name}")).starts_with(&sandbox.url(backend)));
        let answer = send(&sandbox, backend, &authorization, ("GET", path));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        assert_ne!(answer.json()["ok"], false, "{}", answer.text());
    }
    let asked: Vec<String> = sandbox.requests().into_iter().map(|request| request.server).collect();
    assert_eq!(asked, ["github", "trello", "slack", "gdrive"]);
}

#[test]
fn tokens_of_any_kind_can_be_made_for_anybody() {
    let sandbox = demo();
    let token = |kind, lifetime| sandbox.members_token(kind, "bea@example.com", &[DRIVE], lifetime);
    let list = ("GET", "/drive/v3/files/F1/permissions");
    for (token, status) in [
        (token(TokenKind::Google, None), 200),
        (token(TokenKind::Google, Some(Duration::ZERO)), 401),
        (token(TokenKind::SlackBot, None), 401),
    ] {
        assert_eq!(send(&sandbox, Backend::GDrive, &format!("Bearer {token}"), list).status, status);
    }
    let (port, wish) = (sandbox.control_port(), r#"{"kind": "ghp_", "user": "bea", "scopes": ["read:org"]}"#);
    let (status, token) = ask(port, "POST", "token", wish).unwrap();
    assert_eq!(status, 200, "{token}");
    let own = send(&sandbox, Backend::GitHub, &format!("Bearer {token}"), ("GET", "/user/memberships/orgs/acme"));
    assert_eq!(own.json()["role"], "member");
    assert_eq!(ask(port, "POST", "token", r#"{"kind": "xyz", "user": "bea"}"#).unwrap().0, 400);
}

#[test]
fn mails_are_counted_and_a_reset_forgets_them_but_no_token() {
    let sandbox = demo();
    let (before, authorization) = (sandbox.state(), bearer(&sandbox, "ORCHEST_GITHUB_TOKEN"));
    let put = ("PUT", "/orgs/acme/memberships/hal");
    for _ in 0..2 {
        assert_eq!(send(&sandbox, Backend::GitHub, &authorization, put).status, 200);
    }
    assert_eq!(sandbox.mails(Backend::GitHub), ["hal@example.com"; 2]);
    let (_, mails) = ask(sandbox.control_port(), "GET", "mails", "").unwrap();
    let mails: Value = serde_json::from_str(&mails).unwrap();
    assert_eq!(mails["github"][0], json!({"to": "hal@example.com", "about": "is invited"}));
    assert_eq!(mails["trello"], json!([]));
    assert_ne!(sandbox.state(), before);
    sandbox.reset();
    assert_eq!((sandbox.state(), sandbox.mails(Backend::GitHub).len()), (before, 0));
    assert_eq!(send(&sandbox, Backend::GitHub, &authorization, put).status, 200);
}

#[test]
fn two_that_hold_the_same_are_equal_whatever_their_ids_and_times() {
    let invited = |earlier: &[&str]| {
        let sandbox = demo();
        let authorization = bearer(&sandbox, "ORCHEST_GITHUB_TOKEN");
        for login in earlier {
            send(&sandbox, Backend::GitHub, &authorization, ("PUT", &format!("/orgs/acme/memberships/{login}")));
        }
        let mut state = sandbox.state()["members"]["github"].clone();
        state["desk"]["mails"].take();
        state
    };
    assert_eq!(invited(&["hal"]), invited(&["hal", "hal"]));
    assert_ne!(invited(&["hal"]), invited(&["ivy"]));
}

#[test]
fn switches_and_the_clock_are_turned_through_the_control_port() {
    let sandbox = demo();
    let authorization = bearer(&sandbox, "ORCHEST_GITHUB_TOKEN");
    let dan = ("GET", "/orgs/acme/memberships/dan");
    assert_eq!(send(&sandbox, Backend::GitHub, &authorization, dan).status, 200);
    let port = sandbox.control_port();
    assert_eq!(ask(port, "POST", "switch", "ahead=604800").unwrap().0, 204);
    assert_eq!(send(&sandbox, Backend::GitHub, &authorization, dan).status, 404, "a week later");
    assert_eq!(ask(port, "POST", "switch", "github.sso=required").unwrap().0, 204);
    assert_eq!(send(&sandbox, Backend::GitHub, &authorization, dan).status, 403);
    let (status, reason) = ask(port, "POST", "switch", "slack.plan=gold").unwrap();
    assert_eq!((status, reason.as_str()), (400, "slack.plan=gold: it is one of free, pro, business, enterprise"));
    let (_, all) = ask(port, "GET", "switch", "").unwrap();
    let all: Value = serde_json::from_str(&all).unwrap();
    assert_eq!((&all["members"]["github"]["sso"], &all["broker"]), (&json!("required"), &json!("on")));
}

#[test]
fn a_seed_says_how_many_there_are_and_an_empty_one_has_owners_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.toml");
    std::fs::write(&path, "[members]\ncrowd = 150\n").unwrap();
    let seed = Seed::read(path.to_str().unwrap()).unwrap();
    for (seed, pages) in [(seed, vec![100, 55]), (Seed::Empty, vec![2])] {
        let sandbox = start(seed);
        let authorization = bearer(&sandbox, "ORCHEST_GITHUB_TOKEN");
        let (mut found, mut next) = (Vec::new(), Some("/orgs/acme/members?per_page=100".to_owned()));
        while let Some(path) = next {
            let answer = send(&sandbox, Backend::GitHub, &authorization, ("GET", &path));
            found.push(answer.json().as_array().unwrap().len());
            let link = answer.header("link").unwrap_or_default().to_owned();
            let link = link.split(", ").find_map(|link| link.strip_suffix(r#">; rel="next""#)).map(str::to_owned);
            let base = format!("<{}", sandbox.url(Backend::GitHub));
            next = link.map(|link| link.strip_prefix(&base).unwrap_or_else(|| panic!("{link}")).to_owned());
        }
        assert_eq!(found, pages);
    }
    std::fs::write(&path, "[members]\ncolour = 1\n").unwrap();
    assert!(Seed::read(path.to_str().unwrap()).unwrap_err().to_string().contains("colour"));
}

/// A shell on the sandbox needs no settings.
#[test]
fn what_a_shell_is_handed_is_all_that_the_connectors_need() {
    let sandbox = demo();
    let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    for (connector, id) in
        [("github", "bea"), ("trello", "bea"), ("slack", "bea@example.com"), ("g_drive", "bea@example.com")]
    {
        assert_eq!(room.ok(&["-c", connector, "check", id]), "True\n", "{connector}");
    }
    room.run(&["-c", "github", "add", "hal"]).success();
    assert_eq!(sandbox.mails(Backend::GitHub), ["hal@example.com"]);
    let rows = room.run(&["members", "list", "-c", "all", "-o", "json"]).success().json();
    assert!(rows.as_array().unwrap().len() > 8, "{rows}");
}

#[test]
fn no_word_of_a_list_is_broken_on_a_terminal_of_eighty_columns() {
    let sandbox = demo();
    let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    for (line, words) in [
        ("list -c all", &["g_drive", "suspended", "single-channel", "commenter", "anyoneWithLink", "everybody"][..]),
        ("invitations -c all", &["pending", "expired"]),
        ("check dan -c github,trello", &["pending", "absent"]),
        ("add hal -c github,trello --dry-run", &["would be invited", "would be added"]),
    ] {
        let line = format!("stty cols 80; {} members {line}; echo '<left>'", Room::BINARY);
        let terminal = Terminal::of(&room, &line);
        terminal.shows("<left>");
        let seen = terminal.seen();
        for word in words {
            assert!(seen.contains(word), "{word} is broken:\n{seen}");
        }
        // The end of an invitation is one word.
        let is_time = |word: &&str| word.starts_with("20") && word.contains('-');
        assert!(seen.split_whitespace().filter(is_time).all(|time| time.ends_with('Z')), "{seen}");
    }
    // What is left out is there for those who ask, and for programs.
    let wide = room.ok(&["members", "list", "-c", "github", "-o", "wide"]);
    assert!(wide.contains("TARGET") && wide.contains("UNTIL"), "{wide}");
    let rows = room.run(&["members", "list", "-c", "github", "-o", "json"]).success().json();
    let dan = rows.as_array().unwrap().iter().find(|row| row["id"] == "dan").unwrap().clone();
    assert!(dan["target"] == "acme" && dan["until"].is_string(), "{dan}");
}
