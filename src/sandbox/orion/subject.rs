//! The `subject` of a subscription: which entities, and which change of them.

use serde_json::{Value, json};

use super::error::Refusal;
use super::field::{self, Object};
use super::head::has_forbidden;

const LONGEST_ID: usize = 256;

/// The subject as Orion shows it afterwards. Of `before` only `notifyOnMetadataChange` outlives a new subject.
pub(super) fn read(subject: &Object, before: Option<&Value>) -> Result<Value, Refusal> {
    let Some(entities) = subject.get("entities") else { return Err(Refusal::bad("no subject entities specified")) };
    let Value::Array(entities) = entities else { return Err(Refusal::bad("/entities/ is not an array")) };
    let mut shown: Vec<Value> = Vec::new();
    for item in entities {
        let item = entity(item)?;
        if !shown.contains(&item) {
            shown.push(item);
        }
    }
    if shown.is_empty() {
        return Err(Refusal::bad("subject entities is empty"));
    }
    let condition = field::object(subject, "condition", "condition")?;
    if condition.is_some_and(Object::is_empty) {
        return Err(Refusal::bad("condition is empty"));
    }
    let condition = read_condition(condition.unwrap_or(&Object::new()), before)?;
    Ok(json!({"entities": shown, "condition": condition}))
}

fn entity(item: &Value) -> Result<Value, Refusal> {
    let Value::Object(item) = item else { return Err(Refusal::bad("/entities/ vector item is not an object")) };
    let has = |name: &str| item.contains_key(name);
    match (has("id"), has("idPattern")) {
        (false, false) => return Err(Refusal::bad("/entities/ vector item does not have /id/ nor /idPattern/")),
        (true, true) => return Err(Refusal::bad("/entities/ vector item has both /id/ and /idPattern/")),
        _ => {}
    }
    if has("type") && has("typePattern") {
        return Err(Refusal::bad("/entities/ element has both /type/ and /typePattern/"));
    }
    let mut shown = Object::new();
    for name in ["id", "idPattern", "type", "typePattern"] {
        let what = format!("/entities/ vector item /{name}/");
        let Some(text) = field::text(item, name, &what)? else { continue };
        let exact = !name.ends_with("Pattern");
        if text.is_empty() {
            return Err(Refusal::bad(empty(name)));
        }
        if exact && has_forbidden_in_id(text) {
            return Err(Refusal::bad(format!("forbidden characters in {what}")));
        }
        if exact && text.len() > LONGEST_ID {
            return Err(Refusal::bad(format!("max {name} length exceeded in {what}")));
        }
        shown.insert(name.to_owned(), json!(text));
    }
    Ok(Value::Object(shown))
}

fn empty(name: &str) -> String {
    match name {
        "id" => "/entities/ element id is empty".to_owned(),
        "type" => "entity type length: 0, min length supported: 1".to_owned(),
        _ => format!("/entities/ vector item /{name}/ is empty"),
    }
}

/// Ids are part of addresses, so they may hold less than other texts.
pub(super) fn has_forbidden_in_id(text: &str) -> bool {
    text.bytes().any(|byte| byte <= b' ' || byte >= 127) || text.contains(['?', '/', '#', '&']) || has_forbidden(text)
}

fn read_condition(condition: &Object, before: Option<&Value>) -> Result<Value, Refusal> {
    let mut shown = Object::new();
    let attributes = field::names(condition, "attrs")?.unwrap_or_default();
    shown.insert("attrs".to_owned(), json!(attributes));
    if let Some(text) = field::text(condition, "jexlExpression", "jexlExpression")? {
        shown.insert("jexlExpression".to_owned(), json!(text));
    }
    if let Some(given) = field::object(condition, "expression", "expression")? {
        let mut expression = Object::new();
        for name in ["q", "mq", "geometry", "coords", "georel"] {
            if let Some(text) = field::text(given, name, name)?.filter(|text| !text.is_empty()) {
                expression.insert(name.to_owned(), json!(text));
            }
        }
        if !expression.is_empty() {
            shown.insert("expression".to_owned(), Value::Object(expression));
        }
    }
    if let Some(types) = field::names(condition, "alterationTypes")?.filter(|types| !types.is_empty()) {
        for one in &types {
            if !["entityChange", "entityUpdate", "entityCreate", "entityDelete"].contains(&one.as_str()) {
                return Err(Refusal::bad(format!("unknown subscription alterationType: {one}")));
            }
        }
        shown.insert("alterationTypes".to_owned(), json!(types));
    }
    let metadata = field::boolean(condition, "notifyOnMetadataChange")?;
    let kept = before.and_then(|before| before.pointer("/condition/notifyOnMetadataChange")?.as_bool());
    shown.insert("notifyOnMetadataChange".to_owned(), json!(metadata.or(kept).unwrap_or(true)));
    Ok(Value::Object(shown))
}
