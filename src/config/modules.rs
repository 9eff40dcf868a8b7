//! The table `module`: the IoT modules of the platform, each with where it wants to be notified and what people call it.

use std::collections::BTreeMap;

use toml::Value;

use super::access::mistyped;
use super::error::Error;
use super::keys::{self, dotted};
use super::kind::Kind;
use super::load::Settings;
use super::origin::Item;
use super::url::Parts;

/// What settings say of one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModuleSetting {
    pub(crate) name: String,
    /// `None` if they name the module and do not say where it is.
    pub(crate) notify_url: Option<String>,
    /// The name itself, unless there is another.
    pub(crate) alias: String,
}

/// What may be said of a module: its address as one, or in the parts that the platform's own settings have.
const PARTS: [(&str, Kind); 6] = [
    ("notify_url", Kind::NotifyUrl),
    ("alias", Kind::Text),
    ("protocol", Kind::OneOf(&["http", "https"])),
    ("host", Kind::Host),
    ("port", Kind::Port),
    ("notifypath", Kind::Text),
];

/// What a part wants, by its path from `module`.
pub(super) fn kind(path: &[String]) -> Option<Kind> {
    let [_, _, part] = path else { return None };
    PARTS.iter().find(|(name, _)| name == part).map(|(_, kind)| *kind)
}

/// What was most likely meant by a path from `module` where there is no part.
pub(super) fn nearest(path: &[String]) -> Option<String> {
    let [_, name, rest @ ..] = path else { return None };
    let mut parts = PARTS.iter().map(|(part, _)| *part);
    let part = match rest {
        [part, ..] => keys::nearest(part, parts)?,
        [] => parts.next()?.to_owned(),
    };
    Some(dotted(&["module", name, &part]))
}

/// Of the module with that name, where nobody says otherwise.
const PATHS: [(&str, &str); 1] = [("PERSEO", "/notices")];
const OTHER_PATH: &str = "/notify";

/// Signs that Orion takes in no text.
pub(crate) fn is_forbidden(sign: char) -> bool {
    "<>\"'=;()".contains(sign)
}

/// Whether a subscription can notify this address: HTTP, and nothing in it that Orion refuses.
pub(crate) fn is_notify_url(text: &str) -> bool {
    Parts::parse(text).is_some() && !text.contains(is_forbidden)
}

impl Settings {
    /// The modules that are named, in the order of their names.
    pub(crate) fn modules(&self) -> Result<Vec<ModuleSetting>, Error> {
        let mut named: BTreeMap<String, BTreeMap<String, &Item>> = BTreeMap::new();
        for (path, item) in self.entries("module") {
            let full = [&["module".to_owned()], path.as_slice()].concat();
            let key = dotted(&full);
            match path.as_slice() {
                [_] => return Err(mistyped(&key, Kind::Table, item)),
                [name, part] if let Some(wanted) = kind(&full) => {
                    if wanted.read(&item.value).is_none() {
                        return Err(mistyped(&key, wanted, item));
                    }
                    named.entry(name.clone()).or_default().insert(part.clone(), item);
                }
                [_, _, ..] => {
                    let origin = Some(Box::new(item.origin.clone()));
                    return Err(Error::UnknownKey { key, nearest: nearest(&full), origin });
                }
                [] => {}
            }
        }
        Ok(named.into_iter().map(|(name, parts)| module(name, &parts)).collect())
    }
}

fn module(name: String, parts: &BTreeMap<String, &Item>) -> ModuleSetting {
    let read = |part: &str| {
        let kind = PARTS.iter().find(|(name, _)| *name == part)?.1;
        kind.read(&parts.get(part)?.value)
    };
    let text = |part: &str| read(part).and_then(|value| value.as_str().map(str::to_owned));
    let notify_url = text("notify_url").or_else(|| {
        let protocol = text("protocol").unwrap_or_else(|| "http".to_owned());
        let port = read("port").as_ref().and_then(Value::as_integer).map(|port| format!(":{port}")).unwrap_or_default();
        let path = text("notifypath").unwrap_or_else(|| usual_path(&name).to_owned());
        Some(format!("{protocol}://{}{port}/{}", text("host")?, path.trim_start_matches('/')))
    });
    ModuleSetting { notify_url, alias: text("alias").unwrap_or_else(|| name.clone()), name }
}

fn usual_path(name: &str) -> &'static str {
    PATHS.iter().find(|(known, _)| *known == name).map_or(OTHER_PATH, |(_, path)| path)
}
