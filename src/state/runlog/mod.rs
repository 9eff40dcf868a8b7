//! The run log: one JSON line at the start of a run that changes something, one before each write is sent, one at the
//! end; one in all for a run that only reads. Journal, audit and local statistics are readings of it ([`history`]).
//!
//! It is never needed to be right, so nothing here can stop a run: failures come back as warnings.

mod event;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod history;
mod latency;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::rc::Rc;

use serde_json::Value;

use super::{Holder, Lock, Process, StateDir, Warning};
use crate::base::private::{self, shown};
use crate::base::{Clock, RunId};
use event::{Event, Line};

pub(crate) use history::{Outcome, Shown, Summary, Unfinished};
pub(crate) use latency::Latency;

const FILE: &str = "runs.jsonl";
const OLD_FILE: &str = "runs.old.jsonl";

/// Some forty thousand lines; two such files are read in well under a second.
const ROTATE_AT: u64 = 10 * 1024 * 1024;

/// The log.
#[derive(Clone)]
pub(crate) struct RunLog {
    state: StateDir,
    process: Process,
    clock: Rc<dyn Clock>,
    rotate_at: u64,
    /// Whether this run asks servers whose certificates it does not check.
    unchecked: Cell<bool>,
    /// What is known of its command.
    typed: RefCell<Typed>,
}

/// What a command stands for, beside its words.
#[derive(Clone, Default)]
pub(crate) struct Typed {
    /// Where it was typed, if it is a whole line that can be typed again.
    pub(crate) directory: Option<String>,
    /// The same for lines that do the same and for no others.
    pub(crate) line: Option<String>,
    /// The servers that the settings named, and the service.
    pub(crate) about: BTreeMap<String, String>,
}

/// A run that changes something, between its start and its end. If it goes without [`Run::end`], it was not finished.
pub(crate) struct Run {
    log: RunLog,
    id: RunId,
    /// One failure is worth telling; the hundred that follow it are the same disk.
    quiet: Cell<bool>,
}

impl RunLog {
    /// The log in this state directory, written to by this process.
    pub(crate) fn new(state: &StateDir, process: Process, clock: Rc<dyn Clock>) -> Self {
        let (unchecked, typed) = (Cell::new(false), RefCell::default());
        Self { state: state.clone(), process, clock, rotate_at: ROTATE_AT, unchecked, typed }
    }

    /// What the command that is noted stands for. Said before the first line.
    pub(crate) fn typed(&self, typed: Typed) {
        self.typed.replace(typed);
    }

    /// From here on it is noted of the run that it checks no certificates. Said before its first line.
    pub(crate) fn unchecked(&self) {
        self.unchecked.set(true);
    }

    /// Notes that a run begins. The run goes on whether or not that could be written.
    pub(crate) fn start(&self, run: &RunId, command: &str, target: &str, user: &str) -> (Run, Option<Warning>) {
        let started = Run { log: self.clone(), id: run.clone(), quiet: Cell::new(false) };
        let rotated = self.rotate();
        let Typed { directory, line, about } = self.typed.borrow().clone();
        let warning = started.note(Event::Start {
            command: command.to_owned(),
            target: target.to_owned(),
            user: user.to_owned(),
            process: self.process.clone(),
            unchecked: self.unchecked.get(),
            directory,
            line,
            about,
        });
        (started, warning.or(rotated.err()))
    }

    /// Notes a run that changed nothing, after its end.
    pub(crate) fn read_only(&self, run: &RunId, command: &str, exit_code: i32, counters: Value) -> Result<(), Warning> {
        self.rotate()?;
        let (command, unchecked, directory) =
            (command.to_owned(), self.unchecked.get(), self.typed.borrow().directory.clone());
        self.append(run, Event::Read { command, exit_code, counters, unchecked, directory })
    }

    /// Notes that an unfinished run has been dealt with, so that nobody is told of it again.
    pub(crate) fn acknowledge(&self, run: &RunId) -> Result<(), Warning> {
        self.append(run, Event::Settled)
    }

    fn path(&self) -> PathBuf {
        self.state.path(FILE)
    }

