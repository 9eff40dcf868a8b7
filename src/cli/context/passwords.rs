//! Passwords: whose, from where, and where they are kept.

use std::path::PathBuf;
use std::rc::Rc;

use anyhow::Result;

use crate::api::keystone::auth::PasswordSource;
use crate::base::Secret;
use crate::base::clock::LocalFuture;
use crate::http::{self, Endpoint};
use crate::secrets::{self, FileStore, Key, Store};

use super::super::args::{IdentityArgs, NewPasswordArgs};
use super::super::auth::StoreChoice;
use super::super::error::{CliError, Exit};
use super::super::login::{OnlyTyped, Passwords, chain};
use super::Context;

impl Context {
    /// Standard input has one reader: the list of items, the password to log in with, or a new password.
    pub(crate) fn take_stdin(&self) -> Result<()> {
        if self.globals.identity.password_stdin || self.stdin_taken.replace(true) {
            let error = CliError::usage("standard input can be only one thing: a password or a list");
            return Err(error.next("give the password with --password-file or --new-password-file").into());
        }
        Ok(())
    }

    /// The password that is being given to somebody, if a flag says where it is. One that is too short is refused before
    /// anything is sent.
    pub(crate) fn new_password(&self, args: &NewPasswordArgs) -> Result<Option<Secret>> {
        self.any_password.set(args.any_password);
        let given = self.given_password(args)?;
        if let Some(password) = &given {
            check_length(password.expose(), args.any_password)?;
        }
        Ok(given)
    }

    fn given_password(&self, args: &NewPasswordArgs) -> Result<Option<Secret>> {
        if let Some(given) = &self.globals.identity.given.new {
            return Ok(Some(given.clone()));
        }
        if args.new_password_stdin {
            self.take_stdin()?;
            return Ok(Some(secrets::stdin::read(&mut std::io::stdin().lock())?));
        }
        if let Some(path) = &args.new_password_file {
            return Ok(Some(secrets::file::read(path)?));
        }
        if let (true, Some(path)) = (args.generate_password, &args.password_out) {
            if self.dry_run() {
                return Ok(None);
            }
            let made = secrets::file::password_out(path, secrets::generate::password)?;
            return Ok(Some(made.secret().clone()));
        }
        Ok(None)
    }

    /// Asks twice.
    pub(crate) fn prompt_new_password(&self, question: &str, flag: &str) -> Result<Secret> {
        let first = self.prompter.password(question, flag)?;
        check_length(first.expose(), self.any_password.get())?;
        let second = self.prompter.password("Again, please", flag)?;
        if first == second { Ok(first) } else { Err(CliError::usage("the two passwords are not the same").into()) }
    }

    pub(super) fn passwords_for(
        &self,
        endpoint: &Endpoint,
        typed: &IdentityArgs,
        only_typed: Option<OnlyTyped>,
        user: &str,
        domain: &str,
    ) -> Result<Rc<Passwords>> {
        let key =
            Key { endpoint: endpoint.origin().ascii_serialization(), user: user.to_owned(), domain: domain.to_owned() };
        let known = match only_typed {
            // What somebody typed for one line is not meant for another.
            Some(_) => Rc::default(),
            None => self.common.password((key.clone(), typed.password_file.clone(), typed.password_command.clone())),
        };
        let (file, helper) = self.settings.file_or_command("auth.password")?;
        Ok(Rc::new(Passwords {
            key,
            typed: typed.clone(),
            variable: self.settings.env_secret("password").map(|(secret, name)| (name, secret)),
            file,
            helper,
            cloud: self.settings.cloud_secret_for(user, domain)?.cloned(),
            store: self.settings.text("auth.store")?,
            files: self.state.as_ref().map(|state| state.root().to_owned()),
            environment: self.inputs.env.clone().into_iter().collect(),
            bus: (
                self.inputs.variable("DBUS_SESSION_BUS_ADDRESS").map(str::to_owned),
                self.inputs.variable("XDG_RUNTIME_DIR").map(PathBuf::from),
            ),
            only_typed,
            prompter: self.prompter.clone(),
            known,
        }))
    }

