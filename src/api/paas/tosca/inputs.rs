//! The inputs of a deployment: what was given, held against what is declared.

use serde_json::{Map, Value};

use super::declared::Declared;
use crate::api::paas::secrets;

/// A value as it was given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    /// Of the command line, to be understood by the type of the input.
    Text(String),
    /// Of a file, or given as JSON.
    Value(Value),
}

/// What becomes of inputs that the template does not declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undeclared {
    Refused,
    /// v1 stores them, indigo ignores them.
    Kept,
}

/// What is wrong with one input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InputError {
    #[error("the template has no input {name}{}", .nearest.as_ref().map_or_else(String::new, |near| format!("; did you mean {near}?")))]
    Undeclared { name: String, nearest: Option<String> },
    /// The problem does not repeat the value of an input that sounds secret.
    #[error("the input {name}: {problem}")]
    Bad { name: String, problem: String },
    #[error("no value for {}", .names.join(", "))]
    Missing { names: Vec<String> },
}

/// Inputs that fit, and those that are still wanted.
#[derive(Clone, Debug)]
pub(crate) struct Resolved<'a> {
    /// In the order of the declarations; what is not declared comes last. Defaults are the server's business.
    pub(crate) values: Map<String, Value>,
    /// Required, without a default, and not given: to be prompted for, without echo where `secret`.
    pub(crate) missing: Vec<&'a Declared>,
}

impl Resolved<'_> {
    /// The values, if nothing is missing any more.
    pub(crate) fn complete(self) -> Result<Map<String, Value>, InputError> {
        if self.missing.is_empty() {
            return Ok(self.values);
        }
        Err(InputError::Missing { names: self.missing.iter().map(|input| input.name.clone()).collect() })
    }

    /// The values as they may be shown.
    pub(crate) fn shown(&self) -> Value {
        secrets::masked(&Value::Object(self.values.clone()))
    }
}

/// Holds what was given against the declarations. Of two values for an input the later one wins, and only that is looked
/// at. All that is wrong is told at once.
pub(crate) fn resolve(
    declared: &[Declared],
    given: impl IntoIterator<Item = (String, Given)>,
    undeclared: Undeclared,
) -> Result<Resolved<'_>, Vec<InputError>> {
    let mut last: Map<String, Value> = Map::new();
    let mut texts: std::collections::HashSet<String> = std::collections::HashSet::new();
    for (name, value) in given {
        let value = match value {
            Given::Text(text) => {
                texts.insert(name.clone());
                Value::String(text)
            }
            Given::Value(value) => {
                texts.remove(&name);
                value
            }
        };
        last.insert(name, value);
    }
    let (mut values, mut missing, mut errors) = (Map::new(), Vec::new(), Vec::new());
    for input in declared {
        let Some(value) = last.shift_remove(&input.name) else {
            if input.is_wanted() {
                missing.push(input);
            }
            continue;
        };
        let fitting = match &value {
            Value::String(text) if texts.contains(&input.name) => input.coerce(text),
            _ => input.check(&value),
        };
        match fitting {
            Ok(value) => {
                values.insert(input.name.clone(), value);
            }
            Err(mismatch) => errors.push(InputError::Bad { name: input.name.clone(), problem: input.words(&mismatch) }),
        }
    }
    for (name, value) in last {
        match undeclared {
            Undeclared::Kept => {
                values.insert(name, value);
            }
            Undeclared::Refused => {
                let nearest = nearest(&name, declared.iter().map(|input| input.name.as_str())).map(str::to_owned);
                errors.push(InputError::Undeclared { name, nearest });
            }
        }
    }
    if errors.is_empty() { Ok(Resolved { values, missing }) } else { Err(errors) }
}

/// The name that was likely meant.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = name.to_lowercase();
    let most = (typed.chars().count() / 3).max(1);
    names
        .map(|known| (strsim::damerau_levenshtein(&typed, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
#[path = "inputs_tests.rs"]
mod tests;
