//! Every request to the newer orchestrator is one that its own `OpenAPI` document describes. The emulated one serves that
//! document's facts, and its digest is that of the real server's.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::deployment::Desk;
use crate::support::described::Description;
use crate::support::raw::Connection;

/// SHA-256 of the facts in the document of `infn-datacloud/orchestrator-python` 0.1.0, as it serves it. After a change of
/// the server: `ORCHEST_V1_OPENAPI=FILE cargo test --test it paas_description` compares with a new document and says both.
const FACTS: &str = "4e10f3a9e6add774549e1fd2de807f310d86423d11f28006c5e7624b51ff3678";

/// What a document demands of a request, and which statuses it promises: without prose, names of schemas and order.
fn facts(document: &Value) -> Value {
    let mut all = Map::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let mut parameters = Map::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = format!("{} {}", parameter["in"], parameter["name"]).replace('"', "");
                let is_required = parameter["required"].as_bool() == Some(true);
                parameters
                    .insert(name, json!({"required": is_required, "schema": bare(document, &parameter["schema"])}));
            }
            let statuses: BTreeSet<&String> = operation["responses"].as_object().unwrap().keys().collect();
            let body = bare(document, &operation["requestBody"]);
            let fact = json!({"parameters": parameters, "body": body, "statuses": statuses,
                "open": operation["security"].as_array().is_none_or(Vec::is_empty)});
            all.insert(format!("{} {path}", method.to_uppercase()), fact);
        }
    }
    json!(all)
}

/// References filled in, prose left out, whole numbers written as such.
fn bare(document: &Value, value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            if let Some(place) = map.get("$ref").and_then(Value::as_str) {
                return bare(document, document.pointer(place.trim_start_matches('#')).unwrap());
            }
            let is_properties = |name: &str| !matches!(name, "title" | "description" | "examples");
            let members = map.iter().filter(|(name, value)| is_properties(name) || value.is_object());
            json!(members.map(|(name, value)| (name.clone(), bare(document, value))).collect::<Map<_, _>>())
        }
        Value::Array(all) => all.iter().map(|value| bare(document, value)).collect(),
        #[expect(clippy::cast_possible_truncation, reason = "it has no fraction, and limits are small")]
        Value::Number(number) if number.is_f64() => json!(number.as_f64().unwrap() as i64),
        other => other.clone(),
    }
}

/// One line a fact, in order.
fn lines(value: &Value, place: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(name, value)| lines(value, &format!("{place}/{name}"), all))
        }
        value => {
            all.insert(format!("{place} {value}"));
        }
    }
}

fn listed(document: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    lines(&facts(document), "", &mut all);
    all
}

