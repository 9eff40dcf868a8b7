//! What it takes to make the members of one place those of a roster: worked out from what is there, and nothing sent.

use std::collections::HashMap;

use crate::connectors::{Ability, ByAddress, Membership, State};

use super::ground::{Ground, People, is_admin, is_admin_role};
use super::limits::{Limits, Refusal};

/// Somebody whom the roster has here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) id: String,
    /// Without one a newcomer gets the usual role, and a member keeps theirs.
    pub(crate) role: Option<String>,
    /// The full name, for an invitation.
    pub(crate) name: Option<String>,
}

/// What is to be done about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Nothing: in, or invited.
    Keep,
    Raise,
    Add,
    /// The invitation has lapsed.
    Reinvite,
    Lower,
    Remove,
    /// Nothing: in, and not listed, and nobody asked for that to end.
    Stay,
    /// Nothing, since it is not ours to do.
    Leave {
        why: String,
        /// Whether the roster wants something that is not so.
        unmet: bool,
    },
}

impl Deed {
    pub(crate) fn is_change(&self) -> bool {
        matches!(self, Self::Raise | Self::Add | Self::Reinvite | Self::Lower | Self::Remove)
    }

    /// Whether it takes something away from somebody.
    pub(crate) fn takes(&self) -> bool {
        matches!(self, Self::Lower | Self::Remove)
    }

    /// Who comes goes first, so that nobody who leaves is the last one.
    fn turn(&self) -> u8 {
        match self {
            Self::Raise => 0,
            Self::Add => 1,
            Self::Reinvite => 2,
            Self::Lower => 3,
            Self::Remove => 4,
            Self::Keep | Self::Stay | Self::Leave { .. } => 5,
        }
    }
}

/// One person in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Which wish it is for; `None`: not listed.
    pub(crate) wish: Option<usize>,
    /// As the service spells it, where it knows them.
    pub(crate) id: String,
    /// The service's own number for them, where it tells one.
    pub(crate) key: Option<String>,
    /// As things are.
    pub(crate) state: State,
    pub(crate) role: Option<String>,
    /// The role afterwards, where the roster names one.
    pub(crate) to: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) deed: Deed,
}

impl Step {
    /// Whether an administrator comes of it.
    pub(crate) fn makes_an_admin(&self) -> bool {
        self.deed == Deed::Raise && self.to.as_deref().is_some_and(is_admin_role)
    }

    /// Whether an administrator may be lost by it.
    pub(crate) fn takes_from_an_admin(&self) -> bool {
        self.deed.takes() && self.role.as_deref().is_some_and(is_admin_role)
    }
}

/// All of it, for one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) active: usize,
    refusals: Vec<Refusal>,
}

impl Plan {
    /// Why it is not to be carried out.
    pub(crate) fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    pub(crate) fn count(&self, of: impl Fn(&Deed) -> bool) -> usize {
        self.steps.iter().filter(|step| of(&step.deed)).count()
    }

    /// What is to be done, in its order: nothing, if the plan is refused.
    pub(crate) fn changes(&self) -> Vec<&Step> {
        if !self.refusals.is_empty() {
            return Vec::new();
        }
        let mut changes: Vec<&Step> = self.steps.iter().filter(|step| step.deed.is_change()).collect();
        changes.sort_by_key(|step| step.deed.turn());
        changes
    }
}

/// Works it out.
pub(crate) fn plan(wishes: &[Wish], ground: &Ground, limits: &Limits) -> Plan {
    let people = People::of(ground);
    let mut listed: HashMap<usize, &str> = HashMap::new();
    let (mut steps, mut blind) = (Vec::with_capacity(wishes.len()), Vec::new());
    for (number, wish) in wishes.iter().enumerate() {
        let found = people.find(&wish.id);
        if found.is_none() && ground.is_blind_to(&wish.id) {
            blind.push(wish.id.clone());
        }
        let deed = match found {
            None => absent(wish, ground),
            Some((place, member)) => match listed.insert(place, &wish.id) {
                Some(other) => leave(format!("the same person as {other}, who is listed too"), true),
                None => there(wish, member, ground, limits),
            },
        };
        let member = found.map(|(_, member)| member);
        steps.push(Step {
            wish: Some(number),
            id: member.map_or_else(|| wish.id.clone(), |member| member.id.clone()),
            key: member.and_then(|member| member.key.clone()),
            state: member.map_or(State::Absent, |member| member.state),
            role: member.and_then(|member| member.role.clone()),
            to: wish.role.clone(),
            name: wish.name.clone(),
            deed,
        });
    }
    let others = people.all.iter().enumerate().filter(|(place, _)| !listed.contains_key(place));
    steps.extend(others.map(|(_, member)| Step {
        wish: None,
        id: member.id.clone(),
        key: member.key.clone(),
        state: member.state,
        role: member.role.clone(),
        to: None,
        name: None,
        deed: extra(member, ground, limits),
    }));
    let active = people.all.iter().filter(|member| member.state == State::Active).count();
    let admins = people.all.iter().filter(|member| is_admin(member)).count();
    let refusals =
        if wishes.is_empty() { vec![Refusal::NobodyListed] } else { refused(&steps, active, admins, blind, limits) };
    Plan { steps, active, refusals }
}

