//! What a policy says, as far as it has the platform's form, and the listing of a role taken apart.

use super::actions::Component;
use super::words::{ACTION, AT_LEAST_ONE, Attribute, BAG, DENY_UNLESS_PERMIT, NAMESPACE, REGEXP_MATCH, RESOURCE};
use super::xml::{self, Element, MAX_POLICY, Unreadable};
use super::{canonical, pattern};

/// A listing holds several policies. The client has a limit of its own for what it reads from a server.
const MAX_LISTING: usize = 64 << 20;

/// One policy: its text and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) text: String,
    root: Element,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) permits: bool,
    pub(crate) actions: Vec<String>,
}

/// What a policy in the platform's form says: on resources that match, these actions and no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plain {
    pub(crate) pattern: String,
    pub(crate) actions: Vec<String>,
}

impl Policy {
    /// Reads a document; whether it is a policy that can work is for [`super::lint`].
    pub(crate) fn read(text: &str) -> Result<Self, Unreadable> {
        let text = without_mark(text);
        Ok(Self { root: xml::parse(text, MAX_POLICY)?, text: text.to_owned() })
    }

    pub(super) fn root(&self) -> &Element {
        &self.root
    }

    /// Whether its root is that of a policy, and of nothing else that is XML.
    pub(crate) fn is_policy(&self) -> bool {
        is_policy(&self.root) && self.root.namespace == NAMESPACE
    }

    pub(crate) fn is_set(&self) -> bool {
        self.root.name == "PolicySet"
    }

    /// Its id; empty where it has none.
    pub(crate) fn id(&self) -> &str {
        let name = if self.is_set() { "PolicySetId" } else { "PolicyId" };
        self.root.attribute(name).unwrap_or_default()
    }

    /// The combining algorithm, without the beginning that all share.
    pub(crate) fn algorithm(&self) -> &str {
        let name = if self.is_set() { "PolicyCombiningAlgId" } else { "RuleCombiningAlgId" };
        let algorithm = self.root.attribute(name).unwrap_or_default();
        algorithm.rsplit(':').next().unwrap_or(algorithm)
    }

    /// Two policies with the same lines are the same.
    pub(crate) fn canonical(&self) -> String {
        canonical::lines(&self.root)
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }

    /// The regular expressions that targets compare resources with: its own, or those of what is in a set that has none.
    /// Empty if it is about every resource.
    pub(crate) fn patterns(&self) -> Vec<String> {
        patterns(&self.root)
    }

    /// The components to whose resources it applies; all of them if its target names no resource.
    pub(crate) fn components(&self) -> Vec<Component> {
        let patterns = self.patterns();
        let applies = |component: &Component| {
            patterns.is_empty()
                || patterns.iter().any(|text| pattern::matches(text, &component.sample()) != Some(false))
        };
        Component::ALL.into_iter().filter(applies).collect()
    }

    /// Its rules, those of the policies in a set among them, as far as they list actions.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        self.root.walk(&mut |element| {
            if element.name == "Rule" {
                rules.push(rule(element));
            }
        });
        rules
    }

    /// What it says, if it has the platform's form and there is nothing else in it.
    pub(crate) fn plain(&self) -> Option<Plain> {
        let root = Some(&self.root).filter(|root| root.name == "Policy" && root.namespace == NAMESPACE)?;
        let known = |element: &Element| matches!(element.name.as_str(), "Target" | "Rule" | "Description");
        if root.attribute("RuleCombiningAlgId") != Some(DENY_UNLESS_PERMIT) || !root.children().all(known) {
            return None;
        }
        let mut targets = root.named("Target");
        let target = targets.next().filter(|_| targets.next().is_none())?;
        let pattern = resource_match(target.only("AnyOf")?.only("AllOf")?.only("Match")?)?;
        let mut actions = Vec::new();
        for rule in root.named("Rule") {
            actions.extend(plain_rule(rule)?);
        }
        (!actions.is_empty()).then_some(Plain { pattern, actions })
    }
}

/// Without the mark that some editors put in front of UTF-8.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The policies of a listing, each as a document of its own.
pub(crate) fn split(text: &str) -> Result<Vec<Policy>, Unreadable> {
    let text = without_mark(text);
    let root = xml::parse(text, MAX_LISTING)?;
    if root.name != "PolicySet" || root.namespace != NAMESPACE {
        let reason = format!("<{}> stands where a PolicySet of policies belongs", root.name);
        return Err(Unreadable { line: Some(root.line), reason });
    }
    let mut policies = Vec::new();
    for child in root.children().filter(|child| is_policy(child)) {
        if child.span.len() > MAX_POLICY {
            return Err(Unreadable { line: Some(child.line), reason: "a policy is longer than 1 MiB".to_owned() });
        }
        policies.push(Policy { text: alone(text, &root, child), root: child.clone() });
    }
    Ok(policies)
}

