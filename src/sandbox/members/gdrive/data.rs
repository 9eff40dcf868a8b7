//! What Drive holds: people and groups, files, folders and shared drives, and who may do what with them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::super::super::paas::sha256;
use super::super::desk::Desk;
use super::super::http::same;

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Data {
    pub(super) people: Vec<Person>,
    pub(super) files: Vec<File>,
    pub(in crate::sandbox::members) desk: Desk,
    /// Who has agreed to a program before, and gets no second refresh token unasked.
    #[serde(skip)]
    pub(super) agreed: BTreeSet<(String, String)>,
    /// Behind everything that was there before.
    #[serde(skip)]
    pub(super) last: u64,
}

/// An account of Google's, or a group.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Person {
    pub(super) email: String,
    /// Other addresses that are the same account.
    pub(super) aliases: Vec<String>,
    /// Of a group.
    pub(super) members: Option<Vec<String>>,
    /// Administers the domain.
    pub(super) is_admin: bool,
    /// The account is gone; what it was given stands there still.
    pub(super) is_deleted: bool,
}

/// From the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Role {
    Reader,
    Commenter,
    Writer,
    FileOrganizer,
    Organizer,
    Owner,
}

impl Role {
    const ALL: [(&'static str, Self); 6] = [
        ("reader", Self::Reader),
        ("commenter", Self::Commenter),
        ("writer", Self::Writer),
        ("fileOrganizer", Self::FileOrganizer),
        ("organizer", Self::Organizer),
        ("owner", Self::Owner),
    ];

    pub(super) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, role)| role)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, role)| *role == self).map_or("", |(name, _)| name)
    }
}

/// Who something is shared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) enum Grantee {
    User(String),
    Group(String),
    Domain(String),
    /// Whether it can be found without the link.
    Anyone(bool),
}

impl Grantee {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
            Self::Domain(_) => "domain",
            Self::Anyone(_) => "anyone",
        }
    }

    pub(super) fn email(&self) -> Option<&str> {
        match self {
            Self::User(email) | Self::Group(email) => Some(email),
            Self::Domain(_) | Self::Anyone(_) => None,
        }
    }

    /// The same for one account wherever it is given something.
    pub(super) fn id(&self) -> String {
        let text = match self {
            Self::User(email) | Self::Group(email) => email.to_lowercase(),
            Self::Domain(domain) => domain.to_lowercase(),
            Self::Anyone(true) => return "anyone".to_owned(),
            Self::Anyone(false) => return "anyoneWithLink".to_owned(),
        };
        let number = sha256(&text).iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{number:020}")
    }
}

/// One entry, given on this very item.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Entry {
    pub(super) grantee: Grantee,
    pub(super) role: Role,
    #[serde(skip)]
    pub(super) expires: Option<Timestamp>,
    pub(super) pending_owner: bool,
    /// Its place in lists.
    #[serde(skip)]
    pub(super) order: u64,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct File {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) is_folder: bool,
    /// The shared drive that it is on, or is.
    pub(super) drive: Option<String>,
    pub(super) parent: Option<String>,
    /// What is given further up does not count here, but for those who manage it.
    pub(super) is_limited: bool,
    /// Programs that may see only what they have made or were given may see this.
    pub(super) is_opened: bool,
    #[serde(serialize_with = "by_grantee")]
    pub(super) entries: Vec<Entry>,
}

/// In an order that age has no part in.
fn by_grantee<S: serde::Serializer>(entries: &[Entry], to: S) -> Result<S::Ok, S::Error> {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by_key(|entry| entry.grantee.clone());
    to.collect_seq(entries)
}

/// What somebody may do with an item, wherever it comes from.
#[derive(Clone, Debug)]
pub(super) struct Permission {
    pub(super) grantee: Grantee,
    /// On the item itself.
    pub(super) direct: Option<Entry>,
    /// From further up: role, and where it is given.
    pub(super) inherited: Option<(Role, String)>,
    pub(super) order: u64,
}

impl Permission {
    /// The stronger of the two.
    pub(super) fn role(&self) -> Role {
        let direct = self.direct.as_ref().map(|entry| entry.role);
        let inherited = self.inherited.as_ref().map(|(role, _)| *role);
        direct.max(inherited).unwrap_or(Role::Reader)
    }
}

impl Data {
    pub(super) fn person(&self, email: &str) -> Option<&Person> {
        let is_own =
            |person: &&Person| same(&person.email, email) || person.aliases.iter().any(|alias| same(alias, email));
        self.people.iter().find(is_own)
    }

    pub(super) fn file(&self, id: &str) -> Option<&File> {
        self.files.iter().find(|file| file.id == id)
    }

    pub(super) fn file_mut(&mut self, id: &str) -> Option<&mut File> {
        self.files.iter_mut().find(|file| file.id == id)
    }

    /// A place behind all others.
    pub(super) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// What was given for a time ends.
    pub(super) fn expire(&mut self, now: Timestamp) {
        for file in &mut self.files {
            file.entries.retain(|entry| entry.expires.is_none_or(|end| end > now));
        }
    }

    /// Everybody who may do something with an item, in the order of lists.
    pub(super) fn permissions(&self, file: &File) -> Vec<Permission> {
        let mut all: BTreeMap<String, Permission> = BTreeMap::new();
        let mut add = |entry: &Entry, from: Option<&File>| {
            let fresh =
                Permission { grantee: entry.grantee.clone(), direct: None, inherited: None, order: entry.order };
            let permission = all.entry(entry.grantee.id()).or_insert(fresh);
            match from {
                None => permission.direct = Some(entry.clone()),
                Some(from) if permission.inherited.as_ref().is_none_or(|(role, _)| *role < entry.role) => {
                    permission.inherited = Some((entry.role, from.id.clone()));
                }
                Some(_) => {}
            }
        };
        file.entries.iter().for_each(|entry| add(entry, None));
        let (mut place, mut is_limited) = (file, file.is_limited);
        while let Some(above) = place.parent.as_deref().and_then(|id| self.file(id)) {
            let passes = |entry: &&Entry| !is_limited || entry.role >= Role::Organizer;
            above.entries.iter().filter(passes).for_each(|entry| add(entry, Some(above)));
            is_limited |= above.is_limited;
            place = above;
        }
        let mut all: Vec<Permission> = all.into_values().collect();
        all.sort_by_key(|permission| permission.order);
        all
    }

    /// The strongest role that somebody has on an item, also through groups, the domain and links.
    pub(super) fn role_of(&self, file: &File, email: &str) -> Option<Role> {
        let reaches = |permission: &&Permission| match &permission.grantee {
            Grantee::User(own) => same(own, email),
            Grantee::Group(group) => {
                let members = self.person(group).and_then(|group| group.members.as_ref());
                members.is_some_and(|members| members.iter().any(|member| same(member, email)))
            }
            Grantee::Domain(domain) => email.rsplit('@').next().is_some_and(|own| same(own, domain)),
            Grantee::Anyone(_) => true,
        };
        self.permissions(file).iter().filter(reaches).map(Permission::role).max()
    }
}
