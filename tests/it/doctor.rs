//! `orchest doctor`: what it finds, what it says to type next, and that it tells no secret.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::city::City;
use crate::scripted::{TOKEN, room, room_without_password, smart};
use crate::support::cli::{Output, Room};
use crate::support::server::{Reply, Server};
use crate::support::tls::{self, Tls};
use crate::support::whole::Whole;

fn rows(output: &Output) -> Vec<Value> {
    output.json().as_array().unwrap_or_else(|| panic!("{output}")).clone()
}

/// The rows about one check of one target.
fn about(output: &Output, check: &str, target: &str) -> Vec<Value> {
    let target = if target.is_empty() { Value::Null } else { json!(target) };
    rows(output).into_iter().filter(|row| row["check"] == check && row["target"] == target).collect()
}

#[track_caller]
fn one(output: &Output, check: &str, target: &str) -> Value {
    let found = about(output, check, target);
    assert_eq!(found.len(), 1, "{check} {target}\n{output}");
    found[0].clone()
}

/// A Keystone that tells its version, and the time as it is.
fn keystone() -> Server {
    let server = smart();
    server.on("GET /v3", Reply::json(200, &json!({"version": {"id": "v3.14", "status": "stable"}})));
    let token = json!({"token": {"expires_at": "2099-01-01T00:00:00.000000Z", "user": {"id": "u1", "name": "admin",
        "domain": {"id": "default", "name": "Default"}}, "roles": [{"id": "r1", "name": "admin"}]}});
    server.on("GET /v3/auth/tokens?nocatalog=true", Reply::json(200, &token));
    server
}

#[test]
fn a_platform_that_is_well_is_told_to_be() {
    let whole = Whole::start(false);
    let output = whole.room.run(&["doctor"]).success();
    for line in ["ok    keystone: TCP port ", "version v3", "login as admin@Default, roles: "] {
        assert!(output.stdout.replace("\n      ", " ").contains(line), "{line}\n{output}");
    }
    assert!(output.stdout.contains("ok    orion: ") && !output.stdout.contains("fail"), "{output}");
    assert!(
        output.stdout.lines().all(|line| line.starts_with("      next: ") || line.chars().count() <= 80),
        "{output}"
    );
    // What is in the variables of a test is worth a word all the same.
    assert!(output.stdout.contains("warn  variables hold secrets"), "{output}");

    let output = whole.room.run(&["doctor", "-o", "json"]).success();
    for backend in ["keystone", "keypass", "orion", "perseo", "iotagent"] {
        assert_eq!(one(&output, "version", backend)["state"], "ok", "{output}");
        assert_eq!(one(&output, "tcp", backend)["state"], "ok", "{output}");
    }
    for row in rows(&output) {
        assert!(row["state"] == "ok" || row["next"].is_string(), "{row}");
    }
    // One server alone, and nothing of the others.
    let output = whole.room.run(&["doctor", "orion", "-o", "json"]).success();
    assert!(
        !about(&output, "version", "orion").is_empty() && about(&output, "version", "keystone").is_empty(),
        "{output}"
    );
    // Nobody is changed by it.
    let writes: Vec<String> = whole
        .sandbox
        .take_record()
        .requests
        .iter()
        .filter(|request| request.method != "GET")
        .map(|request| format!("{} {}", request.method, request.path))
        .collect();
    assert!(writes.iter().all(|line| line == "POST /v3/auth/tokens" || line.contains("auth.test")), "{writes:?}");
}

#[test]
fn a_server_that_is_away_is_named_with_what_to_look_at() {
    let server = keystone();
    let room = room(server.url())
        .env("ORCHEST_ORION", "http://127.0.0.1:1")
        .env("ORCHEST_PERSEO", "http://no-such-host.invalid:9090");
    let output = room.run(&["doctor", "-o", "json"]).code(1);
    assert!(output.stderr.is_empty(), "{output}");
    let orion = one(&output, "tcp", "orion");
    assert_eq!(orion["state"], "fail");
    assert!(
        orion["detail"].as_str().unwrap().contains("refused")
            && orion["next"].as_str().unwrap().contains("orchest config get orion.url"),
        "{orion}"
    );
    assert!(about(&output, "version", "orion").is_empty(), "one failure is told once\n{output}");
    let perseo = one(&output, "dns", "perseo");
    assert!(
        perseo["state"] == "fail" && perseo["detail"].as_str().unwrap().contains("no-such-host.invalid"),
        "{perseo}"
    );
    assert_eq!(one(&output, "login", "keystone")["state"], "ok", "the others are looked at\n{output}");
    // Another server on that port.
    let other = Server::start();
    other.on("GET /version", Reply::json(200, &json!({"something": "else"})));
    let room = room.env("ORCHEST_ORION", other.url());
    let output = room.run(&["doctor", "orion", "-o", "json"]).code(1);
    assert!(one(&output, "version", "orion")["detail"].as_str().unwrap().contains("is not Orion"), "{output}");
}

