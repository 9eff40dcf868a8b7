//! `/v3/projects`.

mod change;
mod create;
mod tree;

use serde_json::{Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::attributes::{
    check_mutable, flag_schema, id_schema, is_immutable, name_schema, options_of, options_schema, shown_extra, tags_of,
    with_link,
};
use super::caller::Caller;
use super::data::{Data, Project, Target};
use super::error::Refusal;
use super::listing::{Pages, is_true, list};
use super::rules::{Aim, allow};
use super::{Outcome, domains, not_allowed, route, schema, single};

const KNOWN: [&str; 7] = ["id", "name", "description", "enabled", "domain_id", "parent_id", "is_domain"];

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    Some(match (method, words.as_slice()) {
        ("GET" | "HEAD", ["projects"]) => index(data, about, call),
        ("POST", ["projects"]) => create::create(data, about, call),
        (_, ["projects"]) => Ok(not_allowed(call, "GET, OPTIONS, HEAD, POST")),
        ("GET" | "HEAD", ["projects", id]) => show(data, about, call, id),
        ("PATCH", ["projects", id]) => change::change(data, about, call, id),
        ("DELETE", ["projects", id]) => delete(data, about, call, id),
        (_, ["projects", _]) => Ok(not_allowed(call, "GET, OPTIONS, DELETE, HEAD, PATCH")),
        _ => return None,
    })
}

/// As clients see it.
pub(super) fn shown(about: &About<'_>, id: &str, project: &Project) -> Value {
    let mut shown = shown_extra(&project.extra);
    shown.insert("id".to_owned(), json!(id));
    shown.insert("name".to_owned(), json!(project.name));
    shown.insert("domain_id".to_owned(), json!(project.domain_id));
    shown.insert("description".to_owned(), json!(project.description));
    shown.insert("enabled".to_owned(), json!(project.enabled));
    shown.insert("parent_id".to_owned(), json!(project.parent_id));
    shown.insert("is_domain".to_owned(), json!(false));
    shown.insert("tags".to_owned(), tags_of(&project.extra));
    shown.insert("options".to_owned(), json!(options_of(&project.extra)));
    with_link(about, shown, "projects", id)
}

pub(super) fn tags_schema() -> Value {
    let tag = json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[^,/]*$"});
    json!({"type": "array", "items": tag, "maxItems": 80, "uniqueItems": true})
}

/// The properties that creating and changing one have in common.
fn properties() -> Value {
    json!({
        "description": {"type": ["string", "null"]},
        "enabled": flag_schema(),
        "name": name_schema(64),
        "options": options_schema(&["immutable"]),
        "tags": tags_schema(),
    })
}

fn index(data: &Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    let query = json!({"type": "object", "properties": {
        "domain_id": id_schema(&["string"]), "enabled": flag_schema(), "name": name_schema(64),
        "parent_id": {"type": "string", "format": "uuid"}, "is_domain": flag_schema(),
    }});
    schema::check_query(&query, call.parameters())?;
    let caller = Caller::of(data, about, call)?;
    let asked = call.query("domain_id").filter(|_| about.flavour.platform);
    let aim = Aim { domain: asked.or(caller.domain_scope()), ..Aim::default() };
    allow(data, about, &caller, "list_projects", &aim)?;
    let only = caller.domain_scope().filter(|_| !about.flavour.platform);
    // A domain is a project to Keystone, too; it shows only on demand.
    let items: Vec<Value> = if call.query("is_domain").is_some_and(is_true) {
        let domains = data.domains.iter().filter(|_| only.is_none());
        domains.map(|(id, domain)| domains::as_project(about, id, domain)).collect()
    } else {
        let projects = data.projects.iter().filter(|(_, project)| only.is_none_or(|only| only == project.domain_id));
        projects.map(|(id, project)| shown(about, id, project)).collect()
    };
    let items = items.into_iter().filter(|item| has_tags(call, item)).collect();
    list(about, call, "projects", items, &["domain_id", "enabled", "name", "parent_id"], Pages::Full)
}

/// Whether it has all the tags that the query asks for.
fn has_tags(call: &Call, item: &Value) -> bool {
    let asked = call.query("tags").map(|tags| tags.split(',')).into_iter().flatten();
    let tags = item.get("tags").and_then(Value::as_array);
    asked.into_iter().all(|tag| tags.is_some_and(|tags| tags.contains(&json!(tag))))
}

/// A project that the caller may do this with. Whether it exists is told to those who may only.
fn existing<'data>(
    data: &'data Data,
    about: &About<'_>,
    call: &Call,
    id: &str,
    action: &str,
) -> Result<&'data Project, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let project = data.projects.get(id);
    let domain = project.map(|project| project.domain_id.as_str());
    allow(data, about, &caller, action, &Aim { domain, project: project.map(|_| id), ..Aim::default() })?;
    project.ok_or_else(|| Refusal::not_found("project", id))
}

fn show(data: &Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let project = existing(data, about, call, id, "get_project");
    if let (Err(refusal), Some(domain)) = (&project, data.domains.get(id))
        && refusal.code == 404
    {
        return Ok(single(200, "project", domains::as_project(about, id, domain)));
    }
    let project = project?;
    let mut shown = shown(about, id, project);
    if let Some(fields) = shown.as_object_mut() {
        tree::add(data, call, id, project, fields);
    }
    Ok(single(200, "project", shown))
}

fn delete(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let project = existing(data, about, call, id, "delete_project")?;
    check_mutable(is_immutable(&project.extra), "project", id, None)?;
    if data.projects.values().any(|other| other.parent_id == id) {
        return Err(Refusal::new(
            403,
            format!(
                "Cannot delete the project {id} since it is not a leaf in the hierarchy. Use the cascade option if \
                 you want to delete a whole subtree."
            ),
        ));
    }
    remove(data, id);
    Ok(Reply::empty(204))
}

/// Takes the roles on it, the trusts for it, and with them the default of its users.
pub(super) fn remove(data: &mut Data, id: &str) {
    data.grants.retain(|grant| grant.target != Target::Project(id.to_owned()));
    data.trusts.retain(|_, trust| trust.project_id.as_deref() != Some(id));
    for user in data.users.values_mut().filter(|user| user.default_project_id.as_deref() == Some(id)) {
        user.default_project_id = None;
    }
    data.projects.remove(id);
}
