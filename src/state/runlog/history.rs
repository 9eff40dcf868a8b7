//! The run log read back: what ran, how it ended, and what never ended.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use memchr::memmem;
use serde_json::Value;

use super::event::{Event, Line};
use super::{FILE, OLD_FILE, RunLog};
use crate::base::{RunId, private};
use crate::state::{Process, Warning};

/// Twice what is kept, for a log that grew while it could not be put aside. Of a longer one, which a single large bulk can
/// make, the end is read: it is the newest, and the older rest must not hide it.
const LARGEST: u64 = 2 * super::ROTATE_AT;

/// A run of another machine that shares this directory cannot be looked at; after this long without a sign it is taken
/// for dead.
const SILENT_ELSEWHERE: SignedDuration = SignedDuration::from_hours(1);

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its process lives.
    Running,
    /// It has neither an end nor a process.
    Unfinished,
    /// It never ended, and somebody has dealt with that.
    Settled,
    /// It ended with this exit code.
    Ended(i32),
}

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    /// Its id.
    pub(crate) run: RunId,
    /// What was typed.
    pub(crate) command: String,
    /// What it was about; empty for a run that only read.
    pub(crate) target: String,
    /// Who it was done as; empty for a run that only read.
    pub(crate) user: String,
    /// Where it ran, unless it only read.
    pub(crate) process: Option<Process>,
    /// When it began; for a run that only read, when it was over.
    pub(crate) since: Timestamp,
    /// When it ended.
    pub(crate) ended: Option<Timestamp>,
    /// How it stands.
    pub(crate) outcome: Outcome,
    /// Writes announced.
    pub(crate) writes: u64,
    /// The last of them.
    pub(crate) last_step: Option<String>,
    /// Requests by back end, as given at the end.
    pub(crate) counters: Value,
    /// Whether it checked no certificates.
    pub(crate) unchecked: bool,
    /// Where it was typed; only where the command is the whole line.
    pub(crate) directory: Option<String>,
    /// The servers and the service that the settings named then.
    pub(crate) about: BTreeMap<String, String>,
    line: Option<String>,
    last_sign: Timestamp,
}

/// Runs, the oldest first, and how many lines could not be read.
#[derive(Debug)]
pub(crate) struct History {
    /// The runs.
    pub(crate) runs: Vec<Summary>,
    /// Lines cut off or damaged.
    pub(crate) skipped: usize,
}

/// A write that was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// When.
    pub(crate) at: Timestamp,
    /// What, in the flow's words.
    pub(crate) step: String,
}

/// One run with its steps.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The run.
    pub(crate) summary: Summary,
    /// Its writes in order.
    pub(crate) steps: Vec<Step>,
}

/// A run that began, did not end, and whose process is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfinished {
    /// Its id.
    pub(crate) run: RunId,
    /// What was typed.
    pub(crate) command: String,
    /// What it was about.
    pub(crate) target: String,
    /// When it began.
    pub(crate) since: Timestamp,
    /// Its process number then.
    pub(crate) pid: u32,
    /// On which machine.
    pub(crate) host: String,
    /// The last write announced; it may or may not have been sent.
    pub(crate) last_step: Option<String>,
    /// Writes announced.
    pub(crate) writes: u64,
    /// The same for lines that do the same; an older orchest did not note it.
    pub(crate) line: Option<String>,
}

impl RunLog {
    /// The runs since then, all or those that did not end with 0.
    pub(crate) fn list(&self, since: Option<Timestamp>, failed: bool) -> Result<History, Warning> {
        let mut history = self.read(&self.text()?, |_| true, |_| {});
        history.runs.retain(|run| {
            let bad = !matches!(run.outcome, Outcome::Ended(0) | Outcome::Running);
            since.is_none_or(|since| run.since >= since) && (bad || !failed)
        });
        Ok(history)
    }

    /// One run.
    pub(crate) fn show(&self, run: &RunId) -> Result<Option<Shown>, Warning> {
        let mut steps = Vec::new();
        let history = self.read(
            &self.text()?,
            |line| mentions(line, run.as_str()),
            |line| {
                if let Event::Write { step } = &line.event
                    && line.run == run.as_str()
                {
                    steps.push(Step { at: line.at, step: step.clone() });
                }
            },
        );
        let summary = history.runs.into_iter().find(|summary| summary.run == *run);
        Ok(summary.map(|summary| Shown { summary, steps }))
    }

