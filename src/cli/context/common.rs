//! What the lines of one process have in common: connections, tokens, passwords that were found, what was said already. A
//! batch makes many lines of it; any other process has one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use crate::api::keystone::auth::Token;
use crate::base::text::shell_word;
use crate::base::{RunId, Secret};
use crate::flows::Stop;
use crate::http::{Http, HttpSettings, Observer};
use crate::secrets::Key;
use crate::state::TokenKey;

use super::super::error::{CliError, Exit};

/// Whose password it is, and which file or program it was said to come from.
type Whose = (Key, Option<PathBuf>, Option<String>);

/// A password, once somebody has found it.
type Found = Rc<RefCell<Option<Secret>>>;

/// Where a run was at work that is being done again.
pub(crate) struct Expected {
    pub(crate) run: RunId,
    pub(crate) target: url::Url,
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
}

impl Common {
    /// From here on no other Keystone than this one is logged in to.
    pub(crate) fn expect(&self, expected: Option<Expected>) {
        self.expected.replace(expected);
    }

    /// Refuses to do a run again at another Keystone than it was about.
    pub(super) fn refuse_elsewhere(&self, now: &url::Url) -> Result<(), CliError> {
        match &*self.expected.borrow() {
            Some(Expected { run, target }) if target != now => {
                let message = format!("run {run} was about {target}, and the settings name {now} now");
                let next = format!("orchest audit resume {run} --keystone {}", shell_word(target.as_str()));
                Err(CliError::new(Exit::Conflict, message).next(next))
            }
            _ => Ok(()),
        }
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
