//! What a command needs, built when it is asked for: settings and output at once, connections and logins lazily.

pub(crate) mod common;
mod confirm;
mod connect;
mod im;
mod locks;
mod logins;
pub(crate) mod orchestrator;
mod paas;
mod passwords;
pub(crate) mod places;
mod remembered;
mod tickets;

use std::cell::{Cell, OnceCell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use crate::api::keystone::Keystone;
use crate::base::{Clock, RunId};
use crate::config::{Inputs, Settings};
use crate::flows::Stop;
use crate::output::{Printer, Prompter};
use crate::state::StateDir;

use super::args::GlobalArgs;
use super::around::Surroundings;
use super::bulk::{self, Done};
use super::error::CliError;
use super::items::{Item, Items};
use super::journal::Journal;
use super::login::Passwords;
use super::seen::Seen;

pub(crate) use common::Common;
pub(crate) use connect::{Clients, about};
pub(crate) use im::bare;
pub(crate) use logins::Logins;
#[cfg(feature = "oauth")]
pub(crate) use paas::{Erased, Kept, OutOfReach, Owner, Place};
pub(crate) use paas::{Found, FoundState, PaasIdentity};
pub(crate) use passwords::check_length;
pub(crate) use remembered::{keeps_names, names_of};
pub(crate) use tickets::{Backend, Tenant};

/// How soon it is noticed that the operator wants to stop.
const NAP: Duration = Duration::from_millis(100);

/// How long what is under way may take then. Less than a batch waits for its lines, and a command for its end, so that
/// what was done is told in any case.
const TIDY: Duration = Duration::from_millis(700);

/// One command's surroundings.
pub(crate) struct Context {
    pub(crate) globals: GlobalArgs,
    pub(crate) settings: Settings,
    pub(crate) printer: Rc<Printer>,
    pub(crate) prompter: Rc<Prompter>,
    pub(crate) stop: Stop,
    pub(crate) inputs: Inputs,
    /// What this line and others of the process share.
    pub(crate) common: Rc<Common>,
    /// What was typed, as a line.
    pub(crate) line: String,
    /// Where it all began, for lines that this one makes.
    pub(crate) around: Surroundings,
    pub(crate) clock: Rc<dyn Clock>,
    pub(crate) journal: Rc<Journal>,
    pub(crate) state: Option<StateDir>,
    /// Whether a machine reads the result: a format was chosen that is not for people.
    pub(crate) rows: bool,
    /// The back end that the noun is about: what `--host` and `--port` name, and what questions name.
    pub(crate) primary: Backend,
    pub(crate) clients: Clients,
    pub(crate) keystone: OnceCell<Keystone>,
    pub(crate) passwords: OnceCell<Rc<Passwords>>,
    pub(crate) logins: Logins,
    /// Names come by, for completion in shells.
    pub(crate) seen: Seen,
    /// Said once, not per item.
    pub(crate) stdin_taken: RefCell<bool>,
    /// New passwords may be as short as people like; said with the password, and so good for its prompt too.
    pub(crate) any_password: Cell<bool>,
}

impl Context {
    pub(crate) fn run_id(&self) -> &RunId {
        self.journal.run_id()
    }

    pub(crate) fn dry_run(&self) -> bool {
        self.globals.run.dry_run
    }

    pub(crate) fn wants_rows(&self) -> bool {
        self.rows
    }

    pub(crate) fn failed_to(&self) -> Option<&Path> {
        self.globals.run.failed_to.as_deref()
    }

    /// Whether the file for failed items can be written, before anything is done that it would be needed for.
    pub(crate) fn check_failed_to(&self) -> Result<()> {
        let Some(path) = self.failed_to() else { return Ok(()) };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if parent.is_dir() && !path.is_dir() {
            return Ok(());
        }
        Err(CliError::usage(format!("--failed-to {} cannot be written: no such directory", path.display())).into())
    }

    /// Refuses the file for failed items where nothing could read it, before anything is sent.
    pub(crate) fn refuse_failed_to(&self) -> Result<()> {
        if self.failed_to().is_none() {
            return Ok(());
        }
        let error = CliError::usage("--failed-to has no use here: there is no --from that could read it");
        Err(error.next("leave --failed-to out, and run the same line again where something fails").into())
    }

    /// Empties what an earlier run has left of failed items: whoever looks there would take them for today's.
    pub(crate) fn nothing_failed(&self) -> Result<()> {
        match self.failed_to() {
            Some(path) if path.exists() && !self.dry_run() => Ok(crate::base::private::write(path, b"")?),
            _ => Ok(()),
        }
    }

    pub(crate) fn jobs(&self) -> Result<usize> {
        Ok(self.settings.count("jobs")?.unwrap_or(4))
    }

    pub(crate) fn stdout_is_terminal(&self) -> bool {
        self.printer.stdout_is_terminal()
    }

    /// In a dry run says what would be done, and that it is not done: `true`.
    pub(crate) fn would(&self, what: &str) -> bool {
        if self.dry_run() {
            self.printer.note(&format!("dry run: would {what}"));
        }
        self.dry_run()
    }

    /// Waits this long; `false`: the operator wants to stop.
    pub(crate) async fn rest(&self, long: Duration) -> bool {
        let until = self.clock.monotonic() + long;
        loop {
            let left = until.saturating_sub(self.clock.monotonic());
            if self.stop.requested() || left.is_zero() {
                return !self.stop.requested();
            }
            self.clock.sleep(left.min(NAP)).await;
        }
    }

    /// Ends when the operator wants to stop, and what is under way has had time for it. By the time of the signals,
    /// whatever clock the command has.
    pub(crate) async fn given_up(&self) {
        while !self.stop.requested() {
            tokio::time::sleep(NAP).await;
        }
        tokio::time::sleep(TIDY).await;
    }

    pub(crate) fn warn_name(&self, warning: Option<String>) {
        if let Some(warning) = warning {
            self.printer.warn(&warning);
        }
    }

    /// The end of a bulk in which nothing failed.
    pub(crate) fn finish_bulk(&self, items: &Items, results: &[(Item, Done)], word: &str) -> Result<()> {
        bulk::show(self, items, results, &[])?;
        self.tell_bulk(results, word);
        Ok(())
    }

    /// The same in words alone, for whoever has rows of its own.
    pub(crate) fn tell_bulk(&self, results: &[(Item, Done)], word: &str) {
        if let [(item, done)] = results {
            // A dry run has said it in a sentence.
            if self.dry_run() && done.result.starts_with("would ") {
                return;
            }
            let detail = done.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            self.printer.note(&format!("{word} {}: {}{detail}", item.name, done.result));
            return;
        }
        for (item, done) in results.iter().filter(|(_, done)| done.result == "absent") {
            let detail = done.detail.as_deref().unwrap_or("absent");
            self.printer.note(&format!("{}: {detail}", item.label()));
        }
        self.printer.note(bulk::counts(results).trim_end());
    }
}
