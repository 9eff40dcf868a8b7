//! How a policy is built: ids, algorithms, rules, targets, and which attributes it compares.

use super::super::words::{ACTION, RESOURCE, SUBJECT};
use super::super::xml::Element;
use super::{Report, nearest};

/// The combining algorithms of XACML 3.0, for rules as for policies: version and name.
const ALGORITHMS: [(&str, &str); 12] = [
    ("3.0", "deny-unless-permit"),
    ("3.0", "permit-unless-deny"),
    ("3.0", "deny-overrides"),
    ("3.0", "ordered-deny-overrides"),
    ("3.0", "permit-overrides"),
    ("3.0", "ordered-permit-overrides"),
    ("1.0", "first-applicable"),
    ("1.0", "only-one-applicable"),
    ("1.0", "deny-overrides"),
    ("1.0", "permit-overrides"),
    ("1.1", "ordered-deny-overrides"),
    ("1.1", "ordered-permit-overrides"),
];

impl Report {
    pub(super) fn id(&mut self, root: &Element, id: &str) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if id.is_empty() {
            self.error(root, "no-id", "it has no id (PolicyId, or PolicySetId of a set)");
        } else if !id.bytes().all(plain) {
            let text = "can be stored but not found again; use A-Z, a-z, 0-9, _ and - only";
            self.error(root, "bad-id", format!("the id {id:?} {text}"));
        }
    }

    pub(super) fn set(&mut self, root: &Element) {
        self.target(root);
        self.algorithm(root, "PolicyCombiningAlgId", "policy");
        let members: Vec<_> = root.named("Policy").chain(root.named("PolicySet")).collect();
        if members.is_empty() {
            self.error(root, "no-rule", "the set has no policy in it, so it decides nothing");
        }
        for member in members {
            if member.name == "Policy" { self.policy(member) } else { self.set(member) }
        }
    }

    pub(super) fn policy(&mut self, policy: &Element) {
        self.target(policy);
        self.algorithm(policy, "RuleCombiningAlgId", "rule");
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

    fn algorithm(&mut self, element: &Element, attribute: &str, of: &str) {
        let urn = element.attribute(attribute).unwrap_or_default();
        let (version, name) = urn
            .strip_prefix("urn:oasis:names:tc:xacml:")
            .and_then(|rest| rest.split_once(':'))
            .and_then(|(version, rest)| Some((version, rest.strip_prefix(of)?.strip_prefix("-combining-algorithm:")?)))
            .unwrap_or_default();
        // Of rules, none can be the only one.
        let fits = |known: &&(&str, &str)| of == "policy" || known.1 != "only-one-applicable";
        if ALGORITHMS.iter().filter(fits).any(|known| *known == (version, name)) {
            return;
        }
        let names = ALGORITHMS.iter().filter(fits).map(|(_, name)| *name);
        let hint = nearest(urn.rsplit(':').next().unwrap_or_default(), names);
        let hint = hint.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        self.error(element, "algorithm", format!("the {of}-combining algorithm {urn:?} is not known{hint}"));
    }

    fn target(&mut self, element: &Element) {
        if element.named("Target").count() != 1 {
            self.error(element, "target", format!("a {} has exactly one Target, which may be empty", element.name));
        }
    }

    /// Attributes that no request of a PEP has, and functions that are none.
    pub(super) fn attributes(&mut self, root: &Element) {
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
}

fn is_function(urn: &str) -> bool {
    let name = urn.strip_prefix("urn:oasis:names:tc:xacml:").and_then(|rest| rest.split_once(":function:"));
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    name.is_some_and(|(version, name)| matches!(version, "1.0" | "2.0" | "3.0") && plain(name))
}
