//! How indigo says no: its own form, and that of the filter which stands before it.

use serde_json::{Value, json};

use super::super::super::call::Reply;

/// The orchestrator's own form.
pub(super) fn refused(status: u16, message: impl Into<String>) -> Reply {
    Reply::json(status, &json!({"code": status, "title": title(status), "message": message.into()}))
}

/// The same without words.
pub(super) fn bare(status: u16) -> Reply {
    Reply::json(status, &json!({"code": status, "title": title(status)}))
}

/// The security filter's form.
pub(super) fn filtered(status: u16, error: &str, description: &str, scope: Option<&str>) -> Reply {
    let mut body = json!({"error": error, "error_description": description});
    if let (Some(map), Some(scope)) = (body.as_object_mut(), scope) {
        map.insert("scope".to_owned(), Value::String(scope.to_owned()));
    }
    let challenge = format!("Bearer realm=\"orchestrator\", error=\"{error}\", error_description=\"{description}\"");
    Reply::json(status, &body).with_header("WWW-Authenticate", challenge)
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        415 => "Unsupported Media Type",
        _ => "Internal Server Error",
    }
}
