//! The policy enforcement point that stands before Keypass, Orion and Perseo: who the caller is, which roles it has where
//! it wants to act, and what the policies of these roles say.
//!
//! The real one keeps answers for up to two minutes; this one asks each time. The one before Keypass lets the role
//! `admin` pass whatever the policies say, without which nobody could store the first policy of a service.

mod action;
mod refusal;

use std::collections::BTreeSet;

use super::call::{Call, Reply};
use super::keypass;

use super::keystone::{Data as Identity, Target, valid};
use super::world::{About, Backend, Platform};
use action::Asked;
use refusal::Refusal;

/// The component's name in the resources that policies speak of; none where no PEP stands.
fn component(backend: Backend) -> Option<&'static str> {
    match backend {
        Backend::Keypass => Some("keypass"),
        Backend::Orion => Some("orion"),
        Backend::Perseo => Some("perseo"),
        Backend::Keystone
        | Backend::IotAgent
        | Backend::PaasV1
        | Backend::PaasIndigo
        | Backend::Issuer
        | Backend::GitHub
        | Backend::Trello
        | Backend::Slack
        | Backend::GDrive => None,
    }
}

/// Whether a request may go on to the back end; otherwise the answer to it.
pub(super) fn check(platform: &mut Platform, backend: Backend, about: &About<'_>, call: &Call) -> Result<(), Reply> {
    match component(backend) {
        Some(component) => enforce(platform, backend, component, about, call).map_err(|refusal| refusal.reply()),
        None => Ok(()),
    }
}

/// The order is the real one's: what is wrong with the request itself comes before who sent it.
fn enforce(
    platform: &Platform,
    backend: Backend,
    component: &str,
    about: &About<'_>,
    call: &Call,
) -> Result<(), Refusal> {
    if action::is_json(call) && !call.body.is_empty() && call.json().is_none() {
        return Err(Refusal::BadJson);
    }
    let headers = Headers::of(call)?;
    let asked = action::of(backend, call)?;
    let identity = &platform.keystone;
    let user = User::of(identity, about, headers.token).ok_or(Refusal::BadToken)?;
    if user.service(identity) != Some(headers.service) {
        return Err(Refusal::TokenOfAnotherService);
    }
    let roles = user.roles(identity, headers.path)?;
    match asked {
        Asked::Action(_) if passes(identity, backend, &roles) => Ok(()),
        Asked::Decision => Ok(()),
        Asked::Action(_) if roles.is_empty() => Err(Refusal::RolesNotFound(headers.path.to_owned())),
        Asked::Action(action) => {
            let resource = format!("fiware:{component}:{}:{}:::", headers.service, headers.path);
            let roles = roles.iter().map(String::as_str);
            let is_permitted = keypass::permits(&platform.keypass, headers.service, roles, &resource, action);
            if is_permitted { Ok(()) } else { Err(Refusal::AccessDenied) }
        }
    }
}

/// The bypass for administrators.
fn passes(identity: &Identity, backend: Backend, roles: &BTreeSet<String>) -> bool {
    backend == Backend::Keypass && identity.global_role("admin").is_some_and(|admin| roles.contains(admin))
}

/// Without which no request is looked at, be it a probe.
struct Headers<'call> {
    service: &'call str,
    path: &'call str,
    token: &'call str,
}

impl<'call> Headers<'call> {
    fn of(call: &'call Call) -> Result<Self, Refusal> {
        let mut missing = Vec::new();
        let mut header = |name: &'static str| {
            let value = call.header(name).unwrap_or_default();
            if value.trim().is_empty() {
                missing.push(name);
            }
            value
        };
        let headers = Self {
            service: header("fiware-service"),
            path: header("fiware-servicepath"),
            token: header("x-auth-token"),
        };
        if missing.is_empty() { Ok(headers) } else { Err(Refusal::MissingHeaders(missing)) }
    }
}

/// On whose behalf, and in which domain.
struct User<'data> {
    id: &'data str,
    domain_id: &'data str,
}

impl<'data> User<'data> {
    /// The holder of the token; with one of a trust for a project, whoever trusts, in the project's domain.
    fn of(identity: &'data Identity, about: &About<'_>, token: &str) -> Option<Self> {
        let token = valid(identity, about, token)?;
        let trust = token.trust_id.as_ref().and_then(|id| identity.trusts.get(id));
        if let Some(trust) = trust
            && let Some(project) = trust.project_id.as_ref().and_then(|id| identity.projects.get(id))
        {
            return Some(Self { id: &trust.trustor_user_id, domain_id: &project.domain_id });
        }
        let user = identity.users.get(&token.user_id)?;
        Some(Self { id: &token.user_id, domain_id: &user.domain_id })
    }

    fn service(&self, identity: &'data Identity) -> Option<&'data str> {
        identity.domains.get(self.domain_id).map(|domain| domain.name.as_str())
    }

    /// The ids of the roles where the path points: those on the domain for `/`, otherwise those on the project of this
    /// name, and never both.
    fn roles(&self, identity: &Identity, path: &str) -> Result<BTreeSet<String>, Refusal> {
        let target = if path == "/" {
            Target::Domain(self.domain_id.to_owned())
        } else {
            let is_named = |domain_id: &str, name: &str| domain_id == self.domain_id && name == path;
            let mut projects = identity.projects.iter();
            let project = projects.find(|(_, project)| is_named(&project.domain_id, &project.name));
            Target::Project(project.ok_or_else(|| Refusal::SubserviceNotFound(path.to_owned()))?.0.clone())
        };
        Ok(identity.roles_on(self.id, &target))
    }
}

#[cfg(test)]
mod tests;
