//! The documents that tell which interface is spoken, for clients without a token.

use serde_json::{Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::Outcome;
use super::data::Data;

pub(super) fn answer(_data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let reply = match call.path.as_str() {
        "/" | "" => {
            let body = json!({"versions": {"values": [version(about)]}});
            Reply::json(300, &body).with_header("Location", format!("{}/v3/", about.url))
        }
        "/v3" | "/v3/" => Reply::json(200, &json!({"version": version(about)})),
        _ => return None,
    };
    Some(Ok(match call.method.as_str() {
        "GET" | "HEAD" => reply,
        _ => not_allowed(),
    }))
}

fn version(about: &About<'_>) -> Value {
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": format!("{}/v3/", about.url)}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    })
}

/// These documents are answered by the web framework, not by its layer for interfaces as all else.
fn not_allowed() -> Reply {
    let mut page = Reply::html(405, "Method Not Allowed").with_header("Allow", "HEAD, GET, OPTIONS");
    page.body.extend_from_slice(b"<p>The method is not allowed for the requested URL.</p>\n");
    page
}
