//! Drive as a client meets it, row by row of what is known about it.

mod lists;
mod logins;
mod refusals;
mod writes;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::cast::Cast;
use super::super::token::{Token, TokenKind};
use super::super::{Data, answer, seed};
use super::data::Grantee;
use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::{About, Backend, Flavour};

const URL: &str = "http://127.0.0.1:15013";
const DRIVE: &str = "https://www.googleapis.com/auth/drive";

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
        answer(&mut self.data, Backend::GDrive, &About { now: self.now, flavour: &flavour, url: URL }, call)
    }

    fn token(&self, who: &str, scope: &str) -> String {
        Token::new(TokenKind::Google, who, &[scope], self.now, None).text()
    }

    fn with(&mut self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let mut call = Call::new(method, &format!("/drive/v3/{path}"));
        if !token.is_empty() {
            call = call.with_header("Authorization", &format!("Bearer {token}"));
        }
        if let Some(body) = body {
            call = call.with_header("Content-Type", "application/json").with_body(body.to_string());
        }
        self.call(&call)
    }

    /// As somebody of `example.com` with all of Drive.
    fn by(&mut self, who: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let token = self.token(&format!("{who}@example.com"), DRIVE);
        self.with(&token, method, path, body)
    }

    fn get(&mut self, path: &str) -> Value {
        let reply = self.by("ada", "GET", path, None);
        assert_eq!(reply.status, 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
        reply.value()
    }

    /// Shares `F1` without a mail, unless the query says otherwise.
    fn share(&mut self, body: &Value, query: &str) -> Reply {
        self.by("ada", "POST", &format!("files/F1/permissions?{query}"), Some(body))
    }

    fn mails(&self) -> Vec<&str> {
        self.data.gdrive.desk.mails.iter().map(|mail| mail.to.as_str()).collect()
    }
}

fn user(email: &str, role: &str) -> Value {
    json!({"type": "user", "role": role, "emailAddress": email})
}

/// Of the entry that somebody has.
fn id(email: &str) -> String {
    Grantee::User(email.to_owned()).id()
}

/// Status and reason.
fn reason(reply: &Reply) -> (u16, String) {
    let body = reply.value();
    assert!(reply.status < 400 || body["error"]["code"] == reply.status, "{body}");
    (reply.status, body["error"]["errors"][0]["reason"].as_str().unwrap_or_default().to_owned())
}

fn no(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}
