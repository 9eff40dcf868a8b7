//! Who clears the tenant of a service that another run began, and when.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use super::*;
use crate::api::keystone::Entity;
use crate::api::keystone::testing::{Scripted, run};
use crate::flows::steps::{MARKER, Source};

const OTHER: &str = "0123456789abcdef";

/// Another run, and an operator with so much patience.
struct Told {
    over: bool,
    rests: Cell<u32>,
    patience: u32,
}

impl Others for Told {
    fn is_over(&self, run: &str) -> bool {
        assert_eq!(run, OTHER);
        self.over
    }

    fn rest(&self, _: Duration) -> LocalFuture<'_, bool> {
        self.rests.set(self.rests.get() + 1);
        Box::pin(async { self.rests.get() <= self.patience })
    }
}

/// A server that is Keystone and Keypass in one: the service carries the marker when it is asked for so many times, its
/// role has a policy or none, and its tenant is cleared at the first try or fails so often.
fn server(marked: usize, bound: bool) -> Scripted {
    failing(marked, bound, 0)
}

fn failing(marked: usize, bound: bool, failures: usize) -> Scripted {
    Scripted::new(move |asked, before| match path(asked) {
        "GET /v3/domains/1" if marked == GONE => (404, json!({})),
        "GET /v3/domains/1" => {
            let run = if before < marked { json!(OTHER) } else { Value::Null };
            (200, json!({"domain": {"id": "1", "name": "city", "enabled": false, MARKER: run}}))
        }
        "GET /v3/roles" => (200, json!({"roles": [{"id": "r1", "name": "1#ServiceAdminORION"}]})),
        "GET /pap/v1/subject/r1" => {
            let policy = if bound { "<Policy PolicyId='p'/>" } else { "" };
            let set = "urn:oasis:names:tc:xacml:3.0:core:schema:wd-17";
            (200, json!(format!("<PolicySet xmlns='{set}'>{policy}</PolicySet>")))
        }
        "DELETE /pap/v1" if before < failures => (502, json!("")),
        "DELETE /pap/v1" => (204, json!("")),
        other => panic!("{other}"),
    })
}

fn path(asked: &str) -> &str {
    asked.split('?').next().unwrap()
}

/// What the step does, and what it asks. Its first look was too early to see anything.
fn make(marker: &str, others: &Told, scripted: &Scripted) -> (Effect, Vec<String>) {
    let (made, asked) = tried(marker, others, scripted);
    (made.unwrap(), asked)
}

fn tried(marker: &str, others: &Told, scripted: &Scripted) -> (Result<Effect, StepError>, Vec<String>) {
    let mut rest = Map::new();
    rest.insert(MARKER.to_owned(), json!(marker));
    let root = Slot::default();
    root.fill(Entity { id: "1".to_owned(), name: "city".to_owned(), domain_id: None, enabled: Some(false), rest });
    let roles = Siblings::new(&scripted.keystone, &Slot::default(), Source::ServiceRoles);
    let bound = Bound::new(Keypass::new(scripted.door.clone(), "city"));
    let keystone = scripted.keystone.clone();
    let tenant = Tenant { bound, root, run: RunId::new(), keystone, roles, pep: false, others };
    assert_eq!(run(tenant.probe()).unwrap(), if marker.is_empty() { Seen::Same } else { Seen::Absent });
    let effect = run(tenant.make());
    (effect, scripted.asked().iter().map(|asked| path(asked).to_owned()).collect())
}

fn told(over: bool) -> Told {
    Told { over, rests: Cell::new(0), patience: u32::MAX }
}

const LOOK_AT_IT: &str = "GET /v3/domains/1";
const LAST_LOOK: [&str; 3] = ["GET /v3/roles", "GET /pap/v1/subject/r1", LOOK_AT_IT];
const GONE: usize = usize::MAX - 1;

