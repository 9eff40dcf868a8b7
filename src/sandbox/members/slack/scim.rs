//! SCIM, in both of its versions: people of the whole organization, for owners only, and on plans that have it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::call::{Call, Reply};
use super::super::Switches as All;
use super::super::cast::full_name;
use super::super::http::{is_email, json as json_reply, same};
use super::caller::Caller;
use super::data::{Data, Rank, TEAM, User};
use super::limits;

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const OLD: &str = "urn:scim:schemas:core:1.0";

/// What differs between the versions.
#[derive(Clone, Copy)]
struct Version {
    is_old: bool,
}

impl Version {
    fn refused(self, status: u16, words: &str) -> Reply {
        if self.is_old {
            return json_reply(status, &json!({"Errors": {"description": words, "code": status}}));
        }
        json_reply(status, &json!({"schemas": [ERROR], "detail": words, "status": status.to_string()}))
    }

    fn schema(self) -> &'static str {
        if self.is_old { OLD } else { USER }
    }

    fn user(self, user: &User) -> Value {
        json!({
            "schemas": [self.schema()],
            "id": user.id,
            "userName": user.name,
            "displayName": full_name(&user.name),
            "name": {"givenName": full_name(&user.name), "familyName": ""},
            "emails": [{"value": user.email, "primary": true}],
            "active": !user.deleted,
        })
    }
}

/// Answers one request below `/scim/v1` or `/scim/v2`.
pub(super) fn answer(
    data: &mut Data,
    now: Timestamp,
    all: &mut All,
    call: &Call,
    is_old: bool,
    words: &[&str],
) -> Reply {
    let version = Version { is_old };
    serve(data, now, all, call, (version, words)).unwrap_or_else(|refusal| refusal)
}

fn serve(
    data: &mut Data,
    now: Timestamp,
    all: &mut All,
    call: &Call,
    (version, words): (Version, &[&str]),
) -> Result<Reply, Reply> {
    let caller = Caller::of(data, now, call).map_err(|refusal| version.refused(401, &refusal.0))?;
    if !all.slack.has_scim() {
        return Err(version.refused(403, "feature_not_enabled"));
    }
    let is_owner = data.user(&caller.id).is_some_and(User::is_owner);
    if caller.is_bot() || !caller.has("admin") || !is_owner {
        return Err(version.refused(403, "not allowed"));
    }
    let method = call.method.as_str();
    limits::pass(data, now, all, "scim", if method == "GET" { "scim read" } else { "scim write" })?;
    if method != "GET" && all.slack.sso {
        return Err(version.refused(403, "org_login_required"));
    }
    match (method, words) {
        ("GET", ["Users"]) => list(data, version, call),
        ("POST", ["Users"]) => create(data, version, call),
        ("GET", ["Users", id]) => Ok(json_reply(200, &version.user(find(data, version, id)?))),
        ("PATCH", ["Users", id]) => change(data, version, call, id),
        ("DELETE", ["Users", id]) => {
            set_active(data, version, id, false)?;
            Ok(if version.is_old { json_reply(200, &json!({})) } else { Reply::empty(204) })
        }
        _ => Err(version.refused(404, "not_found")),
    }
}

fn find<'data>(data: &'data Data, version: Version, id: &str) -> Result<&'data User, Reply> {
    data.user(id).filter(|user| !user.is_bot()).ok_or_else(|| version.refused(404, "user_not_found"))
}

/// Counted from 1; ten unless more are asked for.
fn list(data: &Data, version: Version, call: &Call) -> Result<Reply, Reply> {
    let filter =
        call.query("filter").map(|text| Filter::read(text).ok_or_else(|| version.refused(400, "invalid_filter")));
    let filter = filter.transpose()?;
    let number = |name: &str, usual: usize| call.query(name).and_then(|word| word.parse().ok()).unwrap_or(usual);
    let (start, count) = (number("startIndex", 1).max(1), number("count", 10).min(1000));
    let is_wanted = |user: &&User| !user.is_bot() && filter.as_ref().is_none_or(|filter| filter.holds(user));
    let all: Vec<&User> = data.users.iter().filter(is_wanted).collect();
    let page: Vec<Value> = all.iter().skip(start - 1).take(count).map(|user| version.user(user)).collect();
    let schema = if version.is_old { OLD } else { LIST };
    let body = json!({
        "schemas": [schema],
        "totalResults": all.len(),
        "itemsPerPage": page.len(),
        "startIndex": start,
        "Resources": page,
    });
    Ok(json_reply(200, &body))
}

