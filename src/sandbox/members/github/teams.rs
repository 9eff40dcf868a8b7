//! Teams, and who is in them. Somebody from outside of the organization is invited to both.

use serde_json::{Value, json};

use super::super::super::call::Reply;
use super::super::http::json as json_reply;
use super::Scene;
use super::caller::{Caller, Need};
use super::data::{Id, Role};
use super::error::{invalid, not_found, object, refused};
use super::memberships::{Wish, invite};
use super::people::{managed, named};

fn shown(scene: &mut Scene<'_>, slug: &str, (id, login): (Id, &str)) -> Option<Reply> {
    let team = scene.org.team(slug)?;
    let at = team.id;
    let (state, is_maintainer) = match team.members.get(&id) {
        Some(is_maintainer) => ("active", *is_maintainer),
        None => {
            let slug = team.slug.clone();
            scene.org.pending(id).filter(|one| one.teams.contains(&slug))?;
            ("pending", false)
        }
    };
    let url = format!("{}/organizations/{}/team/{at}/memberships/{login}", scene.base, scene.org.id);
    // Whoever owns the organization maintains all of its teams.
    let role = if is_maintainer || scene.org.is_owner(id) { "maintainer" } else { "member" };
    Some(json_reply(200, &json!({"url": url, "role": role, "state": state})))
}

/// The team itself, of which outsiders are told nothing. Invitations want its number.
pub(super) fn about(scene: &mut Scene<'_>, slug: &str) -> Result<Reply, Reply> {
    scene.caller.needs(Need::Read)?;
    if !scene.caller.is_inside(scene.org, Need::Read) {
        return Err(not_found());
    }
    let url = format!("{}/organizations/{}/team", scene.base, scene.org.id);
    let team = scene.org.team(slug).ok_or_else(not_found)?;
    let (id, slug) = (team.id, &team.slug);
    Ok(json_reply(200, &json!({"id": id, "url": format!("{url}/{id}"), "name": slug, "slug": slug})))
}

pub(super) fn show(scene: &mut Scene<'_>, slug: &str, login: &str) -> Result<Reply, Reply> {
    scene.caller.needs(Need::Read)?;
    if !scene.caller.is_inside(scene.org, Need::Read) {
        return Err(not_found());
    }
    let account = named(scene.data, login)?.clone();
    shown(scene, slug, (account.id, &account.login)).ok_or_else(not_found)
}

/// Owners and the team's maintainers may, unless somebody else keeps the team.
fn may_change(scene: &mut Scene<'_>, slug: &str) -> Result<(), Reply> {
    scene.caller.needs(Need::Write)?;
    let is_owner = match scene.caller {
        Caller::Person(id, _) => scene.org.is_owner(*id),
        Caller::Installation(_) => true,
        Caller::Anonymous => false,
    };
    let caller = scene.caller.id();
    let team = scene.org.team(slug).ok_or_else(not_found)?;
    let is_maintainer = caller.is_some_and(|id| team.members.get(&id) == Some(&true));
    if !is_owner && !is_maintainer {
        return Err(refused(403, "You must be an organization owner or team maintainer to change team membership."));
    }
    if team.synced {
        return Err(refused(
            403,
            "This team is externally managed: its members are synchronized from an identity provider.",
        ));
    }
    Ok(())
}

pub(super) fn put(scene: &mut Scene<'_>, slug: &str, login: &str) -> Result<Reply, Reply> {
    may_change(scene, slug)?;
    let body = object(&scene.call.body)?;
    let is_maintainer = match body.get("role").map(Value::as_str) {
        None | Some(Some("member")) => false,
        Some(Some("maintainer")) => true,
        _ => return Err(invalid("TeamMember", "role", "invalid", None)),
    };
    let account = named(scene.data, login)?.clone();
    if scene.org.is_member(account.id) {
        if let Some(team) = scene.org.team(slug) {
            team.members.insert(account.id, is_maintainer);
        }
    } else {
        managed(scene.switches)?;
        let teams = scene.org.team(slug).map(|team| team.slug.clone()).into_iter().collect();
        // An invitation to own the organization stays one.
        let role = scene.org.pending(account.id).map_or(Role::Member, |earlier| earlier.role);
        invite(scene, Some(&account), Wish { email: None, role, reinstates: false, teams })?;
    }
    shown(scene, slug, (account.id, &account.login)).ok_or_else(not_found)
}

/// An invitation to the organization stays, without the team.
pub(super) fn remove(scene: &mut Scene<'_>, slug: &str, login: &str) -> Result<Reply, Reply> {
    may_change(scene, slug)?;
    let id = named(scene.data, login)?.id;
    let team = scene.org.team(slug).ok_or_else(not_found)?;
    let (was_in, slug) = (team.members.remove(&id).is_some(), team.slug.clone());
    let was_invited = scene.org.pending(id).is_some_and(|one| one.teams.remove(&slug));
    if was_in || was_invited { Ok(Reply::empty(204)) } else { Err(not_found()) }
}
