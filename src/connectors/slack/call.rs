//! Calling a method. Slack answers 200 for nearly every failure, and says in the body that it is one.

use serde_json::Value;

use crate::http::{Door, Meaning, Method, Request, Response};

use super::super::Error;
use super::super::write::{self, Sent};
use super::{Slack, refusal};

/// What a method answered.
pub(super) struct Answer {
    pub(super) response: Response,
    pub(super) body: Value,
}

impl Answer {
    fn read(response: Response) -> Result<Self, Error> {
        let body = response.json()?;
        response.member(&body, "ok")?;
        Ok(Self { response, body })
    }

    /// Slack's word for what went wrong; `None` if nothing did.
    pub(super) fn code(&self) -> Option<&str> {
        code(&self.body)
    }

    /// The body, or why it could not be had.
    pub(super) fn good(self, what: &str) -> Result<Value, Error> {
        if self.code().is_some() { Err(refusal::explain(&self, what)) } else { Ok(self.body) }
    }
}

fn code(body: &Value) -> Option<&str> {
    let is_good = body.get("ok").and_then(Value::as_bool).unwrap_or(false);
    (!is_good).then(|| body.get("error").and_then(Value::as_str).unwrap_or("no reason"))
}

/// What the words mean that mean the same for every method.
fn reading(response: &Response) -> Option<Meaning> {
    let body = response.json().ok().filter(|_| response.status == 200)?;
    let status = match code(&body)? {
        "not_authed" | "invalid_auth" | "account_inactive" | "token_revoked" | "token_expired" => 401,
        "ratelimited" => 429,
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" => 503,
        _ => return None,
    };
    Some(Meaning { status, wait: None })
}

/// The same where every other failure ends it too: in the middle of a list.
fn reading_pages(response: &Response) -> Option<Meaning> {
    let failed = || code(&response.json().ok()?).map(|_| Meaning { status: 403, wait: None });
    reading(response).or_else(|| if response.status == 200 { failed() } else { None })
}

fn request(method: &'static str, fields: &[(&str, &str)]) -> Request {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::new(Method::Post).path(method).form(form).read_by(reading)
}

/// How a request of somebody's own begins; a refusal in words is one.
pub(in crate::connectors) fn own_request(method: Method) -> Request {
    Request::new(method).read_by(reading_pages)
}

/// Whom the token belongs to; a refusal in words is one.
#[cfg(feature = "oauth")]
pub(in crate::connectors) fn whoami() -> Request {
    request("auth.test", &[]).asks().read_by(reading_pages)
}

/// A listing; its pages go on from a mark.
pub(super) fn listing(method: &'static str, fields: &[(&str, &str)]) -> Request {
    request(method, fields).asks().read_by(reading_pages)
}

impl Slack {
    /// A question.
    pub(super) async fn ask(
        &self,
        door: &Door,
        method: &'static str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Error> {
        let sent = door.send(&request(method, fields).asks()).await;
        Answer::read(sent.map_err(refusal::of_wire)?)
    }

    /// A write. `look` tells whether it was carried out, where its answer was lost: `None` then.
    pub(super) async fn tell(
        &self,
        door: &Door,
        method: &'static str,
        fields: &[(&str, &str)],
        look: impl AsyncFn() -> Result<bool, Error>,
    ) -> Result<Option<Answer>, Error> {
        let look = async || Ok(look().await?.then_some(()));
        match write::once(door, request(method, fields), look).await.map_err(refusal::again)? {
            Sent::Found(()) => Ok(None),
            Sent::Answered(response) => Answer::read(response).map(Some),
        }
    }
}
