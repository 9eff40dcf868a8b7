//! A service for the tests of this room: it answers each request by its script, and remembers what it was asked.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Mutex;

use serde_json::Value;

use crate::http::clock::TestClock;
use crate::http::tests::server::{self, Reply, Server};
use crate::http::tests::{bench, plain};
use crate::http::{Http, HttpSettings};

use super::Wire;

pub(super) use crate::http::tests::run;
pub(super) use crate::http::tests::server::with;

/// A scripted service and the way to it.
pub(super) struct Bench {
    pub(super) url: String,
    pub(super) wire: Wire,
    pub(super) clock: Rc<TestClock>,
    server: Server,
}

/// Answers `METHOD /path?query`, or the same with a blank and the very body behind it. Said several times: one after the
/// other, the last one for ever. What the script does not have is a 599.
pub(super) fn script(answers: Vec<(&str, Reply)>) -> Bench {
    let mut by_line: HashMap<String, Vec<Reply>> = HashMap::new();
    for (line, reply) in answers {
        by_line.entry(line.to_owned()).or_default().push(reply);
    }
    let by_line = Mutex::new(by_line);
    let server = Server::new(move |_, seen| {
        let mut by_line = by_line.lock().unwrap();
        let line = format!("{} {}", seen.method, seen.target);
        let with_body = format!("{line} {}", seen.body);
        let line = if by_line.contains_key(&with_body) { with_body } else { line };
        match by_line.get_mut(&line) {
            Some(replies) if replies.len() > 1 => replies.remove(0),
            Some(replies) => replies[0].clone(),
            None => server::json(599, r#"{"message":"not in the script"}"#),
        }
    });
    let bench = plain();
    let http: Rc<Http> = Rc::new(bench.http);
    Bench { url: server.url.clone(), wire: Wire::of(http, bench.clock.clone()), clock: bench.clock, server }
}

pub(super) fn json(status: u16, body: &Value) -> Reply {
    server::json(status, &body.to_string())
}

pub(super) fn empty(status: u16) -> Reply {
    Reply::Answer(status, Vec::new(), Vec::new())
}

pub(super) fn text(status: u16, body: &str) -> Reply {
    let header = ("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned());
    Reply::Answer(status, vec![header], body.as_bytes().to_vec())
}

/// A connection that breaks before an answer.
pub(super) fn lost() -> Reply {
    Reply::Raw(Vec::new())
}

impl Bench {
    /// `METHOD /path?query` of every request, with its body where it has one.
    pub(super) fn asked(&self) -> Vec<String> {
        let line = |seen: server::Seen| {
            let body = if seen.body.is_empty() { String::new() } else { format!(" {}", seen.body) };
            format!("{} {}{body}", seen.method, seen.target)
        };
        self.server.seen().into_iter().map(line).collect()
    }

    /// The same of those that change something.
    pub(super) fn written(&self) -> Vec<String> {
        self.asked().into_iter().filter(|line| !line.starts_with("GET ")).collect()
    }

    pub(super) fn header(&self, at: usize, name: &str) -> Option<String> {
        self.server.seen()[at].header(name).map(str::to_owned)
    }
}

/// A way to services that tries everything once.
pub(super) fn impatient() -> Wire {
    let once = bench(HttpSettings { tries: 1, ..HttpSettings::default() });
    Wire::of(Rc::new(once.http), once.clock)
}
