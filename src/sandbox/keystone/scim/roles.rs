//! Roles of a domain: ordinary global ones whose names begin with the id of the domain and `#`, which the plug-in puts
//! before them and takes away again.

use serde_json::{Value, json};

use crate::sandbox::call::Reply;

use super::super::caller::Caller;
use super::super::data::{Data, Role};
use super::super::error::Refusal;
use super::super::roles;
use super::super::rules::{Aim, allow};
use super::Scim;

fn shown(scim: &Scim<'_>, id: &str, role: &Role) -> Value {
    let (domain, name) = match role.name.split_once('#') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, role.name.as_str()),
    };
    let mut shown = scim.resource(json!({"id": id, "name": name, "domain_id": domain}));
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("schemas".to_owned(), json!([scim.extension()]));
    }
    shown
}

/// The ids of the roles whose names begin like this, however it is spelt.
fn beginning(data: &Data, prefix: &str) -> Vec<String> {
    let prefix = prefix.to_lowercase();
    let meant = data.roles.iter().filter(|(_, role)| role.name.to_lowercase().starts_with(&prefix));
    meant.map(|(id, _)| id.clone()).collect()
}

pub(super) fn list(data: &Data, scim: &Scim<'_>) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, scim.about, scim.call)?;
    let domain = scim.call.query("domain_id");
    let asked = domain.or(caller.domain_scope());
    allow(data, scim.about, &caller, "list_domain_roles", &Aim { domain: asked, ..Aim::default() })?;
    let ids = beginning(data, &domain.map(|domain| format!("{domain}#")).unwrap_or_default());
    let found = ids.iter().filter_map(|id| data.roles.get_key_value(id));
    scim.list(found.map(|(id, role)| shown(scim, id, role)).collect())
}

/// For anybody: the plug-in does not ask who wants to know.
pub(super) fn show(data: &Data, scim: &Scim<'_>, id: &str) -> Result<Reply, Refusal> {
    let role = data.roles.get(id).ok_or_else(|| Refusal::not_found("role", id))?;
    Ok(Reply::json(200, &shown(scim, id, role)))
}

/// Makes one role and shows it; or the answer that says why not.
fn make(data: &mut Data, scim: &Scim<'_>, asked: &Value) -> Result<Result<Value, Reply>, Refusal> {
    let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = match text("domain_id") {
        "" => text("name").to_owned(),
        domain => format!("{domain}#{}", text("name")),
    };
    let reply = scim.pass(data, roles::answer, ("POST", "roles", None), Some(json!({"role": {"name": name}})))?;
    let made: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let id = made.pointer("/role/id").and_then(Value::as_str);
    let role = id.and_then(|id| data.roles.get_key_value(id));
    Ok(role.map(|(id, role)| shown(scim, id, role)).ok_or(reply))
}

pub(super) fn create(data: &mut Data, scim: &Scim<'_>) -> Result<Reply, Refusal> {
    let made = make(data, scim, &Value::Object(scim.fields()))?;
    Ok(made.map_or_else(|reply| reply, |role| Reply::json(201, &role)))
}

/// One by one: those before the first that cannot be made stay.
pub(super) fn create_all(data: &mut Data, scim: &Scim<'_>) -> Result<Reply, Refusal> {
    let body = scim.fields();
    let mut made = Vec::new();
    for asked in body.get("roles").and_then(Value::as_array).into_iter().flatten() {
        match make(data, scim, asked)? {
            Ok(role) => made.push(role),
            Err(reply) => return Ok(reply),
        }
    }
    Ok(Reply::json(201, &Value::Array(made)))
}

/// Without a domain, those whose names begin with the word for nothing.
pub(super) fn delete_all(data: &mut Data, scim: &Scim<'_>) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, scim.about, scim.call)?;
    allow(data, scim.about, &caller, "delete_role", &Aim::default())?;
    let domain = scim.call.query("domain_id").unwrap_or("None");
    for id in beginning(data, &format!("{domain}#")) {
        data.grants.retain(|grant| grant.role_id != id);
        data.roles.remove(&id);
    }
    Ok(Reply::empty(204))
}
