//! The settings for people, with nothing secret in them.

use std::collections::BTreeMap;

use super::keys::{self, KEYS};
use super::load::Settings;
use super::mask;
use super::origin::{Item, Origin};

/// One setting as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Dotted.
    pub(crate) key: String,
    /// Masked where it is secret, and safe for a terminal.
    pub(crate) value: String,
    /// Who decided it.
    pub(crate) origin: Origin,
}

/// All settings that have a value, in the order of the table of settings.
pub(crate) fn show(settings: &Settings) -> Vec<Row> {
    let mut effective: BTreeMap<(usize, &str), &Item> = BTreeMap::new();
    for (name, item) in settings.layers.iter().flatten() {
        let table = name.split('.').next().unwrap_or_default();
        let place = KEYS.iter().position(|key| key.name == name || key.name == table).unwrap_or(KEYS.len());
        effective.entry((place, name)).or_insert(item);
    }
    effective
        .into_iter()
        .map(|((_, name), item)| Row {
            key: name.to_owned(),
            value: mask::value(keys::is_secret(name), &item.value),
            origin: item.origin.clone(),
        })
        .collect()
}