#[test]
fn a_server_that_says_nothing_holds_nobody_up() {
    // It accepts, and is silent.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let room = room(&url).env("ORCHEST_ORION", &url);
    let begun = Instant::now();
    let output = room.run(&["doctor", "-o", "json"]).code(1);
    assert!(begun.elapsed().as_secs() < 20, "{:?}\n{output}", begun.elapsed());
    for backend in ["keystone", "orion"] {
        assert_eq!(one(&output, "tcp", backend)["state"], "ok", "{output}");
        assert_eq!(one(&output, "answer", backend)["state"], "fail", "{output}");
    }
}

#[test]
fn certificates_are_judged_and_their_end_is_told() {
    let server = keystone();
    for (pem, state, words) in
        [(tls::GOOD, "ok", "TLS (expires in "), (tls::EXPIRED, "fail", "expired"), (tls::OTHER_NAME, "fail", "TLS: ")]
    {
        let door = Tls::before(server.url(), pem);
        let room = room(door.url());
        room.file("ca.pem", tls::CA);
        let output = room.run(&["doctor", "keystone", "--cacert", "ca.pem", "-o", "json"]);
        let found = one(&output, "tls", "keystone");
        assert_eq!(found["state"], state, "{output}");
        assert!(found["detail"].as_str().unwrap().contains(words), "{found}");
        assert_eq!(output.code, Some(i32::from(state == "fail")), "{output}");
    }
    // Unchecked, that is the first thing to know, and the end is told all the same.
    let door = Tls::before(server.url(), tls::EXPIRED);
    let output = room(door.url()).env("ORCHEST_INSECURE", "true").run(&["doctor", "keystone", "-o", "json"]).success();
    let unchecked = one(&output, "tls", "");
    assert!(
        unchecked["state"] == "warn" && unchecked["next"].as_str().unwrap().contains("unset ORCHEST_INSECURE"),
        "{unchecked}"
    );
    let expired = one(&output, "tls", "keystone");
    assert!(expired["state"] == "warn" && expired["detail"].as_str().unwrap().contains("expired"), "{expired}");
}

#[test]
fn a_clock_that_is_wrong_is_told_which_way() {
    for (date, words) in [
        ("Fri, 01 Jan 2010 00:00:00 GMT", "is ahead of the server"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "is behind the server"),
    ] {
        let server = smart();
        let body = json!({"version": {"id": "v3.14"}}).to_string().into_bytes();
        server.on("GET /v3", Reply::Plain(200, vec![("Date", date.to_owned())], body));
        let output = room(server.url()).run(&["doctor", "keystone", "-o", "json"]).success();
        let clock = one(&output, "clock", "keystone");
        assert_eq!(clock["state"], "warn", "{output}");
        assert!(clock["detail"].as_str().unwrap().contains(words) && clock["next"].is_string(), "{clock}");
    }
}

#[test]
fn a_login_is_tried_only_with_what_is_at_hand() {
    let server = keystone();
    let output = room_without_password(server.url()).run(&["doctor", "keystone", "-o", "json"]).success();
    let login = one(&output, "login", "keystone");
    assert_eq!(login["state"], "warn", "{output}");
    assert!(login["detail"].as_str().unwrap().contains("no password"), "{login}");
    assert!(!server.lines().iter().any(|line| line.starts_with("POST")), "{:?}", server.lines());
    // One that is wrong is a failure.
    let refusing = Server::start();
    refusing.on("GET /v3", Reply::json(200, &json!({"version": {"id": "v3.14"}})));
    refusing.on(
        "POST /v3/auth/tokens",
        Reply::json(401, &json!({"error": {"message": "The request you have made requires authentication."}})),
    );
    let output = room(refusing.url()).run(&["doctor", "keystone", "-o", "json"]).code(1);
    assert_eq!(one(&output, "login", "keystone")["state"], "fail", "{output}");
    let asked = refusing.lines().iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!(asked, 1, "a wrong password is not tried twice");
}

