//! `orchest platform`: versions, health and log levels of all servers.

use orchester::sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};

use crate::scripted::{TOKEN, room};
use crate::support::cli::{Output, Room};
use crate::support::server::{Reply, Server};

const SHOW: &str = "GET /v1.0/admin/log";
const SET: &str = "PUT /v1.0/admin/log?level=DEBUG";
const ABOUT: &str = "GET /v1.0/version";
const NOWHERE: &str = "http://127.0.0.1:1";

fn ok(body: &Value) -> Reply {
    Reply::json(200, body)
}

/// A server with one answer.
fn answering(request: &str, reply: Reply) -> Server {
    let server = Server::start();
    server.on(request, reply);
    server
}

fn orchestrator() -> Server {
    answering(ABOUT, ok(&json!({"version": "4.11.0", "IoTModules": [], "API_stats": {}})))
}

fn platform(options: SandboxOptions) -> (Sandbox, Room) {
    let sandbox = Sandbox::start(options).unwrap();
    let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
    (sandbox, room.env("ORCHEST_RETRIES", "1"))
}

/// Column `key` of every row by server.
fn column(output: &Output, key: &str) -> Value {
    let rows = output.json();
    let rows = rows.as_array().unwrap_or_else(|| panic!("{output}"));
    let pairs = rows.iter().map(|row| (row["server"].as_str().unwrap().to_owned(), row[key].clone()));
    Value::Object(pairs.collect())
}

#[test]
fn versions_stand_side_by_side() {
    let (_sandbox, room) = platform(SandboxOptions::default());
    let server = orchestrator();
    let room = room.env("ORCHEST_ORCHESTRATOR", server.url());
    let output = room.run(&["platform", "version", "-o", "json"]).success();
    let versions = column(&output, "version");
    assert_eq!(versions["orchestrator"], "4.11.0");
    assert_eq!(versions["keypass"], "1.14.0");
    for server in ["keystone", "orion", "perseo", "iotagent"] {
        let version = versions[server].as_str().unwrap_or_default();
        assert!(version.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit()), "{versions}");
    }
    assert!(column(&output, "state").as_object().unwrap().values().all(|state| state == "ok"), "{output}");
    let table = room.run(&["platform", "version"]).success();
    assert!(table.stdout.starts_with("SERVER        VERSION  STATE  DETAIL") && table.stderr.is_empty(), "{table}");
    assert_eq!(server.lines(), [ABOUT, ABOUT], "one request each");
}

#[test]
fn a_server_that_told_no_version_decides_the_exit_code() {
    let good = orchestrator();
    let base = || Room::new().env("ORCHEST_RETRIES", "1").env("ORCHEST_ORCHESTRATOR", good.url());
    // Out of reach for now.
    let output = base().env("ORCHEST_ORION", NOWHERE).run(&["platform", "version", "-o", "json"]).code(75);
    assert_eq!(column(&output, "state"), json!({"orion": "unreachable", "orchestrator": "ok"}));
    assert!(column(&output, "detail")["orion"].as_str().unwrap().contains("cannot reach"), "{output}");
    output.says("1 of 2 servers told no version");
    // Somebody else at that address: trying again does not help.
    let stranger = answering("GET /version", Reply::text(200, "text/html", "<html>Welcome</html>"));
    let room = base().env("ORCHEST_ORION", stranger.url());
    let output = room.run(&["platform", "version", "-o", "json"]).code(1);
    assert_eq!(column(&output, "state")["orion"], "wrong answer");
    assert!(column(&output, "detail")["orion"].as_str().unwrap().contains("not as Orion does"), "{output}");
    let room = room.env("ORCHEST_PERSEO", NOWHERE);
    room.run(&["platform", "version"]).code(1).says("2 of 3").prints("unreachable");
}

#[test]
fn nobody_known_is_a_matter_of_settings() {
    for verb in ["version", "health"] {
        let output = Room::new().run(&["platform", verb]).code(78).says("orchest config set keystone.url");
        assert_eq!(output.stdout, "");
    }
    for line in [&["platform", "loglevel", "show"][..], &["platform", "loglevel", "set", "INFO"]] {
        Room::new().run(line).code(78).says("orchest config set orchestrator.url");
    }
    Room::new().run(&["platform", "loglevel", "show", "--of", "orion"]).code(78).says("orion.url");
}

