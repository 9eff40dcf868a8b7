//! What the cases are about: a service with one of everything, the same in a disabled domain, and throw-away objects for
//! the cases that change something.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use serde_json::{Value, json};

use super::Server;
use super::client::{Client, Request};
use super::template::Kind;

pub const GARBAGE: &str = "garbage";
/// Of every user of the suite.
pub const PASSWORD: &str = "contract-Pw-1";
/// Projects cannot be made in a domain that is disabled already; the cases that change one take these.
const SPARE_PROJECTS: usize = 4;

/// Whose token a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    SystemAdmin,
    ProjectAdmin,
    DomainAdmin,
    /// With a role of the service on its project.
    User,
    Unscoped,
    Nobody,
    Garbage,
    Revoked,
    /// Of a domain that was disabled since.
    Dark,
}

pub const CALLERS: [(Who, &str); 9] = [
    (Who::SystemAdmin, "as system admin"),
    (Who::ProjectAdmin, "as project admin"),
    (Who::DomainAdmin, "as domain admin"),
    (Who::User, "as plain user"),
    (Who::Unscoped, "as plain user, unscoped"),
    (Who::Nobody, "without token"),
    (Who::Garbage, "with a garbage token"),
    (Who::Revoked, "with a revoked token"),
    (Who::Dark, "with a token of a disabled domain"),
];

pub type Ids = BTreeMap<Kind, String>;

pub struct World {
    url: String,
    admin_password: String,
    /// An enabled service, and the disabled one.
    pub main: Ids,
    pub dark: Ids,
    /// The user who has roles by inheritance only, the disabled user and the disabled project.
    pub heir: String,
    pub disabled_user: String,
    pub disabled_project: String,
    /// The second user of the service, to whom the trust is given.
    pub trustee: String,
    tokens: BTreeMap<Who, String>,
    pub spare_projects: Mutex<Vec<String>>,
    /// A service that was deleted.
    pub gone: OnceLock<Ids>,
    next: AtomicUsize,
}

impl World {
    pub fn create(server: &Server) -> Self {
        let mut client = Client::new(&server.url);
        let mut world = Self {
            url: server.url.clone(),
            admin_password: server.admin_password.clone(),
            main: Ids::new(),
            dark: Ids::new(),
            heir: String::new(),
            disabled_user: String::new(),
            disabled_project: String::new(),
            trustee: String::new(),
            tokens: BTreeMap::new(),
            spare_projects: Mutex::default(),
            gone: OnceLock::new(),
            next: AtomicUsize::new(0),
        };
        let client = &mut client;
        let admin = json!({"name": "admin", "domain": {"id": "default"}, "password": world.admin_password});
        let project = json!({"project": {"name": "admin", "domain": {"id": "default"}}});
        world.log_in(client, Who::SystemAdmin, &admin, Some(&json!({"system": {"all": true}})));
        world.log_in(client, Who::ProjectAdmin, &admin, Some(&project));
        world.main = world.service(client, "contract");
        world.dark = world.service(client, "contract_dark");
        world.people(client);
        for _ in 0..SPARE_PROJECTS {
            let id = world.project(client, &world.dark[&Kind::Domain]);
            world.spare_projects.lock().unwrap().push(id);
        }
        let eve = json!({"id": world.dark[&Kind::User], "password": PASSWORD});
        world.log_in(client, Who::Dark, &eve, Some(&json!({"project": {"id": world.dark[&Kind::Project]}})));
        let off = json!({"domain": {"enabled": false}});
        world.admin(client, "PATCH", &format!("/v3/domains/{}", world.dark[&Kind::Domain]), Some(&off));
        world
    }

