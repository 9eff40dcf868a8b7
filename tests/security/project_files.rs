//! A settings file that lies in the working directory and that nobody vouches for: it may name things, but it starts no
//! program, weakens no check, and its hosts see no secret of ours.

use std::os::unix::fs::PermissionsExt as _;

use crate::scripted::{LOGIN, passwords, room, room_without_password, with_users};
use crate::support::cli::Room;
use crate::support::server::{Reply, Server};

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

fn what_is_typed_now_may_go_there() {
    let server = with_users(&[]);
    let room = stranger(room_without_password(server.url()), &host(&server));
    room.run_with_input(&[&LIST[..], &["--password-stdin"]].concat(), "typed\n").success();
    assert_eq!(passwords(&server), ["typed"]);
}

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

/// The tables of connectors and the file of the first orchester, which people carry from folder to folder.
fn a_token_that_is_kept_elsewhere_does_not_go_where_it_says() {
    let service = Server::start();
    service.otherwise(|_| Reply::text(404, "application/json", "{}"));
    let address = |key: &str| format!("{key} = '{}'\n", service.url());
    let json = |key: &str, about: &str| {
        format!(
            r#"{{"connectors": {{"{key}": {{{about} "api_url": "{0}", "url": "{0}", "base_url": "{0}"}}}}}}"#,
            service.url()
        )
    };
    for (name, variable, about) in [
        ("github", "ORCHEST_GITHUB_TOKEN", r#""org_id": "acme","#),
        ("trello", "ORCHEST_TRELLO_TOKEN", r#""team_id": "acme","#),
        ("slack", "ORCHEST_SLACK_TOKEN", ""),
        ("g_drive", "ORCHEST_G_DRIVE_TOKEN", r#""file_id": "F1","#),
    ] {
        let toml = format!("[connector.{name}]\n{}", address("api_url"));
        for (file, text) in [(".orchester.toml", toml), (".orchester.json", json(name, about))] {
            let room =
                stranger(Room::new(), "").env(variable, "canary-kept").env("ORCHEST_TRELLO_API_KEY", "canary-key");
            // Whoever reads the old file is sent nowhere new, so nobody but the proxy that is not there is asked.
            let room = room.env("HTTPS_PROXY", "http://127.0.0.1:9").env("ORCHEST_RETRIES", "1");
            std::fs::remove_file(room.path(".orchester.toml")).unwrap();
            room.file(file, &text);
            let output = room.run(&["-c", name, "check", "bea@example.com"]);
            assert_ne!(output.code, Some(0), "{output}");
            assert_eq!(service.lines(), Vec::<String>::new(), "{name} by {file}\n{output}");
            assert!(!output.stderr.contains("canary"), "{output}");
        }
    }
}

/// Neither a proxy nor an editor, a browser, a store or a log elsewhere.
fn it_names_no_proxy_and_no_place() {
    let (server, proxy) = (with_users(&[]), with_users(&[]));
    let elsewhere = "elsewhere";
    let text = format!(
        "http.proxy = \"{0}\"\nallow_http = true\nauth.store = \"file\"\nservice = \"smart\"\n\
         auth.token_file = \"{elsewhere}\"\n",
        proxy.url()
    );
    let room = stranger(room_without_password(server.url()), &text).env("ORCHEST_KEYSTONE", server.url());
    room.file(elsewhere, "canary-of-the-stranger\n");
    let output = room.run_with_input(&["user", "list", "--password-stdin"], "typed\n");
    assert_eq!(proxy.lines(), Vec::<String>::new(), "{output}");
    assert!(
        !server.asked().iter().any(|asked| asked.headers.iter().any(|(_, value)| value.contains("canary-of"))),
        "{output}"
    );
    let shown = room.run(&["config", "show", "--origin", "-o", "json"]).success().json();
    for key in ["allow_http", "auth.store", "auth.token_file", "http.proxy"] {
        let of_file = shown.as_array().unwrap().iter().find(|row| row["key"] == key);
        let origin = of_file.map(|row| row["origin"].to_string()).unwrap_or_default();
        assert!(!origin.contains(".orchester.toml"), "{key} is taken from a stranger: {of_file:?}");
    }
}

/// Fails with `src/config/document.rs`: `if !self.document.trusted && !keys::is_project_safe(path)` → `if false`.
/// Fails with `src/config/origin.rs`: in `may_receive`, `matches!(secret, Self::Flag(_) | Self::Prompt)` → `true`.
#[test]
fn s29_a_file_in_the_working_directory_starts_nothing_and_leads_no_secret_away() {
    its_host_is_told_no_password_of_the_environment();
    its_host_is_told_no_secret_from_anywhere_else();
    what_is_typed_now_may_go_there();
    its_programs_and_switches_wait_for_trust();
    trust_ends_with_the_first_change();
    a_token_that_is_kept_elsewhere_does_not_go_where_it_says();
    it_names_no_proxy_and_no_place();
}
