//! The end of a sync: who failed and why, in lines and in a file, and the exit code.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::base::text::safe;
use crate::connectors::Error;
use crate::flows::members::{Came, Deed, Step};

use super::super::super::bulk::{NOT_DONE, UNANSWERED, UNKNOWN};
use super::super::super::context::Context;
use super::super::super::error::{CliError, Exit};
use super::super::roster::Roster;
use super::Ended;
use super::survey::{Site, Unseen};

/// Names the connectors that could not be asked.
pub(super) fn unseen(context: &Context, unseen: &Unseen) {
    for (kind, error) in unseen {
        let causes = error.causes().iter().fold(error.to_string(), |text, cause| text + ": " + cause);
        context.printer.failure(&format!("{kind}: {causes}"));
        error.way_out().into_iter().for_each(|way| context.printer.hint(way));
    }
}

/// `came` is empty where nothing was to be done. `is_partial`: there were connectors that could not be asked.
/// `stopped`: how far it came, where the operator wanted to stop; whoever was not reached is in the file of those who
/// failed, too.
pub(super) fn finish(
    context: &Context,
    roster: &Roster,
    sites: &[Site],
    came: &[Vec<Ended<'_>>],
    is_partial: bool,
    stopped: Option<CliError>,
) -> Result<()> {
    let is_only = sites.len() == 1 && !is_partial;
    let mut end = End {
        context,
        roster,
        failed: BTreeMap::new(),
        any: is_partial,
        helps: is_partial,
        rest: is_partial,
        is_only,
        is_stopped: stopped.is_some(),
        fatal: None,
    };
    for (number, site) in sites.iter().enumerate() {
        for step in &site.plan.steps {
            if let Deed::Leave { why, unmet: true } = &step.deed {
                end.say(site, step, std::slice::from_ref(why));
            }
        }
        let mut untried = 0;
        for (step, came) in came.get(number).into_iter().flatten() {
            match came {
                Some(Came::Done(change)) => end.note(step, &change.notes),
                Some(Came::Failed(error)) => end.fail(site, step, error),
                Some(Came::NotDone) => {
                    untried += 1;
                    end.helps = true;
                    end.keep(site, step, NOT_DONE);
                }
                None => {
                    end.helps = true;
                    end.say(site, step, &[UNANSWERED.to_owned()]);
                }
            }
        }
        if untried > 0 {
            context.printer.failure(&format!("{}: {untried} more were not tried", site.kind));
        }
    }
    if !came.is_empty() {
        context.printer.note(&counts(came));
    }
    if end.any {
        end.write()?;
    } else {
        context.nothing_failed()?;
    }
    match (stopped, end.fatal) {
        (Some(error), _) => Err(error.into()),
        (None, Some(error)) => Err(error.into()),
        (None, None) if end.any => Err(CliError::silent(Exit::SomeFailed).into()),
        (None, None) => Ok(()),
    }
}

/// `done 961, failed 2`, and what there is no answer of.
fn counts(came: &[Vec<Ended<'_>>]) -> String {
    let count = |of: fn(Option<&Came>) -> bool| came.iter().flatten().filter(|(_, came)| of(came.as_ref())).count();
    let done = count(|came| matches!(came, Some(Came::Done(_))));
    let failed = count(|came| matches!(came, Some(Came::Failed(_))));
    let unknown = count(|came| came.is_none());
    let not_done = count(|came| matches!(came, Some(Came::NotDone)));
    let more = [(UNKNOWN, unknown), (NOT_DONE, not_done)].into_iter().filter(|(_, count)| *count > 0);
    more.fold(format!("done {done}, failed {failed}"), |text, (word, count)| format!("{text}, {word} {count}"))
}

#[expect(clippy::struct_excessive_bools, reason = "each is found out by itself")]
struct End<'a> {
    context: &'a Context,
    roster: &'a Roster,
    /// By person: why.
    failed: BTreeMap<usize, String>,
    any: bool,
    /// Whether there is anybody for whom the same command may do better.
    helps: bool,
    /// Whether there is more left than those of the roster who failed: people to be removed, or connectors that were not asked.
    rest: bool,
    /// Whether there is one connector, whose error can be the command's.
    is_only: bool,
    /// Whether the operator wanted to stop.
    is_stopped: bool,
    fatal: Option<Error>,
}

impl End<'_> {
    fn note(&self, step: &Step, notes: &[String]) {
        for note in notes.iter().filter(|_| self.context.globals.output.verbose > 0) {
            self.context.printer.note(&format!("{}: {}", safe(&step.id), safe(note)));
        }
    }

    fn fail(&mut self, site: &Site, step: &Step, error: &Error) {
        let causes: Vec<String> = std::iter::once(error.to_string()).chain(error.causes().iter().cloned()).collect();
        self.say(site, step, &causes);
        self.helps = true;
        if self.is_only && error.is_about_everybody() && self.fatal.is_none() {
            self.fatal = Some(error.clone());
        } else if let Some(way) = error.way_out() {
            self.context.printer.hint(way);
        }
    }

    fn say(&mut self, site: &Site, step: &Step, causes: &[String]) {
        let why = causes.join(": ");
        let person = step.wish.and_then(|wish| site.people.get(wish));
        let line = person.map(|person| format!("line {}  ", self.roster.label(*person).0)).unwrap_or_default();
        self.context.printer.failure(&format!("{}: {line}{}: {why}", site.kind, safe(&step.id)));
        self.keep(site, step, &why);
    }

    /// For the file, if it is somebody of the roster.
    fn keep(&mut self, site: &Site, step: &Step, why: &str) {
        self.any = true;
        let Some(person) = step.wish.and_then(|wish| site.people.get(wish)) else {
            self.rest = true;
            return;
        };
        let why = format!("{}: {why}", site.kind);
        self.failed.entry(*person).and_modify(|known| *known = format!("{known}; {why}")).or_insert(why);
    }

    fn write(&self) -> Result<()> {
        if self.failed.is_empty() {
            self.context.nothing_failed()?;
        }
        let Some(path) = self.context.failed_to().filter(|_| !self.failed.is_empty()) else {
            // Of a command that was stopped the error says what to do.
            if !self.is_stopped {
                self.context.printer.hint(if self.helps {
                    "run the same command again; what is done stays done"
                } else {
                    "it stays so until they or the roster change; --ignore FILE names those who are to be left as \
                     they are"
                });
            }
            return Ok(());
        };
        crate::base::private::write(path, self.roster.failed_text(&self.failed).as_bytes())?;
        let path = path.display();
        self.context.printer.hint(&if self.rest {
            format!("run the same command again: more is left to be done than for those in {path}")
        } else if self.is_stopped {
            format!("what failed or was not done is in {path}; it is good for --from, without --remove-extra")
        } else {
            format!("mend {path} and run the same command with it as --from, without --remove-extra")
        });
        Ok(())
    }
}
