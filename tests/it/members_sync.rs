//! Rosters: what is planned and what is done, at a scripted GitHub, Trello and Google Drive.

use serde_json::{Value, json};

use crate::support::cli::{Output, Room};
use crate::support::server::{Reply, Server};

const OWN: &str = "GET /user/memberships/orgs/acme";
const LAPSED: &str = "GET /orgs/acme/failed_invitations?per_page=100";
const ALIVE: &str = "GET /orgs/acme/invitations?per_page=100";
const OWNERS: &str = "GET /orgs/acme/members?role=admin&per_page=100";
const MEMBERS: &str = "GET /orgs/acme/members?role=member&per_page=100";
const TWO: &str = "GET /orgs/acme/members?role=admin&per_page=2";
const CREW: &str = "GET /1/organizations/crew/memberships?filter=all&member=true&member_fields=username%2CfullName";
const ME: &str = "GET /1/members/me?fields=id%2Cusername";

fn membership(method: &str, login: &str) -> String {
    format!("{method} /orgs/acme/memberships/{login}")
}

fn member(login: &str, state: &str, role: &str) -> Reply {
    Reply::json(200, &json!({"state": state, "role": role, "user": {"login": login, "id": 5}}))
}

fn refusal(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message }))
}

fn logins(all: &[&str]) -> Reply {
    let row = |(number, login): (usize, &&str)| json!({"login": login, "id": number});
    Reply::json(200, &all.iter().enumerate().map(row).collect::<Value>())
}

/// The organisation `acme`: `ada` owns it and the token, `owen` owns it too; twelve members, `cy` is invited, and the
/// invitation of `eve` has lapsed. Whatever is asked to be changed is.
fn acme() -> Server {
    let server = Server::start();
    server.on(OWN, member("ada", "active", "admin"));
    server.on(OWNERS, logins(&["ada", "owen"]));
    server.on(TWO, logins(&["ada", "owen"]));
    let members: Vec<String> = (1..=12).map(|number| format!("m{number}")).collect();
    server.on(MEMBERS, logins(&members.iter().map(String::as_str).collect::<Vec<_>>()));
    let invited = |login: &str, more: Value| {
        let mut row = json!({"id": 9, "login": login, "role": "direct_member", "created_at": "2026-11-25T00:00:00Z"});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Reply::json(200, &json!([row]))
    };
    server.on(ALIVE, invited("cy", json!({})));
    server.on(LAPSED, invited("eve", json!({"failed_at": "2026-11-28T00:00:00Z", "failed_reason": "expired"})));
    for login in &members {
        server.on(&membership("GET", login), member(login, "active", "member"));
        server.on(&membership("DELETE", login), Reply::Plain(204, Vec::new(), Vec::new()));
    }
    server.on(&membership("GET", "owen"), member("owen", "active", "admin"));
    server.on(&membership("GET", "cy"), member("cy", "pending", "member"));
    server.on(&membership("DELETE", "cy"), Reply::Plain(204, Vec::new(), Vec::new()));
    server.on("DELETE /orgs/acme/invitations/9", Reply::Plain(204, Vec::new(), Vec::new()));
    for login in ["dee", "eve", "fay"] {
        server.on(&membership("GET", login), refusal(404, "Not Found"));
        server.on(&membership("PUT", login), member(login, "pending", "member"));
    }
    server
}

fn room(server: &Server) -> Room {
    let room = Room::new().env("ORCHEST_RETRIES", "1").env("ORCHEST_GITHUB_TOKEN", "ghp_canary");
    let (url, pace) = (server.url(), "pace = \"0s\"");
    room.file(
        ".orchester.toml",
        &format!(
            "default_connector = \"github\"\n[connector.github]\norganization = \"acme\"\napi_url = \"{url}\"\n{pace}\n\
             [connector.trello]\nworkspace = \"crew\"\napi_key = \"k\"\ntoken = \"t\"\napi_url = \"{url}/1\"\n\
             [connector.slack]\ntoken = \"xoxb\"\napi_url = \"{url}/api\"\n"
        ),
    );
    room
}

