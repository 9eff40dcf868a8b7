//! Roles given to users and groups on domains, projects and the system, for the target itself or to be inherited by the
//! projects below it.

use std::collections::BTreeSet;

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::caller::Caller;
use super::data::{Actor, Data, Grant, Target};
use super::error::Refusal;
use super::listing::collection;
use super::rules::{Aim, allow};
use super::{Outcome, not_allowed, roles, route};

/// What a path names: who holds, or is to hold, which role on what.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    target: Target,
    actor: Actor,
    /// None for the list of all roles there.
    role: Option<String>,
    inherited: bool,
}

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    let place = place(&words)?;
    Some(match (method, place.role.clone()) {
        ("GET" | "HEAD", None) => list(data, about, call, &place),
        ("GET" | "HEAD", Some(role)) => check(data, about, call, (&place, role)),
        ("PUT", Some(role)) => give(data, about, call, (&place, role)),
        ("DELETE", Some(role)) => take(data, about, call, (&place, role)),
        (_, None) => Ok(not_allowed(call, "GET, OPTIONS, HEAD")),
        (_, Some(_)) => Ok(not_allowed(call, "GET, PUT, OPTIONS, DELETE, HEAD")),
    })
}

fn place(words: &[&str]) -> Option<Place> {
    let (inherited, words) = match words {
        ["OS-INHERIT", words @ .., "inherited_to_projects"] => (true, words),
        words => (false, words),
    };
    let (target, words) = match words {
        ["domains", id, words @ ..] => (Target::Domain((*id).to_owned()), words),
        ["projects", id, words @ ..] => (Target::Project((*id).to_owned()), words),
        ["system", words @ ..] if !inherited => (Target::System, words),
        _ => return None,
    };
    let (actor, words) = match words {
        ["users", id, words @ ..] => (Actor::User((*id).to_owned()), words),
        ["groups", id, words @ ..] => (Actor::Group((*id).to_owned()), words),
        _ => return None,
    };
    let role = match words {
        // The real server lists inherited roles of domains only.
        ["roles"] if !(inherited && matches!(target, Target::Project(_))) => None,
        ["roles", role] => Some((*role).to_owned()),
        _ => return None,
    };
    Some(Place { target, actor, role, inherited })
}

impl Place {
    fn grant(&self, role: &str) -> Grant {
        let (target, actor) = (self.target.clone(), self.actor.clone());
        Grant { target, actor, role_id: role.to_owned(), inherited: self.inherited }
    }

    fn no_assignment(&self, role: &str) -> Refusal {
        let (Actor::User(actor) | Actor::Group(actor)) = &self.actor;
        let target = match &self.target {
            Target::Domain(id) | Target::Project(id) => id.as_str(),
            Target::System => "system",
        };
        let message = format!(
            "Could not find role assignment with role: {role}, user or group: {actor}, project, domain, or system: \
             {target}."
        );
        Refusal::new(404, message)
    }

    /// The name of an access rule; the system has its own.
    fn action(&self, verb: &str) -> String {
        let plural = if verb == "list" { "s" } else { "" };
        match (&self.target, &self.actor) {
            (Target::System, Actor::User(_)) => format!("{verb}_system_grant{plural}_for_user"),
            (Target::System, Actor::Group(_)) => format!("{verb}_system_grant{plural}_for_group"),
            _ => format!("{verb}_grant{plural}"),
        }
    }
}

/// The domain of a project; nothing for a domain that is asked about as if it were a project.
fn domain_of<'data>(data: &'data Data, target: &'data Target) -> Option<&'data str> {
    match target {
        Target::Domain(id) => data.domains.contains_key(id).then_some(id.as_str()),
        Target::Project(id) => data.projects.get(id).map(|project| project.domain_id.as_str()),
        Target::System => None,
    }
}

fn domain_of_actor<'data>(data: &'data Data, actor: &Actor) -> Option<&'data str> {
    match actor {
        Actor::User(id) => data.users.get(id).map(|user| user.domain_id.as_str()),
        Actor::Group(id) => data.groups.get(id).map(|group| group.domain_id.as_str()),
    }
}

fn target_exists(data: &Data, target: &Target) -> Result<(), Refusal> {
    match target {
        Target::Domain(id) if !data.domains.contains_key(id) => Err(Refusal::not_found("domain", id)),
        Target::Project(id) if !data.projects.contains_key(id) && !data.domains.contains_key(id) => {
            Err(Refusal::not_found("project", id))
        }
        _ => Ok(()),
    }
}

