//! The engine on steps that only remember what was done to them.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::engine::{Engine, Failure, Finding, Report, Watch};
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
    /// Cannot even be looked at.
    blind: bool,
    removal: Result<Removal, StepError>,
    strangers: Vec<String>,
    log: Log,
    /// Asks the operator's stop when it is made.
    stops: Option<Stop>,
}

impl Fake {
    fn new(title: &'static str, seen: Seen, log: &Log) -> Self {
        let (removal, log) = (Ok(Removal::Removed), log.clone());
        Self { title, seen, fails: false, blind: false, removal, strangers: Vec::new(), log, stops: None }
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
        Box::pin(async {
            if self.blind {
                Err(StepError::Missing(format!("no look at {}", self.title)))
            } else {
                Ok(self.seen.clone())
            }
        })
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
        if let Some(stop) = &self.stops {
            stop.request();
        }
        Box::pin(async { self.removal.clone() })
    }

    fn strangers(&self) -> LocalFuture<'_, Result<Vec<String>, StepError>> {
        Box::pin(async { Ok(self.strangers.clone()) })
    }
}

struct Silent;

impl Watch for Silent {
    fn step(&self, _: &str, _: &str, _: usize, _: usize) {}
}

/// Writes down what it is told.
#[derive(Default)]
struct Told(RefCell<Vec<String>>);

impl Watch for Told {
    fn step(&self, title: &str, result: &str, done: usize, total: usize) {
        self.0.borrow_mut().push(format!("{title} {result} {done}/{total}"));
    }
}