/// A roster of all the members but some, and of others.
fn roster(without: &[&str], more: &str) -> String {
    let members = (1..=12).map(|number| format!("m{number}")).filter(|login| !without.contains(&login.as_str()));
    let rows: String = members.map(|login| format!("{login},{login},\n")).collect();
    format!("name,github,github_role\nAda,ada,\nOwen,owen,\n{rows}{more}")
}

fn writes(server: &Server) -> Vec<String> {
    server.lines().into_iter().filter(|line| !line.starts_with("GET ")).collect()
}

fn results(output: &Output) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_else(|| panic!("{key}\n{output}")).to_owned();
    let rows = output.json();
    let told = rows.as_array().unwrap().iter().map(|row| (text(row, "id"), text(row, "result")));
    told.filter(|(_, result)| result != "already so").collect()
}

fn pair(id: &str, result: &str) -> (String, String) {
    (id.to_owned(), result.to_owned())
}

#[test]
fn the_plan_is_shown_and_then_carried_out() {
    let server = acme();
    let room = room(&server);
    room.file("people.csv", &roster(&["m3"], "Cy,cy,\nDee,dee,\nEve,eve,\n"));
    let line = ["members", "sync", "--from", "people.csv", "--remove-extra"];
    let dry = room.run(&[&line[..], &["--dry-run"]].concat()).success();
    dry.clone().says("github acme: add 1, invite again 1, remove 1 of 14, keep 14").says("nothing was changed");
    for (id, result) in [("dee", "would be added"), ("eve", "would be invited again"), ("m3", "would be removed")] {
        let row = dry.stdout.lines().find(|row| row.split_whitespace().any(|word| word == id));
        assert!(row.is_some_and(|row| row.contains(result)), "{id}\n{dry}");
    }
    assert!(!dry.stdout.contains("m4"), "{dry}");
    room.run(&[&line[..], &["--dry-run", "--exit-status"]].concat()).code(10);
    assert_eq!(writes(&server), Vec::<String>::new());
    // Nobody can be asked here: that is said before the first request.
    let before = server.lines().len();
    room.run(&line).code(2).says("--yes");
    assert_eq!(server.lines().len(), before);
    let output = room.run(&[&line[..], &["--yes", "-o", "json"]].concat()).success();
    assert_eq!(results(&output), [pair("dee", "invited"), pair("eve", "invited again"), pair("m3", "removed")]);
    let (put, cancel) = (membership("PUT", "eve"), "DELETE /orgs/acme/invitations/9".to_owned());
    assert_eq!(writes(&server), [membership("PUT", "dee"), cancel, put, membership("DELETE", "m3")]);
    assert!(!output.stderr.contains("canary") && !output.stdout.contains("canary"), "{output}");
    server.verify();
}

#[test]
fn without_being_asked_to_nobody_is_removed() {
    let server = acme();
    let room = room(&server);
    room.file("people.csv", "github\nada\n");
    let output = room.run(&["members", "sync", "--from", "people.csv", "--yes"]).success();
    output.says("not listed 15").says("nothing to change");
    assert_eq!(writes(&server), Vec::<String>::new());
}

