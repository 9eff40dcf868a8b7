//! How Drive says no: a code, a message, and one reason by name.

use serde_json::{Map, Value, json};

use super::super::super::call::Reply;
use super::super::http::json as json_reply;

/// Where in the request something is wrong: a kind of place, and its name.
pub(super) type Place<'a> = Option<(&'a str, &'a str)>;

pub(super) fn refused(status: u16, domain: &str, reason: &str, message: &str, place: Place<'_>) -> Reply {
    let mut error = Map::new();
    let mut put = |name: &str, text: &str| error.insert(name.to_owned(), json!(text));
    put("domain", domain);
    put("reason", reason);
    put("message", message);
    if let Some((kind, name)) = place {
        put("locationType", kind);
        put("location", name);
    }
    json_reply(status, &json!({"error": {"code": status, "message": message, "errors": [Value::Object(error)]}}))
}

/// Of the general kind.
pub(super) fn global(status: u16, reason: &str, message: &str) -> Reply {
    refused(status, "global", reason, message, None)
}

/// Absent, or hidden.
pub(super) fn no_file(id: &str) -> Reply {
    refused(404, "global", "notFound", &format!("File not found: {id}."), Some(("parameter", "fileId")))
}

pub(super) fn no_permission(id: &str) -> Reply {
    refused(404, "global", "notFound", &format!("Permission not found: {id}."), Some(("parameter", "permissionId")))
}

/// A parameter that makes no sense.
pub(super) fn invalid(name: &str) -> Reply {
    refused(400, "global", "invalid", "Invalid Value", Some(("parameter", name)))
}

/// A share that cannot be made, in words for people.
pub(super) fn bad_share(words: &str) -> Reply {
    global(400, "invalidSharingRequest", &format!("Bad Request. User message: \"{words}\""))
}

/// Who asks may not.
pub(super) fn insufficient() -> Reply {
    let words = "The user does not have sufficient permissions for this file.";
    global(403, "insufficientFilePermissions", words)
}

const REALM: &str = "Bearer realm=\"https://accounts.google.com/\"";

/// A token that is no good, or none.
pub(super) fn unauthenticated(has_token: bool) -> Reply {
    let (reason, words) =
        if has_token { ("authError", "Invalid Credentials") } else { ("required", "Login Required.") };
    let reply = refused(401, "global", reason, words, Some(("header", "Authorization")));
    let error = if has_token { ", error=\"invalid_token\"" } else { "" };
    reply.with_header("WWW-Authenticate", format!("{REALM}{error}"))
}

/// A token that is not for this.
pub(super) fn scope() -> Reply {
    let message = "Request had insufficient authentication scopes.";
    let error = json!({"domain": "global", "reason": "insufficientPermissions", "message": "Insufficient Permission"});
    let body = json!({"error": {"code": 403, "message": message, "errors": [error], "status": "PERMISSION_DENIED"}});
    let wanted = "error=\"insufficient_scope\", scope=\"https://www.googleapis.com/auth/drive\"";
    json_reply(403, &body).with_header("WWW-Authenticate", format!("{REALM}, {wanted}"))
}
