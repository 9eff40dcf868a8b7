//! GitHub as a client meets it, row by row of what is known about it.

mod devices;
mod headers;
mod invitations;
mod lists;
mod logins;
mod memberships;
mod refusals;
mod teams;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::cast::Cast;
use super::super::http::Fields;
use super::super::token::{Token, TokenKind};
use super::super::{Data, answer, seed};
use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::{About, Backend, Flavour};

const URL: &str = "http://127.0.0.1:15010";
const DAY: u64 = 24 * 60 * 60;

struct Bench {
    data: Data,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        Self::of(Cast { is_full: true, crowd: 0 })
    }

    fn of(cast: Cast) -> Self {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let mut data = Data::default();
        seed(&mut data, cast, now);
        Self { data, now }
    }

    fn switch(&mut self, text: &str) -> &mut Self {
        self.data.switches.set(text).unwrap();
        self
    }

    fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    fn call(&mut self, call: &Call) -> Reply {
        let flavour = Flavour::default();
        answer(&mut self.data, Backend::GitHub, &About { now: self.now, flavour: &flavour, url: URL }, call)
    }

    fn token(&self, kind: TokenKind, who: &str, scopes: &[&str]) -> String {
        Token::new(kind, who, scopes, self.now, None).text()
    }

    /// With this token, and what a decent client sends.
    fn with(&mut self, token: &str, method: &str, target: &str, body: &str) -> Reply {
        let call = Call::new(method, target).with_header("User-Agent", "bench").with_body(body);
        let call = if token.is_empty() { call } else { call.with_header("Authorization", &format!("Bearer {token}")) };
        self.call(&call)
    }

    /// As a person with a token of the older kind that may do everything.
    fn by(&mut self, who: &str, method: &str, target: &str, body: &str) -> Reply {
        let token = self.token(TokenKind::GithubClassic, who, &["admin:org"]);
        self.with(&token, method, target, body)
    }

    /// As an owner.
    fn ask(&mut self, method: &str, target: &str) -> Reply {
        self.by("ada", method, target, "")
    }

    fn get(&mut self, target: &str) -> Value {
        let reply = self.ask("GET", target);
        assert_eq!(reply.status, 200, "{target}: {}", String::from_utf8_lossy(&reply.body));
        reply.value()
    }

    /// A form, with or without a wish for JSON.
    fn post(&mut self, path: &str, fields: &[(&str, &str)], accept: &str) -> Reply {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.call(&Call::new("POST", path).with_header("Accept", accept).with_body(form))
    }

    /// Addresses that a mail went to.
    fn mails(&self) -> Vec<&str> {
        self.data.github.desk.mails.iter().map(|mail| mail.to.as_str()).collect()
    }
}

/// Status and message.
fn message(reply: &Reply) -> (u16, String) {
    (reply.status, reply.value()["message"].as_str().unwrap_or_default().to_owned())
}

fn logins(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|row| row["login"].as_str().unwrap_or("-")).collect()
}

/// What a browser is sent back with.
fn came_back(reply: &Reply) -> (String, Fields) {
    let location = reply.header("Location").unwrap();
    let (address, _) = location.split_once('?').unwrap();
    (address.to_owned(), Fields::of(&Call::new("GET", location)))
}
