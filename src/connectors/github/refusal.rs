//! What GitHub means when it says no. Much of it hides in headers, and in the words of a 403.

use std::time::Duration;

use serde_json::Value;

use crate::base::text::safe;
use crate::http::{self, Response};

use super::super::{Error, ErrorKind};

/// How long to leave it alone where it does not say.
pub(super) const UNTOLD: Duration = Duration::from_mins(1);

const TOKENS: &str = "https://github.com/settings/personal-access-tokens";

/// Whether a 403 means "too fast", and not "never".
pub(super) fn is_limit(response: &Response) -> bool {
    let words = response.error_message().to_ascii_lowercase();
    words.contains("rate limit") || (response.header("retry-after").is_some() && !words.contains("resource"))
}

/// The organisation is not there, or this login may not know.
pub(super) fn hidden(organization: &str) -> Error {
    let message = format!("organisation '{}' is not there, or hidden from this login", safe(organization));
    Error::new(ErrorKind::Forbidden, message)
        .cause("GitHub answers 404 for both, so nobody can be called absent from it")
        .next("check connector.github.organization, and that the token belongs to one of its members and may read them")
}

/// Whether somebody is a member is not told, so that nothing can be done about it.
pub(super) fn unshown(id: &str) -> Error {
    let message = format!("whether {} is a member is not shown to this login, so nothing was done", safe(id));
    Error::new(ErrorKind::Forbidden, message).next("let the token read members: read:org, or Members: read")
}

/// An answer that is none of those that the request is for.
pub(super) fn explain(response: &Response, what: &str) -> Error {
    let message = format!("GitHub will not {what}");
    let forbidden = |next: String| Error::new(ErrorKind::Forbidden, &message).next(next);
    let words = words(response);
    let says = |some: &[&str]| some.iter().any(|one| words.contains(one));
    let header = |name: &str| response.header(name).filter(|value| !value.trim().is_empty());
    let error = match response.status {
        _ if let Some(of) = left_out_by(response) => {
            let message = format!("GitHub leaves people out: single sign-on of organisation {} comes first", safe(of));
            Error::new(ErrorKind::Forbidden, message)
                .next("let it know this token: https://github.com/settings/tokens, \"Configure SSO\"")
        }
        403 if let Some(address) = header("x-github-sso").and_then(sso) => {
            forbidden(format!("let the organisation's single sign-on know this token: {}", safe(address)))
        }
        403 if says(&["blocked"]) => {
            let message = format!("{message}: the person has blocked the organisation, or was blocked by it");
            Error::new(ErrorKind::Blocked, message).next("ask them to unblock it, or unblock them in its settings")
        }
        403 | 422 if says(&["over invitation rate limit"]) => Error::new(ErrorKind::Quota, &message)
            .next("the invitations of one day are used up: run the same command again tomorrow"),
        403 | 422 if says(&["enterprise", "managed by", "identity provider", "scim", "externally managed"]) => {
            Error::new(ErrorKind::Unsupported, message)
                .next("an identity provider decides who is in: add or remove the person there")
        }
        403 if let Some(needed) = header("x-accepted-github-permissions") => {
            forbidden(format!("give the token the permission {} at {TOKENS}", safe(needed)))
        }
        403 | 404 if let Some(needed) = missing_scopes(response) => {
            forbidden(format!("the token needs one of the scopes {}", safe(&needed)))
        }
        // What a login may not do is not there for it.
        403 | 404 => forbidden("use the token of an owner of the organisation".to_owned()),
        _ => Error::new(ErrorKind::Failed, message),
    };
    let more = more(response);
    let error = if more.is_empty() { error } else { error.cause(more) };
    error.answered(response)
}

/// The address of `required; url=ADDRESS`.
fn sso(header: &str) -> Option<&str> {
    header.split(';').find_map(|part| part.trim().strip_prefix("url="))
}

/// The organisations whose part of a list is missing: `partial-results; organizations=7,8`.
pub(super) fn left_out_by(response: &Response) -> Option<&str> {
    let rest = response.header("x-github-sso")?.trim().strip_prefix("partial-results")?;
    Some(rest.split(';').find_map(|part| part.trim().strip_prefix("organizations=")).unwrap_or("?"))
}

/// Scopes that would do, where the token has none of them. Only classic tokens and those of OAuth apps have scopes.
pub(super) fn missing_scopes(response: &Response) -> Option<String> {
    let (has, needed) = (scopes(response, "x-oauth-scopes")?, scopes(response, "x-accepted-oauth-scopes")?);
    (!needed.is_empty() && !needed.iter().any(|scope| has.contains(scope))).then(|| needed.join(", "))
}

fn scopes<'a>(response: &'a Response, name: &str) -> Option<Vec<&'a str>> {
    Some(response.header(name)?.split(',').map(str::trim).filter(|scope| !scope.is_empty()).collect())
}

/// Whether the token is of a kind that has scopes.
pub(super) fn has_scopes(response: &Response) -> bool {
    scopes(response, "x-oauth-scopes").is_some()
}

/// All that it says, in lower case.
fn words(response: &Response) -> String {
    format!("{} {}", response.error_message(), more(response)).to_ascii_lowercase()
}

/// What it says of single fields.
pub(super) fn more(response: &Response) -> String {
    let Ok(body) = response.json() else { return String::new() };
    let word = |error: &Value| {
        let text = |key: &str| error.get(key).and_then(Value::as_str);
        let field = text("field").map(|field| format!("{field}: ")).unwrap_or_default();
        error.as_str().or_else(|| text("message")).or_else(|| text("code")).map(|why| format!("{field}{why}"))
    };
    let all = body.get("errors").and_then(Value::as_array).map(|all| all.iter().filter_map(word).collect::<Vec<_>>());
    safe(&crate::base::redact::clean(&all.unwrap_or_default().join("; "))).chars().take(300).collect()
}

/// An error of the wire.
pub(super) fn of_wire(organization: &str, error: http::Error) -> Error {
    match &error {
        http::Error::Status(status) if status.status == 401 => {
            let message = "GitHub does not take the token: it is mistyped, expired or revoked";
            let next =
                format!("make a new one at {TOKENS}; it goes into ORCHEST_GITHUB_TOKEN or connector.github.token_file");
            Error::of_wire(ErrorKind::Auth, message, error).next(next)
        }
        http::Error::Status(status) if status.status == 403 => {
            let message = format!("GitHub does not show this to the login, at organisation '{}'", safe(organization));
            let next = "the token has to be of a member, and may have to read members (read:org, or Members: read)";
            Error::of_wire(ErrorKind::Forbidden, message, error).next(next)
        }
        http::Error::Status(status) if status.status == 404 => hidden(organization),
        _ => error.into(),
    }
}
