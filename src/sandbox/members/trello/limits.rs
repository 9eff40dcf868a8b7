//! Trello's limits: three that every answer tells of, and one of the route to members.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::super::super::call::Reply;
use super::super::Switches as All;
use super::super::http::json as json_reply;
use super::caller::Caller;
use super::data::Data;

const INTERVAL: Duration = Duration::from_secs(10);
const ROUTE: Duration = Duration::from_mins(15);
/// Requests in an interval and key, token and member.
const KEY: u32 = 300;
const TOKEN: u32 = 100;
const MEMBER: u32 = 200;
/// Requests about a member in fifteen minutes.
const ROUTE_LIMIT: u32 = 100;
/// So many refusals, and everything is refused until the interval ends.
const REFUSALS: u32 = 200;

fn token_limit(all: &All) -> u32 {
    if all.trello.limit > 0 { all.trello.limit } else { TOKEN }
}

/// Counts the request; the refusal if there were too many.
pub(super) fn pass(data: &mut Data, now: Timestamp, all: &All, caller: &Caller, words: &[&str]) -> Result<(), Reply> {
    let pace = &mut data.desk.pace;
    let by_key = pace.count("key", now, INTERVAL).used;
    let by_token = pace.count(&caller.name(), now, INTERVAL).used;
    let by_member = pace.count(&caller.id, now, INTERVAL).used;
    let is_of_route = matches!(words, ["members", _] | ["search", ..]);
    let by_route = if is_of_route { pace.count(&format!("route {}", caller.id), now, ROUTE).used } else { 0 };
    let refused = pace.look("refused", now, INTERVAL).used;
    let is_kept = all.limits || all.trello.limit > 0;
    let code = match all.trello.limited {
        Some(code) => code,
        None if !is_kept => return Ok(()),
        None if by_key > KEY || refused > REFUSALS => "API_KEY_LIMIT_EXCEEDED",
        None if by_token > token_limit(all) => "API_TOKEN_LIMIT_EXCEEDED",
        None if by_member > MEMBER || by_route > ROUTE_LIMIT => "MEMBER_LIMIT_EXCEEDED",
        None => return Ok(()),
    };
    pace.count("refused", now, INTERVAL);
    Err(json_reply(429, &json!({"error": code, "message": "Rate limit exceeded"})))
}

/// With the headers that tell of the limits.
pub(super) fn tell(data: &Data, now: Timestamp, all: &All, caller: Option<&Caller>, reply: Reply) -> Reply {
    // What is left is never nothing where nobody is refused.
    let least = u32::from(reply.status != 429);
    let mut reply = reply;
    let mut put = |name: &str, what: &str, limit: u32| {
        let left = data.desk.pace.look(what, now, INTERVAL).left(limit).max(least);
        let is_met = all.trello.limited.is_some_and(|code| code.starts_with(&name.to_uppercase().replace('-', "_")));
        let left = if is_met { 0 } else { left };
        for (part, value) in [("interval-ms", 10_000), ("max", limit), ("remaining", left)] {
            reply.headers.push((format!("x-rate-limit-{name}-{part}"), value.to_string()));
        }
    };
    put("api-key", "key", KEY);
    put("api-token", &caller.map(Caller::name).unwrap_or_default(), token_limit(all));
    put("member", caller.map(|caller| caller.id.as_str()).unwrap_or_default(), MEMBER);
    if reply.status == 429 && all.trello.retry_after > 0 {
        return reply.with_header("Retry-After", all.trello.retry_after.to_string());
    }
    reply
}
