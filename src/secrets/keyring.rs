//! The operating system's own store. It may be locked, absent or hung (under cron, over SSH, in a container), so it is
//! asked only when a secret is needed, in a thread that can be left behind, and never waited for long.

use std::cell::{Cell, OnceCell};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::{Error, Key, Store};
use crate::base::{Secret, text};

#[cfg(feature = "keyring")]
mod system;

/// Long for a program to answer, short for a person to wait.
const LIMIT: Duration = Duration::from_secs(3);

/// What is said of the user's session, by whoever reads the environment.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(not(feature = "keyring"), expect(dead_code, reason = "a build without a keyring looks for none"))]
pub(crate) struct Session<'a> {
    /// `DBUS_SESSION_BUS_ADDRESS`.
    pub(crate) bus_address: Option<&'a str>,
    /// `XDG_RUNTIME_DIR`.
    pub(crate) runtime_dir: Option<&'a Path>,
}

/// The keyring of the user's session.
pub(crate) struct Keyring {
    backend: Result<Arc<dyn Backend>, String>,
    limit: Duration,
    /// One that did not answer once is not asked again: the limit is for the whole command.
    hung: Cell<bool>,
    /// Why there is none after all, as asking has shown.
    absent: OnceCell<String>,
}

/// What is asked of the store, from another thread.
trait Backend: Send + Sync {
    fn get(&self, service: &str, user: &str) -> Result<Option<Secret>, Failure>;
    fn put(&self, service: &str, user: &str, secret: &Secret) -> Result<(), Failure>;
    fn erase(&self, service: &str, user: &str) -> Result<bool, Failure>;
}

/// Why nothing came of it, in the store's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(feature = "keyring", test)), expect(dead_code, reason = "a build without a keyring asks none"))]
enum Failure {
    /// There is nobody to ask.
    Absent(String),
    Refused(String),
}

impl Keyring {
    /// Finds out whether there could be one. Nothing is asked of it yet.
    pub(crate) fn new(session: Session<'_>) -> Self {
        Self { backend: backend(session), limit: LIMIT, hung: Cell::new(false), absent: OnceCell::new() }
    }

    /// Whether asking makes sense; if not, why.
    #[cfg_attr(not(any(feature = "oauth", test)), expect(dead_code, reason = "a build without logins just asks"))]
    pub(crate) fn available(&self) -> Result<(), Error> {
        self.backend().map(|_| ())
    }

    fn backend(&self) -> Result<&Arc<dyn Backend>, Error> {
        let backend = self.absent.get().map_or(self.backend.as_ref(), Err);
        backend.map_err(|reason| Error::NoKeyring { reason: text::safe(reason).into_owned() })
    }

    fn ask<T: Send + 'static>(
        &self,
        action: &'static str,
        key: &Key,
        question: impl FnOnce(&dyn Backend, &str, &str) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Error> {
        let backend = Arc::clone(self.backend()?);
        let timeout = || Error::StoreTimeout { store: self.name(), limit: self.limit };
        if self.hung.get() {
            return Err(timeout());
        }
        let (service, user) = (format!("orchest {}", key.endpoint), account(key));
        let (answer, answered) = channel();
        // Left behind if it does not come back; the end of the process ends it.
        thread::spawn(move || {
            let _ = answer.send(question(&*backend, &service, &user));
        });
        let outcome = answered.recv_timeout(self.limit).map_err(|_| {
            self.hung.set(true);
            timeout()
        })?;
        outcome.map_err(|failure| match failure {
            Failure::Absent(reason) => {
                Error::NoKeyring { reason: text::safe(self.absent.get_or_init(|| reason)).into_owned() }
            }
            Failure::Refused(reason) => {
                Error::StoreRefused { store: self.name(), action, reason: text::safe(&reason).into_owned() }
            }
        })
    }
}

