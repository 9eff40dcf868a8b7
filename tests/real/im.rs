//! The real Infrastructure Manager with its cloud `Dummy`, and an orchestrator that names an infrastructure there.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::cli::{Output, Room};
use crate::support::keystone::servers;
use crate::support::raw::{Answer, Connection};
use crate::support::server::{Reply, Server};

const DEPLOYMENT: &str = "11e7fc71-8e27-4c45-a7ae-0242ac110002";
const FRONT: &str = "22e7fc71-8e27-4c45-a7ae-0242ac110002";

/// Who one is there, and a cloud that is none.
const LINES: [&str; 2] =
    ["type = InfrastructureManager; username = u; password = canary-password", "id = d; type = Dummy"];

const RADL: &str = "\
network net (outbound = 'yes')
system front (
cpu.count >= 1 and
memory.size >= 512m and
net_interface.0.connection = 'net' and
disk.0.os.name = 'linux' and
disk.0.image.url = 'mock0://linux.for.ev.er/image' and
disk.0.os.credentials.username = 'user'
)
system wn (
cpu.count >= 1 and
memory.size >= 512m and
net_interface.0.connection = 'net' and
disk.0.os.name = 'linux' and
disk.0.image.url = 'mock0://linux.for.ev.er/image' and
disk.0.os.credentials.username = 'user'
)
deploy front 1
deploy wn 1
";

/// A manager of one's own; it stops when it is dropped.
struct Manager {
    process: Child,
    url: String,
    log: PathBuf,
    infrastructure: String,
}

impl Manager {
    fn start() -> Self {
        let python = servers().join("im-2/venv/bin/python");
        assert!(python.exists(), "no manager at {}; run tests/servers/im.sh, or tests/run", python.display());
        let mut process = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/im_serve.py"))
            // It ends when this pipe closes, however the test ends.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["ready", url, log] = words.as_slice() else {
            panic!("the manager did not start ({:?}); see above", process.wait())
        };
        let mut manager =
            Self { process, url: (*url).to_owned(), log: PathBuf::from(log), infrastructure: String::new() };
        let answer = manager.ask("POST", "/infrastructures", Some(RADL));
        assert_eq!(answer.status, 200, "{}", answer.text());
        manager.infrastructure = answer.header("infid").unwrap().to_owned();
        manager
    }

    /// Asks without the product.
    fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let body = body.unwrap_or_default();
        let mut connection = Connection::open(&self.url).unwrap();
        let host = self.url.trim_start_matches("http://");
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\nAuthorization: {}\r\n\
             Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
            LINES.join("\\n"),
            body.len()
        );
        connection.send_bytes(text.as_bytes()).unwrap();
        connection.answer(false).unwrap()
    }

    fn state(&self, number: &str) -> String {
        let answer = self.ask("GET", &format!("/infrastructures/{}/vms/{number}/state", self.infrastructure), None);
        answer.json()["state"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
    }

    /// What it has done, in its own words.
    fn did(&self, words: &str) -> usize {
        std::fs::read_to_string(&self.log).unwrap().lines().filter(|line| line.contains(words)).count()
    }

    /// A room that knows both servers. The token is one that this manager cannot read.
    fn room(&self, orchestrator: &Server, dialect: &str) -> Room {
        let room = Room::new()
            .env("ORCHEST_PAAS", orchestrator.url())
            .env("ORCHEST_PAAS_DIALECT", dialect)
            .env("ORCHEST_PAAS_TOKEN", "canary-token")
            .env("ORCHEST_IM", &self.url)
            .env("ORCHEST_RETRIES", "1");
        let file = room.file("im-auth", &LINES.join("\n"));
        room.env("ORCHEST_IM_AUTH_FILE", &file.display().to_string())
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It stops the server and removes its data before it ends.
        let _ = self.process.wait();
    }
}

/// An orchestrator of the newer kind: it knows the deployment, and nothing of its nodes.
fn v1(manager: &Manager) -> Server {
    let server = Server::start();
    server.on(
        "GET /api/v1/openapi.json",
        Reply::json(200, &json!({"paths": {"/api/v1/deployments/{deployment_id}": {}}})),
    );
    let user = json!({"id": "u1", "sub": "s", "issuer": "i", "name": "n", "username": "n", "email": "e",
        "public_ssh_key": null, "created_at": "2026-11-24T12:00:00+00:00"});
    server.on("GET /api/v1/users/me", Reply::json(200, &user));
    let deployment = json!({"id": DEPLOYMENT, "status": 0, "status_name": "CREATE_COMPLETE", "created_by": "u1",
        "owned_by": ["u1"], "im_infrastructure_id": manager.infrastructure});
    server.on(&format!("GET /api/v1/deployments/{DEPLOYMENT}"), Reply::json(200, &deployment));
    server
}

