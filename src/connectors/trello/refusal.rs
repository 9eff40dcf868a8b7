//! What Trello means when it says no: mostly a few words of plain text.

use crate::base::text::safe;
use crate::http::{self, Response};

use super::super::{Error, ErrorKind};

const KEYS: &str = "https://trello.com/apps/admin";

/// An answer that is none of those that the request is for. `what` is what the workspace will not do.
pub(super) fn explain(response: &Response, workspace: &str, what: &str) -> Error {
    let workspace = safe(workspace);
    let words = response.error_message().to_ascii_lowercase();
    let error = match response.status {
        404 => {
            let message = format!("workspace '{workspace}' is not there, or hidden from this login");
            Error::new(ErrorKind::Forbidden, message).next("check connector.trello.workspace: its short name or its id")
        }
        403 if words.contains("scope") => {
            Error::new(ErrorKind::Forbidden, format!("the token may not have workspace '{workspace}' {what}"))
                .next("it needs the scopes read:organization:trello and write:organization:membership:trello")
        }
        403 => Error::new(ErrorKind::Forbidden, format!("workspace '{workspace}' will not {what}"))
            .next("an administrator's token is needed; the plan or a policy of the workspace may forbid it too"),
        _ => Error::new(ErrorKind::Failed, format!("workspace '{workspace}' will not {what}")),
    };
    error.answered(response)
}

/// An error of the wire. That somebody may not do a thing is a 401 as well.
pub(super) fn of_wire(workspace: &str, error: http::Error) -> Error {
    let http::Error::Status(status) = &error else { return error.into() };
    if status.answered == 409 {
        let message = format!("somebody else is changing workspace '{}'", safe(workspace));
        return Error::of_wire(ErrorKind::Unavailable, message, error).next("run the same command again");
    }
    if status.status != 401 {
        return error.into();
    }
    let words = status.message.to_ascii_lowercase();
    let (kind, message, next) = if words.contains("invalid key") || words.contains("invalid app key") {
        (
            ErrorKind::Auth,
            "Trello does not know the key".to_owned(),
            format!("take it from {KEYS}: connector.trello.api_key"),
        )
    } else if words.contains("unauthorized") {
        let message = format!("the login may not do this in workspace '{}'", safe(workspace));
        (
            ErrorKind::Forbidden,
            message,
            "use the token of one of its administrators, with the scopes read and write".to_owned(),
        )
    } else {
        let next = format!(
            "make one with the very key that is set ({KEYS}); the secret beside the key is no token, and those that the first \
             orchester made end after 30 days"
        );
        (
            ErrorKind::Auth,
            "Trello does not take the token: it is mistyped, expired, revoked, or of another key".to_owned(),
            next,
        )
    };
    Error::of_wire(kind, message, error).next(next)
}
