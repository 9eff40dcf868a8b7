//! `orchest stats`: what servers counted and what this machine did, as tables, rows and errors.

mod local;

use std::io::{BufRead as _, BufReader};

use orchester::sandbox::{Backend, Sandbox, SandboxOptions};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::cli::{Room, finish};
use crate::support::server::{Reply, Server};

const VERSION: &str = "GET /v1.0/version";
const METRICS: &str = "GET /v1.0/admin/metrics";
const TAKE: &str = "GET /v1.0/admin/metrics?reset=true";
const RESET: &str = "DELETE /v1.0/admin/metrics";

/// An orchestrator that answers this, and a room that knows only it.
fn orchestrator(script: &[(&str, Reply)]) -> (Server, Room) {
    let server = Server::start();
    for (request, reply) in script {
        server.on(request, reply.clone());
    }
    let room = Room::new().env("ORCHEST_ORCHESTRATOR", server.url()).env("ORCHEST_RETRIES", "1");
    (server, room)
}

fn ok(body: &Value) -> Reply {
    Reply::json(200, body)
}

/// What Django answers when a view fails.
fn broken() -> Reply {
    Reply::text(500, "text/html", "<html><h1>Server Error (500)</h1></html>")
}

fn stats(counters: &Value) -> Value {
    json!({"version": "4.11.0", "IoTModules": ["PERSEO"], "API_stats": counters})
}

fn counted() -> Value {
    json!({
        "service": {"smartcity": {
            "sum": {"incomingTransactions": 12, "incomingTransactionErrors": 2, "outgoingTransactions": 40,
                "outgoingTransactionErrors": 1, "serviceTimeTotal": 8.25, "serviceTime": 0.15},
            "subservs": {"energy": {"incomingTransactions": 5}},
        }},
        "sum": {"incomingTransactions": 20, "incomingTransacionError": 3, "outgoingTransactions": 50},
        "num_post_service": 1,
    })
}

#[test]
fn the_orchestrators_counters_are_shown_by_noun_and_verb() {
    let counters = json!({"uptime": "2026-01-01 10:00:00", "initialized": true, "num_post_service": 7,
        "num_flow_post_service_errors": 2, "num_flow__post_usererrors": 1, "num_of_tomorrow": 5});
    let (server, room) = orchestrator(&[(VERSION, ok(&stats(&counters)))]);
    let output = room.run(&["stats", "show"]).success();
    assert_eq!(
        output.stdout,
        "NOUN             VERB  OK  FLOW ERRORS  VALIDATION ERRORS\n\
         service          post  7   2            0\n\
         user             post  0   1            0\n\
         num_of_tomorrow  -     5   -            -\n"
    );
    let output = output.says("orchestrator 4.11.0, counting since 2026-01-01 10:00:00 UTC").says("worker process");
    assert!(!output.stderr.contains("ORC_EXTENDED_METRICS"), "{output}");
    assert_eq!(
        room.run(&["stats", "show", "-o", "json"]).success().json()[1],
        json!({"noun": "user", "verb": "post", "ok": 0, "flow_errors": 1, "validation_errors": 0})
    );
    // The address by the noun's own flags too.
    let port = server.url().rsplit(':').next().unwrap();
    let elsewhere = Room::new().run(&["stats", "show", "--host", "127.0.0.1", "--port", port, "-o", "name"]);
    assert_eq!(elsewhere.success().stdout, "service\nuser\nnum_of_tomorrow\n");
    server.verify();
    assert!(server.asked().iter().all(|asked| asked.headers.iter().all(|(name, _)| name != "x-auth-token")));
}

#[test]
fn without_extended_metrics_it_says_why_there_is_nothing() {
    let (_server, room) =
        orchestrator(&[(VERSION, ok(&stats(&json!({"uptime": "2026-01-01 10:00:00", "initialized": true}))))]);
    let output = room.run(&["stats", "show"]).success().says("ORC_EXTENDED_METRICS").says("4.11.0");
    assert_eq!(output.stdout, "");
    let output = room.run(&["stats", "show", "-o", "json"]).success();
    assert_eq!(output.json(), json!([]));
}

#[test]
fn counters_and_fields_are_explained_without_a_server() {
    let room = Room::new();
    let counters = room.ok(&["stats", "show", "--explain"]);
    for text in ["num_flow__post_usererrors", "num_api_errors", "num_delete_policy_from_role", "never counted"] {
        assert!(counters.contains(text), "{text}\n{counters}");
    }
    let known = room.run(&["stats", "show", "--explain", "-o", "json"]).success().json();
    assert!(known.as_array().unwrap().len() > 90, "{known}");
    let fields = room.ok(&["stats", "metrics", "--explain"]);
    assert!(fields.contains("incomingTransacionError") && fields.contains("twice"), "{fields}");
}

