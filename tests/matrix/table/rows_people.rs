//! Who is a member at the four services; each command at one of them, in turn.

use super::row::{Asks, Column, Place, Row};

const fn row(verb: &'static str, line: &'static str) -> Row {
    Row::new(Place::People, verb, line)
}

const OUT: &str = "who is out need not be taken out";
const HIDDEN: &str = "404 is how it answers whoever may not see a place, or a place that is not there";
const TAKES_TURNS: &str = "Trello says 409 where two changes meet: it is tried again, and may be later";
const AT_GITHUB: &[(Column, i32, &str)] = &[(Column::NoSuchPath, 5, HIDDEN)];
const OUT_OF_GITHUB: &[(Column, i32, &str)] = &[(Column::Missing, 0, OUT), (Column::NoSuchPath, 5, HIDDEN)];
const AT_TRELLO: &[(Column, i32, &str)] = &[(Column::NoSuchPath, 5, HIDDEN), (Column::Conflict, 75, TAKES_TURNS)];

pub const ROWS: &[Row] = &[
    row("members check", "members check bea -c github")
        .missing("members check nobody-ever -c github --exit-status")
        .silent()
        .telling()
        .but(AT_GITHUB),
    row("members add", "members add hal -c trello").missing("members add nobody-ever -c trello").but(AT_TRELLO),
    row("members rm", "members rm bea@example.com -c g_drive --yes")
        .missing("members rm nobody@example.com -c g_drive --yes")
        .but(OUT_OF_GITHUB),
    row("members list", "members list -c slack"),
    row("members invitations", "members invitations -c github")
        .missing("members invitations -c github --target nowhere")
        .but(&[(Column::Missing, 1, "servers without such a list say the same")]),
    row("members sync", "members sync --from ~/people.csv -c github --yes")
        .missing("members sync --from ~/people.csv -c github --target nowhere --yes")
        .but(&[(Column::Missing, 5, HIDDEN), (Column::NoSuchPath, 5, HIDDEN)]),
    row("members capabilities", "members capabilities -c all").asking(Asks::Nobody),
    row("check", "-c trello check bea")
        .missing("-c trello check nobody-ever --exit-status")
        .silent()
        .telling()
        .but(AT_TRELLO),
    row("add", "-c slack add hal@example.com").but(&[(
        Column::NoSuchPath,
        78,
        "Slack's way to administer people has an address of its own, which is wrong then",
    )]),
    row("rm", "-c github rm bea").missing("-c github rm nobody-ever").but(OUT_OF_GITHUB),
    // It takes a person to go further than to the first question.
    row("generate", "generate github --device --store file")
        .alone("generate github --device --store file --dry-run")
        .but(&[
            (Column::Forbidden, 4, "a login that is refused is refused, whatever the number"),
            (Column::NoSuchPath, 4, "GitHub knows no client of that id"),
        ]),
];
