//! One person of a plan: what is wanted, and what is to be done.

use crate::connectors::{Membership, State};

use super::ground::is_admin_role;

/// Somebody whom the roster has here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) id: String,
    /// Without one a newcomer gets the usual role, and a member keeps theirs.
    pub(crate) role: Option<String>,
    /// The full name, for an invitation.
    pub(crate) name: Option<String>,
}

/// What is to be done about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Nothing: in, or invited.
    Keep,
    Raise,
    Add,
    /// In, and switched off.
    Restore,
    /// The invitation has lapsed.
    Reinvite,
    Lower,
    Remove,
    /// Nothing: in, and not listed, and nobody asked for that to end.
    Stay,
    /// Nothing, since it is not ours to do.
    Leave {
        why: String,
        /// Whether the roster wants something that is not so.
        unmet: bool,
    },
}

impl Deed {
    pub(crate) fn is_change(&self) -> bool {
        matches!(self, Self::Raise | Self::Add | Self::Restore | Self::Reinvite | Self::Lower | Self::Remove)
    }

    /// Whether it takes something away from somebody.
    pub(crate) fn takes(&self) -> bool {
        matches!(self, Self::Lower | Self::Remove)
    }

    /// Who comes goes first, so that nobody who leaves is the last one.
    pub(super) fn turn(&self) -> u8 {
        match self {
            Self::Raise => 0,
            Self::Add => 1,
            Self::Restore => 2,
            Self::Reinvite => 3,
            Self::Lower => 4,
            Self::Remove => 5,
            Self::Keep | Self::Stay | Self::Leave { .. } => 6,
        }
    }
}

/// One person in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Which wish it is for; `None`: not listed.
    pub(crate) wish: Option<usize>,
    /// As the service spells it, where it knows them.
    pub(crate) id: String,
    /// The service's own number for them, where it tells one.
    pub(crate) key: Option<String>,
    /// As things are.
    pub(crate) state: State,
    pub(crate) role: Option<String>,
    /// The role afterwards, where the roster names one.
    pub(crate) to: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) deed: Deed,
}

impl Step {
    /// About somebody as they are.
    pub(super) fn about(member: &Membership, deed: Deed) -> Self {
        let Membership { id, key, state, role, .. } = member.clone();
        Self { wish: None, id, key, state, role, to: None, name: None, deed }
    }

    /// Whether an administrator comes of it.
    pub(crate) fn makes_an_admin(&self) -> bool {
        self.deed == Deed::Raise && self.to.as_deref().is_some_and(is_admin_role)
    }

    /// Whether an administrator may be lost by it.
    pub(crate) fn takes_from_an_admin(&self) -> bool {
        self.deed.takes() && self.role.as_deref().is_some_and(is_admin_role)
    }
}
