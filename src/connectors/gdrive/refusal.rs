//! What Google means when it says no: a reason in one word, beside a sentence.

use serde_json::Value;

use crate::base::text::safe;
use crate::http::{self, Response};

use super::super::{Error, ErrorKind};

/// The word of the first error; empty where there is none.
pub(super) fn reason(response: &Response) -> String {
    let body = response.json().unwrap_or(Value::Null);
    body.pointer("/error/errors/0/reason").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Whether it means "too fast"; other limits last for hours.
pub(super) fn is_limit(reason: &str) -> bool {
    matches!(reason, "rateLimitExceeded" | "userRateLimitExceeded")
}

/// Whether a 404 says that the file is not there, and not the line that was to go.
pub(super) fn is_about_file(response: &Response) -> bool {
    let body = response.json().unwrap_or(Value::Null);
    let place = body.pointer("/error/errors/0/location").and_then(Value::as_str);
    place != Some("permissionId") && !response.error_message().starts_with("Permission not found")
}

fn hidden(file: &str) -> Error {
    let message = format!("file '{}' is not there, or hidden from this login", safe(file));
    Error::new(ErrorKind::Forbidden, message)
        .next("check connector.g_drive.file_id; a service account sees only what is shared with its address")
}

/// An answer that is none of those that the request is for. `what` is what Google will not do with the file.
pub(super) fn explain(response: &Response, file: &str, what: &str) -> Error {
    let message = format!("Google will not {what}");
    let new = |kind: ErrorKind, next: &str| Error::new(kind, &message).next(next);
    let error = match (response.status, reason(response).as_str()) {
        (404, _) => hidden(file),
        (_, "sharingRateLimitExceeded") => new(
            ErrorKind::Quota,
            "the shares of one day are used up: go on tomorrow, or share with a Google Group and add people to that",
        ),
        (_, "dailyLimitExceeded") => new(ErrorKind::Quota, "go on tomorrow"),
        (_, "insufficientPermissions" | "appNotAuthorizedToFile") => {
            new(ErrorKind::Forbidden, "log in again with the scope https://www.googleapis.com/auth/drive")
        }
        (_, "cannotDeletePermission" | "cannotRemoveOwner" | "ownerOnTeamDriveItemNotSupported") => {
            new(ErrorKind::Conflict, "owners stay, and shared drives have none")
        }
        (_, "cannotModifyInheritedPermission" | "cannotModifyInheritedTeamDrivePermission") => {
            new(ErrorKind::Conflict, "it comes from a folder or a drive above: change it there")
        }
        (_, "insufficientFilePermissions") => {
            new(ErrorKind::Forbidden, "the login has to be an editor who may share, or manage the drive")
        }
        (403, _) => {
            new(ErrorKind::Forbidden, "a policy of the domain or of the drive forbids it: ask its administrator")
        }
        _ => Error::new(ErrorKind::Failed, message),
    };
    error.answered(response)
}

/// A refusal to share with an address.
pub(super) fn of_sharing(response: &Response, file: &str, address: &str, notify: bool) -> Error {
    let error = explain(response, file, &format!("share it with {}", safe(address)));
    let no_account = response.status == 400 && reason(response) == "invalidSharingRequest";
    if no_account && !notify {
        error.next("where the address has no Google account, a mail is needed: --notify")
    } else {
        error
    }
}

/// An error of the wire.
pub(super) fn of_wire(file: &str, error: http::Error) -> Error {
    let http::Error::Status(status) = &error else { return error.into() };
    match status.status {
        401 => Error::of_wire(ErrorKind::Auth, "Google does not take the token: it is expired or revoked", error)
            .next("log in to Google again, or use the key of a service account"),
        403 if status.message.contains("scope") => {
            Error::of_wire(ErrorKind::Forbidden, "the login may not see who a file is shared with", error)
                .next("log in again with the scope https://www.googleapis.com/auth/drive")
        }
        403 => {
            let message = format!("the login may not see who file '{}' is shared with", safe(file));
            Error::of_wire(ErrorKind::Forbidden, message, error).next("it has to be an editor of the file")
        }
        404 => hidden(file),
        _ => error.into(),
    }
}
