//! Changing a project.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::super::attributes::{
    change_extra, check_mutable, check_same_id, description_or, flag, is_immutable, text, with_repeated_extra,
};
use super::super::data::{Data, Project};
use super::super::error::Refusal;
use super::super::{body, crash, member, schema, single};
use super::create::is_taken;
use super::{KNOWN, existing, properties, shown, tree};

pub(super) fn change(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let form = json!({
        "type": "object",
        "properties": {"project": {"type": "object", "properties": properties()}},
        "additionalProperties": false,
    });
    schema::check(&form, &body(call))?;
    let project = existing(data, about, call, id, "update_project")?;
    check_same_id(call, "project", id)?;
    let fields = member(call, "project");
    check_place(project, &fields)?;
    check_mutable(is_immutable(&project.extra), "project", id, Some(&fields))?;
    let enabled = match flag(&fields, "enabled") {
        Ok(enabled) => enabled.unwrap_or(project.enabled),
        Err(failure) => return Ok(failure),
    };
    check_switch(data, id, project, enabled)?;
    let mut changed = project.clone();
    changed.enabled = enabled;
    if let Some(name) = text(&fields, "name") {
        name.trim().clone_into(&mut changed.name);
    }
    changed.description = description_or(&fields, project.description.as_deref());
    // Keystone means to answer 409, and fails while it words it.
    if is_taken(data, id, &changed) {
        return Ok(crash());
    }
    change_extra(&mut changed.extra, fields, &KNOWN);
    let shown = with_repeated_extra(shown(about, id, &changed), &changed.extra);
    data.projects.insert(id.to_owned(), changed);
    Ok(single(200, "project", shown))
}

/// A project stays where it is, and what it is.
fn check_place(project: &Project, fields: &Map<String, Value>) -> Result<(), Refusal> {
    let differs = |name: &str, now: &Value| fields.get(name).is_some_and(|value| value != now);
    if differs("domain_id", &json!(project.domain_id)) {
        return Err(Refusal::bad_request("Cannot change Domain ID"));
    }
    if differs("parent_id", &json!(project.parent_id)) {
        return Err(Refusal::new(403, "Update of `parent_id` is not allowed."));
    }
    if differs("is_domain", &json!(false)) {
        return Err(Refusal::bad_request("Update of `is_domain` is not allowed."));
    }
    Ok(())
}

/// Nothing enabled may be below what is disabled.
fn check_switch(data: &Data, id: &str, project: &Project, enabled: bool) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new(403, message));
    if !project.enabled && enabled && tree::parents(data, project).iter().any(|(_, parent)| !parent.enabled) {
        return refuse(format!("Cannot enable project {id} since it has disabled parents"));
    }
    if project.enabled && !enabled && tree::any_below(data, id, &|project| project.enabled) {
        return refuse(format!("Cannot disable project {id} since its subtree contains enabled projects."));
    }
    Ok(())
}
