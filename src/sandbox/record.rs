//! What passed through: the numbering of requests, the faults that wait for a number, and the record of it all.
//!
//! Pure book-keeping under one lock; no sockets. A request counts as finished *before* its last byte is written to the
//! client, so that a client which has its answer never finds the book behind, nor its next request counted beside it.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::fault::{Action, Fault, When};

/// One request that came to the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// Its number, from 1, in the order in which the heads arrived over all connections.
    pub index: usize,
    /// The server behind the proxy, such as `keystone`; empty for a proxy that knows only one.
    pub server: String,
    /// The method.
    pub method: String,
    /// The path with the query, as sent.
    pub path: String,
    /// What the client was answered; `None` if it got no answer.
    pub status: Option<u16>,
    /// What the server answered; `None` if it was not asked or did not answer.
    pub server_status: Option<u16>,
    /// Whether the server was given the request.
    pub forwarded: bool,
    /// The content of the request's body, in bytes.
    pub request_bytes: u64,
    /// Equal for requests with equal bodies, as long as this book lasts; tells nothing about what they hold.
    pub request_mark: u64,
    /// The content of the body that the client was sent, in bytes.
    pub response_bytes: u64,
    /// The number of the client's connection, from 1.
    pub connection: usize,
    /// How many requests were on their way when this one arrived, itself included.
    pub in_flight: usize,
    /// When it arrived, since the proxy started.
    pub started: Duration,
    /// How long it took, up to the last byte of the answer; `None` while it goes on.
    pub took: Option<Duration>,
    /// The faults that struck it, as text.
    pub faults: Vec<String>,
}

