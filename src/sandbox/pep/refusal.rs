//! How the PEP says no: a name and a message, and for many of its reasons 401 where one would expect 403.

use serde_json::json;

use crate::sandbox::call::Reply;

/// Why a request goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// These headers are not there, or blank.
    MissingHeaders(Vec<&'static str>),
    BadJson,
    UnexpectedContentType(String),
    /// Nothing that the PEP has a word for.
    ActionNotFound,
    BadToken,
    TokenOfAnotherService,
    /// No project is named like this path.
    SubserviceNotFound(String),
    /// The user has no role on what this path stands for.
    RolesNotFound(String),
    AccessDenied,
}

impl Refusal {
    pub(super) fn reply(&self) -> Reply {
        let (status, name, message) = self.parts();
        Reply::json(status, &json!({"name": name, "message": message}))
    }

    fn parts(&self) -> (u16, &'static str, String) {
        match self {
            Self::MissingHeaders(names) => {
                let message = format!("Some headers were missing from the request: {}", json!(names));
                (400, "MISSING_HEADERS", message)
            }
            Self::BadJson => {
                let message = "The system wasn't able to parse the given JSON payload (either it was empty or wrong)";
                (400, "WRONG_JSON_PAYLOAD", message.to_owned())
            }
            Self::UnexpectedContentType(content_type) => {
                let message = format!("The MIME content type received is not supported: {content_type}");
                (415, "UNEXPECTED_CONTENT_TYPE", message)
            }
            Self::ActionNotFound => {
                let message = "The system wasn't able to guess the action type or the request";
                (400, "ACTION_NOT_FOUND", message.to_owned())
            }
            Self::BadToken => {
                let message = "User authentication was rejected with code: 401";
                (401, "KEYSTONE_AUTHENTICATION_REJECTED", message.to_owned())
            }
            Self::TokenOfAnotherService => {
                let message = "The provided token does not belong to the provided service.";
                (401, "TOKEN_DOES_NOT_MATCH_SERVICE", message.to_owned())
            }
            Self::SubserviceNotFound(path) => {
                let message = format!("Could not find subservice with name [{path}] in Keystone.");
                (401, "KEYSTONE_SUBSERVICE_NOT_FOUND", message)
            }
            Self::RolesNotFound(path) => {
                let message = format!("No roles were found for the user token in the give subservice: {path}");
                (401, "ROLES_NOT_FOUND", message)
            }
            Self::AccessDenied => {
                let message = "The user does not have the appropriate permissions to access the selected action";
                (403, "ACCESS_DENIED", message.to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_name_and_a_message() {
        for (refusal, status, name, part) in [
            (Refusal::MissingHeaders(vec!["a", "b"]), 400, "MISSING_HEADERS", "request: [\"a\",\"b\"]"),
            (Refusal::BadJson, 400, "WRONG_JSON_PAYLOAD", "JSON"),
            (Refusal::UnexpectedContentType("x/y".to_owned()), 415, "UNEXPECTED_CONTENT_TYPE", "x/y"),
            (Refusal::ActionNotFound, 400, "ACTION_NOT_FOUND", "action"),
            (Refusal::BadToken, 401, "KEYSTONE_AUTHENTICATION_REJECTED", "401"),
            (Refusal::TokenOfAnotherService, 401, "TOKEN_DOES_NOT_MATCH_SERVICE", "token"),
            (Refusal::SubserviceNotFound("/x".to_owned()), 401, "KEYSTONE_SUBSERVICE_NOT_FOUND", "[/x]"),
            (Refusal::RolesNotFound("/x".to_owned()), 401, "ROLES_NOT_FOUND", "/x"),
            (Refusal::AccessDenied, 403, "ACCESS_DENIED", "permissions"),
        ] {
            let reply = refusal.reply();
            assert_eq!((reply.status, reply.value()["name"].as_str()), (status, Some(name)));
            assert!(reply.value()["message"].as_str().unwrap().contains(part), "{name}");
        }
    }
}