#[test]
fn health_asks_everybody_once_and_sends_no_token() {
    let (sandbox, room) = platform(SandboxOptions::default());
    sandbox.take_record();
    let output = room.run(&["platform", "health", "-o", "json"]).success();
    assert_eq!(
        column(&output, "state"),
        json!({"keystone": "up", "keypass": "up", "orion": "up", "perseo": "up", "iotagent": "up"})
    );
    assert!(column(&output, "took_ms").as_object().unwrap().values().all(Value::is_u64), "{output}");
    assert!(column(&output, "reason").as_object().unwrap().values().all(Value::is_null), "{output}");
    assert_eq!(column(&output, "check")["keypass"], "GET /pap/v1/subject/orchest_health");
    room.run(&["platform", "health", "--exit-status"]).success();
    let record = sandbox.take_record();
    assert_eq!(record.requests.len(), 10, "five servers, twice, and no login");
    assert!(record.requests.iter().all(|request| request.method == "GET"));
}

#[test]
fn a_pep_that_refuses_is_alive_and_says_what_was_not_asked() {
    let mut options = SandboxOptions::default();
    options.platform = true;
    let (_sandbox, room) = platform(options);
    let output = room.run(&["platform", "health", "--exit-status", "-o", "json"]).success();
    for server in ["keypass", "orion", "perseo"] {
        let reason = column(&output, "reason")[server].as_str().unwrap_or_default().to_owned();
        assert!(reason.contains("a PEP answered 400") && reason.contains("was not asked"), "{output}");
    }
    let output = room.run(&["platform", "version", "-o", "json"]).success();
    assert_eq!(column(&output, "state")["orion"], "behind a PEP");
    assert_eq!(column(&output, "version")["orion"], Value::Null);
}

#[test]
fn ill_and_gone_servers_are_told_with_their_reason() {
    let ill = answering("GET /version", Reply::json(503, &json!({"error": "no", "description": "mongo is away"})));
    let refusing = answering("GET /v3", Reply::json(401, &json!({"error": {"message": "who are you"}})));
    let room = Room::new()
        .env("ORCHEST_RETRIES", "4")
        .env("ORCHEST_ORION", ill.url())
        .env("ORCHEST_KEYSTONE", refusing.url())
        .env("ORCHEST_PERSEO", NOWHERE);
    let output = room.run(&["platform", "health", "-o", "json"]).success().says("3 of 3 servers are not well");
    assert_eq!(column(&output, "state"), json!({"keystone": "failing", "orion": "failing", "perseo": "down"}));
    let reasons = column(&output, "reason");
    assert_eq!(reasons["orion"], "answered 503: no: mongo is away");
    assert_eq!(reasons["keystone"], "answered 401: who are you");
    assert!(reasons["perseo"].as_str().unwrap().contains("cannot reach perseo"), "{output}");
    assert_eq!(column(&output, "took_ms")["perseo"], Value::Null);
    assert_eq!(ill.lines().len(), 1, "what is asked is how it is now");
    let output = room.run(&["platform", "health", "--exit-status"]).code(1).says("3 of 3");
    assert!(output.stdout.contains("mongo is away"), "{output}");
}

/// The journey "log level": `Debug` is taken, `BADLEVEL` is not.
#[test]
fn the_log_level_is_set_with_our_token() {
    let server = Server::start();
    server.on(SHOW, ok(&json!({"level": "INFO"})));
    server.on(SET, ok(&Value::Null));
    let keystone = Server::keystone();
    let room = room(keystone.url()).env("ORCHEST_ORCHESTRATOR", server.url());
    let output = room.run(&["platform", "loglevel", "set", "Debug"]).success().says("one worker process");
    assert_eq!(output.stdout, "FIELD   VALUE\nSERVER  orchestrator\nLEVEL   DEBUG\n");
    let output = room.run(&["platform", "loglevel", "set", "BADLEVEL"]).code(2);
    output
        .says("'BADLEVEL' is no level of the orchestrator")
        .says("FATAL, CRITICAL, ERROR, WARNING, WARN, INFO, DEBUG");
    assert_eq!(server.lines(), [SET]);
    let headers = server.asked().remove(0).headers;
    assert!(headers.contains(&("x-auth-token".to_owned(), TOKEN.to_owned())), "{headers:?}");

    // Reading needs nobody.
    let anybody = Room::new().env("ORCHEST_ORCHESTRATOR", server.url());
    assert_eq!(anybody.ok(&["platform", "loglevel", "show", "-o", "name"]), "INFO\n");
    let json = anybody.run(&["platform", "loglevel", "show", "-o", "json"]).success().json();
    assert_eq!(json, json!({"server": "orchestrator", "level": "INFO"}));
    server.verify();
}

