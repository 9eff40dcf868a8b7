//! Small servers on loopback, and what the room does with their answers.

mod auth;
mod connections;
mod limits;
mod redirects;
mod retries;
mod sending;
mod sequences;
pub(crate) mod server;

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use super::clock::TestClock;
use super::{Endpoint, Event, Http, HttpSettings, Method, Observer, Request};

/// Writes down what happened, one short line an event.
#[derive(Default)]
pub(crate) struct Log {
    lines: RefCell<Vec<String>>,
}

impl Log {
    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }

    /// How many lines start like this.
    pub(super) fn count(&self, start: &str) -> usize {
        self.lines.borrow().iter().filter(|line| line.starts_with(start)).count()
    }
}

impl Observer for Log {
    fn event(&self, event: &Event<'_>) {
        let line = match event {
            Event::Sending { request, attempt, url, headers, .. } => {
                format!("sending {} {url} {attempt} {headers:?}", request.method.as_str())
            }
            Event::Answered { status, bytes, template, headers, .. } => {
                format!("answered {status} {template} {bytes} {headers:?}")
            }
            Event::Failed { reason, .. } => format!("failed {reason}"),
            Event::Retrying { wait, tries_left, reason, .. } => format!("retrying {wait:?} {tries_left} {reason}"),
            Event::Renewing { .. } => "renewing".to_owned(),
            Event::Warning { text } => format!("warning {text}"),
        };
        self.lines.borrow_mut().push(line);
    }
}

/// A client whose clock stands still and whose chance is always one half.
pub(crate) struct Bench {
    pub(crate) http: Http,
    pub(crate) clock: Rc<TestClock>,
    pub(crate) log: Rc<Log>,
}

pub(crate) fn bench(settings: HttpSettings) -> Bench {
    let (clock, log) = (Rc::new(TestClock::new()), Rc::new(Log::default()));
    let mut http = Http::new(settings, clock.clone(), log.clone());
    http.chance = Box::new(|| 0.5);
    Bench { http, clock, log }
}

pub(crate) fn plain() -> Bench {
    bench(HttpSettings::default())
}

pub(crate) fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) fn keystone(url: &str) -> Endpoint {
    Endpoint::parse("keystone", url).unwrap()
}

pub(super) fn get() -> Request {
    Request::new(Method::Get).path("v3/users")
}

pub(super) fn post() -> Request {
    Request::new(Method::Post).path("v3/users").json(serde_json::json!({"user": {"name": "ann"}}))
}
