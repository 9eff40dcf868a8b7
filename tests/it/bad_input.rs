//! What people get wrong before anything is sent: a sentence that names the mistake, exit code 2 or 78, and not one
//! request.

use std::os::unix::fs::PermissionsExt as _;

use crate::scripted::{room, room_without_password, smart};
use crate::support::cli::Room;
use crate::support::server::Server;

/// Arguments, the exit code, and what has to be said.
type Case = (&'static [&'static str], i32, &'static [&'static str]);

#[track_caller]
fn refused_unsent(room: &Room, server: &Server, cases: &[Case]) {
    for (arguments, code, words) in cases {
        let output = room.run(arguments).code(*code);
        for word in *words {
            assert!(output.stderr.contains(word), "does not say {word:?}\n{output}");
        }
        assert_eq!(output.stdout, "", "{output}");
        assert_eq!(server.lines(), Vec::<String>::new(), "{output}");
    }
}

#[test]
fn words_and_values_that_are_wrong() {
    let server = smart();
    refused_unsent(
        &room(server.url()),
        &server,
        &[
            (&["servce", "list"], 2, &["'servce'", "a similar subcommand exists: 'service'\n"]),
            (&["config", "gt"], 2, &["'gt'", "a similar subcommand exists: 'get'\n"]),
            (&["user", "lst", "-s", "smart"], 2, &["'lst'", "'list'"]),
            (&["user", "list", "--colums", "name"], 2, &["'--colums'", "'--columns'"]),
            (&["user", "list", "-o", "xml"], 2, &["xml", "table, wide, json"]),
            (&["user", "list", "--filter", "no sign"], 2, &["no sign", "enabled=true"]),
            (&["user", "list", "--query", ".["], 2, &["query", ".["]),
            (&["user", "list", "--timeout", "soon"], 2, &["soon", "--timeout", "10s"]),
            (&["user", "list", "--connect-timeout=-3s"], 2, &["--connect-timeout"]),
            (&["user", "list", "--retries", "99"], 2, &["99", "--retries"]),
            (&["user", "list", "--retries", "many"], 2, &["many", "--retries"]),
            (&["user", "list", "--scope", "world"], 2, &["world", "system"]),
            (&["user", "list", "--port", "70000"], 2, &["70000", "--port"]),
            (&["user", "list", "--context", "prod"], 78, &["prod"]),
            (&["user", "list", "--keystone", "ftp://a"], 2, &["--keystone"]),
        ],
    );
}

#[test]
fn columns_that_are_none() {
    let server = smart();
    refused_unsent(
        &room(server.url()),
        &server,
        &[
            (
                &["user", "create", "bob", "-s", "smart", "--no-password", "--columns", "nmae"],
                2,
                &["no column \"nmae\"", "did you mean \"name\"?", "--columns help"],
            ),
            (&["user", "delete", "bob", "-s", "smart", "--yes", "--sort-by", "resutl"], 2, &["\"result\"?"]),
            (&["user", "delete", "bob", "-s", "smart", "--yes", "--columns", "email"], 2, &["\"email\"", "detail"]),
            (&["group", "create", "ops", "-s", "smart", "--filter", "nmae=x"], 2, &["\"name\"?"]),
            // Servers may send more of what they make, but nothing that looks so much like what is known.
            (&["deployment", "create", "kafka.yaml", "--columns", "callback,templateid"], 2, &["\"template_id\"?"]),
            (&["user", "update", "ann", "-s", "smart", "--enable", "--columns", "emial"], 2, &["\"email\"?"]),
            (&["policy", "sync", "policies", "-s", "smart", "--columns", "stat"], 2, &["\"state\"?"]),
            // Of what is only read too, where all of it is made here.
            (&["role", "assignments", "-s", "smart", "--columns", "whoever"], 2, &["\"whoever\"", "inherited"]),
        ],
    );
}

