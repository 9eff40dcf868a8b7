//! What the stored policies say to a request.

use super::combine::{Algorithm, Decision, Effect, Leaning};
use super::function::{Function, Value};
use super::request::Request;
use super::store::Data;
use super::xacml::{Designator, Expression, Match, Members, Policy, Rule, Target};
use super::xml;

/// An evaluation went wrong: an attribute is missing, a bag of one has none or two, a pattern is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Doubt;

/// One subject of the request after the other until one is permitted; otherwise the decision on the last one. `None`
/// without a subject.
pub(super) fn decide(data: &Data, tenant: &str, request: &Request) -> Option<Decision> {
    let mut last = None;
    for subject in request.subjects() {
        last = Some(of_subject(data, tenant, subject, request));
        if last == Some(Decision::Permit) {
            break;
        }
    }
    last
}

/// The policies of one subject whose target fits, combined by deny-overrides.
fn of_subject(data: &Data, tenant: &str, subject: &str, request: &Request) -> Decision {
    let unsure = Decision::Indeterminate(Leaning::Either);
    let Some(policies) = read(&data.of_subject(tenant, subject)) else { return unsure };
    let mut fitting = Vec::new();
    for policy in &policies {
        match applies(&policy.target, request) {
            Ok(true) => fitting.push(policy),
            Ok(false) => {}
            Err(Doubt) => return unsure,
        }
    }
    Algorithm::Overrides(Effect::Deny).combine(fitting.into_iter().map(|policy| of_policy(policy, request)))
}

/// Two texts may carry the same id, since a text can be replaced by any other: then the later one counts.
fn read(texts: &[&str]) -> Option<Vec<Policy>> {
    let mut policies: Vec<Policy> = Vec::new();
    for text in texts {
        let policy = Policy::read(&xml::parse(text)?)?;
        match policies.iter_mut().find(|other| other.id == policy.id) {
            Some(other) => *other = policy,
            None => policies.push(policy),
        }
    }
    Some(policies)
}

/// Whether the policy can be read and evaluated, which is what Keypass finds out before it stores one.
pub(super) fn check(text: &str) -> Option<Policy> {
    Policy::read(&xml::parse(text)?)
}

fn of_policy(policy: &Policy, request: &Request) -> Decision {
    let members = || match &policy.members {
        Members::Rules(rules) => policy.algorithm.combine(rules.iter().map(|rule| of_rule(rule, request))),
        Members::Policies(policies) => {
            policy.algorithm.combine(policies.iter().map(|policy| of_policy(policy, request)))
        }
    };
    match applies(&policy.target, request) {
        Ok(true) => members(),
        Ok(false) => Decision::NotApplicable,
        Err(Doubt) => members().doubted(),
    }
}

fn of_rule(rule: &Rule, request: &Request) -> Decision {
    let effect = Decision::from(rule.effect);
    let holds = || rule.condition.as_ref().map_or(Ok(true), |condition| is_true(condition, request));
    match applies(&rule.target, request).and_then(|fits| Ok(fits && holds()?)) {
        Ok(true) => effect,
        Ok(false) => Decision::NotApplicable,
        Err(Doubt) => effect.doubted(),
    }
}

fn applies(target: &Target, request: &Request) -> Result<bool, Doubt> {
    all(target.iter().map(|any_of| any(any_of.iter().map(|all_of| all(all_of.iter().map(|one| fits(one, request)))))))
}

fn fits(one: &Match, request: &Request) -> Result<bool, Doubt> {
    let values = bag(&one.attribute, request)?;
    any(values.iter().map(|value| one.function.compare(&one.value, value).ok_or(Doubt)))
}

/// A single no settles it, whatever went wrong elsewhere.
fn all(mut outcomes: impl Iterator<Item = Result<bool, Doubt>>) -> Result<bool, Doubt> {
    outcomes
        .try_fold(Ok(true), |so_far, outcome| match outcome {
            Ok(false) => None,
            Ok(true) => Some(so_far),
            Err(Doubt) => Some(Err(Doubt)),
        })
        .unwrap_or(Ok(false))
}

/// A single yes settles it, whatever went wrong elsewhere.
fn any(outcomes: impl Iterator<Item = Result<bool, Doubt>>) -> Result<bool, Doubt> {
    all(outcomes.map(|outcome| outcome.map(|is| !is))).map(|none| !none)
}

/// The values that the request has for an attribute.
fn bag(designator: &Designator, request: &Request) -> Result<Vec<Value>, Doubt> {
    let values = request.values(designator);
    if values.is_empty() && designator.must_be_present { Err(Doubt) } else { Ok(values) }
}

fn is_true(expression: &Expression, request: &Request) -> Result<bool, Doubt> {
    one(&evaluate(expression, request)?).map(Value::is_true)
}

fn one(values: &[Value]) -> Result<&Value, Doubt> {
    match values {
        [value] => Ok(value),
        _ => Err(Doubt),
    }
}

/// A single value is a bag of one: which of both it is was checked when the policy was read.
fn evaluate(expression: &Expression, request: &Request) -> Result<Vec<Value>, Doubt> {
    match expression {
        Expression::Value(value) => Ok(vec![value.clone()]),
        Expression::Attribute(designator) => bag(designator, request),
        // These two stop at the first argument that settles it.
        Expression::Apply(Function::And, arguments) => settle(arguments, request, false),
        Expression::Apply(Function::Or, arguments) => settle(arguments, request, true),
        Expression::Apply(function, arguments) => {
            let values: Vec<_> =
                arguments.iter().map(|argument| evaluate(argument, request)).collect::<Result<_, _>>()?;
            apply(*function, &values)
        }
    }
}

fn settle(arguments: &[Expression], request: &Request, by: bool) -> Result<Vec<Value>, Doubt> {
    for argument in arguments {
        if is_true(argument, request)? == by {
            return Ok(vec![Value::Truth(by)]);
        }
    }
    Ok(vec![Value::Truth(!by)])
}

fn apply(function: Function, arguments: &[Vec<Value>]) -> Result<Vec<Value>, Doubt> {
    let value = match (function, arguments) {
        (Function::Bag(_), members) => return Ok(members.concat()),
        (Function::OneAndOnly(_), [values]) => one(values)?.clone(),
        (Function::Not, [value]) => Value::Truth(!one(value)?.is_true()),
        (Function::LowerCase, [value]) => Value::Text(one(value)?.text().to_lowercase()),
        (Function::Trim, [value]) => Value::Text(one(value)?.text().trim().to_owned()),
        (
            Function::IsIn(_) | Function::AtLeastOneMemberOf(_) | Function::Subset(_) | Function::SetEquals(_),
            [first, second],
        ) => Value::Truth(function.relate(first, second).ok_or(Doubt)?),
        (_, [first, second]) => Value::Truth(function.compare(one(first)?, one(second)?).ok_or(Doubt)?),
        _ => return Err(Doubt),
    };
    Ok(vec![value])
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
