//! A token as clients see it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::sandbox::world::About;

use super::super::caller::roles;
use super::super::data::{Data, Scope, Target, Token};
use super::super::passwords::expires_at;
use super::super::roles::attributes;

/// The body without its envelope. Project and domain of the scope come before the roles, as in Keystone's.
pub(super) fn token(data: &Data, about: &About<'_>, token: &Token, with_catalog: bool) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("methods", json!(token.methods));
    put("user", user(data, &token.user_id));
    put("audit_ids", json!(token.audit_ids));
    put("expires_at", json!(moment(token.expires_at)));
    put("issued_at", json!(moment(token.issued_at)));
    let carried: Vec<Value> = roles(data, token).iter().filter_map(|id| role(data, token, id)).collect();
    match &token.scope {
        Scope::Unscoped => return Value::Object(shown),
        Scope::On(Target::System) => {
            put("roles", json!(carried));
            put("system", json!({"all": true}));
        }
        Scope::On(Target::Domain(id)) => {
            put("domain", domain(data, id));
            put("roles", json!(carried));
        }
        Scope::On(Target::Project(id)) => {
            let trust = token.trust_id.as_ref().and_then(|id| Some((id, data.trusts.get(id)?)));
            if let Some((id, trust)) = trust {
                let parts = json!({
                    "id": id,
                    "trustor_user": {"id": trust.trustor_user_id},
                    "trustee_user": {"id": trust.trustee_user_id},
                    "impersonation": trust.impersonation,
                });
                put("OS-TRUST:trust", parts);
            }
            put("project", project(data, id));
            if token.trust_id.is_none() {
                put("is_domain", json!(false));
            }
            put("roles", json!(carried));
        }
    }
    if with_catalog {
        put("catalog", catalog(about));
    }
    Value::Object(shown)
}

/// A role that the token carries. One of a trust is shown with all that it has.
fn role(data: &Data, token: &Token, id: &str) -> Option<Value> {
    let role = data.roles.get(id)?;
    if token.trust_id.is_none() {
        return Some(json!({"id": id, "name": role.name}));
    }
    Some(Value::Object(attributes(id, role)))
}

fn user(data: &Data, id: &str) -> Value {
    let Some(user) = data.users.get(id) else { return Value::Null };
    json!({
        "domain": domain(data, &user.domain_id),
        "id": id,
        "name": user.name,
        "password_expires_at": expires_at(user),
    })
}

fn domain(data: &Data, id: &str) -> Value {
    json!({"id": id, "name": data.domains.get(id).map(|domain| &domain.name)})
}

fn project(data: &Data, id: &str) -> Value {
    let project = data.projects.get(id);
    let domain = project.map(|project| domain(data, &project.domain_id));
    json!({"domain": domain, "id": id, "name": project.map(|project| &project.name)})
}

/// The ids of a catalog's parts do not change while the server runs.
const SERVICE_ID: &str = "214d7ef9afe3421592f72e734b9f6400";
const ENDPOINT_ID: &str = "dacd1b0c9f3f4d868f51d13deabe6e66";

/// The services that a token may be used at: here only this one.
pub(in crate::sandbox::keystone) fn catalog(about: &About<'_>) -> Value {
    let url = format!("{}/v3", about.url);
    let endpoint = json!({
        "id": ENDPOINT_ID, "interface": "public", "region_id": "RegionOne", "url": url, "region": "RegionOne",
    });
    json!([{"endpoints": [endpoint], "id": SERVICE_ID, "type": "identity", "name": "keystone"}])
}

/// To the second, like a Fernet token, but written with microseconds.
fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string()
}
