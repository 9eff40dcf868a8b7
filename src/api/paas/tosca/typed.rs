//! Values of a type: out of a text of the command line, a node of YAML, or JSON.
//!
//! What is text by its type stays as it is written: a template's `[no, 010]` among strings means these very words, whatever
//! YAML makes of them. What a type of somebody's own looks like nobody here knows, so its values go through unchecked.

use serde_json::{Map, Number, Value};

use super::kind::{Kind, Type};
use super::mismatch::Mismatch;
use super::units;
use super::version::Version;
use crate::base::yaml::{self, Node, Scalar, Schema, Shape};

/// The end of a range that has none.
const UNBOUNDED: &str = "UNBOUNDED";

impl Type {
    /// Out of a text: a word for a scalar, YAML for everything else.
    pub(crate) fn parse_text(&self, text: &str) -> Result<Value, Mismatch> {
        let value = match self.kind {
            Kind::List | Kind::Map | Kind::Range | Kind::Complex(_) => {
                let found = yaml::read(text).map_err(|_| self.mismatch(text))?;
                return self.parse_node(&found.root);
            }
            _ => word(&self.kind, text).ok_or_else(|| self.mismatch(text))?,
        };
        self.constrained(value)
    }

    /// Out of a node of YAML.
    pub(crate) fn parse_node(&self, node: &Node) -> Result<Value, Mismatch> {
        let value = match (&self.kind, &node.shape) {
            (Kind::List, Shape::List(items)) => self.list(items.iter(), Self::parse_node, plain)?,
            (Kind::Range, Shape::List(items)) => {
                let ends = items.iter().map(plain).collect::<Result<Vec<_>, _>>()?;
                range(&ends).ok_or_else(|| self.mismatch(&Value::Array(ends).to_string()))?
            }
            (Kind::Map, Shape::Map(entries)) => {
                let mut map = Map::new();
                for entry in entries {
                    let key = entry.key.text().ok_or_else(|| self.mismatch("one whose keys are no words"))?;
                    map.insert(key.to_owned(), self.item(&entry.value, &format!(".{key}"), Self::parse_node, plain)?);
                }
                Value::Object(map)
            }
            (Kind::Complex(_), _) => {
                Some(plain(node)?).filter(|value| !value.is_null()).ok_or_else(|| self.mismatch(&shown(node)))?
            }
            (Kind::Foreign(_), Shape::List(_) | Shape::Map(_)) => plain(node)?,
            (Kind::List | Kind::Map | Kind::Range, _) => return Err(self.mismatch(&shown(node))),
            (kind, Shape::Scalar { text, .. }) if Schema::Yaml11.scalar(node) != Some(Scalar::Null) => {
                word(kind, text).ok_or_else(|| self.mismatch(text))?
            }
            _ => return Err(self.mismatch(&shown(node))),
        };
        self.constrained(value)
    }

    /// Out of JSON, or of a file whose plain words have become values already.
    pub(crate) fn parse_json(&self, value: &Value) -> Result<Value, Mismatch> {
        let value = match (&self.kind, value) {
            (Kind::List, Value::Array(items)) => self.list(items.iter(), Self::parse_json, kept)?,
            (Kind::Range, Value::Array(ends)) => range(ends).ok_or_else(|| self.mismatch(&value.to_string()))?,
            (Kind::Map, Value::Object(map)) => {
                let item = |(key, value): (&String, &Value)| {
                    Ok((key.clone(), self.item(value, &format!(".{key}"), Self::parse_json, kept)?))
                };
                Value::Object(map.iter().map(item).collect::<Result<_, Mismatch>>()?)
            }
            (Kind::Complex(_), value) if !value.is_null() => value.clone(),
            (Kind::Foreign(_), Value::Array(_) | Value::Object(_))
            | (Kind::Float, Value::Number(_))
            | (Kind::Boolean, Value::Bool(_)) => value.clone(),
            (Kind::Integer, Value::Number(number)) => whole(number).ok_or_else(|| self.mismatch(&value.to_string()))?,
            // One with a point has lost its noughts by now: 20.10 is 20.1.
            (Kind::Version, Value::Number(number)) if number.is_i64() || number.is_u64() => {
                word(&self.kind, &number.to_string()).ok_or_else(|| self.mismatch(&value.to_string()))?
            }
            (Kind::List | Kind::Map | Kind::Range | Kind::Complex(_), _) => {
                return Err(self.mismatch(&value.to_string()));
            }
            (kind, Value::String(text)) => word(kind, text).ok_or_else(|| self.mismatch(text))?,
            (kind, Value::Number(_) | Value::Bool(_)) if kind.is_text() || *kind == Kind::Version => {
                return Err(Mismatch::new("text, in quotes where it looks like something else,", value.to_string()));
            }
            _ => return Err(self.mismatch(&value.to_string())),
        };
        self.constrained(value)
    }

