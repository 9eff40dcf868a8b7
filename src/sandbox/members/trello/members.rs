//! People: finding them, putting them into a workspace, and taking them out.

use serde_json::{Value, json};

use super::super::super::call::Reply;
use super::super::super::paas::sha256;
use super::super::http::{is_email, json as json_reply, same};
use super::caller::Need;
use super::data::{Member, Membership, chosen, id, is_id};
use super::{Scene, missing};

pub(super) fn show(scene: &Scene<'_>, name: &str) -> Result<Reply, Reply> {
    scene.caller.needs(Need::Member)?;
    let name = if name == "me" { &scene.caller.id } else { name };
    let member = scene.data.member(name).ok_or_else(missing)?;
    let is_own = member.id == scene.caller.id && scene.caller.may_know_itself();
    let body = scene.data.member_json(member, is_own);
    Ok(json_reply(200, &chosen(&body, scene.fields.get("fields").unwrap_or("all"))?))
}

/// By parts of names, never by addresses.
pub(super) fn search(scene: &Scene<'_>) -> Result<Reply, Reply> {
    scene.caller.needs(Need::Member)?;
    let bad = |name: &str| Reply::text(400, &format!("invalid value for {name}"));
    let query = scene.fields.filled("query").ok_or_else(|| bad("query"))?.to_lowercase();
    let limit = scene.fields.get("limit").unwrap_or("8").parse().ok().filter(|limit| (1..=20).contains(limit));
    let limit: usize = limit.ok_or_else(|| bad("limit"))?;
    let within = match scene.fields.filled("idOrganization") {
        Some(name) => Some(scene.workspace(name, Need::Workspace)?),
        None => None,
    };
    let only_within = scene.fields.get("onlyOrgMembers") == Some("true");
    let is_found = |member: &&Member| {
        let is_named = [&member.username, &member.full_name].iter().any(|name| name.to_lowercase().contains(&query));
        is_named && (!only_within || within.is_some_and(|workspace| workspace.has(&member.id)))
    };
    let found = scene.data.members.iter().filter(is_found).take(limit);
    let fields = "id,username,fullName,confirmed,memberType";
    let rows: Result<Vec<Value>, Reply> =
        found.map(|member| chosen(&scene.data.member_json(member, false), fields)).collect();
    Ok(json_reply(200, &Value::Array(rows?)))
}

/// Whether to make an administrator of somebody. It has to be said, in lower case.
fn is_admin(scene: &Scene<'_>) -> Result<bool, Reply> {
    match scene.fields.text("type") {
        "admin" => Ok(true),
        "normal" => Ok(false),
        _ => Err(Reply::text(400, "invalid value for type")),
    }
}

/// Somebody who has an account is in at once. Who is in already gets the role that was said, also a lower one.
pub(super) fn put(scene: &mut Scene<'_>, name: &str, member: &str) -> Result<Reply, Reply> {
    let workspace = scene.administered(name)?;
    let is_admin = is_admin(scene)?;
    let member = scene.data.member(member).ok_or_else(missing)?.clone();
    add(scene, &workspace, &member, is_admin)
}

/// By an address. Who has none of Trello's accounts yet is a ghost until it is claimed.
pub(super) fn invite(scene: &mut Scene<'_>, name: &str) -> Result<Reply, Reply> {
    let workspace = scene.administered(name)?;
    let email = scene.fields.filled("email").filter(|email| is_email(email));
    let email = email.ok_or_else(|| Reply::text(400, "invalid value for email"))?.to_owned();
    let is_admin = is_admin(scene)?;
    if let Some(known) = scene.data.members.iter().find(|member| same(&member.email, &email)).cloned() {
        if !known.confirmed {
            scene.data.desk.mail(&known.email, "is invited");
        }
        return add(scene, &workspace, &known, is_admin);
    }
    if is_admin {
        return Err(Reply::text(403, "a new address cannot be an administrator"));
    }
    check_seats(scene, &workspace)?;
    let ghost = ghost(&email, scene.fields.text("fullName"));
    scene.data.desk.mail(email, "is invited");
    scene.data.members.push(ghost.clone());
    add(scene, &workspace, &ghost, false)
}

/// The same for one address whenever it is made, so that two workspaces with the same people are equal.
fn ghost(email: &str, full_name: &str) -> Member {
    let number = sha256(&email.to_lowercase()).iter().take(7).fold(1, |number, byte| number << 8 | u64::from(*byte));
    let word: String =
        email.split('@').next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    Member {
        id: id('b', number),
        username: format!("{}{}", word.to_lowercase(), number % 1000),
        full_name: full_name.to_owned(),
        email: email.to_owned(),
        confirmed: false,
    }
}

