//! GitHub: each request that the product can send, held against the description and against its rules for headers.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use orchester::sandbox::{Backend, Sandbox, SandboxOptions, Seed, TokenKind};
use serde_json::{Value, json};

use crate::support::cli::{Output, Room};
use crate::support::described::Description;
use crate::support::server::Asked;
use crate::support::witness::Witness;

use super::{document, supposed};

/// It is large, and read once.
static GITHUB: LazyLock<Description> = LazyLock::new(|| Description::new(document("github.json"), ""));

/// Everything that the product can ask GitHub for.
const OPERATIONS: [&str; 13] = [
    "DELETE /orgs/{org}/invitations/{invitation_id}",
    "DELETE /orgs/{org}/memberships/{username}",
    "GET /orgs/{org}/failed_invitations",
    "GET /orgs/{org}/invitations",
    "GET /orgs/{org}/members",
    "GET /orgs/{org}/memberships/{username}",
    "GET /orgs/{org}/teams/{team_slug}",
    "GET /orgs/{org}/teams/{team_slug}/memberships/{username}",
    "GET /user",
    "GET /user/memberships/orgs/{org}",
    "POST /orgs/{org}/invitations",
    "PUT /orgs/{org}/memberships/{username}",
    "PUT /orgs/{org}/teams/{team_slug}/memberships/{username}",
];

/// Lines, and what they end with, in an order in which each finds what it is about.
const LINES: [(&str, i32); 35] = [
    ("members capabilities", 0),
    ("members check ada bea dan hal bob eve@example.com", 0),
    ("members check nobody@example.com", 0),
    ("-c github check bea", 0),
    ("-c github check bob", 0),
    ("members list", 0),
    ("members invitations", 0),
    ("members add hal", 0),
    ("members add hal --dry-run --team crew", 0),
    ("members add hal --reinvite", 0),
    ("members add hal --reinvite --role admin", 0),
    ("members add ivy --role admin --team crew", 0),
    ("members add bea --team crew --team synced --dry-run", 0),
    ("members add oli --team crew", 0),
    ("members add bea --role admin", 0),
    ("members add bea --role member", 0),
    ("members add one@example.com", 0),
    ("members add two@example.com --role admin", 0),
    ("members add three@example.com --team crew", 0),
    ("members add one@example.com --reinvite", 0),
    ("members add four@example.com --team none", 3),
    ("members add bob --team crew", 0),
    ("members add nobody-at-all", 3),
    ("members add gus", 6),
    ("-c github add fay", 0),
    ("-c github add five@example.com", 0),
    ("members rm hal --yes", 0),
    ("members rm bea --yes", 0),
    ("members rm eve@example.com --yes", 0),
    ("members rm bob --yes", 0),
    ("members rm oli --yes --dry-run", 0),
    ("members rm ada --yes", 6),
    ("auth whoami github", 0),
    ("-c github rm dan", 0),
    ("-c github rm oli", 0),
];

/// Somebody who owns `acme`, at an address where GitHub is.
pub(super) fn room(url: &str, token: &str) -> Room {
    let room = Room::new().env("ORCHEST_RETRIES", "1").env("ORCHEST_GITHUB_TOKEN", token);
    room.file(".orchester.toml", &format!("[connector.github]\norganization = \"acme\"\napi_url = \"{url}\"\n"));
    room
}

pub(super) fn run(room: &Room, line: &str) -> Output {
    let words: Vec<&str> = line.split(' ').collect();
    if words[0] == "members" { room.run(&[&words[..], &["-c", "github"]].concat()) } else { room.run(&words) }
}

fn sandbox(seed: Seed) -> Sandbox {
    let mut options = SandboxOptions::default();
    options.seed = seed;
    Sandbox::start(options).unwrap()
}

/// All that is asked of the emulated GitHub by the lines, by a weaker login, and where lists are long.
pub(super) fn asked() -> Vec<Asked> {
    let demo = sandbox(Seed::Demo);
    let witness = Witness::before(&demo.url(Backend::GitHub));
    let owner = demo.members_token(TokenKind::GithubClassic, "ada", &["admin:org"], None);
    let desk = room(witness.url(), &owner);
    for (line, code) in LINES {
        run(&desk, line).code(code);
    }
    // An invitation that has lapsed is taken back by its number.
    demo.reset();
    run(&desk, "members rm bob --yes").success();
    // An app is nobody, and looks first whether it is shown anything.
    let app = demo.members_token(TokenKind::GithubInstallation, "ada", &["members=read"], None);
    run(&room(witness.url(), &app), "members check hal").success();
    let mut all = witness.asked();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.toml");
    std::fs::write(&path, "[members]\ncrowd = 120\n").unwrap();
    let crowded = sandbox(Seed::read(path.to_str().unwrap()).unwrap());
    let witness = Witness::before(&crowded.url(Backend::GitHub));
    let owner = crowded.members_token(TokenKind::GithubClassic, "ada", &["admin:org"], None);
    run(&room(witness.url(), &owner), "members list").success();
    all.extend(witness.asked());
    all
}

