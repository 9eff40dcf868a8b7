//! Reading people.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::http::same;
use super::caller::{no, required};
use super::data::{ENTERPRISE, OTHER_TEAM, TEAM, User};
use super::{Answer, Scene};

pub(super) fn own(scene: &Scene<'_>) -> Value {
    let user = scene.data.user(&scene.caller.id);
    let mut body = json!({
        "url": "https://acme.slack.com/",
        "team": "Acme",
        "user": user.map(|user| &user.name),
        "team_id": TEAM,
        "user_id": scene.caller.id,
        "is_enterprise_install": false,
    });
    if let Some(map) = body.as_object_mut() {
        if scene.caller.is_bot() {
            map.insert("bot_id".to_owned(), json!(scene.caller.id));
        }
        if scene.switches.is_enterprise() {
            map.insert("enterprise_id".to_owned(), json!(ENTERPRISE));
        }
    }
    body
}

pub(super) fn team(scene: &Scene<'_>) -> Answer {
    scene.caller.needs(&["team:read"])?;
    let team = scene.fields.filled("team").unwrap_or(TEAM);
    if team != TEAM && !(team == OTHER_TEAM && scene.switches.is_enterprise()) {
        return Err(no("team_not_found"));
    }
    let mut body = json!({"id": team, "name": "Acme", "domain": "acme", "email_domain": "example.com"});
    if let (true, Some(map)) = (scene.switches.is_enterprise(), body.as_object_mut()) {
        map.insert("enterprise_id".to_owned(), json!(ENTERPRISE));
    }
    Ok(json!({"team": body}))
}

impl Scene<'_> {
    /// With an address where the token reaches that far.
    fn shown(&self, user: &User) -> Value {
        user.json(self.caller.has("users:read.email"), self.switches)
    }

    /// The part of the rows that was asked for, and where the next one begins: an empty text at the end.
    pub(super) fn page<'rows, T>(
        &self,
        rows: &'rows [T],
        most: usize,
        usual: usize,
        id: impl Fn(&T) -> &str,
    ) -> Result<(&'rows [T], String), super::No> {
        let limit = match self.fields.filled("limit") {
            Some(word) => word.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| no("invalid_limit"))?,
            None => usual,
        };
        let start = match self.fields.filled("cursor") {
            Some(cursor) => {
                let bytes = STANDARD.decode(cursor).map_err(|_| no("invalid_cursor"))?;
                let text = String::from_utf8(bytes).map_err(|_| no("invalid_cursor"))?;
                let place = text.strip_prefix("user:").and_then(|first| rows.iter().position(|row| id(row) == first));
                place.ok_or_else(|| no("invalid_cursor"))?
            }
            None => 0,
        };
        let size = if self.switches.short { limit.min(most).div_ceil(2) } else { limit.min(most) };
        let rest = rows.get(start..).unwrap_or_default();
        let (page, after) = rest.split_at(size.min(rest.len()));
        let next = after.first().map(|row| STANDARD.encode(format!("user:{}", id(row))));
        Ok((page, next.unwrap_or_default()))
    }
}

/// Everybody: those who were deactivated or invited, guests and bots too.
pub(super) fn list(scene: &Scene<'_>) -> Answer {
    scene.caller.needs(&["users:read"])?;
    if scene.switches.limit_required && scene.fields.filled("limit").is_none() {
        return Err(no("limit_required"));
    }
    let team = scene.fields.filled("team_id").unwrap_or(TEAM);
    let all: Vec<&User> = scene.data.users.iter().filter(|user| user.is_in(team)).collect();
    let (page, next) = scene.page(&all, 999, usize::MAX / 2, |user| user.id.as_str())?;
    let members: Vec<Value> = page.iter().map(|user| scene.shown(user)).collect();
    Ok(json!({"members": members, "cache_ts": 1_800_000_000, "response_metadata": {"next_cursor": next}}))
}

pub(super) fn info(scene: &Scene<'_>) -> Answer {
    scene.caller.needs(&["users:read"])?;
    let id = required(&scene.fields, "user")?;
    let user = scene.data.user(id).ok_or_else(|| no("user_not_found"))?;
    if !user.is_in(TEAM) && !scene.switches.is_enterprise() {
        return Err(no("user_not_found"));
    }
    Ok(json!({"user": scene.shown(user)}))
}

/// Of people who are there; whoever was deactivated is not.
pub(super) fn lookup(scene: &Scene<'_>) -> Answer {
    scene.caller.needs(&["users:read.email"])?;
    let email = required(&scene.fields, "email")?;
    let team = scene.fields.filled("team_id").unwrap_or(TEAM);
    let is_found = |user: &&User| {
        let is_there = !user.deleted && (!user.invited || scene.switches.lookup_invited);
        is_there && !user.is_bot() && user.is_in(team) && same(&user.email, email)
    };
    let user = scene.data.users.iter().find(is_found).ok_or_else(|| no("users_not_found"))?;
    Ok(json!({"user": scene.shown(user)}))
}
