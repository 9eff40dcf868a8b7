//! The run log as the traffic sees it: a run begins with its first write, every write is noted before it is sent, and
//! the end carries the counters. Commands that only read add one line.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;

use crate::base::text::{safe, shortened};
use crate::base::{Clock, RunId, digest};
use crate::http::{Body, Event, Observer};
use crate::output::Printer;
use crate::state::{Outcome, Process, Run, RunLog, StateDir, Typed, Unfinished};

use super::trace::Trace;
use super::words;

/// So much of a command says which one it was.
const NAMED: usize = 120;

/// Sees all traffic first, then passes it on to the trace.
pub(crate) struct Journal {
    trace: Trace,
    log: Option<RunLog>,
    run_id: RunId,
    /// Redacted and without anything that was typed as a secret: no flag takes one.
    command: String,
    /// The same for lines that do the same.
    line: String,
    printer: Rc<Printer>,
    /// Runs that did not finish are told somewhere else.
    discreet: Cell<bool>,
    /// Somebody wants the head of the last answer.
    keeps_head: Cell<bool>,
    state: RefCell<State>,
}

/// What came before the body of an answer, as it may be shown.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
}

#[derive(Default)]
struct State {
    run: Option<Run>,
    target: String,
    user: String,
    any_request: bool,
    warned: bool,
    head: Option<Head>,
}

impl Journal {
    pub(crate) fn new(
        trace: Trace,
        state: Option<&StateDir>,
        clock: &Rc<dyn Clock>,
        command: &str,
        printer: Rc<Printer>,
        directory: &Path,
        about: BTreeMap<String, String>,
    ) -> Self {
        let log = state.map(|state| RunLog::new(state, Process::current(), clock.clone()));
        let typed = command;
        let command = crate::base::redact::clean(typed);
        // A line from which something was taken is none that can be typed; nor is one whose words were no text.
        let is_whole = command == typed && !command.contains(char::REPLACEMENT_CHARACTER);
        let line = meaning(&command, directory, &about);
        if let Some(log) = &log {
            let directory = directory.to_str().filter(|_| is_whole).map(str::to_owned);
            log.typed(Typed { directory, line: Some(line.clone()), about });
        }
        let (discreet, keeps_head, state) = (Cell::new(false), Cell::new(false), RefCell::default());
        Self { trace, log, run_id: RunId::new(), command, line, printer, discreet, keeps_head, state }
    }

    /// Keeps the head of the last answer from here on: an error of the wire says in words what was answered.
    pub(crate) fn keep_head(&self) {
        self.keeps_head.set(true);
    }

    /// The head of the last answer, if it came from this address, as it is shown.
    pub(crate) fn head_from(&self, url: &str) -> Option<Head> {
        self.state.borrow().head.clone().filter(|head| head.url == url)
    }

    /// Says nothing of runs that did not finish.
    pub(crate) fn be_discreet(&self) {
        self.discreet.set(true);
    }

    pub(crate) fn run_id(&self) -> &RunId {
        &self.run_id
    }

    pub(crate) fn command(&self) -> String {
        self.command.clone()
    }

    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Whom the run talks to, known before its first request.
    pub(crate) fn target(&self, url: &url::Url, user: &str) {
        let mut state = self.state.borrow_mut();
        state.target = url.to_string();
        user.clone_into(&mut state.user);
    }

    /// Notes of the run that it checks no certificates.
    pub(crate) fn unchecked(&self) {
        if let Some(log) = &self.log {
            log.unchecked();
        }
    }

    /// Names runs of this machine that began and never ended.
    pub(crate) fn report_unfinished(&self) {
        let Some(log) = self.log.as_ref().filter(|_| !self.discreet.get()) else { return };
        let Ok(unfinished) = log.unfinished() else { return };
        for run in unfinished {
            let command = shortened(&safe(&run.command), NAMED);
            let same = if self.is_mine(&run, &self.state.borrow().target) {
                "this command continues it".to_owned()
            } else {
                format!("to finish it: orchest audit resume {}", run.run)
            };
            self.printer.note(&format!("run {} ({command}) of {} did not finish; {same}", run.run, run.since));
        }
    }

    /// Whether an earlier run of this very line, on this machine, has announced such a write last.
    pub(crate) fn has_tried(&self, step: impl Fn(&str) -> bool) -> bool {
        self.log.as_ref().is_some_and(|log| log.has_tried(&self.line, &self.run_id, step).unwrap_or_default())
    }

    /// Whether that run was one of this machine, and is over.
    pub(crate) fn is_over(&self, run: &str) -> bool {
        let (Some(log), Some(run)) = (&self.log, RunId::parse(run)) else { return false };
        matches!(log.show(&run), Ok(Some(shown)) if shown.summary.outcome != Outcome::Running)
    }

