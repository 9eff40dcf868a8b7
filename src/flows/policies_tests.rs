//! Who clears the tenant of a service that another run began, and when.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use super::*;
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

/// A server that is Keystone and Keypass in one: the service carries the marker when it is asked for so many times, and its
/// role has a policy or none.
fn server(marked: usize, bound: bool) -> Scripted {
    Scripted::new(move |asked, before| match path(asked) {
        "GET /v3/domains/1" => {
            let marker = if before < marked { json!(OTHER) } else { Value::Null };
            (200, json!({"domain": {"id": "1", "name": "city", "enabled": false, MARKER: marker}}))
        }
        "GET /v3/roles" => (200, json!({"roles": [{"id": "r1", "name": "1#ServiceAdminORION"}]})),
        "GET /pap/v1/subject/r1" => {
            let policy = if bound { "<Policy PolicyId='p'/>" } else { "" };
            let set = "urn:oasis:names:tc:xacml:3.0:core:schema:wd-17";
            (200, json!(format!("<PolicySet xmlns='{set}'>{policy}</PolicySet>")))
        }
        "DELETE /pap/v1" => (204, json!("")),
        other => panic!("{other}"),
    })
}

fn path(asked: &str) -> &str {
    asked.split('?').next().unwrap()
}

/// What the step does, and what it asks. Its first look was too early to see anything.
fn make(marker: &str, others: &Told, scripted: &Scripted) -> (Effect, Vec<String>) {
    let mut rest = Map::new();
    rest.insert(MARKER.to_owned(), json!(marker));
    let root = Slot::default();
    root.fill(Entity { id: "1".to_owned(), name: "city".to_owned(), domain_id: None, enabled: Some(false), rest });
    let roles = Siblings::new(&scripted.keystone, &Slot::default(), Source::ServiceRoles);
    let bound = Bound::new(Keypass::new(scripted.door.clone(), "city"));
    let keystone = scripted.keystone.clone();
    let tenant = Tenant { bound, root, run: RunId::new(), keystone, roles, pep: false, others };
    assert_eq!(run(tenant.probe()).unwrap(), if marker.is_empty() { Seen::Same } else { Seen::Absent });
    let effect = run(tenant.make()).unwrap();
    (effect, scripted.asked().iter().map(|asked| path(asked).to_owned()).collect())
}

fn told(over: bool) -> Told {
    Told { over, rests: Cell::new(0), patience: u32::MAX }
}

const LOOK_AT_IT: &str = "GET /v3/domains/1";

#[test]
fn what_a_dead_run_of_this_machine_left_is_cleared_at_once() {
    let (others, scripted) = (told(true), server(usize::MAX, false));
    let (effect, asked) = make(OTHER, &others, &scripted);
    assert_eq!((effect, others.rests.get()), (Effect::Made, 0));
    assert_eq!(asked, [LOOK_AT_IT, "DELETE /pap/v1"]);
}

#[test]
fn a_run_elsewhere_is_given_the_time_to_store_its_first_policy() {
    let (others, scripted) = (told(false), server(usize::MAX, false));
    let (effect, asked) = make(OTHER, &others, &scripted);
    assert_eq!((effect, others.rests.get()), (Effect::Made, LOOK.1));
    let mut wanted = vec![LOOK_AT_IT; LOOK.1 as usize];
    wanted.extend(["GET /v3/roles", "GET /pap/v1/subject/r1", "DELETE /pap/v1"]);
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
    let (others, scripted) = (told(true), server(0, false));
    assert_eq!(make(OTHER, &others, &scripted), (Effect::Kept, vec![LOOK_AT_IT.to_owned()]));
    assert_eq!(others.rests.get(), 0);
}

#[test]
fn nor_where_the_operator_wants_to_stop_or_the_service_is_finished() {
    let (others, scripted) = (Told { patience: 1, ..told(false) }, server(usize::MAX, false));
    assert_eq!(make(OTHER, &others, &scripted), (Effect::Kept, vec![LOOK_AT_IT.to_owned()]));
    let (others, scripted) = (told(false), server(usize::MAX, false));
    assert_eq!(make("", &others, &scripted), (Effect::Kept, Vec::new()));
}
