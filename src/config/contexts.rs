//! The contexts of one file: listing, choosing, adding, removing, renaming.

use std::path::Path;

use toml::Value;
use toml_edit::{DocumentMut, Item, Table};

use super::document::Document;
use super::edit::{self, Target};
use super::error::Error;
use super::files::{self, Found};
use super::keys;
use super::write;

/// The names in the file.
pub(crate) fn list(path: &Path) -> Result<Vec<String>, Error> {
    let document = read(path)?;
    Ok(document.map(|document| document.contexts.into_keys().collect()).unwrap_or_default())
}

/// Makes a context the one in use. `known` are all names there are, since it may be defined in another file.
pub(crate) fn choose(path: &Path, name: &str, known: &[String]) -> Result<(), Error> {
    if !known.iter().any(|other| other == name) {
        return Err(unknown(path, name, known));
    }
    edit::set(path, "context", name)
}

/// Adds a context with these settings. Tells whether anything was to do: the same once more is no error, another
/// context of the same name is one.
pub(crate) fn add(path: &Path, name: &str, entries: &[(String, Value)]) -> Result<bool, Error> {
    check_name(name)?;
    let mut targets = Vec::new();
    for (key, value) in entries {
        let full = format!("{}.{key}", keys::dotted(&["contexts", name]));
        let target = Target::of(&full)?;
        target.check(key, value)?;
        targets.push((target, value));
    }
    let turn = write::turn(path)?;
    if let Some(there) = read(path)?.and_then(|mut document| document.contexts.remove(name)) {
        let same = there.len() == entries.len()
            && entries.iter().all(|(key, value)| there.get(key).is_some_and(|item| item.value == *value));
        let exists = || Error::Exists { path: path.to_owned(), what: format!("context {name:?}") };
        return if same { Ok(false) } else { Err(exists()) };
    }
    edit::change_within(&turn, path, |document| {
        for (target, value) in targets {
            edit::insert(document.as_table_mut(), &target.segments, value)?;
        }
        if entries.is_empty() {
            contexts(document)?.insert(name, Item::Table(Table::new()));
        }
        Ok(())
    })?;
    Ok(true)
}

/// Removes a context, and the choice of it if this file makes it. Tells whether it was there.
pub(crate) fn remove(path: &Path, name: &str) -> Result<bool, Error> {
    let mut known = false;
    edit::change(path, |document| {
        known = edit::remove(document.as_table_mut(), &["contexts".to_owned(), name.to_owned()]);
        if known && is_chosen(document, name) {
            document.remove("context");
        }
        Ok(())
    })?;
    Ok(known)
}

/// Gives a context another name, and keeps it chosen if it was.
pub(crate) fn rename(path: &Path, old: &str, new: &str) -> Result<(), Error> {
    check_name(new)?;
    let turn = write::turn(path)?;
    let names = list(path)?;
    if !names.iter().any(|name| name == old) {
        return Err(unknown(path, old, &names));
    }
    if names.iter().any(|name| name == new) {
        return if old == new {
            Ok(())
        } else {
            Err(Error::Exists { path: path.to_owned(), what: format!("context {new:?}") })
        };
    }
    edit::change_within(&turn, path, |document| {
        let contexts = contexts(document)?;
        if let Some(item) = contexts.remove(old) {
            contexts.insert(new, item);
        }
        if is_chosen(document, old) {
            edit::insert(document.as_table_mut(), &["context".to_owned()], &Value::from(new))?;
        }
        Ok(())
    })
}

fn contexts(document: &mut DocumentMut) -> Result<&mut dyn toml_edit::TableLike, String> {
    let item = document.entry("contexts").or_insert_with(|| {
        let mut fresh = Table::new();
        fresh.set_implicit(true);
        Item::Table(fresh)
    });
    item.as_table_like_mut().ok_or_else(|| "contexts is a value there, not a table".to_owned())
}

fn is_chosen(document: &DocumentMut, name: &str) -> bool {
    document.get("context").and_then(Item::as_str) == Some(name)
}

fn read(path: &Path) -> Result<Option<Document>, Error> {
    match files::read(path)? {
        Found::Text(text) => Document::parse(path, &text, true).map(Some),
        Found::Nothing => Ok(None),
        Found::Hidden(reason) => Err(Error::unreadable(path, &reason)),
    }
}

fn unknown(path: &Path, name: &str, known: &[String]) -> Error {
    let nearest = keys::nearest(name, known.iter().map(String::as_str));
    Error::UnknownContext { name: name.to_owned(), asked_by: super::error::shown(path), nearest }
}

/// A name has to be typed, printed and confirmed by people.
fn check_name(name: &str) -> Result<(), Error> {
    let bad = |reason| Err(Error::BadName { what: "context", name: name.to_owned(), reason });
    if name.is_empty() {
        return bad("it is empty");
    }
    if name.starts_with('-') {
        return bad("it looks like an option");
    }
    if name.contains(char::is_whitespace) || crate::base::text::safe(name) != name {
        return bad("it holds characters that cannot be seen or typed");
    }
    Ok(())
}