    /// A service as the product makes them, with grants of every kind.
    fn service(&self, client: &mut Client, name: &str) -> Ids {
        let domain = json!({"name": name, "description": "a service", "orchest_run": "0123456789abcdef"});
        let domain = self.make(client, "domain", &domain);
        let project = json!({"name": "/energy", "domain_id": domain, "description": "a subservice"});
        let project = self.make(client, "project", &project);
        let user = json!({"name": "alice", "domain_id": domain, "password": PASSWORD, "email": "a@city.example",
            "description": "a user", "orchest_run": "0123456789abcdef"});
        let user = self.make(client, "user", &user);
        let group =
            self.make(client, "group", &json!({"name": "staff", "domain_id": domain, "description": "a group"}));
        let role = self.make(client, "role", &json!({"name": format!("{domain}#operator")}));
        self.admin(client, "PUT", &format!("/v3/groups/{group}/users/{user}"), None);
        for actor in [format!("users/{user}"), format!("groups/{group}")] {
            self.admin(client, "PUT", &format!("/v3/domains/{domain}/{actor}/roles/{role}"), None);
            self.admin(client, "PUT", &format!("/v3/projects/{project}/{actor}/roles/{role}"), None);
            let inherited = format!("/v3/OS-INHERIT/domains/{domain}/{actor}/roles/{role}/inherited_to_projects");
            self.admin(client, "PUT", &inherited, None);
        }
        let kinds = [Kind::Domain, Kind::Project, Kind::User, Kind::Group, Kind::Role];
        let mut ids: Ids = kinds.into_iter().zip([domain, project, user, group, role]).collect();
        let trust = self.trust(client, &ids);
        ids.insert(Kind::Trust, trust);
        ids
    }

    /// The other users of the service, and the tokens of its people.
    fn people(&mut self, client: &mut Client) {
        let domain = self.main[&Kind::Domain].clone();
        let user = |name: &str| json!({"name": name, "domain_id": domain, "password": PASSWORD});
        let (role, project) = (self.main[&Kind::Role].clone(), self.main[&Kind::Project].clone());

        let chief = self.make(client, "user", &user("chief"));
        let admin_role = self.admin(client, "GET", "/v3/roles?name=admin", None)["roles"][0]["id"].clone();
        let admin_role = admin_role.as_str().unwrap();
        self.admin(client, "PUT", &format!("/v3/domains/{domain}/users/{chief}/roles/{admin_role}"), None);
        let on_domain = json!({"domain": {"id": domain}});
        self.log_in(client, Who::DomainAdmin, &json!({"id": chief, "password": PASSWORD}), Some(&on_domain));

        self.heir = self.make(client, "user", &user("heir"));
        let path = format!("/v3/OS-INHERIT/domains/{domain}/users/{}/roles/{role}/inherited_to_projects", self.heir);
        self.admin(client, "PUT", &path, None);
        self.trustee = self.make(client, "user", &user("bob"));
        self.disabled_user = self.make(client, "user", &user("dan"));
        self.disabled_project = self.make(client, "project", &json!({"name": "/closed", "domain_id": domain}));
        for (project, user) in [
            (&project, &self.disabled_user),
            (&self.disabled_project, &self.main[&Kind::User]),
            (&project, &self.trustee),
        ] {
            self.admin(client, "PUT", &format!("/v3/projects/{project}/users/{user}/roles/{role}"), None);
        }
        let path = format!("/v3/users/{}", self.disabled_user);
        self.admin(client, "PATCH", &path, Some(&json!({"user": {"enabled": false}})));
        let path = format!("/v3/projects/{}", self.disabled_project);
        self.admin(client, "PATCH", &path, Some(&json!({"project": {"enabled": false}})));

        let alice = json!({"id": self.main[&Kind::User], "password": PASSWORD});
        self.log_in(client, Who::User, &alice, Some(&json!({"project": {"id": project}})));
        self.log_in(client, Who::Unscoped, &alice, None);
        self.log_in(client, Who::Revoked, &alice, None);
        let revoked = self.token(Who::Revoked);
        client.must(&Request::new("DELETE", "/v3/auth/tokens").token(revoked).subject(revoked));
    }

    fn log_in(&mut self, client: &mut Client, who: Who, user: &Value, scope: Option<&Value>) {
        let token = log_in(client, user, scope);
        self.tokens.insert(who, token);
    }

