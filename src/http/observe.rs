//! What can be seen of the traffic. Addresses in events are redacted already; bodies are not in them.

use std::time::Duration;

use super::{Method, Request};

/// Something happened.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// About to send. For a write this comes before the first byte leaves.
    Sending {
        backend: &'static str,
        request: &'a Request,
        url: &'a str,
        attempt: u32,
        /// Everything that is sent, names and redacted values, in order.
        headers: &'a [(String, String)],
    },
    /// The whole answer is here, whatever its status.
    Answered {
        backend: &'static str,
        method: Method,
        template: &'a str,
        url: &'a str,
        status: u16,
        /// Names and redacted values, in order.
        headers: &'a [(String, String)],
        request_id: Option<&'a str>,
        bytes: usize,
        took: Duration,
        /// The body, for showing its shape at `-vvv`; never print it as it is.
        body: &'a [u8],
    },
    /// No usable answer.
    Failed { backend: &'static str, method: Method, template: &'a str, url: &'a str, reason: &'a str, took: Duration },
    /// Waiting before the next attempt.
    Retrying { backend: &'static str, method: Method, reason: &'a str, wait: Duration, tries_left: u32 },
    /// The credential was refused and is being renewed.
    Renewing { backend: &'static str },
    /// Something the operator should know once (`--insecure`, say).
    Warning { text: &'a str },
}

/// Is told what happens.
pub(crate) trait Observer {
    fn event(&self, event: &Event<'_>);
}
