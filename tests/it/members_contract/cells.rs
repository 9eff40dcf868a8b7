//! What a service can have to say to a case.

use std::ops::RangeInclusive;

use orchester::sandbox::TokenKind;

use super::Case;

/// One row of the tables: what a service, by its name, says to a case.
pub type Row = (Case, &'static str, Cell);

pub enum Cell {
    AddTwice,
    RemoveAbsent,
    /// People who stand so.
    Stand(&'static str, &'static [Person]),
    /// Nobody can.
    Never(Never),
    Refused(&'static [Refusal]),
    Hidden(&'static [Place]),
    Limited(&'static [Limit]),
    /// Failures with the status of success.
    Words(&'static [(&'static str, i32)]),
    /// Failures have statuses.
    ByStatus,
    Fails,
    Pages(List),
}

/// Somebody, and what adding and removing says and makes of them.
pub struct Person {
    pub id: &'static str,
    pub switches: &'static [&'static str],
    pub added: (&'static str, &'static str),
    pub removed: (&'static str, &'static str),
}

/// A state that a service does not have.
pub struct Never {
    pub state: &'static str,
    /// What is said about it.
    pub why: &'static str,
    /// Whom to add first, and what comes of it.
    pub add: Option<(&'static str, &'static str)>,
    pub switches: &'static [&'static str],
    /// Those who come nearest, and where they stand instead.
    pub nearest: &'static [(&'static str, &'static str)],
}

pub enum Token {
    Expired,
    Text(&'static str),
    /// Somebody else's, of the usual kind and scopes.
    Of(&'static str),
    Weak(TokenKind, &'static str, &'static [&'static str]),
}

pub struct Refusal {
    pub token: Token,
    pub more: &'static [(&'static str, &'static str)],
    pub code: i32,
    pub says: &'static str,
}

/// Somewhere that this login is not shown.
pub struct Place {
    pub target: &'static [&'static str],
    pub token: Option<Token>,
    pub more: &'static [(&'static str, &'static str)],
    pub code: i32,
    pub says: &'static str,
    pub hides_lists: bool,
}

#[derive(Debug)]
pub enum Wait {
    Untold,
    /// Seconds.
    Within(RangeInclusive<u64>),
}

pub struct Limit {
    pub switches: &'static [&'static str],
    /// Whether it is met by changes only.
    pub writes: bool,
    pub wait: Wait,
}

pub struct List {
    /// What is in each request for it.
    pub request: &'static [&'static str],
    /// Rows of a page; none: all at once.
    pub size: Option<usize>,
    /// How many are on it beside the crowd.
    pub others: usize,
    /// The one behind everybody else, by a name that is found by the list, where there is one.
    pub last: &'static str,
}

pub const fn person(
    id: &'static str,
    added: (&'static str, &'static str),
    removed: (&'static str, &'static str),
) -> Person {
    Person { id, switches: &[], added, removed }
}

pub const fn refusal(token: Token, code: i32, says: &'static str) -> Refusal {
    Refusal { token, more: &[], code, says }
}

pub const fn place(target: &'static [&'static str], says: &'static str) -> Place {
    Place { target, token: None, more: &[], code: 5, says, hides_lists: true }
}

pub const fn limit(switches: &'static [&'static str], seconds: RangeInclusive<u64>) -> Limit {
    Limit { switches, writes: false, wait: Wait::Within(seconds) }
}

pub const fn untold(switches: &'static [&'static str]) -> Limit {
    Limit { switches, writes: false, wait: Wait::Untold }
}

pub const fn of_writes(limit: Limit) -> Limit {
    Limit { writes: true, switches: limit.switches, wait: limit.wait }
}
