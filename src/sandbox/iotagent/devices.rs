//! Devices, by id within a service and a sub-service: `/iot/devices` and `/iot/op/delete`.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};

use super::error::Refusal;
use super::{Data, Place, Row, groups, page};

/// What a body may say and an answer shows.
const FIELDS: [&str; 20] = [
    "apikey",
    "entity_name",
    "entity_type",
    "timezone",
    "timestamp",
    "endpoint",
    "transport",
    "attributes",
    "lazy",
    "commands",
    "static_attributes",
    "internal_attributes",
    "protocol",
    "explicitAttrs",
    "ngsiVersion",
    "payloadType",
    "useCBflowControl",
    "storeLastMeasure",
    "lastMeasure",
    "cmdMode",
];
const TEXTS: [&str; 9] = [
    "device_id",
    "entity_name",
    "entity_type",
    "timezone",
    "protocol",
    "endpoint",
    "transport",
    "ngsiVersion",
    "payloadType",
];
const LISTS: [&str; 4] = ["attributes", "lazy", "commands", "static_attributes"];
const DEFAULT_TYPE: &str = "Thing";

pub(super) fn answer(data: &mut Data, call: &Call, place: &Place, id: Option<&str>) -> Result<Reply, Refusal> {
    let key = call.query("apikey");
    match (call.method.as_str(), id) {
        ("GET", None) => Ok(list(data, call, place)),
        (_, None) => create(data, call, place),
        ("GET", Some(id)) => Ok(Reply::json(200, &shown(found(data, place, id, key)?))),
        ("PUT", Some(id)) => change(data, call, place, id, key),
        (_, Some(id)) => {
            remove(data, place, id, key)?;
            Ok(Reply::empty(204))
        }
    }
}

/// `POST /iot/op/delete`: each that is there goes, even if another is not.
pub(super) fn remove_several(data: &mut Data, call: &Call, place: &Place) -> Result<Reply, Refusal> {
    let body = super::body(call)?;
    let Some(devices) = body.get("devices").and_then(Value::as_array) else {
        return Err(Refusal::own("TypeError", "req.body.devices is not iterable"));
    };
    let mut first = Ok(());
    for device in devices {
        let text = |name: &str| device.get(name).and_then(Value::as_str);
        first = first.and(remove(data, place, text("deviceId").unwrap_or_default(), text("apikey")));
    }
    first.map(|()| Reply::empty(204))
}

/// All of them unless a limit is given; `count` is that of all.
fn list(data: &Data, call: &Call, place: &Place) -> Reply {
    let found: Vec<&Row> = data.devices.iter().filter(|device| place.has(device)).collect();
    let count = found.len();
    let devices: Vec<Value> = page(found, call).into_iter().map(shown).collect();
    Reply::json(200, &json!({"count": count, "devices": devices}))
}

fn shown(device: &Row) -> Value {
    let mut shown = device.body.clone();
    shown.insert("service".to_owned(), json!(device.service));
    shown.insert("service_path".to_owned(), json!(device.subservice));
    Value::Object(shown)
}

fn position(data: &Data, place: &Place, id: &str, key: Option<&str>) -> Option<usize> {
    let has = |device: &Row, name: &str, value: &str| device.body.get(name).is_some_and(|own| own == value);
    let key = key.filter(|key| !key.is_empty());
    data.devices.iter().position(|device| {
        place.has(device) && has(device, "device_id", id) && key.is_none_or(|key| has(device, "apikey", key))
    })
}

fn found<'data>(data: &'data Data, place: &Place, id: &str, key: Option<&str>) -> Result<&'data Row, Refusal> {
    let at = position(data, place, id, key);
    at.and_then(|at| data.devices.get(at)).ok_or_else(|| missing(place, id, key))
}

fn missing(place: &Place, id: &str, key: Option<&str>) -> Refusal {
    let mut asked = Map::new();
    if let Some(key) = key {
        asked.insert("apikey".to_owned(), json!(key));
    }
    asked.insert("service".to_owned(), json!(place.service));
    asked.insert("subservice".to_owned(), json!(place.subservice));
    Refusal::no_device(id, &Value::Object(asked))
}

