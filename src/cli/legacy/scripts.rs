//! The old scripts: what stood where in their lines, and what is typed today. The one table of it: translation, `legacy
//! list`, `help migrate` and docs/legacy.md are all made of it.

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

const K: Position = Position::Server(Server::Keystone);
const Y: Position = Position::Server(Server::Keypass);
const O: Position = Position::Server(Server::Orion);
const SVC: Position = Position::Text("SERVICE_NAME");
const SUB: Position = Position::Text("SUBSERVICE_NAME");
const ADM: Position = Position::Text("SERVICE_ADMIN_USER");
const PW: Position = Position::Secret("SERVICE_ADMIN_PASSWORD", Whose::Login);
const DOM: Position = Position::Text("DOMAIN_NAME");
const DADM: Position = Position::Text("DOMAIN_ADMIN_USER");
const DPW: Position = Position::Secret("DOMAIN_ADMIN_PASSWORD", Whose::Login);
const USER: Position = Position::Text("USER_NAME");
const GROUP: Position = Position::Text("GROUP_NAME");
const ROLE: Position = Position::Text("ROLE_NAME");
const EFFECTIVE: Position = Position::Text("EFFECTIVE");
const NEW_USER_PW: Position = Position::Secret("NEW_USER_PASSWORD", Whose::New);

const fn text(name: &'static str) -> Position {
    Position::Text(name)
}

const fn script(name: &'static str, positions: &'static [Position], login: Login, today: &'static str) -> Script {
    Script { name, positions, login, today, after: After::Nothing }
}

