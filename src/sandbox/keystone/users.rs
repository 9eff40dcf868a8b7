//! `/v3/users`, without the lists below a user.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::attributes::{
    change_extra, check_same_id, flag, flag_schema, id_schema, name_schema, new_extra, options_of, options_schema,
    shown_extra, text, with_link, with_repeated_extra,
};
use super::caller::Caller;
use super::data::{Actor, Data, User, new_id};
use super::error::Refusal;
use super::listing::{Pages, list};
use super::passwords::{expires_at, weakness};
use super::rules::{Aim, allow};
use super::{Outcome, body, member, not_allowed, route, schema, single};

const KNOWN: [&str; 7] =
    ["id", "name", "domain_id", "enabled", "password", "default_project_id", "password_expires_at"];

const OPTIONS: [&str; 7] = [
    "ignore_change_password_upon_first_use",
    "ignore_password_expiry",
    "ignore_lockout_failure_attempts",
    "lock_password",
    "ignore_user_inactivity",
    "multi_factor_auth_rules",
    "multi_factor_auth_enabled",
];

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    Some(match (method, words.as_slice()) {
        ("GET" | "HEAD", ["users"]) => index(data, about, call),
        ("POST", ["users"]) => create(data, about, call),
        (_, ["users"]) => Ok(not_allowed(call, "GET, OPTIONS, HEAD, POST")),
        ("GET" | "HEAD", ["users", id]) => show(data, about, call, id),
        ("PATCH", ["users", id]) => change(data, about, call, id),
        ("DELETE", ["users", id]) => delete(data, about, call, id),
        (_, ["users", _]) => Ok(not_allowed(call, "GET, OPTIONS, DELETE, HEAD, PATCH")),
        _ => return None,
    })
}

/// As clients see it.
pub(super) fn shown(about: &About<'_>, id: &str, user: &User) -> Value {
    let mut shown = shown_extra(&user.extra);
    shown.insert("id".to_owned(), json!(id));
    shown.insert("name".to_owned(), json!(user.name));
    shown.insert("domain_id".to_owned(), json!(user.domain_id));
    shown.insert("enabled".to_owned(), json!(user.enabled));
    if let Some(project) = &user.default_project_id {
        shown.insert("default_project_id".to_owned(), json!(project));
    }
    shown.insert("password_expires_at".to_owned(), expires_at(user));
    shown.insert("options".to_owned(), json!(options_of(&user.extra)));
    with_link(about, shown, "users", id)
}

fn form(requires: Value) -> Value {
    let mut user = json!({"type": "object", "properties": {
        "domain_id": id_schema(&["string"]),
        "default_project_id": {"type": ["string", "null"]},
        "description": {"type": ["string", "null"]},
        "enabled": flag_schema(),
        "federated": {"type": "array"},
        "name": name_schema(255),
        "password": {"type": ["string", "null"]},
        "options": options_schema(&OPTIONS),
    }});
    if let (Some(user), Value::Object(requires)) = (user.as_object_mut(), requires) {
        user.extend(requires);
    }
    json!({"type": "object", "properties": {"user": user}, "required": ["user"], "additionalProperties": false})
}

fn index(data: &Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    let query = json!({"type": "object", "properties": {
        "domain_id": id_schema(&["string"]), "enabled": flag_schema(), "name": name_schema(255),
        "sort_dir": {"type": "string", "enum": ["asc", "desc"]},
    }});
    schema::check_query(&query, call.parameters())?;
    let caller = Caller::of(data, about, call)?;
    let asked = call.query("domain_id").filter(|_| about.flavour.platform);
    let aim = Aim { domain: asked.or(caller.domain_scope()), ..Aim::default() };
    allow(data, about, &caller, "list_users", &aim)?;
    // As the platform does for projects and assignments. That it does so here is not known: its own clients list users by
    // SCIM.
    let only = caller.domain_scope().filter(|_| !about.flavour.platform);
    let users = data.users.iter().filter(|(_, user)| only.is_none_or(|only| only == user.domain_id));
    let items = users.map(|(id, user)| shown(about, id, user)).collect();
    // A token of a domain adds a filter of its own.
    let pages = if only.is_some() { Pages::Full } else { Pages::Known };
    list(about, call, "users", items, &["domain_id", "enabled", "name"], pages)
}

/// A user that the caller may do this with. Whether it exists is told to those who may only.
fn existing<'data>(
    data: &'data Data,
    about: &About<'_>,
    call: &Call,
    id: &str,
    action: &str,
) -> Result<&'data User, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let user = data.users.get(id);
    let domain = user.map(|user| user.domain_id.as_str());
    allow(data, about, &caller, action, &Aim { domain, user: user.map(|_| id), ..Aim::default() })?;
    user.ok_or_else(|| Refusal::not_found("user", id))
}

