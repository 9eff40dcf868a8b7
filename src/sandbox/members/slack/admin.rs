//! What administrators of an organization do; other plans have none of it.

use serde_json::{Value, json};

use super::super::cast::full_name;
use super::super::http::is_email;
use super::caller::{no, required};
use super::data::{OTHER_TEAM, Rank, TEAM, User};
use super::{Answer, No, Scene};

const WRITE: &[&str] = &["admin.users:write"];

pub(super) fn serve(scene: &mut Scene<'_>, name: &str) -> Answer {
    match scene.switches.plan {
        "enterprise" => {}
        "business" => return Err(no("feature_not_enabled")),
        _ => return Err(no("not_an_enterprise")),
    }
    if scene.caller.is_bot() {
        return Err(no("not_allowed_token_type"));
    }
    match name {
        "admin.users.list" => list(scene),
        "admin.users.invite" => invite(scene),
        "admin.users.assign" => assign(scene),
        "admin.users.remove" => remove(scene),
        "admin.users.deactivate" => deactivate(scene),
        "admin.users.session.reset" => reset(scene),
        "admin.inviteRequests.list" => requests(scene),
        "admin.inviteRequests.approve" => decide(scene, true),
        "admin.inviteRequests.deny" => decide(scene, false),
        name => Err(No("unknown_method".to_owned(), vec![("req_method", json!(name))])),
    }
}

/// The rights, and the workspace that is meant.
fn team<'scene>(scene: &'scene Scene<'_>, scopes: &[&str]) -> Result<&'scene str, No> {
    scene.caller.needs(scopes)?;
    scene.caller.administers(scene.data)?;
    let team = required(&scene.fields, "team_id")?;
    if [TEAM, OTHER_TEAM].contains(&team) { Ok(team) } else { Err(no("team_not_found")) }
}

fn user<'scene>(scene: &'scene Scene<'_>) -> Result<&'scene User, No> {
    scene.data.user(required(&scene.fields, "user_id")?).ok_or_else(|| no("user_not_found"))
}

/// Who is active, unless the others are asked for.
fn list(scene: &Scene<'_>) -> Answer {
    scene.caller.needs(&["admin.users:read"])?;
    scene.caller.administers(scene.data)?;
    let team = scene.fields.filled("team_id");
    let active = scene.fields.get("is_active") != Some("false");
    let email = scene.fields.filled("email");
    let is_wanted = |user: &&User| {
        let is_active = !user.deleted && !user.invited;
        let by_email = email.is_none_or(|email| user.email.eq_ignore_ascii_case(email));
        !user.is_bot() && is_active == active && by_email && team.is_none_or(|team| user.is_in(team))
    };
    let all: Vec<&User> = scene.data.users.iter().filter(is_wanted).collect();
    let (page, next) = scene.page(&all, 100, 100, |user| user.id.as_str())?;
    let users: Vec<Value> = page
        .iter()
        .map(|user| {
            json!({
                "id": user.id,
                "email": user.email,
                "username": user.name,
                "full_name": full_name(&user.name),
                "is_admin": user.is_boss(),
                "is_owner": user.is_owner(),
                "is_primary_owner": user.rank == Rank::PrimaryOwner,
                "is_restricted": user.is_guest(),
                "is_ultra_restricted": user.rank == Rank::SingleGuest,
                "is_bot": false,
                "is_active": active,
                "workspaces": user.teams,
            })
        })
        .collect();
    Ok(json!({"users": users, "response_metadata": {"next_cursor": next}}))
}

fn rank(scene: &Scene<'_>) -> Rank {
    let is_on = |name: &str| matches!(scene.fields.get(name), Some("true" | "1"));
    match (is_on("is_restricted"), is_on("is_ultra_restricted")) {
        (_, true) => Rank::SingleGuest,
        (true, false) => Rank::Guest,
        (false, false) => Rank::Member,
    }
}

/// By address. An invitation that waits is sent again only if that is said.
fn invite(scene: &mut Scene<'_>) -> Answer {
    let team = team(scene, WRITE)?.to_owned();
    let email = required(&scene.fields, "email")?.to_owned();
    required(&scene.fields, "channel_ids")?;
    if scene.switches.sso {
        return Err(no("org_login_required"));
    }
    if !is_email(&email) {
        return Err(no("invalid_email"));
    }
    let known = scene.data.by_email(&email).cloned();
    match known {
        Some(known) if known.deleted => return Err(no("user_disabled")),
        Some(known) if known.is_in(&team) && known.invited => {
            if !matches!(scene.fields.get("resend"), Some("true" | "1")) {
                return Err(no("already_in_team_invited_user"));
            }
        }
        Some(known) if known.is_in(&team) => return Err(no("already_in_team")),
        Some(known) => {
            if let Some(user) = scene.data.user_mut(&known.id) {
                user.teams.insert(team);
            }
        }
        None => invite_new(scene, &email, &team),
    }
    scene.data.desk.mail(email, "is invited");
    Ok(json!({}))
}