fn check_seats(scene: &Scene<'_>, workspace: &str) -> Result<(), Reply> {
    let taken = scene.data.workspace(workspace).map_or(0, |workspace| workspace.memberships.len());
    if scene.switches.seats > 0 && taken >= scene.switches.seats {
        return Err(Reply::text(403, "the workspace has reached its limit of collaborators"));
    }
    Ok(())
}

fn add(scene: &mut Scene<'_>, workspace: &str, member: &Member, is_admin: bool) -> Result<Reply, Reply> {
    let is_in = scene.data.workspace(workspace).is_some_and(|workspace| workspace.has(&member.id));
    if !is_in {
        check_seats(scene, workspace)?;
        if member.confirmed {
            scene.data.desk.mail(&member.email, "was added");
        }
    }
    if !is_admin {
        keep_an_admin(scene, workspace, &member.id)?;
    }
    let place = scene.data.workspace_mut(workspace).ok_or_else(missing)?;
    match place.memberships.iter_mut().find(|one| one.member == member.id) {
        Some(one) => one.is_admin = is_admin,
        None => {
            let id = member.id.replacen('b', "a", 1);
            place.memberships.push(Membership { id, member: member.id.clone(), is_admin, deactivated: false });
        }
    }
    lists(scene, workspace)
}

fn keep_an_admin(scene: &Scene<'_>, workspace: &str, member: &str) -> Result<(), Reply> {
    let is_last = scene.data.workspace(workspace).is_some_and(|workspace| workspace.is_last_admin(member));
    if is_last && !scene.switches.last_admin {
        return Err(Reply::text(403, "a workspace must have at least one admin"));
    }
    Ok(())
}

/// What a write answers: everybody, as members and as memberships.
fn lists(scene: &Scene<'_>, workspace: &str) -> Result<Reply, Reply> {
    let workspace = scene.data.workspace(workspace).ok_or_else(missing)?;
    let rows: Result<Vec<Value>, Reply> =
        workspace.memberships.iter().map(|one| scene.data.membership_json(one, None)).collect();
    Ok(json_reply(200, &json!({"id": workspace.id, "memberships": rows?, "members": people(scene, &workspace.id)?})))
}

fn people(scene: &Scene<'_>, workspace: &str) -> Result<Vec<Value>, Reply> {
    let workspace = scene.data.workspace(workspace).ok_or_else(missing)?;
    let people = workspace.memberships.iter().filter_map(|one| scene.data.member(&one.member));
    let fields = "id,username,fullName,confirmed";
    people.map(|member| chosen(&scene.data.member_json(member, false), fields)).collect()
}

/// Out of the workspace, by id only; out of its boards if that is said, and otherwise a guest there.
pub(super) fn remove(scene: &mut Scene<'_>, name: &str, member: &str, boards: bool) -> Result<Reply, Reply> {
    if !is_id(member) {
        return Err(Reply::text(400, "invalid id"));
    }
    let workspace = if member == scene.caller.id {
        // Anybody may leave.
        scene.workspace(name, Need::Membership)?.id.clone()
    } else {
        scene.administered(name)?
    };
    if !scene.data.workspace(&workspace).is_some_and(|workspace| workspace.has(member)) {
        return Err(missing());
    }
    keep_an_admin(scene, &workspace, member)?;
    let place = scene.data.workspace_mut(&workspace).ok_or_else(missing)?;
    place.memberships.retain(|one| one.member != member);
    if boards {
        place.boards.iter_mut().for_each(|board| {
            board.members.remove(member);
        });
    }
    let mut body = scene.data.workspace(&workspace).ok_or_else(missing)?.json();
    let people = people(scene, &workspace)?;
    if let Some(map) = body.as_object_mut() {
        map.insert("members".to_owned(), json!(people));
    }
    Ok(json_reply(200, &body))
}

/// Only where the workspace belongs to an enterprise.
pub(super) fn suspend(scene: &mut Scene<'_>, name: &str, member: &str) -> Result<Reply, Reply> {
    let workspace = scene.administered(name)?;
    if !scene.switches.enterprise {
        return Err(Reply::text(403, "only workspaces of an enterprise can deactivate members"));
    }
    let value = match scene.fields.text("value") {
        "true" => true,
        "false" => false,
        _ => return Err(Reply::text(400, "invalid value for value")),
    };
    let member = scene.data.member(member).ok_or_else(missing)?.id.clone();
    if value {
        keep_an_admin(scene, &workspace, &member)?;
    }
    let place = scene.data.workspace_mut(&workspace).ok_or_else(missing)?;
    let one = place.memberships.iter_mut().find(|one| one.member == member).ok_or_else(missing)?;
    one.deactivated = value;
    lists(scene, &workspace)
}
