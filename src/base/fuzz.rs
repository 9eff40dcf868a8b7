//! What has to hold for any text that is cleaned, and for any YAML.

use std::borrow::Cow;

use super::address::{is_telling, within};
use super::redact::{clean, register};
use super::text::{safe, safe_lines, shell_word};
use super::yaml::{self, Mark, Node, Schema, Shape, emit, json, read, read_or_json};

/// A longer text is not read again.
const LONGEST: usize = yaml::MAX_BYTES;

/// Nothing that is shown acts on a terminal, and what was cleaned once is clean.
pub(crate) fn cleaner(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let once = safe(&text);
    assert!(!once.chars().any(char::is_control), "{once:?}");
    assert!(matches!(safe(&once), Cow::Borrowed(same) if same == once), "{once:?}");
    assert_eq!(once == text, matches!(safe(&text), Cow::Borrowed(_)));

    let lines = safe_lines(&text);
    assert_eq!(lines.matches('\n').count(), text.matches('\n').count());
    assert!(!lines.chars().any(|one| one.is_control() && one != '\n'), "{lines:?}");
    assert_eq!(safe_lines(&lines), lines);

    let word = shell_word(&text);
    assert_eq!(unquoted(&word), Some(once.into_owned()), "{word}");
}

/// What a shell makes of the word; nothing where that would be more than one word, or anything but the letters that stand there.
fn unquoted(word: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (inside, after) = rest.get(1..)?.split_once('\'')?;
            plain.push_str(inside);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\'") {
            plain.push('\'');
            rest = after;
        } else if first.is_ascii_alphanumeric() || "/._-+@%=:,".contains(first) {
            plain.push(first);
            rest = rest.get(1..)?;
        } else {
            return None;
        }
    }
    (!word.is_empty()).then_some(plain)
}

/// What was learned is not seen again in any text; neither is a password in an address, whatever stands around it.
pub(crate) fn redactor(bytes: &[u8]) {
    const SECRET: &str = "Z-canary-in-the-address";
    let text = String::from_utf8_lossy(bytes);
    let (secret, rest) = text.split_once('\n').unwrap_or(("", &text));
    // A mask is made of stars; of a secret with stars it could make itself again.
    if !secret.contains('*') {
        register(secret);
        let text = format!("{rest}{secret}{rest} {secret}");
        let cleaned = clean(&text);
        assert!(secret.len() < 4 || !cleaned.contains(secret), "{secret:?} in {cleaned:?}");
        assert_eq!(clean(&cleaned), cleaned);
    }
    if rest.contains(SECRET) {
        return;
    }
    for text in [format!("https://u:{SECRET}@h/{rest}"), format!("{rest} https://h/?token={SECRET}")] {
        let shown = within(&text, is_telling);
        assert!(!shown.contains(SECRET), "{shown:?}");
    }
    within(rest, is_telling);
}

/// Every place lies in the text, and what was read is read again as it was after it was written.
pub(crate) fn yaml(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let document = match read_or_json(&text) {
        Ok(document) => document,
        Err(error) => return lies_within(error.at, &text),
    };
    document.duplicates.iter().for_each(|duplicate| lies_within(duplicate.at, &text));
    walk(&document.root, &text);
    for schema in [Schema::Core12, Schema::Yaml11] {
        let Ok(value) = json(&document.root, schema) else { continue };
        let written = emit(&value);
        if written.len() > LONGEST {
            continue;
        }
        let again = read(&written);
        for schema in [Schema::Core12, Schema::Yaml11] {
            let back = again.as_ref().ok().and_then(|document| json(&document.root, schema).ok());
            assert_eq!(back.as_ref(), Some(&value), "{schema:?} in\n{written}");
        }
    }
}

fn lies_within(at: Mark, text: &str) {
    assert!(at.line > 0 && at.column > 0, "{at}");
    assert!(text.is_char_boundary(at.offset(text)), "{at}");
}

fn walk(node: &Node, text: &str) {
    lies_within(node.at, text);
    match &node.shape {
        Shape::Scalar { .. } => {}
        Shape::List(items) => items.iter().for_each(|item| walk(item, text)),
        Shape::Map(entries) => entries.iter().for_each(|entry| {
            walk(&entry.key, text);
            walk(&entry.value, text);
        }),
    }
}