    pub fn admin_password(&self) -> &str {
        &self.admin_password
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn token(&self, who: Who) -> Option<&str> {
        match who {
            Who::Nobody => None,
            Who::Garbage => Some(GARBAGE),
            who => Some(self.tokens[&who].as_str()),
        }
    }

    /// A number that no other object carries.
    pub fn unique(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// The id of nothing, each time another: Keystone takes some for good, and keeps them.
    pub fn unknown(&self) -> String {
        format!("{:027x}00bad", self.unique())
    }

    /// The name by which the world's object of this kind is found.
    pub fn name(&self, kind: Kind, dark: bool) -> String {
        let ids = if dark { &self.dark } else { &self.main };
        match kind {
            Kind::Domain if dark => "contract_dark".to_owned(),
            Kind::Domain => "contract".to_owned(),
            Kind::Project => "/energy".to_owned(),
            Kind::User => "alice".to_owned(),
            Kind::Group => "staff".to_owned(),
            Kind::Role => format!("{}#operator", ids[&Kind::Domain]),
            Kind::Trust => panic!("a trust has no name"),
        }
    }

    /// A request of the administrator that has to succeed.
    pub fn admin(&self, client: &mut Client, method: &str, path: &str, body: Option<&Value>) -> Value {
        let request = Request::new(method, path).token(self.token(Who::SystemAdmin));
        client.must(&body.map_or_else(|| request.clone(), |body| request.clone().json(body)))
    }

    /// Makes an object and gives its id.
    pub fn make(&self, client: &mut Client, kind: &str, members: &Value) -> String {
        let made = self.admin(client, "POST", &format!("/v3/{kind}s"), Some(&json!({ kind: members })));
        made[kind]["id"].as_str().unwrap_or_else(|| panic!("no id in {made}")).to_owned()
    }

    pub fn domain(&self, client: &mut Client, enabled: bool) -> String {
        let name = format!("throw-away-{}", self.unique());
        self.make(client, "domain", &json!({"name": name, "enabled": enabled}))
    }

    pub fn project(&self, client: &mut Client, domain: &str) -> String {
        let name = format!("/throw-away-{}", self.unique());
        self.make(client, "project", &json!({"name": name, "domain_id": domain}))
    }

    pub fn user(&self, client: &mut Client, domain: &str) -> String {
        let name = format!("throw-away-{}", self.unique());
        self.make(client, "user", &json!({"name": name, "domain_id": domain, "password": PASSWORD}))
    }

    pub fn group(&self, client: &mut Client, domain: &str) -> String {
        let name = format!("throw-away-{}", self.unique());
        self.make(client, "group", &json!({"name": name, "domain_id": domain}))
    }

    pub fn role(&self, client: &mut Client, domain: &str) -> String {
        let name = format!("{domain}#throw-away-{}", self.unique());
        self.make(client, "role", &json!({ "name": name }))
    }

    /// A trust of the service's user. In the disabled domain nobody can log in to give one.
    pub fn trust(&self, client: &mut Client, ids: &Ids) -> String {
        let scope = json!({"project": {"id": ids[&Kind::Project]}});
        let token = log_in(client, &json!({"id": ids[&Kind::User], "password": PASSWORD}), Some(&scope));
        let chief = self.admin(client, "GET", "/v3/users?name=admin&domain_id=default", None);
        let trust = json!({"trust": {"trustor_user_id": ids[&Kind::User], "trustee_user_id": chief["users"][0]["id"],
            "project_id": ids[&Kind::Project], "impersonation": false, "roles": [{"id": ids[&Kind::Role]}]}});
        let made = client.must(&Request::new("POST", "/v3/OS-TRUST/trusts").token(Some(&token)).json(&trust));
        made["trust"]["id"].as_str().unwrap().to_owned()
    }
}

/// The path with these ids.
pub fn fill(path: &str, ids: &Ids) -> String {
    ids.iter().fold(path.to_owned(), |path, (kind, id)| path.replace(&format!("{{{}}}", kind.name()), id))
}

pub fn login_body(user: &Value, scope: Option<&Value>) -> Value {
    let mut body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}});
    if let Some(scope) = scope {
        body["auth"]["scope"] = scope.clone();
    }
    body
}

/// A new token.
pub fn log_in(client: &mut Client, user: &Value, scope: Option<&Value>) -> String {
    let answer = client.send(&Request::new("POST", "/v3/auth/tokens").json(&login_body(user, scope)));
    answer.header("x-subject-token").unwrap_or_else(|| panic!("{} {}", answer.status, answer.text())).to_owned()
}
