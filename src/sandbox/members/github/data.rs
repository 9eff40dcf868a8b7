//! What GitHub holds: accounts, and organizations with their members, invitations and teams.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::super::desk::Desk;
use super::super::http::same;

/// Ids of accounts.
pub(super) type Id = u64;

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Data {
    pub(super) accounts: BTreeMap<Id, Account>,
    pub(super) orgs: Vec<Org>,
    pub(in crate::sandbox::members) desk: Desk,
    /// Of invitations.
    #[serde(skip)]
    pub(super) last_id: u64,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Account {
    pub(super) id: Id,
    pub(super) login: String,
    pub(super) email: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Org {
    pub(super) id: Id,
    pub(super) login: String,
    pub(super) members: BTreeMap<Id, Member>,
    pub(super) invitations: Vec<Invitation>,
    pub(super) collaborators: BTreeSet<Id>,
    pub(super) teams: Vec<Team>,
    /// Who was there, and what can be given back for three months.
    #[serde(skip)]
    pub(super) former: BTreeMap<Id, Former>,
    /// When somebody was invited, for the quota.
    #[serde(skip)]
    pub(super) invited: Vec<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Role {
    Member,
    Admin,
    BillingManager,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Member {
    pub(super) role: Role,
    /// Not only through a team of the enterprise.
    pub(super) direct: bool,
    /// Teams of the enterprise that bring the person in.
    pub(super) through: Vec<String>,
    pub(super) public: bool,
    pub(super) two_factor: bool,
}

impl Member {
    pub(super) fn new(role: Role) -> Self {
        Self { role, direct: true, through: Vec::new(), public: false, two_factor: true }
    }
}

/// Of an account, or of an address whose account nobody knows yet.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Invitation {
    // Ids and times are no part of the state: two platforms that hold the same are equal.
    #[serde(skip)]
    pub(super) id: u64,
    pub(super) account: Option<Id>,
    pub(super) email: Option<String>,
    pub(super) role: Role,
    pub(super) reinstates: bool,
    #[serde(skip)]
    pub(super) created: Timestamp,
    #[serde(skip)]
    pub(super) inviter: Option<Id>,
    pub(super) teams: BTreeSet<String>,
    pub(super) failed: Option<Failure>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Failure {
    #[serde(skip)]
    pub(super) at: Timestamp,
    pub(super) reason: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Team {
    pub(super) id: u64,
    pub(super) slug: String,
    /// Its members come from an identity provider.
    pub(super) synced: bool,
    /// And whether each is a maintainer.
    pub(super) members: BTreeMap<Id, bool>,
}

#[derive(Clone, Debug)]
pub(super) struct Former {
    pub(super) role: Role,
    pub(super) teams: BTreeSet<String>,
    pub(super) left: Timestamp,
}

/// How long an invitation waits.
pub(super) const PATIENCE: Duration = Duration::from_hours(7 * 24);
/// How long a membership can be given back.
const MEMORY: Duration = Duration::from_hours(90 * 24);

impl Data {
    pub(super) fn account(&self, login: &str) -> Option<&Account> {
        self.accounts.values().find(|account| same(&account.login, login))
    }

    /// By its login or its number.
    pub(super) fn org(&mut self, name: &str) -> Option<&mut Org> {
        self.orgs.iter_mut().find(|org| same(&org.login, name))
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Invitations that nobody has accepted in time have failed.
    pub(super) fn expire(&mut self, now: Timestamp) {
        for invitation in self.orgs.iter_mut().flat_map(|org| &mut org.invitations) {
            let end = invitation.created.checked_add(PATIENCE).unwrap_or(Timestamp::MAX);
            if invitation.failed.is_none() && end <= now {
                invitation.failed = Some(Failure { at: end, reason: "expired" });
            }
        }
    }
}

impl Org {
    pub(super) fn is_member(&self, id: Id) -> bool {
        self.members.contains_key(&id)
    }

    pub(super) fn is_owner(&self, id: Id) -> bool {
        self.members.get(&id).is_some_and(|member| member.role == Role::Admin)
    }

    /// Nobody else could administer it.
    pub(super) fn is_last_owner(&self, id: Id) -> bool {
        self.is_owner(id) && self.members.values().filter(|member| member.role == Role::Admin).count() == 1
    }

    /// The invitation of this account that waits.
    pub(super) fn pending(&mut self, id: Id) -> Option<&mut Invitation> {
        self.invitations.iter_mut().find(|one| one.account == Some(id) && one.failed.is_none())
    }

    pub(super) fn team(&mut self, slug: &str) -> Option<&mut Team> {
        self.teams.iter_mut().find(|team| same(&team.slug, slug))
    }

    /// Takes the direct membership, and what hangs on it.
    pub(super) fn remove(&mut self, id: Id, now: Timestamp) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let role = member.role;
        if member.through.is_empty() {
            self.members.remove(&id);
        } else {
            member.direct = false;
            member.role = Role::Member;
            return;
        }
        let teams = self.teams.iter_mut().filter(|team| team.members.contains_key(&id));
        let teams = teams.map(|team| {
            team.members.remove(&id);
            team.slug.clone()
        });
        let teams = teams.collect();
        self.former.insert(id, Former { role, teams, left: now });
    }

    /// What can be given back to somebody who has left.
    pub(super) fn memory(&self, id: Id, now: Timestamp) -> Option<&Former> {
        self.former.get(&id).filter(|former| former.left.checked_add(MEMORY).is_ok_and(|end| end > now))
    }

    /// Makes a member of somebody who was invited.
    pub(super) fn join(&mut self, id: Id, invitation: &Invitation, now: Timestamp) {
        let former = self.memory(id, now).filter(|_| invitation.reinstates).cloned();
        let role = former.as_ref().map_or(invitation.role, |former| former.role);
        let teams = invitation.teams.iter().cloned().chain(former.into_iter().flat_map(|former| former.teams));
        for slug in teams.collect::<BTreeSet<_>>() {
            if let Some(team) = self.team(&slug) {
                team.members.entry(id).or_insert(false);
            }
        }
        self.collaborators.remove(&id);
        self.members.insert(id, Member::new(role));
    }
}
