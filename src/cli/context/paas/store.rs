//! Where the tokens of a login at an issuer are kept.

use std::any::Any;
use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use crate::base::clock::LocalFuture;
use crate::base::{Clock, Secret, private};
use crate::http::Error;
use crate::oauth::{Access, Client, TokenStore};
use crate::output::Printer;
use crate::secrets::{self, FileStore, Key, Keyring, Session, Store};
use crate::state::{self, Entry, Holder, Lock, Login, Process, StateDir, TokenCache, TokenKey};

use super::super::super::error::{CliError, Exit};
use super::super::super::login::chain;
use super::Context;
use super::noted::Noted;

/// A renewal takes a second; one that takes longer than this is stuck.
const LOCKED: Duration = Duration::from_mins(1);

/// In the place of a domain, where a password would have one.
pub(super) const REFRESH: &str = "refresh token";

/// In the place of the domain of a user.
pub(super) const OAUTH: &str = "oauth";

/// Where refresh tokens are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Keyring,
    File,
    /// Nowhere: the login ends with its access token.
    Nowhere,
}

/// What became of erasing.
#[derive(Debug, Default)]
pub(crate) struct Erased {
    /// Where it was.
    pub(crate) from: Vec<String>,
    /// Which places could not be looked at, and why, in sentences.
    pub(crate) missed: Vec<String>,
}

/// A keyring that is none from here, as over SSH, under cron and in containers; why, in a sentence.
pub(crate) enum OutOfReach {
    /// The login was put there once.
    Holds(String),
    /// Nobody has put it there from here.
    Empty(String),
}

/// Whose login it is.
pub(crate) struct Owner {
    /// Where it is used.
    pub(crate) endpoint: String,
    /// Who uses it there: a client, as a rule.
    pub(crate) user: String,
    /// What sort of a thing is kept.
    pub(crate) sort: &'static str,
    /// What its access tokens are for.
    pub(crate) scope: String,
    /// What makes a new one.
    pub(crate) command: String,
    /// What to add to that where there is no browser.
    pub(crate) way: &'static str,
}

impl Context {
    /// Where somebody's login is kept.
    pub(crate) fn kept(&self, owner: Owner) -> Result<Kept> {
        Kept::of(self, owner)
    }
}

/// One login at an issuer, kept on this machine.
pub(crate) struct Kept {
    key: Key,
    keyring: Option<Keyring>,
    files: Option<FileStore>,
    place: Cell<Option<Place>>,
    state: Option<StateDir>,
    noted: Noted,
    shelf: TokenKey,
    holder: Holder,
    clock: Rc<dyn Clock>,
    printer: Rc<Printer>,
    command: String,
    way: &'static str,
}

impl Kept {
    /// The place for a client's login at this issuer.
    pub(super) fn new(context: &Context, issuer: &str, client: &Client) -> Result<Self> {
        let endpoint = issuer.trim_end_matches('/').to_owned();
        let (user, scope) = (client.id.clone(), client.scopes.join(" "));
        let command = "orchest auth login paas".to_owned();
        Self::of(context, Owner { endpoint, user, sort: REFRESH, scope, command, way: "--device" })
    }

    fn of(context: &Context, owner: Owner) -> Result<Self> {
        let only_file = context.settings.text("auth.store")?.as_deref() == Some("file");
        let bus = context.inputs.variable("DBUS_SESSION_BUS_ADDRESS");
        let runtime = context.inputs.variable("XDG_RUNTIME_DIR").map(PathBuf::from);
        let session = Session { bus_address: bus, runtime_dir: runtime.as_deref() };
        let Owner { endpoint, user, sort, scope, command, way } = owner;
        // Those of issuers are looked for by this word.
        let shelf_sort = if sort == REFRESH { OAUTH } else { sort };
        let noted_sort = if sort == REFRESH { "" } else { sort };
        let login = Login { issuer: endpoint.clone(), client: user.clone(), sort: noted_sort.to_owned() };
        Ok(Self {
            key: Key { endpoint: endpoint.clone(), user: user.clone(), domain: sort.to_owned() },
            keyring: (!only_file).then(|| Keyring::new(session)),
            files: context.state.as_ref().map(|state| FileStore::new(state.root())),
            place: Cell::new(None),
            state: context.state.clone(),
            noted: Noted::new(context.state.as_ref(), login, context.printer.clone()),
            shelf: TokenKey { endpoint, user, user_domain: shelf_sort.to_owned(), scope },
            holder: Holder::new(&Process::current(), &context.journal.command(), context.clock.now()),
            clock: context.clock.clone(),
            printer: context.printer.clone(),
            command,
            way,
        })
    }

