//! What the servers of the platform tell about themselves: versions, whether they are alive, how much they did, and how
//! much they write into their logs. The IoT orchestrator keeps these routes below `/v1.0`, Orion, Perseo and Keypass at
//! their root.

pub(crate) mod counters;
pub(crate) mod levels;
pub(crate) mod metrics;
pub(crate) mod probe;

use serde_json::{Map, Value};

use crate::api::door::Door;
use crate::api::fiware::Place;
use crate::http::{Error, Method, Request, Response};

use metrics::Measured;

/// The administration of one server.
pub(crate) struct Administration {
    door: Door,
    /// Whether its routes are those of the orchestrator.
    orchestrator: bool,
    /// Keypass answers nothing without a service, whatever it is.
    tenant: Option<String>,
}

/// What `GET /v1.0/version` of the orchestrator says.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) version: Option<String>,
    /// `API_stats`, as they came.
    pub(crate) counters: Map<String, Value>,
}

impl Administration {
    pub(crate) fn of_orchestrator(door: Door) -> Self {
        Self { door, orchestrator: true, tenant: None }
    }

    /// Of Orion or Perseo.
    pub(crate) fn of(door: Door) -> Self {
        Self { door, orchestrator: false, tenant: None }
    }

    /// Of Keypass.
    pub(crate) fn of_keypass(door: Door, tenant: &str) -> Self {
        Self { door, orchestrator: false, tenant: Some(tenant.to_owned()) }
    }

    fn request(&self, method: Method, path: &'static str) -> Request {
        let request = Request::new(method);
        let request = if self.orchestrator { request.path("v1.0") } else { request };
        let request = request.path(path);
        match &self.tenant {
            Some(tenant) => Place::service_level(tenant).on_service(request),
            None => request,
        }
    }

    /// The orchestrator's version and its counters of requests.
    pub(crate) async fn about(&self) -> Result<About, Error> {
        let response = self.door.send(&self.request(Method::Get, "version")).await?;
        let body = object(&response)?;
        let version = body.get("version").and_then(Value::as_str).map(str::to_owned);
        let counters = body.get("API_stats").and_then(Value::as_object).cloned().unwrap_or_default();
        Ok(About { version, counters })
    }

    /// Orion's `GET /statistics`, as it came.
    pub(crate) async fn statistics(&self) -> Result<Map<String, Value>, Error> {
        object(&self.door.send(&self.request(Method::Get, "statistics")).await?)
    }

    /// What each service was served.
    pub(crate) async fn metrics(&self) -> Result<Vec<Measured>, Error> {
        let response = self.door.send(&self.request(Method::Get, "admin/metrics")).await?;
        Ok(metrics::flatten(&object(&response)?))
    }

    /// The same, and the server begins at zero again; `None` where an orchestrator counts nothing.
    ///
    /// A lost answer takes the counts with it, so this is sent once: the second answer would be all zeros and look like
    /// the truth.
    pub(crate) async fn take_metrics(&self) -> Result<Option<Vec<Measured>>, Error> {
        let mut request = self.request(Method::Get, "admin/metrics").query("reset", "true");
        request.repeatable = false;
        let response = self.door.send(&self.bearing_500(request)).await?;
        if response.status == 500 { Ok(None) } else { Ok(Some(metrics::flatten(&object(&response)?))) }
    }

    /// Lets the server begin at zero; `false` where an orchestrator counts nothing.
    pub(crate) async fn reset_metrics(&self) -> Result<bool, Error> {
        let request = self.bearing_500(self.request(Method::Delete, "admin/metrics"));
        Ok(self.door.send(&request).await?.status != 500)
    }

    /// An orchestrator without extended metrics answers a reset with 500.
    fn bearing_500(&self, request: Request) -> Request {
        if self.orchestrator { request.accept_status(500) } else { request }
    }

    /// The level of the log.
    pub(crate) async fn log_level(&self) -> Result<String, Error> {
        let response = self.door.send(&self.request(Method::Get, "admin/log")).await?;
        levels::read(&response.body).ok_or_else(|| response.malformed("it names no level"))
    }

    /// Sets it. An orchestrator looks at the token, and answers 400 where it does not like it: `Err` with its words.
    pub(crate) async fn set_log_level(&self, level: &str) -> Result<Result<(), String>, Error> {
        let request = self.request(Method::Put, "admin/log").query("level", level).accept_status(400);
        let response = self.door.send(&request).await?;
        if response.status == 400 { Ok(Err(words(&response))) } else { Ok(Ok(())) }
    }
}

/// The orchestrator sends some of its objects as text inside of a JSON string.
fn unwrapped(value: Value) -> Value {
    match &value {
        Value::String(text) => serde_json::from_str(text).ok().filter(Value::is_object).unwrap_or(value),
        _ => value,
    }
}

fn object(response: &Response) -> Result<Map<String, Value>, Error> {
    match unwrapped(response.json()?) {
        Value::Object(object) => Ok(object),
        _ => Err(response.malformed("it is no object")),
    }
}

/// What a refusal says, also from inside of a string.
fn words(response: &Response) -> String {
    let inner = response.json().ok().map(unwrapped);
    let text = inner.as_ref().and_then(|inner| inner.get("error")).and_then(Value::as_str);
    text.map_or_else(|| response.error_message(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_inside_of_a_string_is_the_object() {
        assert_eq!(unwrapped(json!("{\"error\": \"no\"}")), json!({"error": "no"}));
        assert_eq!(unwrapped(json!({"a": 1})), json!({"a": 1}));
        for other in [json!("plain words"), json!("[1]"), json!("3"), json!(null)] {
            assert_eq!(unwrapped(other.clone()), other);
        }
    }
}
