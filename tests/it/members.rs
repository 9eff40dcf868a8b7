//! Who is a member, by the words of the first orchester and by those of today, against a scripted GitHub.

use serde_json::{Value, json};

use crate::support::cli::{Output, Room};
use crate::support::server::{Reply, Server};

const OWN: &str = "GET /user/memberships/orgs/acme";
const LAPSED: &str = "GET /orgs/acme/failed_invitations?per_page=100";
const ALIVE: &str = "GET /orgs/acme/invitations?per_page=100";
const OWNERS: &str = "GET /orgs/acme/members?role=admin&per_page=100";
const MEMBERS: &str = "GET /orgs/acme/members?role=member&per_page=100";

pub(crate) fn look(login: &str) -> String {
    format!("GET /orgs/acme/memberships/{login}")
}

fn put(login: &str) -> String {
    format!("PUT /orgs/acme/memberships/{login}")
}

fn delete(login: &str) -> String {
    format!("DELETE /orgs/acme/memberships/{login}")
}

fn member(login: &str, state: &str, role: &str) -> Reply {
    Reply::json(200, &json!({"state": state, "role": role, "user": {"login": login, "id": 5}}))
}

fn refusal(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"message": message}))
}

fn empty(status: u16) -> Reply {
    Reply::Plain(status, Vec::new(), Vec::new())
}

/// The organisation `acme`: `ada` owns it and the token, `bob` is a member, `cy` is invited, `dee` is nobody.
pub(crate) fn acme() -> Server {
    let server = Server::start();
    server.on(OWN, member("ada", "active", "admin"));
    server.on(LAPSED, Reply::json(200, &json!([])));
    server.on(&look("ada"), member("ada", "active", "admin"));
    server.on(&look("bob"), member("bob", "active", "member"));
    server.on(&look("cy"), member("cy", "pending", "member"));
    for login in ["dee", "eve"] {
        server.on(&look(login), refusal(404, "Not Found"));
        server.on(&put(login), member(login, "pending", "member"));
    }
    for login in ["bob", "cy"] {
        server.on(&delete(login), empty(204));
    }
    server
}

/// A room with the seed's own file; where the server of the test is, only a file of today can say.
pub(crate) fn room(server: &Server) -> Room {
    let room = Room::new().env("ORCHEST_RETRIES", "1");
    let seed = json!({"default_connector": "github",
        "connectors": {"github": {"token": "ghp_canary-of-the-seed", "org_id": "acme"}, "g_groups": {}}});
    room.file(".orchester.json", &seed.to_string());
    room.file(".orchester.toml", &format!("[connector.github]\napi_url = \"{}\"\n", server.url()));
    room
}

fn writes(server: &Server) -> Vec<String> {
    server.lines().into_iter().filter(|line| !line.starts_with("GET ")).collect()
}

fn ids(output: &Output) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_else(|| panic!("{key}\n{output}")).to_owned();
    output.json().as_array().unwrap().iter().map(|row| (text(row, "id"), text(row, "state"))).collect()
}

