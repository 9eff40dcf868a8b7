//! Where people can stand at each service, and where nobody can.

use super::Case;
use super::cells::{Cell, Never, Person, Row, person};

/// Longer than any invitation waits.
const MONTHS: &str = "ahead=7776000";

const KEPT: (&str, &str) = ("already so", "pending");

pub const ROWS: &[Row] = &[
    (Case::AddTwice, "github", Cell::AddTwice),
    (Case::AddTwice, "trello", Cell::AddTwice),
    (Case::AddTwice, "slack", Cell::AddTwice),
    (Case::AddTwice, "g_drive", Cell::AddTwice),
    (Case::RemoveAbsent, "github", Cell::RemoveAbsent),
    (Case::RemoveAbsent, "trello", Cell::RemoveAbsent),
    (Case::RemoveAbsent, "slack", Cell::RemoveAbsent),
    (Case::RemoveAbsent, "g_drive", Cell::RemoveAbsent),
    (
        Case::Pending,
        "github",
        Cell::Stand(
            "pending",
            &[
                person("dan", KEPT, ("invitation taken back", "absent")),
                // Whose it is GitHub does not tell, so nobody is absent by it.
                person("eve@example.com", KEPT, ("invitation taken back", "unknown")),
            ],
        ),
    ),
    (Case::Pending, "trello", Cell::Stand("pending", &[person("bob4", KEPT, ("invitation taken back", "absent"))])),
    (
        Case::Pending,
        "slack",
        Cell::Stand("pending", &[person("cy@example.com", KEPT, ("invitation taken back", "suspended"))]),
    ),
    (
        Case::Pending,
        "g_drive",
        Cell::Never(Never {
            state: "pending",
            why: "in at once",
            add: Some(("hal@example.com", "added")),
            switches: &[],
            nearest: &[("hal@example.com", "active")],
        }),
    ),
    (
        Case::Expired,
        "github",
        Cell::Stand(
            "expired",
            &[
                person("bob", ("invited again", "pending"), ("invitation taken back", "absent")),
                Person {
                    switches: &["ahead=604800"],
                    ..person("dan", ("invited again", "pending"), ("invitation taken back", "absent"))
                },
                Person {
                    switches: &["ahead=604800"],
                    ..person("eve@example.com", ("invited again", "pending"), ("invitation taken back", "unknown"))
                },
            ],
        ),
    ),
    (
        Case::Expired,
        "trello",
        Cell::Never(Never {
            state: "expired",
            why: "waits until its account is claimed",
            add: None,
            switches: &[MONTHS],
            nearest: &[("bob4", "pending")],
        }),
    ),
    (
        Case::Expired,
        "slack",
        Cell::Never(Never {
            state: "expired",
            why: "does not tell",
            add: None,
            switches: &[MONTHS],
            nearest: &[("cy@example.com", "pending")],
        }),
    ),
    (
        Case::Expired,
        "g_drive",
        Cell::Never(Never {
            state: "expired",
            why: "is absent",
            add: None,
            switches: &[MONTHS],
            nearest: &[("ivy@example.com", "absent")],
        }),
    ),
    (
        Case::Suspended,
        "github",
        Cell::Never(Never {
            state: "suspended",
            why: "switches nobody off",
            add: None,
            switches: &[MONTHS],
            nearest: &[("bea", "active"), ("cyd", "active")],
        }),
    ),
    (
        Case::Suspended,
        "trello",
        Cell::Stand(
            "suspended",
            &[Person {
                switches: &["trello.enterprise=on"],
                ..person("cy", ("added", "active"), ("removed", "absent"))
            }],
        ),
    ),
    (
        Case::Suspended,
        "slack",
        Cell::Stand("suspended", &[person("bob@example.com", ("added", "active"), ("already so", "suspended"))]),
    ),
    (
        Case::Suspended,
        "g_drive",
        Cell::Never(Never {
            state: "suspended",
            why: "counts as absent",
            add: None,
            switches: &[],
            nearest: &[("gone@example.com", "absent")],
        }),
    ),
];
