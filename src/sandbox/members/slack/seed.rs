//! Who is at Slack, and what they are in the workspace `T1`.
//!
//! | name | id | in the workspace |
//! |---|---|---|
//! | ada | U1 | its primary owner |
//! | bob | U2 | deactivated |
//! | cy | U3 | invited |
//! | bea | U4 | member, and in the channel C1 |
//! | oli | U5 | owner |
//! | gil, gus | U6, U7 | guest in several channels, guest in one |
//! | hal | U8 | in `T2` only |
//! | amy | U9 | administrator |
//! | | B1, USLACKBOT | no people |
//!
//! Channels: C0, where everybody is; C1; C2, which is private; C3, which is archived. bea has asked to invite eve. Without a cast
//! only ada, oli and the bots are there.

use std::collections::BTreeSet;

use super::super::cast::{Cast, email};
use super::data::{Channel, Data, InviteRequest, OTHER_TEAM, Rank, TEAM, User};

const OWNERS: [(&str, &str, Rank, &str); 4] = [
    ("U1", "ada", Rank::PrimaryOwner, TEAM),
    ("U5", "oli", Rank::Owner, TEAM),
    ("B1", "orchest", Rank::Bot, TEAM),
    ("USLACKBOT", "slackbot", Rank::Bot, TEAM),
];
const PEOPLE: [(&str, &str, Rank, &str); 7] = [
    ("U2", "bob", Rank::Member, TEAM),
    ("U3", "cy", Rank::Member, TEAM),
    ("U4", "bea", Rank::Member, TEAM),
    ("U6", "gil", Rank::Guest, TEAM),
    ("U7", "gus", Rank::SingleGuest, TEAM),
    ("U8", "hal", Rank::Member, OTHER_TEAM),
    ("U9", "amy", Rank::Admin, TEAM),
];

/// Fills it.
pub(in crate::sandbox::members) fn seed(data: &mut Data, cast: Cast) {
    data.last = 100;
    let people: &[_] = if cast.is_full { &PEOPLE } else { &[] };
    let known = OWNERS.iter().chain(people);
    data.users = known.map(|(id, name, rank, team)| user(id, name, *rank, team)).collect();
    data.users.sort_by(|one, other| one.id.cmp(&other.id));
    for user in &mut data.users {
        user.deleted = user.name == "bob";
        user.invited = user.name == "cy";
    }
    for (number, name) in (1000_u32..).zip(cast.crowd()) {
        data.users.push(user(&format!("U{number}"), &name, Rank::Member, TEAM));
    }
    if cast.crowd > 0 {
        data.users.push(user("U9999", "zoe", Rank::Member, TEAM));
    }
    let everybody = data.users.iter().filter(|user| user.is_in(TEAM) && !user.deleted && !user.invited);
    let everybody: BTreeSet<String> = everybody.map(|user| user.id.clone()).collect();
    let some: &[&str] = if cast.is_full { &["U1", "U4", "B1"] } else { &["U1", "B1"] };
    let some = || some.iter().map(|id| (*id).to_owned()).collect();
    data.channels = vec![
        Channel { is_general: true, ..channel("C0", "general", everybody) },
        channel("C1", "city", some()),
        Channel { is_private: true, ..channel("C2", "owners", BTreeSet::from(["U1".to_owned()])) },
        Channel { is_archived: true, ..channel("C3", "old", some()) },
    ];
    if cast.is_full {
        let (id, requester) = ("Ir1".to_owned(), "U4".to_owned());
        data.requests = vec![InviteRequest { id, email: email("eve"), requester, decided: None }];
    }
}

fn user(id: &str, name: &str, rank: Rank, team: &str) -> User {
    User {
        id: id.to_owned(),
        name: name.to_owned(),
        email: email(name),
        rank,
        deleted: false,
        invited: false,
        teams: BTreeSet::from([team.to_owned()]),
    }
}

fn channel(id: &str, name: &str, members: BTreeSet<String>) -> Channel {
    let (id, name) = (id.to_owned(), name.to_owned());
    Channel { id, name, is_private: false, is_general: false, is_archived: false, members }
}
