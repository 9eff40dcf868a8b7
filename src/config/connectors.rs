//! The table `connector`: what it takes to reach a service of which people are members. What a `.orchester.json` says of a
//! service counts where the tables say nothing; it is older, and knows some of it by other names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value as Json;
use toml::Value;

use super::access::mistyped;
use super::error::Error;
use super::inputs;
use super::keys::{self, dotted};
use super::kind::Kind;
use super::load::Settings;
use super::origin::{Item, Origin};
use crate::base::Secret;

/// One thing that may be said of a connector.
#[derive(Debug)]
pub(crate) struct ConnectorKey {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Its name in a `.orchester.json`, where it is there.
    json: Option<&'static str>,
    pub(crate) help: &'static str,
}

const fn key(name: &'static str, kind: Kind, help: &'static str) -> ConnectorKey {
    ConnectorKey { name, kind, json: None, help }
}

/// Of the same name, or of another, in a `.orchester.json`.
const fn old(name: &'static str, json: &'static str, kind: Kind, help: &'static str) -> ConnectorKey {
    ConnectorKey { name, kind, json: Some(json), help }
}

const TOKEN_FILE: ConnectorKey = key("token_file", Kind::Path, "file that holds the token");
const TOKEN_COMMAND: ConnectorKey = key("token_command", Kind::Command, "program that prints the token");
const CLIENT_ID: ConnectorKey = old("client_id", "client_id", Kind::Text, "id of your own app, for orchest generate");
const CLIENT_SECRET: ConnectorKey = old("client_secret", "client_secret", Kind::Text, "its secret, if it has one");
const CLIENT_SECRET_FILE: ConnectorKey = key("client_secret_file", Kind::Path, "file that holds it");
const CLIENT_SECRET_COMMAND: ConnectorKey = key("client_secret_command", Kind::Command, "program that prints it");
const REDIRECT: ConnectorKey = key("redirect_uri", Kind::Text, "address to come back to, as registered");
const PACE: ConnectorKey = key("pace", Kind::Duration, "least time between two changes; left out, none");

/// What may be said of which connector.
pub(crate) static CONNECTORS: &[(&str, &[ConnectorKey])] = &[
    (
        "github",
        &[
            old("organization", "org_id", Kind::Text, "login of the organisation"),
            old("token", "token", Kind::Text, "personal access token; a file or a variable is safer"),
            TOKEN_FILE,
            TOKEN_COMMAND,
            key("teams", Kind::Words, "teams that everybody who is added joins as well"),
            key("pace", Kind::Duration, "least time between two changes; left out, 1s"),
            key("api_url", Kind::Url, "address of the API, for GitHub Enterprise"),
            CLIENT_ID,
            CLIENT_SECRET,
            CLIENT_SECRET_FILE,
            CLIENT_SECRET_COMMAND,
            key("web_url", Kind::Url, "address where people log in"),
        ],
    ),
    (
        "trello",
        &[
            old("workspace", "team_id", Kind::Text, "short name or id of the workspace"),
            old("api_key", "api_key", Kind::Text, "key of the app, from https://trello.com/apps/admin"),
            old("token", "token", Kind::Text, "token that was made with that key"),
            TOKEN_FILE,
            TOKEN_COMMAND,
            key("oauth", Kind::Switch, "the token is one of OAuth 2.0, which needs no key"),
            PACE,
            key("api_url", Kind::Url, "address of the API"),
            CLIENT_ID,
            CLIENT_SECRET,
            CLIENT_SECRET_FILE,
            CLIENT_SECRET_COMMAND,
            REDIRECT,
            key("web_url", Kind::Url, "address of the page that gives out tokens"),
            key("auth_url", Kind::Url, "address of the issuer, for OAuth 2.0"),
        ],
    ),
    (
        "slack",
        &[
            old("token", "token", Kind::Text, "token that reads members: users:read, users:read.email"),
            TOKEN_FILE,
            TOKEN_COMMAND,
            key(
                "mode",
                Kind::OneOf(&["check-only", "channel", "scim", "admin"]),
                "how members are changed, by the plan",
            ),
            key("admin_token", Kind::Text, "token of an owner, for the modes scim and admin"),
            key("admin_token_file", Kind::Path, "file that holds that token"),
            key("admin_token_command", Kind::Command, "program that prints that token"),
            key("team_id", Kind::Text, "id of the workspace in an Enterprise organisation"),
            key("channel", Kind::Text, "id of the channel, for the modes channel and admin"),
            key("invite_link", Kind::Text, "link that lets people join, told where it helps"),
            PACE,
            key("api_url", Kind::Url, "address of the API"),
            key("scim_url", Kind::Url, "address of the SCIM API"),
            CLIENT_ID,
            CLIENT_SECRET,
            CLIENT_SECRET_FILE,
            CLIENT_SECRET_COMMAND,
            REDIRECT,
            key("web_url", Kind::Url, "address where people log in"),
        ],
    ),
    (
        "g_drive",
        &[
            old("file_id", "file_id", Kind::Text, "id of the file, folder or shared drive"),
            old("credential_path", "credential_path", Kind::Path, "file of a service account, or of the OAuth client"),
            old("token_path", "token_path", Kind::Path, "file of a login: its refresh token"),
            key("token", Kind::Text, "access token, good for an hour"),
            TOKEN_FILE,
            TOKEN_COMMAND,
            key("subject", Kind::Text, "user in whose name a service account acts"),
            key(
                "role",
                Kind::OneOf(&["reader", "commenter", "writer", "fileOrganizer", "organizer"]),
                "role of people who are added; left out, writer",
            ),
            key("domain_admin", Kind::Switch, "act as administrator of the domain, on a shared drive"),
            PACE,
            key("api_url", Kind::Url, "address of the API"),
            key("token_url", Kind::Url, "address of the issuer of tokens"),
            key("auth_url", Kind::Url, "address where people log in"),
        ],
    ),
];

