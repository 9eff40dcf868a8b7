//! Templates of v1: YAML comes in, JSON is kept.

use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};

use super::super::super::call::{Call, Reply};
use super::super::{Around, new_uuid, sha256_hex, yaml};
use super::caller::Caller;
use super::check::path_uuid;
use super::data::{Data, Labels, Template, time};
use super::error::{Faults, crash, not_json, raised};
use super::list::{Kind, Query};

pub(super) const KIND: Kind = Kind {
    texts: &["name", "version", "target_provider_type", "tosca_definitions_version", "content"],
    ranges: &[],
    switches: &[],
    numbers: &[],
    hidden: &["updated_at"],
};

pub(super) fn list(data: &Data, around: &Around<'_>, call: &Call) -> Result<Reply, Reply> {
    let mut faults = Faults::default();
    let query = Query::read(&KIND, around.strict, call, &mut faults);
    faults.check()?;
    let row = |template: &Template| {
        let mut row = template.json();
        if let Some(row) = row.as_object_mut() {
            row.insert("updated_at".to_owned(), json!(time(template.updated_at)));
        }
        row
    };
    Ok(query.answer(&KIND, around, call, data.templates.iter().map(row).collect()))
}

/// The place in the table of the template with this id.
fn find(data: &Data, id: &str) -> Result<usize, Reply> {
    let mut faults = Faults::default();
    let id = path_uuid(id, "template_id", &mut faults);
    faults.check()?;
    let place = data.templates.iter().position(|template| template.id == id);
    place.ok_or_else(|| raised(404, format!("Template with id={id} does not exist")))
}

pub(super) fn show(data: &Data, id: &str) -> Result<Reply, Reply> {
    data.templates.get(find(data, id)?).map(|template| Reply::json(200, &template.json())).ok_or_else(crash)
}

/// The text of an upload, by what its header says it is.
fn text(call: &Call) -> Result<String, Reply> {
    let kind = call.header("content-type").map(|kind| kind.split(';').next().unwrap_or(kind).trim().to_lowercase());
    let is_json = kind.as_deref().is_none_or(|kind| kind == "application/json" || kind.ends_with("+json"));
    let missing = || {
        let mut faults = Faults::default();
        faults.missing(json!(["body"]), Value::Null);
        faults.check().err().unwrap_or_else(crash)
    };
    if call.body.is_empty() {
        return Err(missing());
    }
    if !is_json {
        return Ok(String::from_utf8_lossy(&call.body).into_owned());
    }
    match call.json().ok_or_else(not_json)? {
        Value::String(text) => Ok(text),
        other => {
            let mut faults = Faults::default();
            faults.add("string_type", json!(["body"]), "Input should be a valid string", other);
            Err(faults.check().err().unwrap_or_else(crash))
        }
    }
}

pub(super) fn check_body(call: &Call) -> Result<(), Reply> {
    text(call).map(|_| ())
}

pub(super) fn upload(data: &mut Data, around: &Around<'_>, caller: &Caller, call: &Call) -> Result<Reply, Reply> {
    let created_by = caller.registered(data)?.id.clone();
    let unfit = || if around.strict { raised(422, "The template is not a valid TOSCA document") } else { crash() };
    let document = yaml::read(&text(call)?).map_err(|_| unfit())?;
    let labels = labels(&document).ok_or_else(unfit)?;
    let content = pretty(&document);
    let hash = sha256_hex(&content);
    if data.templates.iter().any(|template| template.content == content) {
        return Err(raised(409, format!("Template with hash_content={hash} already exists")));
    }
    let id = new_uuid();
    let (created_at, updated_at) = (around.now, around.now);
    data.templates.push(Template { id: id.clone(), labels, content, created_by, created_at, updated_at });
    Ok(Reply::json(201, &json!({"id": id})))
}

/// As Python writes JSON for people.
pub(super) fn pretty(document: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    "));
    // Writing into memory cannot fail.
    let _ = document.serialize(&mut serializer);
    String::from_utf8(bytes).unwrap_or_default()
}

/// What stands in the head of a template; `None` where the server stumbles over it.
pub(super) fn labels(document: &Value) -> Option<Labels> {
    let map = document.as_object()?;
    let metadata = match map.get("metadata") {
        None => None,
        Some(Value::Object(metadata)) => Some(metadata),
        Some(_) => return None,
    };
    let label = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text.clone())),
        Some(Value::Bool(is)) => Some(Some(if *is { "True" } else { "False" }.to_owned())),
        Some(Value::Number(number)) => Some(Some(number.to_string())),
        Some(_) => None,
    };
    Some(Labels {
        name: label(metadata.and_then(|metadata| metadata.get("template_name")))?,
        version: label(metadata.and_then(|metadata| metadata.get("template_version")))?,
        target_provider_type: label(metadata.and_then(|metadata| metadata.get("target_provider_type")))?,
        tosca_definitions_version: label(map.get("tosca_definitions_version"))?,
    })
}

/// Null changes nothing: what is set cannot be unset.
pub(super) fn edit(
    data: &mut Data,
    around: &Around<'_>,
    caller: &Caller,
    call: &Call,
    id: &str,
) -> Result<Reply, Reply> {
    let body = call.json().ok_or_else(not_json)?;
    caller.registered(data)?;
    let place = find(data, id)?;
    let mut faults = Faults::default();
    if !body.is_object() {
        let words = "Input should be a valid dictionary or object to extract fields from";
        faults.add("model_attributes_type", json!(["body"]), words, body.clone());
    }
    let mut label = |name: &str| match body.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => {
            faults.add("string_type", json!(["body", name]), "Input should be a valid string", other.clone());
            None
        }
    };
    let new = (label("name"), label("version"), label("target_provider_type"), label("tosca_definitions_version"));
    faults.check()?;
    let template = data.templates.get_mut(place).ok_or_else(crash)?;
    let labels = &mut template.labels;
    labels.name = new.0.or(labels.name.take());
    labels.version = new.1.or(labels.version.take());
    labels.target_provider_type = new.2.or(labels.target_provider_type.take());
    labels.tosca_definitions_version = new.3.or(labels.tosca_definitions_version.take());
    template.updated_at = around.now;
    Ok(Reply::empty(204))
}

/// Says 204 whatever happens: also where there was none, and where one is kept because deployments use it.
pub(super) fn remove(data: &mut Data, around: &Around<'_>, id: &str) -> Result<Reply, Reply> {
    let mut faults = Faults::default();
    let id = path_uuid(id, "template_id", &mut faults);
    faults.check()?;
    let is_used = data.deployments.iter().any(|deployment| deployment.field("template_id") == Some(&json!(id)));
    if is_used && around.strict {
        return Err(raised(409, format!("Template with id={id} is used by deployments")));
    }
    if !is_used {
        data.templates.retain(|template| template.id != id);
    }
    Ok(Reply::empty(204))
}
