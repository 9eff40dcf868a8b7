//! What has to hold for any file of settings.

use std::path::Path;

use toml_edit::DocumentMut;

use crate::base::text::safe_lines;

use super::clouds;
use super::connectors::{CONNECTORS, old_words};
use super::document::{Document, Items};
use super::edit;
use super::error::Error;
use super::import;
use super::keys;
use super::kind::Kind;
use super::legacy;
use super::mask;
use super::words;

/// Begins with no letter that an escape could end with: of `\x1c` and the rest of a secret the whole one would come.
const SECRET: &str = "Z-canary-of-a-setting";

/// Nothing secret, nothing that acts on a terminal, and not a whole file.
fn is_told_safely(error: &Error) {
    let text = error.to_string();
    assert!(!text.contains(SECRET), "{text}");
    assert!(safe_lines(&text) == text && text.len() < 4096, "{text:?}");
}

/// A text that holds the secret itself, as a fuzzer may find out, says nothing about how it is kept.
fn is_free_of_it(bytes: &[u8]) -> bool {
    !String::from_utf8_lossy(bytes).contains(SECRET)
}

/// The file of a stranger says no more than the same file of a friend; a changed one says what was changed, and the rest as
/// before.
pub(crate) fn config(bytes: &[u8]) {
    if !is_free_of_it(bytes) {
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    let path = Path::new("/w/.orchester.toml");
    for broken in [format!("{text}\npassword = \"{SECRET}\" x\n"), format!("token = \"{SECRET}\"\n{text}")] {
        if let Err(error) = Document::parse(path, &broken, true) {
            is_told_safely(&error);
        }
    }
    let read = Document::parse(path, &text, true);
    assert_eq!(read.is_ok(), text.parse::<DocumentMut>().is_ok());
    let Ok(ours) = read else { return };
    let Ok(theirs) = Document::parse(path, &text, false) else { unreachable!("trust does not change what TOML is") };
    assert!(ours.ignored.is_empty() && ours.unknown.len() == theirs.unknown.len());
    assert!(ours.context_names() == theirs.context_names());
    let settings = |items: &Items| items.keys().cloned().collect::<Vec<_>>();
    for name in settings(&theirs.top) {
        assert!(ours.top.contains_key(&name), "{name}");
        let path = keys::segments(&name).unwrap_or_default();
        assert!(keys::is_project_safe(&path) && keys::dotted(&path) == name, "{name}");
    }
    for (name, item) in &ours.top {
        let shown = mask::value(keys::is_secret(name), &item.value);
        assert!(safe_lines(&shown) == shown, "{shown:?}");
    }
    changed(path, &text, &ours);
}

fn changed(path: &Path, text: &str, before: &Document) {
    const KEY: &str = "auth.user";
    let Ok(mut document) = text.parse::<DocumentMut>() else { return };
    let value = toml::Value::from("somebody \"else\"\n");
    let segments = ["auth".to_owned(), "user".to_owned()];
    // Something that is no table may stand in the way.
    if edit::insert(document.as_table_mut(), &segments, &value).is_err() {
        return;
    }
    let written = document.to_string();
    let Ok(mut after) = Document::parse(path, &written, true) else { unreachable!("no TOML any more:\n{written}") };
    assert_eq!(after.top.remove(KEY).map(|item| item.value), Some(value), "{written}");
    let values = |items: &Items| {
        let others = items.iter().filter(|(name, _)| *name != KEY);
        others.map(|(name, item)| (name.clone(), item.value.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(values(&after.top), values(&before.top), "{written}");
    assert!(after.contexts.keys().eq(before.contexts.keys()), "{written}");
}

/// The file of old: what is wrong in it is told without what is secret in it.
pub(crate) fn seed(bytes: &[u8]) {
    if !is_free_of_it(bytes) {
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    let path = Path::new("/w/.orchester.json");
    for broken in [format!("{{\"token\": \"{SECRET}\",\n{text}"), format!("{text}\n\"token\": \"{SECRET}\" x")] {
        if let Err(error) = legacy::parse(path, &broken) {
            is_told_safely(&error);
        }
    }
    let Ok(value) = legacy::parse(path, &text) else { return };
    assert!(legacy::parse(path, &value.to_string()).is_ok());
    for (name, known) in CONNECTORS {
        let own = value.get("connectors").and_then(|all| all.get(name)?.as_object());
        for (key, text) in own.into_iter().flat_map(|own| old_words(known, own)) {
            // What the table of today says under that name is read in the same way.
            assert!(key.kind.read(&toml::Value::from(text)).is_some() || !matches!(key.kind, Kind::Text | Kind::Path));
        }
    }
}

/// Secrets of the clients of OpenStack are named and never copied, and what is taken over is a setting.
pub(crate) fn clouds(bytes: &[u8]) {
    if !is_free_of_it(bytes) {
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    let path = Path::new("/w/clouds.yaml");
    if let Err(error) = clouds::parse(path, &format!("password: {SECRET}\n{text}")) {
        is_told_safely(&error);
    }
    let imports = [
        import::clouds_yaml(&text, None),
        import::clouds_yaml(&format!("clouds: {{a: {{auth: {{password: {SECRET}}}, {text}}}}}"), None),
        import::openrc(&format!("OS_PASSWORD={SECRET}\n{text}"), "a"),
        import::openrc(&format!("{text}\nOS_TOKEN={SECRET}"), "a"),
    ];
    for imported in imports {
        match imported {
            Ok(imported) => {
                for (name, value) in imported.contexts.iter().flat_map(|(_, entries)| entries) {
                    let Some(key) = keys::find(name) else { unreachable!("there is no {name}") };
                    assert!(!key.secret, "{name}");
                    assert!(value.as_str() != Some(SECRET), "{name}");
                }
            }
            Err(error) => is_told_safely(&error),
        }
    }
    for line in text.lines() {
        if let Some(words) = words::split(line) {
            let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
            assert_eq!(words::split(&quoted.join(" ")), Some(words), "{line}");
        }
        let _ = words::first(line);
    }
}
