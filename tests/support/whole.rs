//! The whole platform, emulated, with a home in which its administrator works. What it holds can be looked at from behind,
//! by names.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use orchester::sandbox::{Backend, Request, Sandbox, SandboxOptions, Seed, Signal};
use rustix::process::{Pid, kill_process};
use serde_json::Value;

use super::cli::{Output, Room, finish};

/// The password of whoever a test makes.
pub const PASSWORD: &str = "moat-and-drawbridge-7";

pub struct Whole {
    pub sandbox: Sandbox,
    /// The administrator of all.
    pub room: Room,
}

/// One thing a server holds, a line each, with names instead of ids.
pub type Lines = Vec<String>;

impl Whole {
    /// `platform`: Telefonica's, with a PEP before Keypass, Orion and Perseo; otherwise stock servers, all direct. The
    /// service of the demonstration is there from the start, and nobody may touch it.
    pub fn start(platform: bool) -> Self {
        let mut options = SandboxOptions::default();
        (options.platform, options.seed) = (platform, Seed::Demo);
        Self::of(options)
    }

    /// The same without that service.
    pub fn empty(platform: bool) -> Self {
        let mut options = SandboxOptions::default();
        options.platform = platform;
        Self::of(options)
    }

    pub fn of(options: SandboxOptions) -> Self {
        let sandbox = Sandbox::start(options).unwrap();
        let room = sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
        room.file("new.pw", PASSWORD);
        Self { sandbox, room }
    }

    /// A home in which somebody of a service works.
    pub fn room_of(&self, user: &str, service: &str) -> Room {
        let room = self.sandbox.environment().iter().fold(Room::new(), |room, (name, value)| room.env(name, value));
        let room = room.env("ORCHEST_USER", user).env("ORCHEST_USER_DOMAIN", service);
        let room = room.env("ORCHEST_SCOPE", "domain").env("ORCHEST_DOMAIN", service).env("ORCHEST_PASSWORD", PASSWORD);
        room.file("new.pw", PASSWORD);
        room
    }

    /// Runs one command, with the requests it made.
    pub fn watched(&self, line: &[&str]) -> (Output, Vec<Request>) {
        self.with_faults(&[], line)
    }

    /// The same with trouble; its first request has the number 1.
    pub fn with_faults(&self, faults: &[&str], line: &[&str]) -> (Output, Vec<Request>) {
        self.sandbox.reset_count();
        self.sandbox.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
        let output = self.room.run(line);
        self.sandbox.set_faults(Vec::new());
        (output, self.sandbox.take_record().requests)
    }

    /// Runs one command that a fault has to kill.
    pub fn killed(&self, fault: &str, line: &[&str]) {
        let (tell, told) = std::sync::mpsc::channel::<Pid>();
        let told = Mutex::new(told);
        self.sandbox.on_signal(
            &(Arc::new(move |_| {
                // The process may send its first request before its number is known here.
                let pid = told.lock().unwrap().recv_timeout(Duration::from_secs(5)).unwrap();
                kill_process(pid, rustix::process::Signal::KILL).unwrap();
            }) as Arc<dyn Fn(Signal) + Send + Sync>),
        );
        self.sandbox.reset_count();
        self.sandbox.set_faults(vec![fault.parse().unwrap()]);
        let child = self.room.spawn(line);
        tell.send(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap()).unwrap();
        let output = finish(child, line);
        assert_eq!(output.signal, Some(9), "not killed by {fault}\n{output}");
        assert!(self.sandbox.settle(Duration::from_secs(60)));
        self.sandbox.set_faults(Vec::new());
    }

    /// Asks a server as anybody could who reaches it: method, path, service, path in the service, body.
    pub fn ask(
        &self,
        backend: Backend,
        request: (&str, &str),
        place: (&str, &str),
        body: Option<&Value>,
    ) -> super::raw::Answer {
        let headers = [("Fiware-Service", place.0), ("Fiware-ServicePath", place.1), ("Connection", "close")];
        let mut connection = super::raw::Connection::open(&self.sandbox.url(backend)).unwrap();
        connection.send(request.0, request.1, &headers, body).unwrap()
    }