    /// Decides where a new login goes. That the place can be used is found out before anybody logs in.
    pub(crate) fn choose(&self, place: Place) -> Result<()> {
        match (place, &self.keyring, &self.files) {
            (Place::Keyring, Some(keyring), _) => keyring.available().map_err(|error| self.unusable(&error))?,
            (Place::Keyring, None, _) => {
                return Err(CliError::usage("auth.store says file; use --store file").into());
            }
            (Place::File, _, None) => {
                return Err(CliError::new(Exit::Config, "there is no home directory to keep a file in").into());
            }
            (Place::File | Place::Nowhere, ..) => {}
        }
        self.place.set(Some(place));
        Ok(())
    }

    /// The same before anybody logs in. There may be a bus and no keyring on it, or one that is locked: it is asked.
    pub(crate) fn try_out(&self, place: Place) -> Result<()> {
        self.choose(place)?;
        if let (Place::Keyring, Some(keyring)) = (place, &self.keyring) {
            keyring.get(&self.key).map_err(|error| self.unusable(&error))?;
        }
        Ok(())
    }

    fn unusable(&self, error: &secrets::Error) -> CliError {
        CliError::new(Exit::Login, "the login cannot be kept in the keyring")
            .cause(reason(error))
            .next(format!("{} --store file", self.command))
    }

    /// Where it is, in words; `None`: nowhere.
    pub(crate) fn place(&self) -> Option<String> {
        self.chosen().map(Store::name)
    }

    fn chosen(&self) -> Option<&dyn Store> {
        match (self.place.get(), &self.keyring, &self.files) {
            (Some(Place::Keyring), Some(keyring), _) => Some(keyring),
            (Some(Place::File), _, Some(files)) => Some(files),
            _ => None,
        }
    }

    fn stores(&self) -> impl Iterator<Item = (Place, &dyn Store)> {
        let keyring = self.keyring.as_ref().filter(|keyring| keyring.available().is_ok());
        let keyring = keyring.map(|store| (Place::Keyring, store as &dyn Store));
        // A file is there only where somebody has chosen it.
        let files = self.files.as_ref().filter(|files| files.path().exists() || self.place.get() == Some(Place::File));
        keyring.into_iter().chain(files.map(|store| (Place::File, store as &dyn Store)))
    }

    /// Erases the refresh token wherever it is, but for one place. A place that cannot be looked at keeps nobody from erasing
    /// it in the others.
    pub(crate) fn erase(&self, but: Option<Place>) -> Erased {
        let mut erased = Erased::default();
        for (place, store) in self.stores().filter(|(place, _)| Some(*place) != but) {
            match store.erase(&self.key) {
                Ok(was_there) => {
                    erased.from.extend(was_there.then(|| store.name()));
                    self.is_gone(place);
                }
                // Whether that matters is for `out_of_reach` to say.
                Err(secrets::Error::NoKeyring { .. }) => {}
                Err(error) => erased.missed.push(not_looked_at(store, &error)),
            }
        }
        erased
    }

    /// The keyring, where there is none from here.
    pub(crate) fn out_of_reach(&self) -> Option<OutOfReach> {
        let keyring = self.keyring.as_ref()?;
        let why = not_looked_at(keyring, &keyring.available().err()?);
        match self.noted.has() {
            Ok(true) => Some(OutOfReach::Holds(why)),
            // Nobody misses what the program has no support for.
            Ok(false) => cfg!(feature = "keyring").then_some(OutOfReach::Empty(why)),
            Err(warning) => Some(OutOfReach::Holds(format!("{why}; {warning}"))),
        }
    }

    fn is_gone(&self, from: Place) {
        if from == Place::Keyring {
            self.noted.remove();
        }
    }

    fn cache(&self) -> Option<TokenCache> {
        self.state.as_ref().map(TokenCache::new)
    }

    fn told<T>(&self, outcome: Result<T, state::Warning>) -> Option<T> {
        outcome.map_err(|warning| self.printer.warn(&warning.to_string())).ok()
    }