#[test]
fn what_goes_beyond_the_limits_is_refused_whole_before_any_write() {
    let server = acme();
    let room = room(&server);
    let sync = |roster: &str, flags: &[&str]| {
        room.file("people.csv", roster);
        room.run(&[&["members", "sync", "--from", "people.csv", "--remove-extra", "--yes"], flags].concat())
    };
    // With cy, who is invited: four of fourteen.
    let short = roster(&["m1", "m2", "m3"], "Dee,dee,\n");
    let output = sync(&short, &[]).code(6).says("removing 4 of 14 (28%) is over --max-removals 25%");
    assert!(output.stderr.contains("nothing was changed") && output.stdout.contains("would be removed"), "{output}");
    sync(&short, &["--dry-run"]).code(6).says("over --max-removals");
    sync(&short, &["--max-removals", "3"]).code(6).says("over --max-removals 3");
    sync("name,github,trello\nAda,,ada\n", &[]).code(6).says("the roster lists nobody");
    // Without owen the owner of the token is left; without either it would be nobody, but they stay.
    let full = roster(&[], "Cy,cy,\n");
    sync(&full.replace("Owen,owen,\n", ""), &["--min-admins", "2"]).code(6).says("1 administrators would be left");
    sync(&full, &["--min-admins", "3"]).code(6).says("2 administrators would be left");
    let by_address = roster(&["m1"], "Cy,cy,\nM,m1@example.com,\n");
    sync(&by_address, &[]).code(6).says("m1@example.com").says("login or username");
    sync(&full, &["--max-removals", "200%"]).code(2).says("a share such as 25%");
    assert_eq!(writes(&server), Vec::<String>::new());
    sync(&full.replace("Ada,ada,\n", ""), &[]).success().prints("left alone");
    assert_eq!(writes(&server), Vec::<String>::new());
    sync(&short, &["--max-removals", "4"]).success();
    assert_eq!(writes(&server).len(), 5);
    server.verify();
}

