//! In which order a roster has its people, and a service its members, is nobody's decision.

use std::collections::BTreeMap;

use super::super::ground::{Ground, fold};
use super::super::limits::Refusal;
use super::super::plan::plan;
use super::*;
use crate::connectors::Connector as _;

fn shuffled<T: Clone>(dice: &mut Dice, all: &[T]) -> Vec<T> {
    let mut left = all.to_vec();
    (0..all.len()).map(|_| left.swap_remove(dice.below(left.len()))).collect()
}

/// What is to be done about each, by name; how many are active; why nothing is done; and who is astray.
type Meaning = (BTreeMap<String, (Deed, Option<String>)>, usize, BTreeSet<String>, BTreeSet<String>);

fn meaning(plan: &Plan) -> Meaning {
    let deeds = plan.steps.iter().map(|step| (fold(&step.id), (step.deed.clone(), step.to.clone()))).collect();
    let refusals = plan.refusals().iter().flat_map(|refusal| match refusal {
        Refusal::Unrecognised(ids) => ids.iter().map(|id| format!("unrecognised {id}")).collect(),
        other => vec![other.to_string()],
    });
    (deeds, plan.active, refusals.collect(), plan.astray.iter().cloned().collect())
}

#[test]
fn the_order_of_a_roster_and_of_a_list_of_members_makes_no_difference() {
    let mut changed = 0;
    for seed in 0..10_000 {
        let dice = &mut Dice::new(seed);
        let model = place(dice);
        let (wishes, ignored, limits) = (roster(dice, &model), to_spare(dice, &model), limits(dice));
        let people: Vec<Membership> = model.people.borrow().values().cloned().collect();
        let ground = |people| Ground { people, own: vec![model.own.clone()], able: model.capabilities() };
        let first = plan(&wishes, &ignored, &ground(people.clone()), &limits);
        let (wishes, ignored) = (shuffled(dice, &wishes), shuffled(dice, &ignored));
        let other = plan(&wishes, &ignored, &ground(shuffled(dice, &people)), &limits);
        assert_eq!(meaning(&first), meaning(&other), "seed {seed}");
        // Whoever comes goes first, whatever the order.
        let turns: Vec<u8> = other.changes().iter().map(|step| step.deed.turn()).collect();
        assert!(turns.is_sorted(), "seed {seed}: {turns:?}");
        assert_eq!(first.changes().len(), turns.len(), "seed {seed}");
        changed += usize::from(turns.len() > 1);
    }
    assert!(changed > 3_000, "{changed}");
}

/// By the plan itself, before anything is carried out: a quarter, a floor of administrators, and the login's own person.
#[test]
fn no_plan_of_ten_thousand_lets_go_of_more_than_may_go_or_of_oneself() {
    let (mut over, mut lonely, mut kept) = (0, 0, 0);
    for seed in 0..10_000 {
        let dice = &mut Dice::new(seed ^ 0x5eed);
        let model = place(dice);
        let wishes = roster(dice, &model);
        let least = dice.one_of(&[None, Some(1), Some(2)]);
        let limits = Limits { remove_extra: true, demote: dice.percent(50), admins: least, ..Limits::default() };
        let plan = planned(&model, &wishes, &limits);
        let people = model.people.borrow();
        let active = people.values().filter(|one| one.state == State::Active && one.is_person).count();
        let changes = plan.changes();
        let gone: Vec<_> = changes.iter().filter(|step| step.deed == Deed::Remove).collect();
        assert!(gone.len() <= (active / 4).max(1), "seed {seed}: {} of {active}", gone.len());
        let is_own = |id: &str| fold(id) == model.own;
        assert!(changes.iter().all(|step| !(is_own(&step.id) && step.deed.takes())), "seed {seed}");
        let admins = people.values().filter(|one| is_admin(one)).count();
        let taken = |step: &&&super::super::Step| step.takes_from_an_admin() && step.state == State::Active;
        let lost = changes.iter().filter(taken).count();
        let came = changes.iter().filter(|step| step.makes_an_admin()).count();
        if lost > 0 {
            assert!(admins + came >= least.unwrap_or(1) + lost, "seed {seed}: {admins} + {came} - {lost}");
        }
        let refused = |kind: fn(&Refusal) -> bool| usize::from(plan.refusals().iter().any(kind));
        over += refused(|refusal| matches!(refusal, Refusal::TooMany { .. }));
        lonely += refused(|refusal| matches!(refusal, Refusal::TooFewAdmins { .. }));
        kept += usize::from(!gone.is_empty());
    }
    assert!(over > 500 && lonely > 200 && kept > 200, "{over} {lonely} {kept}");
}
