//! Sharing an item, changing a share and taking it back. One share at a time: each request is alone here, where the real
//! one loses all but the last of those that come at once.

use serde_json::Value;

use super::super::super::call::Reply;
use super::super::http::same;
use super::Scene;
use super::check::{count_share, expiration, grantee, refuse_stranger, role};
use super::data::{Entry, Grantee, Permission, Role};
use super::error::{bad_share, global, insufficient, invalid, no_file, refused};
use super::fields::{PERMISSION, mask};
use super::permissions::{USUAL, answer, find};

/// The body, which has to be an object.
fn body(scene: &Scene<'_>) -> Result<Value, Reply> {
    match scene.call.json() {
        Some(body) if body.is_object() => Ok(body),
        _ => Err(global(400, "parseError", "Parse Error")),
    }
}

/// Shares it. Who has it already keeps the stronger role, and the entry keeps its id.
pub(super) fn create(scene: &mut Scene<'_>, id: &str) -> Result<Reply, Reply> {
    let (_, own) = scene.shareable(id)?;
    mask(scene.call.query("fields"), USUAL, &PERMISSION)?;
    let body = body(scene)?;
    let grantee = grantee(scene, &body)?;
    let role = role(scene, id, &body, own)?;
    let (file, _) = scene.file(id)?;
    let expires = expiration(scene, file, &grantee, role, &body)?;
    let word = scene.call.query("sendNotificationEmail");
    let is_mailed = grantee.email().is_some() && word != Some("false");
    if role == Role::Owner && word == Some("false") {
        return Err(invalid("sendNotificationEmail"));
    }
    refuse_stranger(scene, &grantee, is_mailed)?;
    if let Some(reason) = &scene.switches.policy {
        let domain = if reason == "dailyLimitExceeded" { "usageLimits" } else { "global" };
        return Err(refused(403, domain, reason, "The sharing settings do not allow this.", None));
    }
    count_share(scene)?;
    if role == Role::Owner {
        transfer(scene, id, &grantee)?;
    }
    let permission = grantee.id();
    let pending_owner = body.get("pendingOwner").and_then(Value::as_bool).unwrap_or(false);
    let order = scene.data.next();
    let mail = grantee.email().filter(|_| is_mailed).map(str::to_owned);
    put(scene, id, Entry { grantee, role, expires, pending_owner, order })?;
    if let Some(to) = mail {
        if scene.switches.mail_fails {
            return Err(bad_share("Sorry, the item was shared but the notification email could not be sent."));
        }
        scene.data.desk.mail(to, "is given access");
    }
    answer(scene, id, &permission)
}

/// What is on the item itself is changed, or new.
fn put(scene: &mut Scene<'_>, id: &str, entry: Entry) -> Result<(), Reply> {
    let file = scene.data.file_mut(id).ok_or_else(|| no_file(id))?;
    match file.entries.iter_mut().find(|own| own.grantee.id() == entry.grantee.id()) {
        Some(own) => {
            own.role = own.role.max(entry.role);
            own.expires = entry.expires.or(own.expires);
            own.pending_owner |= entry.pending_owner;
        }
        None => file.entries.push(entry),
    }
    Ok(())
}

/// Within one organization only, at once, and by the owner.
fn transfer(scene: &mut Scene<'_>, id: &str, to: &Grantee) -> Result<(), Reply> {
    let own = scene.caller.email.clone();
    let domain = |email: &str| email.rsplit('@').next().unwrap_or_default().to_lowercase();
    if to.email().is_none_or(|email| domain(email) != domain(&own)) {
        let words = "Consent is required to transfer ownership of a file to another user.";
        return Err(global(403, "consentRequiredForOwnershipTransfer", words));
    }
    let file = scene.data.file_mut(id).ok_or_else(|| no_file(id))?;
    let owner = file.entries.iter_mut().find(|entry| entry.role == Role::Owner);
    let owner = owner.filter(|entry| entry.grantee.email().is_some_and(|email| same(email, &own)));
    owner.ok_or_else(insufficient)?.role = Role::Writer;
    Ok(())
}

