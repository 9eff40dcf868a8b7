//! Keystone, API v3, as it comes from OpenStack: no plug-in is needed.
//!
//! The five kinds of things that have a name (domain, project, user, group, role) behave alike on the wire, so one file
//! ([`entities`]) serves them all; [`grants`] holds what has no name of its own.

pub(crate) mod auth;
pub(crate) mod create;
pub(crate) mod entities;
pub(crate) mod grants;
pub(crate) mod names;
pub(crate) mod password;
mod scim;
pub(crate) mod scope;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod trusts;
mod watch;

use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::{Authorize, Endpoint, Error, Http, KeystoneMarker, Pager, Request, Response};

pub(crate) use auth::{Login, Scope};
pub(crate) use create::Made;
pub(crate) use entities::{Entity, Kind};
pub(crate) use names::NameError;
pub(crate) use watch::Watch;

/// How Keystone begins to say that the token is one of a domain or project that is disabled, whatever was asked with it.
const DISABLED: &str = "Unable to validate token";

/// A gateway that has lost its way to Keystone says 404 too, and that does not mean that the thing is gone.
fn check_absence(response: &Response) -> Result<(), Error> {
    let says_so = response.json().is_ok_and(|body| body.pointer("/error/code").and_then(Value::as_u64) == Some(404));
    if !says_so {
        return Err(response.malformed("it is a 404, but not in Keystone's words; is a gateway answering for it?"));
    }
    Ok(())
}

/// What Keystone says with a 404 for a token that it takes no more: nothing of what was asked for, nor of the address.
fn disabled(message: &str) -> Option<Error> {
    if !message.starts_with(DISABLED) {
        return None;
    }
    let is_project = message.contains("because project");
    let enable = if is_project { "subservice update NAME -s SERVICE" } else { "service update NAME" };
    let hint = format!("log in for more than that: --scope system; or enable it: orchest {enable} --enable");
    Some(Error::Login { message: format!("the login is good for nothing: {message}"), hint })
}

/// The same for a request of which a 404 is no answer.
fn explained(error: Error) -> Error {
    let found = match &error {
        Error::Status(status) if status.status == 404 => disabled(&status.message),
        _ => None,
    };
    found.unwrap_or(error)
}

/// One Keystone, one login.
#[derive(Clone)]
pub(crate) struct Keystone {
    http: Rc<Http>,
    endpoint: Endpoint,
    login: Rc<Login>,
    watch: Rc<dyn Watch>,
}

impl Keystone {
    pub(crate) fn new(http: Rc<Http>, endpoint: Endpoint, login: Rc<Login>, watch: Rc<dyn Watch>) -> Self {
        Self { http, endpoint, login, watch }
    }

    pub(crate) fn watch(&self) -> &dyn Watch {
        &*self.watch
    }

    pub(crate) fn login(&self) -> &Login {
        &self.login
    }

    /// The login itself, for a back end that takes the same token.
    pub(crate) fn shared_login(&self) -> Rc<Login> {
        self.login.clone()
    }

    /// Before a POST that may not be repeated blindly is sent again, and after a look: see [`Http::pause`].
    pub(crate) async fn pause(&self, made: u32, error: &Error) -> bool {
        self.http.pause(made, error).await
    }

    /// Sends a request with our token. A 404 for an answer is Keystone's word about the thing that was asked for.
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, Error> {
        let response = self.send_anywhere(request).await?;
        if response.status == 404 {
            check_absence(&response)?;
        }
        Ok(response)
    }

    /// The same for a path that may not be there.
    async fn send_anywhere(&self, request: &Request) -> Result<Response, Error> {
        let answer = self.http.send(&self.endpoint, request, Some(&*self.login as &dyn Authorize)).await;
        let response = answer.map_err(explained)?;
        let refusal = if response.status == 404 { disabled(&response.error_message()) } else { None };
        refusal.map_or(Ok(response), Err)
    }

    /// Sends a request without a token: changing one's own password needs none.
    pub(crate) async fn send_bare(&self, request: &Request) -> Result<Response, Error> {
        self.http.send(&self.endpoint, request, None).await
    }