fn is_policy(element: &Element) -> bool {
    matches!(element.name.as_str(), "Policy" | "PolicySet")
}

/// The text of a child, with the declarations that it inherits.
fn alone(text: &str, root: &Element, child: &Element) -> String {
    let (tag, rest) = (text.get(child.span.start..child.name_end), text.get(child.name_end..child.span.end));
    let (Some(tag), Some(rest)) = (tag, rest) else { return String::new() };
    let own = |name: &str| child.declarations.iter().any(|(key, _)| key == name);
    let inherited = root.declarations.iter().filter(|(name, _)| !own(name));
    // Prefixes that only the set's own attributes use say nothing here.
    let used = |name: &str| {
        let prefix = name.strip_prefix("xmlns:").map(|prefix| format!("{prefix}:"));
        prefix.is_none_or(|prefix| tag.contains(&prefix) || rest.contains(&prefix))
    };
    let declared = inherited.filter(|(name, _)| used(name)).fold(String::new(), |declared, (name, value)| {
        format!("{declared} {name}=\"{}\"", quick_xml::escape::escape(value.as_str()))
    });
    format!("{tag}{declared}{rest}")
}

fn patterns(element: &Element) -> Vec<String> {
    let mut found = Vec::new();
    for target in element.named("Target") {
        target.walk(&mut |part| found.extend(resource_match(part)));
    }
    if found.is_empty() {
        let members: Vec<Vec<String>> =
            element.named("Policy").chain(element.named("PolicySet")).map(patterns).collect();
        if members.iter().all(|member| !member.is_empty()) {
            found.extend(members.into_iter().flatten());
        }
    }
    found
}

/// The pattern, where this is a match of the resource with a regular expression.
fn resource_match(element: &Element) -> Option<String> {
    if element.name != "Match" || element.attribute("MatchId") != Some(REGEXP_MATCH) {
        return None;
    }
    let mut children = element.children();
    let (value, designator) = (children.next()?, children.next()?);
    let fits = value.name == "AttributeValue" && designates(designator, RESOURCE) && children.next().is_none();
    fits.then(|| value.text())
}

pub(super) fn designates(element: &Element, (category, id): Attribute) -> bool {
    element.name == "AttributeDesignator"
        && element.attribute("Category") == Some(category)
        && element.attribute("AttributeId") == Some(id)
}

fn rule(element: &Element) -> Rule {
    let permits = element.attribute("Effect") == Some("Permit");
    Rule { permits, actions: listed_actions(element) }
}

/// The actions that a rule compares with, wherever in it.
fn listed_actions(rule: &Element) -> Vec<String> {
    let mut actions = Vec::new();
    rule.walk(&mut |element| {
        if matches!(element.name.as_str(), "Apply" | "Match")
            && element.children().any(|child| designates(child, ACTION))
        {
            element.children().filter(|child| !designates(child, ACTION)).for_each(|side| {
                side.walk(&mut |value| {
                    if value.name == "AttributeValue" {
                        actions.push(value.text());
                    }
                });
            });
        }
    });
    actions
}

/// The actions of a rule that permits them, and depends on nothing else.
fn plain_rule(rule: &Element) -> Option<Vec<String>> {
    if rule.attribute("Effect") != Some("Permit") {
        return None;
    }
    let mut parts = rule.children().filter(|child| child.name != "Description");
    let condition = parts.next().filter(|child| child.name == "Condition" && parts.next().is_none())?;
    let apply = condition.only("Apply").filter(|apply| apply.attribute("FunctionId") == Some(AT_LEAST_ONE))?;
    let mut sides = apply.children();
    let (first, second) = (sides.next()?, sides.next().filter(|_| sides.next().is_none())?);
    let bag = match (designates(first, ACTION), designates(second, ACTION)) {
        (false, true) => first,
        (true, false) => second,
        _ => return None,
    };
    let is_list = bag.name == "Apply"
        && bag.attribute("FunctionId") == Some(BAG)
        && bag.children().all(|value| value.name == "AttributeValue");
    is_list.then(|| bag.children().map(Element::text).collect())
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
