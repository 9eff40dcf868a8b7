//! Deployments of v1. No step of their life is ever taken, and none can be deleted, unless `strict`.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::call::{Call, Reply};
use super::super::Around;
use super::super::outputs::outputs;
use super::super::work::Status;
use super::caller::Caller;
use super::check::{NO_BOOL, NO_UUID, boolean, path_uuid, uuid};
use super::data::{Data, Deployment};
use super::error::{Faults, crash, not_json, raised};
use super::list::{Kind, Query};

pub(super) const KIND: Kind = Kind {
    texts: &[
        "user_group",
        "user_group_issuer",
        "target_provider_name",
        "target_region_name",
        "target_iaas_project",
        "im_infrastructure_id",
        "status_reason",
    ],
    ranges: &["per_provider_max_retries", "max_providers", "timeout", "per_provider_timeout"],
    switches: &["keep_last_attempt"],
    numbers: &[("status", 10), ("task", 6)],
    hidden: &[],
};

/// Takes the steps that are due; only `strict` does.
pub(super) fn settle(data: &mut Data, now: Timestamp, speed: Duration) {
    for deployment in &mut data.deployments {
        let id = deployment.field("template_id").and_then(Value::as_str).unwrap_or_default();
        let template = data.templates.iter().find(|template| template.id == id);
        if let Some(due) = deployment.work.settle(now, speed) {
            deployment.updated_at = due;
            match deployment.work.status {
                Status::CreateComplete => {
                    deployment.task = 4;
                    deployment.outputs = template.map(|template| outputs(&template.document(), &deployment.id));
                }
                Status::CreateFailed => {
                    deployment.reason = Some("No provider could create the infrastructure".to_owned());
                }
                Status::DeleteFailed => deployment.reason = Some("Some resources could not be deleted".to_owned()),
                _ => {}
            }
        } else if deployment.work.status == Status::CreateInProgress {
            deployment.task = deployment.work.part(now, speed, 5);
        }
    }
}

/// Only those of one template can be listed.
pub(super) fn list(data: &Data, around: &Around<'_>, call: &Call) -> Result<Reply, Reply> {
    let mut faults = Faults::default();
    let mut query = Query::read(&KIND, around.strict, call, &mut faults);
    match call.query("template_id").map(|id| (id, uuid(id))) {
        None => faults.missing(json!(["query", "template_id"]), Value::Null),
        Some((text, None)) => faults.add("uuid_parsing", json!(["query", "template_id"]), NO_UUID, json!(text)),
        Some((_, Some(id))) => query.only(move |row| row.get("template_id") == Some(&json!(id))),
    }
    faults.check()?;
    match call.query("created_by").map(str::to_owned) {
        Some(_) if !around.strict => return Err(crash()),
        Some(creator) => query.only(move |row| row.get("created_by") == Some(&json!(creator))),
        None => {}
    }
    let rows = data.deployments.iter().map(|deployment| deployment.json(around.url, around.strict)).collect();
    Ok(query.answer(&KIND, around, call, rows))
}

/// The place in the table of the deployment with this id.
fn find(data: &Data, id: &str) -> Result<usize, Reply> {
    let mut faults = Faults::default();
    let id = path_uuid(id, "deployment_id", &mut faults);
    faults.check()?;
    let place = data.deployments.iter().position(|deployment| deployment.id == id);
    place.ok_or_else(|| raised(404, format!("Deployment with id={id} does not exist")))
}

fn get<'data>(data: &'data Data, id: &str) -> Result<&'data Deployment, Reply> {
    data.deployments.get(find(data, id)?).ok_or_else(crash)
}

pub(super) fn show(data: &Data, around: &Around<'_>, id: &str) -> Result<Reply, Reply> {
    Ok(Reply::json(200, &get(data, id)?.json(around.url, around.strict)))
}

pub(super) fn template(data: &Data, id: &str) -> Result<Reply, Reply> {
    let wanted = get(data, id)?.field("template_id").and_then(Value::as_str).unwrap_or_default();
    let template = data.templates.iter().find(|template| template.id == wanted);
    template.map(|template| Reply::json(200, &template.json())).ok_or_else(crash)
}

/// Only the group can be changed. Null and everything else, `status` among it, is taken and forgotten.
pub(super) fn edit(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    id: &str,
) -> Result<Reply, Reply> {
    let body = call.json().ok_or_else(not_json)?;
    let editor = caller.registered(data)?.id.clone();
    let place = find(data, id)?;
    let mut faults = Faults::default();
    let group = match body.get("user_group") {
        None if !body.is_object() => {
            let words = "Input should be a valid dictionary or object to extract fields from";
            faults.add("model_attributes_type", json!(["body"]), words, body.clone());
            None
        }
        None | Some(Value::Null) => None,
        Some(Value::String(group)) => Some(group.clone()),
        Some(other) => {
            faults.add("string_type", json!(["body", "user_group"]), "Input should be a valid string", other.clone());
            None
        }
    };
    faults.check()?;
    let deployment = data.deployments.get_mut(place).ok_or_else(crash)?;
    if let Some(group) = group {
        deployment.fields.insert("user_group".to_owned(), json!(group));
        deployment.updated_by = editor;
        deployment.updated_at = around.now;
    }
    Ok(Reply::empty(204))
}

/// Never works, whatever is asked, unless `strict`: then `force=false` sets off a deletion and `force=true` removes the row.
pub(super) fn remove(data: &mut Data, around: &Around<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    let mut faults = Faults::default();
    let id = path_uuid(id, "deployment_id", &mut faults);
    let mut flag = |name: &str| {
        let place = json!(["query", name]);
        match call.query(name).map(|word| (word, boolean(&json!(word)))) {
            None => faults.missing(place, Value::Null),
            Some((word, None)) => faults.add("bool_parsing", place, NO_BOOL, json!(word)),
            Some((_, Some(is))) => return is,
        }
        false
    };
    let (force, unsecure) = (flag("force"), flag("unsecure"));
    faults.check()?;
    if !around.strict {
        return Err(crash());
    }
    if force {
        data.deployments.retain(|deployment| deployment.id != id);
    } else if let Some(deployment) = data.deployments.iter_mut().find(|deployment| deployment.id == id) {
        match deployment.work.status {
            Status::DeleteInProgress => return Err(raised(400, "The deployment is being deleted already")),
            Status::DeleteComplete => {}
            _ => {
                deployment.work.go(Status::DeleteInProgress, around.now);
                deployment.work.force = unsecure;
                deployment.updated_at = around.now;
            }
        }
    }
    Ok(Reply::empty(204))
}
