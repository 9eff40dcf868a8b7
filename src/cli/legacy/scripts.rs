//! The old scripts: what stood where in their lines, and what is typed today. The one table of it: translation, `legacy
//! list`, `help migrate` and docs/legacy.md are all made of it.

use super::script::{After, Login, Position, Script, Server, Whose};

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
