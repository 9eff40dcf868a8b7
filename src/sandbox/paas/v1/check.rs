//! What the framework makes of a value before the service sees it: text that looks like a number becomes one, and so on.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::uuid_text;
use super::error::Faults;

/// A UUID in any of its spellings, in the usual one.
pub(super) fn uuid(text: &str) -> Option<String> {
    let bare = text.strip_prefix("urn:uuid:").unwrap_or(text);
    let bare = bare.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(bare);
    let hex = bare.replace('-', "");
    let is_spelt = hex.len() == 32 && matches!(bare.len(), 32 | 36) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_spelt.then(|| u128::from_str_radix(&hex, 16).ok().map(uuid_text)).flatten()
}

pub(super) const NO_UUID: &str = "Input should be a valid UUID, invalid group length or character";

/// The UUID in a path, or a note that it is none.
pub(super) fn path_uuid(text: &str, name: &str, faults: &mut Faults) -> String {
    uuid(text).unwrap_or_else(|| {
        faults.add("uuid_parsing", json!(["path", name]), NO_UUID, json!(text));
        String::new()
    })
}

/// A whole number, also as text.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "it has no fraction, and limits are checked after this")]
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64))
        }
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Within limits; notes what is wrong otherwise.
pub(super) fn limited(
    value: &Value,
    (least, most): (i64, Option<i64>),
    place: &Value,
    faults: &mut Faults,
) -> Option<i64> {
    let Some(number) = integer(value) else {
        let (kind, words) = match value {
            Value::String(_) => {
                ("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
            }
            _ => ("int_type", "Input should be a valid integer"),
        };
        faults.add(kind, place.clone(), words, value.clone());
        return None;
    };
    if number < least {
        let words = format!("Input should be greater than or equal to {least}");
        faults.add_with("greater_than_equal", place.clone(), &words, value.clone(), json!({"ge": least}));
        return None;
    }
    if let Some(most) = most.filter(|most| number > *most) {
        let words = format!("Input should be less than or equal to {most}");
        faults.add_with("less_than_equal", place.clone(), &words, value.clone(), json!({"le": most}));
        return None;
    }
    Some(number)
}

/// Yes or no, in any of the words for it.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    let word = match value {
        Value::Bool(is) => return Some(*is),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.to_lowercase(),
        _ => return None,
    };
    match word.as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

pub(super) const NO_BOOL: &str = "Input should be a valid boolean, unable to interpret input";

/// A date, or a date and a time; without a zone it is UTC.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let local = text.parse::<civil::DateTime>().or_else(|_| text.parse::<civil::Date>().map(Into::into)).ok()?;
    Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bent_as_the_framework_bends_them() {
        assert_eq!(uuid("00000000000040008000000000000001").as_deref(), Some("00000000-0000-4000-8000-000000000001"));
        assert_eq!(
            uuid("{00000000-0000-4000-8000-000000000001}").as_deref(),
            Some("00000000-0000-4000-8000-000000000001")
        );
        assert_eq!(uuid("me"), None);
        let numbers = [(json!("7"), Some(7)), (json!(7.0), Some(7)), (json!(7.5), None), (json!(true), None)];
        for (value, expected) in numbers {
            assert_eq!(integer(&value), expected, "{value}");
        }
        assert_eq!(
            (boolean(&json!("yes")), boolean(&json!("NO")), boolean(&json!("perhaps"))),
            (Some(true), Some(false), None)
        );
        assert_eq!(time("2026-01-01"), time("2026-01-01T00:00:00+00:00"));
        assert!(time("2026-01-01").is_some() && time("yesterday").is_none());
    }
}
