//! The proxy from outside, as the fault tests use it: as a library, with somebody else as the client.

use orchester::sandbox::{Fault, Proxy};
use serde_json::json;

use crate::support::cli::Room;
use crate::support::golden::request_lines;
use crate::support::raw::Connection;
use crate::support::server::{Reply, Server};

fn fault(text: &str) -> Vec<Fault> {
    vec![text.parse().unwrap()]
}

#[test]
fn every_request_of_a_run_can_be_cut_in_turn() {
    for number in 1..=3 {
        for (side, reached) in [("before", number - 1), ("after", number)] {
            let server = Server::start();
            for path in ["/1", "/2", "/3"].iter().take(reached) {
                server.on(&format!("PUT {path}"), Reply::json(200, &json!({"path": path})));
            }
            let proxy = Proxy::start(server.url()).unwrap();
            proxy.set_faults(fault(&format!("cut@{number}:{side}")));
            let mut client = Connection::open(&proxy.url()).unwrap();
            let answered =
                ["/1", "/2", "/3"].iter().take_while(|path| client.send("PUT", path, &[], None).is_ok()).count();
            assert_eq!(answered, number - 1, "{side}");
            assert_eq!(proxy.take_record().requests.iter().filter(|request| request.forwarded).count(), reached);
            server.verify();
        }
    }
}

/// As `orchest sandbox proxy … -- COMMAND` it runs the command, records it, and hands its exit code on.
#[test]
fn the_command_runs_another_one_behind_the_proxy() {
    let server = Server::keystone();
    server.on("GET /v3/domains?limit=1000", Reply::json(200, &json!({"domains": [{"id": "1", "name": "one"}]})));
    let room = Room::admin("http://127.0.0.1:1");
    let orchest = env!("CARGO_BIN_EXE_orchest");
    let record = room.path("requests.jsonl").display().to_string();
    let words = ["sandbox", "proxy", "--to", server.url(), "--record", &record, "--", orchest, "service", "list"];
    room.run(&words).success().prints("one").says("loopback only");
    let lines = std::fs::read_to_string(&record).unwrap();
    assert_eq!(lines.lines().filter(|line| line.contains("\"method\"")).count(), 2, "{lines}");

    let room = Room::admin("http://127.0.0.1:1").env("ORCHEST_RETRIES", "1");
    let faulty =
        ["sandbox", "proxy", "--to", server.url(), "--fault", "status=503@*!", "--", orchest, "service", "list"];
    room.run(&faulty).code(75);
    let room = Room::admin("http://127.0.0.1:1");
    let killed =
        ["sandbox", "proxy", "--to", server.url(), "--fault", "kill@1:after", "--", orchest, "service", "list"];
    room.run(&killed).code(137);
    room.run(&["sandbox", "proxy", "--to", server.url(), "--fault", "nonsense"]).code(2).says("not a fault");
    room.run(&["sandbox", "proxy", "--to", "https://x.example", "--", "true"]).code(1).says("https");
}

#[test]
fn request_lists_are_made_of_lines() {
    let server = Server::start();
    server.on("DELETE /v3/users/0123456789abcdef0123456789abcdef", Reply::text(204, "text/plain", ""));
    let proxy = Proxy::start(server.url()).unwrap();
    let mut client = Connection::open(&proxy.url()).unwrap();
    client.send("DELETE", "/v3/users/0123456789abcdef0123456789abcdef", &[], None).unwrap();
    assert_eq!(request_lines(&proxy.take_record().requests), "DELETE /v3/users/{id}\n");
}
