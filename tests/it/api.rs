//! `orchest api`: requests of one's own go the way of all others.

use serde_json::{Value, json};

use crate::city::City;
use crate::scripted::{LOGIN, TOKEN, room, smart, user, users_page};
use crate::support::cli::Room;
use crate::support::golden::{assert_golden, request_lines};
use crate::support::server::{Reply, Server};
use crate::support::terminal::Terminal;
use crate::support::whole::Whole;

fn writes(server: &Server) -> Vec<String> {
    server.lines().into_iter().filter(|line| !line.starts_with("GET ") && line != LOGIN).collect()
}

#[test]
fn an_answer_is_printed_as_it_came_with_every_digit() {
    let server = smart();
    let text = r#"{"n":123456789012345678901234567890.10,"list":[],"name":"a\u001b[31m\u202e"}"#;
    server.on("GET /v3/thing", Reply::text(200, "application/json", text));
    server.on("GET /v3/text", Reply::text(200, "text/plain", "plain\n"));
    server.on("GET /v3/nothing", Reply::Plain(204, Vec::new(), Vec::new()));
    let room = room(server.url());
    let output = room.run(&["api", "keystone", "GET", "/v3/thing"]).success();
    assert_eq!(
        output.stdout,
        "{\n  \"n\": 123456789012345678901234567890.10,\n  \"list\": [],\n  \"name\": \"a\\u001b[31m\\u202e\"\n}\n"
    );
    assert_eq!(room.ok(&["api", "keystone", "get", "v3/text"]), "plain\n");
    let output = room.run(&["api", "keystone", "GET", "/v3/nothing"]).success().says("answered 204 without a body");
    assert!(output.stdout.is_empty(), "{output}");
    assert_eq!(room.ok(&["api", "keystone", "GET", "/v3/thing", "--query", ".name"]), "\"a\\u001b[31m\u{202e}\"\n");
    // The login was bound to it, and is in nothing that is shown.
    assert!(
        server
            .asked()
            .iter()
            .skip(1)
            .all(|asked| asked.headers.contains(&("x-auth-token".to_owned(), TOKEN.to_owned())))
    );
    assert!(!output.stdout.contains(TOKEN) && !output.stderr.contains(TOKEN));
}

#[test]
fn every_format_is_one_valid_document() {
    let server = smart();
    let page = |rows: &[Value], next: Option<&str>| users_page(rows, next);
    let next = format!("{}/v3/users?marker=u2&limit=2", server.url());
    server.on("GET /v3/users", page(&[user("u1", "ann"), user("u2", "bob")], Some(&next)));
    server.on("GET /v3/users?limit=1000&marker=u2", page(&[user("u3", "=cy")], None));
    let room = room(server.url());
    let line = ["api", "keystone", "GET", "/v3/users", "--paginate"];
    let all: Value = serde_json::from_str(&room.ok(&line)).unwrap();
    let names: Vec<&str> = all.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ann", "bob", "=cy"]);
    for (format, expected) in [
        ("csv", "id,name\nu1,ann\nu2,bob\nu3,'=cy\n"),
        ("name", "u1\nu2\nu3\n"),
        ("table", "ID  NAME\nu1  ann\nu2  bob\nu3  =cy\n"),
    ] {
        assert_eq!(room.ok(&[&line[..], &["-o", format]].concat()), expected, "{format}");
    }
    let text = room.ok(&[&line[..], &["-o", "jsonl"]].concat());
    assert_eq!(text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 3);
    assert_eq!(text.lines().count(), 3);
    let yaml: Value = yaml_serde::from_str(&room.ok(&[&line[..], &["-o", "yaml"]].concat())).unwrap();
    assert_eq!(yaml, all);
    assert_eq!(room.ok(&[&line[..], &["--query", "length"]].concat()), "3\n");
    assert_eq!(
        room.ok(&[&line[..], &["--columns", "domain_id,name", "-o", "value"]].concat()),
        "d1\tann\nd1\tbob\nd1\t=cy\n"
    );
    let one = room.run(&["api", "keystone", "GET", "/v3/users", "-o", "json"]).success().json();
    assert_eq!(one["users"].as_array().unwrap().len(), 2, "without --paginate it is what was answered");
}