    fn append(&self, run: &RunId, event: Event) -> Result<(), Warning> {
        let path = self.path();
        let mut bytes = Line { event, run: run.to_string(), at: self.clock.now() }.rendered()?;
        self.state.create()?;
        let mut file = private::open(&path, OpenOptions::new().read(true).append(true).create(true))?;
        let failed = |error: std::io::Error| Warning::new(format!("cannot write {}: {error}", shown(&path)));
        let length = file.metadata().map_err(failed)?.len();
        let mut last = [b'\n'];
        if length > 0 {
            file.read_exact_at(&mut last, length - 1).map_err(failed)?;
        }
        if last != [b'\n'] {
            // Somebody was cut off in the middle of a line; ours must not be lost with it.
            bytes.insert(0, b'\n');
        }
        file.write_all(&bytes).map_err(failed)
    }

    /// Puts a full log aside. The lock and the second look keep two processes from putting two logs aside at once,
    /// which would lose one of them.
    fn rotate(&self) -> Result<(), Warning> {
        let full = || self.path().metadata().is_ok_and(|found| found.len() >= self.rotate_at);
        if !full() {
            return Ok(());
        }
        let holder = Holder::new(&self.process, "rotating the run log", self.clock.now());
        let Ok(_lock) = Lock::try_acquire(self.state.root(), FILE, &holder) else { return Ok(()) };
        if full() {
            let (from, to) = (self.path(), self.state.path(OLD_FILE));
            std::fs::rename(&from, &to)
                .map_err(|error| Warning::new(format!("cannot put {} aside: {error}", shown(&from))))?;
        }
        Ok(())
    }
}

impl Run {
    /// Notes a write that is about to be sent. Only the first failure is told.
    pub(crate) fn write(&self, step: &str) -> Option<Warning> {
        self.note(Event::Write { step: step.to_owned() })
    }

    /// Notes the end.
    pub(crate) fn end(self, exit_code: i32, counters: Value) -> Option<Warning> {
        self.note(Event::End { exit_code, counters })
    }

