//! A small city to ask about in tests: domain `d` with projects `/p`, below it `/p/c`, and `/q`; users `u`, `v`, `w`;
//! group `g` with `u` and `v` in it; an administrator with tokens of every scope. Another domain `e`.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::{About, Flavour};

use super::data::{Actor, Data, Domain, Extra, Grant, Group, Project, Role, Scope, Target, Token, User};
use super::{Outcome, error::Refusal};

pub(super) const URL: &str = "http://127.0.0.1:5";

/// Seven in the evening of a November day.
pub(super) fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(498_000)
}

pub(super) fn city() -> Data {
    let mut data = Data::default();
    for (id, name) in [("default", "Default"), ("d", "smartcity"), ("e", "othercity"), ("a", "admin_domain")] {
        let domain = Domain { name: name.into(), description: Some(String::new()), enabled: true, extra: Extra::new() };
        data.domains.insert(id.into(), domain);
    }
    for (id, domain, parent, name) in [
        ("p", "d", "d", "/p"),
        ("c", "d", "p", "/p/c"),
        ("q", "d", "d", "/q"),
        ("o", "e", "e", "/o"),
        ("x", "default", "default", "admin"),
    ] {
        data.projects.insert(id.into(), project(domain, parent, name));
    }
    for (id, domain, name) in
        [("u", "d", "ulla"), ("v", "d", "vera"), ("w", "d", "wim"), ("ou", "e", "olga"), ("adm", "default", "admin")]
    {
        data.users.insert(id.into(), user(domain, name));
    }
    for (id, domain, name) in [("g", "d", "gardeners"), ("og", "e", "others")] {
        data.groups.insert(id.into(), group(domain, name));
    }
    for id in ["u", "v"] {
        data.groups.entry("g".into()).and_modify(|group| {
            group.members.insert(id.into());
        });
    }
    for name in ["admin", "manager", "member", "reader", "service"] {
        data.roles.insert(format!("r-{name}"), role(name, None));
    }
    data.roles.insert("r-own".into(), role("d#Own", None));
    data.roles.insert("r-domain".into(), role("local", Some("d")));
    grant(&mut data, Target::Project("x".into()), user_actor("adm"), "r-admin");
    grant(&mut data, Target::Domain("d".into()), user_actor("adm"), "r-admin");
    grant(&mut data, Target::Domain("a".into()), user_actor("adm"), "r-admin");
    grant(&mut data, Target::System, user_actor("adm"), "r-admin");
    for (id, scope) in [
        ("project-admin", Scope::On(Target::Project("x".into()))),
        ("domain-admin", Scope::On(Target::Domain("d".into()))),
        ("cloud-admin", Scope::On(Target::Domain("a".into()))),
        ("system-admin", Scope::On(Target::System)),
        ("unscoped-admin", Scope::Unscoped),
    ] {
        token(&mut data, id, "adm", scope);
    }
    data
}

pub(super) fn user_actor(id: &str) -> Actor {
    Actor::User(id.into())
}

pub(super) fn grant(data: &mut Data, target: Target, actor: Actor, role: &str) {
    data.grants.insert(Grant { target, actor, role_id: role.into(), inherited: false });
}

pub(super) fn inherit(data: &mut Data, target: Target, actor: Actor, role: &str) {
    data.grants.insert(Grant { target, actor, role_id: role.into(), inherited: true });
}

/// A token of this id, issued a minute ago and good for an hour.
pub(super) fn token(data: &mut Data, id: &str, user: &str, scope: Scope) {
    let token = Token {
        user_id: user.into(),
        scope,
        methods: vec!["password".into()],
        audit_ids: vec![],
        issued_at: now() - SignedDuration::from_secs(60),
        expires_at: now() + SignedDuration::from_hours(1),
        trust_id: None,
    };
    data.tokens.insert(id.into(), token);
}

pub(super) fn project(domain: &str, parent: &str, name: &str) -> Project {
    Project {
        domain_id: domain.into(),
        parent_id: parent.into(),
        name: name.into(),
        description: Some(String::new()),
        enabled: true,
        extra: Extra::new(),
    }
}

pub(super) fn user(domain: &str, name: &str) -> User {
    User {
        domain_id: domain.into(),
        name: name.into(),
        enabled: true,
        password: Some("zaragoza-2026".into()),
        password_expires_at: None,
        default_project_id: None,
        tokens_valid_from: None,
        extra: Extra::new(),
    }
}

pub(super) fn group(domain: &str, name: &str) -> Group {
    Group {
        domain_id: domain.into(),
        name: name.into(),
        description: Some(String::new()),
        members: std::collections::BTreeSet::new(),
        extra: Extra::new(),
    }
}

fn role(name: &str, domain: Option<&str>) -> Role {
    Role {
        name: name.into(),
        domain_id: domain.map(Into::into),
        description: None,
        immutable: false,
        extra: Extra::new(),
    }
}

/// One of the areas, asked with a token.
pub(super) struct Client<'data> {
    pub(super) data: &'data mut Data,
    pub(super) area: super::Area,
    pub(super) token: &'static str,
    pub(super) platform: bool,
    pub(super) now: Timestamp,
}

impl<'data> Client<'data> {
    /// The administrator of a stock server.
    pub(super) fn new(data: &'data mut Data, area: super::Area) -> Self {
        Self { data, area, token: "project-admin", platform: false, now: now() }
    }

    pub(super) fn outcome(&mut self, line: &str, body: Option<Value>) -> Outcome {
        let (method, target) = line.split_once(' ').unwrap_or(("GET", line));
        let mut call = Call::new(method, target).with_header("X-Auth-Token", self.token);
        if let Some(body) = body {
            call = call.with_body(body.to_string());
        }
        let flavour = Flavour { platform: self.platform, ..Flavour::default() };
        let about = About { now: self.now, flavour: &flavour, url: URL };
        (self.area)(self.data, &about, &call)
    }

    /// The answer to such as `GET /v3/groups`.
    pub(super) fn ask(&mut self, line: &str, body: Option<Value>) -> Reply {
        let outcome = self.outcome(line, body);
        let known = outcome.unwrap_or_else(|| Err(Refusal::new(599, format!("no such path: {line}"))));
        known.unwrap_or_else(|refusal| refusal.reply())
    }

    /// Status and, for an error, its message.
    pub(super) fn said(&mut self, line: &str, body: Option<Value>) -> (u16, String) {
        let reply = self.ask(line, body);
        let message = reply.value().pointer("/error/message").and_then(Value::as_str).unwrap_or_default().to_owned();
        (reply.status, message)
    }
}
