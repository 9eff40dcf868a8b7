//! What servers say, on a terminal, in a shell and in a spreadsheet.

use serde_json::{Value, json};

use crate::scripted::{FIND_BOB, LIST_USERS, room, smart, user, users_page, with_users};
use crate::support::cli::Room;
use crate::support::machines::{self, DEPLOYMENT, FRONT, at, node, page};
use crate::support::server::{Reply, Server};
use crate::support::terminal::Terminal;

/// What a shell would act upon.
const NAMES: [&str; 11] = [
    "$(touch x)",
    "`touch x`",
    "a; touch x",
    "a\ntouch x",
    "' touch x '",
    "a && touch x",
    "-rf x",
    "a b",
    "*",
    "~",
    "$HOME>x",
];

const FORMATS: [&str; 9] = ["table", "wide", "json", "jsonl", "yaml", "csv", "tsv", "value", "name"];

/// Everything that a terminal acts upon or that hides what is there, alone and in sequences that have been used.
fn corpus() -> Vec<String> {
    let alone = (0..0x20).chain(0x7f..0xa0).chain([0xad, 0x61c, 0x180e, 0xfeff, 0xe0001, 0xe0041, 0xe007f]);
    let ranges = (0x200b..=0x200f).chain(0x2028..=0x202e).chain(0x2060..=0x206f).chain(0xfff9..=0xfffb);
    let alone = alone.chain(ranges).filter_map(char::from_u32);
    let mut texts: Vec<String> = alone.map(|sign| format!("a{sign}b")).collect();
    let introducers = [
        "\u{1b}[",
        "\u{9b}",
        "\u{1b}[?",
        "\u{1b}\u{1b}[",
        "\u{1b}]",
        "\u{9d}",
        "\u{1b}P",
        "\u{90}",
        "\u{1b}_",
        "\u{1b}^",
        "\u{1b}X",
    ];
    let rests =
        ["2J", "31m", "1;1H", "0;title\u{7}", "52;c;cm0gLXJm\u{7}", "8;;http://evil.test\u{1b}\\", "?1049h", "6n"];
    texts.extend(introducers.iter().flat_map(|first| rests.iter().map(move |rest| format!("x{first}{rest}y"))));
    let others = [
        "\u{1b}c",
        "\u{1b}(0",
        "\u{1b}#8",
        "a\r\nb",
        "ok\rERR",
        "over\u{8}\u{8}\u{8}\u{8}write",
        "\u{202e}gpj.exe",
        "two\nlines\n",
        "tab\there",
        "\u{feff}bom",
        "e\u{301}",
        "Zürich 日本 👩‍👩‍👧",
        "\u{1b}[200~paste\u{1b}[201~",
    ];
    texts.extend(others.map(str::to_owned));
    assert!(texts.len() >= 200, "{}", texts.len());
    texts
}

fn users() -> Vec<Value> {
    (0..).zip(corpus()).map(|(n, name)| user(&format!("u{n:03}"), &name)).collect()
}

