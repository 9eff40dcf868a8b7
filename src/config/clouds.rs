//! The `clouds.yaml` of the OpenStack clients: where it lies and what its words mean in ours.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::base::Secret;
use crate::base::text::safe;
use crate::base::yaml::{self, Node, Scalar, Schema};

use super::backend::{self, Backend};
use super::document;
use super::error::Error;
use super::files;
use super::inputs::Inputs;
use super::kind::Kind;
use super::origin::Origin;

/// One cloud, in our words.
pub(super) struct Cloud {
    pub(super) name: String,
    pub(super) entries: Vec<(&'static str, toml::Value)>,
    /// Secrets by the word they stand under.
    secrets: Vec<(String, Secret)>,
    /// Whether an identifier says the domain of the user, and which name that has is not known here.
    domain_by_id: bool,
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

    /// Its password and what that is for, if it has one.
    pub(super) fn login(&self, origin: &Origin) -> Option<Login> {
        let secret = self.password()?.clone();
        let text = |key: &str| {
            let (_, value) = self.entries.iter().find(|(name, _)| *name == key)?;
            value.as_str()
        };
        let domain = text("auth.user_domain").or_else(|| (!self.domain_by_id).then_some("Default"));
        Some(Login {
            secret,
            origin: origin.clone(),
            name: self.name.clone(),
            address: text("keystone.url").and_then(|url| backend::address("keystone", url)),
            user: text("auth.user").map(str::to_owned),
            domain: domain.map(str::to_owned),
        })
    }
}

/// The password of a cloud, and what that is for in the cloud's own words, whatever other layers say.
pub(super) struct Login {
    pub(super) secret: Secret,
    pub(super) origin: Origin,
    name: String,
    /// The whole of it, as [`Backend::url`] has it.
    address: Option<String>,
    user: Option<String>,
    /// Of the user; `None` where only an identifier says it.
    domain: Option<String>,
}

impl Login {
    /// Why the password is not for this user of that Keystone, in a sentence; `None` where these are the cloud's own.
    /// Who says them does not matter, as long as it is no stranger; nor is a stranger's password for a server of ours.
    pub(super) fn passed_over(&self, keystone: &Backend, user: &str, domain: &str) -> Option<String> {
        let is_there = self.address.as_deref().is_some_and(|address| backend::is_same_address(address, &keystone.url));
        let is_strange = self.origin.is_untrusted() || keystone.origin.is_untrusted();
        let reasons = [
            is_strange.then(|| "a file that nobody has trusted takes part".to_owned()),
            (!is_there).then(|| said("address", self.address.as_deref())),
            (self.user.as_deref() != Some(user)).then(|| said("user", self.user.as_deref())),
            (self.domain.as_deref() != Some(domain)).then(|| said("user domain", self.domain.as_deref())),
        ];
        let reasons: Vec<String> = reasons.into_iter().flatten().collect();
        if reasons.is_empty() {
            return None;
        }
        let (name, reasons) = (safe(&self.name), reasons.join(", "));
        Some(format!("the password of cloud {name} ({}) was passed over: {reasons}", self.origin))
    }
}

/// What a cloud says itself, where something else is in use.
fn said(what: &str, value: Option<&str>) -> String {
    format!("its {what} is {}", value.map_or(Cow::Borrowed("not named"), safe))
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
    let file = yaml::read(text)
        .map_err(|error| {
            document::syntax(path, text, error.at.offset(text), &format!("not valid YAML: {}", error.problem))
        })?
        .root;
    let clouds = file.get("clouds").filter(|clouds| clouds.is_map());
    let clouds = clouds.ok_or_else(|| document::syntax(path, text, 0, "no mapping of the name clouds"))?;
    let mut named: Vec<(String, &Node)> = Vec::new();
    for entry in clouds.entries().iter().filter(|entry| entry.value.is_map()) {
        let Some(name) = scalar(&entry.key) else { continue };
        named.retain(|(other, _)| *other != name);
        named.push((name, &entry.value));
    }
    Ok(named.into_iter().map(|(name, cloud)| translate(name, cloud)).collect())
}

/// The line on which the cloud begins; 0 if it is written in a way that hides it.
pub(super) fn line_of(text: &str, name: &str) -> usize {
    let is_it = |line: &str| line.trim().strip_suffix(':').is_some_and(|key| key.trim_matches(['"', '\'']) == name);
    text.lines().position(is_it).map_or(0, |at| at + 1)
}

fn translate(name: String, cloud: &Node) -> Cloud {
    let mut known = Cloud { name, entries: Vec::new(), secrets: Vec::new(), domain_by_id: false, ignored: Vec::new() };
    for (word, value) in cloud.get("auth").into_iter().flat_map(pairs).chain(pairs(cloud)) {
        if word == "auth" {
            continue;
        }
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
        "verify" | "insecure" => match switch(&text) {
            Some(on) if on == (word == "insecure") => ("keystone.insecure", true.into()),
            Some(_) => return,
            // What nobody understands does not turn checks off.
            None => {
                known.ignored.push(word);
                return;
            }
        },
        // The one identifier every installation shares is that of the domain `Default`.
        "user_domain_id" if text == "default" => ("auth.user_domain", "Default".into()),
        "project_domain_id" if text == "default" => ("auth.project_domain", "Default".into()),
        "user_domain_id" => {
            known.domain_by_id = true;
            known.ignored.push(word);
            return;
        }
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

/// Yes or no, also in the words of YAML 1.1, which the clients of OpenStack read.
fn switch(text: &str) -> Option<bool> {
    match text.trim() {
        "y" | "Y" => Some(true),
        "n" | "N" => Some(false),
        text => Kind::Switch.read_text(text)?.as_bool(),
    }
}

/// The pairs of a mapping, each word once: of equal ones the last, as the clients of OpenStack read them.
fn pairs(map: &Node) -> Vec<(String, &Node)> {
    let mut pairs: Vec<(String, &Node)> = Vec::new();
    for entry in map.entries() {
        let Some(word) = scalar(&entry.key) else { continue };
        match pairs.iter_mut().find(|(other, _)| *other == word) {
            Some(known) => known.1 = &entry.value,
            None => pairs.push((word, &entry.value)),
        }
    }
    pairs
}

/// A name made of digits is a number to YAML and a name to us, with every zero it is written with.
fn scalar(node: &Node) -> Option<String> {
    match Schema::Core12.scalar(node)? {
        Scalar::Null => None,
        Scalar::Bool(value) => Some(value.to_string()),
        _ => node.text().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clouds(text: &str) -> Result<Vec<Cloud>, Error> {
        parse(Path::new("clouds.yaml"), text)
    }

    #[test]
    fn words_are_read_by_the_rules_of_yaml_1_2_and_merged() {
        let text = "base: &base {username: u, auth_url: 'https://k'}\nclouds:\n  1:\n    auth:\n      <<: *base\n      username: 007\n\
                    \x20     password: 0123\n      password: 0o17\n    verify: False\n    domain_name: yes\n    region: ~\n";
        let [cloud] = clouds(text).unwrap().try_into().ok().unwrap();
        assert_eq!(cloud.name, "1");
        let entry = |key: &str| cloud.entries.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone());
        assert_eq!(entry("auth.user"), Some("007".into()));
        assert_eq!(entry("keystone.url"), Some("https://k".into()));
        assert_eq!(entry("auth.domain"), Some("yes".into()));
        assert_eq!(entry("keystone.insecure"), Some(true.into()));
        assert_eq!(cloud.password().unwrap().expose(), "0o17");
        assert_eq!(cloud.ignored, ["region"]);
    }

    #[test]
    fn checks_go_off_only_where_a_word_says_so() {
        let off = |line: &str| {
            let [cloud] = clouds(&format!("clouds:\n  a:\n    {line}\n")).unwrap().try_into().ok().unwrap();
            let entry = cloud.entries.iter().find(|(name, _)| *name == "keystone.insecure");
            (entry.map(|(_, value)| value.clone()), cloud.ignored.len())
        };
        for no in ["no", "off", "0", "n", "N", "false", "False", "\"False\"", "' OFF '", "No"] {
            assert_eq!(off(&format!("insecure: {no}")), (None, 0), "{no}");
            assert_eq!(off(&format!("verify: {no}")), (Some(true.into()), 0), "{no}");
        }
        for yes in ["yes", "on", "1", "y", "Y", "true", "True", "\"TRUE\"", "On"] {
            assert_eq!(off(&format!("insecure: {yes}")), (Some(true.into()), 0), "{yes}");
            assert_eq!(off(&format!("verify: {yes}")), (None, 0), "{yes}");
        }
        for other in ["maybe", "2", "nein", "0.0"] {
            assert_eq!(off(&format!("insecure: {other}")), (None, 1), "{other}");
            assert_eq!(off(&format!("verify: {other}")), (None, 1), "{other}");
        }
        assert_eq!(off("verify: false\n    insecure: true"), (Some(true.into()), 0), "said once");
    }

    #[test]
    fn what_is_wrong_is_shown_with_its_place() {
        for (text, place, problem) in [
            ("clouds:\n  a: {b: 1\nc: d\n", "3", "not valid YAML"),
            ("cloud: {}\n", "1", "no mapping of the name clouds"),
            ("clouds:\n  <<: 3\n", "2", "a merge key (<<) that merges no mapping"),
            ("clouds: {}\n---\nclouds: {}\n", "2", "a second document"),
        ] {
            let shown = clouds(text).err().unwrap().to_string();
            assert!(shown.contains(&format!("{place} |")) || shown.contains(&format!(":{place}:")), "{shown}");
            assert!(shown.contains(problem), "{shown}");
        }
    }

    #[test]
    fn a_nested_bomb_is_refused_at_once() {
        let start = std::time::Instant::now();
        let shown = clouds(&"{a: ".repeat(200_000)).err().unwrap().to_string();
        assert!(start.elapsed() < std::time::Duration::from_secs(5) && shown.len() < 2000, "{shown}");
    }
}
