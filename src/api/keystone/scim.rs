//! The SCIM plug-in of Telefonica's Keystone, where it is there. It is used for one thing that plain v3 cannot do: making
//! and deleting all roles of a service in one request.

use serde::Deserialize;
use serde_json::{Map, json};

use crate::http::{Error, Method, Request};

use super::{Entity, Keystone};

/// The schema that its bodies have to name.
const SCHEMA: &str = "urn:scim:schemas:extension:keystone:1.0";

#[derive(Deserialize)]
struct Role {
    id: String,
    name: String,
}

/// `GET /v3/OS-SCIM/Roles` of a domain that no id is equal to: the shortest answer that tells.
fn probe() -> Request {
    Request::new(Method::Get)
        .path("v3/OS-SCIM/Roles")
        .query("domain_id", "none")
        .accept_status(400)
        .accept_status(403)
        .accept_status(404)
}

fn create(domain: &str, names: &[String]) -> Request {
    let role = |name: &String| json!({"schemas": [SCHEMA], "name": name, "domain_id": domain});
    let roles: Vec<_> = names.iter().map(role).collect();
    Request::new(Method::Post).path("v3/OS-SCIM/RolesAll").json(json!({ "roles": roles }))
}

fn delete(domain: &str) -> Request {
    Request::new(Method::Delete).path("v3/OS-SCIM/RolesAll").query("domain_id", domain).accept_status(404)
}

impl Keystone {
    /// Whether the plug-in is there. Keystone answers for a path that it does not know with a page of HTML. `None`: the
    /// answer does not tell.
    pub(crate) async fn has_scim(&self) -> Result<Option<bool>, Error> {
        let response = self.send_anywhere(&probe()).await?;
        Ok(match response.status {
            404 => Some(false),
            400 | 403 => None,
            _ => Some(response.json().is_ok()),
        })
    }

    /// Makes roles of a service, by the names that people use. Not atomic: after an error some may be there. Not repeated:
    /// the caller looks first.
    pub(crate) async fn create_roles(&self, domain: &str, names: &[String]) -> Result<Vec<Entity>, Error> {
        let response = self.send(&create(domain, names)).await?;
        let roles: Vec<Role> = response.decode(None)?;
        let entity = |role: Role| Entity {
            id: role.id,
            name: format!("{domain}#{}", role.name),
            domain_id: None,
            enabled: None,
            rest: Map::new(),
        };
        Ok(roles.into_iter().map(entity).collect())
    }

    /// Deletes all roles of a service; there being none is as good. `false`: there is no such request here.
    pub(crate) async fn delete_roles(&self, domain: &str) -> Result<bool, Error> {
        // Without a domain the plug-in would look for roles of a domain called `None`.
        Ok(self.send_anywhere(&delete(domain)).await?.status != 404)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_name_the_schema_and_the_service() {
        let request = create("d1", &["A".to_owned(), "B".to_owned()]);
        assert!(!request.repeatable, "it is not atomic, so it is never repeated blindly");
        let role = |name: &str| json!({"schemas": [SCHEMA], "name": name, "domain_id": "d1"});
        assert_eq!(request.body, Some(crate::http::Body::Json(json!({"roles": [role("A"), role("B")]}))));
        assert_eq!(delete("d1").query, [("domain_id".to_owned(), "d1".to_owned())]);
    }
}