#[test]
fn a_file_for_failed_items_that_nothing_could_read() {
    let server = smart();
    refused_unsent(
        &room(server.url()),
        &server,
        &[
            (&["deployment", "delete", "last", "--yes", "--failed-to", "f"], 2, &["--failed-to has no use here"]),
            (&["resource", "stop", "last", "front", "--failed-to", "none/f"], 2, &["--failed-to has no use here"]),
            (&["resource", "reboot", "last", "front", "--yes", "--failed-to", "f"], 2, &["--failed-to has no use"]),
            (&["policy", "sync", "policies", "-s", "smart", "--failed-to", "f"], 2, &["--failed-to has no use here"]),
        ],
    );
}

#[test]
fn names_that_cannot_be() {
    let server = smart();
    refused_unsent(
        &room(server.url()),
        &server,
        &[
            (&["user", "create", "a\r\nb", "-s", "smart", "--no-password"], 2, &[r"'a\r\nb'", "line break"]),
            (&["user", "show", "a\nb", "-s", "smart"], 2, &["line break"]),
            (&["group", "create", "a\nb", "-s", "smart"], 2, &["line break"]),
            (&["user", "create", "", "-s", "smart", "--no-password"], 2, &["is empty"]),
            (&["user", "show", "", "-s", "smart"], 2, &["is empty"]),
            (&["service", "delete", "", "--yes"], 2, &["is empty"]),
            (&["user", "create", "--no-password", "-s", "smart"], 2, &["no name"]),
            (&["service", "create", "Smart City", "--admin-user", "a"], 2, &["'Smart City'", "a-z", "--any-name"]),
            (&["service", "create", "smårt", "--admin-user", "a"], 2, &["--any-name"]),
            (&["service", "create", "x\ny", "--admin-user", "a", "--any-name"], 2, &["line break"]),
            (&["subservice", "create", "a b", "-s", "smart"], 2, &["'a b'", "--any-name"]),
        ],
    );
}

#[test]
fn any_name_lets_a_service_have_any() {
    let server = smart();
    let line = ["service", "create", "Smart City", "--admin-user", "a", "--any-name", "--dry-run"];
    let output = room(server.url()).run(&line);
    // The script does not know that name, so it fails; but it was asked for.
    assert!(server.lines().iter().any(|line| line.contains("Smart%20City") || line.contains("Smart+City")), "{output}");
}

#[test]
fn what_does_not_go_together() {
    let server = smart();
    let room = room(server.url());
    refused_unsent(
        &room,
        &server,
        &[
            (&["role", "grant", "r", "--to-user", "a", "-s", "smart", "-S", "x", "--inherit"], 2, &["--inherit", "-S"]),
            (&["role", "grant", "r", "-s", "smart"], 2, &["--to-user", "--to-group"]),
            (&["user", "create", "bob", "--no-password"], 2, &["which service?", "-s NAME"]),
            (&["subservice", "create", "energy"], 2, &["which service?", "-s NAME"]),
            (&["role", "grant", "admin", "--to-user", "a"], 2, &["which service?", "-s NAME"]),
            (
                &["user", "create", "bob", "-s", "smart", "--new-password-stdin", "--password-stdin"],
                2,
                &["standard input can", "only one"],
            ),
            (
                &["user", "list", "--password-stdin", "--password-file", "x"],
                2,
                &["--password-stdin", "--password-file"],
            ),
            (&["user", "create", "bob", "-s", "smart", "--generate-password"], 2, &["--password-out"]),
            (&["user", "update", "bob", "-s", "smart"], 2, &["nothing to change"]),
            (&["user", "update", "bob", "-s", "smart", "--enable", "--disable"], 2, &["--enable", "--disable"]),
        ],
    );
}

#[test]
fn destroying_without_a_terminal_takes_yes() {
    let server = smart();
    refused_unsent(
        &room(server.url()),
        &server,
        &[
            (&["service", "delete", "smart"], 2, &["delete service smart", "--yes"]),
            (&["service", "delete", "smart", "--disable-only"], 2, &["smart out of use", "--yes"]),
            (&["subservice", "delete", "energy", "-s", "smart"], 2, &["delete subservice energy", "smart", "--yes"]),
            (&["service", "update", "smart", "--disable"], 2, &["smart out of use", "--yes"]),
            (&["service", "create", "smart", "--admin-user", "a", "--rollback"], 2, &["take back", "--yes"]),
            (&["user", "delete", "bob", "-s", "smart"], 2, &["delete user bob", "smart", "--yes"]),
            (&["user", "delete", "bob", "ann", "-s", "smart", "--no-input"], 2, &["delete 2 users", "--yes"]),
            (&["group", "delete", "team", "-s", "smart"], 2, &["delete group team", "--yes"]),
            (&["role", "delete", "watch", "-s", "smart"], 2, &["delete role watch", "--yes"]),
        ],
    );
}

