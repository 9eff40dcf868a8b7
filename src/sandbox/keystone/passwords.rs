//! Passwords: proving one, changing one's own, and where the platform's plug-in is asked about a new one.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::attributes::text;
use super::data::{Data, User};
use super::error::Refusal;
use super::{Outcome, member, not_allowed, route, schema, spassword};

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (method, words) = route(call);
    Some(match (method, words.as_slice()) {
        ("POST", ["users", id, "password"]) => change_own(data, about, call, id),
        (_, ["users", _, "password"]) => Ok(not_allowed(call, "POST")),
        _ => return None,
    })
}

/// With microseconds and without a zone, unlike all other times of Keystone.
pub(super) fn expires_at(user: &User) -> Value {
    json!(user.password_expires_at.map(|time| time.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()))
}

/// Why a password does not prove who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It is wrong, or its owner is not let in; nobody is told which.
    Wrong,
    /// It is right, and has to be changed first.
    Expired,
}

/// Whether this is the password of the user, who is enabled, in a domain that is.
pub(super) fn prove(data: &Data, about: &About<'_>, user: &User, given: Option<&str>) -> Result<(), Doubt> {
    let is_let_in = user.enabled && data.domains.get(&user.domain_id).is_some_and(|domain| domain.enabled);
    if !is_let_in || given.is_none() || given != user.password.as_deref() {
        return Err(Doubt::Wrong);
    }
    let is_expired = user.password_expires_at.is_some_and(|end| about.now >= end);
    if is_expired { Err(Doubt::Expired) } else { Ok(()) }
}

/// Whoever knows the old password may set a new one, with or without a token, and also if it has expired.
fn change_own(data: &mut Data, about: &About<'_>, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let form = json!({
        "type": "object",
        "properties": {"original_password": {"type": "string"}, "password": {"type": "string"}},
        "required": ["original_password", "password"],
        "additionalProperties": false,
    });
    let fields = member(call, "user");
    schema::check_old(&form, &Value::Object(fields.clone()))?;
    let original = text(&fields, "original_password");
    let user = data.users.get(id).ok_or_else(Refusal::unauthorized)?;
    // Whether the domain is enabled is not asked here.
    if !user.enabled || original.is_none() || original != user.password {
        return Err(Refusal::unauthorized());
    }
    if let Some(refusal) = weakness(about, &fields, false) {
        return Ok(refusal);
    }
    if let Some(user) = data.users.get_mut(id) {
        user.password = text(&fields, "password");
        user.password_expires_at = None;
        user.tokens_valid_from = Some(about.now);
    }
    Ok(Reply::empty(204))
}

/// The refusal of the platform's plug-in, if the request has a new password that is too easy to guess.
pub(super) fn weakness(about: &About<'_>, fields: &Map<String, Value>, by_patch: bool) -> Option<Reply> {
    let password = fields.get("password")?.as_str()?;
    spassword::check(about.flavour, password, by_patch).err()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{PASSWORD, Server};
    use super::*;

    #[test]
    fn an_expired_password_lets_nobody_in_until_its_owner_changes_it() {
        let mut server = Server::stock();
        let (id, user) = server.data.users.iter_mut().next().unwrap();
        let id = id.clone();
        user.password_expires_at = Some("2026-01-01T00:00:10Z".parse().unwrap());
        let body = server.log_in("admin", "Default", &Value::Null).value();
        assert_eq!(body["token"]["user"]["password_expires_at"], "2026-01-01T00:00:10.000000");
        server.pass(10);
        let reply = server.log_in("admin", "Default", &Value::Null);
        let message = format!("The password is expired and needs to be changed for user: {id}.");
        assert_eq!((reply.status, &reply.value()["error"]["message"]), (401, &json!(message)));

        let target = format!("/v3/users/{id}/password");
        for (original, status) in [("wrong", 401), (PASSWORD, 204)] {
            let body = json!({"user": {"original_password": original, "password": "another one"}});
            assert_eq!(server.ask("", "POST", &target, &body).status, status, "{original}");
        }
        server.data.users.get_mut(&id).unwrap().password = Some(PASSWORD.to_owned());
        assert_eq!(server.log_in("admin", "Default", &Value::Null).status, 201);
    }

    #[test]
    fn the_platform_refuses_a_weak_password_wherever_one_is_set() {
        for (password, is_weak) in [("weak", true), ("tarragona-2026", false)] {
            let mut server = Server::platform();
            let token = server.token("cloud_admin", "admin_domain", &json!({"domain": {"name": "admin_domain"}}));
            let pep = server.data.users.iter().find(|(_, user)| user.name == "pep").unwrap();
            let (target, domain) = (format!("/v3/users/{}", pep.0), pep.1.domain_id.clone());
            let new = json!({"user": {"name": "new", "domain_id": domain, "password": password}});
            let own = json!({"user": {"original_password": PASSWORD, "password": password}});
            let set = json!({"user": {"password": password}});
            for (method, target, body, weak, good) in [
                ("POST", "/v3/users", &new, 400, 201),
                ("POST", &format!("{target}/password"), &own, 400, 204),
                ("PATCH", &target, &set, 401, 200),
            ] {
                let reply = server.ask(&token, method, target, body);
                assert_eq!(reply.status, if is_weak { weak } else { good }, "{password} {method} {target}");
                assert_eq!(reply.body.starts_with(b"SPASSWORD:"), reply.status == 400, "{method} {target}");
            }
        }
    }
}
