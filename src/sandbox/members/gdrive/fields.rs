//! Partial answers: `fields=nextPageToken,permissions(id,role)`. Only what is named is sent, and a name that nothing has is
//! an error.

use serde_json::{Map, Value};

use super::super::super::call::Reply;
use super::error::refused;

/// What is wanted of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    All,
    Some(Vec<(String, Mask)>),
}

/// What an object can have, and what is beneath it.
pub(super) struct Shape(pub(super) &'static [(&'static str, Option<&'static Shape>)]);

const DETAIL: Shape = Shape(&[("permissionType", None), ("role", None), ("inherited", None), ("inheritedFrom", None)]);
pub(super) const PERMISSION: Shape = Shape(&[
    ("kind", None),
    ("id", None),
    ("type", None),
    ("role", None),
    ("emailAddress", None),
    ("displayName", None),
    ("domain", None),
    ("allowFileDiscovery", None),
    ("deleted", None),
    ("pendingOwner", None),
    ("expirationTime", None),
    ("photoLink", None),
    ("view", None),
    ("inheritedPermissionsDisabled", None),
    ("permissionDetails", Some(&DETAIL)),
    ("teamDrivePermissionDetails", Some(&DETAIL)),
]);
pub(super) const PERMISSIONS: Shape =
    Shape(&[("kind", None), ("nextPageToken", None), ("permissions", Some(&PERMISSION))]);
const PERSON: Shape = Shape(&[
    ("kind", None),
    ("displayName", None),
    ("emailAddress", None),
    ("permissionId", None),
    ("me", None),
    ("photoLink", None),
]);
pub(super) const ABOUT: Shape = Shape(&[
    ("kind", None),
    ("user", Some(&PERSON)),
    ("appInstalled", None),
    ("canCreateDrives", None),
    ("storageQuota", None),
]);
const CAPABILITIES: Shape = Shape(&[
    ("canShare", None),
    ("canEdit", None),
    ("canDisableInheritedPermissions", None),
    ("canEnableInheritedPermissions", None),
    ("canAcceptOwnership", None),
    ("canAddChildren", None),
    ("canComment", None),
    ("canCopy", None),
    ("canDelete", None),
    ("canDownload", None),
    ("canListChildren", None),
    ("canReadDrive", None),
    ("canRename", None),
    ("canTrash", None),
]);
pub(super) const FILE: Shape = Shape(&[
    ("kind", None),
    ("id", None),
    ("name", None),
    ("mimeType", None),
    ("driveId", None),
    ("teamDriveId", None),
    ("parents", None),
    ("ownedByMe", None),
    ("shared", None),
    ("inheritedPermissionsDisabled", None),
    ("owners", Some(&PERSON)),
    ("capabilities", Some(&CAPABILITIES)),
    ("permissionIds", None),
    ("permissions", Some(&PERMISSION)),
    // There, but not told here.
    ("copyRequiresWriterPermission", None),
    ("createdTime", None),
    ("description", None),
    ("hasAugmentedPermissions", None),
    ("isAppAuthorized", None),
    ("lastModifyingUser", None),
    ("modifiedTime", None),
    ("sharedWithMeTime", None),
    ("sharingUser", None),
    ("size", None),
    ("starred", None),
    ("trashed", None),
    ("version", None),
    ("webViewLink", None),
    ("writersCanShare", None),
]);

/// Out of the parameter; the usual one without it.
pub(super) fn mask(text: Option<&str>, usual: &str, shape: &Shape) -> Result<Mask, Reply> {
    let text = text.unwrap_or(usual);
    let bad = |name: &str| {
        let message = format!("Invalid field selection {name}");
        refused(400, "global", "invalidParameter", &message, Some(("parameter", "fields")))
    };
    let mut rest = text;
    let mask = read(&mut rest).ok_or_else(|| bad(text))?;
    if !rest.is_empty() {
        return Err(bad(text));
    }
    check(&mask, shape).map_err(|name| bad(&name))?;
    Ok(mask)
}

/// Names between commas.
fn read(rest: &mut &str) -> Option<Mask> {
    let mut wanted = vec![read_one(rest)?];
    while let Some(after) = rest.strip_prefix(',') {
        *rest = after;
        wanted.push(read_one(rest)?);
    }
    let all = wanted.iter().any(|(name, _)| name == "*");
    Some(if all { Mask::All } else { Mask::Some(wanted) })
}

/// One name, and what is wanted beneath it: several things in brackets, or one behind a slash.
fn read_one(rest: &mut &str) -> Option<(String, Mask)> {
    let end = rest.find([',', '(', ')', '/']).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(end)?;
    *rest = after;
    let below = if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        let below = read(rest)?;
        *rest = rest.strip_prefix(')')?;
        below
    } else if let Some(after) = rest.strip_prefix('/') {
        *rest = after;
        Mask::Some(vec![read_one(rest)?])
    } else {
        Mask::All
    };
    let name = name.trim();
    (!name.is_empty()).then(|| (name.to_owned(), below))
}