#[test]
fn files_of_items_that_are_none() {
    let server = smart();
    let room = room(server.url());
    std::fs::create_dir(room.path("folder")).unwrap();
    room.file("empty.csv", "");
    room.file("blank.csv", "\n \n");
    room.file("header.csv", "name,email\n");
    room.file("wrong.csv", "mail,remark\nann@x,hello\n");
    room.file("unknown.csv", "name,colour\nann,red\n");
    room.file("list.txt", "- id: u1\n  name: ann\n  enabled: true\n");
    room.file("list.yml", "ann\nbob\n");
    room.file("list.csv", "name,service,enabled\nann,smart,true\n");
    std::fs::write(room.path("latin.csv"), b"name\nJ\xfcrgen\n").unwrap();
    refused_unsent(
        &room,
        &server,
        &[
            (
                &["user", "create", "-s", "smart", "--from", "folder"],
                2,
                &["folder", "is a directory", "next: ls folder\n"],
            ),
            (
                &["user", "create", "-s", "smart", "--from", "nowhere.csv"],
                2,
                &["nowhere.csv", "No such file", "next: ls\n"],
            ),
            (&["user", "create", "-s", "smart", "--from", "empty.csv"], 2, &["empty.csv is empty"]),
            (&["user", "create", "-s", "smart", "--from", "blank.csv"], 2, &["blank.csv is empty"]),
            (&["user", "create", "-s", "smart", "--from", "header.csv"], 2, &["header.csv", "no rows"]),
            (&["user", "create", "-s", "smart", "--from", "wrong.csv"], 2, &["no column 'name'", "email"]),
            (&["user", "create", "-s", "smart", "--from", "unknown.csv"], 2, &["'colour'", "columns: name"]),
            (&["user", "create", "-s", "smart", "--from", "latin.csv"], 2, &["latin.csv", "UTF-8"]),
            (&["user", "create", "-s", "smart", "--from", "list.txt"], 2, &["list.txt is YAML", "-o name"]),
            (&["user", "delete", "-s", "smart", "--yes", "--from", "list.yml"], 2, &["list.yml is YAML"]),
            (&["user", "delete", "-s", "smart", "--yes", "--from", "list.csv"], 2, &["'service'", "--columns name"]),
            (&["user", "create", "-s", "smart", "--from", "-"], 2, &["is empty"]),
            (&["user", "create", "ann", "-s", "smart", "--from", "wrong.csv"], 2, &["--from"]),
            (&["user", "delete", "-s", "smart", "--yes", "--from", "wrong.csv"], 2, &["no column 'name'"]),
        ],
    );
}

