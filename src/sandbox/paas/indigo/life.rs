//! How deployments and virtual machines of indigo come along as time passes.

use std::time::Duration;

use jiff::Timestamp;

use super::super::Around;
use super::super::outputs::outputs;
use super::super::work::{Outcome, Status, elapsed};
use super::data::{Data, Deployment, State};

/// Takes the steps that are due. A deployment whose deletion has ended is gone; only on an unreleased branch it stays.
pub(super) fn settle(data: &mut Data, around: &Around<'_>) {
    for deployment in &mut data.deployments {
        step(deployment, around.now, around.speed);
    }
    if !around.switches.cloud_2694 {
        data.deployments.retain(|deployment| deployment.work.status != Status::DeleteComplete);
    }
}

fn step(deployment: &mut Deployment, now: Timestamp, speed: Duration) {
    if deployment.work.status == Status::CreateInProgress && deployment.work.part(now, speed, 3) > 0 {
        place(deployment, now);
    }
    match deployment.work.settle(now, speed) {
        Some(due) => end(deployment, due),
        None => machines(deployment, now, speed),
    }
}

/// A provider is found.
fn place(deployment: &mut Deployment, now: Timestamp) {
    if !deployment.is_placed {
        deployment.is_placed = true;
        deployment.set_states(State::Creating, now, None);
    }
}

/// The states of the resources follow in bulk: a machine that was stopped shows as started after an update.
fn end(deployment: &mut Deployment, due: Timestamp) {
    deployment.updated = due;
    let why = |what: &str| Some(format!("{what} failed: the infrastructure manager reported an error"));
    match deployment.work.status {
        Status::CreateComplete | Status::UpdateComplete => {
            deployment.outputs = outputs(&deployment.document, &deployment.uuid);
            deployment.set_states(State::Started, due, None);
        }
        Status::CreateFailed => {
            deployment.reason = why("Create");
            deployment.set_states(State::Error, due, None);
        }
        Status::UpdateFailed => {
            deployment.reason = why("Update");
            deployment.set_states(State::Error, due, Some(State::Started));
        }
        Status::DeleteFailed => {
            deployment.reason = why("Delete");
            deployment.set_states(State::Error, due, None);
        }
        Status::DeleteComplete => deployment.set_states(State::Deleted, due, None),
        _ => {}
    }
}

/// What is done to a machine shows a little after it was asked for.
fn machines(deployment: &mut Deployment, now: Timestamp, speed: Duration) {
    let stalls = deployment.work.outcome == Outcome::VmStall;
    for resource in &mut deployment.resources {
        let Some((target, since)) = resource.action else { continue };
        let gone = elapsed(since, now);
        if gone >= speed && !stalls {
            (resource.state, resource.updated, resource.action) = (target, now, None);
        } else if gone * 4 >= speed {
            resource.state = if target == State::Started { State::Starting } else { State::Stopping };
        }
    }
}
