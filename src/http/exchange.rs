//! One request out, one answer in: headers, time-outs for every silence, limits on what is read.

use std::time::Duration;

use reqwest::Client;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::response::{find, malformed};
use super::send::Http;
use super::show::{self, Place};
use super::{Credential, Error, Event, Method, Request, Response, fault};

/// The most that all headers of an answer may take together.
const MAX_HEADERS: usize = 64 * 1024;

/// A request on its way.
pub(super) struct Job<'a> {
    pub(super) backend: &'static str,
    pub(super) request: &'a Request,
    pub(super) headers: HeaderMap,
    pub(super) attempt: u32,
    /// The most that it may take until something comes.
    pub(super) left: Duration,
}

/// The least that an answer is waited for, however little time is left.
const LEAST: Duration = Duration::from_secs(1);

impl Http {
    /// Sends once and reads the whole answer, whatever its status.
    pub(super) async fn exchange(&self, client: &Client, job: &Job<'_>, url: &Url) -> Result<Response, Error> {
        let place = Place::new(job.backend, job.request, url);
        let shown = shown(&job.headers);
        self.observer.event(&Event::Sending {
            backend: job.backend,
            request: job.request,
            url: &place.url,
            attempt: job.attempt,
            headers: &shown,
        });
        let start = self.clock.monotonic();
        let answer = self.answer(client, job, url, &place).await;
        let took = self.clock.monotonic().saturating_sub(start);
        let (backend, method, template) = (job.backend, job.request.method, job.request.template());
        match &answer {
            Ok(response) => self.observer.event(&Event::Answered {
                backend,
                method,
                template: &template,
                url: &place.url,
                status: response.status,
                headers: &response.headers.iter().map(redacted).collect::<Vec<_>>(),
                request_id: response.request_id.as_deref(),
                bytes: response.body.len(),
                took,
                body: &response.body,
            }),
            Err(error) => self.observer.event(&Event::Failed {
                backend,
                method,
                template: &template,
                url: &place.url,
                reason: reason(error),
                took,
            }),
        }
        answer
    }

    async fn answer(&self, client: &Client, job: &Job<'_>, url: &Url, place: &Place) -> Result<Response, Error> {
        let idle = job.request.patience.unwrap_or(self.settings.idle_timeout).min(job.left.max(LEAST));
        let silent = || fault::lost(place, format!("nothing came for {}", fault::seconds(idle)), job.attempt);
        let failed = |error: &reqwest::Error| fault::classify(error, place, job.attempt, self.settings.connect_timeout);

        let mut outgoing = reqwest::Request::new(verb(job.request.method), url.clone());
        *outgoing.headers_mut() = job.headers.clone();
        *outgoing.body_mut() = job.request.body.as_ref().map(|body| body.text().into());
        let waited = self.within(idle, client.execute(outgoing)).await;
        let mut incoming = waited.ok_or_else(silent)?.map_err(|error| failed(&error))?;

        let headers: Vec<(String, String)> = incoming
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        if headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_HEADERS {
            return Err(malformed(place, "its headers are larger than 64 KiB"));
        }
        let too_large = || malformed(place, &format!("it is larger than {}", size(self.settings.max_body)));
        let announced = find(&headers, "content-length").and_then(|length| length.parse::<u64>().ok());
        if job.request.method != Method::Head && announced.is_some_and(|length| length > self.settings.max_body) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        loop {
            let waited = self.within(idle, incoming.chunk()).await;
            let Some(chunk) = waited.ok_or_else(silent)?.map_err(|error| failed(&error))? else { break };
            if body.len() as u64 + chunk.len() as u64 > self.settings.max_body {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let certificate = incoming.extensions().get::<reqwest::tls::TlsInfo>().and_then(|info| info.peer_certificate());
        let mut response = Response::new(incoming.status().as_u16(), headers, body, place.clone());
        response.certificate = certificate.map(<[u8]>::to_vec);
        Ok(response)
    }

    /// What comes of it, or nothing where that takes longer.
    async fn within<T>(&self, long: Duration, act: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            outcome = act => Some(outcome),
            () = self.clock.alarm(long) => None,
        }
    }

    /// Everything that goes into the head of a request. What the request itself says goes before our defaults.
    pub(super) fn headers(
        &self,
        backend: &str,
        request: &Request,
        credential: Option<&Credential>,
    ) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        let mut put = |name: &str, value: &str, hidden: bool| -> Result<(), Error> {
            let unsendable = |what| Error::Unsendable(format!("the header {} {what}", show::text(name)));
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable("has no valid name"))?;
            let mut text = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| unsendable("holds a line break or another control character"))?;
            text.set_sensitive(hidden);
            headers.insert(key, text);
            Ok(())
        };
        put("user-agent", concat!("orchest/", env!("CARGO_PKG_VERSION")), false)?;
        put("accept", "application/json", false)?;
        let correlator = &self.settings.correlator;
        if backend == "keystone" {
            if let Some(id) = keystone_request_id(correlator) {
                put("x-openstack-request-id", &id, false)?;
            }
        } else if !correlator.is_empty() {
            put("fiware-correlator", correlator, false)?;
        }
        if let Some(body) = &request.body {
            put("content-type", body.mime(), false)?;
        }
        for (name, value) in &request.plain_headers {
            put(name, value, false)?;
        }
        for (name, value) in &request.headers {
            put(name, value.expose(), true)?;
        }
        if let Some(credential) = credential {
            put(credential.header, credential.value.expose(), true)?;
        }
        Ok(headers)
    }
}

/// Keystone logs the id of a caller only if it looks like one of its own: `req-` and a UUID. A shorter run id is padded.
fn keystone_request_id(correlator: &str) -> Option<String> {
    let digits = correlator.strip_prefix("req-").unwrap_or(correlator).replace('-', "").to_ascii_lowercase();
    if digits.is_empty() || digits.len() > 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let full = format!("{digits:0>32}");
    let part = |from: usize, to: usize| full.get(from..to).unwrap_or_default();
    Some(format!("req-{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)))
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let text = if value.is_sensitive() {
                crate::base::redact::MASK.to_owned()
            } else {
                show::header(name.as_str(), &text)
            };
            (name.as_str().to_owned(), text)
        })
        .collect()
}

fn redacted((name, value): &(String, String)) -> (String, String) {
    (show::text(name), show::header(name, value))
}

fn reason(error: &Error) -> &str {
    match error {
        Error::NotSent { reason, .. }
        | Error::MayHaveHappened { reason, .. }
        | Error::Malformed { reason, .. }
        | Error::Tls { reason, .. } => reason,
        _ => "",
    }
}

fn verb(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes >= MIB { format!("{} MiB", bytes / MIB) } else { format!("{bytes} bytes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keystone_is_given_ids_it_accepts_and_no_others() {
        let padded = "req-00000000-0000-0000-0123-456789abcdef";
        for (correlator, id) in [
            ("0123456789abcdef", Some(padded)),
            ("0123456789ABCDEF", Some(padded)),
            ("req-00000000-0000-0000-0123-456789abcdef", Some(padded)),
            ("", None),
            ("nightly", None),
            ("0123456789abcdef0123456789abcdef0", None),
        ] {
            assert_eq!(keystone_request_id(correlator).as_deref(), id, "{correlator}");
        }
    }
}