#[test]
fn settings_that_cannot_be_read_are_named_with_their_place() {
    let server = smart();
    let room = room(server.url());
    let broken = room.file("broken.toml", "service = \"a\"\n[keystone\nurl = \"x\"\n").display().to_string();
    let typed = room.file("typed.toml", "[http]\n\nretries = \"many\"\n").display().to_string();
    let none = room.path("none.toml").display().to_string();
    for (file, words) in [
        (&broken, &["broken.toml:2:10"][..]),
        (&typed, &["typed.toml:3", "http.retries", "many"]),
        (&none, &["ORCHESTER_CONFIG_PATH", "none.toml", "does not exist"]),
    ] {
        let room = self::room(server.url()).env("ORCHESTER_CONFIG_PATH", file).without("ORCHEST_RETRIES");
        let output = room.run(&["user", "list", "-s", "smart"]).code(78);
        for word in words {
            assert!(output.stderr.contains(word), "{word}\n{output}");
        }
        // What is named by a flag is refused alike.
        let output =
            self::room(server.url()).without("ORCHEST_RETRIES").run(&["user", "list", "--config", file]).code(78);
        assert!(output.stderr.contains(words[0].replace("ORCHESTER_CONFIG_PATH", "--config").as_str()), "{output}");
    }
    let output = self::room(server.url()).env("ORCHEST_PARALLEL", "0").run(&["user", "list"]).code(78);
    assert!(output.stderr.contains("ORCHEST_PARALLEL"), "{output}");
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn nobody_to_log_in_as_and_nowhere_to_go() {
    let server = smart();
    refused_unsent(
        &room_without_password(server.url()),
        &server,
        &[(&["user", "list"], 78, &["no password for admin@Default", "--password-file", "ORCHEST_PASSWORD"])],
    );
    refused_unsent(
        &room(server.url()).without("ORCHEST_USER"),
        &server,
        &[(&["user", "list"], 78, &["who logs in", "--user"])],
    );
    refused_unsent(&Room::new(), &server, &[(&["user", "list"], 78, &["where is Keystone?", "--host"])]);
}

#[test]
fn password_files_have_to_be_ones() {
    let server = smart();
    let room = room_without_password(server.url());
    let open = room.file("open.pw", "canary-open\n");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    room.file("empty.pw", "");
    std::fs::create_dir(room.path("folder")).unwrap();
    refused_unsent(
        &room,
        &server,
        &[
            (&["user", "list", "--password-file", "open.pw"], 78, &["open.pw", "0644", "chmod 600"]),
            (&["user", "list", "--password-file", "empty.pw"], 78, &["empty.pw"]),
            (&["user", "list", "--password-file", "folder"], 78, &["folder"]),
            (&["user", "list", "--password-file", "nowhere.pw"], 78, &["nowhere.pw"]),
            (&["user", "list", "--password-command", "no-such-helper"], 78, &["no-such-helper"]),
            (&["user", "create", "b", "-s", "smart", "--new-password-file", "open.pw"], 78, &["open.pw", "chmod 600"]),
        ],
    );
    let output = room.run_with_input(&["user", "list", "--password-stdin"], "").code(78);
    assert!(output.stderr.contains("standard input"), "{output}");
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn certificates_that_are_none() {
    let server = smart();
    let room = room(server.url());
    let garbage = room.file("garbage.pem", "-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n");
    let text = room.file("text.pem", "hello\n");
    std::fs::create_dir(room.path("folder")).unwrap();
    let (garbage, text) = (garbage.display().to_string(), text.display().to_string());
    for url in [server.url(), "https://127.0.0.1:1"] {
        for (flag, file, word) in [
            ("--cacert", "nowhere.pem", "nowhere.pem"),
            ("--cacert", "folder", "folder"),
            ("--cacert", text.as_str(), "text.pem"),
            ("--cacert", garbage.as_str(), "garbage.pem"),
            ("--cert", "nowhere.pem", "nowhere.pem"),
        ] {
            let output = room.run(&["user", "list", "--keystone", url, flag, file]).code(78);
            assert!(output.stderr.contains(word), "{output}");
        }
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn a_password_over_http_goes_nowhere_but_to_this_machine() {
    // An address for documentation: nobody is there.
    const FAR: &str = "http://192.0.2.1:5000";
    let room = room(FAR).env("ORCHEST_CONNECT_TIMEOUT", "1s");
    for url in
        [FAR, "http://keystone.example:5000", "http://127.0.0.1.nip.example:5000", "http://127.0.0.1@192.0.2.1:5000"]
    {
        let output = room.run(&["user", "list", "--keystone", url]);
        assert!(matches!(output.code, Some(2 | 78)), "{output}");
    }
    room.run(&["user", "list"]).code(2).says("unencrypted").says("--allow-http");
    let output = room.run(&["user", "list", "--allow-http", "--connect-timeout", "1s", "--retries", "1"]).code(75);
    assert!(output.stderr.contains("192.0.2.1"), "{output}");
}
