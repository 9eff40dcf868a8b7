//! The kinds of values, and the one reading of each: the same from a file, a variable and the command line.

use std::borrow::Cow;
use std::time::Duration;

use toml::Value;

use super::{modules, url, words};

/// What a key wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text that is not empty.
    Text,
    /// A list of texts, or one with commas between.
    Words,
    /// The address of a back end, without user information.
    Url,
    /// The address of a directory: `ldap://host:port` or `ldaps://host:port`.
    DirectoryUrl,
    /// The address that a subscription notifies.
    NotifyUrl,
    /// A host name or address, IPv6 with or without brackets.
    Host,
    /// 1 to 65535.
    Port,
    /// Yes or no.
    Switch,
    /// A file; relative to the file that names it.
    Path,
    /// A program and its arguments; no shell takes part.
    Command,
    /// `10s`, `5m`, `1h30m`, or whole seconds.
    Duration,
    /// A whole number between the two, both included.
    Count(i64, i64),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A table whose keys are somebody else's business.
    Table,
}

impl Kind {
    /// For "expected …".
    pub(crate) fn expected(self) -> Cow<'static, str> {
        match self {
            Self::Text => "text".into(),
            Self::Words => "words with commas between, or a list such as [\"a\", \"b\"]".into(),
            Self::Url => "a URL such as https://host:5000, without a user or a query".into(),
            Self::DirectoryUrl => "a URL such as ldaps://host:636, without a user, a path or a query".into(),
            Self::NotifyUrl => {
                "a URL such as http://host:8666/notify, without a user, a query or any of <>\"'=;()".into()
            }
            Self::Host => "a host name or an address".into(),
            Self::Port => "a port from 1 to 65535".into(),
            Self::Switch => "true or false".into(),
            Self::Path => "the path of a file".into(),
            Self::Command => "a program and its arguments, such as [\"pass\", \"show\", \"keystone\"]".into(),
            Self::Duration => "a duration such as 10s, 5m or 1h30m".into(),
            Self::Count(low, high) => format!("a whole number from {low} to {high}").into(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")).into(),
            Self::Table => "a table".into(),
        }
    }

    /// The value in the form programs use: numbers as numbers, switches as booleans, commands as lists. `None` if it is
    /// not of this kind.
    pub(crate) fn read(self, value: &Value) -> Option<Value> {
        match self {
            Self::Text | Self::Path => text(value).filter(|text| !text.is_empty()).map(Value::from),
            Self::Words => several(value),
            Self::Url => text(value).filter(|text| url::Parts::parse(text).is_some()).map(Value::from),
            Self::DirectoryUrl => text(value).filter(|text| url::is_directory(text)).map(Value::from),
            Self::NotifyUrl => text(value).filter(|text| modules::is_notify_url(text)).map(Value::from),
            Self::Host => text(value).and_then(url::host).map(Value::from),
            Self::Port => whole(value).filter(|port| (1..=65535).contains(port)).map(Value::from),
            Self::Switch => switch(value).map(Value::from),
            Self::Command => command(value),
            Self::Duration => duration(value).map(|_| value.clone()),
            Self::Count(low, high) => whole(value).filter(|count| (low..=high).contains(count)).map(Value::from),
            Self::OneOf(words) => text(value).filter(|text| words.contains(text)).map(Value::from),
            Self::Table => value.is_table().then(|| value.clone()),
        }
    }

