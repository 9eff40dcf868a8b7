//! The faults of the two clients that there were, orchent and orpy, one test each: ours has none of them.

use serde_json::{Value, json};

use crate::support::cli::Room;
use crate::support::server::{Reply, Server};

const ID: &str = "11ed9f7e-0000-4000-8000-000000000001";
const TOKEN: &str = "canary-token-of-alice";
const TEMPLATE: &str = "tosca_definitions_version: tosca_simple_yaml_1_0\nmetadata: {template_name: t}\n\
    topology_template:\n  inputs:\n    nodes: {type: integer}\n    big: {type: boolean, default: false}\n    \
    name: {type: string, default: x}\n  outputs:\n    all: {value: [{get_input: nodes}, {get_input: big}, {get_input: name}]}\n";

/// Somebody with a token for a server of the older dialect.
fn room(server: &Server) -> Room {
    let room = Room::new().env("ORCHEST_PAAS", server.url()).env("ORCHEST_PAAS_TOKEN", TOKEN);
    let room = room.env("ORCHEST_PAAS_DIALECT", "indigo").env("ORCHEST_RETRIES", "1");
    room.file("t.yaml", TEMPLATE);
    room
}

fn deployment(id: &str, minute: usize) -> Value {
    json!({"uuid": id, "status": "CREATE_COMPLETE", "task": "NONE", "creationTime": format!("2026-11-21T07:{minute:02}+0000"),
        "createdBy": {"issuer": "https://iam/", "subject": "alice"}, "userGroup": "physics", "physicalId": "inf",
        "newMember": {"kept": true}, "outputs": {}, "links": []})
}

/// A page of so many, whose links lead to another host.
fn page(number: usize, of: usize, rows: &[Value]) -> Reply {
    let links = json!([{"rel": "next", "href": "http://evil.test/deployments?page=1"}]);
    let counts = json!({"size": 100, "totalElements": of, "totalPages": of.div_ceil(100), "number": number});
    Reply::json(200, &json!({"links": links, "content": rows, "page": counts}))
}

fn list(number: usize) -> String {
    format!("GET /deployments?sort=createdAt%2Casc&size=100&page={number}")
}

fn one() -> String {
    format!("GET /deployments/{ID}")
}

#[test]
fn an_error_has_an_exit_code_and_goes_to_standard_error() {
    let server = Server::start();
    server.on(&one(), Reply::json(404, &json!({"code": 404, "title": "Not Found", "message": "doesn't exist"})));
    let output = room(&server).run(&["deployment", "show", ID]).code(3);
    assert!(output.stdout.is_empty() && output.stderr.contains("does not exist"), "{output}");
}

#[test]
fn a_page_of_a_proxy_is_no_success() {
    for body in ["<html><body>Bad Gateway</body></html>", ""] {
        let server = Server::start();
        server.on(&one(), Reply::text(502, "text/html", body));
        let output = room(&server).run(&["deployment", "show", ID]).code(75);
        assert!(output.stdout.is_empty(), "{output}");
    }
}

#[test]
fn the_address_of_the_line_beats_that_of_the_environment_and_help_needs_none() {
    let server = Server::start();
    server.on(&one(), Reply::json(200, &deployment(ID, 3)));
    let room = room(&server).without("ORCHEST_PAAS").env("ORCHENT_URL", "http://127.0.0.1:9");
    assert!(room.ok(&["deployment", "show", ID, "--paas", server.url()]).contains(ID));
    let bare = Room::new();
    assert!(bare.ok(&["deployment", "--help"]).contains("create"));
}

#[test]
fn the_header_has_its_space_and_one_variable_is_enough() {
    for variable in ["ORCHEST_PAAS_TOKEN", "ORCHENT_TOKEN", "ORCHESTRATOR_TOKEN"] {
        let server = Server::start();
        server.on(&one(), Reply::json(200, &deployment(ID, 3)));
        let room = room(&server).without("ORCHEST_PAAS_TOKEN").env(variable, TOKEN);
        room.ok(&["deployment", "show", ID]);
        let asked = server.asked();
        let sent = asked[0].headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        assert_eq!(sent.map(|(_, value)| value.as_str()), Some(format!("Bearer {TOKEN}").as_str()), "{variable}");
    }
}

#[test]
fn a_token_is_not_printed_when_two_are_there() {
    let server = Server::start();
    server.on(&one(), Reply::json(200, &deployment(ID, 3)));
    let room = room(&server).env("ORCHENT_TOKEN", "canary-another-token");
    let output = room.run(&["deployment", "show", ID, "-vvv"]).success();
    assert!(!output.stderr.contains("canary") && !output.stdout.contains("canary"), "{output}");
    assert!(output.stderr.contains("ORCHENT_TOKEN"), "that one was passed over is told\n{output}");
}

