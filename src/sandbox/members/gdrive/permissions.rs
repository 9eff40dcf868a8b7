//! Reading who an item is shared with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::super::super::call::Reply;
use super::super::http::json as json_reply;
use super::Scene;
use super::data::{Data, File, Grantee, Permission, Role};
use super::error::{insufficient, invalid, no_permission};
use super::fields::{PERMISSION, PERMISSIONS, mask};
use super::files::display_name;

/// What is told of an entry unless more is asked for.
pub(super) const USUAL: &str = "kind,id,type,role";
/// Rows of a page on a shared drive; those of other items come all at once.
const PAGE: usize = 100;

/// One entry, with everything that can be known of it.
pub(super) fn shown(data: &Data, file: &File, permission: &Permission) -> Value {
    let mut body = json!({
        "kind": "drive#permission",
        "id": permission.grantee.id(),
        "type": permission.grantee.kind(),
        "role": permission.role().name(),
    });
    let Some(map) = body.as_object_mut() else { return body };
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    match &permission.grantee {
        Grantee::User(email) | Grantee::Group(email) => {
            let is_deleted = data.person(email).is_some_and(|person| person.is_deleted);
            put("emailAddress", json!(if is_deleted { "" } else { email }));
            put("displayName", json!(if is_deleted { String::new() } else { display_name(email) }));
            put("deleted", json!(is_deleted));
            if permission.grantee.kind() == "user" && file.drive.is_none() {
                put("pendingOwner", json!(permission.direct.as_ref().is_some_and(|entry| entry.pending_owner)));
            }
        }
        Grantee::Domain(domain) => {
            put("domain", json!(domain));
            put("displayName", json!(domain));
            put("allowFileDiscovery", json!(false));
        }
        Grantee::Anyone(can_be_found) => {
            put("allowFileDiscovery", json!(can_be_found));
        }
    }
    if let Some(expires) = permission.direct.as_ref().and_then(|entry| entry.expires) {
        put("expirationTime", json!(expires.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()));
    }
    if file.is_limited {
        put("inheritedPermissionsDisabled", json!(true));
    }
    if file.drive.is_some() {
        put("permissionDetails", details(file, permission));
    }
    body
}

/// Where it comes from. Only told on shared drives.
fn details(file: &File, permission: &Permission) -> Value {
    let is_drive = |id: &str| file.drive.as_deref() == Some(id);
    let kind = |id: &str| if is_drive(id) { "member" } else { "file" };
    let direct = permission
        .direct
        .as_ref()
        .map(|entry| json!({"permissionType": kind(&file.id), "role": entry.role.name(), "inherited": false}));
    let inherited = permission.inherited.as_ref().map(|(role, from)| {
        json!({"permissionType": kind(from), "role": role.name(), "inherited": true, "inheritedFrom": from})
    });
    Value::Array(direct.into_iter().chain(inherited).collect())
}

/// Whoever may not change anything does not see who else is there.
fn visible(scene: &Scene<'_>, id: &str) -> Result<(), Reply> {
    scene.caller.may_read()?;
    let (_, role) = scene.file(id)?;
    if role >= Role::Writer { Ok(()) } else { Err(insufficient()) }
}

/// One page. Where the next one begins is told by the last row of this one, so that nobody is told twice or left out when
/// rows come and go between pages.
pub(super) fn list(scene: &Scene<'_>, id: &str) -> Result<Reply, Reply> {
    visible(scene, id)?;
    let usual = format!("kind,nextPageToken,permissions({USUAL})");
    let mask = mask(scene.call.query("fields"), &usual, &PERMISSIONS)?;
    let (file, _) = scene.file(id)?;
    let size = match scene.call.query("pageSize") {
        Some(word) => {
            let size = word.parse().ok().filter(|size| (1..=100).contains(size));
            size.ok_or_else(|| invalid("pageSize"))?
        }
        None if file.drive.is_some() => PAGE,
        None => usize::MAX,
    };
    let after = scene.call.query("pageToken").filter(|token| !token.is_empty()).map(|token| {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let place = text.as_deref().and_then(|text| text.strip_prefix("after ")?.parse::<u64>().ok());
        place.ok_or_else(|| invalid("pageToken"))
    });
    let after = after.transpose()?;
    let all = scene.data.permissions(file);
    let mut rest = all.iter().filter(|one| after.is_none_or(|after| one.order > after)).peekable();
    let mut rows = Vec::new();
    let mut last = 0;
    while rows.len() < size
        && let Some(one) = rest.next()
    {
        last = one.order;
        rows.push(shown(scene.data, file, one));
    }
    let mut body = json!({"kind": "drive#permissionList", "permissions": rows});
    if let (Some(_), Some(map)) = (rest.peek(), body.as_object_mut()) {
        let token = URL_SAFE_NO_PAD.encode(format!("after {last}"));
        map.insert("nextPageToken".to_owned(), json!(token));
    }
    Ok(json_reply(200, &mask.apply(&body)))
}

pub(super) fn show(scene: &Scene<'_>, id: &str, permission: &str) -> Result<Reply, Reply> {
    visible(scene, id)?;
    answer(scene, id, permission)
}

/// One entry as an answer.
pub(super) fn answer(scene: &Scene<'_>, id: &str, permission: &str) -> Result<Reply, Reply> {
    let mask = mask(scene.call.query("fields"), USUAL, &PERMISSION)?;
    let file = scene.data.file(id).ok_or_else(|| no_permission(permission))?;
    let found = find(scene, id, permission)?;
    Ok(json_reply(200, &mask.apply(&shown(scene.data, file, &found))))
}

pub(super) fn find(scene: &Scene<'_>, id: &str, permission: &str) -> Result<Permission, Reply> {
    let file = scene.data.file(id).ok_or_else(|| no_permission(permission))?;
    let all = scene.data.permissions(file);
    all.into_iter().find(|one| one.grantee.id() == permission).ok_or_else(|| no_permission(permission))
}
