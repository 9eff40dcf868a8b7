//! The lines of old obey the checklist like those of today: all 44 scripts, each held against what the rules are about.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::scripted::TOKEN;
use crate::support::cli::{Output, Room};
use crate::support::legacy::scripts;
use crate::support::server::{Reply, Server};

const PASSWORD: &str = "canary-password /p%w\"+1";
const EVIL: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\u{202e}abc\r\u{8}\u{7f}";

/// The line of a script at this server, with this in the place of names and of passwords.
fn line(row: &[String], server: &Server, name: &str, password: &str) -> Vec<String> {
    let (host, port) = server.url().trim_start_matches("http://").split_once(':').unwrap();
    let value = |word: &str| match word {
        _ if word.ends_with("_PROTOCOL") => "http".to_owned(),
        _ if word.ends_with("_HOST") => host.to_owned(),
        _ if word.ends_with("_PORT") => port.to_owned(),
        _ if word.ends_with("_PASSWORD") => password.to_owned(),
        "EFFECTIVE" => "False".to_owned(),
        "POLICY_FILE" => "policy-sth-customer.xml".to_owned(),
        "REFERENCE_URL" => "http://127.0.0.1:9/notify".to_owned(),
        _ => name.to_owned(),
    };
    ["legacy".to_owned(), row[0].clone()].into_iter().chain(row[1].split_whitespace().map(value)).collect()
}

fn room() -> Room {
    let room = Room::new().env("PW", PASSWORD).env("ORCHEST_RETRIES", "1");
    room.file(
        ".orchester.toml",
        "[module.STH]\nnotify_url = \"http://127.0.0.1:9/sth\"\n[contexts.prod]\nprotected = true\n",
    );
    room
}

fn run(room: &Room, line: &[String], more: &[&str]) -> Output {
    room.run(&line.iter().map(String::as_str).chain(more.iter().copied()).collect::<Vec<_>>())
}

/// A platform in one address, in which there is one of everything that is asked for, called as it is asked for.
fn platform() -> Server {
    let server = Server::keystone();
    server.otherwise(|asked| {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let name = query.split('&').find_map(|pair| pair.strip_prefix("name="));
        let name =
            name.map_or_else(|| "x".to_owned(), |name| percent_decode_str(name).decode_utf8_lossy().into_owned());
        let kind = path.trim_start_matches("/v3/");
        match (asked.method.as_str(), kind) {
            ("GET", "domains" | "projects" | "users" | "groups" | "roles") => {
                let row = json!({"id": format!("{kind}-1"), "name": name, "domain_id": "domains-1", "enabled": true});
                Reply::json(200, &json!({kind: [row]}))
            }
            ("GET", "role_assignments") => Reply::json(200, &json!({"role_assignments": []})),
            _ => Reply::json(404, &json!({"error": {"code": 404, "message": "none"}})),
        }
    });
    server
}

fn has_password(row: &[String]) -> bool {
    row[1].split_whitespace().any(|word| word.ends_with("_PASSWORD"))
}

/// S1, and S29 of the helper of a stranger: no literal, no program.
fn a_literal_password_is_refused() {
    for row in scripts().iter().filter(|row| has_password(row)) {
        let server = platform();
        let output = run(&room(), &line(row, &server, "city", "canary-literal"), &[]).code(2);
        assert!(output.stderr.contains("env:NAME") && !output.stderr.contains("canary"), "{output}");
        assert!(output.stdout.is_empty() && server.lines().is_empty(), "{output}");
    }
}

/// S6 to S10: what is secret is nowhere, what servers say steers nothing, and files are nobody else's.
fn nothing_secret_is_shown_and_nothing_steers() {
    for row in scripts() {
        let server = platform();
        let text = json!({"error": {"code": 400, "message": format!("{PASSWORD} {TOKEN} {EVIL}"), "title": EVIL}});
        server.otherwise(move |asked| match asked.path.starts_with("/v3/domains") {
            true => Reply::json(200, &json!({"domains": [{"id": "d1", "name": "city", "description": EVIL}]})),
            false => Reply::json(400, &text),
        });
        let room = room();
        for more in [
            &["-vvv", "--trace", "trace", "--yes"][..],
            &["-o", "json", "--yes"],
            &["--log-format", "json", "-vv", "--yes"],
        ] {
            let output = run(&room, &line(&row, &server, "city", "env:PW"), more);
            let steers = |sign: char| (sign.is_control() && sign != '\n') || ('\u{202a}'..='\u{202e}').contains(&sign);
            let json_is_data = more.contains(&"json") && more.contains(&"-o");
            for (stream, text) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
                for secret in [PASSWORD, TOKEN] {
                    assert!(!text.contains(secret), "{stream}\n{output}");
                }
                assert!((json_is_data && stream == "stdout") || !text.contains(steers), "{stream}\n{output}");
            }
        }
        for path in room.files().into_iter().filter(|path| !path.ends_with(".orchester.toml")) {
            let (name, text) =
                (path.display().to_string(), String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned());
            assert!(!text.contains(PASSWORD) && (!text.contains(TOKEN) || name.contains("/tokens/")), "{name}");
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{name}");
        }
        assert!(room.path("trace").exists(), "{row:?}");
    }
}

