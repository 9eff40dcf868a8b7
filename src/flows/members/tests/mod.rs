//! Plans of every kind, carried out on services in memory.

mod deeds;
mod order;
mod stops;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::connectors::{ConnectorKind, Membership, State};

use super::super::Stop;
use super::testing::{Dice, Model};
use super::{Came, Deed, Limits, Plan, Results, Share, Step, Wish, apply, survey};

type Places = BTreeMap<String, Membership>;

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn planned(model: &Model, wishes: &[Wish], limits: &Limits) -> Plan {
    sparing(model, wishes, &[], limits)
}

fn sparing(model: &Model, wishes: &[Wish], ignored: &[String], limits: &Limits) -> Plan {
    run(survey(model, wishes, ignored, limits)).unwrap()
}

/// One run of the command: a plan, and what came of it.
fn synced(model: &Model, wishes: &[Wish], limits: &Limits) -> (Plan, Vec<bool>) {
    carried_out(model, planned(model, wishes, limits))
}

fn applied<'a>(model: &Model, plan: &'a Plan, stop: &Stop, told: impl Fn()) -> Vec<(&'a Step, Came)> {
    let came = Results::default();
    run(apply(model, plan, false, stop, &came, told));
    came.into_inner()
}

fn carried_out(model: &Model, plan: Plan) -> (Plan, Vec<bool>) {
    let came = applied(model, &plan, &Stop::default(), || {});
    let done = came.iter().map(|(_, came)| matches!(came, Came::Done(_))).collect();
    (plan, done)
}

fn wish(id: &str) -> Wish {
    Wish { id: id.to_owned(), ..Wish::default() }
}

fn member(id: &str, role: &str) -> Membership {
    Membership::new(id, State::Active).role(role)
}

fn deeds(plan: &Plan) -> Vec<(&str, &Deed)> {
    plan.steps.iter().map(|step| (step.id.as_str(), &step.deed)).collect()
}

fn all_out() -> Limits {
    Limits { remove_extra: true, most: Share::Percent(100), ..Limits::default() }
}

fn is_admin(one: &Membership) -> bool {
    one.state == State::Active && ["admin", "owner", "organizer"].iter().any(|role| one.role.as_deref() == Some(role))
}

fn rank(kind: ConnectorKind, one: &Membership) -> usize {
    let roles = Model::roles(kind);
    let role = one.role.as_deref().unwrap_or_default();
    roles.iter().position(|known| *known == role).unwrap_or(roles.len())
}

/// Some place, with people of every state and role.
fn place(dice: &mut Dice) -> Model {
    let kind = dice.one_of(&ConnectorKind::ALL);
    let states =
        [State::Active, State::Active, State::Active, State::Active, State::Pending, State::Expired, State::Suspended];
    let mut people = Vec::new();
    for number in 0..dice.below(30) {
        let id = if dice.percent(10) { format!("Person{number}@Example.com") } else { format!("Person{number}") };
        let roles = Model::roles(kind);
        let role = if roles.is_empty() { dice.one_of(&["member", "owner"]) } else { dice.one_of(roles) };
        let is_person = kind != ConnectorKind::GDrive || !dice.percent(10);
        let state = if is_person { dice.one_of(&states) } else { State::Active };
        let is_fixed = !is_person || (state == State::Active && dice.percent(7));
        let fixed = is_fixed.then_some("inherited");
        people.push(Membership { fixed, is_person, ..Membership::new(id, state).role(role) });
    }
    if dice.percent(80) {
        people.push(member("me", dice.one_of(&["admin", "organizer", "owner"])));
    }
    Model { can_remove: dice.percent(90), can_restore: dice.percent(60), ..Model::new(kind, people) }
}

/// A roster of some of them, in any case, and of others.
fn roster(dice: &mut Dice, model: &Model) -> Vec<Wish> {
    let listed = dice.one_of(&[0, 50, 80, 95, 100]);
    let mut ids: Vec<String> = model.people.borrow().values().map(|one| one.id.clone()).collect();
    ids.retain(|_| dice.percent(listed));
    ids.extend((0..dice.below(6)).map(|number| format!("new{number}")));
    if dice.percent(10) {
        ids.push("stranger@example.com".to_owned());
    }
    if dice.percent(3) {
        ids.clear();
    }
    let roles = Model::roles(model.kind);
    let wish = |id: String| Wish {
        role: (!roles.is_empty() && dice.percent(30)).then(|| dice.one_of(roles).to_owned()),
        id: if dice.percent(20) { id.to_uppercase() } else { id },
        name: None,
    };
    ids.into_iter().map(wish).collect()
}

/// Some who are there, in any case, and others who are not.
fn to_spare(dice: &mut Dice, model: &Model) -> Vec<String> {
    let share = dice.one_of(&[0, 0, 5, 30]);
    let mut ids: Vec<String> = model.people.borrow().values().map(|one| one.id.clone()).collect();
    ids.retain(|_| dice.percent(share));
    ids.extend((0..3).filter(|_| dice.percent(share)).map(|number| format!("new{number}")));
    ids.into_iter().map(|id| if dice.percent(30) { id.to_uppercase() } else { id }).collect()
}

