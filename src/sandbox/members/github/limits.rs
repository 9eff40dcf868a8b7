//! The two limits of GitHub, and the headers that tell of the first. An Enterprise Server has none unless asked to.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::call::{Call, Reply};
use super::super::super::keystone::new_id;
use super::super::Switches as All;
use super::super::desk::Window;
use super::super::http::json as json_reply;
use super::caller::Caller;
use super::data::Data;
use super::switches::Switches;

const HOUR: Duration = Duration::from_hours(1);
const DOCUMENTATION: &str = "https://docs.github.com/rest";
/// So many writes a minute before the second limit is met.
const WRITES: u32 = 80;

/// Counts the request; the refusal if there were too many.
pub(super) fn pass(
    data: &mut Data,
    now: Timestamp,
    switches: &mut All,
    caller: &Caller,
    call: &Call,
    words: &[&str],
) -> Result<(), Reply> {
    if matches!(words, ["rate_limit"]) {
        return Ok(());
    }
    let window = data.desk.pace.count(&caller.account(), now, HOUR);
    let is_kept = switches.limits && switches.github.ghes.is_none() || switches.github.limit > 0;
    if is_kept && window.used > limit(&switches.github, caller) {
        let who = caller.id().map_or_else(|| "127.0.0.1".to_owned(), |id| format!("user ID {id}"));
        let body =
            json!({"message": format!("API rate limit exceeded for {who}."), "documentation_url": DOCUMENTATION});
        return Err(json_reply(switches.github.limit_status, &body));
    }
    if call.method == "GET" {
        return Ok(());
    }
    let writes = data.desk.pace.count(&format!("writes of {}", caller.account()), now, Duration::from_mins(1));
    if switches.github.secondary > 0 {
        switches.github.secondary -= 1;
    } else if !switches.limits || writes.used <= WRITES {
        return Ok(());
    }
    let words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    let body = json!({"message": words, "documentation_url": DOCUMENTATION});
    let reply = json_reply(switches.github.limit_status, &body);
    Err(match switches.github.retry_after {
        0 => reply,
        seconds => reply.with_header("Retry-After", seconds.to_string()),
    })
}

fn limit(switches: &Switches, caller: &Caller) -> u32 {
    match (switches.limit, caller) {
        (0, Caller::Anonymous) => 60,
        (0, _) => 5000,
        (limit, _) => limit,
    }
}

/// What is left is never nothing where nobody is refused.
fn left(all: &All, caller: &Caller, window: Window) -> u32 {
    let least = u32::from(!all.limits && all.github.limit == 0);
    window.left(limit(&all.github, caller)).max(least)
}

/// With the headers that tell of the limit.
pub(super) fn tell(data: &Data, now: Timestamp, all: &All, caller: &Caller, reply: Reply) -> Reply {
    let reply = mark(reply);
    if let Some(release) = &all.github.ghes {
        let reply = reply.with_header("X-GitHub-Enterprise-Version", release);
        if all.github.limit == 0 {
            return reply;
        }
        return with_limit(data, now, all, caller, reply);
    }
    with_limit(data, now, all, caller, reply)
}

fn with_limit(data: &Data, now: Timestamp, all: &All, caller: &Caller, reply: Reply) -> Reply {
    let window = data.desk.pace.look(&caller.account(), now, HOUR);
    let limit = limit(&all.github, caller);
    reply
        .with_header("X-RateLimit-Limit", limit.to_string())
        .with_header("X-RateLimit-Remaining", left(all, caller, window).to_string())
        .with_header("X-RateLimit-Used", window.used.to_string())
        .with_header("X-RateLimit-Reset", window.ends.as_second().to_string())
        .with_header("X-RateLimit-Resource", "core")
}

/// With a name for the request, to speak of it.
pub(super) fn mark(reply: Reply) -> Reply {
    let id = new_id().to_uppercase();
    reply.with_header(
        "X-GitHub-Request-Id",
        format!("{}:{}", id.get(..4).unwrap_or_default(), id.get(4..12).unwrap_or_default()),
    )
}

/// How much is left, which costs nothing to ask.
pub(super) fn show(data: &Data, now: Timestamp, switches: &Switches, caller: &Caller) -> Reply {
    if switches.ghes.is_some() && switches.limit == 0 {
        return super::error::refused(404, "Rate limiting is not enabled.");
    }
    let window = data.desk.pace.look(&caller.account(), now, HOUR);
    let limit = limit(switches, caller);
    let core: Value =
        json!({"limit": limit, "used": window.used, "remaining": window.left(limit), "reset": window.ends.as_second()});
    let search = json!({"limit": 30, "used": 0, "remaining": 30, "reset": now.as_second() + 60});
    json_reply(200, &json!({"resources": {"core": core, "search": search}, "rate": core}))
}
