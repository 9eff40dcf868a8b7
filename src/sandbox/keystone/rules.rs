//! Who may do what: one line per action, for stock Keystone 30 and for the platform's own policy.
//!
//! Stock Keystone enforces the scope of the token: an action that is for the system or for projects refuses a token of
//! a domain, whatever roles it carries. The platform's is older and does not, but knows a domain of its administrators.

use crate::sandbox::world::About;

use super::caller::Caller;
use super::data::{Data, Scope, Target};
use super::error::Refusal;

/// What an action is about, as far as the rules ask.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Aim<'aim> {
    /// The domain that owns the thing, or the domain itself.
    pub(super) domain: Option<&'aim str>,
    pub(super) project: Option<&'aim str>,
    /// The user itself, or the one a token belongs to.
    pub(super) user: Option<&'aim str>,
    /// The name of the role.
    pub(super) role: Option<&'aim str>,
}

/// Who qualifies.
#[derive(Clone, Copy, Debug)]
enum Who {
    Anyone,
    /// The role `admin` on anything.
    Admin,
    /// `admin` on the domain of the platform's administrators.
    CloudAdmin,
    /// `service` on the same.
    CloudService,
    /// `admin` on the domain that the action is about.
    DomainAdmin,
    Service,
    SystemReader,
    DomainReader,
    DomainManager,
    /// `manager` of any domain.
    Manager,
    /// `manager`, for one of the three roles that it may hand out.
    ManagerOfRole,
    /// `manager` of the domain, for one of those three.
    DomainManagerOfRole,
    /// A token of the domain, or of a project of it.
    InDomain,
    /// A token of the project.
    InProject,
    /// The user itself.
    Oneself,
}

use Who::{
    Admin, Anyone, CloudAdmin, CloudService, DomainAdmin, DomainManager, DomainManagerOfRole, DomainReader, InDomain,
    InProject, Manager, ManagerOfRole, Oneself, Service, SystemReader,
};

/// Which tokens are good enough, on stock Keystone. One without a scope always is: it has no wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scopes {
    Any,
    NotDomain,
    /// Neither of a domain nor of the system.
    Project,
}

