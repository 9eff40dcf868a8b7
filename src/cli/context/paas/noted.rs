//! Which logins there are here, and which of them a keyring may hold, which tells nobody.

use std::rc::Rc;

use crate::output::Printer;
use crate::secrets::FileStore;
use crate::state::{Login, Logins, StateDir, TokenCache, Warning};

use super::super::super::login::chain;
use super::Context;
use super::store::{OAUTH, REFRESH};

impl Context {
    /// Issuer and client of every login of which something is kept here. One that is in a keyring is known by its note, or by
    /// its access token, as long as that is remembered. What could not be looked at is told beside them.
    pub(crate) fn kept_logins(&self) -> (Vec<(String, String)>, Vec<String>) {
        let Some(state) = &self.state else { return (Vec::new(), Vec::new()) };
        let (mut logins, mut missed) = (Vec::new(), Vec::new());
        match FileStore::new(state.root()).keys() {
            Ok(keys) => logins.extend(keys.into_iter().filter(|key| key.domain == REFRESH)),
            Err(error) => missed.push(chain(&error)),
        }
        let mut logins: Vec<(String, String)> = logins.into_iter().map(|key| (key.endpoint, key.user)).collect();
        match TokenCache::new(state).keys() {
            Ok(keys) => {
                let keys = keys.into_iter().filter(|key| key.user_domain == OAUTH);
                logins.extend(keys.map(|key| (key.endpoint, key.user)));
            }
            Err(warning) => missed.push(warning.to_string()),
        }
        let (noted, unread) = Logins::new(state).all();
        let at_issuers = noted.into_iter().filter(|login| login.sort.is_empty());
        logins.extend(at_issuers.map(|login| (login.issuer, login.client)));
        missed.extend(unread.iter().map(ToString::to_string));
        logins.sort();
        logins.dedup();
        (logins, missed)
    }
}

impl Context {
    /// Where and whose the things of a sort are that are kept in a file here or noted to be in a keyring.
    pub(crate) fn kept_of(&self, sort: &str) -> Vec<(String, String)> {
        let Some(state) = &self.state else { return Vec::new() };
        let keys = FileStore::new(state.root()).keys().unwrap_or_default();
        let filed = keys.into_iter().filter(|key| key.domain == sort).map(|key| (key.endpoint, key.user));
        let (noted, _) = Logins::new(state).all();
        let noted = noted.into_iter().filter(|login| login.sort == sort).map(|login| (login.issuer, login.client));
        let mut all: Vec<_> = filed.chain(noted).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// The note that a login was put into the keyring.
pub(super) struct Noted {
    /// Without a home there is no place for notes.
    logins: Option<Logins>,
    login: Login,
    printer: Rc<Printer>,
}

impl Noted {
    pub(super) fn new(state: Option<&StateDir>, login: Login, printer: Rc<Printer>) -> Self {
        Self { logins: state.map(Logins::new), login, printer }
    }

    /// Whether it may be there.
    pub(super) fn has(&self) -> Result<bool, Warning> {
        self.logins.as_ref().map_or(Ok(false), |logins| logins.has(&self.login))
    }

    /// Before it is put there: whoever is killed between the two has noted too much, and not too little. Says whether nobody
    /// had noted it before.
    pub(super) fn add(&self) -> bool {
        let Some(logins) = &self.logins else { return false };
        if self.has().unwrap_or_default() {
            return false;
        }
        let outcome = logins.add(&self.login).map_err(|warning| {
            let otherwise = "where the keyring is out of reach, nobody will know that the login is in it";
            self.printer.warn(&format!("{warning}; {otherwise}"));
        });
        outcome.is_ok()
    }

    /// When it is there no longer.
    pub(super) fn remove(&self) {
        let Some(logins) = &self.logins else { return };
        if let Err(warning) = logins.remove(&self.login) {
            self.printer.warn(&warning.to_string());
        }
    }
}
