//! What indigo tells about itself.

use serde_json::json;

use super::super::super::call::{Call, Reply};
use super::super::Around;
use super::error::bare;

/// For anonymous callers, and for nobody else.
pub(super) fn root(call: &Call) -> Reply {
    match call.header("authorization") {
        None => Reply::text(200, "INDIGO-Orchestrator"),
        Some(_) => bare(403),
    }
}

/// In another form before release 2.
pub(super) fn info(around: &Around<'_>) -> Reply {
    let version = &around.switches.release;
    let info = if around.switches.is_since([2, 0, 0]) {
        json!({
            "build": {
                "version": version,
                "artifact": "orchestrator",
                "name": "orchestrator",
                "group": "it.reply",
                "time": "2025-01-31T09:00:00.000Z",
            },
            "git": {"commit": {"time": "2025-01-31T08:00:00.000Z", "id": "0000000"}, "branch": "main"},
        })
    } else {
        json!({
            "projectVersion": version,
            "projectRevision": "0000000000000000000000000000000000000000",
            "projectTimestamp": "2017-01-31T09:00:00.000Z",
            "serverHostname": "orchestrator.example",
        })
    };
    Reply::json(200, &info)
}

pub(super) fn configuration() -> Reply {
    let at = |name: &str| format!("https://{name}.cloud.example/");
    Reply::json(
        200,
        &json!({
            "cpr_url": at("cpr"),
            "slam_url": at("slam"),
            "cmdb_url": at("cmdb"),
            "im_url": at("im"),
            "monitoring_url": at("monitoring"),
            "vault_url": at("vault"),
        }),
    )
}