fn limits(dice: &mut Dice) -> Limits {
    Limits {
        invite_addresses: dice.percent(30),
        remove_extra: dice.percent(70),
        demote: dice.percent(40),
        most: dice.one_of(&[
            Share::USUAL,
            Share::Percent(0),
            Share::Percent(60),
            Share::People(2),
            Share::Percent(100),
        ]),
        admins: dice.one_of(&[None, None, Some(0), Some(1), Some(3)]),
    }
}

/// Who is to be where.
struct Asked {
    wishes: Vec<Wish>,
    ignored: Vec<String>,
    limits: Limits,
}

/// What may have become of a place, by its people before and after and by nothing that the planner says.
#[track_caller]
fn holds(model: &Model, asked: &Asked, before: &Places, after: &Places, seed: u64) {
    let Asked { wishes, ignored, limits } = asked;
    let says = format!("seed {seed}: {limits:?}\n{wishes:?}\n{ignored:?}\n{before:?}\n{after:?}");
    let is_spared = |id: &str| ignored.iter().any(|other| other.eq_ignore_ascii_case(id));
    let is_listed = |id: &str| wishes.iter().any(|wish| wish.id.eq_ignore_ascii_case(id)) && !is_spared(id);
    assert!(ignored.iter().all(|id| before.get(&id.to_lowercase()) == after.get(&id.to_lowercase())), "{says}");
    let gone: Vec<&Membership> = before.iter().filter(|(id, _)| !after.contains_key(*id)).map(|(_, one)| one).collect();
    let is_counted = |one: &&Membership| one.state == State::Active && one.is_person && !is_spared(&one.id);
    let active = before.values().filter(is_counted).count();
    let most = match limits.most {
        Share::People(most) => most,
        Share::Percent(0) => 0,
        Share::Percent(percent) => (active * usize::from(percent) / 100).max(1),
    };
    assert!(gone.len() <= most, "{} are gone, {most} may\n{says}", gone.len());
    assert!(limits.remove_extra || gone.is_empty(), "{says}");
    assert!(gone.iter().all(|one| !is_listed(&one.id) && one.state.counts_as_in() && one.fixed.is_none()), "{says}");
    for (id, was) in before {
        let Some(is) = after.get(id) else { continue };
        assert!(!is_listed(id) || is.state != State::Expired || before == after, "{says}");
        assert!(is_listed(id) || was == is, "{says}");
        if was.state == State::Active && rank(model.kind, is) < rank(model.kind, was) {
            let is_fixed = was.fixed.is_some() && model.kind != ConnectorKind::GitHub;
            assert!(limits.demote && !is_fixed && *id != model.own, "{id} has less\n{says}");
        }
        if was.state == State::Suspended {
            let back = Membership { state: State::Active, ..was.clone() };
            let is_back = before != after && is_listed(id) && model.can_restore;
            assert_eq!(*is, if is_back { back } else { was.clone() }, "{says}");
        }
    }
    assert!(!before.contains_key(&model.own) || after.contains_key(&model.own), "{says}");
    assert!(!wishes.is_empty() || before == after, "{says}");
    let admins = |all: &Places| all.values().filter(|one| is_admin(one)).count();
    if before != after {
        let least = limits.admins.unwrap_or_else(|| 1.min(admins(before)));
        assert!(admins(after) >= least, "{says}");
    }
}

#[test]
fn whatever_the_roster_no_plan_goes_beyond_its_limits_and_a_second_one_has_nothing_to_do() {
    let (mut refused, mut changed, mut removed, mut spared) = (0, 0, 0, 0);
    for seed in 0..10_000 {
        let dice = &mut Dice::new(seed);
        let model = place(dice);
        let (wishes, ignored) = (roster(dice, &model), to_spare(dice, &model));
        let asked = Asked { wishes, ignored, limits: limits(dice) };
        let planned = || sparing(&model, &asked.wishes, &asked.ignored, &asked.limits);
        let before = model.people.borrow().clone();
        let (plan, done) = carried_out(&model, planned());
        let after = model.people.borrow().clone();
        holds(&model, &asked, &before, &after, seed);
        let is_spared = |id: &str| asked.ignored.iter().any(|other| other.eq_ignore_ascii_case(id));
        assert!(plan.steps.iter().all(|step| !is_spared(&step.id) || !step.deed.is_change()), "seed {seed}");
        assert!(done.iter().all(|done| *done), "seed {seed}: what is planned can be done");
        let again = planned();
        if plan.refusals().is_empty() {
            // Who was switched on has their role of before, and may be given another now.
            let was_off = |id: &str| before.get(&id.to_lowercase()).is_some_and(|one| one.state == State::Suspended);
            let left = again.steps.iter().filter(|step| step.deed.is_change() && !was_off(&step.id)).count();
            assert_eq!(left, 0, "seed {seed}: {:?}", deeds(&again));
            spared += usize::from(!asked.ignored.is_empty() && before != after);
        } else {
            assert_eq!(before, after, "seed {seed}");
            assert_eq!(again, plan, "seed {seed}");
        }
        refused += usize::from(!plan.refusals().is_empty());
        changed += usize::from(before != after);
        removed += usize::from(plan.refusals().is_empty() && plan.count(|deed| *deed == Deed::Remove) > 0);
    }
    // Otherwise nothing was shown.
    assert!(refused > 1000 && changed > 3000 && removed > 300, "{refused} {changed} {removed}");
    assert!(spared > 500, "{spared}");
}