#[test]
fn metrics_are_rows_of_services_and_subservices() {
    let (server, room) = orchestrator(&[(METRICS, ok(&counted()))]);
    let output = room.run(&["stats", "metrics"]).success().says("worker process");
    assert_eq!(
        output.stdout,
        "LEVEL       SERVICE    SUBSERVICE  IN  ERRORS  OUT  OUT ERRORS  MS\n\
         service     smartcity  -           12  2       40   1           150.0\n\
         subservice  smartcity  energy      5   -       -    -           -\n\
         total       -          -           20  3       50   -           -\n"
    );
    let rows = room.run(&["stats", "metrics", "-s", "smartcity", "-S", "/energy", "-o", "json"]).success().json();
    assert_eq!(
        rows,
        json!([{"server": "orchestrator", "level": "subservice", "service": "smartcity", "subservice": "energy",
            "time_ms": null, "incomingTransactions": 5}])
    );
    let csv = room.ok(&["stats", "metrics", "--columns", "level,incomingTransactionErrors", "-o", "csv"]);
    assert_eq!(csv, "level,incomingTransactionErrors\nservice,2\nsubservice,\ntotal,3\n");
    server.verify();
}

#[test]
fn an_object_inside_of_a_string_and_an_empty_one_are_read() {
    let (_server, room) = orchestrator(&[(METRICS, ok(&json!(counted().to_string())))]);
    assert_eq!(room.run(&["stats", "metrics", "-o", "json"]).success().json()[2]["incomingTransactions"], 20);
    let (_server, room) = orchestrator(&[(METRICS, ok(&json!({"service": {}, "sum": {}})))]);
    let rows = room.run(&["stats", "metrics", "-o", "json"]).success().json();
    assert_eq!(
        rows,
        json!([{"server": "orchestrator", "level": "total", "service": null, "subservice": null, "time_ms": null}])
    );
    let (_server, room) = orchestrator(&[(METRICS, ok(&json!([1, 2])))]);
    room.run(&["stats", "metrics"]).code(1).says("cannot be used");
}

/// The journey "metrics": read, read with reset, delete.
#[test]
fn a_reset_asks_first_and_is_sent_once() {
    let (server, room) = orchestrator(&[
        (METRICS, ok(&counted())),
        (TAKE, ok(&counted())),
        (RESET, Reply::Plain(204, Vec::new(), Vec::new())),
    ]);
    room.run(&["stats", "metrics", "--reset"]).code(2).says("--yes");
    room.run(&["stats", "metrics", "--discard"]).code(2).says("--yes");
    room.run(&["stats", "metrics", "--reset", "--dry-run"]).success().says("would set the metrics of the orchestrator");
    assert_eq!(server.lines(), Vec::<String>::new());
    room.run(&["stats", "metrics"]).success().prints("smartcity");
    room.run(&["stats", "metrics", "--reset", "--yes"]).success().prints("smartcity");
    let output = room.run(&["stats", "metrics", "--discard", "--yes"]).success().says("begins at zero");
    assert_eq!(output.stdout, "");
    assert_eq!(server.lines(), [METRICS, TAKE, RESET]);
}

#[test]
fn a_reset_without_extended_metrics_is_explained() {
    for line in [["stats", "metrics", "--reset", "--yes"], ["stats", "metrics", "--discard", "--yes"]] {
        let (server, room) = orchestrator(&[(TAKE, broken()), (RESET, broken())]);
        let room = room.env("ORCHEST_RETRIES", "4");
        let output = room.run(&line).code(1).says("extended metrics are off").says("ORC_EXTENDED_METRICS=true");
        assert_eq!((output.stdout.as_str(), server.lines().len()), ("", 1), "{output}");
    }
}

/// The answer that is lost has the counts with it; a second one would be zeros.
#[test]
fn a_lost_reading_is_not_repeated_with_reset() {
    let (server, room) =
        orchestrator(&[(TAKE, Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec()))]);
    let room = room.env("ORCHEST_RETRIES", "4");
    room.run(&["stats", "metrics", "--reset", "--yes"]).code(75);
    assert_eq!(server.lines(), [TAKE]);
}