#[test]
fn the_lines_of_the_first_orchester_give_its_answers() {
    let server = acme();
    let room = room(&server);
    for (line, answer) in [
        (&["-c", "github", "check", "bob"][..], "True\n"),
        (&["-c", "github", "check", "dee"], "False\n"),
        (&["check", "bob"], "True\n"),
        (&["-c", "github", "add", "bob"], "True\n"),
        (&["-c", "github", "add", "dee"], "True\n"),
        (&["-c", "github", "rm", "bob"], "True\n"),
        (&["-c", "github", "rm", "eve"], "True\n"),
        (&["rm", "cy"], "True\n"),
    ] {
        let output = room.run(line).success();
        assert_eq!(output.stdout, answer, "{output}");
        assert!(!output.stderr.contains("canary"), "{output}");
    }
    assert_eq!(writes(&server), [put("dee"), delete("bob"), delete("cy")]);
    let body: Vec<String> =
        server.asked().into_iter().map(|asked| asked.body).filter(|body| !body.is_empty()).collect();
    assert_eq!(body, [r#"{"role":"member"}"#]);
    let tokens: Vec<_> = server.asked().into_iter().flat_map(|asked| asked.headers).collect();
    assert!(tokens.contains(&("authorization".to_owned(), "Bearer ghp_canary-of-the-seed".to_owned())));
    server.verify();
}

#[test]
fn a_check_can_tell_by_its_exit_code_and_says_what_is_in_between() {
    let server = acme();
    let room = room(&server);
    assert_eq!(room.run(&["check", "bob", "--exit-status"]).success().stdout, "True\n");
    assert_eq!(room.run(&["check", "dee", "--exit-status"]).code(3).stdout, "False\n");
    let invited = room.run(&["check", "cy"]).success().says("cy is pending at acme");
    assert_eq!(invited.stdout, "False\n");
    assert_eq!(room.run(&["check", "bob", "dee", "--exit-status"]).code(3).stdout, "bob True\ndee False\n");
    // Nobody is called absent whose membership GitHub does not tell.
    server.on(ALIVE, Reply::json(200, &json!([])));
    let output = room.run(&["check", "dee@example.com"]).code(1).says("cannot be told");
    assert_eq!(output.stdout, "");
    room.run(&["rm", "dee@example.com"]).code(1).says("tells no member's address");
}

#[test]
fn a_dry_run_writes_nothing() {
    let server = acme();
    let room = room(&server);
    let output = room.run(&["add", "dee", "--dry-run"]).success().says("dee would be invited at acme");
    assert_eq!(output.stdout, "");
    room.run(&["rm", "bob", "--dry-run"]).success().says("bob would be removed");
    room.run(&["members", "rm", "bob", "cy", "--dry-run"]).success().prints("would be removed").prints("taken back");
    room.run(&["members", "add", "bob", "--role", "admin", "--dry-run"]).success().prints("would be changed");
    assert_eq!(writes(&server), Vec::<String>::new());
}

#[test]
fn every_refusal_has_its_exit_code() {
    for (line, reply, code, says) in [
        (look("dee"), refusal(401, "Bad credentials"), 4, "ORCHEST_GITHUB_TOKEN"),
        (look("dee"), refusal(403, "You must be a member of acme to see membership information"), 5, "owner"),
        (OWN.to_owned(), refusal(404, "Not Found"), 5, "hidden"),
        (OWN.to_owned(), member("ada", "active", "member"), 5, "only owners"),
        (put("dee"), refusal(404, "Not Found"), 3, "nobody of the login 'dee'"),
        (put("dee"), refusal(403, "Blocked"), 6, "blocked"),
        (put("dee"), refusal(422, "Over invitation rate limit"), 75, "tomorrow"),
        (put("dee"), refusal(403, "Members are managed by your enterprise"), 1, "identity provider"),
        (put("dee"), refusal(422, "Validation Failed"), 1, "Validation Failed"),
        (put("dee"), refusal(503, "down"), 75, "again"),
        (put("dee"), refusal(429, "rate limit"), 75, "again"),
        (put("dee"), Reply::Raw(Vec::new()), 75, "looks first"),
    ] {
        let own = Server::start();
        own.on(&line, reply);
        for known in [OWN.to_owned(), LAPSED.to_owned(), look("dee"), put("dee")] {
            if known != line {
                let reply = match known.as_str() {
                    OWN => member("ada", "active", "admin"),
                    LAPSED => Reply::json(200, &json!([])),
                    known if known == look("dee") => refusal(404, "Not Found"),
                    _ => member("dee", "pending", "member"),
                };
                own.on(&known, reply);
            }
        }
        let output = room(&own).run(&["-c", "github", "add", "dee"]).code(code).says(says);
        assert_eq!(output.stdout, "", "{output}");
    }
}

#[test]
fn what_is_missing_is_named_before_anything_is_sent() {
    let server = acme();
    let room = room(&server);
    room.run(&["-c", "g_groups", "check", "bob"]).code(2).says("github, trello, slack, g_drive");
    room.run(&["-c", "slack", "check", "a@b"]).code(78).says("Slack is not set up");
    room.run(&["check"]).code(2).says("no name");
    room.run(&["-c", "all", "check", "bob", "--target", "other"]).code(2).says("one service");
    room.run(&["check", "bob", "--target", "other"]).code(2);
    room.run(&["check", ""]).code(2);
    // A slip in the settings is no slip of whoever types.
    let seed = std::fs::read_to_string(room.path(".orchester.json")).unwrap();
    room.file(".orchester.json", &seed.replace(r#""default_connector":"github""#, r#""default_connector":"githib""#));
    room.run(&["check", "bob"]).code(78).says("default_connector").says("githib");
    room.run(&["-c", "githib", "check", "bob"]).code(2);
    room.file(".orchester.json", &seed);
    room.run(&["members", "add", "bob", "--role", "king"]).code(2).says("member, admin");
    room.run(&["members", "rm", "bob", "--with-boards"]).code(2).says("--yes");
    room.run(&["members", "rm", "bob", "--with-boards", "--yes"]).code(2).says("--with-boards");
    std::fs::remove_file(room.path(".orchester.json")).unwrap();
    room.run(&["check", "bob"]).code(2).says("-c github, trello, slack or g_drive");
    room.run(&["-c", "github", "check", "bob"]).code(78).says("connector.github.organization");
    room.file(".orchester.toml", "[connector.github]\norganization = \"acme\"\n");
    room.run(&["-c", "github", "check", "bob"]).code(4).says("ORCHEST_GITHUB_TOKEN");
    room.file(".orchester.toml", "[connector.github]\norganisation = \"acme\"\n");
    room.run(&["-c", "github", "check", "bob"]).code(78).says("did you mean");
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn help_needs_no_settings_and_survives_broken_ones() {
    let room = Room::new();
    room.file(".orchester.json", "{ broken");
    for line in [&["--help"][..], &["check", "--help"], &["members", "--help"], &["members", "add", "--help"]] {
        room.ok(line);
    }
    room.run(&["-c", "github", "check", "bob"]).code(78).says(".orchester.json");
}

#[test]
fn a_token_comes_from_a_variable_a_file_or_a_program() {
    let server = acme();
    let token = |server: &Server| {
        let asked = server.asked().pop().unwrap();
        asked.headers.into_iter().find(|(name, _)| name == "authorization").unwrap().1
    };
    let room = room(&server);
    let file = room.file("token", "ghp_of-a-file\n").display().to_string();
    let base = format!("[connector.github]\napi_url = \"{}\"\n", server.url());
    room.file(".orchester.toml", &format!("{base}token_file = \"{file}\"\n"));
    room.run(&["check", "bob"]).success();
    assert_eq!(token(&server), "Bearer ghp_of-a-file");
    room.file(".orchester.toml", &format!("{base}token_command = [\"echo\", \"ghp_of-a-program\"]\n"));
    room.run(&["check", "bob"]).success();
    assert_eq!(token(&server), "Bearer ghp_of-a-program");
    let nearer = "[contexts.prod.connector.github]\ntoken_command = [\"echo\", \"ghp_of-the-nearer\"]\n";
    room.file(".orchester.toml", &format!("{base}token_file = \"{file}\"\n{nearer}"));
    room.run(&["check", "bob", "--context", "prod"]).success();
    assert_eq!(token(&server), "Bearer ghp_of-the-nearer");
    let room = room.env("ORCHEST_GITHUB_TOKEN", "ghp_of-a-variable");
    room.run(&["check", "bob"]).success();
    assert_eq!(token(&server), "Bearer ghp_of-a-variable");
}

#[test]
fn a_token_does_not_go_where_a_strangers_file_points() {
    let server = acme();
    let room = room(&server);
    let home = room.path("home");
    std::fs::create_dir(&home).unwrap();
    let room = room.env("HOME", &home.display().to_string()).env("ORCHEST_GITHUB_TOKEN", "ghp_canary-elsewhere");
    let output = room.run(&["-c", "github", "check", "bob"]).code(78).says("config trust");
    assert!(!output.stderr.contains("canary"), "{output}");
    assert_eq!(server.lines(), Vec::<String>::new());
    room.run(&["config", "trust", ".orchester.toml", "--yes"]).success();
    room.run(&["-c", "github", "check", "bob"]).success().prints("True");
}

#[test]
fn people_and_their_standing_are_rows() {
    let server = acme();
    let room = room(&server);
    let output = room.run(&["members", "check", "bob", "cy", "dee", "-o", "json"]).success();
    let told = [("bob", "active"), ("cy", "pending"), ("dee", "absent")].map(|(id, state)| (id.into(), state.into()));
    assert_eq!(ids(&output), told);
    let output = room.run(&["members", "add", "bob", "cy", "dee", "-o", "json"]).success();
    let results: Vec<Value> = output.json().as_array().unwrap().iter().map(|row| row["result"].clone()).collect();
    assert_eq!(results, ["already so", "already so", "invited"]);
    room.run(&["members", "rm", "bob"]).code(2).says("--yes");
    room.run(&["members", "rm", "bob", "cy", "eve", "--yes"]).success().prints("removed").prints("already so");
    let mut written = writes(&server);
    // Several are asked about at once.
    written.sort();
    assert_eq!(written, [delete("bob"), delete("cy"), put("dee")]);

    server.on(OWNERS, Reply::json(200, &json!([{"login": "ada", "id": 1}])));
    server.on(MEMBERS, Reply::json(200, &json!([{"login": "bob", "id": 2}])));
    server.on(
        ALIVE,
        Reply::json(
            200,
            &json!([{"id": 3, "login": "cy", "role": "direct_member",
        "created_at": "2026-11-01T00:00:00Z"}]),
        ),
    );
    let all = [("ada", "active"), ("bob", "active"), ("cy", "pending")].map(|(id, state)| (id.into(), state.into()));
    assert_eq!(ids(&room.run(&["members", "list", "-o", "json"]).success()), all);
    let output = room.run(&["members", "invitations", "-c", "github"]).success().prints("cy");
    assert!(output.stdout.contains("2026-11-08T00:00:00Z") && !output.stdout.contains("bob"), "{output}");
    room.run(&["members", "capabilities", "-c", "github"]).success().prints("owners only").prints("member, admin");
    server.verify();
}

#[test]
fn another_place_can_be_named() {
    let server = acme();
    let room = room(&server);
    server.on("GET /orgs/other/memberships/bob", member("bob", "active", "admin"));
    let output = room.run(&["members", "check", "bob", "-c", "github", "--target", "other", "-o", "json"]).success();
    assert_eq!((&output.json()[0]["target"], &output.json()[0]["role"]), (&json!("other"), &json!("admin")));
    server.verify();
}

#[test]
fn one_who_fails_stops_nobody_else() {
    let server = acme();
    server.on(&look("gil"), refusal(404, "Not Found"));
    server.on(&put("gil"), refusal(403, "Blocked"));
    let room = room(&server);
    room.file("people.txt", "gil\nbob\ndee\n");
    let line = ["members", "add", "--from", "people.txt", "--failed-to", "bad.txt", "-o", "json"];
    let output = room.run(&line).code(7).says("line 1  gil").says("blocked");
    let results: Vec<Value> = output.json().as_array().unwrap().iter().map(|row| row["result"].clone()).collect();
    assert_eq!(results, ["failed", "already so", "invited"]);
    assert_eq!(std::fs::read_to_string(room.path("bad.txt")).unwrap(), "gil\n");
    room.file("people.txt", "bob\ndee\n");
    room.run(&line).success();
    assert_eq!(std::fs::read_to_string(room.path("bad.txt")).unwrap(), "");
    let output = room.run(&["-c", "github", "add", "gil", "bob"]).code(7);
    assert_eq!(output.stdout, "bob True\n");
}

#[test]
fn a_token_that_is_no_good_is_tried_for_one_and_not_for_all() {
    let server = Server::start();
    let people: Vec<String> = (0..40).map(|number| format!("p{number}")).collect();
    for login in &people {
        server.on(&look(login), refusal(401, "Bad credentials"));
    }
    let line: Vec<&str> = ["check"].into_iter().chain(people.iter().map(String::as_str)).collect();
    room(&server).run(&line).code(4).says("revoked");
    assert!(server.lines().len() <= 8, "{:?}", server.lines());
}

#[test]
fn one_connector_that_is_not_set_up_stops_only_itself() {
    let server = acme();
    let room = room(&server);
    let base =
        format!("[connector.github]\napi_url = \"{}\"\n[connector.slack]\nmode = \"check-only\"\n", server.url());
    room.file(".orchester.toml", &base);
    let output = room.run(&["-c", "all", "check", "bob"]).code(7).says("slack: bob: there is no token for Slack");
    assert_eq!(output.stdout, "github True\n");
    room.run(&["-c", "github", "check", "bob"]).success();
}

#[test]
fn a_service_of_others_is_told_of_no_run() {
    let server = acme();
    room(&server).run(&["-c", "github", "check", "bob", "--correlator", "run-of-the-platform"]).success();
    let names: Vec<String> = server.asked().into_iter().flat_map(|asked| asked.headers).map(|(name, _)| name).collect();
    assert!(names.iter().any(|name| name == "authorization"), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("correlator")), "{names:?}");
}
