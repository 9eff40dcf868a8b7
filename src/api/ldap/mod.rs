//! The directory of the platform, an LDAP server: users, groups, who is in them, and whether a password is right.
//!
//! Every name goes through [`names`], which escapes it: no name can become another entry or another filter. Members are
//! added and removed as values, so that two who do it at once do not undo each other's work.

mod address;
mod connect;
mod entry;
mod error;
mod groups;
mod names;
mod search;
mod shape;
mod users;
mod watch;

use std::collections::HashSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ldap3::exop::PasswordModify;
use ldap3::{Ldap, LdapError, LdapResult, Mod};

pub(crate) use address::Address;
pub(crate) use connect::{Security, connect};
pub(crate) use error::Error;
pub(crate) use groups::Group;
pub(crate) use names::Base;
pub(crate) use shape::{NewGroup, NewUser};
pub(crate) use users::User;
pub(crate) use watch::{Verb, Watch};

use crate::base::Secret;

/// Result codes of RFC 4511 that mean something to us.
mod code {
    pub(super) const TIME_LIMIT: u32 = 3;
    pub(super) const SIZE_LIMIT: u32 = 4;
    pub(super) const STRONGER_AUTH: u32 = 8;
    pub(super) const ADMIN_LIMIT: u32 = 11;
    pub(super) const CONFIDENTIALITY: u32 = 13;
    pub(super) const NO_SUCH_ATTRIBUTE: u32 = 16;
    pub(super) const VALUE_EXISTS: u32 = 20;
    pub(super) const NO_SUCH_OBJECT: u32 = 32;
    pub(super) const INAPPROPRIATE_AUTH: u32 = 48;
    pub(super) const INVALID_CREDENTIALS: u32 = 49;
    pub(super) const FORBIDDEN: u32 = 50;
    pub(super) const BUSY: u32 = 51;
    pub(super) const UNAVAILABLE: u32 = 52;
    pub(super) const OBJECT_CLASS: u32 = 65;
    pub(super) const EXISTS: u32 = 68;
}

/// A connection to the directory. Cheap to use from several places at once.
pub(crate) struct Directory {
    ldap: Ldap,
    base: Base,
    address: String,
    patience: Duration,
    watch: Rc<dyn Watch>,
}

/// Whether there was anything to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was done.
    Done,
    /// It was so already.
    AlreadySo,
    /// The entry to do it to is not there.
    NoEntry,
}

impl Directory {
    /// The entry below which everything lies.
    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    /// Asks for one thing. What the answer means is the caller's business.
    async fn ask<T>(
        &self,
        verb: Verb,
        entry: &str,
        what: &str,
        act: impl AsyncFnOnce(&mut Ldap) -> Result<(T, LdapResult), LdapError>,
    ) -> Result<(T, LdapResult), Error> {
        let mut ldap = self.ldap.clone();
        ldap.with_timeout(self.patience);
        self.watch.asking(verb, entry);
        let begin = Instant::now();
        let result = act(&mut ldap).await.map_err(|failure| error::reason(&failure));
        let answer = result.as_ref().map(|(_, answer)| answer.rc).map_err(String::as_str);
        self.watch.answered(answer, begin.elapsed());
        result.map_err(|reason| Error::Lost { what: what.to_owned(), address: self.address.clone(), reason })
    }

    /// Logs in. Who has a name and no password is let in as nobody by many servers (RFC 4513, 5.1.2), which proves nothing;
    /// so that is refused here, before anything is sent.
    pub(crate) async fn bind(&self, dn: &str, who: &str, password: &Secret) -> Result<(), Error> {
        if password.is_empty() {
            return Err(Error::EmptyPassword { who: who.to_owned() });
        }
        let what = format!("log {who} in");
        let bind = async |ldap: &mut Ldap| Ok(((), ldap.simple_bind(dn, password.expose()).await?));
        let ((), answer) = self.ask(Verb::Bind, dn, &what, bind).await?;
        match answer.rc {
            0 => Ok(()),
            // An entry that is not there, or has no password, is refused like a wrong password, so that nobody learns of it.
            code::INVALID_CREDENTIALS | code::INAPPROPRIATE_AUTH => Err(Error::Login { who: who.to_owned() }),
            _ => Err(Error::refused(what, &answer)),
        }
    }

    /// Sets a password as the server's own operation for it, so that the server keeps it as it keeps passwords (RFC 3062).
    async fn modify_password(&self, dn: &str, password: &Secret, what: String) -> Result<Change, Error> {
        if password.is_empty() {
            return Err(Error::EmptyPassword { who: what });
        }
        let request = PasswordModify { user_id: Some(dn), old_pass: None, new_pass: Some(password.expose()) };
        let modify = async |ldap: &mut Ldap| Ok(((), ldap.extended(request).await?.1));
        let ((), answer) = self.ask(Verb::Password, dn, &what, modify).await?;
        match answer.rc {
            0 => Ok(Change::Done),
            code::NO_SUCH_OBJECT => Ok(Change::NoEntry),
            _ => Err(Error::refused(what, &answer)),
        }
    }

    /// Adds an entry. `AlreadySo` means that one of that name is there, of which nothing else is known.
    async fn add(&self, dn: &str, attributes: Vec<(String, HashSet<String>)>, what: String) -> Result<Change, Error> {
        let add = async |ldap: &mut Ldap| Ok(((), ldap.add(dn, attributes).await?));
        let ((), answer) = self.ask(Verb::Add, dn, &what, add).await?;
        match answer.rc {
            0 => Ok(Change::Done),
            code::EXISTS => Ok(Change::AlreadySo),
            _ => Err(Error::refused(what, &answer)),
        }
    }

    /// Changes attributes of an entry, all of them or none.
    async fn modify(&self, dn: &str, changes: Vec<Mod<String>>, what: String) -> Result<Change, Error> {
        let modify = async |ldap: &mut Ldap| Ok(((), ldap.modify(dn, changes).await?));
        let ((), answer) = self.ask(Verb::Modify, dn, &what, modify).await?;
        match answer.rc {
            0 => Ok(Change::Done),
            code::NO_SUCH_OBJECT => Ok(Change::NoEntry),
            code::VALUE_EXISTS | code::NO_SUCH_ATTRIBUTE => Ok(Change::AlreadySo),
            _ => Err(Error::refused(what, &answer)),
        }
    }

    async fn delete(&self, dn: &str, what: String) -> Result<Change, Error> {
        let delete = async |ldap: &mut Ldap| Ok(((), ldap.delete(dn).await?));
        let ((), answer) = self.ask(Verb::Delete, dn, &what, delete).await?;
        match answer.rc {
            0 => Ok(Change::Done),
            code::NO_SUCH_OBJECT => Ok(Change::NoEntry),
            _ => Err(Error::refused(what, &answer)),
        }
    }
}

/// Sets an attribute, or takes it away where the text is empty: LDAP knows no empty text.
fn replace(attribute: &str, text: &str) -> Mod<String> {
    let values = if text.is_empty() { HashSet::new() } else { HashSet::from([text.to_owned()]) };
    Mod::Replace(attribute.to_owned(), values)
}
