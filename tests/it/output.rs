//! Results: nine formats of the same list, what is data and what is not, terminals and pipes.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::scripted::{FIND_BOB, room, room_without_password, smart, user, users_page, with_users, without_bob};
use crate::support::cli::{Room, finish};
use crate::support::server::{Reply, Server};

/// Names that some format or reader could take for something else.
const NAMES: [&str; 16] = [
    "plain",
    "with space",
    "comma, quote \" and ' end",
    "=HYPERLINK(\"http://x\")",
    "+1",
    "@sum",
    "esc\u{1b}[31mred\u{1b}]0;title\u{7}",
    "c1\u{9b}2J\u{7f}",
    "bidi\u{202e}txt",
    "two\nlines",
    "tab\there\r",
    "Jürgen 日本語 👩‍👩‍👧",
    "null",
    "yes",
    "- item: [1, 2]",
    "|pipe| \\ # {}",
];

fn hostile() -> Server {
    let users: Vec<Value> = (0..).zip(NAMES).map(|(n, name)| user(&format!("u{n:02}"), name)).collect();
    with_users(&users)
}

fn list(room: &Room, more: &[&str]) -> String {
    room.ok(&[&["user", "list", "-s", "smart"], more].concat())
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

fn all_names() -> Vec<String> {
    sorted(NAMES.map(str::to_owned).to_vec())
}

#[track_caller]
fn assert_harmless(text: &str) {
    let bad = |c: &char| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}');
    assert_eq!(text.chars().find(bad), None, "{text:?}");
}

