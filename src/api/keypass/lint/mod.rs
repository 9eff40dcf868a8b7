//! What is wrong with a policy, found before anybody is denied something by it.
//!
//! An error is what Keypass refuses or cannot work; a warning is what works, and hardly as meant; a note is worth knowing.

mod content;
mod structure;

use super::policy::{Policy, without_mark};
use super::words::NAMESPACE;
use super::xml::{self, Element, MAX_POLICY};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) line: Option<usize>,
    /// A short name for scripts.
    pub(crate) code: &'static str,
    pub(crate) text: String,
}

/// Everything that is wrong with this text, the worst first.
pub(crate) fn lint(text: &str) -> Vec<Finding> {
    let mut report = Report::default();
    match xml::parse(without_mark(text), MAX_POLICY) {
        Ok(_) => {
            if let Ok(policy) = Policy::read(text) {
                report.document(&policy);
            }
        }
        Err(error) => {
            let code = if error.reason.starts_with("this is not XML") { "not-xml" } else { "refused" };
            report.add(Severity::Error, error.line, code, error.reason);
        }
    }
    report.findings.sort_by_key(|finding| (finding.severity, finding.line));
    report.findings
}

#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
}

impl Report {
    fn add(&mut self, severity: Severity, line: Option<usize>, code: &'static str, text: impl Into<String>) {
        let finding = Finding { severity, line, code, text: text.into() };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn error(&mut self, at: &Element, code: &'static str, text: impl Into<String>) {
        self.add(Severity::Error, Some(at.line), code, text);
    }

    fn warning(&mut self, at: &Element, code: &'static str, text: impl Into<String>) {
        self.add(Severity::Warning, Some(at.line), code, text);
    }

    fn document(&mut self, policy: &Policy) {
        let root = policy.root();
        if !matches!(root.name.as_str(), "Policy" | "PolicySet") {
            self.error(root, "root", format!("the root is <{}>; it has to be Policy or PolicySet", root.name));
            return;
        }
        if root.namespace != NAMESPACE {
            let found = if root.namespace.is_empty() { "none".to_owned() } else { format!("{:?}", root.namespace) };
            self.error(root, "namespace", format!("the namespace is {found}; Keypass reads {NAMESPACE:?} only"));
            return;
        }
        self.id(root, policy.id());
        if policy.is_set() {
            self.set(root);
        } else {
            self.policy(root);
        }
        self.attributes(root);
        self.patterns(root, policy);
        self.actions(root, policy);
    }
}

/// The known word that is most like this one.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|other| (strsim::jaro_winkler(&word.to_lowercase(), &other.to_lowercase()), other));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.7).then_some(best.1)
}

#[cfg(test)]
mod tests;
