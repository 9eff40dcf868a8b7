//! `/v3/role_assignments`: who holds which role where, as it was given or, with `effective`, as it works out for each
//! user.

mod effective;
mod format;

use serde_json::json;

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::caller::Caller;
use super::data::{Actor, Data, Grant, Target};
use super::error::Refusal;
use super::listing::collection;
use super::rules::{Aim, allow};
use super::{Outcome, crash, not_allowed, route, schema};

/// One line of the list: a grant, or what follows from one.
#[derive(Clone, Debug)]
struct Row {
    /// What the grant is on, who it is for, which role, and whether it is inherited.
    grant: Grant,
    /// The user who has it by being in the group that the grant is for.
    member: Option<String>,
    /// The project below the target that inherits it.
    heir: Option<String>,
    /// The role that comes along with the one of the line before it in the chain, and that one.
    implied: Option<(String, String)>,
}

impl Row {
    fn direct(grant: &Grant) -> Self {
        Self { grant: grant.clone(), member: None, heir: None, implied: None }
    }

    fn role_id(&self) -> &str {
        self.implied.as_ref().map_or(&self.grant.role_id, |(role, _)| role)
    }

    /// The domain that the line is about.
    fn domain<'row>(&'row self, data: &'row Data) -> Option<&'row str> {
        let project = match (&self.heir, &self.grant.target) {
            (Some(id), _) | (None, Target::Project(id)) => id,
            (None, Target::Domain(id)) => return Some(id),
            (None, Target::System) => return None,
        };
        data.projects.get(project).map(|project| project.domain_id.as_str())
    }
}

/// What the request asks for. A filter with an empty value is none.
#[derive(Clone, Debug)]
struct Wanted<'call> {
    user: Option<&'call str>,
    group: Option<&'call str>,
    role: Option<&'call str>,
    domain: Option<&'call str>,
    project: Option<&'call str>,
    system: Option<&'call str>,
    inherited: Option<bool>,
    effective: bool,
    /// The projects below the one asked for, if they are asked for as well.
    below: Option<Vec<String>>,
}

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    match (method, words.as_slice()) {
        ("GET" | "HEAD", ["role_assignments"]) => Some(list(data, about, call)),
        (_, ["role_assignments"]) => Some(Ok(not_allowed(call, "GET, OPTIONS, HEAD"))),
        _ => None,
    }
}

fn list(data: &Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    check_schema(call)?;
    let caller = Caller::of(data, about, call)?;
    let is_tree = is_on(call, "include_subtree");
    let mut wanted = wanted(call);
    if is_tree {
        let project = wanted.project.unwrap_or_default();
        if !exists(data, project) {
            // The real server does not expect it.
            return Ok(crash());
        }
        let aim = Aim { domain: domain_asked(data, about, &caller, &wanted), ..Aim::default() };
        allow(data, about, &caller, "list_role_assignments_for_tree", &aim)?;
        wanted.below = Some(below(data, project));
    } else {
        let own = caller.domain_scope();
        let domain = if about.flavour.platform { domain_asked(data, about, &caller, &wanted) } else { own };
        allow(data, about, &caller, "list_role_assignments", &Aim { domain, ..Aim::default() })?;
    }
    check_combination(&wanted)?;
    let mut rows = if wanted.effective { effective::rows(data, &wanted)? } else { direct(data, &wanted) };
    if let Some(domain) = caller.domain_scope().filter(|_| !is_tree && !about.flavour.platform) {
        rows.retain(|row| row.domain(data) == Some(domain));
    }
    let with_names = is_on(call, "include_names");
    let items = rows.iter().map(|row| format::line(data, about, row, with_names)).collect::<Result<Vec<_>, _>>()?;
    Ok(collection(about, call, "role_assignments", &items, None, false))
}

/// Whether a switch such as `effective` is on: it is there, and not zero.
fn is_on(call: &Call, name: &str) -> bool {
    call.query(name).is_some_and(|value| value != "0")
}

/// The domain that the filters are about. On a stock server a domain taken for a project has none; on the platform it is
/// its own, and without a filter it is that of the caller, whose list is not cut down to it.
fn domain_asked<'data>(
    data: &'data Data,
    about: &About<'_>,
    caller: &'data Caller,
    wanted: &Wanted<'data>,
) -> Option<&'data str> {
    let of_project = wanted.project.map(|id| data.projects.get(id).map(|project| project.domain_id.as_str()));
    if !about.flavour.platform {
        return of_project.flatten();
    }
    match (wanted.domain, of_project) {
        (Some(domain), _) => Some(domain),
        (None, Some(domain)) => domain.or(wanted.project),
        (None, None) => caller.domain_scope(),
    }
}

