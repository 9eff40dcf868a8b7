//! `/v3/groups` and who is in them.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::attributes::{change_extra, check_same_id, id_schema, name_schema, new_extra, shown_extra, with_link};
use super::caller::Caller;
use super::data::{Actor, Data, Group, Scope, Target, Token, new_id};
use super::error::Refusal;
use super::listing::{Pages, list};
use super::rules::{Aim, allow};
use super::{Outcome, body, member, not_allowed, route, schema, single, users};

const KNOWN: [&str; 4] = ["id", "name", "domain_id", "description"];

/// The longest name that the table holds.
const LONGEST_NAME: usize = 64;

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    Some(match (method, words.as_slice()) {
        ("GET" | "HEAD", ["groups"]) => index(data, about, call),
        ("POST", ["groups"]) => create(data, about, call),
        (_, ["groups"]) => Ok(not_allowed(call, "GET, OPTIONS, HEAD, POST")),
        ("GET" | "HEAD", ["groups", id]) => show(data, about, call, id),
        ("PATCH", ["groups", id]) => change(data, about, call, id),
        ("DELETE", ["groups", id]) => delete(data, about, call, id),
        (_, ["groups", _]) => Ok(not_allowed(call, "GET, OPTIONS, DELETE, HEAD, PATCH")),
        ("GET" | "HEAD", ["groups", id, "users"]) => members(data, about, call, id),
        ("GET" | "HEAD" | "PUT" | "DELETE", ["groups", id, "users", user]) => membership(data, about, call, (id, user)),
        (_, ["groups", _, "users", _]) => Ok(not_allowed(call, "GET, PUT, OPTIONS, DELETE, HEAD")),
        ("GET" | "HEAD", ["users", user, "groups"]) => groups_of(data, about, call, user),
        (_, ["groups", _, "users"] | ["users", _, "groups"]) => Ok(not_allowed(call, "GET, OPTIONS, HEAD")),
        _ => return None,
    })
}

/// As clients see it.
fn shown(about: &About<'_>, id: &str, group: &Group) -> Value {
    let mut shown = shown_extra(&group.extra);
    shown.insert("id".to_owned(), json!(id));
    shown.insert("name".to_owned(), json!(group.name));
    shown.insert("domain_id".to_owned(), json!(group.domain_id));
    shown.insert("description".to_owned(), json!(group.description));
    with_link(about, shown, "groups", id)
}

fn form(requires: Value) -> Value {
    let mut group = json!({"type": "object", "properties": {
        "domain_id": id_schema(&["string"]),
        "description": {"type": ["string", "null"]},
        "name": name_schema(255),
    }});
    if let (Some(group), Value::Object(requires)) = (group.as_object_mut(), requires) {
        group.extend(requires);
    }
    json!({"type": "object", "properties": {"group": group}, "required": ["group"], "additionalProperties": false})
}

fn no_group(id: &str) -> Refusal {
    Refusal::not_found("group", id)
}

/// What the rules ask about a group, or about a user: its domain, of which nothing is known if it does not exist.
fn of_domain(domain: Option<&str>) -> Aim<'_> {
    Aim { domain, ..Aim::default() }
}

fn domain_of<'data>(data: &'data Data, id: &str) -> Option<&'data str> {
    data.groups.get(id).map(|group| group.domain_id.as_str())
}

fn domain_of_user<'data>(data: &'data Data, id: &str) -> Option<&'data str> {
    data.users.get(id).map(|user| user.domain_id.as_str())
}

fn index(data: &Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    let query =
        json!({"type": "object", "properties": {"domain_id": id_schema(&["string"]), "name": name_schema(255)}});
    schema::check_query(&query, call.parameters())?;
    let caller = Caller::of(data, about, call)?;
    let domain = if about.flavour.platform { call.query("domain_id") } else { caller.domain_scope() };
    allow(data, about, &caller, "list_groups", &of_domain(domain))?;
    let items = data.groups.iter().map(|(id, group)| shown(about, id, group)).collect();
    let items = narrowed(about, &caller, items);
    list(about, call, "groups", items, &["domain_id", "name"], Pages::Known)
}

/// Those of the domain that the token is for, if it is for one. The platform's server does not do this.
fn narrowed(about: &About<'_>, caller: &Caller, mut items: Vec<Value>) -> Vec<Value> {
    if let Some(domain) = caller.domain_scope().filter(|_| !about.flavour.platform) {
        items.retain(|item| item.get("domain_id").and_then(Value::as_str) == Some(domain));
    }
    items
}

fn create(data: &mut Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    schema::check(&form(json!({"required": ["name"]})), &body(call))?;
    let caller = Caller::of(data, about, call)?;
    let fields = member(call, "group");
    let given = fields.get("domain_id").and_then(Value::as_str);
    allow(data, about, &caller, "create_group", &of_domain(given))?;
    let domain_id = given.or(caller.domain_scope()).unwrap_or("default").to_owned();
    if !data.domains.contains_key(&domain_id) {
        return Err(Refusal::not_found("domain", &domain_id));
    }
    let name = name_in(&fields)?.unwrap_or_default();
    if is_taken(data, &domain_id, &name, None) {
        let details = format!("Duplicate entry found with name {name} at domain ID {domain_id}");
        return Err(Refusal::conflict("group", &details));
    }
    let description = fields.get("description").map_or(Some(String::new()), description);
    let id = new_id();
    let members = std::collections::BTreeSet::new();
    let group = Group { domain_id, name, description, members, extra: new_extra(fields, &KNOWN) };
    let shown = shown(about, &id, &group);
    data.groups.insert(id, group);
    Ok(single(201, "group", shown))
}

