//! A deployment with two machines, at a scripted orchestrator of the older kind.

use serde_json::{Value, json};

use super::cli::Room;
use super::server::{Reply, Server};

pub const DEPLOYMENT: &str = "11e7fc71-8e27-4c45-a7ae-0242ac110002";
pub const FRONT: &str = "22e7fc71-8e27-4c45-a7ae-0242ac110002";
pub const WN: &str = "33e7fc71-8e27-4c45-a7ae-0242ac110002";
pub const KEY: &str = "-----BEGIN RSA PRIVATE KEY-----\ncanary-key\n-----END RSA PRIVATE KEY-----";

/// `{"iss": "https://iam/", "sub": "me"}`, which nobody has signed.
pub const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lhbS8iLCJzdWIiOiJtZSJ9.canary";

pub fn at(path: &str) -> String {
    format!("GET /deployments/{DEPLOYMENT}{path}")
}

pub fn deployment(status: &str, subject: &str) -> Reply {
    let by = json!({"issuer": "https://iam/", "subject": subject});
    Reply::json(
        200,
        &json!({"uuid": DEPLOYMENT, "status": status, "statusReason": "quota", "createdBy": by, "physicalId": "i1"}),
    )
}

pub fn node(id: &str, name: &str, vm: &str, state: &str) -> Value {
    let system = json!({"class": "system", "id": name, "state": "configured", "net_interface.0.ip": "203.0.113.7",
        "disk.0.os.credentials.username": "cloudadm", "disk.0.os.credentials.private_key": KEY});
    json!({"uuid": id, "state": state, "toscaNodeName": name, "toscaNodeType": "tosca.nodes.indigo.Compute",
        "physicalId": vm, "creationTime": "2026-11-24T12:00+0000",
        "metadata": {"VirtualMachineInfo": json!({"vmProperties": [system]}).to_string()}})
}

pub fn page(nodes: &[Value]) -> Reply {
    let page = json!({"size": 100, "totalElements": nodes.len(), "totalPages": 1, "number": 0});
    Reply::json(200, &json!({"content": nodes, "page": page}))
}

/// An orchestrator with two machines in these states, and a database that is none.
pub fn server(front: &str, wn: &str) -> Server {
    let server = Server::start();
    server.on(&at(""), deployment("CREATE_COMPLETE", "me"));
    let machines = [node(FRONT, "front", "0", front), node(WN, "wn", "1", wn)];
    server.on(&at("/resources?type=tosca.nodes.Compute&size=100&page=0"), page(&machines));
    let database =
        json!({"uuid": "db", "state": "STARTED", "toscaNodeName": "db", "toscaNodeType": "tosca.nodes.DBMS"});
    let all = [machines[0].clone(), machines[1].clone(), database];
    server.on(&at("/resources?sort=createdAt%2Casc&size=100&page=0"), page(&all));
    server
}

pub fn room(server: &Server) -> Room {
    Room::new()
        .env("ORCHEST_PAAS", server.url())
        .env("ORCHEST_PAAS_DIALECT", "indigo")
        .env("ORCHEST_PAAS_TOKEN", TOKEN)
        .env("ORCHEST_RETRIES", "2")
}
