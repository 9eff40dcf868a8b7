//! GitHub's logins: by a code, by a device, and of apps. Errors come with the status of success, scopes are separated by
//! commas, and only who says that JSON is accepted gets JSON.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::super::super::call::{Call, Reply};
use super::super::super::keystone::new_id;
use super::super::super::world::About;
use super::super::http::{Fields, json as json_reply};
use super::super::login::{Flaw, Grant, Proof, back, is_loopback};
use super::super::token::{Token, TokenKind};
use super::data::Data;
use super::switches::Switches;

mod apps;
mod device;

pub(super) use apps::of_apps;
pub(in crate::sandbox::members) use device::decide;

/// An OAuth app, and an app of GitHub's newer kind, whose tokens end.
pub(super) const CLIENTS: [&str; 2] = ["orchest", "orchest-app"];
pub(super) const SECRET: &str = "sand-secret";
/// Where a browser may be sent back to, at any port.
const CALLBACK: &str = "http://127.0.0.1/callback";

const CODE_LIFETIME: Duration = Duration::from_mins(10);
const TOKEN_LIFETIME: Duration = Duration::from_hours(8);
const REFRESH_LIFETIME: Duration = Duration::from_hours(184 * 24);

const SCOPES: [&str; 8] = ["repo", "admin:org", "write:org", "read:org", "user", "read:user", "user:email", "gist"];
/// What includes what.
const INCLUDED: [(&str, &[&str]); 3] =
    [("admin:org", &["write:org", "read:org"]), ("write:org", &["read:org"]), ("user", &["read:user", "user:email"])];

/// Answers one request below `/login`.
pub(super) fn answer(data: &mut Data, about: &About<'_>, switches: &Switches, call: &Call) -> Reply {
    let (method, words) = call.route();
    let fields = Fields::of(call);
    let outcome = match (method, words.as_slice()) {
        ("GET", ["login", "oauth", "authorize"]) => return authorize(data, about.now, switches, &fields),
        ("POST", ["login", "device", "code"]) => device::start(data, about, switches, &fields),
        ("POST", ["login", "oauth", "access_token"]) => exchange(data, about.now, switches, &fields),
        _ => return Reply::html(404, "Not Found"),
    };
    let (status, body) = match outcome {
        Ok(body) => (200, body),
        Err(No(error, _)) if error == "Not Found" => (404, json!({"error": error})),
        Err(No(error, words)) => (200, json!({"error": error, "error_description": words})),
    };
    written(status, &body, call)
}

/// Why not: an error and words.
pub(super) struct No(pub(super) &'static str, pub(super) &'static str);

