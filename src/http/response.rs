//! An answer, read whole, and what can be made of its body.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::show::{self, Place};
use super::{Error, message};
use crate::base::text::shortened;

/// Where servers put the id under which their log knows a request, the most telling first.
const REQUEST_IDS: [&str; 4] = ["x-openstack-request-id", "x-request-id", "fiware-correlator", "x-github-request-id"];

/// An answer that is not an error, or was declared to be none.
#[derive(Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names in lower case and values as they came, in order. May hold secrets.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) request_id: Option<String>,
    /// The server's certificate in DER, where the client was told to bring it along.
    pub(crate) certificate: Option<Vec<u8>>,
    place: Place,
}

impl Response {
    pub(super) fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>, place: Place) -> Self {
        let request_id = request_id(&headers);
        Self { status, headers, body, request_id, certificate: None, place }
    }

    /// The headers as they may be shown.
    pub(crate) fn shown_headers(&self) -> Vec<(String, String)> {
        self.headers.iter().map(|(name, value)| (show::text(name), show::header(name, value))).collect()
    }

    /// What the server's clock said.
    pub(crate) fn date(&self) -> Option<jiff::Timestamp> {
        super::retry::date(self.header("date")?)
    }

    /// The last moment at which the certificate holds, where it came along.
    pub(crate) fn certificate_end(&self) -> Option<jiff::Timestamp> {
        super::certificate::end(self.certificate.as_deref()?)
    }

    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Fails where it is a page for people, which none of our servers answers with when it did what it was asked for.
    pub(super) fn check_no_page(&self) -> Result<(), Error> {
        if message::is_html(&self.body) {
            return Err(self.malformed("it is HTML, not JSON; is a proxy or another service answering?"));
        }
        Ok(())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Err(self.malformed("it is empty"));
        }
        self.check_no_page()?;
        if let Some(coding) = self.header("content-encoding").filter(|coding| !coding.eq_ignore_ascii_case("identity"))
        {
            return Err(self.malformed(&format!("it is compressed ({coding}), which was not asked for")));
        }
        let Ok(text) = std::str::from_utf8(&self.body) else {
            return Err(self.malformed("it is not valid UTF-8"));
        };
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            if error.is_eof() {
                self.malformed("its JSON ends too early")
            } else if error.to_string().contains("recursion limit") {
                self.malformed("its JSON is nested deeper than 128 levels")
            } else {
                self.malformed(&format!("it is not JSON (line {}, column {})", error.line(), error.column()))
            }
        })
    }

    /// The body, or one member of it, as a type of ours.
    pub(crate) fn decode<T: DeserializeOwned>(&self, key: Option<&str>) -> Result<T, Error> {
        let body = self.json()?;
        let value = match key {
            Some(key) => self.member(&body, key)?,
            None => &body,
        };
        T::deserialize(value).map_err(|error| {
            let found = without_values(&error.to_string());
            self.malformed(&key.map_or_else(|| found.clone(), |key| format!("`{key}`: {found}")))
        })
    }

    /// A member of an object that has to be there.
    pub(crate) fn member<'a>(&self, body: &'a Value, key: &str) -> Result<&'a Value, Error> {
        match body {
            Value::Object(members) => members.get(key).ok_or_else(|| self.malformed(&format!("`{key}` is missing"))),
            other => Err(self.malformed(&format!("{} where an object with `{key}` belongs", kind(other)))),
        }
    }

    /// What the server says is wrong, where this is an error that was accepted as an answer.
    pub(crate) fn error_message(&self) -> String {
        super::message::find(&self.body)
    }

    /// The error that says why this answer cannot be used.
    pub(crate) fn malformed(&self, reason: &str) -> Error {
        malformed(&self.place, reason)
    }
}

/// The error that says why an answer from there cannot be used.
pub(super) fn malformed(place: &Place, reason: &str) -> Error {
    Error::Malformed {
        backend: place.backend,
        method: place.method.as_str(),
        url: place.url.clone(),
        reason: shortened(&show::text(reason), 300),
    }
}

/// What a value is, for a sentence.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

pub(super) fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

