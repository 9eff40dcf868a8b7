//! What a policy is about: the resources and the actions that it names.

use super::super::actions::Component;
use super::super::pattern::{self, Fault};
use super::super::policy::Policy;
use super::super::xml::Element;
use super::{Report, Severity, nearest};

impl Report {
    pub(super) fn patterns(&mut self, root: &Element, policy: &Policy) {
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

    pub(super) fn actions(&mut self, root: &Element, policy: &Policy) {
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