    /// Sends a request and reads the member `key` of the answer.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, request: &Request, key: &str) -> Result<T, Error> {
        self.send(request).await?.decode(Some(key))
    }

    /// A list of one kind, page by page.
    pub(crate) fn pages(&self, request: Request, kind: Kind) -> Pager<'_, KeystoneMarker> {
        self.paged(request, kind.paging())
    }

    fn paged(&self, request: Request, paging: KeystoneMarker) -> Pager<'_, KeystoneMarker> {
        self.http.pages(&self.endpoint, request, Some(&*self.login as &dyn Authorize), paging).explained(explained)
    }

    /// One object by id; `None` when there is no such.
    pub(crate) async fn show(&self, kind: Kind, id: &str) -> Result<Option<Entity>, Error> {
        let response = self.send(&kind.show(id)).await?;
        if response.status == 404 {
            self.watch.gone(kind, id);
            return Ok(None);
        }
        Ok(Some(self.noticed(kind, response.decode(Some(kind.singular()))?)))
    }

    /// Changes members of one object and returns it as it is now.
    pub(crate) async fn update(&self, kind: Kind, id: &str, changes: &Map<String, Value>) -> Result<Entity, Error> {
        Ok(self.noticed(kind, self.ask(&kind.update(id, changes), kind.singular()).await?))
    }

    /// Deletes one object; `false` when it was gone already.
    pub(crate) async fn delete(&self, kind: Kind, id: &str) -> Result<bool, Error> {
        let response = self.send(&kind.delete(id)).await?;
        self.watch.gone(kind, id);
        Ok(response.status != 404)
    }

    /// All of one kind that match the query, as typed objects.
    pub(crate) async fn list(&self, kind: Kind, query: &[(&str, &str)]) -> Result<Vec<Entity>, Error> {
        let request = query.iter().fold(kind.list(), |request, (key, value)| request.query(*key, *value));
        let rows = self.pages(request, kind).all().await?;
        let found = rows.into_iter().map(|row| self.typed(kind, row)).collect::<Result<_, _>>()?;
        match query {
            [] => self.watch.all(kind, None),
            [("domain_id", domain)] => self.watch.all(kind, Some(domain)),
            _ => {}
        }
        Ok(found)
    }

    /// Reads one row of a list.
    pub(crate) fn typed(&self, kind: Kind, row: Value) -> Result<Entity, Error> {
        let read = serde_json::from_value(row).map(|entity| self.noticed(kind, entity));
        read.map_err(|error| Error::Malformed {
            backend: "keystone",
            method: "GET",
            url: self.endpoint.url.to_string(),
            reason: format!("a {} in the list is not what the API promises: {error}", kind.singular()),
        })
    }

    fn noticed(&self, kind: Kind, entity: Entity) -> Entity {
        self.watch.there(kind, &entity);
        entity
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::testing::{Scripted, run};
    use super::*;

    #[test]
    fn only_keystone_says_that_something_is_gone() {
        let error =
            |code: u16, message: &str| json!({"error": {"code": code, "message": message, "title": "Not Found"}});
        for (body, says) in [
            (error(404, "Could not find role: r1."), None),
            (json!("404 page not found"), Some("is a gateway answering for it?")),
            (json!({"detail": "Not Found"}), Some("is a gateway answering for it?")),
            (error(410, "Gone"), Some("is a gateway answering for it?")),
            (
                error(404, "Unable to validate token because domain 1 is disabled"),
                Some("the login is good for nothing"),
            ),
        ] {
            let answer = body.clone();
            let scripted = Scripted::new(move |_, _| (404, answer.clone()));
            let shown = run(scripted.keystone.show(Kind::Role, "r1")).map(|role| role.is_some());
            let deleted = run(scripted.keystone.delete(Kind::Role, "r1"));
            for result in [shown, deleted] {
                match (says, result) {
                    (None, Ok(there)) => assert!(!there),
                    (Some(says), Err(error)) => assert!(error.to_string().contains(says), "{error}"),
                    (_, result) => panic!("{body}: {result:?}"),
                }
            }
        }
    }

    #[test]
    fn a_login_that_is_good_for_nothing_is_told_whatever_was_asked() {
        let message = "Unable to validate token because project p1 is disabled";
        let body = json!({"error": {"code": 404, "message": message, "title": "Not Found"}});
        let scripted = Scripted::new(move |_, _| (404, body.clone()));
        let keystone = &scripted.keystone;
        let refusals = [
            run(keystone.list(Kind::User, &[])).map(drop),
            run(keystone.exact(Kind::User, None, "ann")).map(drop),
            run(keystone.update(Kind::User, "u1", &Map::new())).map(drop),
            run(keystone.has_scim()).map(drop),
        ];
        for refusal in refusals {
            let Err(Error::Login { hint, .. }) = &refusal else { panic!("{refusal:?}") };
            assert!(hint.contains("orchest subservice update"), "{hint}");
        }
        let elsewhere = Scripted::new(|_, _| (404, json!("404 page not found")));
        let error = run(elsewhere.keystone.list(Kind::User, &[])).unwrap_err();
        assert_eq!(error.status(), Some(404), "that is about the address");
    }
}
