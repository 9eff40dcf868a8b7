//! One contract for all connectors, on the emulated services, which were written from the references alone: the same lines,
//! the same states, the same exit codes.

use std::time::Duration;

use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed, TokenKind};
use serde_json::Value;

use crate::support::cli::{Output, Room};

const DRIVE: &str = "https://www.googleapis.com/auth/drive";
const SLACK: [&str; 6] =
    ["users:read", "users:read.email", "admin", "channels:read", "channels:manage", "channels:write.invites"];

/// A service, the people who stand in for each state there, and how it refuses.
struct Service {
    name: &'static str,
    backend: Backend,
    variable: &'static str,
    kind: TokenKind,
    /// Somebody who may do everything, and somebody who may not.
    owner: &'static str,
    stranger: &'static str,
    scopes: &'static [&'static str],
    active: &'static str,
    pending: Option<&'static str>,
    suspended: Option<&'static str>,
    /// Known to the service, and not in.
    absent: &'static str,
    /// How one is told that there were too many requests.
    limit: &'static str,
}

const SERVICES: [Service; 4] = [
    Service {
        name: "github",
        backend: Backend::GitHub,
        variable: "ORCHEST_GITHUB_TOKEN",
        kind: TokenKind::GithubClassic,
        owner: "ada",
        stranger: "bea",
        scopes: &["admin:org"],
        active: "bea",
        pending: Some("dan"),
        suspended: None,
        absent: "hal",
        limit: "github.limit=1",
    },
    Service {
        name: "trello",
        backend: Backend::Trello,
        variable: "ORCHEST_TRELLO_TOKEN",
        kind: TokenKind::Trello,
        owner: "ada",
        stranger: "bea",
        scopes: &["read", "write"],
        active: "bea",
        pending: None,
        suspended: Some("cy"),
        absent: "hal",
        limit: "trello.limited=API_TOKEN_LIMIT_EXCEEDED",
    },
    Service {
        name: "slack",
        backend: Backend::Slack,
        variable: "ORCHEST_SLACK_TOKEN",
        kind: TokenKind::SlackUser,
        owner: "ada",
        stranger: "bea",
        scopes: &SLACK,
        active: "bea@example.com",
        pending: None,
        suspended: Some("bob@example.com"),
        absent: "nobody@example.com",
        limit: "slack.limit=1",
    },
    Service {
        name: "g_drive",
        backend: Backend::GDrive,
        variable: "ORCHEST_G_DRIVE_TOKEN",
        kind: TokenKind::Google,
        owner: "ada@example.com",
        // Who may write may share.
        stranger: "ivy@example.com",
        scopes: &[DRIVE],
        active: "bea@example.com",
        pending: None,
        suspended: None,
        absent: "hal@example.com",
        limit: "gdrive.error=429:rateLimitExceeded",
    },
];

/// Somebody who is logged in everywhere.
struct Desk {
    sandbox: Sandbox,
    room: Room,
}

impl Desk {
    fn new() -> Self {
        let mut options = SandboxOptions::default();
        options.seed = Seed::Demo;
        let sandbox = Sandbox::start(options).unwrap();
        // Removing and adding needs one of the larger plans.
        sandbox.set_switch("slack.plan=business").unwrap();
        let url = |backend: Backend| sandbox.url(backend);
        let mut room = Room::new().env("ORCHEST_RETRIES", "1");
        for service in &SERVICES {
            let token = sandbox.members_token(service.kind, service.owner, service.scopes, None);
            room = room.env(service.variable, &token);
        }
        let text = format!(
            "[connector.github]\norganization = \"acme\"\napi_url = \"{}\"\n\
             [connector.trello]\nworkspace = \"acme\"\napi_key = \"{}\"\napi_url = \"{}/1\"\n\
             [connector.slack]\nmode = \"scim\"\napi_url = \"{slack}/api\"\nscim_url = \"{slack}/scim/v2\"\n\
             [connector.g_drive]\nfile_id = \"F1\"\napi_url = \"{}/drive/v3\"\n",
            url(Backend::GitHub),
            Sandbox::TRELLO_KEY,
            url(Backend::Trello),
            url(Backend::GDrive),
            slack = url(Backend::Slack),
        );
        room.file(".orchester.toml", &text);
        Self { sandbox, room }
    }

    fn run(&self, service: &Service, words: &[&str]) -> Output {
        self.room.run(&[&["members"], words, &["-c", service.name, "-o", "json"]].concat())
    }

