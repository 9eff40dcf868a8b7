//! Passwords made here: from the operating system's randomness, without characters that people or shells mistake.

use super::Error;
use crate::base::Secret;

/// No `I l 1 O o 0`; 56 in all.
const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";

/// 24 characters out of 56 are 139 bits; that all three kinds must occur costs less than a tenth of one.
const LENGTH: usize = 24;

/// A new password.
pub(crate) fn password() -> Result<Secret, Error> {
    let alphabet = [LOWER, UPPER, DIGITS].concat();
    loop {
        let candidate = candidate(&alphabet)?;
        let has = |kind: &[u8]| candidate.bytes().any(|byte| kind.contains(&byte));
        // Thrown away whole rather than mended: every password that qualifies stays as likely as any other.
        if has(LOWER) && has(UPPER) && has(DIGITS) {
            return Ok(Secret::new(candidate));
        }
    }
}

fn candidate(alphabet: &[u8]) -> Result<String, Error> {
    let size = alphabet.len();
    // The remainder of a byte is even over the alphabet only below its largest multiple; bytes above are drawn again.
    let fair = 256 - 256 % size;
    let mut text = String::with_capacity(LENGTH);
    while text.len() < LENGTH {
        let mut bytes = [0_u8; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| Error::NoRandomness { reason: error.to_string() })?;
        let drawn = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
        let room = LENGTH - text.len();
        text.extend(drawn.filter_map(|byte| alphabet.get(byte % size)).take(room).map(|byte| char::from(*byte)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_password_has_the_three_kinds_and_nothing_else() {
        for _ in 0..50 {
            let secret = password().unwrap();
            let text = secret.expose();
            assert_eq!(text.len(), LENGTH);
            for kind in [LOWER, UPPER, DIGITS] {
                assert!(text.bytes().any(|byte| kind.contains(&byte)), "{text}");
            }
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() && !b"Il1Oo0".contains(&byte)), "{text}");
        }
    }

    #[test]
    fn no_character_is_favoured() {
        let alphabet = [LOWER, UPPER, DIGITS].concat();
        assert_eq!(alphabet.len(), 56);
        assert!(f64::from(56).log2() * 24.0 > 139.0);
        let mut counts: HashMap<u8, u32> = HashMap::new();
        let rounds = 4000_u32;
        for _ in 0..rounds {
            for byte in candidate(&alphabet).unwrap().bytes() {
                *counts.entry(byte).or_default() += 1;
            }
        }
        // 96,000 draws over 56 characters: chi square with 55 degrees of freedom practically never exceeds 130.
        let expected = f64::from(rounds) * 24.0 / 56.0;
        let chi: f64 = alphabet
            .iter()
            .map(|byte| (f64::from(counts.get(byte).copied().unwrap_or(0)) - expected).powi(2) / expected)
            .sum();
        assert!(chi < 130.0, "{chi}");
    }
}
