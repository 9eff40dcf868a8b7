//! `/v3/OS-TRUST/trusts`: roles that a user, the trustor, lets another one, the trustee, use.

mod create;

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::attributes::shown_extra;
use super::caller::Caller;
use super::data::{Data, Trust};
use super::error::Refusal;
use super::listing::collection;
use super::rules::{Aim, allow};
use super::{Outcome, not_allowed, roles, route, single};

/// How often a trust may be handed on at most.
const DEEPEST: u64 = 3;

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    let ["OS-TRUST", "trusts", words @ ..] = words.as_slice() else { return None };
    let method = if method == "HEAD" { "GET" } else { method };
    Some(match (method, words) {
        ("GET", []) => list(data, about, call),
        ("POST", []) => create::create(data, about, call),
        (_, []) => Ok(not_allowed(call, "GET, OPTIONS, HEAD, POST")),
        ("GET", [id]) => show(data, about, call, id),
        ("DELETE", [id]) => delete(data, about, call, id),
        (_, [_]) => Ok(not_allowed(call, "GET, OPTIONS, DELETE, HEAD")),
        ("GET", [id, "roles"]) => roles_of(data, about, call, id),
        ("GET", [id, "roles", role]) => show_role(data, about, call, (id, role)),
        (_, [_, "roles"] | [_, "roles", _]) => Ok(not_allowed(call, "GET, OPTIONS, HEAD")),
        _ => return None,
    })
}

/// The trust of this id, if it can still be used.
fn usable<'data>(data: &'data Data, about: &About<'_>, id: &str) -> Result<&'data Trust, Refusal> {
    let is_usable = |trust: &&Trust| {
        trust.expires_at.is_none_or(|at| about.now <= at) && trust.remaining_uses.is_none_or(|uses| uses > 0)
    };
    data.trusts.get(id).filter(is_usable).ok_or_else(|| Refusal::not_found("trust", id))
}

/// Whether the caller is one of the two, or may see all.
fn permit(data: &Data, about: &About<'_>, caller: &Caller, trust: &Trust, action: &str) -> Result<(), Refusal> {
    let is_trustee = caller.user_id() == trust.trustee_user_id;
    let user = Some(if is_trustee { trust.trustee_user_id.as_str() } else { trust.trustor_user_id.as_str() });
    allow(data, about, caller, action, &Aim { user, ..Aim::default() })
}

fn list(data: &Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let filter = |name| call.query(name).filter(|id| !id.is_empty());
    let (trustor, trustee) = (filter("trustor_user_id"), filter("trustee_user_id"));
    let action = match (trustor, trustee) {
        (Some(_), _) => "list_trusts_for_trustor",
        (None, Some(_)) => "list_trusts_for_trustee",
        (None, None) => "list_trusts",
    };
    allow(data, about, &caller, action, &Aim { user: trustor.or(trustee), ..Aim::default() })?;
    let is_meant = |trust: &Trust| match (trustor, trustee) {
        (Some(id), _) => trust.trustor_user_id == id,
        (None, Some(id)) => trust.trustee_user_id == id,
        // Any other parameter is taken for a filter that nothing satisfies.
        (None, None) => call.parameters().is_empty(),
    };
    let trusts = data.trusts.iter().filter(|(_, trust)| is_meant(trust));
    let items: Vec<_> = trusts.map(|(id, trust)| Value::Object(shape(about, id, trust))).collect();
    Ok(collection(about, call, "trusts", &items, None, false))
}

/// As it stands in the list, without the roles.
fn shape(about: &About<'_>, id: &str, trust: &Trust) -> Map<String, Value> {
    let expires = trust.expires_at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string());
    let mut all = shown_extra(&trust.extra);
    let shape = json!({
        "id": id,
        "trustor_user_id": trust.trustor_user_id,
        "trustee_user_id": trust.trustee_user_id,
        "project_id": trust.project_id,
        "impersonation": trust.impersonation,
        "expires_at": expires,
        "remaining_uses": trust.remaining_uses,
        "deleted_at": null,
        "redelegated_trust_id": trust.redelegated_trust_id,
        "redelegation_count": trust.redelegation_count,
        "links": {"self": format!("{}/v3/OS-TRUST/trusts/{id}", about.url)},
    });
    if let Value::Object(shape) = shape {
        all.extend(shape);
    }
    all
}

/// Those of its roles that still exist.
fn role_items(data: &Data, about: &About<'_>, trust: &Trust) -> Vec<Value> {
    let known = trust.roles.iter().filter_map(|id| data.roles.get_key_value(id));
    known.map(|(id, role)| roles::shown(about, id, role)).collect()
}

/// The real server forgets the first half of the path.
fn role_links(about: &About<'_>, id: &str) -> Value {
    json!({"self": format!("{}/v3/{id}/roles", about.url), "next": null, "previous": null})
}

fn one(data: &Data, about: &About<'_>, status: u16, (id, trust): (&str, &Trust)) -> Reply {
    let mut shape = shape(about, id, trust);
    shape.insert("roles".to_owned(), Value::Array(role_items(data, about, trust)));
    shape.insert("roles_links".to_owned(), role_links(about, id));
    single(status, "trust", Value::Object(shape))
}

fn show(data: &Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let trust = usable(data, about, id)?;
    permit(data, about, &caller, trust, "get_trust")?;
    Ok(one(data, about, 200, (id, trust)))
}

fn roles_of(data: &Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let trust = usable(data, about, id)?;
    permit(data, about, &caller, trust, "list_roles_for_trust")?;
    let body = json!({"roles": role_items(data, about, trust), "links": role_links(about, id)});
    Ok(Reply::json(200, &body))
}

fn show_role(data: &Data, about: &About<'_>, call: &Call, (id, role): (&str, &str)) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let trust = usable(data, about, id)?;
    permit(data, about, &caller, trust, "get_role_for_trust")?;
    let delegated = trust.roles.iter().find(|delegated| *delegated == role);
    let known = delegated.and_then(|id| data.roles.get(id)).ok_or_else(|| Refusal::not_found("role", role))?;
    Ok(single(200, "role", roles::shown(about, role, known)))
}

fn delete(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let caller = Caller::of(data, about, call)?;
    let trustor = usable(data, about, id)?.trustor_user_id.as_str();
    allow(data, about, &caller, "delete_trust", &Aim { user: Some(trustor), ..Aim::default() })?;
    remove(data, id);
    Ok(Reply::empty(204))
}

/// Takes those that were handed on from it with it. Tokens from them carry no role any more, which makes them bad.
fn remove(data: &mut Data, id: &str) {
    let mut ids = vec![id.to_owned()];
    while let Some(id) = ids.pop() {
        data.trusts.remove(&id);
        let handed_on = data.trusts.iter().filter(|(_, trust)| trust.redelegated_trust_id.as_deref() == Some(&id));
        ids.extend(handed_on.map(|(id, _)| id.clone()));
    }
}

#[cfg(test)]
mod tests;
