//! `--sort-by`: the order a person expects.

use std::cmp::Ordering;

use serde_json::Value;

use super::cell;
use super::error::Error;
use super::filter::whole;

/// One key to sort by, not yet bound to a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SortBy {
    /// The column as it was typed.
    pub(super) column: String,
    pub(super) descending: bool,
}

impl SortBy {
    /// Reads `created`, `-created` or `+created`.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let (column, descending) = match text.strip_prefix('-') {
            Some(column) => (column, true),
            None => (text.strip_prefix('+').unwrap_or(text), false),
        };
        if column.is_empty() {
            return Err(Error::EmptyName { flag: "--sort-by", given: text.to_owned() });
        }
        Ok(Self { column: column.to_owned(), descending })
    }
}

/// What a value sorts as: made once a row, so that comparing costs nothing.
#[derive(Debug, PartialEq)]
pub(super) enum SortKey {
    Flag(bool),
    /// By size, and where large whole numbers are one and the same as fractions, by themselves.
    Number(f64, Option<i128>),
    /// Without case first, then as it is.
    Text(String, String),
    Missing,
}

impl SortKey {
    pub(super) fn of(value: Option<&Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Missing,
            Some(Value::Bool(flag)) => Self::Flag(*flag),
            Some(Value::Number(number)) => Self::Number(number.as_f64().unwrap_or(f64::NAN), whole(number)),
            Some(_) => {
                let text = cell::plain(value);
                Self::Text(text.to_lowercase(), text)
            }
        }
    }

    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Flag(one), Self::Flag(two)) => one.cmp(two),
            (Self::Number(one, exact), Self::Number(two, other)) => one.total_cmp(two).then_with(|| exact.cmp(other)),
            (Self::Text(one, exact), Self::Text(two, other)) => one.cmp(two).then_with(|| exact.cmp(other)),
            _ => self.rank().cmp(&other.rank()),
        };
        // What is missing stays last, whichever way round.
        let either_missing = *self == Self::Missing || *other == Self::Missing;
        if descending && !either_missing { order.reverse() } else { order }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Flag(_) => 0,
            Self::Number(..) => 1,
            Self::Text(..) => 2,
            Self::Missing => 3,
        }
    }
}

/// The order of two rows by all their keys; `descending` has one entry a key.
pub(super) fn compare(one: &[SortKey], other: &[SortKey], descending: &[bool]) -> Ordering {
    let mut keys = one.iter().zip(other).zip(descending);
    keys.find_map(|((one, other), descending)| Some(one.compare(other, *descending)).filter(|order| order.is_ne()))
        .unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted(values: Value, descending: bool) -> Value {
        let Value::Array(mut values) = values else { panic!("not a list") };
        values.sort_by(|a, b| SortKey::of(Some(a)).compare(&SortKey::of(Some(b)), descending));
        Value::Array(values)
    }

    #[test]
    fn numbers_by_size_text_without_case_missing_last() {
        assert_eq!(sorted(json!([10, 9, null, 2.5, -1]), false), json!([-1, 2.5, 9, 10, null]));
        assert_eq!(sorted(json!(["b", "B", "a", null, "C"]), false), json!(["a", "B", "b", "C", null]));
        assert_eq!(sorted(json!(["b", null, "C", 1, true]), false), json!([true, 1, "b", "C", null]));
        assert_eq!(sorted(json!([1, null, 3]), true), json!([3, 1, null]));
        let large = json!([9_007_199_254_740_993_u64, 9_007_199_254_740_992_u64, u64::MAX, 1e18, i64::MIN]);
        assert_eq!(
            sorted(large, false),
            json!([i64::MIN, 9_007_199_254_740_992_u64, 9_007_199_254_740_993_u64, 1e18, u64::MAX])
        );
    }

    #[test]
    fn later_keys_decide_ties() {
        let row = |a: i32, b: &str| vec![SortKey::of(Some(&json!(a))), SortKey::of(Some(&json!(b)))];
        assert_eq!(compare(&row(1, "a"), &row(1, "b"), &[false, true]), Ordering::Greater);
        assert_eq!(compare(&row(1, "a"), &row(2, "b"), &[true, false]), Ordering::Greater);
        assert_eq!(compare(&row(1, "a"), &row(1, "a"), &[false, false]), Ordering::Equal);
    }

    #[test]
    fn reads_the_direction() {
        assert_eq!(SortBy::parse("-created").unwrap(), SortBy { column: "created".into(), descending: true });
        assert_eq!(SortBy::parse("+x").unwrap(), SortBy { column: "x".into(), descending: false });
        for bad in ["", "-", " "] {
            assert!(SortBy::parse(bad).is_err(), "{bad:?}");
        }
    }
}
