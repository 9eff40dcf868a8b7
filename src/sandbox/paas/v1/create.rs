//! A new deployment of v1. Nothing checks the inputs against the template.

use serde_json::{Map, Value, json};

use super::super::super::call::{Call, Reply};
use super::super::work::{Outcome, Status, Work};
use super::super::{Around, new_uuid};
use super::caller::Caller;
use super::check::{NO_BOOL, NO_UUID, boolean, limited, uuid};
use super::data::{Data, Deployment};
use super::error::{Faults, crash, not_json, raised};
use super::keys::{Key, judge};

/// Name, default (null: none), least and most.
pub(super) const NUMBERS: [(&str, Option<i64>, i64, Option<i64>); 4] = [
    ("per_provider_max_retries", Some(3), 1, Some(10)),
    ("max_providers", None, 1, None),
    ("timeout", Some(14400), 1, Some(14400)),
    ("per_provider_timeout", Some(1440), 1, Some(1440)),
];

/// The refusals come in the server's order.
pub(super) fn create(data: &mut Data, around: &Around<'_>, caller: &Caller, call: &Call) -> Result<Reply, Reply> {
    let body = call.json().ok_or_else(not_json)?;
    let user = caller.registered(data)?;
    let fields = fields(&body)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let group = text("user_group");
    if !caller.claims()?.is_in(group) {
        return Err(raised(422, format!("Current user does not belong to user group {group}")));
    }
    if !user.public_ssh_key.as_deref().is_some_and(|key| judge(key) == Key::Good) {
        return Err(raised(422, "Current user does not have a valid public SSH key"));
    }
    let template = data.templates.iter().find(|template| template.id == text("template_id"));
    let Some(template) = template else {
        return Err(raised(404, format!("Template with id={} does not exist", text("template_id"))));
    };
    let outcome = Outcome::asked(fields.get("template_inputs"), &template.document());
    let (id, nameless) = (new_uuid(), template.labels.name.is_none());
    let deployment = Deployment {
        id: id.clone(),
        user_group_issuer: user.issuer.clone(),
        work: Work::new(Status::CreateInProgress, around.now, outcome),
        task: 0,
        outputs: None,
        reason: None,
        created_by: user.id.clone(),
        created_at: around.now,
        updated_by: user.id.clone(),
        updated_at: around.now,
        fields,
    };
    // Too early: what goes wrong from here on leaves the row behind.
    let refusal = match around.switches.broker {
        "down" => Some(raised(504, "Message broker is unreachable")),
        "on" if nameless && !around.strict => Some(crash()),
        _ => None,
    };
    if refusal.is_none() || !around.strict {
        data.deployments.push(deployment);
    }
    refusal.map_or_else(|| Ok(Reply::json(201, &json!({"id": id}))), Err)
}

/// What is asked for, with defaults; unknown keys are left out without a word.
fn fields(body: &Value) -> Result<Map<String, Value>, Reply> {
    let mut faults = Faults::default();
    let Some(map) = body.as_object() else {
        let words = "Input should be a valid dictionary or object to extract fields from";
        faults.add("model_attributes_type", json!(["body"]), words, body.clone());
        return Err(faults.check().err().unwrap_or_else(crash));
    };
    let mut fields = Map::new();
    fields.insert("template_id".to_owned(), template_id(map, &mut faults));
    fields.insert("template_inputs".to_owned(), inputs(map, &mut faults));
    fields.insert("user_group".to_owned(), string(map, "user_group", true, &mut faults));
    for (name, default, least, most) in NUMBERS {
        let number = match map.get(name) {
            None => default,
            Some(Value::Null) if default.is_none() => None,
            Some(value) => limited(value, (least, most), &json!(["body", name]), &mut faults),
        };
        fields.insert(name.to_owned(), json!(number));
    }
    let keep = map.get("keep_last_attempt").unwrap_or(&Value::Bool(false));
    if boolean(keep).is_none() {
        faults.add("bool_parsing", json!(["body", "keep_last_attempt"]), NO_BOOL, keep.clone());
    }
    fields.insert("keep_last_attempt".to_owned(), json!(boolean(keep)));
    for name in ["target_provider_name", "target_region_name"] {
        fields.insert(name.to_owned(), string(map, name, false, &mut faults));
    }
    faults.check().map(|()| fields)
}

fn template_id(map: &Map<String, Value>, faults: &mut Faults) -> Value {
    let place = json!(["body", "template_id"]);
    match map.get("template_id") {
        None => faults.missing(place, Value::Object(map.clone())),
        Some(value) => match value.as_str().and_then(uuid) {
            Some(id) => return json!(id),
            None => faults.add("uuid_parsing", place, NO_UUID, value.clone()),
        },
    }
    Value::Null
}

fn inputs(map: &Map<String, Value>, faults: &mut Faults) -> Value {
    let place = json!(["body", "template_inputs"]);
    match map.get("template_inputs") {
        None => faults.missing(place, Value::Object(map.clone())),
        Some(value) if value.is_object() => return value.clone(),
        Some(value) => faults.add("dict_type", place, "Input should be a valid dictionary", value.clone()),
    }
    Value::Null
}

fn string(map: &Map<String, Value>, name: &str, is_required: bool, faults: &mut Faults) -> Value {
    let place = json!(["body", name]);
    match map.get(name) {
        None if is_required => faults.missing(place, Value::Object(map.clone())),
        Some(Value::Null) | None if !is_required => {}
        Some(Value::String(text)) => return json!(text),
        Some(other) => faults.add("string_type", place, "Input should be a valid string", other.clone()),
        None => {}
    }
    Value::Null
}