impl Store for Keyring {
    fn get(&self, key: &Key) -> Result<Option<Secret>, Error> {
        self.ask("look up", key, |backend, service, user| backend.get(service, user))
    }

    fn put(&self, key: &Key, secret: &Secret) -> Result<(), Error> {
        let secret = secret.clone();
        self.ask("keep", key, move |backend, service, user| backend.put(service, user, &secret))
    }

    fn erase(&self, key: &Key) -> Result<bool, Error> {
        self.ask("erase", key, |backend, service, user| backend.erase(service, user))
    }

    fn name(&self) -> String {
        let store = if cfg!(target_os = "macos") {
            "Keychain"
        } else if cfg!(windows) {
            "Credential Manager"
        } else {
            "Secret Service"
        };
        format!("the keyring ({store})")
    }
}

/// User and domain as one name. A user called `a@b` in `c` must not meet `a` in `b@c`.
fn account(key: &Key) -> String {
    let escaped = |part: &str| part.replace('%', "%25").replace('@', "%40");
    format!("{}@{}", escaped(&key.user), escaped(&key.domain))
}

#[cfg(not(feature = "keyring"))]
fn backend(_: Session<'_>) -> Result<Arc<dyn Backend>, String> {
    Err("this program was built without support for one".to_owned())
}

#[cfg(feature = "keyring")]
fn backend(session: Session<'_>) -> Result<Arc<dyn Backend>, String> {
    if cfg!(target_os = "linux") && !has_bus(session) {
        return Err("this session has no message bus (DBUS_SESSION_BUS_ADDRESS is not set)".to_owned());
    }
    Ok(Arc::new(system::System))
}

