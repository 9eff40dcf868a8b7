//! What is remembered on this machine between runs: tokens, the run log, locks.
//!
//! All of it is a convenience: losing every file here costs a login and some history, never a right result. So failures
//! are [`Warning`]s. It knows no HTTP, no back end and no command line; times and places are handed in.

#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod instant;
mod lock;
#[cfg(feature = "oauth")]
mod logins;
mod names;
mod notes;
mod process;
mod runlog;
mod servers;
mod shelf;
#[cfg(test)]
mod testing;
mod tokens;
mod warning;

use std::path::{Path, PathBuf};

use crate::base::private;

pub(crate) use lock::{Error, Held, Holder, Lock, locks};
#[cfg(feature = "oauth")]
pub(crate) use logins::{Login, Logins};
pub(crate) use names::{Names, NamesOf, Sighting};
pub(crate) use notes::{Note, Notes, Things, Unknown};
pub(crate) use process::Process;
pub(crate) use runlog::{Latency, Outcome, Run, RunLog, Shown, Summary, Typed, Unfinished};
pub(crate) use servers::Servers;
pub(crate) use tokens::{Entry, TokenCache, TokenKey};
pub(crate) use warning::Warning;

/// The directory all of it lives in, made (0700) by the first write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateDir {
    root: PathBuf,
}

impl StateDir {
    /// Where the XDG rules put it. A relative `XDG_STATE_HOME` does not count, as those rules say.
    pub(crate) fn locate(xdg_state_home: Option<&str>, home: Option<&Path>) -> Option<Self> {
        let by_variable = xdg_state_home.map(PathBuf::from).filter(|path| path.is_absolute());
        let by_home = || home.filter(|path| path.is_absolute()).map(|path| path.join(".local/state"));
        by_variable.or_else(by_home).map(|base| Self::at(base.join("orchest")))
    }

    /// A directory chosen by somebody else.
    pub(crate) fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The path of one thing in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The directory itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the directory if it is missing.
    pub(crate) fn create(&self) -> Result<(), private::Error> {
        private::create_directory(&self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_xdg_rules() {
        let home = Some(Path::new("/home/u"));
        let at = |path: &str| Some(StateDir::at(PathBuf::from(path)));
        assert_eq!(StateDir::locate(Some("/var/s"), home), at("/var/s/orchest"));
        for useless in [None, Some(""), Some("relative/state")] {
            assert_eq!(StateDir::locate(useless, home), at("/home/u/.local/state/orchest"));
        }
        assert_eq!(StateDir::locate(None, None), None);
        assert_eq!(StateDir::locate(Some("x"), Some(Path::new("x"))), None);
    }
}