#[test]
fn formats_for_machines_give_every_name_unchanged() {
    let server = hostile();
    let room = room(server.url());
    let names = |rows: &[Value]| sorted(rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect());
    let document: Value = serde_json::from_str(&list(&room, &["-o", "json"])).unwrap();
    assert_eq!(names(document.as_array().unwrap()), all_names());
    let lines = list(&room, &["-o", "jsonl"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(names(&lines), all_names());
    let yaml = list(&room, &["-o", "yaml"]);
    let yaml: Vec<Value> = yaml_serde::from_str(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    assert_eq!(names(&yaml), all_names());

    let raw = list(&room, &["-o", "csv", "--csv-raw"]);
    let read = |text: &str| -> Vec<String> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let column = reader.headers().unwrap().iter().position(|title| title.eq_ignore_ascii_case("name")).unwrap();
        sorted(reader.records().map(|row| row.unwrap()[column].to_owned()).collect())
    };
    assert_eq!(read(&raw), all_names());
    // A spreadsheet would run some of them.
    let guarded = read(&list(&room, &["-o", "csv"]));
    let expected =
        NAMES.map(|name| if name.starts_with(['=', '+', '-', '@']) { format!("'{name}") } else { name.to_owned() });
    assert_eq!(guarded, sorted(expected.to_vec()));
    // A line each, whatever is in the name.
    for format in ["tsv", "value", "name"] {
        let text = list(&room, &["-o", format, "--no-header"]);
        assert_eq!(text.lines().count(), NAMES.len(), "{format}: {text:?}");
        assert!(text.contains("plain") && text.contains("日本語"), "{text}");
    }
    let tsv = list(&room, &["-o", "tsv"]);
    let widths: Vec<usize> = tsv.lines().map(|line| line.split('\t').count()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{tsv:?}");
}

#[test]
fn formats_for_people_hold_nothing_that_steers() {
    let server = hostile();
    let room = room(server.url());
    for format in ["table", "wide"] {
        let text = list(&room, &["-o", format]);
        assert_eq!(text.lines().count(), NAMES.len() + 1, "{text}");
        assert_harmless(&text);
        assert!(text.contains("Jürgen 日本語") && text.contains("with space"), "{text}");
    }
    let wide = list(&room, &["-o", "wide"]);
    assert!(wide.lines().next().unwrap().contains("ID") && !list(&room, &[]).lines().next().unwrap().contains("ID"));
}

#[test]
fn rows_and_columns_are_chosen() {
    let mut users: Vec<Value> =
        [("u3", "cid"), ("u1", "ann"), ("u2", "bob"), ("u4", "Bobby")].map(|(id, name)| user(id, name)).to_vec();
    users[2]["enabled"] = json!(false);
    users[0]["email"] = json!("cid@city.example");
    let server = with_users(&users);
    let room = room(server.url());
    assert_eq!(
        list(&room, &["-o", "csv", "--columns", "id,name", "--sort-by", "id"]),
        "id,name\nu1,ann\nu2,bob\nu3,cid\nu4,Bobby\n"
    );
    assert_eq!(
        list(&room, &["-o", "tsv", "--columns", "name", "--no-header", "--sort-by", "-id"]),
        "Bobby\ncid\nbob\nann\n"
    );
    assert_eq!(list(&room, &["-o", "name", "--filter", "enabled=false"]), "bob\n");
    assert_eq!(
        list(&room, &["-o", "name", "--filter", "enabled=true", "--filter", "name!=ann", "--sort-by", "id"]),
        "cid\nBobby\n"
    );
    assert_eq!(list(&room, &["-o", "name", "--filter", "email~city"]), "cid\n");
    assert_eq!(list(&room, &["--query", "map(.name) | sort | .[0]", "-o", "value"]), "Bobby\n");
    let object: Value = serde_json::from_str(&list(&room, &["--query", "{n: length}", "-o", "json"])).unwrap();
    assert!(object == json!({"n": 4}) || object == json!([{"n": 4}]), "{object}");
    for format in ["table", "csv", "json"] {
        let output = room.run(&["user", "list", "-s", "smart", "--columns", "help", "-o", format]);
        let said = output.stdout.clone() + &output.stderr;
        assert!(["name", "email", "enabled", "id"].iter().all(|column| said.contains(column)), "{output}");
        assert!(!said.contains("ann"), "{output}");
    }
    // Which columns there are shows only when the rows have come, so this is no wrong argument (2).
    for flag in ["--columns", "--sort-by"] {
        let output = room.run(&["user", "list", "-s", "smart", flag, "nmae"]).code(1);
        assert!(output.stderr.contains("nmae") && output.stderr.contains("name, service"), "{output}");
        assert_eq!(output.stdout, "", "{output}");
    }
}

#[test]
fn who_asks_which_columns_there_are_changes_nothing() {
    let server = smart();
    let room = room(server.url());
    for (line, column) in [
        (&["user", "delete", "zoe", "-s", "smart", "--yes"][..], "result"),
        (&["user", "create", "zoe", "-s", "smart", "--no-password"], "password_expires_at"),
        (&["group", "create", "ops", "-s", "smart"], "description"),
        (&["group", "member", "add", "ops", "zoe", "-s", "smart"], "result"),
        (&["role", "grant", "watch", "--to-user", "zoe", "-s", "smart"], "result"),
        (&["subservice", "create", "energy", "-s", "smart"], "enabled"),
        (&["subservice", "delete", "energy", "-s", "smart", "--yes"], "result"),
        (&["subscription", "delete", "65f0c8a1e4b0a1b2c3d4e5f6", "-s", "smart", "--yes"], "result"),
        (&["module", "enable", "STH", "-s", "smart"], "subservice"),
        (&["members", "add", "ada", "-c", "github"], "state"),
        (&["add", "ada", "-c", "github"], "state"),
        (&["policy", "sync", "policies", "-s", "smart", "--yes"], "changes"),
        (&["deployment", "create", "kafka.yaml"], "status"),
        (&["deployment", "delete", "last", "--yes"], "result"),
        (&["resource", "stop", "last", "front", "--yes"], "result"),
        // And what reads and has always told it.
        (&["user", "show", "zoe", "-s", "smart"], "email"),
        (&["service", "list", "--usage"], "subservices"),
    ] {
        for format in ["table", "json"] {
            let output = room.run(&[line, &["--columns", "help", "-o", format]].concat()).success();
            let told = output.stdout.lines().any(|line| line.split_whitespace().next() == Some(column));
            assert!(told, "{column}\n{output}");
        }
    }
    // What prints no rows, and what nobody can know.
    for line in [
        &["user", "set-password", "zoe", "-s", "smart", "--new-password-stdin"][..],
        &["config", "set", "jobs", "2"],
        &["auth", "logout"],
        &["api", "keystone", "POST", "/v3/roles", "-F", "name=watch"],
        &["deployment", "outputs", "last"],
    ] {
        room.run(&[line, &["--columns", "help"]].concat()).code(2).says("nothing was done");
    }
    assert_ne!(room.run(&["config", "get", "jobs"]).stdout, "2\n");
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn a_column_that_a_change_does_not_show_is_an_empty_one() {
    let server = without_bob();
    let room = room(server.url());
    let create = ["user", "create", "bob", "-s", "smart", "--no-password", "-o", "csv", "--columns"];
    assert_eq!(room.ok(&[&create[..], &["name,result,description"]].concat()), "name,result,description\nbob,,\n");
}

/// What a server sends of what it has made or changed is shown, whether or not anybody here has heard of it.
#[test]
fn a_column_that_only_the_server_knows_is_shown_where_it_sends_one() {
    let server = smart();
    server.on("GET /v3/users?domain_id=d1&name=ann", users_page(&[user("u1", "ann")], None));
    let mut changed = user("u1", "ann");
    (changed["email"], changed["default_project_id"]) = (json!("a@x"), json!("p1"));
    server.on("PATCH /v3/users/u1", Reply::json(200, &json!({"user": changed})));
    let room = room(server.url());
    let update = ["user", "update", "ann", "-s", "smart", "--email", "a@x"];
    let columns = ["-o", "csv", "--columns", "name,default_project_id,phone"];
    assert_eq!(room.ok(&[&update[..], &columns].concat()), "name,default_project_id,phone\nann,p1,\n");
    // The settings may name it once and for all.
    room.file(".orchester.toml", "[defaults.'user update']\ncolumns = ['name', 'default_project_id']\n");
    assert_eq!(room.ok(&[&update[..], &["-o", "csv"]].concat()), "name,default_project_id\nann,p1\n");
}

#[test]
fn an_empty_list_is_no_failure() {
    let server = with_users(&[]);
    let room = room(server.url());
    room.run(&["user", "list", "-s", "smart"]).success().says("no users");
    assert_eq!(list(&room, &["-o", "json"]), "[]\n");
    assert_eq!(list(&room, &["-o", "jsonl"]), "");
    assert_eq!(list(&room, &["-o", "name"]), "");
    assert_eq!(list(&room, &["-o", "csv"]).lines().count(), 1);
    let yaml: Vec<Value> = yaml_serde::from_str(&list(&room, &["-o", "yaml"])).unwrap();
    assert!(yaml.is_empty());
    let quiet = room.run(&["user", "list", "-s", "smart", "-q"]).success();
    assert_eq!(quiet.stderr, "", "{quiet}");
}

#[test]
fn standard_output_is_data_and_nothing_else() {
    let server = without_bob();
    server.on("GET /v3/users?domain_id=d1&name=ann", users_page(&[user("u1", "ann")], None));
    server.on("GET /v3/users?domain_id=d1&limit=1000", users_page(&[user("u1", "ann")], None));
    server.on("PATCH /v3/users/u1", Reply::json(200, &json!({"user": user("u1", "ann")})));
    server.on("DELETE /v3/users/u1", Reply::Plain(204, Vec::new(), Vec::new()));
    server.on("GET /v3/domains?limit=1000", Reply::json(200, &json!({"domains": [{"id": "d1", "name": "smart"}]})));
    let room = room(server.url());
    room.file("people.csv", "name,email\nbob,b@x\nbob,again@x\n");
    room.run(&["config", "set", "service", "smart"]).success();
    room.run(&["config", "context", "add", "lab", "--user", "joe"]).success();
    for line in [
        &["user", "list"][..],
        &["user", "show", "ann"],
        &["user", "create", "bob", "--no-password"],
        &["user", "create", "bob", "--no-password", "--dry-run"],
        &["user", "update", "ann", "--disable"],
        &["user", "delete", "ann", "--yes"],
        &["user", "delete", "bob", "--yes"],
        &["user", "delete", "ann", "bob", "--yes"],
        &["user", "delete", "ann", "--yes", "--dry-run"],
        &["user", "create", "--from", "people.csv"],
        &["service", "list"],
        &["service", "show", "smart"],
        &["auth", "login"],
        &["auth", "status"],
        &["auth", "whoami"],
        &["config", "show"],
        &["config", "show", "--origin"],
        &["config", "path"],
        &["config", "context", "list"],
    ] {
        let output = room.run(&[line, &["-o", "json", "-v"]].concat());
        assert!(matches!(output.code, Some(0 | 7)), "{output}");
        if !output.stdout.is_empty() {
            output.json();
        }
        let may_be_silent = line.contains(&"--dry-run");
        assert!(may_be_silent || !output.stdout.is_empty(), "{output}");
    }
}

#[test]
fn an_error_is_one_object_where_machines_read() {
    let server = smart();
    server.on(FIND_BOB, users_page(&[], None));
    server.on(
        "GET /v3/groups?domain_id=d1&limit=1000",
        Reply::json(403, &json!({"error": {"message": "why \u{1b}[31m"}})),
    );
    let room = room(server.url());
    for (line, code, kind) in [
        (&["user", "show", "bob", "-s", "smart"][..], 3, "not_found"),
        (&["group", "list", "-s", "smart"], 5, "forbidden"),
        (&["user", "delete", "bob", "-s", "smart"], 2, "usage"),
        (&["user", "list", "--keystone", "http://127.0.0.1:9"], 75, "temporary"),
    ] {
        let output = room.run(&[line, &["-o", "json"]].concat()).code(code);
        assert_eq!(output.stdout, "", "{output}");
        let error: Value = serde_json::from_str(&output.stderr).unwrap_or_else(|error| panic!("{error}\n{output}"));
        assert_eq!(error["code"], code, "{output}");
        assert_eq!(error["kind"], kind, "{output}");
        assert_eq!(error["retryable"], kind == "temporary", "{output}");
        assert!(!error["error"].as_str().unwrap().is_empty());
        assert_eq!(output.stderr.lines().count(), 1, "{output}");
        assert_harmless(&output.stderr);
    }
    let output = room_without_password(server.url()).run(&["user", "list", "-o", "json"]).code(78);
    assert!(serde_json::from_str::<Value>(&output.stderr).is_ok(), "{output}");
}

#[test]
fn a_reader_that_goes_away_is_not_an_error() {
    let users: Vec<Value> = (0..999).map(|n| user(&format!("u{n}"), &format!("user{n}"))).collect();
    let server = with_users(&users);
    let room = room(server.url());
    for format in ["table", "json", "jsonl", "csv", "yaml", "name"] {
        let arguments = ["user", "list", "-s", "smart", "-o", format];
        let mut child = room.spawn(&arguments);
        drop(child.stdout.take());
        let output = finish(child, &arguments).code(141);
        assert_eq!(output.stderr, "", "{format}\n{output}");
    }
    let mut child = room.spawn(&["help", "names"]);
    drop(child.stdout.take());
    assert_eq!(finish(child, &[]).code, Some(141));
    let mut child = room.spawn(&["--help"]);
    drop(child.stdout.take());
    let output = finish(child, &["--help"]);
    assert!(matches!(output.code, Some(0 | 141)) && output.stderr.is_empty(), "{output}");
}

#[test]
fn colour_is_for_terminals_and_for_those_who_want_it() {
    let server = with_users(&[user("u1", "ann")]);
    let room = room(server.url());
    let coloured = |text: &str| text.contains("\u{1b}[");
    assert!(!coloured(&list(&room, &[])), "a pipe");
    assert!(!coloured(&list(&room, &["--color", "never"])));
    let always = room.run(&["user", "list", "-s", "smart", "--color", "always"]).success();
    let failed = room.run(&["user", "list", "-s", "smart", "--columns", "x", "--color", "always"]).code(1);
    assert!(coloured(&always.stdout) || coloured(&failed.stderr), "{always}\n{failed}");
    for format in ["json", "csv", "name"] {
        assert!(!coloured(&list(&room, &["--color", "always", "-o", format])), "{format}");
    }
}

/// The command on a terminal of 80 columns, both streams together.
fn on_a_terminal(room: &Room, line: &str, variables: &[(&str, &str)]) -> String {
    let home = room.path("");
    let typed = format!("stty cols 80 rows 24; exec {} {line}", env!("CARGO_BIN_EXE_orchest"));
    let output = Command::new("script")
        .args(["-qec", &typed, "/dev/null"])
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", &home)
        .env("XDG_STATE_HOME", home.join(".state"))
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm-256color")
        .envs(variables.iter().copied())
        .current_dir(&home)
        .stdin(Stdio::null())
        .output()
        .expect("this test needs `script`, of util-linux");
    String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n")
}

/// Without the sequences that colour text, and failing on any other.
#[track_caller]
fn without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain += before;
        let end = after.find('m').unwrap_or_else(|| panic!("{text:?}"));
        let inside = &after[..end];
        assert!(inside.starts_with('[') && inside[1..].chars().all(|c| c.is_ascii_digit() || c == ';'), "{text:?}");
        rest = &after[end + 1..];
    }
    plain + rest
}

#[test]
fn on_a_terminal_a_table_fits_and_steers_nothing() {
    let mut users: Vec<Value> = (0..).zip(NAMES).map(|(n, name)| user(&format!("u{n:02}"), name)).collect();
    users[0]["email"] = json!(format!("{}@city.example", "long".repeat(30)));
    let server = with_users(&users);
    let room = room(server.url());
    let url = server.url();
    let variables =
        [("ORCHEST_KEYSTONE", url), ("ORCHEST_USER", "admin"), ("ORCHEST_PASSWORD", "p"), ("NO_COLOR", "1")];
    let text = on_a_terminal(&room, "user list -s smart", &variables);
    assert!(text.contains("NAME") && text.contains("Jürgen"), "{text}");
    assert_harmless(&text);
    let too_wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
    assert_eq!(too_wide, Vec::<&str>::new());

    let coloured = on_a_terminal(&room, "user list -s smart", &variables[..3]);
    assert_harmless(&without_colour(&coloured));
    let failed = on_a_terminal(&room, "user list -s smart --columns nope", &variables[..3]);
    assert!(coloured.contains("\u{1b}[") || failed.contains("\u{1b}["), "{coloured:?} {failed:?}");
    let dumb =
        on_a_terminal(&room, "user list -s smart --columns nope", &[&variables[..3], &[("TERM", "dumb")]].concat());
    assert!(!dumb.contains("\u{1b}["), "{dumb:?}");
}

#[test]
fn commands_that_are_suggested_can_be_copied() {
    let server = smart();
    server.on(
        "GET /v3/domains?name=smart%20city",
        Reply::json(200, &json!({"domains": [{"id": "d1", "name": "smart city"}]})),
    );
    let bob = json!({"id": "u1", "name": "bob smith", "domain_id": "d1", "enabled": true, "email": "old@x.example"});
    server.on("GET /v3/users?domain_id=d1&name=bob%20smith", users_page(&[bob], None));
    server.on("GET /v3/users?domain_id=d1&name=ann", users_page(&[], None));
    server.on("GET /v3/users?domain_id=d1&limit=1000", users_page(&[], None));
    let night = json!({"id": "g1", "name": "night crew", "domain_id": "d1", "description": "old"});
    server.on("GET /v3/groups?domain_id=d1&name=night%20crew", Reply::json(200, &json!({"groups": [night]})));
    server.on("POST /v3/users", Reply::json(409, &json!({"error": {"message": "duplicate"}})));
    server.on("POST /v3/groups", Reply::json(409, &json!({"error": {"message": "duplicate"}})));
    let room = room(server.url());
    let run = |words: &[&str]| room.run(&[words, &["-s", "smart city"]].concat());
    let create = ["user", "create", "bob smith", "--email", "new@x.example", "--no-password"];
    run(&create).code(6).says("next: orchest user update 'bob smith' -s 'smart city', or");
    let create = ["group", "create", "night crew", "--description", "new"];
    run(&create).code(6).says("next: orchest group update 'night crew' -s 'smart city', or");
    run(&["user", "show", "ann"]).code(3).says("orchest user list -s 'smart city'");
}

#[test]
fn a_command_has_defaults_of_its_own() {
    let server = with_users(&[user("u1", "bob"), user("u2", "ann")]);
    let room = room(server.url());
    let defaults = |text: &str| {
        room.file(".orchester.toml", &format!("[defaults.'user list']\n{text}"));
    };
    defaults("output = 'tsv'\ncolumns = ['name']\nsort_by = 'name'\nno_header = true\n");
    assert_eq!(list(&room, &[]), "ann\nbob\n");
    // Another way to say the same command has the same ones; what the line says counts more, option by option.
    assert_eq!(room.ok(&["users", "ls", "-s", "smart", "--sort-by", "-name"]), "bob\nann\n");
    assert_eq!(list(&room, &["-o", "csv", "--columns", "id,name"]), "u2,ann\nu1,bob\n");
    defaults("filter = 'name=a*'\ncolumns = 'name'\n");
    assert_eq!(list(&room, &["-o", "value"]), "ann\n");
    // A query has a format of its own, whatever the default is.
    defaults("output = 'csv'\n");
    let query = ["user", "list", "-s", "smart", "--query", ".[0].name"];
    assert_eq!(room.ok(&query).trim().trim_matches('"'), "ann");
    // A name that stands before the noun is no noun.
    defaults("output = 'json'\n");
    let output = room.run(&["-s", "my user list", "group", "list"]).code(1);
    assert!(!output.stderr.contains("{\"error\""), "{output}");
    // Only looks have defaults, and a slip is told.
    defaults("yes = true\n");
    let refused = room.run(&["user", "list", "-s", "smart"]).code(78);
    refused.says("yes").says("columns");
    room.file(".orchester.toml", "[defaults.'usr list']\noutput = 'json'\n");
    room.run(&["config", "validate"]).code(78).says("usr list");
    let room = room.env("ORCHEST_OUTPUT", "value");
    room.file(".orchester.toml", "[defaults.'user list']\noutput = 'json'\ncolumns = 'name'\nsort_by = 'name'\n");
    assert_eq!(list(&room, &[]), "ann\nbob\n");
}
