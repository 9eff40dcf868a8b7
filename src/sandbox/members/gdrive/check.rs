//! What of a share can be wrong: who it is for, the role, the end, and what policies and quotas say.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::super::call::Reply;
use super::super::http::is_email;
use super::Scene;
use super::data::{File, Grantee, Role};
use super::error::{bad_share, global, insufficient, invalid, refused};

const DAY: Duration = Duration::from_hours(24);

fn text<'body>(body: &'body Value, name: &str) -> Option<&'body str> {
    body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn required<'body>(body: &'body Value, name: &str, words: &str) -> Result<&'body str, Reply> {
    text(body, name).ok_or_else(|| global(400, "required", &format!("The permission {words} field is required.")))
}

pub(super) fn grantee(scene: &Scene<'_>, body: &Value) -> Result<Grantee, Reply> {
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
pub(super) fn role(scene: &Scene<'_>, id: &str, body: &Value, own: Role) -> Result<Role, Reply> {
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
pub(super) fn expiration(
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
pub(super) fn refuse_stranger(scene: &Scene<'_>, grantee: &Grantee, is_mailed: bool) -> Result<(), Reply> {
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
pub(super) fn count_share(scene: &mut Scene<'_>) -> Result<(), Reply> {
    let shares = scene.data.desk.pace.count(&format!("shares of {}", scene.caller.email), scene.now, DAY);
    if scene.switches.sharing == 0 || shares.used <= scene.switches.sharing {
        return Ok(());
    }
    let words = "Rate limit exceeded. User message: \"Sorry, you have exceeded your sharing quota.\"";
    Err(refused(403, "usageLimits", "sharingRateLimitExceeded", words, None))
}