    /// Services and subservices that a creation of this machine had just finished when it was killed, each with its run,
    /// by Keystone's id: the closing write was announced, and nothing came after it. It tells a rollback what is left to
    /// take back where the server does not know any more that anything was unfinished.
    pub(crate) fn finished_unseen(&self) -> HashMap<String, String> {
        let target = self.state.borrow().target.clone();
        let unfinished = self.log.as_ref().and_then(|log| log.unfinished().ok()).unwrap_or_default();
        let creations = unfinished.into_iter().filter(|run| run.target == target && creates(&run.command));
        creations
            .filter_map(|run| {
                let step = run.last_step?;
                let place = step.strip_prefix("PATCH keystone /v3/")?;
                let id = place.strip_prefix("domains/").or_else(|| place.strip_prefix("projects/"))?;
                Some((id.to_owned(), run.run.to_string()))
            })
            .collect()
    }

    /// The end. A run that reached its goal settles earlier ones of the same command.
    pub(crate) fn end(&self, code: u8) {
        let Some(log) = &self.log else { return };
        let state = self.state.take();
        let counters = self.trace.counters();
        let warning = match state.run {
            Some(run) => run.end(i32::from(code), counters),
            None if state.any_request => log.read_only(&self.run_id, &self.command, i32::from(code), counters).err(),
            None => None,
        };
        if code == 0 {
            for run in log.unfinished().unwrap_or_default() {
                if self.is_mine(&run, &state.target) {
                    let _ = log.acknowledge(&run.run);
                }
            }
        }
        if let Some(warning) = warning.filter(|_| !state.warned) {
            self.printer.warn(&warning.to_string());
        }
    }

    /// Whether that run is done by this one as well.
    fn is_mine(&self, run: &Unfinished, target: &str) -> bool {
        match &run.line {
            Some(line) => *line == self.line,
            None => run.command == self.command && run.target == target,
        }
    }

    fn note_write(&self, step: &str) {
        let Some(log) = &self.log else { return };
        let mut state = self.state.borrow_mut();
        let mut warning = None;
        if state.run.is_none() {
            let (run, trouble) = log.start(&self.run_id, &self.command, &state.target, &state.user);
            state.run = Some(run);
            warning = trouble;
        }
        let trouble = state.run.as_ref().and_then(|run| run.write(step));
        if let Some(warning) = warning.or(trouble).filter(|_| !state.warned) {
            state.warned = true;
            self.printer.warn(&warning.to_string());
        }
    }
}

/// The same for lines that do the same: the words, the servers and the service, and the directory where a word names something
/// in it.
fn meaning(command: &str, directory: &Path, about: &BTreeMap<String, String>) -> String {
    let words = words::split(command).unwrap_or_default();
    let is_here = |word: &String| {
        let value = word.split_once('=').filter(|_| word.starts_with('-')).map_or(word.as_str(), |(_, value)| value);
        let path = Path::new(value.trim_start_matches('@'));
        path.is_relative() && !path.as_os_str().is_empty() && directory.join(path).exists()
    };
    let place = words.iter().any(is_here).then(|| directory.display().to_string());
    let mut line = digest::sha256(serde_json::json!([command, place, about]).to_string().as_bytes());
    line.truncate(32);
    line
}

/// Whether the line made a service or a subservice.
fn creates(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    words.windows(2).any(|pair| matches!(pair, ["service" | "subservice", "create"]))
}

impl Observer for Journal {
    fn event(&self, event: &Event<'_>) {
        if let Event::Sending { request, backend, .. } = event {
            self.state.borrow_mut().any_request = true;
            let place = request.place();
            // A login changes nothing that could be half done.
            let is_form = matches!(request.body, Some(Body::Form(_)));
            let is_login = place.ends_with("/auth/tokens") || (is_form && *backend == "issuer");
            if request.writes() && !is_login {
                self.note_write(&format!("{} {backend} {place}", request.method.as_str()));
            }
        }
        if let Event::Answered { url, status, headers, .. } = event
            && self.keeps_head.get()
        {
            let head = Head { url: (*url).to_owned(), status: *status, headers: headers.to_vec() };
            self.state.borrow_mut().head = Some(head);
        }
        self.trace.event(event);
    }
}

#[cfg(feature = "ldap")]
impl crate::api::ldap::Watch for Journal {
    fn asking(&self, verb: crate::api::ldap::Verb, entry: &str) {
        self.state.borrow_mut().any_request = true;
        if verb.writes() {
            self.note_write(&format!("{} ldap {entry}", verb.as_str()));
        }
        self.trace.asking(verb.as_str(), entry);
    }

    fn answered(&self, answer: Result<u32, &str>, took: std::time::Duration) {
        self.trace.answered(answer, took);
    }
}
