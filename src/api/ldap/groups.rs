//! Groups of the directory.

use crate::base::text::safe;

use super::entry::Entry;
use super::names::matches;
use super::{Base, Change, Directory, Error, NewGroup, replace};

const ATTRIBUTES: [&str; 3] = ["cn", "description", "member"];

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) dn: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Names of users, sorted; the full name of an entry that is no user's.
    pub(crate) members: Vec<String>,
}

impl Group {
    fn of(base: &Base, entry: &Entry) -> Self {
        let members = entry.all("member").iter().filter(|dn| !base.is_placeholder(dn));
        let mut members: Vec<String> = members.map(|dn| base.user_of(dn).unwrap_or_else(|| dn.clone())).collect();
        members.sort();
        Self {
            dn: entry.dn.clone(),
            name: entry.first("cn").unwrap_or_default(),
            description: entry.first("description"),
            members,
        }
    }
}

impl Directory {
    /// All groups whose name matches, sorted; a star stands for any text.
    pub(crate) async fn groups(&self, pattern: &str) -> Result<Vec<Group>, Error> {
        let filter = format!("(&(objectClass=groupOfNames){})", matches("cn", pattern));
        let entries = self.all(&self.base.groups(), &filter, &ATTRIBUTES, "list the groups".to_owned()).await?;
        let mut groups: Vec<Group> = entries.iter().map(|entry| Group::of(&self.base, entry)).collect();
        groups.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(groups)
    }

    /// The group of exactly this name.
    pub(crate) async fn group(&self, name: &str) -> Result<Option<Group>, Error> {
        let found = self.look(&self.base.group(name), &ATTRIBUTES, format!("look at group {}", safe(name))).await?;
        Ok(found.map(|entry| Group::of(&self.base, &entry)))
    }

    /// Makes a group.
    pub(crate) async fn add_group(&self, group: &NewGroup) -> Result<Change, Error> {
        let what = format!("add group {}", safe(&group.name));
        self.add(&self.base.group(&group.name), group.attributes(&self.base), what).await.map_err(|error| match error {
            Error::NoPlace { what, .. } => Error::NoPlace { what, place: self.base.groups() },
            other => other,
        })
    }

    /// Says something else about a group, or nothing where the text is empty.
    pub(crate) async fn update_group(&self, name: &str, description: &str) -> Result<Change, Error> {
        let change = replace("description", description);
        self.modify(&self.base.group(name), vec![change], format!("change group {}", safe(name))).await
    }

    /// Takes a group away; its members stay.
    pub(crate) async fn delete_group(&self, name: &str) -> Result<Change, Error> {
        self.delete(&self.base.group(name), format!("delete group {}", safe(name))).await
    }
}
