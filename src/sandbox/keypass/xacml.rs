//! Policies of XACML 3.0, read from XML and checked as far as can be without a request.
//!
//! Not taken: policies of earlier versions, variables, references to other policies and selectors by `XPath`, which no
//! policy of the platform uses. Obligations and advice are passed over, as they do not change a decision.

use super::combine::{Algorithm, Effect};
use super::function::{Function, Kind, Type, Value, matches};
use super::id::is_uri;
use super::xml::Element;

/// The namespace of policies, requests and answers.
pub(super) const NAMESPACE: &str = "urn:oasis:names:tc:xacml:3.0:core:schema:wd-17";

/// A policy or a set of policies.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) id: String,
    pub(super) target: Target,
    pub(super) algorithm: Algorithm,
    pub(super) members: Members,
}

/// What the algorithm combines.
#[derive(Clone, Debug)]
pub(super) enum Members {
    Rules(Vec<Rule>),
    Policies(Vec<Policy>),
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) effect: Effect,
    pub(super) target: Target,
    /// Gives a truth.
    pub(super) condition: Option<Expression>,
}

/// To what it applies: all of these, each of which is any of those, each of which is all of its matches. Empty for
/// everything.
pub(super) type Target = Vec<Vec<Vec<Match>>>;

/// The function holds for the value and at least one value of the attribute.
#[derive(Clone, Debug)]
pub(super) struct Match {
    pub(super) function: Function,
    pub(super) value: Value,
    pub(super) attribute: Designator,
}

/// Names an attribute of the request; what it stands for is a bag.
#[derive(Clone, Debug)]
pub(super) struct Designator {
    pub(super) category: String,
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) issuer: Option<String>,
    /// Whether it is an error, rather than an empty bag, if the request does not have it.
    pub(super) must_be_present: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Value(Value),
    Attribute(Designator),
    Apply(Function, Vec<Self>),
}

impl Policy {
    /// From the root of a document, or from a member of a set.
    pub(super) fn read(element: &Element) -> Option<Self> {
        if element.namespace != NAMESPACE {
            return None;
        }
        let (id, algorithm, of) = match element.local() {
            "Policy" => ("PolicyId", "RuleCombiningAlgId", "rule"),
            "PolicySet" => ("PolicySetId", "PolicyCombiningAlgId", "policy"),
            _ => return None,
        };
        let mut targets = element.children().filter(|child| child.local() == "Target");
        let target = targets.next().filter(|_| targets.next().is_none())?;
        Some(Self {
            id: element.attribute(id).filter(|id| is_uri(id))?.to_owned(),
            target: read_target(target)?,
            algorithm: Algorithm::named(element.attribute(algorithm)?, of)?,
            members: if of == "rule" { Members::rules(element)? } else { Members::policies(element)? },
        })
    }
}

impl Members {
    fn rules(policy: &Element) -> Option<Self> {
        let mut rules = Vec::new();
        for child in policy.children() {
            match child.local() {
                "Rule" => rules.push(Rule::read(child)?),
                "VariableDefinition" => return None,
                _ => {}
            }
        }
        Some(Self::Rules(rules))
    }

    fn policies(set: &Element) -> Option<Self> {
        let mut policies = Vec::new();
        for child in set.children() {
            match child.local() {
                "Policy" | "PolicySet" => policies.push(Policy::read(child)?),
                "PolicyIdReference" | "PolicySetIdReference" => return None,
                _ => {}
            }
        }
        Some(Self::Policies(policies))
    }
}

impl Rule {
    fn read(element: &Element) -> Option<Self> {
        let part = |name: &'static str| element.children().find(move |child| child.local() == name);
        let effect = match element.attribute("Effect")? {
            "Permit" => Effect::Permit,
            "Deny" => Effect::Deny,
            _ => return None,
        };
        let condition = match part("Condition") {
            Some(condition) => Some(read_condition(condition)?),
            None => None,
        };
        let target = part("Target").map_or(Some(Target::new()), read_target)?;
        Some(Self { effect, target, condition })
    }
}

fn read_condition(element: &Element) -> Option<Expression> {
    let (expression, gives) = Expression::read(element.only_child()?)?;
    (gives == Type::One(Kind::Truth)).then_some(expression)
}

fn read_target(element: &Element) -> Option<Target> {
    element.children().map(|any| read_all(any, "AnyOf", |all| read_all(all, "AllOf", Match::read))).collect()
}

/// The children of an element of this name, of which there must be one.
fn read_all<T>(element: &Element, name: &str, read: impl Fn(&Element) -> Option<T>) -> Option<Vec<T>> {
    if element.local() != name {
        return None;
    }
    let read: Vec<T> = element.children().map(read).collect::<Option<_>>()?;
    (!read.is_empty()).then_some(read)
}

impl Match {
    fn read(element: &Element) -> Option<Self> {
        let mut children = element.children();
        let (value, attribute) = (read_value(children.next()?)?, Designator::read(children.next()?)?);
        let function = Function::named(element.attribute("MatchId")?)?;
        let types = [Type::One(value.kind()), Type::One(attribute.kind)];
        let fits = element.local() == "Match"
            && children.next().is_none()
            && function.result(&types) == Some(Type::One(Kind::Truth))
            && is_good_pattern(function, Some(&value));
        fits.then_some(Self { function, value, attribute })
    }
}

impl Expression {
    /// With the type of what it gives.
    fn read(element: &Element) -> Option<(Self, Type)> {
        match element.local() {
            "AttributeValue" => {
                let value = read_value(element)?;
                let kind = value.kind();
                Some((Self::Value(value), Type::One(kind)))
            }
            "AttributeDesignator" => {
                let designator = Designator::read(element)?;
                let kind = designator.kind;
                Some((Self::Attribute(designator), Type::Bag(kind)))
            }
            "Apply" => {
                let function = Function::named(element.attribute("FunctionId")?)?;
                let arguments = element.children().filter(|child| child.local() != "Description").map(Self::read);
                let (arguments, types): (Vec<Self>, Vec<Type>) =
                    arguments.collect::<Option<Vec<_>>>()?.into_iter().unzip();
                let pattern = match arguments.first() {
                    Some(Self::Value(value)) => Some(value),
                    _ => None,
                };
                let gives = function.result(&types).filter(|_| is_good_pattern(function, pattern))?;
                Some((Self::Apply(function, arguments), gives))
            }
            _ => None,
        }
    }
}

impl Designator {
    fn read(element: &Element) -> Option<Self> {
        let attribute = |name| element.attribute(name);
        let must_be_present = match attribute("MustBePresent")? {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return None,
        };
        Some(Self {
            category: attribute("Category")?.to_owned(),
            id: attribute("AttributeId")?.to_owned(),
            kind: Kind::named(attribute("DataType")?)?,
            issuer: attribute("Issuer").map(str::to_owned),
            must_be_present,
        })
        .filter(|_| element.local() == "AttributeDesignator")
    }
}

/// The value of an `AttributeValue`.
pub(super) fn read_value(element: &Element) -> Option<Value> {
    if element.local() != "AttributeValue" {
        return None;
    }
    Value::new(Kind::named(element.attribute("DataType")?)?, element.text())
}

/// Whether a pattern that is known by now can be used.
fn is_good_pattern(function: Function, pattern: Option<&Value>) -> bool {
    match (function, pattern) {
        (Function::Matches(_), Some(pattern)) => matches(pattern.text(), "").is_some(),
        _ => true,
    }
}

#[cfg(test)]
#[path = "xacml_tests.rs"]
mod tests;
