//! Who asks Trello: by a key and a token, in a header or in the query, or by a token of OAuth 2.0.

use jiff::Timestamp;

use super::super::super::call::{Call, Reply};
use super::super::TRELLO_KEY;
use super::super::http::json;
use super::super::token::{Token, TokenKind};
use super::data::{Data, Workspace};
use super::switches::Switches;

/// Of another program; tokens are for one key.
pub(super) const OTHER_KEY: &str = "fedcba9876543210fedcba9876543210";

#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The member's id.
    pub(super) id: String,
    token: Token,
}

/// What a route asks of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Workspace,
    Membership,
    Member,
}

impl Need {
    fn scope(self) -> &'static str {
        match self {
            Self::Workspace => "read:organization:trello",
            Self::Membership => "write:organization:membership:trello",
            Self::Member => "read:member:trello",
        }
    }
}

/// What was sent to say who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) key: Option<String>,
    pub(super) token: Option<String>,
    is_bearer: bool,
}

impl Credentials {
    pub(super) fn of(call: &Call) -> Self {
        let header = call.header("authorization").unwrap_or_default();
        if let Some(token) = header.strip_prefix("Bearer ") {
            return Self { key: None, token: Some(token.trim().to_owned()), is_bearer: true };
        }
        let query = |name: &str| call.query(name).map(str::to_owned);
        match header.strip_prefix("OAuth ") {
            Some(list) => {
                Self { key: quoted(list, "oauth_consumer_key"), token: quoted(list, "oauth_token"), is_bearer: false }
            }
            None => Self { key: query("key"), token: query("token"), is_bearer: false },
        }
    }
}

/// A value between quotes. Without them it is none.
fn quoted(list: &str, name: &str) -> Option<String> {
    list.split(',').find_map(|part| {
        let value = part.trim().strip_prefix(name)?.strip_prefix('=')?;
        Some(value.strip_prefix('"')?.strip_suffix('"')?.to_owned())
    })
}

fn refused(words: &str) -> Reply {
    Reply::text(401, words)
}

/// No right to see or change something.
pub(super) fn unauthorized() -> Reply {
    refused("unauthorized permission requested")
}

impl Caller {
    pub(super) fn of(data: &Data, now: Timestamp, switches: &Switches, call: &Call) -> Result<Self, Reply> {
        let sent = Credentials::of(call);
        let kind = if sent.is_bearer { TokenKind::TrelloOauth } else { TokenKind::Trello };
        let bad = || refused("invalid token");
        if !sent.is_bearer {
            let is_known = sent.key.as_deref().is_some_and(|key| [TRELLO_KEY, OTHER_KEY].contains(&key));
            if !is_known {
                return Err(refused(if switches.older { "invalid app key" } else { "invalid key" }));
            }
            if sent.token.is_none() {
                return Err(if switches.older { unauthorized() } else { refused("missing scopes") });
            }
            if sent.key.as_deref() == Some(OTHER_KEY) {
                return Err(bad());
            }
        }
        let text = sent.token.unwrap_or_default();
        let token = Token::read(&text).filter(|token| token.kind == kind && !token.is_expired(now));
        let token = token.filter(|_| !data.desk.revoked.contains(&text)).ok_or_else(bad)?;
        let id = data.member(&token.who).ok_or_else(bad)?.id.clone();
        Ok(Self { id, token })
    }

    /// What its requests are counted under.
    pub(super) fn name(&self) -> String {
        format!("token of {} {:?}", self.id, self.token.kind)
    }

    pub(super) fn needs(&self, need: Need) -> Result<(), Reply> {
        if self.token.kind == TokenKind::TrelloOauth {
            let words = serde_json::json!({"message": "insufficient scope"});
            return if self.token.has(need.scope()) { Ok(()) } else { Err(json(403, &words)) };
        }
        // To write is not to read as well.
        let scope = if need == Need::Membership { "write" } else { "read" };
        if self.token.has(scope) { Ok(()) } else { Err(unauthorized()) }
    }

    /// Whether it is told its own address: to read that is a scope of its own.
    pub(super) fn may_know_itself(&self) -> bool {
        self.token.kind == TokenKind::Trello && self.token.has("account")
    }

    /// Programs of OAuth 2.0 may be kept out of all workspaces but one.
    pub(super) fn may_enter(&self, workspace: &Workspace, switches: &Switches) -> Result<(), Reply> {
        let is_kept_out = switches.only.as_ref().is_some_and(|only| *only != workspace.name);
        if self.token.kind == TokenKind::TrelloOauth && is_kept_out {
            return Err(json(403, &serde_json::json!({"message": "app is not allowed in this workspace"})));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_and_a_token_are_read_with_their_quotes_only() {
        let table = [
            (r#"OAuth oauth_consumer_key="k", oauth_token="t""#, Some("k"), Some("t")),
            (r#"OAuth oauth_token="t",oauth_consumer_key="k",oauth_signature="s""#, Some("k"), Some("t")),
            ("OAuth oauth_consumer_key=k, oauth_token=t", None, None),
            ("Bearer t", None, Some("t")),
            ("", Some("q"), None),
        ];
        for (header, key, token) in table {
            let call = Call::new("GET", "/1/members/me?key=q").with_header("Authorization", header);
            let sent = Credentials::of(&call);
            assert_eq!((sent.key.as_deref(), sent.token.as_deref()), (key, token), "{header}");
        }
    }
}