    /// Whether any other run of this very line has announced such a write last, however it ended.
    pub(crate) fn has_tried(&self, line: &str, but: &RunId, step: impl Fn(&str) -> bool) -> Result<bool, Warning> {
        let is_it = |run: &Summary| run.line.as_deref() == Some(line) && run.run != *but;
        let tried = |run: &Summary| is_it(run) && run.last_step.as_deref().is_some_and(&step);
        Ok(self.read(&self.text()?, |_| true, |_| {}).runs.iter().any(tried))
    }

    /// The runs that never ended and that nobody has dealt with.
    pub(crate) fn unfinished(&self) -> Result<Vec<Unfinished>, Warning> {
        let found = self.without_end(&self.text()?).into_iter().filter_map(|run| {
            let process = run.process?;
            Some(Unfinished {
                run: run.run,
                command: run.command,
                target: run.target,
                since: run.since,
                pid: process.pid,
                host: process.host,
                last_step: run.last_step,
                writes: run.writes,
                line: run.line,
            })
        });
        Ok(found.collect())
    }

    /// Every command that changes something asks this first, and a log may hold thousands of runs: so lines are read of
    /// those only of which no end is seen at a glance.
    pub(super) fn without_end(&self, text: &[u8]) -> Vec<Summary> {
        let mut open: HashSet<&str> = HashSet::new();
        let mut clear = true;
        for line in lines(text).filter(|line| !line.is_empty()) {
            match (Line::opens(line), Line::run_of(line)) {
                (Some(true), Some(run)) => {
                    open.insert(run);
                }
                (Some(false), Some(run)) => {
                    open.remove(run);
                }
                (None, Some(_)) => {}
                // What that is shows only to who reads all of them.
                (_, None) => clear = false,
            }
        }
        if clear && open.is_empty() {
            return Vec::new();
        }
        let is_open = |line: &[u8]| !clear || Line::run_of(line).is_some_and(|run| open.contains(run));
        let mut runs = self.read(text, is_open, |_| {}).runs;
        runs.retain(|run| run.outcome == Outcome::Unfinished);
        runs
    }

    /// The newest runs, so many of them: all, or those that can be done again. Whoever completes a word does not wait, so the
    /// log is looked through from its end.
    pub(crate) fn newest(&self, most: usize, again: bool) -> Result<Vec<Summary>, Warning> {
        let text = self.text()?;
        let (mut wanted, mut over) = (HashSet::new(), HashSet::new());
        for line in lines_backwards(&text) {
            let Some(run) = Line::run_of(line) else { continue };
            if again && Line::is_over(line) {
                over.insert(run);
            } else if Line::begins(line) && !over.contains(run) {
                wanted.insert(run);
            }
            if wanted.len() == most {
                break;
            }
        }
        let is_left = |run: &Summary| match run.outcome {
            Outcome::Unfinished => true,
            Outcome::Ended(code) => code != 0,
            Outcome::Running | Outcome::Settled => false,
        };
        let mut runs = self.read(&text, |line| Line::run_of(line).is_some_and(|run| wanted.contains(run)), |_| {}).runs;
        runs.retain(|run| !again || is_left(run));
        // Of runs that began at the same moment the one noted last is the newest.
        runs.reverse();
        runs.sort_by_key(|run| std::cmp::Reverse(run.since));
        Ok(runs)
    }

    fn text(&self) -> Result<Vec<u8>, Warning> {
        let mut text = end_of(&self.state.path(OLD_FILE))?;
        if text.last().is_some_and(|byte| *byte != b'\n') {
            text.push(b'\n');
        }
        text.extend(end_of(&self.state.path(FILE))?);
        Ok(text)
    }

