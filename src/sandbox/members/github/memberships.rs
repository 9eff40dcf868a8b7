//! Memberships: who is in, who is invited, and with which role.

use serde_json::{Value, json};

use super::super::super::call::{Call, Reply};
use super::super::http::json as json_reply;
use super::Scene;
use super::caller::{Caller, Need};
use super::data::{Account, Data, Id, Invitation, Member, Org, Role};
use super::error::{invalid, not_found, object, refused};
use super::page::page;
use super::people::{managed, named, simple, simple_org};

const NOT_AN_ADMIN: &str = "You must be an admin to add or update an organization membership.";

/// As the membership of somebody who is invited, or in.
fn shown(org: &mut Org, account: &Account, base: &str) -> Option<Value> {
    let (state, role, direct, through) = match org.members.get(&account.id) {
        Some(member) => ("active", member.role, member.direct, member.through.clone()),
        None => ("pending", org.pending(account.id)?.role, true, Vec::new()),
    };
    let at = format!("{base}/orgs/{}", org.login);
    Some(json!({
        "url": format!("{at}/memberships/{}", account.login),
        "state": state,
        "role": name(role),
        "direct_membership": direct,
        "enterprise_teams_providing_indirect_membership": through,
        "organization_url": at,
        "organization": simple_org(org, base),
        "user": simple(account, base),
    }))
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Admin => "admin",
        Role::BillingManager => "billing_manager",
    }
}

/// For members, and for apps that are let in.
pub(super) fn show(scene: &mut Scene<'_>, login: &str) -> Result<Reply, Reply> {
    scene.caller.needs(Need::Read)?;
    if !scene.caller.is_inside(scene.org, Need::Read) {
        let words = format!("You must be a member of {} to see membership information for {login}.", scene.org.login);
        return Err(refused(403, words));
    }
    let account = named(scene.data, login)?;
    let body = shown(scene.org, account, scene.base).ok_or_else(not_found)?;
    Ok(json_reply(200, &body))
}

/// Puts somebody in, or gives another role: also a lower one, without a question.
pub(super) fn put(scene: &mut Scene<'_>, login: &str) -> Result<Reply, Reply> {
    scene.caller.owns(scene.org, NOT_AN_ADMIN)?;
    let body = object(&scene.call.body)?;
    let role = match body.get("role").map(Value::as_str) {
        None | Some(Some("member")) => Role::Member,
        Some(Some("admin")) => Role::Admin,
        _ => return Err(invalid("OrganizationMembership", "role", "invalid", None)),
    };
    let account = named(scene.data, login)?.clone();
    managed(scene.switches)?;
    let id = account.id;
    if scene.org.is_last_owner(id) && role == Role::Member {
        return Err(refused(403, "The last owner cannot be demoted."));
    }
    if let Some(member) = scene.org.members.get_mut(&id) {
        if member.role != Role::Admin && role == Role::Admin {
            scene.data.desk.mail(&account.email, "is owner now");
        }
        member.role = role;
        member.direct = true;
    } else {
        invite(scene, Some(&account), Wish { email: None, role, reinstates: false, teams: Vec::new() })?;
    }
    let body = shown(scene.org, &account, scene.base).ok_or_else(not_found)?;
    Ok(json_reply(200, &body))
}

/// What somebody is invited to.
pub(super) struct Wish {
    pub(super) email: Option<String>,
    pub(super) role: Role,
    pub(super) reinstates: bool,
    pub(super) teams: Vec<String>,
}