pub(super) fn request_id(headers: &[(String, String)]) -> Option<String> {
    REQUEST_IDS
        .iter()
        .find_map(|name| find(headers, name).filter(|value| !value.is_empty()))
        .map(|value| shortened(&show::text(value), 100))
}

/// The deserializer quotes what it found, which may be a secret that nobody told us about.
fn without_values(text: &str) -> String {
    let mut kept = String::new();
    let mut pieces = text.split('"');
    kept.push_str(pieces.next().unwrap_or_default());
    if let Some((last, _)) = pieces.collect::<Vec<_>>().split_last() {
        kept.push('…');
        kept.push_str(last);
    }
    kept
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither headers nor body: both may hold tokens.
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;

    fn response(body: &[u8]) -> Response {
        let place = Place { backend: "keystone", method: Method::Get, url: "http://h/v3/users".to_owned() };
        Response::new(200, vec![("X-Request-Id".to_owned(), "req-1".to_owned())], body.to_vec(), place)
    }

    fn reason(error: &Error) -> &str {
        match error {
            Error::Malformed { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn bodies_that_are_no_json_are_told_apart() {
        let deep = "[".repeat(200);
        for (body, word) in [
            (&b""[..], "empty"),
            (b" \r\n", "empty"),
            (b"<html><body>login</body></html>", "HTML"),
            (b"{\"name\":\"\xff\"}", "UTF-8"),
            (b"{\"users\": [", "too early"),
            (b"{\"users\": x}", "line 1, column 11"),
            (b"{} trailing", "not JSON"),
            (deep.as_bytes(), "128"),
        ] {
            let error = response(body).json().unwrap_err();
            assert!(reason(&error).contains(word), "{error}");
        }
        let mut compressed = response(b"\x1f\x8b");
        compressed.headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
        assert!(reason(&compressed.json().unwrap_err()).contains("gzip"));
    }

    #[test]
    fn a_number_passes_through_to_its_last_digit() {
        for number in [
            "3.9999999999999e+55",
            "-3.7037902312345678",
            "0.1",
            "123456789012345.67",
            "5e-324",
            "1.7976931348623157e+308",
        ] {
            let body = response(number.as_bytes()).json().unwrap();
            let exact: f64 = number.parse().unwrap();
            assert_eq!(body.as_f64().map(f64::to_bits), Some(exact.to_bits()), "{number}");
            assert_eq!(response(body.to_string().as_bytes()).json().unwrap(), body, "{number}");
        }
    }

    #[test]
    fn wrong_types_are_named() {
        for (body, text) in [
            (r"[]", "an array where an object with `users` belongs"),
            (r"null", "null where an object with `users` belongs"),
            (r#"{"user":[]}"#, "`users` is missing"),
            (r#"{"users":{}}"#, "`users`: invalid type: map, expected a sequence"),
            (r#"{"users":"hunter2"}"#, "`users`: invalid type: string …, expected a sequence"),
        ] {
            let error = response(body.as_bytes()).decode::<Vec<String>>(Some("users")).unwrap_err();
            assert_eq!(reason(&error), text, "{body}");
        }
        assert_eq!(response(b"\xef\xbb\xbf{\"users\":[\"a\"]}").decode::<Vec<String>>(Some("users")).unwrap(), ["a"]);
        assert_eq!(response(b"[1]").decode::<Vec<u8>>(None).unwrap(), [1]);
    }

    #[test]
    fn values_never_get_into_the_reason() {
        assert_eq!(
            without_values(r#"invalid type: string "a \"b\" c", expected u8"#),
            "invalid type: string …, expected u8"
        );
        assert_eq!(without_values("missing field `id`"), "missing field `id`");
    }

    #[test]
    fn the_most_telling_request_id_is_taken() {
        let mut answer = response(b"");
        assert_eq!((answer.request_id.as_deref(), answer.header("x-request-id")), (Some("req-1"), Some("req-1")));
        answer.headers.push(("x-openstack-request-id".to_owned(), "req-2\u{1b}".to_owned()));
        assert_eq!(request_id(&answer.headers).as_deref(), Some("req-2\\x1b"));
    }

    #[test]
    fn debug_shows_no_content() {
        assert!(!format!("{:?}", response(b"token-in-body")).contains("token-in-body"));
    }
}
