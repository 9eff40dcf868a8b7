//! Slack as a client meets it, row by row of what is known about it.

mod admin;
mod channels;
mod logins;
mod people;
mod scim;
mod tokens;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use url::form_urlencoded;

use super::super::cast::Cast;
use super::super::token::{Token, TokenKind};
use super::super::{Data, answer, seed};
use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::{About, Backend, Flavour};

const READ: [&str; 3] = ["users:read", "users:read.email", "team:read"];
const ADMIN: [&str; 5] =
    ["admin", "admin.users:read", "admin.users:write", "admin.invites:read", "admin.invites:write"];

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
        let about = About { now: self.now, flavour: &flavour, url: "http://127.0.0.1:15012" };
        answer(&mut self.data, Backend::Slack, &about, call)
    }

    fn bot(&self, scopes: &[&str]) -> String {
        Token::new(TokenKind::SlackBot, "ada", scopes, self.now, None).text()
    }

    fn user(&self, who: &str, scopes: &[&str]) -> String {
        Token::new(TokenKind::SlackUser, who, scopes, self.now, None).text()
    }

    /// A form, as the Web API wants it.
    fn with(&mut self, token: &str, method: &str, fields: &[(&str, &str)]) -> Reply {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let call = Call::new("POST", &format!("/api/{method}")).with_body(form);
        self.call(&call.with_header("Authorization", &format!("Bearer {token}")))
    }

    /// As a bot that may read people.
    fn read(&mut self, method: &str, fields: &[(&str, &str)]) -> Value {
        let token = self.bot(&READ);
        let reply = self.with(&token, method, fields);
        assert_eq!(reply.status, 200, "{method}");
        reply.value()
    }

    /// As the primary owner with every right of an administrator.
    fn admin(&mut self, method: &str, fields: &[(&str, &str)]) -> Value {
        let token = self.user("ada", &ADMIN);
        let reply = self.with(&token, method, fields);
        assert_eq!(reply.status, 200, "{method}");
        reply.value()
    }

    fn mails(&self) -> Vec<&str> {
        self.data.slack.desk.mails.iter().map(|mail| mail.to.as_str()).collect()
    }
}

/// `ok`, or the code of the error.
fn code(body: &Value) -> &str {
    match body["ok"].as_bool() {
        Some(true) => "ok",
        _ => body["error"].as_str().unwrap(),
    }
}
