//! Deployments of indigo: reading is for everybody of the same issuer, changing for the owner.

use serde_json::json;

use super::super::super::call::{Call, Reply};
use super::super::work::{Outcome, Status, Work};
use super::super::{Around, new_uuid};
use super::caller::{Caller, Need};
use super::data::{Data, Deployment, State};
use super::error::refused;
use super::list::{Row, page};
use super::request::{Request, fault, object, shape};
use super::vm;

/// The one with this id, if it is of the caller's issuer.
pub(super) fn find<'data>(data: &'data mut Data, caller: &Caller, uuid: &str) -> Result<&'data mut Deployment, Reply> {
    let is_it = |deployment: &&mut Deployment| deployment.uuid == uuid && deployment.issuer == caller.claims.issuer;
    let none = || refused(404, format!("The deployment <{uuid}> doesn't exist"));
    data.deployments.iter_mut().find(is_it).ok_or_else(none)
}

/// The same for what only the owner may do.
pub(super) fn own<'data>(
    data: &'data mut Data,
    around: &Around<'_>,
    caller: &Caller,
    uuid: &str,
) -> Result<&'data mut Deployment, Reply> {
    let deployment = find(data, caller, uuid)?;
    caller.check_owner(around, deployment).map(|()| deployment)
}

/// Without `createdBy` one's own, or everybody's for an administrator.
pub(super) fn list(data: &Data, around: &Around<'_>, caller: &Caller, call: &Call) -> Result<Reply, Reply> {
    let since = |release| around.switches.is_since(release);
    let own = (caller.claims.subject.clone(), caller.claims.issuer.clone());
    let creator = match call.query("createdBy").filter(|_| since([1, 4, 0])) {
        None => (!caller.is_admin()).then_some(own),
        Some("me") => Some(own),
        Some(text) => {
            let words: Vec<&str> = text.split('@').collect();
            let &[subject, issuer] = words.as_slice() else {
                return Err(refused(
                    400,
                    format!(
                        "Value {text} for param createdBy is illegal: must be in the form subject@issuer or just the string 'me'"
                    ),
                ));
            };
            let wanted = (subject.to_owned(), issuer.to_owned());
            if wanted != own && !caller.is_admin() {
                return Err(refused(403, "Only administrators can see the deployments of others"));
            }
            Some(wanted)
        }
    };
    let group = call.query("userGroup").filter(|_| since([2, 6, 0]));
    if group.is_some() && since([3, 0, 0]) {
        caller.check_group(group)?;
    }
    let is_wanted = |deployment: &&Deployment| {
        deployment.issuer == caller.claims.issuer
            && creator
                .as_ref()
                .is_none_or(|(subject, issuer)| deployment.subject == *subject && deployment.issuer == *issuer)
            && group.is_none_or(|group| deployment.user_group.as_deref() == Some(group))
    };
    let row = |deployment: &Deployment| Row { shown: deployment.json(around), keys: keys(deployment) };
    page(around, call, data.deployments.iter().filter(is_wanted).map(row).collect())
}

/// What a list of deployments can be sorted by.
fn keys(deployment: &Deployment) -> serde_json::Value {
    json!({
        "createdAt": deployment.created.as_millisecond(),
        "updatedAt": deployment.updated.as_millisecond(),
        "status": deployment.work.status.name(),
        "task": deployment.work.status.is_moving(),
        "userGroup": deployment.user_group,
        "cloudProviderName": deployment.is_placed.to_string(),
        "id": deployment.uuid,
    })
}

pub(super) fn create(data: &mut Data, around: &Around<'_>, caller: &Caller, call: &Call) -> Result<Reply, Reply> {
    caller.check(Need::Write)?;
    let request = Request::read(call)?;
    if around.switches.is_since([3, 0, 0]) {
        caller.check_group(request.user_group.as_deref())?;
    }
    request.check_inputs(&request.parameters)?;
    let deployment = new(around, caller, request);
    let reply = Reply::json(201, &deployment.json(around));
    data.deployments.push(deployment);
    Ok(reply)
}

fn new(around: &Around<'_>, caller: &Caller, request: Request) -> Deployment {
    let outcome = Outcome::asked(Some(&json!(request.parameters)), &request.document);
    let mut deployment = Deployment {
        uuid: new_uuid(),
        issuer: caller.claims.issuer.clone(),
        subject: caller.claims.subject.clone(),
        user_group: request.user_group,
        callback: request.callback,
        template: request.template,
        document: request.document,
        parameters: request.parameters,
        created: around.now,
        updated: around.now,
        work: Work::new(Status::CreateInProgress, around.now, outcome),
        is_placed: false,
        reason: None,
        outputs: json!({}),
        resources: Vec::new(),
    };
    shape(&mut deployment, around.now, State::Initial);
    deployment
}

