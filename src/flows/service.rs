//! A service: its domain, its administrator, its nineteen roles, and who may what. What other back ends need joins here
//! as further steps.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use crate::api::fiware;
use crate::api::keypass::Keypass;
use crate::api::keypass::templates::Template;
use crate::api::keystone::{Keystone, Kind};
use crate::base::{RunId, Secret};

use super::bulk_roles::{AskForBulk, Bulk, BulkRoles};
use super::graph::{Graph, Place, StepId};
use super::modules::{self, Modules};
use super::other_roles::OtherRoles;
use super::policies::{Bound, Others, PolicyStep, Tenant};
use super::root::{Cleared, Finish, Root};
use super::standard::{self, StandardGrant};
use super::steps::{GivenRole, GrantStep, Granted, Member, Reach, Siblings, Slot, Source};
use super::sweep::{Clearing, Sweep, Where};

/// What a service should be.
pub(crate) struct Service<'a> {
    pub(crate) name: String,
    /// `None`: not asked for, so not compared.
    pub(crate) description: Option<String>,
    /// Without one only the roles are made sure of.
    pub(crate) admin: Option<Admin>,
    pub(crate) default_groups: bool,
    /// For a rollback, by id: what a killed run had just finished, with the run.
    pub(crate) finished: HashMap<String, String>,
    /// Its policies, where Keypass is known.
    pub(crate) access: Option<Access<'a>>,
    pub(crate) bulk: Bulk<'a>,
    /// Modules that are switched on at the service itself.
    pub(crate) modules: Option<Modules<'a>>,
    /// What its users leave in other servers.
    pub(crate) clearings: Vec<Clearing<'a>>,
}

/// The policies of a service.
pub(crate) struct Access<'a> {
    pub(crate) keypass: Keypass,
    /// A PEP stands before Keypass and lets only users of the service through, so the service is enabled before its policies
    /// are made.
    pub(crate) pep: bool,
    /// Which it should have.
    pub(crate) policies: Vec<Template>,
    /// Who else may be making them.
    pub(crate) others: &'a dyn Others,
}

/// Its first user.
pub(crate) struct Admin {
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    /// Needed only to make it; an existing user's password is never changed.
    pub(crate) password: Option<Secret>,
}

/// Builds the graph of one service.
pub(crate) struct Builder<'a, 'k> {
    name: String,
    keystone: &'k Keystone,
    graph: Graph<'a>,
    domain: Slot,
    root: StepId,
    roles: Vec<(String, Slot, StepId)>,
    granted: Rc<Granted>,
    service_roles: Rc<Siblings>,
    subservices: Rc<Siblings>,
    bulk: Rc<BulkRoles>,
}

impl<'a> Service<'a> {
    /// The steps of the service. `slot` is filled with its domain.
    pub(crate) fn graph(&self, keystone: &Keystone, run: &RunId, domain: &Slot) -> Graph<'a> {
        let mut graph = Graph::new();
        let mut roles = Vec::new();
        // Deleting needs no role of Keystone.
        if self.needs_admin_role() {
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
        let offered = matches!(self.bulk, Bulk::Yes);
        let bulk = BulkRoles::new(keystone, domain, standard::roles(), &service_roles, offered);
        if let Bulk::Ask(remember) = &self.bulk {
            let (keystone, roles, remember) = (keystone.clone(), bulk.clone(), remember.clone());
            graph.add(Place::Given, AskForBulk { keystone, roles, remember }, &[]);
        }
        let subservices = Siblings::new(keystone, domain, Source::All(Kind::Project));
        let domain = domain.clone();
        let name = self.name.clone();
        let mut builder =
            Builder { name, keystone, graph, domain, root, roles, granted, service_roles, subservices, bulk };
        builder.roles();
        if let Some(admin) = &self.admin {
            builder.admin(admin);
        }
        if self.default_groups {
            builder.groups();
        }
        builder.other_roles();
        builder.clearings(&self.clearings, false, root);
        let clears = self.clears();
        let finish =
            || Finish::new(keystone, Kind::Domain, &self.name, &builder.domain, wanted.clone()).clearing(clears);
        let (enabling, settling, whole) = (finish().enabling(), finish().settling(), finish());
        // What stands behind a PEP takes a token of the administrator, who can log in when the service is enabled.
        builder.policies(self.access.as_ref().filter(|access| !access.pep), run, root);
        builder.modules(self.modules.as_ref().filter(|modules| !modules.pep), run, &[root]);
        let end = if self.makes_behind_pep() {
            let enabled = builder.graph.finish(enabling);
            builder.policies(self.access.as_ref().filter(|access| access.pep), run, enabled);
            // The PEP lets the administrator do by the policies what it lets him do.
            let all = builder.graph.all();
            builder.modules(self.modules.as_ref().filter(|modules| modules.pep), run, &all);
            builder.graph.finish(settling)
        } else {
            builder.graph.finish(whole)
        };
        builder.clearings(&self.clearings, true, end);
        builder.graph
    }

