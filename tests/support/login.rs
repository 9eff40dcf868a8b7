//! A login at an issuer while it is under way, and what it leaves in a room.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin};

use serde_json::{Value, json};

use super::cli::{Output, Room, finish};
use super::raw::Connection;

/// A command whose words are read while it runs.
#[derive(Debug)]
pub struct Running {
    pub child: Child,
    stdin: Option<ChildStdin>,
    stderr: BufReader<ChildStderr>,
    pub heard: String,
}

impl Running {
    pub fn start(room: &Room, line: &[&str]) -> Self {
        Self::of(room.spawn(line))
    }

    /// One that something is pasted to.
    pub fn with_input(room: &Room, line: &[&str]) -> Self {
        Self::of(room.spawn_with_input(line))
    }

    fn of(mut child: Child) -> Self {
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { stdin: child.stdin.take(), child, stderr, heard: String::new() }
    }

    /// The first word after this text, as soon as it is said.
    #[track_caller]
    pub fn word_after(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.stderr.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended without saying {text:?}:\n{}", self.heard);
            self.heard += &line;
            if let Some((_, rest)) = line.split_once(text) {
                return rest.split_whitespace().next().unwrap().to_owned();
            }
        }
    }

    pub fn paste(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    pub fn end(mut self, line: &[&str]) -> Output {
        self.stderr.read_to_string(&mut self.heard).unwrap();
        let heard = self.heard;
        let output = finish(self.child, line);
        Output { stderr: heard, ..output }
    }
}

/// The files whose path holds this.
pub fn files(room: &Room, named: &str) -> Vec<PathBuf> {
    room.files().into_iter().filter(|path| path.display().to_string().contains(named)).collect()
}

/// The refresh token that is kept in a file.
#[track_caller]
pub fn kept_refresh(room: &Room) -> String {
    let text = std::fs::read_to_string(&files(room, "secrets.json")[0]).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let [kept] = document["secrets"].as_array().unwrap().as_slice() else { panic!("{text}") };
    kept["password"].as_str().unwrap().to_owned()
}

/// Makes the access token that is kept end in this many seconds.
pub fn ends_in(room: &Room, seconds: i64) {
    let [file] = files(room, "/tokens/").try_into().unwrap();
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    document["entry"]["expires_at"] = json!(end.to_string());
    document["entry"]["issued_at"] = json!((end - jiff::SignedDuration::from_hours(1)).to_string());
    std::fs::write(&file, document.to_string()).unwrap();
}

/// Notes, as a login does that is put into a keyring, that the one of the client `orchest` at this issuer may be there.
pub fn note_in_keyring(room: &Room, issuer: &str) {
    let name = issuer.replace(':', "%3A").replace('/', "%2F");
    let note = json!({"version": 1, "entry": {"issuer": issuer, "client": "orchest"}});
    room.file(&format!(".state/orchest/logins/{name}+orchest.json"), &note.to_string());
}

/// What stands at an address: status, where it leads, and the page.
pub fn get(address: &str, headers: &str) -> (u16, Option<String>, String) {
    let (host, path) = address.trim_start_matches("http://").split_once('/').unwrap();
    let mut connection = Connection::open(&format!("http://{}", host.replace("localhost", "127.0.0.1"))).unwrap();
    connection.send_bytes(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n").as_bytes()).unwrap();
    let answer = connection.answer(false).unwrap();
    (answer.status, answer.header("location").map(str::to_owned), answer.text())
}

/// Where a service sends the browser that opens this address; the person there agrees at once.
#[track_caller]
pub fn agreed(address: &str) -> String {
    let (status, location, page) = get(address, "");
    location.unwrap_or_else(|| panic!("{address} is answered with {status}: {page}"))
}
