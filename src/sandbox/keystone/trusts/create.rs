//! Making a trust: only the trustor itself can, with a token for a project, and only of roles that it has there.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::super::attributes::new_extra;
use super::super::caller::Caller;
use super::super::data::{Data, Target, Trust, new_id};
use super::super::error::Refusal;
use super::super::rules::{Aim, allow};
use super::super::{body, member, schema};
use super::{DEEPEST, one, usable};

const KNOWN: [&str; 12] = [
    "id",
    "trustor_user_id",
    "trustee_user_id",
    "impersonation",
    "project_id",
    "remaining_uses",
    "expires_at",
    "deleted_at",
    "allow_redelegation",
    "redelegation_count",
    "redelegated_trust_id",
    "roles",
];

fn form() -> Value {
    let id = json!({"type": "string"});
    let role = json!({"type": "object", "properties": {"id": id, "name": id}, "minProperties": 1, "maxProperties": 1,
        "additionalProperties": false});
    let trust = json!({"type": "object", "properties": {
        "trustor_user_id": id,
        "trustee_user_id": id,
        "impersonation": {"type": "boolean"},
        "project_id": {"type": ["string", "null"]},
        "remaining_uses": {"type": ["integer", "null"], "minimum": 1},
        "expires_at": {"type": ["null", "string"]},
        "allow_redelegation": {"type": ["boolean", "null"]},
        "redelegation_count": {"type": ["integer", "null"], "minimum": 0},
        "redelegated_trust_id": {"type": ["string", "null"]},
        "roles": {"type": "array", "items": role},
    }, "required": ["trustor_user_id", "trustee_user_id", "impersonation"]});
    json!({"type": "object", "properties": {"trust": trust}, "additionalProperties": false, "required": ["trust"]})
}

pub(super) fn create(data: &mut Data, about: &About<'_>, call: &Call) -> Result<Reply, Refusal> {
    schema::check(&form(), &body(call))?;
    let caller = Caller::of(data, about, call)?;
    let asked = member(call, "trust");
    let trustor = text(&asked, "trustor_user_id");
    allow(data, about, &caller, "create_trust", &Aim { user: trustor.as_deref(), ..Aim::default() })?;
    let mut trust = parties(data, &asked)?;
    trust.roles = roles(data, &asked)?;
    let held = held(data, &trust.trustor_user_id, trust.project_id.as_deref())?;
    if let Some(role) = trust.roles.iter().find(|role| !held.contains(*role)) {
        return Err(Refusal::not_found("role", role));
    }
    trust.expires_at = text(&asked, "expires_at").map(|at| moment(about, &at)).transpose()?;
    let count = asked.get("redelegation_count").and_then(Value::as_u64);
    limit_redelegation(&mut trust, count)?;
    if let Some(source) = &caller.token.trust_id {
        hand_on(data, about, source, (&mut trust, count))?;
    }
    let id = new_id();
    check_unique(data, &trust, &id)?;
    let reply = one(data, about, 201, (&id, &trust));
    data.trusts.insert(id, trust);
    Ok(reply)
}

/// Who trusts whom, on what, and for how long; not yet with which roles.
fn parties(data: &Data, asked: &Map<String, Value>) -> Result<Trust, Refusal> {
    let project_id = text(asked, "project_id").filter(|id| !id.is_empty());
    let has_roles = asked.get("roles").and_then(Value::as_array).is_some_and(|roles| !roles.is_empty());
    if project_id.is_some() && !has_roles {
        return Err(Refusal::forbidden("At least one role should be specified"));
    }
    let trustee_user_id = text(asked, "trustee_user_id").unwrap_or_default();
    if !data.users.contains_key(&trustee_user_id) {
        return Err(Refusal::not_found("user", &trustee_user_id));
    }
    let flag = |name: &str| asked.get(name).and_then(Value::as_bool).unwrap_or_default();
    Ok(Trust {
        trustor_user_id: text(asked, "trustor_user_id").unwrap_or_default(),
        trustee_user_id,
        project_id,
        impersonation: flag("impersonation"),
        roles: Vec::new(),
        expires_at: None,
        remaining_uses: asked.get("remaining_uses").and_then(Value::as_u64),
        redelegation_count: 0,
        allow_redelegation: flag("allow_redelegation"),
        redelegated_trust_id: None,
        extra: new_extra(asked.clone(), &KNOWN),
    })
}

fn text(asked: &Map<String, Value>, attribute: &str) -> Option<String> {
    asked.get(attribute).and_then(Value::as_str).map(str::to_owned)
}

