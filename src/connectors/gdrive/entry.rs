//! One line of what a file is shared with.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::base::text::safe;

use super::super::membership::{is_email, same};
use super::super::{Error, ErrorKind, Membership, State};

/// From the weakest to the strongest.
const ROLES: [&str; 6] = ["reader", "commenter", "writer", "fileOrganizer", "organizer", "owner"];

/// How strong a role is; one that nobody knows is as strong as can be, so that it is never replaced unasked.
pub(super) fn rank(role: &str) -> usize {
    ROLES.iter().position(|known| *known == role).unwrap_or(ROLES.len())
}

pub(super) const OWNER: &str = "owner";
pub(super) const ORGANIZER: &str = "organizer";

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) id: String,
    #[serde(rename = "type")]
    kind: String,
    pub(super) role: String,
    email_address: Option<String>,
    domain: Option<String>,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    pending_owner: bool,
    expiration_time: Option<Timestamp>,
    #[serde(default)]
    permission_details: Vec<Detail>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(default)]
    inherited: bool,
    inherited_from: Option<String>,
}

impl Entry {
    pub(super) fn read(row: Value) -> Result<Self, Error> {
        serde_json::from_value(row)
            .map_err(|_| Error::new(ErrorKind::Failed, "Google's list holds a line that cannot be read"))
    }

    /// Of an account that is no more.
    pub(super) fn is_gone(&self) -> bool {
        self.deleted
    }

    /// Whether it can be changed here, and does not only come from above.
    pub(super) fn is_direct(&self) -> bool {
        self.permission_details.is_empty() || self.permission_details.iter().any(|detail| !detail.inherited)
    }

    /// Where it comes from, if from above.
    fn above(&self) -> Option<&str> {
        let above = self.permission_details.iter().find(|detail| detail.inherited)?;
        Some(above.inherited_from.as_deref().unwrap_or("a folder above"))
    }

    /// Whether it lets in people that it does not name.
    fn is_open(&self) -> bool {
        !self.deleted && matches!(self.kind.as_str(), "group" | "domain" | "anyone")
    }

    /// Whether it is what a list calls so: a link, or a domain.
    pub(super) fn is_open_by(&self, id: &str) -> bool {
        let is_nobody = !self.deleted && matches!(self.kind.as_str(), "domain" | "anyone");
        is_nobody && (self.id == id || self.domain.as_deref().is_some_and(|domain| same(domain, id)))
    }

    fn is_for(&self, id: &str) -> bool {
        let names_somebody = matches!(self.kind.as_str(), "user" | "group") && !self.deleted;
        let address = self.email_address.as_deref().filter(|address| !address.is_empty());
        names_somebody && (address.is_some_and(|address| same(address, id)) || self.id == id)
    }

    pub(super) fn shown(&self) -> Membership {
        let id = match (self.email_address.as_deref().filter(|address| !address.is_empty()), &self.domain) {
            (Some(address), _) => address,
            (None, Some(domain)) => domain,
            (None, None) => &self.id,
        };
        let mut words = Vec::new();
        if self.kind != "user" {
            words.push(match self.kind.as_str() {
                "anyone" => "everybody with the link",
                "domain" => "everybody of the domain",
                other => other,
            });
        }
        if self.pending_owner {
            words.push("is to become the owner");
        }
        let via = self.above().map(|above| format!("inherited from {above}"));
        if via.is_some() && self.is_direct() {
            words.push("shared directly too");
        }
        let detail = (!words.is_empty()).then(|| words.join(", "));
        let member = Membership::new(id, State::Active).role(&self.role).key(&self.id);
        let fixed = match self.kind.as_str() {
            "anyone" | "domain" => Some("no person: a link or a domain"),
            _ if self.role == OWNER => Some("the owner"),
            _ if !self.is_direct() => Some("inherited, and changed only there"),
            _ => None,
        };
        let is_person = !matches!(self.kind.as_str(), "anyone" | "domain");
        Membership { via, detail, fixed, is_person, until: self.expiration_time, ..member }
    }
}

/// The line about somebody that counts most: one that is direct, and then the strongest.
pub(super) fn find<'a>(all: &'a [Entry], id: &str) -> Option<&'a Entry> {
    all.iter().filter(|entry| entry.is_for(id)).max_by_key(|entry| (entry.is_direct(), rank(&entry.role)))
}

/// Refuses what is nobody's name at Drive: a name from elsewhere would be called absent, although whoever has it may be
/// in by their address. Numbers are those of permissions, which are gone when the permission is.
pub(super) fn refuse_others(all: &[Entry], id: &str) -> Result<(), Error> {
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let is_listed = || all.iter().any(|entry| entry.is_for(id) || entry.is_open_by(id));
    if is_email(id) || is_number || is_listed() { Ok(()) } else { Err(no_address(id)) }
}

pub(super) fn no_address(id: &str) -> Error {
    let error = Error::usage(format!("'{}' is no e-mail address", safe(id)));
    error.next("name the person by address, as this does: orchest members list -c g_drive")
}

pub(super) fn membership(all: &[Entry], id: &str) -> Membership {
    if let Some(found) = find(all, id) {
        return found.shown();
    }
    let absent = Membership::absent(id);
    if all.iter().any(Entry::is_open) {
        return absent.detail("by themselves; a group, a domain or a link may let them in");
    }
    absent
}
