//! An IoT agent of the Node library: groups and devices. No device ever speaks, and no context broker hears of them.

mod devices;
mod error;
mod groups;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::call::{Call, Reply};
use error::Refusal;

/// A group or a device.
#[derive(Clone, Debug, Serialize)]
struct Row {
    service: String,
    subservice: String,
    body: Map<String, Value>,
    /// The database's own.
    #[serde(rename = "_id")]
    id: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Data {
    // In the order in which they came, which is the order of the listings.
    #[serde(serialize_with = "by_content")]
    groups: Vec<Row>,
    #[serde(serialize_with = "by_content")]
    devices: Vec<Row>,
    // How it came to this is no part of the state.
    #[serde(skip)]
    created: u64,
}

impl Data {
    fn row(&mut self, place: &Place, body: Map<String, Value>) -> Row {
        self.created += 1;
        let id = format!("{:024x}", self.created);
        Row { service: place.service.clone(), subservice: place.subservice.clone(), body, id }
    }
}

/// In an order that ids and age have no part in.
fn by_content<S: Serializer>(rows: &[Row], to: S) -> Result<S::Ok, S::Error> {
    let content = |row: &Row| (row.service.clone(), row.subservice.clone(), json!(row.body).to_string());
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_by_cached_key(|row| (content(row), row.id.clone()));
    to.collect_seq(rows)
}

/// Whose request it is. Both headers have to be there, and may be empty.
struct Place {
    /// In lower case, as the database keeps it.
    service: String,
    subservice: String,
}

impl Place {
    fn of(call: &Call) -> Result<Self, Refusal> {
        let names = ["fiware-service", "fiware-servicepath"];
        let missing: Vec<&str> = names.into_iter().filter(|name| call.header(name).is_none()).collect();
        if !missing.is_empty() {
            return Err(Refusal::missing_headers(&missing));
        }
        let header = |name| call.header(name).unwrap_or_default();
        let subservice = header("fiware-servicepath").to_owned();
        Ok(Self { service: header("fiware-service").to_lowercase(), subservice })
    }

    fn has(&self, row: &Row) -> bool {
        row.service == self.service && row.subservice == self.subservice
    }
}

pub(super) fn answer(data: &mut Data, call: &Call) -> Reply {
    // Before anything else, even for addresses that do not exist.
    if let Err(refusal) = body(call) {
        return refusal.reply();
    }
    serve(data, call).unwrap_or_else(|refusal| refusal.reply())
}

fn serve(data: &mut Data, call: &Call) -> Result<Reply, Refusal> {
    let (method, mut words) = call.route();
    // One slash at the end is forgiven.
    if words.len() > 1 && words.last().is_some_and(|word| word.is_empty()) {
        words.pop();
    }
    match (method, words.as_slice()) {
        ("GET", ["version"] | ["iot", "about"]) => Ok(version()),
        ("GET" | "POST" | "PUT" | "DELETE", ["iot", word @ ("groups" | "services")]) => {
            groups::answer(data, call, &Place::of(call)?, word)
        }
        ("GET" | "POST", ["iot", "devices"]) => devices::answer(data, call, &Place::of(call)?, None),
        ("GET" | "PUT" | "DELETE", ["iot", "devices", id]) => devices::answer(data, call, &Place::of(call)?, Some(id)),
        ("POST", ["iot", "op", "delete"]) => devices::remove_several(data, call, &Place::of(call)?),
        _ => Ok(Reply::html(404, "Not Found")),
    }
}

fn version() -> Reply {
    Reply::json(200, &json!({"libVersion": "4.9.0", "port": "4041", "baseRoot": "/", "version": "3.8.0"}))
}

/// Only a body that says it is JSON is looked at.
fn body(call: &Call) -> Result<Map<String, Value>, Refusal> {
    let kind = call.header("content-type").unwrap_or_default();
    let kind = kind.split_once(';').map_or(kind, |(before, _)| before).trim();
    let is_json = kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
    if call.body.is_empty() || !is_json {
        return Ok(Map::new());
    }
    match call.json() {
        Some(Value::Object(body)) => Ok(body),
        Some(Value::Array(_)) => Ok(Map::new()),
        _ => Err(Refusal::own("SyntaxError", "Unexpected token in JSON")),
    }
}

/// The part that `limit` and `offset` ask for; what is no number, and a limit of zero, ask for nothing in particular.
fn page<'rows>(rows: Vec<&'rows Row>, call: &Call) -> Vec<&'rows Row> {
    let number = |name| call.query(name).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    rows.into_iter().skip(number("offset").unwrap_or(0)).take(limit).collect()
}

#[cfg(test)]
mod tests;
