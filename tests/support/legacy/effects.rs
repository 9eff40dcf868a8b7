//! What each old script has to bring about.

/// How a line shows that it worked.
pub(super) enum Effect {
    /// It prints this.
    Prints(&'static str),
    /// Afterwards this line of the administrator prints that.
    Holds(&'static str, &'static str),
    /// Afterwards it does not.
    Lacks(&'static str, &'static str),
    /// This server holds that.
    Stored(&'static str, &'static str),
    /// It does not.
    Gone(&'static str, &'static str),
    /// The same once more ends so.
    Again(i32),
}

use Effect::{Again, Gone, Holds, Lacks, Prints, Stored};

/// A policy as Keypass keeps it, by its whole id.
const BOUND: &str = "\"STHSubServiceCustomer\":";
const CARL: &str = "role assignments -s city --of-user carl";
const CREW: &str = "role assignments -s city --of-group crew";
const ON_ENERGY: &str = "role assignments -s city -S energy";

/// What each script has to bring about, and which words and flags it is given beyond the usual.
pub(super) fn expected(
    script: &str,
) -> (&'static [(&'static str, &'static str)], &'static [&'static str], &'static [Effect]) {
    let yes: &[&str] = &["--yes"];
    match script {
        "createNewService" => (&[], &[], &[Holds("service list", "city,a city"), Holds("user list -s city", "adm1")]),
        "createNewSubService" => (&[], &[], &[Holds("subservice list -s city", "energy,city,power grid")]),
        "createNewServiceUser" => (&[], &[], &[Holds("user list -s city", "carl"), Again(0)]),
        "createNewServiceGroup" => (&[], &[], &[Holds("group list -s city", "crew")]),
        "createNewServiceRole" => (&[], &[], &[Holds("role list -s city", "Gardener")]),
        "createSubscribeContext" => {
            (&[], &[], &[Prints("http://127.0.0.1:9/notify"), Stored("orion", "lamp1"), Again(0)])
        }
        "editService" => {
            (&[("NEW_SERVICE_DESCRIPTION", "a new city")], &[], &[Holds("service list", "city,a new city")])
        }
        "editSubService" => {
            (&[("NEW_SUBSERVICE_DESCRIPTION", "less power")], &[], &[Holds("subservice list -s city", "less power")])
        }
        // The next script logs in with what this one sets.
        "changeUserPassword" => (&[], &[], &[Again(0)]),
        // The same again has the old password, and finds the new one in force.
        "changeUserPasswordByHimself" => (&[("NEW_USER_PASSWORD", "@carl.pw")], &[], &[Again(0)]),
        "printServices" => (&[], &[], &[Prints("a new city")]),
        "printSubServices" => (&[], &[], &[Prints("energy")]),
        "printServiceUsers" => (&[], &[], &[Prints("carl")]),
        "printServiceGroups" => (&[], &[], &[Prints("crew")]),
        "printServiceRoles" => (&[], &[], &[Prints("Gardener")]),
        "assignRoleServiceUser" => (&[], &[], &[Holds(CARL, "Gardener,user,carl,service,city,false")]),
        "assignRoleServiceGroup" => {
            (&[("ROLE_NAME", "Admin")], &[], &[Holds(CREW, "admin,group,crew,service,city,false")])
        }
        "assignRoleSubServiceUser" => (&[], &[], &[Holds(ON_ENERGY, "Gardener,user,carl")]),
        "assignRoleSubServiceGroup" => (&[], &[], &[Holds(ON_ENERGY, "Gardener,group,crew")]),
        "assignInheritRoleServiceUser" => (&[], &[], &[Holds(CARL, "Gardener,user,carl,all subservices,city,true")]),
        "assignInheritRoleServiceGroup" => (&[], &[], &[Holds(CREW, "Gardener,group,crew,all subservices,city,true")]),
        "listAllRoleAssignments" => (&[], &[], &[Prints("Gardener")]),
        "listUserRoleAssignments" => (&[("EFFECTIVE", "True")], &[], &[Prints("Gardener"), Prints("energy")]),
        "listRoleAssignments" => (&[], &[], &[Prints("carl")]),
        "listSubServiceRoleAssignments" => (&[], &[], &[Prints("carl")]),
        "listGroupRoleAssignments" => (&[], &[], &[Prints("admin")]),
        "setRolePolicy" => (&[], &[], &[Stored("keypass", BOUND), Again(0)]),
        "printServiceRolePolicies" => (&[], &[], &[Prints("STHSubServiceCustomer")]),
        "removeServiceRolePolicy" => (&[], yes, &[Gone("keypass", BOUND), Again(0)]),
        "setAllServiceRolePolicies" => {
            (&[], &["-s", "city"], &[Stored("keypass", "OrionAdmin"), Stored("keypass", BOUND), Again(0)])
        }
        "createTrustToken" => (&[("ROLE_NAME", "SubServiceAdmin")], &[], &[Prints("carl"), Again(0)]),
        // Keystone shows them to the trustee itself, and to no administrator of a service.
        "printServiceUserTrusts" => {
            (&[("SERVICE_ADMIN_USER", "carl"), ("SERVICE_ADMIN_PASSWORD", "@carl.pw")], &[], &[Prints("carl")])
        }
        "printServiceIotModules" => (&[], &[], &[Prints("STH")]),
        "unassignRoleServiceUser" => (&[], &[], &[Lacks(CARL, "Gardener,user,carl,service,city,false")]),
        "unassignRoleServiceGroup" => {
            (&[("ROLE_NAME", "Admin")], &[], &[Lacks(CREW, "admin,group,crew,service,city,false")])
        }
        "unassignRoleSubServiceUser" => (&[], &[], &[Lacks(ON_ENERGY, "Gardener,user,carl")]),
        "unassignRoleSubServiceGroup" => (&[], &[], &[Lacks(ON_ENERGY, "Gardener,group,crew")]),
        "unassignInheritRoleServiceUser" => (&[], &[], &[Lacks(CARL, "true")]),
        "unassignInheritRoleServiceGroup" => (&[], &[], &[Lacks(CREW, "true")]),
        "removeServiceRole" => (&[], yes, &[Lacks("role list -s city", "Gardener")]),
        "removeServiceGroup" => (&[], yes, &[Lacks("group list -s city", "crew")]),
        "removeServiceUser" => (&[], yes, &[Lacks("user list -s city", "carl")]),
        "removeSubService" => (&[], yes, &[Lacks("subservice list -s city", "energy")]),
        "removeService" => (&[], yes, &[Lacks("service list", "city")]),
        other => panic!("nobody tests {other}"),
    }
}
