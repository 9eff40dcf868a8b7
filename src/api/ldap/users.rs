//! Users of the directory.

use std::collections::HashSet;

use ldap3::Mod;

use crate::base::Secret;
use crate::base::text::safe;

use super::entry::Entry;
use super::names::{equals, matches};
use super::{Change, Directory, Error, NewUser, code, replace};

/// Never the password, whoever asks.
const ATTRIBUTES: [&str; 3] = ["uid", "mail", "description"];

/// One user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) dn: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) description: Option<String>,
}

impl User {
    fn of(entry: &Entry) -> Self {
        Self {
            dn: entry.dn.clone(),
            name: entry.first("uid").unwrap_or_default(),
            email: entry.first("mail"),
            description: entry.first("description"),
        }
    }
}

impl Directory {
    /// All users whose name matches, sorted; a star stands for any text.
    pub(crate) async fn users(&self, pattern: &str) -> Result<Vec<User>, Error> {
        let (place, filter) = (self.base.users(), matches("uid", pattern));
        let entries = self.all(&place, &filter, &ATTRIBUTES, "list the users".to_owned()).await?;
        let mut users: Vec<User> = entries.iter().map(User::of).collect();
        users.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(users)
    }

    /// The user of exactly this name.
    pub(crate) async fn user(&self, name: &str) -> Result<Option<User>, Error> {
        let found = self.look(&self.base.user(name), &ATTRIBUTES, format!("look at user {}", safe(name))).await?;
        Ok(found.as_ref().map(User::of))
    }

    /// The names of the groups that a user of this name is in, also where there is no such user any more.
    pub(crate) async fn groups_of(&self, name: &str) -> Result<Vec<String>, Error> {
        let filter = format!("(&(objectClass=groupOfNames){})", equals("member", &self.base.user(name)));
        let what = format!("look for the groups of user {}", safe(name));
        let entries = self.all(&self.base.groups(), &filter, &["cn"], what).await?;
        let mut names: Vec<String> = entries.iter().filter_map(|entry| entry.first("cn")).collect();
        names.sort();
        Ok(names)
    }

    /// Makes a user, in one write.
    pub(crate) async fn add_user(&self, user: &NewUser) -> Result<Change, Error> {
        let what = format!("add user {}", safe(&user.name));
        if user.password.is_empty() {
            return Err(Error::EmptyPassword { who: what });
        }
        self.add(&self.base.user(&user.name), user.attributes(), what).await.map_err(|error| match error {
            Error::NoPlace { what, .. } => Error::NoPlace { what, place: self.base.users() },
            other => other,
        })
    }

    /// Changes what is given; an empty text takes it away.
    pub(crate) async fn update_user(
        &self,
        name: &str,
        email: Option<&str>,
        description: Option<&str>,
    ) -> Result<Change, Error> {
        let given = [("mail", email), ("description", description)];
        let changes = given.into_iter().filter_map(|(attribute, text)| Some(replace(attribute, text?))).collect();
        self.modify(&self.base.user(name), changes, format!("change user {}", safe(name))).await
    }

    /// Sets a password; the server decides how it is kept.
    pub(crate) async fn set_password(&self, name: &str, password: &Secret) -> Result<Change, Error> {
        self.modify_password(&self.base.user(name), password, format!("set the password of user {}", safe(name))).await
    }

    /// Takes a user out of all groups, so that nobody who gets the name later gets the groups with it, and then away.
    pub(crate) async fn delete_user(&self, name: &str) -> Result<Change, Error> {
        for group in self.groups_of(name).await? {
            self.remove_member(&group, name).await?;
        }
        self.delete(&self.base.user(name), format!("delete user {}", safe(name))).await
    }

    /// Puts a user into a group: adds this one value.
    pub(crate) async fn add_member(&self, group: &str, user: &str) -> Result<Change, Error> {
        let change = Mod::Add("member".to_owned(), HashSet::from([self.base.user(user)]));
        let what = format!("put user {} into group {}", safe(user), safe(group));
        self.modify(&self.base.group(group), vec![change], what).await
    }

    /// Takes a user out of a group: deletes this one value. A group of others may have no other member, and none can be
    /// without one; then the group's own place stays in it.
    pub(crate) async fn remove_member(&self, group: &str, user: &str) -> Result<Change, Error> {
        let (dn, what) = (self.base.group(group), format!("take user {} out of group {}", safe(user), safe(group)));
        let gone = || Mod::Delete("member".to_owned(), HashSet::from([self.base.user(user)]));
        match self.modify(&dn, vec![gone()], what.clone()).await {
            Err(Error::Refused { code: code::OBJECT_CLASS, .. }) => {
                let stays = Mod::Add("member".to_owned(), HashSet::from([self.base.groups()]));
                self.modify(&dn, vec![stays, gone()], what).await
            }
            other => other,
        }
    }
}