#[test]
fn one_who_is_blocked_stops_nobody_and_a_login_that_is_refused_stops_all() {
    let wishes: Vec<Wish> = (0..9).map(|number| wish(&format!("p{number}"))).collect();
    let model = Model { blocked: vec!["p1".to_owned(), "p7".to_owned()], ..Model::new(ConnectorKind::GitHub, []) };
    let (_, done) = synced(&model, &wishes, &Limits::default());
    assert_eq!(done.iter().filter(|done| !**done).count(), 2);
    assert_eq!(model.people.borrow().len(), 7);
    // Nothing comes through: after the third nobody else is tried.
    let model = Model::new(ConnectorKind::GitHub, []);
    model.faults.set(100);
    let plan = planned(&model, &wishes, &Limits::default());
    let came = applied(&model, &plan, &Stop::default(), || {});
    let tried = came.iter().filter(|(_, came)| matches!(came, Came::Failed(_))).count();
    assert_eq!((tried, came.len()), (3, 9));
}

/// Five hundred people: of a hundred each, one service lacks ten and has ten others.
fn city(kind: ConnectorKind) -> (Model, Vec<Wish>) {
    let usual = Model::roles(kind).first().copied().unwrap_or("member");
    let mut people: Vec<Membership> =
        (0..500).filter(|number| number % 10 != 3).map(|number| member(&format!("p{number}"), usual)).collect();
    people.extend((0..50).map(|number| member(&format!("x{number}"), usual)));
    for (number, state) in [(7, State::Expired), (17, State::Pending), (27, State::Expired)] {
        people.retain(|one| one.id != format!("p{number}"));
        people.push(Membership::new(format!("p{number}"), state).role(usual));
    }
    people.push(member("me", "admin"));
    let role = |number: usize| {
        let roles = Model::roles(kind);
        roles.last().filter(|_| number.is_multiple_of(50)).map(|role| (*role).to_owned())
    };
    let wishes = (0..500).map(|number| Wish { role: role(number), ..wish(&format!("p{number}")) });
    (Model::new(kind, people), wishes.chain([wish("me")]).collect())
}

#[test]
fn five_hundred_people_at_four_services_converge_although_one_request_in_twenty_fails() {
    let limits = Limits { remove_extra: true, ..Limits::default() };
    for kind in ConnectorKind::ALL {
        let (clean, wishes) = city(kind);
        let (_, done) = synced(&clean, &wishes, &limits);
        assert!(done.iter().all(|done| *done) && done.len() > 90, "{kind}");
        let (model, wishes) = city(kind);
        model.faults.set(5);
        let mut runs = 0;
        loop {
            runs += 1;
            assert!(runs < 10, "{kind} does not converge");
            let (plan, done) = synced(&model, &wishes, &limits);
            assert_eq!(plan.refusals(), []);
            if done.iter().all(|done| *done) {
                break;
            }
        }
        assert!(runs > 1, "{kind}: nothing failed");
        assert_eq!(*model.people.borrow(), *clean.people.borrow(), "{kind}");
        // Nobody was invited twice, also where an answer was lost.
        let written = model.written.borrow();
        assert_eq!(written.iter().collect::<BTreeSet<_>>().len(), written.len(), "{kind}");
        assert_eq!(written.len(), clean.written.borrow().len(), "{kind}");
    }
}

#[test]
fn stopped_after_any_change_and_run_again_it_ends_the_same() {
    let limits = Limits { remove_extra: true, demote: true, ..Limits::default() };
    let (clean, wishes) = city(ConnectorKind::GitHub);
    let total = synced(&clean, &wishes, &limits).1.len();
    for end in 0..total {
        let (model, wishes) = city(ConnectorKind::GitHub);
        let (stop, count) = (Stop::default(), Cell::new(0));
        if end == 0 {
            stop.request();
        }
        let plan = planned(&model, &wishes, &limits);
        let told = || {
            count.set(count.get() + 1);
            if count.get() == end {
                stop.request();
            }
        };
        applied(&model, &plan, &stop, told);
        assert_eq!(model.written.borrow().len(), end);
        synced(&model, &wishes, &limits);
        assert_eq!(*model.people.borrow(), *clean.people.borrow(), "stopped after {end}");
        assert_eq!(model.written.borrow().len(), total);
    }
}
