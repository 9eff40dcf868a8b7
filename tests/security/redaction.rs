//! Everything that is said of our own work: errors, traces, panics, the run log. No secret is in any of it, in any form.

use std::process::Command;

use serde_json::{Value, json};

use crate::scripted::{FIND_BOB, LIST_USERS, room, room_without_password, smart, user, users_page, without_bob};
use crate::support::cli::Room;
use crate::support::secret::{forms, program};
use crate::support::server::{Reply, Server};

const LIST: [&str; 4] = ["user", "list", "-s", "smart"];
const CANARY: &str = "canary /p%w\"ö+1";
/// For the part of a test that has to run in a process of its own.
const ALONE: &str = "ORCHEST_TEST_PANIC";

/// All forms: those of every other test, and how else the same is written on some wire.
fn all_forms() -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    let mut all = forms(CANARY);
    let percent = all[2].clone();
    let plain: String = CANARY.replace('"', "%22").replace('ö', "%C3%B6").replace("%w", "%25w").replace('/', "%2F");
    all.extend([
        percent.to_lowercase(),
        percent.replace("%20", "+"),
        plain.replace('+', "%2B").replace(' ', "%20"),
        STANDARD_NO_PAD.encode(CANARY),
        URL_SAFE.encode(CANARY),
        URL_SAFE_NO_PAD.encode(CANARY),
    ]);
    all
}

/// Neither a form nor the beginning of one.
#[track_caller]
fn assert_clean(text: &str, place: &str) {
    for form in all_forms() {
        let beginning: String = form.chars().take(6).collect();
        assert!(!text.contains(&beginning), "{place} holds {beginning:?} of {form:?}:\n{text}");
    }
}

/// An error of a server, a byte a chunk: no secret is in one piece.
fn in_chunks(message: &str) -> Reply {
    let body = json!({"error": {"code": 400, "message": message}}).to_string();
    let mut bytes = b"HTTP/1.1 400 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for byte in body.bytes() {
        bytes.extend(b"1\r\n");
        bytes.extend([byte, b'\r', b'\n']);
    }
    bytes.extend(b"0\r\n\r\n");
    Reply::Raw(bytes)
}

fn everything_written(room: &Room, but: &[&str]) -> Vec<(String, String)> {
    let files = room.files().into_iter().filter(|path| path.is_file());
    let files = files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()));
    let files = files.map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned()));
    files.filter(|(name, _)| !but.iter().any(|but| name.contains(but))).collect()
}

/// A panic, in a process of its own that has run the product's `main`, says everything that it is given.
#[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
fn panics_alone() {
    if std::env::var(ALONE).is_ok() {
        let _ = orchester::main(["orchest", "config", "show"].map(Into::into));
        panic!("\u{1b}[31m {}", all_forms().join("\n"));
    }
}

/// Fails with `src/base/redact.rs`: `let mut cleaned = text.to_owned();` → `return text.to_owned();`.
#[test]
fn s06_no_form_of_a_secret_passes_the_redactor() {
    panics_alone();
    // Errors of servers, whole, in pieces, and cut at every sign of every form.
    let said = format!("bad password: {}", all_forms().join(" | "));
    let long: Vec<String> = all_forms()
        .iter()
        .flat_map(|form| {
            let length = form.chars().count();
            (1..length).step_by(5).map(move |kept| format!("{}{form} tail", "x".repeat(500 - kept))).collect::<Vec<_>>()
        })
        .collect();
    for message in std::iter::once(&said).chain(&long) {
        let server = smart();
        server.on(LIST_USERS, in_chunks(message));
        let room = room(server.url()).env("ORCHEST_PASSWORD", CANARY);
        let more: &[&[&str]] = if message == &said {
            &[&[], &["-o", "json"], &["-vvv", "--trace", "trace.txt"], &["-vvv", "--log-format", "json"]]
        } else {
            &[&["-vvv"]]
        };
        for more in more {
            let output = room.run(&[&LIST, *more].concat()).code(1);
            assert!(output.stderr.contains("***"), "{output}");
            assert_clean(&output.stderr, "an error");
            assert_clean(&output.stdout, "stdout");
        }
        for (name, text) in everything_written(&room, &["/tokens/"]) {
            assert_clean(&text, &name);
        }
    }

    // The run log, of a line that was typed with it.
    let server = without_bob();
    let room = room(server.url()).env("ORCHEST_PASSWORD", CANARY);
    for form in all_forms() {
        let line = ["user", "create", "bob", "-s", "smart", "--no-password", "--description", &form];
        assert_clean(&room.run(&[&line[..], &["-vvv", "--trace", "trace.txt"]].concat()).stderr, "a creation");
    }
    let written = everything_written(&room, &["/tokens/"]);
    assert!(written.iter().any(|(name, text)| name.ends_with("runs.jsonl") && text.contains("--description ***")));
    written.iter().for_each(|(name, text)| assert_clean(text, name));

    // The complaint of a helper that has told the password before.
    let room = room_without_password("http://127.0.0.1:1");
    room.file("own.pw", CANARY);
    room.file("complaint", &format!("cannot do {}", all_forms().join(" ")));
    let helper = program(&room, "helper", "#!/bin/sh\ncat \"$HOME/own.pw\"\ncat \"$HOME/complaint\" >&2\nexit 1\n");
    let output = room.run(&[&LIST[..], &["--password-command", &helper]].concat()).code(78).says("cannot do ***");
    assert_clean(&output.stderr, "a helper");

    // One that repeats it for longer than anybody listens, so that it is cut off within it.
    let long = "long-canary-of-more-than-forty-signs-0123456789";
    room.file("own.pw", long);
    for before in ["", "x", "xxxxxxx", "xxxxxxxxxxxxxxxxxxxxxxx"] {
        room.file("complaint", &format!("{before}{}", long.repeat(400)));
        let output = room.run(&[&LIST[..], &["--password-command", &helper]].concat()).code(78).says("******");
        assert!(!output.stderr.contains("long"), "{output}");
    }

    // A mistake of our own.
    let room = Room::new().env("ORCHEST_PASSWORD", CANARY).env(ALONE, "1");
    let mut alone = Command::new(std::env::current_exe().unwrap());
    alone.args(["--exact", "redaction::s06_no_form_of_a_secret_passes_the_redactor", "--nocapture"]);
    let output = room.furnish(&mut alone).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("orchest has made a mistake: \\x1b[31m ***"), "{said}");
    assert_clean(&said, "a panic");
}