pub(super) fn show(data: &mut Data, around: &Around<'_>, caller: &Caller, uuid: &str) -> Result<Reply, Reply> {
    Ok(Reply::json(200, &find(data, caller, uuid)?.json(around)))
}

pub(super) fn template(data: &mut Data, caller: &Caller, uuid: &str) -> Result<Reply, Reply> {
    Ok(Reply::text(200, &find(data, caller, uuid)?.template))
}

/// Parameters are merged into the stored ones; the group stays.
pub(super) fn update(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    uuid: &str,
) -> Result<Reply, Reply> {
    caller.check(Need::Write)?;
    let request = Request::read(call)?;
    let deployment = own(data, around, caller, uuid)?;
    if !deployment.is_of_machines() {
        return Err(refused(400, format!("{} deployments cannot be updated", deployment.kind())));
    }
    check_usable(deployment, "update a deployment")?;
    let mut parameters = deployment.parameters.clone();
    parameters.extend(request.parameters.clone());
    request.check_inputs(&parameters)?;
    deployment.work.outcome = Outcome::asked(Some(&json!(parameters)), &request.document);
    deployment.parameters = parameters;
    deployment.callback = request.callback;
    (deployment.template, deployment.document) = (request.template, request.document);
    deployment.go(Status::UpdateInProgress, around.now);
    shape(deployment, around.now, State::Creating);
    deployment.set_states(State::Configuring, around.now, Some(State::Creating));
    Ok(Reply::empty(202))
}

pub(super) fn check_usable(deployment: &Deployment, what: &str) -> Result<(), Reply> {
    let status = deployment.work.status;
    if status.is_usable() { Ok(()) } else { Err(refused(409, format!("Cannot {what} in {} state", status.name()))) }
}

/// The only way out of a deletion that does not end.
pub(super) fn reset(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    uuid: &str,
) -> Result<Reply, Reply> {
    caller.check(Need::Write)?;
    let body = object(call)?;
    let wanted = body.get("status").and_then(serde_json::Value::as_str).unwrap_or_default();
    if !Status::ALL.iter().any(|status| status.name() == wanted) {
        return Err(fault(around.strict, "There is no such status"));
    }
    if wanted != "DELETE_FAILED" {
        return Err(refused(400, format!("Cannot reset a deployment to {wanted}: only DELETE_FAILED is allowed")));
    }
    let deployment = own(data, around, caller, uuid)?;
    let status = deployment.work.status;
    if status != Status::DeleteInProgress {
        return Err(refused(409, format!("Cannot reset a deployment in {} state", status.name())));
    }
    deployment.go(Status::DeleteFailed, around.now);
    deployment.set_states(State::Error, around.now, None);
    if deployment.work.outcome == Outcome::DeleteStall {
        deployment.work.outcome = Outcome::Complete;
    }
    Ok(Reply::empty(204))
}

/// Before a provider was chosen there is nothing to wait for, and the row goes at once.
pub(super) fn remove(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    uuid: &str,
) -> Result<Reply, Reply> {
    caller.check(Need::Write)?;
    let force = call.query("force") == Some("true") && around.switches.is_since([3, 0, 0]);
    let deployment = own(data, around, caller, uuid)?;
    let status = deployment.work.status;
    if matches!(status, Status::DeleteInProgress | Status::DeleteComplete) {
        return Err(refused(409, format!("Deployment already in {} state.", status.name())));
    }
    if !deployment.is_placed {
        data.deployments.retain(|deployment| deployment.uuid != uuid);
        return Ok(Reply::empty(204));
    }
    deployment.go(Status::DeleteInProgress, around.now);
    deployment.work.force = force;
    deployment.set_states(State::Deleting, around.now, None);
    Ok(Reply::empty(204))
}

/// An empty one also means that it could not be fetched.
pub(super) fn log(data: &mut Data, around: &Around<'_>, caller: &Caller, uuid: &str) -> Result<Reply, Reply> {
    let deployment = own(data, around, caller, uuid)?;
    let switches = around.switches;
    match deployment.is_placed {
        false if !around.strict => Err(super::error::bare(500)),
        false => Ok(Reply::text(200, "")),
        true if switches.log_fails && switches.cloud_2694 => {
            Ok(Reply::text(200, deployment.reason.as_deref().unwrap_or_default()))
        }
        true if switches.log_fails => Ok(Reply::text(200, "")),
        true => Ok(Reply::text(200, &vm::log(deployment, around.now, around.speed))),
    }
}

/// JSON, but not said to be.
pub(super) fn extrainfo(data: &mut Data, around: &Around<'_>, caller: &Caller, uuid: &str) -> Result<Reply, Reply> {
    let deployment = own(data, around, caller, uuid)?;
    match deployment.is_placed {
        false if !around.strict => Err(super::error::bare(500)),
        false => Ok(Reply::text(200, "[]")),
        true => Ok(Reply::text(200, &vm::all(deployment).to_string())),
    }
}
