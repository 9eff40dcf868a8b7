//! Sharing an item, changing a share and taking it back. One share at a time: each request is alone here, where the real
//! one loses all but the last of those that come at once.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::super::call::Reply;
use super::super::http::{is_email, same};
use super::Scene;
use super::data::{Entry, File, Grantee, Permission, Role};
use super::error::{bad_share, global, insufficient, invalid, no_file, refused};
use super::fields::{PERMISSION, mask};
use super::permissions::{USUAL, answer, find};

const DAY: Duration = Duration::from_hours(24);

/// The body, which has to be an object.
fn body(scene: &Scene<'_>) -> Result<Value, Reply> {
    match scene.call.json() {
        Some(body) if body.is_object() => Ok(body),
        _ => Err(global(400, "parseError", "Parse Error")),
    }
}

fn text<'body>(body: &'body Value, name: &str) -> Option<&'body str> {
    body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn required<'body>(body: &'body Value, name: &str, words: &str) -> Result<&'body str, Reply> {
    text(body, name).ok_or_else(|| global(400, "required", &format!("The permission {words} field is required.")))
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

fn grantee(scene: &Scene<'_>, body: &Value) -> Result<Grantee, Reply> {
    let kind = required(body, "type", "type")?;
    match kind {
        "user" | "group" => {
            let email = required(body, "emailAddress", "emailAddress")?;
            if !is_email(email) {
                return Err(global(
                    400,
                    "invalid",
                    "The specified emailAddress is invalid or not applicable for the given permission type.",
                ));
            }
            // As the account itself spells it, by whatever of its addresses it was named.
            let known = scene.data.person(email).map_or_else(|| email.to_owned(), |person| person.email.clone());
            Ok(if kind == "user" { Grantee::User(known) } else { Grantee::Group(known) })
        }
        "domain" => Ok(Grantee::Domain(required(body, "domain", "domain")?.to_owned())),
        "anyone" => Ok(Grantee::Anyone(body.get("allowFileDiscovery").and_then(Value::as_bool).unwrap_or(false))),
        _ => Err(global(400, "invalid", "The specified type is invalid.")),
    }
}

/// A role that there is on such an item, and that the caller may give.
fn role(scene: &Scene<'_>, id: &str, body: &Value, own: Role) -> Result<Role, Reply> {
    let role = Role::read(required(body, "role", "role")?);
    let role = role.ok_or_else(|| global(400, "invalid", "The specified role is invalid."))?;
    let (file, _) = scene.file(id)?;
    match (role, &file.drive) {
        (Role::Owner, Some(_)) => {
            let words = "A user cannot be the owner of an item in a shared drive.";
            Err(global(403, "ownerOnTeamDriveItemNotSupported", words))
        }
        (Role::Owner, None) if !scene.is_on("transferOwnership") => {
            let words = "The transferOwnership parameter must be enabled when the permission role is 'owner'.";
            Err(global(403, "forbidden", words))
        }
        (Role::Organizer, None) => {
            Err(global(403, "organizerOnNonTeamDriveItemNotSupported", "There are organizers on shared drives only."))
        }
        (Role::FileOrganizer, None) => Err(global(
            403,
            "fileOrganizerOnNonTeamDriveNotSupported",
            "There are file organizers on shared drives only.",
        )),
        // Nobody gives more than there is to give.
        (role, _) if role > own => Err(insufficient()),
        (role, _) => Ok(role),
    }
}

/// In the future, within a year, and not for those who manage an item.
fn expiration(
    scene: &Scene<'_>,
    file: &File,
    grantee: &Grantee,
    role: Role,
    body: &Value,
) -> Result<Option<Timestamp>, Reply> {
    let Some(text) = text(body, "expirationTime") else { return Ok(None) };
    let bad = |words: &str| global(403, "cannotSetExpiration", words);
    let time: Timestamp = text.parse().map_err(|_| invalid("permission.expirationTime"))?;
    let latest = scene.now.checked_add(DAY * 366).unwrap_or(Timestamp::MAX);
    if time <= scene.now || time > latest {
        return Err(bad("Expiration dates must be in the future and not more than one year ahead."));
    }
    if grantee.email().is_none() || role >= Role::Organizer {
        return Err(bad("Expiration dates cannot be set on this permission."));
    }
    if file.is_folder && role > Role::Commenter {
        return Err(bad("Expiration dates on folders can be set for readers and commenters only."));
    }
    Ok(Some(time))
}

/// Somebody without an account of Google's has to get the mail, because the way in is in it.
fn refuse_stranger(scene: &Scene<'_>, grantee: &Grantee, is_mailed: bool) -> Result<(), Reply> {
    let Some(email) = grantee.email() else { return Ok(()) };
    if is_mailed || scene.data.person(email).is_some_and(|person| !person.is_deleted) {
        return Ok(());
    }
    Err(bad_share(&format!(
        "You are trying to invite {email}. Since there is no Google account associated with this email address, you must \
         check the \\\"Notify people\\\" box to invite this recipient."
    )))
}

/// So many a day, and then no more for hours.
fn count_share(scene: &mut Scene<'_>) -> Result<(), Reply> {
    let shares = scene.data.desk.pace.count(&format!("shares of {}", scene.caller.email), scene.now, DAY);
    if scene.switches.sharing == 0 || shares.used <= scene.switches.sharing {
        return Ok(());
    }
    let words = "Rate limit exceeded. User message: \"Sorry, you have exceeded your sharing quota.\"";
    Err(refused(403, "usageLimits", "sharingRateLimitExceeded", words, None))
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