/// Every key with its variables: `ORCHEST_GITHUB_ORGANIZATION`; an address goes by the name of its service alone, too.
pub(super) fn variables() -> impl Iterator<Item = (String, Kind, Vec<String>)> {
    CONNECTORS.iter().flat_map(|(name, keys)| {
        keys.iter().map(move |key| {
            let own = format!("ORCHEST_{name}_{}", key.name).to_ascii_uppercase();
            let short = (key.name == "api_url").then(|| format!("ORCHEST_{name}").to_ascii_uppercase());
            (dotted(&["connector", name, key.name]), key.kind, std::iter::once(own).chain(short).collect())
        })
    })
}

/// What a key wants, by its path from `connector`.
pub(super) fn kind(path: &[String]) -> Option<Kind> {
    let [_, name, word] = path else { return None };
    find(name)?.iter().find(|key| key.name == word).map(|key| key.kind)
}

/// What was most likely meant by a path from `connector` where there is no key.
pub(super) fn nearest(path: &[String]) -> Option<String> {
    let [_, name, rest @ ..] = path else { return None };
    let Some(known) = find(name) else {
        let name = keys::nearest(name, CONNECTORS.iter().map(|(name, _)| *name))?;
        return Some(dotted(&["connector", &name]));
    };
    let mut words = known.iter().map(|key| key.name);
    let word = match rest {
        [word, ..] => keys::nearest(word, words)?,
        [] => words.next()?.to_owned(),
    };
    Some(dotted(&["connector", name, &word]))
}

/// Whether a connector has a setting of this dotted name.
pub(crate) fn is_known(name: &str) -> bool {
    variables().any(|(known, _, _)| known == name)
}

/// The key that says which place of a service is meant.
pub(crate) fn place_key(connector: &str) -> Option<String> {
    let key = match connector {
        "github" => "organization",
        "trello" => "workspace",
        "slack" => "channel",
        "g_drive" => "file_id",
        _ => return None,
    };
    Some(format!("connector.{connector}.{key}"))
}

/// Of the old file; nothing is made of it here, and nothing has to be said about it.
const FORGOTTEN: [&str; 3] = ["api_secret", "token_secret", "legacy_token"];

/// The connectors of the old file, and the file.
type Old<'a> = (&'a serde_json::Map<String, Json>, &'a Origin);

/// All that counts of what is said of one connector.
#[derive(Default)]
pub(crate) struct Section {
    name: String,
    said: BTreeMap<&'static str, Item>,
    cwd: PathBuf,
    home: Option<PathBuf>,
    /// The file of the old form, where something is taken from it.
    pub(crate) old_file: Option<Origin>,
    /// What that file says beside, and nobody needs any more.
    pub(crate) forgotten: Vec<&'static str>,
}

impl Settings {
    /// The connectors of which anything is said, in tables or in the old file.
    pub(crate) fn connectors(&self) -> Result<BTreeSet<String>, Error> {
        let mut all = self.names("connector");
        if let Some(unknown) = all.iter().find(|name| find(name).is_none()) {
            let path = ["connector".to_owned(), unknown.clone()];
            return Err(Error::UnknownKey { key: dotted(&path), nearest: nearest(&path), origin: None });
        }
        let old = self.old_connectors()?;
        all.extend(old.into_iter().flat_map(|(all, _)| all.keys()).filter(|name| find(name).is_some()).cloned());
        Ok(all)
    }

    /// All that counts of what is said of one; a misspelt key is an error.
    pub(crate) fn connector(&self, name: &str) -> Result<Section, Error> {
        let known = find(name).unwrap_or_default();
        let (cwd, home) = (self.cwd.clone(), self.home.clone());
        let mut section = Section { name: name.to_owned(), cwd, home, ..Section::default() };
        for (path, item) in self.entries("connector") {
            let [own, rest @ ..] = path.as_slice() else { continue };
            if own != name {
                continue;
            }
            let path = [&["connector".to_owned()], path.as_slice()].concat();
            let full = dotted(&path);
            let [word] = rest else { return Err(mistyped(&full, Kind::Table, item)) };
            let Some(key) = known.iter().find(|key| key.name == word) else {
                let origin = Some(Box::new(item.origin.clone()));
                return Err(Error::UnknownKey { key: full, nearest: nearest(&path), origin });
            };
            if key.kind.read(&item.value).is_none() {
                return Err(mistyped(&full, key.kind, item));
            }
            section.said.insert(key.name, item.clone());
        }
        if let Some((all, origin)) = self.old_connectors()?
            && let Some(Json::Object(own)) = all.get(name)
        {
            section.take_old(known, own, origin);
        }
        for key in known {
            self.leave_nearest(&mut section, key.name);
        }
        Ok(section)
    }

