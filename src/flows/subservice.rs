//! A subservice: its project and, if asked for, an administrator of its own.

use std::collections::HashMap;

use serde_json::{Map, json};

use crate::api::fiware;
use crate::api::keystone::names::project_name;
use crate::api::keystone::{Entity, Keystone, Kind};
use crate::base::RunId;

use super::graph::{Graph, Place, StepId};
use super::modules::{self, Modules};
use super::root::{Finish, Root};
use super::service::Admin;
use super::steps::{GivenRole, GrantStep, Granted, Member, Reach, Siblings, Slot, Source, Unmark};
use super::sweep::{Clearing, Sweep, Where};

/// The role that the administrator of a subservice gets on it.
const ADMIN_ROLE: &str = "SubServiceAdmin";

/// What a subservice should be.
pub(crate) struct Subservice<'a> {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) admin: Option<Admin>,
    /// For a rollback, by id: what a killed run had just finished, with the run.
    pub(crate) finished: HashMap<String, String>,
    /// Modules that are switched on for it.
    pub(crate) modules: Option<Modules<'a>>,
}

impl<'a> Subservice<'a> {
    /// The steps of a subservice that was looked up already: nothing is asked again.
    pub(crate) fn removal(
        keystone: &Keystone,
        run: &RunId,
        service: &Entity,
        project: &Entity,
        clearings: &[Clearing<'a>],
    ) -> Graph<'a> {
        let slot = Slot::default();
        let name = project.name.clone();
        // As it is: one without a slash is no path, and must not stand for the path of another.
        let place = fiware::Place::new(&service.name, &name);
        slot.fill(project.clone());
        let mut graph = Graph::new();
        let root = Root::new(keystone, Kind::Project, &name, Map::new(), run, &slot).in_domain(&service.id);
        let root = graph.add(Place::Root, root.known().alone(), &[]);
        for clearing in clearings.iter().filter(|_| place.is_subservice()) {
            let place = Where::Subservice(place.clone(), project.clone());
            graph.add(Place::Beside, Sweep { clearing: clearing.clone(), place }, &[root]);
        }
        graph
    }

    /// The steps of the subservice in this service. `slot` is filled with its project.
    pub(crate) fn graph(&self, keystone: &Keystone, run: &RunId, service: &Entity, project: &Slot) -> Graph<'a> {
        let mut graph = Graph::new();
        let mut wanted = Map::new();
        if let Some(description) = &self.description {
            wanted.insert("description".to_owned(), json!(description));
        }
        let name = if self.name.starts_with("id:") { self.name.clone() } else { project_name(&self.name) };
        let root = Root::new(keystone, Kind::Project, &name, wanted.clone(), run, project).in_domain(&service.id);
        let root = root.with_finished(&self.finished);
        if self.admin.is_none() && self.modules.is_none() {
            graph.add(Place::Root, root.alone(), &[]);
            return graph;
        }
        let role = self.admin.as_ref().map(|_| given_role(&mut graph, keystone, service));
        let root = graph.add(Place::Root, root, &[]);
        let user = match (&self.admin, &role) {
            (Some(admin), Some(role)) => Some(add_admin(&mut graph, keystone, service, project, admin, root, role)),
            _ => None,
        };
        let finish = || Finish::new(keystone, Kind::Project, &name, project, wanted.clone());
        let place = fiware::Place::new(&service.name, &name);
        let finish = match &self.modules {
            Some(wanted) => {
                // A token for the subservice takes one that is enabled.
                let after = if wanted.pep { graph.finish(finish().enabling()) } else { root };
                for step in modules::steps(wanted, &place, project, run) {
                    graph.add(Place::Outside, step, &[after]);
                }
                graph.finish(if wanted.pep { finish().settling() } else { finish() })
            }
            None => graph.finish(finish()),
        };
        // Only after the end: as long as the root is unfinished the user's marker is the proof of whose it is.
        if let (Some(user), Some(admin)) = (user, &self.admin) {
            let unmark = Unmark { keystone: keystone.clone(), kind: Kind::User, name: admin.name.clone(), slot: user };
            graph.add(Place::Finish, unmark, &[finish]);
        }
        graph
    }
}

