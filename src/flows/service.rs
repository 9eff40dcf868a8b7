//! A service: its domain, its administrator, its nineteen roles, and who may what. What other back ends need joins here
//! as further steps.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use crate::api::keystone::{Entity, Keystone, Kind};
use crate::base::clock::LocalFuture;
use crate::base::{RunId, Secret};

use super::graph::{Difference, Effect, Graph, Place, Removal, Seen, Step, StepError, StepId, Why};
use super::root::{Finish, Root};
use super::standard::{self, StandardGrant};
use super::steps::{GivenRole, GrantStep, Granted, Member, Reach, Siblings, Slot, Source};

/// What a service should be.
pub(crate) struct Service {
    pub(crate) name: String,
    /// `None`: not asked for, so not compared.
    pub(crate) description: Option<String>,
    /// Without one only the roles are made sure of.
    pub(crate) admin: Option<Admin>,
    pub(crate) default_groups: bool,
    /// For a rollback, by id: what a killed run had just finished, with the run.
    pub(crate) finished: HashMap<String, String>,
}

/// Its first user.
pub(crate) struct Admin {
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    /// Needed only to make it; an existing user's password is never changed.
    pub(crate) password: Option<Secret>,
}

/// Builds the graph of one service.
pub(crate) struct Builder<'a> {
    keystone: &'a Keystone,
    graph: Graph,
    domain: Slot,
    root: StepId,
    roles: Vec<(String, Slot, StepId)>,
    granted: Rc<Granted>,
    service_roles: Rc<Siblings>,
}

impl Service {
    /// The steps of the service. `slot` is filled with its domain.
    pub(crate) fn graph(&self, keystone: &Keystone, run: &RunId, domain: &Slot) -> Graph {
        let mut graph = Graph::new();
        let mut roles = Vec::new();
        // Deleting needs no role of Keystone.
        if self.admin.is_some() || self.default_groups {
            let slot = Slot::default();
            let given = GivenRole {
                keystone: keystone.clone(),
                title: format!("role {}", standard::ADMIN),
                keystone_name: standard::ADMIN.to_owned(),
                slot: slot.clone(),
            };
            let given = graph.add(Place::Given, given, &[]);
            roles.push((standard::ADMIN.to_owned(), slot, given));
        }
        let mut wanted = Map::new();
        if let Some(description) = &self.description {
            wanted.insert("description".to_owned(), json!(description));
        }
        let known = self.members_known();
        let root = Root::new(keystone, Kind::Domain, &self.name, wanted.clone(), run, domain).with_known(known);
        let root = root.with_finished(&self.finished);
        let root = graph.add(Place::Root, root, &[]);
        let granted = Granted::new(keystone, "scope.domain.id", domain);
        let service_roles = Siblings::new(keystone, domain, Source::ServiceRoles);
        let mut builder = Builder { keystone, graph, domain: domain.clone(), root, roles, granted, service_roles };
        builder.roles();
        if let Some(admin) = &self.admin {
            builder.admin(admin);
        }
        if self.default_groups {
            builder.groups();
        }
        builder.other_roles();
        let Builder { mut graph, .. } = builder;
        graph.finish(Finish::new(keystone, Kind::Domain, &self.name, domain, wanted));
        graph
    }

    /// The members of the domain that this flow makes; anybody else's is a stranger to a rollback.
    fn members_known(&self) -> Vec<(Kind, String)> {
        let admin = self.admin.iter().map(|admin| (Kind::User, admin.name.clone()));
        let groups = standard::GROUPS.iter().map(|(name, _)| (Kind::Group, (*name).to_owned()));
        admin.chain(groups.filter(|_| self.default_groups)).collect()
    }
}

