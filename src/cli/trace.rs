//! Shows what is sent, as far as it was asked for, and counts it: `-vv`, `-vvv`, `--trace`, `--timing`, the run log.
//!
//! Bodies are shown by shape only, and every line goes through the redactor, whatever was done to it before.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::base::clock::Clock;
use crate::base::redact::clean;
use crate::base::text::safe;
use crate::http::{Body, Event, Observer, Request};

use counters::Counts;
use shape::shape;

mod counters;
mod shape;

/// What to show and where.
pub(crate) struct TraceSettings {
    /// 2 shows requests, 3 headers and shapes as well.
    pub(crate) verbosity: u8,
    /// Not even warnings.
    pub(crate) quiet: bool,
    /// One JSON object a line instead of text.
    pub(crate) log_json: bool,
    /// Everything goes here as well; opened by the caller, for its user alone.
    pub(crate) trace_file: Option<File>,
    /// Keep what [`Trace::timing_table`] needs.
    pub(crate) timing: bool,
    /// Where a person reads.
    pub(crate) stderr: Box<dyn Write>,
    /// For the time in the trace file.
    pub(crate) clock: Rc<dyn Clock>,
}

/// Writes and counts what the HTTP room reports.
pub(crate) struct Trace {
    settings: TraceSettings,
    sinks: RefCell<Sinks>,
    counts: RefCell<Counts>,
}

struct Sinks {
    stderr: Box<dyn Write>,
    file: Option<File>,
}

/// One line to be written, with the least verbosity at which a person gets to see it.
struct Line {
    level: u8,
    kind: &'static str,
    text: String,
}

impl Trace {
    pub(crate) fn new(mut settings: TraceSettings) -> Self {
        let stderr = std::mem::replace(&mut settings.stderr, Box::new(std::io::sink()));
        let sinks = RefCell::new(Sinks { stderr, file: settings.trace_file.take() });
        let counts = RefCell::new(Counts::new(settings.timing));
        Self { settings, sinks, counts }
    }

    /// One row per method, host and path template, the most time first; empty unless times were asked for.
    pub(crate) fn timing_table(&self) -> Vec<Value> {
        self.counts.borrow_mut().timing_table()
    }

    /// What was asked of each back end, for the run log.
    pub(crate) fn counters(&self) -> Value {
        self.counts.borrow().counters()
    }

    fn write(&self, line: &Line) {
        let text = safe(&clean(&line.text)).into_owned();
        let mut sinks = self.sinks.borrow_mut();
        let wanted = if line.level == 0 { !self.settings.quiet } else { self.settings.verbosity >= line.level };
        // A trace that cannot be written is no reason to leave the work half done.
        if wanted {
            let shown = if self.settings.log_json { self.as_json(line.kind, &text) } else { text.clone() };
            let _ = writeln!(sinks.stderr, "{shown}");
        }
        if let Some(file) = &mut sinks.file {
            let shown = if self.settings.log_json {
                self.as_json(line.kind, &text)
            } else {
                format!("{} {text}", self.settings.clock.now())
            };
            let _ = writeln!(file, "{shown}");
        }
    }

    fn as_json(&self, kind: &str, text: &str) -> String {
        json!({ "time": self.settings.clock.now().to_string(), "event": kind, "text": text }).to_string()
    }
}

/// For servers that speak no HTTP.
#[cfg(feature = "ldap")]
impl Trace {
    pub(crate) fn asking(&self, verb: &str, place: &str) {
        self.write(&Line { level: 2, kind: "sending", text: format!("> {verb} {place}") });
    }

    pub(crate) fn answered(&self, answer: Result<u32, &str>, took: Duration) {
        let took = milliseconds(took);
        let (kind, text) = match answer {
            Ok(code) => ("answered", format!("< {code} in {took} ms")),
            Err(reason) => ("failed", format!("< no answer after {took} ms: {reason}")),
        };
        self.write(&Line { level: 2, kind, text });
    }
}

