//! indigo: `indigo-dc/orchestrator` and `infn-datacloud/orchestrator`, releases 1 to 4. Which release is a switch; an
//! older one lacks what came later. No such server was run: what is here is what its source and its documents say.

mod caller;
mod data;
mod deployments;
mod error;
mod info;
mod life;
mod list;
mod request;
mod resources;
mod schedules;
mod vm;

use super::super::call::{Call, Reply};
use super::Around;
use caller::Caller;
use error::{bare, refused};

pub(in crate::sandbox) use data::Data;

/// Whether a request would change something.
pub(super) fn is_write(call: &Call) -> bool {
    matches!(call.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE")
}

/// Answers one request. `is_busy`: it meets another one.
pub(super) fn answer(data: &mut Data, around: &Around<'_>, is_busy: bool, call: &Call) -> Reply {
    life::settle(data, around);
    let (method, mut words) = call.route();
    // A slash at the end makes no difference.
    if words.last() == Some(&"") {
        words.pop();
    }
    let Some(methods) = methods(around, &words) else { return bare(404) };
    if !methods.contains(&method) {
        return refused(405, format!("Request method '{method}' not supported"))
            .with_header("Allow", methods.join(", "));
    }
    match words.as_slice() {
        [] => info::root(call),
        ["info"] => info::info(around),
        words => serve(data, around, is_busy, call, words).unwrap_or_else(|refusal| refusal),
    }
}

/// What a path takes; `None` for one that this release does not have.
fn methods(around: &Around<'_>, words: &[&str]) -> Option<&'static [&'static str]> {
    let since = |release: [u32; 3]| around.switches.is_since(release);
    match words {
        ["deployments" | "schedules"] => Some(&["GET", "POST"]),
        ["deployments", _] if since([2, 7, 0]) => Some(&["GET", "PUT", "DELETE", "PATCH"]),
        ["deployments", _] => Some(&["GET", "PUT", "DELETE"]),
        ["deployments", _, "log" | "extrainfo"] if !since([2, 4, 0]) => None,
        ["deployments", _, "resources", _, "actions"] if since([2, 8, 0]) => Some(&["POST"]),
        []
        | ["info" | "configuration"]
        | ["deployments", _, "template" | "resources" | "log" | "extrainfo"]
        | ["deployments", _, "resources", _]
        | ["schedules", _]
        | ["schedules", _, "events" | "template"] => Some(&["GET"]),
        _ => None,
    }
}

fn serve(data: &mut Data, around: &Around<'_>, is_busy: bool, call: &Call, words: &[&str]) -> Result<Reply, Reply> {
    let caller = &Caller::of(around, call)?;
    if is_busy {
        let again = refused(409, "The deployment is being changed by another request, try again");
        return Err(again.with_header("Retry-After", "0"));
    }
    match (call.method.as_str(), words) {
        ("GET", ["configuration"]) => Ok(info::configuration()),
        ("GET", ["deployments"]) => deployments::list(data, around, caller, call),
        ("POST", ["deployments"]) => deployments::create(data, around, caller, call),
        ("GET", ["deployments", uuid]) => deployments::show(data, around, caller, uuid),
        ("PUT", ["deployments", uuid]) => deployments::update(data, around, caller, call, uuid),
        ("PATCH", ["deployments", uuid]) => deployments::reset(data, around, caller, call, uuid),
        ("DELETE", ["deployments", uuid]) => deployments::remove(data, around, caller, call, uuid),
        ("GET", ["deployments", uuid, "template"]) => deployments::template(data, caller, uuid),
        ("GET", ["deployments", uuid, "log"]) => deployments::log(data, around, caller, uuid),
        ("GET", ["deployments", uuid, "extrainfo"]) => deployments::extrainfo(data, around, caller, uuid),
        ("GET", ["deployments", uuid, "resources"]) => resources::list(data, around, caller, call, uuid),
        ("GET", ["deployments", uuid, "resources", "filter"]) => resources::filter(data, around, caller, call, uuid),
        ("GET", ["deployments", uuid, "resources", id]) => resources::show(data, around, caller, uuid, id),
        ("POST", ["deployments", uuid, "resources", id, "actions"]) => {
            resources::act(data, around, caller, call, (uuid, id))
        }
        ("GET", ["schedules"]) => schedules::list(data, around, caller, call),
        ("POST", ["schedules"]) => schedules::create(data, around, caller, call),
        ("GET", ["schedules", uuid]) => schedules::show(data, around, caller, uuid),
        ("GET", ["schedules", uuid, "events"]) => schedules::events(data, around, caller, call, uuid),
        ("GET", ["schedules", uuid, "template"]) => schedules::template(data, caller, uuid),
        _ => Err(bare(404)),
    }
}

#[cfg(test)]
mod tests;