/// The places where the keyring's own library would look for the bus.
#[cfg(feature = "keyring")]
fn has_bus(session: Session<'_>) -> bool {
    if session.bus_address.is_some_and(|address| !address.is_empty()) {
        return true;
    }
    let usual = || Path::new("/run/user").join(rustix::process::geteuid().as_raw().to_string());
    session.runtime_dir.map_or_else(usual, Path::to_path_buf).join("bus").exists()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Instant;

    use super::*;

    #[derive(Default)]
    struct Fake {
        delay: Duration,
        kept: Mutex<Option<(String, String, Secret)>>,
        fails: Option<Failure>,
        asked: Mutex<u32>,
    }

    impl Fake {
        fn begin(&self) -> Result<(), Failure> {
            *self.asked.lock().unwrap() += 1;
            thread::sleep(self.delay);
            self.fails.clone().map_or(Ok(()), Err)
        }
    }

    impl Backend for Fake {
        fn get(&self, service: &str, user: &str) -> Result<Option<Secret>, Failure> {
            self.begin()?;
            let kept = self.kept.lock().unwrap().clone();
            Ok(kept.filter(|kept| kept.0 == service && kept.1 == user).map(|kept| kept.2))
        }

        fn put(&self, service: &str, user: &str, secret: &Secret) -> Result<(), Failure> {
            self.begin()?;
            *self.kept.lock().unwrap() = Some((service.to_owned(), user.to_owned(), secret.clone()));
            Ok(())
        }

        fn erase(&self, _: &str, _: &str) -> Result<bool, Failure> {
            self.begin()?;
            Ok(self.kept.lock().unwrap().take().is_some())
        }
    }

    fn keyring(fake: Fake) -> (Keyring, Arc<Fake>) {
        let fake = Arc::new(fake);
        let backend: Arc<dyn Backend> = fake.clone();
        let (hung, absent) = (Cell::new(false), OnceCell::new());
        (Keyring { backend: Ok(backend), limit: Duration::from_millis(100), hung, absent }, fake)
    }

    fn key(user: &str, domain: &str) -> Key {
        Key { endpoint: "https://k.example".into(), user: user.into(), domain: domain.into() }
    }

    #[test]
    fn keeps_finds_and_erases_by_the_whole_key() {
        let (keyring, _) = keyring(Fake::default());
        keyring.put(&key("a@b", "c"), &Secret::new("canary-keyring")).unwrap();
        assert_eq!(keyring.get(&key("a@b", "c")).unwrap().unwrap().expose(), "canary-keyring");
        assert_eq!(keyring.get(&key("a", "b@c")).unwrap(), None);
        assert!(keyring.erase(&key("a@b", "c")).unwrap());
        assert_eq!(keyring.get(&key("a@b", "c")).unwrap(), None);
    }

    #[test]
    fn one_that_hangs_is_left_behind_and_not_asked_again() {
        let (keyring, fake) = keyring(Fake { delay: Duration::from_secs(20), ..Fake::default() });
        let started = Instant::now();
        let error = keyring.get(&key("a", "b")).unwrap_err();
        let again = keyring.put(&key("a", "b"), &Secret::new("canary-hung")).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(5));
        assert!(matches!((&error, again), (Error::StoreTimeout { .. }, Error::StoreTimeout { .. })));
        let message = error.to_string();
        assert!(message.contains("the keyring (") && message.contains("--password-file"), "{message}");
        assert_eq!(*fake.asked.lock().unwrap(), 1);
    }

    #[test]
    fn a_refusal_names_the_store_and_is_safe_to_show() {
        let fails = Some(Failure::Refused("locked\u{1b}[31m".to_owned()));
        let (keyring, _) = keyring(Fake { fails, ..Fake::default() });
        let message = keyring.erase(&key("a", "b")).unwrap_err().to_string();
        assert!(message.contains("could not erase the password: locked\\x1b"), "{message}");
    }

    #[test]
    fn one_that_is_not_there_after_all_is_none_and_is_not_asked_again() {
        let fails = Some(Failure::Absent("nobody\u{1b}[31m".to_owned()));
        let (keyring, fake) = keyring(Fake { fails, ..Fake::default() });
        assert!(keyring.available().is_ok());
        for _ in 0..2 {
            let error = keyring.get(&key("a", "b")).unwrap_err();
            assert!(matches!(&error, Error::NoKeyring { reason } if reason == "nobody\\x1b[31m"), "{error}");
        }
        assert!(keyring.available().is_err());
        assert_eq!(*fake.asked.lock().unwrap(), 1);
    }

    #[test]
    fn without_a_bus_nothing_is_asked() {
        let dir = tempfile::tempdir().unwrap();
        let session = Session { bus_address: Some(""), runtime_dir: Some(dir.path()) };
        let keyring = Keyring::new(session);
        let message = keyring.available().unwrap_err().to_string();
        assert!(message.starts_with("no keyring: "), "{message}");
        assert!(matches!(keyring.get(&key("a", "b")), Err(Error::NoKeyring { .. })));
    }

    #[cfg(all(feature = "keyring", target_os = "linux"))]
    #[test]
    fn a_bus_in_either_place_will_do() {
        let dir = tempfile::tempdir().unwrap();
        let unset = Session { bus_address: None, runtime_dir: Some(dir.path()) };
        assert!(Keyring::new(Session { bus_address: Some("unix:path=/nowhere"), ..unset }).available().is_ok());
        std::fs::write(dir.path().join("bus"), "").unwrap();
        assert!(Keyring::new(unset).available().is_ok());
    }

    #[cfg(all(feature = "keyring", target_os = "linux"))]
    #[test]
    fn a_dead_bus_is_an_error_within_the_limit_and_no_plain_text() {
        let started = Instant::now();
        // The library reads the environment itself; where that names no bus either, this is the refusal it gives.
        let keyring = Keyring::new(Session { bus_address: Some("unix:path=/nowhere/bus"), runtime_dir: None });
        let error = keyring.get(&key("nobody", "nowhere")).err();
        assert!(started.elapsed() < LIMIT + Duration::from_secs(1));
        assert!(error.is_none_or(|error| error.is_store_trouble()));
    }
}
