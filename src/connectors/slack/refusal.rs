//! What Slack means when it says no: one word.

use crate::base::text::safe;
use crate::http::{self, Response};

use super::super::{Error, ErrorKind};
use super::call::Answer;

const APPS: &str = "https://api.slack.com/apps";

/// What a word means, and what to do about it.
fn meaning(code: &str) -> (ErrorKind, &'static str) {
    match code {
        "missing_scope" => {
            (ErrorKind::Forbidden, "give the app that scope and install it again: https://api.slack.com/apps")
        }
        "not_allowed_token_type" | "no_permission" | "not_an_admin" | "invalid_permissions" | "not_authorized" => {
            (ErrorKind::Forbidden, "the token of an owner or an administrator is needed: connector.slack.admin_token")
        }
        "access_denied" | "accesslimited" | "ekm_access_denied" | "team_access_not_granted" | "restricted_action" => {
            (ErrorKind::Forbidden, "a policy of the workspace forbids it: ask its owners")
        }
        "org_login_required" | "not_allowed" => {
            (ErrorKind::Unsupported, "an identity provider decides who is in: add or remove the person there")
        }
        "feature_not_enabled"
        | "not_an_enterprise"
        | "paid_only"
        | "deprecated_endpoint"
        | "unknown_method"
        | "method_not_supported_for_channel_type" => (
            ErrorKind::Unsupported,
            "this plan has no such way: see orchest members capabilities -c slack, and connector.slack.mode",
        ),
        "cannot_modify_primary_owner" => (ErrorKind::Conflict, "have somebody else own the workspace first"),
        "cant_kick_self" | "cant_invite_self" => (ErrorKind::Conflict, "let somebody else do it"),
        "cant_kick_from_general" => (ErrorKind::Unsupported, "everybody is in that channel"),
        "user_disabled" => {
            (ErrorKind::Conflict, "the account was switched off: switch it on at https://my.slack.com/admin")
        }
        "user_not_found"
        | "user_not_visible"
        | "users_not_found"
        | "no_user"
        | "org_user_not_in_team"
        | "invalid_email" => (ErrorKind::NotFound, "check the address"),
        "channel_not_found" | "not_in_channel" | "is_archived" => {
            (ErrorKind::Settings, "check connector.slack.channel, and that the app is in that channel")
        }
        "team_not_found" => (ErrorKind::Settings, "check connector.slack.team_id"),
        "team_added_to_org" => (ErrorKind::Unavailable, "the workspace is being moved: try later"),
        _ => (ErrorKind::Failed, ""),
    }
}

/// An answer that says no. `what` is what Slack will not do.
pub(super) fn explain(answer: &Answer, what: &str) -> Error {
    let code = answer.code().unwrap_or("no reason");
    let (kind, next) = meaning(code);
    let text = |key: &str| answer.body.get(key).and_then(serde_json::Value::as_str);
    let error = Error::new(kind, format!("Slack will not {what}: {}", safe(code)));
    let error = if next.is_empty() { error } else { error.next(next) };
    let error = match (text("needed"), text("provided")) {
        (Some(needed), provided) => {
            let provided = provided.unwrap_or("none");
            error.cause(format!("the token lacks the scope {}; it has {}", safe(needed), safe(provided)))
        }
        (None, _) => error,
    };
    error.answered(&answer.response)
}

/// An answer of SCIM that says no.
pub(super) fn of_scim(response: &Response, what: &str) -> Error {
    let message = format!("Slack will not {what}");
    let error = match response.status {
        403 => Error::new(ErrorKind::Forbidden, message)
            .next("SCIM takes a user token with the scope admin, of an owner, on the plans Business+ and Enterprise"),
        409 => Error::new(ErrorKind::Conflict, message).next("somebody else has that name: change it on Slack's pages"),
        404 => Error::new(ErrorKind::Settings, message).next("check connector.slack.scim_url"),
        _ => Error::new(ErrorKind::Failed, message),
    };
    error.answered(response)
}

/// An error of the wire.
pub(super) fn of_wire(error: http::Error) -> Error {
    let http::Error::Status(status) = &error else { return error.into() };
    match status.status {
        401 => {
            let message = format!("Slack does not take the token: {}", status.message);
            let next = format!("install the app again at {APPS} and take its new token; legacy tokens are no more");
            Error::of_wire(ErrorKind::Auth, message, error).next(next)
        }
        // Of a list: see `call::reading_pages`.
        403 => {
            let (kind, next) = match (status.answered, meaning(&status.message)) {
                // Slack says no with a 200; this one is of something before it.
                (403, (ErrorKind::Failed, _)) => (ErrorKind::Forbidden, "something between here and Slack refuses it"),
                (_, meaning) => meaning,
            };
            let message = format!("Slack will not tell who is in: {}", status.message);
            let error = Error::of_wire(kind, message, error);
            if next.is_empty() { error } else { error.next(next) }
        }
        _ => error.into(),
    }
}

/// The same, of an error that is ours already.
pub(super) fn again(error: Error) -> Error {
    match error.wire() {
        Some(wire) => of_wire(wire.clone()),
        None => error,
    }
}
