//! A real Infrastructure Manager of one's own, and orchestrators that name an infrastructure there.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::cli::{Output, Room};
use crate::support::prepared::{Served, python};
use crate::support::raw::{Answer, Connection};
use crate::support::server::{Reply, Server};

pub const DEPLOYMENT: &str = "11e7fc71-8e27-4c45-a7ae-0242ac110002";
const FRONT: &str = "22e7fc71-8e27-4c45-a7ae-0242ac110002";

/// A cloud that is none.
pub const DUMMY: &str = "id = d; type = Dummy";

/// Who one is there, and that cloud.
pub const LINES: [&str; 2] = ["type = InfrastructureManager; username = u; password = canary-password", DUMMY];

/// Two machines, in the manager's own language.
pub const RADL: &str = "\
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

/// What a body is in, for the manager.
pub const YAML: &str = "text/yaml";

/// A manager of one's own; it stops when it is dropped.
pub struct Manager {
    _served: Served,
    url: String,
    log: PathBuf,
    /// Who makes its infrastructure, and looks at it beside the product.
    authorization: String,
    pub infrastructure: String,
}

impl Manager {
    /// One with two machines, of a user of its own.
    pub fn start() -> Self {
        Self::with(&[], &LINES.join("\\n"), "text/plain", RADL)
    }

    /// One with an infrastructure of this text; options are those of `im_serve.py`.
    pub fn with(options: &[&str], authorization: &str, mime: &str, text: &str) -> Self {
        let mut manager = Self::empty(options, authorization);
        let answer = manager.ask("POST", "/infrastructures", mime, text);
        assert_eq!(answer.status, 200, "{}", answer.text());
        manager.infrastructure = answer.header("infid").unwrap().to_owned();
        manager
    }

    pub fn empty(options: &[&str], authorization: &str) -> Self {
        let (served, [url, log]) = Served::start(python("im-2", "im.sh", "im_serve.py").args(options));
        let log = PathBuf::from(log);
        Self { _served: served, url, log, authorization: authorization.to_owned(), infrastructure: String::new() }
    }

    /// Asks without the product.
    fn ask(&self, method: &str, path: &str, mime: &str, body: &str) -> Answer {
        let mut connection = Connection::open(&self.url).unwrap();
        let host = self.url.trim_start_matches("http://");
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\nAuthorization: {}\r\n\
             Content-Type: {mime}\r\nContent-Length: {}\r\n\r\n{body}",
            self.authorization,
            body.len()
        );
        connection.send_bytes(text.as_bytes()).unwrap();
        connection.answer(false).unwrap()
    }

    pub fn state(&self, number: &str) -> String {
        let answer = self.ask("GET", &format!("/infrastructures/{}/vms/{number}/state", self.infrastructure), "", "");
        answer.json()["state"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
    }

    /// Waits until it has something to tell: it sets machines up beside what it answers.
    pub fn logs(&self) {
        let path = format!("/infrastructures/{}/contmsg", self.infrastructure);
        let end = Instant::now() + Duration::from_secs(60);
        while self.ask("GET", &path, "", "").json()["contmsg"] == "" {
            assert!(Instant::now() < end, "it logs nothing");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What it has done, in its own words.
    pub fn did(&self, words: &str) -> usize {
        std::fs::read_to_string(&self.log).unwrap().lines().filter(|line| line.contains(words)).count()
    }

    /// A room that knows both servers. The token is one that this manager cannot read.
    pub fn room(&self, orchestrator: &Server, dialect: &str) -> Room {
        let room = self.known_to(Room::new(), orchestrator, dialect).env("ORCHEST_PAAS_TOKEN", "canary-token");
        with_lines(room, &LINES)
    }

    /// Makes both servers known there.
    pub fn known_to(&self, room: Room, orchestrator: &Server, dialect: &str) -> Room {
        room.env("ORCHEST_PAAS", orchestrator.url())
            .env("ORCHEST_PAAS_DIALECT", dialect)
            .env("ORCHEST_IM", &self.url)
            .env("ORCHEST_RETRIES", "1")
    }
}

/// An orchestrator of the newer kind: it knows the deployment, and nothing of its nodes.
pub fn v1(manager: &Manager) -> Server {
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
pub fn indigo(manager: &Manager) -> Server {
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

/// A file with further lines for the manager.
pub fn with_lines(room: Room, lines: &[&str]) -> Room {
    let file = room.file("im-auth", &lines.join("\n"));
    room.env("ORCHEST_IM_AUTH_FILE", &file.display().to_string())
}

/// Nobody's secret is in what was said.
pub fn clean(output: Output) -> Output {
    for secret in ["canary-password", "canary-token"] {
        assert!(!output.stdout.contains(secret) && !output.stderr.contains(secret), "{output}");
    }
    output
}

/// Number, name and state of a machine in a list.
pub fn of_row(row: &Value) -> (&str, &str, &str) {
    let text = |key: &str| row[key].as_str().unwrap_or("-");
    (text("vm"), text("name"), text("state"))
}
