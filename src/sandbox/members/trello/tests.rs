//! Trello as a client meets it, row by row of what is known about it.

mod limits;
mod logins;
mod members;
mod refusals;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::cast::Cast;
use super::super::token::{Token, TokenKind};
use super::super::{Data, TRELLO_KEY, answer, seed};
use super::data::id;
use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::{About, Backend, Flavour};

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
        let about = About { now: self.now, flavour: &flavour, url: "http://127.0.0.1:15011" };
        answer(&mut self.data, Backend::Trello, &about, call)
    }

    fn token(&self, who: &str, scopes: &[&str]) -> String {
        Token::new(TokenKind::Trello, who, scopes, self.now, None).text()
    }

    fn with(&mut self, authorization: &str, method: &str, target: &str) -> Reply {
        self.call(&Call::new(method, &format!("/1/{target}")).with_header("Authorization", authorization))
    }

    /// As a person with a token for everything.
    fn by(&mut self, who: &str, method: &str, target: &str) -> Reply {
        let token = self.token(who, &["read", "write"]);
        self.with(&header(TRELLO_KEY, &token), method, target)
    }

    fn ask(&mut self, method: &str, target: &str) -> Reply {
        self.by("ada", method, target)
    }

    fn get(&mut self, target: &str) -> Value {
        let reply = self.ask("GET", target);
        assert_eq!(reply.status, 200, "{target}: {}", words(&reply).1);
        reply.value()
    }

    fn mails(&self) -> Vec<&str> {
        self.data.trello.desk.mails.iter().map(|mail| mail.to.as_str()).collect()
    }
}

fn header(key: &str, token: &str) -> String {
    format!("OAuth oauth_consumer_key=\"{key}\", oauth_token=\"{token}\"")
}

/// Status and text.
fn words(reply: &Reply) -> (u16, String) {
    (reply.status, String::from_utf8(reply.body.clone()).unwrap())
}

fn text(status: u16, words: &str) -> (u16, String) {
    (status, words.to_owned())
}

fn usernames(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap()).collect()
}
