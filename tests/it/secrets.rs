//! Secrets: which of several places wins, what helpers and stores may do, and that no secret turns up where it should not.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use crate::scripted::{LIST_USERS, LOGIN, TOKEN, passwords, room_without_password, with_users, without_bob};
use crate::support::cli::{Output, Room, finish};
use crate::support::secret::{assert_free_of, helper, program};
use crate::support::server::{Reply, Server};

const LIST: [&str; 4] = ["user", "list", "-s", "smart"];
const CANARY: &str = "canary /p%w\"ö+1";

/// The password that the next login shows to the server.
fn used(server: &Server, room: &Room, more: &[&str], input: &str) -> (String, Output) {
    let before = passwords(server).len();
    let output = room.run_with_input(&[&["auth", "login"], more].concat(), input).success();
    let mut all = passwords(server).split_off(before);
    assert_eq!(all.len(), 1, "{output}");
    (all.remove(0), output)
}

#[test]
fn the_nearest_place_wins() {
    let server = with_users(&[]);
    server.on("DELETE /v3/auth/tokens", Reply::Plain(204, Vec::new(), Vec::new()));
    let room = room_without_password(server.url());
    let typed = helper(&room, "typed", "", "by-command\n");
    let kept = helper(&room, "kept", "", "by-helper\n");
    room.file("p.txt", "by-file\nsecond line\n");
    // The store is the weakest of all.
    let (password, _) = used(&server, &room, &["--store", "file", "--password-stdin"], "by-store\n");
    assert_eq!(password, "by-store");
    let room = room.env("ORCHEST_STORE", "file");
    assert_eq!(used(&server, &room, &[], "").0, "by-store");
    let room = room.env("ORCHEST_PASSWORD_COMMAND", &kept);
    assert_eq!(used(&server, &room, &[], "").0, "by-helper");
    let room = room.env("OS_PASSWORD", "by-openstack");
    assert_eq!(used(&server, &room, &[], "").0, "by-openstack");
    let room = room.env("ORCHEST_PASSWORD", "by-variable");
    assert_eq!(used(&server, &room, &[], "").0, "by-variable");
    assert_eq!(used(&server, &room, &["--password-command", &typed], "").0, "by-command");
    assert_eq!(used(&server, &room, &["--password-file", "p.txt"], "").0, "by-file");
    assert_eq!(used(&server, &room, &["--password-stdin"], "by-stdin\n").0, "by-stdin");
    // One line end is not part of it, spaces are; so is a carriage return's absence.
    assert_eq!(used(&server, &room, &["--password-stdin"], " two words \r\n").0, " two words ");
}

#[test]
fn nearer_settings_win_whatever_they_name() {
    let server = with_users(&[]);
    server.on("DELETE /v3/auth/tokens", Reply::Plain(204, Vec::new(), Vec::new()));
    let room = room_without_password(server.url());
    let kept = helper(&room, "kept", "", "by-helper\n");
    room.file("p.txt", "by-file\n");
    room.file(".orchester.toml", "auth.password_file = \"p.txt\"\n");
    assert_eq!(used(&server, &room, &[], "").0, "by-file");
    let nearer = room.env("ORCHEST_PASSWORD_COMMAND", &kept);
    assert_eq!(used(&server, &nearer, &[], "").0, "by-helper");
    let room = nearer.without("ORCHEST_PASSWORD_COMMAND");
    let context = format!("[contexts.prod]\nauth.password_command = [\"{kept}\"]\n");
    room.file(".orchester.toml", &format!("auth.password_file = \"p.txt\"\n{context}"));
    assert_eq!(used(&server, &room, &["--context", "prod"], "").0, "by-helper");

    // The same with tokens: a variable lies above the file of settings, and the option above both.
    room.file("t.txt", "canary-of-file\n");
    room.file(".orchester.toml", "auth.token_file = \"t.txt\"\n");
    let room = room.env("ORCHEST_TOKEN", "canary-of-variable");
    let sent = |value: &str| server.asked().iter().any(|asked| asked.headers.iter().any(|(_, sent)| sent == value));
    room.run(&LIST);
    assert!(sent("canary-of-variable") && !sent("canary-of-file"));
    room.run(&[&LIST[..], &["--token-file", "t.txt"]].concat());
    assert!(sent("canary-of-file"));
}

#[test]
fn a_password_that_is_typed_means_more_than_a_token_that_lies_around() {
    let server = with_users(&[]);
    server.on("DELETE /v3/auth/tokens", Reply::Plain(204, Vec::new(), Vec::new()));
    let room = room_without_password(server.url()).env("ORCHEST_TOKEN", "canary-stale");
    room.file("p.txt", "by-file\n");
    assert_eq!(used(&server, &room, &["--password-stdin"], "by-stdin\n").0, "by-stdin");
    assert_eq!(used(&server, &room, &["--password-file", "p.txt"], "").0, "by-file");
    let sent = |value: &str| server.asked().iter().any(|asked| asked.headers.iter().any(|(_, sent)| sent == value));
    assert!(!sent("canary-stale"));
    // Where no password is typed, it is the token that is meant.
    room.run(&LIST);
    assert!(sent("canary-stale"));
}

