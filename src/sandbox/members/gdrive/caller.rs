//! Who asks Drive, and how far that reaches.

use jiff::Timestamp;

use super::super::super::call::{Call, Reply};
use super::super::super::paas::token::{Bearer, bearer};
use super::super::token::{Token, TokenKind};
use super::Scene;
use super::data::{Data, File, Role};
use super::error::{global, insufficient, no_file, scope, unauthenticated};

/// Where all scopes begin.
pub(super) const AUTH: &str = "https://www.googleapis.com/auth/";

#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) email: String,
    token: Token,
}

impl Caller {
    pub(super) fn of(data: &Data, now: Timestamp, call: &Call) -> Result<Self, Reply> {
        let Bearer::Token(text) = bearer(call.header("authorization")) else { return Err(unauthenticated(false)) };
        let token = Token::read(text).filter(|token| token.kind == TokenKind::Google);
        let token = token.filter(|token| !token.is_expired(now) && !data.desk.revoked.contains(text));
        let token = token.ok_or_else(|| unauthenticated(true))?;
        let person = data.person(&token.who).filter(|person| !person.is_deleted && person.members.is_none());
        let email = person.ok_or_else(|| unauthenticated(true))?.email.clone();
        Ok(Self { email, token })
    }

    /// Whether one of these scopes was granted, given without what all begin with.
    fn has(&self, scopes: &[&str]) -> bool {
        let own = self.token.scopes.iter().filter_map(|own| own.strip_prefix(AUTH));
        own.into_iter().any(|own| scopes.contains(&own))
    }

    pub(super) fn may_read(&self) -> Result<(), Reply> {
        let scopes = ["drive", "drive.file", "drive.readonly", "drive.metadata", "drive.metadata.readonly"];
        if self.has(&scopes) { Ok(()) } else { Err(scope()) }
    }

    pub(super) fn may_write(&self) -> Result<(), Reply> {
        if self.has(&["drive", "drive.file"]) { Ok(()) } else { Err(scope()) }
    }

    /// Only what the program has made or was given.
    fn is_narrow(&self) -> bool {
        !self.has(&["drive", "drive.readonly", "drive.metadata", "drive.metadata.readonly"])
    }
}

impl Scene<'_> {
    pub(super) fn is_on(&self, parameter: &str) -> bool {
        self.call.query(parameter) == Some("true")
    }

    /// An item that the caller sees, and the caller's role there. What is on a shared drive is there only for those who say
    /// that they can deal with it.
    pub(super) fn file(&self, id: &str) -> Result<(&File, Role), Reply> {
        let file = self.data.file(id).ok_or_else(|| no_file(id))?;
        let is_shared = file.drive.is_some();
        if is_shared && !self.is_on("supportsAllDrives") {
            return Err(no_file(id));
        }
        let is_admin = self.data.person(&self.caller.email).is_some_and(|person| person.is_admin);
        if self.is_on("useDomainAdminAccess") && is_shared && is_admin {
            return Ok((file, Role::Organizer));
        }
        let role = self.data.role_of(file, &self.caller.email).ok_or_else(|| no_file(id))?;
        if self.caller.is_narrow() && !file.is_opened {
            let words = "The user has not granted the app access to the file.";
            return Err(global(403, "appNotAuthorizedToFile", words));
        }
        Ok((file, role))
    }

    /// The same for somebody who may share it.
    pub(super) fn shareable(&self, id: &str) -> Result<(&File, Role), Reply> {
        self.caller.may_write()?;
        let (file, role) = self.file(id)?;
        if role >= Role::Writer { Ok((file, role)) } else { Err(insufficient()) }
    }
}
