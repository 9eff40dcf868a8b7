//! The body of a creation or an update, and what of it is refused.

use serde_json::{Map, Value, json};

use super::super::super::call::{Call, Reply};
use super::super::{new_uuid, yaml};
use super::data::{Deployment, Resource, State, is_compute, kind_of, nodes};
use super::error::{bare, refused};

/// What is asked for. The time limits are read, checked and forgotten.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) body: Map<String, Value>,
    pub(super) template: String,
    pub(super) document: Value,
    pub(super) parameters: Map<String, Value>,
    pub(super) callback: Option<String>,
    pub(super) user_group: Option<String>,
}

/// The JSON object in a body.
pub(super) fn object(call: &Call) -> Result<Map<String, Value>, Reply> {
    let kind = call.header("content-type").unwrap_or("application/octet-stream");
    if call.body.is_empty() {
        return Err(refused(400, "Required request body is missing"));
    }
    if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(refused(415, format!("Content type '{kind}' not supported")));
    }
    match call.json() {
        Some(Value::Object(map)) => Ok(map),
        _ => Err(refused(400, "JSON parse error")),
    }
}

impl Request {
    pub(super) fn read(call: &Call) -> Result<Self, Reply> {
        let body = object(call)?;
        let text = |name: &str| match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(refused(400, format!("JSON parse error: {name} is no text"))),
        };
        let template = text("template")?.filter(|template| !template.is_empty());
        let template = template.ok_or_else(|| refused(400, "template: may not be null"))?;
        let callback = text("callback")?;
        let is_web = |url: &String| url.starts_with("http:") || url.starts_with("https:");
        if !callback.as_ref().is_none_or(is_web) {
            return Err(refused(400, "callback: Callback endpoint, if present, must be a valid HTTP URL"));
        }
        let user_group = text("userGroup")?;
        let parameters = match body.get("parameters") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(parameters)) => parameters.clone(),
            Some(_) => return Err(refused(400, "JSON parse error: parameters is no object")),
        };
        limits(&body)?;
        let tosca = || refused(400, "Failed to parse template: it is not a TOSCA document");
        let document = yaml::read_with_dates(&template).map_err(|_| tosca())?;
        if document.get("tosca_definitions_version").is_none() || document.get("topology_template").is_none() {
            return Err(tosca());
        }
        Ok(Self { body, template, document, parameters, callback, user_group })
    }

    /// Every input that is needed has a value; types are not looked at.
    pub(super) fn check_inputs(&self, parameters: &Map<String, Value>) -> Result<(), Reply> {
        let declared = self.document.pointer("/topology_template/inputs").and_then(Value::as_object);
        let read = inputs_read(&self.document);
        for (name, input) in declared.into_iter().flatten() {
            let is_set = parameters.get(name).is_some_and(|value| !value.is_null()) || input.get("default").is_some();
            let is_required = input.get("required").and_then(Value::as_bool).unwrap_or(true);
            if !is_set && (is_required || read.contains(&name.as_str())) {
                let text =
                    format!("Input <{name}> is required and is not present in the user's inputs, nor has a default");
                return Err(refused(400, text));
            }
        }
        Ok(())
    }
}

fn limits(body: &Map<String, Value>) -> Result<(), Reply> {
    let number = |name: &str| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
            number.map(Some).ok_or_else(|| refused(400, format!("JSON parse error: {name} is no number")))
        }
    };
    for name in ["timeoutMins", "providerTimeoutMins", "maxProvidersRetry"] {
        if number(name)?.is_some_and(|number| number < 1) {
            return Err(refused(400, format!("{name}: must be greater than or equal to 1")));
        }
    }
    let is_flag =
        |value: &Value| value.is_boolean() || value.is_null() || matches!(value.as_str(), Some("true" | "false"));
    if !body.get("keepLastAttempt").is_none_or(is_flag) {
        return Err(refused(400, "JSON parse error: keepLastAttempt is neither true nor false"));
    }
    match (number("providerTimeoutMins")?, number("timeoutMins")?) {
        (Some(provider), Some(all)) if provider > all => Err(refused(400, "ProviderTimeout must be <= Timeout")),
        _ => Ok(()),
    }
}

/// The names in all `get_input` of a document.
fn inputs_read(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list.iter().flat_map(inputs_read).collect(),
        Value::Object(map) => {
            let own = map.get("get_input").and_then(Value::as_str);
            map.values().flat_map(inputs_read).chain(own).collect()
        }
        _ => Vec::new(),
    }
}

/// Makes the resources what the template says: as many of each node as its count, without those in its removal list.
pub(super) fn shape(deployment: &mut Deployment, now: jiff::Timestamp, state: State) {
    let Deployment { document, parameters, resources, .. } = deployment;
    resources.retain(|resource| nodes(document).any(|(name, _)| *name == resource.name));
    for (name, node) in nodes(document) {
        let property = |name: &str| {
            let value = node.pointer(&format!("/capabilities/scalable/properties/{name}"))?;
            Some(resolved(value, document, parameters))
        };
        let removed = property("removal_list").unwrap_or_default();
        let removed: Vec<&str> = removed.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        resources.retain(|resource| !removed.contains(&resource.uuid.as_str()));
        let kind = kind_of(node);
        let count = property("count").as_ref().and_then(number).unwrap_or(1);
        let wanted = if is_compute(kind) { count } else { 1 };
        while resources.iter().filter(|resource| resource.name == *name).count() > wanted {
            if let Some(place) = resources.iter().rposition(|resource| resource.name == *name) {
                resources.remove(place);
            }
        }
        let there = resources.iter().filter(|resource| resource.name == *name).count();
        for _ in there..wanted {
            let next = resources.iter().filter_map(|resource| resource.index).max().map_or(0, |index| index + 1);
            resources.push(Resource {
                uuid: new_uuid(),
                index: is_compute(kind).then_some(next),
                state,
                kind: kind.to_owned(),
                name: name.clone(),
                created: now,
                updated: now,
                action: None,
            });
        }
    }
}

/// No more machines than anybody can look at.
fn number(value: &Value) -> Option<usize> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    Some(usize::try_from(number).unwrap_or(usize::MAX).min(100))
}

/// A value, or that of the input it names.
fn resolved(value: &Value, document: &Value, parameters: &Map<String, Value>) -> Value {
    let Some(name) = value.get("get_input").and_then(Value::as_str) else { return value.clone() };
    let default = || document.pointer(&format!("/topology_template/inputs/{name}/default"));
    parameters.get(name).or_else(default).cloned().unwrap_or_else(|| json!(null))
}

/// A fault of the code, where `strict` would refuse.
pub(super) fn fault(strict: bool, message: &str) -> Reply {
    if strict { refused(400, message) } else { bare(500) }
}
