//! `/v3/domains`.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::attributes::{
    change_extra, check_mutable, description_or, flag, flag_schema, is_immutable, name_schema, new_extra, options_of,
    options_schema, shown_extra, tags_of, text, with_link,
};
use super::caller::Caller;
use super::data::{Actor, Data, Domain, Target, new_id};
use super::error::Refusal;
use super::listing::{Pages, list};
use super::rules::{Aim, allow};
use super::{Outcome, body, member, not_allowed, projects, route, schema, single, users};

const KNOWN: [&str; 8] =
    ["id", "name", "description", "enabled", "domain_id", "parent_id", "is_domain", "explicit_domain_id"];

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    Some(match (method, words.as_slice()) {
        ("GET" | "HEAD", ["domains"]) => index(data, about, call),
        ("POST", ["domains"]) => create(data, about, call),
        (_, ["domains"]) => Ok(not_allowed(call, "GET, OPTIONS, HEAD, POST")),
        ("GET" | "HEAD", ["domains", id]) => show(data, about, call, id),
        ("PATCH", ["domains", id]) => change(data, about, call, id),
        ("DELETE", ["domains", id]) => delete(data, about, call, id),
        (_, ["domains", _]) => Ok(not_allowed(call, "GET, OPTIONS, DELETE, HEAD, PATCH")),
        _ => return None,
    })
}

/// As clients see it.
pub(super) fn shown(about: &About<'_>, id: &str, domain: &Domain) -> Value {
    let mut shown = shown_extra(&domain.extra);
    shown.insert("id".to_owned(), json!(id));
    shown.insert("name".to_owned(), json!(domain.name));
    shown.insert("description".to_owned(), json!(domain.description));
    shown.insert("enabled".to_owned(), json!(domain.enabled));
    shown.insert("tags".to_owned(), tags_of(&domain.extra));
    shown.insert("options".to_owned(), json!(options_of(&domain.extra)));
    with_link(about, shown, "domains", id)
}

fn form(requires: Value) -> Value {
    let mut domain = json!({"type": "object", "properties": {
        "explicit_domain_id": super::attributes::id_schema(&["string"]),
        "description": {"type": ["string", "null"], "maxLength": 255},
        "enabled": flag_schema(),
        "name": name_schema(64),
        "options": options_schema(&["immutable"]),
        "tags": projects::tags_schema(),
    }});
    if let (Some(domain), Value::Object(requires)) = (domain.as_object_mut(), requires) {
        domain.extend(requires);
    }
    json!({"type": "object", "properties": {"domain": domain}, "required": ["domain"], "additionalProperties": false})
}

fn index(data: &Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    let query = json!({"type": "object", "properties": {"enabled": flag_schema(), "name": name_schema(64)}});
    schema::check_query(&query, call.parameters())?;
    let caller = Caller::of(data, about, call)?;
    allow(data, about, &caller, "list_domains", &Aim { domain: caller.domain_scope(), ..Aim::default() })?;
    // A token of a domain sees that domain, but the platform's administrators see all.
    let only = caller.domain_scope().filter(|_| !about.flavour.platform);
    let domains = data.domains.iter().filter(|(id, _)| only.is_none_or(|only| only == id.as_str()));
    let items = domains.map(|(id, domain)| shown(about, id, domain)).collect();
    list(about, call, "domains", items, &["name", "enabled"], Pages::Full)
}

fn show(data: &Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let domain = data.domains.get(id);
    let aim = Aim { domain: domain.map(|_| id), ..Aim::default() };
    allow(data, about, &caller, "get_domain", &aim)?;
    let domain = domain.ok_or_else(|| Refusal::not_found("domain", id))?;
    Ok(single(200, "domain", shown(about, id, domain)))
}

fn create(data: &mut Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    schema::check(&form(json!({"required": ["name"]})), &body(call))?;
    let caller = Caller::of(data, about, call)?;
    allow(data, about, &caller, "create_domain", &Aim::default())?;
    let fields = member(call, "domain");
    let id = match text(&fields, "explicit_domain_id") {
        None => new_id(),
        Some(id) if id.len() == 32 && id.chars().all(|it| matches!(it, '0'..='9' | 'a'..='f')) => id,
        Some(_) => return Err(Refusal::bad_request("Domain ID does not conform to required UUID format.")),
    };
    let enabled = match flag(&fields, "enabled") {
        Ok(enabled) => enabled.unwrap_or(true),
        Err(failure) => return Ok(failure),
    };
    let domain = Domain {
        name: text(&fields, "name").unwrap_or_default().trim().to_owned(),
        description: description_or(&fields, Some("")),
        enabled,
        extra: new_extra(fields, &KNOWN),
    };
    check_name(data, &id, &domain.name)?;
    let shown = shown(about, &id, &domain);
    data.domains.insert(id, domain);
    Ok(single(201, "domain", shown))
}