#[test]
fn broken_and_untrusted_settings_are_told_with_their_lines() {
    let server = keystone();
    let room = room(server.url());
    room.file("work/.orchester.toml", "[orion]\nurl = \"http://evil.test:1026\"\n");
    let broken = Room::new();
    broken.file(".orchester.toml", "[keystone\nurl = 1\n");
    let output = broken.run(&["doctor", "-o", "json"]).code(1);
    let found = about(&output, "settings", "");
    let failed = found.iter().find(|row| row["state"] == "fail").unwrap_or_else(|| panic!("{output}"));
    assert!(
        failed["detail"].as_str().unwrap().contains(".orchester.toml:1") && failed["next"] == "orchest config edit",
        "{failed}"
    );

    // In a working directory that is not the home.
    let mut command = std::process::Command::new(Room::BINARY);
    room.furnish(command.args(["doctor", "keystone", "-o", "json"])).current_dir(room.path("work"));
    let output = command.output().unwrap();
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    let untrusted =
        rows.as_array().unwrap().iter().find(|row| row["detail"].as_str().unwrap().contains("trusted by nobody"));
    let untrusted = untrusted.unwrap_or_else(|| panic!("{rows:#}"));
    assert!(
        untrusted["state"] == "warn" && untrusted["next"].as_str().unwrap().starts_with("orchest config trust /"),
        "{untrusted}"
    );
}

#[test]
fn files_that_others_could_read_are_named_with_their_chmod() {
    let server = keystone();
    let room = room(server.url());
    room.ok(&["auth", "whoami"]);
    let wide = room.files().into_iter().find(|path| path.parent().unwrap().ends_with("tokens")).unwrap();
    std::fs::set_permissions(&wide, std::fs::Permissions::from_mode(0o644)).unwrap();
    let password = room.file("my pw", "x");
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o640)).unwrap();
    let room = room.env("ORCHEST_PASSWORD_FILE", password.to_str().unwrap());
    let output = room.run(&["doctor", "keystone", "-o", "json"]).success();
    let state = one(&output, "state", "");
    assert_eq!(state["next"], format!("chmod 600 {}", quoted(&wide)), "{state}");
    assert!(state["detail"].as_str().unwrap().contains("mode 0644"), "{state}");
    // Every command refuses a link, and so it is told.
    std::os::unix::fs::symlink(&password, room.path("link")).unwrap();
    let linked = room.path("link").display().to_string();
    let room = room.env("ORCHEST_PASSWORD_FILE", &linked);
    let output_of_link = room.run(&["doctor", "keystone", "-o", "json"]).code(1);
    let found = one(&output_of_link, "files", "");
    assert!(found["state"] == "fail" && found["detail"].as_str().unwrap().contains("symbolic link"), "{found}");
    let named = one(&output, "files", "");
    assert_eq!(named["next"], format!("chmod 600 '{}'", password.display()), "{named}");
    assert!(named["detail"].as_str().unwrap().contains("auth.password_file"), "{named}");
}

/// A path as a word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "/._-+@%=:,".contains(sign);
    if text.chars().all(plain) { text } else { format!("'{text}'") }
}

