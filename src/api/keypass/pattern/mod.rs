//! Regular expressions as Keypass compares resources with: whether one is well-formed, and what it matches.
//!
//! Keypass is written in Java, whose expressions know more than is needed to judge a policy. What is not understood here
//! (look-around, references back, classes of Unicode, possessive quantifiers) is said to be so, not called wrong.

mod parse;
mod search;

use parse::parse;
use search::Search;

/// Why an expression cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No server can use it.
    Invalid(String),
    /// It may be right.
    Unknown(&'static str),
}

#[derive(Clone, Debug)]
enum Node {
    Char(char),
    Any,
    /// Ranges of characters, and whether those are excluded.
    Class(Vec<(char, char)>, bool),
    Start,
    End,
    Group(Vec<Vec<Node>>),
    Repeat(Box<Node>, usize, Option<usize>),
}

/// Steps until a comparison is given up: expressions can be made that take ages.
const MAX_STEPS: usize = 200_000;
/// Whether the expression can be read.
pub(crate) fn check(pattern: &str) -> Result<(), Fault> {
    parse(pattern).map(|_| ())
}

/// Whether it matches anywhere in the text, which is how Keypass compares; `None` if that cannot be told.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let branches = parse(pattern).ok()?;
    let text: Vec<char> = text.chars().collect();
    let mut steps = MAX_STEPS;
    for start in 0..=text.len() {
        let mut search = Search { text: &text, steps: &mut steps };
        if search.group(&branches, start, &mut |_, _| true) {
            return Some(true);
        }
        if steps == 0 {
            return None;
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_the_platform_means_it() {
        let text = "fiware:orion:smartcity:/tourism:::";
        for pattern in [
            "fiware:orion:.*",
            "^fiware:orion:.*$",
            "orion",
            ".*",
            "fiware:(orion|perseo):.*",
            "fiware:[a-z]+:smartcity:/.*",
            r"fiware:orion:\w{2,}:/tourism:+",
            r"fiware:orion:[^:]*:.*?:$",
            "(a|fiware)(:(?:orion|x))*",
            "(a*)*fiware",
            "x|orion",
            "[-a]?f",
        ] {
            assert_eq!(matches(pattern, text), Some(true), "{pattern}");
        }
        for pattern in ["fiware:perseo:.*", "^orion", "orion$", "[0-9]", "x{2}", r"fiware\.orion", "(b|c)+$", r"\d"] {
            assert_eq!(matches(pattern, text), Some(false), "{pattern}");
        }
    }

    #[test]
    fn tells_wrong_ones_from_those_it_does_not_know() {
        for pattern in ["", "(", "a)", "[", "[a", "*a", "a**", "a{2", "a{x}", "a{3,2}", "[z-a]", "a\\", "?", "a|+"] {
            assert!(matches!(check(pattern), Err(Fault::Invalid(_))), "{pattern}: {:?}", check(pattern));
            assert_eq!(matches(pattern, "a"), None);
        }
        for pattern in [r"(?=a)", r"\bx", r"(a)\1", r"\p{L}", "a++", "(?i)x", "[a[b]]"] {
            assert!(matches!(check(pattern), Err(Fault::Unknown(_))), "{pattern}: {:?}", check(pattern));
        }
        for pattern in ["fiware:orion:.*", "a{2,}", "[]a]", "[a-]", "(a|)", "a*?"] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn hostile_expressions_cost_little() {
        assert_eq!(matches("(x+x+)+y", &"x".repeat(60)), None);
        assert!(check(&"(".repeat(100_000)).is_err());
        assert_eq!(matches(&"a?".repeat(2_000), &"a".repeat(50)), Some(true));
    }
}
