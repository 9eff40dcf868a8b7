//! What is cleared away, where, and what is said when it cannot be reached.

use std::cell::RefCell;

use serde_json::{Map, Value, json};

use super::*;
use crate::api::keystone::testing::{Scripted, door, run};
use crate::api::keystone::{Keystone, Kind};
use crate::flows::root::CLEARED;
use crate::flows::steps::{MARKER, Source};

/// What is at one path, list by list; the last one for ever.
type Lists = &'static [(&'static str, &'static [usize])];

/// Remembers what was done to it.
#[derive(Default)]
struct Fake {
    everywhere: Option<&'static str>,
    lists: Lists,
    /// The status with which a list is refused.
    refuses: Option<u16>,
    log: RefCell<Vec<String>>,
}

impl Fake {
    fn note(&self, what: &str, place: &Place, rest: &str) {
        self.log.borrow_mut().push(format!("{what} {}{} {rest}", place.service(), place.path()).trim_end().to_owned());
    }
}

impl Stock for Fake {
    fn title(&self) -> &'static str {
        "things in Orion"
    }

    fn list<'a>(&'a self, _: &'a Door, place: &'a Place) -> LocalFuture<'a, Result<Vec<Leftover>, StepError>> {
        let start = format!("list {}{}", place.service(), place.path());
        let before = self.log.borrow().iter().filter(|line| **line == start).count();
        self.note("list", place, "");
        let of_path = self.lists.iter().find(|(path, _)| *path == place.path()).map_or(&[0][..], |(_, lists)| *lists);
        let count = of_path[before.min(of_path.len() - 1)];
        let leftover = move |number: usize| Leftover { id: format!("{before}.{number}"), key: None };
        Box::pin(async move {
            match self.refuses {
                Some(status) => Err(refusal(status).await),
                None => Ok((0..count).map(leftover).collect()),
            }
        })
    }

    fn delete<'a>(
        &'a self,
        _: &'a Door,
        place: &'a Place,
        leftover: &'a Leftover,
    ) -> LocalFuture<'a, Result<(), StepError>> {
        self.note("delete", place, &leftover.id);
        Box::pin(async { Ok(()) })
    }

    fn everywhere(&self) -> Option<&'static str> {
        self.everywhere
    }
}

/// A server that shows no more than one place at a time.
struct Plain;

impl Stock for Plain {
    fn title(&self) -> &'static str {
        "rules in Perseo"
    }

    fn list<'a>(&'a self, _: &'a Door, _: &'a Place) -> LocalFuture<'a, Result<Vec<Leftover>, StepError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn delete<'a>(&'a self, _: &'a Door, _: &'a Place, _: &'a Leftover) -> LocalFuture<'a, Result<(), StepError>> {
        Box::pin(async { Ok(()) })
    }
}

/// An error of a server with this status.
async fn refusal(status: u16) -> StepError {
    let scripted = Scripted::new(move |_, _| (status, json!({})));
    scripted.keystone.list(Kind::User, &[]).await.unwrap_err().into()
}

/// The service `city` with two subservices, one of a name that these servers do not take, and one that was never finished.
fn projects(disabled: bool) -> Scripted {
    Scripted::new(move |asked, _| {
        assert!(asked.starts_with("GET /v3/projects?domain_id=1"), "{asked}");
        let rows = json!([
            {"id": "a", "name": "/a", "enabled": true},
            {"id": "b", "name": "/b", "enabled": !disabled},
            {"id": "c", "name": "/not valid", "enabled": true},
            {"id": "d", "name": "/d", "enabled": false, MARKER: "0123456789abcdef"},
            {"id": "e", "name": "/", "enabled": true},
        ]);
        (200, json!({ "projects": rows }))
    })
}

fn entity(name: &str, rest: &Value) -> Entity {
    let rest: Map<String, Value> = rest.as_object().unwrap().clone();
    Entity { id: "1".to_owned(), name: name.to_owned(), domain_id: None, enabled: Some(true), rest }
}

fn city() -> Slot {
    slot(entity("city", &json!({})))
}

fn slot(entity: Entity) -> Slot {
    let slot = Slot::default();
    slot.fill(entity);
    slot
}