fn leave(why: impl Into<String>, unmet: bool) -> Deed {
    Deed::Leave { why: why.into(), unmet }
}

/// Listed, and the service has nobody of that name.
fn absent(wish: &Wish, ground: &Ground) -> Deed {
    if ground.is_blind_to(&wish.id) && ground.able.by_address == ByAddress::Untold {
        return leave("no address is told there, so it would be invited again and again: list the username", true);
    }
    add(Deed::Add, ground)
}

fn add(deed: Deed, ground: &Ground) -> Deed {
    match &ground.able.add {
        Ability::No(why) => leave(format!("unsupported: {why}"), true),
        _ => deed,
    }
}

/// Listed, and the service knows them.
fn there(wish: &Wish, member: &Membership, ground: &Ground, limits: &Limits) -> Deed {
    match member.state {
        State::Active => role(wish, member, ground, limits),
        State::Pending => Deed::Keep,
        State::Expired => add(Deed::Reinvite, ground),
        State::Absent => add(Deed::Add, ground),
        state => leave(state.as_str(), true),
    }
}

fn role(wish: &Wish, member: &Membership, ground: &Ground, limits: &Limits) -> Deed {
    let has = member.role.as_deref().unwrap_or_default();
    let Some(wanted) = wish.role.as_deref().filter(|wanted| *wanted != has) else { return Deed::Keep };
    if ground.rank(wanted) > ground.rank(has) || has.is_empty() {
        return Deed::Raise;
    }
    match member.fixed {
        Some(why) => leave(why, false),
        None if ground.is_own(member) => leave("whom the login belongs to: nobody lowers their own role", false),
        None if limits.demote => Deed::Lower,
        None => leave(format!("{has}, and {wanted} is less: --allow-demotions"), false),
    }
}

/// Not listed.
fn extra(member: &Membership, ground: &Ground, limits: &Limits) -> Deed {
    if !limits.remove_extra || matches!(member.state, State::Absent | State::Expired) {
        return Deed::Stay;
    }
    match (&ground.able.remove, member.fixed) {
        _ if !member.state.counts_as_in() => leave(member.state.as_str(), false),
        _ if ground.is_own(member) => leave("whom the login belongs to: nobody removes themselves", false),
        (_, Some(why)) => leave(why, false),
        (Ability::No(why), None) => leave(format!("unsupported: {why}"), false),
        _ => Deed::Remove,
    }
}

fn refused(steps: &[Step], active: usize, admins: usize, blind: Vec<String>, limits: &Limits) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let leaving = steps.iter().filter(|step| step.deed == Deed::Remove).count();
    if leaving > limits.most.of(active) {
        refusals.push(Refusal::TooMany { leaving, active, most: limits.most });
    }
    let is_admin = |step: &&Step| step.state == State::Active && step.role.as_deref().is_some_and(is_admin_role);
    let to_admin = |step: &&Step| step.to.as_deref().is_some_and(is_admin_role);
    let lost =
        steps.iter().filter(is_admin).filter(|step| step.deed.takes() && !(to_admin(step) && step.wish.is_some()));
    let lost = lost.count();
    let gained = steps.iter().filter(|step| step.deed == Deed::Raise && to_admin(step) && !is_admin(step)).count();
    let left = admins + gained - lost;
    let least = limits.admins.unwrap_or(1);
    if left < least && (limits.admins.is_some() || lost > 0) {
        refusals.push(Refusal::TooFewAdmins { left, least });
    }
    if leaving > 0 && !blind.is_empty() {
        refusals.push(Refusal::Unrecognised(blind));
    }
    refusals
}
