//! Lines about deployments that are cut short: by a kill at each request, and by whoever does not want to wait any longer.

use std::time::{Duration, Instant};

use orchester::sandbox::Backend;
use rustix::process::{Pid, Signal, kill_process};

use crate::deployment::{Desk, shapes};
use crate::paas_killed::{killed_anywhere, user};
use crate::support::cli::{Output, finish};

const CREATE: &str = "deployment create vm.yaml -p num_vms=4 --group physics";

/// With a deployment at the newer dialect.
fn tenant() -> Desk {
    let desk = user();
    desk.ok(&format!("{CREATE} --name vms"));
    desk
}

/// With a deletion that does not come to its end.
fn stuck() -> Desk {
    let desk = Desk::indigo();
    desk.ok("deployment create vm.yaml -p sandbox_outcome=delete-stall --group physics --name stuck --wait=60s");
    desk.ok("deployment delete stuck --yes");
    desk
}

#[test]
fn the_newer_dialect_makes_one_wherever_the_line_is_killed() {
    killed_anywhere(CREATE, user);
    killed_anywhere(&format!("{CREATE} --name vms"), user);
}

#[test]
fn a_deployment_gets_another_group_wherever_the_line_is_killed() {
    killed_anywhere("deployment update vms --group chemistry", tenant);
}

#[test]
fn a_deletion_is_given_up_wherever_the_line_is_killed() {
    killed_anywhere("deployment reset stuck --yes", stuck);
}

/// Sends an interrupt while a line waits: it has looked, and rests before it looks again.
fn interrupted(desk: &Desk, line: &str) -> Output {
    desk.sandbox.take_record();
    let words: Vec<&str> = line.split(' ').collect();
    let child = desk.room.spawn(&words);
    let begin = Instant::now();
    while !shapes(&desk.sandbox.requests()).iter().any(|shape| shape.starts_with("GET /deployments/")) {
        assert!(begin.elapsed() < Duration::from_mins(1), "{line} has not looked");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(700));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    finish(child, &words)
}

#[test]
fn who_waits_no_longer_is_told_how_to_go_on() {
    let desk = Desk::at_speed(Backend::PaasIndigo, false, Duration::from_secs(8));
    let line = format!("{CREATE} --wait");
    let id = |output: &Output| {
        let hint = output.stderr.split("orchest deployment wait ").nth(1).unwrap_or_else(|| panic!("{output}"));
        hint.split_whitespace().next().unwrap().to_owned()
    };
    let made = interrupted(&desk, &line).code(130).says("the deployment goes on there");
    let id = id(&made);
    assert_eq!(desk.ok("deployment list -o name").trim(), id);
    let waiting = format!("deployment wait {id}");
    interrupted(&desk, &waiting).code(130).says(&format!("orchest {waiting}"));
    // Nobody has heard how it went, so the line that made it goes on with it.
    assert_eq!(desk.json(&line)["status"], "CREATE_COMPLETE");
    assert_eq!(desk.ok("deployment list -o name").trim(), id);
}

/// The server is at it when the line is interrupted; what is noted then lets the next run look for as long as it may take.
#[test]
fn who_interrupts_a_creation_is_not_given_two() {
    let desk = Desk::indigo();
    desk.ok("deployment list");
    desk.sandbox.reset_count();
    desk.sandbox.set_faults(vec!["delay=6s@1:before on POST /deployments".parse().unwrap()]);
    let words: Vec<&str> = CREATE.split(' ').collect();
    let child = desk.room.spawn(&words);
    std::thread::sleep(Duration::from_secs(2));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    finish(child, &words).code(130).says("run the same command again");
    let notes: Vec<_> = desk
        .room
        .files()
        .into_iter()
        .filter(|path| path.display().to_string().contains("/orchest/deployments/"))
        .collect();
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert!(std::fs::read_to_string(note).unwrap().contains("\"given_up\""));
    desk.sandbox.take_record();
    desk.ok(CREATE);
    let requests = shapes(&desk.sandbox.take_record().requests);
    assert!(!requests.iter().any(|shape| shape.starts_with("POST")), "{requests:?}");
    assert_eq!(desk.ok("deployment list -o name").lines().count(), 1);
}