#[test]
fn every_request_is_one_that_github_describes() {
    let mut operations = BTreeSet::new();
    let all = asked();
    for asked in &all {
        let operation = GITHUB.check(asked);
        operations.insert(
            operation.unwrap_or_else(|error| panic!("{} {}: {error}\n{}", asked.method, asked.path, asked.body)),
        );
        // What it wants of every request, and refuses or warns without.
        let header = |name: &str| asked.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        assert_eq!(header("accept"), Some("application/vnd.github+json"), "{asked:?}");
        assert_eq!(header("x-github-api-version"), Some("2022-11-28"), "{asked:?}");
        assert!(header("user-agent").is_some_and(|agent| agent.starts_with("orchest/")), "{asked:?}");
        assert!(header("authorization").is_some_and(|login| login.starts_with("Bearer gh")), "{asked:?}");
    }
    assert_eq!(operations, OPERATIONS.map(str::to_owned).into());
    // The variants that a check of names alone would not tell apart.
    let bodies: BTreeSet<&str> = all.iter().map(|asked| asked.body.as_str()).collect();
    for part in ["\"direct_member\"", "\"admin\"", "\"team_ids\":[31]", "\"role\":\"member\""] {
        assert!(bodies.iter().any(|body| body.contains(part)), "{part} was never sent: {bodies:?}");
    }
    assert!(all.iter().any(|asked| asked.path.contains("page=2")), "no second page was asked for");
}

/// Requests with a mistake each.
pub(super) fn mistakes() -> Vec<(&'static str, &'static str, Option<Value>)> {
    vec![
        ("GET", "/orgs/acme/members?role=king", None),
        ("GET", "/orgs/acme/members?per_page=many", None),
        ("POST", "/orgs/acme/invitations", Some(json!({"email": "a@example.com", "role": "member"}))),
        ("POST", "/orgs/acme/invitations", Some(json!({"email": "a@example.com", "team_ids": ["crew"]}))),
        ("PUT", "/orgs/acme/memberships/bea", Some(json!({"role": "direct_member"}))),
        ("PUT", "/orgs/acme/teams/crew/memberships/bea", Some(json!({"role": "admin"}))),
        ("DELETE", "/orgs/acme/invitations/eve@example.com", None),
        ("PATCH", "/user/memberships/orgs/acme", None),
        ("PATCH", "/user/memberships/orgs/acme", Some(json!({}))),
    ]
}

#[test]
fn what_github_does_not_describe_is_noticed() {
    let names = [
        // A server would not mind these, and not do what they are to do either.
        ("GET", "/orgs/acme/members?roles=admin", None),
        ("POST", "/orgs/acme/invitations", Some(json!({"mail": "a@example.com"}))),
        ("GET", "/orgs/acme/membership/bea", None),
        ("POST", "/orgs/acme/memberships/bea", None),
        ("PATCH", "/orgs/acme/teams/crew", Some(json!({"parent_team_id": "one"}))),
    ];
    for (method, path, body) in mistakes().into_iter().chain(names) {
        let asked = supposed(method, path, body.as_ref());
        assert!(GITHUB.check(&asked).is_err(), "{asked:?}");
    }
    // The same without the mistakes. `null` has a word of its own in this version of OpenAPI.
    for (method, path, body) in [
        ("GET", "/orgs/acme/members?role=admin", None),
        ("POST", "/orgs/acme/invitations", Some(json!({"email": "a@example.com", "team_ids": [31]}))),
        ("PATCH", "/user/memberships/orgs/acme", Some(json!({"state": "active"}))),
        ("PATCH", "/orgs/acme/teams/crew", Some(json!({"parent_team_id": null}))),
    ] {
        let asked = supposed(method, path, body.as_ref());
        assert!(GITHUB.check(&asked).is_ok(), "{asked:?} {:?}", GITHUB.check(&asked));
    }
}

#[test]
fn parameters_of_a_route_and_of_headers_count_too() {
    let document = json!({"openapi": "3.0.3", "paths": {"/things/{id}": {
        "parameters": [{"$ref": "#/components/parameters/id"}, {"name": "all", "in": "query", "schema": {"type": "boolean"}}],
        "get": {"parameters": [{"name": "X-Version", "in": "header", "required": true, "schema": {"enum": ["1"]}},
            {"name": "all", "in": "query", "schema": {"type": "integer", "minimum": 1, "exclusiveMinimum": true}}]},
    }}, "components": {"parameters": {"id": {"name": "id", "in": "path", "required": true,
        "schema": {"$ref": "#/components/schemas/id"}}}, "schemas": {"id": {"type": "integer"}}}});
    let description = Description::new(document, "");
    let check = |path: &str, version: Option<&str>| {
        let mut asked = supposed("GET", path, None);
        asked.headers.extend(version.map(|version| ("x-version".to_owned(), version.to_owned())));
        description.check(&asked)
    };
    assert_eq!(check("/things/7?all=2", Some("1")).unwrap(), "GET /things/{id}");
    for (path, version, says) in [
        ("/things/7", None, "X-Version"),
        ("/things/7", Some("2"), "x-version=2"),
        ("/things/seven", Some("1"), "id=seven"),
        ("/things/7?all=1", Some("1"), "all=1"),
        ("/things/7?all=true", Some("1"), "all=true"),
        ("/things/7?some=1", Some("1"), "some"),
    ] {
        let error = check(path, version).unwrap_err();
        assert!(error.contains(says), "{path} {version:?}: {error}");
    }
}
