//! Whether a text and what an orchestrator keeps are the same document. An orchestrator that says that one of its templates
//! is does not say which.

use serde_json::Value;

use crate::api::paas::templates::Stored;
use crate::api::paas::{Error, Paas};
use crate::base::yaml::{self, Schema};

/// Those that read as a text does. First among those that are called as the text itself is; then among all, because a
/// template that was renamed keeps its text.
pub(crate) async fn equal(paas: &Paas, text: &str) -> Result<Vec<Stored>, Error> {
    let Some(ours) = document(text) else { return Ok(Vec::new()) };
    if let Some(name) = name(&ours) {
        let found = among(&ours, paas.templates(Some(name)).await?);
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(among(&ours, paas.templates(None).await?))
}

/// Those of a list. Where several are alike, the one that is the same to the last digit, if there is one.
pub(crate) fn among(ours: &Value, listed: Vec<Stored>) -> Vec<Stored> {
    let read = |one: &Stored| serde_json::from_str::<Value>(&one.content).ok();
    let mut found: Vec<Stored> =
        listed.into_iter().filter(|one| read(one).is_some_and(|theirs| alike(ours, &theirs))).collect();
    if found.len() > 1 && found.iter().any(|one| read(one).as_ref() == Some(ours)) {
        found.retain(|one| read(one).as_ref() == Some(ours));
    }
    found
}

/// The document of a text, by the rules of YAML that the orchestrators keep to; `None` where it cannot be read here.
pub(crate) fn document(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    yaml::json(&yaml::read(text).ok()?.root, Schema::Yaml11).ok()
}

/// The name that its metadata give it.
pub(crate) fn name(document: &Value) -> Option<&str> {
    document.pointer("/metadata/template_name")?.as_str()
}

/// Whether both say the same; 1 and 1.0 do.
pub(crate) fn alike(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| alike(value, other)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => ours == theirs,
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
        assert!(alike(&json!([1]), &json!([1.0])) && !alike(&json!("no"), &json!(false)));
    }
}
