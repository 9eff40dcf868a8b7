//! Two who do the same at once, and people who stop it in the middle.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{Stage, create, is_everything_wanted};
use crate::support::cli::{Room, finish};
use crate::support::keystone::Keystone;

#[test]
fn two_machines_create_the_same_service_at_once() {
    let keystone = Keystone::start();
    let rooms = [Room::admin(keystone.url()), Room::admin(keystone.url())];
    for room in &rooms {
        // The same password for both, as the same line has it.
        room.file("adm1.pw", "same-Passw0rd-here");
        room.ok(&["auth", "whoami"]);
    }
    rooms[0].ok(&create("rival_clean"));
    let clean = keystone.snapshot_of("rival_clean");
    // As often as it takes to have met in each of its steps; a few times where it is one test among many.
    let rounds = if is_everything_wanted() { 50 } else { 5 };
    for round in 0..rounds {
        let name = format!("rival{round}");
        let line = create(&name);
        let begin = |room: &Room, wait| {
            std::thread::sleep(Duration::from_millis(wait));
            room.spawn(&line)
        };
        // From neck to neck to a domain's length behind.
        let children = [begin(&rooms[0], 0), begin(&rooms[1], 40 * (round % 5))];
        let outputs = children.map(|child| finish(child, &line));
        for output in &outputs {
            assert!(matches!(output.code, Some(0 | 75)), "{output}");
        }
        assert!(outputs.iter().any(|output| output.code == Some(0)), "{}\n{}", outputs[0], outputs[1]);
        if outputs.iter().any(|output| output.code != Some(0)) {
            rooms[0].ok(&line);
        }
        assert_eq!(keystone.snapshot_of(&name), clean, "round {round}\n{}\n{}", outputs[0], outputs[1]);
        // Nothing is left for a third one to do.
        rooms[0].run(&line).success().says("already so");
    }
}

#[test]
fn on_one_machine_the_second_one_waits_or_comes_back_later() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    let name = "locked";
    let line = create(name);
    // Slow enough that the second one starts in the middle.
    stage.proxy.set_faults(vec!["delay=400ms@*".parse().unwrap()]);
    stage.proxy.reset_count();
    let first = stage.room.spawn(&line);
    while stage.proxy.take_record().requests.is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    stage.room.run(&line).code(75).says("is being worked on by pid").says("--lock-timeout");
    let patient = [&line[..], &["--lock-timeout", "100s"]].concat();
    let second = stage.room.spawn(&patient);
    finish(first, &line).success().says("created service locked");
    finish(second, &patient).success().says("already so");
    assert_eq!(keystone.snapshot_of(name).len(), 32);
}

/// Stops a creation in the middle with this signal.
fn stopped(stage: &Stage, name: &str, signal: Signal, code: i32) {
    let line = create(name);
    stage.proxy.set_faults(vec!["delay=300ms@*".parse().unwrap()]);
    stage.proxy.reset_count();
    let child = stage.room.spawn(&line);
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    let mut seen = 0;
    while seen < 8 {
        seen += stage.proxy.take_record().requests.len();
        std::thread::sleep(Duration::from_millis(5));
    }
    let begin = Instant::now();
    kill_process(pid, signal).unwrap();
    let output = finish(child, &line);
    let took = begin.elapsed();
    output.code(code).says("run the same command again");
    assert!(took < Duration::from_secs(2), "it took {took:?}");
    assert!(stage.proxy.settle(Duration::from_secs(60)));
    stage.proxy.set_faults(Vec::new());
}

#[test]
fn who_stops_it_gets_the_terminal_back_and_can_go_on() {
    let keystone = Keystone::shared();
    let stage = Stage::warm(keystone);
    stage.requests(&create("stop_clean"));
    let clean = keystone.snapshot_of("stop_clean");
    for (name, signal, code) in [("stop_int", Signal::INT, 130), ("stop_term", Signal::TERM, 143)] {
        stopped(&stage, name, signal, code);
        let left = keystone.snapshot_of(name);
        assert!(!left.is_empty() && left.len() < clean.len(), "{left:#?}");
        stage.run(&create(name)).0.success().says("went on with run");
        assert_eq!(keystone.snapshot_of(name), clean);
    }
}