/// A domain may be asked about as if it were the topmost of its projects.
fn exists(data: &Data, project: &str) -> bool {
    data.projects.contains_key(project) || data.domains.contains_key(project)
}

/// All projects below a project or a domain.
fn below(data: &Data, top: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut parents = vec![top.to_owned()];
    while let Some(parent) = parents.pop() {
        let children = data.projects.iter().filter(|(_, project)| project.parent_id == parent);
        for (id, _) in children {
            all.push(id.clone());
            parents.push(id.clone());
        }
    }
    all.sort();
    all
}

fn wanted(call: &Call) -> Wanted<'_> {
    let filter = |name| call.query(name).filter(|value| !value.is_empty());
    Wanted {
        user: filter("user.id"),
        group: filter("group.id"),
        role: filter("role.id"),
        domain: filter("scope.domain.id"),
        project: filter("scope.project.id"),
        system: filter("scope.system"),
        inherited: call.query("scope.OS-INHERIT:inherited_to").map(|value| value == "projects"),
        effective: is_on(call, "effective"),
        below: None,
    }
}

fn check_schema(call: &Call) -> Result<(), Refusal> {
    let query = json!({"type": "object", "properties": {"scope.domain.id": {"type": "string", "minLength": 1}}});
    schema::check_query(&query, call.parameters())?;
    if call.query("user.id").is_some() && call.query("group.id").is_some() {
        // The real server tells how its schema says that, and in whose words.
        let given: Vec<_> = call.parameters().iter().map(|(name, value)| format!("('{name}', '{value}')")).collect();
        return Err(Refusal::bad_request(format!(
            "ImmutableMultiDict([{}]) is valid under each of {{'required': ['group.id']}}, {{'required': ['user.id']}}",
            given.join(", ")
        )));
    }
    if call.query("include_subtree").is_some() && call.query("scope.project.id").is_none() {
        return Err(Refusal::bad_request("'scope.project.id' is a dependency of 'include_subtree'"));
    }
    Ok(())
}

fn check_combination(wanted: &Wanted<'_>) -> Result<(), Refusal> {
    let has = |filter: Option<&str>| filter.is_some();
    let message = if has(wanted.domain) && has(wanted.project) {
        "Specify a domain or project, not both"
    } else if has(wanted.domain) && has(wanted.system) {
        "Specify system or domain, not both"
    } else if has(wanted.project) && has(wanted.system) {
        "Specify system or project, not both"
    } else if wanted.effective && has(wanted.group) {
        "Combining effective and group filter will always result in an empty list."
    } else if wanted.effective && wanted.inherited == Some(true) && has(wanted.domain) {
        "Combining effective, domain and inherited filters will always result in an empty list."
    } else {
        return Ok(());
    };
    Err(Refusal::bad_request(message))
}

/// The grants as they were given.
fn direct(data: &Data, wanted: &Wanted<'_>) -> Vec<Row> {
    let only_system = wanted.system == Some("all");
    let is_meant = |grant: &&Grant| {
        let here = match &grant.target {
            // The filter for inherited grants does not concern those on the system, which cannot be inherited.
            Target::System => return wanted.project.is_none() && wanted.domain.is_none(),
            Target::Domain(id) => wanted.project.is_none() && wanted.domain.is_none_or(|domain| domain == id),
            Target::Project(id) => {
                let below = wanted.below.iter().flatten().any(|below| below == id);
                wanted.domain.is_none() && wanted.project.is_none_or(|project| project == id || below)
            }
        };
        here && !only_system && wanted.inherited.is_none_or(|inherited| grant.inherited == inherited)
    };
    let is_holder = |grant: &&Grant| match &grant.actor {
        Actor::User(id) => wanted.group.is_none() && wanted.user.is_none_or(|user| user == id),
        Actor::Group(id) => wanted.user.is_none() && wanted.group.is_none_or(|group| group == id),
    };
    let is_role = |grant: &&Grant| wanted.role.is_none_or(|role| role == grant.role_id);
    data.grants.iter().filter(is_meant).filter(is_holder).filter(is_role).map(Row::direct).collect()
}

#[cfg(test)]
mod tests;