fn role_exists(data: &Data, role: &str) -> Result<(), Refusal> {
    if data.roles.contains_key(role) { Ok(()) } else { Err(Refusal::not_found("role", role)) }
}

fn actor_exists(data: &Data, actor: &Actor) -> Result<(), Refusal> {
    match actor {
        Actor::User(id) if !data.users.contains_key(id) => Err(Refusal::not_found("user", id)),
        Actor::Group(id) if !data.groups.contains_key(id) => Err(Refusal::not_found("group", id)),
        _ => Ok(()),
    }
}

/// What has to exist before the access rules are asked. The inherited forms ask the rules first, and never look whether
/// the user or group exists. Domains are looked up first, projects last.
fn exist(data: &Data, place: &Place, with_actor: bool) -> Result<(), Refusal> {
    if place.inherited {
        return Ok(());
    }
    let is_domain = matches!(place.target, Target::Domain(_));
    if is_domain {
        target_exists(data, &place.target)?;
    }
    if let Some(role) = &place.role {
        role_exists(data, role)?;
    }
    if with_actor {
        actor_exists(data, &place.actor)?;
    }
    target_exists(data, &place.target)
}

/// Asks the access rules. A stock server wants whoever only has a right in a domain to have it in the domain of the
/// holder too; the platform only looks at that of the target.
fn permit(data: &Data, about: &About<'_>, caller: &Caller, place: &Place, verb: &str) -> Result<(), Refusal> {
    let role = place.role.as_ref().and_then(|id| data.roles.get(id)).map(|role| role.name.as_str());
    let action = place.action(verb);
    let target = domain_of(data, &place.target);
    allow(data, about, caller, &action, &Aim { domain: target, role, ..Aim::default() })?;
    if about.flavour.platform {
        return Ok(());
    }
    let holder = domain_of_actor(data, &place.actor);
    allow(data, about, caller, &action, &Aim { domain: holder, role, ..Aim::default() })
}

fn list(data: &Data, about: &About<'_>, call: &Call, place: &Place) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    exist(data, place, true)?;
    permit(data, about, &caller, place, "list")?;
    target_exists(data, &place.target)?;
    let held = data.grants.iter().filter(|grant| {
        grant.target == place.target && grant.actor == place.actor && grant.inherited == place.inherited
    });
    let ids: BTreeSet<_> = held.map(|grant| grant.role_id.as_str()).collect();
    let known = ids.into_iter().filter_map(|id| data.roles.get_key_value(id));
    let items: Vec<_> = known.map(|(id, role)| roles::shown(about, id, role)).collect();
    Ok(collection(about, call, "roles", &items, None, false))
}

type Named<'place> = (&'place Place, String);

fn check(data: &Data, about: &About<'_>, call: &Call, (place, role): Named<'_>) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    exist(data, place, true)?;
    permit(data, about, &caller, place, "check")?;
    role_exists(data, &role)?;
    target_exists(data, &place.target)?;
    if data.grants.contains(&place.grant(&role)) { Ok(Reply::empty(204)) } else { Err(place.no_assignment(&role)) }
}

fn give(data: &mut Data, about: &About<'_>, call: &Call, (place, role): Named<'_>) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    exist(data, place, true)?;
    permit(data, about, &caller, place, "create")?;
    role_exists(data, &role)?;
    target_exists(data, &place.target)?;
    let home = data.roles.get(&role).and_then(|role| role.domain_id.as_deref());
    match (&place.target, home) {
        (Target::System, Some(_)) => {
            return Err(Refusal::bad_request(format!(
                "Role {role} is a domain-specific role. Unable to use a domain-specific role in a system assignment."
            )));
        }
        (Target::Project(id), Some(home)) if domain_of(data, &place.target) != Some(home) => {
            let message = format!("Project {id} must be in the same domain as the role {role} being assigned.");
            return Err(Refusal::new(403, message));
        }
        _ => {}
    }
    data.grants.insert(place.grant(&role));
    Ok(Reply::empty(204))
}

fn take(data: &mut Data, about: &About<'_>, call: &Call, (place, role): Named<'_>) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    exist(data, place, false)?;
    permit(data, about, &caller, place, "revoke")?;
    role_exists(data, &role)?;
    if data.grants.remove(&place.grant(&role)) { Ok(Reply::empty(204)) } else { Err(place.no_assignment(&role)) }
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
