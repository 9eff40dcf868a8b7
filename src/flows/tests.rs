//! The engine on steps that only remember what was done to them.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::engine::{Engine, Failure, Watch};
use super::graph::{Difference, Effect, Graph, Place, Removal, Seen, Step, StepError, Why};
use super::walk::Stop;
use crate::base::clock::LocalFuture;

type Log = Rc<RefCell<Vec<String>>>;

/// What the world looks like to one step.
#[derive(Clone)]
struct Fake {
    title: &'static str,
    seen: Seen,
    fails: bool,
    strangers: Vec<String>,
    log: Log,
    /// Asks the operator's stop when it is made.
    stops: Option<Stop>,
}

impl Fake {
    fn new(title: &'static str, seen: Seen, log: &Log) -> Self {
        Self { title, seen, fails: false, strangers: Vec::new(), log: log.clone(), stops: None }
    }

    fn note(&self, what: &str) {
        self.log.borrow_mut().push(format!("{what} {}", self.title));
    }
}

impl Step for Fake {
    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        self.note("look");
        Box::pin(async { Ok(self.seen.clone()) })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        self.note("make");
        if let Some(stop) = &self.stops {
            stop.request();
        }
        Box::pin(async {
            if self.fails { Err(StepError::Missing(format!("{} broke", self.title))) } else { Ok(Effect::Made) }
        })
    }

    fn remove(&self, why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        self.note(if why == Why::Delete { "delete" } else { "undo" });
        Box::pin(async { Ok(Removal::Removed) })
    }

    fn strangers(&self) -> LocalFuture<'_, Result<Vec<String>, StepError>> {
        Box::pin(async { Ok(self.strangers.clone()) })
    }
}

struct Silent;

impl Watch for Silent {
    fn step(&self, _: &str, _: &str, _: usize, _: usize) {}
}

/// Nothing here waits, so one poll is all it takes.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a fake step waited"),
    }
}

fn engine(stop: &Stop) -> Engine<'static> {
    Engine { watch: &Silent, stop: stop.clone() }
}

fn unfinished() -> Seen {
    Seen::Unfinished { run: "0123456789abcdef".to_owned() }
}

fn different() -> Seen {
    Seen::Different(vec![Difference { what: "x".into(), wanted: "1".into(), found: "2".into() }])
}

/// given, root, a child, a role beside it, something outside, and the end.
fn graph(root: Seen, child: Seen, log: &Log, change: impl FnOnce(&mut [Fake; 6])) -> Graph<'static> {
    let mut fakes = [
        Fake::new("given", Seen::Same, log),
        Fake::new("root", root, log),
        Fake::new("child", child, log),
        Fake::new("beside", Seen::Absent, log),
        Fake::new("outside", Seen::Same, log),
        Fake::new("finish", Seen::Absent, log),
    ];
    change(&mut fakes);
    let [given, root, child, beside, outside, finish] = fakes;
    let mut graph = Graph::new();
    let given = graph.add(Place::Given, given, &[]);
    let root = graph.add(Place::Root, root, &[]);
    graph.add(Place::Within, child, &[root, given]);
    graph.add(Place::Beside, beside, &[root]);
    graph.add(Place::Outside, outside, &[root]);
    graph.finish(finish);
    graph
}

fn done(log: &Log) -> Vec<String> {
    log.borrow().clone()
}

fn at(log: &Log, what: &str) -> usize {
    done(log).iter().position(|line| line == what).unwrap_or_else(|| panic!("no {what} in {:?}", done(log)))
}

#[test]
fn below_a_new_root_nothing_is_looked_for_but_what_is_outside() {
    let log = Log::default();
    let report = now(engine(&Stop::default()).create(&graph(Seen::Absent, Seen::Same, &log, |_| ()))).unwrap();
    let looked: Vec<String> = done(&log).into_iter().filter(|line| line.starts_with("look")).collect();
    assert_eq!(looked, ["look root", "look given", "look outside"]);
    assert_eq!(report.kept, ["outside"]);
    assert!(at(&log, "make root") < at(&log, "make child"));
    assert_eq!(done(&log).last().unwrap(), "make finish");
    assert!(!done(&log).contains(&"make given".to_owned()));
}

#[test]
fn an_unfinished_root_is_continued_and_what_is_there_is_kept() {
    let log = Log::default();
    let report = now(engine(&Stop::default()).create(&graph(unfinished(), Seen::Same, &log, |_| ()))).unwrap();
    assert_eq!(report.continued.as_deref(), Some("0123456789abcdef"));
    assert_eq!(report.kept, ["root", "child", "outside"]);
    assert_eq!(report.made, ["beside", "finish"]);
}

