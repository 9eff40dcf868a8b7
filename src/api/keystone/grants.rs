//! Who has which role where, and who is in which group: relations, which have no id and no name.

use serde_json::Value;

use crate::http::{Error, KeystoneMarker, Method, Request};

use super::Keystone;

/// Where a role is granted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// On the service itself.
    Domain(String),
    /// On one subservice.
    Project(String),
    /// On every subservice of the service, also those that come later; not on the service itself.
    InheritedToProjects(String),
}

/// Who receives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Actor {
    User(String),
    Group(String),
}

/// One role, of one actor, at one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Grant {
    pub(crate) target: Target,
    pub(crate) actor: Actor,
    pub(crate) role: String,
}

impl Grant {
    fn request(&self, method: Method) -> Request {
        let request = match &self.target {
            Target::Domain(id) => Request::new(method).path("v3/domains").id(id),
            Target::Project(id) => Request::new(method).path("v3/projects").id(id),
            Target::InheritedToProjects(id) => Request::new(method).path("v3/OS-INHERIT/domains").id(id),
        };
        let request = match &self.actor {
            Actor::User(id) => request.path("users").id(id),
            Actor::Group(id) => request.path("groups").id(id),
        };
        let request = request.path("roles").id(&self.role);
        match self.target {
            Target::InheritedToProjects(_) => request.path("inherited_to_projects"),
            _ => request,
        }
    }

    /// Puts it there; repeating it changes nothing.
    pub(crate) fn put(&self) -> Request {
        self.request(Method::Put)
    }

    /// Takes it away. 404 is an answer: it was not there.
    pub(crate) fn remove(&self) -> Request {
        self.request(Method::Delete).accept_status(404)
    }

    /// Reads one row of `GET /v3/role_assignments`; `None` for a scope we do not speak about (system).
    pub(crate) fn from_assignment(row: &Value) -> Option<Self> {
        let id = |path: &str| row.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let actor = match (id("/user/id"), id("/group/id")) {
            (Some(user), _) => Actor::User(user),
            (None, Some(group)) => Actor::Group(group),
            (None, None) => return None,
        };
        let inherited = row.pointer("/scope/OS-INHERIT:inherited_to").is_some();
        let target = match (id("/scope/domain/id"), id("/scope/project/id")) {
            (Some(domain), _) if inherited => Target::InheritedToProjects(domain),
            (Some(domain), _) => Target::Domain(domain),
            (None, Some(project)) => Target::Project(project),
            (None, None) => return None,
        };
        Some(Self { target, actor, role: id("/role/id")? })
    }
}

/// `GET /v3/role_assignments` with these filters. The server sends all of it at once.
pub(crate) fn assignments(query: &[(&str, &str)]) -> Request {
    let request = Request::new(Method::Get).path("v3/role_assignments");
    query.iter().fold(request, |request, (key, value)| request.query(*key, *value))
}

/// `…/v3/groups/GROUP/users/USER`.
pub(crate) fn membership(method: Method, group: &str, user: &str) -> Request {
    let request = Request::new(method).path("v3/groups").id(group).path("users").id(user);
    if method == Method::Put { request } else { request.accept_status(404) }
}

/// `GET /v3/groups/GROUP/users`.
fn members(group: &str) -> Request {
    Request::new(Method::Get).path("v3/groups").id(group).path("users")
}

impl Keystone {
    /// The assignments that match, as the server sends them.
    pub(crate) async fn assignments(&self, query: &[(&str, &str)]) -> Result<Vec<Value>, Error> {
        self.ask(&assignments(query), "role_assignments").await
    }

    /// The users in a group. Keystone 30 ignores the marker here.
    pub(crate) async fn members(&self, group: &str) -> Result<Vec<Value>, Error> {
        self.paged(members(group), KeystoneMarker::whole("users")).all().await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn grant(target: Target, actor: Actor) -> Grant {
        Grant { target, actor, role: "r".to_owned() }
    }

    #[test]
    fn paths_of_the_three_places() {
        let user = || Actor::User("u".to_owned());
        let group = || Actor::Group("g".to_owned());
        let id = || "x".to_owned();
        assert_eq!(grant(Target::Domain(id()), user()).put().template(), "/v3/domains/{}/users/{}/roles/{}");
        assert_eq!(grant(Target::Project(id()), group()).put().template(), "/v3/projects/{}/groups/{}/roles/{}");
        assert_eq!(
            grant(Target::InheritedToProjects(id()), user()).remove().template(),
            "/v3/OS-INHERIT/domains/{}/users/{}/roles/{}/inherited_to_projects"
        );
    }

    #[test]
    fn assignments_are_read_back() {
        let row = json!({"role": {"id": "r"}, "user": {"id": "u"},
            "scope": {"domain": {"id": "x"}, "OS-INHERIT:inherited_to": "projects"}});
        let expected = grant(Target::InheritedToProjects("x".to_owned()), Actor::User("u".to_owned()));
        assert_eq!(Grant::from_assignment(&row), Some(expected));
        let system = json!({"role": {"id": "r"}, "user": {"id": "u"}, "scope": {"system": {"all": true}}});
        assert_eq!(Grant::from_assignment(&system), None);
    }
}
