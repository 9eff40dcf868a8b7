//! Changing a file by one setting, so that its comments, its order and the rest of it stay as they are.

use std::path::Path;

use toml::Value;
use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::access::mistyped;
use super::connectors;
use super::document;
use super::error::Error;
use super::files::{self, Found};
use super::keys::{self, Place};
use super::kind::Kind;
use super::modules;
use super::origin;
use super::write;

/// What `init` writes.
const STARTER: &str = include_str!("starter.toml");

/// Sets a key, typed as text; `contexts.NAME.KEY` sets it in a context. The file is made if it is not there.
pub(crate) fn set(path: &Path, key: &str, text: &str) -> Result<(), Error> {
    let target = Target::of(key)?;
    let value = match target.kind {
        Some(kind) => kind.read_text(text).ok_or_else(|| typed_wrong(key, kind, text))?,
        None => guess(text),
    };
    change(path, |document| insert(document.as_table_mut(), &target.segments, &value))
}

/// Takes a key out. Tells whether it was there.
pub(crate) fn unset(path: &Path, key: &str) -> Result<bool, Error> {
    let segments = keys::segments(key).ok_or_else(|| unknown(key))?;
    let mut known = false;
    change(path, |document| {
        known = remove(document.as_table_mut(), &segments);
        Ok(())
    })?;
    Ok(known)
}

/// Writes a file that explains how to begin. An existing one, also one made meanwhile, is replaced only with `force`.
pub(crate) fn init(path: &Path, force: bool) -> Result<(), Error> {
    let _turn = write::turn(path)?;
    if force {
        return write::replace(path, STARTER);
    }
    if path.symlink_metadata().is_err() && write::create(path, STARTER)? {
        return Ok(());
    }
    Err(Error::Exists { path: path.to_owned(), what: "a configuration".to_owned() })
}

/// Reads the file, changes it and writes it back, unless nothing has changed.
pub(super) fn change(path: &Path, work: impl FnOnce(&mut DocumentMut) -> Result<(), String>) -> Result<(), Error> {
    let turn = write::turn(path)?;
    change_within(&turn, path, work)
}

/// The same for whoever has looked at the file in this turn already.
pub(super) fn change_within(
    _turn: &write::Turn,
    path: &Path,
    work: impl FnOnce(&mut DocumentMut) -> Result<(), String>,
) -> Result<(), Error> {
    let text = match files::read(path)? {
        Found::Text(text) => text,
        Found::Nothing => String::new(),
        Found::Hidden(reason) => return Err(Error::unreadable(path, &reason)),
    };
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        document::syntax(path, &text, error.span().map_or(0, |span| span.start), error.message())
    })?;
    // Comments of a file without settings hang at its end, and everything new would come before them.
    let only_comments = document.is_empty().then(|| document.trailing().as_str().unwrap_or_default().to_owned());
    if only_comments.is_some() {
        document.set_trailing("");
    }
    work(&mut document).map_err(|reason| Error::write(path, &reason))?;
    let changed = format!("{}{document}", only_comments.unwrap_or_default());
    if changed == text { Ok(()) } else { write::replace(path, &changed) }
}

/// Puts a value at a path, making the tables on the way. A value that was there passes its comment on.
pub(super) fn insert(root: &mut Table, segments: &[String], value: &Value) -> Result<(), String> {
    let Some((last, tables)) = segments.split_last() else { return Ok(()) };
    let mut table: &mut dyn TableLike = root;
    for segment in tables {
        let item = table.entry(segment).or_insert_with(|| {
            let mut fresh = Table::new();
            fresh.set_implicit(true);
            Item::Table(fresh)
        });
        table = item.as_table_like_mut().ok_or_else(|| format!("{segment} is a value there, not a table"))?;
    }
    let mut fresh = edited(value).ok_or_else(|| "an empty value".to_owned())?;
    match table.get_mut(last) {
        Some(Item::Value(old)) => {
            *fresh.decor_mut() = old.decor().clone();
            *old = fresh;
        }
        Some(_) => return Err(format!("{last} is a table there, not a value")),
        None => {
            table.insert(last, Item::Value(fresh));
        }
    }
    Ok(())
}

