//! What Perseo demands of a rule, and what it writes into its text.
//!
//! The language of the rules itself is the core's business, which takes any text here.

use serde_json::{Map, Value, json};

const LONGEST_NAME: usize = 50;
const ACTIONS: [&str; 5] = ["email", "sms", "update", "post", "twitter"];

/// Why a rule is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// 400 with this text.
    Refused(String),
    /// The front end trips over it: 500 and a page.
    Crash,
}

fn refused(text: impl Into<String>) -> Fault {
    Fault::Refused(text.into())
}

/// The name of a rule that is good enough to be kept.
pub(super) fn check(rule: &Map<String, Value>) -> Result<&str, Fault> {
    let name = name(rule)?;
    let (text, silence) = (truthy(rule.get("text")), truthy(rule.get("nosignal")));
    if text.is_none() && silence.is_none() {
        return Err(refused(format!("empty rule, missing text or nosignal {}", json!(rule))));
    }
    if let Some(silence) = silence {
        let interval = silence.get("checkInterval").unwrap_or(&Value::Null);
        let seconds = interval.as_i64().or_else(|| interval.as_str()?.parse().ok());
        if seconds.is_none_or(|seconds| seconds < 1) {
            return Err(refused(format!("invalid check interval {}", bare(interval))));
        }
    }
    check_actions(rule.get("action"))?;
    if text.is_some_and(|text| !text.is_string()) { Err(Fault::Crash) } else { Ok(name) }
}

fn name(rule: &Map<String, Value>) -> Result<&str, Fault> {
    let name = match rule.get("name") {
        Some(Value::String(name)) => name,
        other => return Err(refused(format!("name must be a string {}", type_of(other)))),
    };
    if name.is_empty() {
        return Err(refused("missing rule name \"\""));
    }
    if name.encode_utf16().count() > LONGEST_NAME {
        return Err(refused(format!("rule name too long {}", json!(name))));
    }
    if name.bytes().any(|byte| !byte.is_ascii_alphanumeric() && !b"_-".contains(&byte)) {
        return Err(refused(format!("invalid char in name {name}")));
    }
    Ok(name)
}

fn check_actions(action: Option<&Value>) -> Result<(), Fault> {
    let Some(action) = action.filter(|action| !action.is_null()) else { return Err(Fault::Crash) };
    let one = std::slice::from_ref(action);
    for action in action.as_array().map_or(one, Vec::as_slice) {
        let Some(kind) = action.get("type").and_then(Value::as_str) else {
            return Err(refused("missing type in action [object Object]"));
        };
        if !ACTIONS.contains(&kind) {
            return Err(refused(format!("unknown action type {kind}")));
        }
        let Some(parameters) = action.get("parameters").filter(|_| kind == "update") else { continue };
        if parameters.get("name").and_then(Value::as_str).is_some_and(|name| ["id", "type"].contains(&name)) {
            return Err(refused(format!("id as attribute {parameters}")));
        }
        // The real one looks no further, either.
        return Ok(());
    }
    Ok(())
}

/// Objects to a text that gives the rule another name than its own.
pub(super) fn check_name_in_text(rule: &Map<String, Value>, name: &str) -> Result<(), Fault> {
    let words: Vec<&str> = text(rule).split_whitespace().collect();
    let mut named = words.windows(4).filter_map(|words| match words {
        [select, name, r#as, rule_name] if is(select, "select") && is(r#as, "as") && is_rule_name(rule_name) => {
            name.strip_prefix('"')?.strip_suffix('"')
        }
        _ => None,
    });
    match named.next() {
        Some(other) if other != name => Err(refused(format!("invalid name in EPL text, expecting {name}"))),
        _ => Ok(()),
    }
}

/// Adds `"name" as ruleName` to a text that does not select it.
pub(super) fn complete(rule: &mut Map<String, Value>, name: &str) {
    let text = text(rule);
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.windows(2).any(|words| matches!(words, [r#as, name] if is(r#as, "as") && is_rule_name(name))) {
        return;
    }
    let Some(end) = end_of_select(text) else { return };
    let (before, after) = text.split_at(end);
    let completed = format!("{before} \"{name}\" as ruleName, {}", after.trim());
    rule.insert("text".to_owned(), json!(completed));
}

fn text(rule: &Map<String, Value>) -> &str {
    rule.get("text").and_then(Value::as_str).unwrap_or_default()
}

/// Behind the first `select` that stands by itself.
fn end_of_select(text: &str) -> Option<usize> {
    let inside = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_alphanumeric() || sign == '_');
    let lower = text.to_ascii_lowercase();
    lower.match_indices("select").map(|(start, word)| (start, start + word.len())).find_map(|(start, end)| {
        let alone = !inside(text.get(..start)?.chars().next_back()) && !inside(text.get(end..)?.chars().next());
        alone.then_some(end)
    })
}

fn is(word: &str, expected: &str) -> bool {
    word.eq_ignore_ascii_case(expected)
}

fn is_rule_name(word: &str) -> bool {
    is(word.split(|sign: char| !sign.is_ascii_alphanumeric()).next().unwrap_or_default(), "ruleName")
}

/// What JavaScript takes for true.
fn truthy(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    })
}

/// JavaScript's word for the type.
fn type_of(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::String(_)) => "string",
        Some(Value::Number(_)) => "number",
        Some(Value::Bool(_)) => "boolean",
        Some(_) => "object",
    }
}

fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "undefined".to_owned(),
        other => other.to_string(),
    }
}
