//! Lists of members, and people from outside who work on something of the organization.

use serde_json::{Value, json};

use super::super::super::call::Reply;
use super::super::http::json as json_reply;
use super::Scene;
use super::caller::Need;
use super::data::{Id, Member, Role};
use super::error::{invalid, not_found, refused};
use super::page::page;
use super::people::{managed, named, simple_of};

const NOT_AN_ADMIN: &str = "You must be an admin to change who is in the organization.";

/// A page of these accounts.
fn listed(scene: &Scene<'_>, what: &str, ids: impl Iterator<Item = Id>) -> Reply {
    let rows: Vec<Value> = ids.map(|id| simple_of(scene.data, Some(id), scene.base)).collect();
    let reply = page(scene.call, scene.base, &format!("/organizations/{}/{what}", scene.org.id), &rows);
    if scene.switches.sso == "partial" && scene.caller.token().is_some() {
        return reply.with_header("X-GitHub-SSO", format!("partial-results; organizations={}", scene.org.id));
    }
    reply
}

/// All for members; for others those who show themselves. Who is invited is not among them, and who pays the bills neither.
pub(super) fn list(scene: &mut Scene<'_>) -> Result<Reply, Reply> {
    let is_inside = scene.caller.is_inside(scene.org, Need::Read);
    let role = scene.call.query("role").unwrap_or("all");
    let filter = scene.call.query("filter").unwrap_or("all");
    if !["all", "admin", "member"].contains(&role) {
        return Err(invalid("Member", "role", "invalid", None));
    }
    if !["all", "2fa_disabled", "2fa_insecure"].contains(&filter) {
        return Err(invalid("Member", "filter", "invalid", None));
    }
    if filter != "all" && !scene.caller.id().is_some_and(|id| scene.org.is_owner(id)) {
        return Err(refused(422, "Only owners can use this filter."));
    }
    let is_wanted = |member: &Member| {
        let by_role = match role {
            "admin" => member.role == Role::Admin,
            "member" => member.role == Role::Member,
            _ => member.role != Role::BillingManager,
        };
        by_role && (filter == "all" || !member.two_factor) && (is_inside || member.public)
    };
    let is_partial = scene.switches.sso == "partial";
    let ids = scene.org.members.iter().filter(|(_, member)| is_wanted(member)).map(|(id, _)| *id);
    // What is hidden until the token is let in.
    Ok(listed(scene, "members", ids.filter(|id| !is_partial || id % 2 == 1)))
}

pub(super) fn list_public(scene: &mut Scene<'_>) -> Reply {
    let ids = scene.org.members.iter().filter(|(_, member)| member.public).map(|(id, _)| *id);
    listed(scene, "public_members", ids)
}

/// Says yes and no without a body, and to strangers where to ask instead.
pub(super) fn test(scene: &mut Scene<'_>, login: &str) -> Result<Reply, Reply> {
    if !scene.caller.is_inside(scene.org, Need::Read) {
        let to = format!("{}/orgs/{}/public_members/{login}", scene.base, scene.org.login);
        return Ok(Reply::empty(302).with_header("Location", to));
    }
    let id = named(scene.data, login)?.id;
    if scene.org.is_member(id) { Ok(Reply::empty(204)) } else { Err(not_found()) }
}

pub(super) fn test_public(scene: &mut Scene<'_>, login: &str) -> Result<Reply, Reply> {
    let id = named(scene.data, login)?.id;
    let is_public = scene.org.members.get(&id).is_some_and(|member| member.public);
    if is_public { Ok(Reply::empty(204)) } else { Err(not_found()) }
}

/// Of active members only: an invitation stays.
pub(super) fn remove(scene: &mut Scene<'_>, login: &str) -> Result<Reply, Reply> {
    scene.caller.owns(scene.org, NOT_AN_ADMIN)?;
    let id = named(scene.data, login)?.id;
    if !scene.org.is_member(id) {
        return Err(not_found());
    }
    managed(scene.switches)?;
    if scene.org.is_last_owner(id) {
        return Err(refused(403, "The last owner cannot be removed."));
    }
    scene.org.remove(id, scene.now);
    Ok(Reply::empty(204))
}

pub(super) fn collaborators(scene: &mut Scene<'_>) -> Result<Reply, Reply> {
    scene.caller.owns(scene.org, NOT_AN_ADMIN)?;
    Ok(listed(scene, "outside_collaborators", scene.org.collaborators.iter().copied()))
}

/// Makes one of a member, now or later.
pub(super) fn convert(scene: &mut Scene<'_>, login: &str) -> Result<Reply, Reply> {
    scene.caller.owns(scene.org, NOT_AN_ADMIN)?;
    let account = named(scene.data, login)?;
    let id = account.id;
    managed(scene.switches)?;
    if scene.org.is_last_owner(id) {
        return Err(refused(403, "Cannot convert the last owner to an outside collaborator"));
    }
    if !scene.org.is_member(id) {
        let words = format!("{} is not a member of the {} organization.", account.login, scene.org.login);
        return Err(refused(403, words));
    }
    scene.org.remove(id, scene.now);
    scene.org.collaborators.insert(id);
    Ok(if scene.switches.queued { json_reply(202, &json!({})) } else { Reply::empty(204) })
}

pub(super) fn remove_collaborator(scene: &mut Scene<'_>, login: &str) -> Result<Reply, Reply> {
    scene.caller.owns(scene.org, NOT_AN_ADMIN)?;
    let id = named(scene.data, login)?.id;
    if scene.org.is_member(id) {
        let words = "You cannot specify an organization member to remove as an outside collaborator.";
        return Err(refused(422, words));
    }
    scene.org.collaborators.remove(&id);
    Ok(Reply::empty(204))
}