#[test]
fn a_refused_level_is_told_in_the_servers_words() {
    let server = answering(SET, Reply::json(400, &json!(json!({"error": "Auth error: not cloud admin"}).to_string())));
    let keystone = Server::keystone();
    let room = room(keystone.url()).env("ORCHEST_ORCHESTRATOR", server.url());
    let output = room.run(&["platform", "loglevel", "set", "DEBUG"]).code(1);
    let output = output.says("refused the level DEBUG: Auth error: not cloud admin").says("--user-domain admin_domain");
    assert_eq!(output.stdout, "");
    // An answer without a level is none.
    let server = answering(SHOW, ok(&json!({"nothing": 1})));
    Room::new()
        .env("ORCHEST_ORCHESTRATOR", server.url())
        .run(&["platform", "loglevel", "show"])
        .code(1)
        .says("no level");
}

#[test]
fn a_level_is_not_set_in_a_dry_run_nor_without_a_login() {
    let server = Server::start();
    let keystone = Server::keystone();
    let ours = room(keystone.url()).env("ORCHEST_ORCHESTRATOR", server.url());
    let output = ours.run(&["platform", "loglevel", "set", "DEBUG", "--dry-run"]).success();
    output.says("would set the log level of the orchestrator to DEBUG");
    for (line, word) in [
        (["platform", "loglevel", "set", "ALL", "--of", "orchestrator"], "'ALL'"),
        (["platform", "loglevel", "set", "FATAL", "--of", "keypass"], "ERROR, WARN, INFO, DEBUG, TRACE, ALL"),
        (["platform", "loglevel", "set", "TRACE", "--of", "orion"], "NONE, FATAL"),
        (["platform", "loglevel", "set", "a\u{1b}[2J", "--of", "perseo"], "'a\\x1b[2J'"),
        (["platform", "loglevel", "set", "INFO", "--of", "keystone"], "perseo"),
    ] {
        ours.run(&line).code(2).says(word);
    }
    let nobody = Room::new().env("ORCHEST_ORCHESTRATOR", server.url());
    nobody.run(&["platform", "loglevel", "set", "DEBUG"]).code(78).says("Keystone");
    assert_eq!((server.lines(), keystone.lines()), (Vec::new(), Vec::new()));
}

#[test]
fn a_protected_context_is_asked_about_and_an_unsafe_way_refused() {
    let server = answering(SET, ok(&Value::Null));
    let keystone = Server::keystone();
    let room = room(keystone.url());
    let text = format!("[contexts.prod]\nprotected = true\norchestrator.url = \"{}\"\n", server.url());
    room.file(".orchester.toml", &text);
    room.run(&["config", "trust", ".orchester.toml", "--yes"]);
    let line = ["platform", "loglevel", "set", "debug", "--context", "prod"];
    room.run(&line).code(2).says("protected");
    assert_eq!(server.lines(), Vec::<String>::new());
    room.run(&[&line[..], &["--confirm", "prod"]].concat()).success();
    assert_eq!(server.lines(), [SET]);
    let far = ["platform", "loglevel", "set", "debug", "--orchestrator", "http://orchestrator.example:8084"];
    room.run(&far).code(2).says("--allow-http");
}

#[test]
fn the_other_servers_have_levels_of_their_own() {
    let (_sandbox, room) = platform(SandboxOptions::default());
    let keypass =
        |verb: &[&str]| room.ok(&[&["platform", "loglevel"], verb, &["--of", "keypass", "-o", "name"]].concat());
    assert_eq!(keypass(&["show"]), "INFO\n");
    assert_eq!(keypass(&["set", "trace"]), "TRACE\n");
    assert_eq!(keypass(&["show"]), "TRACE\n");

    let orion = answering("GET /admin/log", ok(&json!({"level": "WARN"})));
    orion.on("PUT /admin/log?level=NONE", Reply::Plain(200, Vec::new(), Vec::new()));
    let perseo = answering("PUT /admin/log?level=WARNING", ok(&json!({})));
    perseo.on("PUT /admin/log?level=INFO", Reply::json(400, &json!({"error": "invalid log level"})));
    let room = Room::new().env("ORCHEST_ORION", orion.url()).env("ORCHEST_PERSEO", perseo.url());
    assert_eq!(room.ok(&["platform", "loglevel", "show", "--of", "orion", "-o", "value"]), "orion\nWARN\n");
    let output = room.run(&["platform", "loglevel", "set", "none", "--of", "orion"]).success();
    assert!(!output.stderr.contains("worker"), "{output}");
    room.run(&["platform", "loglevel", "set", "warning", "--of", "perseo"]).success();
    let output = room.run(&["platform", "loglevel", "set", "info", "--of", "perseo"]).code(1);
    let output = output.says("Perseo refused the level INFO: invalid log level");
    assert!(!output.stderr.contains("admin_domain"), "{output}");
    orion.verify();
    perseo.verify();
}
