//! Who is at GitHub: accounts that are always there, and what they are in `acme`.
//!
//! | login | in `acme` |
//! |---|---|
//! | ada, oli | owners |
//! | bea | member, and everybody may see it; in the team `crew`, as its maintainer |
//! | cyd | member through a team of the enterprise only |
//! | pam | pays the bills |
//! | dan | invited two days ago |
//! | eve@example.com | invited by address |
//! | bob | was invited, and has not answered within seven days |
//! | fay | works on something from outside |
//! | gus | has blocked the organization |
//! | hal, ivy, octocat | are at GitHub, and nothing else |
//!
//! Without a cast only the owners are in.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::super::cast::{Cast, email};
use super::data::{Account, Data, Id, Invitation, Member, Org, Role, Team};

const PEOPLE: [(Id, &str); 14] = [
    (1, "ada"),
    (2, "oli"),
    (3, "bea"),
    (4, "cyd"),
    (5, "pam"),
    (6, "dan"),
    (8, "eve"),
    (9, "bob"),
    (10, "fay"),
    (11, "gus"),
    (12, "hal"),
    (13, "ivy"),
    (14, "max"),
    (15, "octocat"),
];
/// The first of the crowd, and the one behind it.
const CROWD: Id = 10_000;
const LAST: Id = 999_999;

/// Fills it.
pub(in crate::sandbox::members) fn seed(data: &mut Data, cast: Cast, now: Timestamp) {
    let account = |(id, login): (Id, &str)| (id, Account { id, login: login.to_owned(), email: email(login) });
    data.accounts = PEOPLE.into_iter().chain([(LAST, "zoe")]).map(account).collect();
    let mut members: BTreeMap<Id, Member> = [1, 2].into_iter().map(|id| (id, Member::new(Role::Admin))).collect();
    for (id, login) in (CROWD..).zip(cast.crowd()) {
        data.accounts.insert(id, Account { id, email: email(&login), login });
        members.insert(id, Member::new(Role::Member));
    }
    if cast.crowd > 0 {
        members.insert(LAST, Member::new(Role::Member));
    }
    data.last_id = 20;
    let mut acme = Org { id: 7, login: "acme".to_owned(), members, ..Org::default() };
    acme.teams = vec![team(31, "crew", false), team(32, "synced", true)];
    if cast.is_full {
        fill(&mut acme, now);
    }
    let members = BTreeMap::from([(14, Member { public: true, ..Member::new(Role::Admin) })]);
    let elsewhere = Org { id: 17, login: "elsewhere".to_owned(), members, ..Org::default() };
    data.orgs = vec![acme, elsewhere];
    data.expire(now);
}

fn fill(acme: &mut Org, now: Timestamp) {
    acme.members.insert(3, Member { public: true, two_factor: false, ..Member::new(Role::Member) });
    let through = vec!["everybody".to_owned()];
    acme.members.insert(4, Member { direct: false, through, ..Member::new(Role::Member) });
    acme.members.insert(5, Member::new(Role::BillingManager));
    if let Some(crew) = acme.team("crew") {
        crew.members.insert(3, true);
    }
    acme.collaborators.insert(10);
    let days = |days: u64| now.checked_sub(Duration::from_hours(24 * days)).unwrap_or(now);
    acme.invitations = vec![
        invitation(9, Some(9), None, days(8)),
        invitation(15, Some(6), None, days(2)),
        invitation(16, None, Some(email("eve")), days(1)),
    ];
}

fn team(id: u64, slug: &str, synced: bool) -> Team {
    Team { id, slug: slug.to_owned(), synced, members: BTreeMap::new() }
}

fn invitation(id: u64, account: Option<Id>, email: Option<String>, created: Timestamp) -> Invitation {
    let (role, inviter) = (Role::Member, Some(1));
    Invitation { id, account, email, role, reinstates: false, created, inviter, teams: [].into(), failed: None }
}
