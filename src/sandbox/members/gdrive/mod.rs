//! Google Drive's interface of version 3 as far as it is about who an item is shared with, below `/drive/v3`; and Google's
//! logins, at the paths that they have on hosts of their own.
//!
//! Items: `F1`, a document of ada's; `FOLDER` and in it `F3`; `0AD`, a shared drive, and on it `F2` and `LIMITED`, where
//! what is given further up does not count; `F4`, which is hidden from ada.

mod caller;
mod check;
mod data;
mod error;
mod fields;
mod files;
mod oauth;
mod permissions;
mod seed;
mod switches;
#[cfg(test)]
mod tests;
mod write;

use std::time::Duration;

use jiff::Timestamp;

use super::super::call::{Call, Reply};
use super::super::world::About;
use super::Switches as All;
use caller::Caller;
use error::{global, refused};

pub(in crate::sandbox) use data::Data;
pub(super) use seed::seed;
pub(super) use switches::Switches;

/// Requests a minute and person.
const LIMIT: u32 = 12_000;

/// Answers one request.
pub(super) fn answer(data: &mut Data, about: &About<'_>, switches: &mut All, call: &Call) -> Reply {
    data.expire(about.now);
    let (_, words) = call.route();
    let Some(words) = words.strip_prefix(["drive", "v3"].as_slice()) else {
        return oauth::answer(data, about, &switches.gdrive, call);
    };
    serve(data, about.now, switches, call, words).unwrap_or_else(|refusal| refusal)
}

/// One request, and who sends it.
struct Scene<'a> {
    data: &'a mut Data,
    switches: &'a Switches,
    caller: &'a Caller,
    call: &'a Call,
    now: Timestamp,
}

fn serve(data: &mut Data, now: Timestamp, all: &mut All, call: &Call, words: &[&str]) -> Result<Reply, Reply> {
    let caller = &Caller::of(data, now, call)?;
    pass(data, now, all, caller)?;
    if let Some((status, reason)) = all.gdrive.error.take() {
        return Err(global(status, &reason, "Backend Error"));
    }
    let scene = &mut Scene { data, switches: &all.gdrive, caller, call, now };
    match (call.method.as_str(), words) {
        ("GET", ["about"]) => files::about(scene),
        ("GET", ["files", id]) => files::show(scene, id),
        ("GET", ["files", id, "permissions"]) => permissions::list(scene, id),
        ("GET", ["files", id, "permissions", permission]) => permissions::show(scene, id, permission),
        ("POST", ["files", id, "permissions"]) => write::create(scene, id),
        ("PATCH", ["files", id, "permissions", permission]) => write::update(scene, id, permission),
        ("DELETE", ["files", id, "permissions", permission]) => write::remove(scene, id, permission),
        _ => Err(global(404, "notFound", "Not Found")),
    }
}

/// Counts the request; the refusal if there were too many. No header tells of it.
fn pass(data: &mut Data, now: Timestamp, all: &All, caller: &Caller) -> Result<(), Reply> {
    let window = data.desk.pace.count(&caller.email, now, Duration::from_mins(1));
    let limit = match all.gdrive.limit {
        0 if all.limits => LIMIT,
        0 => u32::MAX,
        limit => limit,
    };
    if window.used <= limit {
        return Ok(());
    }
    let reason = if all.gdrive.limit_status == 403 { "userRateLimitExceeded" } else { "rateLimitExceeded" };
    Err(refused(all.gdrive.limit_status, "usageLimits", reason, "User Rate Limit Exceeded", None))
}
