//! What must not be seen of a configuration: values whose names say so, and passwords inside addresses.

use std::ops::Range;

use toml::Value;

use crate::base::address;
use crate::base::redact::{self, MASK};
use crate::base::{Secret, text::safe};

/// Whether a key of that name holds a secret rather than the place of one.
pub(super) fn is_secret_name(name: &str) -> bool {
    const SECRET: &[&str] = &["pass", "pwd", "key", "credentials"];
    /// These tell a secret also at the end of a longer word: `authtoken`.
    const ENDING: &[&str] = &["token", "secret", "password", "passwd", "passphrase", "credential", "apikey"];
    const PLACE: &[&str] = &["file", "path", "command", "url", "id", "uri", "dir", "expires", "store"];
    let words = words(name);
    let is_place = words.last().is_some_and(|last| PLACE.contains(&last.as_str()));
    let is_secret = |word: &String| SECRET.contains(&word.as_str()) || ENDING.iter().any(|end| word.ends_with(end));
    !is_place && words.iter().any(is_secret)
}

/// The words of a name in lower case, whether they are parted by signs or by capitals: `client_secret`, `clientSecret`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = None;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let after_small = before.is_some_and(|before: char| !before.is_ascii_uppercase());
        let before_small = characters.peek().is_some_and(char::is_ascii_lowercase);
        let begins = character.is_ascii_uppercase() && (after_small || before_small);
        if begins || !character.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (character.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(character.to_ascii_lowercase());
        }
        before = Some(character);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether any word of the line sounds secret; for lines that could not be parsed.
pub(super) fn sounds_secret(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["token", "secret", "passw", "passphrase", "pwd", "key", "credential"].iter().any(|word| line.contains(word))
}

/// Where the user information of an address stands, if there is any. The scheme may be left out before a user and a
/// password, as proxies are often written.
fn user_info(text: &str) -> Option<Range<usize>> {
    let scheme = text.find("://").map(|at| at + 3);
    let start = scheme.unwrap_or(0);
    let rest = text.get(start..)?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (_, port) = authority.split_once(':').unwrap_or_default();
    let end = match authority.rfind('@') {
        Some(end) => Some(end).filter(|_| scheme.is_some() || !port.is_empty() && !text.contains(char::is_whitespace)),
        // What stands where a port would is none, so it is the beginning of a password with a sign in it.
        None if scheme.is_some() && !authority.starts_with('[') && !port.bytes().all(|byte| byte.is_ascii_digit()) => {
            rest.rfind('@')
        }
        None => None,
    }?;
    Some(start..start + end)
}

/// The text without user information in an address and without any secret the redactor knows, safe for a terminal.
pub(super) fn text(text: &str) -> String {
    let mut shown = text.to_owned();
    if let Some(range) = user_info(text) {
        shown.replace_range(range, MASK);
    }
    let shown = address::within(&shown, address::is_telling);
    safe(&redact::clean(&shown)).into_owned()
}

/// Teaches the redactor what is secret in a value.
pub(super) fn learn(name: &str, value: &Value) {
    match value {
        Value::String(text) => {
            if is_secret_name(name) {
                drop(Secret::new(text.as_str()));
            } else if let Some((_, password)) = user_info(text).and_then(|at| text.get(at)?.split_once(':'))
                // `mailto:somebody@example.org` is no address with a password.
                && (text.contains("://") || name.ends_with("proxy"))
            {
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
        for name in [
            "token",
            "api_key",
            "client_secret",
            "token_secret",
            "legacy_token",
            "Password",
            "private-key",
            "clientSecret",
            "accessToken",
            "apiKey",
            "APIKey",
            "authtoken",
            "dbpassword",
            "pwd",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "token_path",
            "password_file",
            "keypass",
            "organisation",
            "client_id",
            "credential_path",
            "keyring",
            "tokenPath",
            "passwordFile",
            "monkey",
            "keystone",
            "keypass",
            "tokenURL",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_password_inside_an_address_is_not_shown() {
        assert_eq!(text("http://joe:pw@proxy:3128/a@b"), "http://***@proxy:3128/a@b");
        assert_eq!(text("http://proxy:3128/a@b"), "http://proxy:3128/a@b");
        // The scheme of a proxy may be left out.
        assert_eq!(text("joe:pw@proxy:3128"), "***@proxy:3128");
        assert_eq!(text("http://joe:p/w@proxy:3128"), "http://***@proxy:3128");
        for harmless in ["joe@example.org", "expected: a@b", "proxy:3128/a@b", "10:30@home ok"] {
            assert_eq!(text(harmless), harmless);
        }
        learn("proxy", &Value::from("joe:pw-without-scheme@proxy:3128"));
        assert_eq!(redact::clean("pw-without-scheme"), MASK);
    }

    #[test]
    fn secrets_inside_nested_values_are_not_shown() {
        let nested: Value =
            toml::from_str::<toml::Table>("x = [{ token = 'abcd-nested', name = 'n' }]").unwrap().into();
        let shown = value(false, &nested);
        assert!(!shown.contains("abcd-nested") && shown.contains("name"), "{shown}");
    }
}
