//! Items themselves, and who somebody is: what a client asks before it shares anything.

use serde_json::{Value, json};

use super::super::super::call::Reply;
use super::super::cast::full_name;
use super::super::http::{json as json_reply, same};
use super::Scene;
use super::data::{Data, Grantee, Role};
use super::error::refused;
use super::fields::{ABOUT, FILE, mask};
use super::permissions::shown;

/// A person as shown beside things.
fn person(data: &Data, email: &str, me: &str) -> Value {
    let email = data.person(email).map_or(email, |person| person.email.as_str());
    json!({
        "kind": "drive#user",
        "displayName": display_name(email),
        "me": same(email, me),
        "permissionId": Grantee::User(email.to_owned()).id(),
        "emailAddress": email,
    })
}

/// `Ada`, out of her address.
pub(super) fn display_name(email: &str) -> String {
    full_name(&email.split('@').next().unwrap_or_default().to_lowercase())
}

/// Has to be told what is wanted.
pub(super) fn about(scene: &Scene<'_>) -> Result<Reply, Reply> {
    let fields = scene.call.query("fields").ok_or_else(|| {
        let words = "The 'fields' parameter is required for this method.";
        refused(400, "global", "required", words, Some(("parameter", "fields")))
    })?;
    let mask = mask(Some(fields), "", &ABOUT)?;
    let own = &scene.caller.email;
    let body = json!({"kind": "drive#about", "user": person(scene.data, own, own)});
    Ok(json_reply(200, &mask.apply(&body)))
}

pub(super) fn show(scene: &Scene<'_>, id: &str) -> Result<Reply, Reply> {
    scene.caller.may_read()?;
    let (file, role) = scene.file(id)?;
    let mask = mask(scene.call.query("fields"), "kind,id,name,mimeType", &FILE)?;
    let kind = if file.is_folder { "folder" } else { "document" };
    let permissions = scene.data.permissions(file);
    let owner = permissions.iter().find(|one| one.role() == Role::Owner).and_then(|one| one.grantee.email());
    let own = &scene.caller.email;
    let mut body = json!({
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": format!("application/vnd.google-apps.{kind}"),
        "parents": file.parent.iter().collect::<Vec<_>>(),
        "shared": permissions.len() > 1,
        "capabilities": {
            "canShare": role >= Role::Writer,
            "canEdit": role >= Role::Writer,
            "canDisableInheritedPermissions": role >= Role::Organizer,
        },
    });
    if let Some(map) = body.as_object_mut() {
        if let Some(drive) = &file.drive {
            map.insert("driveId".to_owned(), json!(drive));
            map.insert("teamDriveId".to_owned(), json!(drive));
        } else {
            map.insert("ownedByMe".to_owned(), json!(owner.is_some_and(|owner| same(owner, own))));
            let owners: Vec<Value> = owner.map(|owner| person(scene.data, owner, own)).into_iter().collect();
            map.insert("owners".to_owned(), json!(owners));
        }
        if file.is_limited {
            map.insert("inheritedPermissionsDisabled".to_owned(), json!(true));
        }
        if role >= Role::Writer {
            let ids: Vec<String> = permissions.iter().map(|one| one.grantee.id()).collect();
            map.insert("permissionIds".to_owned(), json!(ids));
            // Of an item on a shared drive they are told by their own list only.
            if file.drive.is_none() {
                let all: Vec<Value> = permissions.iter().map(|one| shown(scene.data, file, one)).collect();
                map.insert("permissions".to_owned(), json!(all));
            }
        }
    }
    Ok(json_reply(200, &mask.apply(&body)))
}
