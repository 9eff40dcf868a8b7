//! The page at which a person is given a token: to copy it, or to be sent back with it behind a `#`, where no server sees it.

use std::time::Duration;

use jiff::Timestamp;
use url::{Url, form_urlencoded};

use super::super::super::call::{Call, Reply};
use super::super::TRELLO_KEY;
use super::super::token::{Token, TokenKind};
use super::switches::Switches;

const DAY: Duration = Duration::from_hours(24);

pub(super) fn show(now: Timestamp, switches: &Switches, call: &Call) -> Reply {
    let get = |name: &str| call.query(name).unwrap_or_default();
    if get("key") != TRELLO_KEY {
        return Reply::text(401, "invalid key");
    }
    let lifetime = match call.query("expiration").unwrap_or("30days") {
        "1hour" => Some(Duration::from_hours(1)),
        "1day" => Some(DAY),
        "30days" => Some(DAY * 30),
        "never" => None,
        _ => return Reply::text(400, "invalid value for expiration"),
    };
    let scopes: Vec<&str> = call.query("scope").unwrap_or("read").split(',').collect();
    if scopes.iter().any(|scope| !["read", "write", "account"].contains(scope)) {
        return Reply::text(400, "invalid value for scope");
    }
    if get("response_type") != "token" {
        return Reply::text(400, "invalid value for response_type");
    }
    let back = call.query("return_url");
    if back.is_some_and(|back| !is_allowed(back)) {
        return Reply::text(400, "Invalid return_url");
    }
    let token = Token::new(TokenKind::Trello, &switches.login, &scopes, now, lifetime).text();
    let pair = if switches.deny { ("error", "Token request rejected") } else { ("token", token.as_str()) };
    match back {
        Some(back) => {
            let fragment = form_urlencoded::Serializer::new(String::new()).append_pair(pair.0, pair.1).finish();
            let mark = if call.query("callback_method") == Some("fragment") { "#" } else { "?" };
            Reply::empty(302).with_header("Location", format!("{back}{mark}{fragment}"))
        }
        None if switches.deny => Reply::html(403, "Token request rejected"),
        None => {
            let page = format!("<!doctype html>\n<title>Trello</title>\n<pre>{token}</pre>\n");
            Reply { body: page.into_bytes(), ..Reply::html(200, "") }
        }
    }
}

/// The origins that the key knows: this machine by its name, at any port, and not by its number.
fn is_allowed(back: &str) -> bool {
    Url::parse(back).is_ok_and(|url| url.scheme() == "http" && url.host_str() == Some("localhost"))
}