fn digest(lines: &BTreeSet<String>) -> String {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn served(url: &str) -> Value {
    Connection::open(url).unwrap().send("GET", "/api/v1/openapi.json", &[], None).unwrap().json()
}

#[test]
fn the_emulated_document_holds_the_facts_of_the_real_one() {
    let (desk, _) = Desk::witnessed();
    let own = listed(&served(&desk.url()));
    assert!(own.len() > 200, "{own:#?}");
    #[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
    let file = std::env::var_os("ORCHEST_V1_OPENAPI");
    if let Some(file) = file {
        let real = listed(&serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap());
        let (lacking, beyond): (Vec<_>, Vec<_>) = (real.difference(&own).collect(), own.difference(&real).collect());
        assert!(lacking.is_empty() && beyond.is_empty(), "lacking: {lacking:#?}\nbeyond: {beyond:#?}");
        println!("the facts of the real document: {}", digest(&real));
    }
    assert_eq!(digest(&own), FACTS);
}

/// Everything that the product can ask this server for.
const OPERATIONS: [&str; 18] = [
    "DELETE /deployments/{deployment_id}",
    "DELETE /templates/{template_id}",
    "DELETE /users/{user_id}",
    "DELETE /users/{user_id}/ssh_keys",
    "GET /deployments/",
    "GET /deployments/{deployment_id}",
    "GET /deployments/{deployment_id}/templates",
    "GET /health/",
    "GET /templates/",
    "GET /templates/{template_id}",
    "GET /users/",
    "GET /users/{user_id}",
    "PATCH /deployments/{deployment_id}",
    "PATCH /templates/{template_id}",
    "PATCH /users/{user_id}/ssh_keys",
    "POST /deployments/",
    "POST /templates/",
    "POST /users/",
];

#[test]
fn every_request_is_described() {
    let (desk, witness) = Desk::witnessed();
    let description = Description::new(served(&desk.url()), "/api/v1");
    desk.room.file("other.yaml", include_str!("../../src/sandbox/paas/demo/notebook.yaml"));
    for line in [
        "paas info",
        "paas health",
        "paas test",
        "paas user add",
        "paas user list",
        "paas user show me",
        "paas user show alice",
        "paas ssh-key set --key-file key.pub",
        "paas ssh-key show",
        "paas ssh-key generate --key-file new-key --yes",
        "paas ssh-key delete --yes",
        "paas ssh-key set --key-file key.pub",
        "template add other.yaml",
        "template list",
        "template list --name note",
        "template show notebook",
        "template update notebook --new-name lab --new-version 9.9 --provider-type openstack",
        "template inputs lab",
        "deployment create vm.yaml -p num_vms=4 --group physics --name plain",
        "deployment create vm.yaml --group physics --name full --timeout-all 100 --timeout-provider 50 --max-providers 2 \
         --retries-per-provider 4 --keep-last-attempt --provider somewhere --region here",
        "deployment list",
        "deployment list --mine",
        "deployment list --group physics --status CREATE_IN_PROGRESS --limit 1",
        "deployment show full",
        "deployment outputs plain",
        "deployment template full",
        "deployment update full --group chemistry",
        "template delete lab --yes",
    ] {
        desk.ok(line);
    }
    desk.run("resource list plain").code(1);
    desk.run("deployment log plain").code(1);
    desk.run("deployment delete full --force --yes").code(1);
    desk.run("paas user delete alice --yes").code(6);
    let mut operations = BTreeSet::new();
    for asked in witness.asked() {
        // What the server says of itself is no part of what it says.
        if asked.path == "/api/v1/openapi.json" {
            continue;
        }
        match description.check(&asked) {
            Ok(operation) => operations.insert(operation),
            Err(error) => panic!("{} {}: {error}\n{}", asked.method, asked.path, asked.body),
        };
    }
    let expected: BTreeSet<String> = OPERATIONS.map(str::to_owned).into();
    assert_eq!(operations, expected);
}

#[test]
fn what_is_not_described_is_noticed() {
    let (desk, witness) = Desk::witnessed();
    let description = Description::new(served(&desk.url()), "/api/v1");
    let mut connection = Connection::open(witness.url()).unwrap();
    let bodies = [
        ("POST", "/api/v1/templates/", Some(json!({"no": "text"}))),
        ("POST", "/api/v1/deployments/", Some(json!({"template_inputs": {}, "user_group": "g"}))),
        ("GET", "/api/v1/deployments/?size=0&template_id=3fa85f64-5717-4562-b3fc-2c963f66afa6", None),
        ("GET", "/api/v1/deployments/", None),
        ("GET", "/api/v1/users/?username=bob", None),
        ("GET", "/api/v1/users/bob", None),
        ("GET", "/api/v1/deployments/3fa85f64-5717-4562-b3fc-2c963f66afa6/logs", None),
        ("PUT", "/api/v1/users/", None),
        ("PATCH", "/api/v1/users/me/ssh_keys", None),
    ];
    for (method, path, body) in &bodies {
        connection.send(method, path, &[], body.as_ref()).unwrap();
    }
    let asked = witness.asked();
    assert_eq!(asked.len(), bodies.len());
    for asked in asked {
        assert!(description.check(&asked).is_err(), "{asked:?}");
    }
}
