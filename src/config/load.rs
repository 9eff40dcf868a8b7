//! Loading: which layers there are, in which order, and what is said about them on the way.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::base::Secret;
use crate::base::text::{safe, shell_word};

use super::clouds::{self, Cloud, Login};
use super::document::{Document, Items};
use super::environment::{self, Secrets, Weight};
use super::error::{self, Error};
use super::files::{self, Found};
use super::inputs::Inputs;
use super::keys::{self, KEYS};
use super::legacy::{self, Legacy};
use super::mask;
use super::origin::{Item, Origin};
use super::trust::{self, Verdict};

/// All settings, each with where it came from.
pub(crate) struct Settings {
    /// The one that wins first.
    pub(super) layers: Vec<Items>,
    /// Contexts that are not in use, only for validation.
    pub(super) dormant: Vec<Items>,
    pub(super) unknown: Vec<(String, Origin)>,
    pub(super) legacy: Legacy,
    pub(super) cwd: PathBuf,
    pub(super) home: Option<PathBuf>,
    warnings: Vec<String>,
    secrets: Secrets,
    cloud_login: Option<Login>,
    context: Option<(String, Origin)>,
    context_names: BTreeSet<String>,
    untrusted: Vec<PathBuf>,
}

impl Settings {
    /// No settings at all, for the commands that mend broken ones.
    pub(crate) fn bare() -> Self {
        Self {
            layers: Vec::new(),
            dormant: Vec::new(),
            unknown: Vec::new(),
            legacy: Ok(None),
            cwd: PathBuf::new(),
            home: None,
            warnings: Vec::new(),
            secrets: Secrets::of(&Inputs::default()),
            cloud_login: None,
            context: None,
            context_names: BTreeSet::new(),
            untrusted: Vec::new(),
        }
    }

    /// Reads everything the inputs lead to.
    pub(crate) fn load(inputs: &Inputs) -> Result<Self, Error> {
        let mut settings = Self {
            layers: Vec::new(),
            dormant: Vec::new(),
            unknown: Vec::new(),
            legacy: legacy::find(inputs)?,
            cwd: inputs.cwd.clone(),
            home: inputs.home.clone(),
            warnings: environment::slips(inputs),
            secrets: Secrets::of(inputs),
            cloud_login: None,
            context: None,
            context_names: BTreeSet::new(),
            untrusted: Vec::new(),
        };
        settings.layers.push(flags(inputs));
        settings.layers.push(environment::layer(inputs, Weight::Own));
        settings.layers.push(environment::layer(inputs, Weight::Foreign));
        let documents = settings.documents(inputs)?;
        settings.choose_context(&documents)?;
        for document in documents {
            settings.take(document);
        }
        settings.tell_shadowed();
        settings.add_cloud(inputs)?;
        settings.layers.push(environment::layer(inputs, Weight::Ambient));
        settings.layers.push(defaults());
        Ok(settings)
    }

