//! The routes of the IoT orchestrator's REST interface, and what is typed instead of a request to each.

/// What there is instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Today {
    /// A command; capitals are what has to be filled in.
    Command(&'static str),
    /// Nothing, because of this.
    NotDone(&'static str),
}

/// One verb of one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) verb: &'static str,
    /// Below `/v1.0/`.
    pub(super) path: &'static str,
    pub(super) today: Today,
}

const fn to(verb: &'static str, path: &'static str, command: &'static str) -> Route {
    Route { verb, path, today: Today::Command(command) }
}

const fn not(verb: &'static str, path: &'static str, because: &'static str) -> Route {
    Route { verb, path, today: Today::NotDone(because) }
}

/// All of them, in an order in which a service lives.
pub(super) const ROUTES: [Route; 74] = [
    to("GET", "service", "service list"),
    to(
        "POST",
        "service",
        "service create SERVICE --description TEXT --admin-user ADMIN --admin-email EMAIL --default-groups \
         --generic-roles --new-password-file FILE",
    ),
    to("PUT", "service", "service update SERVICE --description TEXT"),
    to("GET", "service/{sid}", "service show SERVICE"),
    to("PUT", "service/{sid}", "service update SERVICE --description TEXT"),
    to(
        "POST",
        "service/{sid}/subservice",
        "subservice create SUBSERVICE --description TEXT --admin-user SUBADMIN --admin-email EMAIL --new-password-file FILE \
         -s SERVICE",
    ),
    to("GET", "service/{sid}/subservice", "subservice list -s SERVICE"),
    not("PUT", "service/{sid}/subservice", "it never worked: the answer was always 500"),
    to("GET", "service/{sid}/subservice/{pid}", "subservice show SUBSERVICE -s SERVICE"),
    to("PUT", "service/{sid}/subservice/{pid}", "subservice update SUBSERVICE --description TEXT -s SERVICE"),
    not(
        "PUT",
        "service/{sid}/subservice/{pid} (NEW_SUBSERVICE_NAME)",
        "everything stored under the old path would stay there, out of reach; make a new subservice",
    ),
    to("GET", "service/{sid}/user", "user list -s SERVICE"),
    to(
        "POST",
        "service/{sid}/user",
        "user create USER --email EMAIL --description TEXT --new-password-file FILE -s SERVICE",
    ),
    to("GET", "service/{sid}/user/{uid}", "user show USER -s SERVICE"),
    to(
        "PUT",
        "service/{sid}/user/{uid}",
        "user update USER --email EMAIL --description TEXT --rename USER2 -s SERVICE",
    ),
    to("PUT", "service/{sid}/user/{uid} (password)", "user set-password USER2 --new-password-file FILE2 -s SERVICE"),
    to(
        "POST",
        "service/{sid}/user/{uid}",
        "user set-password USER2 --self --password-file FILE2 --new-password-file FILE -s SERVICE",
    ),
    to("GET", "service/{sid}/group", "group list -s SERVICE"),
    to("POST", "service/{sid}/group", "group create GROUP --description TEXT -s SERVICE"),
    to("GET", "service/{sid}/group/{gid}", "group show GROUP -s SERVICE"),
    to("PUT", "service/{sid}/group/{gid}", "group update GROUP --description TEXT2 --rename GROUP2 -s SERVICE"),
    to("GET", "service/{sid}/role", "role list -s SERVICE"),
    to("POST", "service/{sid}/role", "role create ROLE -s SERVICE"),
    to("POST", "service/{sid}/role (XACML_POLICY)", "policy update ROLE POLICY_FILE -s SERVICE"),
    to("POST", "service/{sid}/role/{rid}", "policy update ROLE --template TEMPLATE -s SERVICE"),
    to("GET", "service/{sid}/role/{rid}", "policy list ROLE -s SERVICE"),
    to("GET", "service/{sid}/role/{rid}/policy/{polid}", "policy show ROLE POLICY -s SERVICE"),
    to("DELETE", "service/{sid}/role/{rid}/policy/{polid}", "policy delete ROLE POLICY -s SERVICE --yes"),
    to("POST", "service/{sid}/role_assignments", "role grant ROLE --to-user USER2 -s SERVICE"),
    to(
        "POST",
        "service/{sid}/role_assignments (SUBSERVICE)",
        "role grant ROLE --to-user USER2 -s SERVICE -S SUBSERVICE",
    ),
    to("POST", "service/{sid}/role_assignments (INHERIT)", "role grant ROLE --to-user USER2 --inherit -s SERVICE"),
    to(
        "GET",
        "service/{sid}/role_assignments",
        "role assignments --of-user USER2 --role ROLE --effective -s SERVICE -S SUBSERVICE",
    ),
    to("DELETE", "service/{sid}/role_assignments", "role revoke ROLE --from-user USER2 -s SERVICE"),
    to(
        "DELETE",
        "service/{sid}/role_assignments (SUBSERVICE)",
        "role revoke ROLE --from-user USER2 -s SERVICE -S SUBSERVICE",
    ),
    to("DELETE", "service/{sid}/role_assignments (INHERIT)", "role revoke ROLE --from-user USER2 --inherit -s SERVICE"),
    to("POST", "service/{sid}/group_role_assignments", "role grant ROLE --to-group GROUP2 -s SERVICE"),
    to("GET", "service/{sid}/group_role_assignments", "role assignments --of-group GROUP2 -s SERVICE"),
    to("DELETE", "service/{sid}/group_role_assignments", "role revoke ROLE --from-group GROUP2 -s SERVICE"),
    to(
        "POST",
        "service/{sid}/trust",
        "trust create --trustor ADMIN --trustee USER2 --role SubServiceAdmin -s SERVICE -S SUBSERVICE --user ADMIN \
         --user-domain SERVICE --password-file FILE --scope domain --admin-domain SERVICE",
    ),
    to("POST", "service/{sid}/module_activation", "module enable MODULE -s SERVICE"),
    to("GET", "service/{sid}/module_activation", "module list -s SERVICE"),
    to("DELETE", "service/{sid}/module_activation", "module disable MODULE -s SERVICE --yes"),
    to("POST", "service/{sid}/module_activation/{module}", "module enable MODULE -s SERVICE"),
    to("DELETE", "service/{sid}/module_activation/{module}", "module disable MODULE -s SERVICE --yes"),
    to("POST", "service/{sid}/subservice/{pid}/module_activation", "module enable MODULE -s SERVICE -S SUBSERVICE"),
    to("GET", "service/{sid}/subservice/{pid}/module_activation", "module list -s SERVICE -S SUBSERVICE"),
    to(
        "DELETE",
        "service/{sid}/subservice/{pid}/module_activation",
        "module disable MODULE -s SERVICE -S SUBSERVICE --yes",
    ),
    to(
        "POST",
        "service/{sid}/subservice/{pid}/module_activation/{module}",
        "module enable MODULE -s SERVICE -S SUBSERVICE",
    ),
    to(
        "DELETE",
        "service/{sid}/subservice/{pid}/module_activation/{module}",
        "module disable MODULE -s SERVICE -S SUBSERVICE --yes",
    ),
    to("DELETE", "service/{sid}/role/{rid}", "role delete ROLE -s SERVICE --yes"),
    to("DELETE", "service/{sid}/group/{gid}", "group delete GROUP2 -s SERVICE --yes"),
    to("DELETE", "service/{sid}/user/{uid}", "user delete USER2 -s SERVICE --yes"),
    to("DELETE", "service/{sid}/subservice/{pid}", "subservice delete SUBSERVICE -s SERVICE --yes"),
    to("DELETE", "service/{sid}/subservice", "subservice delete SUBSERVICE -s SERVICE --yes"),
    to("DELETE", "service/{sid}", "service delete SERVICE --yes"),
    to("DELETE", "service", "service delete SERVICE --yes"),
    to("GET", "version", "platform version"),
    to("GET", "version (API_stats)", "stats show"),
    to("GET", "admin/log", "platform loglevel show"),
    to("PUT", "admin/log", "platform loglevel set LEVEL"),
    to("GET", "admin/metrics", "stats metrics"),
    to("GET", "admin/metrics (reset=true)", "stats metrics --reset --yes"),
    to("DELETE", "admin/metrics", "stats metrics --discard --yes"),
    to("POST", "ldap/group", "platform ldap group create GROUP --description TEXT"),
    to("GET", "ldap/group", "platform ldap group list"),
    to("PUT", "ldap/group", "platform ldap group update GROUP --description TEXT2"),
    to(
        "POST",
        "ldap/user",
        "platform ldap user create USER --email EMAIL --description TEXT --group GROUP --new-password-file FILE",
    ),
    not("POST", "ldap/user (no administrator)", "no mail is sent; write to whoever administers the directory"),
    to("GET", "ldap/user", "platform ldap user list"),
    to("GET", "ldap/user (USER_NAME)", "platform ldap user show USER"),
    to("PUT", "ldap/user", "platform ldap user update USER --description TEXT2 --new-password-file FILE2"),
    to("POST", "ldap/auth", "platform ldap auth USER --password-file FILE2"),
    to("DELETE", "ldap/user", "platform ldap user delete USER --yes"),
    to("DELETE", "ldap/group", "platform ldap group delete GROUP --yes"),
];

impl Today {
    /// As people read it.
    pub(super) fn shown(self) -> String {
        match self {
            Self::Command(command) => format!("orchest {command}"),
            Self::NotDone(because) => format!("not done here, because {because}"),
        }
    }
}
