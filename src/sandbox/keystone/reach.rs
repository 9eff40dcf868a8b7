//! `/v3/auth/…` and `/v3/users/…/projects`: what the holder of a token can reach.

use serde_json::{Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::caller::Caller;
use super::data::{Data, Scope, Target};
use super::error::Refusal;
use super::listing::{Pages, list};
use super::rules::{Aim, allow};
use super::{Outcome, domains, not_allowed, projects, route, tokens};

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    let is_read = matches!(method, "GET" | "HEAD");
    match words.as_slice() {
        ["auth", "projects" | "domains" | "system" | "catalog"] | ["users", _, "projects"] if !is_read => {
            Some(Ok(not_allowed(call, "HEAD, GET, OPTIONS")))
        }
        ["auth", what @ ("projects" | "domains" | "system" | "catalog")] => Some(of_caller(data, about, call, what)),
        ["users", id, "projects"] => Some(of_user(data, about, call, id)),
        _ => None,
    }
}

fn of_caller(data: &Data, about: &About<'_>, call: &Call, what: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    match what {
        "projects" => {
            let items = reachable_projects(data, about, caller.user_id());
            list(about, call, "projects", items, &[], Pages::None)
        }
        "domains" => {
            let items = reachable_domains(data, about, caller.user_id());
            list(about, call, "domains", items, &[], Pages::None)
        }
        "system" => {
            let roles = data.roles_on(caller.user_id(), &Target::System);
            let system = if roles.is_empty() { json!([]) } else { json!([{"all": true}]) };
            let body = json!({"system": system, "links": {"self": format!("{}/v3/auth/system", about.url)}});
            Ok(Reply::json(200, &body))
        }
        _ => catalog(about, &caller),
    }
}

fn catalog(about: &About<'_>, caller: &Caller) -> Result<Reply, Refusal> {
    if !matches!(caller.token.scope, Scope::On(Target::Project(_))) {
        return Err(Refusal::new(403, "You are not authorized to perform the requested action."));
    }
    let own = format!("{}/v3/auth/catalog", about.url);
    Ok(Reply::json(200, &json!({"catalog": tokens::catalog(about), "links": {"self": own}})))
}

fn of_user(data: &Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let user = data.users.get(id);
    // A user that does not exist is nobody's own, not even of one who asks for its own id.
    let aim = Aim { domain: user.map(|user| user.domain_id.as_str()), user: user.map(|_| id), ..Aim::default() };
    allow(data, about, &caller, "list_user_projects", &aim)?;
    if user.is_none() {
        return Err(Refusal::not_found("user", id));
    }
    let items = reachable_projects(data, about, id);
    list(about, call, "projects", items, &["domain_id", "enabled", "name"], Pages::Cut)
}

/// The projects on which the user has a role, however it came to it; also those that are disabled.
fn reachable_projects(data: &Data, about: &About<'_>, user_id: &str) -> Vec<Value> {
    let has_role = |id: &str| !data.roles_on(user_id, &Target::Project(id.to_owned())).is_empty();
    let projects = data.projects.iter().filter(|(id, _)| has_role(id));
    projects.map(|(id, project)| projects::shown(about, id, project)).collect()
}

/// The domains on which the user has a role.
fn reachable_domains(data: &Data, about: &About<'_>, user_id: &str) -> Vec<Value> {
    let has_role = |id: &str| !data.roles_on(user_id, &Target::Domain(id.to_owned())).is_empty();
    let domains = data.domains.iter().filter(|(id, _)| has_role(id));
    domains.map(|(id, domain)| domains::shown(about, id, domain)).collect()
}
