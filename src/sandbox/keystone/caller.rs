//! Who asks, by the token of the request, and what the access rules let them do.

use std::collections::BTreeSet;

use crate::sandbox::call::Call;
use crate::sandbox::world::About;

use super::data::{Data, Scope, Target, Token};
use super::error::Refusal;

/// How the ids of our tokens begin, as those of Fernet do.
pub(super) const TOKEN_PREFIX: &str = "gAAAAAB";

/// The start of the refusal of a token whose domain is disabled.
const DISABLED: &str = "Unable to validate token because domain";

/// The holder of a good token.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Caller {
    pub(in crate::sandbox) token: Token,
    /// The ids of the roles that the token carries.
    pub(in crate::sandbox) roles: BTreeSet<String>,
}

impl Caller {
    /// The caller behind `X-Auth-Token`; without a good one 401.
    pub(in crate::sandbox) fn of(data: &Data, about: &About<'_>, call: &Call) -> Result<Self, Refusal> {
        let id = call.header("x-auth-token").ok_or_else(Refusal::unauthorized)?;
        // Keystone falls over such a token before it asks whether it is good.
        if let Some(refusal) = data.tokens.get(id).and_then(|token| orphaned(data, token)) {
            return Err(refusal);
        }
        let token = subject(data, about, id).map_err(|refusal| match refusal.code {
            // That a trust gives nothing any more is told as it is.
            403 => refusal,
            _ => Refusal::unauthorized(),
        })?;
        Ok(Self { token: token.clone(), roles: roles(data, token) })
    }

    /// Whether the token carries a global role of this name.
    pub(in crate::sandbox) fn has(&self, data: &Data, role: &str) -> bool {
        data.global_role(role).is_some_and(|id| self.roles.contains(id))
    }

    pub(in crate::sandbox) fn user_id(&self) -> &str {
        &self.token.user_id
    }

    /// The domain that the token is scoped to.
    pub(in crate::sandbox) fn domain_scope(&self) -> Option<&str> {
        match &self.token.scope {
            Scope::On(Target::Domain(id)) => Some(id),
            _ => None,
        }
    }
}

/// 404 for a token of a disabled domain, whatever is asked with it, even what needs none: Keystone looks at the domain before
/// it looks at the request.
pub(super) fn of_enabled_domain(data: &Data, about: &About<'_>, call: &Call) -> Result<(), Refusal> {
    match call.header("x-auth-token").map(|id| subject(data, about, id)) {
        Some(Err(refusal)) if refusal.message.starts_with(DISABLED) => Err(refusal),
        _ => Ok(()),
    }
}

/// The token of this id, if it is still good: not revoked, not expired, and its user, domain and scope enabled.
pub(in crate::sandbox) fn valid<'data>(data: &'data Data, about: &About<'_>, id: &str) -> Option<&'data Token> {
    subject(data, about, id).ok()
}

/// The same with the reason why it is not, as validating it is answered.
pub(super) fn subject<'data>(data: &'data Data, about: &About<'_>, id: &str) -> Result<&'data Token, Refusal> {
    let failed = |message: String| Refusal::new(404, message);
    // One that looks like ours was: it is revoked.
    let unknown =
        if id.starts_with(TOKEN_PREFIX) { "Failed to validate token" } else { "Could not recognize Fernet token" };
    let token = data.tokens.get(id).ok_or_else(|| failed(unknown.to_owned()))?;
    if about.now >= token.expires_at {
        return Err(failed("Failed to validate token".to_owned()));
    }
    let orphaned = orphaned(data, token);
    let Some(user) = data.users.get(&token.user_id).filter(|_| orphaned.is_none()) else {
        return Err(orphaned.unwrap_or_else(Refusal::unauthorized));
    };
    let is_recent = user.tokens_valid_from.is_none_or(|from| token.issued_at >= from);
    if !user.enabled || !is_recent {
        return Err(failed("Failed to validate token".to_owned()));
    }
    enabled_domain(data, &user.domain_id)?;
    match &token.scope {
        Scope::Unscoped | Scope::On(Target::System) => {}
        Scope::On(Target::Domain(id)) => enabled_domain(data, id)?,
        Scope::On(Target::Project(id)) => {
            let project = data.projects.get(id).ok_or_else(|| Refusal::not_found("project", id))?;
            enabled_domain(data, &project.domain_id)?;
            if !project.enabled {
                return Err(failed(format!("Unable to validate token because project {id} is disabled")));
            }
        }
    }
    // A scope without a role left is no scope.
    if token.scope != Scope::Unscoped && roles(data, token).is_empty() {
        let is_delegated = token.trust_id.is_some();
        return Err(if is_delegated { nothing_delegated() } else { Refusal::not_found("token", id) });
    }
    Ok(token)
}

/// 404 for a token whose user or trust is gone. A trust that is used up counts as gone, also for the tokens that it gave.
fn orphaned(data: &Data, token: &Token) -> Option<Refusal> {
    let is_there = |id: &String| data.trusts.get(id).is_some_and(|trust| trust.remaining_uses != Some(0));
    let trust = token.trust_id.as_ref().filter(|id| !is_there(id));
    let user = Some(&token.user_id).filter(|id| !data.users.contains_key(*id));
    trust.map(|id| Refusal::not_found("trust", id)).or_else(|| user.map(|id| Refusal::not_found("user", id)))
}

/// 403: the trustor has lost what the trust delegates, or the caller is not whom it trusts.
pub(super) fn nothing_delegated() -> Refusal {
    Refusal::new(403, "You are not authorized to perform the requested action.")
}

fn enabled_domain(data: &Data, id: &str) -> Result<(), Refusal> {
    let domain = data.domains.get(id).ok_or_else(|| Refusal::not_found("domain", id))?;
    let reason = || Refusal::new(404, format!("{DISABLED} {id} is disabled"));
    if domain.enabled { Ok(()) } else { Err(reason()) }
}

/// The roles that a token carries now: of its user on its scope, or those that its trust delegates; with the roles that
/// these imply.
pub(in crate::sandbox) fn roles(data: &Data, token: &Token) -> BTreeSet<String> {
    let held = match (&token.trust_id, &token.scope) {
        (Some(trust), _) => delegated(data, trust),
        (None, Scope::On(target)) => data.roles_on(&token.user_id, target),
        (None, Scope::Unscoped) => BTreeSet::new(),
    };
    data.with_implied(held)
}

/// What a trust delegates, as long as its trustor still has all of it.
pub(super) fn delegated(data: &Data, trust_id: &str) -> BTreeSet<String> {
    let Some(trust) = data.trusts.get(trust_id) else { return BTreeSet::new() };
    let target = trust.project_id.clone().map(Target::Project);
    let held = target.map(|target| data.roles_on(&trust.trustor_user_id, &target)).unwrap_or_default();
    let held = data.with_implied(held);
    let roles: BTreeSet<String> = trust.roles.iter().cloned().collect();
    if roles.is_subset(&held) { roles } else { BTreeSet::new() }
}