/// The ids of the roles, which may be given by name.
fn roles(data: &Data, asked: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let roles = asked.get("roles").and_then(Value::as_array).into_iter().flatten();
    let ids = roles.map(|role| {
        if let Some(id) = role.get("id").and_then(Value::as_str) {
            return Ok(id.to_owned());
        }
        let name = role.get("name").and_then(Value::as_str).unwrap_or_default();
        let id = data.global_role(name).map(str::to_owned);
        id.ok_or_else(|| Refusal::new(404, format!("Role {name} is not defined")))
    });
    ids.collect()
}

/// The roles that the trustor has on the project, by itself, its groups, from above and by implication. Without a
/// project there are none.
fn held(data: &Data, trustor: &str, project: Option<&str>) -> Result<BTreeSet<String>, Refusal> {
    let Some(project) = project else { return Ok(BTreeSet::new()) };
    if !data.projects.contains_key(project) {
        return Err(Refusal::not_found("project", project));
    }
    Ok(data.with_implied(data.roles_on(trustor, &Target::Project(project.to_owned()))))
}

/// 403 without a reason.
fn denied() -> Refusal {
    Refusal::new(403, "You are not authorized to perform the requested action.")
}

/// 400 for a moment that is none, or none to come.
fn bad_moment(reason: &str) -> Refusal {
    Refusal::bad_request(format!(
        "{reason} The server could not comply with the request since it is either malformed or otherwise incorrect. The \
         client is assumed to be in error."
    ))
}

/// A moment to come, in UTC. Only whole seconds are shown, but the rest makes two trusts differ.
fn moment(about: &About<'_>, text: &str) -> Result<Timestamp, Refusal> {
    let plain = text.strip_suffix('Z').unwrap_or(text);
    let has_offset = plain.split_once('T').is_none_or(|(_, time)| time.contains(['+', '-']));
    let parsed = plain.parse::<DateTime>().ok().filter(|_| !has_offset);
    let at = parsed.and_then(|at| at.to_zoned(TimeZone::UTC).ok()).map(|at| at.timestamp());
    let at = at.ok_or_else(|| bad_moment("Timestamp not in expected format."))?;
    if at < about.now - SignedDuration::from_secs(1) {
        return Err(bad_moment("The 'expires_at' must not be before now."));
    }
    Ok(at)
}

/// How often the trust can be handed on: not at all, unless it is allowed.
fn limit_redelegation(trust: &mut Trust, count: Option<u64>) -> Result<(), Refusal> {
    trust.allow_redelegation &= count != Some(0);
    if !trust.allow_redelegation {
        trust.redelegation_count = 0;
        return Ok(());
    }
    if count.is_some_and(|count| count > DEEPEST) {
        return Err(denied());
    }
    if trust.remaining_uses.is_some() {
        return Err(Refusal::bad_request("remaining_uses must not be set if redelegation is allowed"));
    }
    trust.redelegation_count = count.unwrap_or(DEEPEST);
    Ok(())
}

/// Makes the trust a part of the one that the token comes from: nothing of it may go further.
fn hand_on(
    data: &Data,
    about: &About<'_>,
    source_id: &str,
    (trust, count): (&mut Trust, Option<u64>),
) -> Result<(), Refusal> {
    let source = usable(data, about, source_id)?;
    let left = source.redelegation_count.checked_sub(1).ok_or_else(denied)?;
    let is_longer = match (trust.expires_at, source.expires_at) {
        (Some(at), Some(end)) => end < at,
        _ => false,
    };
    let is_wider = trust.roles.iter().any(|role| !source.roles.contains(role));
    let counts_otherwise = trust.allow_redelegation && count.is_some_and(|count| count != left);
    let impersonates = trust.impersonation && !source.impersonation;
    if is_longer || is_wider || counts_otherwise || impersonates || trust.remaining_uses.is_some() {
        return Err(denied());
    }
    trust.expires_at = trust.expires_at.or(source.expires_at);
    trust.redelegation_count = if trust.allow_redelegation { left } else { 0 };
    trust.redelegated_trust_id = Some(source_id.to_owned());
    Ok(())
}

/// The database refuses the same role twice, and a second trust like another one; but one without a project or without
/// an end is like none.
fn check_unique(data: &Data, trust: &Trust, id: &str) -> Result<(), Refusal> {
    let has_twin = data.trusts.values().any(|other| {
        trust.project_id.is_some()
            && trust.expires_at.is_some()
            && (&other.trustor_user_id, &other.trustee_user_id, &other.project_id)
                == (&trust.trustor_user_id, &trust.trustee_user_id, &trust.project_id)
            && (other.impersonation, other.expires_at) == (trust.impersonation, trust.expires_at)
    });
    if has_twin || trust.roles.iter().collect::<BTreeSet<_>>().len() < trust.roles.len() {
        return Err(Refusal::conflict("trust", &format!("Duplicate entry found with ID {id}")));
    }
    Ok(())
}
