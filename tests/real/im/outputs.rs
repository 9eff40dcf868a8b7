//! Outputs that a real manager works out of a TOSCA template, where the orchestrator tells none.

use serde_json::json;

use super::manager::{DEPLOYMENT, LINES, Manager, YAML, clean, v1};

const TEMPLATE: &str = include_str!("outputs.yaml");

const LINE: [&str; 5] = ["deployment", "outputs", DEPLOYMENT, "-o", "json"];

#[test]
fn the_outputs_of_a_template_come_from_its_manager() {
    let manager = Manager::with(&[], &LINES.join("\\n"), YAML, TEMPLATE);
    let server = v1(&manager);
    let room = manager.room(&server, "v1");
    let hidden = clean(room.run(&LINE).success());
    let expected = |password: &str, token: &str| {
        json!({"endpoint": "http://10.0.0.1:8080", "admin_token": token,
            "node_creds": {"user": "username", "token": password, "token_type": "password"}})
    };
    assert_eq!(hidden.json(), expected("***", "***"));
    let shown = room.run(&[&LINE[..], &["--reveal"]].concat()).success().json();
    assert_eq!(shown, expected("password", "canary-of-the-admin"));
    server.verify();
}

#[test]
fn a_template_without_outputs_and_no_template_at_all_are_told_apart() {
    let (bare, _) = TEMPLATE.split_once("  outputs:").unwrap();
    let manager = Manager::with(&[], &LINES.join("\\n"), YAML, bare);
    let empty = manager.room(&v1(&manager), "v1").run(&LINE).success().says("the template of deployment");
    assert_eq!(empty.json(), json!({}));
    let manager = Manager::start();
    manager.room(&v1(&manager), "v1").run(&LINE).success().says("was not made of a TOSCA template");
}

#[test]
fn what_is_not_there_or_not_ones_own_is_no_empty_list() {
    let mut manager = Manager::with(&[], &LINES.join("\\n"), YAML, TEMPLATE);
    let server = v1(&manager);
    let room = manager.room(&server, "v1");
    let file = room.file("other", &LINES.join("\n").replace("username = u", "username = other"));
    let room = room.env("ORCHEST_IM_AUTH_FILE", &file.display().to_string());
    clean(room.run(&LINE)).code(5).says("not granted");
    manager.infrastructure = "11e7fc71-8e27-4c45-a7ae-0242ac110009".to_owned();
    clean(manager.room(&v1(&manager), "v1").run(&LINE)).code(3).says("no infrastructure 11e7fc71");
}