impl Observer for Trace {
    fn event(&self, event: &Event<'_>) {
        self.counts.borrow_mut().count(event);
        // Shapes mean parsing the body again, which only those who look should pay for.
        let deep = self.settings.verbosity >= 3 || self.sinks.borrow().file.is_some();
        let shallow = self.settings.verbosity >= 2 || deep;
        for line in lines(event, shallow, deep) {
            self.write(&line);
        }
    }
}

fn lines(event: &Event<'_>, shallow: bool, deep: bool) -> Vec<Line> {
    let line = |level, kind, text| Line { level, kind, text };
    let mut lines = Vec::new();
    match event {
        Event::Sending { request, url, attempt, headers, .. } if shallow => {
            let again = if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
            lines.push(line(2, "sending", format!("> {} {url}{again}", request.method.as_str())));
            if deep {
                lines.extend(headers.iter().map(|(name, value)| line(3, "header", format!(">   {name}: {value}"))));
                lines.extend(sent(request).map(|shape| line(3, "body", format!(">   {shape}"))));
            }
        }
        Event::Answered { status, headers, request_id, took, body, .. } if shallow => {
            let id = request_id.map_or_else(String::new, |id| format!(" ({id})"));
            lines.push(line(2, "answered", format!("< {status} in {} ms{id}", milliseconds(*took))));
            if deep {
                lines.extend(headers.iter().map(|(name, value)| line(3, "header", format!("<   {name}: {value}"))));
                lines.extend(received(body).map(|shape| line(3, "body", format!("<   {shape}"))));
            }
        }
        Event::Failed { reason, took, .. } if shallow => {
            lines.push(line(2, "failed", format!("< no answer after {} ms: {reason}", milliseconds(*took))));
        }
        Event::Sending { .. } | Event::Answered { .. } | Event::Failed { .. } => {}
        Event::Retrying { backend, method, reason, wait, tries_left, .. } => {
            let tries = if *tries_left == 1 { "1 try".to_owned() } else { format!("{tries_left} tries") };
            let wait = wait.as_secs_f64();
            let text = format!("{backend}: {} failed ({reason}); again in {wait:.1} s, {tries} left", method.as_str());
            lines.push(line(0, "retrying", text));
        }
        // A renewal that works is nobody's business.
        Event::Renewing { backend } => {
            lines.push(line(1, "renewing", format!("{backend}: the token was refused; getting another one")));
        }
        Event::Warning { text } => lines.push(line(0, "warning", format!("warning: {text}"))),
    }
    lines
}

fn sent(request: &Request) -> Option<String> {
    request.body.as_ref().map(|body| match body {
        Body::Json(value) => shape(value),
        Body::Text(mime, text) => format!("{} bytes of {mime}", text.len()),
        Body::Form(_) => format!("form {{{}}}", body.field_names().join(", ")),
    })
}