#[test]
fn what_leads_elsewhere_is_refused_before_anything_is_sent() {
    let server = smart();
    let room = room(server.url());
    let evil = Server::start();
    let evil_url = format!("{}/x", evil.url());
    for path in [
        "/../v3",
        "/v3/../../x",
        "//evil.test/",
        &evil_url,
        "/v3/%2e%2e/x",
        "\\\\evil",
        "/a\nb",
        "/v3//users",
        "/a#b",
        "/a%zz",
        "/x?token=abc",
    ] {
        room.run(&["api", "keystone", "GET", path]).code(2).says("is no path below");
    }
    for header in ["X-Auth-Token: abc", "authorization: abc", "Fiware-Service: x", "Host: evil.test", "Cookie: a=b"] {
        room.run(&["api", "keystone", "GET", "/v3", "-H", header]).code(2).says("is not given so");
    }
    room.run(&["api", "keystone", "POST", "/v3/users", "-F", "password=abc"])
        .code(2)
        .says("does not belong on the command line");
    room.run(&["api", "keystone", "GET", "/v3", "-f", "@x"]).code(2).says("has no body");
    room.run(&["api", "keystone", "POST", "/v3", "-f", "@missing"]).code(2).says("cannot read");
    room.run(&["api", "keystone", "TRACE", "/v3"]).code(2);
    room.run(&["api", "mongo", "GET", "/"]).code(2);
    room.run(&["api", "keystone", "POST", "/v3", "--paginate"]).code(2);
    room.run(&["api", "keypass", "GET", "/x", "--keypass", server.url(), "--paginate"]).code(2).says("have no pages");
    assert!(server.lines().is_empty() && evil.lines().is_empty(), "{:?}", server.lines());
    // A server that leads elsewhere is not followed.
    server.on("GET /v3/moved", Reply::Plain(302, vec![("Location", evil_url.clone())], Vec::new()));
    room.run(&["api", "keystone", "GET", "/v3/moved"]).code(1).says("which is another place");
    server.on(
        "GET /v3/list",
        Reply::json(200, &json!({"rows": [{"id": "a"}], "links": {"next": format!("{evil_url}?marker=a")}})),
    );
    server.on(
        "GET /v3/list?limit=1000&marker=a",
        Reply::json(200, &json!({"rows": [{"id": "b"}], "links": {"next": null}})),
    );
    let all: Value = serde_json::from_str(&room.ok(&["api", "keystone", "GET", "/v3/list", "--paginate"])).unwrap();
    assert_eq!(all, json!([{"id": "a"}, {"id": "b"}]));
    assert!(evil.lines().is_empty());
}

#[test]
fn a_body_is_made_of_members_or_is_a_file() {
    let server = smart();
    server.on("POST /v3/things?dry=1", Reply::json(201, &json!({"id": "t1"})));
    server.on("GET /v3/things?name=a%20b&n=3", Reply::json(200, &json!([1, "x"])));
    let room = room(server.url());
    room.ok(&[
        "api",
        "keystone",
        "POST",
        "/v3/things?dry=1",
        "-F",
        "name=a=b",
        "-F",
        "n:=3",
        "-F",
        "list:=[true]",
        "-H",
        "X-Why: because",
    ]);
    let exact = "{\"n\": 1.10, \"s\": \"ü\"}\n";
    room.file("body.json", exact);
    room.ok(&["api", "keystone", "POST", "/v3/things?dry=1", "-f", "@body.json"]);
    room.run_with_input(
        &["api", "keystone", "POST", "/v3/things?dry=1", "-f", "-", "-H", "Content-Type: text/x"],
        "plain",
    )
    .success();
    assert_eq!(
        room.ok(&["api", "keystone", "GET", "/v3/things", "-F", "name=a b", "-F", "n:=3"]),
        "[\n  1,\n  \"x\"\n]\n"
    );
    let asked: Vec<_> = server.asked().into_iter().filter(|asked| asked.path.starts_with("/v3/things?dry")).collect();
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(body, json!({"name": "a=b", "n": 3, "list": [true]}));
    assert!(asked[0].headers.contains(&("x-why".to_owned(), "because".to_owned())));
    assert_eq!(asked[1].body, exact, "byte for byte");
    let kinds: Vec<&str> = asked
        .iter()
        .map(|asked| asked.headers.iter().find(|(name, _)| name == "content-type").unwrap().1.as_str())
        .collect();
    assert_eq!(kinds, ["application/json", "application/json", "text/x"]);
}

