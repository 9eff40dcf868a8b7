//! The `clouds.yaml` of the OpenStack clients: where it lies and what its words mean in ours.

use std::path::{Path, PathBuf};

use yaml_serde::{Mapping, Value};

use crate::base::Secret;

use super::document;
use super::error::Error;
use super::files;
use super::inputs::Inputs;

/// One cloud, in our words.
pub(super) struct Cloud {
    pub(super) name: String,
    pub(super) entries: Vec<(&'static str, toml::Value)>,
    /// Secrets by the word they stand under.
    secrets: Vec<(String, Secret)>,
    /// Words that mean nothing here.
    pub(super) ignored: Vec<String>,
}

impl Cloud {
    pub(super) fn password(&self) -> Option<&Secret> {
        self.secrets.iter().find(|(name, _)| name == "password").map(|(_, secret)| secret)
    }

    pub(super) fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(|(name, _)| name.as_str())
    }
}

/// Their words and ours. Identifiers are not among them: names are what `orchest` works with.
const WORDS: &[(&str, &str)] = &[
    ("auth_url", "keystone.url"),
    ("username", "auth.user"),
    ("user_domain_name", "auth.user_domain"),
    ("project_name", "auth.project"),
    ("tenant_name", "auth.project"),
    ("project_domain_name", "auth.project_domain"),
    ("domain_name", "auth.domain"),
    ("cacert", "http.cacert"),
    ("cert", "http.cert"),
    ("key", "http.key"),
];

/// Where a `clouds.yaml` may lie.
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) is_project: bool,
}

pub(super) fn paths(inputs: &Inputs) -> Vec<Place> {
    let mut places = Vec::new();
    if let Some(text) = inputs.variable("OS_CLIENT_CONFIG_FILE") {
        places.push(Place { path: inputs.resolve(&inputs.cwd, text), is_project: false });
    }
    let at_home = inputs.home.as_ref().is_some_and(|home| files::is_same(home, &inputs.cwd));
    let directories = [
        Some((inputs.cwd.clone(), !at_home)).filter(|(cwd, _)| !cwd.as_os_str().is_empty()),
        inputs.xdg_config().map(|directory| (directory.join("openstack"), false)),
        Some((PathBuf::from("/etc/openstack"), false)),
    ];
    for (directory, is_project) in directories.into_iter().flatten() {
        for name in ["clouds.yaml", "clouds.yml"] {
            places.push(Place { path: directory.join(name), is_project });
        }
    }
    places
}

/// All clouds of a file.
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<Cloud>, Error> {
    let at = |error: &yaml_serde::Error| error.location().map_or(0, |location| location.index());
    // The parser's message would repeat the place, which the snippet shows.
    let mut file: Value =
        yaml_serde::from_str(text).map_err(|error| document::syntax(path, text, at(&error), "not valid YAML"))?;
    file.apply_merge().map_err(|_| document::syntax(path, text, 0, "a merge key (<<) that merges no mapping"))?;
    let clouds = file.get("clouds").and_then(Value::as_mapping);
    let clouds = clouds.ok_or_else(|| document::syntax(path, text, 0, "no mapping of the name clouds"))?;
    let named = clouds.iter().filter_map(|(name, cloud)| Some((scalar(name)?, cloud.as_mapping()?)));
    Ok(named.map(|(name, cloud)| translate(name, cloud)).collect())
}

/// The line on which the cloud begins; 0 if it is written in a way that hides it.
pub(super) fn line_of(text: &str, name: &str) -> usize {
    let is_it = |line: &str| line.trim().strip_suffix(':').is_some_and(|key| key.trim_matches(['"', '\'']) == name);
    text.lines().position(is_it).map_or(0, |at| at + 1)
}

fn translate(name: String, cloud: &Mapping) -> Cloud {
    let mut known = Cloud { name, entries: Vec::new(), secrets: Vec::new(), ignored: Vec::new() };
    let auth = cloud.get("auth").and_then(Value::as_mapping);
    for (word, value) in auth.into_iter().flatten().chain(cloud) {
        let Some(word) = scalar(word).filter(|word| word != "auth") else { continue };
        let Some(text) = scalar(value).filter(|text| !text.is_empty()) else {
            known.ignored.push(word);
            continue;
        };
        entry(&mut known, word, text);
    }
    known
}

fn entry(known: &mut Cloud, word: String, text: String) {
    let (key, value) = match word.as_str() {
        "password" | "token" | "application_credential_secret" | "passcode" | "client_secret" | "access_token" => {
            known.secrets.push((word, Secret::new(text)));
            return;
        }
        "system_scope" if matches!(text.as_str(), "all" | "true") => ("auth.scope", "system".into()),
        "verify" | "insecure" => {
            if (word == "verify") == (text == "false") {
                known.entries.push(("keystone.insecure", true.into()));
            }
            return;
        }
        // The one identifier every installation shares is that of the domain `Default`.
        "user_domain_id" if text == "default" => ("auth.user_domain", "Default".into()),
        "project_domain_id" if text == "default" => ("auth.project_domain", "Default".into()),
        _ => {
            let Some((_, key)) = WORDS.iter().find(|(theirs, _)| *theirs == word) else {
                known.ignored.push(word);
                return;
            };
            (*key, toml::Value::from(text))
        }
    };
    if !known.entries.iter().any(|(other, _)| *other == key) {
        known.entries.push((key, value));
    }
}

/// A name made of digits is a number to YAML and a name to us.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