    async fn locked(&self) -> Result<Option<Lock>, Error> {
        let Some(state) = &self.state else { return Ok(None) };
        let folder = state.path("locks");
        let made = state.create().and_then(|()| private::create_directory(&folder));
        if let Err(error) = made {
            self.printer.warn(&format!("going on without a lock: {error}"));
            return Ok(None);
        }
        let name = format!("login {} {}", self.key.endpoint, self.key.user);
        match Lock::acquire(&folder, &name, &self.holder, LOCKED, &*self.clock).await {
            Ok(lock) => Ok(Some(lock)),
            Err(error @ state::Error::Held { .. }) => Err(Error::NotSent {
                backend: "issuer",
                url: self.key.endpoint.clone(),
                reason: format!("its login is being renewed by somebody else: {error}"),
                attempts: 1,
            }),
            Err(error) => {
                self.printer.warn(&format!("going on without a lock: {error}"));
                Ok(None)
            }
        }
    }
}

fn not_looked_at(store: &dyn Store, error: &secrets::Error) -> String {
    format!("{} could not be looked at: {}", store.name(), reason(error))
}

/// Why, without the other ways to give a password, of which there is none here.
fn reason(error: &secrets::Error) -> String {
    let whole = chain(error);
    let reason = ["; use ", ", or use "].into_iter().find_map(|others| whole.split_once(others));
    reason.map_or(whole.as_str(), |(reason, _)| reason).to_owned()
}

fn trouble(error: &secrets::Error, command: &str) -> Error {
    if error.is_store_trouble() {
        let hint = format!("unlock it, or log in with: {command} --store file");
        return Error::Login { message: format!("the login cannot be looked up: {}", chain(error)), hint };
    }
    Error::Setup(chain(error))
}

impl TokenStore for Kept {
    fn refresh_token(&self) -> Result<Option<Secret>, Error> {
        // Trouble with one place counts only where no other knows.
        let mut first = None;
        for (place, store) in self.stores() {
            match store.get(&self.key) {
                Ok(Some(token)) => {
                    self.place.set(Some(place));
                    return Ok(Some(token));
                }
                // One that turns out to be none is as good as none.
                Ok(None) | Err(secrets::Error::NoKeyring { .. }) => {}
                Err(error) => drop(first.get_or_insert_with(|| trouble(&error, &self.command))),
            }
        }
        first.map_or(Ok(None), Err)
    }

    fn keep_refresh_token(&self, token: &Secret) -> Result<(), Error> {
        let Some(store) = self.chosen() else { return Ok(()) };
        let is_new = self.place.get() == Some(Place::Keyring) && self.noted.add();
        store.put(&self.key, token).map_err(|error| {
            if is_new && matches!(error, secrets::Error::NoKeyring { .. }) {
                self.noted.remove();
            }
            trouble(&error, &self.command)
        })
    }

    fn forget_refresh_token(&self, over: &Secret) -> Result<(), Error> {
        for (place, store) in self.stores() {
            if store.get(&self.key).ok().flatten().as_ref() == Some(over) {
                store.erase(&self.key).map_err(|error| trouble(&error, &self.command))?;
                self.is_gone(place);
            }
        }
        Ok(())
    }

    fn warn(&self, text: &str) {
        self.printer.warn(text);
    }

    fn access(&self) -> Option<Access> {
        let entry = self.told(self.cache()?.load(&self.shelf, self.clock.now()))??;
        Some(Access { value: entry.token, issued_at: entry.issued_at, expires_at: entry.expires_at })
    }

    fn keep_access(&self, access: &Access) {
        // One of which nobody knows the end is good for this run only.
        let Some(cache) = self.cache().filter(|_| access.expires_at < jiff::Timestamp::MAX) else { return };
        let Access { value: token, issued_at, expires_at } = access.clone();
        let entry = Entry { token, expires_at, issued_at, extra: Value::Null };
        self.told(cache.store(&self.shelf, &entry, self.clock.now()));
    }

    fn forget_access(&self, refused: Option<&Secret>) {
        let Some(cache) = self.cache() else { return };
        self.told(cache.forget(&self.shelf, refused));
    }

    fn lock(&self) -> LocalFuture<'_, Result<Box<dyn Any>, Error>> {
        Box::pin(async { Ok(Box::new(self.locked().await?) as Box<dyn Any>) })
    }

    fn hint(&self) -> String {
        format!("{} (add {} where there is no browser)", self.command, self.way)
    }
}
