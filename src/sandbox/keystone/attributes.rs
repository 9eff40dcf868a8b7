//! What the things that Keystone keeps have in common: known and unknown attributes, and how requests carry them.

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::data::Extra;
use super::error::Refusal;
use super::{crash, member};

/// What Keystone keeps beside the columns of its tables; here they are among the extra attributes, under these names.
const APART: [&str; 2] = ["options", "tags"];

/// All the words that are accepted for a flag. Only `true` and `false` themselves are also stored, see [`flag`].
pub(super) fn flag_schema() -> Value {
    json!({"type": ["boolean", "string", "null"], "enum": [
        true, "True", "TRUE", "true", false, "False", "FALSE", "false", "", "1", "0", "y", "Y", "n", "N", "on", "ON",
        "off", "OFF", "yes", "no",
    ]})
}

pub(super) fn name_schema(longest: usize) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": longest, "pattern": "[\\S]+"})
}

/// The schema of an id, of these types: one may be null in some places.
pub(super) fn id_schema(types: &[&str]) -> Value {
    json!({"type": types, "minLength": 1, "maxLength": 64, "pattern": "^[a-zA-Z0-9-]+$"})
}

/// The schema of `options`, of which these are known.
pub(super) fn options_schema(known: &[&str]) -> Value {
    let known: Map<String, Value> = known.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
    json!({"type": "object", "properties": known, "additionalProperties": false})
}

/// A flag of the request: `None` if it is not given, and the server's failure if it is one of the words, which pass the
/// schema but not the database.
pub(super) fn flag(fields: &Map<String, Value>, name: &str) -> Result<Option<bool>, Reply> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(crash()),
    }
}

/// A text of the request; null counts as the empty one.
pub(super) fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).map(|value| value.as_str().unwrap_or_default().to_owned())
}

/// The description, which may be null; the other one if the request does not speak of it.
pub(super) fn description_or(fields: &Map<String, Value>, other: Option<&str>) -> Option<String> {
    fields.get("description").map_or(other, Value::as_str).map(str::to_owned)
}

/// The attributes of a new thing that are none of the known ones. Their names lose what does not fit into Python's.
pub(super) fn new_extra(fields: Map<String, Value>, known: &[&str]) -> Extra {
    let unknown = fields.into_iter().filter(|(name, _)| !known.contains(&name.as_str()));
    unknown.map(|(name, value)| (name.replace([':', '-'], "_"), value)).collect()
}

/// Puts changed attributes over the old ones, which keep their places. Options are changed one by one; null takes one
/// back.
pub(super) fn change_extra(extra: &mut Extra, fields: Map<String, Value>, known: &[&str]) {
    for (name, value) in fields.into_iter().filter(|(name, _)| !known.contains(&name.as_str())) {
        match (name.as_str(), value) {
            ("options", Value::Object(options)) => {
                let mut merged = options_of(extra);
                merged.extend(options);
                merged.retain(|_, value| !value.is_null());
                extra.insert(name, Value::Object(merged));
            }
            (_, value) => {
                extra.insert(name, value);
            }
        }
    }
}

pub(super) fn options_of(extra: &Extra) -> Map<String, Value> {
    extra.get("options").and_then(Value::as_object).cloned().unwrap_or_default()
}

pub(super) fn tags_of(extra: &Extra) -> Value {
    extra.get("tags").cloned().unwrap_or_else(|| json!([]))
}

/// The unknown attributes, which come first in an answer.
pub(super) fn shown_extra(extra: &Extra) -> Map<String, Value> {
    let unknown = extra.iter().filter(|(name, _)| !APART.contains(&name.as_str()));
    unknown.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Adds to what is shown where it can be found.
pub(super) fn with_link(about: &About<'_>, mut shown: Map<String, Value>, collection: &str, id: &str) -> Value {
    shown.insert("links".to_owned(), json!({"self": format!("{}/v3/{collection}/{id}", about.url)}));
    Value::Object(shown)
}

/// Users and projects repeat their unknown attributes in the answer to a change, an old mistake that clients rely on.
pub(super) fn with_repeated_extra(shown: Value, extra: &Extra) -> Value {
    let Value::Object(fields) = shown else { return shown };
    let mut repeated = Map::new();
    for (name, value) in fields {
        if name == "options" {
            repeated.insert("extra".to_owned(), Value::Object(shown_extra(extra)));
        }
        repeated.insert(name, value);
    }
    Value::Object(repeated)
}

/// Whether a thing that is marked as immutable may be changed like this: the mark itself may be taken away, alone.
pub(super) fn check_mutable(
    is_immutable: bool,
    kind: &str,
    id: &str,
    change: Option<&Map<String, Value>>,
) -> Result<(), Refusal> {
    let unmarks = |change: &Map<String, Value>| {
        let mark = change.get("options").and_then(|options| options.get("immutable"));
        change.len() == 1 && mark.is_some_and(|mark| mark.is_null() || *mark == json!(false))
    };
    if !is_immutable || change.is_some_and(unmarks) {
        return Ok(());
    }
    let verb = if change.is_some() { "update" } else { "delete" };
    let resource = format!("{kind} resource: `{id}. Set resource option \"immutable\" to false first.");
    Err(Refusal::new(403, format!("Unable to {verb} immutable {resource}")))
}

pub(super) fn is_immutable(extra: &Extra) -> bool {
    options_of(extra).get("immutable") == Some(&json!(true))
}

/// The id in the body of a change, if there is one, is that of the path.
pub(super) fn check_same_id(call: &Call, kind: &str, id: &str) -> Result<(), Refusal> {
    let given = member(call, kind).get("id").cloned().unwrap_or(Value::Null);
    if given.is_null() || given == json!(id) { Ok(()) } else { Err(Refusal::bad_request("Cannot change ID")) }
}