#[test]
fn roles_are_lowered_only_where_that_is_said_twice() {
    let server = acme();
    let room = room(&server);
    server.on(&membership("PUT", "owen"), member("owen", "active", "member"));
    server.on(&membership("PUT", "m2"), member("m2", "active", "admin"));
    let text = roster(&["m2"], "").replace("Owen,owen,", "Owen,owen,member") + "M,m2,admin\n";
    room.file("people.csv", &text);
    let sync = |flags: &[&str]| room.run(&[&["members", "sync", "--from", "people.csv", "--yes"], flags].concat());
    sync(&[]).success().prints("left alone").says("give more rights to 1");
    assert_eq!(writes(&server), [membership("PUT", "m2")]);
    sync(&["--allow-demotions"]).success();
    let bodies: Vec<String> =
        server.asked().into_iter().map(|asked| asked.body).filter(|body| !body.is_empty()).collect();
    assert_eq!(bodies, [r#"{"role":"admin"}"#, r#"{"role":"admin"}"#, r#"{"role":"member"}"#]);
    room.file("people.csv", &text.replace(",admin", ",boss"));
    sync(&[]).code(2).says("people.csv:15:6: GitHub has no role 'boss'").says("roles: member, admin");
}

#[test]
fn one_who_is_blocked_stops_nobody_and_those_who_failed_are_a_roster() {
    let server = acme();
    let room = room(&server);
    server.on(&membership("GET", "gus"), refusal(404, "Not Found"));
    server.on(&membership("PUT", "gus"), refusal(403, "Blocked"));
    room.file("people.csv", &roster(&[], "Gus,gus,\nDee,dee,\nFay,fay,member\n"));
    let line = ["members", "sync", "--from", "people.csv", "--yes", "--failed-to", "failed.csv"];
    let output = room.run(&line).code(7).says("line 16  gus: ").says("blocked").says("without --remove-extra");
    assert!(output.stderr.contains("done 2, failed 1"), "{output}");
    assert_eq!(writes(&server).len(), 3);
    let failed = std::fs::read_to_string(room.path("failed.csv")).unwrap();
    assert!(failed.starts_with("name,github,github_role,failed\nGus,gus,,\"github: "), "{failed}");
    let again = ["members", "sync", "--from", "failed.csv", "--yes"];
    room.run(&[&again[..], &["--remove-extra"]].concat()).code(2).says("only has those who failed");
    room.run(&again).code(7).says("gus");
    // Where nobody fails any more, nobody is left in it; a dry run leaves it alone.
    room.file("people.csv", &roster(&[], "Dee,dee,\nFay,fay,member\n"));
    room.run(&[&line[..], &["--dry-run"]].concat()).success();
    assert_eq!(std::fs::read_to_string(room.path("failed.csv")).unwrap(), failed);
    room.run(&line).success();
    assert_eq!(std::fs::read_to_string(room.path("failed.csv")).unwrap(), "");
}

#[test]
fn whoever_stays_as_the_roster_does_not_want_it_counts_as_a_difference() {
    let server = acme();
    let room = room(&server);
    room.file("people.csv", "github\nada\nsomebody@city.example\n");
    let line = ["members", "sync", "--from", "people.csv", "--dry-run"];
    room.run(&line).success().says("nothing to change");
    room.run(&[&line[..], &["--exit-status"]].concat()).code(10);
    room.file("people.csv", "github\nada\n");
    room.run(&[&line[..], &["--exit-status"]].concat()).success();
    assert_eq!(writes(&server), Vec::<String>::new());
}

#[test]
fn a_bad_roster_is_told_with_its_place_and_nothing_is_sent() {
    let server = acme();
    let room = room(&server);
    for (name, text, says) in [
        ("people.csv", "name,githup\nAda,ada\n", "people.csv:1:6: 'githup' is not known here"),
        (
            "people.csv",
            "\u{feff}name,github\r\nAda,ada\r\nBob,ADA\r\n",
            "people.csv:3:5: github 'ADA' stands in line 2",
        ),
        ("people.csv", "name,github\n\"Ada,ada\n", "people.csv:2:1: the quote that begins here"),
        ("people.toml", "[[people]]\ngithub = \"\"\n", "people.toml:2:10: github is empty"),
        ("people.csv", " \n", "people.csv is empty"),
    ] {
        room.file(name, text);
        room.run(&["members", "sync", "--from", name, "--yes", "--remove-extra"]).code(2).says(says);
    }
    std::fs::write(room.path("people.csv"), b"name,github\nBj\xF6rn,bjorn\n").unwrap();
    room.run(&["members", "sync", "--from", "people.csv", "--yes"]).code(2).says("people.csv:2:3: byte 0xF6");
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn several_services_are_served_by_one_roster_and_one_that_fails_stops_no_other() {
    let server = acme();
    let room = room(&server);
    let person = |number: u32, name: &str, role: &str| {
        json!({"id": format!("a{number}"), "idMember": format!("b{number}"), "memberType": role, "unconfirmed": false,
            "deactivated": false, "member": {"username": name}})
    };
    server.on(ME, Reply::json(200, &json!({"id": "b1", "username": "ada"})));
    let crew = [person(1, "ada", "admin"), person(2, "bob", "normal"), person(3, "dee", "normal")];
    server.on(CREW, Reply::json(200, &json!(crew[..2])));
    server.on(CREW, Reply::json(200, &json!(crew[..2])));
    server.on(CREW, Reply::json(200, &json!(crew)));
    server.on("PUT /1/organizations/crew/members/dee?type=normal", Reply::json(200, &json!({})));
    server.on("POST /api/auth.test", Reply::json(200, &json!({"ok": false, "error": "token_revoked"})));
    let text = "[[people]]\nname = \"Ada\"\ngithub = \"ada\"\ntrello = \"ada\"\nslack = \"ada@example.com\"\n\
        [[people]]\nname = \"Dee\"\ngithub = \"dee\"\ntrello = \"dee\"\n";
    room.file("people.toml", text);
    let line = ["members", "sync", "--from", "people.toml", "-c", "all", "--yes", "-o", "json"];
    let output = room.run(&line).code(7).says("slack: ").says("token_revoked");
    assert!(results(&output).contains(&pair("dee", "invited")), "{output}");
    let mut written = writes(&server);
    written.retain(|line| !line.starts_with("POST /api"));
    written.sort();
    assert_eq!(written, ["PUT /1/organizations/crew/members/dee?type=normal", &membership("PUT", "dee")]);
    // A refusal at one of them is one at all.
    let before = writes(&server).len();
    room.file("people.toml", &text.replace("trello", "g_drive"));
    let line = ["members", "sync", "--from", "people.toml", "-c", "github,trello", "--yes"];
    room.run(&[&line[..], &["--remove-extra"]].concat()).code(6).says("trello: the roster lists nobody");
    assert_eq!(writes(&server).len(), before);
    // Where nobody is to be removed there is nothing to refuse: the others are done.
    let output = room.run(&line).success().says("trello: left out, since the roster lists nobody there");
    output.says("done 1, failed 0");
    assert_eq!(writes(&server).len(), before + 1);
}

/// As `--failed-to` says: with the file as `--from`, and without `--remove-extra`.
#[test]
fn a_connector_at_which_the_roster_has_nobody_is_left_out() {
    let server = acme();
    let room = room(&server);
    server.on(&membership("GET", "gus"), refusal(404, "Not Found"));
    server.on(&membership("PUT", "gus"), refusal(422, "Validation Failed"));
    server.on(&membership("PUT", "gus"), member("gus", "pending", "member"));
    server.on("POST /api/auth.test", Reply::json(200, &json!({"ok": true, "user_id": "U1"})));
    let ada = json!({"id": "U1", "profile": {"email": "ada@example.com"}});
    server.on("POST /api/users.list", Reply::json(200, &json!({"ok": true, "members": [ada]})));
    room.file("people.csv", "name,github,slack\nAda,ada,ada@example.com\nGus,gus,\n");
    let line = |from: &'static str, connectors: &'static str| {
        let line = ["members", "sync", "--from", from, "-c", connectors, "--yes", "--failed-to", "failed.csv"];
        line.to_vec()
    };
    let hint = "mend failed.csv and run the same command with it as --from, without --remove-extra";
    room.run(&line("people.csv", "github,slack")).code(7).says(hint);
    let failed = std::fs::read_to_string(room.path("failed.csv")).unwrap();
    assert!(failed.starts_with("name,github,slack,failed\nGus,gus,,"), "{failed}");
    std::fs::rename(room.path("failed.csv"), room.path("again.csv")).unwrap();
    let asked = server.lines().iter().filter(|line| line.starts_with("POST /api/")).count();
    let output = room.run(&line("again.csv", "github,slack")).success();
    output.says("slack: left out, since the roster lists nobody there").says("done 1, failed 0");
    assert_eq!(
        server.lines().iter().filter(|line| line.starts_with("POST /api/")).count(),
        asked,
        "nothing is asked there"
    );
    // Nobody at any of them: so it is as the roster has it.
    let before = server.lines().len();
    let output = room.run(&line("again.csv", "slack")).success().says("slack: left out").says("nothing to change");
    assert!(!output.stdout.contains("could be asked"), "{output}");
    let dry = ["members", "sync", "--from", "again.csv", "-c", "trello,slack", "--dry-run", "--exit-status"];
    room.run(&dry).success().says("trello: left out").says("slack: left out");
    assert_eq!(server.lines().len(), before);
}

#[test]
fn changes_keep_the_pace_that_the_settings_say() {
    let server = acme();
    let room = room(&server);
    let settings = std::fs::read_to_string(room.path(".orchester.toml")).unwrap();
    room.file(".orchester.toml", &settings.replace("\"0s\"", "\"400ms\""));
    room.file("people.csv", &roster(&[], "Dee,dee,\nFay,fay,\nEve,eve,\n"));
    let start = std::time::Instant::now();
    room.run(&["members", "sync", "--from", "people.csv", "--yes"]).success();
    // Four writes, three pauses between them.
    assert_eq!(writes(&server).len(), 4);
    assert!(start.elapsed() >= std::time::Duration::from_millis(1200), "{:?}", start.elapsed());
}

#[test]
fn two_runs_do_not_work_on_one_place_at_a_time() {
    let server = acme();
    let room = room(&server);
    let settings = std::fs::read_to_string(room.path(".orchester.toml")).unwrap();
    room.file(".orchester.toml", &settings.replace("\"0s\"", "\"3s\""));
    room.file("people.csv", &roster(&[], "Dee,dee,\nFay,fay,\n"));
    let line = ["members", "sync", "--from", "people.csv", "--yes"];
    std::thread::scope(|scope| {
        let first = scope.spawn(|| room.run(&line));
        // It holds the lock before its first request.
        while server.lines().is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        room.run(&line).code(75).says("who is in acme is being worked on by pid");
        first.join().unwrap().success();
    });
    assert_eq!(writes(&server).len(), 2);
}
