//! A Keystone of one's own, and an administrator's view of it that owes nothing to the product. Which one it is the test
//! binary says: the real server, or one of the two that are emulated.

mod admin;
mod emulated;
mod real;

use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

pub use admin::{ADMIN_PASSWORD, Administrator, login};

use super::raw::Connection;

/// What the tests of a binary run against; `SERVER` in its main.rs is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Keystone itself, which `tests/run` prepares.
    Real,
    /// Stock Keystone, emulated.
    Emulated,
    /// The platform's, emulated.
    Platform,
}

impl Kind {
    /// Whether it has the platform's rules: a domain of administrators instead of the system, and no weak passwords.
    pub fn is_platform(self) -> bool {
        self == Self::Platform
    }

    /// The scope at which its administrator works.
    pub fn admin_scope(self) -> &'static str {
        if self.is_platform() { "domain" } else { "system" }
    }

    /// Whether a test may take a thousand requests where a real server would need minutes for them.
    pub fn is_fast(self) -> bool {
        self != Self::Real
    }
}

/// A running server with pristine data; it stops when it is dropped.
#[derive(Debug)]
pub struct Keystone {
    server: Server,
    url: String,
    token: Mutex<Option<String>>,
}

#[derive(Debug)]
enum Server {
    Real(real::Process),
    Emulated(emulated::Emulated),
}

impl Keystone {
    /// Starts one. The data is of this server alone.
    pub fn start() -> Self {
        let (server, url) = match crate::SERVER {
            Kind::Real => {
                let (process, url) = real::Process::start();
                (Server::Real(process), url)
            }
            kind => {
                let emulated = emulated::Emulated::start(kind.is_platform());
                let url = emulated.url();
                (Server::Emulated(emulated), url)
            }
        };
        Self { server, url, token: Mutex::default() }
    }

    /// One for all tests of this binary that do not mind each other's objects. It ends with the process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Keystone> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// `http://127.0.0.1:PORT`, without `/v3`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A role that comes with the server and says nothing about administration. The platform has none of the three that
    /// stock Keystone brings for people.
    pub fn role_of_its_own() -> &'static str {
        if crate::SERVER.is_platform() { "service" } else { "reader" }
    }

    /// One request as the cloud's administrator: status and body.
    pub fn api(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let token = token.get_or_insert_with(|| {
            let answer = login(&self.url);
            answer.header("x-subject-token").unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
        });
        let headers = [("X-Auth-Token", token.as_str()), ("Connection", "close")];
        let answer = Connection::open(&self.url).and_then(|mut server| server.send(method, path, &headers, body));
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        (answer.status, answer.json())
    }

    /// The user's password expired: time gone by, which no request can bring about.
    pub fn expire_password(&self, user_id: &str) {
        match &self.server {
            Server::Real(process) => process.expire_password(user_id),
            Server::Emulated(emulated) => emulated.expire_password(user_id),
        }
    }

    /// So many users without passwords, called by this prefix and the numbers from 1, as somebody else made them.
    pub fn many_users(&self, domain_id: &str, prefix: &str, count: usize) {
        match &self.server {
            Server::Real(process) => process.many_users(domain_id, prefix, count),
            Server::Emulated(_) => {
                for number in 1..=count {
                    let user = json!({"user": {"name": format!("{prefix}{number}"), "domain_id": domain_id}});
                    let (status, body) = self.api("POST", "/v3/users", Some(&user));
                    assert_eq!(status, 201, "{body}");
                }
            }
        }
    }

    /// Changes the real server's database behind its back, for what takes a server too long to be asked for.
    pub fn sql(&self, statement: &str, values: &[&str]) {
        match &self.server {
            Server::Real(process) => process.sql(statement, values),
            Server::Emulated(_) => panic!("the emulated server has no database"),
        }
    }

    /// All of a collection: `list("users")` gives what `/v3/users` holds, over all its pages.
    pub fn list(&self, collection: &str) -> Vec<Value> {
        let mut path = format!("/v3/{collection}");
        let mut all = Vec::new();
        loop {
            let (status, body) = self.api("GET", &path, None);
            assert_eq!(status, 200, "GET {path}: {body}");
            // The key is the last word of the path: `/v3/groups/ID/users` answers with `users`.
            let key = collection.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            all.extend(body[key].as_array().unwrap_or_else(|| panic!("{path}: {body}")).iter().cloned());
            match body["links"]["next"].as_str() {
                Some(next) => next.trim_start_matches(&self.url).clone_into(&mut path),
                None => return all,
            }
        }
    }
}
