//! The platform's SCIM plug-in, with its mistakes: false, empty and null values get lost in both directions, the first
//! entry has index 0, some writes fail after they are done, and a bulk of roles stops in the middle.
//!
//! It has no rules of its own but passes most requests on to the areas that own users, groups and roles. Under `/v1` the
//! same things are called by the names of SCIM 2.0.

mod groups;
mod roles;
mod users;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::world::About;

use super::data::Data;
use super::error::Refusal;
use super::{Area, Outcome, not_allowed, route};

pub(super) fn answer(data: &mut Data, about: &About<'_>, call: &Call) -> Outcome {
    let (_, words) = route(call);
    let ["OS-SCIM", words @ ..] = words.as_slice() else { return None };
    // A server without the plug-in has no such paths.
    if !about.flavour.platform {
        return None;
    }
    let (version, words) = match words {
        ["v1", words @ ..] => ("2.0", words),
        words => ("1.0", words),
    };
    let scim = Scim { about, call, version };
    let method = if call.method == "HEAD" { "GET" } else { call.method.as_str() };
    Some(match (method, words) {
        ("GET", ["Users"]) => users::list(data, &scim),
        ("POST", ["Users"]) => users::create(data, &scim),
        ("GET", ["Users", id]) => users::show(data, &scim, id),
        ("PATCH", ["Users", id]) => users::change(data, &scim, id),
        // It calls a method that does not exist.
        ("PUT", ["Users", _]) => Err(failure()),
        ("DELETE", ["Users", id]) => scim.pass(data, super::users::answer, ("DELETE", "users", Some(id)), None),
        ("GET", ["Groups"]) => groups::list(data, &scim),
        ("POST", ["Groups"]) => groups::create(data, &scim),
        ("GET", ["Groups", id]) => groups::show(data, &scim, id),
        ("PATCH", ["Groups", id]) => groups::change(data, &scim, id),
        ("DELETE", ["Groups", id]) => scim.pass(data, super::groups::answer, ("DELETE", "groups", Some(id)), None),
        ("GET", ["Roles"]) => roles::list(data, &scim),
        ("POST", ["Roles"]) => roles::create(data, &scim),
        ("GET", ["Roles", id]) => roles::show(data, &scim, id),
        ("DELETE", ["Roles", id]) => scim.pass(data, super::roles::answer, ("DELETE", "roles", Some(id)), None),
        ("POST", ["RolesAll"]) => roles::create_all(data, &scim),
        ("DELETE", ["RolesAll"]) => roles::delete_all(data, &scim),
        (_, ["Users" | "Groups" | "Roles"]) => Ok(not_allowed(call, "GET, HEAD, OPTIONS, POST")),
        (_, ["Users", _]) => Ok(not_allowed(call, "DELETE, GET, HEAD, OPTIONS, PATCH, PUT")),
        (_, ["Groups", _]) => Ok(not_allowed(call, "DELETE, GET, HEAD, OPTIONS, PATCH")),
        (_, ["Roles", _]) => Ok(not_allowed(call, "DELETE, GET, HEAD, OPTIONS")),
        (_, ["RolesAll"]) => Ok(not_allowed(call, "DELETE, OPTIONS, POST")),
        _ => return None,
    })
}

/// A request to the plug-in.
struct Scim<'call> {
    about: &'call About<'call>,
    call: &'call Call,
    version: &'static str,
}

impl Scim<'_> {
    /// The name under which Keystone's own attributes stand.
    fn extension(&self) -> String {
        format!("urn:scim:schemas:extension:keystone:{}", self.version)
    }

    fn schemas(&self) -> Value {
        json!([format!("urn:scim:schemas:core:{}", self.version), self.extension()])
    }

    /// The attributes of the body that are not lost on the way in.
    fn fields(&self) -> Map<String, Value> {
        kept(self.call.json().and_then(|body| body.as_object().cloned()).unwrap_or_default())
    }

    /// The domain that a body names.
    fn domain<'body>(&self, fields: &'body Map<String, Value>) -> Option<&'body str> {
        fields.get(&self.extension()).and_then(|extension| extension.get("domain_id")?.as_str())
    }

    /// Asks one of the areas as if the same client had asked it.
    fn pass(
        &self,
        data: &mut Data,
        area: Area,
        (method, collection, id): (&str, &str, Option<&str>),
        body: Option<Value>,
    ) -> Result<Reply, Refusal> {
        let id = id.map(|id| format!("/{}", utf8_percent_encode(id, NON_ALPHANUMERIC))).unwrap_or_default();
        let mut call = Call::new(method, &format!("/v3/{collection}{id}"));
        if let Some(token) = self.call.header("x-auth-token") {
            call = call.with_header("x-auth-token", token);
        }
        if let Some(body) = body {
            call = call.with_body(body.to_string());
        }
        area(data, self.about, &call).unwrap_or_else(|| Err(failure()))
    }

    /// The part of a list that the request asks for. The index of the first entry is 0, whatever SCIM says.
    fn list(&self, items: Vec<Value>) -> Result<Reply, Refusal> {
        let (first, count) = (self.number("startIndex")?, self.number("count")?);
        let total = items.len();
        let part: Vec<_> = items.into_iter().skip(first.unwrap_or(0)).take(count.unwrap_or(usize::MAX)).collect();
        let mut body = json!({"schemas": self.schemas(), "Resources": part, "totalResults": total});
        for (name, number) in [("startIndex", first), ("itemsPerPage", count)] {
            if let (Some(number), Some(body)) = (number, body.as_object_mut()) {
                body.insert(name.to_owned(), json!(number));
            }
        }
        Ok(Reply::json(200, &body))
    }

    fn number(&self, parameter: &str) -> Result<Option<usize>, Refusal> {
        self.call.query(parameter).map(|text| text.parse().map_err(|_| failure())).transpose()
    }

    /// One resource in an answer, without what gets lost on the way out.
    fn resource(&self, mut shown: Value) -> Value {
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("schemas".to_owned(), self.schemas());
            return Value::Object(kept(std::mem::take(fields)));
        }
        shown
    }
}

/// What is neither false nor empty nor null, nor zero, which Python takes for false.
fn kept(mut fields: Map<String, Value>) -> Map<String, Value> {
    fields.retain(|_, value| match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        // An empty list passes, to break what takes its first entry.
        Value::Array(_) => true,
        Value::Object(fields) => !fields.is_empty(),
    });
    fields
}

/// Where the plug-in fails by mistake.
fn failure() -> Refusal {
    Refusal::new(500, "An unexpected error prevented the server from fulfilling your request.")
}

#[cfg(test)]
mod tests;
