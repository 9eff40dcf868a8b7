//! Codes and tokens. A code is good for once and for the program that asked for it, a refresh token too.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use url::Url;

use super::super::call::{Call, Reply};
use super::super::paas::token::Login as Answered;
use super::super::paas::{Switches, sha256};
use super::super::world::About;
use super::client::{Form, authenticated, is_known, may_ask};
use super::data::{Data, Login};
use super::{device, refused};

const CODE_LIFETIME: Duration = Duration::from_mins(10);
const LOGIN_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// What was agreed to in a browser.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Code {
    client: String,
    user: String,
    scopes: Vec<String>,
    redirect: String,
    challenge: Option<String>,
    nonce: Option<String>,
    expires: Timestamp,
}

/// What was agreed to: who, what for, and the word by which the program knows its own login.
pub(super) struct Grant {
    pub(super) user: String,
    pub(super) scopes: Vec<String>,
    pub(super) nonce: Option<String>,
}

/// Agrees at once and sends the browser back, to this machine only.
pub(super) fn authorize(data: &mut Data, about: &About<'_>, switches: &Switches, call: &Call) -> Reply {
    let get = |name: &str| call.query(name).unwrap_or_default().to_owned();
    let (client, redirect) = (get("client_id"), get("redirect_uri"));
    let Some(mut target) = Url::parse(&redirect).ok().filter(is_here).filter(|_| is_known(&client)) else {
        return refused(400, "invalid_request", "Unknown client or redirect URI");
    };
    let scopes: Vec<String> = get("scope").split_whitespace().map(str::to_owned).collect();
    let some = |name: &str| Some(get(name)).filter(|value| !value.is_empty());
    let (challenge, nonce) = (some("code_challenge"), some("nonce"));
    let is_plain = challenge.is_some() && get("code_challenge_method") != "S256";
    let outcome = if get("response_type") != "code" {
        ("error", "unsupported_response_type".to_owned())
    } else if is_plain {
        ("error", "invalid_request".to_owned())
    } else if !may_ask(&scopes) {
        ("error", "invalid_scope".to_owned())
    } else {
        let code = Data::word();
        let expires = about.now.checked_add(CODE_LIFETIME).unwrap_or(Timestamp::MAX);
        let user = switches.login.clone();
        data.codes.insert(code.clone(), Code { client, user, scopes, redirect, challenge, nonce, expires });
        ("code", code)
    };
    let mut pairs = target.query_pairs_mut();
    pairs.append_pair(outcome.0, &outcome.1);
    if let Some(state) = call.query("state") {
        pairs.append_pair("state", state);
    }
    drop(pairs);
    Reply::empty(302).with_header("Location", target.to_string())
}

fn is_here(url: &Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// The token endpoint.
pub(super) fn answer(
    data: &mut Data,
    about: &About<'_>,
    switches: &Switches,
    call: &Call,
    form: &Form,
) -> Result<Reply, Reply> {
    let client = authenticated(call, form)?;
    let field = |name: &str| form.get(name).unwrap_or_default();
    let grant = match form.get("grant_type") {
        Some("urn:ietf:params:oauth:grant-type:device_code") => {
            device::poll(data, about.now, switches, client, field("device_code"))?
        }
        Some("authorization_code") => {
            let code = data.codes.remove(field("code"));
            redeem(code, about.now, client, form)?
        }
        Some("refresh_token") => refresh(data, about.now, client, form)?,
        _ => return Err(refused(400, "unsupported_grant_type", "Unsupported grant type")),
    };
    Ok(issue(data, about, client, grant))
}

/// What a code is good for, where everything fits.
fn redeem(code: Option<Code>, now: Timestamp, client: &str, form: &Form) -> Result<Grant, Reply> {
    let no = |description: &str| refused(400, "invalid_grant", description);
    let code = code.filter(|code| code.client == client).ok_or_else(|| no("Invalid authorization code"))?;
    if code.expires <= now {
        return Err(no("Authorization code expired"));
    }
    if form.get("redirect_uri") != Some(code.redirect.as_str()) {
        return Err(no("Redirect URI mismatch"));
    }
    let proof = form.get("code_verifier").map(|verifier| URL_SAFE_NO_PAD.encode(sha256(verifier)));
    if code.challenge != proof {
        return Err(no("Code challenge and verifier do not match"));
    }
    Ok(Grant { user: code.user, scopes: code.scopes, nonce: code.nonce })
}

/// A refresh token is used up by this. One past its life is answered with 401.
fn refresh(data: &mut Data, now: Timestamp, client: &'static str, form: &Form) -> Result<Grant, Reply> {
    let token = form.get("refresh_token").unwrap_or_default();
    let login = data.logins.get(token).filter(|login| login.client == client).cloned();
    let login = login.ok_or_else(|| refused(400, "invalid_grant", "Invalid refresh token"))?;
    if login.expires <= now {
        return Err(refused(401, "invalid_token", "Expired refresh token"));
    }
    let scopes = if form.get("scope").is_some() { form.scopes() } else { login.scopes.clone() };
    if !scopes.iter().all(|scope| login.scopes.contains(scope)) {
        return Err(refused(400, "invalid_scope", "More than was granted"));
    }
    data.logins.remove(token);
    Ok(Grant { user: login.user, scopes, nonce: None })
}

fn issue(data: &mut Data, about: &About<'_>, client: &'static str, grant: Grant) -> Reply {
    let Grant { user, scopes, nonce } = grant;
    let claims = Data::claims(about, &user, &scopes);
    let mut reply = json!({
        "access_token": claims.token(),
        "token_type": "Bearer",
        "expires_in": about.flavour.token_lifetime.as_secs(),
        "scope": scopes.join(" "),
    });
    let has = |name: &str| scopes.iter().any(|scope| scope == name);
    if let Some(map) = reply.as_object_mut() {
        if has("openid") {
            let login = Answered { audience: client, nonce: nonce.as_deref(), issued: about.now.as_second() };
            map.insert("id_token".to_owned(), json!(claims.identity(login)));
        }
        if has("offline_access") {
            let token = Data::word();
            map.insert("refresh_token".to_owned(), json!(token));
            let expires = about.now.checked_add(LOGIN_LIFETIME).unwrap_or(Timestamp::MAX);
            data.logins.insert(token, Login { client, user, scopes, expires });
        }
    }
    Reply::json(200, &reply)
}
