//! How an app gets its tokens. The address to come back to is the registered one to the letter, and plain http is for
//! public apps only; those have no secret and no bot.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::super::call::{Call, Reply};
use super::super::http::Fields;
use super::super::login::{Flaw, Grant, Proof, back};
use super::super::token::{Token, TokenKind};
use super::caller::{BOT, no};
use super::data::{Data, ENTERPRISE, TEAM};
use super::switches::Switches;
use super::{Answer, No, Scene};

pub(super) const CLIENT: &str = "orchest";
pub(super) const SECRET: &str = "sand-secret";
const CODE_LIFETIME: Duration = Duration::from_mins(10);
const TOKEN_LIFETIME: Duration = Duration::from_hours(12);
/// Of a public app; those of others do not end.
const REFRESH_LIFETIME: Duration = Duration::from_hours(30 * 24);
const LONG: Duration = Duration::from_hours(10 * 365 * 24);

/// The person at the browser answers at once.
pub(super) fn authorize(data: &mut Data, now: Timestamp, switches: &Switches, call: &Call) -> Reply {
    let get = |name: &str| call.query(name).unwrap_or_default();
    if get("client_id") != CLIENT {
        return Reply::html(400, "invalid_client_id");
    }
    let redirect = call.query("redirect_uri").unwrap_or(&switches.redirect);
    let is_plain = !redirect.starts_with("https://");
    if redirect != switches.redirect || (is_plain && !switches.public) {
        return Reply::html(400, "bad_redirect_uri");
    }
    let to =
        |pairs: &[(&str, &str)]| Reply::empty(302).with_header("Location", back(redirect, pairs, call.query("state")));
    let challenge = call.query("code_challenge").filter(|text| !text.is_empty());
    let asked = |name: &str, mark: &str| {
        let list = get(name).split([',', ' ']).filter(|scope| !scope.is_empty());
        list.map(|scope| format!("{mark}{scope}")).collect::<Vec<_>>()
    };
    let (bot, user) = (asked("scope", "bot "), asked("user_scope", "user "));
    if bot.is_empty() && user.is_empty() {
        return to(&[("error", "invalid_scope")]);
    }
    if challenge.is_some() && !switches.public {
        return to(&[("error", "pkce_not_allowed")]);
    }
    if switches.public && (challenge.is_none() || get("code_challenge_method") != "S256") {
        return to(&[("error", "invalid_code_challenge")]);
    }
    if switches.public && !bot.is_empty() {
        return to(&[("error", "invalid_scope_requested")]);
    }
    if switches.deny {
        return to(&[("error", "access_denied")]);
    }
    let scopes = bot.into_iter().chain(user).collect();
    let grant = Grant { client: CLIENT.to_owned(), who: switches.login.clone(), scopes, lasts: true };
    let code = data.desk.logins.code(grant, redirect, challenge, (now, CODE_LIFETIME));
    to(&[("code", &code)])
}

/// Name and secret, by a header or by the form.
fn client(call: &Call, fields: &Fields) -> (String, String) {
    let basic = call.header("authorization").and_then(|header| header.strip_prefix("Basic "));
    let pair = basic.and_then(|text| String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok());
    let own = || (fields.text("client_id").to_owned(), fields.text("client_secret").to_owned());
    let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
    pair.map_or_else(own, |(id, secret)| (id.to_owned(), secret.to_owned()))
}

pub(super) fn access(data: &mut Data, now: Timestamp, switches: &Switches, call: &Call) -> Answer {
    let fields = &Fields::of_body(call);
    let (id, secret) = client(call, fields);
    if id != CLIENT {
        return Err(no("invalid_client_id"));
    }
    if !switches.public && secret != SECRET {
        return Err(no("bad_client_secret"));
    }
    let grant = match fields.filled("grant_type").unwrap_or("authorization_code") {
        "authorization_code" => redeem(data, now, switches, fields)?,
        "refresh_token" => {
            let taken = data.desk.logins.take(fields.text("refresh_token"), CLIENT, now);
            taken.ok_or_else(|| no("invalid_refresh_token"))?
        }
        _ => return Err(no("invalid_grant_type")),
    };
    Ok(issued(data, now, switches, &grant))
}

