//! Orion, the context broker, in version 2 of its interface, as far as its administration goes: subscriptions, and making one entity.
//!
//! A subscription belongs to one service and one path. Listing, making and changing go by both; reading and deleting by id
//! need the service alone, but the path is sent along all the same, because a PEP in front decides by it.

pub(crate) mod create;
pub(crate) mod draft;
pub(crate) mod modules;
pub(crate) mod subscription;

use serde_json::{Value, json};

use crate::http::{Error, FiwareOffset, Method, Request};

use super::door::Door;
use super::fiware::Place;

pub(crate) use draft::{Draft, Entities};
pub(crate) use modules::Module;
pub(crate) use subscription::Subscription;

/// How often a list is read that changes while it is read.
const READINGS: u32 = 3;

/// One Orion, at one place of the platform.
#[derive(Clone)]
pub(crate) struct Orion {
    door: Door,
    place: Place,
}

impl Orion {
    pub(crate) fn new(door: Door, place: Place) -> Self {
        Self { door, place }
    }

    /// All subscriptions that are stored at exactly this place.
    pub(crate) async fn list(&self) -> Result<Vec<Subscription>, Error> {
        let mut reading = 1;
        let rows = loop {
            match self.door.pages(self.at(Method::Get, "v2/subscriptions"), FiwareOffset::bare()).all().await {
                Err(Error::Moved { .. }) if reading < READINGS => reading += 1,
                result => break result?,
            }
        };
        rows.into_iter().map(|row| self.typed(row)).collect()
    }

    /// One by its id; `None` when there is no such in this service.
    pub(crate) async fn show(&self, id: &str) -> Result<Option<Subscription>, Error> {
        let response = self.door.send(&self.by_id(Method::Get, id).accept_status(404)).await?;
        if response.status == 404 { Ok(None) } else { self.typed(response.json()?).map(Some) }
    }

    /// Deletes one by its id; `false` when it was gone already.
    pub(crate) async fn delete(&self, id: &str) -> Result<bool, Error> {
        Ok(self.door.send(&self.by_id(Method::Delete, id).accept_status(404)).await?.status != 404)
    }

    /// Changes some members of one.
    pub(crate) async fn change(&self, id: &str, members: &Value) -> Result<(), Error> {
        self.door.send(&self.by_id(Method::Patch, id).json(members.clone())).await.map(drop)
    }

    /// Makes sure that there is an entity of this id and type; its attributes, if it has any, are left alone.
    pub(crate) async fn upsert_entity(&self, id: &str, kind: Option<&str>) -> Result<(), Error> {
        let mut entity = json!({ "id": id });
        if let (Some(kind), Some(members)) = (kind, entity.as_object_mut()) {
            members.insert("type".to_owned(), json!(kind));
        }
        let request = self.at(Method::Post, "v2/entities").query("options", "upsert").json(entity);
        self.door.send(&request.repeatable()).await.map(drop)
    }

    fn at(&self, method: Method, path: &'static str) -> Request {
        self.place.on(Request::new(method).path(path))
    }

    fn by_id(&self, method: Method, id: &str) -> Request {
        self.at(method, "v2/subscriptions").id(id)
    }

    fn typed(&self, row: Value) -> Result<Subscription, Error> {
        Subscription::read(row).ok_or_else(|| Error::Malformed {
            backend: "orion",
            method: "GET",
            url: self.door.endpoint().url.to_string(),
            reason: "a subscription without an id".to_owned(),
        })
    }
}
