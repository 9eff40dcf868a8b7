//! Bridges between a back end's login and what is kept on this machine: where passwords come from, where tokens stay.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

use crate::api::keystone::auth::{PasswordSource, Token, TokenStore};
use crate::base::clock::LocalFuture;
use crate::base::text::{safe, shell_word};
use crate::base::{Clock, Secret};
use crate::config::Origin;
use crate::http::Error;
use crate::output::Prompter;
use crate::secrets::{self, FileStore, Key, Keyring, Session, Sources, Typed};
use crate::state::{Entry, TokenCache, TokenKey};

use super::args::IdentityArgs;
use super::context::Common;

/// Why only a password that is typed now will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OnlyTyped {
    /// The address comes from this file, which nobody has trusted.
    Untrusted(PathBuf),
    /// It is somebody else's login; what is kept belongs to the administrator.
    SomebodyElse,
}

impl OnlyTyped {
    /// What an address of this origin demands.
    pub(crate) fn at(endpoint: &Origin) -> Option<Self> {
        match endpoint {
            Origin::File { path, trusted: false, .. } => Some(Self::Untrusted(path.clone())),
            _ => None,
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Untrusted(path) => untrusted(path),
            Self::SomebodyElse => {
                "it has to be given now, with --password-stdin, --password-file or --password-command".to_owned()
            }
        }
    }
}

/// Files that nobody has trusted lie in the working directory, so that their names say which.
fn untrusted(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let (name, word) = (safe(&name), shell_word(&name));
    format!(
        "the address comes from {name} in the working directory, which nobody has trusted, so passwords kept elsewhere \
         are not sent there; read that file and say `orchest config trust {word}`, or give the password with \
         --password-stdin or --password-file"
    )
}

/// Everything that may know the password of one login.
pub(crate) struct Passwords {
    pub(crate) key: Key,
    pub(crate) typed: IdentityArgs,
    /// A variable's name and value.
    pub(crate) variable: Option<(String, Secret)>,
    /// A file that the settings name, where no nearer ones name a helper.
    pub(crate) file: Option<PathBuf>,
    /// A program that they name, where no nearer ones name a file.
    pub(crate) helper: Option<Vec<String>>,
    /// Of a cloud in clouds.yaml, where it is that cloud that we log in to.
    pub(crate) cloud: Option<Secret>,
    /// `keyring` (also when nothing was chosen) or `file`.
    pub(crate) store: Option<String>,
    pub(crate) files: Option<PathBuf>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) bus: (Option<String>, Option<PathBuf>),
    /// Nothing that is kept may be used, for this reason; only what is typed now.
    pub(crate) only_typed: Option<OnlyTyped>,
    pub(crate) prompter: Rc<Prompter>,
    /// Asked once a run.
    pub(crate) known: Rc<RefCell<Option<Secret>>>,
}

impl Passwords {
    /// Looks in every place in turn, and asks at last.
    pub(crate) fn obtain(&self) -> Result<Secret, Error> {
        if let Some(known) = self.known.borrow().clone() {
            return Ok(known);
        }
        let password = match self.find()? {
            Some(password) => password,
            None => self.ask()?,
        };
        self.known.replace(Some(password.clone()));
        Ok(password)
    }

    fn find(&self) -> Result<Option<Secret>, Error> {
        if let Some(given) = &self.typed.given.login {
            return Ok(Some(given.clone()));
        }
        let mut stdin = std::io::stdin().lock();
        let words = self.typed.password_command.as_deref().map(words);
        let typed = if self.typed.password_stdin {
            Some(Typed::Stdin(&mut stdin))
        } else if let Some(path) = &self.typed.password_file {
            Some(Typed::File(path))
        } else {
            words.as_deref().map(Typed::Command)
        };
        if self.only_typed.is_some() && typed.is_none() {
            return Ok(None);
        }
        // A file of the settings comes right after the variable, as the helper does.
        let none_before = typed.is_none() && self.variable.is_none();
        let typed = match &self.file {
            Some(path) if none_before => Some(Typed::File(path)),
            _ => typed,
        };
        let keyring = self.keyring();
        let files = self.files.as_deref().filter(|_| self.store.as_deref() == Some("file")).map(FileStore::new);
        let sources = Sources {
            typed,
            variable: self.variable.as_ref().map(|(name, value)| (name.as_str(), value)),
            helper: self.helper.as_deref(),
            keyring: keyring.as_ref().map(|keyring| keyring as &dyn secrets::Store),
            file_store: files.as_ref().map(|files| files as &dyn secrets::Store),
            environment: &self.environment,
            command_limit: None,
        };
        match secrets::find(sources, &self.key) {
            Ok(Some((password, _))) => Ok(Some(password)),
            Ok(None) => Ok(self.cloud.clone()),
            Err(error) if error.is_store_trouble() => Err(Error::Login {
                message: format!("no password for {}: {error}", self.key),
                hint: "give it with --password-file or --password-command, which come before the store".to_owned(),
            }),
            Err(error) => Err(Error::Setup(chain(&error))),
        }
    }

