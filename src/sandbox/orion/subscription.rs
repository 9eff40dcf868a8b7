//! A subscription: read from a request as strictly as Orion reads it, kept, and shown as Orion shows it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use super::error::Refusal;
use super::field::{self, Object};
use super::head::has_forbidden;
use super::{notification, subject};

const LONGEST_DESCRIPTION: usize = 1024;

#[derive(Clone, Debug, Serialize)]
pub(super) struct Subscription {
    description: String,
    subject: Value,
    notification: Value,
    expires: Option<Timestamp>,
    status: String,
    throttling: i64,
}

impl Subscription {
    fn blank() -> Self {
        Self {
            description: String::new(),
            subject: Value::Null,
            notification: Value::Null,
            expires: None,
            status: "active".to_owned(),
            throttling: 0,
        }
    }

    /// From the body of a POST.
    pub(super) fn new(body: &[u8]) -> Result<Self, Refusal> {
        let body = parse(body)?;
        let mut new = Self::blank();
        if !body.contains_key("subject") {
            return Err(Refusal::bad("no subject for subscription specified"));
        }
        if !body.contains_key("notification") {
            return Err(Refusal::bad("no notification for subscription specified"));
        }
        new.set(&body)?;
        Ok(new)
    }

    /// With the body of a PATCH: what it names is replaced as a whole.
    pub(super) fn patched(&self, body: &[u8]) -> Result<Self, Refusal> {
        let mut new = self.clone();
        new.set(&parse(body)?)?;
        Ok(new)
    }

    /// Objects to the body of a PATCH for a subscription that may not exist: Orion reads first and looks it up then.
    pub(super) fn check_patch(body: &[u8]) -> Result<(), Refusal> {
        Self::blank().set(&parse(body)?)
    }

    fn set(&mut self, body: &Object) -> Result<(), Refusal> {
        if let Some(description) = field::text(body, "description", "description")? {
            if description.len() > LONGEST_DESCRIPTION {
                return Err(Refusal::bad("max description length exceeded"));
            }
            if has_forbidden(description) {
                return Err(Refusal::bad("forbidden characters in description"));
            }
            description.clone_into(&mut self.description);
        }
        if let Some(given) = field::object(body, "subject", "subject")? {
            self.subject = subject::read(given, Some(&self.subject))?;
        }
        if let Some(given) = field::object(body, "notification", "notification")? {
            self.notification = notification::read(given, Some(&self.notification))?;
        }
        if let Some(expires) = field::text(body, "expires", "expires")? {
            self.expires = read_expires(expires)?;
        }
        if let Some(status) = field::text(body, "status", "status")? {
            if !["active", "inactive", "oneshot"].contains(&status) {
                let rule = "it has to be either active, inactive or oneshot";
                return Err(Refusal::bad(format!("status is not valid: {rule}")));
            }
            status.clone_into(&mut self.status);
        }
        if let Some(throttling) = field::integer(body, "throttling")? {
            self.throttling = throttling;
        }
        Ok(())
    }

    /// Its form in answers. One whose time has passed is still there, with the status `expired`.
    pub(super) fn json(&self, id: &str, now: Timestamp) -> Value {
        let mut shown = Object::new();
        shown.insert("id".to_owned(), json!(id));
        if !self.description.is_empty() {
            shown.insert("description".to_owned(), json!(self.description));
        }
        if let Some(expires) = self.expires {
            shown.insert("expires".to_owned(), json!(expires.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()));
        }
        let expired = self.expires.is_some_and(|expires| expires < now);
        let status = if expired { "expired" } else { &self.status };
        shown.insert("status".to_owned(), json!(status));
        shown.insert("subject".to_owned(), self.subject.clone());
        shown.insert("notification".to_owned(), self.notification.clone());
        if self.throttling > 0 {
            shown.insert("throttling".to_owned(), json!(self.throttling));
        }
        Value::Object(shown)
    }
}

/// A JSON object with something in it.
pub(super) fn parse(body: &[u8]) -> Result<Object, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) if object.is_empty() => Err(Refusal::bad("empty payload")),
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Refusal::parse()),
    }
}

/// An ISO 8601 time, UTC unless it says otherwise; an empty text is "never". A time in the past is accepted.
fn read_expires(text: &str) -> Result<Option<Timestamp>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let signs = text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte));
    let time = text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    });
    match time {
        Some(time) if signs && text.len() <= 29 => Ok(Some(time)),
        _ => Err(Refusal::bad("expires has an invalid format")),
    }
}
