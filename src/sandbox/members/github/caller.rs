//! Who asks GitHub, and what the token lets that person do.

use jiff::Timestamp;

use super::super::super::call::{Call, Reply};
use super::super::token::{Token, TokenKind};
use super::data::{Data, Id, Org};
use super::error::{not_found, refused};
use super::switches::Switches;

/// Where a request comes from.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    /// Without a token.
    Anonymous,
    Person(Id, Token),
    /// An app for itself.
    Installation(Token),
}

/// What a route asks of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Read,
    Write,
}

impl Need {
    /// Any of these does, with a token that has scopes.
    pub(super) fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["admin:org", "read:org", "write:org"],
            Self::Write => &["admin:org"],
        }
    }

    /// This, with one that has permissions.
    fn permission(self) -> &'static str {
        match self {
            Self::Read => "members=read",
            Self::Write => "members=write",
        }
    }
}

impl Caller {
    /// By the Authorization header, in either of its schemes.
    pub(super) fn of(data: &Data, now: Timestamp, call: &Call) -> Result<Self, Reply> {
        let Some(header) = call.header("authorization") else { return Ok(Self::Anonymous) };
        let bad = || refused(401, "Bad credentials");
        let (scheme, text) = header.split_once(' ').ok_or_else(bad)?;
        if !["bearer", "token"].contains(&scheme.to_ascii_lowercase().as_str()) {
            return Err(bad());
        }
        let token = Token::read(text.trim()).filter(|token| is_ours(token.kind)).ok_or_else(bad)?;
        if token.is_expired(now) || data.desk.revoked.contains(text.trim()) {
            return Err(bad());
        }
        if token.kind == TokenKind::GithubInstallation {
            return Ok(Self::Installation(token));
        }
        let account = data.account(&token.who).ok_or_else(bad)?;
        Ok(Self::Person(account.id, token))
    }

    pub(super) fn token(&self) -> Option<&Token> {
        match self {
            Self::Anonymous => None,
            Self::Person(_, token) | Self::Installation(token) => Some(token),
        }
    }

    /// What its requests are counted under.
    pub(super) fn account(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Person(id, _) => format!("user {id}"),
            Self::Installation(token) => format!("installation {}", token.who),
        }
    }

    /// The person, where one is needed.
    pub(super) fn person(&self) -> Result<Id, Reply> {
        match self {
            Self::Person(id, _) => Ok(*id),
            Self::Anonymous => Err(refused(401, "Requires authentication")),
            Self::Installation(_) => Err(inaccessible("integration", "")),
        }
    }

    pub(super) fn id(&self) -> Option<Id> {
        if let Self::Person(id, _) = self { Some(*id) } else { None }
    }

    /// Whether this caller sees what members of the organization see.
    pub(super) fn is_inside(&self, org: &Org, need: Need) -> bool {
        match self {
            Self::Anonymous => false,
            Self::Person(id, token) => org.is_member(*id) && is_enough(token, need),
            Self::Installation(token) => is_enough(token, need),
        }
    }

    /// Whether the token is good enough for the route; otherwise why not, in the way of its kind.
    pub(super) fn needs(&self, need: Need) -> Result<(), Reply> {
        let Some(token) = self.token() else { return Err(refused(401, "Requires authentication")) };
        if is_enough(token, need) {
            return Ok(());
        }
        match token.kind {
            TokenKind::GithubFineGrained => Err(inaccessible("personal access token", need.permission())),
            TokenKind::GithubInstallation | TokenKind::GithubUser => {
                Err(inaccessible("integration", need.permission()))
            }
            // With scopes that do not reach there, nothing is there.
            _ => Err(not_found()),
        }
    }

    /// Somebody who may change who is in.
    pub(super) fn owns(&self, org: &Org, words: &str) -> Result<(), Reply> {
        self.needs(Need::Write)?;
        match self {
            Self::Person(id, _) if !org.is_owner(*id) => Err(refused(403, words)),
            _ => Ok(()),
        }
    }

    /// Somebody who may see who is invited. A token that has scopes needs that for changes.
    pub(super) fn sees_invited(&self, org: &Org, words: &str) -> Result<(), Reply> {
        let is_scoped = self.token().is_some_and(|token| has_scopes(token.kind));
        self.needs(if is_scoped { Need::Write } else { Need::Read })?;
        match self {
            Self::Person(id, _) if !org.is_owner(*id) => Err(refused(403, words)),
            _ => Ok(()),
        }
    }

    /// What an organization's own policies say about the token.
    pub(super) fn may_enter(&self, org: &Org, switches: &Switches) -> Result<(), Reply> {
        let Some(token) = self.token() else { return Ok(()) };
        if switches.sso == "required" {
            let words = "Resource protected by organization SAML enforcement. You must grant your Personal Access token \
                         access to this organization.";
            let url = format!("https://github.com/orgs/{}/sso?authorization_request=sandbox", org.login);
            return Err(refused(403, words).with_header("X-GitHub-SSO", format!("required; url={url}")));
        }
        if switches.restricted && token.kind == TokenKind::GithubOauth {
            let words = format!(
                "Although you appear to have the correct authorization credentials, the `{}` organization has enabled OAuth \
                 App access restrictions, meaning that data access to third-parties is limited.",
                org.login
            );
            return Err(refused(403, words));
        }
        Ok(())
    }
}

fn is_ours(kind: TokenKind) -> bool {
    use TokenKind as Kind;
    matches!(
        kind,
        Kind::GithubClassic | Kind::GithubFineGrained | Kind::GithubOauth | Kind::GithubInstallation | Kind::GithubUser
    )
}

/// Whether a token has scopes, and not permissions.
pub(super) fn has_scopes(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::GithubClassic | TokenKind::GithubOauth)
}

fn is_enough(token: &Token, need: Need) -> bool {
    if has_scopes(token.kind) {
        return token.has_any(need.scopes());
    }
    token.has("members=write") || token.has(need.permission())
}

fn inaccessible(by: &str, permission: &str) -> Reply {
    let reply = refused(403, format!("Resource not accessible by {by}"));
    if permission.is_empty() { reply } else { reply.with_header("X-Accepted-GitHub-Permissions", permission) }
}