    pub(crate) fn keyring(&self) -> Option<Keyring> {
        if self.store.as_deref() == Some("file") {
            return None;
        }
        let (bus, runtime) = &self.bus;
        Some(Keyring::new(Session { bus_address: bus.as_deref(), runtime_dir: runtime.as_deref() }))
    }

    fn ask(&self) -> Result<Secret, Error> {
        if let (Some(why), false) = (&self.only_typed, self.prompter.is_allowed()) {
            return Err(Error::Setup(format!("no password for {}: {}", self.key, why.reason())));
        }
        let question = format!("Password for {}", self.key);
        self.prompter.password(&question, "--password-file").map_err(|error| match error {
            crate::output::Error::Interrupted => Error::Stopped,
            _ => Error::Setup(format!(
                "no password for {}, and no terminal to ask on; give it with --password-stdin, --password-file or \
                 --password-command, or set ORCHEST_PASSWORD",
                self.key
            )),
        })
    }
}

/// An error with its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// The words of a command line, split at spaces; a word with a space in it belongs into the settings, as an array.
fn words(command: &str) -> Vec<String> {
    command.split_whitespace().map(str::to_owned).collect()
}

impl PasswordSource for Rc<Passwords> {
    fn password(&self) -> LocalFuture<'_, Result<Secret, Error>> {
        Box::pin(async { self.obtain() })
    }
}

/// A password that this run knows already.
pub(crate) struct Known(pub(crate) Secret);

impl PasswordSource for Known {
    fn password(&self) -> LocalFuture<'_, Result<Secret, Error>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// Keeps the tokens of one login, where there is a place for it.
pub(crate) struct Tokens {
    pub(crate) cache: Option<TokenCache>,
    /// For further lines of this process, where there is no place for it.
    pub(crate) common: Option<Rc<Common>>,
    pub(crate) key: TokenKey,
    pub(crate) clock: Rc<dyn Clock>,
    pub(crate) warn: Rc<dyn Fn(&str)>,
}

impl TokenStore for Tokens {
    fn load(&self) -> Option<Token> {
        let Some(cache) = &self.cache else { return self.common.as_ref()?.token(&self.key) };
        match cache.load(&self.key, self.clock.now()) {
            Ok(entry) => entry.map(|entry| Token {
                value: entry.token,
                expires_at: entry.expires_at,
                about: match entry.extra {
                    Value::Object(about) => about,
                    _ => serde_json::Map::new(),
                },
            }),
            Err(warning) => {
                (self.warn)(&warning.to_string());
                None
            }
        }
    }

    fn store(&self, token: &Token) {
        let Some(cache) = &self.cache else {
            return self.common.iter().for_each(|common| common.keep_token(&self.key, Some(token)));
        };
        let now = self.clock.now();
        let entry = Entry {
            token: token.value.clone(),
            expires_at: token.expires_at,
            issued_at: now,
            extra: Value::Object(token.about.clone()),
        };
        if let Err(warning) = cache.store(&self.key, &entry, now) {
            (self.warn)(&warning.to_string());
        }
    }

    fn forget(&self, refused: Option<&Secret>) {
        let Some(cache) = &self.cache else {
            let is_it = |token: &Token| refused.is_none_or(|refused| token.value == *refused);
            let of_common =
                self.common.iter().filter(|common| common.token(&self.key).is_some_and(|kept| is_it(&kept)));
            return of_common.for_each(|common| common.keep_token(&self.key, None));
        };
        if let Err(warning) = cache.forget(&self.key, refused) {
            (self.warn)(&warning.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_to_be_trusted_is_the_one_that_names_the_address() {
        for name in [".orchester.toml", "clouds.yaml"] {
            let path = Path::new("/work").join(name);
            let origin = Origin::File { path: path.clone(), line: 2, context: None, trusted: false };
            let why = OnlyTyped::at(&origin);
            assert_eq!(why, Some(OnlyTyped::Untrusted(path)));
            let reason = why.map(|why| why.reason()).unwrap_or_default();
            assert!(reason.contains(&format!("comes from {name} in the working directory")), "{reason}");
            assert!(reason.contains(&format!("`orchest config trust {name}`")), "{reason}");
        }
        let ours = Origin::File { path: "/home/x/.orchester.toml".into(), line: 1, context: None, trusted: true };
        assert_eq!(OnlyTyped::at(&ours), None);
        assert_eq!(OnlyTyped::at(&Origin::Env("ORCHEST_KEYSTONE".to_owned())), None);
    }
}
