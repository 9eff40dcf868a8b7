//! What is read back from logs as they are left behind.

use std::io::Write as _;
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::state::StateDir;
use crate::state::runlog::Typed;
use crate::state::testing::{Standing, directory};

fn dead() -> Process {
    Process { born: Some("1@another-boot".to_owned()), ..Process::current() }
}

fn log(state: &StateDir, process: Process, clock: &Rc<Standing>) -> RunLog {
    let clock: Rc<Standing> = Rc::clone(clock);
    RunLog::new(state, process, clock)
}

fn raw(state: &StateDir, bytes: &[u8]) {
    let path = state.path(FILE);
    private::open(&path, OpenOptions::new().append(true)).unwrap().write_all(bytes).unwrap();
}

#[test]
fn a_start_without_an_end_is_found_unless_its_process_lives() {
    let (_dir, state) = directory();
    let clock = Standing::new();
    let here = log(&state, Process::current(), &clock);
    let (killed, done, alive) = (RunId::new(), RunId::new(), RunId::new());
    let old = log(&state, dead(), &clock);
    let (run, _) = old.start(&killed, "service create smartcity", "smartcity", "admin");
    assert_eq!(run.write("create domain smartcity").or(run.write("create user adm1")), None);
    drop(run);
    let (run, _) = old.start(&done, "service delete x", "x", "admin");
    assert_eq!(run.end(75, json!({"keystone": 3})), None);
    let (_alive, _) = here.start(&alive, "role grant", "y", "admin");
    here.read_only(&RunId::new(), "user list", 0, Value::Null).unwrap();

    let found = here.unfinished().unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let found = &found[0];
    assert_eq!((&found.run, found.writes), (&killed, 2));
    assert_eq!(found.command, "service create smartcity");
    assert_eq!(found.last_step.as_deref(), Some("create user adm1"));
    assert_eq!((found.pid, &found.host), (std::process::id(), &Process::current().host));

    let outcomes: Vec<Outcome> = here.list(None, false).unwrap().runs.iter().map(|run| run.outcome).collect();
    assert_eq!(outcomes, [Outcome::Unfinished, Outcome::Ended(75), Outcome::Running, Outcome::Ended(0)]);
    assert_eq!(here.list(None, true).unwrap().runs.len(), 2);

    here.acknowledge(&killed).unwrap();
    assert_eq!(here.unfinished().unwrap(), []);
    assert_eq!(here.show(&killed).unwrap().unwrap().summary.outcome, Outcome::Settled);
}

/// Most lines are not read by whoever looks for what did not end, so what they are has to be seen all the same.
#[test]
fn a_run_is_known_by_its_line_without_reading_it() {
    let (_dir, state) = directory();
    let clock = Standing::new();
    let old = log(&state, dead(), &clock);
    let strange = r#"group create 'a","run":"x","b' {"event":"end","run":"x"}"#;
    old.typed(Typed { about: [("run".to_owned(), "x".to_owned())].into(), ..Typed::default() });
    let (open, ended) = (RunId::new(), RunId::new());
    let (run, _) = old.start(&open, strange, strange, strange);
    assert_eq!(run.write(strange), None);
    drop(run);
    let (run, _) = old.start(&ended, strange, strange, strange);
    assert_eq!(run.end(0, json!({"keystone": {"run": 3}})), None);
    // A second end, of which no more than the beginning was written, and one that two have written into.
    raw(&state, format!("{{\"event\":\"end\",\"exit_code\":0,\"counters\":null,\"run\":\"{open}\n").as_bytes());
    raw(&state, format!("{{\"event\":\"end\",\"run\":\"{ended}{{\"event\":\"end\",\"run\":\"{open}\"}}\n").as_bytes());
    raw(
        &state,
        format!("{{\"event\":\"end\",\"exit_c{{\"event\":\"write\",\"step\":\"x\",\"run\":\"{open}\"}}\n").as_bytes(),
    );
    let found = old.unfinished().unwrap();
    assert_eq!(found.iter().map(|found| &found.run).collect::<Vec<_>>(), [&open]);
    assert_eq!(found[0].last_step.as_deref(), Some(strange));

    let text = std::fs::read(state.path(FILE)).unwrap();
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').take(4).collect();
    let seen: Vec<_> = lines.iter().map(|line| (Line::opens(line), Line::run_of(line))).collect();
    let (open, ended) = (Some(open.as_str()), Some(ended.as_str()));
    assert_eq!(seen, [(Some(true), open), (None, open), (Some(true), ended), (Some(false), ended)]);
}

