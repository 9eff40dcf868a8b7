//! A subservice: its project and, if asked for, an administrator of its own.

use std::collections::HashMap;

use serde_json::{Map, json};

use crate::api::keystone::names::project_name;
use crate::api::keystone::{Entity, Keystone, Kind};
use crate::base::RunId;

use super::graph::{Graph, Place};
use super::root::{Finish, Root};
use super::service::Admin;
use super::steps::{GivenRole, GrantStep, Granted, Member, Reach, Siblings, Slot, Source, Unmark};

/// The role that the administrator of a subservice gets on it.
const ADMIN_ROLE: &str = "SubServiceAdmin";

/// What a subservice should be.
pub(crate) struct Subservice<'a> {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) admin: Option<Admin>,
    /// For a rollback, by id: what a killed run had just finished, with the run.
    pub(crate) finished: HashMap<String, String>,
    /// Subscriptions that switch modules on for it.
    pub(crate) modules: Vec<ModuleStep<'a>>,
}

impl Subservice {
    /// The steps of a subservice that was looked up already: nothing is asked again.
    pub(crate) fn removal(keystone: &Keystone, run: &RunId, service: &Entity, project: Entity) -> Graph {
        let slot = Slot::default();
        let name = project.name.clone();
        slot.fill(project);
        let mut graph = Graph::new();
        let root = Root::new(keystone, Kind::Project, &name, Map::new(), run, &slot).in_domain(&service.id);
        graph.add(Place::Root, root.known().alone(), &[]);
        graph
    }

    /// The steps of the subservice in this service. `slot` is filled with its project.
    pub(crate) fn graph(&self, keystone: &Keystone, run: &RunId, service: &Entity, project: &Slot) -> Graph {
        let mut graph = Graph::new();
        let mut wanted = Map::new();
        if let Some(description) = &self.description {
            wanted.insert("description".to_owned(), json!(description));
        }
        let name = if self.name.starts_with("id:") { self.name.clone() } else { project_name(&self.name) };
        let root = Root::new(keystone, Kind::Project, &name, wanted.clone(), run, project).in_domain(&service.id);
        let root = root.with_finished(&self.finished);
        let Some(admin) = &self.admin else {
            graph.add(Place::Root, root.alone(), &[]);
            return graph;
        };
        let domain = Slot::default();
        domain.fill(service.clone());
        let role = Slot::default();
        let given = GivenRole {
            keystone: keystone.clone(),
            title: format!("role {ADMIN_ROLE} of service {}", service.name),
            keystone_name: format!("{}#{ADMIN_ROLE}", service.id),
            slot: role.clone(),
        };
        let given = graph.add(Place::Given, given, &[]);
        let root = graph.add(Place::Root, root, &[]);
        let mut of_user = Map::new();
        of_user.insert("enabled".to_owned(), json!(true));
        if let Some(email) = &admin.email {
            of_user.insert("email".to_owned(), json!(email));
        }
        let user = Slot::default();
        let member = Member {
            keystone: keystone.clone(),
            kind: Kind::User,
            name: admin.name.clone(),
            wanted: of_user,
            password: admin.password.clone(),
            marked_like: Some(project.clone()),
            parent: domain.clone(),
            slot: user.clone(),
            siblings: Siblings::new(keystone, &domain, Source::Named(Kind::User, admin.name.clone())),
            bulk: None,
        };
        // The user belongs to the service, so it may be there although the subservice is new.
        let member = graph.add(Place::Outside, member, &[root]);
        let grant = GrantStep {
            keystone: keystone.clone(),
            title: format!("{ADMIN_ROLE} to {} on the subservice", admin.name),
            reach: Reach::Subservice,
            target: project.clone(),
            to_group: false,
            actor: user.clone(),
            role,
            granted: Granted::new(keystone, "scope.project.id", project),
        };
        graph.add(Place::Within, grant, &[given, member]);
        let finish = graph.finish(Finish::new(keystone, Kind::Project, &name, project, wanted));
        // Only after the end: as long as the root is unfinished the user's marker is the proof of whose it is.
        let unmark = Unmark { keystone: keystone.clone(), kind: Kind::User, name: admin.name.clone(), slot: user };
        graph.add(Place::Finish, unmark, &[finish]);
        graph
    }
}
