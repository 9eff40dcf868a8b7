//! What the cases of several requests have at hand.

use serde_json::{Value, json};

use crate::support::raw::Answer;

use super::client::{Client, Request};
use super::template::Kind;
use super::world::{Ids, Who, World};

/// The world, and a connection to the server.
pub struct Stage<'a> {
    pub world: &'a World,
    pub client: &'a mut Client,
}

impl Stage<'_> {
    /// The administrator's request, whatever it is answered.
    pub fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.ask_as(Who::SystemAdmin, method, path, body)
    }

    pub fn ask_as(&mut self, who: Who, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = Request::new(method, path).token(self.world.token(who));
        self.client.send(&body.map_or_else(|| request.clone(), |body| request.clone().json(body)))
    }

    /// The administrator's request, which has to succeed.
    pub fn must(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        self.world.admin(self.client, method, path, body)
    }

    pub fn id(&self, kind: Kind) -> &str {
        &self.world.main[&kind]
    }

    /// A service of its own, with a project, a user in a group, and the user's roles.
    pub fn service(&mut self) -> Ids {
        let (world, client) = (self.world, &mut *self.client);
        let domain = world.domain(client, true);
        let project = world.project(client, &domain);
        let (user, group) = (world.user(client, &domain), world.group(client, &domain));
        let role = world.role(client, &domain);
        self.must("PUT", &format!("/v3/groups/{group}/users/{user}"), None);
        self.must("PUT", &format!("/v3/domains/{domain}/users/{user}/roles/{role}"), None);
        self.must("PUT", &format!("/v3/projects/{project}/users/{user}/roles/{role}"), None);
        let kinds = [Kind::Domain, Kind::Project, Kind::User, Kind::Group, Kind::Role];
        kinds.into_iter().zip([domain, project, user, group, role]).collect()
    }

    /// A service that was deleted; the first who asks makes and deletes it.
    pub fn gone(&mut self) -> Ids {
        let world = self.world;
        world.gone.get_or_init(|| self.delete_a_service()).clone()
    }

    pub fn delete_a_service(&mut self) -> Ids {
        let ids = self.service();
        let path = format!("/v3/domains/{}", ids[&Kind::Domain]);
        self.must("PATCH", &path, Some(&json!({"domain": {"enabled": false}})));
        self.must("DELETE", &path, None);
        ids
    }

    /// What is left of an object of a service that is gone.
    pub fn left(&mut self, kind: Kind) -> Answer {
        let ids = self.gone();
        self.ask("GET", &format!("/v3/{}s/{}", kind.name(), ids[&kind]), None)
    }

    /// A throw-away user of the world's service.
    pub fn user(&mut self) -> String {
        self.world.user(self.client, &self.world.main[&Kind::Domain])
    }

    pub fn admin_role(&mut self) -> String {
        self.must("GET", "/v3/roles?name=admin", None)["roles"][0]["id"].as_str().unwrap().to_owned()
    }

    /// An object with the name of one of the world's.
    pub fn same_name(&mut self, kind: Kind, change: fn(String) -> String, domain: Option<&str>) -> Answer {
        let name = change(self.world.name(kind, false));
        let mut members = json!({ "name": name });
        if let Some(domain) = domain {
            members["domain_id"] = json!(domain);
        }
        let answer = self.ask("POST", &format!("/v3/{}s", kind.name()), Some(&json!({ kind.name(): members })));
        // Later lists by name are not to find it.
        if answer.status == 201 {
            let id = answer.json()[kind.name()]["id"].as_str().unwrap().to_owned();
            let path = format!("/v3/{}s/{id}", kind.name());
            if kind == Kind::Domain {
                self.must("PATCH", &path, Some(&json!({"domain": {"enabled": false}})));
            }
            self.must("DELETE", &path, None);
        }
        answer
    }

    /// A fresh object takes a name that is taken.
    pub fn rename(&mut self, kind: Kind) -> Answer {
        let (home, name) = (self.id(Kind::Domain).to_owned(), self.world.name(kind, false));
        let (world, client) = (self.world, &mut *self.client);
        let id = match kind {
            Kind::Domain => world.domain(client, true),
            Kind::Project => world.project(client, &home),
            Kind::User => world.user(client, &home),
            Kind::Group => world.group(client, &home),
            Kind::Role => world.role(client, &home),
            Kind::Trust => panic!("a trust has no name"),
        };
        self.ask("PATCH", &format!("/v3/{}s/{id}", kind.name()), Some(&json!({ kind.name(): { "name": name } })))
    }

    /// Asks for the inherited role of somebody who has the role otherwise or not at all.
    pub fn inherited(&mut self, method: &str, direct: bool) -> Answer {
        let user = self.user();
        let (domain, role) = (self.id(Kind::Domain).to_owned(), self.id(Kind::Role).to_owned());
        if direct {
            self.must("PUT", &format!("/v3/domains/{domain}/users/{user}/roles/{role}"), None);
        }
        let path = format!("/v3/OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects");
        self.ask(method, &path, None)
    }

    pub fn assignments(&mut self, query: &str) -> Answer {
        self.ask("GET", &format!("/v3/role_assignments?{query}"), None)
    }
}
