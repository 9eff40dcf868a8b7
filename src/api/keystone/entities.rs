//! Domains, projects, users, groups and roles: one shape, five paths.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::http::{KeystoneMarker, Method, Request};

/// Deleting a domain with 2,000 users was seen to take 33 s on SQLite without a byte coming back.
const DOMAIN_DELETE_PATIENCE: Duration = Duration::from_mins(5);

/// Which of the five.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Domain,
    Project,
    User,
    Group,
    Role,
}

/// Anything with an id and a name. What else the server sent is kept as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entity {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) domain_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enabled: Option<bool>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

impl Entity {
    /// A member of the object, typed ones included; `Null` when absent.
    pub(crate) fn member(&self, key: &str) -> Value {
        match key {
            "id" => json!(self.id),
            "name" => json!(self.name),
            "domain_id" => json!(self.domain_id),
            "enabled" => json!(self.enabled),
            other => self.rest.get(other).cloned().unwrap_or(Value::Null),
        }
    }

    /// A text member; empty when absent.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.rest.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The members that are not as wanted: (key, wanted, found). An absent text equals an empty one, which is how
    /// Keystone stores a description that was never given.
    pub(crate) fn differences(&self, wanted: &Map<String, Value>) -> Vec<(String, Value, Value)> {
        let blank = |value: &Value| value.is_null() || value.as_str() == Some("");
        wanted
            .iter()
            .map(|(key, value)| (key.clone(), value.clone(), self.member(key)))
            .filter(|(_, wanted, found)| wanted != found && !(blank(wanted) && blank(found)))
            .collect()
    }

    /// As it is after these changes, where the server's answer to them is lost. A password is none of what it shows.
    pub(crate) fn changed(&self, changes: &Map<String, Value>) -> Self {
        let mut after = self.clone();
        for (key, value) in changes {
            match (key.as_str(), value.as_str()) {
                ("name", Some(name)) => name.clone_into(&mut after.name),
                ("enabled", _) => after.enabled = value.as_bool(),
                ("name" | "password", _) => {}
                _ => drop(after.rest.insert(key.clone(), value.clone())),
            }
        }
        after
    }
}

impl Kind {
    pub(crate) fn singular(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Project => "project",
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Domain => "domains",
            Self::Project => "projects",
            Self::User => "users",
            Self::Group => "groups",
            Self::Role => "roles",
        }
    }

    /// How a list of them is read. Keystone 30 ignores the marker in a list of roles.
    pub(super) fn paging(self) -> KeystoneMarker {
        match self {
            Self::Role => KeystoneMarker::whole(self.plural()),
            Self::Domain | Self::Project | Self::User | Self::Group => KeystoneMarker::new(self.plural()),
        }
    }

    fn collection(self, method: Method) -> Request {
        Request::new(method).path("v3").path(self.plural())
    }

    /// `GET /v3/KINDs`.
    pub(crate) fn list(self) -> Request {
        self.collection(Method::Get)
    }

    /// `GET /v3/KINDs?name=` and, where the kind lives in one, `domain_id=`.
    pub(crate) fn find(self, domain: Option<&str>, name: &str) -> Request {
        let request = match domain {
            Some(domain) => self.list().query("domain_id", domain),
            None => self.list(),
        };
        request.query("name", name)
    }

    /// `GET /v3/KINDs/ID`; 404 is an answer.
    pub(crate) fn show(self, id: &str) -> Request {
        self.collection(Method::Get).id(id).accept_status(404)
    }

    /// `POST /v3/KINDs`. Not repeatable: see [`super::create`].
    pub(crate) fn create(self, members: &Map<String, Value>) -> Request {
        self.collection(Method::Post).json(json!({ self.singular(): members }))
    }

    /// `PATCH /v3/KINDs/ID`.
    pub(crate) fn update(self, id: &str, changes: &Map<String, Value>) -> Request {
        self.collection(Method::Patch).id(id).json(json!({ self.singular(): changes }))
    }

    /// `DELETE /v3/KINDs/ID`; 404 is an answer, since gone is what was wanted.
    pub(crate) fn delete(self, id: &str) -> Request {
        let request = self.collection(Method::Delete).id(id).accept_status(404);
        if self == Self::Domain { request.patience(DOMAIN_DELETE_PATIENCE) } else { request }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(value: Value) -> Entity {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_the_server_sent_is_kept() {
        let sent = json!({"id": "1", "name": "n", "domain_id": "d", "enabled": true, "email": "a@b", "extra": [1]});
        assert_eq!(serde_json::to_value(entity(sent.clone())).unwrap(), sent);
    }

    #[test]
    fn differences_name_only_what_was_asked_for() {
        let found = entity(json!({"id": "1", "name": "n", "enabled": false, "email": "a@b", "other": 1}));
        let wanted = json!({"email": "c@d", "enabled": false, "description": ""});
        let differences = found.differences(wanted.as_object().unwrap());
        assert_eq!(differences, vec![("email".to_owned(), json!("c@d"), json!("a@b"))]);
    }

    #[test]
    fn what_was_changed_is_shown_without_its_password() {
        let before = entity(json!({"id": "1", "name": "n", "domain_id": "d", "enabled": true, "email": "a@b"}));
        let changes = json!({"name": "m", "enabled": false, "description": "x", "password": "pw"});
        let after =
            json!({"id": "1", "name": "m", "domain_id": "d", "enabled": false, "email": "a@b", "description": "x"});
        assert_eq!(before.changed(changes.as_object().unwrap()), entity(after));
    }

    #[test]
    fn paths_and_bodies() {
        assert_eq!(Kind::User.show("x").template(), "/v3/users/{}");
        let request = Kind::Role.create(json!({"name": "r"}).as_object().unwrap());
        assert!(!request.repeatable, "a POST is never repeated blindly");
        assert!(request.body == Some(crate::http::Body::Json(json!({"role": {"name": "r"}}))));
        assert!(Kind::Domain.delete("x").patience.is_some());
    }
}