    /// What the user should know: slips, ignored settings, files others can read. Each is one line.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let unknown = self.unknown.iter().map(|(key, origin)| {
            format!("{origin}: unknown key {}{}", safe(key), error::suggestion(keys::nearest_key(key).as_deref()))
        });
        self.warnings.iter().cloned().chain(unknown).collect()
    }

    /// The context in use and who chose it.
    pub(crate) fn context(&self) -> Option<(&str, &Origin)> {
        self.context.as_ref().map(|(name, origin)| (name.as_str(), origin))
    }

    /// Every context there is, in any file.
    pub(crate) fn context_names(&self) -> impl Iterator<Item = &str> {
        self.context_names.iter().map(String::as_str)
    }

    /// Files of the working directory that nobody vouches for and that were read with restrictions.
    #[cfg(test)]
    pub(crate) fn untrusted_files(&self) -> &[PathBuf] {
        &self.untrusted
    }

    /// A secret from the environment and its variable: `password`, `token`, `paas.token`, `github.token` …
    pub(crate) fn env_secret(&self, name: &str) -> Option<(Secret, String)> {
        self.secrets.find(name)
    }

    /// The variables of the environment that hold secrets.
    pub(crate) fn secret_variables(&self) -> impl Iterator<Item = &str> {
        self.secrets.names()
    }

    /// The password that `clouds.yaml` has for the cloud in use, whatever it is for.
    #[cfg(test)]
    pub(crate) fn cloud_secret(&self) -> Option<(&Secret, &Origin)> {
        self.cloud_login.as_ref().map(|login| (&login.secret, &login.origin))
    }

    /// The password of the cloud in use for this user of the Keystone in use: only where address, user and domain are
    /// that cloud's own. Of any other login nobody has said that this is its password.
    pub(crate) fn cloud_secret_for(&self, user: &str, domain: &str) -> Result<Option<&Secret>, Error> {
        let found = self.cloud_login_for(user, domain)?.filter(|(_, passed_over)| passed_over.is_none());
        Ok(found.map(|(login, _)| &login.secret))
    }

    /// Why that password is not used, in a sentence; `None` where it is, or there is none.
    pub(crate) fn cloud_passed_over(&self, user: &str, domain: &str) -> Result<Option<String>, Error> {
        Ok(self.cloud_login_for(user, domain)?.and_then(|(_, passed_over)| passed_over))
    }

    fn cloud_login_for(&self, user: &str, domain: &str) -> Result<Option<(&Login, Option<String>)>, Error> {
        let (Some(login), Some(keystone)) = (&self.cloud_login, self.backend("keystone")?) else { return Ok(None) };
        Ok(Some((login, login.passed_over(&keystone, user, domain))))
    }

    /// Whether a secret may be sent to an end point, judged by where both came from: see [`Origin::may_receive`].
    pub(crate) fn may_use_secret(endpoint: &Origin, secret: &Origin) -> bool {
        endpoint.may_receive(secret)
    }

    fn documents(&mut self, inputs: &Inputs) -> Result<Vec<Document>, Error> {
        let mut documents = Vec::new();
        for place in files::paths(inputs) {
            match (files::read(&place.path)?, place.asked_by) {
                (Found::Text(text), _) => {
                    let trusted = !place.is_project || self.vouched(inputs, &place.path, &text)?;
                    documents.push(Document::parse(&place.path, &text, trusted)?);
                }
                (Found::Nothing, None) => {}
                (Found::Nothing, Some(asked_by)) => {
                    return Err(Error::NotFound { path: place.path, asked_by: asked_by.to_owned() });
                }
                (Found::Hidden(reason), Some(_)) => return Err(Error::unreadable(&place.path, &reason)),
                (Found::Hidden(reason), None) => {
                    self.warnings.push(format!("{} is not looked at: {reason}", error::shown(&place.path)));
                }
            }
        }
        Ok(documents)
    }

    /// Whether a file of the working directory was vouched for as it is now.
    fn vouched(&mut self, inputs: &Inputs, path: &Path, text: &str) -> Result<bool, Error> {
        let verdict = trust::verdict(inputs.trust_file.as_deref(), path, text)?;
        if verdict == Verdict::Changed {
            self.warnings.push(format!("{} has changed since it was trusted", error::shown(path)));
        }
        if verdict != Verdict::Trusted {
            self.untrusted.push(path.to_owned());
        }
        Ok(verdict == Verdict::Trusted)
    }

    fn choose_context(&mut self, documents: &[Document]) -> Result<(), Error> {
        self.context_names = documents.iter().flat_map(Document::context_names).map(str::to_owned).collect();
        let mut chosen = self.layers.iter().chain(documents.iter().map(|document| &document.top));
        let Some(item) = chosen.find_map(|items| items.get("context")) else { return Ok(()) };
        let name = item.value.as_str().unwrap_or_default();
        if !self.context_names.contains(name) {
            let nearest = keys::nearest(name, self.context_names());
            return Err(Error::UnknownContext { name: name.to_owned(), asked_by: item.origin.to_string(), nearest });
        }
        self.context = Some((name.to_owned(), item.origin.clone()));
        Ok(())
    }

    fn take(&mut self, mut document: Document) {
        let name = self.context.as_ref().map(|(name, _)| name.as_str());
        let active = name.and_then(|name| document.contexts.remove(name));
        self.layers.extend(active);
        self.layers.push(document.top);
        self.dormant.extend(document.contexts.into_values());
        self.unknown.append(&mut document.unknown);
        for (key, origin) in document.ignored {
            self.ignore(&key, &origin, &document.path);
        }
        if document.trusted && document.holds_secrets && files::is_open_to_others(&document.path) {
            let path = error::shown(&document.path);
            let word = shell_word(&document.path.display().to_string());
            self.warnings
                .push(format!("{path} holds secrets and others may read it; make it private: chmod 600 {word}"));
        }
    }

    fn ignore(&mut self, key: &str, origin: &Origin, path: &Path) {
        let path = shell_word(&path.display().to_string());
        self.warnings.push(format!("{origin}: {} is ignored; to allow it: orchest config trust {path}", safe(key)));
    }

    /// A context says where one works. If another file has its own opinion and a higher place, that is legitimate and
    /// surprising.
    fn tell_shadowed(&mut self) {
        let mut told = Vec::new();
        for (depth, items) in self.layers.iter().enumerate() {
            for (key, item) in items {
                let Origin::File { context: Some(_), .. } = item.origin else { continue };
                let winner = self.layers.iter().take(depth).find_map(|higher| higher.get(key));
                if let Some(winner) =
                    winner.filter(|winner| matches!(winner.origin, Origin::File { context: None, .. }))
                {
                    told.push(format!("{}: {key} takes precedence over {}", winner.origin, item.origin));
                }
            }
        }
        self.warnings.append(&mut told);
    }

    fn add_cloud(&mut self, inputs: &Inputs) -> Result<(), Error> {
        let Some((_, item)) = self.find("os_cloud") else { return Ok(()) };
        let asked_by = item.origin.to_string();
        let name = item.value.as_str().unwrap_or_default().to_owned();
        let mut searched = Vec::new();
        let mut names = Vec::new();
        for place in clouds::paths(inputs) {
            let Found::Text(text) = files::read(&place.path)? else { continue };
            let clouds = clouds::parse(&place.path, &text)?;
            if let Some(cloud) = clouds.iter().find(|cloud| cloud.name == name) {
                let trusted = !place.is_project || self.vouched(inputs, &place.path, &text)?;
                let line = clouds::line_of(&text, &name);
                let origin = Origin::File { path: place.path, line, context: None, trusted };
                self.take_cloud(cloud, &origin);
                return Ok(());
            }
            searched.push(place.path);
            names.extend(clouds.into_iter().map(|cloud| cloud.name));
        }
        let nearest = keys::nearest(&name, names.iter().map(String::as_str));
        Err(Error::UnknownCloud { name, asked_by, searched, nearest })
    }

    fn take_cloud(&mut self, cloud: &Cloud, origin: &Origin) {
        let mut items = Items::new();
        for (key, value) in &cloud.entries {
            let safe = keys::find(key).is_some_and(|key| key.project_safe);
            if let Origin::File { trusted: false, path, .. } = origin
                && !safe
            {
                self.ignore(key, origin, path);
                continue;
            }
            items.insert((*key).to_owned(), Item { value: value.clone(), origin: origin.clone() });
        }
        self.layers.push(items);
        self.cloud_login = cloud.login(origin);
    }
}

fn flags(inputs: &Inputs) -> Items {
    let mut items = Items::new();
    let context = inputs.context.iter().map(|name| ("context", toml::Value::from(name.as_str()), "--context"));
    let typed = inputs.flags.iter().map(|(key, value, flag)| (key.as_str(), value.clone(), flag.as_str()));
    for (key, value, flag) in typed.chain(context) {
        mask::learn(key, &value);
        items.insert(key.to_owned(), Item { value, origin: Origin::Flag(flag.to_owned()) });
    }
    items
}

fn defaults() -> Items {
    let with_default = KEYS.iter().filter_map(|key| Some((key.name, key.kind.read_text(key.default?)?)));
    with_default.map(|(name, value)| (name.to_owned(), Item { value, origin: Origin::Default })).collect()
}