#[test]
fn a_run_that_never_finished_and_a_lock_that_is_held_are_told() {
    let city = City::new();
    let line = ["user", "create", "bob", "-s", "smartcity", "--no-password"];
    city.killed("kill@3:before", &line);
    let output = city.room.run(&["doctor", "-o", "json"]).success();
    let run = one(&output, "runs", "");
    assert!(run["detail"].as_str().unwrap().contains("(user create bob -s smartcity --no-password)"), "{run}");
    let next = run["next"].as_str().unwrap().to_owned();
    assert!(next.starts_with("orchest audit resume "), "{run}");
    assert!(!output.stderr.contains("did not finish"), "it is told once\n{output}");
    // What it says to type works.
    let words: Vec<&str> = next.split(' ').skip(1).collect();
    city.room.run(&words).success();
    let output = city.room.run(&["doctor", "-o", "json"]).success();
    assert!(about(&output, "runs", "").is_empty(), "{output}");

    // A live holder, and one that is dead.
    city.sandbox.set_faults(vec!["delay=4s@5:before".parse().unwrap()]);
    city.sandbox.reset_count();
    let mut child =
        city.room.spawn(&["service", "create", "town", "--admin-user", "a", "--new-password-file", "adm1.pw"]);
    let begun = Instant::now();
    let held = loop {
        let output = city.room.run(&["doctor", "im", "-o", "json"]);
        let held = about(&output, "locks", "").into_iter().find(|row| row["state"] == "warn");
        if let Some(held) = held {
            break held;
        }
        assert!(begun.elapsed().as_secs() < 30, "{output}");
    };
    let words = held["detail"].as_str().unwrap();
    assert!(words.contains(&format!("pid {}", child.id())) && words.contains("service create town"), "{held}");
    assert!(held["next"].as_str().unwrap().contains("--lock-timeout"), "{held}");
    child.kill().unwrap();
    child.wait().unwrap();
    city.sandbox.set_faults(Vec::new());
    let output = city.room.run(&["doctor", "im", "-o", "json"]);
    let left = one(&output, "locks", "");
    assert!(left["state"] == "ok" && left["detail"].as_str().unwrap().contains("hold nobody up"), "{left}");
}

