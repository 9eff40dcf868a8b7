//! Who logs in, by password or by a token.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::world::About;

use super::super::caller::subject;
use super::super::data::{Data, Scope, Target, User};
use super::super::error::Refusal;
use super::super::passwords::{Doubt, prove};
use super::super::{missing, schema};

/// A user that has proved who it is.
pub(super) struct Login {
    pub(super) user_id: String,
    pub(super) methods: Vec<String>,
    /// That of the token it came with, which a new one keeps.
    pub(super) expires_at: Option<Timestamp>,
    /// What the tokens of one login have in common.
    pub(super) first_audit_id: Option<String>,
}

/// Refuses what has not the form of a login.
pub(super) fn check(auth: &Value) -> Result<(), Refusal> {
    if auth.is_null() {
        return Err(missing("auth", "request body"));
    }
    let text = json!({"type": "string"});
    let named = json!({"type": "object", "properties": {"id": text, "name": text}});
    let named_in_domain = json!({"type": "object", "properties": {"name": text, "id": text, "domain": named}});
    let user = json!({"type": "object", "properties": {"id": text, "name": text, "password": text, "domain": named}});
    let form = json!({"type": "object", "properties": {
        "identity": {"type": "object", "properties": {
            "methods": {"type": "array", "items": text},
            "password": {"type": "object", "properties": {"user": user}},
            "token": {"type": "object", "properties": {"id": text}, "required": ["id"]},
        }, "required": ["methods"]},
        "scope": {"type": ["object", "string"], "properties": {
            "project": named_in_domain,
            "domain": named,
            "OS-TRUST:trust": {"type": "object", "properties": {"id": text}},
            "system": {"type": "object"},
        }},
    }, "required": ["identity"]});
    schema::check_old(&form, auth)?;
    let places = [
        "identity/password/user",
        "identity/password/user/domain",
        "scope/project",
        "scope/project/domain",
        "scope/domain",
    ];
    let unnamed = places.into_iter().find(|place| {
        auth.pointer(&format!("/{place}")).is_some_and(|it| it.get("id").is_none() && it.get("name").is_none())
    });
    match unnamed {
        Some(place) => {
            Err(Refusal::bad_request(format!("Invalid input for field {place}: id or name must be present.")))
        }
        None => methods(auth),
    }
}

/// Keystone's own list, which it tells to whom it refuses one.
pub(super) const METHODS: [&str; 7] =
    ["external", "password", "token", "oauth1", "mapped", "application_credential", "ec2credential"];

/// Said of a method that Keystone does not know; the answer then names those that it has.
pub(super) const UNSUPPORTED: &str = "Attempted to authenticate with an unsupported method.";

fn methods(auth: &Value) -> Result<(), Refusal> {
    for method in named_methods(auth) {
        if auth.pointer(&format!("/identity/{method}")).is_none() {
            return Err(missing(&method, "identity"));
        }
        if !METHODS.contains(&method.as_str()) {
            return Err(Refusal::new(401, UNSUPPORTED));
        }
    }
    Ok(())
}

fn named_methods(auth: &Value) -> Vec<String> {
    let methods = auth.pointer("/identity/methods").and_then(Value::as_array);
    methods.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Every method that is named has to succeed, for the same user.
pub(super) fn login(data: &Data, about: &About<'_>, auth: &Value) -> Result<Login, Refusal> {
    let mut login: Option<Login> = None;
    for method in named_methods(auth) {
        let next = match method.as_str() {
            "password" => by_password(data, about, auth)?,
            "token" => by_token(data, about, auth)?,
            // Known to Keystone, not emulated: nobody has what they ask for.
            _ => return Err(Refusal::unauthorized()),
        };
        if login.as_ref().is_some_and(|login| login.user_id != next.user_id) {
            return Err(Refusal::unauthorized());
        }
        login = Some(next);
    }
    login.ok_or_else(Refusal::unauthorized)
}

fn by_password(data: &Data, about: &About<'_>, auth: &Value) -> Result<Login, Refusal> {
    let user = auth.pointer("/identity/password/user").ok_or_else(|| missing("user", "None"))?;
    let (id, found) = find_user(data, user)?;
    prove(data, about, found, user.get("password").and_then(Value::as_str)).map_err(|doubt| match doubt {
        Doubt::Wrong => Refusal::unauthorized(),
        Doubt::Expired => Refusal::new(401, format!("The password is expired and needs to be changed for user: {id}.")),
    })?;
    Ok(Login { user_id: id.to_owned(), methods: vec!["password".to_owned()], expires_at: None, first_audit_id: None })
}

fn find_user<'data>(data: &'data Data, user: &Value) -> Result<(&'data str, &'data User), Refusal> {
    let text = |name: &str| user.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let found = match text("name") {
        Some(name) => {
            let domain = user.get("domain").ok_or_else(|| missing("domain", "user"))?;
            let domain = find_domain(data, domain).ok_or_else(Refusal::unauthorized)?;
            data.users.iter().find(|(_, user)| user.domain_id == domain && user.name == name)
        }
        None => {
            let id = text("id").ok_or_else(|| missing("id or name", "user"))?;
            data.users.get_key_value(id)
        }
    };
    found.map(|(id, user)| (id.as_str(), user)).ok_or_else(Refusal::unauthorized)
}

/// The id of the domain that is named by its name or, without one, by its id.
pub(super) fn find_domain<'data>(data: &'data Data, named: &Value) -> Option<&'data str> {
    let text = |name: &str| named.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let found = match text("name") {
        Some(name) => data.domains.iter().find(|(_, domain)| domain.name == name),
        None => data.domains.get_key_value(text("id")?),
    };
    found.map(|(id, _)| id.as_str())
}

fn by_token(data: &Data, about: &About<'_>, auth: &Value) -> Result<Login, Refusal> {
    let id = auth.pointer("/identity/token/id").and_then(Value::as_str).unwrap_or_default();
    let token = subject(data, about, id)?;
    if token.trust_id.is_some() {
        let action = "Using trust-scoped token to create another token. Create a new trust-scoped token instead";
        return Err(Refusal::forbidden(action));
    }
    let narrower = ["project", "domain"].iter().any(|kind| auth.pointer(&format!("/scope/{kind}")).is_some());
    if token.scope == Scope::On(Target::System) && narrower {
        let action = "Using a system-scoped token to create a project-scoped or domain-scoped token is not allowed.";
        return Err(Refusal::forbidden(action));
    }
    let mut methods = token.methods.clone();
    if !methods.iter().any(|method| method == "token") {
        methods.push("token".to_owned());
    }
    Ok(Login {
        user_id: token.user_id.clone(),
        methods,
        expires_at: Some(token.expires_at),
        first_audit_id: token.audit_ids.last().cloned(),
    })
}
