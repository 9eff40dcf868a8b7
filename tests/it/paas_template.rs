//! Templates at an orchestrator of deployments: exact names, equal ones, and deletions that are only said to have happened.

use serde_json::{Value, json};

use crate::support::cli::Room;
use crate::support::server::{Reply, Server};

const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
const OTHER: &str = "4fa85f64-5717-4562-b3fc-2c963f66afa6";
const TEXT: &str = "tosca_definitions_version: tosca_simple_yaml_1_0 # unchanged\nmetadata: {template_name: kafka, \
                    template_version: 1.2}\ntopology_template: {inputs: {a: {required: no}}}\n";

/// Somebody with a token for a server of the newer dialect.
pub fn room(server: &Server) -> Room {
    Room::new()
        .env("ORCHEST_PAAS", server.url())
        .env("ORCHEST_PAAS_TOKEN", "canary-token-of-alice")
        .env("ORCHEST_PAAS_DIALECT", "v1")
}

fn template(id: &str, version: &str) -> Value {
    let content = json!({"tosca_definitions_version": "tosca_simple_yaml_1_0",
        "metadata": {"template_name": "kafka", "template_version": 1.2},
        "topology_template": {"inputs": {"a": {"required": false}}}});
    json!({"id": id, "name": "kafka", "version": version, "target_provider_type": null, "content": content.to_string(),
        "tosca_definitions_version": "tosca_simple_yaml_1_0", "created_at": "2026-11-21T07:03:04.447+00:00"})
}

pub fn page(rows: &[Value]) -> Reply {
    let page = json!({"size": 100, "number": 1, "total_elements": rows.len(), "total_pages": 1});
    Reply::json(200, &json!({"data": rows, "page": page, "links": {"next": null}}))
}

const LIST: &str = "GET /api/v1/templates/?sort=created_at&size=100&page=1";
const KAFKA: &str = "GET /api/v1/templates/?sort=created_at&name=kafka&size=100&page=1";

fn one(id: &str) -> String {
    format!("GET /api/v1/templates/{id}")
}

fn gone() -> Reply {
    Reply::json(404, &json!({"status": 404, "detail": "Template with id=x does not exist"}))
}

fn done() -> Reply {
    Reply::Plain(204, Vec::new(), Vec::new())
}

#[test]
fn a_list_is_filtered_here_too() {
    let server = Server::start();
    let mut other = template(OTHER, "2");
    other["name"] = json!("spark");
    server.on(KAFKA, page(&[template(ID, "1.2"), other.clone()]));
    server.on(LIST, page(&[template(ID, "1.2"), other]));
    let room = room(&server);
    assert_eq!(room.ok(&["template", "list", "-o", "name"]), "kafka\nspark\n");
    assert_eq!(room.ok(&["template", "list", "--name", "kafka", "-o", "name"]), "kafka\n");
    server.verify();
}

#[test]
fn a_name_is_exact_and_several_are_listed() {
    let server = Server::start();
    server.on(KAFKA, page(&[template(ID, "1.2"), template(OTHER, "1.3")]));
    server.on("GET /api/v1/templates/?sort=created_at&name=kaf&size=100&page=1", page(&[template(ID, "1.2")]));
    server.on(&one(OTHER), Reply::json(200, &template(OTHER, "1.3")));
    let room = room(&server);
    let several = room.run(&["template", "show", "kafka"]).code(6);
    several.clone().says(ID).says(OTHER).says("version 1.3").says("--version");
    let shown = room.run(&["template", "show", "kafka", "--version", "1.2", "-o", "json"]).success().json();
    assert_eq!((&shown["id"], &shown["content"]["metadata"]["template_name"]), (&json!(ID), &json!("kafka")));
    room.run(&["template", "show", "kaf"]).code(3).says("orchest template list");
    let content = room.ok(&["template", "show", OTHER, "--content"]);
    assert!(content.starts_with("{\"tosca") && content.ends_with("}\n"), "{content}");
    server.verify();
}

#[test]
fn the_bytes_of_a_file_are_sent_as_they_are() {
    let server = Server::start();
    server.on("POST /api/v1/templates/", Reply::json(201, &json!({"id": ID})));
    let room = room(&server);
    let path = room.file("kafka.yaml", TEXT).display().to_string();
    room.run(&["template", "add", &path, "--dry-run"]).success().says("would add");
    assert_eq!(server.lines(), Vec::<String>::new());
    let added = room.run(&["template", "add", &path, "-o", "json"]).success().says("added template");
    assert_eq!((&added.json()["id"], &added.json()["version"]), (&json!(ID), &json!("1.2")));
    let asked = server.asked();
    let text = |body: &str| serde_json::from_str::<String>(body).unwrap();
    assert_eq!((asked.len(), text(&asked[0].body).as_str()), (1, TEXT));
    assert!(asked[0].headers.contains(&("content-type".to_owned(), "application/json".to_owned())));
    room.run_with_input(&["template", "add", "-"], TEXT).success();
    assert_eq!(text(&server.asked()[1].body), TEXT);
}