    /// What was asked of a service that changes something.
    fn writes(&self, backend: Backend) -> usize {
        let record = self.sandbox.take_record();
        // Slack asks by POST too; what changes there goes to SCIM, in this mode.
        let is_write =
            |method: &str, path: &str| method != "GET" && (backend != Backend::Slack || path.starts_with("/scim/"));
        record.requests.iter().filter(|request| is_write(&request.method, &request.path)).count()
    }

    fn state(&self, service: &Service, id: &str) -> String {
        let rows = self.run(service, &["check", id]).success().json();
        rows[0]["state"].as_str().unwrap().to_owned()
    }
}

fn result(output: &Output) -> Value {
    output.json()[0]["result"].clone()
}

#[test]
fn everybody_stands_where_the_service_says() {
    let desk = Desk::new();
    for service in &SERVICES {
        assert_eq!(desk.state(service, service.active), "active", "{}", service.name);
        assert_eq!(desk.state(service, service.absent), "absent", "{}", service.name);
        if let Some(id) = service.pending {
            assert_eq!(desk.state(service, id), "pending", "{}", service.name);
        }
        if let Some(id) = service.suspended {
            assert_eq!(desk.state(service, id), "suspended", "{}", service.name);
        }
        let short = |id: &str| desk.room.ok(&["-c", service.name, "check", id]);
        assert_eq!((short(service.active).as_str(), short(service.absent).as_str()), ("True\n", "False\n"));
        let strict = desk.room.run(&["-c", service.name, "check", "--exit-status", service.absent]).code(3);
        assert_eq!(strict.stdout, "False\n");
    }
}

#[test]
fn twice_is_once_and_what_is_not_there_is_not_taken_out() {
    for service in &SERVICES {
        let desk = Desk::new();
        desk.sandbox.take_record();
        let id = service.absent;
        assert_eq!(result(&desk.run(service, &["rm", id, "--yes"]).success()), "already so", "{}", service.name);
        assert_eq!(desk.writes(service.backend), 0, "{}", service.name);
        desk.run(service, &["add", id]).success();
        assert!(desk.writes(service.backend) >= 1, "{}", service.name);
        let state = desk.state(service, id);
        assert!(["active", "pending"].contains(&state.as_str()), "{} {state}", service.name);
        desk.sandbox.take_record();
        assert_eq!(result(&desk.run(service, &["add", id]).success()), "already so", "{}", service.name);
        assert_eq!(desk.writes(service.backend), 0, "{}", service.name);
        desk.run(service, &["rm", id, "--yes"]).success();
        let state = desk.state(service, id);
        // Nobody is ever deleted at Slack.
        assert_eq!(state, if service.name == "slack" { "suspended" } else { "absent" }, "{}", service.name);
        desk.sandbox.take_record();
        desk.run(service, &["rm", id, "--yes"]).success();
        assert_eq!(desk.writes(service.backend), 0, "{}", service.name);
    }
}

#[test]
fn a_bad_token_is_4_and_a_weak_one_changes_nothing() {
    for service in &SERVICES {
        let mut desk = Desk::new();
        let expired =
            desk.sandbox.members_token(service.kind, service.owner, service.scopes, Some(Duration::from_secs(0)));
        desk.room = desk.room.env(service.variable, &expired);
        let output = desk.run(service, &["check", service.active]).code(4);
        assert!(!output.stderr.contains(&expired), "{output}");
        let weak = desk.sandbox.members_token(service.kind, service.stranger, service.scopes, None);
        desk.room = desk.room.env(service.variable, &weak);
        let before = desk.sandbox.state();
        let output = desk.run(service, &["add", service.absent]).code(5);
        assert!(output.stderr.contains("next"), "{output}");
        assert_eq!(desk.sandbox.state(), before, "{}", service.name);
    }
}

/// GitHub answers 404 where a token lacks a scope, whoever it belongs to.
#[test]
fn an_owner_whose_token_may_only_read_changes_nothing_and_is_told_so() {
    let mut desk = Desk::new();
    let service = &SERVICES[0];
    let weak = desk.sandbox.members_token(service.kind, service.owner, &["read:org"], None);
    desk.room = desk.room.env(service.variable, &weak);
    let before = desk.sandbox.state();
    assert_eq!(desk.state(service, service.absent), "absent");
    let pending = service.pending.unwrap();
    let new = "new@example.com";
    for line in [
        &["add", service.absent][..],
        &["add", new],
        &["check", new],
        &["rm", service.active, "--yes"],
        &["rm", pending, "--yes"],
    ] {
        let output = desk.run(service, line).code(5).says("admin:org");
        assert!(!output.stdout.contains("removed"), "{output}");
    }
    let short = desk.room.run(&["-c", service.name, "rm", service.active]).code(5);
    assert_eq!(short.stdout, "");
    assert_eq!(desk.sandbox.state(), before);
}

