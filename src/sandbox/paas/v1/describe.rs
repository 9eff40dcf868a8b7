//! `/openapi.json`: what v1 says of itself. The facts of the real server's document, without its prose: methods, statuses,
//! parameters and bodies. A test holds it against the real one.

use serde_json::{Map, Value, json};

use super::super::super::call::Reply;
use super::create::NUMBERS;
use super::list::Kind;
use super::routes::{ROUTES, Route};
use super::{deployments, templates, users};

pub(super) fn document() -> Reply {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        if let Some(methods) = paths.entry(route.path).or_insert_with(|| json!({})).as_object_mut() {
            methods.insert(route.method.to_lowercase(), operation(&route));
        }
    }
    let info = json!({"title": "Orchestrator", "version": "0.1.0"});
    let servers = json!([{"url": "/api/v1"}]);
    Reply::json(200, &json!({"openapi": "3.1.0", "info": info, "servers": servers, "paths": paths}))
}

fn operation(route: &Route) -> Value {
    let answer = |status: &u16| (status.to_string(), json!({"description": reason(*status)}));
    let responses: Map<String, Value> = route.statuses.iter().map(answer).collect();
    let mut operation = Map::new();
    let parameters = parameters(route);
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), json!(parameters));
    }
    if let Some(schema) = body(route) {
        let body = json!({"required": true, "content": {"application/json": {"schema": schema}}});
        operation.insert("requestBody".to_owned(), body);
    }
    operation.insert("responses".to_owned(), json!(responses));
    if route.path != "/health/" {
        operation.insert("security".to_owned(), json!([{"HTTPBearer": []}]));
    }
    Value::Object(operation)
}

fn parameters(route: &Route) -> Vec<Value> {
    let names = route.path.split('/').filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'));
    let in_path = |name: &str| {
        let schema =
            if name == "user_id" { json!({"anyOf": [uuid(), {"const": "me", "type": "string"}]}) } else { uuid() };
        json!({"name": name, "in": "path", "required": true, "schema": schema})
    };
    let mut all: Vec<Value> = names.map(in_path).collect();
    match (route.method, route.path) {
        ("GET", "/users/") => all.extend(list(&users::KIND)),
        ("GET", "/templates/") => all.extend(list(&templates::KIND)),
        ("GET", "/deployments/") => {
            all.extend(list(&deployments::KIND));
            // Which makes the real server crash.
            all.push(query("created_by", false, &or_null(&json!({"type": "string"}))));
            all.push(query("template_id", true, &uuid()));
        }
        ("DELETE", "/deployments/{deployment_id}") => {
            let switch = json!({"type": "boolean", "default": false});
            all.extend(["force", "unsecure"].map(|name| query(name, true, &switch)));
        }
        _ => {}
    }
    all
}

/// What all lists take, and what this one does.
fn list(kind: &Kind) -> Vec<Value> {
    let moment = or_null(&json!({"type": "string", "format": "date-time"}));
    let mut all = vec![
        query("sort", false, &json!({"type": "string", "default": "-created_at"})),
        query("size", false, &json!({"type": "integer", "minimum": 1, "default": 5})),
        query("page", false, &json!({"type": "integer", "minimum": 1, "default": 1})),
        query("created_before", false, &moment),
        query("created_after", false, &moment),
    ];
    let optional = |name: &str, kind: &str| query(name, false, &or_null(&json!({"type": kind})));
    all.extend(kind.texts.iter().map(|name| optional(name, "string")));
    all.extend(kind.switches.iter().map(|name| optional(name, "boolean")));
    let bounds = |name: &&str| ["gte", "lte"].map(|end| optional(&format!("{name}_{end}"), "integer"));
    all.extend(kind.ranges.iter().flat_map(bounds));
    all.extend(kind.numbers.iter().map(|(name, count)| {
        let known: Vec<i64> = (0..*count).collect();
        query(name, false, &json!({"type": "array", "items": {"type": "integer", "enum": known}}))
    }));
    all
}

fn query(name: &str, required: bool, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "required": required, "schema": schema})
}

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn or_null(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// What is sent along, where something is.
fn body(route: &Route) -> Option<Value> {
    let text = json!({"type": "string"});
    let object = |properties: Value| json!({"type": "object", "properties": properties});
    match (route.method, route.path) {
        ("POST", "/templates/") => Some(text),
        ("PATCH", "/templates/{template_id}") => {
            let names = ["name", "version", "target_provider_type", "tosca_definitions_version"];
            let members: Map<String, Value> = names.map(|name| (name.to_owned(), or_null(&text))).into_iter().collect();
            Some(object(json!(members)))
        }
        ("PATCH", "/users/{user_id}/ssh_keys") => {
            Some(json!({"type": "object", "properties": {"public_key": text}, "required": ["public_key"]}))
        }
        ("PATCH", "/deployments/{deployment_id}") => Some(object(json!({"user_group": or_null(&text)}))),
        ("POST", "/deployments/") => Some(deployment()),
        _ => None,
    }
}

fn deployment() -> Value {
    let text = json!({"type": "string"});
    let others = [
        ("template_id", uuid()),
        ("template_inputs", json!({"additionalProperties": true, "type": "object"})),
        ("user_group", text.clone()),
        ("keep_last_attempt", json!({"type": "boolean", "default": false})),
        ("target_provider_name", or_null(&text)),
        ("target_region_name", or_null(&text)),
    ];
    let mut properties: Map<String, Value> =
        others.map(|(name, schema)| (name.to_owned(), schema)).into_iter().collect();
    for (name, default, least, most) in NUMBERS {
        let mut number: Map<String, Value> = [("type", json!("integer")), ("minimum", json!(least))]
            .map(|(key, value)| (key.to_owned(), value))
            .into_iter()
            .collect();
        let ends = [("maximum", most), ("default", default)];
        number.extend(ends.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value?)))));
        let number = Value::Object(number);
        properties.insert(name.to_owned(), if default.is_none() { or_null(&number) } else { number });
    }
    json!({"type": "object", "properties": properties, "required": ["template_id", "template_inputs", "user_group"]})
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        422 => "Unprocessable Entity",
        _ => "Successful Response",
    }
}
