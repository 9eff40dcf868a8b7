//! Passwords: whose, from where, and where they are kept.

use std::path::PathBuf;
use std::rc::Rc;

use anyhow::Result;

use crate::base::Secret;
use crate::http::Endpoint;
use crate::secrets::{self, FileStore, Key, Store};

use super::super::args::{IdentityArgs, NewPasswordArgs};
use super::super::auth::StoreChoice;
use super::super::error::{CliError, Exit};
use super::super::login::{OnlyTyped, Passwords};
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
        Ok(Rc::new(Passwords {
            key,
            typed: typed.clone(),
            variable: self.settings.env_secret("password").map(|(secret, name)| (name, secret)),
            file: self.settings.path("auth.password_file")?,
            helper: self.settings.list("auth.password_command")?,
            cloud: self.settings.cloud_secret().map(|(secret, _)| secret.clone()),
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
        let mut places = Vec::new();
        if let Some(keyring) = passwords.keyring() {
            match keyring.erase(&passwords.key) {
                Ok(true) => places.push(keyring.name()),
                Ok(false) | Err(secrets::Error::NoKeyring { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if self.state.is_some() {
            let store = self.file_store()?;
            if store.erase(&passwords.key)? {
                places.push(store.name());
            }
        }
        Ok(places)
    }
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
    use super::check_length;

    #[test]
    fn eight_characters_are_enough_and_seven_are_not() {
        assert!(check_length("ärgerlich", false).is_ok() && check_length("12345678", false).is_ok());
        assert!(check_length("1234567", false).is_err(), "seven");
        assert!(check_length("äöüäöüß", false).is_err(), "seven characters, and more bytes");
        assert!(check_length("1", true).is_ok());
    }
}
