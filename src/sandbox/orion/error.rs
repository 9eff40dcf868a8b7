//! Orion's refusals: `{"error", "description"}`, in the wording of Orion 4.

use serde_json::json;

use crate::sandbox::call::Reply;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    code: u16,
    error: &'static str,
    description: String,
    /// The methods that the address does have.
    allow: Option<&'static str>,
}

impl Refusal {
    /// With the word that Orion has for the status.
    pub(super) fn new(code: u16, description: impl Into<String>) -> Self {
        let error = match code {
            404 => "NotFound",
            405 => "MethodNotAllowed",
            406 => "NotAcceptable",
            409 => "TooManyResults",
            411 => "ContentLengthRequired",
            413 => "RequestEntityTooLarge",
            415 => "UnsupportedMediaType",
            422 => "Unprocessable",
            _ => "BadRequest",
        };
        Self { code, error, description: description.into(), allow: None }
    }

    /// 400
    pub(super) fn bad(description: impl Into<String>) -> Self {
        Self::new(400, description)
    }

    /// 400 for a body that is no JSON object.
    pub(super) fn parse() -> Self {
        Self { error: "ParseError", ..Self::bad("Errors found in incoming JSON buffer") }
    }

    /// 405
    pub(super) fn method(allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(405, "method not allowed") }
    }

    pub(super) fn reply(&self) -> Reply {
        let reply = Reply::json(self.code, &json!({"error": self.error, "description": self.description}));
        match self.allow {
            Some(allow) => reply.with_header("Allow", allow),
            None => reply,
        }
    }
}
