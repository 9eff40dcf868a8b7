//! A request as a value: a method, path segments that are encoded one by one, query pairs, headers, a body.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

use crate::base::Secret;

use super::Response;

/// The verbs in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it changes something on the server.
    pub(crate) fn writes(self) -> bool {
        !matches!(self, Self::Get | Self::Head)
    }
}

/// One path segment: part of the API, or a value that stands in for `{}` in what is shown and counted.
#[derive(Clone, Debug)]
pub(crate) enum Segment {
    Fixed(&'static str),
    Value(String),
    /// A value that servers hand out, which is of plain characters.
    Id(String),
}

/// What a request carries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// May hold secrets: it is never shown, only its shape.
    Json(Value),
    /// Something else, with its type.
    Text(&'static str, String),
    /// A form, encoded as it goes over the wire. It holds secrets as a rule: only the names of its fields are ever shown.
    Form(Secret),
}

impl Body {
    pub(crate) fn mime(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Text(mime, _) => mime,
            Self::Form(_) => "application/x-www-form-urlencoded",
        }
    }

    /// As it goes over the wire.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Json(value) => value.to_string(),
            Self::Text(_, text) => text.clone(),
            Self::Form(text) => text.expose().to_owned(),
        }
    }

    /// The names of a form's fields; none of anything else.
    pub(crate) fn field_names(&self) -> Vec<String> {
        match self {
            Self::Form(text) => {
                url::form_urlencoded::parse(text.expose().as_bytes()).map(|(name, _)| name.into_owned()).collect()
            }
            Self::Json(_) | Self::Text(..) => Vec::new(),
        }
    }
}

/// What an answer means where its own status does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// The status that says it.
    pub(crate) status: u16,
    /// How long the server wants to be left alone, where none of its headers tells.
    pub(crate) wait: Option<Duration>,
}

/// Reads an answer of a back end that says "too fast" or "who are you" in words of its own: by a 403, or by a 200.
pub(crate) type Reading = fn(&Response) -> Option<Meaning>;

