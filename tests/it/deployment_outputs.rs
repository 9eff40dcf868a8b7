//! `orchest deployment outputs` where the orchestrator tells none: the Infrastructure Manager is asked, and where it cannot
//! be, that is said.

use serde_json::{Value, json};

use crate::support::cli::Room;
use crate::support::server::{Reply, Server};

const DEPLOYMENT: &str = "11e7fc71-8e27-4c45-a7ae-0242ac110002";
const AT_MANAGER: &str = "GET /infrastructures/i1/outputs";

/// An orchestrator of the newer kind with one deployment.
fn v1(outputs: &Value, infrastructure: Option<&str>) -> Server {
    let server = Server::start();
    let deployment = json!({"id": DEPLOYMENT, "status": 0, "status_name": "CREATE_COMPLETE", "created_by": "u1",
        "template_outputs": outputs, "im_infrastructure_id": infrastructure});
    server.on(&format!("GET /api/v1/deployments/{DEPLOYMENT}"), Reply::json(200, &deployment));
    server
}

fn room(server: &Server) -> Room {
    Room::new()
        .env("ORCHEST_PAAS", server.url())
        .env("ORCHEST_PAAS_DIALECT", "v1")
        .env("ORCHEST_PAAS_TOKEN", "canary-token")
        .env("ORCHEST_RETRIES", "1")
}

fn managed(server: &Server, reply: Reply) -> (Server, Room) {
    let manager = Server::start();
    manager.on(AT_MANAGER, reply);
    let room = room(server).env("ORCHEST_IM", manager.url());
    (manager, room)
}

/// As the manager words it.
fn refusal(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"code": status, "message": message}))
}

const LINE: [&str; 3] = ["deployment", "outputs", DEPLOYMENT];
const WAIT: [&str; 3] = ["deployment", "wait", DEPLOYMENT];

#[test]
fn the_manager_tells_what_the_orchestrator_does_not_and_no_format_shows_a_secret() {
    let orchestrator = v1(&Value::Null, Some("i1"));
    let outputs = json!({"endpoint": "https://203.0.113.7:8080", "node_ip": null, "admin_token": "canary-of-the-admin",
        "node_creds": {"user": "cloudadm", "token": "canary-key", "token_type": "password"}});
    let (manager, room) = managed(&orchestrator, Reply::json(200, &json!({ "outputs": outputs })));
    for format in ["table", "wide", "json", "jsonl", "yaml", "csv", "tsv", "value"] {
        let output = room.run(&[&LINE[..], &["-o", format]].concat()).success();
        assert!(output.stdout.contains("203.0.113.7") && !output.stdout.contains("canary"), "{output}");
        assert!(!output.stderr.contains("canary"), "{output}");
    }
    let masked = room.run(&[&LINE[..], &["-o", "json"]].concat()).success().json();
    assert_eq!((&masked["node_creds"]["user"], &masked["node_creds"]["token"]), (&json!("cloudadm"), &json!("***")));
    assert_eq!(masked["node_ip"], Value::Null);
    let revealed = room.run(&[&LINE[..], &["--reveal", "-o", "json"]].concat()).success().json();
    assert_eq!(revealed, outputs);
    let one = room.run(&[&LINE[..], &["-o", "value", "--columns", "endpoint"]].concat()).success();
    assert_eq!(one.stdout, "https://203.0.113.7:8080\n");
    manager.verify();
    orchestrator.verify();
}

/// Whoever waits is shown in the end what whoever asks afterwards is shown, and told the same where that is nothing.
#[test]
fn whoever_waits_is_shown_the_same_outputs() {
    let known = json!({"endpoint": "https://203.0.113.7:8080", "admin_token": "canary-of-the-admin"});
    let told = Reply::json(200, &json!({ "outputs": known }));
    let own = json!({"endpoint": "https://x"});
    for (outputs, infrastructure, reply) in [
        (Value::Null, Some("i1"), told.clone()),
        (own, Some("i1"), refusal(500, "not to be asked")),
        (json!({}), Some("i1"), refusal(500, "not to be asked")),
        (Value::Null, None, refusal(500, "not to be asked")),
        (Value::Null, Some("i1"), Reply::json(200, &json!({"outputs": {}}))),
        (Value::Null, Some("i1"), refusal(404, "Invalid infrastructure ID or access not granted.")),
    ] {
        let orchestrator = v1(&outputs, infrastructure);
        let (_manager, room) = managed(&orchestrator, reply);
        for more in [&["-o", "json"][..], &["-o", "json", "--reveal"], &[]] {
            let asked = room.run(&[&LINE[..], more].concat());
            let waited = room.run(&[&WAIT[..], more].concat());
            assert_eq!((&waited.stdout, waited.code), (&asked.stdout, Some(0)), "{asked}\n{waited}");
            if asked.code != Some(0) {
                // It has settled all the same.
                waited.says("its outputs again: orchest deployment outputs");
                continue;
            }
            let said: Vec<&str> = asked.stderr.lines().collect();
            assert!(said.iter().all(|line| waited.stderr.contains(line)), "{asked}\n{waited}");
        }
    }
    let (_manager, room) = managed(&v1(&Value::Null, Some("i1")), told);
    let waited = room.run(&[&WAIT[..], &["--reveal", "-o", "json"]].concat()).success();
    assert_eq!(waited.json(), known);
}

#[test]
fn what_the_orchestrator_tells_is_not_asked_elsewhere() {
    for outputs in [json!({"endpoint": "https://x"}), json!({})] {
        let orchestrator = v1(&outputs, Some("i1"));
        let (manager, room) = managed(&orchestrator, refusal(500, "not to be asked"));
        let told = room.run(&[&LINE[..], &["-o", "json"]].concat()).success().json();
        assert_eq!((told, manager.lines().len()), (outputs, 0));
    }
}

#[test]
fn whoever_cannot_ask_the_manager_hears_why_and_what_to_do() {
    let unknown = room(&v1(&Value::Null, Some("i1"))).run(&LINE).success();
    unknown.says("tells none of deployment").says("none is set here").says("orchest config set im.url");
    let (manager, room) = managed(&v1(&Value::Null, None), refusal(500, "not to be asked"));
    let nowhere = room.run(&LINE).success().says("CREATE_COMPLETE and names no infrastructure");
    assert!(nowhere.stderr.contains("orchest deployment show") && manager.lines().is_empty(), "{nowhere}");
    assert!(!nowhere.stderr.contains("config set im.url"), "it is set: {nowhere}");
}

#[test]
fn the_refusals_of_the_manager_are_told_apart() {
    let orchestrator = v1(&Value::Null, Some("i1"));
    let words = "'outputs' infrastructure property is not valid in this infrastructure";
    for (reply, code, word) in [
        (Reply::json(200, &json!({"outputs": {}})), 0, "the template of deployment"),
        (refusal(403, words), 0, "was not made of a TOSCA template"),
        (
            refusal(403, "Error Getting Inf. prop: Access to this infrastructure not granted."),
            5,
            "only the login that made",
        ),
        (
            refusal(404, "Error Getting Inf. prop: Invalid infrastructure ID or access not granted."),
            3,
            "no infrastructure i1",
        ),
        (
            refusal(400, "Error Getting Inf. prop: Invalid InfrastructureManager credentials. Issuer not accepted."),
            4,
            "auth login paas",
        ),
        (Reply::json(200, &json!({"outputs": ["x"]})), 1, "`outputs` is no object"),
    ] {
        let (_manager, room) = managed(&orchestrator, reply);
        let output = room.run(&LINE).code(code).says(word);
        assert_eq!(output.stdout, "", "{output}");
    }
}
