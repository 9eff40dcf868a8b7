//! What it takes to make the members of one place those of a roster: worked out from what is there, and nothing sent.

use std::collections::{HashMap, HashSet};

use crate::connectors::{Ability, ByAddress, Connector, Error, Membership, State};

use super::ground::{Ground, People, fold, is_admin, is_admin_role};
use super::limits::{Limits, Refusal};
use super::step::{Deed, Step, Wish};

/// All of it, for one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    /// How many people are in, without those who are ignored: what shares are of.
    pub(crate) active: usize,
    /// Those who are to be ignored and are not there, by the names that they were given.
    pub(crate) astray: Vec<String>,
    refusals: Vec<Refusal>,
}

impl Plan {
    /// Why it is not to be carried out.
    pub(crate) fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Whether it would remove people for a roster that has nobody.
    pub(super) fn lists_nobody(&self) -> bool {
        self.refusals.contains(&Refusal::NobodyListed)
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

/// Looks, and works it out.
pub(crate) async fn survey(
    connector: &dyn Connector,
    wishes: &[Wish],
    ignored: &[String],
    limits: &Limits,
) -> Result<Plan, Error> {
    let mut ground = Ground::look(connector).await?;
    let first = plan(wishes, ignored, &ground, limits);
    ground.look_closer(connector, &first, limits.most).await?;
    Ok(plan(wishes, ignored, &ground, limits))
}

/// Works it out. Whoever is `ignored` has no part in it, whatever the wishes say.
pub(super) fn plan(wishes: &[Wish], ignored: &[String], ground: &Ground, limits: &Limits) -> Plan {
    let people = People::of(ground);
    let names: HashSet<String> = ignored.iter().map(|id| fold(id)).collect();
    let is_named = |wish: &&Wish| names.contains(&fold(&wish.id));
    let spared = ignored.iter().chain(wishes.iter().filter(is_named).map(|wish| &wish.id));
    let spared: HashSet<usize> = spared.filter_map(|id| Some(people.find(id)?.0)).collect();
    let (mut listed, mut told): (HashMap<usize, &str>, HashSet<usize>) = (HashMap::new(), HashSet::new());
    let mut steps = Vec::with_capacity(wishes.len());
    for (number, wish) in wishes.iter().enumerate() {
        let found = people.find(&wish.id);
        told.extend(found.map(|(place, _)| place));
        let deed = match found {
            _ if is_named(&wish) => leave(IGNORED, false),
            None => absent(wish, ground, limits),
            Some((place, _)) if spared.contains(&place) => leave(IGNORED, false),
            Some((place, member)) => match listed.insert(place, &wish.id) {
                Some(other) => leave(format!("the same person as {other}, who is listed too"), true),
                None => there(wish, member, ground, limits),
            },
        };
        let known = found.map(|(_, member)| member.clone());
        let known = known.unwrap_or_else(|| Membership::new(wish.id.clone(), State::Absent));
        let (wish_of, to, name) = (Some(number), wish.role.clone(), wish.name.clone());
        steps.push(Step { wish: wish_of, to, name, ..Step::about(&known, deed) });
    }
    let others = people.all.iter().enumerate().filter(|(place, _)| !told.contains(place));
    steps.extend(others.map(|(place, member)| {
        let is_spared = spared.contains(&place);
        Step::about(member, if is_spared { leave(IGNORED, false) } else { extra(member, ground, limits) })
    }));
    let is_counted = |place: usize, member: &Membership| {
        member.state == State::Active && member.is_person && !spared.contains(&place)
    };
    let active = people.all.iter().enumerate().filter(|(place, member)| is_counted(*place, member)).count();
    let admins = people.all.iter().filter(|member| is_admin(member)).count();
    let is_unknown = |id: &&str| people.find(id).is_none();
    let blind = wishes.iter().filter(|wish| !is_named(wish)).map(|wish| &wish.id).chain(ignored).map(String::as_str);
    // Of an address whose invitation has lapsed nobody knows whether its owner came in by another.
    let is_untold = |id: &&str| people.find(id).is_none_or(|(_, member)| member.state == State::Expired);
    let blind = blind.filter(is_untold).filter(|id| ground.is_blind_to(id)).map(str::to_owned).collect();
    // Where nobody is to be removed, a roster without anybody asks for nothing.
    let is_slip = wishes.is_empty() && limits.remove_extra;
    let refusals = if is_slip { vec![Refusal::NobodyListed] } else { refused(&steps, active, admins, blind, limits) };
    let astray = ignored.iter().filter(|id| is_unknown(&id.as_str())).cloned().collect();
    Plan { steps, active, astray, refusals }
}

const IGNORED: &str = "ignored";

fn leave(why: impl Into<String>, unmet: bool) -> Deed {
    Deed::Leave { why: why.into(), unmet }
}

/// Listed, and the service has nobody of that name.
fn absent(wish: &Wish, ground: &Ground, limits: &Limits) -> Deed {
    match ground.able.by_address {
        _ if !ground.is_blind_to(&wish.id) => add(Deed::Add, ground),
        ByAddress::Untold => {
            leave("no address is told there, so it would be invited again and again: list the username", true)
        }
        // Whoever has accepted leaves no trace of the address.
        _ if limits.invite_addresses => add(Deed::Add, ground),
        _ => leave(
            "no invitation to it is open, and whether its owner is in is not told: list the login, or say \
             --invite-addresses",
            true,
        ),
    }
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
        State::Suspended => match &ground.able.restore {
            Ability::No(why) => leave(format!("suspended: {why}"), true),
            _ => Deed::Restore,
        },
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
        (_, Some(why)) => leave(member.via.iter().fold(why.to_owned(), |why, via| format!("{why} ({via})")), false),
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