/// As JSON or as a form.
fn written(status: u16, body: &Value, call: &Call) -> Reply {
    if call.header("accept").is_some_and(|kinds| kinds.contains("json")) {
        return json_reply(status, body);
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in body.as_object().into_iter().flatten() {
        form.append_pair(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_str());
    }
    let headers = vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded; charset=utf-8".to_owned())];
    Reply { status, headers, body: form.finish().into_bytes() }
}

/// Known ones, separated by spaces or commas, without those that others include.
fn normal(text: &str) -> Vec<String> {
    let asked: Vec<&str> = text.split([' ', ',']).filter(|scope| SCOPES.contains(scope)).collect();
    let is_included =
        |scope: &str| INCLUDED.iter().any(|(outer, inner)| asked.contains(outer) && inner.contains(&scope));
    let mut scopes: Vec<String> =
        asked.iter().filter(|scope| !is_included(scope)).map(|scope| (*scope).to_owned()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// The person at the browser answers at once.
fn authorize(data: &mut Data, now: Timestamp, switches: &Switches, fields: &Fields) -> Reply {
    let client = fields.text("client_id");
    if !CLIENTS.contains(&client) {
        return Reply::html(404, "Not Found");
    }
    let state = fields.get("state");
    let redirect = fields.filled("redirect_uri").unwrap_or(CALLBACK);
    let to = |redirect: &str, pairs: &[(&str, &str)]| {
        Reply::empty(302).with_header("Location", back(redirect, pairs, state))
    };
    if !is_registered(redirect) {
        let words = "The redirect_uri MUST match the registered callback URL for this application.";
        return to(CALLBACK, &[("error", "redirect_uri_mismatch"), ("error_description", words)]);
    }
    let challenge = fields.filled("code_challenge");
    if challenge.is_some() && fields.text("code_challenge_method") != "S256" {
        return to(
            redirect,
            &[("error", "invalid_request"), ("error_description", "code_challenge_method must be S256")],
        );
    }
    if switches.deny {
        let words = "The user has denied your application access.";
        return to(redirect, &[("error", "access_denied"), ("error_description", words)]);
    }
    let grant = granted(switches, client, &switches.login, fields.text("scope"));
    let code = data.desk.logins.code(grant, redirect, challenge, (now, CODE_LIFETIME));
    to(redirect, &[("code", &code)])
}

/// At any port, and at any path below the one that was registered.
fn is_registered(redirect: &str) -> bool {
    let path = Url::parse(redirect).map(|url| url.path().to_owned()).unwrap_or_default();
    is_loopback(redirect) && redirect.starts_with("http://127.0.0.1") && path.starts_with("/callback")
}

fn granted(switches: &Switches, client: &str, who: &str, asked: &str) -> Grant {
    let scopes = normal(switches.granted.as_deref().unwrap_or(asked));
    Grant { client: client.to_owned(), who: who.to_owned(), scopes, lasts: true }
}

/// The token endpoint.
fn exchange(data: &mut Data, now: Timestamp, switches: &Switches, fields: &Fields) -> Result<Value, No> {
    let client = fields.text("client_id");
    let grant_type = fields.filled("grant_type").unwrap_or("authorization_code");
    if grant_type == "urn:ietf:params:oauth:grant-type:device_code" {
        return device::poll(data, now, switches, fields);
    }
    if !CLIENTS.contains(&client) || fields.text("client_secret") != SECRET {
        let words = "The client_id and/or client_secret passed are incorrect.";
        return Err(No("incorrect_client_credentials", words));
    }
    let grant = match grant_type {
        "authorization_code" => redeem(data, now, client, fields)?,
        "refresh_token" => {
            let kept = data.desk.logins.take(fields.text("refresh_token"), client, now);
            kept.ok_or(No("bad_refresh_token", "The refresh token passed is incorrect or expired."))?
        }
        _ => return Err(No("unsupported_grant_type", "The grant type is not supported.")),
    };
    Ok(issue(data, now, grant))
}

fn redeem(data: &mut Data, now: Timestamp, client: &str, fields: &Fields) -> Result<Grant, No> {
    let redirect = fields.filled("redirect_uri");
    let verifier = fields.filled("code_verifier");
    let proof = Proof { client, code: fields.text("code"), redirect, verifier };
    data.desk.logins.redeem(&proof, now).map_err(|flaw| match flaw {
        Flaw::Redirect => {
            No("redirect_uri_mismatch", "The redirect_uri MUST match the registered callback URL for this application.")
        }
        _ => No("bad_verification_code", "The code passed is incorrect or expired."),
    })
}

/// Of an OAuth app it lives on; of the other kind it ends, and comes with one that fetches the next.
fn issue(data: &mut Data, now: Timestamp, grant: Grant) -> Value {
    let scopes: Vec<&str> = grant.scopes.iter().map(String::as_str).collect();
    if grant.client == "orchest" {
        let token = Token::new(TokenKind::GithubOauth, &grant.who, &scopes, now, None).text();
        return json!({"access_token": token, "token_type": "bearer", "scope": grant.scopes.join(",")});
    }
    let token = Token::new(TokenKind::GithubUser, &grant.who, &["members=write"], now, Some(TOKEN_LIFETIME)).text();
    let refresh = data.desk.logins.keep("ghr_", grant, now, REFRESH_LIFETIME);
    json!({
        "access_token": token,
        "expires_in": TOKEN_LIFETIME.as_secs(),
        "refresh_token": refresh,
        "refresh_token_expires_in": REFRESH_LIFETIME.as_secs(),
        "token_type": "bearer",
        "scope": "",
    })
}

/// Letters to type: `WDJB-MJHT`.
fn user_code() -> String {
    let letters: String = new_id()
        .chars()
        .take(8)
        .filter_map(|digit| "BCDFGHJKLMNPQRST".chars().nth(usize::try_from(digit.to_digit(16)?).ok()?))
        .collect();
    format!("{}-{}", letters.get(..4).unwrap_or_default(), letters.get(4..).unwrap_or_default())
}
