//! Which of two values of a type is the greater one.

use std::cmp::Ordering;

use serde_json::Value;

use super::kind::Kind;
use super::units;
use super::version::Version;

/// Their order; nothing for values that have none.
pub(super) fn compare(kind: &Kind, one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (integer(one), integer(other)) {
            (Some(one), Some(other)) => Some(one.cmp(&other)),
            _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
        },
        (Value::String(one), Value::String(other)) => texts(kind, one, other),
        _ => None,
    }
}

/// Whether they are the same value, however each is written: `2 GB` and `2000 MB`.
pub(super) fn same(kind: &Kind, one: &Value, other: &Value) -> bool {
    one == other || compare(kind, one, other) == Some(Ordering::Equal)
}

fn integer(number: &serde_json::Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

fn texts(kind: &Kind, one: &str, other: &str) -> Option<Ordering> {
    match kind {
        Kind::Size | Kind::Time | Kind::Frequency => {
            units::amount(kind, one)?.partial_cmp(&units::amount(kind, other)?)
        }
        Kind::Version => Some(Version::parse(one)?.cmp(&Version::parse(other)?)),
        Kind::Timestamp => Some(instant(one)?.cmp(&instant(other)?)),
        _ => Some(one.cmp(other)),
    }
}

/// The moment; one without a zone is meant in UTC, as YAML says.
fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}
