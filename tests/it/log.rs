//! Logs at scripted servers: one way to them, whichever word is used, and whoever has them.

use serde_json::json;

use crate::resource::{DEPLOYMENT, at, deployment, managed, room, server};
use crate::support::server::{Reply, Server};

const AT_MANAGER: &str = "GET /infrastructures/i1/contmsg";

/// Two lines with a time and one without.
const LOG: &str = "2026-11-24 12:00:00.1: TASK one\n  fatal: no\n2026-11-24 12:00:01.1: TASK two\n";

fn contmsg(text: &str) -> Reply {
    Reply::json(200, &json!({ "contmsg": text }))
}

#[test]
fn an_empty_log_is_not_the_same_as_none() {
    let server = server("STARTED", "STARTED");
    server.on(&at("/log"), Reply::text(200, "text/plain", ""));
    server.on("GET /configuration", Reply::json(200, &json!({"im_url": "https://im.example:8800"})));
    for words in [["log", "show"], ["deployment", "log"]] {
        let output = room(&server).run(&[&words[..], &[DEPLOYMENT]].concat()).success();
        assert_eq!(output.stdout, "");
        assert!(output.stderr.contains("could not fetch it") && output.stderr.contains("im.example"), "{output}");
    }
    server.verify();
}

/// Whatever is said, both words say it.
#[test]
fn a_log_is_the_same_under_both_of_its_names() {
    let server = server("STARTED", "STARTED");
    server.on(&at("/log"), Reply::text(200, "text/plain", LOG));
    let room = room(&server);
    for flags in [
        &[][..],
        &["--grep", "fatal"],
        &["--since", "2026-11-24T12:00:01Z"],
        &["--raw"],
        &["-o", "json"],
        &["-o", "csv", "--columns", "text"],
    ] {
        let run = |words: [&str; 2]| {
            let before = server.lines().len();
            let output = room.run(&[&words[..], &[DEPLOYMENT], flags].concat()).success();
            assert!(output.stdout.contains("fatal") || output.stdout.contains("two"), "{output}");
            (output.stdout, server.lines()[before..].to_vec())
        };
        assert_eq!(run(["deployment", "log"]), run(["log", "show"]), "{flags:?}");
    }
    assert_eq!(room.ok(&["deployment", "log", DEPLOYMENT]), LOG);
    room.run(&["deployment", "log", DEPLOYMENT, "--since", "yesterday"]).code(2).says("10m, 2h");
    server.verify();
}

#[test]
fn the_manager_has_the_log_that_the_orchestrator_lacks_under_both_names() {
    let (orchestrator, manager) = managed();
    orchestrator.on("GET /api/v1/openapi.json", Reply::json(200, &json!({"paths": {}})));
    manager.on(AT_MANAGER, contmsg(LOG));
    let room = room(&orchestrator).env("ORCHEST_PAAS_DIALECT", "v1").env("ORCHEST_IM", manager.url());
    for words in [["log", "show"], ["deployment", "log"], ["log", "follow"]] {
        assert_eq!(room.ok(&[&words[..], &[DEPLOYMENT]].concat()), LOG, "{words:?}");
    }
    assert_eq!(manager.lines(), [AT_MANAGER; 3]);
    manager.verify();
    orchestrator.verify();
}

#[test]
fn a_log_is_followed_until_the_deployment_has_settled() {
    let server = Server::start();
    server.on(&at(""), deployment("CREATE_IN_PROGRESS", "me"));
    server.on(&at(""), deployment("CREATE_IN_PROGRESS", "me"));
    server.on(&at(""), deployment("CREATE_FAILED", "me"));
    // Nowhere yet to fetch it from.
    server.on(&at("/log"), Reply::json(500, &json!({"code": 500})));
    let first = "2026-11-24 12:00:00.1: one\n2026-11-24 12:00:01.1: tw";
    server.on(&at("/log"), Reply::text(200, "text/plain", first));
    server.on(&at("/log"), Reply::text(200, "text/plain", &format!("{first}o\n2026-11-24 12:00:02.1: three")));
    let output = room(&server).run(&["log", "follow", DEPLOYMENT]).code(1).says("CREATE_FAILED");
    let words: Vec<&str> = output.stdout.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(words, ["one", "two", "three"], "{output}");
    server.verify();
}

