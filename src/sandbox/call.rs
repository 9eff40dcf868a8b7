//! One request to an emulator and its answer, as values. An emulator is a function from its data and a [`Call`] to a
//! [`Reply`]; it sees no socket and never waits, so it can be asked in a test without either.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;

/// A request, taken apart once.
#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    pub(super) method: String,
    /// The path as sent, without the query.
    pub(super) path: String,
    /// The words of the path, each decoded by itself, so that an encoded slash stays inside its word.
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Call {
    /// From the target as it stands in the first line, such as `/v3/users?name=a%20b`.
    pub(super) fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let words = path.strip_prefix('/').unwrap_or(path).split('/');
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            segments: words.map(|word| percent_decode_str(word).decode_utf8_lossy().into_owned()).collect(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            ..Self::default()
        }
    }

    /// The same with one more header.
    pub(super) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// The same with this body.
    pub(super) fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The method and the words of the path, to match against.
    pub(super) fn route(&self) -> (&str, Vec<&str>) {
        (&self.method, self.segments.iter().map(String::as_str).collect())
    }

    /// The first header of this name, in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// All headers of this name, in lower case.
    pub(super) fn headers_named<'call>(&'call self, name: &'call str) -> impl Iterator<Item = &'call str> {
        self.headers.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The first parameter of this name; an empty text for one without a value.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// All parameters, decoded, in their order.
    pub(super) fn parameters(&self) -> &[(String, String)] {
        &self.query
    }

    /// The body as JSON; `None` if it is not.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// Without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::typed(status, "application/json", body.to_string())
    }

    pub(super) fn xml(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::typed(status, "application/xml", body)
    }

    pub(super) fn text(status: u16, body: &str) -> Self {
        Self::typed(status, "text/plain; charset=utf-8", body)
    }

    /// A page for people, as web frameworks answer for a route they do not have.
    pub(super) fn html(status: u16, title: &str) -> Self {
        let page = format!("<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n");
        Self::typed(status, "text/html; charset=utf-8", page)
    }

    fn typed(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("Content-Type".to_owned(), content_type.to_owned())], body: body.into() }
    }

    /// The same with one more header.
    pub(super) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The first header of this name, however it is spelt.
    #[cfg(test)]
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null if it is not.
    #[cfg(test)]
    pub(super) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_target_apart_and_keeps_an_encoded_slash_in_its_word() {
        let call = Call::new("GET", "/v3/projects/a%2Fb/?name=%2Fsub+x&effective&name=second");
        assert_eq!(call.route(), ("GET", vec!["v3", "projects", "a/b", ""]));
        assert_eq!((call.query("name"), call.query("effective"), call.query("x")), (Some("/sub x"), Some(""), None));
        assert_eq!(call.path, "/v3/projects/a%2Fb/");
    }

    #[test]
    fn finds_headers_however_they_were_spelt() {
        let call = Call::new("GET", "/").with_header("X-Auth-Token", "one").with_header("x-auth-token", "two");
        assert_eq!(call.header("x-auth-token"), Some("one"));
        assert_eq!(call.headers_named("x-auth-token").count(), 2);
    }
}
