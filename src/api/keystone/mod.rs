//! Keystone, API v3, as it comes from OpenStack: no plug-in is needed.
//!
//! The five kinds of things that have a name (domain, project, user, group, role) behave alike on the wire, so one file
//! ([`entities`]) serves them all; [`grants`] holds what has no name of its own.

pub(crate) mod auth;
pub(crate) mod create;
pub(crate) mod entities;
pub(crate) mod grants;
pub(crate) mod names;
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

    /// Sends a request with our token.
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, Error> {
        self.http.send(&self.endpoint, request, Some(&*self.login as &dyn Authorize)).await
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
        self.http.pages(&self.endpoint, request, Some(&*self.login as &dyn Authorize), paging)
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
