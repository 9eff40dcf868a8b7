//! The rows of docs/legacy.md about routes: each command is run in a small city, by whoever administers everything.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Stage, rows};
use crate::support::server::{Reply, Server};

/// How a command shows that it worked: what it prints, and what another line prints or lacks afterwards.
type Effect = (&'static str, Option<(&'static str, &'static str, bool)>);

fn orchestrator() -> Server {
    let server = Server::start();
    let version =
        json!({"version": "4.11.0", "IoTModules": [], "API_stats": {"num_post_service": 7, "initialized": true}});
    let metrics = json!({"service": {}, "sum": {"incomingTransactions": 20}});
    for (request, body) in [
        ("GET /v1.0/version", version),
        ("GET /v1.0/admin/log", json!({"level": "INFO"})),
        ("PUT /v1.0/admin/log?level=DEBUG", json!(null)),
        ("GET /v1.0/admin/metrics", metrics.clone()),
        ("GET /v1.0/admin/metrics?reset=true", metrics),
    ] {
        server.on(request, Reply::json(200, &body));
    }
    server.on("DELETE /v1.0/admin/metrics", Reply::Plain(204, Vec::new(), Vec::new()));
    server
}

/// What has to follow from a row.
fn effect(request: &str) -> Effect {
    let holds = |line, text| Some((line, text, true));
    let lacks = |line, text| Some((line, text, false));
    const ON_CITY: &str = "role assignments -s city --of-user carl";
    // They log in, and change nothing.
    const WITH_A: &str =
        "user set-password carl -s city --self --password-file a.pw --new-password-file a.pw --dry-run";
    const WITH_B: &str =
        "user set-password carl -s city --self --password-file b.pw --new-password-file a.pw --dry-run";
    match request {
        "GET service" => ("city2", None),
        "POST service" => ("city", holds("group list -s city", "AdminGroup")),
        "PUT service" | "PUT service/{sid}" => ("", holds("service show city", "of text")),
        "GET service/{sid}" => ("city", None),
        "GET service/{sid}/subservice" | "GET service/{sid}/subservice/{pid}" => ("energy", None),
        "POST service/{sid}/subservice" => ("energy", holds("role assignments -s city -S energy", "eva")),
        "PUT service/{sid}/subservice/{pid}" => ("", holds("subservice show energy -s city", "of text")),
        "GET service/{sid}/user" => ("adm1", None),
        "POST service/{sid}/user" => ("bob", holds("user list -s city", "bob")),
        "GET service/{sid}/user/{uid}" => ("bob", None),
        "PUT service/{sid}/user/{uid}" => ("", lacks("user list -s city", "bob")),
        "PUT service/{sid}/user/{uid} (password)" => ("", holds(WITH_B, "")),
        "POST service/{sid}/user/{uid}" => ("", holds(WITH_A, "")),
        "GET service/{sid}/group" => ("AdminGroup", None),
        "POST service/{sid}/group" | "GET service/{sid}/group/{gid}" => ("crew", None),
        "PUT service/{sid}/group/{gid}" => ("", holds("group list -s city", "guild")),
        "GET service/{sid}/role" => ("ServiceCustomer", None),
        "POST service/{sid}/role" => ("Gardener", holds("role list -s city", "Gardener")),
        "POST service/{sid}/role (XACML_POLICY)" => ("", holds("policy list Gardener -s city", "MinePolicy")),
        "POST service/{sid}/role/{rid}" => ("", holds("policy list Gardener -s city", "STHSubServiceCustomer")),
        "GET service/{sid}/role/{rid}" => ("MinePolicy", None),
        "GET service/{sid}/role/{rid}/policy/{polid}" => ("PolicyId=\"MinePolicy\"", None),
        "DELETE service/{sid}/role/{rid}/policy/{polid}" => ("", lacks("policy list Gardener -s city", "MinePolicy")),
        "POST service/{sid}/role_assignments" => ("", holds(ON_CITY, "Gardener,user,carl,service,city,false")),
        "POST service/{sid}/role_assignments (SUBSERVICE)" => ("", holds(ON_CITY, "carl,energy,city,false")),
        "POST service/{sid}/role_assignments (INHERIT)" => ("", holds(ON_CITY, "city,true")),
        "GET service/{sid}/role_assignments" => ("carl", None),
        "DELETE service/{sid}/role_assignments" => ("", lacks(ON_CITY, "service,city,false")),
        "DELETE service/{sid}/role_assignments (SUBSERVICE)" => ("", lacks(ON_CITY, "energy")),
        "DELETE service/{sid}/role_assignments (INHERIT)" => ("", lacks(ON_CITY, "true")),
        "POST service/{sid}/group_role_assignments" => {
            ("", holds("role assignments -s city --of-group guild", "Gardener"))
        }
        "GET service/{sid}/group_role_assignments" => ("guild", None),
        "DELETE service/{sid}/group_role_assignments" => {
            ("", lacks("role assignments -s city --of-group guild", "Gardener"))
        }
        "POST service/{sid}/trust" => ("SubServiceAdmin", None),
        "POST service/{sid}/module_activation" | "POST service/{sid}/module_activation/{module}" => {
            ("STH", holds("module list -s city", "STH"))
        }
        "GET service/{sid}/module_activation" | "GET service/{sid}/subservice/{pid}/module_activation" => ("STH", None),
        "DELETE service/{sid}/module_activation" | "DELETE service/{sid}/module_activation/{module}" => {
            ("", lacks("module list -s city", "STH"))
        }
        "POST service/{sid}/subservice/{pid}/module_activation"
        | "POST service/{sid}/subservice/{pid}/module_activation/{module}" => {
            ("STH", holds("module list -s city -S energy", "STH"))
        }
        "DELETE service/{sid}/subservice/{pid}/module_activation"
        | "DELETE service/{sid}/subservice/{pid}/module_activation/{module}" => {
            ("", lacks("module list -s city -S energy", "STH"))
        }
        "DELETE service/{sid}/role/{rid}" => ("", lacks("role list -s city", "Gardener")),
        "DELETE service/{sid}/group/{gid}" => ("", lacks("group list -s city", "guild")),
        "DELETE service/{sid}/user/{uid}" => ("", lacks("user list -s city", "carl")),
        "DELETE service/{sid}/subservice/{pid}" | "DELETE service/{sid}/subservice" => {
            ("", lacks("subservice list -s city", "energy"))
        }
        "DELETE service/{sid}" | "DELETE service" => ("", lacks("service list", "city,")),
        "GET version" => ("4.11.0", None),
        "GET version (API_stats)" => ("post,7", None),
        "GET admin/log" => ("INFO", None),
        "PUT admin/log" => ("DEBUG", None),
        "GET admin/metrics" | "GET admin/metrics (reset=true)" => ("20", None),
        "DELETE admin/metrics" => ("", None),
        other => panic!("nobody tests {other}"),
    }
}

/// Runs the command of every row.
pub fn walk(stage: Stage) {
    let server = orchestrator();
    // The sandbox goes on as long as the stage is held.
    let Stage { sandbox: _sandbox, room, .. } = stage;
    let room = room.env("ORCHEST_ORCHESTRATOR", server.url());
    room.file("a.pw", "tall-Order-7001");
    room.file("b.pw", "tall-Order-7002");
    room.file(".orchester.toml", "[module.STH]\nnotify_url = \"http://127.0.0.1:9/notify\"\n");
    let template = room.ok(&["policy", "templates", "perseo-admin"]);
    room.file("policy.xml", &template.replace("PerseoSubServiceAdmin", "MinePolicy"));
    room.ok(&["service", "create", "city2", "--admin-user", "other", "--new-password-file", "a.pw"]);
    let values: BTreeMap<&str, &str> = [
        ("SERVICE", "city"),
        ("ADMIN", "adm1"),
        ("EMAIL", "a@city.example"),
        ("TEXT", "of text"),
        ("TEXT2", "of texts"),
        ("FILE", "a.pw"),
        ("FILE2", "b.pw"),
        ("SUBSERVICE", "energy"),
        ("SUBADMIN", "eva"),
        ("USER", "bob"),
        ("USER2", "carl"),
        ("GROUP", "crew"),
        ("GROUP2", "guild"),
        ("ROLE", "Gardener"),
        ("POLICY", "MinePolicy"),
        ("POLICY_FILE", "policy.xml"),
        ("TEMPLATE", "sth-customer"),
        ("MODULE", "STH"),
        ("LEVEL", "DEBUG"),
    ]
    .into();
    let (mut run, mut directory, mut not) = (0, 0, 0);
    for row in rows("Routes") {
        let (request, today) = (row[0].as_str(), row[1].as_str());
        let Some(line) = today.strip_prefix("orchest ") else {
            assert!(today.starts_with("not done here, because "), "{today}");
            not += 1;
            continue;
        };
        // The directory is no part of the emulated platform: tests/real/ldap/routes.rs walks these on a real one.
        if request.contains(" ldap/") {
            directory += 1;
            continue;
        }
        // What the row before it has removed is made again.
        if request == "DELETE service/{sid}/subservice" {
            room.ok(&["subservice", "create", "energy", "-s", "city"]);
        }
        // Keypass keeps one policy of an id for a service, so it must not be somebody else's.
        if request == "POST service/{sid}/role/{rid}" {
            room.ok(&["policy", "delete", "SubServiceCustomer", "STHSubServiceCustomer", "-s", "city", "--yes"]);
        }
        if request == "DELETE service" {
            room.ok(&["service", "create", "city", "--admin-user", "adm1", "--new-password-file", "a.pw"]);
        }
        let words: Vec<&str> = line.split(' ').map(|word| values.get(word).copied().unwrap_or(word)).collect();
        let raw = request.ends_with("{polid}") && request.starts_with("GET");
        let format: &[&str] = if raw { &[] } else { &["-o", "csv"] };
        let output = room.run(&[&words, format].concat()).success();
        let (prints, after) = effect(request);
        assert!(output.stdout.contains(prints), "{request}: {prints} is not in\n{output}");
        if let Some((look, text, there)) = after {
            let look: Vec<&str> = look.split(' ').chain(["-o", "csv"]).collect();
            let seen = room.run(&look).success();
            assert_eq!(seen.stdout.contains(text), there, "{request}, then '{text}' in\n{seen}");
        }
        run += 1;
    }
    assert_eq!((run, directory, not), (61, 10, 3));
}
