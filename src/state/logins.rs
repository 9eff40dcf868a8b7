//! Which logins at issuers were put into the keyring: it does not tell what it holds, and is not there in every session. No
//! token is kept here. What is noted may be gone from the keyring; what is not noted was never put there from here.

use serde::{Deserialize, Serialize};

use super::shelf::{Shelf, file_name};
use super::{StateDir, Warning};

/// One login: where, and as which client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) issuer: String,
    pub(crate) client: String,
    /// What sort of a thing it is, where it is no login at an issuer of tokens.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) sort: String,
}

impl Login {
    fn file(&self) -> String {
        let parts = [self.issuer.as_str(), &self.client, &self.sort];
        let used = if self.sort.is_empty() { parts.get(..2) } else { None };
        format!("{}.json", file_name(used.unwrap_or(&parts)))
    }
}

/// The logins that may be in the keyring.
#[derive(Debug, Clone)]
pub(crate) struct Logins {
    shelf: Shelf,
}

impl Logins {
    pub(crate) fn new(state: &StateDir) -> Self {
        Self { shelf: Shelf::new(state, "logins") }
    }

    /// Whether this one may be there.
    pub(crate) fn has(&self, login: &Login) -> Result<bool, Warning> {
        // Long names are told apart by a hash only, so what is inside decides.
        Ok(self.shelf.read::<Login>(&login.file())?.is_some_and(|noted| noted == *login))
    }

    pub(crate) fn add(&self, login: &Login) -> Result<(), Warning> {
        self.shelf.sweep(Some(&login.file()))?;
        self.shelf.write(&login.file(), login)
    }

    pub(crate) fn remove(&self, login: &Login) -> Result<(), Warning> {
        self.shelf.remove(&login.file()).map(drop)
    }

    /// All of them, and what could not be read.
    pub(crate) fn all(&self) -> (Vec<Login>, Vec<Warning>) {
        let (mut logins, mut missed) = (Vec::new(), Vec::new());
        let files = self.shelf.files().unwrap_or_else(|warning| {
            missed.push(warning);
            Vec::new()
        });
        for file in files {
            match self.shelf.read(&file) {
                Ok(login) => logins.extend(login),
                Err(warning) => missed.push(warning),
            }
        }
        (logins, missed)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::base::private;
    use crate::state::testing::directory;

    fn login(issuer: &str, client: &str) -> Login {
        Login { issuer: issuer.to_owned(), client: client.to_owned(), sort: String::new() }
    }

    #[test]
    fn a_login_is_noted_until_it_is_gone_and_only_for_its_owner_to_read() {
        let (_dir, state) = directory();
        let logins = Logins::new(&state);
        let (one, other) = (login("https://iam.example", "orchest"), login("https://iam.example", "another"));
        assert!(!logins.has(&one).unwrap() && logins.all().0.is_empty());
        logins.add(&one).unwrap();
        logins.add(&one).unwrap();
        assert!(logins.has(&one).unwrap() && !logins.has(&other).unwrap());
        assert_eq!(logins.all().0, std::slice::from_ref(&one));
        let mode = std::fs::metadata(logins.shelf.path(&one.file())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        logins.remove(&one).unwrap();
        logins.remove(&one).unwrap();
        assert!(!logins.has(&one).unwrap());
    }

    #[test]
    fn a_damaged_note_is_told_beside_the_others() {
        let (_dir, state) = directory();
        let logins = Logins::new(&state);
        let (one, other) = (login("https://a", "orchest"), login("https://b", "orchest"));
        logins.add(&one).unwrap();
        logins.add(&other).unwrap();
        private::write(&logins.shelf.path(&one.file()), b"{").unwrap();
        assert!(logins.has(&one).is_err());
        let (found, missed) = logins.all();
        assert_eq!((found, missed.len()), (vec![other], 1));
    }
}