    /// Where a login of our own takes its password. Where there is none, the error says why a cloud's was passed over.
    pub(super) fn own_source(&self, passwords: Rc<Passwords>) -> Result<Box<dyn PasswordSource>> {
        let (user, domain) = (&passwords.key.user, &passwords.key.domain);
        let passed_over = match passwords.only_typed {
            // It says itself why nothing that is kept will do.
            Some(_) => None,
            None => self.settings.cloud_passed_over(user, domain)?,
        };
        let source: Box<dyn PasswordSource> = match passed_over {
            Some(why) => Box::new(PassedOver { passwords, why }),
            None => Box::new(passwords),
        };
        Ok(source)
    }

    /// Keeps the password of this run's login.
    pub(crate) fn store_password(&self, choice: StoreChoice) -> Result<String> {
        let Some(passwords) = self.passwords.get() else {
            return Err(CliError::usage("there is no password to keep").into());
        };
        let password = passwords.obtain()?;
        if choice == StoreChoice::File {
            let store = self.file_store()?;
            store.put(&passwords.key, &password)?;
            let is_used = self.settings.text("auth.store")?.is_some_and(|store| store == "file");
            let how = if is_used { "" } else { "; to have it used: orchest config set auth.store file" };
            return Ok(store.name() + how);
        }
        let Some(keyring) = passwords.keyring() else {
            return Err(CliError::usage("auth.store says file; use --store file").into());
        };
        match keyring.put(&passwords.key, &password) {
            Ok(()) => Ok(keyring.name()),
            // The other ways in its message keep nothing.
            Err(error @ secrets::Error::NoKeyring { .. }) => {
                Err(CliError::new(Exit::Login, error.to_string()).next("orchest auth login --store file").into())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn file_store(&self) -> Result<FileStore> {
        match &self.state {
            Some(state) => {
                state.create()?;
                Ok(FileStore::new(state.root()))
            }
            None => Err(CliError::new(Exit::Config, "there is no home directory to keep a file in").into()),
        }
    }

    /// Erases the password of this login wherever it is kept; says where it was.
    pub(crate) fn erase_password(&self) -> Result<Vec<String>> {
        let Some(passwords) = self.passwords.get() else { return Ok(Vec::new()) };
        let keyring = passwords.keyring();
        let files = self.state.as_ref().map(|state| FileStore::new(state.root()));
        let keyring = keyring.as_ref().map(|keyring| keyring as &dyn Store);
        let files = files.as_ref().map(|files| files as &dyn Store);
        Ok(erase_in(keyring.into_iter().chain(files), &passwords.key)?)
    }
}

/// The places of a password, of which a cloud is none, and why not.
struct PassedOver {
    passwords: Rc<Passwords>,
    why: String,
}

impl PasswordSource for PassedOver {
    fn password(&self) -> LocalFuture<'_, Result<Secret, http::Error>> {
        Box::pin(async { self.passwords.obtain().map_err(|error| explained(error, &self.why)) })
    }
}

/// Says more where nobody knew the password; what else goes wrong has other reasons.
fn explained(error: http::Error, why: &str) -> http::Error {
    match error {
        http::Error::Setup(text) if text.starts_with("no password for ") => {
            http::Error::Setup(format!("{text}; {why}"))
        }
        other => other,
    }
}

/// Erases it in each of these places. One that does not answer keeps nobody from erasing it in the others.
fn erase_in<'a>(stores: impl Iterator<Item = &'a dyn Store>, key: &Key) -> Result<Vec<String>, CliError> {
    let (mut erased, mut missed) = (Vec::new(), Vec::new());
    for store in stores {
        match store.erase(key) {
            Ok(was_there) => erased.extend(was_there.then(|| store.name())),
            Err(secrets::Error::NoKeyring { .. }) => {}
            Err(error) => missed.push(error),
        }
    }
    if missed.is_empty() { Ok(erased) } else { Err(half_erased(&erased, &missed)) }
}

/// Names the places where it was erased, and those where it was not: each error says which it is about.
fn half_erased(erased: &[String], missed: &[secrets::Error]) -> CliError {
    let done = if erased.is_empty() { String::new() } else { format!("; it was erased from {}", erased.join(" and ")) };
    let is_store = missed.iter().any(secrets::Error::is_store_trouble);
    let exit = if is_store { Exit::Login } else { Exit::Config };
    let error = CliError::new(exit, format!("the password could not be erased everywhere{done}"));
    let error = missed
        .iter()
        .fold(error, |error, why| error.cause(format!("it may still be kept: {}", without_other_ways(&chain(why)))));
    let next = missed.iter().find_map(secrets::Error::next);
    error.next(next.unwrap_or_else(|| "unlock that store, and type the same line again".to_owned()))
}

/// Without the other ways to give a password, which erase nothing.
fn without_other_ways(reason: &str) -> &str {
    let cut = ["; unlock it, or use --", "; use --"].into_iter().find_map(|ways| reason.split_once(ways));
    cut.map_or(reason, |(reason, _)| reason)
}

/// The platform's plug-in and its own service take no new password of fewer characters; stock Keystone takes any.
const SHORTEST: usize = 8;

/// Refuses a new password that the platform would not take.
pub(crate) fn check_length(password: &str, any: bool) -> Result<(), CliError> {
    if any || password.chars().count() >= SHORTEST {
        return Ok(());
    }
    let error =
        CliError::usage(format!("the new password has fewer than {SHORTEST} characters; the platform takes none such"));
    Err(error.next("choose a longer one, or say --any-password where the server is stock Keystone"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    type Answer = fn() -> Result<bool, secrets::Error>;

    /// A place that may have the password, and what it answers when that is to be erased.
    struct Place(&'static str, Answer);

    impl Store for Place {
        fn get(&self, _: &Key) -> Result<Option<Secret>, secrets::Error> {
            Ok(None)
        }

        fn put(&self, _: &Key, _: &Secret) -> Result<(), secrets::Error> {
            Ok(())
        }

        fn erase(&self, _: &Key) -> Result<bool, secrets::Error> {
            (self.1)()
        }

        fn name(&self) -> String {
            self.0.to_owned()
        }
    }

    fn erased(places: &[Place]) -> Result<Vec<String>, CliError> {
        let key = Key { endpoint: "https://k.example".into(), user: "admin".into(), domain: "Default".into() };
        erase_in(places.iter().map(|place| place as &dyn Store), &key)
    }

    #[test]
    fn a_password_is_erased_in_every_place_that_answers() {
        let hung: Answer =
            || Err(secrets::Error::StoreTimeout { store: "the keyring".into(), limit: Duration::from_secs(3) });
        let absent: Answer = || Err(secrets::Error::NoKeyring { reason: "no bus".into() });
        let (keyring, files) = (Place("the keyring", || Ok(true)), Place("the files", || Ok(true)));
        assert_eq!(erased(&[keyring, files]).unwrap(), ["the keyring", "the files"]);
        let places = [Place("the keyring", absent), Place("the files", || Ok(true)), Place("empty", || Ok(false))];
        assert_eq!(erased(&places).unwrap(), ["the files"]);

        let error = erased(&[Place("the keyring", hung), Place("the files", || Ok(true))]).unwrap_err();
        assert_eq!(error.exit, Exit::Login);
        assert!(error.message.ends_with("erased from the files"), "{}", error.message);
        let [cause] = error.causes.as_slice() else { panic!("{:?}", error.causes) };
        assert!(cause.contains("the keyring") && cause.contains("3 s") && !cause.contains("--password"), "{cause}");
        let error = erased(&[Place("the keyring", hung), Place("the files", || Ok(false))]).unwrap_err();
        assert!(!error.message.contains("erased from"), "{}", error.message);
        assert!(error.next.is_some_and(|next| next.contains("the same line")));
    }

    #[test]
    fn a_password_that_is_missing_is_told_with_the_one_that_was_passed_over() {
        let why = "the password of cloud dev was passed over: its user is joe";
        let said = |text: &str| explained(http::Error::Setup(text.to_owned()), why);
        assert_eq!(said("no password for admin@Default").to_string(), format!("no password for admin@Default; {why}"));
        assert_eq!(said("p: cannot be read").to_string(), "p: cannot be read");
        assert!(matches!(explained(http::Error::Stopped, why), http::Error::Stopped));
    }

    #[test]
    fn eight_characters_are_enough_and_seven_are_not() {
        assert!(check_length("ärgerlich", false).is_ok() && check_length("12345678", false).is_ok());
        assert!(check_length("1234567", false).is_err(), "seven");
        assert!(check_length("äöüäöüß", false).is_err(), "seven characters, and more bytes");
        assert!(check_length("1", true).is_ok());
    }
}
