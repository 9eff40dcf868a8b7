//! Servers that send too much of everything.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::scripted::{FIND_SERVICE, LIST_USERS, room, smart, user};
use crate::support::cli::{Output, finish, peak_memory};
use crate::support::server::{Reply, Server};

const LIST: [&str; 6] = ["user", "list", "-s", "smart", "-o", "csv"];
/// What the program takes for itself, and a good measure more; in kB.
const LITTLE: u64 = 60_000;
/// The same, and what may be read of a body.
const A_BODY: u64 = 200_000;
/// Less than any program has when it has begun.
const SOMETHING: u64 = 1000;

/// How it ended, and the most memory that it had, in kB. On a busy machine it can be over before anybody looks.
fn measured(server: &Server, line: &[&str]) -> (Output, u64) {
    let mut all = (0..5).map(|_| measured_once(server, line));
    all.find(|(_, peak)| *peak > SOMETHING).expect("it was looked at once")
}

fn measured_once(server: &Server, line: &[&str]) -> (Output, u64) {
    let mut child = room(server.url()).spawn(line);
    let mut stdout = child.stdout.take().unwrap();
    // Read from the first byte on: a full pipe would hold it up.
    let read = std::thread::spawn(move || {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut stdout, &mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let peak = peak_memory(&mut child);
    let output = finish(child, line);
    (Output { stdout: read.join().unwrap(), ..output }, peak)
}

#[track_caller]
fn refused(what: &str, reply: Reply, says: &str, most: u64) {
    let server = smart();
    server.on(LIST_USERS, reply);
    let (output, peak) = measured(&server, &LIST);
    assert!(matches!(output.code, Some(1 | 75)), "{what}\n{output}");
    assert!(output.stderr.contains(says), "{what}: no word of {says:?}\n{output}");
    assert!(output.stderr.len() < 2000 && output.stdout.is_empty(), "{what}\n{output}");
    assert!(peak < most, "{what}: {peak} kB");
}

fn head(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{lines}\r\n").into_bytes()
}

fn raw(lines: &str, body: &[u8]) -> Reply {
    Reply::Raw([head(lines), body.to_vec()].concat())
}

/// A hundred million zeros, packed.
fn bomb() -> Vec<u8> {
    let mut zeros = Command::new("head").args(["-c", "100000000", "/dev/zero"]).stdout(Stdio::piped()).spawn().unwrap();
    let packed = Command::new("gzip").arg("-c").stdin(zeros.stdout.take().unwrap()).output().unwrap().stdout;
    zeros.wait().unwrap();
    assert!(packed.len() > 10_000 && packed.len() < 1_000_000, "{}", packed.len());
    packed
}

fn bodies() {
    refused("300 MB, announced", Reply::Endless(300_000_000), "larger than 64 MiB", LITTLE);
    refused("300 MB, to the end", raw("Connection: close\r\n", &vec![b' '; 90_000_000]), "larger than 64 MiB", A_BODY);
    let chunk = [b"4000000\r\n".to_vec(), vec![b' '; 0x0400_0000], b"\r\n4\r\n    \r\n".to_vec()].concat();
    refused("in chunks", raw("Transfer-Encoding: chunked\r\n", &chunk), "larger than 64 MiB", A_BODY);
    let deep = |levels: usize| format!("{{\"users\": {}{}}}", "[".repeat(levels), "]".repeat(levels));
    for levels in [128, 100_000, 10_000_000] {
        refused("deep", Reply::text(200, "application/json", &deep(levels)), "deeper than 128 levels", A_BODY);
    }
    // Nothing is asked for packed, and nothing is unpacked.
    let packed = bomb();
    for coding in ["gzip", "x-gzip", "deflate", "br", "zstd"] {
        let lines = format!("Content-Encoding: {coding}\r\nContent-Length: {}\r\n", packed.len());
        refused(coding, raw(&lines, &packed), "compressed", LITTLE);
    }
    let server = smart();
    server.on(LIST_USERS, crate::scripted::users_page(&[], None));
    room(server.url()).run(&LIST).success();
    let asked = server.asked();
    assert!(asked.iter().all(|asked| !asked.headers.iter().any(|(name, _)| name == "accept-encoding")), "{asked:?}");
}

fn heads_and_lines() {
    let many: String = (0..9).map(|number| format!("X-Much-{number}: {}\r\n", "a".repeat(8000))).collect();
    refused("a large head", raw(&format!("{many}Content-Length: 2\r\n"), b"{}"), "64 KiB", LITTLE);
    let few: String = (0..7).map(|number| format!("X-Much-{number}: {}\r\n", "a".repeat(8000))).collect();
    let server = smart();
    let body = json!({"users": [user("u1", "ann")]}).to_string();
    server.on(LIST_USERS, raw(&format!("{few}Content-Length: {}\r\n", body.len()), body.as_bytes()));
    room(server.url()).run(&LIST).success().prints("ann");
    // Lines that do not end: of the head, the status itself, and the size of a chunk.
    let line = "a".repeat(8 << 20);
    refused("a line of the head", raw(&format!("X-Long: {line}"), b""), "keystone", LITTLE);
    refused("the first line", Reply::Raw(format!("HTTP/1.1 200 {line}").into_bytes()), "keystone", LITTLE);
    refused(
        "the size of a chunk",
        raw("Transfer-Encoding: chunked\r\n", format!("5;{line}").as_bytes()),
        "keystone",
        LITTLE,
    );
    refused("many small lines", raw(&"X: y\r\n".repeat(200_000), b""), "keystone", LITTLE);
}

/// Fails with `src/http/page.rs`: `self.pages >= self.most_pages` → `self.pages >= 11_000`.
/// Fails with `src/http/exchange.rs`: `const MAX_HEADERS: usize = 64 * 1024` → `640 * 1024`.
/// Fails with `src/http/settings.rs`: `max_body: 64 * 1024 * 1024` → `max_body: 256 * 1024 * 1024`.
#[test]
fn s28_no_server_sends_more_than_is_good() {
    // A list without an end: every page has a new row, and there is always a next one.
    let server = smart();
    server.otherwise(|asked| {
        let number =
            asked.path.split("marker=u").nth(1).and_then(|rest| rest.split('&').next()?.parse().ok()).unwrap_or(0_u64)
                + 1;
        let next = format!("http://127.0.0.1:9/v3/users?domain_id=d1&limit=1000&marker=u{number}");
        let row = user(&format!("u{number}"), &format!("name{number}"));
        Reply::json(200, &json!({"users": [row], "links": {"next": next}}))
    });
    let (output, peak) = measured(&server, &LIST);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stderr.contains("no end after 10000 pages") && peak < A_BODY, "{peak} kB\n{}", output.stderr);
    let pages = server.lines().iter().filter(|line| line.starts_with("GET /v3/users?")).count();
    assert_eq!(pages, 10_000);
    assert_eq!(server.lines().iter().filter(|line| *line == FIND_SERVICE).count(), 1);
    bodies();
    heads_and_lines();
}