/// The role that its administrator gets; it has to be there.
fn given_role(graph: &mut Graph<'_>, keystone: &Keystone, service: &Entity) -> (Slot, StepId) {
    let role = Slot::default();
    let given = GivenRole {
        keystone: keystone.clone(),
        title: format!("role {ADMIN_ROLE} of service {}", service.name),
        keystone_name: format!("{}#{ADMIN_ROLE}", service.id),
        slot: role.clone(),
    };
    (role, graph.add(Place::Given, given, &[]))
}

/// Its administrator, and what makes one of him.
fn add_admin(
    graph: &mut Graph<'_>,
    keystone: &Keystone,
    service: &Entity,
    project: &Slot,
    admin: &Admin,
    root: StepId,
    (role, given): &(Slot, StepId),
) -> Slot {
    let domain = Slot::default();
    domain.fill(service.clone());
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
        role: role.clone(),
        granted: Granted::new(keystone, "scope.project.id", project),
    };
    graph.add(Place::Within, grant, &[*given, member]);
    user
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::engine::{Engine, Failure, Report, Stop, Watch};
    use super::super::steps::MARKER;
    use super::*;
    use crate::api::keystone::testing::{Scripted, run};

    struct Silent;

    impl Watch for Silent {
        fn step(&self, _: &str, _: &str, _: usize, _: usize) {}
    }

    fn project(changes: &Value) -> Value {
        let mut project = json!({"id": "p", "name": "/water", "domain_id": "1", "enabled": true});
        project.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        project
    }

    /// What creating it without anything to it does, where the server shows these.
    fn create(there: Value, posted: (u16, Value)) -> (Result<Report, Failure>, Vec<String>) {
        let refused = posted.0 == 409;
        let scripted = Scripted::new(move |asked, before| match asked {
            asked if asked.starts_with("GET /v3/projects?") => {
                let there = if refused && before == 0 { json!([]) } else { there.clone() };
                (200, json!({ "projects": there }))
            }
            "POST /v3/projects" => posted.clone(),
            other => panic!("{other}"),
        });
        let rest = Map::new();
        let service = Entity { id: "1".to_owned(), name: "city".to_owned(), domain_id: None, enabled: None, rest };
        let (name, finished) = ("/water".to_owned(), HashMap::new());
        let water = Subservice { name, description: None, admin: None, finished, modules: None };
        let graph = water.graph(&scripted.keystone, &RunId::new(), &service, &Slot::default());
        let engine = Engine { watch: &Silent, stop: Stop::default() };
        let report = run(engine.create(&graph));
        (report, scripted.asked().into_iter().filter(|asked| !asked.starts_with("GET")).collect())
    }

    #[test]
    fn one_that_a_longer_line_left_unfinished_is_left_to_that_line() {
        let unfinished = || json!([project(&json!({"enabled": false, MARKER: "0123456789abcdef"}))]);
        let made = || (200, json!({"project": project(&json!({}))}));
        let (report, writes) = create(unfinished(), made());
        assert!(matches!(report, Err(Failure::Begun(run)) if run == "0123456789abcdef"));
        assert_eq!(writes.len(), 0);
        // Also where it came since the first look.
        let conflict = json!({"error": {"code": 409, "message": "duplicate", "title": "Conflict"}});
        let (report, writes) = create(unfinished(), (409, conflict));
        assert!(report.unwrap_err().to_string().contains("failed"));
        assert_eq!(writes.len(), 1);
        // Otherwise it takes one write, or none.
        let (report, writes) = create(json!([]), made());
        assert_eq!((report.unwrap().made.len(), writes.len()), (1, 1));
        let (report, writes) = create(json!([project(&json!({}))]), made());
        assert_eq!((report.unwrap().made.len(), writes.len()), (0, 0));
    }
}
