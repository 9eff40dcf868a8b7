//! What apps do for themselves: an installation's token, and taking tokens back.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::super::call::{Call, Reply};
use super::super::super::http::json as json_reply;
use super::super::super::jwt::Statement;
use super::super::super::token::{Token, TokenKind};
use super::super::data::Data;
use super::super::error::{invalid, not_found, object, refused};
use super::{CLIENTS, SECRET};

/// The installation of the app in `acme`.
pub(in crate::sandbox::members::github) const INSTALLATION: &str = "70";
const LIFETIME: Duration = Duration::from_hours(1);
/// A statement may not be good for longer.
const LONGEST: i64 = 600;

/// Answers what begins with `/app` or `/applications`.
pub(in crate::sandbox::members::github) fn of_apps(
    data: &mut Data,
    now: Timestamp,
    call: &Call,
    first: &str,
    rest: &[&str],
) -> Reply {
    let reply = match (call.method.as_str(), first, rest) {
        ("POST", "app", ["installations", id, "access_tokens"]) => installation_token(now, call, id),
        ("DELETE", "applications", [client, "token" | "grant"]) => revoke(data, call, client),
        _ => Err(not_found()),
    };
    reply.unwrap_or_else(|refusal| refusal)
}

fn installation_token(now: Timestamp, call: &Call, id: &str) -> Result<Reply, Reply> {
    let header = call.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let statement = header.and_then(|text| Statement::read(text.trim()));
    let statement = statement.filter(|statement| statement.algorithm() == "RS256");
    let statement = statement.ok_or_else(|| refused(401, "A JSON web token could not be decoded"))?;
    let is_app = statement.text("iss") == "orchest-app" || statement.claims.get("iss") == Some(&json!(7));
    if !is_app {
        return Err(refused(401, "Integration not found"));
    }
    let now_seconds = now.as_second();
    let end = statement.time("exp").unwrap_or_default();
    if end <= now_seconds {
        let words = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the \
                     assertion expires";
        return Err(refused(401, words));
    }
    if end > now_seconds + LONGEST {
        return Err(refused(401, "'Expiration time' claim ('exp') is too far in the future"));
    }
    if statement.time("iat").is_none_or(|issued| issued > now_seconds) {
        let words = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
        return Err(refused(401, words));
    }
    if id != INSTALLATION {
        return Err(not_found());
    }
    let token = Token::new(TokenKind::GithubInstallation, INSTALLATION, &["members=write"], now, Some(LIFETIME));
    let expires = token.expires.map(|expires| expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let body = json!({
        "token": token.text(),
        "expires_at": expires,
        "permissions": {"members": "write"},
        "repository_selection": "all",
    });
    Ok(json_reply(201, &body))
}

/// With the program's own name and secret.
fn revoke(data: &mut Data, call: &Call, client: &str) -> Result<Reply, Reply> {
    let basic = call.header("authorization").and_then(|header| header.strip_prefix("Basic "));
    let pair = basic.and_then(|text| STANDARD.decode(text.trim()).ok());
    if !CLIENTS.contains(&client) || pair != Some(format!("{client}:{SECRET}").into_bytes()) {
        return Err(not_found());
    }
    let body = object(&call.body)?;
    let text = body.get("access_token").and_then(Value::as_str).unwrap_or_default();
    let is_known = Token::read(text).is_some() && !data.desk.revoked.contains(text);
    if !is_known {
        return Err(invalid("OauthAccess", "access_token", "invalid", None));
    }
    data.desk.revoked.insert(text.to_owned());
    Ok(Reply::empty(204))
}
