//! Whether a text and what an orchestrator keeps are the same document. The orchestrator has said that one of its templates
//! is; it does not say which, and it has read the text by the older rules of YAML.

use serde_json::Value;

/// The document of a text; `None` where it cannot be read here.
pub(super) fn document(text: &str) -> Option<Value> {
    let mut value: yaml_serde::Value = yaml_serde::from_str(text).ok()?;
    value.apply_merge().ok()?;
    serde_json::to_value(value).ok()
}

/// The name that its metadata give it.
pub(super) fn name(document: &Value) -> Option<&str> {
    document.pointer("/metadata/template_name")?.as_str()
}

/// Whether both say the same, as far as it matters: what the older rules read otherwise counts as the same.
pub(super) fn alike(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| alike(value, other)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::String(text), Value::Bool(is_on)) => switch(text) == Some(*is_on),
        // `22:22`, `1_000` and `010` were numbers.
        (Value::String(text), Value::Number(_)) => {
            text.starts_with(|sign: char| sign.is_ascii_digit() || "+-".contains(sign))
        }
        // `1e3` was a text.
        (Value::Number(_), Value::String(text)) => text.contains(['e', 'E']),
        _ => ours == theirs,
    }
}

fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" => Some(true),
        "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_and_the_form_do_not_matter_and_the_content_does() {
        let text = "# a comment\nb: &n [1, 2]\na: {x: *n}\nmetadata: {template_name: kafka}\n";
        let ours = document(text).unwrap();
        let theirs = json!({"metadata": {"template_name": "kafka"}, "a": {"x": [1, 2]}, "b": [1, 2]});
        assert!(alike(&ours, &theirs) && name(&ours) == Some("kafka"));
        for other in [json!({}), json!({"metadata": {"template_name": "kafka"}, "a": {"x": [1, 3]}, "b": [1, 2]})] {
            assert!(!alike(&ours, &other), "{other}");
        }
        assert!(document("a: [").is_none() && name(&json!({"metadata": null})).is_none());
    }

    #[test]
    fn what_the_older_rules_read_otherwise_is_the_same() {
        let ours =
            document("required: no\nmore: on\nport: 22:22\nold: 1e3\nbase: &b {k: 1}\nuse: {<<: *b, l: 2}\n").unwrap();
        let theirs = json!({"required": false, "more": true, "port": 1342, "old": "1e3", "base": {"k": 1},
            "use": {"k": 1, "l": 2}});
        assert!(alike(&ours, &theirs), "{ours}");
        assert!(!alike(&json!("no"), &json!(true)) && !alike(&json!("maybe"), &json!(false)));
        assert!(!alike(&json!("text"), &json!(5)) && !alike(&json!(null), &json!("")));
    }
}
