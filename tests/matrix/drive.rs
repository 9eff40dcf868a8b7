//! Every case of a flow: enumerated from a clean run, shared out among workers, and counted. No case waits for another one,
//! and each is known by a name that repeats it alone: `ORCHEST_CASE='service create: cut@7:after' cargo test --test matrix`;
//! with a star at its end, all that begin so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use orchester::sandbox::Request;

use crate::check::{Check, Clean, looked_between};
use crate::fault::{OF_THE_WIRE, Variant, variants};
use crate::flow::Flow;
use crate::signals::{self, Stop};
use crate::stage::{Ended, Stage};

/// As many at once: most of them wait for a server that is silent.
const WORKERS: usize = 4;

/// What happens to a command.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    Wire(Variant),
    Stop(Stop),
}

#[derive(Clone, Copy, Debug)]
struct Case {
    trouble: Trouble,
    index: usize,
}

impl Case {
    fn fault(&self) -> usize {
        match self.trouble {
            Trouble::Wire(variant) => variant.fault,
            Trouble::Stop(stop) => stop.fault,
        }
    }

    /// The part of its name behind that of the flow.
    fn word(&self) -> String {
        match self.trouble {
            Trouble::Wire(variant) => variant.at(self.index, "FOREIGN"),
            Trouble::Stop(stop) => stop.word(self.index),
        }
    }

    fn run(&self, stage: &Stage, clean: &Clean, flow: &Flow) -> Check {
        stage.again();
        match self.trouble {
            Trouble::Wire(variant) => struck(stage, clean, flow, variant, self.index),
            Trouble::Stop(stop) => signals::stopped(stage, clean, flow, stop, self.index),
        }
    }
}

/// Whether every variant of every fault is wanted at each request (`tests/run matrix`), and not one of them in turn.
pub fn is_full() -> bool {
    let says_so = std::env::var_os("ORCHEST_MATRIX").is_some_and(|value| value == "full");
    says_so || std::env::var_os("ORCHEST_CASE").is_some()
}

fn cases(clean: &Clean, flow: &Flow) -> Vec<Case> {
    let mut cases = Vec::new();
    let is_full = is_full();
    let mut add = |troubles: &[Trouble], index: usize, fault: usize| {
        let turn = (index + fault) % troubles.len();
        let wanted = troubles.iter().enumerate().filter(|(place, _)| is_full || *place == turn);
        cases.extend(wanted.map(|(_, trouble)| Case { trouble: *trouble, index }));
    };
    for (index, request) in (1..).zip(clean.requests.iter().take(flow.most)) {
        let creates = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
        for fault in OF_THE_WIRE {
            let fitting: Vec<Trouble> = variants(fault)
                .filter(|variant| (creates && flow.named) || !variant.creating)
                .map(Trouble::Wire)
                .collect();
            if !fitting.is_empty() {
                add(&fitting, index, fault);
            }
        }
        for fault in signals::FAULTS {
            let all: Vec<Trouble> = signals::STOPS
                .into_iter()
                .filter(|stop| stop.fault == fault && (flow.named || !stop.is_rival()))
                .map(Trouble::Stop)
                .collect();
            add(&all, index, fault);
        }
    }
    cases
}

/// Runs all cases of a flow, writes its row of the table, and fails with those that did not pass.
pub fn every_case(flow: &Flow) {
    let begin = Instant::now();
    let stage = Stage::new(flow);
    let clean = Clean::of(&stage, flow.line);
    let mut all = cases(&clean, flow);
    if let Ok(only) = std::env::var("ORCHEST_CASE") {
        let is_meant = |name: String| only.strip_suffix('*').map_or(name == only, |start| name.starts_with(start));
        all.retain(|case| is_meant(format!("{}: {}", flow.name, case.word())));
    }
    let first = Mutex::new(Some((stage, clean)));
    let (next, failures, counts) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS.min(all.len()) {
            scope.spawn(|| {
                let ready = first.lock().unwrap().take();
                let (stage, clean) = ready.unwrap_or_else(|| {
                    let stage = Stage::new(flow);
                    let clean = Clean::of(&stage, flow.line);
                    (stage, clean)
                });
                while let Some(case) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = case.run(&stage, &clean, flow);
                    let mut counts = counts.lock().unwrap();
                    let (passed, total): &mut (usize, usize) = counts.entry(case.fault()).or_default();
                    *total += 1;
                    match result {
                        Ok(()) => *passed += 1,
                        Err(why) => failures.lock().unwrap().push(format!("{}: {}\n{why}", flow.name, case.word())),
                    }
                }
            });
        }
    });
    let (failures, counts) = (failures.into_inner().unwrap(), counts.into_inner().unwrap());
    write_row(flow, &counts, begin.elapsed().as_secs());
    let limit = std::env::var("ORCHEST_SHOWN").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let shown: Vec<&str> = failures.iter().take(limit).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} of {} cases failed\n\n{}", failures.len(), all.len(), shown.join("\n\n"));
    assert!(!all.is_empty() || std::env::var_os("ORCHEST_CASE").is_some(), "there was nothing to try");
}