/// S13 to S15: a token stays where it belongs.
fn no_way_leads_elsewhere() {
    for row in scripts().iter().filter(|row| has_password(row)) {
        let (server, other) = (platform(), Server::keystone());
        other.otherwise(|_| Reply::json(200, &json!({})));
        let to = other.url().to_owned();
        server.otherwise(move |asked| Reply::Plain(307, vec![("Location", format!("{to}{}", asked.path))], Vec::new()));
        let output = run(&room(), &line(row, &server, "city", "env:PW"), &["--yes"]);
        assert!(!matches!(output.code, Some(0) | None), "{output}");
        assert_eq!(other.lines(), Vec::<String>::new(), "{output}");
    }
}

/// S23 and S24: whatever a thing is called, the same addresses are asked.
fn names_are_names() {
    for row in scripts() {
        let clean = platform();
        run(&room(), &line(&row, &clean, "city", "env:PW"), &["--yes", "--dry-run"]);
        let paths = |server: &Server| -> BTreeSet<String> {
            let plain = |asked: &crate::support::server::Asked| {
                let path = asked.path.split('?').next().unwrap();
                format!("{} {}", asked.method, path)
            };
            server.asked().iter().map(plain).collect()
        };
        let known = paths(&clean);
        for name in ["a/b", "..", "a?b=c#d", "%2e%2e%2f;x", "a\r\nX-Evil: 1"] {
            let server = platform();
            let output = run(&room(), &line(&row, &server, name, "env:PW"), &["--yes", "--dry-run"]);
            assert!(output.signal.is_none() && output.code != Some(101), "{output}");
            let decoded = percent_decode_str(&paths(&server).into_iter().collect::<Vec<_>>().join("\n"))
                .decode_utf8_lossy()
                .replace(name, "city");
            let strays: Vec<&str> = decoded.lines().filter(|path| !path.is_empty() && !known.contains(*path)).collect();
            // With other names less may be found, and so other things looked for; but never below a name.
            let collections =
                ["domains", "projects", "users", "groups", "roles", "role_assignments", "auth/tokens", "OS-SCIM"];
            let odd: Vec<&&str> =
                strays.iter().filter(|path| !collections.iter().any(|one| path.contains(&format!("/{one}")))).collect();
            assert!(odd.is_empty(), "{name:?}: {odd:?}\n{output}");
            for asked in server.asked() {
                assert!(
                    !asked.path.contains("/../") && !asked.headers.iter().any(|(key, _)| key == "x-evil"),
                    "{asked:?}"
                );
            }
        }
    }
}

/// S29: a stranger's file starts nothing and hears nothing.
fn a_strangers_file_is_one_here_too() {
    for row in scripts() {
        let (server, evil) = (platform(), Server::keystone());
        let room = Room::new().env("PW", PASSWORD).env("ORCHEST_RETRIES", "1");
        let helper = room.file("helper", "#!/bin/sh\ntouch \"$HOME/started\"\necho canary\n");
        std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o700)).unwrap();
        let url = evil.url();
        let text = format!(
            "auth.password_command = [\"{}\"]\nhttp.proxy = \"{url}\"\n[keystone]\nurl = \"{url}\"\n[keypass]\nurl = \"{url}\"\n[orion]\nurl = \"{url}\"\n[perseo]\nurl = \"{url}\"\n",
            helper.display()
        );
        room.file(".orchester.toml", &text);
        std::fs::create_dir(room.path("home")).unwrap();
        let home = room.path("home").display().to_string();
        let room = room.env("HOME", &home);
        let output = run(&room, &line(&row, &server, "city", "env:PW"), &["--yes"]);
        assert!(!room.path("home/started").exists(), "{output}");
        for asked in evil.asked() {
            let shown = format!("{asked:?}");
            assert!(!shown.contains("canary"), "{shown}\n{output}");
        }
    }
}

/// S38: what removes something wants the name of a protected context, and elsewhere a yes; what takes a role back, the name.
fn what_removes_asks() {
    let mut seen = 0;
    for row in scripts() {
        let (removes, takes) = (row[0].starts_with("remove"), row[0].starts_with("unassign"));
        let ways = [(removes, &[][..], "--yes"), (removes || takes, &["--yes", "--context", "prod"], "--confirm prod")];
        for (_, more, words) in ways.into_iter().filter(|(asks, ..)| *asks) {
            let server = platform();
            let output = run(&room(), &line(&row, &server, "city", "env:PW"), more).code(2);
            assert!(output.stderr.contains(words), "{words}\n{output}");
            let reads = |line: &String| line.starts_with("GET ") || line.ends_with("/auth/tokens");
            let writes: Vec<String> = server.lines().into_iter().filter(|line| !reads(line)).collect();
            assert_eq!(writes, Vec::<String>::new(), "{output}");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

/// S16: that somebody could read along is said, once.
fn plain_http_is_warned_of() {
    let words = ["legacy", "printServices", "http", "192.0.2.1", "5000", "d", "u", "env:PW", "--connect-timeout", "1s"];
    let output = room().run(&words).code(75);
    assert_eq!(output.stderr.matches("plain http to 192.0.2.1").count(), 1, "{output}");
    room().run(&[&words[..2], &["https"], &words[3..]].concat()).code(75);
}

/// Fails with `src/cli/legacy/given.rs`: in `check`, `parse(name, word).map(drop)` → `Ok(())`, and in `read` a first line
/// `return Ok(Secret::new(word));`.
/// Fails with `src/cli/context/confirm.rs`: the change of S38, since it is the same code that asks.
#[test]
fn s40_the_lines_of_old_obey_all_of_this() {
    a_literal_password_is_refused();
    nothing_secret_is_shown_and_nothing_steers();
    no_way_leads_elsewhere();
    names_are_names();
    a_strangers_file_is_one_here_too();
    what_removes_asks();
    plain_http_is_warned_of();
}
