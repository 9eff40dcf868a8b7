//! One person's standing in one service. The four services have four vocabularies; here is the one for all.

use std::fmt;

use jiff::Timestamp;

/// Whether somebody is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Not in, and not invited.
    Absent,
    /// Invited; the person has not answered yet.
    Pending,
    /// Was invited, and the invitation has lapsed.
    Expired,
    /// In.
    Active,
    /// In, but switched off.
    Suspended,
    /// Has blocked the place, or was blocked: cannot be invited.
    Blocked,
    /// This service, or its plan, cannot tell.
    Unsupported,
    /// It cannot be told from what the service shows to this login.
    Unknown,
}

impl State {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Pending => "pending",
            Self::Expired => "expired",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Blocked => "blocked",
            Self::Unsupported => "unsupported",
            Self::Unknown => "unknown",
        }
    }

    /// Whether nothing has to be done to have the person in: a member, or somebody who has an invitation.
    pub fn counts_as_in(self) -> bool {
        matches!(self, Self::Active | Self::Pending)
    }

    /// Whether the service has told at all.
    pub fn is_known(self) -> bool {
        !matches!(self, Self::Unsupported | Self::Unknown)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One person in one service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Membership {
    /// The identifier, as the service spells it.
    pub id: String,
    /// Whether they are in.
    pub state: State,
    /// What they may do, in the service's word.
    pub role: Option<String>,
    /// How they come to be in, where it is not by themselves: a group, a folder above, a channel.
    pub via: Option<String>,
    /// What else there is to say, in a few words.
    pub detail: Option<String>,
    /// Since when, or invited when.
    pub since: Option<Timestamp>,
    /// Until when: the end of an invitation or of an access.
    pub until: Option<Timestamp>,
    /// The service's own number for the person, the invitation or the access.
    pub key: Option<String>,
    /// Why it can neither be ended nor made less from here, where that can be told without trying.
    pub fixed: Option<&'static str>,
    /// Whether this is somebody. A link and a domain let people in, and are nobody.
    pub is_person: bool,
}

impl Membership {
    /// Nothing but a state.
    pub(crate) fn new(id: impl Into<String>, state: State) -> Self {
        let id = id.into();
        let (role, via, detail, key) = (None, None, None, None);
        Self { id, state, role, via, detail, since: None, until: None, key, fixed: None, is_person: true }
    }

    pub(super) fn absent(id: impl Into<String>) -> Self {
        Self::new(id, State::Absent)
    }

    pub(crate) fn role(self, role: impl Into<String>) -> Self {
        Self { role: Some(role.into()), ..self }
    }

    pub(super) fn via(self, via: impl Into<String>) -> Self {
        Self { via: Some(via.into()), ..self }
    }

    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(crate) fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    pub(crate) fn is(&self, role: &str) -> bool {
        self.role.as_deref() == Some(role)
    }
}

/// Whether two logins or e-mail addresses are the same to the services: case counts for none of them.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || one.to_lowercase() == other.to_lowercase()
}

/// Whether this is an e-mail address and not a name.
pub(crate) fn is_email(id: &str) -> bool {
    id.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_counts_as_in_and_a_lapsed_one_does_not() {
        for (state, is_in, known) in [
            (State::Active, true, true),
            (State::Pending, true, true),
            (State::Expired, false, true),
            (State::Absent, false, true),
            (State::Suspended, false, true),
            (State::Blocked, false, true),
            (State::Unsupported, false, false),
            (State::Unknown, false, false),
        ] {
            assert_eq!((state.counts_as_in(), state.is_known()), (is_in, known), "{state}");
        }
    }

    #[test]
    fn case_does_not_make_two_people() {
        assert!(same("Ada@Example.com", "ada@example.COM") && same("ÄDA", "äda") && !same("ada", "adam"));
        assert!(is_email("a@b") && !is_email("@b") && !is_email("octocat") && !is_email("a@"));
    }
}
