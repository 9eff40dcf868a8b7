//! `orchest stats local`: what the run log adds up to.

use serde_json::{Value, json};

use crate::scripted::{room, user, with_users};
use crate::support::cli::Room;

fn log_of(room: &Room, lines: &[Value]) {
    let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    room.file(".state/orchest/runs.jsonl", &lines.concat());
}

fn read(run: u64, day: &str, command: &str, exit_code: i32, counters: &Value) -> Value {
    json!({"event": "read", "command": command, "exit_code": exit_code, "counters": counters,
        "run": format!("{run:016x}"), "at": format!("{day}T12:00:00Z")})
}

#[test]
fn what_this_machine_did_is_added_up_by_back_end_day_and_command() {
    let room = Room::new();
    let counters = |requests: u64, errors: u64, max: u64, took: Value| {
        json!({"requests": requests, "writes": 0, "errors": errors, "retries": 1, "bytes_in": 100,
            "p50_ms": 1, "max_ms": max, "took_ms": took})
    };
    let first =
        json!({"keystone": counters(3, 1, 40, json!({"5": 2, "50": 1})), "orion": counters(1, 0, 9, json!({"10": 1}))});
    let second = json!({"keystone": counters(2, 0, 90, json!({"5": 1, "100": 1}))});
    log_of(
        &room,
        &[
            read(1, "2026-01-01", "service list", 0, &first),
            read(2, "2026-01-03", "--context x domain show smart", 5, &second),
            read(3, "2026-01-03", "user list -s smart", 0, &second),
        ],
    );
    let output = room.run(&["stats", "local"]).success();
    assert_eq!(
        output.stdout,
        "BACK END  RUNS  REQUESTS  ERRORS  RETRIES  RECEIVED  P50  P95  P99  MAX\n\
         keystone  3     7         1       3        300 B     5    90   90   90\n\
         orion     1     1         0       1        100 B     9    9    9    9\n",
        "piped: rows only"
    );
    assert_eq!(output.stderr, "");
    let by = |line: &[&str]| room.ok(&[&["stats", "local", "-o", "csv", "--columns"], line].concat());
    assert_eq!(
        by(&["day,backend,requests", "--by", "day"]),
        "day,backend,requests\n2026-01-01,keystone,3\n2026-01-01,orion,1\n2026-01-03,keystone,4\n"
    );
    assert_eq!(
        by(&["command,backend,runs,failed_runs", "--by", "command"]),
        "command,backend,runs,failed_runs\nservice list,keystone,1,0\nservice list,orion,1,0\n\
         service show,keystone,1,1\nuser list,keystone,1,0\n"
    );
    assert_eq!(by(&["backend,runs", "--command", "services"]), "backend,runs\nkeystone,2\norion,1\n");
    assert_eq!(by(&["backend,runs", "--command", "domain get"]), "backend,runs\nkeystone,1\n");
    assert_eq!(by(&["backend,runs", "--since", "2026-01-02"]), "backend,runs\nkeystone,2\n");
    room.run(&["stats", "local", "--since", "2026-01-04"]).success().says("no such runs");
}

#[test]
fn what_older_lines_do_not_know_is_a_dash() {
    let room = Room::new();
    let old = json!({"keystone": {"requests": 3, "writes": 0, "errors": 0, "retries": 0, "bytes_in": 7,
        "p50_ms": 2, "max_ms": 4}});
    let dead = json!({"event": "start", "command": "service create x", "target": "http://h/", "user": "a", "host": "h",
        "pid": 1, "born": "1@another-boot", "run": "00000000000000ff", "at": "2026-01-01T00:00:00Z"});
    log_of(&room, &[read(1, "2026-01-01", "service list", 0, &old), dead]);
    let output = room.run(&["stats", "local"]).success();
    assert!(
        output.stdout.ends_with("keystone  1     3         0       0        7 B       -    -    -    4\n"),
        "{output}"
    );
    output.says("earlier version").says("1 run has no end");
    assert_eq!(room.run(&["stats", "local", "-o", "json"]).success().json()[0]["p95_ms"], Value::Null);
}

#[test]
fn what_was_just_done_is_there() {
    let server = with_users(&[user("u1", "ann")]);
    let room = room(server.url());
    room.run(&["user", "list", "-s", "smart"]).success();
    room.run(&["user", "show", "bob", "-s", "smart"]);
    let rows = room.run(&["stats", "local", "-o", "json"]).success().json();
    let row = &rows[0];
    assert_eq!((&row["backend"], &row["runs"], &row["failed_runs"]), (&json!("keystone"), &json!(2), &json!(1)));
    assert_eq!(row["requests"], server.lines().len(), "{rows}");
    assert!(row["errors"].as_u64().unwrap() >= 1 && row["bytes_in"].as_u64().unwrap() > 100, "{rows}");
    let number = |key: &str| row[key].as_u64().unwrap_or_else(|| panic!("{key}: {rows}"));
    assert!(number("p50_ms") <= number("p95_ms") && number("p99_ms") <= number("max_ms"), "{rows}");
    // It asks nobody, and leaves no line itself.
    let asked = server.lines().len();
    room.run(&["stats", "local"]).success();
    assert_eq!(server.lines().len(), asked);
    let log = std::fs::read_to_string(room.path(".state/orchest/runs.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 2);
    assert!(log.lines().all(|line| line.len() < 600), "{log}");

    let empty = Room::new();
    empty.run(&["stats", "local"]).success().says("no such runs");
}
