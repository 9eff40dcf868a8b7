//! Plans of every kind, carried out on services in memory.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::connectors::{ConnectorKind, Membership, State};

use super::super::Stop;
use super::limits::Refusal;
use super::testing::{Dice, Model};
use super::{Came, Deed, Ground, Limits, Plan, Share, Wish, apply, plan};

type Places = BTreeMap<String, Membership>;

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn planned(model: &Model, wishes: &[Wish], limits: &Limits) -> Plan {
    plan(wishes, &run(Ground::look(model)).unwrap(), limits)
}

/// One run of the command: a plan, and what came of it.
fn synced(model: &Model, wishes: &[Wish], limits: &Limits) -> (Plan, Vec<bool>) {
    let plan = planned(model, wishes, limits);
    let came = run(apply(model, &plan, false, &Stop::default(), || {}));
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
        let fixed = dice.percent(5).then_some("inherited");
        people.push(Membership { fixed, ..Membership::new(id, dice.one_of(&states)).role(role) });
    }
    if dice.percent(80) {
        people.push(member("me", dice.one_of(&["admin", "organizer", "owner"])));
    }
    Model { can_remove: dice.percent(90), ..Model::new(kind, people) }
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

fn limits(dice: &mut Dice) -> Limits {
    Limits {
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

/// What may have become of a place, by its people before and after and by nothing that the planner says.
#[track_caller]
fn holds(model: &Model, wishes: &[Wish], limits: &Limits, before: &Places, after: &Places, seed: u64) {
    let says = format!("seed {seed}: {limits:?}\n{wishes:?}\n{before:?}\n{after:?}");
    let is_listed = |id: &str| wishes.iter().any(|wish| wish.id.eq_ignore_ascii_case(id));
    let gone: Vec<&Membership> = before.iter().filter(|(id, _)| !after.contains_key(*id)).map(|(_, one)| one).collect();
    let active = before.values().filter(|one| one.state == State::Active).count();
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
            assert!(limits.demote && was.fixed.is_none() && *id != model.own, "{id} has less\n{says}");
        }
        if was.state == State::Suspended {
            assert_eq!(was, is, "{says}");
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
    let (mut refused, mut changed, mut removed) = (0, 0, 0);
    for seed in 0..10_000 {
        let dice = &mut Dice::new(seed);
        let model = place(dice);
        let (wishes, limits) = (roster(dice, &model), limits(dice));
        let before = model.people.borrow().clone();
        let (plan, done) = synced(&model, &wishes, &limits);
        let after = model.people.borrow().clone();
        holds(&model, &wishes, &limits, &before, &after, seed);
        assert!(done.iter().all(|done| *done), "seed {seed}: what is planned can be done");
        let again = planned(&model, &wishes, &limits);
        if plan.refusals().is_empty() {
            assert_eq!(again.count(Deed::is_change), 0, "seed {seed}: {:?}", deeds(&again));
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
}

#[test]
fn each_state_has_its_deed() {
    let people = [
        member("me", "admin"),
        member("Bob", "member"),
        member("carol", "admin"),
        Membership::new("dee", State::Pending).role("member"),
        Membership::new("eve", State::Expired).role("member"),
        Membership::new("fay", State::Suspended),
        Membership::new("gus", State::Pending),
        Membership::new("hal", State::Suspended),
        Membership { fixed: Some("inherited"), ..member("ida", "member") },
        member("jo", "member"),
        Membership::new("kim", State::Expired),
    ];
    let model = Model::new(ConnectorKind::GitHub, people);
    let with_role = |id: &str, role: &str| Wish { role: Some(role.to_owned()), ..wish(id) };
    let wishes = [
        wish("BOB"),
        with_role("carol", "member"),
        with_role("dee", "admin"),
        wish("eve"),
        wish("fay"),
        wish("lou"),
        wish("bob"),
    ];
    let plan = planned(&model, &wishes, &all_out());
    let leave = |why: &str, unmet| Deed::Leave { why: why.to_owned(), unmet };
    let expected = [
        ("Bob", Deed::Keep),
        ("carol", leave("admin, and member is less: --allow-demotions", false)),
        ("dee", Deed::Keep),
        ("eve", Deed::Reinvite),
        ("fay", leave("suspended", true)),
        ("lou", Deed::Add),
        ("Bob", leave("the same person as BOB, who is listed too", true)),
        ("gus", Deed::Remove),
        ("hal", leave("suspended", false)),
        ("ida", leave("inherited", false)),
        ("jo", Deed::Remove),
        ("kim", Deed::Stay),
        ("me", leave("whom the login belongs to: nobody removes themselves", false)),
    ];
    assert_eq!(deeds(&plan), expected.iter().map(|(id, deed)| (*id, deed)).collect::<Vec<_>>());
    let order: Vec<&str> = plan.changes().iter().map(|step| step.id.as_str()).collect();
    assert_eq!(order, ["lou", "eve", "gus", "jo"]);
    let lowered = planned(&model, &wishes, &Limits { demote: true, ..all_out() });
    assert_eq!(lowered.changes().iter().find(|step| step.id == "carol").map(|step| &step.deed), Some(&Deed::Lower));
    // Without being asked to nobody is removed, and what stays is no trouble.
    let plan = planned(&model, &wishes, &Limits::default());
    assert_eq!(plan.count(|deed| *deed == Deed::Stay), 6);
    assert_eq!(plan.changes().len(), 2);
}

#[test]
fn the_limits_are_refusals_with_their_numbers() {
    let mut people: Vec<Membership> = (0..59).map(|number| member(&format!("p{number}"), "member")).collect();
    people.push(member("boss", "admin"));
    people.push(Membership::new("invited", State::Pending).role("member"));
    let model = Model::new(ConnectorKind::GitHub, people);
    let listed =
        |count: usize| (0..count).map(|number| wish(&format!("p{number}"))).chain([wish("boss")]).collect::<Vec<_>>();
    let limits = Limits { remove_extra: true, ..Limits::default() };
    let refusals = |wishes: &[Wish], limits: &Limits| planned(&model, wishes, limits).refusals().to_vec();
    // The invitation counts, and 15 of 60 may go.
    assert_eq!(refusals(&listed(45), &limits), []);
    let over = refusals(&listed(44), &limits);
    assert_eq!(over, [Refusal::TooMany { leaving: 16, active: 60, most: Share::USUAL }]);
    assert_eq!(over[0].to_string(), "removing 16 of 60 (26%) is over --max-removals 25%");
    assert_eq!(refusals(&listed(44), &Limits { most: Share::People(16), ..limits }), []);
    assert_eq!(refusals(&[], &all_out()), [Refusal::NobodyListed]);
    assert_eq!(refusals(&[], &Limits::default()), [Refusal::NobodyListed]);
    // The only one who can manage it.
    let mut without = listed(59);
    without.pop();
    assert_eq!(refusals(&without, &limits), [Refusal::TooFewAdmins { left: 0, least: 1 }]);
    let heir = Wish { role: Some("admin".to_owned()), ..wish("p3") };
    let with_heir: Vec<Wish> = without.iter().filter(|one| one.id != "p3").cloned().chain([heir]).collect();
    assert_eq!(refusals(&with_heir, &limits), []);
    assert_eq!(
        refusals(&listed(59), &Limits { admins: Some(2), ..limits }),
        [Refusal::TooFewAdmins { left: 1, least: 2 }]
    );
    // Their address may be anybody's who would go.
    let mut unknown = listed(50);
    unknown.push(wish("p55@example.com"));
    assert_eq!(refusals(&unknown, &limits), [Refusal::Unrecognised(vec!["p55@example.com".to_owned()])]);
    assert_eq!(refusals(&unknown, &Limits::default()), []);
    assert!(model.written.borrow().is_empty());
}

#[test]
fn a_number_names_a_person_where_it_can_be_nobody_elses() {
    let numbered = |kind| Model::new(kind, [member("ada", "admin").key("b1"), member("me", "admin")]);
    let plan = planned(&numbered(ConnectorKind::Trello), &[wish("b1")], &Limits::default());
    assert_eq!(plan.count(|deed| *deed == Deed::Keep), 1);
    let plan = planned(&numbered(ConnectorKind::GitHub), &[wish("b1")], &Limits::default());
    assert_eq!(plan.count(|deed| *deed == Deed::Add), 1);
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
    let came = run(apply(&model, &plan, false, &Stop::default(), || {}));
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
        run(apply(&model, &plan, false, &stop, told));
        assert_eq!(model.written.borrow().len(), end);
        synced(&model, &wishes, &limits);
        assert_eq!(*model.people.borrow(), *clean.people.borrow(), "stopped after {end}");
        assert_eq!(model.written.borrow().len(), total);
    }
}