#[test]
fn a_finished_root_that_differs_anywhere_is_left_alone() {
    for (root, child) in [(different(), Seen::Same), (Seen::Same, Seen::Absent), (Seen::Same, different())] {
        let log = Log::default();
        let result = now(engine(&Stop::default()).create(&graph(root, child, &log, |_| ())));
        assert!(matches!(result, Err(Failure::Conflict { .. })), "{result:?}");
        assert!(!done(&log).iter().any(|line| line.starts_with("make")), "{:?}", done(&log));
    }
}

#[test]
fn a_finished_root_that_is_equal_is_already_so() {
    let log = Log::default();
    let all = |fakes: &mut [Fake; 6]| fakes.iter_mut().for_each(|fake| fake.seen = Seen::Same);
    let report = now(engine(&Stop::default()).create(&graph(Seen::Same, Seen::Same, &log, all))).unwrap();
    assert!(report.made.is_empty());
    assert_eq!(done(&log).iter().filter(|line| *line == "look root").count(), 1, "the root is looked at once");
}

#[test]
fn repairing_never_touches_the_root_or_finishes_it() {
    let log = Log::default();
    let report = now(engine(&Stop::default()).repair(&graph(different(), Seen::Absent, &log, |_| ()))).unwrap();
    assert_eq!(report.made, ["child", "beside"]);
    assert!(!done(&log).iter().any(|line| line == "make root" || line == "make finish"));
    let missing = now(engine(&Stop::default()).repair(&graph(Seen::Absent, Seen::Absent, &log, |_| ())));
    assert!(matches!(missing, Err(Failure::NoRoot(_))));
}

#[test]
fn after_an_error_nothing_new_is_started_and_the_first_error_is_told() {
    let log = Log::default();
    let result = now(engine(&Stop::default()).create(&graph(Seen::Absent, Seen::Absent, &log, |fakes| {
        fakes[2].fails = true;
        fakes[3].fails = true;
    })));
    let Err(Failure::Step { step, done: count, total, others, .. }) = result else { panic!("{result:?}") };
    assert_eq!((step.as_str(), count, total), ("child", 2, 5));
    assert_eq!(others, ["beside: beside broke"]);
    assert!(!done(&log).contains(&"make finish".to_owned()));
}

#[test]
fn a_stop_lets_what_runs_end_and_starts_nothing_more() {
    let (log, stop) = (Log::default(), Stop::default());
    let result = now(engine(&stop).create(&graph(Seen::Absent, Seen::Absent, &log, |fakes| {
        fakes[1].stops = Some(stop.clone());
    })));
    assert!(matches!(result, Err(Failure::Interrupted { done: 1, total: 5 })), "{result:?}");
    assert!(!done(&log).contains(&"make child".to_owned()));
}

#[test]
fn a_missing_given_ends_it_before_any_write() {
    let log = Log::default();
    let result = now(engine(&Stop::default()).create(&graph(Seen::Absent, Seen::Absent, &log, |fakes| {
        fakes[0].seen = Seen::Absent;
    })));
    assert!(matches!(result, Err(Failure::Step { .. })));
    assert!(!done(&log).iter().any(|line| line.starts_with("make")));
}

#[test]
fn deleting_goes_backwards_and_the_root_goes_last() {
    let log = Log::default();
    now(engine(&Stop::default()).delete(&graph(Seen::Same, Seen::Same, &log, |_| ()))).unwrap();
    let removed: Vec<String> = done(&log).into_iter().filter(|line| line.starts_with("delete")).collect();
    assert_eq!(removed.first().unwrap(), "delete finish");
    assert_eq!(removed.last().unwrap(), "delete root");
    assert!(!removed.contains(&"delete child".to_owned()), "it goes with the root");
    assert!(removed.contains(&"delete beside".to_owned()));
}

#[test]
fn only_an_unfinished_run_without_strangers_is_rolled_back() {
    let log = Log::default();
    let report = now(engine(&Stop::default()).rollback(&graph(unfinished(), Seen::Same, &log, |_| ()))).unwrap();
    assert!(report.continued.is_some());
    assert_eq!(done(&log).last().unwrap(), "undo root");

    let log = Log::default();
    let finished = now(engine(&Stop::default()).rollback(&graph(Seen::Same, Seen::Same, &log, |_| ())));
    assert!(matches!(finished, Err(Failure::Strangers(_))));
    let strange = |fakes: &mut [Fake; 6]| fakes[1].strangers = vec!["user bob".to_owned()];
    let strangers = now(engine(&Stop::default()).rollback(&graph(unfinished(), Seen::Same, &log, strange)));
    assert!(matches!(strangers, Err(Failure::Strangers(names)) if names == ["user bob"]));
    assert!(!done(&log).iter().any(|line| line.starts_with("undo")));
}