    /// The same for text that was typed or came from a variable.
    pub(crate) fn read_text(self, text: &str) -> Option<Value> {
        self.read(&Value::from(text))
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

fn whole(value: &Value) -> Option<i64> {
    value.as_integer().or_else(|| value.as_str()?.trim().parse().ok())
}

fn switch(value: &Value) -> Option<bool> {
    if let Some(value) = value.as_bool() {
        return Some(value);
    }
    match value.as_str()?.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// What is written as a list is one.
fn several(value: &Value) -> Option<Value> {
    let list = match value {
        Value::Array(list) => list.clone(),
        Value::String(text) if is_list(text) => list(text)?,
        other => return Kind::Text.read(other),
    };
    list.iter().all(Value::is_str).then_some(Value::Array(list))
}

fn is_list(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

/// The list that a text writes as TOML does.
fn list(text: &str) -> Option<Vec<Value>> {
    let mut table: toml::Table = toml::from_str(&format!("list = {text}")).ok()?;
    table.remove("list")?.as_array().cloned()
}

fn command(value: &Value) -> Option<Value> {
    let list = match value {
        Value::Array(list) => list.clone(),
        Value::String(text) if is_list(text) => list(text)?,
        Value::String(text) => words::split(text)?.into_iter().map(Value::from).collect(),
        _ => return None,
    };
    let program = list.first()?.as_str()?;
    (!program.is_empty() && list.iter().all(Value::is_str)).then_some(Value::Array(list))
}

/// Reads `5m`, `10s`, `1h30m`, `1d`, `250ms`, or a number of seconds.
pub(crate) fn duration(value: &Value) -> Option<Duration> {
    if let Some(seconds) = whole(value) {
        return u64::try_from(seconds).ok().map(Duration::from_secs);
    }
    let mut rest = value.as_str()?.trim();
    let mut total = Duration::ZERO;
    let mut last_unit = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let length = tail.find(|character: char| character.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(length);
        let milliseconds = match unit {
            "d" => 86_400_000,
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1000,
            "ms" => 1,
            _ => return None,
        };
        // From large to small and each unit once: `5m5m` is more likely a slip than ten minutes.
        if milliseconds >= last_unit {
            return None;
        }
        last_unit = milliseconds;
        let part = number.parse::<u64>().ok()?.checked_mul(milliseconds)?;
        total = total.checked_add(Duration::from_millis(part))?;
        rest = tail;
    }
    (last_unit != u64::MAX).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (written, seconds) in [("10s", 10), ("5m", 300), ("1h30m", 5400), ("90", 90), ("1d", 86_400), ("0", 0)] {
            assert_eq!(duration(&Value::from(written)), Some(Duration::from_secs(seconds)), "{written}");
        }
        assert_eq!(duration(&Value::from(7)), Some(Duration::from_secs(7)));
        assert_eq!(duration(&Value::from("250ms")), Some(Duration::from_millis(250)));
        for bad in
            ["", "s", "5 m", "-5s", "5m5m", "5s1m", "1.5h", "5min", "99999999999999999999s", "9999999999999999999h"]
        {
            assert_eq!(duration(&Value::from(bad)), None, "{bad}");
        }
        assert_eq!(duration(&Value::from(-1)), None);
        assert_eq!(duration(&Value::from(1.5)), None);
    }

    #[test]
    fn ports_and_counts_have_limits() {
        for bad in ["0", "65536", "-1", "", "http", "5e3"] {
            assert_eq!(Kind::Port.read_text(bad), None, "{bad}");
        }
        assert_eq!(Kind::Port.read_text("65535"), Some(Value::from(65535)));
        assert_eq!(Kind::Count(0, 20).read_text("21"), None);
    }

    #[test]
    fn switches_are_words_and_booleans() {
        assert_eq!(Kind::Switch.read_text("Yes"), Some(Value::from(true)));
        assert_eq!(Kind::Switch.read_text("off"), Some(Value::from(false)));
        assert_eq!(Kind::Switch.read_text("maybe"), None);
        assert_eq!(Kind::Switch.read(&Value::from(1)), None);
    }

    #[test]
    fn commands_are_lists_or_quoted_words() {
        let wanted = Value::Array(vec!["pass".into(), "show".into(), "a b".into()]);
        assert_eq!(Kind::Command.read_text("pass show 'a b'"), Some(wanted.clone()));
        assert_eq!(Kind::Command.read_text(r#"["pass", "show", "a b"]"#), Some(wanted.clone()));
        assert_eq!(Kind::Command.read(&wanted), Some(wanted));
        for bad in ["", "  ", "pass 'open", "[", "[1]", "[]"] {
            assert_eq!(Kind::Command.read_text(bad), None, "{bad}");
        }
    }

    #[test]
    fn words_are_a_text_or_a_list_of_texts() {
        let list = Value::Array(vec!["a".into(), "b".into()]);
        assert_eq!(Kind::Words.read_text("a, b"), Some(Value::from("a, b")));
        assert_eq!(Kind::Words.read_text(" ['a', 'b']"), Some(list.clone()));
        assert_eq!(Kind::Words.read(&list), Some(list));
        for bad in ["", "[1, 2]", "['a', 2]", "['a'"] {
            assert_eq!(Kind::Words.read_text(bad), None, "{bad}");
        }
        assert_eq!(Kind::Words.read(&Value::Array(vec![Value::from(1)])), None);
    }
}