/// An orchestrator that has no log, and names the infrastructure only when it has made it.
#[test]
fn whoever_waits_sees_the_log_of_the_manager_too() {
    let (orchestrator, manager) = (Server::start(), Server::start());
    let path = format!("GET /api/v1/deployments/{DEPLOYMENT}");
    for (status, infrastructure) in
        [("CREATE_IN_PROGRESS", None), ("CREATE_IN_PROGRESS", Some("i1")), ("CREATE_COMPLETE", Some("i1"))]
    {
        let body = json!({"id": DEPLOYMENT, "status_name": status, "im_infrastructure_id": infrastructure});
        orchestrator.on(&path, Reply::json(200, &body));
    }
    orchestrator.on("GET /api/v1/openapi.json", Reply::json(200, &json!({"paths": {}})));
    manager.on(AT_MANAGER, contmsg("2026-11-24 12:00:00.1: one\n2026-11-24 12:00:01.1: tw"));
    manager.on(AT_MANAGER, contmsg("2026-11-24 12:00:00.1: one\n2026-11-24 12:00:01.1: two"));
    manager.on("GET /infrastructures/i1/outputs", Reply::json(200, &json!({"outputs": {}})));
    let room = room(&orchestrator).env("ORCHEST_PAAS_DIALECT", "v1").env("ORCHEST_IM", manager.url());
    let output = room.run(&["deployment", "wait", DEPLOYMENT, "--follow"]).success();
    let said: Vec<&str> = output.stderr.lines().filter(|line| line.contains("12:00:0")).collect();
    assert_eq!(said, ["2026-11-24 12:00:00.1: one", "2026-11-24 12:00:01.1: two"], "{output}");
    // In the end it is asked for outputs, too.
    assert_eq!(manager.lines().len(), 3);
    manager.verify();
    orchestrator.verify();
}

#[test]
fn a_log_that_nobody_has_is_said_once_and_waited_without() {
    let server = Server::start();
    for status in ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"] {
        let body = json!({"id": DEPLOYMENT, "status_name": status, "im_infrastructure_id": "i1"});
        server.on(&format!("GET /api/v1/deployments/{DEPLOYMENT}"), Reply::json(200, &body));
    }
    server.on("GET /api/v1/openapi.json", Reply::json(200, &json!({"paths": {}})));
    let room = room(&server).env("ORCHEST_PAAS_DIALECT", "v1");
    let output = room.run(&["deployment", "wait", DEPLOYMENT, "--follow"]).success();
    assert_eq!(output.stderr.matches("--follow shows nothing: a log is not offered").count(), 1, "{output}");
    server.verify();
}

/// A deployment of the newer kind that stays in these states, the last one for ever, and names an infrastructure or not.
fn unsteady(states: &[&str], infrastructure: Option<&str>) -> Server {
    let server = Server::start();
    for status in states {
        let body = json!({"id": DEPLOYMENT, "status_name": status, "im_infrastructure_id": infrastructure});
        server.on(&format!("GET /api/v1/deployments/{DEPLOYMENT}"), Reply::json(200, &body));
    }
    server.on("GET /api/v1/openapi.json", Reply::json(200, &json!({"paths": {}})));
    server
}

#[test]
fn a_manager_that_is_not_reached_is_no_empty_log() {
    let server = unsteady(&["CREATE_IN_PROGRESS", "CREATE_COMPLETE"], Some("i1"));
    let room = room(&server).env("ORCHEST_PAAS_DIALECT", "v1").env("ORCHEST_IM", "http://127.0.0.1:9");
    let output = room.run(&["log", "follow", DEPLOYMENT]).code(75).says("cannot reach im");
    assert!(!output.stderr.contains("the log is empty"), "{output}");
    assert_eq!(output.stderr.matches("the log cannot be read").count(), 1, "{output}");
    let server = unsteady(&["CREATE_IN_PROGRESS", "CREATE_COMPLETE"], Some("i1"));
    let room = room.env("ORCHEST_PAAS", server.url());
    room.run(&["deployment", "wait", DEPLOYMENT, "--follow"]).success().says("--follow shows nothing");
}

#[test]
fn what_the_orchestrator_will_tell_is_waited_for_whatever_the_manager_says() {
    let (server, manager) = (Server::start(), Server::start());
    server.on(&at(""), deployment("CREATE_IN_PROGRESS", "me"));
    server.on(&at(""), deployment("CREATE_COMPLETE", "me"));
    server.on(&at("/log"), Reply::text(200, "text/plain", ""));
    server.on(&at("/log"), Reply::text(200, "text/plain", LOG));
    manager.on(AT_MANAGER, Reply::text(403, "text/plain", "Access to this infrastructure not granted."));
    let room = room(&server).env("ORCHEST_IM", manager.url());
    let output = room.run(&["log", "follow", DEPLOYMENT]).success();
    assert_eq!(output.stdout, LOG);
}

/// Nothing there promises that it ever moves.
#[test]
fn what_has_no_log_yet_is_lacking_and_not_in_trouble() {
    let server = unsteady(&["CREATE_IN_PROGRESS"], None);
    let room = room(&server).env("ORCHEST_PAAS_DIALECT", "v1").env("ORCHEST_IM", "http://127.0.0.1:9");
    for line in [["log", "show"], ["resource", "list"]] {
        let output = room.run(&[&line[..], &[DEPLOYMENT, "-o", "json"]].concat()).code(1);
        output.says("\"unsupported\"").says("names no infrastructure there yet");
    }
    let line = ["log", "follow", DEPLOYMENT];
    let follower = room.spawn(&line);
    let begin = std::time::Instant::now();
    while server.lines().len() < 6 && begin.elapsed() < std::time::Duration::from_secs(30) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let id = rustix::process::Pid::from_raw(i32::try_from(follower.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let output = crate::support::cli::finish(follower, &line).code(130);
    output.says("not known to report progress").says(&format!("orchest log follow {DEPLOYMENT}"));
}
