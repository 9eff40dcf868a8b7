//! Perseo, the rules engine, as far as clearing up goes: rules, which are known by their names.

use serde_json::Value;

use crate::http::{Error, FiwareOffset, Method, Request};

use super::door::Door;
use super::fiware::Place;

/// One Perseo, at one place of the platform.
#[derive(Clone)]
pub(crate) struct Perseo {
    door: Door,
    place: Place,
}

impl Perseo {
    pub(crate) fn new(door: Door, place: Place) -> Self {
        Self { door, place }
    }

    /// The names of all rules at exactly this place.
    pub(crate) async fn rules(&self) -> Result<Vec<String>, Error> {
        let request = self.place.on(Request::new(Method::Get).path("rules"));
        let rows = self.door.pages(request, FiwareOffset::within("data")).all().await?;
        Ok(rows.iter().filter_map(|row| row.get("name").and_then(Value::as_str).map(str::to_owned)).collect())
    }

    /// Deletes one. Perseo says 200 also where there was none; older ones say 204 or 404.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), Error> {
        let request = Request::new(Method::Delete).path("rules").segment(name).accept_status(404);
        self.door.send(&self.place.on(request)).await.map(drop)
    }
}
