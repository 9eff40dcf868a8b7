//! The run log: what a run leaves behind, how the next one learns of one that was killed, and that nothing depends on it.

use std::time::{Duration, Instant};

use orchester::sandbox::{Action, At, Fault, Proxy, When};
use serde_json::Value;

use crate::scripted::{FIND_BOB, room, smart, user, users_page, with_users, without_bob};
use crate::support::cli::{Room, finish};
use crate::support::server::{Reply, Server};

const CREATE: [&str; 6] = ["user", "create", "bob", "-s", "smart", "--no-password"];

fn log_text(room: &Room) -> String {
    std::fs::read_to_string(room.path(".state/orchest/runs.jsonl")).unwrap_or_default()
}

fn log(room: &Room) -> Vec<Value> {
    log_text(room).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn events(room: &Room) -> Vec<String> {
    log(room).iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_run_that_changes_something_has_a_beginning_and_an_end() {
    let server = without_bob();
    let room = room(server.url());
    room.run(&CREATE).success();
    assert_eq!(events(&room), ["start", "write", "end"]);
    let log = log(&room);
    assert_eq!(log[0]["command"], "user create bob -s smart --no-password");
    assert_eq!(log[0]["user"], "admin");
    assert!(log[0]["target"].as_str().unwrap().starts_with(server.url()));
    assert!(log[1]["step"].as_str().unwrap().contains("POST"));
    assert_eq!(log[2]["exit_code"], 0);
    assert_eq!(log[2]["counters"]["keystone"]["requests"], 4);
    let none = room.run(&["audit", "list", "--failed"]).success();
    assert_eq!(none.stderr, "no such runs; what asks no server anything is not kept\n", "{none}");
    assert!(log.iter().all(|line| line["run"] == log[0]["run"] && line["at"].is_string()));
}

#[test]
fn a_failed_run_ends_with_its_exit_code() {
    let server = smart();
    server.on(FIND_BOB, users_page(&[], None));
    server.on("POST /v3/users", Reply::text(403, "application/json", r#"{"error": {"message": "no"}}"#));
    let room = room(server.url());
    room.run(&CREATE).code(5);
    assert_eq!(events(&room), ["start", "write", "end"]);
    assert_eq!(log(&room)[2]["exit_code"], 5);
    // It said what happened, so there is nothing that did not finish.
    assert!(!room.run(&["user", "show", "bob", "-s", "smart"]).stderr.contains("did not finish"));
}

#[test]
fn a_command_that_only_reads_leaves_one_line() {
    let server = with_users(&[user("u1", "ann")]);
    let room = room(server.url());
    room.run(&["user", "list", "-s", "smart"]).success();
    assert_eq!(events(&room), ["read"]);
    room.run(&["user", "list", "-s", "smart"]).success();
    assert_eq!(events(&room), ["read", "read"]);
    // What asks nobody leaves none.
    room.run(&["config", "show"]).success();
    room.run(&["help", "names"]).success();
    assert_eq!(events(&room).len(), 2);
}

/// Runs a command that is killed while its creation is under way.
fn killed(room: &Room, proxy: &Proxy, arguments: &[&str]) {
    proxy.reset_count();
    // Login, service, user, and the creation as the fourth.
    proxy.set_faults(vec![Fault { at: At::Only(4), when: When::Before, action: Action::Hang, only: None }]);
    let mut child = room.spawn(arguments);
    let begin = Instant::now();
    while !events(room).iter().any(|event| event == "write") {
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", events(room));
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    assert_eq!(finish(child, arguments).signal, Some(9));
    proxy.set_faults(Vec::new());
}

#[test]
fn a_killed_run_is_told_by_the_next_and_settled_by_the_same() {
    let server = without_bob();
    server.on("GET /v3/users?domain_id=d1&limit=1000", users_page(&[], None));
    let proxy = Proxy::start(server.url()).unwrap();
    let room = room(&proxy.url());
    killed(&room, &proxy, &CREATE);
    assert_eq!(events(&room), ["start", "write"]);

    let line = CREATE.join(" ");
    for _ in 0..2 {
        let output = room.run(&["user", "list", "-s", "smart"]).success();
        assert!(output.stderr.contains("did not finish") && output.stderr.contains(&line), "{output}");
    }
    let output = room.run(&CREATE).success();
    assert!(output.stderr.contains("this command continues it"), "{output}");
    let output = room.run(&["user", "list", "-s", "smart"]).success();
    assert!(!output.stderr.contains("did not finish"), "{output}");
}

#[test]
fn a_run_that_is_still_going_is_not_called_unfinished() {
    let server: Server = without_bob();
    server.on("GET /v3/users?domain_id=d1&limit=1000", users_page(&[], None));
    let proxy = Proxy::start(server.url()).unwrap();
    let room = room(&proxy.url());
    proxy.set_faults(vec![Fault {
        at: At::Only(4),
        when: When::Before,
        action: Action::Delay(Duration::from_secs(2)),
        only: None,
    }]);
    let child = room.spawn(&CREATE);
    let begin = Instant::now();
    while !events(&room).iter().any(|event| event == "write") {
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", events(&room));
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = room.run(&["user", "list", "-s", "smart"]).success();
    assert!(!output.stderr.contains("did not finish"), "{output}");
    finish(child, &CREATE).success();
}

#[test]
fn nothing_depends_on_it() {
    let server = without_bob();
    // The directory cannot be made, because a file is in its place.
    let room = room(server.url());
    room.file(".state", "in the way\n");
    let output = room.run(&CREATE).success();
    assert!(output.stderr.contains("warning") && output.stderr.contains(".state"), "{output}");
    assert!(output.stdout.contains("u5"), "{output}");
    assert_eq!(std::fs::read_to_string(room.path(".state")).unwrap(), "in the way\n");
    // Neither does a line that was cut off matter.
    let room = self::room(server.url());
    room.run(&CREATE).success();
    std::fs::write(room.path(".state/orchest/runs.jsonl"), "{\"event\":\"start\",\"comm").unwrap();
    room.run(&CREATE).success();
    assert_eq!(log_text(&room).lines().count(), 4);
}
