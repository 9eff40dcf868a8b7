//! Making a project, and where it may stand.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::super::attributes::{description_or, flag, flag_schema, id_schema, new_extra, text};
use super::super::caller::Caller;
use super::super::data::{Data, Project, new_id};
use super::super::error::Refusal;
use super::super::rules::{Aim, allow};
use super::super::{body, crash, member, schema, single};
use super::{KNOWN, properties, shown, tree};

/// How many levels there may be below a domain.
const DEEPEST: usize = 5;

pub(super) fn create(data: &mut Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    schema::check(&form(), &body(call))?;
    let caller = Caller::of(data, about, call)?;
    let fields = member(call, "project");
    let given = text(&fields, "domain_id").filter(|id| !id.is_empty());
    allow(data, about, &caller, "create_project", &Aim { domain: given.as_deref(), ..Aim::default() })?;
    // The schema lets a body without a project through, and Keystone falls over it.
    let Some(name) = text(&fields, "name") else { return Ok(crash()) };
    let domain_id = given.or_else(|| caller.domain_scope().map(str::to_owned)).unwrap_or_else(|| "default".to_owned());
    let parent_id = text(&fields, "parent_id").filter(|id| !id.is_empty()).unwrap_or_else(|| domain_id.clone());
    let enabled = match flag(&fields, "enabled") {
        Ok(enabled) => enabled.unwrap_or(true),
        Err(failure) => return Ok(failure),
    };
    let project = Project {
        name: name.trim().to_owned(),
        description: description_or(&fields, Some("")),
        enabled,
        extra: new_extra(fields, &KNOWN),
        domain_id,
        parent_id,
    };
    check_place(data, &project)?;
    let id = new_id();
    if is_taken(data, "", &project) {
        let details = format!(
            "it is not permitted to have two projects with either the same name or same id in the same domain: name is \
             {}, project id {id}",
            project.name
        );
        return Err(Refusal::conflict("project", &details));
    }
    let shown = shown(about, &id, &project);
    data.projects.insert(id, project);
    Ok(single(201, "project", shown))
}

fn form() -> Value {
    let mut known = Map::new();
    if let Value::Object(common) = properties() {
        known.extend(common);
    }
    known.insert("domain_id".to_owned(), id_schema(&["string", "null"]));
    known.insert("parent_id".to_owned(), id_schema(&["string", "null"]));
    known.insert("is_domain".to_owned(), flag_schema());
    let project = json!({"type": "object", "properties": known, "required": ["name"]});
    json!({"type": "object", "properties": {"project": project}, "additionalProperties": false})
}

pub(super) fn is_taken(data: &Data, id: &str, project: &Project) -> bool {
    let same = |other: &Project| other.name == project.name && other.domain_id == project.domain_id;
    data.projects.iter().any(|(other, known)| other != id && same(known))
}

/// The domain and the parent exist, belong together, are enabled all the way up, and not too deep.
fn check_place(data: &Data, project: &Project) -> Result<(), Refusal> {
    let Project { domain_id, parent_id, .. } = project;
    let refuse = |message: String| Err(Refusal::bad_request(message));
    if !data.domains.contains_key(domain_id) {
        return refuse(format!("Could not find domain: {domain_id}."));
    }
    match (data.projects.get(parent_id), data.domains.contains_key(parent_id)) {
        (None, false) => return refuse(format!("Could not find project: {parent_id}.")),
        (None, true) if parent_id != domain_id => {
            return refuse(format!(
                "Cannot create project, the parent ({parent_id}) is acting as a domain, but this project's domain id \
                 ({domain_id}) does not match the parent's id."
            ));
        }
        (Some(parent), _) if parent.domain_id != *domain_id => {
            return refuse(format!(
                "Cannot create project, since it specifies its domain_id {domain_id}, but specifies a parent in a \
                 different domain ({}).",
                parent.domain_id
            ));
        }
        _ => {}
    }
    let parents = tree::parents(data, project);
    let domain_is_off = data.domains.get(domain_id).is_some_and(|domain| !domain.enabled);
    let disabled = if domain_is_off { Some(domain_id.as_str()) } else { None };
    let disabled = disabled.or_else(|| parents.iter().rev().find(|(_, parent)| !parent.enabled).map(|(id, _)| *id));
    if let Some(id) = disabled {
        return refuse(format!("cannot create a project in a branch containing a disabled project: {id}"));
    }
    if parents.len() + 1 > DEEPEST {
        return Err(Refusal::new(403, format!("Max hierarchy depth reached for {parent_id} branch.")));
    }
    Ok(())
}