fn show(data: &Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let user = existing(data, about, call, id, "get_user")?;
    Ok(single(200, "user", shown(about, id, user)))
}

fn create(data: &mut Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    schema::check(&form(json!({"required": ["name"]})), &body(call))?;
    let caller = Caller::of(data, about, call)?;
    let fields = member(call, "user");
    let given = text(&fields, "domain_id");
    allow(data, about, &caller, "create_user", &Aim { domain: given.as_deref(), ..Aim::default() })?;
    let domain_id = given.or_else(|| caller.domain_scope().map(str::to_owned)).unwrap_or_else(|| "default".to_owned());
    if !data.domains.contains_key(&domain_id) {
        return Err(Refusal::not_found("domain", &domain_id));
    }
    let enabled = match flag(&fields, "enabled") {
        Ok(enabled) => enabled.unwrap_or(true),
        Err(failure) => return Ok(failure),
    };
    if let Some(refusal) = weakness(about, &fields, false) {
        return Ok(refusal);
    }
    let user = User {
        name: text(&fields, "name").unwrap_or_default().trim().to_owned(),
        enabled,
        password: fields.get("password").and_then(Value::as_str).map(str::to_owned),
        password_expires_at: None,
        default_project_id: default_project(data, &fields)?,
        tokens_valid_from: None,
        extra: new_extra(fields, &KNOWN),
        domain_id,
    };
    check_name(data, "", &user, true)?;
    let id = new_id();
    let shown = shown(about, &id, &user);
    data.users.insert(id, user);
    Ok(single(201, "user", shown))
}

/// A default project need not exist, only a domain may not be one.
fn default_project(data: &Data, fields: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let project = fields.get("default_project_id").and_then(Value::as_str);
    match project {
        Some(id) if data.domains.contains_key(id) => {
            Err(Refusal::bad_request(format!("User's default project ID cannot be a domain ID: {id}")))
        }
        project => Ok(project.map(str::to_owned)),
    }
}

/// The refusal names the domain only if the request did.
fn check_name(data: &Data, id: &str, user: &User, names_domain: bool) -> Result<(), Refusal> {
    let is_taken = data
        .users
        .iter()
        .any(|(other, known)| other != id && known.name == user.name && known.domain_id == user.domain_id);
    if !is_taken {
        return Ok(());
    }
    let place = if names_domain { format!(" at domain ID {}", user.domain_id) } else { String::new() };
    Err(Refusal::conflict("user", &format!("Duplicate entry found with name {}{place}", user.name)))
}

fn change(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    schema::check(&form(json!({"minProperties": 1})), &body(call))?;
    let user = existing(data, about, call, id, "update_user")?;
    check_same_id(call, "user", id)?;
    let fields = member(call, "user");
    if text(&fields, "domain_id").is_some_and(|domain| domain != user.domain_id) {
        return Err(Refusal::bad_request("Cannot change Domain ID"));
    }
    let enabled = match flag(&fields, "enabled") {
        Ok(enabled) => enabled.unwrap_or(user.enabled),
        Err(failure) => return Ok(failure),
    };
    if let Some(refusal) = weakness(about, &fields, true) {
        return Ok(refusal);
    }
    let mut changed = user.clone();
    changed.enabled = enabled;
    if let Some(name) = text(&fields, "name") {
        name.trim().clone_into(&mut changed.name);
    }
    if fields.contains_key("default_project_id") {
        changed.default_project_id = default_project(data, &fields)?;
    }
    if let Some(password) = fields.get("password") {
        changed.password = password.as_str().map(str::to_owned);
        changed.password_expires_at = None;
    }
    check_name(data, id, &changed, fields.contains_key("domain_id"))?;
    let has_new_password = fields.get("password").is_some_and(Value::is_string);
    if has_new_password || (user.enabled && !enabled) {
        // For good: enabling it again does not bring them back.
        changed.tokens_valid_from = Some(about.now);
    }
    change_extra(&mut changed.extra, fields, &KNOWN);
    let shown = with_repeated_extra(shown(about, id, &changed), &changed.extra);
    data.users.insert(id.to_owned(), changed);
    Ok(single(200, "user", shown))
}

fn delete(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    existing(data, about, call, id, "delete_user")?;
    remove(data, id);
    Ok(Reply::empty(204))
}

/// Takes its memberships, its roles and its trusts with it. Its tokens are bad without it.
pub(super) fn remove(data: &mut Data, id: &str) {
    for group in data.groups.values_mut() {
        group.members.remove(id);
    }
    data.grants.retain(|grant| grant.actor != Actor::User(id.to_owned()));
    data.trusts.retain(|_, trust| trust.trustor_user_id != id && trust.trustee_user_id != id);
    data.users.remove(id);
}
