//! `/v3/roles`.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::attributes::{
    change_extra, check_mutable, check_same_id, id_schema, name_schema, new_extra, options_of, options_schema,
    shown_extra, text, with_link,
};
use super::caller::Caller;
use super::data::{Data, Role, new_id};
use super::error::Refusal;
use super::listing::{Pages, list};
use super::rules::{Aim, allow};
use super::{Outcome, body, member, not_allowed, route, schema, single};

const KNOWN: [&str; 4] = ["id", "name", "domain_id", "description"];

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    Some(match (method, words.as_slice()) {
        ("GET" | "HEAD", ["roles"]) => index(data, about, call),
        ("POST", ["roles"]) => create(data, about, call),
        (_, ["roles"]) => Ok(not_allowed(call, "GET, OPTIONS, HEAD, POST")),
        ("GET" | "HEAD", ["roles", id]) => {
            existing(data, about, call, id, "get").map(|role| single(200, "role", shown(about, id, role)))
        }
        ("PATCH", ["roles", id]) => change(data, about, call, id),
        ("DELETE", ["roles", id]) => delete(data, about, call, id),
        (_, ["roles", _]) => Ok(not_allowed(call, "GET, OPTIONS, DELETE, HEAD, PATCH")),
        _ => return None,
    })
}

/// As clients see it.
pub(super) fn shown(about: &About<'_>, id: &str, role: &Role) -> Value {
    with_link(about, attributes(id, role), "roles", id)
}

/// All that it has, without its address.
pub(super) fn attributes(id: &str, role: &Role) -> Map<String, Value> {
    let mut options = options_of(&role.extra);
    if role.immutable {
        options.insert("immutable".to_owned(), json!(true));
    }
    let mut shown = shown_extra(&role.extra);
    shown.insert("id".to_owned(), json!(id));
    shown.insert("name".to_owned(), json!(role.name));
    shown.insert("domain_id".to_owned(), json!(role.domain_id));
    shown.insert("description".to_owned(), json!(role.description));
    shown.insert("options".to_owned(), json!(options));
    shown
}

fn form(requires: Value) -> Value {
    let mut role = json!({"type": "object", "properties": {
        "name": name_schema(255),
        "description": {"type": ["string", "null"]},
        "domain_id": id_schema(&["string", "null"]),
        "options": options_schema(&["immutable"]),
    }});
    if let (Some(role), Value::Object(requires)) = (role.as_object_mut(), requires) {
        role.extend(requires);
    }
    json!({"type": "object", "properties": {"role": role}, "required": ["role"], "additionalProperties": false})
}

/// Global roles, or those of the domain that the query names; never both.
fn index(data: &Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    let query =
        json!({"type": "object", "properties": {"name": name_schema(255), "domain_id": id_schema(&["string"])}});
    schema::check_query(&query, call.parameters())?;
    let caller = Caller::of(data, about, call)?;
    let domain = call.query("domain_id");
    let action = if domain.is_some() { "list_domain_roles" } else { "list_roles" };
    allow(data, about, &caller, action, &Aim { domain, ..Aim::default() })?;
    let roles = data.roles.iter().filter(|(_, role)| role.domain_id.as_deref() == domain);
    let items = roles.map(|(id, role)| shown(about, id, role)).collect();
    list(about, call, "roles", items, &["name"], Pages::Cut)
}

fn create(data: &mut Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    schema::check(&form(json!({"required": ["name"]})), &body(call))?;
    let caller = Caller::of(data, about, call)?;
    let fields = member(call, "role");
    let domain_id = fields.get("domain_id").and_then(Value::as_str).map(str::to_owned);
    let action = if domain_id.is_some() { "create_domain_role" } else { "create_role" };
    allow(data, about, &caller, action, &Aim { domain: domain_id.as_deref(), ..Aim::default() })?;
    let mut role = Role {
        name: text(&fields, "name").unwrap_or_default(),
        description: fields.get("description").and_then(Value::as_str).map(str::to_owned),
        domain_id,
        immutable: false,
        extra: new_extra(fields, &KNOWN),
    };
    move_mark(&mut role);
    check_name(data, "", &role)?;
    let id = new_id();
    let shown = shown(about, &id, &role);
    data.roles.insert(id, role);
    Ok(single(201, "role", shown))
}

/// The mark has a field of its own.
fn move_mark(role: &mut Role) {
    let mut options = options_of(&role.extra);
    if let Some(mark) = options.get("immutable") {
        role.immutable = *mark == json!(true);
        if role.immutable {
            options.remove("immutable");
        }
        role.extra.insert("options".to_owned(), Value::Object(options));
    }
}

fn check_name(data: &Data, id: &str, role: &Role) -> Result<(), Refusal> {
    let is_taken = data
        .roles
        .iter()
        .any(|(other, known)| other != id && known.name == role.name && known.domain_id == role.domain_id);
    if !is_taken {
        return Ok(());
    }
    let place = role.domain_id.as_ref().map(|domain| format!(" at domain ID {domain}")).unwrap_or_default();
    Err(Refusal::conflict("role", &format!("Duplicate entry found with name {}{place}", role.name)))
}

/// A role that the caller may do this with. Whether it exists is told before whether the caller may.
fn existing<'data>(
    data: &'data Data,
    about: &About<'_>,
    call: &Call,
    id: &str,
    verb: &str,
) -> Result<&'data Role, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let role = data.roles.get(id).ok_or_else(|| Refusal::not_found("role", id))?;
    let kind = if role.domain_id.is_some() { "domain_role" } else { "role" };
    let aim = Aim { domain: role.domain_id.as_deref(), role: Some(&role.name), ..Aim::default() };
    allow(data, about, &caller, &format!("{verb}_{kind}"), &aim)?;
    Ok(role)
}

fn change(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    schema::check(&form(json!({"minProperties": 1})), &body(call))?;
    let role = existing(data, about, call, id, "update")?;
    check_same_id(call, "role", id)?;
    let fields: Map<String, Value> = member(call, "role");
    check_mutable(role.immutable, "role", id, Some(&fields))?;
    let domain = fields.get("domain_id").map(|domain| domain.as_str().map(str::to_owned));
    if domain.is_some_and(|domain| domain != role.domain_id) {
        return Err(Refusal::bad_request("Update of `domain_id` is not allowed."));
    }
    let mut changed = role.clone();
    if let Some(name) = text(&fields, "name") {
        changed.name = name;
    }
    if let Some(description) = fields.get("description") {
        changed.description = description.as_str().map(str::to_owned);
    }
    if fields.get("options").is_some_and(|options| options.get("immutable").is_some()) {
        changed.immutable = false;
    }
    change_extra(&mut changed.extra, fields, &KNOWN);
    move_mark(&mut changed);
    check_name(data, id, &changed)?;
    let shown = shown(about, id, &changed);
    data.roles.insert(id.to_owned(), changed);
    Ok(single(200, "role", shown))
}

/// Whoever held it holds it no more.
fn delete(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let role = existing(data, about, call, id, "delete")?;
    check_mutable(role.immutable, "role", id, None)?;
    data.grants.retain(|grant| grant.role_id != id);
    data.roles.remove(id);
    Ok(Reply::empty(204))
}
