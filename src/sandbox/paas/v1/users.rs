//! Users of v1. Whoever is let in may do everything to everybody.

use serde_json::json;

use super::super::super::call::{Call, Reply};
use super::super::{Around, new_uuid};
use super::caller::Caller;
use super::check::{NO_UUID, uuid};
use super::data::{Data, User};
use super::error::{Faults, crash, raised};
use super::list::{Kind, Query};

pub(super) const KIND: Kind = Kind {
    texts: &["sub", "name", "email", "issuer", "public_ssh_key", "refresh_token"],
    ranges: &[],
    switches: &[],
    numbers: &[],
    hidden: &[],
};

pub(super) fn register(data: &mut Data, around: &Around<'_>, caller: &Caller) -> Result<Reply, Reply> {
    let claims = caller.claims()?;
    let (Some(name), Some(username), Some(email)) = (&claims.name, &claims.username, &claims.email) else {
        return Err(if around.strict {
            raised(422, "The user info lacks name, preferred_username or email")
        } else {
            crash()
        });
    };
    if caller.registered(data).is_ok() {
        let text = format!("User with sub={}, issuer={} already exists", claims.subject, claims.issuer);
        return Err(raised(409, text));
    }
    let id = new_uuid();
    data.users.push(User {
        id: id.clone(),
        sub: claims.subject.clone(),
        issuer: claims.issuer.clone(),
        name: name.clone(),
        username: username.clone(),
        email: email.clone(),
        public_ssh_key: None,
        created_at: around.now,
    });
    Ok(Reply::json(201, &json!({"id": id})))
}

pub(super) fn list(data: &Data, around: &Around<'_>, call: &Call) -> Result<Reply, Reply> {
    let mut faults = Faults::default();
    let query = Query::read(&KIND, around.strict, call, &mut faults);
    faults.check()?;
    Ok(query.answer(&KIND, around, call, data.users.iter().map(User::json).collect()))
}

/// Which user is meant by an id or by `me`.
pub(super) fn find<'data>(data: &'data Data, caller: &Caller, id: &str) -> Result<&'data User, Reply> {
    let own = caller.registered(data)?;
    if id == "me" {
        return Ok(own);
    }
    let id = user_id(id)?;
    data.users.iter().find(|user| user.id == id).ok_or_else(|| raised(404, format!("User with id={id} does not exist")))
}

/// An id, refused in the two ways of which one would have been right.
fn user_id(text: &str) -> Result<String, Reply> {
    if let Some(id) = uuid(text) {
        return Ok(id);
    }
    let mut faults = Faults::default();
    faults.add("uuid_parsing", json!(["path", "user_id", "uuid"]), NO_UUID, json!(text));
    let place = json!(["path", "user_id", "literal['me']"]);
    faults.add_with("literal_error", place, "Input should be 'me'", json!(text), json!({"expected": "'me'"}));
    faults.check().map(|()| String::new())
}

pub(super) fn show(data: &Data, caller: &Caller, id: &str) -> Result<Reply, Reply> {
    Ok(Reply::json(200, &find(data, caller, id)?.json()))
}

/// Says 204 whatever happens: also where there was no such user, and where one is kept because something is theirs.
pub(super) fn remove(data: &mut Data, around: &Around<'_>, id: &str) -> Result<Reply, Reply> {
    if id == "me" {
        return Err(raised(400, "Users can't delete themselves"));
    }
    let id = user_id(id)?;
    let is_needed = data.deployments.iter().any(|deployment| deployment.created_by == id)
        || data.templates.iter().any(|template| template.created_by == id);
    if is_needed && around.strict {
        return Err(raised(409, format!("User with id={id} has deployments or templates")));
    }
    if !is_needed {
        data.users.retain(|user| user.id != id);
    }
    Ok(Reply::empty(204))
}