#[test]
fn helpers_that_do_not_help() {
    let server = with_users(&[]);
    let room = room_without_password(server.url());
    let fails =
        program(&room, "fails", "#!/bin/sh\necho canary-half\necho 'store is locked canary-half' >&2\nexit 3\n");
    let silent = program(&room, "silent", "#!/bin/sh\nexit 0\n");
    let binary = program(&room, "binary", "#!/bin/sh\nprintf '\\377\\376'\n");
    for (command, words) in [
        (fails.as_str(), &["fails", "exit code 3", "store is locked"][..]),
        (&silent, &["silent"]),
        (&binary, &["binary"]),
        ("/no/such/helper", &["/no/such/helper"]),
    ] {
        // Both as a flag and as a setting.
        let output = room.run(&[&LIST[..], &["--password-command", command]].concat()).code(78);
        for word in words {
            assert!(output.stderr.contains(word), "{word}\n{output}");
        }
        assert!(!output.stderr.contains("canary"), "{output}");
        room.file(".orchester.toml", &format!("auth.password_command = [\"{command}\"]\n"));
        room.run(&LIST).code(78).says(words[0]);
        std::fs::remove_file(room.path(".orchester.toml")).unwrap();
    }
    assert_eq!(server.lines(), Vec::<String>::new());
    let slow = helper(&room, "slow", "sleep 1", "patience\n");
    room.run(&[&LIST[..], &["--password-command", &slow]].concat()).success();
    assert_eq!(passwords(&server), ["patience"]);
}

#[test]
fn a_helper_sees_no_secret_and_no_shell() {
    let server = with_users(&[]);
    let room = room_without_password(server.url())
        .env("ORCHEST_TOKEN_UNUSED", "canary-1")
        .env("OS_TOKEN_OTHER", "canary-2")
        .env("AWS_SECRET_ACCESS_KEY", "canary-3")
        .env("ORCHEST_GITHUB_TOKEN", "canary-4")
        .env("LC_ALL", "C");
    let dump = "env > \"$HOME/env.txt\"\ntr '\\0' '\\n' < /proc/$PPID/cmdline > \"$HOME/parent.txt\"\n\
                tr '\\0' '\\n' < /proc/$$/cmdline > \"$HOME/own.txt\"\nprintf '%s\\n' \"$@\" > \"$HOME/words.txt\"";
    let command = helper(&room, "dump", dump, CANARY);
    room.run(&[&LIST[..], &["--password-command", &format!("{command} $(id) ;ls")]].concat()).success();
    let read = |name: &str| std::fs::read_to_string(room.path(name)).unwrap();
    let seen = read("env.txt");
    assert!(!seen.contains("canary") && !seen.contains("ORCHEST_"), "{seen}");
    for kept in ["PATH=", "HOME=", "LC_ALL=C"] {
        assert!(seen.contains(kept), "{kept}\n{seen}");
    }
    assert_eq!(read("words.txt"), "$(id)\n;ls\n");
    assert!(read("parent.txt").contains("--password-command") && !read("parent.txt").contains("canary"));
    assert!(!read("own.txt").contains("canary"));
    assert_eq!(passwords(&server), [CANARY]);
}

#[test]
fn a_login_kept_in_a_file_is_used_by_the_next_run_and_erased_by_logout() {
    let server = with_users(&[]);
    server.on("DELETE /v3/auth/tokens", Reply::Plain(204, Vec::new(), Vec::new()));
    let room = room_without_password(server.url());
    let login = ["auth", "login", "--store", "file", "--password-stdin"];
    let output = room.run_with_input(&login, "kept in a file\n").success();
    assert!(output.stderr.contains("secrets.json") && output.stderr.contains("auth.store"), "{output}");
    let store = room.files().into_iter().find(|path| path.ends_with("secrets.json")).unwrap();
    assert_eq!(std::fs::metadata(&store).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(&store).unwrap().contains("kept in a file"));

    // Without the token, so that a password is needed; only with the choice made is the file looked into.
    let forget = || {
        room.files().into_iter().filter(|path| path.display().to_string().contains("/tokens/")).for_each(|path| {
            std::fs::remove_file(path).unwrap();
        });
    };
    forget();
    room.run(&LIST).code(78).says("no password");
    room.run(&["config", "set", "auth.store", "file"]).success();
    room.run(&LIST).success();
    assert_eq!(passwords(&server).last().unwrap(), "kept in a file");
    room.run(&["auth", "logout"]).success().says("erased");
    assert!(!std::fs::read_to_string(&store).unwrap().contains("kept in a file"));
    room.run(&LIST).code(78);

    // A file that others can read is not believed.
    room.run_with_input(&login, "kept in a file\n").success();
    forget();
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = room.run(&LIST);
    assert!(output.code != Some(0) && output.stderr.contains("secrets.json"), "{output}");
}

