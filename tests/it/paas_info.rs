//! What an orchestrator of deployments is and can do, whether it is well, as whom one is known there, and its schedules.

use serde_json::{Value, json};

use crate::paas_template::{page, room};
use crate::support::cli::Room;
use crate::support::server::{Reply, Server};

const HEALTH: &str = "GET /api/v1/health/";
const DESCRIPTION: &str = "GET /api/v1/openapi.json";
const STRANGER: &str = "GET /api/v1/templates/?size=1";
const ME: &str = "GET /api/v1/users/me";

fn v1(health: &Value) -> Server {
    let server = Server::start();
    server.on(HEALTH, Reply::json(200, health));
    let paths = json!({"/api/v1/deployments/{deployment_id}/logs": {}});
    server.on(DESCRIPTION, Reply::json(200, &json!({"info": {"version": "0.1.0"}, "paths": paths})));
    server
}

fn well() -> Value {
    json!({"db_connection": true, "opa_connection": null, "status": "healthy"})
}

fn indigo(version: &str) -> Server {
    let server = Server::start();
    server.on(HEALTH, Reply::json(404, &json!({"code": 404, "title": "Not Found"})));
    server.on("GET /info", Reply::json(200, &json!({"build": {"version": version}, "git": {}})));
    server
}

fn unsettled(server: &Server) -> Room {
    room(server).without("ORCHEST_PAAS_DIALECT")
}

fn offered(rows: &Value, what: &str) -> bool {
    let row = rows.as_array().unwrap().iter().find(|row| row["what"] == what).unwrap();
    assert_eq!(row["offered"] == json!(true), row["instead"].is_null(), "{row}");
    row["offered"] == json!(true)
}

#[test]
fn what_a_server_can_do_is_told_without_a_token() {
    let server = v1(&well());
    let room = unsettled(&server).without("ORCHEST_PAAS_TOKEN");
    let rows = room.run(&["paas", "info", "-o", "json"]).success().says("speaks v1").json();
    assert!(offered(&rows, "keeping templates") && !offered(&rows, "schedules"));
    assert!(offered(&rows, "a log"), "its description has the route");
    assert_eq!((&rows[0]["dialect"], &rows[0]["version"]), (&json!("v1"), &json!("0.1.0")));
    assert!(server.asked().iter().all(|asked| asked.headers.iter().all(|(name, _)| name != "authorization")));
    for (version, resets) in [("2.6.0", false), ("4.0.1", true)] {
        let server = indigo(version);
        let rows = unsettled(&server).run(&["paas", "info", "-o", "json"]).success().says(version).json();
        assert_eq!(offered(&rows, "resetting a deployment that is stuck"), resets, "{version}");
        assert!(!offered(&rows, "keeping templates"));
        server.verify();
    }
}

#[test]
fn a_server_that_says_that_it_is_unwell_is_believed() {
    let server = v1(&json!({"db_connection": false, "status": "unhealthy"}));
    let room = unsettled(&server);
    room.run(&["paas", "health"]).code(1).says("db_connection, status").prints("unhealthy");
    room.run(&["paas", "health", "--paas", v1(&well()).url()]).success().prints("healthy");
    room.run(&["paas", "health", "--paas", indigo("4.0.1").url()]).success().prints("answers");
    let nothing = Server::start();
    for path in [HEALTH, "GET /info", "GET /"] {
        nothing.on(path, Reply::json(404, &json!({"detail": "Not Found"})));
    }
    room.run(&["paas", "health", "--paas", nothing.url()]).code(78).says("no orchestrator of deployments");
}

#[test]
fn the_configuration_is_shown_where_there_is_one() {
    let server = Server::start();
    server.on("GET /configuration", Reply::json(200, &json!({"im_url": "https://im/", "cmdb_url": "https://cmdb/"})));
    let older = room(&server).env("ORCHEST_PAAS_DIALECT", "indigo");
    assert_eq!(older.run(&["paas", "config", "-o", "json"]).success().json()["im_url"], json!("https://im/"));
    room(&server).run(&["paas", "config"]).code(1).says("orchest paas info");
    assert_eq!(server.lines(), ["GET /configuration"]);
}

#[test]
fn a_test_says_as_whom_one_is_known() {
    let server = v1(&well());
    server.on(STRANGER, Reply::json(401, &json!({"status": 401, "detail": "no"})));
    let me = json!({"id": "u1", "sub": "s1", "issuer": "https://iam/", "username": "ann"});
    server.on(ME, Reply::json(200, &me));
    server.on(ME, Reply::json(404, &json!({"status": 404, "detail": "No user with the given credentials was found"})));
    server.on(ME, Reply::text(500, "text/plain", "Internal Server Error"));
    let room = unsettled(&server).env("ORCHEST_RETRIES", "1");
    let first = room.run(&["paas", "test", "-o", "json"]).success();
    assert_eq!((&first.json()["user"], &first.json()["subject"]), (&json!("ann"), &json!("s1")));
    assert!(!first.stderr.contains("warning"), "{first}");
    room.run(&["paas", "test"]).success().says("orchest paas user add");
    room.run(&["paas", "test"]).code(4).says("whose the token is");
    assert!(!format!("{:?}", server.lines()).contains("canary"));
    server.verify();
}

