//! Resources of indigo's deployments, and what can be done to virtual machines.

use serde_json::{Value, json};

use super::super::super::call::{Call, Reply};
use super::super::Around;
use super::caller::{Caller, Need};
use super::data::{Data, Deployment, Resource, State};
use super::deployments::{check_usable, find, own};
use super::error::refused;
use super::list::{Row, page};
use super::request::{fault, object};

/// With a type the whole list comes in one page.
pub(super) fn list(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    uuid: &str,
) -> Result<Reply, Reply> {
    let deployment = &*find(data, caller, uuid)?;
    let kind = call.query("type").filter(|kind| !kind.is_empty() && around.switches.is_since([2, 8, 0]));
    let Some(kind) = kind else {
        let row = |resource: &Resource| Row { shown: resource.json(around, deployment), keys: keys(resource) };
        return page(around, call, deployment.resources.iter().map(row).collect());
    };
    let content = of_kind(around, deployment, kind);
    let count = content.len();
    let page = json!({"size": count, "totalElements": count, "totalPages": 1, "number": 0});
    let href = format!("{}{}?type={kind}", super::data::host(around), call.path);
    Ok(Reply::json(200, &json!({"links": [{"rel": "self", "href": href}], "content": content, "page": page})))
}

fn keys(resource: &Resource) -> Value {
    json!({
        "createdAt": resource.created.as_millisecond(),
        "updatedAt": resource.updated.as_millisecond(),
        "state": resource.state,
        "toscaNodeName": resource.name,
        "toscaNodeType": resource.kind,
        "id": resource.uuid,
    })
}

fn of_kind(around: &Around<'_>, deployment: &Deployment, kind: &str) -> Vec<Value> {
    let all = deployment.resources.iter().filter(|resource| resource.is_a(kind));
    all.map(|resource| resource.json(around, deployment)).collect()
}

/// A plain array.
pub(super) fn filter(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    uuid: &str,
) -> Result<Reply, Reply> {
    let deployment = &*find(data, caller, uuid)?;
    match call.query("type").filter(|kind| !kind.is_empty()) {
        None => Err(refused(400, "The type of the resources must not be empty")),
        Some(kind) => Ok(Reply::json(200, &Value::Array(of_kind(around, deployment, kind)))),
    }
}

fn missing(status: u16, deployment: &str, resource: &str) -> Reply {
    refused(status, format!("The resource <{resource}> in deployment <{deployment}> doesn't exist"))
}

pub(super) fn show(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    uuid: &str,
    id: &str,
) -> Result<Reply, Reply> {
    let deployment = &*find(data, caller, uuid)?;
    let resource = deployment.resources.iter().find(|resource| resource.uuid == id);
    resource.map(|resource| Reply::json(200, &resource.json(around, deployment))).ok_or_else(|| missing(404, uuid, id))
}

/// Starts or stops a machine, some time after the answer. What is wrong with the machine is a fault of the server's.
pub(super) fn act(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    (uuid, id): (&str, &str),
) -> Result<Reply, Reply> {
    caller.check(Need::Act)?;
    let body = object(call)?;
    let deployment = own(data, around, caller, uuid)?;
    check_usable(deployment, "perform actions on deployment")?;
    if !deployment.is_of_machines() {
        return Err(refused(400, format!("{} deployments have no actions", deployment.kind())));
    }
    let resource = deployment.resources.iter_mut().find(|resource| resource.uuid == id);
    let resource = resource.ok_or_else(|| missing(400, uuid, id))?;
    let (from, to) = match body.get("type").and_then(Value::as_str) {
        Some("start") => (State::Stopped, State::Started),
        Some("stop") => (State::Started, State::Stopped),
        _ => return Err(fault(around.strict, "There is no such action")),
    };
    if !resource.is_compute() || resource.state != from || resource.action.is_some() {
        return Err(fault(around.strict, "The action does not fit the state or the type of the resource"));
    }
    resource.action = Some((to, around.now));
    Ok(Reply::empty(202))
}
