//! A tree as JSON, and JSON as a tree.

use serde_json::{Map, Number, Value};

use super::error::{Error, Mark};
use super::node::{Entry, Node, Shape, Style};
use super::scalar::{Scalar, Schema};

/// The tree as JSON. A date becomes its text, of equal keys the last one wins, and keys that are no text become one.
pub(crate) fn json(node: &Node, schema: Schema) -> Result<Value, Error> {
    match &node.shape {
        Shape::Scalar { .. } => value(node, schema),
        Shape::List(items) => items.iter().map(|item| json(item, schema)).collect::<Result<_, _>>().map(Value::Array),
        Shape::Map(entries) => {
            let mut map = Map::with_capacity(entries.len());
            for entry in entries {
                let key = schema.scalar(&entry.key).map(|key| key.shown());
                let key = key.ok_or_else(|| Error::new(entry.key.at, "a list or a mapping cannot be a key"))?;
                map.insert(key, json(&entry.value, schema)?);
            }
            Ok(Value::Object(map))
        }
    }
}

/// JSON as a tree without places: its texts are in quotes, everything else is plain.
pub(super) fn tree(value: &Value) -> Node {
    let scalar = |text: String, style: Style| Shape::Scalar { text, style };
    let key = |name: &String| tree(&Value::String(name.clone()));
    let shape = match value {
        Value::String(text) => scalar(text.clone(), Style::Quoted),
        Value::Array(items) => Shape::List(items.iter().map(tree).collect()),
        Value::Object(map) => {
            let entry = |(name, value): (&String, &Value)| Entry { key: key(name), value: tree(value), merged: false };
            Shape::Map(map.iter().map(entry).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            scalar(super::emit(value).trim_end().to_owned(), Style::Plain)
        }
    };
    Node { at: Mark { line: 1, column: 1 }, tag: None, shape }
}

fn value(node: &Node, schema: Schema) -> Result<Value, Error> {
    Ok(match schema.scalar(node).unwrap_or(Scalar::Null) {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Int(number) => integer(number).ok_or_else(|| not_finite(node))?,
        Scalar::Float(number) => Number::from_f64(number).map(Value::Number).ok_or_else(|| not_finite(node))?,
        Scalar::Date(text) | Scalar::Text(text) => Value::String(text),
    })
}

fn integer(number: i128) -> Option<Value> {
    let exact = i64::try_from(number).map(Number::from).or_else(|_| u64::try_from(number).map(Number::from));
    #[allow(clippy::cast_precision_loss, reason = "JSON has nothing better for it")]
    exact.ok().or_else(|| Number::from_f64(number as f64)).map(Value::Number)
}

fn not_finite(node: &Node) -> Error {
    Error::new(node.at, "JSON has no such number")
}