#[test]
fn wrong_lines_send_nothing() {
    let (server, room) = orchestrator(&[]);
    for (line, word) in [
        (&["stats", "metrics", "--of", "keypass"][..], "orion"),
        (&["stats", "metrics", "--reset", "--discard"], "--discard"),
        (&["stats", "metrics", "--explain", "--of", "orion"], "--explain"),
        (&["stats", "show", "--of", "perseo"], "orion"),
        (&["stats", "watch", "--interval", "0s"], "--interval"),
        (&["stats", "watch", "--interval", "soon"], "soon"),
        (&["stats", "watch", "--count", "0"], "--count"),
        (&["stats", "watch", "--query", "."], "jsonl"),
        (&["stats", "watch", "--columns", "at"], "-o jsonl"),
        (&["stats", "local", "--since", "yesterday"], "yesterday"),
        (&["stats", "local", "--command", "servce create"], "servce create"),
        (&["stats", "local", "--by", "hour"], "hour"),
    ] {
        let output = room.run(line).code(2).says(word);
        assert_eq!(output.stdout, "", "{output}");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn without_an_address_the_next_command_is_told() {
    let room = Room::new();
    for line in [["stats", "show"], ["stats", "metrics"], ["stats", "watch"]] {
        room.run(&line).code(78).says("orchest config set orchestrator.url").says("stats local").says("--host");
    }
    room.run(&["stats", "metrics", "--of", "orion"]).code(78).says("orion.url");
    room.run(&["stats", "metrics", "--of", "all"]).code(78).says("--perseo");
    // Asked about only where there is somebody to ask.
    room.run(&["stats", "metrics", "--reset", "--yes"]).code(78);
}

#[test]
fn a_server_that_is_gone_is_a_temporary_error() {
    let room = Room::new().env("ORCHEST_ORCHESTRATOR", "http://127.0.0.1:1").env("ORCHEST_RETRIES", "1");
    for line in [["stats", "show"], ["stats", "metrics"], ["stats", "watch"]] {
        room.run(&line).code(75).says("orchestrator");
    }
    let (_server, room) = orchestrator(&[(VERSION, Reply::text(404, "text/html", "<html>nginx</html>"))]);
    room.run(&["stats", "show"]).code(1).says("404");
}

/// An emulated platform after some traffic of `smartcity`, and a room that knows all of it.
fn platform() -> (Sandbox, Room) {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    (sandbox, room.env("ORCHEST_RETRIES", "1"))
}

fn traffic(sandbox: &Sandbox) {
    use crate::support::raw::Connection;
    let place = [("Fiware-Service", "smartcity"), ("Fiware-ServicePath", "/energy"), ("Connection", "close")];
    for (backend, path) in [(Backend::Orion, "/v2/subscriptions"), (Backend::Perseo, "/rules")] {
        for path in [path, "/nowhere"] {
            Connection::open(&sandbox.url(backend)).unwrap().send("GET", path, &place, None).unwrap();
        }
    }
}

#[test]
fn orion_and_perseo_are_read_without_an_orchestrator() {
    let (sandbox, room) = platform();
    traffic(&sandbox);
    let rows = |of: &str| room.run(&["stats", "metrics", "--of", of, "-s", "smartcity", "-o", "json"]).success().json();
    let orion = rows("orion");
    let energy = orion.as_array().unwrap().iter().find(|row| row["subservice"] == "energy").unwrap();
    assert_eq!((&energy["incomingTransactions"], &energy["incomingTransactionErrors"]), (&json!(2), &json!(1)));
    let perseo = rows("perseo");
    let energy = perseo.as_array().unwrap().iter().find(|row| row["level"] == "subservice").unwrap();
    assert_eq!(energy["server"], "perseo");
    assert!(energy["incomingTransactions"].as_u64().unwrap() >= 1, "{energy}");
    assert!(energy["incomingTransactionErrors"].is_u64() && energy["firedRules"] == 0, "{energy}");

    // The orchestrator is not emulated; all is all that are known.
    let all = room.run(&["stats", "metrics", "--of", "all", "-o", "json"]).success().json();
    for server in ["orion", "perseo"] {
        assert!(all.as_array().unwrap().iter().any(|row| row["server"] == server), "{all}");
    }
    let statistics = room.run(&["stats", "show", "--of", "orion", "-o", "json"]).success().json();
    assert!(statistics.as_array().unwrap().iter().any(|row| row["counter"] == "uptime_in_secs"), "{statistics}");

    room.run(&["stats", "metrics", "--of", "all", "--reset", "--yes"]).success();
    let after = rows("orion");
    assert_eq!(after, json!([]), "only our own readings were counted since");
    room.run(&["stats", "metrics", "--of", "perseo", "--discard", "--yes"]).success().says("Perseo begins at zero");
}

#[test]
fn of_several_servers_one_may_fail() {
    let (_sandbox, room) = platform();
    let (server, _) = orchestrator(&[(METRICS, broken())]);
    let room = room.env("ORCHEST_ORCHESTRATOR", server.url());
    let output = room.run(&["stats", "metrics", "--of", "all", "-o", "jsonl"]).code(7).says("1 of 3 servers failed");
    assert!(output.stderr.contains("the orchestrator: ") && output.stdout.contains("\"orion\""), "{output}");
}

/// Behind a PEP our own token goes along, once a login has been made for it.
#[test]
fn behind_a_pep_our_token_goes_along() {
    let (keystone, orion) = (Server::keystone(), Server::start());
    orion.on("GET /admin/metrics", ok(&json!({"services": {}, "sum": {"sum": {"incomingTransactions": 4}}})));
    let room = crate::scripted::room(keystone.url()).env("ORCHEST_ORION", orion.url()).env("ORCHEST_ORION_PEP", "true");
    let rows = room.run(&["stats", "metrics", "--of", "orion", "-o", "json"]).success().json();
    assert_eq!(rows[0]["incomingTransactions"], 4);
    let headers = orion.asked().remove(0).headers;
    assert!(headers.contains(&("x-auth-token".to_owned(), crate::scripted::TOKEN.to_owned())), "{headers:?}");
    let direct = room.without("ORCHEST_ORION_PEP");
    direct.run(&["stats", "metrics", "--of", "orion"]).success();
    assert!(orion.asked().remove(1).headers.iter().all(|(name, _)| name != "x-auth-token"));
}

#[test]
fn help_names_the_server_behind_host_and_port() {
    let text = Room::new().ok(&["help", "names"]);
    let line = text.lines().find(|line| line.contains("stats platform")).unwrap_or_else(|| panic!("{text}"));
    assert!(line.ends_with("orchestrator"), "{line}");
}

fn growing(server: &Server, readings: &[u64]) {
    for incoming in readings {
        server.on(METRICS, ok(&json!({"service": {}, "sum": {"incomingTransactions": incoming, "serviceTime": 0.5}})));
    }
}

#[test]
fn watching_prints_a_line_a_reading_and_ends_after_count() {
    let (server, room) = orchestrator(&[]);
    growing(&server, &[10, 30, 30, 5]);
    let line = ["stats", "watch", "--interval", "200ms", "--count", "3"];
    let output = room.run(&[&line[..], &["-o", "jsonl"]].concat()).success();
    let rows: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let changes: Vec<&Value> = rows.iter().map(|row| &row["changes"]).collect();
    assert_eq!(
        json!(changes),
        json!([{"incomingTransactions": 20.0}, {"incomingTransactions": 0.0}, {"incomingTransactions": null}])
    );
    let (rate, seconds) = (rows[0]["per_second"]["incomingTransactions"].as_f64(), rows[0]["seconds"].as_f64());
    let expected = 20.0 / seconds.unwrap();
    assert!((rate.unwrap() - expected).abs() < expected / 50.0 && seconds.unwrap() >= 0.2, "{output}");
    assert_eq!(server.lines().len(), 4);

    let (server, room) = orchestrator(&[]);
    growing(&server, &[10, 30]);
    let output = room.run(&["stats", "watch", "--interval", "100ms", "--count", "1"]).success();
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{output}");
    assert_eq!(lines[0], "TIME (UTC)          IN/S      ERRORS/S         OUT/S  OUT ERRORS/S");
    assert!(lines[1].ends_with(&format!("{:>12}  {:>12}  {:>12}", "-", "-", "-")), "{output}");
    let output = room.run(&["stats", "watch", "--interval", "100ms", "--count", "1", "-o", "json"]).success();
    assert_eq!(output.json()[0]["server"], "orchestrator");
}

#[test]
fn ctrl_c_ends_watching_and_its_document() {
    let (server, room) = orchestrator(&[]);
    growing(&server, &[10, 30]);
    let line = ["stats", "watch", "--interval", "100ms", "-o", "json"];
    let mut child = room.spawn(&line);
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    stdout.read_line(&mut text).unwrap();
    stdout.read_line(&mut text).unwrap();
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), Signal::INT).unwrap();
    std::io::Read::read_to_string(&mut stdout, &mut text).unwrap();
    let output = finish(child, &line).code(130);
    let rows: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(!rows.as_array().unwrap().is_empty());
    assert_eq!(output.stderr, "", "it was ended as it is meant to be");
}

#[test]
fn nothing_to_watch_is_said() {
    let (_server, room) = orchestrator(&[(METRICS, ok(&json!({"service": {}, "sum": {}})))]);
    room.run(&["stats", "watch"]).code(1).says("ORC_EXTENDED_METRICS").says("--of orion");
}
