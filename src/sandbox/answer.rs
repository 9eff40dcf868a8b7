//! The answers that the proxy gives instead of the server's, or makes out of it.

use std::fmt::Write as _;
use std::io;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::fault::Replacement;
use super::wire::{Framing, Piece, ResponseHead};

/// How large the huge body is.
pub(super) const HUGE: u64 = 300 * 1024 * 1024;

/// A page as a captive portal or a load balancer shows it, with the status of success.
const HTML: &[u8] = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Please log in.</body></html>\n";
const ARRAY: &[u8] = b"[\"not\", \"what\", \"you\", \"expect\"]";
const INVALID_UTF8: &[u8] = b"{\"name\": \"\xff\xfe\xc3\x28\"}";

/// Headers that describe the body that is replaced.
const OF_THE_BODY: [&str; 8] = [
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "content-md5",
    "etag",
    "trailer",
    "connection",
    "keep-alive",
];

/// An answer that is complete in memory, or huge.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: Vec<u8>,
    /// As it goes onto the wire.
    pub(super) body: Vec<u8>,
    /// How much content that is.
    pub(super) payload: u64,
    /// Instead of `body`, this many bytes of one JSON string.
    huge: Option<u64>,
}

/// What of the request decides how it can be answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// A HEAD request: no body, whatever is announced.
    pub(super) head: bool,
    /// The connection stays open.
    pub(super) keep_alive: bool,
}

impl Answer {
    /// The server's own.
    pub(super) fn from_server(head: &ResponseHead, body: Piece) -> Self {
        let payload = body.payload.len() as u64;
        Self { status: head.status, head: head.raw.clone(), body: body.raw, payload, huge: None }
    }

    /// A bare status with a reason in JSON, in the form that most of the back ends use.
    pub(super) fn status(code: u16, retry_after: Option<&str>, asked: Asked) -> Self {
        let title = title(code);
        let message = "answered by the proxy, not by the server";
        let body = serde_json::json!({"error": {"code": code, "title": title, "message": message}}).to_string();
        let mut headers = vec![("Content-Type".to_owned(), b"application/json".to_vec())];
        if let Some(value) = retry_after {
            headers.push(("Retry-After".to_owned(), value.as_bytes().to_vec()));
        }
        Self::new(code, title, &headers, body.into_bytes(), asked)
    }

    /// A redirect.
    pub(super) fn redirect(address: &str, asked: Asked) -> Self {
        let headers = [("Location".to_owned(), address.as_bytes().to_vec())];
        Self::new(302, title(302), &headers, Vec::new(), asked)
    }

    /// The request could not be handed to the server.
    pub(super) fn unreachable(server: &str, reason: &io::Error, asked: Asked) -> Self {
        let headers = [("Content-Type".to_owned(), b"text/plain; charset=utf-8".to_vec())];
        let text = format!("the proxy cannot reach {server}: {reason}\n");
        Self::new(502, title(502), &headers, text.into_bytes(), asked)
    }

    /// A success with a body of this kind, from nothing.
    pub(super) fn success(kind: Replacement, asked: Asked) -> Self {
        Self::with_body(200, title(200), Vec::new(), kind, &[], asked)
    }

    /// The server's answer with another body.
    pub(super) fn replaced(head: &ResponseHead, payload: &[u8], kind: Replacement, asked: Asked) -> Self {
        let kept = head.headers.iter().filter(|(name, _)| !OF_THE_BODY.contains(&name.to_ascii_lowercase().as_str()));
        // These two may not have a body, so the answer has to become another one.
        let (status, reason) = match head.status {
            204 | 304 => (200, title(200)),
            status => (status, head.reason.as_str()),
        };
        Self::with_body(status, reason, kept.cloned().collect(), kind, payload, asked)
    }

    fn with_body(
        status: u16,
        reason: &str,
        mut headers: Vec<(String, Vec<u8>)>,
        kind: Replacement,
        original: &[u8],
        asked: Asked,
    ) -> Self {
        let typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if kind == Replacement::Html {
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            headers.push(("Content-Type".to_owned(), b"text/html".to_vec()));
        } else if !typed {
            headers.push(("Content-Type".to_owned(), b"application/json".to_vec()));
        }
        let body = match kind {
            Replacement::Html => HTML.to_vec(),
            Replacement::Empty | Replacement::Huge => Vec::new(),
            Replacement::Truncated => original.iter().copied().take(original.len() / 2).collect(),
            Replacement::Array => ARRAY.to_vec(),
            Replacement::InvalidUtf8 => INVALID_UTF8.to_vec(),
        };
        if kind != Replacement::Huge {
            return Self::new(status, reason, &headers, body, asked);
        }
        let mut answer = Self::new(status, reason, &headers, body, asked);
        answer.head = head(status, reason, &headers, Some(HUGE), asked);
        answer.huge = (!asked.head).then_some(HUGE);
        answer
    }

    fn new(status: u16, reason: &str, headers: &[(String, Vec<u8>)], body: Vec<u8>, asked: Asked) -> Self {
        let bodiless = matches!(status, 204 | 304);
        let head = head(status, reason, headers, (!bodiless).then_some(body.len() as u64), asked);
        let body = if bodiless || asked.head { Vec::new() } else { body };
        let payload = body.len() as u64;
        Self { status, head, body, payload, huge: None }
    }

    /// Sends it; `last` is called before the last bytes, with the size of the content.
    pub(super) async fn send(&self, to: &mut (impl AsyncWrite + Unpin), last: impl FnOnce(u64)) -> io::Result<()> {
        let Some(huge) = self.huge else {
            last(self.payload);
            let mut bytes = self.head.clone();
            bytes.extend_from_slice(&self.body);
            return to.write_all(&bytes).await;
        };
        to.write_all(&self.head).await?;
        // One JSON string, so that a reader without a limit would be content with it at last.
        to.write_all(b"\"").await?;
        let block = vec![b'x'; 64 * 1024];
        let mut left = huge.saturating_sub(2);
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
            to.write_all(block.split_at(count).0).await?;
            left = left.saturating_sub(count as u64);
        }
        last(huge);
        to.write_all(b"\"").await
    }
}

fn head(status: u16, reason: &str, headers: &[(String, Vec<u8>)], length: Option<u64>, asked: Asked) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    let mut end = String::new();
    // Writing into a String cannot fail.
    if let Some(length) = length {
        let _ = write!(end, "Content-Length: {length}\r\n");
    }
    if !asked.keep_alive {
        end.push_str("Connection: close\r\n");
    }
    end.push_str("\r\n");
    bytes.extend_from_slice(end.as_bytes());
    bytes
}

/// Whether the client can find the end of this answer without the connection being closed.
pub(super) fn is_delimited(head: &ResponseHead) -> bool {
    head.framing != Framing::UntilClose
}

/// The usual words for the statuses that faults are about.
fn title(code: u16) -> &'static str {
    match code {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