fn received(body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => Some(shape(&value)),
        Err(_) => Some(format!("{} bytes that are no JSON", body.len())),
    }
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use super::*;
    use crate::http::Method;
    use crate::http::clock::TestClock;

    /// A writer whose text the test can read afterwards.
    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn trace(verbosity: u8, quiet: bool, log_json: bool, trace_file: Option<File>) -> (Trace, Shared) {
        let shared = Shared::default();
        let settings = TraceSettings {
            verbosity,
            quiet,
            log_json,
            trace_file,
            timing: true,
            stderr: Box::new(shared.clone()),
            clock: Rc::new(TestClock::new()),
        };
        (Trace::new(settings), shared)
    }

    fn play(trace: &Trace) {
        let body = json!({"auth": {"password": "canary-in-body", "ids": [1, 2]}});
        let request = Request::new(Method::Post).path("v3/auth/tokens").json(body.clone());
        let headers =
            [("x-auth-token".to_owned(), "***".to_owned()), ("x-run".to_owned(), "canary-\u{1b}header".to_owned())];
        let url = "https://h:5000/v3/auth/tokens";
        trace.event(&Event::Sending { backend: "keystone", request: &request, url, attempt: 2, headers: &headers });
        trace.event(&Event::Answered {
            backend: "keystone",
            method: Method::Post,
            template: "/v3/auth/tokens",
            url,
            status: 201,
            headers: &[],
            request_id: Some("req-1"),
            bytes: 10,
            took: Duration::from_millis(34),
            body: br#"{"token":{"roles":[{"name":"canary-in-answer"}],"n":null,"b":true,"x":[],"y":{}}}"#,
        });
        let (backend, method) = ("keystone", Method::Get);
        let took = Duration::from_millis(6);
        trace.event(&Event::Failed { backend, method, template: "/v3/users/{}", url, reason: "reset", took });
        let wait = Duration::from_millis(250);
        trace.event(&Event::Retrying { backend, method, reason: "reset", wait, tries_left: 1 });
        trace.event(&Event::Renewing { backend });
        trace.event(&Event::Warning { text: "careful\nforged line" });
    }

    fn shown(verbosity: u8, quiet: bool) -> String {
        let (trace, shared) = trace(verbosity, quiet, false, None);
        play(&trace);
        String::from_utf8(shared.0.borrow().clone()).unwrap()
    }

    #[test]
    fn each_level_adds_to_the_one_below() {
        let always = "keystone: GET failed (reset); again in 0.2 s, 1 try left\nwarning: careful\\nforged line\n";
        assert_eq!(shown(0, true), "");
        assert_eq!(shown(0, false), always);
        assert!(shown(1, false).contains("the token was refused"));
        let requests = shown(2, false);
        assert!(
            requests.starts_with("> POST https://h:5000/v3/auth/tokens (attempt 2)\n< 201 in 34 ms (req-1)\n"),
            "{requests}"
        );
        assert!(requests.contains("< no answer after 6 ms: reset\n") && !requests.contains("x-auth-token"));
        let all = shown(3, false);
        assert!(all.contains(">   x-auth-token: ***\n>   x-run: canary-\\x1bheader\n"), "{all}");
        assert!(all.contains(">   {auth: {password: string, ids: [… 2 of number]}}\n"), "{all}");
        assert!(
            all.contains("<   {token: {roles: [… 1 of {name: string}], n: null, b: bool, x: [], y: {}}}\n"),
            "{all}"
        );
        assert!(!all.contains("canary-in"));
    }

    #[test]
    fn the_redactor_has_the_last_word() {
        crate::base::redact::register("trace-room-secret");
        let (trace, shared) = trace(2, false, false, None);
        trace.event(&Event::Warning { text: "key trace-room-secret leaked" });
        assert_eq!(shared.0.borrow().as_slice(), b"warning: key *** leaked\n");
    }

    #[test]
    fn the_file_has_everything_whatever_a_person_sees() {
        for log_json in [false, true] {
            let mut file = tempfile::tempfile().unwrap();
            let (trace, shared) = trace(0, true, log_json, Some(file.try_clone().unwrap()));
            play(&trace);
            assert!(shared.0.borrow().is_empty());
            let mut text = String::new();
            file.rewind().unwrap();
            file.read_to_string(&mut text).unwrap();
            assert_eq!(text.lines().count(), 10, "{text}");
            for line in text.lines() {
                if log_json {
                    let value: Value = serde_json::from_str(line).unwrap();
                    assert_eq!(value["time"], "2026-01-01T00:00:00Z");
                    assert!(value["event"].is_string() && value["text"].is_string());
                } else {
                    assert!(line.starts_with("2026-01-01T00:00:00Z "), "{line}");
                }
            }
        }
    }

    #[test]
    fn counters_add_up() {
        let (trace, _) = trace(0, false, false, None);
        play(&trace);
        assert_eq!(
            trace.counters(),
            json!({"keystone": {"requests": 1, "writes": 1, "errors": 1, "retries": 1, "bytes_in": 10, "p50_ms": 6, "max_ms": 34,
                "took_ms": {"7": 1, "50": 1}}})
        );
        assert_eq!(
            trace.timing_table(),
            [
                json!({"method": "POST", "host": "h:5000", "path": "/v3/auth/tokens", "count": 1, "p50_ms": 34, "max_ms": 34, "bytes": 10}),
                json!({"method": "GET", "host": "h:5000", "path": "/v3/users/{}", "count": 1, "p50_ms": 6, "max_ms": 6, "bytes": 0}),
            ]
        );
    }
}
