//! A trust as a row. Names are shown where the run knows them anyway: those of the login itself and of what was named on the
//! command line; everybody else is an id, which every command takes. A name of each would be a request of each.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;

use crate::api::keystone::Kind;
use crate::api::keystone::auth::Token;
use crate::api::keystone::trusts::Trust;
use crate::output::{Column, View};

use super::super::present::{Row, platform_name};

const fn column(title: &'static str, key: &'static str, wide: bool) -> Column {
    Column { title, key, wide }
}

/// One trust.
pub(crate) const TRUST: View = View {
    columns: &[
        column("ID", "id", false),
        column("TRUSTOR", "trustor", false),
        column("TRUSTEE", "trustee", false),
        column("SUBSERVICE", "subservice", false),
        column("ROLES", "roles", false),
        column("EXPIRES", "expires_at", false),
        column("EXPIRED", "expired", false),
        column("USES LEFT", "remaining_uses", false),
        column("IMPERSONATION", "impersonation", true),
    ],
    name: "id",
};

/// A list of them, which does not say the roles.
pub(crate) const TRUSTS: View = View {
    columns: &[
        column("ID", "id", false),
        column("TRUSTOR", "trustor", false),
        column("TRUSTEE", "trustee", false),
        column("SUBSERVICE", "subservice", false),
        column("EXPIRES", "expires_at", false),
        column("EXPIRED", "expired", false),
        column("USES LEFT", "remaining_uses", true),
        column("IMPERSONATION", "impersonation", true),
    ],
    name: "id",
};

/// Names of users and subservices by id.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    pub(super) fn add(&mut self, id: &str, name: &str) {
        if !id.is_empty() && !name.is_empty() {
            self.0.insert(id.to_owned(), name.to_owned());
        }
    }

    /// Whom the token is of, and what it is for.
    pub(super) fn add_token(&mut self, token: &Token) {
        self.add(token.text("user", "/id"), token.text("user", "/name"));
        self.add(token.text("project", "/id"), platform_name(Kind::Project, token.text("project", "/name")));
    }

    fn of(&self, id: &str) -> String {
        self.0.get(id).cloned().unwrap_or_else(|| format!("id:{id}"))
    }
}

pub(super) fn row(trust: &Trust, names: &Names, now: Timestamp) -> Row {
    let mut row = Row::new();
    let mut put = |key: &str, value| row.insert(key.to_owned(), value);
    put("id", json!(trust.id));
    put("trustor", json!(names.of(&trust.trustor_user_id)));
    put("trustee", json!(names.of(&trust.trustee_user_id)));
    put("subservice", json!(trust.project_id.as_ref().map(|id| names.of(id))));
    if let Some(roles) = &trust.roles {
        let names: Vec<&str> = roles.iter().map(|role| platform_name(Kind::Role, &role.name)).collect();
        put("roles", json!(names));
    }
    put("expires_at", json!(trust.expires_at.map(|end| end.to_string())));
    put("expired", json!(trust.expires_at.is_some_and(|end| end <= now)));
    put("remaining_uses", json!(trust.remaining_uses));
    put("impersonation", json!(trust.impersonation));
    put("trustor_user_id", json!(trust.trustor_user_id));
    put("trustee_user_id", json!(trust.trustee_user_id));
    put("project_id", json!(trust.project_id));
    row.extend(trust.rest.clone().into_iter().filter(|(key, _)| !matches!(key.as_str(), "links" | "roles_links")));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc_and_names_as_far_as_they_are_known() {
        let sent = json!({"id": "t", "trustor_user_id": "u1", "trustee_user_id": "u2", "project_id": "p",
            "impersonation": false, "expires_at": "2026-11-23T12:00:00.000000Z", "remaining_uses": 2, "deleted_at": null,
            "roles": [{"id": "r", "name": "0123456789abcdef0123456789abcdef#Gardener"}], "links": {"self": "x"}});
        let trust: Trust = serde_json::from_value(sent).unwrap();
        let mut names = Names::default();
        names.add("u1", "ann");
        names.add("p", "energy");
        let at = |text: &str| row(&trust, &names, text.parse().unwrap());
        let shown = at("2026-11-23T11:59:59Z");
        assert_eq!((&shown["trustor"], &shown["trustee"]), (&json!("ann"), &json!("id:u2")));
        assert_eq!((&shown["subservice"], &shown["roles"]), (&json!("energy"), &json!(["Gardener"])));
        assert_eq!((&shown["expires_at"], &shown["expired"]), (&json!("2026-11-23T12:00:00Z"), &json!(false)));
        assert_eq!(at("2026-11-23T12:00:00Z")["expired"], true);
        assert!(!shown.contains_key("links") && shown.contains_key("deleted_at"));
    }
}