fn redeem(data: &mut Data, now: Timestamp, switches: &Switches, fields: &Fields) -> Result<Grant, No> {
    let verifier = fields.filled("code_verifier");
    if verifier.is_some() && !switches.public {
        return Err(no("pkce_not_allowed"));
    }
    let redirect = Some(fields.filled("redirect_uri").unwrap_or(&switches.redirect));
    let proof = Proof { client: CLIENT, code: fields.text("code"), redirect, verifier };
    data.desk.logins.redeem(&proof, now).map_err(|flaw| match flaw {
        Flaw::Unknown | Flaw::Expired => no("invalid_code"),
        Flaw::Used => no("code_already_used"),
        Flaw::Redirect => no("bad_redirect_uri"),
        Flaw::Verifier => no("invalid_code_verifier"),
    })
}

/// What was granted to the bot, or for the person.
fn of<'grant>(grant: &'grant Grant, mark: &str) -> Vec<&'grant str> {
    grant.scopes.iter().filter_map(|scope| scope.strip_prefix(mark)).collect()
}

/// The bot's token stands at the top, the person's below.
fn issued(data: &mut Data, now: Timestamp, switches: &Switches, grant: &Grant) -> Value {
    let ends = switches.rotation || switches.public;
    let mut token = |kind: TokenKind, who: &str, mark: &str| {
        let scopes = of(grant, mark);
        let text = Token::new(kind, who, &scopes, now, ends.then_some(TOKEN_LIFETIME)).text();
        let mut part = Map::new();
        part.insert("access_token".to_owned(), json!(text));
        part.insert("token_type".to_owned(), json!(mark.trim()));
        part.insert("scope".to_owned(), json!(scopes.join(",")));
        if ends {
            let lifetime = if switches.public { REFRESH_LIFETIME } else { LONG };
            let scopes = scopes.iter().map(|scope| format!("{mark}{scope}")).collect();
            let refresh = data.desk.logins.keep("xoxe-1-", Grant { scopes, ..grant.clone() }, now, lifetime);
            part.insert("refresh_token".to_owned(), json!(refresh));
            part.insert("expires_in".to_owned(), json!(TOKEN_LIFETIME.as_secs()));
        }
        part
    };
    let bot = (!of(grant, "bot ").is_empty()).then(|| token(TokenKind::SlackBot, BOT, "bot "));
    let user = (!of(grant, "user ").is_empty()).then(|| token(TokenKind::SlackUser, &grant.who, "user "));
    let mut body = Map::new();
    if let Some(bot) = bot {
        body.extend(bot);
        body.insert("bot_user_id".to_owned(), json!(BOT));
    }
    body.insert("app_id".to_owned(), json!("A1"));
    body.insert("team".to_owned(), json!({"id": TEAM, "name": "Acme"}));
    let enterprise = switches.is_enterprise().then(|| json!({"id": ENTERPRISE, "name": "Acme Org"}));
    body.insert("enterprise".to_owned(), json!(enterprise));
    let mut authed = Map::new();
    let id = data.owner_of(&grant.who).map(|user| user.id.clone());
    authed.insert("id".to_owned(), json!(id));
    authed.extend(user.into_iter().flatten());
    body.insert("authed_user".to_owned(), Value::Object(authed));
    Value::Object(body)
}

/// The token with which this is asked; a test leaves it as it is.
pub(super) fn revoke(scene: &mut Scene<'_>) -> Value {
    if matches!(scene.fields.get("test"), Some("true" | "1")) {
        return json!({"revoked": false});
    }
    scene.data.desk.revoked.insert(scene.caller.text.clone());
    json!({"revoked": true})
}