/// A request, not yet sent.
#[expect(clippy::struct_excessive_bools, reason = "each is about something else")]
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) segments: Vec<Segment>,
    /// Whether the path ends in `/`: some servers know their collections by that form alone.
    pub(crate) slash: bool,
    pub(crate) query: Vec<(String, String)>,
    /// Never shown.
    pub(crate) headers: Vec<(&'static str, Secret)>,
    /// Headers that are no secret.
    pub(crate) plain_headers: Vec<(Cow<'static, str>, String)>,
    pub(crate) body: Option<Body>,
    /// Sending it twice does no harm. True for everything but POST unless said otherwise.
    pub(crate) repeatable: bool,
    /// A 500 of this server is a crash over this very request, and comes again.
    pub(crate) crash_is_final: bool,
    /// It changes nothing, whatever its method: some servers want their questions as POST.
    pub(crate) only_asks: bool,
    /// Error statuses that are an answer here, not an error (a 404 on a delete).
    pub(crate) accepted: Vec<u16>,
    /// How long without a byte; the client's own default when absent.
    pub(crate) patience: Option<Duration>,
    /// For servers whose statuses do not say what they mean.
    pub(crate) reading: Option<Reading>,
}

impl Request {
    pub(crate) fn new(method: Method) -> Self {
        Self {
            method,
            segments: Vec::new(),
            slash: false,
            query: Vec::new(),
            headers: Vec::new(),
            plain_headers: Vec::new(),
            body: None,
            repeatable: method != Method::Post,
            crash_is_final: false,
            only_asks: false,
            accepted: Vec::new(),
            patience: None,
            reading: None,
        }
    }

    /// Adds fixed path segments: `"v3/users"`.
    pub(crate) fn path(mut self, fixed: &'static str) -> Self {
        self.segments.extend(fixed.split('/').filter(|part| !part.is_empty()).map(Segment::Fixed));
        self
    }

    /// Adds one path segment that comes from outside. It is percent-encoded whole, `/ # ? %` included.
    pub(crate) fn segment(mut self, value: impl Into<String>) -> Self {
        self.segments.push(Segment::Value(value.into()));
        self
    }

    /// Adds an id as one path segment. Servers that decode a path before they take it apart would find several in one with
    /// a slash, and do something else than was asked; so what cannot be an id is not sent.
    pub(crate) fn id(mut self, value: impl Into<String>) -> Self {
        self.segments.push(Segment::Id(value.into()));
        self
    }

    /// For servers that answer 500 where their own code fails.
    pub(crate) fn crash_is_final(mut self) -> Self {
        self.crash_is_final = true;
        self
    }

    /// Ends the path in `/`.
    pub(crate) fn slash(mut self) -> Self {
        self.slash = true;
        self
    }

    pub(crate) fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    pub(crate) fn hidden_header(mut self, name: &'static str, value: Secret) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A header that may be shown.
    pub(crate) fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.plain_headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Some(Body::Json(body));
        self
    }

    /// A body that is not JSON.
    pub(crate) fn text(mut self, mime: &'static str, body: impl Into<String>) -> Self {
        self.body = Some(Body::Text(mime, body.into()));
        self
    }

    /// A form, encoded already.
    pub(crate) fn form(mut self, encoded: impl Into<String>) -> Self {
        self.body = Some(Body::Form(Secret::new(encoded)));
        self
    }

    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Never again without a look in between: it tells somebody something, or counts.
    pub(crate) fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }

    /// It is a question, whatever its method.
    pub(crate) fn asks(mut self) -> Self {
        self.only_asks = true;
        self.repeatable()
    }

    /// Whether it changes something on the server.
    pub(crate) fn writes(&self) -> bool {
        self.method.writes() && !self.only_asks
    }

    pub(crate) fn read_by(mut self, reading: Reading) -> Self {
        self.reading = Some(reading);
        self
    }

    pub(crate) fn accept_status(mut self, status: u16) -> Self {
        self.accepted.push(status);
        self
    }

    pub(crate) fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// The same request with this query pair and no other of its name.
    pub(crate) fn with_query(mut self, key: &str, value: impl Into<String>) -> Self {
        self.query.retain(|(name, _)| name != key);
        self.query(key, value)
    }

    /// The same request with this value where its values are: in its form if it has one, else in its query.
    pub(crate) fn with_field(mut self, key: &str, value: &str) -> Self {
        let Some(Body::Form(text)) = &self.body else { return self.with_query(key, value) };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(url::form_urlencoded::parse(text.expose().as_bytes()).filter(|(name, _)| name != key));
        self.body = Some(Body::Form(Secret::new(form.append_pair(key, value).finish())));
        self
    }

    /// The path with values left out, for counting: `/v3/users/{}`.
    pub(crate) fn template(&self) -> String {
        self.joined(|_| "{}")
    }

    /// The path with its values as they are, for people: `/v3/users/ab12`. The query is not in it.
    pub(crate) fn place(&self) -> String {
        self.joined(String::as_str)
    }

    fn joined<'request>(&'request self, value: impl Fn(&'request String) -> &'request str) -> String {
        let word = |segment: &'request Segment| match segment {
            Segment::Fixed(text) => text,
            Segment::Value(text) | Segment::Id(text) => value(text),
        };
        let path = self.segments.iter().fold(String::new(), |path, segment| path + "/" + word(segment));
        if self.slash { path + "/" } else { path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_form_nothing_is_shown_but_the_names_of_its_fields() {
        let body = Body::Form(Secret::new("grant_type=refresh_token&refresh_token=canary-%26-form"));
        assert_eq!(body.mime(), "application/x-www-form-urlencoded");
        assert_eq!(body.field_names(), ["grant_type", "refresh_token"]);
        assert_eq!(body.text(), "grant_type=refresh_token&refresh_token=canary-%26-form");
        let request = Request { body: Some(body), ..Request::new(Method::Post).path("token") };
        assert!(!format!("{request:?}").contains("canary"), "{request:?}");
        assert!(!request.repeatable, "a code or a refresh token is good for one use");
    }

    #[test]
    fn a_field_goes_where_the_others_are_and_there_is_one_of_its_name() {
        let form = Request::new(Method::Post).form("limit=2&cursor=a%26b").asks();
        let text = |request: &Request| request.body.as_ref().map(Body::text);
        assert_eq!(text(&form.clone().with_field("cursor", "c d")).as_deref(), Some("limit=2&cursor=c+d"));
        assert!(form.repeatable && !form.writes(), "a question");
        let plain = Request::new(Method::Get).query("cursor", "a").with_field("cursor", "b");
        assert_eq!(plain.query, [("cursor".to_owned(), "b".to_owned())]);
        let plain = Request::new(Method::Get).query("a", "1").query("cursor", "a").with_query("cursor", "b");
        assert_eq!(plain.query, [("a", "1"), ("cursor", "b")].map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert!(!Request::new(Method::Put).once().repeatable);
    }

    #[test]
    fn what_changes_nothing_is_known_by_its_method_unless_it_says_so_itself() {
        for (method, word, writes) in [
            (Method::Get, "GET", false),
            (Method::Head, "HEAD", false),
            (Method::Post, "POST", true),
            (Method::Put, "PUT", true),
            (Method::Patch, "PATCH", true),
            (Method::Delete, "DELETE", true),
        ] {
            let request = Request::new(method);
            assert_eq!((method.as_str(), method.writes(), request.writes()), (word, writes, writes));
            assert_eq!(request.repeatable, method != Method::Post, "{word}");
            assert!(!request.asks().writes(), "{word}");
        }
    }

    #[test]
    fn a_path_is_counted_without_its_values_and_shown_with_them() {
        let request = Request::new(Method::Get).path("/v3//users/").segment("a b").path("x").id("7").query("q", "1");
        assert_eq!((request.template().as_str(), request.place().as_str()), ("/v3/users/{}/x/{}", "/v3/users/a b/x/7"));
        let request = request.slash();
        assert_eq!(
            (request.template().as_str(), request.place().as_str()),
            ("/v3/users/{}/x/{}/", "/v3/users/a b/x/7/")
        );
    }

    #[test]
    fn a_body_has_a_type_and_a_text_and_only_a_form_has_fields() {
        let json = Body::Json(serde_json::json!({"a": 1}));
        let text = Body::Text("text/yaml", "a=1".to_owned());
        assert_eq!((json.mime(), json.text().as_str()), ("application/json", "{\"a\":1}"));
        assert_eq!((text.mime(), text.text().as_str()), ("text/yaml", "a=1"));
        assert_eq!((json.field_names(), text.field_names()), (Vec::new(), Vec::new()));
    }
}
