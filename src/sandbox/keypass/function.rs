//! The functions of XACML 3.0 that access policies use: comparing texts, regular expressions, bags and logic.
//!
//! Dates, numbers and names of hosts and people have none here, nor do functions that take functions.

use regex_lite::RegexBuilder;

/// The type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Uri,
    Truth,
}

impl Kind {
    /// From the name of a data type.
    pub(super) fn named(data_type: &str) -> Option<Self> {
        match data_type.strip_prefix("http://www.w3.org/2001/XMLSchema#")? {
            "string" => Some(Self::Text),
            "anyURI" => Some(Self::Uri),
            "boolean" => Some(Self::Truth),
            _ => None,
        }
    }
}

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    One(Kind),
    Bag(Kind),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Uri(String),
    Truth(bool),
}

impl Value {
    pub(super) fn new(kind: Kind, text: String) -> Option<Self> {
        match kind {
            Kind::Text => Some(Self::Text(text)),
            Kind::Uri => Some(Self::Uri(text)),
            Kind::Truth => match text.trim() {
                "true" | "1" => Some(Self::Truth(true)),
                "false" | "0" => Some(Self::Truth(false)),
                _ => None,
            },
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Uri(_) => Kind::Uri,
            Self::Truth(_) => Kind::Truth,
        }
    }

    /// What it says; empty for a truth.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Uri(text) => text,
            Self::Truth(_) => "",
        }
    }

    pub(super) fn is_true(&self) -> bool {
        *self == Self::Truth(true)
    }
}

/// A function; the kind is that of the values it works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Equal(Kind),
    EqualIgnoringCase,
    /// A pattern and a value.
    Matches(Kind),
    /// The sought text and the text, for these three.
    StartsWith,
    EndsWith,
    Contains,
    LowerCase,
    Trim,
    And,
    Or,
    Not,
    Bag(Kind),
    OneAndOnly(Kind),
    IsIn(Kind),
    AtLeastOneMemberOf(Kind),
    Subset(Kind),
    SetEquals(Kind),
}

impl Function {
    pub(super) fn named(urn: &str) -> Option<Self> {
        let (version, name) = urn.strip_prefix("urn:oasis:names:tc:xacml:")?.split_once(":function:")?;
        match (version, name) {
            ("1.0", "string-regexp-match") => Some(Self::Matches(Kind::Text)),
            ("2.0", "anyURI-regexp-match") => Some(Self::Matches(Kind::Uri)),
            ("3.0", "string-equal-ignore-case") => Some(Self::EqualIgnoringCase),
            ("3.0", "string-starts-with") => Some(Self::StartsWith),
            ("3.0", "string-ends-with") => Some(Self::EndsWith),
            ("3.0", "string-contains") => Some(Self::Contains),
            ("1.0", "string-normalize-to-lower-case") => Some(Self::LowerCase),
            ("1.0", "string-normalize-space") => Some(Self::Trim),
            ("1.0", "and") => Some(Self::And),
            ("1.0", "or") => Some(Self::Or),
            ("1.0", "not") => Some(Self::Not),
            ("1.0", _) => Self::of_kind(name),
            _ => None,
        }
    }

    /// Those that exist for every type.
    fn of_kind(name: &str) -> Option<Self> {
        let (kind, name) = name.split_once('-')?;
        let kind = match kind {
            "string" => Kind::Text,
            "anyURI" => Kind::Uri,
            "boolean" => Kind::Truth,
            _ => return None,
        };
        match name {
            "equal" => Some(Self::Equal(kind)),
            "bag" => Some(Self::Bag(kind)),
            "one-and-only" => Some(Self::OneAndOnly(kind)),
            "is-in" => Some(Self::IsIn(kind)),
            "at-least-one-member-of" => Some(Self::AtLeastOneMemberOf(kind)),
            "subset" => Some(Self::Subset(kind)),
            "set-equals" => Some(Self::SetEquals(kind)),
            _ => None,
        }
    }

    /// The type of what it gives for arguments of these types; `None` if it does not take them.
    pub(super) fn result(self, arguments: &[Type]) -> Option<Type> {
        use Type::{Bag, One};
        let truth = One(Kind::Truth);
        let (takes, gives): (&[Type], Type) = match self {
            Self::And | Self::Or => return arguments.iter().all(|argument| *argument == truth).then_some(truth),
            Self::Bag(kind) => return arguments.iter().all(|argument| *argument == One(kind)).then_some(Bag(kind)),
            Self::Equal(kind) => (&[One(kind), One(kind)], truth),
            Self::EqualIgnoringCase | Self::StartsWith | Self::EndsWith | Self::Contains => {
                (&[One(Kind::Text), One(Kind::Text)], truth)
            }
            Self::Matches(kind) => (&[One(Kind::Text), One(kind)], truth),
            Self::LowerCase | Self::Trim => (&[One(Kind::Text)], One(Kind::Text)),
            Self::Not => (&[truth], truth),
            Self::OneAndOnly(kind) => (&[Bag(kind)], One(kind)),
            Self::IsIn(kind) => (&[One(kind), Bag(kind)], truth),
            Self::AtLeastOneMemberOf(kind) | Self::Subset(kind) | Self::SetEquals(kind) => {
                (&[Bag(kind), Bag(kind)], truth)
            }
        };
        (takes == arguments).then_some(gives)
    }

    /// Of two single values; `None` where it goes wrong, or is no function of two single values.
    pub(super) fn compare(self, first: &Value, second: &Value) -> Option<bool> {
        let (sought, text) = (first.text(), second.text());
        match self {
            Self::Equal(_) => Some(first == second),
            Self::EqualIgnoringCase => Some(sought.to_lowercase() == text.to_lowercase()),
            Self::Matches(_) => matches(sought, text),
            Self::StartsWith => Some(text.starts_with(sought)),
            Self::EndsWith => Some(text.ends_with(sought)),
            Self::Contains => Some(text.contains(sought)),
            _ => None,
        }
    }

    /// Of two bags, or of a value, as a bag of one, and a bag.
    pub(super) fn relate(self, first: &[Value], second: &[Value]) -> Option<bool> {
        let is_within = |inner: &[Value], outer: &[Value]| inner.iter().all(|value| outer.contains(value));
        match self {
            Self::IsIn(_) | Self::AtLeastOneMemberOf(_) => Some(first.iter().any(|value| second.contains(value))),
            Self::Subset(_) => Some(is_within(first, second)),
            Self::SetEquals(_) => Some(is_within(first, second) && is_within(second, first)),
            _ => None,
        }
    }
}

/// As the library behind Keypass does it: anything may stand before and after, unless the pattern starts with `^` or ends
/// with `$`. That is added as text, so in `a|b` it comes before `a` and after `b` only. An empty pattern is an error.
///
/// Patterns with look-around, references back or Unicode classes, which Java knows, are errors here.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let before = if pattern.starts_with('^') { "" } else { ".*" };
    let after = if pattern.ends_with('$') { "" } else { ".*" };
    // Anybody may store a pattern; what it may cost is bounded.
    let whole = format!("^(?:{before}{pattern}{after})$");
    let regex = RegexBuilder::new(&whole).size_limit(1 << 20).build().ok().filter(|_| !pattern.is_empty())?;
    Some(regex.is_match(text))
}

#[cfg(test)]
#[path = "function_tests.rs"]
mod tests;
