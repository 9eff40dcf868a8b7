//! Invitations: those that wait, and those that nobody has accepted within seven days, which stay until somebody deletes
//! them by their id.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::super::call::Reply;
use super::super::http::{is_email, json as json_reply};
use super::Scene;
use super::data::{Account, Data, Invitation, Role};
use super::error::{invalid, not_found, object};
use super::memberships::{Wish, invite};
use super::page::page;
use super::people::{managed, simple_of};

const NOT_AN_ADMIN: &str = "You must be an admin to see or change invitations.";
const RESOURCE: &str = "OrganizationInvitation";

/// One that was sent to an address shows no login until it is accepted.
fn shown(data: &Data, org: &str, one: &Invitation, base: &str) -> Value {
    let login = one.account.and_then(|id| data.accounts.get(&id)).map(|account| account.login.clone());
    let failed = one.failed.as_ref();
    json!({
        "id": one.id,
        "node_id": format!("OI_{}", one.id),
        "login": login,
        "email": one.email,
        "role": if one.reinstates { "reinstate" } else { name(one.role) },
        "created_at": one.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "inviter": simple_of(data, one.inviter, base),
        "team_count": one.teams.len(),
        "invitation_teams_url": format!("{base}/orgs/{org}/invitations/{}/teams", one.id),
        "invitation_source": "member",
        "failed_at": failed.map(|failed| failed.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        "failed_reason": failed.map(|failed| failed.reason),
    })
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Member => "direct_member",
        Role::Admin => "admin",
        Role::BillingManager => "billing_manager",
    }
}

fn listed(scene: &Scene<'_>, what: &str, is_wanted: impl Fn(&Invitation) -> bool) -> Reply {
    let wanted = scene.org.invitations.iter().filter(|one| is_wanted(one));
    let rows: Vec<Value> = wanted.map(|one| shown(scene.data, &scene.org.login, one, scene.base)).collect();
    page(scene.call, scene.base, &format!("/organizations/{}/{what}", scene.org.id), &rows)
}

pub(super) fn list(scene: &mut Scene<'_>) -> Result<Reply, Reply> {
    scene.caller.sees_invited(scene.org, NOT_AN_ADMIN)?;
    let role = scene.call.query("role").unwrap_or("all");
    if !["all", "admin", "direct_member", "billing_manager", "hiring_manager"].contains(&role) {
        return Err(invalid(RESOURCE, "role", "invalid", None));
    }
    let source = scene.call.query("invitation_source").unwrap_or("all");
    if !["all", "member", "scim"].contains(&source) {
        return Err(invalid(RESOURCE, "invitation_source", "invalid", None));
    }
    let is_wanted =
        |one: &Invitation| one.failed.is_none() && (role == "all" || role == name(one.role)) && source != "scim";
    Ok(listed(scene, "invitations", is_wanted))
}

pub(super) fn failed(scene: &mut Scene<'_>) -> Result<Reply, Reply> {
    scene.caller.sees_invited(scene.org, NOT_AN_ADMIN)?;
    Ok(listed(scene, "failed_invitations", |one| one.failed.is_some()))
}

/// By address or by the id of an account.
pub(super) fn create(scene: &mut Scene<'_>) -> Result<Reply, Reply> {
    scene.caller.owns(scene.org, NOT_AN_ADMIN)?;
    let body = object(&scene.call.body)?;
    let account = match (body.get("invitee_id"), body.get("email").and_then(Value::as_str)) {
        (None, None) => return Err(invalid(RESOURCE, "invitee_id", "missing_field", None)),
        (Some(_), Some(_)) => return Err(invalid(RESOURCE, "data", "unprocessable", Some("Give invitee_id or email"))),
        (Some(id), None) => {
            let account = id.as_u64().and_then(|id| scene.data.accounts.get(&id));
            Some(account.cloned().ok_or_else(not_found)?)
        }
        (None, Some(email)) if !is_email(email) => return Err(invalid(RESOURCE, "email", "invalid", None)),
        (None, Some(email)) => {
            refuse_known(scene, email)?;
            None
        }
    };
    managed(scene.switches)?;
    let wish = wish(scene, &body, account.as_ref())?;
    if account.as_ref().is_some_and(|account| scene.org.is_member(account.id)) {
        let words = "Invitee is already a part of this organization";
        return Err(invalid(RESOURCE, "data", "unprocessable", Some(words)));
    }
    let id = invite(scene, account.as_ref(), wish)?;
    let one = scene.org.invitations.iter().find(|one| one.id == id).ok_or_else(not_found)?;
    Ok(json_reply(201, &shown(scene.data, &scene.org.login, one, scene.base)))
}

/// Whose address belongs to a member cannot be invited by it.
fn refuse_known(scene: &Scene<'_>, email: &str) -> Result<(), Reply> {
    let known = scene.data.accounts.values().find(|account| account.email.eq_ignore_ascii_case(email));
    if known.is_some_and(|account| scene.org.is_member(account.id)) {
        let words = "A user with this email address is already a part of this organization";
        return Err(invalid(RESOURCE, "data", "unprocessable", Some(words)));
    }
    Ok(())
}

fn wish(scene: &Scene<'_>, body: &Value, account: Option<&Account>) -> Result<Wish, Reply> {
    let (role, reinstates) = match body.get("role").map(Value::as_str) {
        None | Some(Some("direct_member")) => (Role::Member, false),
        Some(Some("admin")) => (Role::Admin, false),
        Some(Some("billing_manager")) => (Role::BillingManager, false),
        Some(Some("reinstate")) => (Role::Member, true),
        _ => return Err(invalid(RESOURCE, "role", "invalid", None)),
    };
    let is_former = account.is_some_and(|account| scene.org.memory(account.id, scene.now).is_some());
    if reinstates && !is_former {
        return Err(invalid(RESOURCE, "role", "unprocessable", Some("Invitee was not a member of this organization")));
    }
    let ids: BTreeSet<u64> =
        body.get("team_ids").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect();
    let teams: Vec<String> =
        scene.org.teams.iter().filter(|team| ids.contains(&team.id)).map(|team| team.slug.clone()).collect();
    if teams.len() < ids.len() {
        return Err(invalid(RESOURCE, "team_ids", "invalid", None));
    }
    let email = body.get("email").and_then(Value::as_str).map(str::to_owned);
    Ok(Wish { email, role, reinstates, teams })
}

/// Whether it waits or has failed.
pub(super) fn remove(scene: &mut Scene<'_>, id: &str) -> Result<Reply, Reply> {
    scene.caller.owns(scene.org, NOT_AN_ADMIN)?;
    let place = scene.org.invitations.iter().position(|one| one.id.to_string() == id).ok_or_else(not_found)?;
    scene.org.invitations.remove(place);
    Ok(Reply::empty(204))
}
