//! The IoT agents' refusals: `{"name", "message"}`.

use serde_json::{Value, json};

use crate::sandbox::call::Reply;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    code: u16,
    name: &'static str,
    message: String,
}

impl Refusal {
    fn new(code: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self { code, name, message: message.into() }
    }

    /// A body that is no JSON, or lacks what nothing checks, counts as a fault of the agent's own.
    pub(super) fn own(name: &'static str, message: &str) -> Self {
        Self::new(500, name, message)
    }

    pub(super) fn syntax() -> Self {
        Self::new(400, "WRONG_SYNTAX", "Wrong syntax in request: Errors found validating request.")
    }

    /// Headers or parameters; both are called headers.
    pub(super) fn missing_headers(missing: &[&str]) -> Self {
        Self::new(400, "MISSING_HEADERS", format!("Some headers were missing from the request: {}", json!(missing)))
    }

    pub(super) fn missing_attributes(missing: &[&str], of: &Value) -> Self {
        let text = format!("The request was not well formed:Missing attributes: {} with: {of}", json!(missing));
        Self::new(400, "MISSING_ATTRIBUTES", text)
    }

    pub(super) fn missing_settings(missing: &[&str]) -> Self {
        let text = format!("The following mandatory configuration parameters were missing: {}", json!(missing));
        Self::new(400, "MISSING_CONFIG_PARAMS", text)
    }

    pub(super) fn fixed_id() -> Self {
        let text = "Request error connecting to the Context Broker: Can't change the ID of a preprovisioned device";
        Self::new(400, "BAD_REQUEST", text)
    }

    pub(super) fn other_service() -> Self {
        Self::new(403, "MISMATCHED_SERVICE", "The declared service didn't match the stored one in the entity")
    }

    pub(super) fn no_device(id: &str, asked: &Value) -> Self {
        Self::new(404, "DEVICE_NOT_FOUND", format!("No device was found with id:{id} and {asked}"))
    }

    pub(super) fn no_group(asked: &Value) -> Self {
        let fields = json!(["resource", "apikey"]);
        let text = format!("Couldn\t find device group for fields: {fields} and values: {asked}");
        Self::new(404, "DEVICE_GROUP_NOT_FOUND", text)
    }

    pub(super) fn duplicate_device(id: &str, device: &Value) -> Self {
        let what = "A device with the same info (DeviceId, ApiKey, Service, Subservice) was found";
        Self::new(409, "DUPLICATE_DEVICE_ID", format!("{what}:{id} and {device}"))
    }

    pub(super) fn duplicate_group(resource: &str, key: &str, group: &Value) -> Self {
        let what = "A device configuration already exists for resource";
        Self::new(409, "DUPLICATE_GROUP", format!("{what} {resource} and API Key {key} and {group}"))
    }

    pub(super) fn reply(&self) -> Reply {
        Reply::json(self.code, &json!({"name": self.name, "message": self.message}))
    }
}
