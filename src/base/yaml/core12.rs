//! Plain words by the core schema of YAML 1.2 (specification 1.2.2, 10.3.2).

use super::digits::{leading, number, unsigned};
use super::scalar::Scalar;

pub(super) fn plain(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        _ => {}
    }
    int(text).or_else(|| float(text)).unwrap_or_else(|| Scalar::Text(text.to_owned()))
}

fn int(text: &str) -> Option<Scalar> {
    let (radix, digits, negative) = match (text.strip_prefix("0o"), text.strip_prefix("0x")) {
        (Some(digits), _) => (8, digits, false),
        (_, Some(digits)) => (16, digits, false),
        _ => {
            let (digits, negative) = unsigned(text);
            (10, digits, negative)
        }
    };
    if digits.contains('_') { None } else { number(digits, radix, negative) }
}

fn float(text: &str) -> Option<Scalar> {
    let (rest, negative) = unsigned(text);
    if matches!(rest, ".inf" | ".Inf" | ".INF") {
        return Some(Scalar::Float(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
    }
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(unsigned(exponent).0)),
        None => (rest, None),
    };
    let (whole, fraction) = leading(mantissa, |one| one.is_ascii_digit());
    let fraction = fraction.strip_prefix('.').unwrap_or(fraction);
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_float = all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|part| !part.is_empty() && all_digits(part));
    // `5.` and `.5` are numbers to Rust too.
    if is_float { text.parse().ok().map(Scalar::Float) } else { None }
}
