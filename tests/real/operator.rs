//! What the tests of the nouns share: an operator at one scope, and what the server holds as an independent client sees it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::cli::{Output, Room};
use crate::support::keystone::Keystone;
use crate::support::raw::Connection;

/// Somebody who types commands and always logs in at the same scope.
#[derive(Debug)]
pub struct Operator {
    pub room: Room,
    /// The scope in one word, good for names.
    pub scope: &'static str,
    flags: &'static [&'static str],
}

impl Operator {
    /// The administrator with a system-scoped login.
    pub fn system(url: &str) -> Self {
        // The platform's administrators have one scope, their domain, and their room says so.
        let flags: &[&str] = if crate::SERVER.is_platform() { &[] } else { &["--scope", "system"] };
        Self { room: Room::admin(url), scope: "system", flags }
    }

    /// The administrator with a login for the project `admin`.
    pub fn project(url: &str) -> Self {
        let project: &[&str] = &["--scope", "project", "--admin-project", "admin"];
        let flags = if crate::SERVER.is_platform() { &[] } else { project };
        Self { room: Room::admin(url), scope: "project", flags }
    }

    /// The two scopes at which an operator works.
    pub fn both(url: &str) -> [Self; 2] {
        [Self::system(url), Self::project(url)]
    }

    /// Types these words.
    pub fn run(&self, words: &[&str]) -> Output {
        self.run_with_input(words, "")
    }

    pub fn run_with_input(&self, words: &[&str], input: &str) -> Output {
        let all: Vec<&str> = self.flags.iter().chain(words).copied().collect();
        self.room.run_with_input(&all, input)
    }

    /// Types a line whose words hold no spaces.
    pub fn types(&self, line: &str) -> Output {
        self.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Types a line that must end with 0; gives its standard output as JSON.
    #[track_caller]
    pub fn json(&self, line: &str) -> Value {
        self.types(&format!("{line} -o json")).success().json()
    }

    /// Types a line that must end with 0; gives the lines of `-o name`, sorted.
    #[track_caller]
    pub fn names(&self, line: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.types(&format!("{line} -o name")).success().stdout.lines().map(str::to_owned).collect();
        names.sort();
        names
    }
}

/// Makes an object by the independent client; gives its id.
#[track_caller]
pub fn made(keystone: &Keystone, kind: &str, members: &Value) -> String {
    let (status, body) = keystone.api("POST", &format!("/v3/{kind}s"), Some(&json!({ kind: members })));
    assert_eq!(status, 201, "{kind} {members}: {body}");
    body[kind]["id"].as_str().unwrap().to_owned()
}

/// Makes a bare service: a domain and nothing in it.
#[track_caller]
pub fn service(keystone: &Keystone, name: &str) -> String {
    made(keystone, "domain", &json!({ "name": name }))
}

/// The objects of a collection (`users`, `groups`, `projects`) in one domain.
pub fn within(keystone: &Keystone, collection: &str, domain: &str) -> Vec<Value> {
    keystone.list(&format!("{collection}?domain_id={domain}"))
}

/// Their names, sorted.
pub fn names_within(keystone: &Keystone, collection: &str, domain: &str) -> Vec<String> {
    let mut names: Vec<String> =
        within(keystone, collection, domain).iter().map(|object| object["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// The one object of that name in the domain.
#[track_caller]
pub fn one(keystone: &Keystone, collection: &str, domain: &str, name: &str) -> Value {
    let mut found = within(keystone, collection, domain);
    found.retain(|object| object["name"] == name);
    assert_eq!(found.len(), 1, "{collection} called {name}");
    found.remove(0)
}

/// The domain of that name, if there is one.
pub fn domain(keystone: &Keystone, name: &str) -> Option<Value> {
    keystone.list("domains").into_iter().find(|domain| domain["name"] == name)
}

/// The short names of a service's roles, sorted.
pub fn roles_of(keystone: &Keystone, domain: &str) -> Vec<String> {
    let prefix = format!("{domain}#");
    let all = keystone.list("roles");
    let short = all.iter().filter_map(|role| role["name"].as_str().unwrap().strip_prefix(&prefix));
    let mut names: Vec<String> = short.map(str::to_owned).collect();
    names.sort();
    names
}

/// Who has which role on the service or in it: `role to user ann on service`, `… on project /energy`, `… on all projects`.
///
/// Joined here: the server's own names take it ever longer, the more there is.
pub fn grants_of(keystone: &Keystone, domain: &str) -> BTreeSet<String> {
    let of_domain = ["users", "groups", "projects"].into_iter().flat_map(|kind| within(keystone, kind, domain));
    let named = of_domain.chain(keystone.list("roles"));
    let text = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let names: BTreeMap<String, String> =
        named.map(|object| (text(&object, "/id").unwrap(), text(&object, "/name").unwrap())).collect();
    let name = |id: String| names.get(&id).cloned().unwrap_or(id);
    let sentence = |row: &Value| {
        let role = name(text(row, "/role/id").unwrap());
        let role = role.rsplit('#').next().unwrap();
        let (kind, actor) = match text(row, "/user/id") {
            Some(id) => ("user", name(id)),
            None => ("group", name(text(row, "/group/id").unwrap())),
        };
        let place = match text(row, "/scope/project/id") {
            Some(id) => format!("project {}", name(id)),
            None if text(row, "/scope/OS-INHERIT:inherited_to").is_some() => "all projects".to_owned(),
            None => "service".to_owned(),
        };
        format!("{role} to {kind} {actor} on {place}")
    };
    let scopes = [format!("scope.domain.id={domain}"), format!("scope.project.id={domain}&include_subtree=true")];
    let rows = scopes.iter().flat_map(|scope| keystone.list(&format!("role_assignments?{scope}")));
    rows.map(|row| sentence(&row)).collect()
}

/// Everything in and about one service, for comparing before and after.
pub fn state_of(keystone: &Keystone, domain: &str) -> Value {
    let sorted = |collection: &str| {
        let mut objects = within(keystone, collection, domain);
        objects.sort_by_key(|object| object["id"].as_str().map(str::to_owned));
        objects
    };
    let (_, itself) = keystone.api("GET", &format!("/v3/domains/{domain}"), None);
    json!({
        "domain": itself["domain"], "users": sorted("users"), "groups": sorted("groups"), "projects": sorted("projects"),
        "roles": roles_of(keystone, domain), "grants": grants_of(keystone, domain),
    })
}

/// What the server answers to a login without scope: 201 or 401.
pub fn login_status(keystone: &Keystone, domain: &str, user: &str, password: &str) -> u16 {
    let user = json!({"name": user, "domain": {"id": domain}, "password": password});
    let body =
        json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": "unscoped"}});
    let mut server = Connection::open(keystone.url()).unwrap();
    server.send("POST", "/v3/auth/tokens", &[("Connection", "close")], Some(&body)).unwrap().status
}
