//! Users, as the plug-in shows and changes them.

use serde_json::{Map, Value, json};

use crate::sandbox::call::Reply;

use super::super::caller::Caller;
use super::super::data::{Data, User};
use super::super::error::Refusal;
use super::super::listing::is_true;
use super::super::rules::{Aim, allow};
use super::super::{spassword, users};
use super::{Scim, failure};

/// A disabled user has no `active` at all.
fn shown(scim: &Scim<'_>, id: &str, user: &User) -> Value {
    let mut shown = json!({
        "id": id,
        "userName": user.name,
        "displayName": user.extra.get("description"),
        "active": user.enabled,
    });
    if let Some(shown) = shown.as_object_mut() {
        if let Some(email) = user.extra.get("email").and_then(Value::as_str) {
            shown.insert("emails".to_owned(), json!([{"value": email}]));
        }
        shown.insert(scim.extension(), json!({"domain_id": user.domain_id}));
    }
    scim.resource(shown)
}

/// By name, which the plug-in sorts by since its pages were unstable.
pub(super) fn list(data: &Data, scim: &Scim<'_>) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, scim.about, scim.call)?;
    let domain = scim.call.query("domain_id");
    let asked = domain.or(caller.domain_scope());
    allow(data, scim.about, &caller, "list_users", &Aim { domain: asked, ..Aim::default() })?;
    let name = scim.call.query("name");
    let enabled = scim.call.query("enabled").map(is_true);
    let mut found: Vec<_> = data.users.iter().collect();
    found.retain(|(_, user)| domain.is_none_or(|domain| domain == user.domain_id));
    found.retain(|(_, user)| name.is_none_or(|name| name == user.name));
    found.retain(|(_, user)| enabled.is_none_or(|enabled| enabled == user.enabled));
    found.sort_by_key(|(_, user)| &user.name);
    scim.list(found.into_iter().map(|(id, user)| shown(scim, id, user)).collect())
}

pub(super) fn show(data: &mut Data, scim: &Scim<'_>, id: &str) -> Result<Reply, Refusal> {
    let reply = scim.pass(data, users::answer, ("GET", "users", Some(id)), None)?;
    Ok(data.users.get(id).map_or(reply, |user| Reply::json(200, &shown(scim, id, user))))
}

/// Keystone's names for what the body says.
fn attributes(scim: &Scim<'_>, fields: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let mut attributes = Map::new();
    for (name, known) in
        [("userName", "name"), ("displayName", "description"), ("active", "enabled"), ("password", "password")]
    {
        if let Some(value) = fields.get(name) {
            attributes.insert(known.to_owned(), value.clone());
        }
    }
    if let Some(emails) = fields.get("emails").and_then(Value::as_array) {
        // An empty list has no first one, which the plug-in takes for granted.
        let email = emails.first().and_then(|email| email.get("value")).ok_or_else(failure)?;
        attributes.insert("email".to_owned(), email.clone());
    }
    if let Some(domain) = scim.domain(fields) {
        attributes.insert("domain_id".to_owned(), json!(domain));
    }
    Ok(attributes)
}

fn weak_password(scim: &Scim<'_>, fields: &Map<String, Value>) -> Option<Reply> {
    let password = fields.get("password").and_then(Value::as_str)?;
    spassword::check(scim.about.flavour, password, false).err()
}

/// Makes the user, and then fails.
pub(super) fn create(data: &mut Data, scim: &Scim<'_>) -> Result<Reply, Refusal> {
    let fields = scim.fields();
    if let Some(refusal) = weak_password(scim, &fields) {
        return Ok(refusal);
    }
    let body = json!({"user": attributes(scim, &fields)?});
    let reply = scim.pass(data, users::answer, ("POST", "users", None), Some(body))?;
    if reply.status == 201 { Err(failure()) } else { Ok(reply) }
}

/// What is false or empty is lost on the way: this can neither disable a user nor take its description away.
pub(super) fn change(data: &mut Data, scim: &Scim<'_>, id: &str) -> Result<Reply, Refusal> {
    let fields = scim.fields();
    let attributes = attributes(scim, &fields)?;
    if attributes.is_empty() {
        return show(data, scim, id);
    }
    // The rules come first: whoever may not change the user is not told about its new password.
    let Some(user) = data.users.get(id) else { return Err(Refusal::not_found("user", id)) };
    let caller = Caller::of(data, scim.about, scim.call)?;
    allow(data, scim.about, &caller, "update_user", &Aim { domain: Some(&user.domain_id), ..Aim::default() })?;
    if let Some(refusal) = weak_password(scim, &fields) {
        return Ok(refusal);
    }
    let body = json!({"user": attributes});
    let reply = scim.pass(data, users::answer, ("PATCH", "users", Some(id)), Some(body))?;
    let changed = data.users.get(id).filter(|_| reply.status == 200);
    Ok(changed.map_or(reply, |user| Reply::json(200, &shown(scim, id, user))))
}