#[test]
fn what_a_dead_run_of_this_machine_left_is_cleared_at_once() {
    let (others, scripted) = (told(true), server(usize::MAX, false));
    let (effect, asked) = make(OTHER, &others, &scripted);
    assert_eq!((effect, others.rests.get()), (Effect::Made, 0));
    assert_eq!(asked, [&LAST_LOOK[..], &["DELETE /pap/v1"]].concat());
}

#[test]
fn a_run_elsewhere_is_given_the_time_to_store_its_first_policy() {
    let (others, scripted) = (told(false), server(usize::MAX, false));
    let (effect, asked) = make(OTHER, &others, &scripted);
    assert_eq!((effect, others.rests.get()), (Effect::Made, LOOK.1));
    let mut wanted = vec![LOOK_AT_IT; LOOK.1 as usize];
    wanted.extend(LAST_LOOK);
    wanted.push("DELETE /pap/v1");
    assert_eq!(asked, wanted);
}

#[test]
fn nothing_is_cleared_of_what_another_one_stored_or_finished_meanwhile() {
    // It has stored a policy, and may be storing more.
    let (others, scripted) = (told(false), server(usize::MAX, true));
    let (effect, asked) = make(OTHER, &others, &scripted);
    assert_eq!(effect, Effect::Kept);
    assert_eq!(asked.last().unwrap(), "GET /pap/v1/subject/r1");
    // It has come to its end; nobody waits any longer.
    let (others, scripted) = (told(false), server(2, false));
    assert_eq!(make(OTHER, &others, &scripted), (Effect::Kept, vec![LOOK_AT_IT.to_owned(); 3]));
    assert_eq!(others.rests.get(), 3);
    for (marked, bound) in [(0, false), (usize::MAX, true)] {
        let (others, scripted) = (told(true), server(marked, bound));
        let (effect, asked) = make(OTHER, &others, &scripted);
        assert_eq!((effect, others.rests.get()), (Effect::Kept, 0));
        assert_eq!(asked, LAST_LOOK[..if bound { 2 } else { 3 }]);
    }
}

#[test]
fn nor_where_the_operator_wants_to_stop_or_the_service_is_finished() {
    let (others, scripted) = (Told { patience: 1, ..told(false) }, server(usize::MAX, false));
    assert_eq!(make(OTHER, &others, &scripted), (Effect::Kept, vec![LOOK_AT_IT.to_owned()]));
    let (others, scripted) = (told(false), server(usize::MAX, false));
    assert_eq!(make("", &others, &scripted), (Effect::Kept, Vec::new()));
}

#[test]
fn for_a_service_that_was_taken_back_nothing_is_made() {
    for over in [true, false] {
        let (others, scripted) = (told(over), server(GONE, false));
        let (tried, asked) = tried(OTHER, &others, &scripted);
        assert_eq!(tried.unwrap_err().to_string(), "another run has taken service city back");
        assert_eq!(asked.last().unwrap(), LOOK_AT_IT);
    }
}

#[test]
fn after_a_lost_answer_it_is_looked_at_before_the_tenant_is_cleared_again() {
    let (others, scripted) = (told(true), failing(usize::MAX, false, 1));
    let (effect, asked) = make(OTHER, &others, &scripted);
    let once = [&LAST_LOOK[..], &["DELETE /pap/v1"]].concat();
    assert_eq!(
        (effect, asked),
        (Effect::Made, [once.clone(), once].concat().iter().map(ToString::to_string).collect())
    );
    // The other one goes on as soon as the first request is there.
    let (others, scripted) = (told(true), failing(1, false, 1));
    let (effect, asked) = make(OTHER, &others, &scripted);
    assert_eq!(effect, Effect::Kept);
    assert_eq!(asked.last().unwrap(), LOOK_AT_IT);
}

#[test]
fn of_several_that_go_on_none_is_in_step_with_another() {
    let spread_of = |run: &str| spread(&RunId::parse(run).unwrap());
    assert_eq!(spread_of("0023456789abcdef"), Duration::ZERO);
    assert_eq!(spread_of("ff23456789abcdef"), Duration::from_millis(1_020));
}
