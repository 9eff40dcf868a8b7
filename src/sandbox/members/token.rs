//! Access tokens of the four services. Each says in itself whose it is and what it may do, behind the prefix that the real
//! ones have, and nothing is signed: they are worth something inside of a sandbox and nowhere else. So they outlive a
//! reset, and a test can make any that it needs.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::keystone::new_id;

/// A kind of token that one of the membership services takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum TokenKind {
    /// GitHub: a personal access token of the older kind. Scopes such as `read:org`.
    #[serde(rename = "ghp_")]
    GithubClassic,
    /// GitHub: a fine-grained personal access token. Scopes are permissions, such as `members=read`.
    #[serde(rename = "github_pat_")]
    GithubFineGrained,
    /// GitHub: of an OAuth app. Scopes such as `admin:org`.
    #[serde(rename = "gho_")]
    GithubOauth,
    /// GitHub: of the installation of an app, which is nobody in particular. Scopes are permissions.
    #[serde(rename = "ghs_")]
    GithubInstallation,
    /// GitHub: of a person who uses an app. Scopes are permissions.
    #[serde(rename = "ghu_")]
    GithubUser,
    /// Trello: for the key [`Sandbox::TRELLO_KEY`](crate::sandbox::Sandbox::TRELLO_KEY). Scopes `read`, `write`, `account`.
    #[serde(rename = "ATTA")]
    Trello,
    /// Trello: of OAuth 2.0. Scopes such as `read:organization:trello`.
    #[serde(rename = "ATOA")]
    TrelloOauth,
    /// Slack: of a bot. Scopes such as `users:read`.
    #[serde(rename = "xoxb-")]
    SlackBot,
    /// Slack: of a person. Scopes such as `admin`.
    #[serde(rename = "xoxp-")]
    SlackUser,
    /// Google Drive. Scopes are addresses, such as `https://www.googleapis.com/auth/drive`.
    #[serde(rename = "ya29.")]
    Google,
}

impl TokenKind {
    const ALL: [Self; 10] = [
        Self::GithubClassic,
        Self::GithubFineGrained,
        Self::GithubOauth,
        Self::GithubInstallation,
        Self::GithubUser,
        Self::Trello,
        Self::TrelloOauth,
        Self::SlackBot,
        Self::SlackUser,
        Self::Google,
    ];

    /// What it begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::GithubClassic => "ghp_",
            Self::GithubFineGrained => "github_pat_",
            Self::GithubOauth => "gho_",
            Self::GithubInstallation => "ghs_",
            Self::GithubUser => "ghu_",
            Self::Trello => "ATTA",
            Self::TrelloOauth => "ATOA",
            Self::SlackBot => "xoxb-",
            Self::SlackUser => "xoxp-",
            Self::Google => "ya29.",
        }
    }
}

/// Whose a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Token {
    pub(in crate::sandbox) kind: TokenKind,
    /// The name that the service knows the person by: a login, a user name, an address.
    pub(in crate::sandbox) who: String,
    pub(in crate::sandbox) scopes: Vec<String>,
    /// Never, if there is none.
    pub(in crate::sandbox) expires: Option<Timestamp>,
    pub(in crate::sandbox) made: Timestamp,
}

/// As it stands inside.
#[derive(Serialize, Deserialize)]
struct Claims {
    w: String,
    s: Vec<String>,
    e: Option<i64>,
    m: i64,
    /// No two tokens are the same.
    n: String,
}

impl Token {
    /// A new one, good for so long.
    pub(in crate::sandbox) fn new(
        kind: TokenKind,
        who: &str,
        scopes: &[&str],
        now: Timestamp,
        lifetime: Option<Duration>,
    ) -> Self {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let expires = lifetime.map(|lifetime| now.checked_add(lifetime).unwrap_or(Timestamp::MAX));
        Self { kind, who: who.to_owned(), scopes, expires, made: now }
    }

    /// As it is sent.
    pub(in crate::sandbox) fn text(&self) -> String {
        let claims = Claims {
            w: self.who.clone(),
            s: self.scopes.clone(),
            e: self.expires.map(Timestamp::as_second),
            m: self.made.as_second(),
            n: new_id(),
        };
        let claims = serde_json::to_string(&claims).unwrap_or_default();
        format!("{}{}", self.kind.prefix(), URL_SAFE_NO_PAD.encode(claims))
    }

    /// Out of a text; `None` for what is no token of ours.
    pub(in crate::sandbox) fn read(text: &str) -> Option<Self> {
        let kind = TokenKind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix()))?;
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(kind.prefix())?).ok()?;
        let claims: Claims = serde_json::from_slice(&bytes).ok()?;
        let at = |seconds| Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        Some(Self { kind, who: claims.w, scopes: claims.s, expires: claims.e.map(at), made: at(claims.m) })
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    pub(super) fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    pub(super) fn has_any(&self, scopes: &[&str]) -> bool {
        scopes.iter().any(|scope| self.has(scope))
    }
}

/// What the control port is asked for: `{"kind": "ghp_", "user": "ada"}`, and as it likes `scopes` and `lifetime` in seconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    kind: TokenKind,
    user: String,
    #[serde(default)]
    scopes: Vec<String>,
    lifetime: Option<u64>,
}

/// A token as asked for in JSON.
pub(in crate::sandbox) fn asked(body: &[u8], now: Timestamp) -> Result<String, String> {
    let wish: Wish = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let scopes: Vec<&str> = wish.scopes.iter().map(String::as_str).collect();
    Ok(Token::new(wish.kind, &wish.user, &scopes, now, wish.lifetime.map(Duration::from_secs)).text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_it_was_made_whatever_its_kind() {
        for kind in TokenKind::ALL {
            let token = Token::new(kind, "ada", &["a", "b:c"], Timestamp::UNIX_EPOCH, Some(Duration::from_secs(9)));
            let text = token.text();
            assert!(text.starts_with(kind.prefix()), "{text}");
            assert_eq!(Token::read(&text), Some(token.clone()));
            assert_ne!(text, token.text());
            assert!(token.is_expired(Timestamp::UNIX_EPOCH + Duration::from_secs(9)));
        }
        for text in ["", "ghp_", "ghp_x", "token", "ATTA!!"] {
            assert_eq!(Token::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_control_port_makes_a_token_of_the_kind_that_is_named() {
        let wish = br#"{"kind": "xoxp-", "user": "ada", "scopes": ["admin"], "lifetime": 60}"#;
        let token = Token::read(&asked(wish, Timestamp::UNIX_EPOCH).unwrap()).unwrap();
        assert_eq!((token.kind, token.who.as_str(), token.has("admin")), (TokenKind::SlackUser, "ada", true));
        assert_eq!(token.expires.unwrap().as_second(), 60);
        assert!(asked(br#"{"kind": "xoxa-", "user": "ada"}"#, Timestamp::UNIX_EPOCH).unwrap_err().contains("ghp_"));
    }
}