fn log_text(room: &Room) -> String {
    std::fs::read_to_string(room.path(".state/orchest/runs.jsonl")).unwrap_or_default()
}

fn log(room: &Room) -> Vec<Value> {
    log_text(room).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A name of a server's is in the run log only by its id; what was typed is there as it was typed.
///
/// Fails with `src/state/runlog/event.rs`: `let safe = text::safe(&known);` → `let safe = &known;`.
#[test]
fn s08_the_run_log_tells_what_was_done_and_no_secret_and_nobody_writes_into_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = smart();
    server.on("GET /v3/users?domain_id=d1&name=b%0Ab", users_page(&[], None));
    server.on(FIND_BOB, users_page(&[], None));
    let made = json!({"user": user("u5", "bob\n{\"event\":\"end\"}\u{1b}[2J")});
    let head = format!(
        "HTTP/1.1 201 X\r\nx-openstack-request-id: req-7\r\nContent-Length: {}\r\n\r\n",
        made.to_string().len()
    );
    server.on("POST /v3/users", Reply::Raw((head + &made.to_string()).into_bytes()));
    let room = room(server.url()).env("ORCHEST_PASSWORD", "canary-login");
    room.file("new.pw", "canary-new-password\n");
    let forged = "x\n{\"event\":\"end\",\"exit_code\":0}\r\u{1b}[2J\u{85}\u{2028}\u{202e}\u{9b}1m\u{200b}";
    room.run(&["user", "create", forged, "-s", "smart", "--no-password"]).code(2);
    assert_eq!(log_text(&room), "", "refused before anything happened");

    let create = ["user", "create", "bob", "-s", "smart", "--new-password-file", "new.pw", "--description", forged];
    room.run(&create).success();
    let lines = log(&room);
    let events: Vec<&Value> = lines.iter().map(|line| &line["event"]).collect();
    assert_eq!(events, ["start", "write", "end"]);
    let text = log_text(&room);
    assert!(text.chars().all(|sign| sign == '\n' || !sign.is_control()), "{text:?}");
    assert!(!text.contains(['\u{202e}', '\u{2028}', '\u{200b}']), "{text:?}");
    // What was done, on what, as whom, and with what result.
    let command = lines[0]["command"].as_str().unwrap();
    assert!(command.starts_with("user create bob -s smart") && command.contains("--description 'x\\n{"), "{text}");
    assert_eq!((&lines[0]["user"], &lines[2]["exit_code"]), (&json!("admin"), &json!(0)));
    assert!(lines[0]["target"].as_str().unwrap().starts_with(server.url()), "{text}");
    assert!(lines[1]["step"].as_str().unwrap().contains("POST keystone /v3/users"), "{text}");
    assert!(lines.iter().all(|line| line["run"] == lines[0]["run"] && line["at"].is_string()), "{text}");
    for secret in ["canary", crate::scripted::TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
    let mode = std::fs::metadata(room.path(".state/orchest/runs.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // Nor does what is read from it, or what somebody else has written there, act on anything.
    let forged = json!({"event": "start", "command": "x\u{1b}[2J\u{202e}", "target": "\u{9b}", "user": "\n", "host": "h",
        "pid": 1, "run": "00aa000000000001", "at": "2026-01-01T00:00:00Z"});
    let path = room.path(".state/orchest/runs.jsonl");
    std::fs::write(&path, format!("{text}{forged}\nno JSON \u{1b}[2J\n")).unwrap();
    for format in ["table", "wide"] {
        let output = room.run(&["audit", "list", "-o", format]).success();
        let shown = output.stdout.clone() + &output.stderr;
        assert!(
            shown.chars().all(|sign| sign == '\n' || !sign.is_control()) && !shown.contains('\u{202e}'),
            "{shown:?}"
        );
    }
}

/// What is kept and shown of a login by its own verb: only where somebody asks for it.
fn logged_in() -> (Server, Room) {
    let server = crate::scripted::with_users(&[]);
    server.on("HEAD /v3/auth/tokens", Reply::Plain(200, Vec::new(), Vec::new()));
    server.on("GET /v3/auth/tokens", Reply::json(200, &json!({"token": {}})));
    let room = room_without_password(server.url()).env("ORCHEST_STORE", "file");
    room.run_with_input(&["auth", "login", "--store", "file", "--password-stdin"], "canary-kept\n").success();
    (server, room)
}

/// There is no `doctor`. What a panic says is in the test of the redactor.
///
/// Fails with `src/config/show.rs`: `mask::value(keys::is_secret(name), &item.value)` → `item.value.to_string()`; and with
/// `src/cli/auth/mod.rs`: `if context.stdout_is_terminal() &&` → `if false &&`.
#[test]
fn s09_what_shows_settings_and_logins_shows_no_secret() {
    let (server, room) = logged_in();
    room.file(
        ".orchester.toml",
        "os_cloud = \"lab\"\n[connector.github]\ntoken = \"canary-toml-1\"\n[connector.trello]\napi_key = \"canary-toml-2\"\n\
         token = \"canary-toml-3\"\n[contexts.lab.connector.slack]\ntoken = \"canary-toml-4\"\nadmin_token = \"canary-toml-5\"\n\
         [http]\nproxy = \"http://u:canary-toml-6@127.0.0.1:9\"\n[connector.g_drive]\nclient_secret = \"canary-toml-7\"\n",
    );
    room.file(
        ".config/openstack/clouds.yaml",
        "clouds:\n  lab:\n    auth:\n      username: admin\n      password: canary-cloud\n",
    );
    room.file(
        ".orchester.json",
        r#"{"connectors": {"slack": {"token": "canary-json"}}, "default_connector": "slack"}"#,
    );
    room.file("import.json", r#"{"connectors": {"slack": {"token": "canary-import"}}}"#);
    let room = room
        .env("ORCHEST_GITHUB_TOKEN", "canary-variable-1")
        .env("ORCHEST_PAAS_TOKEN", "canary-variable-2")
        .env("ORCHENT_TOKEN", "canary-variable-3")
        .env("https_proxy", "http://u:canary-variable-4@127.0.0.1:9");
    let lines = [
        "config show",
        "config show --origin",
        "config show --origin -o json",
        "config show -o yaml",
        "config show --context lab -o json",
        "config get connector.github.token",
        "config get connector.trello",
        "config get http.proxy",
        "config path",
        "config validate",
        "config context list -o json",
        "config import import.json --dry-run",
        "auth status",
        "auth status --check",
        "auth status -o json",
        "auth whoami -o json",
        "auth status paas -o json",
        "auth whoami paas",
        "auth status github -o json",
        "auth status slack",
        "auth login --dry-run",
        "audit list -o json",
        "stats local -o json",
        "members capabilities -o json",
        "legacy list",
        "user list -s smart -o json",
        "user list -s smart -vvv --timing",
        "help settings",
        "help environment",
        "help secrets",
        "--help",
    ];
    let mut ran = 0;
    for line in lines {
        let output = room.run(&line.split(' ').collect::<Vec<_>>());
        let shown = output.stdout.clone() + &output.stderr;
        assert!(!shown.is_empty(), "{output}");
        assert!(!shown.contains("canary"), "{output}");
        ran += usize::from(output.code == Some(0));
    }
    assert!(ran > 15, "{ran} of these lines did anything");
    let shown = room.ok(&["config", "show"]);
    assert!(shown.lines().any(|line| line.contains("connector.github.token") && line.contains("***")), "{shown}");

    // The token itself goes into a pipe, and onto a screen only after a yes.
    let token = room.ok(&["auth", "token"]);
    assert_eq!(token, format!("{}\n", crate::scripted::TOKEN));
    let shown = room.run(&["auth", "token", "-vvv"]).success();
    assert!(!shown.stderr.contains("canary"), "{shown}");
    for (answer, is_shown) in [("n\r", false), ("\r", false), ("y\r", true)] {
        let mut terminal = crate::support::terminal::Terminal::start(&room, "auth token");
        terminal.shows("show the token on this screen?");
        assert!(!terminal.seen().contains("canary"));
        terminal.types(answer);
        let (code, seen) = terminal.ended();
        assert_eq!((code == 0, seen.contains(crate::scripted::TOKEN)), (is_shown, is_shown), "{seen}");
    }
    assert!(server.asked().iter().any(|asked| asked.body.contains("canary-kept")));
}