    fn list<'a, T: 'a>(
        &self,
        items: impl Iterator<Item = &'a T>,
        typed: impl Fn(&Type, &T) -> Result<Value, Mismatch>,
        untyped: impl Fn(&T) -> Result<Value, Mismatch>,
    ) -> Result<Value, Mismatch> {
        let items = items.enumerate().map(|(at, item)| self.item(item, &format!("[{at}]"), &typed, &untyped));
        items.collect::<Result<_, _>>().map(Value::Array)
    }

    /// One item, by the type of the items if one is declared.
    fn item<T>(
        &self,
        item: &T,
        step: &str,
        typed: impl Fn(&Type, &T) -> Result<Value, Mismatch>,
        untyped: impl Fn(&T) -> Result<Value, Mismatch>,
    ) -> Result<Value, Mismatch> {
        let value = self.entry.as_ref().map_or_else(|| untyped(item), |entry| typed(entry, item));
        value.map_err(|mismatch| mismatch.within(step))
    }

    fn constrained(&self, value: Value) -> Result<Value, Mismatch> {
        for constraint in &self.constraints {
            constraint.check(&self.kind, &value)?;
        }
        Ok(value)
    }

    fn mismatch(&self, found: &str) -> Mismatch {
        Mismatch::new(self.kind.expected(), if found.is_empty() { "nothing" } else { found })
    }
}

fn plain(node: &Node) -> Result<Value, Mismatch> {
    yaml::json(node, Schema::Yaml11).map_err(|error| Mismatch::new("a value that JSON has", error.problem))
}

#[allow(clippy::unnecessary_wraps, reason = "the other one can fail")]
fn kept(value: &Value) -> Result<Value, Mismatch> {
    Ok(value.clone())
}

fn shown(node: &Node) -> String {
    match &node.shape {
        Shape::Scalar { text, .. } => text.clone(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Map(_) => "a mapping".to_owned(),
    }
}

/// A scalar of a kind, out of a word.
fn word(kind: &Kind, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    match kind {
        Kind::Integer => match trimmed.parse::<i64>() {
            Ok(number) => Some(number.into()),
            Err(_) => trimmed.parse::<u64>().ok().map(Value::from).or_else(|| whole(&float(trimmed)?)),
        },
        Kind::Float => float(trimmed).map(Value::Number),
        Kind::Boolean => match Schema::Yaml11.plain(trimmed) {
            Scalar::Bool(value) => Some(value.into()),
            _ => None,
        },
        Kind::Timestamp => match Schema::Yaml11.plain(trimmed) {
            Scalar::Date(text) if is_in_the_calendar(&text) => Some(text.into()),
            _ => None,
        },
        Kind::Version => Version::parse(trimmed).map(|_| trimmed.into()),
        Kind::Size | Kind::Time | Kind::Frequency => units::amount(kind, trimmed).map(|_| trimmed.into()),
        Kind::String | Kind::Foreign(_) => Some(text.into()),
        _ => None,
    }
}

/// Whether the date at the beginning is one: `2024-02-30` only looks like it.
fn is_in_the_calendar(text: &str) -> bool {
    let date = text.split(['T', 't', ' ', '\t']).next().unwrap_or_default();
    let mut parts = date.splitn(3, '-');
    let mut part = || parts.next()?.parse::<i16>().ok();
    let (Some(year), Some(month), Some(day)) = (part(), part(), part()) else { return false };
    let small = |number: i16| i8::try_from(number).unwrap_or_default();
    jiff::civil::Date::new(year, small(month), small(day)).is_ok()
}

/// Digits, perhaps with a point and an exponent; not what else Rust takes for a number (`inf`, `nan`).
fn float(text: &str) -> Option<Number> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|_| is_number).and_then(Number::from_f64)
}

/// The number as a whole one; nothing if it is none, or so large that it might have been another one.
fn whole(number: &Number) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.is_i64() || number.is_u64() {
        return Some(Value::Number(number.clone()));
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < EXACT)?;
    #[allow(clippy::cast_possible_truncation, reason = "it is whole, and within what a float holds exactly")]
    Some(Value::from(float as i64))
}

/// Two whole numbers in their order, either of which may be left open.
fn range(ends: &[Value]) -> Option<Value> {
    let end = |value: &Value| match value {
        Value::String(text) if text == UNBOUNDED => Some(Value::from(UNBOUNDED)),
        Value::String(text) => word(&Kind::Integer, text),
        Value::Number(number) => whole(number),
        _ => None,
    };
    let [low, high] = ends else { return None };
    let (low, high) = (end(low)?, end(high)?);
    let in_order = super::compare::compare(&Kind::Integer, &low, &high).is_none_or(std::cmp::Ordering::is_le);
    let open = low == UNBOUNDED || high == UNBOUNDED;
    if open || in_order { Some(Value::Array(vec![low, high])) } else { None }
}