#[test]
fn a_write_is_noted_sent_once_and_not_called_safe() {
    let server = smart();
    server.on("POST /v3/things", Reply::text(503, "application/json", r#"{"error": {"message": "busy"}}"#));
    server.on("PUT /v3/things/1", Reply::text(503, "application/json", "{}"));
    server.on("PUT /v3/things/1", Reply::json(200, &json!({})));
    let room = room(server.url()).env("ORCHEST_RETRIES", "3");
    let output = room.run(&["api", "keystone", "POST", "/v3/things", "-F", "a=b"]).code(1);
    assert!(
        output.stderr.contains("busy") && output.stderr.contains("orchest api keystone GET /v3/things"),
        "{output}"
    );
    room.run(&["api", "keystone", "PUT", "/v3/things/1", "-F", "a=b"]).success();
    assert_eq!(writes(&server), ["POST /v3/things", "PUT /v3/things/1", "PUT /v3/things/1"]);
    let log = std::fs::read_to_string(room.path(".state/orchest/runs.jsonl")).unwrap();
    assert!(log.contains("POST keystone /v3/things") && log.contains("PUT keystone /v3/things/1"), "{log}");
}

#[test]
fn the_status_decides_the_end_and_the_servers_words_are_shown_clean() {
    for (status, code) in [(400, 1), (401, 4), (403, 5), (404, 3), (409, 6), (410, 3), (429, 75), (500, 75)] {
        let server = smart();
        let body = json!({"error": {"message": "why\u{1b}[2J"}, "detail": {"deep": ["x"], "password": "canary-echo"}});
        server.on("GET /v3/x", Reply::json(status, &body));
        let output = room(server.url()).run(&["api", "keystone", "GET", "/v3/x"]).code(code);
        assert!(
            output.stdout.is_empty() && output.stderr.contains("\"deep\"") && output.stderr.contains("next: "),
            "{output}"
        );
        assert!(
            !output.stderr.contains('\u{1b}')
                && !output.stderr.contains("canary-echo")
                && !output.stderr.contains(TOKEN),
            "{output}"
        );
    }
}

#[test]
fn a_dry_run_prints_the_request_and_include_the_answers_head() {
    let server = smart();
    server.on(
        "GET /v3/x",
        Reply::Plain(
            200,
            vec![("X-Subject-Token", "canary-head".to_owned()), ("X-Kind", "k".to_owned())],
            b"{\"a\":1}".to_vec(),
        ),
    );
    let room = room(server.url());
    let shown = room
        .run(&["api", "keystone", "DELETE", "/v3/users/a%2Fb", "--dry-run", "-o", "json"])
        .success()
        .says("nothing was sent");
    assert_eq!(shown.json()["url"], format!("{}/v3/users/a%2Fb", server.url()));
    assert!(server.lines().is_empty());
    let output = room.run(&["api", "keystone", "GET", "/v3/x", "--include"]).success();
    assert!(output.stdout.starts_with("HTTP 200\n") && output.stdout.ends_with("\n\n{\n  \"a\": 1\n}\n"), "{output}");
    assert!(output.stdout.contains("x-kind: k\n") && !output.stdout.contains("canary-head"), "{output}");
    let whole = room.run(&["api", "keystone", "GET", "/v3/x", "--include", "-o", "json"]).success().json();
    assert_eq!(
        (&whole["status"], &whole["body"], &whole["headers"]["x-kind"]),
        (&json!(200), &json!({"a": 1}), &json!("k"))
    );
}

#[test]
fn include_shows_the_head_of_a_refusal_too() {
    let server = smart();
    let head = || {
        let kind = ("Content-Type", "application/json".to_owned());
        vec![kind, ("X-Subject-Token", "canary-head".to_owned()), ("X-Kind", "k".to_owned())]
    };
    let body = br#"{"error": {"message": "no such thing"}}"#;
    server.on("GET /v3/x", Reply::Plain(404, head(), body.to_vec()));
    server.on("GET /v3/busy", Reply::Plain(503, head(), b"busy".to_vec()));
    let room = room(server.url()).env("ORCHEST_RETRIES", "1");
    let output = room.run(&["api", "keystone", "GET", "/v3/x", "-i"]).code(3).says("no such thing").says("next: ");
    assert!(output.stdout.starts_with("HTTP 404\n") && output.stdout.ends_with("\n\n"), "{output}");
    assert!(output.stdout.contains("x-kind: k\n") && !output.stdout.contains("canary-head"), "{output}");
    let whole = room.run(&["api", "keystone", "GET", "/v3/x", "-i", "-o", "json"]).code(3).json();
    assert_eq!((&whole["status"], &whole["headers"]["x-kind"]), (&json!(404), &json!("k")));
    assert_eq!(whole["body"], json!({"error": {"message": "no such thing"}}));
    let busy = room.run(&["api", "keystone", "GET", "/v3/busy", "-i", "-o", "json"]).code(75).json();
    assert_eq!((&busy["status"], &busy["body"]), (&json!(503), &json!("busy")));
    // Nobody has asked for it, or nobody has answered.
    assert_eq!(room.run(&["api", "keystone", "GET", "/v3/x"]).code(3).stdout, "");
    assert_eq!(room.run(&["api", "orion", "GET", "/x", "--orion", "http://127.0.0.1:9", "-i"]).code(75).stdout, "");
}

#[test]
fn bytes_that_are_no_text_stay_off_a_terminal() {
    let server = smart();
    server
        .on("GET /v3/x", Reply::Plain(200, vec![("Content-Type", "image/png".to_owned())], vec![0x89, b'P', 0, 0xff]));
    let room = room(server.url());
    let terminal = Terminal::start(&room, "api keystone GET /v3/x");
    terminal.shows("4 bytes that are no text (image/png)");
    assert_eq!(terminal.ended().0, 1);
    let mut command = std::process::Command::new(Room::BINARY);
    let output = room.furnish(command.args(["api", "keystone", "GET", "/v3/x"])).output().unwrap();
    assert_eq!(output.stdout, [0x89, b'P', 0, 0xff]);
}

#[test]
fn what_deletes_asks_and_a_protected_context_asks_for_every_write() {
    let server = smart();
    server.on("DELETE /v3/users/u1", Reply::Plain(204, Vec::new(), Vec::new()));
    server.on("POST /v3/users", Reply::json(201, &json!({})));
    server.on("GET /v3/users", Reply::json(200, &json!({})));
    let room = room(server.url());
    room.file(".orchester.toml", "[contexts.prod]\nprotected = true\n");
    room.run(&["api", "keystone", "DELETE", "/v3/users/u1"]).code(2).says("--yes");
    for line in [["DELETE", "/v3/users/u1"], ["POST", "/v3/users"]] {
        let line = [&["api", "keystone"][..], &line, &["--context", "prod", "--yes"]].concat();
        room.run(&line).code(2).says("--confirm prod");
    }
    assert!(server.lines().is_empty(), "{:?}", server.lines());
    room.ok(&["api", "keystone", "GET", "/v3/users", "--context", "prod"]);
    room.ok(&["api", "keystone", "POST", "/v3/users", "--context", "prod", "--confirm", "prod"]);
    room.ok(&["api", "keystone", "DELETE", "/v3/users/u1", "--yes"]);
    assert_eq!(writes(&server), ["POST /v3/users", "DELETE /v3/users/u1"]);
}

/// The doors of the emulated platform, each with its own token, its own headers and its own pages.
#[test]
fn every_back_end_is_asked_in_its_own_way() {
    let city = City::new();
    for number in 0..3 {
        let body = json!({"subject": {"entities": [{"id": format!("e{number}")}]}, "notification": {"http": {"url": "http://n:1/x"}}});
        city.subscribe("/energy", &body);
    }
    let place = ["-s", "smartcity", "-S", "energy"];
    let line = [&["api", "orion", "GET", "/v2/subscriptions", "--paginate"][..], &place].concat();
    let (output, requests) = city.watched(&line);
    assert_eq!(output.success().json().as_array().unwrap().len(), 3);
    assert_golden("requests/api-orion-paginate.txt", &request_lines(&requests));
    let (output, requests) = city.watched(&["api", "keystone", "GET", "/v3/domains", "--paginate", "-o", "name"]);
    output.success();
    assert_golden("requests/api-keystone-paginate.txt", &request_lines(&requests));
    city.room
        .run(&[&["api", "keypass", "GET", "/pap/v1/subject/nobody"][..], &place].concat())
        .success()
        .prints("PolicySet");
    city.room.run(&[&["api", "perseo", "GET", "/rules"][..], &place].concat()).success().prints("\"data\"");
    city.room.run(&[&["api", "iotagent", "GET", "/iot/devices", "--paginate"][..], &place].concat()).success();
    city.room.run(&["api", "orion", "GET", "/v2/subscriptions", "-s", "a,b"]).code(2);
    city.room.run(&["api", "orion", "GET", "/v2/subscriptions", "-S", "energy"]).code(2).says("-s NAME");

    // Behind a PEP a service has to be named, and its own users pass.
    let pep = City::behind_a_pep();
    pep.room.run(&["api", "orion", "GET", "/v2/subscriptions"]).code(2).says("PEP");
    pep.room.run(&[&["api", "orion", "GET", "/v2/subscriptions"][..], &place].concat()).success();

    let whole = Whole::start(false);
    let room = &whole.room;
    whole.sandbox.take_record();
    room.run(&["api", "github", "GET", "/user"]).success().prints("\"login\"");
    room.run(&["api", "github", "GET", "/orgs/acme/members", "--paginate"]);
    room.run(&["api", "trello", "GET", "/members/me"]).success().prints("username");
    room.run(&["api", "slack", "POST", "/auth.test"]).success().prints("\"ok\": true");
    room.run(&["api", "slack", "POST", "/no.such.method"]).code(5);
    room.run(&["api", "g_drive", "GET", "/about", "-F", "fields=user"]).success();
    let deployments = room.run(&["api", "paas", "GET", "/deployments", "--paginate"]).success();
    assert!(deployments.json().is_array(), "{deployments}");
    let served: Vec<String> =
        whole.sandbox.take_record().requests.iter().map(|request| request.server.to_string()).collect();
    for server in ["github", "trello", "slack"] {
        assert!(served.iter().any(|name| name.contains(server)), "{server} {served:?}");
    }
}