fn description(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The name in a request. The database has less room for it than the schema allows.
fn name_in(fields: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let Some(name) = fields.get("name").and_then(Value::as_str) else { return Ok(None) };
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::bad_request(format!(
            "String length exceeded. The length of string '{name}' exceeds the limit of column \
             name(CHAR({LONGEST_NAME}))."
        )));
    }
    Ok(Some(name.to_owned()))
}

fn is_taken(data: &Data, domain: &str, name: &str, but: Option<&str>) -> bool {
    let mut others = data.groups.iter().filter(|(id, _)| Some(id.as_str()) != but);
    others.any(|(_, group)| group.domain_id == domain && group.name == name)
}

fn show(data: &Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    allow(data, about, &caller, "get_group", &of_domain(domain_of(data, id)))?;
    let group = data.groups.get(id).ok_or_else(|| no_group(id))?;
    Ok(single(200, "group", shown(about, id, group)))
}

fn change(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    schema::check(&form(json!({"minProperties": 1})), &body(call))?;
    let caller = Caller::of(data, about, call)?;
    allow(data, about, &caller, "update_group", &of_domain(domain_of(data, id)))?;
    check_same_id(call, "group", id)?;
    let mut group = data.groups.get(id).cloned().ok_or_else(|| no_group(id))?;
    let fields = member(call, "group");
    if fields.get("domain_id").is_some_and(|other| *other != group.domain_id) {
        return Err(Refusal::bad_request("Cannot change Domain ID"));
    }
    group.name = name_in(&fields)?.unwrap_or(group.name);
    if is_taken(data, &group.domain_id, &group.name, Some(id)) {
        return Err(Refusal::conflict("group", &format!("Duplicate entry found with name {}", group.name)));
    }
    group.description = fields.get("description").map_or(group.description, description);
    change_extra(&mut group.extra, fields, &KNOWN);
    let shown = shown(about, id, &group);
    data.groups.insert(id.to_owned(), group);
    Ok(single(200, "group", shown))
}

fn delete(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let domain = domain_of(data, id).ok_or_else(|| no_group(id))?;
    allow(data, about, &caller, "delete_group", &of_domain(Some(domain)))?;
    remove(data, id);
    Ok(Reply::empty(204))
}

/// Takes its roles with it.
pub(super) fn remove(data: &mut Data, id: &str) {
    data.grants.retain(|grant| grant.actor != Actor::Group(id.to_owned()));
    data.groups.remove(id);
}

fn members(data: &Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    allow(data, about, &caller, "list_users_in_group", &of_domain(domain_of(data, id)))?;
    let group = data.groups.get(id).ok_or_else(|| no_group(id))?;
    let users = group.members.iter().filter_map(|id| data.users.get_key_value(id));
    let items = narrowed(about, &caller, users.map(|(id, user)| users::shown(about, id, user)).collect());
    list(about, call, "users", items, &["domain_id", "enabled", "name", "password_expires_at"], Pages::Cut)
}

/// Checks, adds or removes a member.
fn membership(data: &mut Data, about: &About<'_>, call: &Call, (id, user): (&str, &str)) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let action = match call.method.as_str() {
        "PUT" => "add_user_to_group",
        "DELETE" => "remove_user_from_group",
        _ => "check_user_in_group",
    };
    for domain in [domain_of(data, id), domain_of_user(data, user)] {
        allow(data, about, &caller, action, &of_domain(domain))?;
    }
    let is_known = data.users.contains_key(user);
    let group = data.groups.get_mut(id).ok_or_else(|| no_group(id))?;
    if !is_known {
        return Err(Refusal::not_found("user", user));
    }
    if call.method == "PUT" {
        group.members.insert(user.to_owned());
    }
    let is_in = if call.method == "DELETE" { group.members.remove(user) } else { group.members.contains(user) };
    if call.method == "DELETE" && is_in {
        // Keystone does not ask what the group was good for: whatever the user holds on projects ends.
        let is_kept = |token: &Token| token.user_id != user || !matches!(token.scope, Scope::On(Target::Project(_)));
        data.tokens.retain(|_, token| is_kept(token));
    }
    let missing = || Refusal::new(404, format!("User '{user}' not found in group '{id}'"));
    if is_in { Ok(Reply::empty(204)) } else { Err(missing()) }
}

fn groups_of(data: &Data, about: &About<'_>, call: &Call, user: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let domain = domain_of_user(data, user);
    allow(data, about, &caller, "list_groups_for_user", &Aim { user: Some(user), ..of_domain(domain) })?;
    if domain.is_none() {
        return Err(Refusal::not_found("user", user));
    }
    let of_user = data.groups.iter().filter(|(_, group)| group.members.contains(user));
    let items = of_user.map(|(id, group)| {
        let mut shown = shown(about, id, group);
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("membership_expires_at".to_owned(), Value::Null);
        }
        shown
    });
    list(about, call, "groups", narrowed(about, &caller, items.collect()), &["name"], Pages::Cut)
}

#[cfg(test)]
#[path = "groups_tests.rs"]
mod tests;
