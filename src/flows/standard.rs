//! The standard set-up of a service: which roles it has, and who gets them. The facts are the platform's
//! (`createNewService`); this table is the only place that knows them.

/// The components that have roles of their own.
pub(crate) const COMPONENTS: [&str; 4] = ["ORION", "STH", "PERSEO", "IOTAGENT"];

/// The roles that every service has, whatever its components.
pub(crate) const GENERIC_ROLES: [&str; 3] = ["SubServiceAdmin", "SubServiceCustomer", "ServiceCustomer"];

/// The levels at which each component has a role.
const LEVELS: [&str; 4] = ["SubServiceAdmin", "SubServiceCustomer", "ServiceCustomer", "ServiceAdmin"];

/// Keystone's own role that makes somebody the administrator of a service.
pub(crate) const ADMIN: &str = "admin";

/// All nineteen roles, in the order of the platform.
pub(crate) fn roles() -> Vec<String> {
    let of_components = COMPONENTS.iter().flat_map(|component| LEVELS.iter().map(move |l| format!("{l}{component}")));
    GENERIC_ROLES.iter().map(ToString::to_string).chain(of_components).collect()
}

/// One role given to somebody of the set-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StandardGrant {
    /// [`ADMIN`] is Keystone's, every other one the service's own.
    pub(crate) role: String,
    /// On all subservices instead of on the service.
    pub(crate) inherited: bool,
}

/// What the administrator of a service gets: `admin`, and for every component the rights on the service and on all its
/// subservices.
pub(crate) fn admin_grants() -> Vec<StandardGrant> {
    let mut grants = vec![
        StandardGrant { role: ADMIN.to_owned(), inherited: false },
        StandardGrant { role: "SubServiceAdmin".to_owned(), inherited: true },
    ];
    for component in COMPONENTS {
        grants.push(StandardGrant { role: format!("ServiceAdmin{component}"), inherited: false });
        grants.push(StandardGrant { role: format!("SubServiceAdmin{component}"), inherited: true });
    }
    grants
}

/// The groups of `--default-groups`, each with (role, inherited).
pub(crate) const GROUPS: [(&str, &[(&str, bool)]); 4] = [
    ("AdminGroup", &[(ADMIN, false), ("SubServiceAdmin", true)]),
    ("ServiceCustomerGroup", &[("ServiceCustomer", false), ("SubServiceCustomer", true)]),
    ("SubServiceAdminGroup", &[("SubServiceAdmin", true)]),
    ("SubServiceCustomerGroup", &[("SubServiceCustomer", true)]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nineteen_roles_none_twice() {
        let mut roles = roles();
        assert_eq!(roles.len(), 19);
        assert!(roles.contains(&"SubServiceCustomerIOTAGENT".to_owned()));
        roles.sort();
        roles.dedup();
        assert_eq!(roles.len(), 19);
    }

    #[test]
    fn every_granted_role_is_made() {
        let roles = roles();
        let groups = GROUPS.iter().flat_map(|(_, grants)| grants.iter().map(|(role, _)| (*role).to_owned()));
        for role in admin_grants().into_iter().map(|grant| grant.role).chain(groups) {
            assert!(role == ADMIN || roles.contains(&role), "{role}");
        }
        assert_eq!(admin_grants().len(), 10);
    }
}
