//! Logging in on another screen (RFC 8628): we show a short code, a person types it there, and we ask until it is done.

use std::time::Duration;

use oauth2::{
    DeviceAuthorizationUrl, DeviceCodeErrorResponseType, HttpResponse, RequestTokenError,
    StandardDeviceAuthorizationResponse,
};
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

use crate::http::Error;

use super::wire::{Failure, failure, said, send, unusable};
use super::{At, Tokens};

/// How long a code lives where the issuer does not say.
const LIFE: u64 = 600;

/// No code is waited for longer than this, whatever the issuer says.
const LONGEST: Duration = Duration::from_hours(1);

/// How seldom an issuer may want to be asked, in seconds: nobody has typed a code for an hour only to hear of it.
const SELDOM: u64 = 60;

/// A code that waits for somebody.
#[derive(Debug)]
pub(crate) struct Waiting {
    details: StandardDeviceAuthorizationResponse,
}

impl Waiting {
    /// The address to open.
    pub(crate) fn address(&self) -> &str {
        self.details.verification_uri().as_str()
    }

    /// What to type there.
    pub(crate) fn code(&self) -> &str {
        self.details.user_code().secret()
    }

    /// The address with the code in it, where the issuer has one.
    pub(crate) fn complete(&self) -> Option<&str> {
        self.details.verification_uri_complete().map(|complete| complete.secret().as_str())
    }

    /// How long it can be typed.
    pub(crate) fn life(&self) -> Duration {
        self.details.expires_in().min(LONGEST)
    }
}

/// Asks for a code.
pub(crate) async fn start(at: At<'_>) -> Result<Waiting, Error> {
    let Some(url) = &at.issuer.device else {
        return Err(Error::Login {
            message: format!("{} has no login by device", at.issuer.name),
            hint: "log in without --device, in a browser".to_owned(),
        });
    };
    let asker = at.asker().set_device_authorization_url(DeviceAuthorizationUrl::from_url(url.clone()));
    let ask = async |request| Ok::<_, Error>(completed(send(at.http, at.issuer, url, request).await?));
    let request = asker.exchange_device_code().add_scopes(at.scopes());
    let answer = request.request_async(&|request| ask(request)).await;
    let details: StandardDeviceAuthorizationResponse = match answer.map_err(|error| failure(at.issuer, error)) {
        Ok(details) => details,
        Err(Failure::Wire(error)) if error.status() == Some(404) => {
            let message = format!("{} knows no client '{}', or no login by device", at.issuer.name, at.client.id);
            return Err(Error::Login {
                message,
                hint: "check the client id, and that it may use this login".to_owned(),
            });
        }
        Err(other) => {
            let hint = "check the client id and the scopes that its app may ask for";
            return Err(other.plain(&format!("{} refuses to start a login", at.issuer.name), hint));
        }
    };
    let is_web = matches!(details.verification_uri().split_once("://"), Some(("https" | "http", _)));
    if !is_web || details.user_code().secret().is_empty() {
        return Err(unusable(at.issuer, "it holds no address to open, or no code to type there"));
    }
    Ok(Waiting { details })
}

/// Some issuers name no end for a code that has none of its own, and null for what they do not know.
fn completed(response: HttpResponse) -> HttpResponse {
    let (parts, body) = response.into_parts();
    let Ok(Value::Object(mut members)) = serde_json::from_slice::<Value>(&body) else {
        return HttpResponse::from_parts(parts, body);
    };
    members.retain(|_, value| !value.is_null());
    if members.contains_key("device_code") {
        members.entry("expires_in").or_insert(json!(LIFE));
    }
    // Nothing, or what is no whole number of seconds, would be a storm or no answer at all: then it is five (RFC 8628).
    match members.remove("interval").as_ref().and_then(Value::as_u64) {
        None | Some(0) => None,
        Some(seconds) => members.insert("interval".to_owned(), json!(seconds.min(SELDOM))),
    };
    HttpResponse::from_parts(parts, Value::Object(members).to_string().into_bytes())
}

/// Asks until somebody has said yes or no, or the code is over. Trouble on the way is waited out.
pub(crate) async fn wait(at: At<'_>, waiting: &Waiting) -> Result<Tokens, Error> {
    let (tell, mut told) = unbounded_channel();
    let tell = &tell;
    let poll = async |request| {
        let answer = send(at.http, at.issuer, &at.issuer.token, request).await;
        if let Err(error) = &answer
            && !error.is_temporary()
        {
            // Nobody listens only when the login is over.
            let _ = tell.send(error.clone());
        }
        answer
    };
    let poll = |request| poll(request);
    let asker = at.asker();
    let request =
        asker.exchange_device_access_token(&waiting.details).set_max_backoff_interval(Duration::from_secs(30));
    let polling = request.request_async(&poll, |pause| at.clock.sleep(pause), Some(waiting.life()));
    let outcome = tokio::select! {
        // What no repetition mends ends it at once.
        Some(error) = told.recv() => return Err(error),
        outcome = polling => outcome,
    };
    let answer = outcome.map_err(|error| ended(at, error))?;
    at.read(&answer)
}

type Ended = RequestTokenError<Error, oauth2::DeviceCodeErrorResponse>;

fn ended(at: At<'_>, error: Ended) -> Error {
    let name = &at.issuer.name;
    let (message, hint) = match error {
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            DeviceCodeErrorResponseType::ExpiredToken => {
                (format!("the code of {name} expired before it was typed"), "begin again, and type the new code")
            }
            DeviceCodeErrorResponseType::AccessDenied => {
                (format!("the login at {name} was denied"), "begin again, and allow it there")
            }
            other => {
                let why = answer.error_description().cloned().unwrap_or_default();
                let said = said(other.as_ref(), &why);
                let hint = if said.contains("invalid_grant") { "the code may have expired: begin again" } else { "" };
                (format!("{name} ends the login: {said}"), hint)
            }
        },
        other => match failure(at.issuer, other) {
            Failure::Wire(error) => return error,
            refused @ Failure::Refused { .. } => return refused.plain(name, ""),
        },
    };
    Error::Login { message, hint: hint.to_owned() }
}

#[cfg(test)]
#[path = "device_tests.rs"]
mod tests;
