//! The nodes of a deployment at a scripted orchestrator of the older kind: what is asked before anything is done, and what
//! is made of each answer.

use serde_json::json;

pub(crate) use crate::support::machines::{DEPLOYMENT, at, deployment, node, page, room, server};
use crate::support::machines::{FRONT, KEY, TOKEN};
use crate::support::server::{Reply, Server};

fn action(node: &str) -> String {
    format!("POST /deployments/{DEPLOYMENT}/resources/{node}/actions")
}

fn one(state: &str) -> Reply {
    Reply::json(200, &node(FRONT, "front", "0", state))
}

fn posts(server: &Server) -> usize {
    server.lines().iter().filter(|line| line.starts_with("POST ")).count()
}

#[test]
fn a_list_is_one_request_and_hides_keys_in_every_format() {
    let server = server("STARTED", "STOPPED");
    let room = room(&server);
    for format in ["table", "wide", "json", "jsonl", "yaml", "csv", "tsv", "value", "name"] {
        let output = room.run(&["resource", "list", DEPLOYMENT, "-o", format]).success();
        assert!(output.stdout.contains("front") && !output.stdout.contains("canary"), "{output}");
    }
    assert_eq!(server.lines().len(), 9);
    server.on(&at(&format!("/resources/{FRONT}")), one("STARTED"));
    let shown = room.run(&["resource", "show", DEPLOYMENT, FRONT, "-o", "json"]).success();
    assert!(!shown.stdout.contains("canary") && shown.stdout.contains("203.0.113.7"), "{shown}");
    room.run(&["resource", "show", DEPLOYMENT, "front", "--reveal", "-o", "json"]).success().prints("canary-key");
    server.verify();
}

#[test]
fn nothing_is_sent_that_would_be_refused() {
    let server = server("STARTED", "STARTING");
    let room = room(&server);
    room.run(&["resource", "start", DEPLOYMENT, "front"]).success().says("already so");
    room.run(&["resource", "stop", DEPLOYMENT, "wn"]).code(6).says("STARTING");
    room.run(&["resource", "stop", DEPLOYMENT, "db"]).code(6).says("tosca.nodes.DBMS");
    room.run(&["resource", "stop", DEPLOYMENT, "frnt"]).code(3).says("did you mean front?");
    room.run(&["resource", "stop", DEPLOYMENT, "front", "--wait=soon"]).code(2);
    room.run(&["resource", "stop", DEPLOYMENT, "front", "--dry-run"]).success().says("would stop");
    assert_eq!(posts(&server), 0);
    server.verify();

    let busy = Server::start();
    busy.on(&at(""), deployment("UPDATE_IN_PROGRESS", "me"));
    self::room(&busy).run(&["resource", "stop", DEPLOYMENT, "0"]).code(6).says("UPDATE_IN_PROGRESS");
    assert_eq!(busy.lines(), [at("")]);

    // No server of any kind has these, so none is asked.
    let asked = server.lines().len();
    room.run(&["resource", "reset", DEPLOYMENT, "front"]).code(1).says("no orchestrator offers that");
    room.run(&["log", "prune", DEPLOYMENT]).code(1).says("no orchestrator offers that");
    assert_eq!(server.lines().len(), asked);
}

