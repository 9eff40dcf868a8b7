//! Everything a Keystone holds, by names, so that two states can be compared: after an interrupted run and its rerun the
//! snapshot has to equal that of a clean run.
//!
//! Ids and times are left out, because they differ between any two runs, and so is the marker of unfinished flows, whose
//! absence is asserted where it matters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::keystone::Keystone;

/// The attribute by which a domain says that a flow on it is not finished.
pub const MARKER: &str = "orchest_run";

/// Kind and full name (`user acme/alice`, `project acme//works`, `role acme#operator`) to attributes.
pub type Snapshot = BTreeMap<String, Value>;

/// Ids, links, times, and what names say already.
const LEFT_OUT: [&str; 9] = [
    "id",
    "name",
    "links",
    "domain_id",
    "parent_id",
    "project_id",
    "password_expires_at",
    "default_project_id",
    MARKER,
];

impl Keystone {
    /// The state of the whole server.
    pub fn snapshot(&self) -> Snapshot {
        let lists = ["domains", "projects", "users", "groups", "roles"].map(|collection| self.list(collection));
        // Joined here: the server's own names take it minutes for some thousand rows.
        let assignments = self.list("role_assignments");
        World::of(self, &lists, &assignments)
    }

    /// The state of one service, under the name SERVICE, so that services of two names can be compared. Cheap: it does
    /// not grow with the rest of the server. Empty if there is no such service.
    pub fn snapshot_of(&self, service: &str) -> Snapshot {
        let Some(id) = self.service_id(service) else { return Snapshot::new() };
        let inside = ["projects", "users", "groups"].map(|kind| self.list(&format!("{kind}?domain_id={id}")));
        let [projects, users, groups] = inside;
        let roles = [self.roles_of(&id), self.list("roles?name=admin")].concat();
        let lists = [self.list(&format!("domains?name={service}")), projects, users, groups, roles];
        let scopes = [format!("scope.domain.id={id}"), format!("scope.project.id={id}&include_subtree")];
        let assignments = scopes.map(|scope| self.list(&format!("role_assignments?{scope}"))).concat();
        let state = World::of(self, &lists, &assignments);
        let renamed = json!(state).to_string().replace(service, "SERVICE");
        serde_json::from_str(&renamed).unwrap()
    }

    /// The id of a service.
    pub fn service_id(&self, service: &str) -> Option<String> {
        self.list(&format!("domains?name={service}")).first().map(|domain| text(domain, "id"))
    }

    /// The roles that carry the id of a service, whether it still exists or not.
    pub fn roles_of(&self, id: &str) -> Vec<Value> {
        self.list(&format!("roles?name__startswith={id}%23"))
    }
}

#[derive(Default)]
struct World {
    /// Id to full name, of everything.
    names: BTreeMap<String, String>,
    state: Snapshot,
}

impl World {
    /// Joins domains, projects, users, groups and roles by their ids.
    fn of(keystone: &Keystone, lists: &[Vec<Value>; 5], assignments: &[Value]) -> Snapshot {
        let mut world = Self::default();
        let [domains, projects, users, groups, roles] = lists;
        for domain in domains {
            world.names.insert(text(domain, "id"), text(domain, "name"));
            world.add("domain", text(domain, "name"), attributes(domain));
        }
        for (kind, list) in [("project", projects), ("user", users), ("group", groups)] {
            for object in list {
                let name = format!("{}/{}", world.domain(&text(object, "domain_id")), text(object, "name"));
                world.names.insert(text(object, "id"), name.clone());
                world.add(kind, name, attributes(object));
            }
        }
        for project in projects {
            let (parent, domain) = (text(project, "parent_id"), text(project, "domain_id"));
            let parent = if parent == domain { Value::Null } else { json!(world.names.get(&parent)) };
            world.amend("project", project, "parent", parent);
        }
        for user in users {
            let project = user["default_project_id"].as_str();
            let project = project.map(|id| world.names.get(id).map_or("gone", String::as_str).to_owned());
            world.amend("user", user, "default_project", json!(project));
        }
        for group in groups {
            let members = keystone.list(&format!("groups/{}/users", text(group, "id")));
            let names: BTreeSet<_> = members.iter().map(|user| world.names.get(&text(user, "id")).cloned()).collect();
            world.amend("group", group, "members", json!(names));
        }
        for role in roles {
            let name = world.role(role);
            world.names.insert(text(role, "id"), name.clone());
            world.add("role", name, attributes(role));
        }
        for assignment in assignments {
            world.add("assignment", world.assignment(assignment), Value::Null);
        }
        world.state
    }

    fn add(&mut self, kind: &str, name: String, value: Value) {
        let mut key = format!("{kind} {name}");
        // Two of one name are what a test wants to notice, not to lose.
        while self.state.contains_key(&key) {
            key += " (again)";
        }
        self.state.insert(key, value);
    }

    fn amend(&mut self, kind: &str, object: &Value, attribute: &str, value: Value) {
        let key = format!("{kind} {}", self.names[&text(object, "id")]);
        self.state.get_mut(&key).unwrap()[attribute] = value;
    }

    fn domain(&self, id: &str) -> String {
        self.names.get(id).cloned().unwrap_or_else(|| "gone".to_owned())
    }

    /// A role of a service carries the domain's id in its name, `<domain_id>#<role>`. Roles outlive their domain, and those
    /// of a domain that is gone are told apart by nothing.
    fn role(&self, role: &Value) -> String {
        let name = text(role, "name");
        let owner = role["domain_id"].as_str().map(|id| self.domain(id) + "/").unwrap_or_default();
        match name.split_once('#') {
            Some((id, rest)) if is_id(id) => format!("{owner}{}#{rest}", self.domain(id)),
            _ => owner + &name,
        }
    }

    fn assignment(&self, assignment: &Value) -> String {
        let name = |kind: &str, object: &Value| {
            let id = text(object, "id");
            format!("{kind} {}", self.names.get(&id).map_or("gone", String::as_str))
        };
        let (role, scope) = (name("role", &assignment["role"]), &assignment["scope"]);
        let actor = ["user", "group"].into_iter().find(|kind| assignment.get(kind).is_some()).unwrap();
        let actor = name(actor, &assignment[actor]);
        let place = ["project", "domain"].into_iter().find(|kind| scope.get(kind).is_some());
        let place = place.map_or("the system".to_owned(), |kind| name(kind, &scope[kind]));
        let inherited = if scope.get("OS-INHERIT:inherited_to").is_some() { ", inherited" } else { "" };
        format!("{actor} has {role} on {place}{inherited}")
    }
}

fn is_id(text: &str) -> bool {
    text == "default" || (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn text(object: &Value, key: &str) -> String {
    object[key].as_str().unwrap_or_default().to_owned()
}

fn attributes(object: &Value) -> Value {
    let kept = object.as_object().unwrap().iter().filter(|(key, _)| !LEFT_OUT.contains(&key.as_str()));
    // Sorted, so that the printed difference of two snapshots shows differences only.
    Value::Object(
        kept.map(|(key, value)| (key.clone(), value.clone()))
            .collect::<BTreeMap<_, _>>()
            .into_iter()
            .collect::<Map<_, _>>(),
    )
}
