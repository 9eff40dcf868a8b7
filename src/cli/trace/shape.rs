//! The shape of a JSON document: keys and types, never a value.

use serde_json::Value;

use crate::base::text::shortened;

/// A shape is for getting an idea; longer ones are cut.
const LONGEST_SHAPE: usize = 2_000;
/// Levels of a body that are looked into.
const DEEPEST_SHAPE: usize = 12;

/// The shape on one line: `{users: [… 12 of {id: string}]}`.
pub(super) fn shape(value: &Value) -> String {
    shortened(&full(value, 0), LONGEST_SHAPE)
}

fn full(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(items) => match items.first() {
            None => "[]".to_owned(),
            Some(_) if depth >= DEEPEST_SHAPE => "[…]".to_owned(),
            Some(first) => format!("[… {} of {}]", items.len(), full(first, depth + 1)),
        },
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(_) if depth >= DEEPEST_SHAPE => "{…}".to_owned(),
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{key}: {}", full(value, depth + 1))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_is_named_and_no_value_shown() {
        let value = json!({"a": "x", "b": 1, "c": true, "d": null, "e": [], "f": {}, "g": [{"id": "x"}, {"id": "y"}]});
        assert_eq!(shape(&value), "{a: string, b: number, c: bool, d: null, e: [], f: {}, g: [… 2 of {id: string}]}");
    }

    #[test]
    fn a_deep_or_long_body_stays_one_short_line() {
        let mut deep = json!(1);
        for _ in 0..60 {
            deep = json!({ "a": [deep] });
        }
        assert!(shape(&deep).contains('…'));
        let wide = Value::Object((0..10_000).map(|n| (format!("key{n}"), json!(n))).collect());
        assert_eq!(shape(&wide).chars().count(), LONGEST_SHAPE + 1);
    }
}
