//! What a connector can do, as it is set up: the same question has different answers for different plans and modes.

use super::{ConnectorKind, Error};

/// Whether something can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ability {
    /// Yes.
    Yes,
    /// Yes, within limits: which.
    Partly(String),
    /// No: why, and what to do instead.
    No(String),
}

impl Ability {
    /// `yes`, `partly` or `no`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly(_) => "partly",
            Self::No(_) => "no",
        }
    }

    /// The limits, or the reason.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Yes => None,
            Self::Partly(why) | Self::No(why) => Some(why),
        }
    }
}

/// What an e-mail address is good for in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ByAddress {
    /// It names people, whether they are in or not.
    Found,
    /// It can be invited and the invitation found again; whose it is once they are in is not told.
    Invited,
    /// It can be invited, and nobody is told what became of that.
    Untold,
}

/// What only some services have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extra {
    /// [`super::Joining::teams`].
    Teams,
    /// [`super::Joining::name`].
    Name,
    /// [`super::Joining::notify`].
    Notify,
    /// [`super::Joining::reinvite`].
    Reinvite,
    /// [`super::Leaving::with_boards`].
    WithBoards,
}

impl Extra {
    /// The flag of the command line.
    fn flag(self) -> &'static str {
        match self {
            Self::Teams => "--team",
            Self::Name => "--full-name",
            Self::Notify => "--notify",
            Self::Reinvite => "--reinvite",
            Self::WithBoards => "--with-boards",
        }
    }
}

/// What one connector can do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// What names a person there.
    pub identifier: &'static str,
    /// What an e-mail address is good for there.
    pub by_address: ByAddress,
    /// The roles that can be given, from the weakest to the strongest.
    pub roles: &'static [&'static str],
    /// Telling whether somebody is in.
    pub check: Ability,
    /// Putting somebody in.
    pub add: Ability,
    /// Taking somebody out.
    pub remove: Ability,
    /// Letting somebody in again who is switched off ([`super::State::Suspended`]).
    pub restore: Ability,
    /// Telling who is in.
    pub list: Ability,
    /// Telling who is invited.
    pub invitations: Ability,
    /// What it has beyond the others.
    pub extras: &'static [Extra],
}

impl Capabilities {
    pub(super) fn refuse_others(&self, kind: ConnectorKind, wanted: &[(Extra, bool)]) -> Result<(), Error> {
        match wanted.iter().find(|(extra, is_wanted)| *is_wanted && !self.extras.contains(extra)) {
            Some((extra, _)) => Err(Error::usage(format!("{} has no {}", kind.title(), extra.flag()))),
            None => Ok(()),
        }
    }
}
