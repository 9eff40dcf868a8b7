//! Plain words by YAML 1.1, exactly as `PyYAML`'s `SafeLoader` reads them (its `resolver.py` and `constructor.py`); the
//! table of `table_tests.rs` was made by it.

use super::digits::{folded, leading, number, unsigned};
use super::scalar::Scalar;

pub(super) fn plain(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Scalar::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Scalar::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        _ => {}
    }
    if is_timestamp(text) {
        return Scalar::Date(text.to_owned());
    }
    int(text).or_else(|| float(text)).unwrap_or_else(|| Scalar::Text(text.to_owned()))
}

fn is_digit(one: char) -> bool {
    one.is_ascii_digit()
}

fn is_digit_or_line(one: char) -> bool {
    one.is_ascii_digit() || one == '_'
}

fn int(text: &str) -> Option<Scalar> {
    let (digits, negative) = unsigned(text);
    if digits == "0" {
        return Some(Scalar::Int(0));
    }
    if let Some(digits) = digits.strip_prefix("0b") {
        return number(digits, 2, negative);
    }
    if let Some(digits) = digits.strip_prefix("0x") {
        return number(digits, 16, negative);
    }
    if digits.starts_with('0') {
        return number(digits, 8, negative);
    }
    if !digits.starts_with(is_digit) {
        return None;
    }
    if digits.contains(':') { sexagesimal(digits, negative) } else { number(digits, 10, negative) }
}

/// Splits `22:05` into what is before the first colon and the sixtieths, each of one or two digits.
fn sixtieths(text: &str) -> Option<(&str, Vec<u32>)> {
    let (first, rest) = text.split_once(':')?;
    let mut parts = Vec::new();
    for part in rest.split(':') {
        let ok = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.push(part.parse().ok().filter(|value| ok && *value < 60)?);
    }
    Some((first, parts))
}

fn sexagesimal(text: &str, negative: bool) -> Option<Scalar> {
    let (first, parts) = sixtieths(text)?;
    let mut values = Vec::new();
    for digit in first.chars().filter(|digit| *digit != '_') {
        values.push((digit.to_digit(10)?, 10));
    }
    values.extend(parts.into_iter().map(|part| (part, 60)));
    folded(&values, negative)
}

fn float(text: &str) -> Option<Scalar> {
    let (rest, negative) = unsigned(text);
    let sign = if negative { -1.0 } else { 1.0 };
    if matches!(rest, ".inf" | ".Inf" | ".INF") {
        return Some(Scalar::Float(sign * f64::INFINITY));
    }
    let plain = |text: &str| text.replace('_', "").parse::<f64>().ok();
    if let Some(fraction) = rest.strip_prefix('.') {
        // `+.5` is text.
        let (digits, exponent) = leading(fraction, is_digit_or_line);
        let ok = rest.len() == text.len() && digits.starts_with(is_digit) && is_exponent(exponent);
        return plain(rest).filter(|_| ok).map(Scalar::Float);
    }
    if !rest.starts_with(is_digit) {
        return None;
    }
    let (before, after) = rest.split_once('.')?;
    let (digits, exponent) = leading(after, is_digit_or_line);
    if before.contains(':') {
        let (first, parts) = sixtieths(before)?;
        let first = plain(first).filter(|_| first.chars().all(is_digit_or_line) && exponent.is_empty())?;
        let whole = parts.into_iter().fold(first, |sum, part| sum * 60.0 + f64::from(part));
        // Nothing but underscores behind the point is nothing.
        return Some(Scalar::Float(sign * (whole + plain(&format!("0.{digits}"))?)));
    }
    let ok = before.chars().all(is_digit_or_line) && is_exponent(exponent);
    plain(rest).filter(|_| ok).map(|number| Scalar::Float(sign * number))
}

/// An exponent needs its sign: `1.0e3` is text.
fn is_exponent(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return text.is_empty() };
    let Some(digits) = rest.strip_prefix(['+', '-']) else { return false };
    !digits.is_empty() && digits.chars().all(is_digit)
}

/// `2024-01-01`, or with a time: then months and days may be of one digit.
fn is_timestamp(text: &str) -> bool {
    let Some((year, month, day)) = take_digits(text, 4, 4)
        .and_then(|(year, rest)| take_digits(rest.strip_prefix('-')?, 1, 2).map(|(month, rest)| (year, month, rest)))
        .and_then(|(year, month, rest)| Some((year, month, rest.strip_prefix('-')?)))
    else {
        return false;
    };
    let Some((day, rest)) = take_digits(day, 1, 2) else { return false };
    if rest.is_empty() {
        return (year.len(), month.len(), day.len()) == (4, 2, 2);
    }
    let time = match rest.strip_prefix(['T', 't']) {
        Some(time) => time,
        None => {
            let time = rest.trim_start_matches([' ', '\t']);
            if time.len() == rest.len() {
                return false;
            }
            time
        }
    };
    is_time(time).unwrap_or(false)
}

fn is_time(text: &str) -> Option<bool> {
    let (_, rest) = take_digits(text, 1, 2)?;
    let (_, rest) = take_digits(rest.strip_prefix(':')?, 2, 2)?;
    let (_, rest) = take_digits(rest.strip_prefix(':')?, 2, 2)?;
    let rest = rest.strip_prefix('.').map_or(rest, |fraction| leading(fraction, is_digit).1);
    let zone = rest.trim_start_matches([' ', '\t']);
    if rest.is_empty() || zone == "Z" {
        return Some(true);
    }
    let (_, minutes) = take_digits(zone.strip_prefix(['+', '-'])?, 1, 2)?;
    let minutes = if minutes.is_empty() { Some("") } else { minutes.strip_prefix(':') };
    Some(minutes.is_some_and(|text| {
        text.is_empty() && zone.len() <= 3 || take_digits(text, 2, 2).is_some_and(|(_, rest)| rest.is_empty())
    }))
}

fn take_digits(text: &str, least: usize, most: usize) -> Option<(&str, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least { None } else { text.split_at_checked(count) }
}
