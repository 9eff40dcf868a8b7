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
const MAX_STEPS: usize = 50_000;
/// Comparing goes deeper with every piece of the expression.
const MAX_LENGTH: usize = 2048;

/// Whether the expression can be read.
pub(crate) fn check(pattern: &str) -> Result<(), Fault> {
    if pattern.len() > MAX_LENGTH {
        return Err(Fault::Unknown("it is very long"));
    }
    parse(pattern).map(|_| ())
}

/// Whether it matches, as the library behind Keypass compares; `None` if that cannot be told.
///
/// Anything may stand before and after, unless it starts with `^` or ends with `$`. That is added as text, so of `a|b` the
/// first branch has to end the text, and the second to begin it.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    check(pattern).ok()?;
    let before = if pattern.starts_with('^') { "" } else { ".*" };
    let after = if pattern.ends_with('$') { "" } else { ".*" };
    let branches = parse(&format!("{before}{pattern}{after}")).ok()?;
    let text: Vec<char> = text.chars().collect();
    let mut steps = MAX_STEPS;
    let whole =
        Search { text: &text, steps: &mut steps }.group(&branches, 0, &mut |search, end| end == search.text.len());
    (whole || steps > 0).then_some(whole)
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
            "(x|orion)",
            "fiware:.*|x",
            "[-a]?f",
        ] {
            assert_eq!(matches(pattern, text), Some(true), "{pattern}");
        }
        for pattern in
            ["fiware:perseo:.*", "^orion", "orion$", "[0-9]", "x{2}", r"fiware\.orion", "(b|c)+$", r"\d", "orion|sth"]
        {
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
        for (piece, times) in [("a?", 1_000), ("(a?)?", 400), ("^", 2_000), ("((a|))", 300)] {
            matches(&piece.repeat(times), &"a".repeat(50));
        }
        assert_eq!(matches(&"a?".repeat(1_000), &"a".repeat(50)), Some(true));
        assert_eq!(check(&"a".repeat(MAX_LENGTH + 1)), Err(Fault::Unknown("it is very long")));
    }
}