/// The first name that there is not.
fn check(mask: &Mask, Shape(shape): &Shape) -> Result<(), String> {
    let Mask::Some(wanted) = mask else { return Ok(()) };
    for (name, below) in wanted {
        match (shape.iter().find(|(known, _)| known == name), below) {
            (None, _) | (Some((_, None)), Mask::Some(_)) => return Err(name.clone()),
            (Some((_, Some(shape))), below) => check(below, shape)?,
            (Some((_, None)), Mask::All) => {}
        }
    }
    Ok(())
}

impl Mask {
    /// What is wanted of a value.
    pub(super) fn apply(&self, value: &Value) -> Value {
        match (self, value) {
            (Self::All, value) => value.clone(),
            (Self::Some(_), Value::Array(rows)) => Value::Array(rows.iter().map(|row| self.apply(row)).collect()),
            (Self::Some(wanted), Value::Object(map)) => {
                let kept = map.iter().filter_map(|(name, value)| {
                    let (_, below) = wanted.iter().find(|(known, _)| known == name)?;
                    Some((name.clone(), below.apply(value)))
                });
                Value::Object(kept.collect::<Map<String, Value>>())
            }
            (Self::Some(_), other) => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mask_keeps_what_it_names() {
        let value = json!({"nextPageToken": "x", "kind": "k", "permissions": [{"id": 1, "role": "r", "type": "t"}]});
        let table = [
            ("*", value.clone()),
            ("kind", json!({"kind": "k"})),
            ("permissions(id,role)", json!({"permissions": [{"id": 1, "role": "r"}]})),
            ("permissions/id", json!({"permissions": [{"id": 1}]})),
            (
                "nextPageToken, permissions(type),kind",
                json!({"nextPageToken": "x", "kind": "k", "permissions": [{"type": "t"}]}),
            ),
            ("permissions(*)", json!({"permissions": [{"id": 1, "role": "r", "type": "t"}]})),
            ("permissions/permissionDetails(role),kind", json!({"kind": "k", "permissions": [{}]})),
        ];
        for (text, expected) in table {
            assert_eq!(mask(Some(text), "", &PERMISSIONS).unwrap().apply(&value), expected, "{text}");
        }
    }

    #[test]
    fn what_nothing_has_is_refused_by_its_name() {
        for (text, name) in [
            ("permissions(email)", "email"),
            ("nextPageTokens", "nextPageTokens"),
            ("permissions(id", "permissions(id"),
            ("permissions(id))", "permissions(id))"),
            ("kind(id)", "kind"),
            ("", ""),
            ("a,,b", "a,,b"),
        ] {
            let reply = mask(Some(text), "", &PERMISSIONS).unwrap_err().value();
            let error = &reply["error"]["errors"][0];
            assert_eq!(error["message"], format!("Invalid field selection {name}"), "{text}");
            assert_eq!(error["reason"], "invalidParameter");
        }
    }
}