fn clearing(stock: &Rc<Fake>, pep: bool) -> Clearing<'static> {
    Clearing { stock: stock.clone(), doors: Rc::new(|_| Ok(door())), pep, cleared: Rc::default() }
}

fn of_service(keystone: &Keystone, stock: &Rc<Fake>, pep: bool, name: &str, root: &Slot) -> Sweep<'static> {
    let subservices = Siblings::new(keystone, root, Source::All(Kind::Project));
    let place = Where::Service { name: name.to_owned(), root: root.clone(), subservices };
    Sweep { clearing: clearing(stock, pep), place }
}

fn of_subservice(stock: &Rc<Fake>, pep: bool, project: Entity) -> Sweep<'static> {
    let place = Place::new("city", &project.name);
    Sweep { clearing: clearing(stock, pep), place: Where::Subservice(place, project) }
}

fn log(stock: &Fake) -> Vec<String> {
    stock.log.borrow().clone()
}

fn fake(everywhere: Option<&'static str>, lists: Lists) -> Rc<Fake> {
    Rc::new(Fake { everywhere, lists, ..Fake::default() })
}

fn error(result: Result<Removal, StepError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn everything_of_a_service_goes_at_one_place_where_the_server_has_it() {
    let (scripted, stock) = (projects(false), fake(Some("/#"), &[("/#", &[2, 0])]));
    let sweep = of_service(&scripted.keystone, &stock, false, "city", &city());
    assert_eq!(run(sweep.remove(Why::Delete)).unwrap(), Removal::Removed);
    assert_eq!(log(&stock), ["list city/#", "delete city/# 0.0", "delete city/# 0.1", "list city/#"]);
    assert_eq!((sweep.clearing.cleared.get(), scripted.asked().len()), (2, 0));
    assert_eq!(sweep.title(), "things in Orion");
    assert_eq!(run(sweep.make()).unwrap(), Effect::Kept);
}

#[test]
fn where_it_has_not_every_subservice_is_gone_through() {
    for (pep, everywhere) in [(false, None), (true, Some("/#"))] {
        let (scripted, stock) = (projects(false), fake(everywhere, &[("/", &[1, 0]), ("/b", &[2, 0])]));
        let sweep = of_service(&scripted.keystone, &stock, pep, "city", &city());
        assert_eq!(run(sweep.remove(Why::Delete)).unwrap(), Removal::Removed);
        let mut lists: Vec<String> = log(&stock).into_iter().filter(|line| line.starts_with("list")).collect();
        lists.dedup();
        lists.sort();
        lists.dedup();
        // A subservice that was never finished gives no token, and has had no user; without a PEP nobody asks for one.
        let all: &[&str] = if pep {
            &["list city/", "list city/a", "list city/b"]
        } else {
            &["list city/", "list city/a", "list city/b", "list city/d"]
        };
        assert_eq!((lists, sweep.clearing.cleared.get()), (all.iter().map(ToString::to_string).collect(), 3));
    }
}

#[test]
fn a_server_shows_everything_at_one_place_only_if_it_says_so() {
    assert_eq!(Plain.everywhere(), None);
}

#[test]
fn nothing_there_is_nothing_removed() {
    let (scripted, stock) = (projects(false), fake(None, &[]));
    let sweep = of_service(&scripted.keystone, &stock, false, "city", &city());
    assert_eq!(run(sweep.remove(Why::Delete)).unwrap(), Removal::Absent);
    // A service that is gone has no subservices; what is left at its own level can still be found.
    let sweep = of_service(&scripted.keystone, &stock, false, "city", &Slot::default());
    let (asked, seen) = (scripted.asked().len(), log(&stock).len());
    assert_eq!(run(sweep.remove(Why::Delete)).unwrap(), Removal::Absent);
    assert_eq!((scripted.asked().len(), &log(&stock)[seen..]), (asked, &["list city/".to_owned()][..]));
}

#[test]
fn a_run_that_is_taken_back_has_left_nothing_behind() {
    let (scripted, stock) = (projects(false), fake(None, &[("/", &[1])]));
    let sweep = of_service(&scripted.keystone, &stock, false, "city", &city());
    assert_eq!(run(sweep.remove(Why::Rollback)).unwrap(), Removal::Absent);
    assert_eq!(log(&stock), Vec::<String>::new());
}

#[test]
fn what_is_made_as_fast_as_it_is_deleted_is_told() {
    let stock = fake(Some("/#"), &[("/#", &[2])]);
    let scripted = projects(false);
    let sweep = of_service(&scripted.keystone, &stock, false, "city", &city());
    let text = error(run(sweep.remove(Why::Delete)));
    assert_eq!(text, "things in Orion at /# are made as fast as they are deleted: 2 are there, 5.0 for one");
    assert_eq!(log(&stock).iter().filter(|line| line.starts_with("delete")).count(), 10);
    let slow = fake(Some("/#"), &[("/#", &[1, 1, 1, 1, 1, 0])]);
    let sweep = of_service(&scripted.keystone, &slow, false, "city", &city());
    assert_eq!((run(sweep.remove(Why::Delete)).unwrap(), sweep.clearing.cleared.get()), (Removal::Removed, 5));
}

#[test]
fn one_subservice_is_one_place() {
    let project = |enabled: bool, rest: Value| Entity { enabled: Some(enabled), ..entity("/a", &rest) };
    let stock = fake(Some("/#"), &[("/a", &[1, 0])]);
    let sweep = of_subservice(&stock, false, project(false, json!({})));
    assert_eq!(run(sweep.remove(Why::Delete)).unwrap(), Removal::Removed);
    assert_eq!(log(&stock), ["list city/a", "delete city/a 0.0", "list city/a"]);
    assert_eq!(run(sweep.probe()).unwrap(), Seen::Same);
    assert_eq!(sweep.service().as_deref(), Some("city"));
    assert!(!sweep.is_said_to_be_cleared());

    let stock = fake(None, &[("/a", &[1, 0])]);
    let unfinished = project(false, json!({MARKER: "0123456789abcdef"}));
    assert_eq!(run(of_subservice(&stock, true, unfinished).remove(Why::Delete)).unwrap(), Removal::Absent);
    let text = error(run(of_subservice(&stock, true, project(false, json!({}))).remove(Why::Delete)));
    assert_eq!(
        text,
        "subservice a is disabled, so nobody passes the PEP before things in Orion there; enable it first: \
         orchest subservice update a -s city --enable"
    );
    assert_eq!(log(&stock), Vec::<String>::new());
    assert_eq!(
        run(of_subservice(&stock, true, project(true, json!({}))).remove(Why::Delete)).unwrap(),
        Removal::Removed
    );
}

#[test]
fn a_disabled_subservice_is_named_before_anything_is_cleared() {
    let (scripted, stock) = (projects(true), fake(None, &[("/", &[1, 0])]));
    let sweep = of_service(&scripted.keystone, &stock, true, "city", &city());
    let text = error(run(sweep.remove(Why::Delete)));
    assert!(text.starts_with("subservice b is disabled"), "{text}");
    assert_eq!(log(&stock), Vec::<String>::new());
}

#[test]
fn a_service_that_was_named_by_an_id_and_is_gone_has_no_name() {
    let (scripted, stock) = (projects(false), fake(None, &[]));
    for pep in [false, true] {
        let sweep = of_service(&scripted.keystone, &stock, pep, "id:1", &slot(entity("id:1", &json!({}))));
        let reason = "the name of the service is not known any more".to_owned();
        assert_eq!(run(sweep.remove(Why::Delete)).unwrap(), Removal::NotOurs(reason));
        assert_eq!(run(sweep.places()).unwrap(), Vec::new());
    }
    let sweep = of_service(&scripted.keystone, &stock, false, "id:1", &city());
    assert_eq!(sweep.service().as_deref(), Some("city"), "the server knows it");
}

#[test]
fn behind_a_pep_a_service_has_to_be_there_and_enabled() {
    let stock = fake(None, &[]);
    let scripted = projects(false);
    let with = |root: &Slot| {
        let before = log(&stock).len();
        let removal = run(of_service(&scripted.keystone, &stock, true, "city", root).remove(Why::Delete));
        (removal.map_err(|error| error.to_string()), log(&stock).len() > before)
    };
    let off = |rest: Value| slot(Entity { enabled: Some(false), ..entity("city", &rest) });
    let gone = "service city is gone, so nobody passes the PEP before them any more".to_owned();
    assert_eq!(with(&Slot::default()), (Ok(Removal::NotOurs(gone)), false));
    assert_eq!(with(&city()), (Ok(Removal::Absent), true));
    assert_eq!(with(&off(json!({MARKER: "0123456789abcdef"}))), (Ok(Removal::Absent), false));
    assert_eq!(with(&off(json!({CLEARED: "data"}))), (Ok(Removal::Absent), false));
    let shut = "service city is disabled, so none of its users passes the PEP before things in Orion; enable it first: \
                orchest service update city --enable";
    for rest in [json!({}), json!({CLEARED: "policies"})] {
        assert_eq!(with(&off(rest)), (Err(shut.to_owned()), false));
    }
}

#[test]
fn a_refusal_after_it_was_cleared_is_how_the_rerun_finds_it() {
    let scripted = projects(false);
    for (cleared, status, goes_on) in [("data", 403, true), ("policies", 403, false), ("data", 401, false)] {
        let stock = Rc::new(Fake { refuses: Some(status), ..Fake::default() });
        let root = slot(entity("city", &json!({ CLEARED: cleared })));
        let sweep = of_service(&scripted.keystone, &stock, true, "city", &root);
        let removal = run(sweep.remove(Why::Delete));
        assert_eq!(removal.is_ok_and(|removal| removal == Removal::Absent), goes_on, "{cleared} {status}");
    }
}

#[test]
fn what_another_deletion_has_cleared_meanwhile_is_past() {
    let disabled =
        |cleared: &str| (200, json!({"domain": {"id": "1", "name": "city", "enabled": false, CLEARED: cleared}}));
    let enabled = (200, json!({"domain": {"id": "1", "name": "city", "enabled": true, CLEARED: "data"}}));
    let gone = (404, json!({"error": {"code": 404, "title": "Not Found", "message": "Could not find domain: 1."}}));
    let cases = [
        (gone.clone(), true, 403, true),
        (gone.clone(), true, 401, true),
        (disabled("data"), true, 403, true),
        (disabled("policies"), true, 403, false),
        (enabled, true, 403, false),
        (gone.clone(), true, 409, false),
        // Without a PEP nobody's login matters.
        (gone, false, 403, false),
    ];
    for (domain, pep, status, is_past) in cases {
        let shown = domain.clone();
        let scripted = Scripted::new(move |asked, _| {
            if asked.starts_with("GET /v3/projects?") { (200, json!({"projects": []})) } else { shown.clone() }
        });
        let stock = Rc::new(Fake { refuses: Some(status), ..Fake::default() });
        let sweep = of_service(&scripted.keystone, &stock, pep, "city", &city());
        let removal = run(sweep.remove(Why::Delete));
        assert_eq!(removal.is_ok_and(|removal| removal == Removal::Absent), is_past, "{domain:?} {pep} {status}");
    }
}

#[test]
fn only_what_is_at_paths_of_no_subservice_is_drift() {
    let cases: [(Option<&'static str>, Lists, Option<&str>); 5] = [
        (None, &[("/", &[3])], None),
        (Some("/#"), &[("/#", &[0]), ("/", &[3])], None),
        (Some("/#"), &[("/#", &[3]), ("/", &[1]), ("/b", &[2])], None),
        (Some("/#"), &[("/#", &[3]), ("/", &[1]), ("/b", &[3])], None),
        (Some("/#"), &[("/#", &[5]), ("/", &[1]), ("/b", &[2])], Some("2 at paths of no subservice")),
    ];
    for (everywhere, lists, found) in cases {
        let (scripted, stock) = (projects(false), fake(everywhere, lists));
        let sweep = of_service(&scripted.keystone, &stock, false, "city", &city());
        let seen = run(sweep.probe()).unwrap();
        let drift = found.map(|found| {
            let wanted = "all in subservices that exist".to_owned();
            Seen::Different(vec![Difference { what: "things in Orion".to_owned(), wanted, found: found.to_owned() }])
        });
        assert_eq!(seen, drift.unwrap_or(Seen::Same), "{lists:?}");
        assert!(!log(&stock).iter().any(|line| line.starts_with("delete")));
    }
}
