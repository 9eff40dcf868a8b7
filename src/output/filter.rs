//! `--filter`: one comparison of one column, without a language of its own.

use serde_json::{Number, Value};

use super::cell;
use super::error::Error;

/// One comparison, not yet bound to a column.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// The column as it was typed.
    pub(super) column: String,
    pub(super) test: Test,
}

/// What a value is held against.
#[derive(Debug, Clone)]
pub(super) struct Test {
    kind: Kind,
    negated: bool,
    wanted: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Equals,
    Contains,
}

impl Filter {
    /// Reads `column=value`, `column!=value`, `column~part` or `column!~part`.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let bad = |problem| Error::FilterSyntax { given: text.to_owned(), problem };
        let at = text.find(['=', '~', '!']).ok_or_else(|| bad("has no =, !=, ~ or !~"))?;
        let (column, rest) = text.split_at(at);
        // `==` is what programmers type.
        let mut signs = [
            ("!=", Kind::Equals, true),
            ("!~", Kind::Contains, true),
            ("==", Kind::Equals, false),
            ("=", Kind::Equals, false),
            ("~", Kind::Contains, false),
        ]
        .into_iter();
        let (wanted, kind, negated) = signs
            .find_map(|(sign, kind, negated)| Some((rest.strip_prefix(sign)?, kind, negated)))
            .ok_or_else(|| bad("has a ! without = or ~ after it"))?;
        let column = column.trim();
        if column.is_empty() {
            return Err(bad("has no column in front of the sign"));
        }
        if kind == Kind::Contains && wanted.is_empty() {
            return Err(bad("has nothing after the ~, which every row contains"));
        }
        Ok(Self { column: column.to_owned(), test: Test { kind, negated, wanted: wanted.to_owned() } })
    }
}

impl Test {
    /// Whether the value passes. A list passes if one of its items does.
    pub(super) fn passes(&self, value: Option<&Value>) -> bool {
        let holds = match value {
            Some(Value::Array(items)) if !items.is_empty() => items.iter().any(|item| self.holds(Some(item))),
            Some(Value::Array(_)) => self.wanted.is_empty(),
            other => self.holds(other),
        };
        holds != self.negated
    }

    fn holds(&self, value: Option<&Value>) -> bool {
        match (self.kind, value) {
            (Kind::Contains, _) => cell::plain(value).to_lowercase().contains(&self.wanted.to_lowercase()),
            (Kind::Equals, Some(Value::Bool(flag))) => truth(&self.wanted) == Some(*flag),
            (Kind::Equals, Some(Value::Number(number))) => {
                let same = match (whole(number), self.wanted.parse()) {
                    // As fractions, neighbours among large numbers are one and the same.
                    (Some(number), Ok(wanted)) => number == wanted,
                    _ => number
                        .as_f64()
                        .zip(self.wanted.parse().ok())
                        .is_some_and(|(a, b): (f64, f64)| a.total_cmp(&b).is_eq()),
                };
                same || glob(&self.wanted, &number.to_string())
            }
            (Kind::Equals, _) => glob(&self.wanted, &cell::plain(value)),
        }
    }
}

/// The number, if it has no fraction.
pub(super) fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    }
}

/// Whether the whole text matches: `*` stands for anything, `\*` for itself. Remembers only the last star, so a
/// hostile text costs no more than its length times that of the pattern.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts: Vec<Option<char>> = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        parts.push(match character {
            '*' => None,
            '\\' if characters.peek() == Some(&'*') => characters.next(),
            other => Some(other),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut part, mut place, mut retry) = (0, 0, None);
    loop {
        match (parts.get(part), text.get(place)) {
            (Some(None), _) => {
                retry = Some((part, place));
                part += 1;
            }
            (Some(Some(wanted)), Some(found)) if wanted == found => {
                part += 1;
                place += 1;
            }
            (None, None) => return true,
            (_, _) => match retry {
                Some((star, from)) if from < text.len() => {
                    retry = Some((star, from + 1));
                    part = star + 1;
                    place = from + 1;
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn passes(filter: &str, value: &Value) -> bool {
        Filter::parse(filter).unwrap().test.passes(Some(value))
    }

    #[test]
    fn comparisons() {
        for (filter, value, expected) in [
            ("x=true", json!(true), true),
            ("x=yes", json!(true), true),
            ("x=No", json!(false), true),
            ("x=true", json!("true"), true),
            ("x=1", json!(true), false),
            ("x=1.0", json!(1), true),
            ("x=1", json!(1), true),
            ("x=2", json!(1), false),
            ("x=9007199254740993", json!(9_007_199_254_740_993_u64), true),
            ("x=9007199254740992", json!(9_007_199_254_740_993_u64), false),
            ("x!=9007199254740992", json!(9_007_199_254_740_993_u64), true),
            ("x=100", json!(1e2), true),
            ("x==a", json!("a"), true),
            ("x=a", json!("A"), false),
            ("x=", json!(null), true),
            ("x=", json!(""), true),
            ("x!=", json!("a"), true),
            ("x!=a", json!("b"), true),
            ("x!=a", json!("a"), false),
            ("x~MART", json!("Smartcity"), true),
            ("x!~mart", json!("Smartcity"), false),
            ("x=a*", json!("adm1"), true),
            ("x=*1", json!("adm1"), true),
            ("x=a*m*1", json!("adm1"), true),
            ("x=a*", json!("bad"), false),
            ("x=*", json!(""), true),
            ("x=a\\*", json!("a*"), true),
            ("x=a\\*", json!("ab"), false),
            ("x=a=b", json!("a=b"), true),
            ("x=!a", json!("!a"), true),
            ("x=b", json!(["a", "b"]), true),
            ("x!=b", json!(["a", "b"]), false),
            ("x=", json!([]), true),
            ("x~deep", json!({"deep": 1}), true),
        ] {
            assert_eq!(passes(filter, &value), expected, "{filter} on {value}");
        }
        assert!(Filter::parse("x!=a").unwrap().test.passes(None));
    }

    #[test]
    fn a_pattern_of_stars_is_not_slow() {
        let started = std::time::Instant::now();
        assert!(!glob(&(("*a").repeat(30) + "z"), &"a".repeat(5000)));
        assert!(started.elapsed().as_secs() < 5);
    }

    #[test]
    fn bad_filters_are_refused_with_an_example() {
        for bad in ["", "enabled", "=x", " =x", "x!y", "x~", "!"] {
            let message = Filter::parse(bad).unwrap_err().to_string();
            assert!(message.contains("for example enabled=true"), "{bad}: {message}");
        }
    }
}