/// Those that can be made are made, even if another is refused; the answer is the first refusal.
fn create(data: &mut Data, call: &Call, place: &Place) -> Result<Reply, Refusal> {
    let body = super::body(call)?;
    let devices = body.get("devices").and_then(Value::as_array).filter(|_| body.len() == 1);
    let devices = devices.ok_or_else(Refusal::syntax)?;
    if !devices.iter().all(is_well_formed) {
        return Err(Refusal::syntax());
    }
    let mut first = Ok(());
    for device in devices {
        first = first.and(create_one(data, place, device));
    }
    first.map(|()| Reply::json(201, &json!({})))
}

fn create_one(data: &mut Data, place: &Place, device: &Value) -> Result<(), Refusal> {
    let text = |name: &str| device.get(name).and_then(Value::as_str).unwrap_or_default();
    let id = text("device_id");
    if id.is_empty() {
        return Err(Refusal::missing_attributes(&["device_id"], device));
    }
    if position(data, place, id, Some(text("apikey"))).is_some() {
        return Err(Refusal::duplicate_device(id, device));
    }
    let kind = match text("entity_type") {
        "" => groups::type_for(data, place, "", text("apikey")).unwrap_or_else(|| DEFAULT_TYPE.to_owned()),
        given => given.to_owned(),
    };
    let name = match text("entity_name") {
        "" => format!("{kind}:{id}"),
        given => given.to_owned(),
    };
    let mut kept = Map::new();
    kept.insert("device_id".to_owned(), json!(id));
    kept.extend(LISTS.map(|list| (list.to_owned(), json!([]))));
    kept.extend(of_device(device));
    kept.insert("entity_name".to_owned(), json!(name));
    kept.insert("entity_type".to_owned(), json!(kind));
    let row = data.row(place, kept);
    data.devices.push(row);
    Ok(())
}

fn of_device(device: &Value) -> Map<String, Value> {
    let fields = device.as_object().into_iter().flatten().filter(|(name, _)| FIELDS.contains(&name.as_str()));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn is_well_formed(device: &Value) -> bool {
    let texts = TEXTS.into_iter().all(|name| device.get(name).is_none_or(Value::is_string));
    let lists = LISTS.into_iter().all(|name| match device.get(name) {
        None => true,
        Some(Value::Array(items)) => name == "static_attributes" || items.iter().all(is_well_named),
        Some(_) => false,
    });
    device.is_object() && texts && lists
}

/// An attribute whose names go into addresses of the context broker.
fn is_well_named(attribute: &Value) -> bool {
    let good = |text: &str| !text.is_empty() && !text.contains(['<', '>', '(', ')', ';', '\'', '=', '"']);
    let names = ["object_id", "name", "type"];
    attribute.is_object()
        && names.into_iter().all(|name| attribute.get(name).is_none_or(|text| text.as_str().is_some_and(good)))
}

fn change(data: &mut Data, call: &Call, place: &Place, id: &str, key: Option<&str>) -> Result<Reply, Refusal> {
    let body = super::body(call)?;
    let known = body.keys().all(|name| name == "device_id" || FIELDS.contains(&name.as_str()));
    let body = Value::Object(body);
    if !known || !is_well_formed(&body) {
        return Err(Refusal::syntax());
    }
    if body.get("device_id").is_some_and(|id| id != "") {
        return Err(Refusal::fixed_id());
    }
    let at = position(data, place, id, key).ok_or_else(|| missing(place, id, key))?;
    if let Some(device) = data.devices.get_mut(at) {
        device.body.extend(of_device(&body));
    }
    Ok(Reply::empty(204))
}

fn remove(data: &mut Data, place: &Place, id: &str, key: Option<&str>) -> Result<(), Refusal> {
    let at = position(data, place, id, key).ok_or_else(|| missing(place, id, key))?;
    data.devices.remove(at);
    Ok(())
}
