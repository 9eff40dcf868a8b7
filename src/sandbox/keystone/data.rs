//! What the identity service keeps. Every collection is sorted by id, which is the order of Keystone's own lists.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// Attributes that Keystone does not know and gives back as they came.
pub(in crate::sandbox) type Extra = Map<String, Value>;

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Data {
    pub(in crate::sandbox) domains: BTreeMap<String, Domain>,
    pub(in crate::sandbox) projects: BTreeMap<String, Project>,
    pub(in crate::sandbox) users: BTreeMap<String, User>,
    pub(in crate::sandbox) groups: BTreeMap<String, Group>,
    pub(in crate::sandbox) roles: BTreeMap<String, Role>,
    pub(in crate::sandbox) grants: BTreeSet<Grant>,
    pub(in crate::sandbox) trusts: BTreeMap<String, Trust>,
    /// A token that is revoked is gone from here.
    #[serde(skip)]
    pub(in crate::sandbox) tokens: BTreeMap<String, Token>,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::sandbox) struct Domain {
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) description: Option<String>,
    pub(in crate::sandbox) enabled: bool,
    pub(in crate::sandbox) extra: Extra,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::sandbox) struct Project {
    pub(in crate::sandbox) domain_id: String,
    /// Another project, or the domain.
    pub(in crate::sandbox) parent_id: String,
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) description: Option<String>,
    pub(in crate::sandbox) enabled: bool,
    pub(in crate::sandbox) extra: Extra,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::sandbox) struct User {
    pub(in crate::sandbox) domain_id: String,
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) enabled: bool,
    /// As it was given: the sandbox keeps it in memory, and nowhere else.
    pub(in crate::sandbox) password: Option<String>,
    pub(in crate::sandbox) password_expires_at: Option<Timestamp>,
    pub(in crate::sandbox) default_project_id: Option<String>,
    /// Tokens issued before are refused, since the password changed or the user was disabled.
    #[serde(skip)]
    pub(in crate::sandbox) tokens_valid_from: Option<Timestamp>,
    pub(in crate::sandbox) extra: Extra,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::sandbox) struct Group {
    pub(in crate::sandbox) domain_id: String,
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) description: Option<String>,
    /// Ids of users.
    pub(in crate::sandbox) members: BTreeSet<String>,
    pub(in crate::sandbox) extra: Extra,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::sandbox) struct Role {
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) domain_id: Option<String>,
    pub(in crate::sandbox) description: Option<String>,
    /// Neither changed nor deleted; the roles that come with the server.
    pub(in crate::sandbox) immutable: bool,
    pub(in crate::sandbox) extra: Extra,
}

/// Who holds a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::sandbox) enum Actor {
    User(String),
    Group(String),
}

/// On what a role is held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::sandbox) enum Target {
    Domain(String),
    Project(String),
    System,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(in crate::sandbox) struct Grant {
    pub(in crate::sandbox) target: Target,
    pub(in crate::sandbox) actor: Actor,
    pub(in crate::sandbox) role_id: String,
    /// For the projects below the target, not for the target itself.
    pub(in crate::sandbox) inherited: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::sandbox) struct Trust {
    pub(in crate::sandbox) trustor_user_id: String,
    pub(in crate::sandbox) trustee_user_id: String,
    pub(in crate::sandbox) project_id: Option<String>,
    pub(in crate::sandbox) impersonation: bool,
    pub(in crate::sandbox) roles: Vec<String>,
    pub(in crate::sandbox) expires_at: Option<Timestamp>,
    pub(in crate::sandbox) remaining_uses: Option<u64>,
    pub(in crate::sandbox) redelegation_count: u64,
    pub(in crate::sandbox) allow_redelegation: bool,
    pub(in crate::sandbox) redelegated_trust_id: Option<String>,
    pub(in crate::sandbox) extra: Extra,
}

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Scope {
    Unscoped,
    On(Target),
}

#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Token {
    pub(in crate::sandbox) user_id: String,
    pub(in crate::sandbox) scope: Scope,
    pub(in crate::sandbox) methods: Vec<String>,
    pub(in crate::sandbox) audit_ids: Vec<String>,
    pub(in crate::sandbox) issued_at: Timestamp,
    pub(in crate::sandbox) expires_at: Timestamp,
    pub(in crate::sandbox) trust_id: Option<String>,
}

impl Data {
    /// The ids of the roles that a user has on a target: its own, those of its groups, and on a project those inherited
    /// from the domain and from the projects above. In the order of the ids, each once.
    pub(in crate::sandbox) fn roles_on(&self, user_id: &str, target: &Target) -> BTreeSet<String> {
        let above = match target {
            Target::Project(id) => self.above(id),
            _ => Vec::new(),
        };
        let holds = |actor: &Actor| match actor {
            Actor::User(id) => id == user_id,
            Actor::Group(id) => self.groups.get(id).is_some_and(|group| group.members.contains(user_id)),
        };
        let counts = |grant: &Grant| {
            if grant.inherited { above.contains(&grant.target) } else { grant.target == *target }
        };
        let held = self.grants.iter().filter(|grant| counts(grant) && holds(&grant.actor));
        held.map(|grant| grant.role_id.clone()).collect()
    }

    /// What stands above a project and hands inherited roles down to it: its parents and its domain. A project hands
    /// them to its children, not to itself.
    fn above(&self, project_id: &str) -> Vec<Target> {
        let mut above = Vec::new();
        let mut next = self.projects.get(project_id);
        while let Some(project) = next {
            if project.parent_id == project.domain_id {
                above.push(Target::Domain(project.domain_id.clone()));
                break;
            }
            above.push(Target::Project(project.parent_id.clone()));
            next = self.projects.get(&project.parent_id);
        }
        above
    }

    /// The same with the roles that these imply: `admin` is also `manager`, that is also `member`, that is also `reader`.
    /// Keystone puts them into tokens as if they were held.
    pub(in crate::sandbox) fn with_implied(&self, mut roles: BTreeSet<String>) -> BTreeSet<String> {
        for pair in IMPLYING.windows(2) {
            if let [role, implied] = pair
                && let (Some(role), Some(implied)) = (self.global_role(role), self.global_role(implied))
                && roles.contains(role)
            {
                roles.insert(implied.to_owned());
            }
        }
        roles
    }

    /// The role that this one implies, without those that that one implies.
    pub(in crate::sandbox) fn implied_by(&self, role_id: &str) -> Option<&str> {
        let place = IMPLYING.iter().position(|name| self.global_role(name) == Some(role_id))?;
        self.global_role(IMPLYING.get(place + 1)?)
    }

    /// The role of this name that belongs to no domain.
    pub(in crate::sandbox) fn global_role(&self, name: &str) -> Option<&str> {
        let role = self.roles.iter().find(|(_, role)| role.domain_id.is_none() && role.name == name);
        role.map(|(id, _)| id.as_str())
    }
}

/// The roles that come with the server, each of which implies the next.
const IMPLYING: [&str; 4] = ["admin", "manager", "member", "reader"];

/// A new id: 32 hexadecimal digits.
pub(in crate::sandbox) fn new_id() -> String {
    format!("{:032x}", u128::from_be_bytes(random()))
}

pub(super) fn random() -> [u8; 16] {
    let mut bytes = [0_u8; 16];
    // Without randomness the clock has to do: ids only have to differ.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = Timestamp::now().as_nanosecond().to_be_bytes();
    }
    bytes
}
