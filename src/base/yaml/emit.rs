//! JSON as YAML: one block, keys in their order, ending in a line feed.
//!
//! A string is plain only where readers of YAML 1.1 and of 1.2 both read it back as that string. Whatever could act on a
//! terminal, or ends a line for some readers only, is escaped in double quotes.

use std::fmt::Write as _;

use serde_json::{Number, Value};

use super::scalar::{Scalar, Schema};
use crate::base::text;

/// Longer keys have to be announced by `?`: readers look for the colon no further than 1024 characters.
const LONGEST_KEY: usize = 1000;

/// The value as YAML.
pub(crate) fn emit(value: &Value) -> String {
    let mut out = String::new();
    node(&mut out, value, 0, Place::Line);
    out
}

/// Where a node begins.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At the beginning of a line, or where the indentation has been written already.
    Line,
    /// Behind `key:`.
    Value,
}

fn node(out: &mut String, value: &Value, indent: usize, place: Place) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            if place == Place::Value {
                out.push('\n');
                pad(out, indent);
            }
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    pad(out, indent);
                }
                out.push_str("- ");
                node(out, item, indent + 2, Place::Line);
            }
        }
        Value::Object(map) if !map.is_empty() => {
            if place == Place::Value {
                out.push('\n');
                pad(out, indent);
            }
            for (number, (key, value)) in map.iter().enumerate() {
                if number > 0 {
                    pad(out, indent);
                }
                pair(out, key, value, indent);
            }
        }
        _ => {
            if place == Place::Value {
                out.push(' ');
            }
            scalar(out, value, indent);
            out.push('\n');
        }
    }
}

fn pair(out: &mut String, key: &str, value: &Value, indent: usize) {
    let mut word = String::new();
    if is_plain(key) {
        word.push_str(key);
    } else {
        quoted(&mut word, key);
    }
    if word.chars().count() > LONGEST_KEY {
        out.push_str("? ");
        out.push_str(&word);
        out.push('\n');
        pad(out, indent);
    } else {
        out.push_str(&word);
    }
    out.push(':');
    // The items of a list stand below their key without being indented.
    node(out, value, if value.is_array() { indent } else { indent + 2 }, Place::Value);
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn scalar(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::String(text) if is_plain(text) => out.push_str(text),
        Value::String(text) if is_block(text) => block(out, text, indent.max(2)),
        Value::String(text) => quoted(out, text),
        Value::Number(number) => out.push_str(&digits(number)),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        other => {
            // Writing into a String cannot fail.
            let _ = write!(out, "{other}");
        }
    }
}

/// Readers of YAML 1.1 need a point and a signed exponent: `1e21` is text to them.
fn digits(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

fn is_plain(text: &str) -> bool {
    let inside = |one: char| one.is_alphanumeric() || " _-./@+=,();$%^*~<>?:#!&|'\"[]{}\\`".contains(one);
    let first = |one: char| one.is_alphanumeric() || "_/.($+".contains(one);
    let is_text = |schema: Schema| matches!(schema.plain(text), Scalar::Text(_));
    text.starts_with(first)
        && text.chars().all(inside)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("...")
        // Booleans by the letter of YAML 1.1, though not to every reader of it.
        && !matches!(text, "y" | "Y" | "n" | "N")
        && is_text(Schema::Yaml11)
        && is_text(Schema::Core12)
        && !acts(text)
}

/// Whether it can stand after `|`: several lines that begin and end without doubt and hold nothing to be escaped.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body.split('\n').all(|line| !acts(line) && (line.is_empty() || !line.trim().is_empty()))
}

fn block(out: &mut String, text: &str, indent: usize) {
    out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for one in text.chars() {
        match one {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if acts(one.encode_utf8(&mut [0; 4])) => {
                let code = u32::from(one);
                // Writing into a String cannot fail.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
            _ => out.push(one),
        }
    }
    out.push('"');
}

/// Whether anything in it has to be escaped. The two at the end of the first plane are no characters at all to `PyYAML`.
fn acts(text: &str) -> bool {
    text::safe(text) != text || text.contains(['\u{fffe}', '\u{ffff}'])
}
