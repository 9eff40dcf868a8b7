//! Who is at Trello, and what they are in `acme`.
//!
//! | user name | in `acme` |
//! |---|---|
//! | ada, oli | administrators |
//! | bea | member, and on the board |
//! | bob4 | invited by address, `bob@example.com`, and has not claimed the account |
//! | cy | suspended |
//! | gil | a guest on the board |
//! | hal, ivy, Ada | are at Trello, and nothing else |
//!
//! Without a cast only ada and oli are in.

use super::super::cast::{Cast, email, full_name};
use super::data::{Board, Data, Member, Membership, Workspace, id};

const PEOPLE: [(u64, &str); 10] = [
    (1, "ada"),
    (2, "bob4"),
    (3, "cy"),
    (5, "bea"),
    (6, "oli"),
    (7, "gil"),
    (8, "hal"),
    (9, "ivy"),
    (10, "max"),
    (11, "Ada"),
];
const CROWD: u64 = 0x1000;
const LAST: u64 = 0xffff;

/// Fills it.
pub(in crate::sandbox::members) fn seed(data: &mut Data, cast: Cast) {
    data.members = PEOPLE.iter().map(|(number, name)| member(*number, name)).collect();
    if let Some(bob) = data.members.iter_mut().find(|member| member.username == "bob4") {
        bob.email = email("bob");
        bob.confirmed = false;
    }
    let mut all = vec![membership(1, true), membership(6, true)];
    if cast.is_full {
        all.extend([membership(2, false), membership(5, false)]);
        all.push(Membership { deactivated: true, ..membership(3, false) });
    }
    for (number, name) in (CROWD..).zip(cast.crowd()) {
        data.members.push(member(number, &name));
        all.push(membership(number, false));
    }
    data.members.push(member(LAST, "zoe"));
    if cast.crowd > 0 {
        all.push(membership(LAST, false));
    }
    let on_board: &[u64] = if cast.is_full { &[1, 5, 7] } else { &[1] };
    let members = on_board.iter().map(|number| id('b', *number)).collect();
    let board = Board { id: id('e', 1), name: "Roadmap".to_owned(), members };
    data.workspaces =
        vec![workspace(1, "acme", all, vec![board]), workspace(2, "elsewhere", vec![membership(10, true)], Vec::new())];
}

fn member(number: u64, name: &str) -> Member {
    let (username, email) = (name.to_owned(), if name == "Ada" { email("other.ada") } else { email(name) });
    Member { id: id('b', number), username, full_name: full_name(name), email, confirmed: true }
}

fn membership(number: u64, is_admin: bool) -> Membership {
    Membership { id: id('a', number), member: id('b', number), is_admin, deactivated: false }
}

fn workspace(number: u64, name: &str, memberships: Vec<Membership>, boards: Vec<Board>) -> Workspace {
    Workspace { id: id('c', number), name: name.to_owned(), display_name: full_name(name), memberships, boards }
}