fn invite_new(scene: &mut Scene<'_>, email: &str, team: &str) {
    let name = email.split('@').next().unwrap_or_default().to_owned();
    let id = scene.data.add(email, &name, team, rank(scene));
    if let Some(user) = scene.data.user_mut(&id) {
        user.invited = true;
    }
}

/// Somebody of the organization, into one more of its workspaces.
fn assign(scene: &mut Scene<'_>) -> Answer {
    let team = team(scene, WRITE)?.to_owned();
    let user = user(scene)?;
    match user {
        user if user.is_bot() => return Err(no("user_is_bot")),
        user if user.deleted => return Err(no("invited_user_not_reactivated")),
        user if user.is_in(&team) => return Err(no("user_already_team_member")),
        _ => {}
    }
    let id = user.id.clone();
    if let Some(user) = scene.data.user_mut(&id) {
        user.teams.insert(team);
    }
    Ok(json!({}))
}

/// Out of one workspace; an invitation is taken back.
fn remove(scene: &mut Scene<'_>) -> Answer {
    let team = team(scene, WRITE)?.to_owned();
    let user = user(scene)?;
    if user.rank == Rank::PrimaryOwner {
        return Err(no("cannot_modify_primary_owner"));
    }
    if user.deleted || !user.is_in(&team) {
        return Err(no("user_already_deleted"));
    }
    let id = user.id.clone();
    if user.invited {
        scene.data.users.retain(|user| user.id != id);
        return Ok(json!({}));
    }
    leave(scene, &id, Some(&team));
    Ok(json!({}))
}

/// Out of a workspace or of all of them, and of the channels there. The account stays; without a workspace it is deactivated.
fn leave(scene: &mut Scene<'_>, id: &str, team: Option<&str>) {
    if let Some(user) = scene.data.user_mut(id) {
        let is_last = user.teams.iter().all(|own| team.is_none_or(|team| own == team));
        if is_last {
            user.deleted = true;
        } else {
            user.teams.retain(|own| team.is_some_and(|team| own != team));
        }
    }
    for channel in &mut scene.data.channels {
        channel.members.remove(id);
    }
}

fn deactivate(scene: &mut Scene<'_>) -> Answer {
    scene.caller.needs(WRITE)?;
    scene.caller.administers(scene.data)?;
    let user = user(scene)?;
    if user.rank == Rank::PrimaryOwner || user.deleted {
        return Err(no("deactivation_failed"));
    }
    let id = user.id.clone();
    leave(scene, &id, None);
    Ok(json!({}))
}

/// Ends logins. What was open is no part of this.
fn reset(scene: &Scene<'_>) -> Answer {
    scene.caller.needs(WRITE)?;
    scene.caller.administers(scene.data)?;
    user(scene)?;
    Ok(json!({}))
}

fn requests(scene: &Scene<'_>) -> Answer {
    scene.caller.needs(&["admin.invites:read"])?;
    scene.caller.administers(scene.data)?;
    let waiting = scene.data.requests.iter().filter(|request| request.decided.is_none());
    let rows: Vec<Value> = waiting
        .map(|one| json!({"id": one.id, "email": one.email, "requester_ids": [one.requester], "invite_type": "full_member"}))
        .collect();
    Ok(json!({"invite_requests": rows, "response_metadata": {"next_cursor": ""}}))
}

/// Once for each.
fn decide(scene: &mut Scene<'_>, yes: bool) -> Answer {
    let team = team(scene, &["admin.invites:write"])?.to_owned();
    let id = required(&scene.fields, "invite_request_id")?.to_owned();
    let request = scene.data.requests.iter_mut().find(|request| request.id == id);
    let request = request.ok_or_else(|| no("invalid_request"))?;
    if request.decided.is_some() {
        return Err(no("already_processed"));
    }
    request.decided = Some(yes);
    let email = request.email.clone();
    if yes {
        invite_new(scene, &email, &team);
        scene.data.desk.mail(email, "is invited");
    }
    Ok(json!({}))
}