#[test]
fn the_second_page_comes_from_where_the_first_did() {
    let server = Server::start();
    let rows: Vec<Value> = (0..101).map(|n| deployment(&format!("11ed9f7e-0000-4000-8000-{n:012}"), n % 60)).collect();
    server.on(&list(0), page(0, 101, &rows[..100]));
    server.on(&list(1), page(1, 101, &rows[100..]));
    assert_eq!(room(&server).ok(&["deployment", "list", "-o", "name"]).lines().count(), 101);
    server.verify();
}

#[test]
fn what_nobody_knew_yet_stays_in_the_output_and_lists_have_json_too() {
    let server = Server::start();
    server.on(&list(0), page(0, 1, &[deployment(ID, 3)]));
    server.on(&one(), Reply::json(200, &deployment(ID, 3)));
    let room = room(&server);
    let shown = room.run(&["deployment", "show", ID, "-o", "json"]).success().json();
    assert_eq!(shown["newMember"]["kept"], true);
    let listed = room.run(&["deployment", "list", "-o", "json"]).success().json();
    assert_eq!(listed[0]["newMember"]["kept"], true);
}

#[test]
fn inputs_keep_their_types_and_a_false_is_one() {
    let server = Server::start();
    server.on("POST /deployments", Reply::json(201, &deployment(ID, 3)));
    server.on(&one(), Reply::json(200, &deployment(ID, 3)));
    let line = "deployment create t.yaml -p nodes=3 -p big=no -p name=010 --keep-last-attempt=false --group physics";
    room(&server).run(&line.split(' ').collect::<Vec<_>>()).success();
    let sent: Value = serde_json::from_str(&server.asked()[0].body).unwrap();
    assert_eq!(sent["parameters"], json!({"nodes": 3, "big": false, "name": "010"}));
    assert_eq!(sent["keepLastAttempt"], false);
    assert_eq!(sent["template"], TEMPLATE, "byte for byte");
}

#[test]
fn what_nobody_asked_for_is_not_sent() {
    let server = Server::start();
    server.on("POST /deployments", Reply::json(201, &deployment(ID, 3)));
    server.on(&one(), Reply::json(200, &deployment(ID, 3)));
    room(&server).ok(&["deployment", "create", "t.yaml", "-p", "nodes=3"]);
    let sent: Value = serde_json::from_str(&server.asked()[0].body).unwrap();
    // A server that is told nothing of keepLastAttempt does as it is set up.
    let members: Vec<&String> = sent.as_object().unwrap().keys().collect();
    assert_eq!(members, ["template", "parameters"]);
}

#[test]
fn an_update_with_an_empty_answer_is_a_success_and_merges() {
    let server = Server::start();
    server.on(&one(), Reply::json(200, &deployment(ID, 3)));
    server.on(&format!("PUT /deployments/{ID}"), Reply::Plain(202, Vec::new(), Vec::new()));
    // Whose it is, the token does not say.
    let line = format!("deployment update {ID} t.yaml -p nodes=5");
    room(&server).run(&line.split(' ').collect::<Vec<_>>()).success();
    let asked = server.asked();
    let sent: Value = serde_json::from_str(&asked.last().unwrap().body).unwrap();
    assert_eq!(sent["parameters"], json!({"nodes": 5}), "what is not given now the server has");
}

#[test]
fn what_stands_in_a_query_is_encoded() {
    let server = Server::start();
    let path = "GET /deployments?createdBy=s%40https%3A%2F%2Fiam%2F&sort=createdAt%2Casc&size=100&page=0";
    server.on(path, page(0, 0, &[]));
    room(&server).ok(&["deployment", "list", "--created-by", "s@https://iam/"]);
    server.verify();
}

#[test]
fn a_template_may_come_through_a_pipe() {
    let server = Server::start();
    server.on("POST /deployments", Reply::json(201, &deployment(ID, 3)));
    server.on(&one(), Reply::json(200, &deployment(ID, 3)));
    let output = room(&server).run_with_input(&["deployment", "create", "-", "-p", "nodes=1"], TEMPLATE).success();
    assert!(output.stdout.contains(ID), "{output}");
    let sent: Value = serde_json::from_str(&server.asked()[0].body).unwrap();
    assert_eq!(sent["template"], TEMPLATE);
}
