//! Groups of devices, by resource and API key: `/iot/groups`, and `/iot/services` as it was called before.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};

use super::error::Refusal;
use super::{Data, Place, Row, page};

/// What is kept of a group; anything else in a body goes nowhere.
const FIELDS: [&str; 26] = [
    "url",
    "resource",
    "apikey",
    "entity_type",
    "endpoint",
    "transport",
    "description",
    "trust",
    "cbHost",
    "timezone",
    "timestamp",
    "commands",
    "lazy",
    "attributes",
    "static_attributes",
    "internal_attributes",
    "autoprovision",
    "explicitAttrs",
    "expressionLanguage",
    "defaultEntityNameConjunction",
    "ngsiVersion",
    "entityNameExp",
    "payloadType",
    "useCBflowControl",
    "storeLastMeasure",
    "cmdMode",
];
const LISTS: [&str; 5] = ["commands", "lazy", "attributes", "static_attributes", "internal_attributes"];
const TEXTS: [&str; 7] = ["entity_type", "endpoint", "transport", "token", "cbHost", "ngsiVersion", "payloadType"];

/// `word` is the last of the path, and the name of the list in bodies.
pub(super) fn answer(data: &mut Data, call: &Call, place: &Place, word: &str) -> Result<Reply, Refusal> {
    match call.method.as_str() {
        "GET" => Ok(list(data, call, place, word)),
        "POST" => create(data, call, place, word),
        "PUT" => change(data, call, place),
        _ => remove(data, call, place),
    }
}

/// The groups of the path, all at once; only a listing of the whole service, `/*`, goes by pages.
fn list(data: &Data, call: &Call, place: &Place, word: &str) -> Reply {
    let of_service = place.subservice == "/*";
    let found: Vec<&Row> = data
        .groups
        .iter()
        .filter(|group| if of_service { group.service == place.service } else { place.has(group) })
        .collect();
    let count = found.len();
    let found = if of_service { page(found, call) } else { found };
    let shown: Vec<Value> = found.into_iter().map(shown).collect();
    let body = [("count", json!(count)), (word, json!(shown))];
    Reply::json(200, &body.into_iter().collect())
}

fn shown(group: &Row) -> Value {
    let mut shown = Map::new();
    shown.insert("_id".to_owned(), json!(group.id));
    shown.extend(LISTS.map(|list| (list.to_owned(), json!([]))));
    shown.extend(group.body.clone());
    shown.insert("service".to_owned(), json!(group.service));
    shown.insert("subservice".to_owned(), json!(group.subservice));
    Value::Object(shown)
}

/// One after the other: those before one that is refused are made.
fn create(data: &mut Data, call: &Call, place: &Place, word: &str) -> Result<Reply, Refusal> {
    let body = super::body(call)?;
    let groups = body.get(word).and_then(Value::as_array).filter(|_| body.len() == 1).ok_or_else(Refusal::syntax)?;
    if !groups.iter().all(is_well_formed) {
        return Err(Refusal::syntax());
    }
    for group in groups {
        let (resource, key) = (text(group, "resource"), text(group, "apikey"));
        if find(data, resource, key).is_some() {
            return Err(Refusal::duplicate_group(resource, key, group));
        }
        if place.service.is_empty() {
            return Err(Refusal::missing_settings(&["service"]));
        }
        if place.subservice.is_empty() {
            return Err(Refusal::missing_settings(&["subservice"]));
        }
        if text(group, "entity_type").is_empty() {
            return Err(Refusal::missing_settings(&["type"]));
        }
        let row = data.row(place, kept(group));
        data.groups.push(row);
    }
    Ok(Reply::json(201, &json!({})))
}

fn text<'value>(value: &'value Value, name: &str) -> &'value str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is_well_formed(group: &Value) -> bool {
    let is = |name: &str, right: fn(&Value) -> bool| group.get(name).is_none_or(right);
    let needed = ["resource", "apikey"].into_iter().all(|name| group.get(name).is_some_and(Value::is_string));
    let texts = TEXTS.into_iter().all(|name| is(name, Value::is_string));
    needed && texts && ["lazy", "attributes", "commands"].into_iter().all(|name| is(name, Value::is_array))
}

fn kept(group: &Value) -> Map<String, Value> {
    let fields = group.as_object().into_iter().flatten().filter(|(name, _)| FIELDS.contains(&name.as_str()));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// In any service: resource and key are the agent's own. An empty one is not looked at, as the real one has it.
fn find(data: &Data, resource: &str, key: &str) -> Option<usize> {
    let is =
        |group: &Row, name: &str, value: &str| value.is_empty() || group.body.get(name).is_some_and(|own| own == value);
    data.groups.iter().position(|group| is(group, "resource", resource) && is(group, "apikey", key))
}

/// The group that the parameters name, if it is of this place.
fn named(data: &Data, call: &Call, place: &Place) -> Result<usize, Refusal> {
    let missing: Vec<&str> = ["resource", "apikey"].into_iter().filter(|name| call.query(name).is_none()).collect();
    if !missing.is_empty() {
        return Err(Refusal::missing_headers(&missing));
    }
    let (resource, key) = (call.query("resource").unwrap_or_default(), call.query("apikey").unwrap_or_default());
    let mut asked = json!({"resource": resource, "apikey": key});
    if let Value::Object(asked) = &mut asked {
        asked.retain(|_, value| value != "");
    }
    let at = find(data, resource, key).ok_or_else(|| Refusal::no_group(&asked))?;
    match data.groups.get(at) {
        Some(group) if place.has(group) => Ok(at),
        _ => Err(Refusal::other_service()),
    }
}

fn change(data: &mut Data, call: &Call, place: &Place) -> Result<Reply, Refusal> {
    let body = super::body(call)?;
    let at = named(data, call, place)?;
    if let Some(group) = data.groups.get_mut(at) {
        group.body.extend(kept(&Value::Object(body)));
    }
    Ok(Reply::empty(204))
}

/// With `device`, whatever its value, all devices of the service and sub-service go as well, and not only the group's.
fn remove(data: &mut Data, call: &Call, place: &Place) -> Result<Reply, Refusal> {
    let at = named(data, call, place)?;
    data.groups.remove(at);
    if call.query("device").is_some_and(|value| !value.is_empty()) {
        data.devices.retain(|device| !place.has(device));
    }
    Ok(Reply::empty(204))
}

/// The type of the devices of the group that a device falls under.
pub(super) fn type_for(data: &Data, place: &Place, kind: &str, key: &str) -> Option<String> {
    let is =
        |group: &Row, name: &str, value: &str| value.is_empty() || group.body.get(name).is_some_and(|own| own == value);
    let under = |group: &&Row| place.has(group) && is(group, "apikey", key);
    let by_type = data.groups.iter().filter(under).find(|group| is(group, "entity_type", kind));
    let group = by_type.or_else(|| data.groups.iter().find(under))?;
    Some(group.body.get("entity_type")?.as_str()?.to_owned())
}