#[test]
fn a_server_that_lets_in_strangers_is_warned_about() {
    let server = v1(&well());
    server.on(STRANGER, page(&[]));
    server.on(ME, Reply::json(200, &json!({"id": "u1", "sub": "s1", "issuer": "https://iam/"})));
    unsettled(&server).run(&["paas", "test"]).success().says("warning: this orchestrator lets in whoever");
    let stranger = server.asked().into_iter().find(|asked| asked.path.starts_with("/api/v1/templates")).unwrap();
    assert!(!format!("{stranger:?}").contains("canary"), "one's own token is not what strangers have");
}

#[test]
fn the_older_dialect_tests_the_token_with_a_list() {
    let server = indigo("4.0.1");
    let list = "GET /deployments?createdBy=me&sort=createdAt%2Cdesc&size=1&page=0";
    let page = json!({"content": [], "page": {"size": 1, "totalElements": 0, "totalPages": 0, "number": 0}});
    server.on(list, Reply::json(200, &page));
    server.on(list, Reply::json(401, &json!({"code": 401, "title": "Unauthorized", "message": "Invalid token"})));
    let room = unsettled(&server);
    assert_eq!(room.run(&["paas", "test", "-o", "json"]).success().json()["version"], json!("4.0.1"));
    room.run(&["paas", "test"]).code(4);
    server.verify();
}

const SCHEDULES: &str = "GET /schedules?size=100&page=0";

#[test]
fn a_schedule_is_made_once() {
    let server = Server::start();
    let schedule = json!({"uuid": "s1", "status": "RUNNING", "fileExpression": "in*", "replicationExpression": "rse=A",
        "numberOfReplicas": 1, "links": []});
    let list = |rows: &[Value]| {
        let page = json!({"size": 100, "totalElements": rows.len(), "totalPages": 1, "number": 0});
        Reply::json(200, &json!({"content": rows, "page": page}))
    };
    server.on(SCHEDULES, list(&[]));
    server.on(SCHEDULES, list(std::slice::from_ref(&schedule)));
    server.on("POST /schedules", Reply::json(201, &schedule));
    server.on("GET /schedules/s1", Reply::json(200, &schedule));
    server.on("GET /schedules/s2", Reply::json(404, &json!({"code": 404, "title": "Not Found", "message": "none"})));
    let room = room(&server).env("ORCHEST_PAAS_DIALECT", "indigo");
    let template = "tosca_definitions_version: tosca_simple_yaml_1_0\ntopology_template:\n  inputs:\n    cpus:\n      \
        type: integer\n";
    room.file("job.yaml", template);
    room.file("none.yaml", "a: 1\n");
    room.file("job.json", "{\"cpus\": 2}");
    room.file("list.json", "[2]");
    let line = ["paas", "schedule", "create", "job.yaml", "--files", "in*", "--replication", "rse=A"];
    room.run(&line).code(2).says("--yes");
    room.run(&[&line[..], &["--yes", "--params", "list.json"]].concat()).code(2).says("mapping");
    // Nobody can delete what is made of a mistake.
    room.run(&[&line[..], &["--yes", "-p", "cpus=two"]].concat()).code(2).says("cpus");
    room.run(&[&line[..], &["--yes", "-p", "cpu=2"]].concat()).code(2).says("cpu");
    let no_template = ["paas", "schedule", "create", "none.yaml", "--files", "in*", "--replication", "rse=A", "--yes"];
    room.run(&no_template).code(2).says("none.yaml");
    assert_eq!(server.lines(), Vec::<String>::new());
    let yes = [&line[..], &["--yes", "--params", "job.json"]].concat();
    room.run(&yes).success().says("created schedule s1");
    let sent: Value = serde_json::from_str(&server.asked()[1].body).unwrap();
    let wanted = json!({"template": template, "parameters": {"cpus": 2}, "fileExpression": "in*",
        "replicationExpression": "rse=A", "numberOfReplicas": 1});
    assert_eq!(sent, wanted);
    room.run(&yes).success().says("schedule s1 exists already: this very line has made it");
    let without = room.run(&[&line[..], &["--yes"]].concat()).code(6).says("schedule s1 is for the same files");
    without.says("the input cpus has no value");
    assert_eq!(room.ok(&["paas", "schedule", "list", "-o", "name"]), "s1\n");
    let shown = room.run(&["paas", "schedule", "show", "s1", "-o", "json"]).success().json();
    assert!(shown.get("links").is_none() && shown["status"] == json!("RUNNING"));
    room.run(&["paas", "schedule", "show", "s2"]).code(3);
    room.env("ORCHEST_PAAS_DIALECT", "v1").run(&["paas", "schedule", "list"]).code(1).says("from cron");
    server.verify();
}
