//! Asking for settings. A value is checked when it is asked for, so that one bad line stops only what needs it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use toml::Value;

use super::error::Error;
use super::inputs;
use super::keys;
use super::kind::{self, Kind};
use super::load::Settings;
use super::mask;
use super::origin::{Item, Origin};

impl Settings {
    /// The value that counts, unchecked, and where it came from.
    pub(crate) fn get(&self, key: &str) -> Option<&Item> {
        self.find(key).map(|(_, item)| item)
    }

    /// Text, or one of the words a key allows.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, Error> {
        self.typed(key, Kind::Text, |value| value.as_str().map(str::to_owned))
    }

    /// Yes or no; no if nobody says anything.
    pub(crate) fn boolean(&self, key: &str) -> Result<bool, Error> {
        Ok(self.typed(key, Kind::Switch, |value| Kind::Switch.read(value)?.as_bool())?.unwrap_or(false))
    }

    /// A port.
    pub(crate) fn port(&self, key: &str) -> Result<Option<u16>, Error> {
        self.typed(key, Kind::Port, |value| value.as_integer().and_then(|port| u16::try_from(port).ok()))
    }

    /// A number of things.
    pub(crate) fn count(&self, key: &str) -> Result<Option<usize>, Error> {
        let any = Kind::Count(0, i64::MAX);
        self.typed(key, any, |value| any.read(value)?.as_integer().and_then(|count| usize::try_from(count).ok()))
    }

    /// A length of time.
    pub(crate) fn duration(&self, key: &str) -> Result<Option<Duration>, Error> {
        self.typed(key, Kind::Duration, kind::duration)
    }

    /// A list of texts: of a command, or written with commas.
    pub(crate) fn list(&self, key: &str) -> Result<Option<Vec<String>>, Error> {
        self.typed(key, Kind::Text, |value| match value {
            Value::Array(list) => list.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
            Value::String(text) => Some(text.split(',').map(|part| part.trim().to_owned()).collect()),
            _ => None,
        })
    }

    /// The path of a file. What a file calls relative is relative to that file; what was typed, to the working directory.
    pub(crate) fn path(&self, key: &str) -> Result<Option<PathBuf>, Error> {
        let Some(text) = self.typed(key, Kind::Path, |value| value.as_str().map(str::to_owned))? else {
            return Ok(None);
        };
        let base = match self.get(key).map(|item| &item.origin) {
            Some(Origin::File { path, .. }) => path.parent().unwrap_or(&self.cwd),
            _ => self.cwd.as_path(),
        };
        Ok(Some(inputs::resolve(self.home.as_deref(), base, &text)))
    }

    /// The file or the program that a secret comes from: two ways to say the same, of which the nearer one counts, and
    /// the other is as good as unsaid.
    pub(crate) fn file_or_command(&self, secret: &str) -> Result<(Option<PathBuf>, Option<Vec<String>>), Error> {
        let (file, command) = (format!("{secret}_file"), format!("{secret}_command"));
        if self.nearer(&file, &command) == command {
            Ok((None, self.list(&command)?))
        } else {
            Ok((self.path(&file)?, None))
        }
    }

    /// The names right beneath a table, as in `connector`.
    pub(crate) fn names(&self, table: &str) -> BTreeSet<String> {
        let start = format!("{table}.");
        let inside = self.layers.iter().flat_map(|items| items.keys()).filter_map(|key| key.strip_prefix(&start));
        inside.filter_map(|rest| keys::segments(rest)?.into_iter().next()).collect()
    }

    /// Everything beneath a table, merged key by key over all layers, with the path from there.
    pub(crate) fn entries(&self, table: &str) -> Vec<(Vec<String>, &Item)> {
        let start = format!("{table}.");
        let names: BTreeSet<&String> =
            self.layers.iter().flat_map(|items| items.keys()).filter(|key| key.starts_with(&start)).collect();
        let one = |key: &String| Some((keys::segments(key.strip_prefix(&start)?)?, self.get(key)?));
        names.into_iter().filter_map(one).collect()
    }

    /// All that is wrong: unknown keys and values of the wrong kind, in contexts that are not in use too.
    pub(crate) fn validate(&self) -> Vec<Error> {
        let mut wrong: Vec<Error> = self.unknown.iter().map(unknown).collect();
        for (key, item) in self.layers.iter().chain(&self.dormant).flatten() {
            if let Some(known) = keys::find(key)
                && known.kind.read(&item.value).is_none()
            {
                wrong.push(mistyped(key, known.kind, item));
            }
        }
        wrong.extend(self.modules().err());
        wrong.extend(self.legacy.as_ref().err().cloned());
        if self.legacy.is_ok() {
            match self.connectors() {
                Ok(all) => wrong.extend(all.iter().filter_map(|name| self.connector(name).err())),
                Err(error) => wrong.push(error),
            }
        }
        wrong
    }

    /// The value that counts and the depth of its layer.
    pub(super) fn find(&self, key: &str) -> Option<(usize, &Item)> {
        self.layers.iter().enumerate().find_map(|(depth, items)| Some((depth, items.get(key)?)))
    }

    fn typed<T>(&self, key: &str, otherwise: Kind, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Error> {
        let Some(item) = self.get(key) else { return Ok(None) };
        match keys::find(key) {
            Some(known) => known.kind.read(&item.value).as_ref().and_then(read).map(Some).ok_or(known.kind),
            None => read(&item.value).map(Some).ok_or(otherwise),
        }
        .map_err(|kind| mistyped(key, kind, item))
    }
}

fn unknown((key, origin): &(String, Origin)) -> Error {
    Error::UnknownKey { key: key.clone(), nearest: keys::nearest_key(key), origin: Some(Box::new(origin.clone())) }
}

pub(super) fn mistyped(key: &str, kind: Kind, item: &Item) -> Error {
    Error::Type {
        key: key.to_owned(),
        expected: kind.expected().into_owned(),
        found: found(key, kind, &item.value) + &meant(kind, &item.value),
        origin: Box::new(item.origin.clone()),
    }
}

/// Which of the words that there are was meant, if one is near.
fn meant(kind: Kind, value: &Value) -> String {
    let (Kind::OneOf(words), Some(typed)) = (kind, value.as_str()) else { return String::new() };
    let rated = words.iter().map(|word| (strsim::jaro_winkler(&typed.to_lowercase(), word), word));
    let near = rated.filter(|(likeness, _)| *likeness > 0.75).max_by(|one, other| one.0.total_cmp(&other.0));
    near.map(|(_, word)| format!("; did you mean {word}?")).unwrap_or_default()
}

/// What is there. The value itself only where it cannot be a secret that slipped into the wrong line.
fn found(key: &str, kind: Kind, value: &Value) -> String {
    let harmless = match kind {
        Kind::Port | Kind::Switch | Kind::Duration | Kind::Count(..) | Kind::OneOf(_) | Kind::Host => {
            !keys::is_secret(key)
        }
        _ => false,
    };
    match value {
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        Value::String(text) if harmless && text.len() <= 40 => format!("\"{}\"", mask::text(text)),
        Value::Integer(number) if harmless => number.to_string(),
        Value::String(_) => "other text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Table(_) => "a table".to_owned(),
        Value::Boolean(_) => "true or false".to_owned(),
        Value::Integer(_) | Value::Float(_) => "a number".to_owned(),
        Value::Datetime(_) => "a date".to_owned(),
    }
}