/// One of the older kind, with one node; its log is empty.
fn indigo(manager: &Manager) -> Server {
    let server = Server::start();
    let deployment = json!({"uuid": DEPLOYMENT, "status": "CREATE_COMPLETE", "physicalId": manager.infrastructure,
        "createdBy": {"issuer": "https://iam/", "subject": "s"}});
    server.on(&format!("GET /deployments/{DEPLOYMENT}"), Reply::json(200, &deployment));
    let node = json!({"uuid": FRONT, "state": "STARTED", "toscaNodeName": "front", "toscaNodeType": "tosca.nodes.Compute",
        "physicalId": "0", "metadata": {}});
    let page = json!({"content": [node], "page": {"size": 100, "totalElements": 1, "totalPages": 1, "number": 0}});
    let list = format!("GET /deployments/{DEPLOYMENT}/resources?type=tosca.nodes.Compute&size=100&page=0");
    server.on(&list, Reply::json(200, &page));
    server.on(&format!("GET /deployments/{DEPLOYMENT}/log"), Reply::text(200, "text/plain", ""));
    server
}

/// Nobody's secret is in what was said.
fn clean(output: Output) -> Output {
    for secret in ["canary-password", "canary-token"] {
        assert!(!output.stdout.contains(secret) && !output.stderr.contains(secret), "{output}");
    }
    output
}

#[test]
fn what_the_orchestrator_lacks_the_manager_does() {
    let manager = Manager::start();
    let server = v1(&manager);
    let room = manager.room(&server, "v1");

    let listed = clean(room.run(&["resource", "list", DEPLOYMENT, "-o", "json"]).success()).json();
    let seen: Vec<(&str, &str, &str)> = listed.as_array().unwrap().iter().map(of_row).collect();
    assert_eq!(seen, [("0", "front", "running"), ("1", "wn", "running")]);
    let shown = clean(room.run(&["resource", "show", DEPLOYMENT, "wn", "-o", "json"]).success());
    assert!(shown.stdout.contains("\"disk.0.os.credentials.password\": \"***\""), "{shown}");
    let revealed = room.run(&["resource", "show", DEPLOYMENT, "1", "--reveal", "-o", "json"]).success();
    assert!(revealed.stdout.contains("\"disk.0.os.credentials.password\": \"password\""), "{revealed}");

    clean(room.run(&["resource", "stop", DEPLOYMENT, "front", "--wait"])).success().says("node front: stopped");
    assert_eq!((manager.state("0").as_str(), manager.state("1").as_str()), ("stopped", "running"));
    room.run(&["resource", "stop", DEPLOYMENT, "0"]).success().says("already so");
    room.run(&["resource", "reboot", DEPLOYMENT, "0"]).code(6).says("resource start");
    room.run(&["resource", "start", DEPLOYMENT, "0", "--dry-run"]).success().says("would start");
    assert_eq!(manager.state("0"), "stopped");
    clean(room.run(&["resource", "start", DEPLOYMENT, "0", "--wait"])).success().says("node 0: started");
    assert_eq!(manager.state("0"), "running");
    assert_eq!(manager.did("Rebooting the VM id 0"), 0);
    clean(room.run(&["resource", "reboot", DEPLOYMENT, "0"])).success().says("node 0: rebooting");
    assert_eq!(manager.did("Rebooting the VM id 0"), 1, "once, and no other machine");
    room.run(&["resource", "stop", DEPLOYMENT, "7"]).code(3);
    room.run(&["resource", "ssh", DEPLOYMENT, "front"]).success().prints("ssh username@10.0.0.1\n");
    room.run(&["log", "show", DEPLOYMENT]).success().prints("Select master VM");
    server.verify();
}

#[test]
fn the_older_kind_has_no_reboot_and_the_manager_has() {
    let manager = Manager::start();
    let server = indigo(&manager);
    let room = manager.room(&server, "indigo");
    clean(room.run(&["resource", "reboot", DEPLOYMENT, "front"])).success().says("node front: rebooting");
    assert_eq!(manager.did("Rebooting the VM id 0"), 1);
    let log = clean(room.run(&["log", "show", DEPLOYMENT, "--grep", "MASTER", "-o", "json"]).success()).json();
    assert!(log[0]["text"].as_str().unwrap().contains("Select master VM"), "{log}");
    assert!(log[0]["at"].as_str().unwrap().ends_with('Z'), "{log}");
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")), "{:?}", server.lines());
    server.verify();
}

/// The token goes there in the manager's own form, and its refusal is one of the login.
#[test]
fn a_token_that_the_manager_cannot_read_is_a_login_that_it_refuses() {
    let manager = Manager::start();
    let server = v1(&manager);
    let room = manager.room(&server, "v1").without("ORCHEST_IM_AUTH_FILE");
    let refused = clean(room.run(&["resource", "list", DEPLOYMENT]));
    refused.code(4).says("decode OIDC auth token");
    // Somebody else's infrastructure.
    let file = room.file("other", &LINES.join("\n").replace("username = u", "username = other"));
    let room = room.env("ORCHEST_IM_AUTH_FILE", &file.display().to_string());
    clean(room.run(&["resource", "list", DEPLOYMENT])).code(5).says("not granted");
}

fn of_row(row: &Value) -> (&str, &str, &str) {
    let text = |key: &str| row[key].as_str().unwrap_or("-");
    (text("vm"), text("name"), text("state"))
}
