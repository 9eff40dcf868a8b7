//! What the lines of one process have in common: connections, tokens, passwords that were found, what was said already. A
//! batch makes many lines of it; any other process has one.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use crate::api::keystone::auth::Token;
use crate::base::text::{safe, shell_word};
use crate::base::{RunId, Secret};
use crate::flows::Stop;
use crate::http::{Http, HttpSettings, Observer};
use crate::secrets::Key;
use crate::state::TokenKey;

use super::super::error::{CliError, Exit};
use super::super::seen::Gathered;

/// What a batch that is killed may lose of the names that it came by.
const HELD: SignedDuration = SignedDuration::from_secs(5);

/// Whose password it is, and which file or program it was said to come from.
type Whose = (Key, Option<PathBuf>, Option<String>);

/// A password, once somebody has found it.
type Found = Rc<RefCell<Option<Secret>>>;

/// Where a run was at work that is being done again: servers by their names, and the service and subservice.
pub(crate) struct Expected {
    pub(crate) run: RunId,
    pub(crate) about: BTreeMap<String, String>,
}

#[derive(Default)]
pub(crate) struct Common {
    /// Whoever stops one line stops all of them.
    pub(crate) stop: Stop,
    clients: RefCell<Vec<Rc<Http>>>,
    tokens: RefCell<Vec<(TokenKey, Token)>>,
    passwords: RefCell<Vec<(Whose, Found)>>,
    told: RefCell<BTreeSet<String>>,
    begun: Cell<bool>,
    expected: RefCell<Option<Expected>>,
    /// Names that lines came by and that are not kept yet.
    gathered: RefCell<Gathered>,
    /// Since when lines do not keep names; `None`: they do.
    held_since: Cell<Option<Timestamp>>,
}

/// While it is there, names are kept now and then, and no more after each line: that would write anew, for each of them, what
/// all before it have found.
pub(crate) struct Held<'a>(&'a Common);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.held_since.set(None);
    }
}

impl Common {
    /// From here on nothing is done anywhere else.
    pub(crate) fn expect(&self, expected: Option<Expected>) {
        self.expected.replace(expected);
    }

    /// Refuses to do a run again at another server, or in another service, than it was about. What was not named then it could not
    /// be about; but a service that is named now can take the place of none.
    pub(crate) fn refuse_elsewhere(&self, now: &BTreeMap<String, String>) -> Result<(), CliError> {
        let expected = self.expected.borrow();
        let Some(Expected { run, about }) = &*expected else { return Ok(()) };
        let places = ["service", "subservice"].map(str::to_owned);
        let differs = |key: &&String| about.get(*key) != now.get(*key);
        let Some(key) = about.keys().chain(places.iter().filter(|_| !about.is_empty())).find(differs) else {
            return Ok(());
        };
        let kind = if places.contains(key) { format!("the {key} ") } else { String::new() };
        let name = |value: Option<&String>| value.map_or_else(|| "none".to_owned(), |value| safe(value).into_owned());
        let (then, now) = (name(about.get(key)), name(now.get(key)));
        let error =
            CliError::new(Exit::Conflict, format!("run {run} was about {kind}{then}, and the settings name {now} now"));
        Err(match about.get(key) {
            Some(then) => error.next(format!("orchest audit resume {run} --{key} {}", shell_word(then))),
            None => error.next(format!("take {key} out of the settings: orchest config show --origin")),
        })
    }

    pub(crate) fn hold_names(&self, now: Timestamp) -> Held<'_> {
        self.held_since.set(Some(now));
        Held(self)
    }

    pub(super) fn gather(&self, names: Gathered) {
        self.gathered.borrow_mut().then(names);
    }

    /// What was gathered, if it is to be kept now.
    pub(super) fn gathered(&self, now: Timestamp) -> Option<Gathered> {
        if let Some(since) = self.held_since.get() {
            if now.duration_since(since) < HELD {
                return None;
            }
            self.held_since.set(Some(now));
        }
        Some(self.gathered.take())
    }

    /// Whether this is the first line.
    pub(crate) fn is_first(&self) -> bool {
        !self.begun.replace(true)
    }

    /// Whether this is said for the first time.
    pub(crate) fn is_news(&self, text: &str) -> bool {
        self.told.borrow_mut().insert(text.to_owned())
    }

    /// A client with the connections of one that connects in the same way, if there is one.
    pub(super) fn client(&self, settings: &HttpSettings, observer: &Rc<dyn Observer>) -> Option<Http> {
        let clients = self.clients.borrow();
        let like = clients.iter().find(|client| settings.connects_as(client.settings()))?;
        Some(like.beside(&settings.correlator, observer.clone()))
    }

    pub(super) fn keep_client(&self, client: &Rc<Http>) {
        self.clients.borrow_mut().push(client.clone());
    }

    pub(crate) fn token(&self, key: &TokenKey) -> Option<Token> {
        self.tokens.borrow().iter().find(|(known, _)| known == key).map(|(_, token)| token.clone())
    }

    /// Replaces what is kept for this login; nothing takes it away.
    pub(crate) fn keep_token(&self, key: &TokenKey, token: Option<&Token>) {
        let mut tokens = self.tokens.borrow_mut();
        tokens.retain(|(known, _)| known != key);
        tokens.extend(token.map(|token| (key.clone(), token.clone())));
    }

    /// Forgets the tokens of which this holds.
    pub(super) fn forget_tokens(&self, which: impl Fn(&TokenKey, &Token) -> bool) {
        self.tokens.borrow_mut().retain(|(key, token)| !which(key, token));
    }

    /// Nobody's password is taken to be what it was.
    pub(super) fn forget_passwords(&self) {
        self.passwords.borrow_mut().clear();
    }

    /// The place for a password: the same for lines that would find the same.
    pub(super) fn password(&self, whose: Whose) -> Found {
        let mut passwords = self.passwords.borrow_mut();
        if let Some((_, found)) = passwords.iter().find(|(known, _)| *known == whose) {
            return found.clone();
        }
        let found = Found::default();
        passwords.push((whose, found.clone()));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_for_some_seconds_and_no_longer_than_the_batch() {
        let common = Common::default();
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
        assert!(common.gathered(at(0)).is_some(), "whatever is no batch keeps its own");
        let held = common.hold_names(at(0));
        let due: Vec<bool> = [1, 4, 5, 6, 9, 10].map(|now| common.gathered(at(now)).is_some()).into();
        assert_eq!(due, [false, false, true, false, false, true]);
        drop(held);
        assert!(common.gathered(at(11)).is_some());
    }
}