#[test]
fn two_spellings_of_one_person_are_one_after_the_other() {
    let desk = Desk::new();
    let service = &SERVICES[0];
    let results = |line: &[&str]| -> Vec<Value> {
        let rows = desk.run(service, line).success().json();
        rows.as_array().unwrap().iter().map(|row| row["result"].clone()).collect()
    };
    assert_eq!(results(&["add", "hal", "HAL", "Hal"]), ["invited", "already so", "already so"]);
    assert_eq!(desk.sandbox.mails(service.backend), ["hal@example.com"]);
    assert_eq!(
        results(&["rm", "HAL", "hal", "bea", "Bea", "--yes"]).iter().filter(|one| *one == "already so").count(),
        2
    );
}

#[test]
fn a_list_of_which_github_hides_a_part_is_no_list() {
    let mut desk = Desk::new();
    let service = &SERVICES[0];
    let part = "those who are invited are not listed";
    for (who, scopes, code, says) in [
        ("hal", service.scopes, 5, "hidden from this login"),
        (service.owner, &["read:org"], 0, part),
        (service.owner, service.scopes, 0, ""),
    ] {
        let token = desk.sandbox.members_token(service.kind, who, scopes, None);
        desk.room = desk.room.env(service.variable, &token);
        let output = desk.run(service, &["list"]).code(code).says(says);
        assert_eq!(output.stdout.is_empty(), code != 0, "{output}");
        assert_eq!(output.stderr.contains(part), says == part, "{output}");
    }
    desk.sandbox.set_switch("github.sso=partial").unwrap();
    assert_eq!(desk.run(service, &["list"]).code(5).says("Configure SSO").stdout, "");
}

#[test]
fn too_many_requests_are_temporary() {
    for service in &SERVICES {
        let desk = Desk::new();
        desk.sandbox.set_switch(service.limit).unwrap();
        // Some limits let a few pass.
        let outputs: Vec<Output> = (0..3).map(|_| desk.run(service, &["check", service.active])).collect();
        assert!(outputs.iter().any(|output| output.code == Some(75)), "{}: {outputs:?}", service.name);
        for output in outputs {
            assert!(matches!(output.code, Some(0 | 75)) && !output.stdout.contains("absent"), "{output}");
        }
    }
}

#[test]
fn a_service_that_fails_is_temporary_and_nobody_is_taken_for_absent() {
    for service in &SERVICES {
        // What was cut may come whole the next time; what is whole and no answer will not.
        for (fault, code) in
            [("status=503@1!", 75), ("cut@1!:after", 75), ("body=html@1!", 1), ("body=truncated@1!", 1)]
        {
            let desk = Desk::new();
            desk.sandbox.reset_count();
            desk.sandbox.set_faults(vec![fault.parse().unwrap()]);
            let output = desk.run(service, &["check", service.active]);
            assert!(!output.stdout.contains("absent"), "{} {fault}\n{output}", service.name);
            assert_eq!(output.code, Some(code), "{} {fault}\n{output}", service.name);
        }
    }
}

/// The person stands behind everybody else, on the last page of whatever has pages.
#[test]
fn a_list_has_all_pages() {
    for crowd in [0, 98, 250] {
        let mut options = SandboxOptions::default();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed.toml");
        std::fs::write(&path, format!("[members]\ncrowd = {crowd}\n")).unwrap();
        options.seed = Seed::read(path.to_str().unwrap()).unwrap();
        let sandbox = Sandbox::start(options).unwrap();
        let mut desk = Desk::new();
        let text = std::fs::read_to_string(desk.room.path(".orchester.toml")).unwrap();
        let text = SERVICES.iter().fold(text, |text, service| {
            text.replace(&desk.sandbox.url(service.backend), &sandbox.url(service.backend))
        });
        desk.room.file(".orchester.toml", &text);
        desk.sandbox = sandbox;
        for service in &SERVICES {
            let rows = desk.run(service, &["list"]).success().json();
            let rows = rows.as_array().unwrap().clone();
            assert!(rows.len() > crowd, "{} {}", service.name, rows.len());
            let zoe = |row: &Value| row["id"].as_str().is_some_and(|id| id.starts_with("zoe"));
            assert_eq!(rows.iter().filter(|row| zoe(row)).count(), usize::from(crowd > 0), "{}", service.name);
        }
    }
}
