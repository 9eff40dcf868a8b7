//! What a new token shall be good for.

use serde_json::Value;

use crate::sandbox::world::About;

use super::super::caller::{delegated, nothing_delegated};
use super::super::data::{Data, Scope, Target};
use super::super::error::Refusal;
use super::super::missing;
use super::login::{Login, find_domain};

/// The scope that the request names; it exists, and is enabled.
pub(super) enum Asked {
    Nothing,
    Unscoped,
    On(Target),
    Trust(String),
}

/// The scope that the user gets.
pub(super) struct Granted {
    pub(super) scope: Scope,
    pub(super) trust_id: Option<String>,
    /// Whom the token speaks for instead of its holder.
    pub(super) impersonated: Option<String>,
}

pub(super) fn asked(data: &Data, about: &About<'_>, auth: &Value) -> Result<Asked, Refusal> {
    let Some(scope) = auth.get("scope") else { return Ok(Asked::Nothing) };
    // Keystone looks for these words in an object's keys and, the same way, inside of a text.
    let mentions = |word: &str| match scope {
        Value::String(text) => text.contains(word),
        _ => scope.get(word).is_some(),
    };
    let kinds = ["system", "unscoped", "project", "domain", "OS-TRUST:trust"];
    let named: Vec<&str> = kinds.into_iter().filter(|word| mentions(word)).collect();
    let [kind] = named.as_slice() else {
        return Err(missing("system, project, domain, OS-TRUST:trust or unscoped", "scope"));
    };
    let given = scope.get(*kind).unwrap_or(&Value::Null);
    match *kind {
        "system" => Ok(Asked::On(Target::System)),
        "unscoped" => Ok(Asked::Unscoped),
        "project" => find_project(data, given).map(|id| Asked::On(Target::Project(id))),
        "domain" => {
            let id = find_domain(data, given).filter(|id| is_up(data, id)).ok_or_else(Refusal::unauthorized)?;
            Ok(Asked::On(Target::Domain(id.to_owned())))
        }
        _ => find_trust(data, about, given),
    }
}

fn is_up(data: &Data, domain_id: &str) -> bool {
    data.domains.get(domain_id).is_some_and(|domain| domain.enabled)
}

fn find_project(data: &Data, named: &Value) -> Result<String, Refusal> {
    let text = |name: &str| named.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let found = match text("name") {
        Some(name) => {
            let domain = named.get("domain").ok_or_else(|| missing("domain", "project"))?;
            let domain = find_domain(data, domain).ok_or_else(Refusal::unauthorized)?;
            data.projects.iter().find(|(_, project)| project.domain_id == domain && project.name == name)
        }
        None => data.projects.get_key_value(text("id").unwrap_or_default()),
    };
    let found = found.filter(|(_, project)| project.enabled && is_up(data, &project.domain_id));
    found.map(|(id, _)| id.clone()).ok_or_else(Refusal::unauthorized)
}

fn find_trust(data: &Data, about: &About<'_>, named: &Value) -> Result<Asked, Refusal> {
    let id = named.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| missing("trust_id", "trust"))?;
    let trust = data.trusts.get(id).ok_or_else(Refusal::unauthorized)?;
    let is_over = trust.expires_at.is_some_and(|end| about.now > end) || trust.remaining_uses == Some(0);
    let project = trust.project_id.as_ref().and_then(|id| data.projects.get(id));
    let is_usable = project.is_some_and(|project| project.enabled && is_up(data, &project.domain_id));
    if is_over || !is_usable { Err(Refusal::unauthorized()) } else { Ok(Asked::Trust(id.to_owned())) }
}

/// What the user may have of it: a scope needs a role there.
pub(super) fn granted(data: &Data, login: &Login, asked: Asked) -> Result<Granted, Refusal> {
    let plain = |scope| Granted { scope, trust_id: None, impersonated: None };
    let has_role = |target: &Target| !data.roles_on(&login.user_id, target).is_empty();
    match asked {
        Asked::Unscoped => Ok(plain(Scope::Unscoped)),
        Asked::On(target) if has_role(&target) => Ok(plain(Scope::On(target))),
        Asked::On(_) => Err(Refusal::unauthorized()),
        Asked::Nothing => {
            // A default project that cannot be used is left out without a word.
            let target = default_project(data, login).map(Target::Project).filter(has_role);
            Ok(plain(target.map_or(Scope::Unscoped, Scope::On)))
        }
        Asked::Trust(id) => through_trust(data, login, id),
    }
}

fn default_project(data: &Data, login: &Login) -> Option<String> {
    let id = data.users.get(&login.user_id)?.default_project_id.clone()?;
    let project = data.projects.get(&id)?;
    (project.enabled && is_up(data, &project.domain_id)).then_some(id)
}

fn through_trust(data: &Data, login: &Login, id: String) -> Result<Granted, Refusal> {
    let trust = data.trusts.get(&id).ok_or_else(Refusal::unauthorized)?;
    let trustor = data.users.get(&trust.trustor_user_id).filter(|user| user.enabled);
    if trust.trustee_user_id != login.user_id || trustor.is_none() || delegated(data, &id).is_empty() {
        return Err(nothing_delegated());
    }
    let project = trust.project_id.clone().ok_or_else(Refusal::unauthorized)?;
    let impersonated = trust.impersonation.then(|| trust.trustor_user_id.clone());
    Ok(Granted { scope: Scope::On(Target::Project(project)), trust_id: Some(id), impersonated })
}