    /// Everything that all servers hold, a line each, in an order that ids have no part in.
    pub fn lines(&self) -> Lines {
        let state = self.sandbox.state();
        let mut names = BTreeMap::new();
        for kind in ["domains", "projects", "users", "groups", "roles"] {
            for (id, row) in state["keystone"][kind].as_object().unwrap() {
                // The same name may be there in several services.
                let domain = &state["keystone"]["domains"][row["domain_id"].as_str().unwrap_or_default()]["name"];
                let name = row["name"].as_str().unwrap();
                names.insert(id.clone(), format!("{kind}:{name}@{}", domain.as_str().unwrap_or_default()));
            }
        }
        let mut text = state.to_string();
        // Twice: the name of a role holds the id of its service.
        for _ in 0..2 {
            for (id, name) in names.iter().filter(|(id, _)| id.len() == 32) {
                text = text.replace(id.as_str(), name);
            }
        }
        let mut lines = Vec::new();
        flatten("", &serde_json::from_str(&text).unwrap(), &mut lines);
        lines.sort();
        lines
    }

    /// What belongs to a service, under the name SERVICE; and what does not.
    pub fn split(&self, service: &str) -> (Lines, Lines) {
        let (own, others): (Lines, Lines) = self.lines().into_iter().partition(|line| line.contains(service));
        (own.iter().map(|line| without_run(&line.replace(service, "SERVICE"))).collect(), others)
    }
}

/// A line for every row of every collection: what lies two levels deep is one.
fn flatten(path: &str, value: &Value, lines: &mut Lines) {
    let depth = path.matches('.').count();
    match value {
        Value::Object(members) if depth < 3 => {
            for (key, member) in members {
                flatten(&format!("{path}.{key}"), member, lines);
            }
        }
        Value::Array(rows) if depth < 3 => rows.iter().for_each(|row| lines.push(format!("{path} {}", sorted(row)))),
        other => lines.push(format!("{path} {}", sorted(other))),
    }
}

/// Keys and lists in an order of their own.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut parts: Vec<String> =
                members.iter().map(|(key, member)| format!("{key}={}", sorted(member))).collect();
            parts.sort();
            format!("{{{}}}", parts.join(" "))
        }
        Value::Array(rows) => {
            let mut parts: Vec<String> = rows.iter().map(sorted).collect();
            parts.sort();
            format!("[{}]", parts.join(" "))
        }
        other => other.to_string(),
    }
}

/// Which run made something, and under which number, differs between any two runs.
fn without_run(line: &str) -> String {
    let mut line = line.to_owned();
    // On a user a marker means nothing once its subservice is finished, and may be left.
    if line.starts_with(".keystone.users.") && line.contains("orchest_run=") {
        let (before, after) = line.split_once("orchest_run=").unwrap();
        let rest = after.split_once('}').unwrap().1;
        line = format!("{before}}}{rest}");
    }
    for start in ["orchest run ", "id=\""] {
        if let Some((before, after)) = line.split_once(start) {
            let rest = after.trim_start_matches(|sign: char| sign.is_ascii_hexdigit());
            line = format!("{before}{start}…{rest}");
        }
    }
    line
}

/// Both hold the same; if not, shows what only one of them has.
#[track_caller]
pub fn assert_same(found: &Lines, wanted: &Lines, what: &str) {
    let cut = |line: &String| line.chars().take(300).collect::<String>();
    let only = |one: &Lines, other: &Lines| -> Vec<String> {
        one.iter().filter(|line| !other.contains(line)).map(cut).collect()
    };
    assert!(
        found == wanted,
        "{what}\nfound and not wanted: {:#?}\nwanted and not found: {:#?}",
        only(found, wanted),
        only(wanted, found)
    );
}
