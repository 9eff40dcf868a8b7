//! Who asks indigo: by the token alone, with its scopes and groups.

use super::super::super::call::{Call, Reply};
use super::super::token::{Bearer, Claims, bearer};
use super::super::{ADMIN_GROUP, Around};
use super::data::Deployment;
use super::error::{filtered, refused};

/// Who a request comes from.
pub(super) struct Caller {
    pub(super) claims: Claims,
}

/// What a token must be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Read,
    /// Work that outlives the request.
    Write,
    /// What is done to a virtual machine.
    Act,
}

impl Caller {
    pub(super) fn of(around: &Around<'_>, call: &Call) -> Result<Self, Reply> {
        let Bearer::Token(token) = bearer(call.header("authorization")) else {
            let description = "Full authentication is required to access this resource";
            return Err(filtered(401, "unauthorized", description, None));
        };
        let claims = Claims::read(token, around.now, around.is_trusted).ok().filter(|_| !around.switches.iam_down);
        // The token stands in the message, for everybody to read.
        let message = || if around.strict { "Invalid token".to_owned() } else { format!("Invalid token: {token}") };
        let caller = Self { claims: claims.ok_or_else(|| refused(401, message()))? };
        caller.check(Need::Read).map(|()| caller)
    }

    pub(super) fn check(&self, need: Need) -> Result<(), Reply> {
        let has = |scope: &str| self.claims.has_scope(scope);
        let (is_met, scope) = match need {
            Need::Read => (has("openid") && has("profile"), "openid profile"),
            Need::Write => (has("offline_access") || has("fts:submit-transfer"), "offline_access"),
            Need::Act => (has("offline_access"), "offline_access"),
        };
        let no = || filtered(403, "insufficient_scope", "Insufficient scope for this resource", Some(scope));
        if is_met { Ok(()) } else { Err(no()) }
    }

    pub(super) fn is_admin(&self) -> bool {
        self.claims.is_in(ADMIN_GROUP)
    }

    pub(super) fn owns(&self, deployment: &Deployment) -> bool {
        deployment.issuer == self.claims.issuer && deployment.subject == self.claims.subject
    }

    /// On an unreleased branch administrators may too.
    pub(super) fn check_owner(&self, around: &Around<'_>, deployment: &Deployment) -> Result<(), Reply> {
        if self.owns(deployment) || (around.switches.cloud_2694 && self.is_admin()) {
            return Ok(());
        }
        Err(refused(403, "Only the owner of the deployment can perform this operation"))
    }

    /// Whether the caller may speak for a group.
    pub(super) fn check_group(&self, group: Option<&str>) -> Result<(), Reply> {
        if self.claims.groups.is_none() {
            return Err(refused(403, "User's token does not contain a group claim"));
        }
        match group {
            Some(group) if self.claims.is_in(group) => Ok(()),
            group => {
                let group = group.unwrap_or("null");
                Err(refused(403, format!("The group {group} is not in the user's authorized groups")))
            }
        }
    }
}
