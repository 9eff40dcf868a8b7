//! What is wanted of a change, and what came of it.

use super::capabilities::{Capabilities, Extra};
use super::{ConnectorKind, Error, Membership};

/// How somebody is to be put in. The default asks for nothing beyond membership.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Joining {
    /// The role, in the service's word. Without one a new person gets the usual role and a member keeps theirs.
    pub role: Option<String>,
    /// Teams to join as well (GitHub).
    pub teams: Vec<String>,
    /// The full name that goes with an invitation by e-mail (Trello, Slack).
    pub name: Option<String>,
    /// Have the service send an e-mail where it does not do so by itself (Google Drive).
    pub notify: bool,
    /// Take back an invitation that is not answered yet, and send a new one (GitHub).
    pub reinvite: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

impl Joining {
    /// With this role.
    #[must_use]
    pub fn role(self, role: impl Into<String>) -> Self {
        Self { role: Some(role.into()), ..self }
    }

    /// Only say what would be done.
    #[must_use]
    pub fn dry_run(self) -> Self {
        Self { dry_run: true, ..self }
    }

    /// Refuses what the service has no use for, before anything is sent.
    pub(super) fn check(&self, kind: ConnectorKind, able: &Capabilities) -> Result<(), Error> {
        if let Some(role) = self.role.as_deref().filter(|role| !able.roles.contains(role)) {
            let (title, shown) = (kind.title(), crate::base::text::safe(role));
            let error = Error::usage(format!("{title} has no role '{shown}'"));
            return Err(if able.roles.is_empty() {
                error.next("leave --role out")
            } else {
                error.next(format!("roles: {}", able.roles.join(", ")))
            });
        }
        let wanted = [
            (Extra::Teams, !self.teams.is_empty()),
            (Extra::Name, self.name.is_some()),
            (Extra::Notify, self.notify),
            (Extra::Reinvite, self.reinvite),
        ];
        able.refuse_others(kind, &wanted)
    }
}

/// How somebody is to be taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leaving {
    /// Take them from the boards as well, where they would stay as a guest (Trello).
    pub with_boards: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

impl Leaving {
    /// Only say what would be done.
    #[must_use]
    pub fn dry_run(self) -> Self {
        Self { dry_run: true, ..self }
    }

    pub(super) fn check(&self, kind: ConnectorKind, able: &Capabilities) -> Result<(), Error> {
        able.refuse_others(kind, &[(Extra::WithBoards, self.with_boards)])
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing: it was so already.
    Unchanged,
    /// The person is in.
    Added,
    /// An invitation is on its way.
    Invited,
    /// A new invitation stands in for one that had lapsed or was taken back.
    Reinvited,
    /// In before and after, with another role or in another team.
    Changed,
    /// The person is out.
    Removed,
    /// An invitation was taken back.
    Cancelled,
}

/// What came of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What was done, or what would be.
    pub outcome: Outcome,
    /// Whether it was only planned: a dry run.
    pub planned: bool,
    /// The person afterwards; of a plan, as things are.
    pub membership: Membership,
    /// What else there is to know.
    pub notes: Vec<String>,
}

impl Change {
    pub(crate) fn new(outcome: Outcome, membership: Membership) -> Self {
        Self { outcome, planned: false, membership, notes: Vec::new() }
    }

    pub(super) fn unchanged(membership: Membership) -> Self {
        Self::new(Outcome::Unchanged, membership)
    }

    pub(super) fn planned(outcome: Outcome, membership: Membership) -> Self {
        Self { planned: true, ..Self::new(outcome, membership) }
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// In a word or three: `invited`, `would be invited`.
    pub fn word(&self) -> &'static str {
        match (self.outcome, self.planned) {
            (Outcome::Unchanged, _) => "already so",
            (Outcome::Added, false) => "added",
            (Outcome::Added, true) => "would be added",
            (Outcome::Invited, false) => "invited",
            (Outcome::Invited, true) => "would be invited",
            (Outcome::Reinvited, false) => "invited again",
            (Outcome::Reinvited, true) => "would be invited again",
            (Outcome::Changed, false) => "changed",
            (Outcome::Changed, true) => "would be changed",
            (Outcome::Removed, false) => "removed",
            (Outcome::Removed, true) => "would be removed",
            (Outcome::Cancelled, false) => "invitation taken back",
            (Outcome::Cancelled, true) => "invitation would be taken back",
        }
    }
}