#[test]
fn what_is_no_file_with_a_text_is_refused_before_anything_is_sent() {
    let server = Server::start();
    let room = room(&server);
    let empty = room.file("empty.yaml", " \n").display().to_string();
    for file in [empty.as_str(), "absent.yaml", "."] {
        room.run(&["template", "add", file]).code(2);
    }
    let none = room.file("none.yaml", "a: 1\n").display().to_string();
    room.run(&["template", "add", &none]).code(2).says("tosca_definitions_version").says("orchest deployment lint");
    room.run(&["template", "update", "kafka"]).code(2).says("nothing to change");
    room.run(&["template", "update", "kafka", "--new-name", ""]).code(2).says("cannot be emptied");
    room.run(&["template", "delete", "kafka"]).code(2).says("--yes");
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn an_equal_one_is_found_and_taken() {
    let server = Server::start();
    let known = json!({"status": 409, "detail": "Template with hash_content=00 already exists"});
    server.on("POST /api/v1/templates/", Reply::json(409, &known));
    let mut other = template(OTHER, "1.3");
    other["content"] = json!("{\"metadata\": {\"template_name\": \"kafka\"}}");
    server.on(KAFKA, page(&[other.clone(), template(ID, "1.2")]));
    let room = room(&server);
    let path = room.file("kafka.yaml", TEXT).display().to_string();
    let same = room.run(&["template", "add", &path, "-o", "json"]).success().says("exists");
    assert_eq!(same.json()["id"], json!(ID));
    server.verify();

    let strange = Server::start();
    strange.on("POST /api/v1/templates/", Reply::json(409, &known));
    strange.on(KAFKA, page(&[other.clone()]));
    strange.on(LIST, page(&[other]));
    let output = room.run(&["template", "add", &path, "--paas", strange.url()]).code(6);
    output.says("does not say which").says(OTHER);
}

#[test]
fn a_text_that_the_server_fails_over_is_not_called_temporary() {
    let server = Server::start();
    server.on("POST /api/v1/templates/", Reply::text(500, "text/plain", "Internal Server Error"));
    let room = room(&server).env("ORCHEST_RETRIES", "1");
    let path = room.file("kafka.yaml", TEXT).display().to_string();
    room.run(&["template", "add", &path]).code(1).says("could not read the template").says("a date without quotes");
}

#[test]
fn only_what_is_different_is_changed() {
    let server = Server::start();
    server.on(KAFKA, page(&[template(ID, "1.2")]));
    server.on(&format!("PATCH /api/v1/templates/{ID}"), done());
    let room = room(&server);
    room.run(&["template", "set", "kafka", "--new-version", "1.2"]).success().says("already so");
    let words = ["template", "update", "kafka", "--new-version", "1.3", "--new-name", "kafka", "-o", "json"];
    let changed = room.run(&words).success().says("updated");
    assert_eq!(changed.json()["version"], json!("1.3"));
    let asked = server.asked();
    let patched: Vec<&str> =
        asked.iter().filter(|asked| asked.method == "PATCH").map(|asked| asked.body.as_str()).collect();
    assert_eq!(patched, ["{\"version\":\"1.3\"}"]);
    let text = room.run(&["template", "update", "kafka", "--text", "new.yaml"]).code(1);
    text.says("is not offered").says("template add");
    server.verify();
}

#[test]
fn a_deletion_is_believed_only_when_it_is_seen() {
    let server = Server::start();
    server.on(LIST, page(&[template(ID, "1.2")]));
    server.on(KAFKA, page(&[template(ID, "1.2")]));
    server.on(&format!("DELETE /api/v1/templates/{ID}"), done());
    server.on(&one(ID), Reply::json(200, &template(ID, "1.2")));
    server.on(&one(ID), gone());
    server.on(&one(OTHER), gone());
    let room = room(&server);
    let used = room.run(&["template", "delete", "kafka", "--yes"]).code(6);
    used.says("deployments use it").says("orchest deployment list");
    room.run(&["template", "delete", "kafka", "--yes"]).success().says("deleted");
    room.run(&["template", "delete", OTHER, "--yes"]).success().says("absent");
    room.run(&["template", "delete", OTHER, "--yes", "--fail-if-missing"]).code(3);
    let dry = room.run(&["template", "delete", "kafka", "spark", "--dry-run"]).success();
    dry.says("would delete template").says("spark: nothing to delete");
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("DELETE")).count(), 2);
    server.verify();
}

#[test]
fn an_orchestrator_without_templates_is_asked_nothing() {
    let server = Server::start();
    let room = room(&server).env("ORCHEST_PAAS_DIALECT", "indigo").without("ORCHEST_PAAS_TOKEN");
    let path = room.file("kafka.yaml", TEXT).display().to_string();
    for words in [
        &["list"][..],
        &["show", "kafka"],
        &["add", &path],
        &["update", "kafka", "--new-version", "2"],
        &["update", "kafka", "--text", &path],
        &["delete", "kafka", "--yes"],
    ] {
        let line = [&["template"], words, &["-o", "json"]].concat();
        let output = room.run(&line).code(1).says("keeping templates is not offered").says("deployment create FILE");
        assert!(output.stderr.contains("\"kind\":\"unsupported\""), "{output}");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}