impl Told {
    fn lines(self) -> Vec<String> {
        self.0.into_inner()
    }
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

fn difference() -> Difference {
    Difference { what: "x".into(), wanted: "1".into(), found: "2".into() }
}

fn different() -> Seen {
    Seen::Different(vec![difference()])
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

/// Which is done first depends on how many wait for it and on how fast a server answers; what is told of it does not.
#[test]
fn what_was_found_and_done_is_told_in_the_order_of_the_graph() {
    let log = Log::default();
    let mut graph = Graph::new();
    let root = graph.add(Place::Root, Fake::new("root", Seen::Same, &log), &[]);
    let mut add = |title, needs: &[_]| graph.add(Place::Beside, Fake::new(title, Seen::Absent, &log), needs);
    add("awaited by none", &[root]);
    let awaited = add("awaited", &[root]);
    add("last", &[awaited]);
    let titles = ["root", "awaited by none", "awaited", "last"];
    let found = now(engine(&Stop::default()).survey(&graph)).unwrap();
    assert_eq!(found.iter().map(|finding| finding.title.as_str()).collect::<Vec<_>>(), titles);
    let made = now(engine(&Stop::default()).repair(&graph)).unwrap().made;
    assert_eq!(made, titles[1..]);
    assert!(at(&log, "make awaited") < at(&log, "make awaited by none"));
    let gone = now(engine(&Stop::default()).delete(&graph)).unwrap().made;
    assert!(gone.iter().rev().eq(titles), "{gone:?}");
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
    assert_eq!(report.kept, ["root", "child", "beside", "outside", "finish"]);
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
    let report =
        now(engine(&Stop::default()).rollback(&graph(unfinished(), Seen::Same, &log, |_| ()), |_| true)).unwrap();
    assert!(report.continued.is_some());
    assert_eq!(done(&log).last().unwrap(), "undo root");

    let log = Log::default();
    let finished = now(engine(&Stop::default()).rollback(&graph(Seen::Same, Seen::Same, &log, |_| ()), |_| true));
    assert!(matches!(finished, Err(Failure::Strangers(_))));
    let strange = |fakes: &mut [Fake; 6]| fakes[1].strangers = vec!["user bob".to_owned()];
    let strangers = now(engine(&Stop::default()).rollback(&graph(unfinished(), Seen::Same, &log, strange), |_| true));
    assert!(matches!(strangers, Err(Failure::Strangers(names)) if names == ["user bob"]));
    let mine = |run: &str| run == "mine";
    let elsewhere = now(engine(&Stop::default()).rollback(&graph(unfinished(), Seen::Same, &log, |_| ()), mine));
    assert!(matches!(elsewhere, Err(Failure::Elsewhere(_))));
    assert!(!done(&log).iter().any(|line| line.starts_with("undo")));
}

#[test]
fn a_survey_looks_everywhere_and_makes_nothing() {
    for (root, child, seen, looks) in [
        (Seen::Absent, Seen::Same, [Seen::Absent, Seen::Absent, Seen::Absent, Seen::Same, Seen::Absent], 3),
        (unfinished(), different(), [unfinished(), different(), Seen::Absent, Seen::Same, Seen::Absent], 6),
        (different(), Seen::Same, [different(), Seen::Same, Seen::Absent, Seen::Same, Seen::Absent], 6),
    ] {
        let log = Log::default();
        let findings = now(engine(&Stop::default()).survey(&graph(root, child, &log, |_| ()))).unwrap();
        let titles = ["root", "child", "beside", "outside", "finish"];
        let wanted = titles.into_iter().zip(seen).map(|(title, seen)| Finding {
            title: title.to_owned(),
            seen,
            is_root: title == "root",
        });
        assert_eq!(findings, wanted.collect::<Vec<_>>());
        assert_eq!((done(&log).len(), at(&log, "look root")), (looks, 0), "{:?}", done(&log));
        assert!(done(&log).iter().all(|line| line.starts_with("look")));
    }
}

#[test]
fn a_survey_that_cannot_look_says_where() {
    for (number, title, count) in [(0, "given", 0), (1, "root", 0), (3, "beside", 3)] {
        let (log, blind) = (Log::default(), |fakes: &mut [Fake; 6]| fakes[number].blind = true);
        let result = now(engine(&Stop::default()).survey(&graph(Seen::Same, Seen::Same, &log, blind)));
        let Err(Failure::Step { step, source, done, .. }) = result else { panic!("{result:?}") };
        assert_eq!((step.as_str(), done), (title, count));
        assert_eq!(source.to_string(), format!("no look at {title}"));
    }
    let (log, stop) = (Log::default(), Stop::default());
    stop.request();
    let result = now(engine(&stop).survey(&graph(Seen::Same, Seen::Same, &log, |_| ())));
    assert!(matches!(result, Err(Failure::Interrupted { done: 0, total: 5 })), "{result:?}");
}

#[test]
fn findings_say_what_is_not_as_wanted() {
    let of = |seen: Seen| Finding { title: "child".to_owned(), seen, is_root: false }.differences();
    assert_eq!((of(Seen::Same), of(unfinished())), (Vec::new(), Vec::new()));
    let texts = |seen: Seen| of(seen).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(texts(Seen::Absent), ["child: wanted there, found absent"]);
    assert_eq!(texts(different()), ["x: wanted 1, found 2"]);
    let error = StepError::Different(vec![Difference::disabled("service city"), difference()]);
    assert_eq!(
        error.to_string(),
        "service city: enabled: wanted true, found false; x: wanted 1, found 2 not as wanted"
    );
}

#[test]
fn a_conflict_names_every_difference() {
    let log = Log::default();
    let result = now(engine(&Stop::default()).create(&graph(different(), Seen::Same, &log, |_| ())));
    let Err(Failure::Conflict { differences }) = result else { panic!("{result:?}") };
    assert_eq!(
        differences,
        [difference(), Difference::absent("beside".to_owned()), Difference::absent("finish".to_owned())]
    );
}

#[test]
fn every_step_is_told_with_how_far_it_is() {
    let (log, told) = (Log::default(), Told::default());
    let stop = Stop::default();
    now(Engine { watch: &told, stop: stop.clone() }.create(&graph(unfinished(), Seen::Absent, &log, |_| ()))).unwrap();
    let lines = ["root kept 1/5", "child made 2/5", "beside made 3/5", "outside kept 4/5", "finish made 5/5"];
    assert_eq!(told.lines(), lines);

    let told = Told::default();
    let some = |fakes: &mut [Fake; 6]| {
        fakes[3].removal = Ok(Removal::Absent);
        fakes[4].removal = Ok(Removal::NotOurs("older".to_owned()));
    };
    let report = now(Engine { watch: &told, stop }.delete(&graph(Seen::Same, Seen::Same, &log, some))).unwrap();
    assert_eq!(told.lines(), ["finish removed 1/4", "beside absent 2/4", "outside left alone 3/4", "root removed 4/4"]);
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (made, kept, left) = (words(&["finish", "root"]), words(&["beside"]), words(&["outside: older"]));
    assert_eq!(report, Report { made, kept, continued: None, left });
}

#[test]
fn a_repair_leaves_what_differs_and_goes_on() {
    let (log, told) = (Log::default(), Told::default());
    let engine = Engine { watch: &told, stop: Stop::default() };
    let report = now(engine.repair(&graph(Seen::Same, different(), &log, |_| ()))).unwrap();
    assert_eq!((report.made, report.left), (vec!["beside".to_owned()], vec!["x: wanted 1, found 2".to_owned()]));
    assert_eq!((report.kept, report.continued), (vec!["outside".to_owned()], None));
    assert_eq!(told.lines(), ["child left as it is 1/5", "beside made 2/5", "outside kept 3/5"]);
}

#[test]
fn what_is_repaired_or_rolled_back_has_a_root() {
    let log = Log::default();
    let absent = now(engine(&Stop::default()).repair(&graph(Seen::Absent, Seen::Absent, &log, |_| ())));
    assert_eq!(absent.unwrap_err().to_string(), "root does not exist");
    let absent = now(engine(&Stop::default()).rollback(&graph(Seen::Absent, Seen::Same, &log, |_| ()), |_| true));
    assert_eq!(absent.unwrap(), Report::default());
    assert_eq!(now(engine(&Stop::default()).rollback(&Graph::new(), |_| true)).unwrap(), Report::default());
    assert!(done(&log).iter().all(|line| line.starts_with("look")), "{:?}", done(&log));
    let finished = now(engine(&Stop::default()).rollback(&graph(Seen::Same, Seen::Same, &log, |_| ()), |_| true));
    assert_eq!(finished.unwrap_err().to_string(), "not rolled back: root was not made by an unfinished run");
}

#[test]
fn an_unfinished_root_is_repaired_by_finishing_it() {
    let log = Log::default();
    let report = now(engine(&Stop::default()).repair(&graph(unfinished(), Seen::Absent, &log, |_| ()))).unwrap();
    assert_eq!(report.continued.as_deref(), Some("0123456789abcdef"));
    assert_eq!(report.made, ["child", "beside", "finish"]);
    let result = now(engine(&Stop::default()).repair(&graph(unfinished(), different(), &log, |_| ())));
    assert!(matches!(result, Err(Failure::Step { step, .. }) if step == "child"), "only a finished one is left so");
}

#[test]
fn what_may_have_outlived_an_absent_root_is_deleted_all_the_same() {
    let log = Log::default();
    now(engine(&Stop::default()).delete(&graph(Seen::Absent, Seen::Absent, &log, |_| ()))).unwrap();
    assert!(done(&log).contains(&"delete beside".to_owned()));
    let missing = |fakes: &mut [Fake; 6]| fakes[0].seen = Seen::Absent;
    let log = Log::default();
    let result = now(engine(&Stop::default()).delete(&graph(Seen::Same, Seen::Same, &log, missing)));
    let Err(Failure::Step { step, source, done: count, total, .. }) = result else { panic!("{result:?}") };
    assert_eq!((step.as_str(), source.to_string().as_str(), count, total), ("given", "given does not exist", 0, 0));
    assert!(!done(&log).iter().any(|line| line.starts_with("delete")));
}

#[test]
fn a_deletion_that_fails_or_is_stopped_keeps_the_root() {
    let log = Log::default();
    let fails = |fakes: &mut [Fake; 6]| fakes[4].removal = Err(StepError::Missing("no".to_owned()));
    let result = now(engine(&Stop::default()).delete(&graph(Seen::Same, Seen::Same, &log, fails)));
    let Err(Failure::Step { step, done: count, total, others, .. }) = result else { panic!("{result:?}") };
    assert_eq!((step.as_str(), count, total, others.len()), ("outside", 2, 4, 0));
    assert!(!done(&log).contains(&"delete root".to_owned()));

    let (log, stop) = (Log::default(), Stop::default());
    let stops = |fakes: &mut [Fake; 6]| fakes[5].stops = Some(stop.clone());
    let result = now(engine(&stop).delete(&graph(Seen::Same, Seen::Same, &log, stops)));
    assert!(matches!(result, Err(Failure::Interrupted { done: 1, total: 4 })), "{result:?}");
    let removed: Vec<String> = done(&log).into_iter().filter(|line| line.starts_with("delete")).collect();
    assert_eq!(removed, ["delete finish"]);
}

#[test]
fn what_most_others_wait_for_is_sent_first() {
    let log = Log::default();
    let mut graph = Graph::new();
    let fake = |title| Fake::new(title, Seen::Absent, &log);
    let root = graph.add(Place::Root, fake("root"), &[]);
    graph.add(Place::Within, fake("leaf"), &[root]);
    let branch = graph.add(Place::Within, fake("branch"), &[root]);
    let bough = graph.add(Place::Within, fake("bough"), &[root]);
    graph.add(Place::Within, fake("twig"), &[bough, branch]);
    graph.add(Place::Within, fake("other twig"), &[bough]);
    now(engine(&Stop::default()).create(&graph)).unwrap();
    let made: Vec<String> = done(&log).into_iter().filter(|line| line.starts_with("make")).collect();
    assert_eq!(
        made,
        ["make root", "make bough", "make branch", "make leaf", "make other twig", "make twig"].map(str::to_owned)
    );
}
