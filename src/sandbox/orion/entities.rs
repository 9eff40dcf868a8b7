//! As much of Orion's entities as making one, finding what is left and taking it away need.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::sandbox::call::{Call, Reply};

use super::error::Refusal;
use super::field::{self, Object};
use super::head::Head;
use super::subject::has_forbidden_in_id;
use super::{counted, subscription};

/// What makes an entity itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Key {
    tenant: String,
    path: String,
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Entities {
    entities: BTreeMap<Key, Object>,
}

impl Serialize for Entities {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.entities.iter().map(|(key, attributes)| json!({"entity": key, "attributes": attributes})))
    }
}

/// `/v2/entities`
pub(super) fn all(entities: &mut Entities, call: &Call, head: &Head) -> Result<Reply, Refusal> {
    if call.method == "POST" {
        return create(entities, call, head);
    }
    let asked = |name: &str, value: &str| call.query(name).is_none_or(|list| list.split(',').any(|one| one == value));
    let found: Vec<_> = entities
        .entities
        .iter()
        .filter(|(key, _)| in_scope(key, head) && asked("id", &key.id) && asked("type", &key.kind))
        .collect();
    let page: Value = found.iter().skip(head.offset).take(head.limit).map(|(key, of)| shown(key, of)).collect();
    Ok(counted(Reply::json(200, &page), head, found.len()))
}

/// `/v2/entities/{id}`
pub(super) fn one(entities: &mut Entities, call: &Call, head: &Head, id: &str) -> Result<Reply, Refusal> {
    let kind = call.query("type");
    let mut found = entities
        .entities
        .iter()
        .filter(|(key, _)| in_scope(key, head) && key.id == id && kind.is_none_or(|kind| key.kind == kind));
    let Some((key, attributes)) = found.next() else {
        return Err(Refusal::new(404, "The requested entity has not been found. Check type and id"));
    };
    if found.next().is_some() {
        return Err(Refusal::new(409, "More than one matching entity. Please refine your query"));
    }
    if call.method == "GET" {
        return Ok(Reply::json(200, &shown(key, attributes)));
    }
    let key = key.clone();
    entities.entities.remove(&key);
    Ok(Reply::empty(204))
}

/// Without a path all of the tenant; `/a/#` is `/a` and all below it, and of several paths each counts.
fn in_scope(key: &Key, head: &Head) -> bool {
    let covers = |path: &str| match path.strip_suffix("/#") {
        Some(above) => key.path.strip_prefix(above).is_some_and(|below| below.is_empty() || below.starts_with('/')),
        None => key.path == path,
    };
    key.tenant == head.tenant && head.paths.iter().any(|path| covers(if path.is_empty() { "/#" } else { path }))
}

fn shown(key: &Key, attributes: &Object) -> Value {
    let mut shown = Object::new();
    shown.insert("id".to_owned(), json!(key.id));
    shown.insert("type".to_owned(), json!(key.kind));
    shown.extend(attributes.clone());
    Value::Object(shown)
}

fn create(entities: &mut Entities, call: &Call, head: &Head) -> Result<Reply, Refusal> {
    let body = subscription::parse(&call.body)?;
    let id = field::text(&body, "id", "entity id")?;
    let id = id.ok_or_else(|| Refusal::bad("entity id length: 0, min length supported: 1"))?;
    let kind = field::text(&body, "type", "entity type")?.unwrap_or("Thing");
    for (text, what) in [(id, "id"), (kind, "type")] {
        if text.is_empty() {
            return Err(Refusal::bad(format!("entity {what} length: 0, min length supported: 1")));
        }
        if has_forbidden_in_id(text) {
            return Err(Refusal::bad(format!("Invalid characters in entity {what}")));
        }
    }
    let path = if head.path().is_empty() { "/" } else { head.path() };
    let key = Key { tenant: head.tenant.clone(), path: path.to_owned(), id: id.to_owned(), kind: kind.to_owned() };
    let mut attributes = Object::new();
    for (name, value) in body.iter().filter(|(name, _)| !["id", "type"].contains(&name.as_str())) {
        attributes.insert(name.clone(), attribute(name, value, head.has("keyValues"))?);
    }
    let location = format!("/v2/entities/{id}?type={kind}");
    if head.has("upsert") {
        entities.entities.entry(key).or_default().extend(attributes);
        return Ok(Reply::empty(204).with_header("Location", location));
    }
    if entities.entities.contains_key(&key) {
        return Err(Refusal::new(422, "Already Exists"));
    }
    entities.entities.insert(key, attributes);
    Ok(Reply::empty(201).with_header("Location", location))
}

/// An attribute in full: value, type (by the value, where none is given) and metadata.
fn attribute(name: &str, given: &Value, bare: bool) -> Result<Value, Refusal> {
    let (value, kind, metadata) = match given {
        _ if bare => (given, None, None),
        Value::Object(given) => {
            let kind = field::text(given, "type", "attribute type")?;
            (given.get("value").unwrap_or(&Value::Null), kind, given.get("metadata"))
        }
        _ => {
            return Err(Refusal::bad(format!(
                "attribute {name} must be a JSON object, unless keyValues option is used"
            )));
        }
    };
    let by_value = match value {
        Value::String(_) => "Text",
        Value::Number(_) => "Number",
        Value::Bool(_) => "Boolean",
        Value::Null => "None",
        Value::Array(_) | Value::Object(_) => "StructuredValue",
    };
    let metadata = metadata.cloned().unwrap_or_else(|| json!({}));
    Ok(json!({"type": kind.unwrap_or(by_value), "value": value, "metadata": metadata}))
}
