//! Keystone's refusals: `{"error": {"code", "message", "title"}}`, in the wording of Keystone 30 where clients see it.

use serde_json::json;

use crate::sandbox::call::Reply;

/// Why a request is refused; [`Refusal::reply`] is the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Refusal {
    pub(in crate::sandbox) code: u16,
    pub(in crate::sandbox) message: String,
}

impl Refusal {
    pub(super) fn new(code: u16, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// 400
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// 401; Keystone gives no reason away.
    pub(super) fn unauthorized() -> Self {
        Self::new(401, "The request you have made requires authentication.")
    }

    /// 403 by the access rules.
    pub(super) fn forbidden(action: &str) -> Self {
        Self::new(403, format!("You are not authorized to perform the requested action: {action}."))
    }

    /// 404, such as `user`, `ab12`.
    pub(super) fn not_found(what: &str, id: &str) -> Self {
        Self::new(404, format!("Could not find {what}: {id}."))
    }

    /// 409
    pub(super) fn conflict(what: &str, details: &str) -> Self {
        Self::new(409, format!("Conflict occurred attempting to store {what} - {details}."))
    }

    pub(in crate::sandbox) fn reply(&self) -> Reply {
        let title = match self.code {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            413 => "Request Entity Too Large",
            _ => "Internal Server Error",
        };
        let body = json!({"error": {"code": self.code, "message": self.message, "title": title}});
        Reply::json(self.code, &body)
    }
}
