//! Who is in a channel, which is another thing than who is in the workspace.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::caller::{no, required};
use super::data::{Channel, Rank, TEAM};
use super::{Answer, No, Scene};

/// People in one request.
const MOST: usize = 100;

/// A channel that the caller sees: public, or one that it is in.
fn channel<'scene>(scene: &'scene Scene<'_>, public: &[&str], private: &[&str]) -> Result<&'scene Channel, No> {
    let channel = scene.data.channel(required(&scene.fields, "channel")?);
    let channel = channel.filter(|channel| !channel.is_private || channel.members.contains(&scene.caller.id));
    let needed = if channel.is_some_and(|channel| channel.is_private) { private } else { public };
    scene.caller.needs(needed)?;
    channel.ok_or_else(|| no("channel_not_found"))
}

/// Ids only.
pub(super) fn members(scene: &Scene<'_>) -> Answer {
    let channel = channel(scene, &["channels:read"], &["groups:read"])?;
    let all: Vec<&String> = channel.members.iter().collect();
    let (page, next) = scene.page(&all, 999, 100, |id| id.as_str())?;
    Ok(json!({"members": page, "response_metadata": {"next_cursor": next}}))
}

/// Why somebody cannot be put into the channel.
fn obstacle(scene: &Scene<'_>, channel: &Channel, id: &str) -> Option<&'static str> {
    let Some(user) = scene.data.user(id) else { return Some("user_not_found") };
    match user {
        user if user.id == scene.caller.id => Some("cant_invite_self"),
        user if channel.members.contains(&user.id) => Some("already_in_channel"),
        user if !user.is_in(TEAM) => Some("org_user_not_in_team"),
        user if user.deleted => Some("cant_invite"),
        user if user.rank == Rank::SingleGuest => Some("ura_max_channels"),
        _ => None,
    }
}

/// All of them or nobody, unless it is said to go on past those who cannot be.
pub(super) fn invite(scene: &mut Scene<'_>) -> Answer {
    let public = ["channels:write.invites", "channels:manage", "channels:write"];
    let private = ["groups:write.invites", "groups:write"];
    let channel = channel(scene, &public, &private)?;
    if channel.is_archived {
        return Err(no("is_archived"));
    }
    if !channel.members.contains(&scene.caller.id) {
        return Err(no("not_in_channel"));
    }
    let ids: BTreeSet<&str> =
        scene.fields.text("users").split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if ids.is_empty() {
        return Err(no("no_user"));
    }
    if ids.len() > MOST {
        return Err(no("too_many_users"));
    }
    let is_forced = matches!(scene.fields.get("force"), Some("true" | "1"));
    let found = ids.into_iter().map(|id| (id.to_owned(), obstacle(scene, channel, id)));
    let (bad, good): (Vec<_>, Vec<_>) = found.partition(|(_, obstacle)| obstacle.is_some());
    let errors: Vec<Value> = bad
        .iter()
        .map(|(id, obstacle)| json!({"user": id, "ok": false, "error": obstacle.unwrap_or_default()}))
        .collect();
    if let Some((_, Some(code))) = bad.first()
        && (!is_forced || good.is_empty())
    {
        return Err(No((*code).to_owned(), vec![("errors", json!(errors))]));
    }
    let (id, name) = (channel.id.clone(), channel.name.clone());
    if let Some(channel) = scene.data.channels.iter_mut().find(|channel| channel.id == id) {
        channel.members.extend(good.into_iter().map(|(id, _)| id));
    }
    let mut body = json!({"channel": {"id": id, "name": name, "is_channel": true}});
    if let (false, Some(map)) = (errors.is_empty(), body.as_object_mut()) {
        map.insert("errors".to_owned(), json!(errors));
    }
    Ok(body)
}

pub(super) fn kick(scene: &mut Scene<'_>) -> Answer {
    let channel = channel(scene, &["channels:manage", "channels:write"], &["groups:write"])?;
    let user = required(&scene.fields, "user")?;
    if scene.data.user(user).is_none() {
        return Err(no("user_not_found"));
    }
    match channel {
        _ if user == scene.caller.id => return Err(no("cant_kick_self")),
        channel if channel.is_general => return Err(no("cant_kick_from_general")),
        channel if !channel.members.contains(user) => return Err(no("not_in_channel")),
        _ => {}
    }
    let (id, user) = (channel.id.clone(), user.to_owned());
    if let Some(channel) = scene.data.channels.iter_mut().find(|channel| channel.id == id) {
        channel.members.remove(&user);
    }
    Ok(json!({"errors": {}}))
}
