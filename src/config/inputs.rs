//! Everything the settings are made from, as plain values: with these, loading is a function of the files alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The variable that names the folder of a shell of the sandbox.
pub(crate) const SANDBOX_HOME: &str = "ORCHEST_SANDBOX_HOME";

/// What a process brings along.
#[derive(Clone, Default)]
pub(crate) struct Inputs {
    /// The environment; values that are not UTF-8 are left out.
    pub(crate) env: BTreeMap<String, String>,
    /// The working directory.
    pub(crate) cwd: PathBuf,
    /// The home directory.
    pub(crate) home: Option<PathBuf>,
    /// Settings typed as options: key, value, and the option's name for messages.
    pub(crate) flags: Vec<(String, toml::Value, String)>,
    /// The file of `--config`.
    pub(crate) config_file: Option<PathBuf>,
    /// The name of `--context`.
    pub(crate) context: Option<String>,
    /// Where the files the user vouches for are recorded; without it no file of the working directory is trusted.
    pub(crate) trust_file: Option<PathBuf>,
}

impl Inputs {
    /// Reads the environment, the working directory and the home directory of this process, and nothing else does.
    pub(crate) fn from_process() -> Self {
        let env = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        // A working directory that was deleted under us holds no settings.
        Self::new(env, std::env::current_dir().unwrap_or_default(), std::env::home_dir())
    }

    /// Somebody else's environment, working directory and home. In a shell of the sandbox its folder is the home, for
    /// settings: those of the operator would lead to the operator's servers, and what is set there is gone with it.
    pub(crate) fn new(mut env: BTreeMap<String, String>, cwd: PathBuf, mut home: Option<PathBuf>) -> Self {
        if let Some(sandbox) = env.get(SANDBOX_HOME).filter(|path| !path.is_empty()) {
            home = Some(PathBuf::from(sandbox));
            env.remove("XDG_CONFIG_HOME");
        }
        let mut inputs = Self { env, cwd, home: home.filter(|home| home.is_absolute()), ..Self::default() };
        inputs.trust_file = inputs.config_dir().map(|directory| directory.join("trusted.toml"));
        inputs
    }

    /// The working directory, if settings are looked for there: in a shell of the sandbox it may be the operator's home.
    pub(super) fn project(&self) -> Option<&Path> {
        let is_one = !self.cwd.as_os_str().is_empty() && self.variable(SANDBOX_HOME).is_none();
        is_one.then_some(self.cwd.as_path())
    }

    /// A variable that is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// `orchest` under the XDG configuration directory. A relative `XDG_CONFIG_HOME` is invalid and counts as unset.
    pub(crate) fn config_dir(&self) -> Option<PathBuf> {
        self.xdg_config().map(|directory| directory.join("orchest"))
    }

    pub(super) fn xdg_config(&self) -> Option<PathBuf> {
        self.variable("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| self.home.as_ref().map(|home| home.join(".config")))
    }

    /// The path as meant from `base`: `~/` is the home directory, anything relative is beneath `base`.
    pub(super) fn resolve(&self, base: &Path, text: &str) -> PathBuf {
        resolve(self.home.as_deref(), base, text)
    }
}

/// See [`Inputs::resolve`].
pub(super) fn resolve(home: Option<&Path>, base: &Path, text: &str) -> PathBuf {
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        (None, Some(home)) if text == "~" => home.to_owned(),
        _ => base.join(text),
    }
}
