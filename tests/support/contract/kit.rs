//! Throw-away objects for the cases that change or remove something.

use serde_json::json;

use super::client::Client;
use super::template::{Kind, Template};
use super::world::{Ids, PASSWORD, World, fill, log_in};

/// What one case is about.
#[derive(Clone, Debug)]
pub struct Kit {
    pub ids: Ids,
    /// The token that is spoken about, if it may be used up.
    pub subject: Option<String>,
}

impl World {
    /// Fresh objects where this request changes or removes them; the world's own otherwise.
    pub fn kit(&self, client: &mut Client, template: &Template, dark: bool) -> Kit {
        let mut ids = if dark { self.dark.clone() } else { self.main.clone() };
        let mut subject = None;
        let home = ids[&Kind::Domain].clone();
        let path = template.path.as_str();
        match (template.method.as_str(), path) {
            ("GET" | "HEAD", _) => {}
            ("POST", path) if path != "/v3/users/{user}/password" => {}
            ("POST", _) => drop(ids.insert(Kind::User, self.user(client, &home))),
            ("DELETE", "/v3/auth/tokens") => {
                let alice = json!({"id": self.main[&Kind::User], "password": PASSWORD});
                subject = Some(log_in(client, &alice, None));
            }
            (_, "/v3/domains/{domain}") => {
                let enabled = !dark && template.method != "DELETE";
                ids.insert(Kind::Domain, self.domain(client, enabled));
            }
            (_, "/v3/projects/{project}") if dark => {
                let spare = self.spare_projects.lock().unwrap().pop();
                ids.insert(Kind::Project, spare.unwrap_or_else(|| panic!("too few projects of the disabled domain")));
            }
            (_, "/v3/projects/{project}") => drop(ids.insert(Kind::Project, self.project(client, &home))),
            (_, "/v3/users/{user}") => drop(ids.insert(Kind::User, self.user(client, &home))),
            (_, "/v3/groups/{group}") => drop(ids.insert(Kind::Group, self.group(client, &home))),
            (_, "/v3/roles/{role}") => drop(ids.insert(Kind::Role, self.role(client, &home))),
            ("DELETE", "/v3/OS-TRUST/trusts/{trust}") if dark => {}
            ("DELETE", "/v3/OS-TRUST/trusts/{trust}") => drop(ids.insert(Kind::Trust, self.trust(client, &ids))),
            ("PUT" | "DELETE", path) if path.contains("/users/{user}") => {
                ids.insert(Kind::User, self.user(client, &home));
            }
            ("PUT" | "DELETE", path) if path.contains("/groups/{group}/roles/{role}") => {
                ids.insert(Kind::Group, self.group(client, &home));
            }
            _ => panic!("{template}: what does it change? tests/support/contract/kit.rs has to know"),
        }
        // What is to be taken away has to be there.
        if template.method == "DELETE"
            && (path.contains("/roles/{role}") || path.starts_with("/v3/groups/{group}/"))
            && path != "/v3/roles/{role}"
        {
            self.admin(client, "PUT", &fill(path, &ids), None);
        }
        Kit { ids, subject }
    }
}
