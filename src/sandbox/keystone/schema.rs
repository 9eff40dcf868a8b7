//! The part of JSON Schema that Keystone's requests are checked with, and its wording of what is wrong: clients show it.

use serde_json::{Map, Value};

use super::error::Refusal;

/// What is wrong, and where.
struct Fault<'value> {
    path: Vec<String>,
    value: &'value Value,
    message: String,
}

/// Checks a body or a query the way that most requests are checked.
pub(super) fn check(schema: &Value, value: &Value) -> Result<(), Refusal> {
    let Some(fault) = first_fault(schema, value) else { return Ok(()) };
    Err(Refusal::bad_request(match fault.path.first() {
        None => fault.message,
        // The path is collected from the inside out.
        Some(field) => {
            format!("Invalid input for field/attribute {field}. Value: {}. {}", plain(fault.value), fault.message)
        }
    }))
}

/// Checks what the two oldest requests carry, logging in and changing one's password. Keystone also prints the schema,
/// which is left out here.
pub(super) fn check_old(schema: &Value, value: &Value) -> Result<(), Refusal> {
    let Some(fault) = first_fault(schema, value) else { return Ok(()) };
    let path: Vec<&str> = fault.path.iter().rev().map(String::as_str).collect();
    Err(Refusal::bad_request(if path.is_empty() {
        fault.message
    } else {
        format!("Invalid input for field '{}': {}", path.join("/"), fault.message)
    }))
}

/// Checks the parameters of a list; of those given twice the first counts.
pub(super) fn check_query(schema: &Value, parameters: &[(String, String)]) -> Result<(), Refusal> {
    let mut query = Map::new();
    for (name, value) in parameters {
        query.entry(name.clone()).or_insert_with(|| Value::from(value.clone()));
    }
    check(schema, &Value::Object(query))
}

/// The first in the order of the schema's own keywords, which is the one that Keystone reports.
fn first_fault<'value>(schema: &Value, value: &'value Value) -> Option<Fault<'value>> {
    let schema = schema.as_object()?;
    schema.iter().find_map(|(keyword, argument)| match keyword.as_str() {
        "properties" => in_properties(argument, value),
        "items" => in_items(argument, value),
        _ => {
            let message = broken(keyword, argument, value, schema)?;
            Some(Fault { path: Vec::new(), value, message })
        }
    })
}

fn in_properties<'value>(properties: &Value, value: &'value Value) -> Option<Fault<'value>> {
    let fields = value.as_object()?;
    properties.as_object()?.iter().find_map(|(name, schema)| {
        let mut fault = first_fault(schema, fields.get(name)?)?;
        fault.path.push(name.clone());
        Some(fault)
    })
}

fn in_items<'value>(schema: &Value, value: &'value Value) -> Option<Fault<'value>> {
    value.as_array()?.iter().enumerate().find_map(|(index, item)| {
        let mut fault = first_fault(schema, item)?;
        fault.path.push(index.to_string());
        Some(fault)
    })
}

/// The message if this keyword is not met. Unknown keywords are.
fn broken(keyword: &str, argument: &Value, value: &Value, schema: &Map<String, Value>) -> Option<String> {
    let text = value.as_str();
    let length = text.map(|text| text.chars().count());
    let count = argument.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
    match keyword {
        "type" => {
            let names = types(argument);
            let wanted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
            let fits = names.iter().any(|name| is_of(value, name));
            (!fits).then(|| format!("{} is not of type {}", repr(value), wanted.join(", ")))
        }
        "enum" => {
            let fits = argument.as_array().is_some_and(|values| values.contains(value));
            (!fits).then(|| format!("{} is not one of {}", repr(value), repr(argument)))
        }
        "required" => {
            let fields = value.as_object()?;
            let missing = types(argument).into_iter().find(|name| !fields.contains_key(*name))?;
            Some(format!("'{missing}' is a required property"))
        }
        "additionalProperties" if *argument == Value::Bool(false) => unexpected(schema, value),
        "minLength" => (length? < count).then(|| format!("{} should be non-empty", repr(value))),
        "maxLength" => (length? > count).then(|| format!("{} is too long", repr(value))),
        "minProperties" => (value.as_object()?.len() < count).then(|| format!("{} should be non-empty", repr(value))),
        "maxProperties" => {
            (value.as_object()?.len() > count).then(|| format!("{} has too many properties", repr(value)))
        }
        "minimum" => {
            let is_less = value.as_u64().map_or_else(|| value.is_i64(), |number| Some(number) < argument.as_u64());
            is_less.then(|| format!("{value} is less than the minimum of {argument}"))
        }
        "maxItems" => (value.as_array()?.len() > count).then(|| format!("{} is too long", repr(value))),
        "uniqueItems" => {
            let items = value.as_array()?;
            let repeated = items.iter().enumerate().any(|(index, item)| items.iter().take(index).any(|it| it == item));
            repeated.then(|| format!("{} has non-unique elements", repr(value)))
        }
        "pattern" => {
            let fits = matches(argument.as_str()?, text?);
            (!fits).then(|| format!("{} does not match {}", repr(value), repr(argument)))
        }
        "format" => {
            let digits = text?.chars().filter(|it| *it != '-').collect::<String>();
            let fits = digits.len() == 32 && digits.chars().all(|it| it.is_ascii_hexdigit());
            (!fits).then(|| format!("{} is not a {}", repr(value), repr(argument)))
        }
        _ => None,
    }
}

fn unexpected(schema: &Map<String, Value>, value: &Value) -> Option<String> {
    let known = schema.get("properties")?.as_object()?;
    let mut extra: Vec<String> =
        value.as_object()?.keys().filter(|name| !known.contains_key(*name)).map(|name| quoted(name)).collect();
    extra.sort();
    let verb = if extra.len() == 1 { "was" } else { "were" };
    let list = extra.join(", ");
    (!extra.is_empty()).then(|| format!("Additional properties are not allowed ({list} {verb} unexpected)"))
}

fn types(argument: &Value) -> Vec<&str> {
    match argument {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        _ => false,
    }
}

/// The three patterns that Keystone's schemas have.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern {
        "[\\S]+" => text.chars().any(|it| !it.is_whitespace()),
        "^[a-zA-Z0-9-]+$" => !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '-'),
        "^[^,/]*$" => !text.contains([',', '/']),
        _ => true,
    }
}

/// As Python prints it inside of a sentence: a text without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| repr(value), str::to_owned)
}

/// As Python prints a value.
fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(repr).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}: {}", quoted(name), repr(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(quote);
    for character in text.chars() {
        match character {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if other == quote => quoted.extend(['\\', other]),
            other => quoted.push(other),
        }
    }
    quoted.push(quote);
    quoted
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