type Rule = (&'static str, Scopes, &'static [Who], &'static [Who]);

const READERS: &[Who] = &[Admin, SystemReader, DomainReader];
const MANAGERS: &[Who] = &[Admin, DomainManager];
const ADMINS: &[Who] = &[CloudAdmin, DomainAdmin];
const SYSTEM_READERS: &[Who] = &[Admin, SystemReader];
const PARTIES: &[Who] = &[Admin, SystemReader, Oneself];
const HAND_OUT: &[Who] = &[Admin, DomainManagerOfRole];

/// Action, scopes, who on stock Keystone, who on the platform.
const RULES: &[Rule] = &[
    ("get_domain", Scopes::Any, &[Admin, SystemReader, InDomain], &[Anyone]),
    ("list_domains", Scopes::Any, READERS, &[CloudAdmin, CloudService]),
    ("create_domain", Scopes::NotDomain, &[Admin], &[CloudAdmin]),
    ("update_domain", Scopes::NotDomain, &[Admin], &[CloudAdmin]),
    ("delete_domain", Scopes::NotDomain, &[Admin], &[CloudAdmin]),
    (
        "get_project",
        Scopes::Any,
        &[Admin, SystemReader, DomainReader, InProject],
        &[CloudAdmin, DomainAdmin, InProject],
    ),
    ("list_projects", Scopes::Any, READERS, &[CloudAdmin, CloudService, DomainAdmin]),
    (
        "list_user_projects",
        Scopes::Any,
        &[Admin, SystemReader, DomainReader, Oneself],
        &[CloudAdmin, DomainAdmin, Oneself],
    ),
    ("create_project", Scopes::Any, MANAGERS, ADMINS),
    ("update_project", Scopes::Any, MANAGERS, ADMINS),
    ("delete_project", Scopes::Any, MANAGERS, ADMINS),
    ("get_user", Scopes::Any, &[Admin, SystemReader, DomainReader, Oneself], &[CloudAdmin, DomainAdmin, Oneself]),
    ("list_users", Scopes::Any, READERS, ADMINS),
    ("create_user", Scopes::Any, MANAGERS, ADMINS),
    ("update_user", Scopes::Any, MANAGERS, ADMINS),
    ("delete_user", Scopes::Any, MANAGERS, ADMINS),
    ("get_group", Scopes::Any, READERS, ADMINS),
    ("list_groups", Scopes::Any, READERS, ADMINS),
    (
        "list_groups_for_user",
        Scopes::Any,
        &[Admin, SystemReader, DomainReader, Oneself],
        &[CloudAdmin, DomainAdmin, Oneself],
    ),
    ("create_group", Scopes::Any, MANAGERS, ADMINS),
    ("update_group", Scopes::Any, MANAGERS, ADMINS),
    ("delete_group", Scopes::Any, MANAGERS, ADMINS),
    ("list_users_in_group", Scopes::Any, READERS, ADMINS),
    ("check_user_in_group", Scopes::Any, READERS, ADMINS),
    ("add_user_to_group", Scopes::Any, MANAGERS, ADMINS),
    ("remove_user_from_group", Scopes::Any, MANAGERS, ADMINS),
    ("get_role", Scopes::Any, &[Admin, SystemReader, ManagerOfRole], &[Admin]),
    ("list_roles", Scopes::Any, &[Admin, SystemReader, Manager], &[Admin]),
    ("create_role", Scopes::NotDomain, &[Admin], &[Admin]),
    ("update_role", Scopes::NotDomain, &[Admin], &[Admin]),
    ("delete_role", Scopes::NotDomain, &[Admin], &[Admin]),
    ("get_domain_role", Scopes::NotDomain, &[Admin, SystemReader], ADMINS),
    ("list_domain_roles", Scopes::NotDomain, &[Admin, SystemReader], ADMINS),
    ("create_domain_role", Scopes::NotDomain, &[Admin], ADMINS),
    ("update_domain_role", Scopes::NotDomain, &[Admin], ADMINS),
    ("delete_domain_role", Scopes::NotDomain, &[Admin], ADMINS),
    ("check_grant", Scopes::Any, READERS, ADMINS),
    ("list_grants", Scopes::Any, READERS, ADMINS),
    ("create_grant", Scopes::Any, HAND_OUT, ADMINS),
    ("revoke_grant", Scopes::Any, HAND_OUT, ADMINS),
    ("list_role_assignments", Scopes::Any, READERS, &[CloudAdmin, CloudService, DomainAdmin]),
    ("list_role_assignments_for_tree", Scopes::Any, READERS, &[CloudAdmin, CloudService, DomainAdmin]),
    ("check_system_grant_for_user", Scopes::NotDomain, SYSTEM_READERS, &[CloudAdmin]),
    ("list_system_grants_for_user", Scopes::NotDomain, SYSTEM_READERS, &[CloudAdmin]),
    ("create_system_grant_for_user", Scopes::NotDomain, &[Admin], &[CloudAdmin]),
    ("revoke_system_grant_for_user", Scopes::NotDomain, &[Admin], &[CloudAdmin]),
    ("check_system_grant_for_group", Scopes::NotDomain, SYSTEM_READERS, &[CloudAdmin]),
    ("list_system_grants_for_group", Scopes::NotDomain, SYSTEM_READERS, &[CloudAdmin]),
    ("create_system_grant_for_group", Scopes::NotDomain, &[Admin], &[CloudAdmin]),
    ("revoke_system_grant_for_group", Scopes::NotDomain, &[Admin], &[CloudAdmin]),
    ("create_trust", Scopes::Project, &[Oneself], &[Oneself]),
    ("list_trusts", Scopes::NotDomain, SYSTEM_READERS, &[CloudAdmin]),
    ("list_trusts_for_trustor", Scopes::NotDomain, PARTIES, &[CloudAdmin, Oneself]),
    ("list_trusts_for_trustee", Scopes::NotDomain, PARTIES, &[CloudAdmin, Oneself]),
    ("get_trust", Scopes::NotDomain, PARTIES, &[CloudAdmin, Oneself]),
    ("list_roles_for_trust", Scopes::NotDomain, PARTIES, &[CloudAdmin, Oneself]),
    ("get_role_for_trust", Scopes::NotDomain, PARTIES, &[CloudAdmin, Oneself]),
    ("delete_trust", Scopes::NotDomain, &[Admin, Oneself], &[CloudAdmin, Oneself]),
    ("check_token", Scopes::Any, &[Admin, SystemReader, Oneself], &[Admin, Service, Oneself]),
    ("validate_token", Scopes::Any, &[Admin, SystemReader, Service, Oneself], &[Admin, Service, Oneself]),
    ("revoke_token", Scopes::Any, &[Admin, Oneself], &[Admin, Oneself]),
];

/// Lets the caller do it, or refuses with the sentence that names the action. What no line names is refused.
pub(super) fn allow(
    data: &Data,
    about: &About<'_>,
    caller: &Caller,
    action: &str,
    aim: &Aim<'_>,
) -> Result<(), Refusal> {
    let refusal = || Refusal::forbidden(&format!("identity:{action}"));
    let (_, scopes, stock, platform) = RULES.iter().find(|(name, ..)| *name == action).ok_or_else(refusal)?;
    let has_scope = about.flavour.platform
        || match scopes {
            Scopes::Any => true,
            Scopes::NotDomain => caller.domain_scope().is_none(),
            Scopes::Project => matches!(caller.token.scope, Scope::Unscoped | Scope::On(Target::Project(_))),
        };
    let who = if about.flavour.platform { platform } else { stock };
    let qualifies = who.iter().any(|who| is_one(data, caller, *who, aim));
    if has_scope && qualifies { Ok(()) } else { Err(refusal()) }
}

fn is_one(data: &Data, caller: &Caller, who: Who, aim: &Aim<'_>) -> bool {
    let has = |role| caller.has(data, role);
    let of_its_domain = aim.domain.is_some() && caller.domain_scope() == aim.domain;
    let managed = aim.role.is_some_and(|name| ["manager", "member", "reader"].contains(&name));
    match who {
        Anyone => true,
        Admin => has("admin"),
        CloudAdmin => has("admin") && of_the_cloud(data, caller),
        CloudService => has("service") && of_the_cloud(data, caller),
        DomainAdmin => has("admin") && of_its_domain,
        Service => has("service"),
        SystemReader => has("reader") && caller.token.scope == Scope::On(Target::System),
        DomainReader => has("reader") && of_its_domain,
        DomainManager => has("manager") && of_its_domain,
        Manager => has("manager") && caller.domain_scope().is_some(),
        ManagerOfRole => has("manager") && managed,
        DomainManagerOfRole => has("manager") && of_its_domain && managed,
        InDomain => aim.domain.is_some() && (of_its_domain || project_domain(data, caller) == aim.domain),
        InProject => matches!(&caller.token.scope, Scope::On(Target::Project(id)) if aim.project == Some(id)),
        Oneself => aim.user == Some(caller.user_id()),
    }
}

/// A token of the domain that the platform keeps for its administrators.
fn of_the_cloud(data: &Data, caller: &Caller) -> bool {
    let domain = caller.domain_scope().and_then(|id| data.domains.get(id));
    domain.is_some_and(|domain| domain.name == "admin_domain")
}

/// The domain of the project that the token is for.
fn project_domain<'data>(data: &'data Data, caller: &Caller) -> Option<&'data str> {
    match &caller.token.scope {
        Scope::On(Target::Project(id)) => data.projects.get(id).map(|project| project.domain_id.as_str()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
