//! Every fault at every request of every flow, and what has to hold after each; the table that the tests print says how many
//! were tried. And every command at everything that can go wrong with the first thing it asks (`table`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking; clippy knows that inside of #[test] only"
)]
#![allow(clippy::pedantic, unreachable_pub, reason = "a test is read once, when it fails; plain words help most then")]
#![allow(clippy::disallowed_methods, reason = "a test has no settings")]

#[path = "../support/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "several test binaries share it, and none needs all of it")]
mod support;

/// What the tests of this binary run against.
pub const SERVER: support::keystone::Kind = support::keystone::Kind::Emulated;

mod check;
mod clock;
mod drive;
mod fault;
mod flow;
mod flows_iot;
mod flows_more;
mod rounds;
mod signals;
mod stage;
mod state;
mod table;

/// Of everybody whom a test makes.
pub const NEW_PASSWORD: &str = "moat-and-drawbridge-7";

/// A test for each flow of a table, and one that fails if the table has another one.
macro_rules! flows {
    ($counted:ident, $table:expr, $($test:ident: $place:literal),+ $(,)?) => {
        $(
            #[test]
            fn $test() {
                drive::every_case(&$table[$place]);
            }
        )+

        #[test]
        fn $counted() {
            assert_eq!($table.len(), [$($place),+].len());
        }
    };
}

flows! {
    every_flow_of_the_platform_has_a_test,
    flows_iot::FLOWS,
    service_create: 0,
    service_create_behind_a_pep: 1,
    service_delete: 2,
    subservice_create: 3,
    subservice_create_behind_a_pep: 4,
    subservice_delete: 5,
    user_create: 6,
    user_delete: 7,
    role_create: 8,
    role_grant: 9,
    policy_of_a_role: 10,
    role_delete: 11,
    module_activate: 12,
    module_activate_behind_a_pep: 13,
    module_deactivate: 14,
    trust_create: 15,
    token_renewal: 16,
    auth_login: 17,
    service_delete_behind_a_pep: 18,
}

flows! {
    every_other_flow_has_a_test,
    flows_more::FLOWS,
    deployment_create: 0,
    deployment_delete: 1,
    members_add: 2,
    members_add_by_address: 3,
    members_rm: 4,
    members_rm_by_address: 5,
    members_sync: 6,
}
