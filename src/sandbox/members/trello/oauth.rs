//! OAuth 2.0 as Atlassian has it: a proof is always needed, the address to come back to is the registered one to the letter,
//! requests for tokens are JSON, and every token that fetches another is good for once.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::super::call::{Call, Reply};
use super::super::http::{Fields, json as json_reply};
use super::super::login::{Grant, Proof, back};
use super::super::token::{Token, TokenKind};
use super::data::Data;
use super::switches::Switches;

/// Programs, with a secret or without.
pub(super) const CLIENTS: [(&str, Option<&str>); 2] =
    [("orchest", None), ("orchest-confidential", Some("sand-secret"))];

const SCOPES: [&str; 6] = [
    "read:organization:trello",
    "write:organization:membership:trello",
    "read:member:trello",
    "read:board:trello",
    "write:board:trello",
    "offline_access",
];
const CODE_LIFETIME: Duration = Duration::from_mins(10);
const TOKEN_LIFETIME: Duration = Duration::from_hours(1);
const REFRESH_LIFETIME: Duration = Duration::from_hours(90 * 24);

fn refused(status: u16, error: &str, words: &str) -> Reply {
    json_reply(status, &json!({"error": error, "error_description": words}))
}

/// The person at the browser answers at once.
pub(super) fn authorize(data: &mut Data, now: Timestamp, switches: &Switches, call: &Call) -> Reply {
    let get = |name: &str| call.query(name).unwrap_or_default();
    let (client, redirect) = (get("client_id"), get("redirect_uri"));
    if !CLIENTS.iter().any(|(known, _)| *known == client) || redirect != switches.redirect {
        return Reply::html(400, "The client or its redirect_uri is unknown");
    }
    let to =
        |pairs: &[(&str, &str)]| Reply::empty(302).with_header("Location", back(redirect, pairs, call.query("state")));
    let error = |error: &str, words: &str| to(&[("error", error), ("error_description", words)]);
    let scopes: Vec<String> = get("scope").split_whitespace().map(str::to_owned).collect();
    if get("response_type") != "code" {
        return error("unsupported_response_type", "response_type must be code");
    }
    if get("code_challenge").is_empty() || get("code_challenge_method") != "S256" {
        return error("invalid_request", "PKCE with S256 is required");
    }
    if scopes.is_empty() || scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
        return error("invalid_scope", "unknown scope");
    }
    if switches.deny {
        return error("access_denied", "User did not authorize the request");
    }
    let lasts = scopes.iter().any(|scope| scope == "offline_access");
    let grant = Grant { client: client.to_owned(), who: switches.login.clone(), scopes, lasts };
    let code = data.desk.logins.code(grant, redirect, Some(get("code_challenge")), (now, CODE_LIFETIME));
    to(&[("code", &code)])
}

pub(super) fn exchange(data: &mut Data, now: Timestamp, call: &Call) -> Reply {
    let is_json = call.header("content-type").is_some_and(|kind| kind.contains("json")) && call.json().is_some();
    if !is_json {
        return refused(400, "invalid_request", "The request must be JSON");
    }
    let fields = &Fields::of_body(call);
    let client = fields.text("client_id");
    let is_known = CLIENTS.iter().any(|(known, secret)| *known == client && fields.filled("client_secret") == *secret);
    if !is_known {
        return refused(401, "access_denied", "Unauthorized");
    }
    let grant = match fields.text("grant_type") {
        "authorization_code" => {
            let (code, verifier) = (fields.text("code"), fields.filled("code_verifier"));
            let proof = Proof { client, code, redirect: Some(fields.text("redirect_uri")), verifier };
            data.desk.logins.redeem(&proof, now).map_err(|_| "Invalid authorization code")
        }
        "refresh_token" => {
            let taken = data.desk.logins.take(fields.text("refresh_token"), client, now);
            taken.ok_or("Unknown or invalid refresh token.")
        }
        _ => return refused(400, "unsupported_grant_type", "Unknown grant type"),
    };
    match grant {
        Ok(grant) => issued(data, now, grant),
        Err(words) => refused(403, "invalid_grant", words),
    }
}

fn issued(data: &mut Data, now: Timestamp, grant: Grant) -> Reply {
    let scopes: Vec<&str> = grant.scopes.iter().map(String::as_str).collect();
    let token = Token::new(TokenKind::TrelloOauth, &grant.who, &scopes, now, Some(TOKEN_LIFETIME)).text();
    let mut body = Map::new();
    body.insert("access_token".to_owned(), json!(token));
    body.insert("expires_in".to_owned(), json!(TOKEN_LIFETIME.as_secs()));
    body.insert("token_type".to_owned(), json!("Bearer"));
    body.insert("scope".to_owned(), json!(scopes.join(" ")));
    if grant.lasts {
        let refresh = data.desk.logins.keep("ATOR", grant, now, REFRESH_LIFETIME);
        body.insert("refresh_token".to_owned(), json!(refresh));
    }
    json_reply(200, &Value::Object(body))
}