/// Runs that log in, make somebody, fail, and are echoed at by the server.
fn busy_runs(server: &Server, room: &Room) -> Vec<Output> {
    let quoting = format!(
        r#"{{"error": {{"code": 400, "message": "password {} of token {TOKEN} is bad"}}}}"#,
        CANARY.replace('"', "\\\"")
    );
    server.on("GET /v3/groups?domain_id=d1&limit=1000", Reply::text(400, "application/json", &quoting));
    server.on("GET /v3/roles?name__startswith=d1%23", Reply::text(503, "text/plain", &format!("{CANARY} {TOKEN}")));
    server.on(
        "GET /v3/projects?domain_id=d1&limit=1000",
        Reply::Raw(format!("HTTP/1.1 302 X\r\nLocation: http://127.0.0.2:1/?{TOKEN}\r\n\r\n").into_bytes()),
    );
    room.file("new.pw", "canary-new-password\n");
    room.file("people.csv", "name,password\nbob,canary-csv-password\n");
    let trace = ["-vvv", "--trace", "trace.txt", "--timing"];
    let create = ["user", "create", "bob", "-s", "smart", "--new-password-file", "new.pw"];
    [
        &LIST[..],
        &create,
        &["user", "create", "--from", "people.csv", "-s", "smart"],
        &["group", "list", "-s", "smart"],
        &["role", "list", "-s", "smart"],
        &["subservice", "list", "-s", "smart"],
        &["auth", "status"],
        &["auth", "whoami", "-o", "json"],
        &["config", "show", "--origin"],
        &["user", "list", "-s", "smart", "--log-format", "json"],
    ]
    .into_iter()
    .flat_map(|line| [room.run(&[line, &trace].concat()), room.run(&[line, &["-o", "json"]].concat())])
    .collect()
}

#[test]
fn no_secret_turns_up_where_it_should_not() {
    let server = without_bob();
    server.on(LIST_USERS, crate::scripted::users_page(&[], None));
    let room = room_without_password(server.url()).env("ORCHEST_PASSWORD", CANARY);
    let outputs = busy_runs(&server, &room);
    assert!(server.asked().iter().any(|asked| asked.body.contains("canary-new-password")), "{:?}", server.lines());
    assert!(server.asked().iter().any(|asked| asked.body.contains("canary-csv-password")), "{:?}", server.lines());
    let secrets = [CANARY, TOKEN, "canary-new-password", "canary-csv-password"];
    for output in &outputs {
        for secret in secrets {
            assert_free_of(secret, &output.stdout, &format!("stdout of {}", output.line));
            assert_free_of(secret, &output.stderr, &format!("stderr of {}", output.line));
        }
    }
    assert!(outputs.iter().any(|output| output.stderr.contains("x-auth-token: ***")), "-vvv shows the header's name");
    let mut seen = Vec::new();
    for path in room.files() {
        let name = path.display().to_string();
        if ["new.pw", "people.csv"].iter().any(|given| name.ends_with(given)) {
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for secret in secrets {
            // The cache of tokens is the one place for the token.
            if !(secret == TOKEN && name.contains("/tokens/")) {
                assert_free_of(secret, &text, &name);
            }
        }
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{name} is open to others");
        seen.push(name);
    }
    for expected in ["trace.txt", "runs.jsonl", "/tokens/"] {
        assert!(seen.iter().any(|name| name.contains(expected)), "{expected}: {seen:?}");
    }
    let trace = std::fs::read_to_string(room.path("trace.txt")).unwrap();
    assert!(trace.contains("/v3/auth/tokens") && trace.contains("/v3/users"), "{trace}");
}

#[test]
fn a_running_command_shows_no_secret_to_other_users() {
    let server = with_users(&[]);
    let room = room_without_password(server.url());
    let slow = helper(&room, "slow", "sleep 2", CANARY);
    let room = room.env("ORCHEST_PASSWORD_COMMAND", &slow);
    let child = room.spawn(&LIST);
    std::thread::sleep(Duration::from_millis(700));
    let cmdline = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    finish(child, &LIST).success();
    assert_free_of(CANARY, &String::from_utf8_lossy(&cmdline), "the command line");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    // The hard limit, which nobody but the program itself will have lowered.
    assert_eq!(core.split_whitespace().nth(5), Some("0"), "a core file would hold secrets: {core}");
    assert!(server.lines().contains(&LOGIN.to_owned()));
}

#[test]
fn a_token_is_printed_only_when_asked_for() {
    let server = with_users(&[]);
    let room = room_without_password(server.url()).env("ORCHEST_PASSWORD", "p");
    assert_eq!(room.ok(&["auth", "token"]), format!("{TOKEN}\n"));
    let shown = room.run(&["auth", "token", "-vvv"]).success();
    assert!(!shown.stderr.contains(TOKEN), "{shown}");
}
