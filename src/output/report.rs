//! An error as a person reads it and as a program does. What it means was decided by whoever made the report.

use serde_json::{Value, json};

use super::clean;
use super::fold;
use crate::base::redact;

/// Everything that is known about a failure.
#[derive(Debug, Clone, Default)]
pub(crate) struct ErrorReport {
    /// What failed, lower case, no full stop. May have more lines, such as a list of candidates.
    pub(crate) message: String,
    /// Why, the nearest cause first.
    pub(crate) causes: Vec<String>,
    /// What may help.
    pub(crate) hint: Option<String>,
    /// The command to run next.
    pub(crate) next: Option<String>,
    /// The exit code.
    pub(crate) code: u8,
    /// The word for this kind of failure, for programs.
    pub(crate) kind: &'static str,
    /// The HTTP status, if a server answered.
    pub(crate) status: Option<u16>,
    /// The server's id of the request.
    pub(crate) request_id: Option<String>,
    /// The step of a flow that failed.
    pub(crate) step: Option<String>,
    /// What ended and how, where nobody was there to see what was typed.
    pub(crate) line: Option<String>,
    /// Whether running the same line again can help.
    pub(crate) retryable: bool,
}

impl ErrorReport {
    /// Lines for people, on a terminal no wider than that.
    pub(super) fn text(&self, colored: bool, width: Option<usize>) -> String {
        let label = if colored { "\u{1b}[1;31merror:\u{1b}[0m " } else { "error: " };
        let mut text = said(&self.message, label, width);
        let mut line = |line: &str| text.push_str(&said(line, "  ", width));
        for cause in &self.causes {
            line(cause);
        }
        if let Some(ended) = &self.line {
            line(ended);
        }
        if let Some(id) = &self.request_id {
            line(&format!("request id {id}"));
        }
        if let Some(hint) = &self.hint {
            line(&format!("hint: {hint}"));
        }
        if let Some(next) = &self.next {
            line(&format!("next: {next}"));
        }
        text
    }

    /// One object on one line for programs. Every key is always there.
    pub(super) fn json(&self) -> String {
        let clean = |text: &String| Value::from(redact::clean(text));
        let maybe = |text: &Option<String>| text.as_ref().map_or(Value::Null, clean);
        let object = json!({
            "error": clean(&self.message),
            "kind": self.kind,
            "code": self.code,
            "causes": self.causes.iter().map(clean).collect::<Vec<_>>(),
            "status": self.status,
            "request_id": maybe(&self.request_id),
            "step": maybe(&self.step),
            "retryable": self.retryable,
            "hint": maybe(&self.hint),
            "next": maybe(&self.next),
        });
        clean::json(object.to_string()) + "\n"
    }
}

/// Text about our own work where it is shown: lines of its own stay lines, and on a terminal no word is broken.
pub(super) fn said(text: &str, first: &str, width: Option<usize>) -> String {
    let mut said = String::new();
    for (number, line) in tidy(text).split('\n').enumerate() {
        let first = if number == 0 { first } else { "  " };
        match width {
            Some(width) => said.push_str(&fold::said(line, first, "    ", width)),
            None => said.extend([first, line]),
        }
        said.push('\n');
    }
    said
}

/// Text about our own work: without secrets, and harmless to show.
pub(super) fn tidy(text: &str) -> String {
    clean::lines(&redact::clean(text))
}
