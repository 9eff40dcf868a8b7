//! What the constraint clauses of the profile ask of a value.

use std::cmp::Ordering;

use regex_lite::Regex;
use serde_json::Value;

use super::compare::{compare, same};
use super::kind::Kind;
use super::mismatch::Mismatch;

/// One clause.
#[derive(Clone, Debug)]
pub(crate) enum Constraint {
    Equal(Value),
    GreaterThan(Value),
    GreaterOrEqual(Value),
    LessThan(Value),
    LessOrEqual(Value),
    /// Both ends belong to it; one that is missing is `UNBOUNDED`.
    InRange(Option<Value>, Option<Value>),
    ValidValues(Vec<Value>),
    Length(u64),
    MinLength(u64),
    MaxLength(u64),
    /// The whole value has to match, to alien4cloud as to `tosca-parser`.
    Pattern(String, Regex),
}

impl Constraint {
    /// Whether the value, which is of the kind already, does what is asked.
    pub(crate) fn check(&self, kind: &Kind, value: &Value) -> Result<(), Mismatch> {
        if self.holds(kind, value) {
            return Ok(());
        }
        Err(Mismatch::new(self.asked(), word(value)))
    }

    fn holds(&self, kind: &Kind, value: &Value) -> bool {
        let order = |limit: &Value| compare(kind, value, limit);
        // What has no order cannot be out of it.
        let at_least = |limit: &Value| order(limit).is_none_or(Ordering::is_ge);
        let at_most = |limit: &Value| order(limit).is_none_or(Ordering::is_le);
        match self {
            Self::Equal(wanted) => same(kind, value, wanted),
            Self::GreaterThan(limit) => order(limit).is_none_or(Ordering::is_gt),
            Self::GreaterOrEqual(limit) => at_least(limit),
            Self::LessThan(limit) => order(limit).is_none_or(Ordering::is_lt),
            Self::LessOrEqual(limit) => at_most(limit),
            Self::InRange(low, high) => low.as_ref().is_none_or(at_least) && high.as_ref().is_none_or(at_most),
            Self::ValidValues(values) => values.iter().any(|wanted| same(kind, value, wanted)),
            Self::Length(wanted) => length(value).is_none_or(|length| length == *wanted),
            Self::MinLength(least) => length(value).is_none_or(|length| length >= *least),
            Self::MaxLength(most) => length(value).is_none_or(|length| length <= *most),
            Self::Pattern(_, regex) => value.as_str().is_none_or(|text| regex.is_match(text)),
        }
    }

    fn asked(&self) -> String {
        let end = |end: &Option<Value>| end.as_ref().map_or_else(|| "without end".to_owned(), word);
        match self {
            Self::Equal(wanted) => word(wanted),
            Self::GreaterThan(limit) => format!("more than {}", word(limit)),
            Self::GreaterOrEqual(limit) => format!("{} or more", word(limit)),
            Self::LessThan(limit) => format!("less than {}", word(limit)),
            Self::LessOrEqual(limit) => format!("{} or less", word(limit)),
            Self::InRange(low, high) => format!("something from {} to {}", end(low), end(high)),
            Self::ValidValues(values) => {
                format!("one of {}", values.iter().map(word).collect::<Vec<_>>().join(", "))
            }
            Self::Length(length) => format!("a length of {length}"),
            Self::MinLength(length) => format!("a length of {length} or more"),
            Self::MaxLength(length) => format!("a length of {length} or less"),
            Self::Pattern(pattern, _) => format!("what matches {pattern}"),
        }
    }
}

/// A text as it is, everything else as JSON.
fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn length(value: &Value) -> Option<u64> {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(map) => map.len(),
        _ => return None,
    };
    u64::try_from(length).ok()
}