/// Invites somebody; once more, if that was done before. Either way a mail is sent, and counts. Gives the id of the invitation.
pub(super) fn invite(scene: &mut Scene<'_>, account: Option<&Account>, wish: Wish) -> Result<u64, Reply> {
    let blocked = account.is_some_and(|account| scene.switches.blocked.contains(&account.login.to_lowercase()));
    if blocked {
        return Err(refused(403, "Blocked"));
    }
    if let (Some(account), true, Some(_)) = (account, scene.switches.ghes_active, &scene.switches.ghes) {
        scene.org.members.insert(account.id, Member::new(wish.role));
        return Ok(0);
    }
    let day = std::time::Duration::from_hours(24);
    let now = scene.now;
    scene.org.invited.retain(|at| at.checked_add(day).is_ok_and(|end| end > now));
    if scene.org.invited.len() >= scene.switches.quota {
        let words = "Over invitation rate limit";
        return Err(invalid("OrganizationInvitation", "data", "unprocessable", Some(words)));
    }
    scene.org.invited.push(now);
    let to = account.map(|account| account.email.clone()).or_else(|| wish.email.clone()).unwrap_or_default();
    scene.data.desk.mail(to, "is invited");
    let is_same = |one: &&mut Invitation| match account {
        Some(account) => one.account == Some(account.id),
        None => one.email == wish.email,
    };
    if let Some(earlier) = scene.org.invitations.iter_mut().filter(|one| one.failed.is_none()).find(is_same) {
        earlier.role = wish.role;
        earlier.teams.extend(wish.teams);
        return Ok(earlier.id);
    }
    let id = scene.data.new_id();
    scene.org.invitations.push(Invitation {
        id,
        account: account.map(|account| account.id),
        email: wish.email,
        role: wish.role,
        reinstates: wish.reinstates,
        created: now,
        inviter: scene.caller.id(),
        teams: wish.teams.into_iter().collect(),
        failed: None,
    });
    Ok(id)
}

/// Removes a member, or takes an invitation back. One that has failed is neither.
pub(super) fn remove(scene: &mut Scene<'_>, login: &str) -> Result<Reply, Reply> {
    scene.caller.owns(scene.org, NOT_AN_ADMIN)?;
    let id = named(scene.data, login)?.id;
    if scene.org.pending(id).is_some() {
        scene.org.invitations.retain(|one| one.account != Some(id) || one.failed.is_some());
        return Ok(Reply::empty(204));
    }
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

/// The caller's own; to accept an invitation is to make it active.
pub(super) fn own(scene: &mut Scene<'_>) -> Result<Reply, Reply> {
    let id = scene.caller.person()?;
    scene.caller.needs(Need::Read)?;
    let account = scene.data.accounts.get(&id).cloned().ok_or_else(not_found)?;
    match scene.call.method.as_str() {
        "GET" => {}
        "PATCH" => accept(scene, &account)?,
        _ => return Err(not_found()),
    }
    let body = shown(scene.org, &account, scene.base).ok_or_else(not_found)?;
    Ok(json_reply(200, &body))
}

fn accept(scene: &mut Scene<'_>, account: &Account) -> Result<(), Reply> {
    if object(&scene.call.body)?.get("state") != Some(&json!("active")) {
        return Err(invalid("OrganizationMembership", "state", "invalid", None));
    }
    let is_own = |one: &Invitation| {
        let by_mail = one.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(&account.email));
        one.failed.is_none() && (one.account == Some(account.id) || by_mail)
    };
    let place = scene.org.invitations.iter().position(is_own);
    if let Some(place) = place {
        let invitation = scene.org.invitations.remove(place);
        scene.org.join(account.id, &invitation, scene.now);
    }
    Ok(())
}

/// All of the caller's own, in every organization.
pub(super) fn all_own(data: &mut Data, caller: &Caller, call: &Call, base: &str) -> Result<Reply, Reply> {
    let id: Id = caller.person()?;
    caller.needs(Need::Read)?;
    let account = data.accounts.get(&id).cloned().ok_or_else(not_found)?;
    let rows: Vec<Value> = data.orgs.iter_mut().filter_map(|org| shown(org, &account, base)).collect();
    let rows: Vec<Value> = match call.query("state") {
        Some(state) => rows.into_iter().filter(|row| row.get("state") == Some(&json!(state))).collect(),
        None => rows,
    };
    Ok(page(call, base, "/user/memberships/orgs", &rows))
}
