//! `orchest audit resume`: the line of a run that did not finish, typed again, and when it is not.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::city::City;
use crate::scripted::{FIND_BOB, room, smart, user, users_page, without_bob};
use crate::support::cli::{Output, Room};
use crate::support::server::Reply;
use crate::support::terminal::Terminal;

const CREATE: [&str; 8] =
    ["service", "create", "town", "--admin-user", "a b", "--new-password-file", "new.pw", "--description=it's a town"];

fn log(room: &Room) -> Vec<Value> {
    let text = std::fs::read_to_string(room.path(".state/orchest/runs.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The id of the run that was noted last.
fn last(room: &Room) -> String {
    log(room).last().unwrap()["run"].as_str().unwrap().to_owned()
}

/// One command, typed in a directory below the home.
fn run_in(room: &Room, directory: &str, line: &[&str]) -> Output {
    let mut command = Command::new(Room::BINARY);
    room.furnish(command.args(line)).current_dir(room.path(directory)).stdin(Stdio::null());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    crate::support::cli::finish(child, line)
}

fn city() -> City {
    let city = City::new();
    city.room.file("new.pw", "moat-and-drawbridge-7");
    std::fs::create_dir_all(city.room.path("elsewhere")).unwrap();
    city
}

#[test]
fn a_killed_creation_is_finished_from_another_directory_and_then_settled() {
    let city = city();
    city.killed("kill@9:before", &CREATE);
    let run = last(&city.room);
    let noted = city.room.run(&["audit", "show", &run, "-o", "json"]).success().json();
    assert_eq!(noted["state"], "unfinished");
    assert_eq!(
        noted["command"],
        "service create town --admin-user 'a b' --new-password-file new.pw '--description=it'\\''s a town'"
    );
    // The file of the password is found from elsewhere, because the line is typed where it was typed.
    let output = run_in(&city.room, "elsewhere", &["audit", "resume", &run[..6]]).success();
    assert!(
        output.stderr.contains(&format!("run {run} again in ")) && output.stderr.contains("went on with run"),
        "{output}"
    );
    let town = city.room.run(&["service", "show", "town", "-o", "json"]).success().json();
    assert_eq!((&town["description"], &town["enabled"]), (&Value::from("it's a town"), &Value::from(true)));
    city.room.ok(&["user", "show", "a b", "-s", "town"]);
    // Once more there is nothing to do, and nobody is asked anything.
    let (output, requests) = city.watched(&["audit", "resume", &run]);
    output.success().says("nothing left to do");
    assert!(requests.is_empty(), "{requests:?}");
}

#[test]
fn a_dry_run_of_it_shows_and_settles_nothing() {
    let city = city();
    city.killed("kill@9:before", &CREATE);
    let run = last(&city.room);
    let output = city.room.run(&["audit", "resume", &run, "--dry-run"]).success();
    assert!(output.stderr.contains("nothing was changed"), "{output}");
    assert_eq!(city.room.run(&["audit", "show", &run, "-o", "json"]).success().json()["state"], "unfinished");
    city.room.run(&["audit", "resume", &run]).success();
    assert_eq!(city.room.run(&["audit", "show", &run, "-o", "json"]).success().json()["state"], "settled");
}

#[test]
fn a_run_that_failed_is_done_again_and_one_that_succeeded_is_not() {
    let server = smart();
    server.on(FIND_BOB, users_page(&[], None));
    server.on("POST /v3/users", Reply::text(403, "application/json", r#"{"error": {"message": "no"}}"#));
    server.on("POST /v3/users", Reply::json(201, &serde_json::json!({"user": user("u5", "bob")})));
    let room = room(server.url());
    room.run(&["user", "create", "bob", "-s", "smart", "--no-password"]).code(5);
    let run = last(&room);
    room.run(&["audit", "resume", &run]).success().says("orchest user create bob");
    let second = last(&room);
    assert_ne!(run, second);
    let before = server.lines().len();
    room.run(&["audit", "resume", &second]).success().says("succeeded; there is nothing left to do");
    room.run(&["audit", "resume", "zz"]).code(3).says("orchest audit list");
    room.run(&["audit", "resume", ""]).code(2);
    assert_eq!(server.lines().len(), before);
}

#[test]
fn what_destroys_asks_as_it_would_ask_anyway() {
    let city = city();
    city.room.ok(&["user", "create", "bob", "-s", "smartcity", "--no-password"]);
    let output =
        city.with_faults(&["status=503@*"], &["user", "delete", "bob", "-s", "smartcity", "--yes", "--retries", "1"]).0;
    output.code(75);
    let run = last(&city.room);
    // A line that was not confirmed made no request, and so left no run; this one was, and failed. Without its --yes it asks.
    let path = city.room.path(".state/orchest/runs.jsonl");
    let text = std::fs::read_to_string(&path).unwrap().replace("smartcity --yes", "smartcity");
    std::fs::write(&path, text).unwrap();
    city.room.run(&["audit", "resume", &run]).code(2).says("--yes");
    city.room.ok(&["user", "show", "bob", "-s", "smartcity"]);
    city.room.run(&["audit", "resume", &run, "--yes"]).success();
    city.room.run(&["user", "show", "bob", "-s", "smartcity"]).code(3);
}

#[test]
fn a_line_is_never_done_at_another_server() {
    let city = city();
    city.killed("kill@9:before", &CREATE);
    let run = last(&city.room);
    let other = City::new();
    let url = other.sandbox.url(orchester::sandbox::Backend::Keystone);
    let before = other.sandbox.take_record().requests.len();
    let room = city.room.env("ORCHEST_KEYSTONE", &url);
    let output = room.run(&["audit", "resume", &run]).code(6).says("was about").says(&url);
    assert!(output.stderr.contains(&format!("orchest audit resume {run} --keystone http")), "{output}");
    assert!(other.sandbox.take_record().requests.is_empty(), "{before}");
    // What it says to type works.
    let next = output.stderr.lines().find_map(|line| line.trim().strip_prefix("next: orchest ")).unwrap().to_owned();
    room.run(&next.split(' ').collect::<Vec<_>>()).success();
}

#[test]
fn nor_at_another_server_beside_it_nor_in_another_service() {
    let mut city = city();
    // The service is none of the line's words.
    city.room = city.room.env("ORCHEST_SERVICE", "smartcity");
    let (output, requests) = city.watched(&["group", "create", "first"]);
    output.success();
    let post = requests.iter().position(|request| request.method == "POST" && request.path.ends_with("/groups"));
    city.killed(&format!("kill@{}:before", post.unwrap() + 1), &["group", "create", "second"]);
    let run = last(&city.room);
    city.room.ok(&["service", "create", "other", "--admin-user", "adm2", "--new-password-file", "new.pw"]);
    city.room = city.room.env("ORCHEST_SERVICE", "other");
    let output = city.room.run(&["audit", "resume", &run]).code(6).says("was about the service smartcity");
    output.says(&format!("next: orchest audit resume {run} --service smartcity"));
    // Nor does the same line elsewhere count as this one.
    city.room.ok(&["group", "create", "second"]);
    assert_eq!(city.room.run(&["audit", "show", &run, "-o", "json"]).success().json()["state"], "unfinished");
    city.room.ok(&["audit", "resume", &run, "--service", "smartcity"]);
    city.room.ok(&["group", "show", "second", "-s", "smartcity"]);
    assert_eq!(city.room.run(&["audit", "show", &run, "-o", "json"]).success().json()["state"], "settled");

    let line = ["api", "orion", "POST", "/v2/entities", "-F", "id=x", "-F", "type=y", "-S", "energy"];
    city.with_faults(&["status=503@*"], &line).0.code(1);
    let run = last(&city.room);
    let foreign = smart();
    city.room = city.room.env("ORCHEST_ORION", foreign.url());
    city.room.run(&["audit", "resume", &run]).code(6).says("was about http").says("--orion http");
    assert!(foreign.lines().is_empty(), "{:?}", foreign.lines());
}

#[test]
fn a_line_is_the_same_wherever_it_was_typed_unless_it_names_a_file_there() {
    let city = city();
    let (output, requests) = city.watched(&["group", "create", "first", "-s", "smartcity"]);
    output.success();
    let post = requests.iter().position(|request| request.method == "POST" && request.path.ends_with("/groups"));
    let kill = format!("kill@{}:before", post.unwrap() + 1);
    let state = |run: &str| city.room.run(&["audit", "show", run, "-o", "json"]).success().json()["state"].clone();
    let create = ["group", "create", "second", "-s", "smartcity"];
    city.killed(&kill, &create);
    let run = last(&city.room);
    run_in(&city.room, "elsewhere", &create).success().says("this command continues it");
    assert_eq!(state(&run), "settled");
    // Two files of one name are two lists.
    city.room.file("names.txt", "third\n");
    city.room.file("elsewhere/names.txt", "fourth\n");
    let create = ["group", "create", "--from", "names.txt", "-s", "smartcity"];
    city.killed(&kill, &create);
    let run = last(&city.room);
    let output = run_in(&city.room, "elsewhere", &create).success();
    assert!(!output.stderr.contains("continues it"), "{output}");
    assert_eq!(state(&run), "unfinished");
    // A line that is too long to be kept is settled by itself all the same, and is not told at length.
    let names: Vec<String> = (1..=250).map(|number| format!("a_group_{number}")).collect();
    let mut create = vec!["group", "create", "-s", "smartcity"];
    create.extend(names.iter().map(String::as_str));
    city.killed("kill@9:before", &create);
    let long = last(&city.room);
    let output = city.room.run(&["group", "list", "-s", "smartcity"]).success();
    assert!(output.stderr.lines().all(|line| line.len() < 300), "{output}");
    let refused = city.room.run(&["audit", "resume", &long]).code(2);
    assert!(!refused.stderr.contains("a_group_20"), "{refused}");
    city.room.ok(&create);
    assert_eq!(state(&long), "settled");
}

#[test]
fn what_cannot_be_typed_again_is_shown_to_be_typed() {
    let server = without_bob();
    let room = room(server.url());
    room.run(&["user", "create", "bob", "-s", "smart", "--no-password"]).success();
    let path = room.path(".state/orchest/runs.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    // An older orchest did not note where it was typed; a line with a secret in it has none either.
    let directory = format!(",\"directory\":\"{}\"", log(&room)[0]["directory"].as_str().unwrap());
    let without = text.replace(&directory, "").replace("\"exit_code\":0", "\"exit_code\":1");
    assert!(without.len() < text.len());
    std::fs::write(&path, &without).unwrap();
    let run = last(&room);
    let before = server.lines().len();
    room.run(&["audit", "resume", &run])
        .code(2)
        .says("cannot be typed again")
        .says("next: type it yourself: orchest user create bob");
    // Its directory is gone.
    std::fs::write(
        &path,
        text.replace(&directory, ",\"directory\":\"/no/such/place\"").replace("\"exit_code\":0", "\"exit_code\":1"),
    )
    .unwrap();
    room.run(&["audit", "resume", &run]).code(2).says("/no/such/place").says("orchest user create bob");
    assert_eq!(server.lines().len(), before);
}

#[test]
fn one_that_is_still_going_is_left_to_itself() {
    let city = city();
    city.sandbox.reset_count();
    city.sandbox.set_faults(vec!["delay=6s@9:before".parse().unwrap()]);
    let child = city.room.spawn(&CREATE);
    let begun = std::time::Instant::now();
    let run = loop {
        let log = log(&city.room);
        let started = log
            .iter()
            .find(|line| line["command"].as_str().is_some_and(|line| line.starts_with("service create town")));
        if let Some(started) = started {
            break started["run"].as_str().unwrap().to_owned();
        }
        assert!(begun.elapsed().as_secs() < 30);
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    let pid = child.id();
    city.room.run(&["audit", "resume", &run]).code(75).says("still going").says(&format!("pid {pid}"));
    crate::support::cli::finish(child, &CREATE).success();
}

/// A password that came by standard input is wanted again there, and never looked for on the terminal.
#[test]
fn what_came_by_standard_input_has_to_come_again() {
    let server = without_bob();
    let room = room(server.url()).without("ORCHEST_PASSWORD");
    let line = ["user", "create", "bob", "-s", "smart", "--no-password", "--password-stdin"];
    server.on("POST /v3/users", Reply::text(403, "application/json", r#"{"error": {"message": "no"}}"#));
    room.run_with_input(&line, "first-one\n").success();
    let path = room.path(".state/orchest/runs.jsonl");
    let text = std::fs::read_to_string(&path).unwrap().replace("\"exit_code\":0", "\"exit_code\":1");
    std::fs::write(&path, text).unwrap();
    let run = last(&room);
    let terminal = Terminal::start(&room, &format!("audit resume {run}"));
    terminal.shows("standard input, which is not kept");
    assert_eq!(terminal.ended().0, 2);
    std::fs::remove_dir_all(room.path(".state/orchest/tokens")).unwrap();
    let mut child = room.spawn_with_input(&["audit", "resume", &run]);
    child.stdin.take().unwrap().write_all(b"second-one\n").unwrap();
    let output = crate::support::cli::finish(child, &["audit", "resume"]);
    assert!(!output.stderr.contains("second-one"), "{output}");
    assert_eq!(crate::scripted::passwords(&server), ["first-one", "second-one"], "{output}");
}
