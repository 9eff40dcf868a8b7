//! Requests of the library, sent by our own client: no redirect, no second try of what may have been used up, nothing
//! shown.

use oauth2::{ErrorResponseType, HttpRequest, HttpResponse, RequestTokenError, StandardErrorResponse};
use url::Url;

use crate::base::redact::clean;
use crate::base::text::safe;
use crate::base::{Secret, redact};
use crate::http::{Endpoint, Error, Http, Method, Request};

use super::Issuer;
use super::discovery::BACKEND;

/// Statuses with which an issuer says no in words. (A refresh token past its life is a 401 at some.)
const REFUSALS: [u16; 3] = [400, 401, 403];

/// How an issuer's answer can be none that helps.
#[derive(Debug)]
pub(super) enum Failure {
    /// No answer, or one that no issuer gives.
    Wire(Error),
    /// It said no: its word for it, and its explanation.
    Refused { code: String, why: String },
}

impl Failure {
    /// As it is, where no case of it means something special.
    pub(super) fn plain(self, what: &str, hint: &str) -> Error {
        match self {
            Self::Wire(error) => error,
            Self::Refused { code, why } => {
                Error::Login { message: format!("{what}: {}", said(&code, &why)), hint: hint.to_owned() }
            }
        }
    }
}

/// An issuer's refusal in a sentence.
pub(super) fn said(code: &str, why: &str) -> String {
    let shown = |text: &str| safe(&clean(text)).chars().take(300).collect::<String>();
    if why.is_empty() { shown(code) } else { format!("{} ({})", shown(why), shown(code)) }
}

/// Sends one request of the library to this end point of an issuer.
pub(super) async fn send(http: &Http, issuer: &Issuer, url: &Url, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (parts, body) = request.into_parts();
    let mut own = issuer.dialect.asking(Request::new(Method::Post), &body);
    if let Some(basic) = parts.headers.get("authorization").and_then(|value| value.to_str().ok()) {
        own = own.hidden_header("Authorization", Secret::new(basic));
    }
    let (endpoint, own) = placed(url.clone(), own);
    let own = REFUSALS.into_iter().fold(own, Request::accept_status);
    let answer = http.send(&endpoint, &own, None).await?;
    let (status, body) = issuer.dialect.reading(answer.status, &answer.body);
    // Before anything could be said about it.
    let is_worded = register(&body);
    let mut response = HttpResponse::new(if status < 400 || is_worded { body } else { wordless(status) });
    // The library takes 200 and nothing else for a success.
    let status = if status < 300 { 200 } else { status };
    *response.status_mut() = status.try_into().map_err(|_| answer.malformed("its status is none"))?;
    Ok(response)
}

/// The path as segments where that comes to the same, so that it is seen in what is shown; as it is where not.
fn placed(url: Url, request: Request) -> (Endpoint, Request) {
    let segments: Vec<&str> = url.path().trim_start_matches('/').split('/').collect();
    let simple = |text: &&str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte))
    };
    if !segments.iter().all(simple) {
        return (Endpoint { backend: BACKEND, url }, request);
    }
    let request = segments.iter().fold(request, |request, segment| request.segment(*segment));
    let mut base = url.clone();
    base.set_path("");
    (Endpoint { backend: BACKEND, url: base }, request)
}

/// A refusal without the words that the protocol has for it.
fn wordless(status: u16) -> Vec<u8> {
    let word = if status == 401 { super::refresh::WORDLESS.to_owned() } else { format!("status {status}") };
    serde_json::json!({ "error": word }).to_string().into_bytes()
}

/// Teaches the redactor what an answer brings; says whether it is a refusal in words.
pub(super) fn register(body: &[u8]) -> bool {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(body) else { return false };
    for key in ["access_token", "refresh_token", "id_token", "device_code"] {
        if let Some(text) = members.get(key).and_then(serde_json::Value::as_str) {
            redact::register(text);
        }
    }
    members.get("error").is_some_and(serde_json::Value::is_string)
}

/// The library's errors as ours. Its own texts quote what they stumbled over, which may be a token.
pub(super) fn failure<T: ErrorResponseType + std::fmt::Display>(
    issuer: &Issuer,
    error: RequestTokenError<Error, StandardErrorResponse<T>>,
) -> Failure {
    match error {
        RequestTokenError::Request(error) => Failure::Wire(error),
        RequestTokenError::ServerResponse(said) => Failure::Refused {
            code: said.error().to_string(),
            why: said.error_description().cloned().unwrap_or_default(),
        },
        RequestTokenError::Parse(error, _) => Failure::Wire(unusable(
            issuer,
            &format!("`{}` of its answer is missing or of the wrong kind", error.path()),
        )),
        RequestTokenError::Other(_) => Failure::Wire(unusable(issuer, "it is empty or no JSON")),
    }
}

/// An answer that is none.
pub(super) fn unusable(issuer: &Issuer, reason: &str) -> Error {
    Error::Malformed {
        backend: BACKEND,
        method: "POST",
        url: safe(issuer.token.as_str()).into_owned(),
        reason: safe(&clean(reason)).into_owned(),
    }
}
