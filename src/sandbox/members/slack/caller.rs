//! Who asks Slack, and what the token lets that person or bot do.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::call::{Call, Reply};
use super::super::super::paas::token::{Bearer, bearer};
use super::super::http::{Fields, json as json_reply};
use super::super::token::{Token, TokenKind};
use super::data::Data;

#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Of the person, or of the bot itself.
    pub(super) id: String,
    pub(super) text: String,
    token: Token,
}

/// The bot that bots' tokens belong to.
pub(super) const BOT: &str = "B1";

/// Why not, by a code; what else is told beside it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct No(pub(super) String, pub(super) Vec<(&'static str, Value)>);

/// For a code alone.
pub(super) fn no(code: &str) -> No {
    No(code.to_owned(), Vec::new())
}

impl No {
    /// With the status of success.
    pub(super) fn reply(self) -> Reply {
        let Self(code, more) = self;
        let mut body = json!({"ok": false, "error": code});
        if let Some(map) = body.as_object_mut() {
            map.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        json_reply(200, &body)
    }
}

/// A field that has to be there.
pub(super) fn required<'fields>(fields: &'fields Fields, name: &str) -> Result<&'fields str, No> {
    fields.filled(name).ok_or_else(|| {
        let messages = json!({"messages": [format!("[ERROR] missing required field: {name}")]});
        No("invalid_arguments".to_owned(), vec![("response_metadata", messages)])
    })
}

impl Caller {
    /// By a header, or by a field of the form; never by the query.
    pub(super) fn of(data: &Data, now: Timestamp, call: &Call) -> Result<Self, No> {
        let form = Fields::of_body(call);
        let text = match bearer(call.header("authorization")) {
            Bearer::Token(text) => text,
            Bearer::Missing | Bearer::OtherScheme => form.filled("token").ok_or_else(|| no("not_authed"))?,
        };
        let token = Token::read(text).filter(|token| [TokenKind::SlackBot, TokenKind::SlackUser].contains(&token.kind));
        let token = token.ok_or_else(|| no("invalid_auth"))?;
        if data.desk.revoked.contains(text) {
            return Err(no("token_revoked"));
        }
        if token.is_expired(now) {
            return Err(no("token_expired"));
        }
        let person = data.owner_of(&token.who).ok_or_else(|| no("invalid_auth"))?;
        let id = if token.kind == TokenKind::SlackBot { BOT.to_owned() } else { person.id.clone() };
        if person.deleted || person.invited {
            return Err(no("account_inactive"));
        }
        Ok(Self { id, text: text.to_owned(), token })
    }

    pub(super) fn is_bot(&self) -> bool {
        self.token.kind == TokenKind::SlackBot
    }

    pub(super) fn scopes(&self) -> String {
        self.token.scopes.join(",")
    }

    pub(super) fn has(&self, scope: &str) -> bool {
        self.token.has(scope)
    }

    /// Any of these scopes does; otherwise both sides are told.
    pub(super) fn needs(&self, scopes: &[&str]) -> Result<(), No> {
        if self.token.has_any(scopes) {
            return Ok(());
        }
        let more = vec![("needed", json!(scopes.join(","))), ("provided", json!(self.scopes()))];
        Err(No("missing_scope".to_owned(), more))
    }

    /// Somebody who administers the organization, and no bot.
    pub(super) fn administers(&self, data: &Data) -> Result<(), No> {
        if self.is_bot() {
            return Err(no("not_allowed_token_type"));
        }
        if data.user(&self.id).is_some_and(super::data::User::is_boss) { Ok(()) } else { Err(no("not_an_admin")) }
    }
}