#[test]
fn the_machines_of_somebody_else_are_left_alone_until_their_owner_is_named() {
    let server = Server::start();
    server.on(&at(""), deployment("CREATE_COMPLETE", "carl"));
    let front = node(FRONT, "front", "0", "STARTED");
    server.on(&at("/resources?type=tosca.nodes.Compute&size=100&page=0"), page(&[front]));
    server.on(&at(&format!("/resources/{FRONT}")), one("STOPPED"));
    server.on(&action(FRONT), Reply::text(202, "text/plain", ""));
    server.on("GET /configuration", Reply::json(200, &json!({})));
    let room = room(&server);
    for (verb, flags) in [
        ("stop", &[][..]),
        ("stop", &["--yes"]),
        ("stop", &["--owned-by", "me@https://iam/"]),
        ("start", &["--yes"]),
        ("reboot", &["--yes"]),
        ("ssh", &["--exec", "--yes"]),
        ("ssh", &["--key-out", "key", "--yes"]),
    ] {
        let output = room.run(&[&["resource", verb, DEPLOYMENT, "front"], flags].concat()).code(6);
        output.says("is not yours but carl@https://iam/'s").says("--owned-by carl@https://iam/");
    }
    assert!(posts(&server) == 0 && !room.path("key").exists());
    let owned = ["--owned-by", "carl@https://iam/"];
    let line = |verb: &'static str| [&["resource", verb, DEPLOYMENT, "front"][..], &owned].concat();
    // To be printed is no harm; and a name that is said is an answer already, but to another question.
    room.run(&["resource", "ssh", DEPLOYMENT, "front"]).success().prints("ssh cloudadm@203.0.113.7");
    room.run(&line("stop")).success().says("node front: stopping");
    assert_eq!(posts(&server), 1);
    room.run(&line("reboot")).code(2).says("--yes");
    room.run(&[&line("reboot")[..], &["--yes"]].concat()).success().says("is started again");
    room.run(&[&line("ssh")[..], &["--key-out", "key"]].concat()).success();
    assert!(room.path("key").exists());
    server.verify();
}

