//! Constraint clauses out of a template.

use regex_lite::Regex;

use super::constraint::Constraint;
use super::kind::{Kind, Type};
use super::problem::{Problem, Rule, Severity};
use crate::base::yaml::{Entry, Node};

/// The clauses of `constraints`; what cannot be understood is left out and told.
pub(super) fn constraints(
    kind: &Kind,
    entry: Option<&Type>,
    node: &Node,
    problems: &mut Vec<Problem>,
) -> Vec<Constraint> {
    // The constants of a clause are values of the type itself.
    let constant = Type { kind: kind.clone(), entry: entry.cloned().map(Box::new), constraints: Vec::new() };
    let mut found = Vec::new();
    let mut bad = |at, text: String| problems.push(Problem::new(Severity::Warning, Rule::BadConstraint, at, text));
    if !node.is_list() {
        bad(node.at, "constraints are a list of clauses".to_owned());
    }
    for clause in node.items().iter().chain(node.is_map().then_some(node)) {
        if clause.entries().is_empty() {
            bad(clause.at, "a constraint is a mapping such as {min_length: 1}".to_owned());
        }
        for entry in clause.entries() {
            match read(&constant, entry) {
                Ok(constraint) => found.push(constraint),
                Err(problem) => bad(entry.value.at, problem),
            }
        }
    }
    found
}

fn read(constant: &Type, entry: &Entry) -> Result<Constraint, String> {
    let name = entry.key.text().unwrap_or_default();
    let value = |node: &Node| constant.parse_node(node).map_err(|mismatch| format!("in {name}: {mismatch}"));
    let count = |node: &Node| {
        let text = node.text().unwrap_or_default();
        text.parse().map_err(|_| format!("{name} is a whole number, and not {text}"))
    };
    let node = &entry.value;
    Ok(match name {
        "equal" => Constraint::Equal(value(node)?),
        "greater_than" => Constraint::GreaterThan(value(node)?),
        "greater_or_equal" => Constraint::GreaterOrEqual(value(node)?),
        "less_than" => Constraint::LessThan(value(node)?),
        "less_or_equal" => Constraint::LessOrEqual(value(node)?),
        "in_range" => {
            let [low, high] = node.items() else { return Err("in_range is a list of two ends".to_owned()) };
            let end = |node: &Node| if node.text() == Some("UNBOUNDED") { Ok(None) } else { value(node).map(Some) };
            Constraint::InRange(end(low)?, end(high)?)
        }
        "valid_values" if node.is_list() => {
            Constraint::ValidValues(node.items().iter().map(value).collect::<Result<_, _>>()?)
        }
        "valid_values" => return Err("valid_values is a list".to_owned()),
        "length" => Constraint::Length(count(node)?),
        "min_length" => Constraint::MinLength(count(node)?),
        "max_length" => Constraint::MaxLength(count(node)?),
        "pattern" => {
            let pattern = node.text().unwrap_or_default();
            let regex = Regex::new(&format!("^(?:{pattern})$"));
            let regex = regex.map_err(|_| "this pattern cannot be checked here; the server may".to_owned())?;
            Constraint::Pattern(pattern.to_owned(), regex)
        }
        _ => return Err(format!("no constraint is called {name}")),
    })
}