    pub(super) fn read(&self, text: &[u8], wanted: impl Fn(&[u8]) -> bool, mut each: impl FnMut(&Line)) -> History {
        let mut runs: Vec<Summary> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut skipped = 0;
        for bytes in lines(text).filter(|bytes| !bytes.is_empty() && wanted(bytes)) {
            let parsed = serde_json::from_slice::<Line>(bytes).ok();
            let Some((line, id)) = parsed.and_then(|line| RunId::parse(&line.run).map(|id| (line, id))) else {
                skipped += 1;
                continue;
            };
            each(&line);
            let place = places.get(&line.run).copied();
            if let Some(run) = place.and_then(|place| runs.get_mut(place)) {
                run.take(line);
            } else if let Some(run) = Summary::begin(id, &line) {
                places.insert(line.run, runs.len());
                runs.push(run);
            }
        }
        let now = self.clock.now();
        for run in &mut runs {
            if run.outcome == Outcome::Running && !run.lives(&self.process, now) {
                run.outcome = Outcome::Unfinished;
            }
        }
        History { runs, skipped }
    }
}

#[cfg(test)]
impl Summary {
    /// A run of this command, of which no more is known.
    pub(crate) fn for_tests(command: &str) -> Self {
        let event = Event::Read {
            command: command.to_owned(),
            exit_code: 1,
            counters: Value::Null,
            unchecked: false,
            directory: None,
        };
        let id = RunId::new();
        let line = Line { event, run: id.to_string(), at: Timestamp::UNIX_EPOCH };
        Self::begin(id, &line).unwrap()
    }
}

impl Summary {
    /// A line that begins a run; others, whose beginning has been put aside twice, are passed over.
    fn begin(run: RunId, line: &Line) -> Option<Self> {
        let blank = Self {
            run,
            command: String::new(),
            target: String::new(),
            user: String::new(),
            process: None,
            since: line.at,
            ended: None,
            outcome: Outcome::Running,
            writes: 0,
            last_step: None,
            counters: Value::Null,
            unchecked: false,
            directory: None,
            about: BTreeMap::new(),
            line: None,
            last_sign: line.at,
        };
        match line.event.clone() {
            Event::Start { command, target, user, process, unchecked, directory, line, about } => {
                let process = Some(process);
                Some(Self { command, target, user, process, unchecked, directory, about, line, ..blank })
            }
            Event::Read { command, exit_code, counters, unchecked, directory } => {
                let (ended, outcome) = (Some(line.at), Outcome::Ended(exit_code));
                Some(Self { command, ended, outcome, counters, unchecked, directory, ..blank })
            }
            Event::Write { .. } | Event::End { .. } | Event::Settled => None,
        }
    }

    fn take(&mut self, line: Line) {
        self.last_sign = line.at;
        match line.event {
            Event::Write { step } => {
                self.writes += 1;
                self.last_step = Some(step);
            }
            Event::End { exit_code, counters } => {
                self.outcome = Outcome::Ended(exit_code);
                self.ended = Some(line.at);
                self.counters = counters;
            }
            Event::Settled if self.outcome == Outcome::Running => self.outcome = Outcome::Settled,
            // A second beginning under the same id is not ours to explain; the first one counts.
            Event::Settled | Event::Start { .. } | Event::Read { .. } => {}
        }
    }

    fn lives(&self, here: &Process, now: Timestamp) -> bool {
        let Some(process) = &self.process else { return false };
        process.alive(here).unwrap_or_else(|| now.duration_since(self.last_sign) <= SILENT_ELSEWHERE)
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    ends.scan(0, |begin, end| Some(text.get(std::mem::replace(begin, end + 1)..end).unwrap_or_default()))
}

/// The same lines, the last one first.
fn lines_backwards(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let begins = memchr::memrchr_iter(b'\n', text).map(|end| end + 1).chain([0]);
    begins.scan(text.len() + 1, |end, begin| text.get(begin..std::mem::replace(end, begin) - 1))
}

/// The whole lines at the end of a log, at most [`LARGEST`] bytes of them; nothing where there is no file.
fn end_of(path: &Path) -> Result<Vec<u8>, Warning> {
    let mut file = match private::open(path, OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(private::Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let failed = |error: io::Error| Warning::new(format!("cannot read {}: {error}", private::shown(path)));
    let skipped = file.metadata().map_err(failed)?.len().saturating_sub(LARGEST);
    file.seek(SeekFrom::Start(skipped)).map_err(failed)?;
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).map_err(failed)?;
    if skipped > 0 {
        let torn = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
        text.drain(..torn);
    }
    Ok(text)
}

fn mentions(line: &[u8], run: &str) -> bool {
    memmem::find(line, run.as_bytes()).is_some()
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
