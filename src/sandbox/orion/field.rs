//! Reading one field of a JSON object, with Orion's words when it has the wrong type.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::error::Refusal;
use super::head::has_forbidden;

pub(super) type Object = Map<String, Value>;

/// A text; `None` if it is not there.
pub(super) fn text<'object>(from: &'object Object, name: &str, what: &str) -> Result<Option<&'object str>, Refusal> {
    match from.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::bad(format!("{what} is not a string"))),
    }
}

pub(super) fn needed_text<'object>(from: &'object Object, name: &str, what: &str) -> Result<&'object str, Refusal> {
    text(from, name, what)?.ok_or_else(|| Refusal::bad(format!("{what} is missing")))
}

pub(super) fn integer(from: &Object, name: &str) -> Result<Option<i64>, Refusal> {
    match from.get(name) {
        None => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| Refusal::bad(format!("{name} is not an int"))),
    }
}

pub(super) fn boolean(from: &Object, name: &str) -> Result<Option<bool>, Refusal> {
    match from.get(name) {
        None => Ok(None),
        Some(value) => value.as_bool().map(Some).ok_or_else(|| Refusal::bad(format!("{name} is not a bool"))),
    }
}

/// A list of names, each once; `None` if it is not there.
pub(super) fn names(from: &Object, name: &str) -> Result<Option<Vec<String>>, Refusal> {
    let Some(value) = from.get(name) else { return Ok(None) };
    let list = value.as_array().ok_or_else(|| Refusal::bad(format!("the field /{name}/ must be a JSON array")))?;
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    for item in list {
        let Value::String(item) = item else {
            return Err(Refusal::bad(format!("only JSON Strings allowed in string vector /{name}/")));
        };
        if !seen.insert(item) {
            return Err(Refusal::bad(format!("duplicated item /{item}/ in array")));
        }
        if has_forbidden(item) {
            return Err(Refusal::bad("forbidden characters in attribute name"));
        }
        if item.is_empty() {
            return Err(Refusal::bad(format!("empty string found in string vector /{name}/")));
        }
        names.push(item.clone());
    }
    Ok(Some(names))
}

/// The object in this field; `None` if it is not there.
pub(super) fn object<'object>(
    from: &'object Object,
    name: &str,
    what: &str,
) -> Result<Option<&'object Object>, Refusal> {
    match from.get(name) {
        None => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(Refusal::bad(format!("{what} is not an object"))),
    }
}
