//! What there is to permit: the components of the platform, the levels of its roles, and the actions that each level may do
//! in each component. The one table that knows them.

/// A part of the platform that has policies of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Component {
    Orion,
    Perseo,
    Iotagent,
    Sth,
    Keypass,
}

/// How much a role may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Level {
    Customer,
    /// As [`Level::Admin`] but for Keypass, where only administrators of the service may remove all policies.
    SubServiceAdmin,
    Admin,
}

const ORION_ADMIN: &[&str] =
    &["create", "update", "delete", "read", "subscribe", "register", "discover", "subscribe-availability"];
const ORION_CUSTOMER: &[&str] = &["read", "subscribe", "discover", "subscribe-availability"];
const KEYPASS_ADMIN: &[&str] =
    &["createPolicy", "listPolicies", "deleteSubjectPolicies", "readPolicy", "deletePolicy", "deleteTenantPolicies"];
const KEYPASS_SUB_ADMIN: &[&str] =
    &["createPolicy", "listPolicies", "deleteSubjectPolicies", "readPolicy", "deletePolicy"];

/// Of the older interface of Orion: policies still list them, and no current PEP asks about them.
const NGSI_V1: [&str; 4] = ["subscribe", "register", "discover", "subscribe-availability"];

impl Component {
    pub(crate) const ALL: [Self; 5] = [Self::Orion, Self::Perseo, Self::Iotagent, Self::Sth, Self::Keypass];

    /// As it stands in resources: `orion` in `fiware:orion:…`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Orion => "orion",
            Self::Perseo => "perseo",
            Self::Iotagent => "iotagent",
            Self::Sth => "sth",
            Self::Keypass => "keypass",
        }
    }

    /// As it stands in the ids of policies: `STHSubServiceAdmin`.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Orion => "Orion",
            Self::Perseo => "Perseo",
            Self::Iotagent => "Iotagent",
            Self::Sth => "STH",
            Self::Keypass => "Keypass",
        }
    }

    /// What it is, for people.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Orion => "the context broker",
            Self::Perseo => "the rules",
            Self::Iotagent => "the IoT agents",
            Self::Sth => "the history of measurements",
            Self::Keypass => "the policies themselves",
        }
    }

    /// The regular expression of all its resources, whatever the service and the path.
    pub(crate) fn pattern(self) -> String {
        format!("fiware:{}:.*", self.name())
    }

    /// A resource as the PEP names it, to try patterns on.
    pub(crate) fn sample(self) -> String {
        format!("fiware:{}:smartcity:/tourism:::", self.name())
    }

    /// What a role of this level may do here.
    pub(crate) fn actions(self, level: Level) -> &'static [&'static str] {
        let admin = level != Level::Customer;
        match self {
            Self::Orion if admin => ORION_ADMIN,
            Self::Orion => ORION_CUSTOMER,
            Self::Perseo if admin => &["readRule", "writeRule", "notify"],
            Self::Perseo => &["readRule"],
            Self::Iotagent if admin => &["create", "update", "delete", "read"],
            Self::Sth if admin => &["read", "create"],
            Self::Iotagent | Self::Sth => &["read"],
            Self::Keypass => match level {
                Level::Admin => KEYPASS_ADMIN,
                Level::SubServiceAdmin => KEYPASS_SUB_ADMIN,
                Level::Customer => &["listPolicies", "readPolicy"],
            },
        }
    }

    /// Every action that the PEP can ask about here, or once could.
    pub(crate) fn known_actions(self) -> &'static [&'static str] {
        match self {
            // No default policy permits the last two, and the PEP asks them all the same.
            Self::Sth => &["read", "create", "update", "delete"],
            other => other.actions(Level::Admin),
        }
    }

    /// Whether this action belongs to the older interface, so that no current PEP asks about it.
    pub(crate) fn is_legacy(self, action: &str) -> bool {
        self == Self::Orion && NGSI_V1.contains(&action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Component, level, actions: written down once more, from the platform's own files.
    #[test]
    fn every_level_may_do_what_the_platform_says() {
        let table = [
            ("orion", "admin", "create update delete read subscribe register discover subscribe-availability"),
            ("orion", "customer", "read subscribe discover subscribe-availability"),
            ("perseo", "admin", "readRule writeRule notify"),
            ("perseo", "customer", "readRule"),
            ("iotagent", "admin", "create update delete read"),
            ("iotagent", "customer", "read"),
            ("sth", "admin", "read create"),
            ("sth", "customer", "read"),
            ("keypass", "subadmin", "createPolicy listPolicies deleteSubjectPolicies readPolicy deletePolicy"),
            (
                "keypass",
                "admin",
                "createPolicy listPolicies deleteSubjectPolicies readPolicy deletePolicy deleteTenantPolicies",
            ),
            ("keypass", "customer", "listPolicies readPolicy"),
        ];
        for (name, level, actions) in table {
            let component = Component::ALL.into_iter().find(|component| component.name() == name).unwrap();
            let level = match level {
                "admin" => Level::Admin,
                "subadmin" => Level::SubServiceAdmin,
                _ => Level::Customer,
            };
            assert_eq!(component.actions(level).join(" "), actions, "{name}");
            assert!(actions.split(' ').all(|action| component.known_actions().contains(&action)), "{name}");
        }
    }

    #[test]
    fn only_the_older_interface_of_orion_is_legacy() {
        assert!(Component::Orion.is_legacy("subscribe"));
        assert!(!Component::Orion.is_legacy("read"));
        assert!(!Component::Sth.is_legacy("subscribe"));
    }
}
