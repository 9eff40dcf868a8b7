//! `/v3/auth/tokens`: issue, validate, revoke.

mod login;
mod scope;
mod shown;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::caller::{Caller, TOKEN_PREFIX, subject};
use super::data::{Data, Token, random};
use super::error::Refusal;
use super::rules::{Aim, allow};
use super::{Outcome, not_allowed, route};

pub(super) use shown::catalog;

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    if words != ["auth", "tokens"] {
        return None;
    }
    Some(match method {
        "POST" => issue(data, about, call),
        "GET" => validate(data, about, call, "validate_token"),
        "HEAD" => validate(data, about, call, "check_token"),
        "DELETE" => revoke(data, about, call),
        _ => Ok(not_allowed(call, "GET, OPTIONS, DELETE, HEAD, POST")),
    })
}

fn issue(data: &mut Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    let auth = super::body(call).get("auth").cloned().unwrap_or(Value::Null);
    match login::check(&auth) {
        Err(refusal) if refusal.message == login::UNSUPPORTED => return Ok(unsupported(&refusal)),
        checked => checked?,
    }
    // Before who asks, as Keystone does: a scope that does not exist is told by the same 401.
    let asked = scope::asked(data, about, &auth)?;
    let login = login::login(data, about, &auth)?;
    let scope = scope::granted(data, &login, asked)?;
    let expires_at = login.expires_at.unwrap_or_else(|| later(about.now, about.flavour.token_lifetime));
    let trust = scope.trust_id.as_ref().and_then(|id| data.trusts.get_mut(id));
    let ends_with_trust = trust.as_ref().and_then(|trust| trust.expires_at);
    if let Some(uses) = trust.and_then(|trust| trust.remaining_uses.as_mut()) {
        *uses = uses.saturating_sub(1);
    }
    let token = Token {
        user_id: scope.impersonated.unwrap_or(login.user_id),
        scope: scope.scope,
        methods: login.methods,
        audit_ids: [Some(URL_SAFE_NO_PAD.encode(random())), login.first_audit_id].into_iter().flatten().collect(),
        issued_at: about.now,
        expires_at: ends_with_trust.map_or(expires_at, |end| end.min(expires_at)),
        trust_id: scope.trust_id,
    };
    let body = json!({"token": shown::token(data, about, &token, call.query("nocatalog").is_none())});
    let id = new_token_id();
    data.tokens.insert(id.clone(), token);
    Ok(Reply::json(201, &body).with_header("X-Subject-Token", id))
}

/// The one refusal that says more than its reason.
fn unsupported(refusal: &Refusal) -> Reply {
    let mut body: Value = serde_json::from_slice(&refusal.reply().body).unwrap_or_default();
    if let Some(error) = body.get_mut("error").and_then(Value::as_object_mut) {
        error.insert("identity".to_owned(), json!({"methods": login::METHODS}));
    }
    Reply::json(refusal.code, &body)
}

fn later(now: Timestamp, lifetime: Duration) -> Timestamp {
    now.checked_add(lifetime).unwrap_or(Timestamp::MAX)
}

/// As long as a Fernet token, and as opaque.
fn new_token_id() -> String {
    let bytes: Vec<u8> = (0..8).flat_map(|_| random()).collect();
    format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn validate(data: &Data, about: &About<'_>, call: &Call, action: &str) -> Result<Reply, Refusal> {
    let (id, token) = asked_about(data, about, call, action)?;
    let body = json!({"token": shown::token(data, about, token, call.query("nocatalog").is_none())});
    Ok(Reply::json(200, &body).with_header("X-Subject-Token", id))
}

/// A token takes those with it that were issued for it.
fn revoke(data: &mut Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    let (id, token) = asked_about(data, about, call, "revoke_token")?;
    let audit_id = token.audit_ids.first().cloned();
    let is_told_to_leave_others = call.query("cascade").is_some_and(|text| !super::listing::is_true(text));
    data.tokens.retain(|other, token| {
        let is_derived = token.audit_ids.len() > 1 && token.audit_ids.last() == audit_id.as_ref();
        *other != id && (is_told_to_leave_others || !is_derived)
    });
    Ok(Reply::empty(204))
}

/// The token in `X-Subject-Token`, once the caller may ask about it.
fn asked_about<'data>(
    data: &'data Data,
    about: &About<'_>,
    call: &Call,
    action: &str,
) -> Result<(String, &'data Token), Refusal> {
    let caller = Caller::of(data, about, call)?;
    let id = call.header("x-subject-token");
    let token = id.map(|id| subject(data, about, id)).transpose()?;
    let aim = Aim { user: token.map(|token| token.user_id.as_str()), ..Aim::default() };
    allow(data, about, &caller, action, &aim)?;
    let token = token.ok_or_else(|| Refusal::new(404, "No token in the request"))?;
    Ok((id.unwrap_or_default().to_owned(), token))
}

#[cfg(test)]
mod tests;
