//! How often a method may be asked, in four tiers; over it comes the one failure that has a status of its own.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::super::super::call::Reply;
use super::super::Switches as All;
use super::super::http::json as json_reply;
use super::data::Data;

const MINUTE: Duration = Duration::from_mins(1);

/// Requests a minute.
fn tier(name: &str) -> u32 {
    match name {
        "auth.test" => 600,
        "scim read" => 1000,
        "scim write" => 180,
        "users.list" | "admin.users.invite" | "admin.users.assign" | "admin.users.remove" => 20,
        "users.lookupByEmail" | "conversations.invite" | "conversations.kick" | "team.info" => 50,
        _ => 100,
    }
}

/// Counts the request; the refusal if there were too many.
pub(super) fn pass(data: &mut Data, now: Timestamp, all: &All, who: &str, name: &str) -> Result<(), Reply> {
    let window = data.desk.pace.count(&format!("{name} by {who}"), now, MINUTE);
    let limit = match all.slack.limit {
        0 if all.limits => tier(name),
        0 => u32::MAX,
        limit => limit,
    };
    if window.used <= limit {
        return Ok(());
    }
    let reply = json_reply(429, &json!({"ok": false, "error": "ratelimited"}));
    Err(reply.with_header("Retry-After", window.seconds_left(now).to_string()))
}
