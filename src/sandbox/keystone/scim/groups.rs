//! Groups, as the plug-in shows and changes them: without descriptions.

use serde_json::{Map, Value, json};

use crate::sandbox::call::Reply;

use super::super::caller::Caller;
use super::super::data::{Data, Group};
use super::super::error::Refusal;
use super::super::groups;
use super::super::rules::{Aim, allow};
use super::{Scim, failure};

fn shown(scim: &Scim<'_>, id: &str, group: &Group) -> Value {
    let mut shown = json!({"id": id, "displayName": group.name});
    if let Some(shown) = shown.as_object_mut() {
        shown.insert(scim.extension(), json!({"domain_id": group.domain_id}));
    }
    scim.resource(shown)
}

pub(super) fn list(data: &Data, scim: &Scim<'_>) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, scim.about, scim.call)?;
    let domain = scim.call.query("domain_id");
    let asked = domain.or(caller.domain_scope());
    allow(data, scim.about, &caller, "list_groups", &Aim { domain: asked, ..Aim::default() })?;
    let name = scim.call.query("name");
    let found = data.groups.iter().filter(|(_, group)| domain.is_none_or(|domain| domain == group.domain_id));
    let found = found.filter(|(_, group)| name.is_none_or(|name| name == group.name));
    scim.list(found.map(|(id, group)| shown(scim, id, group)).collect())
}

pub(super) fn show(data: &mut Data, scim: &Scim<'_>, id: &str) -> Result<Reply, Refusal> {
    let reply = scim.pass(data, groups::answer, ("GET", "groups", Some(id)), None)?;
    Ok(data.groups.get(id).map_or(reply, |group| Reply::json(200, &shown(scim, id, group))))
}

fn attributes(scim: &Scim<'_>) -> Map<String, Value> {
    let fields = scim.fields();
    let mut attributes = Map::new();
    if let Some(name) = fields.get("displayName") {
        attributes.insert("name".to_owned(), name.clone());
    }
    if let Some(domain) = scim.domain(&fields) {
        attributes.insert("domain_id".to_owned(), json!(domain));
    }
    attributes
}

pub(super) fn create(data: &mut Data, scim: &Scim<'_>) -> Result<Reply, Refusal> {
    let body = json!({"group": attributes(scim)});
    let reply = scim.pass(data, groups::answer, ("POST", "groups", None), Some(body))?;
    let made: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let id = made.pointer("/group/id").and_then(Value::as_str);
    let group = id.and_then(|id| data.groups.get_key_value(id));
    Ok(group.map_or(reply, |(id, group)| Reply::json(201, &shown(scim, id, group))))
}

/// Changes the group, and then fails.
pub(super) fn change(data: &mut Data, scim: &Scim<'_>, id: &str) -> Result<Reply, Refusal> {
    let body = json!({"group": attributes(scim)});
    let reply = scim.pass(data, groups::answer, ("PATCH", "groups", Some(id)), Some(body))?;
    if reply.status == 200 { Err(failure()) } else { Ok(reply) }
}
