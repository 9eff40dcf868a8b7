//! Google's logins: a code with a proof, tokens that fetch others and come only when asked for, and service accounts.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::super::call::{Call, Reply};
use super::super::super::world::About;
use super::super::http::{Fields, json as json_reply};
use super::super::jwt::Statement;
use super::super::login::{Flaw, Grant, Proof, back, is_loopback};
use super::super::token::{Token, TokenKind};
use super::data::Data;
use super::switches::Switches;

/// A program that people have on their machines. Its secret is none.
pub(super) const CLIENT: &str = "orchest.apps.googleusercontent.com";
pub(super) const SECRET: &str = "sand-secret";
/// A program that is nobody.
pub(super) const ROBOT: &str = "robot@sandbox.iam.gserviceaccount.com";

const CODE_LIFETIME: Duration = Duration::from_mins(10);
/// One second less than an hour, as always.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3599);
const IDLE: Duration = Duration::from_hours(180 * 24);
const TESTING: Duration = Duration::from_hours(7 * 24);
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";
const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";

/// Answers one request that is not about Drive.
pub(super) fn answer(data: &mut Data, about: &About<'_>, switches: &Switches, call: &Call) -> Reply {
    let (method, words) = call.route();
    let fields = &Fields::of(call);
    let outcome = match (method, words.as_slice()) {
        ("GET", ["o", "oauth2", "v2", "auth"]) => return authorize(data, about.now, switches, fields),
        ("POST", ["token"]) => exchange(data, about, switches, fields),
        ("POST", ["revoke"]) => revoke(data, fields.text("token")),
        _ => return Reply::html(404, "Not Found"),
    };
    outcome.unwrap_or_else(|No(status, error, words)| {
        json_reply(status, &json!({"error": error, "error_description": words}))
    })
}

/// Why not: a status, an error and words.
struct No(u16, &'static str, &'static str);

/// The person at the browser answers at once. What is wrong with the program is shown to that person, not told to it.
fn authorize(data: &mut Data, now: Timestamp, switches: &Switches, fields: &Fields) -> Reply {
    let redirect = fields.text("redirect_uri");
    let page = |title: &str| Reply::html(400, title);
    if fields.text("client_id") != CLIENT {
        return page("Error 401: invalid_client");
    }
    if redirect == OUT_OF_BAND || redirect == "oob" {
        return page("Error 400: invalid_request: the out-of-band flow is blocked");
    }
    if !is_loopback(redirect) || !redirect.starts_with("http://") {
        return page("Error 400: redirect_uri_mismatch");
    }
    let challenge = fields.filled("code_challenge");
    if fields.text("response_type") != "code"
        || fields.text("scope").is_empty()
        || (challenge.is_some() && fields.text("code_challenge_method") != "S256")
    {
        return page("Error 400: invalid_request");
    }
    let state = fields.get("state");
    let to = |pairs: &[(&str, &str)]| Reply::empty(302).with_header("Location", back(redirect, pairs, state));
    if switches.deny {
        return to(&[("error", "access_denied")]);
    }
    let scope = switches.granted.as_deref().unwrap_or_else(|| fields.text("scope"));
    // Only who is asked again, or for the first time, gives something that lasts.
    let who = (CLIENT.to_owned(), switches.login.clone());
    let is_new = data.agreed.insert(who) || fields.text("prompt").split(' ').any(|word| word == "consent");
    let lasts = fields.text("access_type") == "offline" && is_new;
    let scopes = scope.split_whitespace().map(str::to_owned).collect();
    let grant = Grant { client: CLIENT.to_owned(), who: switches.login.clone(), scopes, lasts };
    let code = data.desk.logins.code(grant, redirect, challenge, (now, CODE_LIFETIME));
    to(&[("code", &code), ("scope", scope)])
}

fn exchange(data: &mut Data, about: &About<'_>, switches: &Switches, fields: &Fields) -> Result<Reply, No> {
    let grant_type = fields.text("grant_type");
    if grant_type == "urn:ietf:params:oauth:grant-type:jwt-bearer" {
        return robot(data, about, switches, fields.text("assertion"));
    }
    if fields.text("client_id") != CLIENT {
        return Err(No(401, "invalid_client", "The OAuth client was not found."));
    }
    if fields.text("client_secret") != SECRET {
        return Err(No(401, "invalid_client", "Unauthorized"));
    }
    match grant_type {
        "authorization_code" => redeem(data, about.now, switches, fields),
        "refresh_token" => {
            let token = fields.text("refresh_token");
            let grant = data.desk.logins.kept(token, CLIENT, about.now);
            let grant = grant.ok_or(No(400, "invalid_grant", "Token has been expired or revoked."))?;
            if !switches.testing {
                data.desk.logins.extend(token, about.now, IDLE);
            }
            Ok(issued(about.now, &grant, None))
        }
        _ => Err(No(400, "unsupported_grant_type", "Invalid grant_type")),
    }
}

