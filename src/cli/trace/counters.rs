//! Counts what was sent, per back end for the run log and per route for `--timing`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Event, Method};
use crate::state::Latency;

use super::milliseconds;

/// What was asked of whom, and how long it took.
#[derive(Default)]
pub(super) struct Counts {
    /// Whether routes are kept, which only a report of times needs.
    by_route: bool,
    backends: Vec<(&'static str, Counter)>,
    routes: Vec<(Route, Counter)>,
}

#[derive(PartialEq, Eq)]
struct Route {
    method: &'static str,
    host: String,
    template: String,
}

#[derive(Default)]
struct Counter {
    requests: u64,
    writes: u64,
    errors: u64,
    retries: u64,
    bytes: u64,
    times: Vec<u64>,
}

impl Counts {
    pub(super) fn new(by_route: bool) -> Self {
        Self { by_route, ..Self::default() }
    }

    /// One row per method, host and path template, the most time first.
    pub(super) fn timing_table(&mut self) -> Vec<Value> {
        self.routes.sort_by_key(|(_, counter)| std::cmp::Reverse(counter.times.iter().sum::<u64>()));
        let row = |(route, counter): &(Route, Counter)| {
            json!({
                "method": route.method, "host": route.host, "path": route.template, "count": counter.requests,
                "p50_ms": counter.median(), "max_ms": counter.longest(), "bytes": counter.bytes,
            })
        };
        self.routes.iter().map(row).collect()
    }

    /// What was asked of each back end, for the run log.
    pub(super) fn counters(&self) -> Value {
        let entry = |(backend, counter): &(&'static str, Counter)| {
            let numbers = json!({
                "requests": counter.requests, "writes": counter.writes, "errors": counter.errors,
                "retries": counter.retries, "bytes_in": counter.bytes,
                "p50_ms": counter.median(), "max_ms": counter.longest(), "took_ms": counter.latency().to_json(),
            });
            ((*backend).to_owned(), numbers)
        };
        Value::Object(self.backends.iter().map(entry).collect())
    }

    pub(super) fn count(&mut self, event: &Event<'_>) {
        match event {
            Event::Sending { backend, request, .. } => {
                of(&mut self.backends, *backend, |counter| {
                    counter.requests += 1;
                    counter.writes += u64::from(request.writes());
                });
            }
            Event::Answered { backend, method, template, url, status, bytes, took, .. } => {
                of(&mut self.backends, *backend, |counter| counter.answered(*status >= 400, *bytes, *took));
                self.route(*method, template, url, *bytes, *took);
            }
            Event::Failed { backend, method, template, url, took, .. } => {
                of(&mut self.backends, *backend, |counter| counter.answered(true, 0, *took));
                self.route(*method, template, url, 0, *took);
            }
            Event::Retrying { backend, .. } => of(&mut self.backends, *backend, |counter| counter.retries += 1),
            Event::Renewing { .. } | Event::Warning { .. } => {}
        }
    }

    fn route(&mut self, method: Method, template: &str, url: &str, bytes: usize, took: Duration) {
        if self.by_route {
            let route = Route { method: method.as_str(), host: host(url).to_owned(), template: template.to_owned() };
            of(&mut self.routes, route, |counter| {
                counter.requests += 1;
                counter.answered(false, bytes, took);
            });
        }
    }
}

impl Counter {
    fn answered(&mut self, error: bool, bytes: usize, took: Duration) {
        self.errors += u64::from(error);
        self.bytes += bytes as u64;
        self.times.push(milliseconds(took));
    }

    fn median(&self) -> u64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or(0)
    }

    /// What can be added up over runs, which a median cannot.
    fn latency(&self) -> Latency {
        let mut latency = Latency::default();
        self.times.iter().for_each(|time| latency.add(*time));
        latency
    }

    fn longest(&self) -> u64 {
        self.times.iter().copied().max().unwrap_or(0)
    }
}

/// Changes the counter of a key, made on first use. Few keys, and their order is the order of first use.
fn of<K: PartialEq>(counters: &mut Vec<(K, Counter)>, key: K, change: impl FnOnce(&mut Counter)) {
    if let Some((_, counter)) = counters.iter_mut().find(|(known, _)| *known == key) {
        return change(counter);
    }
    let mut counter = Counter::default();
    change(&mut counter);
    counters.push((key, counter));
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}
