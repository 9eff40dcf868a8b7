//! What more than one of the services does with requests and answers.

use std::fmt::Write as _;

use serde_json::Value;
use url::form_urlencoded;

use super::super::call::{Call, Reply};

/// JSON that says which letters it is in, as all four do.
pub(super) fn json(status: u16, body: &Value) -> Reply {
    let headers = vec![("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned())];
    Reply { status, headers, body: body.to_string().into_bytes() }
}

/// The fields of a request, wherever they stand: in the query, in a form or in a JSON object, texts and others.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Of the body alone, by its content type.
    pub(super) fn of_body(call: &Call) -> Self {
        let is_json = call.header("content-type").is_some_and(|kind| kind.contains("json"));
        match call.json() {
            Some(Value::Object(map)) if is_json => {
                Self(map.into_iter().filter_map(|(name, value)| Some((name, plain(value)?))).collect())
            }
            _ if is_json => Self::default(),
            _ => Self(form_urlencoded::parse(&call.body).into_owned().collect()),
        }
    }

    /// Of the query, and then of the body.
    pub(super) fn of(call: &Call) -> Self {
        let Self(body) = Self::of_body(call);
        Self(call.parameters().iter().cloned().chain(body).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// One that was sent and is not empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|text| !text.is_empty())
    }
}

fn plain(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// A tag for a body, as servers hand out with an answer.
pub(super) fn etag(body: &[u8]) -> String {
    let hash = super::super::paas::sha256(&String::from_utf8_lossy(body));
    let hex = hash.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    format!("\"{hex}\"")
}

/// Whether two names are one: letters of ASCII count in either case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether it could be the address of a mailbox.
pub(super) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_in_query_form_and_json() {
        let call = Call::new("POST", "/x?a=1").with_body("b=2+3&c=");
        let fields = Fields::of(&call);
        assert_eq!((fields.get("a"), fields.text("b"), fields.filled("c")), (Some("1"), "2 3", None));
        assert_eq!(Fields::of_body(&call).get("a"), None);
        let call = Call::new("POST", "/x")
            .with_header("Content-Type", "application/json; charset=utf-8")
            .with_body(r#"{"a": true, "b": null, "c": "x", "d": 7}"#);
        let fields = Fields::of(&call);
        assert_eq!((fields.text("a"), fields.get("b"), fields.text("c"), fields.text("d")), ("true", None, "x", "7"));
    }

    #[test]
    fn an_address_has_a_name_and_a_host() {
        for (text, expected) in [("a@b.c", true), ("a@b", false), ("@b.c", false), ("a", false), ("a b@c.d", false)] {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }
}
