//! A small server for the tests of the areas.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::sandbox::world::Flavour;

pub(super) const PASSWORD: &str = "zaragoza-2026";

pub(super) struct Server {
    pub(super) data: Data,
    pub(super) flavour: Flavour,
    pub(super) now: Timestamp,
}

impl Server {
    pub(super) fn stock() -> Self {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        Self { data: bootstrap(now, PASSWORD), flavour: Flavour::default(), now }
    }

    pub(super) fn platform() -> Self {
        let mut server = Self::stock();
        platform(&mut server.data);
        server.flavour.platform = true;
        server
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    pub(super) fn call(&mut self, call: &Call) -> Reply {
        self.now += Duration::from_millis(1);
        let about = About { now: self.now, flavour: &self.flavour, url: "http://here" };
        answer(&mut self.data, &about, call)
    }

    pub(super) fn ask(&mut self, token: &str, method: &str, target: &str, body: &Value) -> Reply {
        let call = Call::new(method, target).with_header("X-Auth-Token", token);
        let call = if body.is_null() { call } else { call.with_body(body.to_string()) };
        self.call(&call)
    }

    pub(super) fn get(&mut self, token: &str, target: &str) -> Reply {
        self.ask(token, "GET", target, &Value::Null)
    }

    /// The id of what was made.
    pub(super) fn make(&mut self, token: &str, kind: &str, fields: &Value) -> String {
        let reply = self.ask(token, "POST", &format!("/v3/{kind}s"), &json!({kind: fields}));
        assert_eq!(reply.status, 201, "{}", reply.value());
        reply.value()[kind]["id"].as_str().unwrap().to_owned()
    }

    pub(super) fn log_in(&mut self, user: &str, domain: &str, scope: &Value) -> Reply {
        let user = json!({"name": user, "password": PASSWORD, "domain": {"name": domain}});
        self.authenticate(&json!({"methods": ["password"], "password": {"user": user}}), scope)
    }

    pub(super) fn rescope(&mut self, token: &str, scope: &Value) -> Reply {
        self.authenticate(&json!({"methods": ["token"], "token": {"id": token}}), scope)
    }

    fn authenticate(&mut self, identity: &Value, scope: &Value) -> Reply {
        let mut auth = json!({"identity": identity});
        if !scope.is_null() {
            auth["scope"] = scope.clone();
        }
        self.call(&Call::new("POST", "/v3/auth/tokens").with_body(json!({"auth": auth}).to_string()))
    }

    pub(super) fn token(&mut self, user: &str, domain: &str, scope: &Value) -> String {
        let reply = self.log_in(user, domain, scope);
        assert_eq!(reply.status, 201, "{}", reply.value());
        reply.header("x-subject-token").unwrap().to_owned()
    }

    /// A token of `admin` for its project.
    pub(super) fn admin(&mut self) -> String {
        self.token("admin", "Default", &json!({"project": {"name": "admin", "domain": {"id": "default"}}}))
    }

    pub(super) fn grant(&mut self, user_id: &str, role: &str, target: Target) {
        let role_id = self.data.global_role(role).unwrap().to_owned();
        let actor = Actor::User(user_id.to_owned());
        self.data.grants.insert(Grant { target, actor, role_id, inherited: false });
    }
}
