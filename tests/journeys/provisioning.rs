//! The provisioning scenarios that the platform's users have (SmartCity, Tecnoport, …), as lines that are typed.

use crate::scenario::{Scenario, holds};

#[test]
fn smart_city() {
    holds(&Scenario {
        service: "smartcity",
        admin: "adm1",
        subservices: &["Electricidad", "Basuras"],
        lines: &[
            "role grant SubServiceAdmin --to-user adm1 --inherit",
            "subservice create Electricidad",
            "user create Alice --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user Alice -S Electricidad",
            "subservice create Basuras",
            "user create bob --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user bob -S Basuras",
            "user create Carl --new-password-file new.pw",
            "role grant ServiceCustomer --to-user Carl",
            "role grant SubServiceCustomer --to-user Carl --inherit",
        ],
        roles: &[
            ("Alice", "SubServiceAdmin", "Electricidad"),
            ("bob", "SubServiceAdmin", "Basuras"),
            ("Carl", "ServiceCustomer", "/"),
            ("Carl", "SubServiceCustomer", "*"),
        ],
    });
}

#[test]
fn tecnoport() {
    holds(&Scenario {
        service: "tecnoport",
        admin: "tecnoport_admin",
        subservices: &["cuts", "erio", "fps"],
        lines: &[
            "role grant SubServiceAdmin --to-user tecnoport_admin --inherit",
            "subservice create cuts",
            "user create tecnoport_customer --new-password-file new.pw --role ServiceCustomer",
            "user create tecnoport_cuts_admin --new-password-file new.pw --role SubServiceAdmin -S cuts",
            "user create tecnoport_cuts_customer --new-password-file new.pw --role SubServiceCustomer -S cuts",
            "subservice create erio --admin-user tecnoport_erio_admin --new-password-file new.pw",
            "subservice create fps --admin-user tecnoport_fps_admin --new-password-file new.pw",
        ],
        roles: &[
            ("tecnoport_customer", "ServiceCustomer", "/"),
            ("tecnoport_cuts_admin", "SubServiceAdmin", "cuts"),
            ("tecnoport_cuts_customer", "SubServiceCustomer", "cuts"),
            ("tecnoport_erio_admin", "SubServiceAdmin", "erio"),
            ("tecnoport_fps_admin", "SubServiceAdmin", "fps"),
        ],
    });
}

/// The user is called as its subservice, and has two roles there.
#[test]
fn thinking_things() {
    holds(&Scenario {
        service: "thinkingthings",
        admin: "admin_tt",
        subservices: &["user_x"],
        lines: &[
            "subservice create user_x",
            "user create user_x --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user user_x -S user_x",
            "role grant SubServiceCustomer --to-user user_x -S user_x",
        ],
        roles: &[("user_x", "SubServiceAdmin", "user_x"), ("user_x", "SubServiceCustomer", "user_x")],
    });
}

/// Without its last step, a device at an IoT agent in a form that no agent knows any more.
#[test]
fn black_button() {
    holds(&Scenario {
        service: "blackbutton",
        admin: "admin_bb",
        subservices: &["telepizza", "carrefour"],
        lines: &[
            "role grant SubServiceAdmin --to-user admin_bb --inherit",
            "role grant SubServiceCustomer --to-user admin_bb --inherit",
            "subservice create telepizza",
            "user create admin_telepizza client_telepizza --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user admin_telepizza -S telepizza",
            "role grant SubServiceCustomer --to-user admin_telepizza client_telepizza -S telepizza",
            "subservice create carrefour",
            "user create admin_carrefour client_carrefour --new-password-file new.pw",
            "role grant SubServiceAdmin --to-user admin_carrefour -S carrefour",
            "role grant SubServiceCustomer --to-user admin_carrefour client_carrefour -S carrefour",
        ],
        roles: &[
            ("admin_bb", "SubServiceCustomer", "*"),
            ("admin_telepizza", "SubServiceAdmin", "telepizza"),
            ("admin_telepizza", "SubServiceCustomer", "telepizza"),
            ("client_telepizza", "SubServiceCustomer", "telepizza"),
            ("admin_carrefour", "SubServiceAdmin", "carrefour"),
            ("admin_carrefour", "SubServiceCustomer", "carrefour"),
            ("client_carrefour", "SubServiceCustomer", "carrefour"),
        ],
    });
}

#[test]
fn services_with_an_administrator_only() {
    for (service, admin) in [("repsolglp", "repsol_admin"), ("sc_vlci", "sc_vlci_admin")] {
        holds(&Scenario { service, admin, subservices: &[], lines: &[], roles: &[] });
    }
}
