//! An orchestrator on a bench, with a clock that stands still until it is moved.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::call::{Call, Reply};
use super::super::world::{About, Backend, Flavour};
use super::seed::GROUP;
use super::token::{ISSUER, SCOPES, mint};
use super::{Data, answer, seed};

pub(super) const URL: &str = "http://127.0.0.1:15005";

pub(super) struct Bench {
    pub(super) data: Data,
    pub(super) backend: Backend,
    pub(super) flavour: Flavour,
    pub(super) now: Timestamp,
}

impl Bench {
    pub(super) fn new(backend: Backend) -> Self {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let flavour = Flavour { paas_speed: Duration::from_secs(10), ..Flavour::default() };
        Self { data: Data::default(), backend, flavour, now }
    }

    pub(super) fn seeded(backend: Backend) -> Self {
        let mut bench = Self::new(backend);
        seed(&mut bench.data, bench.now);
        bench
    }

    pub(super) fn strict(mut self) -> Self {
        self.flavour.strict = true;
        self
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    pub(super) fn switch(&mut self, switch: &str) {
        self.data.switches.set(switch).unwrap();
    }

    pub(super) fn token_of(&self, user: &str, groups: &[&str], admin: bool) -> String {
        mint(self.now, user, groups, &SCOPES, Duration::from_hours(1), admin)
    }

    pub(super) fn call(&mut self, call: &Call) -> Reply {
        let about = About { now: self.now, flavour: &self.flavour, url: URL };
        answer(&mut self.data, self.backend, &about, &|issuer| issuer == ISSUER, call)
    }

    /// With a JSON body, if any.
    pub(super) fn ask(&mut self, method: &str, target: &str, token: Option<&str>, body: Option<&Value>) -> Reply {
        let mut call = Call::new(method, target);
        if let Some(token) = token {
            call = call.with_header("Authorization", &format!("Bearer {token}"));
        }
        if let Some(body) = body {
            call = call.with_header("Content-Type", "application/json").with_body(body.to_string());
        }
        self.call(&call)
    }

    /// As one of the people of the small city.
    pub(super) fn by(&mut self, user: &str, method: &str, target: &str, body: Option<&Value>) -> Reply {
        let token = self.token_of(user, &[GROUP], false);
        self.ask(method, target, Some(&token), body)
    }

    pub(super) fn get(&mut self, user: &str, target: &str) -> Value {
        let reply = self.by(user, "GET", target, None);
        assert_eq!(reply.status, 200, "{target}: {}", String::from_utf8_lossy(&reply.body));
        reply.value()
    }

    pub(super) fn v1_template(&mut self, name: &str) -> String {
        let list = self.get("alice", &format!("/api/v1/templates/?name={name}"));
        list["data"][0]["id"].as_str().unwrap().to_owned()
    }
}
