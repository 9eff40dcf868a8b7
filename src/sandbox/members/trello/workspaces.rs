//! Reading workspaces: whole lists, without pages.

use serde_json::Value;

use super::super::super::call::Reply;
use super::super::http::json;
use super::caller::Need;
use super::data::{Membership, chosen};
use super::{Scene, missing};

pub(super) fn show(scene: &Scene<'_>, name: &str) -> Result<Reply, Reply> {
    let workspace = scene.workspace(name, Need::Workspace)?;
    let fields = scene.fields.get("fields").unwrap_or("all");
    Ok(json(200, &chosen(&workspace.json(), fields)?))
}

/// Those that a filter lets through.
fn filtered<'rows>(scene: &Scene<'_>, rows: &'rows [Membership]) -> Result<Vec<&'rows Membership>, Reply> {
    let is_wanted: Box<dyn Fn(&Membership) -> bool> = match scene.fields.get("filter").unwrap_or("all") {
        "all" => Box::new(|_| true),
        "active" => Box::new(|one| !one.deactivated),
        "admin" | "admins" => Box::new(|one| one.is_admin),
        "deactivated" => Box::new(|one| one.deactivated),
        "normal" => Box::new(|one| !one.is_admin),
        "me" => {
            let own = scene.caller.id.clone();
            Box::new(move |one| one.member == own)
        }
        "none" => Box::new(|_| false),
        _ => return Err(Reply::text(400, "invalid value for filter")),
    };
    Ok(rows.iter().filter(|one| is_wanted(one)).collect())
}

pub(super) fn memberships(scene: &Scene<'_>, name: &str) -> Result<Reply, Reply> {
    let workspace = scene.workspace(name, Need::Workspace)?;
    let fields = scene.fields.get("member_fields").unwrap_or("fullName,username");
    let fields = (scene.fields.get("member") == Some("true")).then_some(fields);
    let rows = filtered(scene, &workspace.memberships)?;
    let rows: Result<Vec<Value>, Reply> = rows.into_iter().map(|one| scene.data.membership_json(one, fields)).collect();
    Ok(json(200, &Value::Array(rows?)))
}

/// People without what they are there.
pub(super) fn members(scene: &Scene<'_>, name: &str) -> Result<Reply, Reply> {
    let workspace = scene.workspace(name, Need::Workspace)?;
    let fields = scene.fields.get("fields").unwrap_or("fullName,username");
    let rows = filtered(scene, &workspace.memberships)?;
    let people = rows.into_iter().filter_map(|one| scene.data.member(&one.member));
    let rows: Result<Vec<Value>, Reply> =
        people.map(|member| chosen(&scene.data.member_json(member, false), fields)).collect();
    Ok(json(200, &Value::Array(rows?)))
}

/// Who is on a board, guests too.
pub(super) fn board(scene: &Scene<'_>, id: &str) -> Result<Reply, Reply> {
    scene.caller.needs(Need::Member)?;
    let board = scene.board(id).ok_or_else(missing)?;
    if !board.members.contains(&scene.caller.id) {
        return Err(Reply::text(401, "unauthorized permission requested"));
    }
    let fields = scene.fields.get("fields").unwrap_or("fullName,username");
    let people = board.members.iter().filter_map(|id| scene.data.member(id));
    let rows: Result<Vec<Value>, Reply> =
        people.map(|member| chosen(&scene.data.member_json(member, false), fields)).collect();
    Ok(json(200, &Value::Array(rows?)))
}
