//! The default policies of the platform: for each standard role what it may do in each component.

use super::actions::{Component, Level};

/// One default policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// As people call it: `orion-customer2`, the name of the platform's file without its beginning and end.
    pub(crate) name: String,
    /// The platform's name of the role; `admin` is Keystone's own, every other one the service's.
    pub(crate) role: String,
    pub(crate) component: Component,
    pub(crate) level: Level,
    pub(crate) policy_id: String,
    pub(crate) rule_id: String,
}

impl Template {
    /// What it permits.
    pub(crate) fn actions(&self) -> &'static [&'static str] {
        self.component.actions(self.level)
    }

    /// In what.
    pub(crate) fn pattern(&self) -> String {
        self.component.pattern()
    }
}

/// The roles that have a policy for every component: role, end of the template's name, level.
const GENERIC: [(&str, &str, Level); 4] = [
    ("SubServiceAdmin", "admin", Level::SubServiceAdmin),
    ("admin", "admin2", Level::Admin),
    ("SubServiceCustomer", "customer", Level::Customer),
    ("ServiceCustomer", "customer2", Level::Customer),
];

/// The roles of one component each; its name in capitals follows theirs.
const OF_COMPONENTS: [(&str, &str, Level); 4] = [
    ("SubServiceAdmin", "subserviceadmin", Level::SubServiceAdmin),
    ("SubServiceCustomer", "subservicecustomer", Level::Customer),
    ("ServiceCustomer", "servicecustomer", Level::Customer),
    ("ServiceAdmin", "serviceadmin", Level::Admin),
];

/// The 20 policies of the roles that are not of one component.
pub(crate) fn generic() -> Vec<Template> {
    let all = GENERIC.into_iter().flat_map(|row| Component::ALL.map(|component| (row, component)));
    all.map(|((role, ending, level), component)| {
        let id = if role == "admin" { "Admin" } else { role };
        let policy_id = format!("{}{id}", component.title());
        template(component, level, role.to_owned(), ending, policy_id)
    })
    .collect()
}

/// The 16 policies of the roles that are of one component. Keypass has no such roles.
pub(crate) fn of_components() -> Vec<Template> {
    let components = Component::ALL.into_iter().filter(|component| *component != Component::Keypass);
    let all = components.flat_map(|component| OF_COMPONENTS.map(|row| (row, component)));
    all.map(|((role, ending, level), component)| {
        let policy_id = format!("Policy{}{role}", component.title());
        template(component, level, format!("{role}{}", component.name().to_uppercase()), ending, policy_id)
    })
    .collect()
}

/// All 36.
pub(crate) fn all() -> Vec<Template> {
    generic().into_iter().chain(of_components()).collect()
}

/// The one of this name.
pub(crate) fn find(name: &str) -> Option<Template> {
    all().into_iter().find(|template| template.name == name)
}

/// The role to which the platform binds the policy of this id.
pub(crate) fn owner(policy_id: &str) -> Option<String> {
    all().into_iter().find(|template| template.policy_id == policy_id).map(|template| template.role)
}

fn template(component: Component, level: Level, role: String, ending: &str, policy_id: String) -> Template {
    Template {
        name: format!("{}-{ending}", component.name()),
        role,
        component,
        level,
        rule_id: rule_id(component, ending, &policy_id),
        policy_id,
    }
}

/// The id of the rule follows from that of the policy, but for slips in the platform's files. They are repeated, so that a
/// policy which the platform made itself compares as equal.
fn rule_id(component: Component, ending: &str, policy_id: &str) -> String {
    let stem = match (component, ending) {
        (Component::Iotagent, "admin2" | "serviceadmin") => "IotagentSubServiceAdmin",
        (Component::Sth, "serviceadmin") => "STHSubServiceAdmin",
        (Component::Orion, "serviceadmin") => "OrionAdmin",
        (Component::Perseo, "serviceadmin") => "PerseoAdmin",
        _ => policy_id.strip_prefix("Policy").unwrap_or(policy_id),
    };
    format!("{stem}Rule1")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn thirty_six_and_no_id_or_name_twice() {
        assert_eq!((generic().len(), of_components().len()), (20, 16));
        let ids: BTreeSet<String> = all().into_iter().map(|template| template.policy_id).collect();
        let names: BTreeSet<String> = all().into_iter().map(|template| template.name).collect();
        assert_eq!((ids.len(), names.len()), (36, 36));
        assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric())));
    }

    #[test]
    fn ids_and_roles_are_the_platforms() {
        let table = [
            ("orion-admin", "SubServiceAdmin", "OrionSubServiceAdmin", "OrionSubServiceAdminRule1"),
            ("orion-admin2", "admin", "OrionAdmin", "OrionAdminRule1"),
            ("iotagent-admin2", "admin", "IotagentAdmin", "IotagentSubServiceAdminRule1"),
            ("sth-customer", "SubServiceCustomer", "STHSubServiceCustomer", "STHSubServiceCustomerRule1"),
            ("keypass-customer2", "ServiceCustomer", "KeypassServiceCustomer", "KeypassServiceCustomerRule1"),
            (
                "orion-subserviceadmin",
                "SubServiceAdminORION",
                "PolicyOrionSubServiceAdmin",
                "OrionSubServiceAdminRule1",
            ),
            ("sth-serviceadmin", "ServiceAdminSTH", "PolicySTHServiceAdmin", "STHSubServiceAdminRule1"),
            (
                "iotagent-serviceadmin",
                "ServiceAdminIOTAGENT",
                "PolicyIotagentServiceAdmin",
                "IotagentSubServiceAdminRule1",
            ),
            ("perseo-serviceadmin", "ServiceAdminPERSEO", "PolicyPerseoServiceAdmin", "PerseoAdminRule1"),
            (
                "perseo-servicecustomer",
                "ServiceCustomerPERSEO",
                "PolicyPerseoServiceCustomer",
                "PerseoServiceCustomerRule1",
            ),
        ];
        for (name, role, policy, rule) in table {
            let found = find(name).unwrap();
            assert_eq!((found.role.as_str(), found.policy_id.as_str(), found.rule_id.as_str()), (role, policy, rule));
            assert_eq!(owner(policy).as_deref(), Some(role));
        }
        assert_eq!((find("keypass-serviceadmin"), owner("Mine")), (None, None));
        let of_role = |role: &str| all().into_iter().filter(|template| template.role == role).count();
        assert_eq!((of_role("admin"), of_role("ServiceAdminSTH")), (5, 1));
    }
}
