//! What the two sets of rules share: digits in a base.

use super::scalar::Scalar;

/// The number that the digits are, underscores left out; nothing if there are no digits, or others.
pub(super) fn number(digits: &str, radix: u32, negative: bool) -> Option<Scalar> {
    let mut values = Vec::new();
    for digit in digits.chars().filter(|digit| *digit != '_') {
        values.push((digit.to_digit(radix)?, radix));
    }
    folded(&values, negative)
}

/// Each value after the ones before it, which weigh as much as its base says.
pub(super) fn folded(values: &[(u32, u32)], negative: bool) -> Option<Scalar> {
    if values.is_empty() {
        return None;
    }
    let exact = values.iter().try_fold(0_i128, |sum, (value, base)| {
        sum.checked_mul(i128::from(*base)).and_then(|sum| sum.checked_add(i128::from(*value)))
    });
    Some(match exact {
        Some(number) => Scalar::Int(if negative { -number } else { number }),
        None => {
            let number = values.iter().fold(0.0, |sum, (value, base)| sum * f64::from(*base) + f64::from(*value));
            Scalar::Float(if negative { -number } else { number })
        }
    })
}

/// The text without its sign, and whether it is negative.
pub(super) fn unsigned(text: &str) -> (&str, bool) {
    match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    }
}

/// The digits at the beginning, and the rest.
pub(super) fn leading(text: &str, is_digit: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|one| !is_digit(one)).unwrap_or(text.len()))
}
