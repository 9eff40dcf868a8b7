//! What is wrong with a policy, found before anybody is denied something by it.
//!
//! An error is what Keypass refuses or cannot work; a warning is what works, and hardly as meant; a note is worth knowing.

use super::actions::Component;
use super::pattern::{self, Fault};
use super::policy::{Policy, without_mark};
use super::words::{ACTION, NAMESPACE, RESOURCE, SUBJECT};
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

/// The rule-combining algorithms of XACML 3.0 that Keypass knows.
const ALGORITHMS: [&str; 12] = [
    "3.0:rule-combining-algorithm:deny-overrides",
    "3.0:rule-combining-algorithm:ordered-deny-overrides",
    "3.0:rule-combining-algorithm:permit-overrides",
    "3.0:rule-combining-algorithm:ordered-permit-overrides",
    "3.0:rule-combining-algorithm:deny-unless-permit",
    "3.0:rule-combining-algorithm:permit-unless-deny",
    "1.0:rule-combining-algorithm:first-applicable",
    "1.0:rule-combining-algorithm:deny-overrides",
    "1.0:rule-combining-algorithm:permit-overrides",
    "1.1:rule-combining-algorithm:ordered-deny-overrides",
    "1.1:rule-combining-algorithm:ordered-permit-overrides",
    "1.0:policy-combining-algorithm:only-one-applicable",
];

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

    fn id(&mut self, root: &Element, id: &str) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if id.is_empty() {
            self.error(root, "no-id", "it has no id (PolicyId, or PolicySetId of a set)");
        } else if !id.bytes().all(plain) {
            let text = "can be stored but not found again; use A-Z, a-z, 0-9, _ and - only";
            self.error(root, "bad-id", format!("the id {id:?} {text}"));
        }
    }

    fn set(&mut self, root: &Element) {
        self.target(root);
        let members: Vec<_> = root.named("Policy").chain(root.named("PolicySet")).collect();
        if members.is_empty() {
            self.error(root, "no-rule", "the set has no policy in it, so it decides nothing");
        }
        for member in members {
            if member.name == "Policy" { self.policy(member) } else { self.set(member) }
        }
    }

    fn policy(&mut self, policy: &Element) {
        self.target(policy);
        let algorithm = policy.attribute("RuleCombiningAlgId").unwrap_or_default();
        let known = algorithm.strip_prefix("urn:oasis:names:tc:xacml:");
        if !known.is_some_and(|known| ALGORITHMS.contains(&known) && known.contains(":rule-")) {
            let nearest = nearest(
                algorithm.rsplit(':').next().unwrap_or_default(),
                ALGORITHMS.iter().filter_map(|urn| urn.split_once("rule-combining-algorithm:").map(|(_, name)| name)),
            );
            let hint = nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            self.error(policy, "algorithm", format!("the rule-combining algorithm {algorithm:?} is not known{hint}"));
        }
        let rules: Vec<_> = policy.named("Rule").collect();
        let mut seen = Vec::new();
        for rule in &rules {
            match rule.attribute("RuleId") {
                None => self.error(rule, "no-rule-id", "a rule has no RuleId"),
                Some(id) if seen.contains(&id) => {
                    self.warning(rule, "duplicate-rule", format!("two rules are called {id:?}"));
                }
                Some(id) => seen.push(id),
            }
            if !matches!(rule.attribute("Effect"), Some("Permit" | "Deny")) {
                self.error(rule, "effect", "the Effect of a rule is Permit or Deny");
            }
        }
        if rules.is_empty() {
            self.error(policy, "no-rule", "it has no rule");
        } else if !rules.iter().any(|rule| rule.attribute("Effect") == Some("Permit")) {
            self.warning(policy, "no-permit", "no rule permits anything: it takes rights away only");
        }
    }

    fn target(&mut self, element: &Element) {
        if element.named("Target").count() != 1 {
            self.error(element, "target", format!("a {} has exactly one Target, which may be empty", element.name));
        }
    }

    /// Attributes that no request of a PEP has, and functions that are none.
    fn attributes(&mut self, root: &Element) {
        root.walk(&mut |element| match element.name.as_str() {
            "AttributeDesignator" => self.designator(element),
            "Match" | "Apply" => {
                let name = if element.name == "Match" { "MatchId" } else { "FunctionId" };
                let function = element.attribute(name).unwrap_or_default();
                if !is_function(function) {
                    self.error(element, "function", format!("{function:?} is no function of XACML"));
                }
            }
            _ => {}
        });
    }

    fn designator(&mut self, element: &Element) {
        let (category, id) = (element.attribute("Category"), element.attribute("AttributeId"));
        let (category, id) = (category.unwrap_or_default(), id.unwrap_or_default());
        let sent = [SUBJECT, RESOURCE, ACTION];
        if sent.contains(&(category, id)) {
            return;
        }
        let what = if sent.iter().any(|(known, _)| *known == category) {
            format!("the AttributeId {id:?}")
        } else {
            format!("the Category {category:?}")
        };
        let text = "a PEP sends subject-id, resource-id and action-id in their own categories";
        self.warning(element, "never-sent", format!("{what} is in no request: {text}"));
    }

    fn patterns(&mut self, root: &Element, policy: &Policy) {
        let patterns = policy.patterns();
        for text in &patterns {
            let line = line_of(root, text);
            match pattern::check(text) {
                Ok(()) => {}
                Err(Fault::Invalid(reason)) => {
                    let text = format!("the pattern {text:?} is no regular expression: {reason}");
                    self.add(Severity::Error, line, "pattern", text);
                }
                Err(Fault::Unknown(reason)) => {
                    let text = format!("what the pattern {text:?} matches was not checked: {reason}");
                    self.add(Severity::Note, line, "pattern-unchecked", text);
                }
            }
        }
        let line = patterns.first().map_or(Some(root.line), |text| line_of(root, text));
        match policy.components().len() {
            0 => {
                let names = Component::ALL.map(Component::name).join(", ");
                let text = format!("it applies to no component; resources begin with fiware:NAME: of {names}");
                self.add(Severity::Warning, line, "no-component", text);
            }
            all if all == Component::ALL.len() && patterns.iter().all(|text| pattern::check(text).is_ok()) => {
                let text = "it applies to every component, and denies in each what it does not permit";
                self.add(Severity::Warning, line, "every-component", text);
            }
            _ => {}
        }
    }

    fn actions(&mut self, root: &Element, policy: &Policy) {
        let components = policy.components();
        let known: Vec<&str> = components.iter().flat_map(|component| component.known_actions()).copied().collect();
        let names = components.iter().map(|component| component.name()).collect::<Vec<_>>().join(", ");
        let mut legacy = Vec::new();
        for rule in policy.rules() {
            let mut seen: Vec<&str> = Vec::new();
            for action in &rule.actions {
                let line = line_of(root, action);
                if seen.contains(&action.as_str()) {
                    self.add(Severity::Note, line, "duplicate-action", format!("{action:?} is listed twice"));
                    continue;
                }
                seen.push(action);
                if components.is_empty() {
                    continue;
                }
                if !known.contains(&action.as_str()) {
                    let hint = nearest(action, known.iter().copied());
                    let hint = hint.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                    let text = format!("nobody ever asks for {action:?} in {names}{hint}");
                    self.add(Severity::Warning, line, "unknown-action", text);
                } else if components.iter().all(|component| component.is_legacy(action)) {
                    legacy.push(action.clone());
                }
            }
        }
        if !legacy.is_empty() {
            let text = format!("{} belong to NGSIv1; no current PEP asks for them", legacy.join(", "));
            self.add(Severity::Note, line_of(root, legacy.first().map_or("", String::as_str)), "ngsi-v1", text);
        }
    }
}

/// The line of the first value with this text.
fn line_of(root: &Element, text: &str) -> Option<usize> {
    let mut line = None;
    root.walk(&mut |element| {
        if line.is_none() && element.name == "AttributeValue" && element.text() == text {
            line = Some(element.line);
        }
    });
    line
}

fn is_function(urn: &str) -> bool {
    let name = urn.strip_prefix("urn:oasis:names:tc:xacml:").and_then(|rest| rest.split_once(":function:"));
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    name.is_some_and(|(version, name)| matches!(version, "1.0" | "2.0" | "3.0") && plain(name))
}

/// The known word that is most like this one.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|other| (strsim::jaro_winkler(&word.to_lowercase(), &other.to_lowercase()), other));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.7).then_some(best.1)
}

#[cfg(test)]
#[path = "lint_tests.rs"]
mod tests;
