//! Slack's interfaces as far as they are about who is in a workspace: the Web API below `/api`, SCIM below `/scim`, and the
//! page at which an app is let in, `/oauth/v2/authorize`.
//!
//! The Web API answers nearly every failure with the status of success. The workspace is `T1`; with the plan `enterprise`,
//! which is the one at the start, it belongs to an organization that has another workspace, `T2`.

mod admin;
mod caller;
mod conversations;
mod data;
mod limits;
mod oauth;
mod scim;
mod seed;
mod switches;
#[cfg(test)]
mod tests;
mod users;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::call::{Call, Reply};
use super::super::keystone::new_id;
use super::super::world::About;
use super::Switches as All;
use super::http::{Fields, json as json_reply};
use caller::{Caller, No, no};

pub(in crate::sandbox) use data::Data;
pub(super) use seed::seed;
pub(super) use switches::Switches;

/// Answers one request.
pub(super) fn answer(data: &mut Data, about: &About<'_>, all: &mut All, call: &Call) -> Reply {
    let (method, words) = call.route();
    let reply = match (method, words.as_slice()) {
        ("GET", ["oauth", "v2", "authorize"]) => return oauth::authorize(data, about.now, &all.slack, call),
        (_, ["scim", version @ ("v1" | "v2"), rest @ ..]) => {
            scim::answer(data, about.now, all, call, *version == "v1", rest)
        }
        ("GET" | "POST", ["api", name]) => web(data, about.now, all, call, name),
        _ => return Reply::html(404, "Not Found"),
    };
    reply.with_header("X-Slack-Req-Id", new_id())
}

/// One request to the Web API, and who sends it.
struct Scene<'a> {
    data: &'a mut Data,
    switches: &'a Switches,
    caller: &'a Caller,
    fields: Fields,
}

/// What a method answers beside `ok`.
type Answer = Result<Value, No>;

fn web(data: &mut Data, now: Timestamp, all: &mut All, call: &Call, name: &str) -> Reply {
    if let Some(code) = all.slack.error.take() {
        return no(&code).reply();
    }
    if name == "oauth.v2.access" {
        return told(oauth::access(data, now, &all.slack, call), None);
    }
    let caller = match Caller::of(data, now, call) {
        Ok(caller) => caller,
        Err(refusal) => return refusal.reply(),
    };
    if let Err(refusal) = limits::pass(data, now, all, &caller.id, name) {
        return refusal;
    }
    // Methods that only read know nothing of JSON.
    let reads = name.starts_with("users.") || matches!(name, "auth.test" | "team.info");
    let is_json = call.header("content-type").is_some_and(|kind| kind.contains("json"));
    let fields = if reads && is_json { Fields::default() } else { Fields::of(call) };
    let scene = &mut Scene { data, switches: &all.slack, caller: &caller, fields };
    told(serve(scene, name), Some(&caller))
}

fn serve(scene: &mut Scene<'_>, name: &str) -> Answer {
    match name {
        "auth.test" => Ok(users::own(scene)),
        "auth.revoke" => Ok(oauth::revoke(scene)),
        "team.info" => users::team(scene),
        "users.list" => users::list(scene),
        "users.info" => users::info(scene),
        "users.lookupByEmail" => users::lookup(scene),
        "conversations.members" => conversations::members(scene),
        "conversations.invite" => conversations::invite(scene),
        "conversations.kick" => conversations::kick(scene),
        // No token that is made today is for these.
        "users.admin.invite" | "users.admin.setInactive" => Err(no("not_allowed_token_type")),
        name if name.starts_with("admin.") => admin::serve(scene, name),
        name => Err(No("unknown_method".to_owned(), vec![("req_method", json!(name))])),
    }
}

/// With the headers that tell of the token.
fn told(answer: Answer, caller: Option<&Caller>) -> Reply {
    let reply = match answer {
        Ok(mut body) => {
            if let Some(map) = body.as_object_mut() {
                map.shift_insert(0, "ok".to_owned(), json!(true));
            }
            json_reply(200, &body)
        }
        Err(refusal) => refusal.reply(),
    };
    match caller {
        Some(caller) => reply.with_header("X-OAuth-Scopes", caller.scopes()),
        None => reply,
    }
}
