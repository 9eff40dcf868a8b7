//! The platform's check of new passwords. The real plug-in asks cracklib; this one refuses by four plain rules what
//! cracklib refuses too: under eight characters, under five different ones, a run such as `12345678`, and a common word
//! with nothing but digits and signs around it.

use crate::sandbox::call::Reply;
use crate::sandbox::world::Flavour;

use super::error::Refusal;

const SHORTEST: usize = 8;
const FEWEST: usize = 5;

/// Words that people take, also with zeros and ones for letters.
const COMMON: [&str; 16] = [
    "administrator",
    "admin",
    "changeme",
    "dragon",
    "football",
    "iloveyou",
    "keystone",
    "letmein",
    "master",
    "monkey",
    "password",
    "princess",
    "qwerty",
    "secret",
    "sunshine",
    "welcome",
];

/// Whether a new password is good enough; if not, the answer: plain text, or, where a user is changed by PATCH, just 401.
pub(super) fn check(flavour: &Flavour, password: &str, by_patch: bool) -> Result<(), Reply> {
    let Some(reason) = weakness(password).filter(|_| flavour.platform) else { return Ok(()) };
    Err(if by_patch {
        Refusal::unauthorized().reply()
    } else {
        Reply::text(400, &format!("SPASSWORD: the password is not strong enough: {reason}"))
    })
}

fn weakness(password: &str) -> Option<&'static str> {
    let characters: Vec<char> = password.to_lowercase().chars().collect();
    if characters.len() < SHORTEST {
        return Some("it is too short");
    }
    let different: std::collections::BTreeSet<_> = characters.iter().collect();
    if different.len() < FEWEST {
        return Some("it does not contain enough different characters");
    }
    if is_run(&characters, 1) || is_run(&characters, -1) {
        return Some("it is too simplistic/systematic");
    }
    let spelt: String = characters.iter().map(|character| letter(*character)).collect();
    let backwards: String = spelt.chars().rev().collect();
    let plain: String = characters.iter().collect();
    let is_common = [plain, spelt, backwards]
        .iter()
        .any(|text| COMMON.contains(&text.trim_matches(|character: char| !character.is_alphabetic())));
    is_common.then_some("it is based on a dictionary word")
}

/// Whether each character is the next one of the alphabet, or of the digits, or the one before.
fn is_run(characters: &[char], step: i64) -> bool {
    let follows = |pair: &[char]| match pair {
        [one, next] => i64::from(u32::from(*next)) - i64::from(u32::from(*one)) == step,
        _ => false,
    };
    characters.windows(2).all(follows)
}

/// What a digit or sign often stands for.
fn letter(character: char) -> char {
    match character {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_short_uniform_systematic_or_common() {
        for (password, is_weak) in [
            ("Ab1$xyz", true),
            ("Ab1$xyzw", false),
            ("aabbccdd", true),
            ("12345678", true),
            ("hgfedcba", true),
            ("Password1", true),
            ("p4ssw0rd", true),
            ("123Welcome!", true),
            ("drowssap99", true),
            ("passwordless-city", false),
            ("zaragoza-2026", false),
        ] {
            assert_eq!(weakness(password).is_some(), is_weak, "{password}");
        }
    }

    #[test]
    fn says_so_in_plain_text_on_the_platform_only() {
        let (stock, platform) = (Flavour::default(), Flavour { platform: true, ..Flavour::default() });
        assert_eq!(check(&stock, "weak", false), Ok(()));
        assert_eq!(check(&platform, "zaragoza-2026", false), Ok(()));
        let refusal = check(&platform, "weak", false).unwrap_err();
        assert_eq!((refusal.status, refusal.header("content-type")), (400, Some("text/plain; charset=utf-8")));
        assert!(refusal.body.starts_with(b"SPASSWORD:"), "{refusal:?}");
        assert_eq!(check(&platform, "weak", true).unwrap_err().status, 401);
    }
}
