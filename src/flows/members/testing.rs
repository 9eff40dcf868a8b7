//! A service in memory for the tests of this room, with the rules that all of them have, and with faults.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::base::clock::LocalFuture;
use crate::connectors::{
    Ability, ByAddress, Capabilities, Change, Connector, ConnectorKind, Error, ErrorKind, Joining, Leaving, Membership,
    Outcome, State,
};

/// Numbers that look random and are the same in every run.
#[derive(Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From 0 to less than this.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % (end as u64)).unwrap()
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

pub(super) struct Model {
    pub(super) kind: ConnectorKind,
    pub(super) people: RefCell<BTreeMap<String, Membership>>,
    pub(super) own: String,
    /// Whoever these are has blocked the place.
    pub(super) blocked: Vec<String>,
    pub(super) dice: RefCell<Dice>,
    /// So many of a hundred requests fail.
    pub(super) faults: Cell<usize>,
    pub(super) can_remove: bool,
    pub(super) can_restore: bool,
    /// What every newcomer is refused for.
    pub(super) closed: Option<ErrorKind>,
    /// How often it was asked.
    pub(super) looks: Cell<usize>,
    /// Every write that was carried out.
    pub(super) written: RefCell<Vec<String>>,
}

impl Model {
    pub(super) fn new(kind: ConnectorKind, people: impl IntoIterator<Item = Membership>) -> Self {
        Self {
            kind,
            people: RefCell::new(people.into_iter().map(|one| (one.id.to_lowercase(), one)).collect()),
            own: "me".to_owned(),
            blocked: Vec::new(),
            dice: RefCell::new(Dice::new(7)),
            faults: Cell::new(0),
            can_remove: true,
            can_restore: true,
            closed: None,
            looks: Cell::new(0),
            written: RefCell::default(),
        }
    }

    pub(super) fn roles(kind: ConnectorKind) -> &'static [&'static str] {
        match kind {
            ConnectorKind::GitHub => &["member", "admin"],
            ConnectorKind::Trello => &["normal", "admin"],
            ConnectorKind::Slack => &[],
            ConnectorKind::GDrive => &["reader", "writer", "organizer"],
        }
    }

    fn found(&self, id: &str) -> Membership {
        self.people.borrow().get(&id.to_lowercase()).cloned().unwrap_or_else(|| Membership::new(id, State::Absent))
    }

    fn fails(&self) -> bool {
        self.dice.borrow_mut().percent(self.faults.get())
    }

    /// A write, with a fault before it or behind it.
    fn write(&self, line: String, change: impl FnOnce(&mut BTreeMap<String, Membership>)) -> Result<(), Error> {
        let lost = || Error::new(ErrorKind::Unavailable, "no answer");
        let (fails, is_late) = (self.fails(), self.dice.borrow_mut().percent(50));
        if fails && !is_late {
            return Err(lost());
        }
        change(&mut self.people.borrow_mut());
        self.written.borrow_mut().push(line);
        if fails { Err(lost()) } else { Ok(()) }
    }

    fn join(&self, id: &str, how: &Joining) -> Result<Change, Error> {
        let before = self.found(id);
        let role = how.role.as_deref().filter(|role| !before.is(role));
        let outcome = match (before.state, role) {
            (State::Active, None) | (State::Pending, _) => return Ok(Change::new(Outcome::Unchanged, before)),
            (State::Active, Some(_)) => Outcome::Changed,
            (State::Suspended, _) if self.can_restore => Outcome::Added,
            (State::Absent | State::Expired, _) => Outcome::Invited,
            (state, _) => return Err(Error::new(ErrorKind::Conflict, format!("is {state}"))),
        };
        if before.state == State::Suspended && self.blocked.iter().any(|one| one == id) {
            return Err(Error::new(ErrorKind::Forbidden, "not in this workspace"));
        }
        if self.blocked.iter().any(|one| one == id) {
            return Err(Error::new(ErrorKind::Blocked, "has blocked this"));
        }
        if let Some(kind) = self.closed.filter(|_| outcome == Outcome::Invited) {
            return Err(Error::new(kind, "nobody comes in"));
        }
        let state = match self.kind {
            _ if matches!(outcome, Outcome::Changed | Outcome::Added) => State::Active,
            ConnectorKind::GitHub | ConnectorKind::Slack => State::Pending,
            _ => State::Active,
        };
        let usual = Self::roles(self.kind).first().map(|role| (*role).to_owned());
        let after = Membership { state, role: how.role.clone().or(before.role).or(usual), ..self.found(id) };
        self.write(format!("add {id}"), |people| drop(people.insert(id.to_lowercase(), after.clone())))?;
        Ok(Change::new(outcome, after))
    }

    fn leave(&self, id: &str) -> Result<Change, Error> {
        let before = self.found(id);
        if !before.state.counts_as_in() {
            return Ok(Change::new(Outcome::Unchanged, before));
        }
        if before.fixed.is_some() || before.id == self.own {
            return Err(Error::new(ErrorKind::Conflict, "stays"));
        }
        self.write(format!("rm {id}"), |people| drop(people.remove(&id.to_lowercase())))?;
        Ok(Change::new(Outcome::Removed, Membership::new(id, State::Absent)))
    }
}

impl Connector for Model {
    fn kind(&self) -> ConnectorKind {
        self.kind
    }

    fn target(&self) -> String {
        "acme".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            identifier: "name",
            by_address: match self.kind {
                ConnectorKind::GitHub => ByAddress::Invited,
                ConnectorKind::Trello => ByAddress::Untold,
                _ => ByAddress::Found,
            },
            roles: Self::roles(self.kind),
            check: Ability::Yes,
            add: Ability::Yes,
            remove: if self.can_remove { Ability::Yes } else { Ability::No("by hand".to_owned()) },
            list: Ability::Yes,
            restore: if self.can_restore { Ability::Yes } else { Ability::No("by hand".to_owned()) },
            invitations: Ability::Yes,
            extras: &[],
        }
    }

    fn membership<'a>(&'a self, id: &'a str) -> LocalFuture<'a, Result<Membership, Error>> {
        self.looks.set(self.looks.get() + 1);
        Box::pin(std::future::ready(Ok(self.found(id))))
    }

    fn add<'a>(&'a self, id: &'a str, how: &'a Joining) -> LocalFuture<'a, Result<Change, Error>> {
        Box::pin(std::future::ready(self.join(id, how)))
    }

    fn remove<'a>(&'a self, id: &'a str, _: &'a Leaving) -> LocalFuture<'a, Result<Change, Error>> {
        Box::pin(std::future::ready(self.leave(id)))
    }

    fn list(&self) -> LocalFuture<'_, Result<Vec<Membership>, Error>> {
        // As at GitHub: only a look at each tells how they come to be in.
        let is_github = self.kind == ConnectorKind::GitHub;
        let shown = |one: &Membership| {
            let (via, fixed) = if is_github { (None, None) } else { (one.via.clone(), one.fixed) };
            Membership { via, fixed, ..one.clone() }
        };
        let people = self.people.borrow().values().map(shown).collect();
        self.looks.set(self.looks.get() + 1);
        Box::pin(std::future::ready(Ok(people)))
    }

    fn own_ids(&self) -> LocalFuture<'_, Result<Vec<String>, Error>> {
        Box::pin(std::future::ready(Ok(vec![self.own.clone()])))
    }
}