#[test]
fn secrets_in_crontabs_are_found_by_line_and_not_shown() {
    let server = keystone();
    let room = room(server.url());
    let bin = room.path("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let script = "#!/bin/sh\ntest \"$1\" = -l || exit 1\ncat <<'END'\nMAILTO=ops\n\
        0 1 * * * orchest user list --password-file /x\n5 1 * * * ORCHEST_PASSWORD=canary-crontab orchest user list\nEND\n";
    let crontab = room.file("bin/crontab", script);
    std::fs::set_permissions(&crontab, std::fs::Permissions::from_mode(0o755)).unwrap();
    let room = room.env("PATH", &format!("{}:/usr/bin:/bin", bin.display()));
    let output = room.run(&["doctor", "keystone", "-o", "json"]).success();
    let found = one(&output, "crontab", "");
    assert!(
        found["state"] == "warn" && found["detail"].as_str().unwrap().contains("line 3 of your crontab"),
        "{found}"
    );
    assert!(!output.stdout.contains("canary-crontab") && !output.stderr.contains("canary-crontab"), "{output}");
}

#[test]
fn a_token_of_a_connector_is_weighed() {
    for (scopes, check, state, words) in [
        ("admin:org", "token", "ok", "token of ada"),
        ("admin:org, repo, delete_repo", "scopes", "warn", "repo delete_repo"),
        ("gist", "scopes", "fail", "lacks read:org"),
        ("read:org", "scopes", "ok", "changes nothing"),
    ] {
        let server = Server::start();
        let headers = vec![("X-OAuth-Scopes", scopes.to_owned()), ("Content-Type", "application/json".to_owned())];
        server.on("GET /user", Reply::Plain(200, headers, br#"{"login": "ada"}"#.to_vec()));
        let room = Room::new().env("ORCHEST_GITHUB_TOKEN", "ghp_canary").env("ORCHEST_RETRIES", "1");
        let room = room.env("ORCHEST_GITHUB", server.url()).env("ORCHEST_GITHUB_ORGANIZATION", "acme");
        let output = room.run(&["doctor", "-o", "json"]);
        let found = about(&output, check, "github");
        let found = found.iter().find(|row| row["state"] == state).unwrap_or_else(|| panic!("{scopes}\n{output}"));
        assert!(found["detail"].as_str().unwrap().contains(words), "{found}");
        assert_eq!(output.code, Some(i32::from(state == "fail")), "{output}");
        assert!(!output.stdout.contains("ghp_canary"), "{output}");
    }
}

#[test]
fn the_report_holds_no_secret_and_is_for_its_owner_alone() {
    let server = keystone();
    let room = room(server.url())
        .env("ORCHEST_PAAS_TOKEN", "canary-paas-token")
        .env("https_proxy", "http://me:canary-proxy@proxy.test:3128");
    room.file(".orchester.toml", "[connector.github]\norganization = \"acme\"\ntoken = \"canary-in-settings\"\napi_url = \"http://127.0.0.1:1\"\ntokn = \"canary-misspelt\"\n\
        [connector.trello]\ntoken_command = \"echo canary-command\"\n\
        [paas]\ntoken_command = [\"echo\", \"canary-list\"]\n\
        [orion]\nurl = \"http://127.0.0.1:1/x?api_key=canary-query\"\n");
    room.run(&["user", "list", "-s", "smart"]);
    let output = room.run(&["doctor", "--report", "report.txt"]).code(1).says("wrote report.txt");
    let report = room.path("report.txt");
    assert_eq!(report.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&report).unwrap();
    for part in ["# Checks", "keystone.url", "user list -s smart", "fail  ", "# Last runs", "proxy.test:3128"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for secret in ["canary", "orchest-test-admin", TOKEN] {
        assert!(!text.contains(secret), "{secret}\n{text}");
        assert!(!output.stdout.contains(secret) && !output.stderr.contains(secret), "{secret}\n{output}");
    }
    // It is not written over.
    room.run(&["doctor", "--report", "report.txt"]).code(2).says("is there already");
    assert_eq!(std::fs::read_to_string(&report).unwrap(), text);
}

#[test]
fn a_context_can_be_named_and_a_wrong_word_is_a_wrong_word() {
    let server = keystone();
    let room = Room::new().env("ORCHEST_PASSWORD", "orchest-test-admin").env("ORCHEST_RETRIES", "1");
    let text = format!(
        "[contexts.prod.keystone]\nurl = \"{}\"\n[contexts.prod.auth]\nuser = \"admin\"\n[contexts.lab]\n",
        server.url()
    );
    room.file(".orchester.toml", &text);
    let output = room.run(&["doctor", "prod", "-o", "json"]).success();
    assert_eq!(one(&output, "login", "keystone")["state"], "ok", "{output}");
    let output = room.run(&["doctor", "prod", "keystone", "-o", "json"]).success();
    assert_eq!(one(&output, "version", "keystone")["state"], "ok", "{output}");
    let before = server.lines().len();
    room.run(&["doctor", "keystne"]).code(2).says("there is no server, connector or context 'keystne'");
    room.run(&["doctor", "prod", "lab"]).code(2).says("cannot both be the context");
    assert_eq!(server.lines().len(), before);
    // Named, and nowhere.
    let output = room.run(&["doctor", "orion", "-o", "json"]).code(1);
    assert_eq!(one(&output, "address", "orion")["next"], "orchest config set orion.url URL", "{output}");
    // Nothing is known at all.
    let output = Room::new().run(&["doctor"]).success();
    assert!(output.stdout.contains("no server is known"), "{output}");
    // Under cron what is well is no news.
    let quiet = Room::new().env("ORCHEST_KEYSTONE", server.url()).env("ORCHEST_USER", "admin");
    quiet.file("pw", "orchest-test-admin");
    let output = quiet.env("ORCHEST_PASSWORD_FILE", "pw").run(&["doctor", "--quiet"]).success();
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output}");
}

#[test]
fn what_is_wrong_with_the_settings_is_told_once_and_as_what_it_is() {
    let server = keystone();
    let room = room(server.url());
    // One context is asked for and another one named.
    room.file(".orchester.toml", "[contexts.prod]\n[contexts.staging]\n");
    room.run(&["--context", "prod", "doctor", "staging"]).code(2).says("cannot both be the context");
    let output = room.run(&["--context", "prod", "doctor", "prod"]);
    assert!(output.stdout.contains("context prod"), "{output}");
    // An unknown key.
    room.file(".orchester.toml", "pasword = 'x'\n");
    let output = room.run(&["doctor", "keystone"]);
    assert_eq!(output.stdout.matches("pasword").count(), 1, "{output}");
    // Nothing that can be read, though a variable names a server.
    room.file(".orchester.toml", "x = = 1\n");
    let output = room.run(&["doctor"]).code(1).stdout;
    assert!(output.contains("settings cannot be read") && !output.contains("no server is known"), "{output}");
}