    /// A file, a program and the secret itself are ways to say the same: the nearest is left, as if nobody had said the
    /// others. The secret of a stranger takes the place of nothing that is one's own.
    fn leave_nearest(&self, section: &mut Section, word: &str) {
        let name = section.name.clone();
        let full = |word: &str| dotted(&["connector", &name, word]);
        let ways = [full(&format!("{word}_file")), full(&format!("{word}_command")), full(word)];
        let all = || ways.iter().map(String::as_str);
        let own = all().filter(|way| self.get(way).is_some_and(|item| !item.origin.is_untrusted()));
        let Some(nearest) = self.nearest(own).or_else(|| self.nearest(all())) else { return };
        section.said.retain(|key, _| {
            let key = full(key);
            key == nearest || !ways.contains(&key)
        });
    }

    /// The connector that is meant where none is named.
    pub(crate) fn default_connector(&self) -> Result<Option<String>, Error> {
        if let Some(name) = self.text("default_connector")? {
            return Ok(Some(name));
        }
        let old = self.legacy_json()?.and_then(|(file, _)| file.get("default_connector")?.as_str());
        Ok(old.filter(|name| !name.is_empty()).map(str::to_owned))
    }

    fn old_connectors(&self) -> Result<Option<Old<'_>>, Error> {
        let Some((file, origin)) = self.legacy_json()? else { return Ok(None) };
        Ok(file.get("connectors").and_then(Json::as_object).map(|all| (all, origin)))
    }
}

fn find(name: &str) -> Option<&'static [ConnectorKey]> {
    CONNECTORS.iter().find(|(known, _)| *known == name).map(|(_, keys)| *keys)
}

/// What the old file says of one connector, by the keys of today. Empty words are what its template was made of.
pub(super) fn old_words<'own>(
    known: &'static [ConnectorKey],
    own: &'own serde_json::Map<String, Json>,
) -> impl Iterator<Item = (&'static ConnectorKey, &'own str)> {
    let text = |key: &ConnectorKey| key.json.and_then(|json| own.get(json)?.as_str()).filter(|text| !text.is_empty());
    known.iter().filter_map(move |key| Some((key, text(key)?)))
}

impl Section {
    fn take_old(&mut self, known: &'static [ConnectorKey], own: &serde_json::Map<String, Json>, origin: &Origin) {
        for (key, text) in old_words(known, own) {
            if self.said.contains_key(key.name) {
                continue;
            }
            self.old_file = Some(origin.clone());
            self.said.insert(key.name, Item { value: Value::from(text), origin: origin.clone() });
        }
        let used = |name: &&str| own.get(*name).and_then(Json::as_str).is_some_and(|text| !text.is_empty());
        self.forgotten = FORGOTTEN.into_iter().filter(used).collect();
    }

    /// Whether anything is said at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    pub(crate) fn origin(&self, key: &str) -> Option<&Origin> {
        self.said.get(key).map(|item| &item.origin)
    }

    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.said.get(key)?.value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    pub(crate) fn switch(&self, key: &str) -> bool {
        let read = |item: &Item| Kind::Switch.read(&item.value)?.as_bool();
        self.said.get(key).and_then(read).unwrap_or(false)
    }

    pub(crate) fn duration(&self, key: &str) -> Option<Duration> {
        super::kind::duration(&self.said.get(key)?.value)
    }

    pub(crate) fn secret(&self, key: &str) -> Option<(Secret, Origin)> {
        let item = self.said.get(key)?;
        let text = item.value.as_str().filter(|text| !text.is_empty())?;
        Some((Secret::new(text), item.origin.clone()))
    }

    /// A list, or words with commas between.
    pub(crate) fn list(&self, key: &str) -> Vec<String> {
        match self.said.get(key).and_then(|item| Kind::Words.read(&item.value)) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(text)) => {
                text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A program and its arguments.
    pub(crate) fn command(&self, key: &str) -> Result<Option<Vec<String>>, Error> {
        let Some(item) = self.said.get(key) else { return Ok(None) };
        let words = Kind::Command.read(&item.value);
        let words = words.as_ref().and_then(Value::as_array);
        let words = words.map(|words| words.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        words.map(Some).ok_or_else(|| mistyped(&dotted(&["connector", &self.name, key]), Kind::Command, item))
    }

    /// A file: relative to the file that names it, in the old form to the working directory.
    pub(crate) fn path(&self, key: &str) -> Option<PathBuf> {
        let item = self.said.get(key)?;
        let base = match &item.origin {
            Origin::File { path, .. } if self.old_file.as_ref() != Some(&item.origin) => path.parent(),
            _ => None,
        };
        let text = item.value.as_str()?;
        Some(inputs::resolve(self.home.as_deref(), base.unwrap_or(&self.cwd), text))
    }
}
