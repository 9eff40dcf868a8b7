//! Trello's interface as far as it is about who is in a workspace, below `/1`; the page that gives out tokens, `/1/authorize`;
//! and OAuth 2.0, which has a host of its own in the real world, at `/authorize` and `/oauth/token`.
//!
//! Most refusals are plain text. There is one workspace to work in, `acme`, and one where its people are strangers,
//! `elsewhere`.

mod caller;
mod data;
mod limits;
mod members;
mod oauth;
mod page;
mod seed;
mod switches;
#[cfg(test)]
mod tests;
mod tokens;
mod workspaces;

use jiff::Timestamp;

use super::super::call::{Call, Reply};
use super::super::keystone::new_id;
use super::super::world::About;
use super::Switches as All;
use super::http::Fields;
use caller::{Caller, Need, unauthorized};
use data::{Board, Workspace};

pub(in crate::sandbox) use data::Data;
pub(super) use seed::seed;
pub(super) use switches::Switches;

/// Answers one request.
pub(super) fn answer(data: &mut Data, about: &About<'_>, all: &mut All, call: &Call) -> Reply {
    let (method, words) = call.route();
    // One slash at the end is forgiven.
    let words = words.strip_suffix(&[""]).unwrap_or(&words);
    match (method, words) {
        ("GET", ["1", "authorize"]) => return page::show(about.now, &all.trello, call),
        ("GET", ["authorize"]) => return oauth::authorize(data, about.now, &all.trello, call),
        ("POST", ["oauth", "token"]) => return oauth::exchange(data, about.now, call),
        _ => {}
    }
    let Some(words) = words.strip_prefix(&["1"]) else { return missing() };
    let now = about.now;
    let caller = Caller::of(data, now, &all.trello, call);
    let reply = match &caller {
        Ok(caller) => limits::pass(data, now, all, caller, words)
            .and_then(|()| serve(data, now, &mut all.trello, caller, call, words))
            .unwrap_or_else(|refusal| refusal),
        Err(refusal) => refusal.clone(),
    };
    let reply = reply.with_header("Atl-TraceId", new_id());
    limits::tell(data, now, all, caller.as_ref().ok(), reply)
}

/// Unknown, whatever it is.
fn missing() -> Reply {
    Reply::text(404, "The requested resource was not found.")
}

/// One request, and who sends it.
struct Scene<'a> {
    data: &'a mut Data,
    switches: &'a Switches,
    caller: &'a Caller,
    fields: Fields,
    now: Timestamp,
}

fn serve(
    data: &mut Data,
    now: Timestamp,
    switches: &mut Switches,
    caller: &Caller,
    call: &Call,
    words: &[&str],
) -> Result<Reply, Reply> {
    let method = call.method.as_str();
    if std::mem::take(&mut switches.partial) {
        return Err(Reply::text(449, "a sub-request failed"));
    }
    if method != "GET" && std::mem::take(&mut switches.conflict) {
        return Err(Reply::text(409, "conflict"));
    }
    let scene = &mut Scene { data, switches, caller, fields: Fields::of(call), now };
    match (method, words) {
        ("GET", ["members", name]) => members::show(scene, name),
        ("GET", ["search", "members"]) => members::search(scene),
        ("GET", ["organizations", name]) => workspaces::show(scene, name),
        ("GET", ["organizations", name, "memberships"]) => workspaces::memberships(scene, name),
        ("GET", ["organizations", name, "members"]) => workspaces::members(scene, name),
        ("PUT", ["organizations", name, "members"]) => members::invite(scene, name),
        ("PUT", ["organizations", name, "members", member]) => members::put(scene, name, member),
        ("PUT", ["organizations", name, "members", member, "deactivated"]) => members::suspend(scene, name, member),
        ("DELETE", ["organizations", name, "members", id]) => members::remove(scene, name, id, false),
        ("DELETE", ["organizations", name, "members", id, "all"]) => members::remove(scene, name, id, true),
        ("GET", ["boards", id, "members"]) => workspaces::board(scene, id),
        ("GET", ["tokens", token]) => tokens::show(scene, token),
        ("DELETE", ["tokens", token]) => tokens::revoke(scene, token),
        _ => Err(missing()),
    }
}

impl Scene<'_> {
    /// A workspace that the caller is in.
    fn workspace(&self, name: &str, need: Need) -> Result<&Workspace, Reply> {
        self.caller.needs(need)?;
        let workspace = self.data.workspace(name).ok_or_else(missing)?;
        self.caller.may_enter(workspace, self.switches)?;
        if workspace.has(&self.caller.id) { Ok(workspace) } else { Err(unauthorized()) }
    }

    /// The id of one that the caller administers.
    fn administered(&self, name: &str) -> Result<String, Reply> {
        let workspace = self.workspace(name, Need::Membership)?;
        if workspace.is_admin(&self.caller.id) { Ok(workspace.id.clone()) } else { Err(unauthorized()) }
    }

    fn board(&self, id: &str) -> Option<&Board> {
        self.data.workspaces.iter().flat_map(|workspace| &workspace.boards).find(|board| board.id == id)
    }
}
