//! What was found, as lines for people and as rows for programs.

use anyhow::Result;
use serde_json::json;

use crate::base::redact;
use crate::base::text::safe;
use crate::output::{Column, View, fold};

use super::super::context::Context;
use super::super::error::{Exit, classify};
use super::super::present::Row;

pub(super) const VIEW: View = View {
    columns: &[
        Column { title: "STATE", key: "state", wide: false },
        Column { title: "CHECK", key: "check", wide: false },
        Column { title: "TARGET", key: "target", wide: false },
        Column { title: "DETAIL", key: "detail", wide: false },
        Column { title: "NEXT", key: "next", wide: true },
    ],
    name: "check",
};

/// How far the text of a line is in.
const INDENT: &str = "      ";

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    Warn,
    Fail,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) check: &'static str,
    /// Which server; empty for what is on this machine.
    pub(super) target: String,
    pub(super) state: State,
    pub(super) detail: String,
    pub(super) next: Option<String>,
}

impl Finding {
    fn new(check: &'static str, target: &str, state: State, detail: impl Into<String>) -> Self {
        let detail = safe(&redact::clean(&detail.into())).into_owned();
        Self { check, target: target.to_owned(), state, detail, next: None }
    }

    pub(super) fn ok(check: &'static str, target: &str, detail: impl Into<String>) -> Self {
        Self::new(check, target, State::Ok, detail)
    }

    pub(super) fn warn(check: &'static str, target: &str, detail: impl Into<String>) -> Self {
        Self::new(check, target, State::Warn, detail)
    }

    pub(super) fn fail(check: &'static str, target: &str, detail: impl Into<String>) -> Self {
        Self::new(check, target, State::Fail, detail)
    }

    /// What to type.
    pub(super) fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(safe(&redact::clean(&next.into())).into_owned()), ..self }
    }

    /// An error as any command would tell it. That something is not set up, or nobody is at hand to log in, is no failure.
    pub(super) fn of_error(check: &'static str, target: &str, error: &anyhow::Error) -> Self {
        let verdict = classify(error);
        let causes = verdict.report.causes.iter().fold(verdict.report.message.clone(), |all, cause| all + ": " + cause);
        let found = if verdict.exit == Exit::Config {
            Self::warn(check, target, causes)
        } else {
            Self::fail(check, target, causes)
        };
        match verdict.report.next {
            Some(next) => found.next(next),
            None => found.next("orchest config show --origin"),
        }
    }

    pub(super) fn row(&self) -> Row {
        let target = (!self.target.is_empty()).then_some(&self.target);
        let members = [
            ("state", json!(self.state.word())),
            ("check", json!(self.check)),
            ("target", json!(target)),
            ("detail", json!(self.detail)),
            ("next", json!(self.next)),
        ];
        members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// Lines, unless somebody asked for rows.
pub(super) fn show(context: &Context, findings: &[Finding]) -> Result<()> {
    let output = &context.globals.output;
    let plain = output.output.is_none() && !context.wants_rows() && output.query.is_none();
    let unshaped = output.columns.is_empty() && output.filter.is_empty() && output.sort_by.is_empty();
    if plain && unshaped {
        // Under cron what is well is no news.
        let told = |finding: &&Finding| !output.quiet || finding.state != State::Ok;
        let text = lines(&findings.iter().filter(told).cloned().collect::<Vec<_>>());
        return if text.is_empty() { Ok(()) } else { Ok(context.printer.text(text.trim_end())?) };
    }
    Ok(context.printer.list(&VIEW, findings.iter().map(Finding::row).collect())?)
}

/// What is well of one target stands on one line.
pub(super) fn lines(findings: &[Finding]) -> String {
    let mut text = String::new();
    let mut rest = findings.iter().peekable();
    while let Some(finding) = rest.next() {
        let mut detail = finding.detail.clone();
        let is_joined = |other: &&Finding| {
            finding.state == State::Ok
                && other.state == State::Ok
                && other.target == finding.target
                && !finding.target.is_empty()
        };
        while let Some(other) = rest.next_if(|other| is_joined(other)) {
            detail = detail + ", " + &other.detail;
        }
        let target = if finding.target.is_empty() { String::new() } else { format!("{}: ", finding.target) };
        let first = format!("{:<6}", finding.state.word());
        text = text + &fold::said(&format!("{target}{detail}"), &first, INDENT, fold::WIDTH) + "\n";
        if let Some(next) = &finding.next {
            // A command stays on one line, to be copied.
            text = text + INDENT + "next: " + next + "\n";
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_well_stands_together_and_what_is_not_alone() {
        let findings = [
            Finding::ok("settings", "", "settings /a"),
            Finding::ok("settings", "", "settings /b"),
            Finding::ok("dns", "keystone", "DNS"),
            Finding::ok("tcp", "keystone", "TCP"),
            Finding::warn("clock", "keystone", "clock skew 90 s").next("set the clock"),
            Finding::ok("version", "keystone", "version v3.14"),
            Finding::ok("dns", "orion", "DNS \u{1b}[31m"),
        ];
        assert_eq!(
            lines(&findings),
            "ok    settings /a\nok    settings /b\nok    keystone: DNS, TCP\nwarn  keystone: clock skew 90 s\n      \
             next: set the clock\nok    keystone: version v3.14\nok    orion: DNS \\x1b[31m\n"
        );
    }

    #[test]
    fn no_line_but_a_command_is_wider_than_a_terminal() {
        let long = Finding::fail("x", "keystone", "word ".repeat(60).trim_end()).next("orchest x");
        let text = lines(&[long]);
        assert!(text.lines().all(|line| line.chars().count() <= fold::WIDTH && !line.ends_with(' ')), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with(INDENT)), "{text}");
    }
}