impl Builder<'_> {
    fn roles(&mut self) {
        let siblings = self.service_roles.clone();
        for name in standard::roles() {
            let (slot, step) = self.member(Place::Beside, Kind::Role, &name, Map::new(), None, &siblings);
            self.roles.push((name, slot, step));
        }
    }

    fn admin(&mut self, admin: &Admin) {
        let mut wanted = Map::new();
        wanted.insert("enabled".to_owned(), json!(true));
        if let Some(email) = &admin.email {
            wanted.insert("email".to_owned(), json!(email));
        }
        let siblings = Siblings::new(self.keystone, &self.domain, Source::Named(Kind::User, admin.name.clone()));
        let password = admin.password.clone();
        let (slot, step) = self.member(Place::Within, Kind::User, &admin.name, wanted, password, &siblings);
        for grant in standard::admin_grants() {
            self.grant(&grant, false, &admin.name, &slot, step);
        }
    }

    fn groups(&mut self) {
        let siblings = Siblings::new(self.keystone, &self.domain, Source::All(Kind::Group));
        for (name, grants) in standard::GROUPS {
            let (slot, step) = self.member(Place::Within, Kind::Group, name, Map::new(), None, &siblings);
            for (role, inherited) in grants {
                let grant = StandardGrant { role: (*role).to_owned(), inherited: *inherited };
                self.grant(&grant, true, name, &slot, step);
            }
        }
    }

    fn member(
        &mut self,
        place: Place,
        kind: Kind,
        name: &str,
        wanted: Map<String, Value>,
        password: Option<Secret>,
        siblings: &Rc<Siblings>,
    ) -> (Slot, StepId) {
        let slot = Slot::default();
        let step = Member {
            keystone: self.keystone.clone(),
            kind,
            name: name.to_owned(),
            wanted,
            password,
            marked_like: None,
            parent: self.domain.clone(),
            slot: slot.clone(),
            siblings: siblings.clone(),
        };
        (slot, self.graph.add(place, step, &[self.root]))
    }

    fn grant(&mut self, grant: &StandardGrant, to_group: bool, actor_name: &str, actor: &Slot, actor_step: StepId) {
        let Some((_, role, role_step)) = self.roles.iter().find(|(name, ..)| *name == grant.role) else { return };
        let place = if grant.inherited { "all subservices" } else { "the service" };
        let step = GrantStep {
            keystone: self.keystone.clone(),
            title: format!("{} to {actor_name} on {place}", grant.role),
            reach: if grant.inherited { Reach::AllSubservices } else { Reach::Service },
            target: self.domain.clone(),
            to_group,
            actor: actor.clone(),
            role: role.clone(),
            granted: self.granted.clone(),
        };
        let needs = [*role_step, actor_step];
        self.graph.add(Place::Within, step, &needs);
    }

    fn other_roles(&mut self) {
        let siblings = self.service_roles.clone();
        let step = OtherRoles { keystone: self.keystone.clone(), domain: self.domain.clone(), siblings };
        self.graph.add(Place::Beside, step, &[self.root]);
    }
}

/// Roles that somebody added to the service. They outlive the domain, so deleting a service has to take them along.
struct OtherRoles {
    keystone: Keystone,
    domain: Slot,
    siblings: Rc<Siblings>,
}

impl OtherRoles {
    async fn there(&self) -> Result<Vec<Entity>, StepError> {
        let Some(domain) = self.domain.id() else { return Ok(Vec::new()) };
        let standard: Vec<String> = standard::roles().iter().map(|role| format!("{domain}#{role}")).collect();
        let all = self.siblings.all().await?;
        Ok(all.iter().filter(|role| !standard.contains(&role.name)).cloned().collect())
    }
}

impl Step for OtherRoles {
    fn title(&self) -> String {
        "other roles of the service".to_owned()
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        // Having more roles than the standard ones is no drift.
        Box::pin(async { Ok(Seen::Same) })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async { Ok(Effect::Kept) })
    }

    fn remove(&self, why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async move {
            let roles = self.there().await?;
            if roles.is_empty() {
                return Ok(Removal::Absent);
            }
            if why == Why::Rollback {
                let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
                return Ok(Removal::NotOurs(format!("not made by the run: {}", names.join(", "))));
            }
            let deletions = roles.iter().map(|role| self.keystone.delete(Kind::Role, &role.id));
            futures_util::future::try_join_all(deletions).await?;
            Ok(Removal::Removed)
        })
    }
}

/// What is wrong with a domain that is there but off, in the words of a difference.
pub(super) fn disabled(title: &str) -> Difference {
    Difference { what: format!("{title}: enabled"), wanted: "true".to_owned(), found: "false".to_owned() }
}
