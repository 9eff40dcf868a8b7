//! What an old script is: the places of its line, and the words of today.

use super::scripts::SCRIPTS;

/// What one argument of an old line is, or three that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// Protocol, host and port of a server.
    Server(Server),
    /// Anything that may be seen, by its name in the old usage line.
    Text(&'static str),
    /// Whatever must not stand there itself any more.
    Secret(&'static str, Whose),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    Keystone,
    Keypass,
    Orion,
}

impl Server {
    /// In settings; the flag for its address is the same word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Keystone => "keystone",
            Self::Keypass => "keypass",
            Self::Orion => "orion",
        }
    }
}

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The password to log in with.
    Login,
    /// The password that somebody is given.
    New,
}

/// Who logs in, and for what: the same for all scripts with the same opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    /// The administrator of the service, for the service.
    Service,
    /// The administrator of the domain that is named, for that domain.
    Domain,
    /// The administrator of the cloud; the scripts took its domain for granted.
    Cloud,
    /// A user of the service, for the subservice.
    Subservice,
    /// The user whose password is changed; the command knows it from its name.
    Own,
    /// Whoever the settings name: the script had it in its text.
    Settings,
}

/// What else the script did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    Nothing,
    /// Five policies, if the new role is called `ServiceCustomer`.
    CustomerPolicies,
    /// The policies of all four roles in all five components.
    AllPolicies,
}

/// One script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// Without its ending.
    pub(super) name: &'static str,
    pub(super) positions: &'static [Position],
    pub(super) login: Login,
    /// The words of today, without those that log in and name servers; capitals are positions.
    pub(super) today: &'static str,
    pub(super) after: After,
}

impl Position {
    /// The names that the old usage line has for it.
    pub(super) fn names(self) -> Vec<String> {
        match self {
            Self::Text(name) | Self::Secret(name, _) => vec![name.to_owned()],
            Self::Server(server) => {
                let name = server.name().to_uppercase();
                ["PROTOCOL", "HOST", "PORT"].map(|part| format!("{name}_{part}")).to_vec()
            }
        }
    }
}

impl Script {
    /// The names of all arguments in their order.
    pub(super) fn arguments(&self) -> Vec<String> {
        self.positions.iter().flat_map(|position| position.names()).collect()
    }

    /// `createNewSubService KEYSTONE_PROTOCOL …`.
    pub(super) fn usage(&self) -> String {
        std::iter::once(self.name.to_owned()).chain(self.arguments()).collect::<Vec<_>>().join(" ")
    }

    /// What is typed today, for reading: with what may stand in the place of some positions.
    pub(super) fn shown(&self) -> String {
        let words = self.today.split(' ').map(|word| match word {
            "EFFECTIVE" => "[--effective]",
            "ATTRIBUTES" => "[--attrs ATTRIBUTES]",
            "TRUSTEE_DOMAIN" => "[--trustee-domain DOMAIN]",
            "POLICY_FILE" => "(--template NAME | POLICY_FILE)",
            other => other,
        });
        let first = words.collect::<Vec<_>>().join(" ");
        match self.after {
            After::Nothing => first,
            After::CustomerPolicies => {
                format!(
                    "{first}; of ServiceCustomer also policy update ServiceCustomer --template COMPONENT-customer2, five times"
                )
            }
            After::AllPolicies => format!("{first}; policy update ROLE --template COMPONENT-LEVEL, twenty times"),
        }
    }

    /// The one of this name, with or without the ending that its file had, and the folder that it was in.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        let name = name.rsplit('/').next().unwrap_or(name);
        let name = name.strip_suffix(".py").or_else(|| name.strip_suffix(".sh")).unwrap_or(name);
        SCRIPTS.iter().find(|script| script.name == name)
    }

    /// The name that is most like this one.
    pub(super) fn nearest(name: &str) -> Option<&'static str> {
        let lower = name.to_lowercase();
        let score = |script: &Self| strsim::jaro_winkler(&lower, &script.name.to_lowercase());
        let best = SCRIPTS.iter().max_by(|one, other| score(one).total_cmp(&score(other)))?;
        (score(best) > 0.85).then_some(best.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_four_and_none_twice() {
        let mut names: Vec<&str> = SCRIPTS.iter().map(|script| script.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 44);
    }

    /// As the scripts counted them, by the reference.
    #[test]
    fn every_script_takes_as_many_arguments_as_it_did() {
        let counts = [
            ("createNewService", 13),
            ("createNewSubService", 8),
            ("createNewServiceUser", 8),
            ("createNewServiceGroup", 7),
            ("createNewServiceRole", 10),
            ("createTrustToken", 10),
            ("createSubscribeContext", 14),
            ("editService", 7),
            ("editSubService", 8),
            ("removeService", 9),
            ("removeSubService", 7),
            ("removeServiceUser", 7),
            ("removeServiceGroup", 7),
            ("removeServiceRole", 7),
            ("removeServiceRolePolicy", 11),
            ("changeUserPassword", 8),
            ("changeUserPasswordByHimself", 7),
            ("printServices", 6),
            ("printSubServices", 6),
            ("printServiceUsers", 6),
            ("printServiceGroups", 6),
            ("printServiceRoles", 6),
            ("printServiceRolePolicies", 10),
            ("printServiceUserTrusts", 7),
            ("printServiceIotModules", 10),
            ("listAllRoleAssignments", 7),
            ("listUserRoleAssignments", 8),
            ("listRoleAssignments", 8),
            ("listSubServiceRoleAssignments", 8),
            ("listGroupRoleAssignments", 8),
            ("setRolePolicy", 11),
            ("setAllServiceRolePolicies", 0),
        ];
        for (name, count) in counts {
            assert_eq!(Script::find(name).unwrap().arguments().len(), count, "{name}");
        }
        let assigning: Vec<&Script> = SCRIPTS.iter().filter(|script| script.name.contains("ssign")).collect();
        let assigning: Vec<_> = assigning.into_iter().filter(|script| !script.name.starts_with("list")).collect();
        assert_eq!(assigning.len(), 12);
        for script in &assigning {
            let count = if script.name.contains("RoleSubService") { 9 } else { 8 };
            assert_eq!(script.arguments().len(), count, "{}", script.name);
        }
        assert_eq!(counts.len() + assigning.len(), SCRIPTS.len());
    }

    #[test]
    fn a_name_may_have_its_ending_and_a_slip_is_understood() {
        assert_eq!(Script::find("printServices.py").map(|script| script.name), Some("printServices"));
        assert!(Script::find("setAllServiceRolePolicies.sh").is_some());
        assert!(Script::find("printservices").is_none() && Script::find("printServices.pyc").is_none());
        for (slip, name) in [("printservices", "printServices"), ("createNewSubservice", "createNewSubService")] {
            assert_eq!(Script::nearest(slip), Some(name));
        }
        assert_eq!(Script::nearest("zzz"), None);
    }
}