/// What comes from further up cannot be taken or made less here.
fn inherited(scene: &Scene<'_>) -> Reply {
    let reason = if scene.switches.older {
        "cannotModifyInheritedTeamDrivePermission"
    } else {
        "cannotModifyInheritedPermission"
    };
    global(403, reason, "Cannot update or delete an inherited permission on an item.")
}

/// Another role, or another end.
pub(super) fn update(scene: &mut Scene<'_>, id: &str, permission: &str) -> Result<Reply, Reply> {
    let (_, own) = scene.shareable(id)?;
    mask(scene.call.query("fields"), USUAL, &PERMISSION)?;
    let body = body(scene)?;
    let known = ["role", "expirationTime", "pendingOwner"];
    if body.as_object().is_some_and(|map| map.keys().any(|name| !known.contains(&name.as_str()))) {
        let words = "The resource body includes fields which are not directly writable.";
        return Err(global(403, "fieldNotWritable", words));
    }
    let found = find(scene, id, permission)?;
    let role = if body.get("role").is_some() { role(scene, id, &body, own)? } else { found.role() };
    if found.role() == Role::Owner && role != Role::Owner {
        return Err(global(403, "cannotRemoveOwner", "The owner of a file cannot be removed."));
    }
    if found.inherited.as_ref().is_some_and(|(given, _)| role < *given)
        || (found.direct.is_none() && role == found.role())
    {
        return Err(inherited(scene));
    }
    let (file, _) = scene.file(id)?;
    let expires = match expiration(scene, file, &found.grantee, role, &body)? {
        None if scene.is_on("removeExpiration") => None,
        None => found.direct.as_ref().and_then(|entry| entry.expires),
        some => some,
    };
    if role == Role::Owner && found.role() != Role::Owner {
        transfer(scene, id, &found.grantee)?;
    }
    set(scene, id, &found, |entry| {
        entry.role = role;
        entry.expires = expires;
        entry.pending_owner = body.get("pendingOwner").and_then(Value::as_bool).unwrap_or(entry.pending_owner);
    })?;
    answer(scene, id, permission)
}

fn set(scene: &mut Scene<'_>, id: &str, found: &Permission, change: impl FnOnce(&mut Entry)) -> Result<(), Reply> {
    let (grantee, order) = (found.grantee.clone(), found.order);
    let file = scene.data.file_mut(id).ok_or_else(|| no_file(id))?;
    if let Some(own) = file.entries.iter_mut().find(|entry| entry.grantee == grantee) {
        change(own);
        return Ok(());
    }
    let mut entry = Entry { grantee, role: found.role(), expires: None, pending_owner: false, order };
    change(&mut entry);
    file.entries.push(entry);
    Ok(())
}

/// Takes it back. Somebody's own share may be given up by whoever has it.
pub(super) fn remove(scene: &mut Scene<'_>, id: &str, permission: &str) -> Result<Reply, Reply> {
    scene.caller.may_write()?;
    let (file, own) = scene.file(id)?;
    let is_drive = file.drive.as_deref() == Some(id);
    let is_own = permission == Grantee::User(scene.caller.email.clone()).id();
    if own < Role::Writer && !is_own {
        return Err(insufficient());
    }
    let found = find(scene, id, permission)?;
    if found.direct.is_none() {
        return Err(inherited(scene));
    }
    if found.role() == Role::Owner {
        return Err(global(403, "cannotRemoveOwner", "The owner of a file cannot be removed."));
    }
    let (file, _) = scene.file(id)?;
    let organizers = file.entries.iter().filter(|entry| entry.role == Role::Organizer).count();
    if is_drive && found.role() == Role::Organizer && organizers == 1 {
        return Err(global(403, "cannotDeletePermission", "A shared drive must have at least one organizer."));
    }
    let file = scene.data.file_mut(id).ok_or_else(|| no_file(id))?;
    file.entries.retain(|entry| entry.grantee != found.grantee);
    Ok(Reply::empty(204))
}
