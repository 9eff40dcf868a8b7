//! What must not be seen of a configuration: values whose names say so, and passwords inside addresses.

use std::ops::Range;

use toml::Value;

use crate::base::redact::{self, MASK};
use crate::base::{Secret, text::safe};

/// Whether a key of that name holds a secret rather than the place of one.
pub(super) fn is_secret_name(name: &str) -> bool {
    const SECRET: &[&str] =
        &["token", "secret", "password", "passwd", "passphrase", "pass", "key", "credential", "credentials", "apikey"];
    const PLACE: &[&str] = &["file", "path", "command", "url", "id", "uri", "dir", "expires", "store"];
    let words: Vec<String> =
        name.split(|character: char| !character.is_ascii_alphanumeric()).map(str::to_ascii_lowercase).collect();
    let is_place = words.last().is_some_and(|last| PLACE.contains(&last.as_str()));
    !is_place && words.iter().any(|word| SECRET.contains(&word.as_str()))
}

/// Whether any word of the line sounds secret; for lines that could not be parsed.
pub(super) fn sounds_secret(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["token", "secret", "passw", "passphrase", "key", "credential"].iter().any(|word| line.contains(word))
}

/// Where the user information of an address stands, if there is any.
fn user_info(text: &str) -> Option<Range<usize>> {
    let start = text.find("://")? + 3;
    let authority = text.get(start..)?.split(['/', '?', '#']).next()?;
    let end = authority.rfind('@')?;
    Some(start..start + end)
}

/// The text without user information in an address and without any secret the redactor knows, safe for a terminal.
pub(super) fn text(text: &str) -> String {
    let mut shown = text.to_owned();
    if let Some(range) = user_info(text) {
        shown.replace_range(range, MASK);
    }
    safe(&redact::clean(&shown)).into_owned()
}

/// Teaches the redactor what is secret in a value.
pub(super) fn learn(name: &str, value: &Value) {
    match value {
        Value::String(text) => {
            if is_secret_name(name) {
                drop(Secret::new(text.as_str()));
            } else if let Some((_, password)) = user_info(text).and_then(|at| text.get(at)?.split_once(':')) {
                drop(Secret::new(password));
            }
        }
        Value::Array(list) => list.iter().for_each(|value| learn(name, value)),
        Value::Table(table) => table.iter().for_each(|(name, value)| learn(name, value)),
        _ => {}
    }
}

/// The value for people: text without quotes, the rest as in TOML, everything secret masked.
pub(super) fn value(secret: bool, value: &Value) -> String {
    match value {
        _ if secret => MASK.to_owned(),
        Value::String(plain) => text(plain),
        Value::Table(_) | Value::Array(_) => text(&hidden(value).to_string()),
        _ => text(&value.to_string()),
    }
}

fn hidden(value: &Value) -> Value {
    match value {
        Value::String(plain) => Value::from(text(plain)),
        Value::Array(list) => Value::Array(list.iter().map(hidden).collect()),
        Value::Table(table) => {
            let hide = |name: &String, value| if is_secret_name(name) { Value::from(MASK) } else { hidden(value) };
            Value::Table(table.iter().map(|(name, value)| (name.clone(), hide(name, value))).collect())
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_secrets_from_places() {
        for name in ["token", "api_key", "client_secret", "token_secret", "legacy_token", "Password", "private-key"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in
            ["token_path", "password_file", "keypass", "organisation", "client_id", "credential_path", "keyring"]
        {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_password_inside_an_address_is_not_shown() {
        assert_eq!(text("http://joe:pw@proxy:3128/a@b"), "http://***@proxy:3128/a@b");
        assert_eq!(text("http://proxy:3128/a@b"), "http://proxy:3128/a@b");
    }

    #[test]
    fn secrets_inside_nested_values_are_not_shown() {
        let nested: Value =
            toml::from_str::<toml::Table>("x = [{ token = 'abcd-nested', name = 'n' }]").unwrap().into();
        let shown = value(false, &nested);
        assert!(!shown.contains("abcd-nested") && shown.contains("name"), "{shown}");
    }
}