/// All of them, in an order in which a service lives: made, looked at, given to people, taken back, removed.
pub(super) const SCRIPTS: [Script; 44] = [
    script(
        "createNewService",
        &[
            K,
            DOM,
            DADM,
            DPW,
            text("NEW_SERVICE_NAME"),
            text("NEW_SERVICE_DESCRIPTION"),
            text("NEW_SERVICE_ADMIN_USER"),
            Position::Secret("NEW_SERVICE_ADMIN_PASSWORD", Whose::New),
            Y,
        ],
        Login::Domain,
        "service create NEW_SERVICE_NAME --description NEW_SERVICE_DESCRIPTION --admin-user NEW_SERVICE_ADMIN_USER",
    ),
    script(
        "createNewSubService",
        &[K, SVC, ADM, PW, text("NEW_SUBSERVICE_NAME"), text("NEW_SUBSERVICE_DESCRIPTION")],
        Login::Service,
        "subservice create NEW_SUBSERVICE_NAME --description NEW_SUBSERVICE_DESCRIPTION -s SERVICE_NAME",
    ),
    script(
        "createNewServiceUser",
        &[K, SVC, ADM, PW, text("NEW_SERVICE_USER_NAME"), Position::Secret("NEW_SERVICE_USER_PASSWORD", Whose::New)],
        Login::Service,
        "user create NEW_SERVICE_USER_NAME -s SERVICE_NAME",
    ),
    script(
        "createNewServiceGroup",
        &[K, SVC, ADM, PW, text("NEW_SERVICE_GROUP_NAME")],
        Login::Service,
        "group create NEW_SERVICE_GROUP_NAME -s SERVICE_NAME",
    ),
    Script {
        name: "createNewServiceRole",
        positions: &[K, SVC, ADM, PW, text("NEW_ROLE_NAME"), Y],
        login: Login::Service,
        today: "role create NEW_ROLE_NAME -s SERVICE_NAME",
        after: After::CustomerPolicies,
    },
    script(
        "createSubscribeContext",
        &[
            K,
            SVC,
            SUB,
            text("SERVICE_USER_NAME"),
            Position::Secret("SERVICE_USER_PASSWORD", Whose::Login),
            O,
            text("ENTITY_TYPE"),
            text("ENTITY_ID"),
            text("ATTRIBUTES"),
            text("REFERENCE_URL"),
        ],
        Login::Subservice,
        "subscription create --entity ENTITY_ID --type ENTITY_TYPE ATTRIBUTES --notify REFERENCE_URL --with-entity \
         -s SERVICE_NAME -S SUBSERVICE_NAME",
    ),
    script(
        "editService",
        &[K, SVC, text("NEW_SERVICE_DESCRIPTION"), DADM, DPW],
        Login::Cloud,
        "service update SERVICE_NAME --description NEW_SERVICE_DESCRIPTION",
    ),
    script(
        "editSubService",
        &[K, SVC, SUB, text("NEW_SUBSERVICE_DESCRIPTION"), ADM, PW],
        Login::Service,
        "subservice update SUBSERVICE_NAME --description NEW_SUBSERVICE_DESCRIPTION -s SERVICE_NAME",
    ),
    script(
        "changeUserPassword",
        &[K, SVC, ADM, PW, USER, NEW_USER_PW],
        Login::Service,
        "user set-password USER_NAME -s SERVICE_NAME",
    ),
    script(
        "changeUserPasswordByHimself",
        &[K, SVC, USER, Position::Secret("USER_PASSWORD", Whose::Login), NEW_USER_PW],
        Login::Own,
        "user set-password USER_NAME --self -s SERVICE_NAME",
    ),
    script("printServices", &[K, DOM, DADM, DPW], Login::Domain, "service list"),
    script("printSubServices", &[K, SVC, ADM, PW], Login::Service, "subservice list -s SERVICE_NAME"),
    script("printServiceUsers", &[K, SVC, ADM, PW], Login::Service, "user list -s SERVICE_NAME"),
    script("printServiceGroups", &[K, SVC, ADM, PW], Login::Service, "group list -s SERVICE_NAME"),
    script("printServiceRoles", &[K, SVC, ADM, PW], Login::Service, "role list -s SERVICE_NAME"),
    script(
        "assignRoleServiceUser",
        &[K, SVC, ADM, PW, ROLE, USER],
        Login::Service,
        "role grant ROLE_NAME --to-user USER_NAME -s SERVICE_NAME",
    ),
    script(
        "assignRoleServiceGroup",
        &[K, SVC, ADM, PW, ROLE, GROUP],
        Login::Service,
        "role grant ROLE_NAME --to-group GROUP_NAME -s SERVICE_NAME",
    ),
    script(
        "assignRoleSubServiceUser",
        &[K, SVC, SUB, ADM, PW, ROLE, USER],
        Login::Service,
        "role grant ROLE_NAME --to-user USER_NAME -s SERVICE_NAME -S SUBSERVICE_NAME",
    ),
    script(
        "assignRoleSubServiceGroup",
        &[K, SVC, SUB, ADM, PW, ROLE, GROUP],
        Login::Service,
        "role grant ROLE_NAME --to-group GROUP_NAME -s SERVICE_NAME -S SUBSERVICE_NAME",
    ),
    script(
        "assignInheritRoleServiceUser",
        &[K, SVC, ADM, PW, USER, ROLE],
        Login::Service,
        "role grant ROLE_NAME --to-user USER_NAME --inherit -s SERVICE_NAME",
    ),
    script(
        "assignInheritRoleServiceGroup",
        &[K, SVC, ADM, PW, GROUP, ROLE],
        Login::Service,
        "role grant ROLE_NAME --to-group GROUP_NAME --inherit -s SERVICE_NAME",
    ),
    script(
        "listAllRoleAssignments",
        &[K, SVC, ADM, PW, EFFECTIVE],
        Login::Service,
        "role assignments EFFECTIVE -s SERVICE_NAME",
    ),
    script(
        "listUserRoleAssignments",
        &[K, SVC, ADM, PW, USER, EFFECTIVE],
        Login::Service,
        "role assignments --of-user USER_NAME EFFECTIVE -s SERVICE_NAME",
    ),
    script(
        "listRoleAssignments",
        &[K, SVC, ADM, PW, ROLE, EFFECTIVE],
        Login::Service,
        "role assignments --role ROLE_NAME EFFECTIVE -s SERVICE_NAME",
    ),
    script(
        "listSubServiceRoleAssignments",
        &[K, SVC, ADM, PW, SUB, EFFECTIVE],
        Login::Service,
        "role assignments EFFECTIVE -s SERVICE_NAME -S SUBSERVICE_NAME",
    ),
    script(
        "listGroupRoleAssignments",
        &[K, SVC, ADM, PW, GROUP, EFFECTIVE],
        Login::Service,
        "role assignments --of-group GROUP_NAME EFFECTIVE -s SERVICE_NAME",
    ),
    script(
        "setRolePolicy",
        &[K, SVC, ADM, PW, ROLE, text("POLICY_FILE"), Y],
        Login::Service,
        "policy update ROLE_NAME POLICY_FILE -s SERVICE_NAME",
    ),
    script(
        "printServiceRolePolicies",
        &[K, SVC, ADM, PW, ROLE, Y],
        Login::Service,
        "policy list ROLE_NAME -s SERVICE_NAME",
    ),
    script(
        "removeServiceRolePolicy",
        &[K, SVC, ADM, PW, ROLE, text("POLICY_NAME"), Y],
        Login::Service,
        "policy delete ROLE_NAME POLICY_NAME -s SERVICE_NAME",
    ),
    Script {
        name: "setAllServiceRolePolicies",
        positions: &[],
        login: Login::Settings,
        today: "role create ServiceCustomer",
        after: After::AllPolicies,
    },
    script(
        "createTrustToken",
        &[K, SVC, SUB, ADM, PW, ROLE, text("TRUSTEE_USER_NAME"), text("TRUSTOR_USER_NAME")],
        Login::Service,
        "trust create --role ROLE_NAME --trustee TRUSTEE_USER_NAME TRUSTEE_DOMAIN --trustor TRUSTOR_USER_NAME \
         -s SERVICE_NAME -S SUBSERVICE_NAME",
    ),
    script(
        "printServiceUserTrusts",
        &[K, SVC, ADM, PW, text("TRUSTEE_USER_NAME")],
        Login::Service,
        "trust list --of TRUSTEE_USER_NAME -s SERVICE_NAME",
    ),
    script(
        "printServiceIotModules",
        &[K, SVC, ADM, PW, SUB, O],
        Login::Service,
        "module list -s SERVICE_NAME -S SUBSERVICE_NAME",
    ),
    script(
        "unassignRoleServiceUser",
        &[K, SVC, ADM, PW, ROLE, USER],
        Login::Service,
        "role revoke ROLE_NAME --from-user USER_NAME -s SERVICE_NAME",
    ),
    script(
        "unassignRoleServiceGroup",
        &[K, SVC, ADM, PW, ROLE, GROUP],
        Login::Service,
        "role revoke ROLE_NAME --from-group GROUP_NAME -s SERVICE_NAME",
    ),
    script(
        "unassignRoleSubServiceUser",
        &[K, SVC, SUB, ADM, PW, ROLE, USER],
        Login::Service,
        "role revoke ROLE_NAME --from-user USER_NAME -s SERVICE_NAME -S SUBSERVICE_NAME",
    ),
    script(
        "unassignRoleSubServiceGroup",
        &[K, SVC, SUB, ADM, PW, ROLE, GROUP],
        Login::Service,
        "role revoke ROLE_NAME --from-group GROUP_NAME -s SERVICE_NAME -S SUBSERVICE_NAME",
    ),
    script(
        "unassignInheritRoleServiceUser",
        &[K, SVC, ADM, PW, USER, ROLE],
        Login::Service,
        "role revoke ROLE_NAME --from-user USER_NAME --inherit -s SERVICE_NAME",
    ),
    script(
        "unassignInheritRoleServiceGroup",
        &[K, SVC, ADM, PW, GROUP, ROLE],
        Login::Service,
        "role revoke ROLE_NAME --from-group GROUP_NAME --inherit -s SERVICE_NAME",
    ),
    script("removeServiceRole", &[K, SVC, ROLE, ADM, PW], Login::Service, "role delete ROLE_NAME -s SERVICE_NAME"),
    script("removeServiceGroup", &[K, SVC, GROUP, ADM, PW], Login::Service, "group delete GROUP_NAME -s SERVICE_NAME"),
    script("removeServiceUser", &[K, SVC, USER, ADM, PW], Login::Service, "user delete USER_NAME -s SERVICE_NAME"),
    script(
        "removeSubService",
        &[K, SVC, SUB, ADM, PW],
        Login::Service,
        "subservice delete SUBSERVICE_NAME -s SERVICE_NAME",
    ),
    script("removeService", &[K, SVC, DADM, DPW, Y], Login::Cloud, "service delete SERVICE_NAME"),
];

/// Roles and the ends of their templates' names, as setAllServiceRolePolicies.sh had them.
pub(super) const ROLES: [(&str, &str); 4] = [
    ("admin", "admin2"),
    ("SubServiceAdmin", "admin"),
    ("ServiceCustomer", "customer2"),
    ("SubServiceCustomer", "customer"),
];

pub(super) const COMPONENTS: [&str; 5] = ["orion", "perseo", "sth", "iotagent", "keypass"];

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

    /// The one of this name, with or without the ending that its file had.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
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
