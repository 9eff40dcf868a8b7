//! YAML as `PyYAML` reads it, version 1.1 of the language, into JSON values. What has no JSON, such as a date, is an error,
//! as it is when Python writes JSON.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value, json};

/// The text is no YAML, or holds what JSON cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotJson;

/// The one document of a text.
pub(super) fn read(text: &str) -> Result<Value, NotJson> {
    document(text, false)
}

/// The same for a reader that has no JSON to write: dates are as good as text.
pub(super) fn read_with_dates(text: &str) -> Result<Value, NotJson> {
    document(text, true)
}

fn document(text: &str, dates: bool) -> Result<Value, NotJson> {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        match event.map_err(|_| NotJson)?.0 {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
            event => events.push(event),
        }
    }
    let mut reader = Reader { events: events.into_iter().peekable(), anchors: BTreeMap::new(), dates };
    match reader.events.peek() {
        None | Some(Event::DocumentEnd) => return Ok(Value::Null),
        Some(_) => {}
    }
    let value = reader.value()?;
    match (reader.events.next(), reader.events.next()) {
        (None | Some(Event::DocumentEnd), None) => Ok(value),
        _ => Err(NotJson),
    }
}

struct Reader<'text, I: Iterator<Item = Event<'text>>> {
    events: std::iter::Peekable<I>,
    anchors: BTreeMap<usize, Value>,
    dates: bool,
}

impl<'text, I: Iterator<Item = Event<'text>>> Reader<'text, I> {
    fn value(&mut self) -> Result<Value, NotJson> {
        let (value, anchor) = match self.events.next().ok_or(NotJson)? {
            Event::Alias(anchor) => return self.anchors.get(&anchor).cloned().ok_or(NotJson),
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.as_deref(), self.dates)?, anchor),
            Event::SequenceStart(anchor, ..) => (self.sequence()?, anchor),
            Event::MappingStart(anchor, ..) => (self.mapping()?, anchor),
            _ => return Err(NotJson),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn sequence(&mut self) -> Result<Value, NotJson> {
        let mut list = Vec::new();
        while !matches!(self.events.peek(), Some(Event::SequenceEnd)) {
            list.push(self.value()?);
        }
        self.events.next();
        Ok(Value::Array(list))
    }

    /// Of keys that are there twice the last counts.
    fn mapping(&mut self) -> Result<Value, NotJson> {
        let (mut map, mut merged) = (Map::new(), Map::new());
        while !matches!(self.events.peek(), Some(Event::MappingEnd)) {
            let plain = matches!(self.events.peek(), Some(Event::Scalar(_, ScalarStyle::Plain, ..)));
            let key = match self.value()? {
                Value::String(text) => text,
                Value::Array(_) | Value::Object(_) => return Err(NotJson),
                other => other.to_string(),
            };
            match self.value()? {
                Value::Object(more) if plain && key == "<<" => merged.extend(more),
                value => {
                    map.insert(key, value);
                }
            }
        }
        self.events.next();
        for (key, value) in merged {
            map.entry(key).or_insert(value);
        }
        Ok(Value::Object(map))
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, dates: bool) -> Result<Value, NotJson> {
    match tag.map(|tag| tag.suffix.as_str()) {
        Some("str") => Ok(json!(text)),
        Some("int" | "float" | "bool" | "null") => plain(text, dates),
        // A constructor that a safe loader does not have.
        Some(_) => Err(NotJson),
        None if style == ScalarStyle::Plain => plain(text, dates),
        None => Ok(json!(text)),
    }
}

fn plain(text: &str, dates: bool) -> Result<Value, NotJson> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Ok(json!(true)),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Ok(json!(false)),
        _ => {}
    }
    if is_date(text) {
        return if dates { Ok(json!(text)) } else { Err(NotJson) };
    }
    Ok(integer(text).map(|number| json!(number)).or_else(|| float(text)).unwrap_or_else(|| json!(text)))
}

/// `2024-01-01`, also with a time behind.
fn is_date(text: &str) -> bool {
    let mut words = text.splitn(3, '-');
    let mut digits = |counts: std::ops::RangeInclusive<usize>| {
        words.next().is_some_and(|word| counts.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_month = digits(4..=4) && digits(1..=2);
    let day: &str = words.next().unwrap_or_default();
    let count = day.bytes().take_while(u8::is_ascii_digit).count();
    is_month && (1..=2).contains(&count) && matches!(day.as_bytes().get(count), None | Some(b'T' | b't' | b' '))
}

fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let digits = digits.replace('_', "");
    let number = if let Some(hex) = digits.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok()?
    } else if let Some(binary) = digits.strip_prefix("0b") {
        i64::from_str_radix(binary, 2).ok()?
    } else if digits.contains(':') {
        sixties(&digits)?
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(&digits, 8).ok()?
    } else {
        digits.parse().ok()?
    };
    number.checked_mul(sign)
}

/// `22:22` is 1342.
fn sixties(digits: &str) -> Option<i64> {
    let mut words = digits.split(':');
    let first: i64 = words.next()?.parse().ok()?;
    words.try_fold(first, |sum, word| {
        let number: i64 = word.parse().ok().filter(|number| *number < 60)?;
        sum.checked_mul(60)?.checked_add(number)
    })
}

/// Needs a point, and a sign in the exponent: `1e3` is a word.
fn float(text: &str) -> Option<Value> {
    let is_number = |c: char| c.is_ascii_digit() || "+-._eE".contains(c);
    if !text.contains('.') || !text.contains(|c: char| c.is_ascii_digit()) || !text.chars().all(is_number) {
        return None;
    }
    if let Some((_, exponent)) = text.split_once(['e', 'E'])
        && !exponent.starts_with(['+', '-'])
    {
        return None;
    }
    let number: f64 = text.replace('_', "").parse().ok()?;
    Some(json!(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_read_by_the_rules_of_1_1() {
        let table = [
            ("yes", json!(true)),
            ("Off", json!(false)),
            ("'yes'", json!("yes")),
            ("22:22", json!(1342)),
            ("0777", json!(511)),
            ("0x10", json!(16)),
            ("1_000", json!(1000)),
            ("-7", json!(-7)),
            ("1.50", json!(1.5)),
            ("1e3", json!("1e3")),
            ("1.0.0", json!("1.0.0")),
            ("~", Value::Null),
            ("'2024-01-01'", json!("2024-01-01")),
            ("!!str 12", json!("12")),
            ("", Value::Null),
            ("# nothing", Value::Null),
        ];
        for (text, expected) in table {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn mappings_merge_and_repeat_what_was_anchored() {
        let text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\nb2: [1, *a]\nd: 1\nd: 2\n5: five\n";
        let expected = json!({
            "a": {"x": 1, "y": 2}, "b": {"y": 3, "x": 1}, "c": {"x": 1, "y": 2}, "b2": [1, {"x": 1, "y": 2}],
            "d": 2, "5": "five",
        });
        assert_eq!(read(text), Ok(expected));
    }

    #[test]
    fn what_json_cannot_hold_is_refused() {
        for text in [
            "a: [",
            "a: 2024-01-01",
            "a: 2024-01-01T10:00:00Z",
            "a: !thing 1",
            "? [1]\n: 2",
            "a: 1\n---\nb: 2",
            "a: b: c",
        ] {
            assert_eq!(read(text), Err(NotJson), "{text}");
        }
        assert_eq!(read_with_dates("a: 2024-01-01"), Ok(json!({"a": "2024-01-01"})));
    }
}
