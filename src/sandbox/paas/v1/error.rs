//! How v1 says no: what the service raises, what the framework finds wrong with a request, and crashes.

use serde_json::{Value, json};

use super::super::super::call::Reply;

/// Raised by the service, in words.
pub(super) fn raised(status: u16, detail: impl Into<String>) -> Reply {
    Reply::json(status, &json!({"status": status, "detail": detail.into()}))
}

/// A token that is no good.
pub(super) fn unauthenticated(status: u16, description: &str) -> Reply {
    let detail = json!({"error": "Unauthenticated", "error_description": description});
    Reply::json(status, &json!({"status": status, "detail": detail}))
}

/// A fault of the code.
pub(super) fn crash() -> Reply {
    Reply::text(500, "Internal Server Error")
}

/// The framework's own words for a route or a method that is not there.
pub(super) fn bare(status: u16, detail: &str) -> Reply {
    Reply::json(status, &json!({"detail": detail}))
}

/// What is wrong with a request, all of it together.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Value>);

impl Faults {
    /// One more; `place` is where, such as `["query", "size"]`.
    pub(super) fn add(&mut self, kind: &str, place: Value, words: &str, input: Value) {
        self.0.push(fault(kind, place, words, input, None));
    }

    /// One more, with the limit that was overstepped.
    pub(super) fn add_with(&mut self, kind: &str, place: Value, words: &str, input: Value, context: Value) {
        self.0.push(fault(kind, place, words, input, Some(context)));
    }

    pub(super) fn missing(&mut self, place: Value, input: Value) {
        self.add("missing", place, "Field required", input);
    }

    /// The refusal, if there is a reason.
    pub(super) fn check(self) -> Result<(), Reply> {
        if self.0.is_empty() { Ok(()) } else { Err(Reply::json(422, &json!({"detail": self.0}))) }
    }
}

/// What was sent is repeated, whatever it is.
fn fault(kind: &str, place: Value, words: &str, input: Value, context: Option<Value>) -> Value {
    let known = [("type", kind.into()), ("loc", place), ("msg", words.into()), ("input", input)];
    let all = known.into_iter().chain(context.map(|context| ("ctx", context)));
    Value::Object(all.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The body is not the JSON it is said to be.
pub(super) fn not_json() -> Reply {
    let mut faults = Faults::default();
    let context = json!({"error": "Expecting value"});
    faults.add_with("json_invalid", json!(["body", 0]), "JSON decode error", json!({}), context);
    faults.check().err().unwrap_or_else(crash)
}
