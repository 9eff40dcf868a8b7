//! An IoT agent, as far as clearing up goes: groups of devices and devices. Nothing else on the platform removes them.

use serde_json::Value;

use crate::http::{Error, FiwareOffset, Method, Request};

use super::door::Door;
use super::fiware::Place;

/// One agent, at one place of the platform.
#[derive(Clone)]
pub(crate) struct IotAgent {
    door: Door,
    place: Place,
}

/// A group or a device, by what tells it apart from the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// The id of a device; the resource of a group.
    pub(crate) id: String,
    /// The API key. Devices of older agents have none.
    pub(crate) apikey: Option<String>,
}

impl Known {
    fn read(row: &Value, id: &str) -> Option<Self> {
        let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self { id: text(id)?, apikey: text("apikey") })
    }
}

impl IotAgent {
    pub(crate) fn new(door: Door, place: Place) -> Self {
        Self { door, place }
    }

    async fn list(&self, path: &'static str, key: &'static str, id: &str) -> Result<Vec<Known>, Error> {
        let request = self.place.on(Request::new(Method::Get).path(path));
        let rows = self.door.pages(request, FiwareOffset::within(key)).all().await?;
        Ok(rows.iter().filter_map(|row| Known::read(row, id)).collect())
    }

    /// All devices at exactly this place.
    pub(crate) async fn devices(&self) -> Result<Vec<Known>, Error> {
        self.list("iot/devices", "devices", "device_id").await
    }

    /// All groups at exactly this place.
    pub(crate) async fn groups(&self) -> Result<Vec<Known>, Error> {
        self.list("iot/groups", "groups", "resource").await
    }

    /// Deletes a device; gone already is as good.
    pub(crate) async fn delete_device(&self, device: &Known) -> Result<(), Error> {
        let request = Request::new(Method::Delete).path("iot/devices").segment(&device.id).accept_status(404);
        let request = match &device.apikey {
            Some(key) => request.query("apikey", key),
            None => request,
        };
        self.door.send(&self.place.on(request)).await.map(drop)
    }

    /// Deletes a group; gone already is as good. Its devices are deleted by themselves.
    pub(crate) async fn delete_group(&self, group: &Known) -> Result<(), Error> {
        let key = group.apikey.clone().unwrap_or_default();
        let request = Request::new(Method::Delete).path("iot/groups").accept_status(404);
        let request = request.query("resource", &group.id).query("apikey", key);
        self.door.send(&self.place.on(request)).await.map(drop)
    }
}