fn check_name(data: &Data, id: &str, name: &str) -> Result<(), Refusal> {
    if !data.domains.iter().any(|(other, domain)| other == id || domain.name == name) {
        return Ok(());
    }
    let details = format!("it is not permitted to have two projects acting as domains with the same name: {name}");
    Err(Refusal::conflict("project", &details))
}

fn change(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    schema::check(&form(json!({"minProperties": 1})), &body(call))?;
    let domain = existing(data, about, call, id, "update_domain")?;
    let fields = member(call, "domain");
    check_mutable(is_immutable(&domain.extra), "domain", id, Some(&fields))?;
    let enabled = match flag(&fields, "enabled") {
        Ok(enabled) => enabled.unwrap_or(domain.enabled),
        Err(failure) => return Ok(failure),
    };
    let mut changed = Domain {
        name: text(&fields, "name").map_or_else(|| domain.name.clone(), |name| name.trim().to_owned()),
        description: description_or(&fields, domain.description.as_deref()),
        enabled,
        extra: domain.extra.clone(),
    };
    if changed.name != domain.name {
        check_name(data, "", &changed.name)?;
    }
    change_extra(&mut changed.extra, fields, &KNOWN);
    let shown = shown(about, id, &changed);
    data.domains.insert(id.to_owned(), changed);
    Ok(single(200, "domain", shown))
}

/// A domain that the caller may change. Whether it exists is told before whether the caller may.
fn existing<'data>(
    data: &'data Data,
    about: &About<'_>,
    call: &Call,
    id: &str,
    action: &str,
) -> Result<&'data Domain, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let domain = data.domains.get(id).ok_or_else(|| Refusal::not_found("domain", id))?;
    allow(data, about, &caller, action, &Aim { domain: Some(id), ..Aim::default() })?;
    Ok(domain)
}

fn delete(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let domain = existing(data, about, call, id, "delete_domain")?;
    check_mutable(is_immutable(&domain.extra), "domain", id, None)?;
    if domain.enabled {
        return Err(Refusal::new(403, "Cannot delete a domain that is enabled, please disable it first."));
    }
    remove(data, id);
    Ok(Reply::empty(204))
}

/// Takes everything with it that is inside. Roles stay, those that belong to the domain as well: Keystone forgets them.
fn remove(data: &mut Data, id: &str) {
    for project in ids(&data.projects, |project| project.domain_id == id) {
        projects::remove(data, &project);
    }
    for group in ids(&data.groups, |group| group.domain_id == id) {
        data.groups.remove(&group);
        data.grants.retain(|grant| grant.actor != Actor::Group(group.clone()));
    }
    for user in ids(&data.users, |user| user.domain_id == id) {
        users::remove(data, &user);
    }
    data.grants.retain(|grant| grant.target != Target::Domain(id.to_owned()));
    data.domains.remove(id);
}

fn ids<T>(map: &std::collections::BTreeMap<String, T>, belongs: impl Fn(&T) -> bool) -> Vec<String> {
    map.iter().filter(|(_, value)| belongs(value)).map(|(id, _)| id.clone()).collect()
}

/// A domain in the form of a project, which is what it is to Keystone's database.
pub(super) fn as_project(about: &About<'_>, id: &str, domain: &Domain) -> Value {
    let mut shown: Map<String, Value> = shown_extra(&domain.extra);
    let rest = json!({
        "id": id,
        "name": domain.name,
        "domain_id": null,
        "description": domain.description,
        "enabled": domain.enabled,
        "parent_id": null,
        "is_domain": true,
        "tags": tags_of(&domain.extra),
        "options": options_of(&domain.extra),
    });
    if let Value::Object(rest) = rest {
        shown.extend(rest);
    }
    with_link(about, shown, "projects", id)
}

#[cfg(test)]
#[path = "domains_tests.rs"]
mod tests;