    fn needs_admin_role(&self) -> bool {
        let of_admin = |access: &Access<'_>| access.policies.iter().any(|policy| policy.role == standard::ADMIN);
        self.admin.is_some() || self.default_groups || self.access.as_ref().is_some_and(of_admin)
    }

    fn makes_behind_pep(&self) -> bool {
        self.access.as_ref().is_some_and(|access| access.pep)
            || self.modules.as_ref().is_some_and(|modules| modules.pep)
    }

    /// What of it takes a token of one of its users to be cleared away.
    fn clears(&self) -> Cleared {
        let policies = self.access.as_ref().is_some_and(|access| access.pep);
        Cleared { data: self.clearings.iter().any(|clearing| clearing.pep), policies }
    }

    /// The members of the domain that this flow makes; anybody else's is a stranger to a rollback.
    fn members_known(&self) -> Vec<(Kind, String)> {
        let admin = self.admin.iter().map(|admin| (Kind::User, admin.name.clone()));
        let groups = standard::GROUPS.iter().map(|(name, _)| (Kind::Group, (*name).to_owned()));
        admin.chain(groups.filter(|_| self.default_groups)).collect()
    }
}

impl<'a> Builder<'a, '_> {
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
            bulk: (kind == Kind::Role).then(|| self.bulk.clone()),
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
        let (keystone, domain, bulk) = (self.keystone.clone(), self.domain.clone(), self.bulk.clone());
        self.graph.add(Place::Beside, OtherRoles { keystone, domain, siblings, bulk }, &[self.root]);
    }

    fn modules(&mut self, wanted: Option<&Modules<'a>>, run: &RunId, after: &[StepId]) {
        let Some(wanted) = wanted else { return };
        let place = fiware::Place::service_level(&self.name);
        for step in modules::steps(wanted, &place, &self.domain, run) {
            // Orion may know the service from an earlier life of it.
            self.graph.add(Place::Outside, step, after);
        }
    }

    fn policies(&mut self, access: Option<&Access<'a>>, run: &RunId, after: StepId) {
        let Some(access) = access else { return };
        let bound = Bound::new(access.keypass.clone());
        let (root, run, pep, others) = (self.domain.clone(), run.clone(), access.pep, access.others);
        let (keystone, roles) = (self.keystone.clone(), self.service_roles.clone());
        let tenant = Tenant { bound: bound.clone(), keystone, root, run, roles, pep, others };
        let tenant = self.graph.add(Place::Beside, tenant, &[after]);
        for template in &access.policies {
            let Some((_, role, role_step)) = self.roles.iter().find(|(name, ..)| *name == template.role) else {
                continue;
            };
            let step = PolicyStep { bound: bound.clone(), template: template.clone(), role: role.clone() };
            let needs = [tenant, *role_step];
            self.graph.add(Place::Within, step, &needs);
        }
    }

    /// Behind a PEP they go first, as long as there are users who may. Otherwise after the service was disabled: that shows
    /// whether it is ours to delete at all.
    fn clearings(&mut self, clearings: &[Clearing<'a>], pep: bool, after: StepId) {
        for clearing in clearings.iter().filter(|clearing| clearing.pep == pep) {
            let (name, root) = (self.name.clone(), self.domain.clone());
            let place = Where::Service { name, root, subservices: self.subservices.clone() };
            self.graph.add(Place::Beside, Sweep { clearing: clearing.clone(), place }, &[after]);
        }
    }
}