#[test]
fn the_newest_are_found_from_the_end() {
    let (_dir, state) = directory();
    let clock = Standing::new();
    let old = log(&state, dead(), &clock);
    let runs: Vec<RunId> = (0..6).map(|_| RunId::new()).collect();
    let begin = |place: usize| old.start(&runs[place], &format!("user create {place}"), "", "").0;
    drop(begin(0));
    assert_eq!(begin(1).end(7, Value::Null), None);
    assert_eq!(begin(2).end(0, Value::Null), None);
    old.read_only(&runs[3], "user list", 0, Value::Null).unwrap();
    old.read_only(&runs[4], "user show x", 3, Value::Null).unwrap();
    drop(begin(5));
    old.acknowledge(&runs[5]).unwrap();
    let newest = |most: usize, again: bool| -> Vec<usize> {
        let found = old.newest(most, again).unwrap().into_iter();
        found.map(|run| runs.iter().position(|id| *id == run.run).unwrap()).collect()
    };
    assert_eq!(newest(9, false), [5, 4, 3, 2, 1, 0]);
    assert_eq!(newest(2, false), [5, 4]);
    assert_eq!(newest(9, true), [4, 1, 0]);
    assert_eq!(newest(1, true), [4]);
}

#[test]
fn one_run_is_shown_with_its_steps() {
    let (_dir, state) = directory();
    let clock = Standing::new();
    let log = log(&state, Process::current(), &clock);
    let (id, other) = (RunId::new(), RunId::new());
    let (run, _) = log.start(&id, "a", "t", "u");
    let (noise, _) = log.start(&other, &format!("audit show {id}"), "t", "u");
    assert_eq!(noise.write("elsewhere"), None);
    assert_eq!(run.write("one"), None);
    clock.advance(Duration::from_secs(2));
    assert_eq!(run.write("two"), None);
    assert_eq!(run.end(0, json!({"keystone": 2})), None);
    let shown = log.show(&id).unwrap().unwrap();
    let steps: Vec<&str> = shown.steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["one", "two"]);
    assert_eq!(shown.summary.counters, json!({"keystone": 2}));
    assert_eq!(shown.summary.ended.unwrap().duration_since(shown.summary.since).as_secs(), 2);
    assert!(log.show(&RunId::new()).unwrap().is_none());
}

#[test]
fn torn_and_foreign_lines_are_counted_and_lose_nothing_else() {
    let (_dir, state) = directory();
    let clock = Standing::new();
    let log = log(&state, Process::current(), &clock);
    log.read_only(&RunId::new(), "before", 0, Value::Null).unwrap();
    raw(&state, b"\xff\xfe\n{\"event\":\"end\"}\n[]\n\n{\"event\":\"read\",\"command\":\"torn");
    log.read_only(&RunId::new(), "after", 0, Value::Null).unwrap();
    let history = log.list(None, false).unwrap();
    let commands: Vec<&str> = history.runs.iter().map(|run| run.command.as_str()).collect();
    assert_eq!(commands, ["before", "after"]);
    assert_eq!(history.skipped, 4);
    assert_eq!(log.unfinished().unwrap(), []);
}

#[test]
fn of_a_log_that_grew_too_long_the_end_is_read() {
    let (_dir, state) = directory();
    let log = log(&state, Process::current(), &Standing::new());
    let (bulk, _) = log.start(&RunId::new(), "user create --from all.csv", "t", "u");
    let step = format!("{{\"event\":\"write\",\"step\":\"{}\"}}\n", "x".repeat(1000));
    let room = usize::try_from(LARGEST).unwrap();
    raw(&state, step.repeat(room / step.len() + 1).as_bytes());
    assert_eq!(bulk.end(0, Value::Null), None);
    let commands =
        || -> Vec<String> { log.list(None, false).unwrap().runs.into_iter().map(|run| run.command).collect() };
    assert!(commands().is_empty(), "its beginning is too far back");
    for (command, known) in [("one", vec!["one"]), ("two", vec!["one", "two"])] {
        log.read_only(&RunId::new(), command, 0, Value::Null).unwrap();
        assert_eq!(commands(), known);
    }
}

#[test]
fn a_run_of_another_machine_is_presumed_dead_only_after_a_long_silence() {
    let (_dir, state) = directory();
    let clock = Standing::new();
    let elsewhere = Process { pid: 1, host: "elsewhere.example".to_owned(), born: None };
    let (_run, _) = log(&state, elsewhere, &clock).start(&RunId::new(), "sync", "t", "u");
    let here = log(&state, Process::current(), &clock);
    assert_eq!(here.unfinished().unwrap(), []);
    clock.advance(Duration::from_secs(3601));
    assert_eq!(here.unfinished().unwrap()[0].host, "elsewhere.example");
}

#[test]
fn the_time_asked_for_bounds_the_list() {
    let (_dir, state) = directory();
    let clock = Standing::new();
    let log = log(&state, Process::current(), &clock);
    assert!(log.list(None, false).unwrap().runs.is_empty());
    log.read_only(&RunId::new(), "early", 0, Value::Null).unwrap();
    clock.advance(Duration::from_mins(1));
    let since = crate::base::Clock::now(&*clock);
    log.read_only(&RunId::new(), "late", 3, Value::Null).unwrap();
    let commands: Vec<String> = log.list(Some(since), true).unwrap().runs.into_iter().map(|run| run.command).collect();
    assert_eq!(commands, ["late"]);
}