fn redeem(data: &mut Data, now: Timestamp, switches: &Switches, fields: &Fields) -> Result<Reply, No> {
    let redirect = Some(fields.text("redirect_uri"));
    let (code, verifier) = (fields.text("code"), fields.filled("code_verifier"));
    let logins = &mut data.desk.logins;
    let grant = logins.redeem(&Proof { client: CLIENT, code, redirect, verifier }, now);
    let grant = grant.map_err(|flaw| match flaw {
        Flaw::Redirect => No(400, "redirect_uri_mismatch", "Bad Request"),
        Flaw::Verifier if verifier.is_none() => No(400, "invalid_grant", "Missing code verifier."),
        Flaw::Verifier => No(400, "invalid_grant", "Invalid code verifier."),
        Flaw::Unknown => No(400, "invalid_grant", "Malformed auth code."),
        Flaw::Used | Flaw::Expired => No(400, "invalid_grant", "Bad Request"),
    })?;
    let lifetime = if switches.testing { TESTING } else { IDLE };
    let refresh = grant.lasts.then(|| logins.keep("1//", grant.clone(), now, lifetime));
    Ok(issued(now, &grant, refresh))
}

fn issued(now: Timestamp, grant: &Grant, refresh: Option<String>) -> Reply {
    let scopes: Vec<&str> = grant.scopes.iter().map(String::as_str).collect();
    let token = Token::new(TokenKind::Google, &grant.who, &scopes, now, Some(TOKEN_LIFETIME)).text();
    let mut body = Map::new();
    body.insert("access_token".to_owned(), json!(token));
    body.insert("expires_in".to_owned(), json!(TOKEN_LIFETIME.as_secs()));
    body.extend(refresh.map(|refresh| ("refresh_token".to_owned(), json!(refresh))));
    body.insert("scope".to_owned(), json!(grant.scopes.join(" ")));
    body.insert("token_type".to_owned(), json!("Bearer"));
    json_reply(200, &Value::Object(body))
}

/// A service account states who it is, what it wants, and for how long the statement holds.
fn robot(data: &Data, about: &About<'_>, switches: &Switches, assertion: &str) -> Result<Reply, No> {
    let bad = |words| No(400, "invalid_grant", words);
    let statement = Statement::read(assertion).ok_or_else(|| bad("Bad Request"))?;
    if statement.algorithm() != "RS256" {
        return Err(bad("Invalid JWT Signature."));
    }
    if statement.text("iss") != ROBOT {
        return Err(bad("Invalid grant: account not found"));
    }
    let audience = statement.text("aud");
    if audience != TOKEN_URL && audience != format!("{}/token", about.url) {
        return Err(bad("Invalid JWT: Failed audience check."));
    }
    let now = about.now.as_second();
    let (issued_at, end) = (statement.time("iat").unwrap_or(i64::MAX), statement.time("exp").unwrap_or_default());
    if end <= now || issued_at > now + 300 || end.saturating_sub(issued_at) > 3600 {
        return Err(bad(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat \
             and exp values in the JWT claim.",
        ));
    }
    let scopes: Vec<&str> = statement.text("scope").split_whitespace().collect();
    if scopes.is_empty() {
        return Err(No(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided."));
    }
    let who = match statement.text("sub") {
        "" | ROBOT => ROBOT,
        person if switches.delegation && data.person(person).is_some() => person,
        _ => {
            let words = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for \
                         any of the scopes requested.";
            return Err(No(401, "unauthorized_client", words));
        }
    };
    let token = Token::new(TokenKind::Google, who, &scopes, about.now, Some(TOKEN_LIFETIME)).text();
    let lifetime = TOKEN_LIFETIME.as_secs();
    Ok(json_reply(200, &json!({"access_token": token, "expires_in": lifetime, "token_type": "Bearer"})))
}

/// Of either kind.
fn revoke(data: &mut Data, token: &str) -> Result<Reply, No> {
    let is_known = data.desk.logins.drop_kept(token)
        || (Token::read(token).is_some_and(|token| token.kind == TokenKind::Google)
            && data.desk.revoked.insert(token.to_owned()));
    if is_known { Ok(json_reply(200, &json!({}))) } else { Err(No(400, "invalid_token", "Token expired or revoked")) }
}