/// Nothing but text, lines and tabs.
#[track_caller]
fn assert_harmless(text: &str, what: &str) {
    let steers = |sign: char| {
        sign.is_control() && !matches!(sign, '\n' | '\t')
            || matches!(sign, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    for line in text.lines() {
        assert_eq!(line.chars().find(|sign| steers(*sign)), None, "{what}: {line:?}");
    }
}

/// What is to be seen of a line on a terminal that knows no colours.
fn seen(room: &Room, line: &str, answer: Option<(&str, &str)>) -> String {
    let mut terminal = Terminal::start(room, line);
    if let Some((question, answer)) = answer {
        terminal.shows(question);
        // Before an answer is typed, since a terminal echoes it.
        assert_harmless(&terminal.seen(), line);
        terminal.types(answer);
    }
    let (_, seen) = terminal.ended();
    seen.split("<ended with ").next().unwrap().to_owned()
}

/// There is no completion of shells by names of servers; see the next test. That JSON in a pipe is the data itself holds on a
/// terminal too, where more of it is escaped.
///
/// Fails with `src/base/text.rs`: `character.is_control()` → `character == '\u{1b}'`.
#[test]
fn s10_what_servers_say_never_steers_a_terminal() {
    let server = with_users(&users());
    let room = room(server.url()).env("TERM", "dumb").env("NO_COLOR", "1");
    let mut names = corpus();
    names.sort();
    let sorted = |rows: Vec<Value>| {
        let mut names: Vec<String> = rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    for format in FORMATS {
        let line = format!("user list -s smart -o {format}");
        let on_terminal = seen(&room, &line, None);
        assert_harmless(&on_terminal, format);
        assert!(on_terminal.contains("Zürich") && on_terminal.lines().count() >= names.len(), "{on_terminal}");
        let piped = room.ok(&line.split(' ').collect::<Vec<_>>());
        match format {
            "table" | "wide" => assert_harmless(&piped, format),
            "json" => {
                assert_eq!(sorted(serde_json::from_str(&piped).unwrap()), names);
                let start = on_terminal.find('[').unwrap();
                assert_eq!(sorted(serde_json::from_str(&on_terminal[start..]).unwrap()), names);
            }
            "jsonl" => {
                assert_eq!(sorted(piped.lines().map(|line| serde_json::from_str(line).unwrap()).collect()), names)
            }
            "yaml" => assert_eq!(sorted(yaml_serde::from_str(&piped).unwrap()), names),
            _ => {}
        }
    }

    // Errors, in words and as an object, with everything beside the body that a server can put text into.
    for part in corpus().chunks(8) {
        let evil = part.concat();
        let plain: String = evil.chars().filter(|sign| !matches!(sign, '\r' | '\n' | '\0')).collect();
        let server = smart();
        let body = json!({"error": {"code": 409, "message": evil, "title": evil}}).to_string();
        let head = format!(
            "HTTP/1.1 409 {plain}\r\nx-openstack-request-id: {plain}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        server.on(LIST_USERS, Reply::Raw(head.into_bytes()));
        for more in [&[][..], &["-o", "json"], &["-vvv"], &["--log-format", "json", "-vv"]] {
            let output = room_at(&server).run(&[&["user", "list", "-s", "smart"], more].concat());
            assert_ne!(output.code, Some(0), "{output}");
            assert_harmless(&output.stderr, "an error");
        }
    }

    // Candidates, a question, and what is told while somebody waits.
    for part in corpus().chunks(8) {
        let evil = part.concat();
        let server = smart();
        server.on(FIND_BOB, users_page(&[user(&format!("u1{evil}"), "bob"), user("u2", "bob")], None));
        let output = room_at(&server).run(&["user", "show", "bob", "-s", "smart"]).code(6);
        assert_harmless(&output.stderr, "candidates");
    }
    let evil = ["\u{1b}[2J\u{202e}front\u{9b}31m", "\u{9d}0;x\u{7}", "a\rb\nc"];
    for (count, evil) in evil.into_iter().enumerate() {
        let server = Server::start();
        let deployment = |status: &str| {
            let by = json!({"issuer": "https://iam/", "subject": evil});
            let body = json!({"uuid": DEPLOYMENT, "status": status, "statusReason": evil, "createdBy": by, "task": evil,
                "physicalId": evil});
            Reply::json(200, &body)
        };
        for status in ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"] {
            server.on(&at(""), deployment(status));
        }
        let page = page(&[node(FRONT, evil, "0", "STARTED")]);
        server.on(&at("/resources?type=tosca.nodes.Compute&size=100&page=0"), page.clone());
        server.on(&at("/resources?sort=createdAt%2Casc&size=100&page=0"), page);
        let room = machines::room(&server).env("TERM", "dumb").env("NO_COLOR", "1");
        // It asks again after some seconds.
        if count == 0 {
            assert_harmless(&seen(&room, &format!("deployment wait {DEPLOYMENT}"), None), "waiting");
        }
        assert_harmless(&seen(&room, &format!("deployment show {DEPLOYMENT}"), None), "one thing");
        assert_harmless(&seen(&room, &format!("resource list {DEPLOYMENT}"), None), "a list");
        let asked = seen(&room, &format!("resource stop {DEPLOYMENT} 0"), Some(("all the same", "no\r")));
        assert!(asked.contains("is not yours but") && (asked.contains("\\x") || asked.contains("\\r")), "{asked:?}");
    }
}

fn room_at(server: &Server) -> Room {
    room(server.url()).env("NO_COLOR", "1")
}

/// What people copy from the screen into a shell, the commands that are suggested, holds such names as single words. What a
/// shell completes is tested in `shells.rs`.
///
/// Fails with `src/base/text.rs`: `if plain { word.into_owned() } else {` → `if true { word.into_owned() } else {`.
#[test]
fn s11_no_shell_acts_upon_a_name_that_is_copied() {
    for name in NAMES {
        let server = Server::keystone();
        let encoded: String = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).collect();
        // An address leaves some signs as they are.
        let encoded = encoded.replace("%2D", "-").replace("%7E", "~");
        let domain = json!({"id": "d1", "name": name, "enabled": true});
        server.on(&format!("GET /v3/domains?name={encoded}"), Reply::json(200, &json!({"domains": [domain]})));
        server.on(FIND_BOB, users_page(&[], None));
        let room = room_at(&server);
        let output = room.run(&["user", "show", "bob", &format!("--service={name}")]).code(3);
        let suggested = output.stderr.lines().find_map(|line| line.split_once("next: orchest ")).unwrap().1;
        // What would be run is only written down.
        let script = "orchest() { printf '<%s>' \"$@\"; }; eval \"orchest $1\"";
        let mut command = std::process::Command::new("bash");
        let ran = room.furnish(command.args(["-c", script, "bash", suggested])).output().unwrap();
        let words = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(!room.path("x").exists(), "{name:?}: {suggested}");
        let shown = name.replace('\n', "\\n");
        assert_eq!(words, format!("<user><list><-s><{shown}>"), "{suggested}");
    }
}

/// Fails with `src/output/clean.rs`: `text.starts_with(['=', '+', '-', '@', '\t', '\r'])` → `text.starts_with(['=', '+', '-', '@'])`.
#[test]
fn s12_no_spreadsheet_runs_a_cell() {
    let names = ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "'=1", "=a,\"b\"\nc", "plain", "a=b", "'tis", "1-1"];
    let users: Vec<Value> = (0..).zip(names).map(|(n, name)| user(&format!("u{n:02}"), name)).collect();
    let server = with_users(&users);
    let room = room(server.url());
    let list = ["user", "list", "-s", "smart", "-o", "csv", "--columns", "name", "--sort-by", "id"];
    let guarded = "name\n'=1+1\n'+1\n'-1\n'@sum\n'\t=1\n\"'\r=1\"\n''=1\n\"'=a,\"\"b\"\"\nc\"\nplain\na=b\n'tis\n1-1\n";
    assert_eq!(room.ok(&list), guarded);
    // For programs that want it so; and what was guarded is read back as it was.
    let raw = "name\n=1+1\n+1\n-1\n@sum\n\t=1\n\"\r=1\"\n'=1\n\"=a,\"\"b\"\"\nc\"\nplain\na=b\n'tis\n1-1\n";
    assert_eq!(room.ok(&[&list[..], &["--csv-raw"]].concat()), raw);
    // Titles, and cells that are no text of a server's.
    let table = room.ok(&["user", "list", "-s", "smart", "-o", "csv"]);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
}
