//! A Keystone that answers by a function, for the tests of whoever uses one.

use std::rc::Rc;

use serde_json::Value;

use crate::base::Secret;
use crate::base::clock::LocalFuture;
pub(crate) use crate::http::tests::run;
use crate::http::tests::server::{Server, json};
use crate::http::tests::{keystone, plain};
use crate::http::{Door, Error, SystemClock};

use super::auth::{Identity, Login, PasswordSource, Token, TokenStore};
use super::scope::Scope;
use super::{Entity, Keystone, Kind, Watch};

struct Nothing;

impl PasswordSource for Nothing {
    fn password(&self) -> LocalFuture<'_, Result<Secret, Error>> {
        Box::pin(async { Err(Error::Setup("there is no password".to_owned())) })
    }
}

impl TokenStore for Nothing {
    fn load(&self) -> Option<Token> {
        None
    }

    fn store(&self, _: &Token) {}

    fn forget(&self, _: Option<&Secret>) {}
}

/// A Keystone, and what was asked of it.
pub(crate) struct Scripted {
    pub(crate) keystone: Keystone,
    /// The way to the same server without a login.
    pub(crate) door: Door,
    server: Server,
}

impl Watch for Nothing {
    fn there(&self, _: Kind, _: &Entity) {}
    fn gone(&self, _: Kind, _: &str) {}
    fn missing(&self, _: Kind, _: Option<&str>, _: &str) {}
    fn all(&self, _: Kind, _: Option<&str>) {}
}

impl Scripted {
    /// Answers by this function of method and path, such as `GET /v3/users?name=ann`, and of how often that was asked before.
    pub(crate) fn new(answer: impl Fn(&str, usize) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let counts = std::sync::Mutex::new(std::collections::HashMap::new());
        let server = Server::new(move |_, seen| {
            let asked = format!("{} {}", seen.method, seen.target);
            let mut counts = counts.lock().unwrap();
            let count = counts.entry(asked.clone()).or_insert(0_usize);
            let (status, body) = answer(&asked, *count);
            *count += 1;
            let body = if (status, &body) == (404, &serde_json::json!({})) { not_found() } else { body };
            // A text is sent as it is: there are servers that speak XML.
            json(status, &body.as_str().map_or_else(|| body.to_string(), str::to_owned))
        });
        let (http, endpoint) = (Rc::new(plain().http), keystone(&server.url));
        let identity = Identity::Token(Secret::new("token-of-a-script"));
        let (password, store, clock) = (Box::new(Nothing), Box::new(Nothing), Rc::new(SystemClock::new()));
        let login = Login::new(http.clone(), endpoint.clone(), identity, Scope::System, password, store, clock);
        let door = Door::new(http.clone(), endpoint.clone(), None);
        Self { door, keystone: Keystone::new(http, endpoint, Rc::new(login), Rc::new(Nothing)), server }
    }

    /// What was asked, with what was sent along.
    pub(crate) fn asked(&self) -> Vec<String> {
        let line = |seen: &crate::http::tests::server::Seen| {
            format!("{} {} {}", seen.method, seen.target, seen.body).trim_end().to_owned()
        };
        self.server.seen().iter().map(line).collect()
    }

    /// What was sent with the request of this number, under this key.
    pub(crate) fn sent(&self, number: usize, key: &str) -> Value {
        serde_json::from_str::<Value>(&self.server.seen()[number].body).unwrap()[key].clone()
    }
}

/// How Keystone says that there is no such thing.
pub(crate) fn not_found() -> Value {
    serde_json::json!({"error": {"code": 404, "message": "Could not find domain: 1.", "title": "Not Found"}})
}

/// A way to a server that nobody goes.
pub(crate) fn door() -> Door {
    Door::new(Rc::new(plain().http), keystone("http://127.0.0.1:1"), None)
}