/// Takes whatever stands at a path out. Tells whether there was something.
pub(super) fn remove(root: &mut Table, segments: &[String]) -> bool {
    let Some((last, tables)) = segments.split_last() else { return false };
    let mut table: &mut dyn TableLike = root;
    for segment in tables {
        let Some(inner) = table.get_mut(segment).and_then(Item::as_table_like_mut) else { return false };
        table = inner;
    }
    table.remove(last).is_some()
}

/// A key somebody wants to write.
pub(super) struct Target {
    pub(super) segments: Vec<String>,
    /// `None` beneath a table that is somebody else's business.
    kind: Option<Kind>,
}

impl Target {
    pub(super) fn of(key: &str) -> Result<Self, Error> {
        let segments = keys::segments(key).ok_or_else(|| unknown(key))?;
        let inner = keys::without_context(&segments);
        let in_context = inner.len() < segments.len();
        let kind = match keys::place(inner) {
            Place::Known(known) if in_context && matches!(known.name, "context" | "os_cloud") => {
                return Err(unknown(key));
            }
            Place::Known(known) if known.kind != Kind::Table => Some(known.kind),
            Place::Free(table) => {
                let kind = beneath(table.name, inner);
                // Whoever reads these two stops at a key that is not there.
                if kind.is_none() && matches!(table.name, "connector" | "module") {
                    return Err(unknown(key));
                }
                kind
            }
            Place::Known(_) | Place::Group | Place::Unknown => return Err(unknown(key)),
        };
        Ok(Self { segments, kind })
    }

    pub(super) fn check(&self, key: &str, value: &Value) -> Result<(), Error> {
        match self.kind {
            Some(kind) if kind.read(value).is_none() => Err(mistyped(key, kind, &typed(value.clone()))),
            _ => Ok(()),
        }
    }
}

/// What is wanted there, in a table that others read. A name of digits is a name to them.
fn beneath(table: &str, inner: &[String]) -> Option<Kind> {
    match (table, inner) {
        ("connector", _) => connectors::kind(inner),
        ("module", _) => modules::kind(inner),
        ("paas.alias", [_, _, _]) => Some(Kind::Text),
        _ => None,
    }
}

fn unknown(key: &str) -> Error {
    Error::UnknownKey { key: key.to_owned(), nearest: keys::nearest_key(key), origin: None }
}

fn typed(value: Value) -> origin::Item {
    origin::Item { value, origin: origin::Origin::Flag("as typed".to_owned()) }
}

fn typed_wrong(key: &str, kind: Kind, text: &str) -> Error {
    mistyped(key, kind, &typed(Value::from(text)))
}

/// Where no kind is known, what looks like a TOML number, switch or list is one, and everything else is text.
fn guess(text: &str) -> Value {
    let parsed = toml::from_str::<toml::Table>(&format!("value = {text}")).ok();
    let parsed = parsed.filter(|table| table.len() == 1).and_then(|mut table| table.remove("value"));
    parsed.filter(|value| !value.is_table() && !value.is_datetime()).unwrap_or_else(|| Value::from(text))
}

fn edited(value: &Value) -> Option<toml_edit::Value> {
    Some(match value {
        Value::String(text) => text.as_str().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Boolean(value) => (*value).into(),
        Value::Datetime(date) => (*date).into(),
        Value::Array(list) => toml_edit::Value::Array(list.iter().map(edited).collect::<Option<_>>()?),
        Value::Table(table) => {
            let entries = table.iter().map(|(name, value)| Some((name.as_str(), edited(value)?)));
            toml_edit::Value::InlineTable(entries.collect::<Option<_>>()?)
        }
    })
}