    fn note(&self, event: Event) -> Option<Warning> {
        let warning = self.log.append(&self.id, event).err()?;
        (!self.quiet.replace(true)).then_some(warning)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    use serde_json::json;

    use super::*;
    use crate::base::Secret;
    use crate::state::testing::{Standing, directory, directory as directory_of};

    fn log(state: &StateDir) -> RunLog {
        RunLog::new(state, Process::current(), Standing::new())
    }

    #[test]
    fn a_line_holds_no_secret_and_stays_one_line() {
        let (_dir, state) = directory();
        let log = log(&state);
        let _secret = Secret::new("canary \"runlog\"");
        let (run, warning) = log.start(
            &RunId::new(),
            "service create x --admin 'canary \"runlog\"'",
            "name\n2026-01-01T00:00:00Z ok\u{9b}\u{202e}",
            "admin",
        );
        assert_eq!(warning, None);
        assert_eq!(run.write("create user canary+%22runlog%22"), None);
        assert_eq!(run.end(0, json!({"canary \"runlog\"": 1, "note": "canary \"runlog\""})), None);
        let text = fs::read_to_string(state.path(FILE)).unwrap();
        assert!(!text.contains("runlog"), "{text}");
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().all(|line| line.starts_with("{\"event\":") && line.ends_with('}')), "{text}");
        assert!(!text.contains(['\u{9b}', '\u{202e}']), "{text}");
        assert_eq!(state.path(FILE).metadata().unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_line_can_be_typed_again_only_if_nothing_of_it_is_lost() {
        let _secret = Secret::new("canary-typed");
        let long = format!("user delete {}", "x".repeat(3000));
        for (command, directory, kept) in [
            ("service create x", "/home/ann", true),
            ("service create 'a b'", "/home/ann/with space", true),
            ("service create canary-typed", "/home/ann", false),
            ("service create \u{202e}", "/home/ann", false),
            ("service create x", "/home/canary-typed", false),
            (&*long, "/home/ann", false),
        ] {
            let (_dir, state) = directory_of();
            let kept_log = log(&state);
            kept_log.typed(Typed { directory: Some(directory.to_owned()), ..Typed::default() });
            let (run, warning) = kept_log.start(&RunId::new(), command, "t", "u");
            assert_eq!(warning.or(run.end(0, Value::Null)), None);
            kept_log.read_only(&RunId::new(), command, 1, Value::Null).unwrap();
            for run in kept_log.list(None, false).unwrap().runs {
                assert_eq!(run.directory.as_deref(), kept.then_some(directory), "{command}");
            }
        }
    }

    #[test]
    fn a_line_never_exceeds_four_kibibytes() {
        let (_dir, state) = directory();
        let log = log(&state);
        let endless = "\u{1b}ü".repeat(5000);
        let (run, warning) = log.start(&RunId::new(), &endless, &endless, &endless);
        assert_eq!(warning, None);
        assert_eq!(run.write(&endless), None);
        assert_eq!(run.end(0, json!({ "keystone": endless })), None);
        let text = fs::read_to_string(state.path(FILE)).unwrap();
        for line in text.lines() {
            assert!(line.len() < 4096, "{}", line.len());
            serde_json::from_str::<Value>(line).unwrap();
        }
        assert_eq!(log.list(None, false).unwrap().runs.len(), 1);
    }

    /// Six back ends, each with an answer in every bucket: more than any run leaves.
    #[test]
    fn the_largest_counters_are_kept_whole() {
        let (_dir, state) = directory();
        let mut latency = Latency::default();
        (0..330_000).step_by(100).for_each(|time| latency.add(time));
        (0..100).for_each(|time| latency.add(time));
        let back_ends = ["keystone", "keypass", "orion", "perseo", "iotagent", "orchestrator"];
        let numbers = json!({"requests": 1_000_000, "writes": 1_000_000, "errors": 1_000_000, "retries": 1_000_000,
            "bytes_in": 1_000_000_000, "p50_ms": 100_000, "max_ms": 330_000, "took_ms": latency.to_json()});
        let counters: Value = back_ends.map(|name| (name.to_owned(), numbers.clone())).into_iter().collect();
        let log = log(&state);
        log.read_only(&RunId::new(), &"x".repeat(3000), 0, counters.clone()).unwrap();
        let (run, _) = log.start(&RunId::new(), "service list", "http://h/", "admin");
        assert_eq!(run.end(0, counters.clone()), None);
        let runs = log.list(None, false).unwrap().runs;
        assert!(runs.len() == 2 && runs.iter().all(|run| run.counters == counters));
        let text = fs::read_to_string(state.path(FILE)).unwrap();
        assert!(text.lines().all(|line| line.len() < 4096), "{}", text.len());
    }

    #[test]
    fn a_full_log_is_put_aside_once_and_both_are_read() {
        let (_dir, state) = directory();
        let mut log = log(&state);
        log.rotate_at = 1;
        for command in ["one", "two", "three"] {
            log.read_only(&RunId::new(), command, 0, Value::Null).unwrap();
        }
        let commands: Vec<String> = log.list(None, false).unwrap().runs.into_iter().map(|run| run.command).collect();
        assert_eq!(commands, ["two", "three"]);
        log.rotate_at = ROTATE_AT;
        log.read_only(&RunId::new(), "four", 0, Value::Null).unwrap();
        assert_eq!(fs::read_to_string(state.path(FILE)).unwrap().lines().count(), 2);
    }

    #[test]
    fn a_full_disk_is_told_once() {
        let (_dir, state) = directory();
        state.create().unwrap();
        // Stands for every reason why the file cannot be written: a link is refused as a full disk is.
        symlink("/dev/full", state.path(FILE)).unwrap();
        let (run, warning) = log(&state).start(&RunId::new(), "service create x", "x", "admin");
        let warning = warning.unwrap().to_string();
        assert!(warning.contains("runs.jsonl"), "{warning}");
        assert_eq!(run.write("create domain x"), None);
        assert_eq!(run.end(0, Value::Null), None);
    }
}
