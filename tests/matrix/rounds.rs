//! Several who type the same line at once, round after round: on one machine, where they share a lock, and on machines of
//! their own. And two cron jobs of which one is slow.

use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::check::Clean;
use crate::flow::Flow;
use crate::signals::{command, end};
use crate::stage::{Ended, Stage};
use crate::{flows_iot, flows_more};

/// So many rounds of all flows together.
fn rounds(flow: usize) -> usize {
    let all = if crate::drive::is_full() { 200 } else { 10 };
    all / FLOWS.len() + usize::from(flow < all % FLOWS.len())
}

/// A flow, and whether each of them works on a machine of its own. Of machines nothing can be promised where servers know no
/// name by which two are told to be two: Orion has two subscriptions then, unless they are a module's.
const FLOWS: [(Flow, bool); 8] = [
    (Flow::new("service create", flows_iot::stock, flows_iot::warm, flows_iot::CREATE), false),
    (
        Flow::new(
            "service create on machines",
            flows_iot::stock,
            flows_iot::warm,
            "service create cities --admin-user adm1 --new-password-file ~/new.pw --default-groups",
        ),
        true,
    ),
    (Flow::new("users from a file", flows_iot::stock, listed, FROM).of_several(), false),
    (Flow::new("users from a file on machines", flows_iot::stock, listed, FROM).of_several(), true),
    (Flow::new("members add", flows_more::people, flows_more::owner, ADD).of_several(), false),
    (Flow::new("members add on machines", flows_more::people, flows_more::owner, ADD).of_several(), true),
    (Flow::new("module enable", flows_iot::stock, flows_iot::towns, "module enable STH -s towns"), false),
    (Flow::new("subscription create", flows_iot::stock, flows_iot::towns, SUBSCRIBE), false),
];

const FROM: &str = "user create --from ~/new.csv -s towns";
const SUBSCRIBE: &str = "subscription create --entity lamp1 --notify http://here:8080/in -s towns";
const ADD: &str = "members add hal max -c github,trello";

fn listed(stage: &mut Stage) {
    flows_iot::towns(stage);
    let rows = (1..=12).map(|number| format!("new{number},n{number}@city.example\n")).collect::<String>();
    stage.file("new.csv", &format!("name,email\n{rows}"));
}

/// From two to eight of them, all at once, and how each ended.
fn met(stage: &Stage, line: &str, many: usize, apart: bool) -> Vec<Ended> {
    let homes: Vec<Option<TempDir>> = (0..many).map(|_| apart.then(|| stage.home_now())).collect();
    let home = |own: &Option<TempDir>| own.as_ref().map_or(stage.home(), |own| own.path()).to_owned();
    let words = stage.words(line);
    let begin = |home: &Path| (command(stage, &words, home), Instant::now());
    let running: Vec<_> = homes.iter().map(|own| begin(&home(own))).collect();
    let waiting = running.into_iter().map(|(child, begin)| {
        let line = line.to_owned();
        std::thread::spawn(move || end(child, &line, begin).0)
    });
    let waiting: Vec<_> = waiting.collect();
    waiting.into_iter().map(|ended| ended.join().unwrap()).collect()
}

fn every_round(place: usize) {
    let (flow, apart) = &FLOWS[place];
    let stage = Stage::new(flow);
    let clean = Clean::of(&stage, flow.line);
    for round in 0..rounds(place) {
        let many = 2 + (place * 3 + round * 5) % 7;
        let clean = clean.on_machines(if *apart { many } else { 1 });
        stage.again();
        stage.sandbox.reset_count();
        let all = met(&stage, flow.line, many, *apart);
        assert!(stage.sandbox.settle(Duration::from_secs(30)), "requests are still under way");
        let shown = all.iter().map(|ended| format!("{ended}\n")).collect::<String>();
        let says = format!("{} {round}: {many} of them\n{shown}", flow.name);
        assert!(all.iter().all(|ended| flow.allows(&[0, 75], ended.code)), "{says}");
        assert!(all.iter().any(|ended| ended.code == 0), "nobody came to an end\n{says}");
        for ended in &all {
            clean.is_private(&stage, ended).unwrap_or_else(|why| panic!("{why}\n{says}"));
        }
        clean.is_clean(&clean.look(&stage)).unwrap_or_else(|why| panic!("{why}\n{says}"));
        let again = stage.run(flow.line);
        clean.is_complete(&clean.look(&stage), &again, false).unwrap_or_else(|why| panic!("{why}\n{again}\n{says}"));
    }
}

/// A test for each, so that they run side by side.
macro_rules! each {
    ($($test:ident: $place:literal),+ $(,)?) => {
        $(
            #[test]
            fn $test() {
                every_round($place);
            }
        )+

        #[test]
        fn every_one_is_tried_as_often_as_is_promised() {
            assert_eq!(FLOWS.len(), [$($place),+].len());
            let all: usize = [$($place),+].into_iter().map(rounds).sum();
            assert!(all == 10 || all == 200, "{all}");
        }
    };
}

each! {
    service_create: 0,
    service_create_on_machines: 1,
    users_from_a_file: 2,
    users_from_a_file_on_machines: 3,
    members_add: 4,
    members_add_on_machines: 5,
    module_enable: 6,
    subscription_create: 7,
}

#[test]
fn of_two_cron_jobs_one_works_and_the_other_waits_as_long_as_it_may_or_says_who_does() {
    let flow = &FLOWS[1].0;
    let stage = Stage::new(flow);
    let clean = Clean::of(&stage, flow.line);
    stage.again();
    // Slow enough that the others begin in its middle.
    stage.sandbox.set_faults(vec!["delay=150ms@*".parse().unwrap()]);
    let first = command(&stage, &stage.words(flow.line), stage.home());
    let (number, begin) = (first.id(), Instant::now());
    while !stage.sandbox.requests().iter().any(|request| request.method == "POST") {
        assert!(begin.elapsed() < Duration::from_secs(60), "the first one does nothing");
        std::thread::sleep(Duration::from_millis(10));
    }
    let typed = |limit: &str| {
        let line = format!("{} --lock-timeout {limit}", flow.line);
        let begin = Instant::now();
        end(command(&stage, &stage.words(&line), stage.home()), &line, begin).0
    };
    for (limit, least) in [("0s", Duration::ZERO), ("300ms", Duration::from_millis(300))] {
        let hasty = typed(limit);
        assert_eq!(hasty.code, 75, "{hasty}");
        assert!(hasty.passed >= least, "{hasty}");
        let holder = format!("is being worked on by pid {number} on ");
        for said in [holder.as_str(), "(service create cities", "--lock-timeout"] {
            assert!(hasty.stderr.contains(said), "it does not say {said:?}\n{hasty}");
        }
    }
    assert!(!clean.is_done(&clean.look(&stage)), "the first one had ended");
    let patient = typed("5m");
    let (first, _) = end(first, flow.line, begin);
    assert_eq!((first.code, patient.code), (0, 0), "{first}\n{patient}");
    assert!(patient.stderr.contains("already so"), "{patient}");
    stage.sandbox.set_faults(Vec::new());
    let again = stage.run(flow.line);
    clean.is_complete(&clean.look(&stage), &again, false).unwrap_or_else(|why| panic!("{why}\n{again}"));
}
