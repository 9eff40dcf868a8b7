//! A settings file that lies in the working directory and that nobody vouches for: it may name things, but it starts no
//! program, weakens no check, and its hosts see no secret of ours.

use std::os::unix::fs::PermissionsExt as _;

use crate::scripted::{LOGIN, passwords, room, room_without_password, with_users};
use crate::support::cli::Room;
use crate::support::server::Server;

const LIST: [&str; 4] = ["user", "list", "-s", "smart"];

/// A room whose home is elsewhere, with this file in its working directory.
fn stranger(room: Room, text: &str) -> Room {
    let home = room.path("home");
    std::fs::create_dir(&home).unwrap();
    room.file(".orchester.toml", text);
    room.env("HOME", &home.display().to_string()).without("ORCHEST_KEYSTONE")
}

fn host(server: &Server) -> String {
    format!("[keystone]\nurl = \"{}\"\n", server.url())
}

/// A program that prints a password and leaves a trace of having been started.
fn helper(room: &Room) -> String {
    let path = room.file("helper.sh", "#!/bin/sh\ntouch \"$HOME/started\"\necho canary-helper\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.display().to_string()
}

#[test]
fn its_host_is_told_no_password_of_the_environment() {
    let server = with_users(&[]);
    let room = stranger(room(server.url()), &host(&server));
    let output = room.run(&LIST);
    assert!(matches!(output.code, Some(2 | 4 | 78)), "{output}");
    assert_eq!(server.lines(), Vec::<String>::new(), "{output}");
    assert!(output.stderr.contains(".orchester.toml") && output.stderr.contains("config trust"), "{output}");

    room.run(&["config", "trust", ".orchester.toml"]).code(2).says("--yes");
    room.run(&LIST).code(output.code.unwrap());
    room.run(&["config", "trust", ".orchester.toml", "--yes"]).success().prints(server.url());
    room.run(&LIST).success();
    assert_eq!(passwords(&server), ["orchest-test-admin"]);
}

#[test]
fn its_host_is_told_no_secret_from_anywhere_else() {
    let server = with_users(&[]);
    let secret = |room: &Room, name: &str| room.file(name, "canary-kept\n").display().to_string();
    // A token, a file and a helper that variables or the home's settings name are all secrets of ours.
    let base = stranger(room_without_password(server.url()), &host(&server));
    let file = secret(&base, "kept.pw");
    let program = helper(&base);
    let settings = [
        ("ORCHEST_TOKEN", "canary-kept".to_owned()),
        ("OS_TOKEN", "canary-kept".to_owned()),
        ("OS_PASSWORD", "canary-kept".to_owned()),
        ("ORCHEST_PASSWORD_FILE", file.clone()),
        ("ORCHEST_TOKEN_FILE", file.clone()),
        ("ORCHEST_PASSWORD_COMMAND", program.clone()),
    ];
    for (variable, value) in settings {
        let room = stranger(room_without_password(server.url()), &host(&server)).env(variable, &value);
        let output = room.run(&LIST);
        assert_eq!(server.lines(), Vec::<String>::new(), "{variable}\n{output}");
        assert_ne!(output.code, Some(0), "{variable}\n{output}");
    }
    for line in [
        format!("auth.password_file = \"{file}\""),
        format!("auth.token_file = \"{file}\""),
        format!("auth.password_command = [\"{program}\"]"),
    ] {
        let room = stranger(room_without_password(server.url()), &host(&server));
        room.file("home/.orchester.toml", &line);
        let output = room.run(&LIST);
        assert_eq!(server.lines(), Vec::<String>::new(), "{line}\n{output}");
        assert_ne!(output.code, Some(0), "{line}\n{output}");
    }
}

#[test]
fn what_is_typed_now_may_go_there() {
    let server = with_users(&[]);
    let room = stranger(room_without_password(server.url()), &host(&server));
    room.run_with_input(&[&LIST[..], &["--password-stdin"]].concat(), "typed\n").success();
    assert_eq!(passwords(&server), ["typed"]);
}

#[test]
fn its_programs_and_switches_wait_for_trust() {
    let server = with_users(&[]);
    let plain = room_without_password(server.url());
    let program = helper(&plain);
    let text = format!(
        "auth.password_command = [\"{program}\"]\nhttp.insecure = true\nhttp.cacert = \"nowhere.pem\"\nservice = \"smart\"\n"
    );
    // The host is ours this time: the program alone is the stranger's.
    let room = stranger(plain, &text).env("ORCHEST_KEYSTONE", server.url());
    let output = room.run(&["user", "list"]).code(78);
    assert!(output.stderr.contains("no password"), "{output}");
    for key in ["auth.password_command", "http.insecure", "http.cacert"] {
        assert!(output.stderr.contains(key), "{key}\n{output}");
    }
    assert!(!room.path("home/started").exists(), "{output}");
    assert_eq!(server.lines(), Vec::<String>::new(), "{output}");
    let shown = room.run(&["config", "show", "--origin"]).success();
    assert!(!shown.stdout.contains("nowhere.pem") && shown.stdout.contains("smart"), "{shown}");

    // A stranger cannot lift the protection of our context either, nor allow http.
    let shown = shown.stdout;
    assert!(shown.lines().any(|line| line.starts_with("http.insecure") && line.contains("false")), "{shown}");

    room.file(".orchester.toml", &format!("auth.password_command = [\"{program}\"]\nservice = \"smart\"\n"));
    room.run(&["config", "trust", ".orchester.toml", "--yes"]).success();
    room.run(&["user", "list"]).success();
    assert!(room.path("home/started").exists());
    assert_eq!(passwords(&server), ["canary-helper"]);
}

#[test]
fn trust_ends_with_the_first_change() {
    let server = with_users(&[]);
    let room = stranger(room(server.url()), &host(&server));
    room.run(&["config", "trust", ".orchester.toml", "--yes"]).success();
    room.run(&LIST).success();
    let logins = |server: &Server| server.lines().iter().filter(|line| *line == LOGIN).count();
    assert_eq!(logins(&server), 1);
    let other = with_users(&[]);
    room.file(".orchester.toml", &host(&other));
    let output = room.run(&LIST);
    assert_ne!(output.code, Some(0), "{output}");
    assert!(output.stderr.contains("changed"), "{output}");
    assert_eq!(other.lines(), Vec::<String>::new());
    room.run(&["config", "trust", ".orchester.toml", "--forget"]).success();
    room.file(".orchester.toml", &host(&server));
    let output = room.run(&["auth", "login"]);
    assert_ne!(output.code, Some(0), "{output}");
    assert_eq!(logins(&server), 1);
}
