//! What Slack holds: people, the workspaces they are in, channels, and requests to invite somebody.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::super::cast::full_name;
use super::super::desk::Desk;
use super::super::http::same;
use super::switches::Switches;

/// The workspace, another one of the same organization, and the organization.
pub(super) const TEAM: &str = "T1";
pub(super) const OTHER_TEAM: &str = "T2";
pub(super) const ENTERPRISE: &str = "E1";

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Data {
    pub(super) users: Vec<User>,
    pub(super) channels: Vec<Channel>,
    pub(super) requests: Vec<InviteRequest>,
    pub(in crate::sandbox::members) desk: Desk,
    #[serde(skip)]
    pub(super) last: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Rank {
    PrimaryOwner,
    Owner,
    Admin,
    Member,
    /// In several channels.
    Guest,
    /// In one.
    SingleGuest,
    Bot,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct User {
    #[serde(skip)]
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) rank: Rank,
    pub(super) deleted: bool,
    pub(super) invited: bool,
    pub(super) teams: BTreeSet<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Channel {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) is_private: bool,
    pub(super) is_general: bool,
    pub(super) is_archived: bool,
    pub(super) members: BTreeSet<String>,
}

/// What a member has asked the administrators for.
#[derive(Clone, Debug, Serialize)]
pub(super) struct InviteRequest {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) requester: String,
    pub(super) decided: Option<bool>,
}

impl User {
    pub(super) fn is_in(&self, team: &str) -> bool {
        self.teams.contains(team)
    }

    pub(super) fn is_bot(&self) -> bool {
        self.rank == Rank::Bot
    }

    pub(super) fn is_guest(&self) -> bool {
        matches!(self.rank, Rank::Guest | Rank::SingleGuest)
    }

    /// May administer.
    pub(super) fn is_boss(&self) -> bool {
        matches!(self.rank, Rank::PrimaryOwner | Rank::Owner | Rank::Admin) && !self.deleted
    }

    pub(super) fn is_owner(&self) -> bool {
        matches!(self.rank, Rank::PrimaryOwner | Rank::Owner) && !self.deleted
    }

    /// With an address where the token reaches that far. Whoever was invited is shown as deactivated, too.
    pub(super) fn json(&self, with_email: bool, switches: &Switches) -> Value {
        let mut profile = json!({"real_name": full_name(&self.name), "display_name": self.name});
        if let (true, false, Some(map)) = (with_email, self.is_bot(), profile.as_object_mut()) {
            map.insert("email".to_owned(), json!(self.email));
        }
        let looks_deleted = self.deleted || (self.invited && switches.invited_deleted);
        let team = self.teams.iter().next();
        let mut body = json!({
            "id": self.id,
            "team_id": team,
            "name": self.name,
            "deleted": looks_deleted,
            "real_name": full_name(&self.name),
            "profile": profile,
            "is_bot": self.is_bot() && self.id != "USLACKBOT",
            "is_app_user": false,
            "updated": 1_700_000_000,
        });
        let Some(map) = body.as_object_mut() else { return body };
        if self.invited {
            map.insert("is_invited_user".to_owned(), json!(true));
        }
        if !looks_deleted {
            let ranks = [
                ("is_admin", self.is_boss()),
                ("is_owner", self.is_owner()),
                ("is_primary_owner", self.rank == Rank::PrimaryOwner),
                ("is_restricted", self.is_guest()),
                ("is_ultra_restricted", self.rank == Rank::SingleGuest),
            ];
            map.extend(ranks.map(|(name, is)| (name.to_owned(), json!(is))));
        }
        body
    }
}

impl Data {
    pub(super) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    pub(super) fn by_email(&self, email: &str) -> Option<&User> {
        self.users.iter().find(|user| !user.is_bot() && same(&user.email, email))
    }

    /// By id, name or address, as tokens name people.
    pub(super) fn owner_of(&self, who: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == who || user.name == who || same(&user.email, who))
    }

    /// Somebody new, in this workspace.
    pub(super) fn add(&mut self, email: &str, name: &str, team: &str, rank: Rank) -> String {
        self.last += 1;
        let id = format!("U{}", self.last);
        let teams = BTreeSet::from([team.to_owned()]);
        let (name, email) = (name.to_owned(), email.to_owned());
        self.users.push(User { id: id.clone(), name, email, rank, deleted: false, invited: false, teams });
        id
    }

    pub(super) fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }
}