/// `email eq "a@b.c"`, and the same with `userName` and `co`.
struct Filter {
    is_email: bool,
    is_part: bool,
    value: String,
}

impl Filter {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.trim().splitn(3, ' ');
        let is_email = match words.next()? {
            "email" | "emails" | "emails.value" => true,
            "userName" | "username" => false,
            _ => return None,
        };
        let is_part = match words.next()? {
            "eq" => false,
            "co" => true,
            _ => return None,
        };
        let value = words.next()?.trim().strip_prefix('"')?.strip_suffix('"')?.to_owned();
        Some(Self { is_email, is_part, value })
    }

    fn holds(&self, user: &User) -> bool {
        let own = if self.is_email { &user.email } else { &user.name };
        if self.is_part { own.to_lowercase().contains(&self.value.to_lowercase()) } else { same(own, &self.value) }
    }
}

/// Whoever is there already, active or not, is not made again.
fn create(data: &mut Data, version: Version, call: &Call) -> Result<Reply, Reply> {
    let body = call.json().ok_or_else(|| version.refused(400, "invalid_json"))?;
    let knows_schema = body.get("schemas").and_then(Value::as_array);
    if !knows_schema.is_some_and(|schemas| schemas.contains(&json!(version.schema()))) {
        return Err(version.refused(400, "invalid_schemas"));
    }
    let name = body.get("userName").and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| version.refused(400, "userName_required"))?;
    let emails = body.get("emails").and_then(Value::as_array).and_then(|emails| emails.first());
    let email = emails.and_then(|email| email.get("value")).and_then(Value::as_str).filter(|email| is_email(email));
    let email = email.ok_or_else(|| version.refused(400, "email_required"))?;
    let is_taken = data.by_email(email).is_some() || data.users.iter().any(|user| user.name == name);
    if is_taken {
        return Err(version.refused(409, "user_exists"));
    }
    let id = data.add(email, name, TEAM, Rank::Member);
    data.desk.mail(email, "was added");
    Ok(json_reply(201, &version.user(find(data, version, &id)?)))
}

/// Only whether somebody is active.
fn change(data: &mut Data, version: Version, call: &Call, id: &str) -> Result<Reply, Reply> {
    let body = call.json().ok_or_else(|| version.refused(400, "invalid_json"))?;
    find(data, version, id)?;
    let active = if version.is_old { body.get("active").and_then(Value::as_bool) } else { wanted(&body) };
    let active = active.ok_or_else(|| version.refused(400, "invalid_operation"))?;
    set_active(data, version, id, active)?;
    Ok(json_reply(200, &version.user(find(data, version, id)?)))
}

fn wanted(body: &Value) -> Option<bool> {
    let schemas = body.get("schemas")?.as_array()?;
    if !schemas.contains(&json!("urn:ietf:params:scim:api:messages:2.0:PatchOp")) {
        return None;
    }
    let replaces = |one: &&Value| {
        let operation = one.get("op").and_then(Value::as_str).unwrap_or_default();
        operation.eq_ignore_ascii_case("replace") && one.get("path") == Some(&json!("active"))
    };
    body.get("Operations")?.as_array()?.iter().find(replaces)?.get("value")?.as_bool()
}

/// The account and what it has written stay either way.
fn set_active(data: &mut Data, version: Version, id: &str, active: bool) -> Result<(), Reply> {
    let user = find(data, version, id)?;
    if user.rank == Rank::PrimaryOwner && !active {
        return Err(version.refused(403, "not allowed"));
    }
    let id = user.id.clone();
    if let Some(user) = data.user_mut(&id) {
        user.deleted = !active;
        user.invited &= active;
    }
    if !active {
        data.channels.iter_mut().for_each(|channel| {
            channel.members.remove(&id);
        });
    }
    Ok(())
}