impl Request {
    /// A piece of its body came.
    pub(super) fn count(&mut self, piece: &[u8]) {
        self.request_bytes += piece.len() as u64;
        // FNV-1a, from a start that nobody knows.
        for byte in piece {
            self.request_mark = (self.request_mark ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The request as one JSON object, for a line of a file.
    pub fn to_json(&self) -> serde_json::Value {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        serde_json::json!({
            "index": self.index,
            "server": self.server,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "server_status": self.server_status,
            "forwarded": self.forwarded,
            "request_bytes": self.request_bytes,
            "response_bytes": self.response_bytes,
            "connection": self.connection,
            "in_flight": self.in_flight,
            "started_ms": milliseconds(self.started),
            "took_ms": self.took.map(milliseconds),
            "faults": self.faults,
        })
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Everything since the start or since it was last taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The requests, in the order of their arrival.
    pub requests: Vec<Request>,
    /// How many connections clients opened.
    pub connections: usize,
    /// How many requests were on their way at once, at most.
    pub most_in_flight: usize,
}

/// More are not remembered: a sandbox may run for weeks.
const MOST_REQUESTS: usize = 100_000;

/// What the faults ask of one exchange, in their order.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) before: Vec<Action>,
    pub(super) after: Vec<Action>,
}

/// The one book of a proxy.
#[derive(Debug)]
pub(super) struct Book {
    state: Mutex<State>,
    changed: Condvar,
    started: Instant,
    salt: u64,
}

#[derive(Debug, Default)]
struct State {
    /// With a number that is never given twice, because [`Request::index`] starts again after a reset.
    requests: Vec<(u64, Request)>,
    last_serial: u64,
    last_index: usize,
    /// Of all time, to number them.
    connections: usize,
    connections_at_take: usize,
    open: usize,
    in_flight: usize,
    most_in_flight: usize,
    faults: Vec<Waiting>,
}

/// A fault, and how far it is.
#[derive(Debug)]
struct Waiting {
    fault: Fault,
    /// The requests that it counts, so far. Without a pattern the number of the request itself counts.
    matched: usize,
    struck: bool,
}

impl Waiting {
    fn new(fault: Fault) -> Self {
        Self { fault, matched: 0, struck: false }
    }

    fn strikes(&mut self, index: usize, method: &str, server: &str, path: &str) -> bool {
        let number = match &self.fault.only {
            None => index,
            Some(pattern) if !pattern.matches(method, server, path) => return false,
            Some(_) => {
                self.matched += 1;
                self.matched
            }
        };
        let strikes = self.fault.strikes(number);
        self.struck |= strikes;
        strikes
    }
}

impl Book {
    pub(super) fn new() -> Self {
        let salt = RandomState::new().hash_one(0);
        Self { state: Mutex::default(), changed: Condvar::new(), started: Instant::now(), salt }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_faults(&self, faults: Vec<Fault>) {
        self.state().faults = faults.into_iter().map(Waiting::new).collect();
    }

    /// One fault more.
    pub(super) fn add_fault(&self, fault: Fault) {
        self.state().faults.push(Waiting::new(fault));
    }

    /// The faults that have struck nothing yet.
    pub(super) fn waiting_faults(&self) -> Vec<Fault> {
        self.state().faults.iter().filter(|waiting| !waiting.struck).map(|waiting| waiting.fault.clone()).collect()
    }

    /// What was recorded so far, without taking it.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.state().requests.iter().map(|(_, request)| request.clone()).collect()
    }

    pub(super) fn take(&self) -> Record {
        let mut state = self.state();
        let in_flight = state.in_flight;
        let record = Record {
            requests: std::mem::take(&mut state.requests).into_iter().map(|(_, request)| request).collect(),
            connections: state.connections - state.connections_at_take,
            most_in_flight: std::mem::replace(&mut state.most_in_flight, in_flight),
        };
        state.connections_at_take = state.connections;
        record
    }

    /// The next request is number 1; what was recorded stays.
    pub(super) fn restart_count(&self) {
        self.state().last_index = 0;
    }

    pub(super) fn reset_count(&self) {
        drop(self.take());
        self.state().last_index = 0;
    }

    /// Waits until no client is connected and nothing is on its way.
    pub(super) fn settle(&self, limit: Duration) -> bool {
        let state = self.state();
        let busy = |state: &mut State| state.open > 0 || state.in_flight > 0;
        let (state, _) = self.changed.wait_timeout_while(state, limit, busy).unwrap_or_else(PoisonError::into_inner);
        state.open == 0 && state.in_flight == 0
    }

    /// A client connected; it is gone when the value is dropped.
    pub(super) fn connected(self: &Arc<Self>, server: &Arc<str>) -> Connection {
        let mut state = self.state();
        state.connections += 1;
        state.open += 1;
        Connection { book: Arc::clone(self), server: Arc::clone(server), number: state.connections }
    }
}

/// An open connection of a client.
#[derive(Debug)]
pub(super) struct Connection {
    book: Arc<Book>,
    server: Arc<str>,
    number: usize,
}

impl Connection {
    /// A request's head arrived: gives it a number and finds the faults that wait for it.
    pub(super) fn arrived(&self, method: &str, path: &str) -> (Ticket, Plan) {
        let mut guard = self.book.state();
        let state = &mut *guard;
        state.last_serial += 1;
        state.last_index += 1;
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);

        let mut plan = Plan::default();
        let mut names = Vec::new();
        let index = state.last_index;
        let strikes = |waiting: &mut Waiting| waiting.strikes(index, method, &self.server, path);
        for fault in state.faults.iter_mut().filter_map(|waiting| strikes(waiting).then_some(&waiting.fault)) {
            names.push(fault.to_string());
            match fault.side() {
                When::Before => plan.before.push(fault.action.clone()),
                When::After => plan.after.push(fault.action.clone()),
            }
        }
        let request = Request {
            index: state.last_index,
            server: self.server.to_string(),
            method: method.to_owned(),
            path: path.to_owned(),
            status: None,
            server_status: None,
            forwarded: false,
            request_bytes: 0,
            request_mark: self.book.salt,
            response_bytes: 0,
            connection: self.number,
            in_flight: state.in_flight,
            started: self.book.started.elapsed(),
            took: None,
            faults: names,
        };
        state.requests.push((state.last_serial, request));
        if state.requests.len() > MOST_REQUESTS {
            state.requests.drain(..MOST_REQUESTS / 2);
        }
        let ticket = Ticket { book: Arc::clone(&self.book), serial: state.last_serial, finished: Cell::new(false) };
        (ticket, plan)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.book.state().open -= 1;
        self.book.changed.notify_all();
    }
}

/// One request on its way; finished at the latest when it is dropped.
#[derive(Debug)]
pub(super) struct Ticket {
    book: Arc<Book>,
    serial: u64,
    finished: Cell<bool>,
}

impl Ticket {
    /// Writes something into the request's entry, unless the record was taken meanwhile.
    pub(super) fn note(&self, change: impl FnOnce(&mut Request)) {
        let mut state = self.book.state();
        // From the end: the entry is among the latest.
        if let Some((_, request)) = state.requests.iter_mut().rev().find(|(serial, _)| *serial == self.serial) {
            change(request);
        }
    }

    /// The answer is complete, or there will be none.
    pub(super) fn finish(&self) {
        if self.finished.replace(true) {
            return;
        }
        let now = self.book.started.elapsed();
        self.note(|request| request.took = Some(now.saturating_sub(request.started)));
        self.book.state().in_flight -= 1;
        self.book.changed.notify_all();
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.finish();
    }
}
