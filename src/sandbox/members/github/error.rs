//! How GitHub says no. The words are the real ones' where they are known.

use serde_json::{Value, json};

use super::super::super::call::Reply;
use super::super::http::json as json_reply;

const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// A refusal in words.
pub(super) fn refused(status: u16, message: impl Into<String>) -> Reply {
    let message: String = message.into();
    let body = json!({"message": message, "documentation_url": DOCUMENTATION, "status": status.to_string()});
    json_reply(status, &body)
}

/// Absent, or hidden.
pub(super) fn not_found() -> Reply {
    refused(404, "Not Found")
}

/// What is wrong with a request: resource, field, code, and words where there are some.
pub(super) fn invalid(resource: &str, field: &str, code: &str, message: Option<&str>) -> Reply {
    let mut error = json!({"resource": resource, "field": field, "code": code});
    if let (Some(message), Some(map)) = (message, error.as_object_mut()) {
        map.insert("message".to_owned(), json!(message));
    }
    let body =
        json!({"message": "Validation Failed", "errors": [error], "documentation_url": DOCUMENTATION, "status": "422"});
    json_reply(422, &body)
}

/// The body of a write, which may be left out.
pub(super) fn object(body: &[u8]) -> Result<Value, Reply> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(Value::Object(map)),
        Ok(_) => Err(refused(422, "Invalid request.\n\nFor 'links/0/schema', the request is not an object.")),
        Err(_) => Err(refused(400, "Problems parsing JSON")),
    }
}