#[test]
fn a_wait_bears_the_old_state_and_ends_with_the_new_one() {
    let server = server("STARTED", "STARTED");
    server.on(&action(FRONT), Reply::text(202, "text/plain", ""));
    let look = at(&format!("/resources/{FRONT}"));
    ["STARTED", "STOPPED"].into_iter().for_each(|state| server.on(&look, one(state)));
    let room = room(&server);
    room.run(&["resource", "stop", DEPLOYMENT, "front", "--wait"]).success().says("node front: stopped");
    assert_eq!(server.lines().iter().filter(|line| **line == look).count(), 2);
    let sent = server.asked().into_iter().find(|asked| asked.method == "POST").unwrap();
    assert_eq!(sent.body, r#"{"type":"stop"}"#);
    server.verify();
}

#[test]
fn a_wait_ends_with_an_error_or_with_its_time() {
    let failing = server("STARTED", "STARTED");
    failing.on(&action(FRONT), Reply::text(202, "text/plain", ""));
    failing.on(&at(&format!("/resources/{FRONT}")), one("ERROR"));
    room(&failing).run(&["resource", "stop", DEPLOYMENT, "front", "--wait"]).code(1).says("quota");

    let stuck = server("STARTED", "STARTED");
    stuck.on(&action(FRONT), Reply::text(202, "text/plain", ""));
    stuck.on(&at(&format!("/resources/{FRONT}")), one("STOPPING"));
    room(&stuck).run(&["resource", "stop", DEPLOYMENT, "front", "--wait=1s"]).code(8).says("stalled");
}

#[test]
fn a_lost_answer_is_looked_into_before_anything_is_sent_again() {
    let arrived = server("STARTED", "STARTED");
    arrived.on(&action(FRONT), Reply::Raw(Vec::new()));
    arrived.on(&at(&format!("/resources/{FRONT}")), one("STOPPING"));
    room(&arrived).run(&["resource", "stop", DEPLOYMENT, "front"]).success().says("stopping");
    assert_eq!(posts(&arrived), 1);

    let lost = server("STARTED", "STARTED");
    lost.on(&action(FRONT), Reply::Raw(Vec::new()));
    lost.on(&action(FRONT), Reply::text(202, "text/plain", ""));
    lost.on(&at(&format!("/resources/{FRONT}")), one("STARTED"));
    room(&lost).run(&["resource", "stop", DEPLOYMENT, "front"]).success();
    assert_eq!(posts(&lost), 2);

    let refused = server("STARTED", "STARTED");
    let words = json!({"code": 500, "title": "Internal Server Error"});
    refused.on(&action(FRONT), Reply::json(500, &words));
    refused.on(&at(&format!("/resources/{FRONT}")), one("CONFIGURING"));
    room(&refused).run(&["resource", "stop", DEPLOYMENT, "front"]).code(6).says("CONFIGURING");
    assert_eq!(posts(&refused), 1);
}

#[test]
fn without_a_manager_a_reboot_is_two_steps_that_are_asked_about() {
    let server = server("STARTED", "STARTED");
    server.on(&at(""), deployment("CREATE_COMPLETE", "me"));
    server.on("GET /configuration", Reply::json(200, &json!({"im_url": "https://im.example:8800"})));
    server.on(&action(FRONT), Reply::text(202, "text/plain", ""));
    server.on(&at(&format!("/resources/{FRONT}")), one("STOPPED"));
    let room = room(&server);
    let asked = room.run(&["resource", "reboot", DEPLOYMENT, "front"]).code(2).says("stop, wait until it is stopped");
    assert!(asked.stderr.contains("--yes") && server.lines().is_empty(), "{asked}");
    room.run(&["resource", "reboot", DEPLOYMENT, "front", "--yes"]).success().says("is started again");
    let bodies: Vec<String> =
        server.asked().into_iter().filter(|asked| asked.method == "POST").map(|asked| asked.body).collect();
    assert_eq!(bodies, [r#"{"type":"stop"}"#, r#"{"type":"start"}"#]);
    server.verify();
}

#[test]
fn the_way_into_a_machine_is_printed_and_its_key_written_once() {
    let server = server("STARTED", "STARTED");
    let room = room(&server);
    room.run(&["resource", "ssh", DEPLOYMENT]).code(6).says("2 machines");
    let printed = room.run(&["resource", "ssh", DEPLOYMENT, "front"]).success();
    assert_eq!(printed.stdout, "ssh cloudadm@203.0.113.7\n");
    let key = room.path("key");
    let line = ["resource", "ssh", DEPLOYMENT, "front", "--key-out", key.to_str().unwrap()];
    let written = room.run(&line).success();
    assert!(!written.stdout.contains("canary") && !written.stderr.contains("canary"), "{written}");
    assert_eq!(std::fs::read_to_string(&key).unwrap(), format!("{KEY}\n"));
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    room.run(&line).success();
    room.file("key", "mine");
    room.run(&line).code(6).says("not overwritten");
}

#[test]
fn the_newer_kind_has_none_of_it_by_itself() {
    let server = Server::start();
    server.on("GET /api/v1/openapi.json", Reply::json(200, &json!({"paths": {}})));
    let deployment = json!({"id": DEPLOYMENT, "status": 0, "created_by": "u1", "im_infrastructure_id": null});
    server.on(&format!("GET /api/v1/deployments/{DEPLOYMENT}"), Reply::json(200, &deployment));
    let room = room(&server).env("ORCHEST_PAAS_DIALECT", "v1");
    for line in [["resource", "list", DEPLOYMENT], ["log", "show", DEPLOYMENT]] {
        room.run(&line).code(1).says("im.url");
        room.run(&[&line[..], &["--im", "http://127.0.0.1:9"]].concat()).code(1).says("names no infrastructure");
    }
    room.run(&["resource", "stop", DEPLOYMENT, "0"]).code(1).says("not offered");
    server.verify();
}

/// A manager with one machine, and an orchestrator of the newer kind that names it.
pub(crate) fn managed() -> (Server, Server) {
    let (orchestrator, manager) = (Server::start(), Server::start());
    let deployment = json!({"id": DEPLOYMENT, "status": 0, "created_by": "u1", "im_infrastructure_id": "i1"});
    orchestrator.on(&format!("GET /api/v1/deployments/{DEPLOYMENT}"), Reply::json(200, &deployment));
    let me = json!({"id": "u1", "sub": "me", "issuer": "https://iam/", "name": "n", "username": "n", "email": "e",
        "created_at": "2026-11-24T12:00:00+00:00"});
    orchestrator.on("GET /api/v1/users/me", Reply::json(200, &me));
    let states = json!({"state": {"state": "configured", "vm_states": {"0": "configured"}}});
    manager.on("GET /infrastructures/i1/state", Reply::json(200, &states));
    (orchestrator, manager)
}

#[test]
fn the_manager_gets_the_token_in_its_own_form_and_a_reboot_once() {
    let (orchestrator, manager) = managed();
    manager.on("PUT /infrastructures/i1/vms/0/reboot", Reply::Raw(Vec::new()));
    let room = room(&orchestrator).env("ORCHEST_PAAS_DIALECT", "v1").env("ORCHEST_IM", manager.url());
    let line = ["resource", "reboot", "kafka", "0"];
    room.run(&line).code(3).says("no deployment is called 'kafka'");
    room.file(".orchester.toml", &format!("[paas.alias]\nkafka = \"{DEPLOYMENT}\"\n"));
    let output = room.run(&line).code(75).says("not known whether 0 was rebooted");
    assert!(!output.stderr.contains("run the same command again"), "{output}");
    assert_eq!(manager.lines(), ["GET /infrastructures/i1/state", "PUT /infrastructures/i1/vms/0/reboot"]);
    let expected = format!("type = InfrastructureManager; token = {TOKEN}");
    for asked in manager.asked() {
        let sent = asked.headers.iter().find(|(name, _)| name == "authorization").map(|(_, value)| value.as_str());
        assert_eq!(sent, Some(expected.as_str()));
    }
    manager.verify();
    orchestrator.verify();
}

#[test]
fn credentials_for_the_manager_come_from_a_file_of_ones_own() {
    let (orchestrator, manager) = managed();
    manager.on("PUT /infrastructures/i1/vms/0/stop", Reply::text(200, "text/plain", ""));
    let room = room(&orchestrator).env("ORCHEST_PAAS_DIALECT", "v1").env("ORCHEST_IM", manager.url());
    let path = room.file("lines", "# clouds\nid = one; type = OpenStack; password = canary-cloud\n");
    let room = room.env("ORCHEST_IM_AUTH_FILE", path.to_str().unwrap());
    let output = room.run(&["resource", "stop", DEPLOYMENT, "0", "-vvv"]).success();
    assert!(!output.stderr.contains("canary"), "{output}");
    let sent = manager.asked().into_iter().flat_map(|asked| asked.headers).find(|(name, _)| name == "authorization");
    let line = "id = one; type = OpenStack; password = canary-cloud";
    assert_eq!(sent.unwrap().1, format!("type = InfrastructureManager; token = {TOKEN}\\n{line}"));

    let asked = manager.lines().len();
    room.file("lines", "no credentials\n");
    room.run(&["resource", "stop", DEPLOYMENT, "0"]).code(78).says("line 1");
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    room.run(&["resource", "stop", DEPLOYMENT, "0"]).code(78);
    assert_eq!(manager.lines().len(), asked);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_asked_or_agreed_to() {
    let server = Server::start();
    for (dialect, line) in [
        ("v1", "resource stop DEPLOYMENT 0"),
        ("v1", "resource reboot DEPLOYMENT 0"),
        ("indigo", "template delete kafka"),
        ("indigo", "paas user delete bob"),
        ("indigo", "paas ssh-key delete"),
    ] {
        let line = line.replace("DEPLOYMENT", DEPLOYMENT);
        let words: Vec<&str> = line.split(' ').collect();
        room(&server)
            .env("ORCHEST_PAAS_DIALECT", dialect)
            .run(&words)
            .code(1)
            .says("is not offered by this orchestrator");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}