/// For `tests/run`, which shows the table when all are done.
fn write_row(flow: &Flow, counts: &BTreeMap<usize, (usize, usize)>, seconds: u64) {
    let (passed, total) = counts.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    let mut row = format!("{:<32} {:>11} {seconds:>5}s", flow.name, format!("{passed}/{total}"));
    for fault in 1..=15 {
        let cell = counts.get(&fault).map_or("-".to_owned(), |(passed, total)| format!("{passed}/{total}"));
        write!(row, " {cell:>9}").unwrap();
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("matrix");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{}.row", flow.name.replace(' ', "-"))), row + "\n").unwrap();
}

fn struck(stage: &Stage, clean: &Clean, flow: &Flow, variant: Variant, index: usize) -> Check {
    let fault = variant.at(index, &stage.foreign());
    let (ended, requests) = stage.struck(Some(&fault), flow.line);
    let what = |why: String| format!("{why}\n{ended}\n{}", listed(&requests));
    let was_struck = requests.iter().any(|request| !request.faults.is_empty());
    // Who needs no login to a server has none to renew.
    let open = |request: &Request| {
        let for_good = !flow.logs_in_at(&request.server) || request.path.ends_with("/auth/tokens");
        !request.faults.is_empty() && request.status == Some(401) && for_good
    };
    // Refused with a credential and then with the one that was got for it, nothing is left to try.
    let renewed = |(place, request): (usize, &Request)| {
        let is_same = |earlier: &Request| (&earlier.method, &earlier.path) == (&request.method, &request.path);
        let refused = |earlier: &Request| earlier.status == Some(401) && earlier.faults.is_empty() && is_same(earlier);
        !request.faults.is_empty() && request.status == Some(401) && requests[..place].iter().any(refused)
    };
    let is_final = requests.iter().any(open) || requests.iter().enumerate().any(renewed);
    let codes = if is_final { &[4] } else { variant.codes };
    let right = if was_struck { flow.allows(codes, ended.code) } else { ended.code == 0 };
    let codes = if right { Ok(()) } else { Err(format!("I5: it ended {}, not with one of {codes:?}", ended.code)) };
    codes.map_err(what)?;
    let astray = if stage.was_led_astray() { Err("somebody else was asked".to_owned()) } else { Ok(()) };
    astray.map_err(what)?;
    looked_between(&requests).map_err(what)?;
    clean.is_clear(&ended, flow.waits).map_err(what)?;
    clean.is_private(stage, &ended).map_err(what)?;
    // What is sent after another's silence has a time of its own: a look after what was sent, and what waits for its turn. Each
    // of several things is tried for as long, and a wait has a deadline of its own.
    let things = if flow.waits {
        24
    } else if flow.several {
        5
    } else {
        3
    };
    clean.is_in_time(&ended, things).map_err(what)?;
    clean.is_tidy(stage, false).map_err(what)?;
    let found = clean.look(stage);
    clean.is_clean(&found).map_err(what)?;
    right_afterwards(stage, clean, flow, ended.code != 0 && !clean.is_done(&found)).map_err(what)
}

/// The same line again, and where that can be done the other way, too: what was begun is taken back.
pub fn right_afterwards(stage: &Stage, clean: &Clean, flow: &Flow, unfinished: bool) -> Check {
    // What was finished is nobody's to take back.
    let begun = (flow.rolls_back && unfinished).then(|| (stage.sandbox.moment(), stage.home_now()));
    let again = stage.run(flow.line);
    let what = |ended: &Ended, why: String| format!("{why}\n{ended}");
    let found = clean.look(stage);
    clean.is_complete(&found, &again, flow.reads).map_err(|why| what(&again, why))?;
    clean.is_clean(&found).map_err(|why| what(&again, why))?;
    clean.is_tidy(stage, true).map_err(|why| what(&again, why))?;
    clean.is_private(stage, &again).map_err(|why| what(&again, why))?;
    if let Some((moment, home)) = begun {
        stage.go_back(&moment, home.path());
        let back = stage.run(&format!("{} --rollback --yes", flow.line));
        clean.is_taken_back(stage, &back).map_err(|why| what(&back, why))?;
    }
    Ok(())
}

pub fn listed(requests: &[Request]) -> String {
    let line = |request: &Request| {
        let number = |status: Option<u16>| status.map_or("-".to_owned(), |status| status.to_string());
        let (told, real) = (number(request.status), number(request.server_status));
        format!("  {:>3} {} {request} {real}>{told} {}\n", request.index, request.server, request.faults.join(" "))
    };
    let shown = requests.iter().take(80).map(line).collect::<String>();
    if requests.len() > 80 { format!("{shown}  and {} more\n", requests.len() - 80) } else { shown }
}
