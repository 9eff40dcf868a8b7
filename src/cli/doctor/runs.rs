//! Runs that did not finish, and locks: who works on what.

use crate::base::text::safe;
use crate::state::{Held, Process, RunLog, locks as in_use};

use super::super::context::Context;
use super::Finding;

/// As many are named.
const NAMED: usize = 10;

/// Live locks hold others up; what dead holders have left does not.
pub(super) fn locks(context: &Context) -> Vec<Finding> {
    let Some(state) = &context.state else { return Vec::new() };
    let mut findings = Vec::new();
    let mut left = 0;
    for Held { holder, alive } in in_use(&state.path("locks")) {
        if alive == Some(false) {
            left += 1;
            continue;
        }
        let detail = format!("a lock is held by {holder}");
        let here = if alive.is_some() { format!("; or end it: kill {}", holder.pid) } else { String::new() };
        findings.push(Finding::warn("locks", "", detail).next(format!("wait for it with --lock-timeout 5m{here}")));
    }
    if left > 0 {
        let runs = if left == 1 { "a run that died" } else { "runs that died" };
        findings.push(Finding::ok("locks", "", format!("locks left by {runs}: {left}; they hold nobody up")));
    }
    findings
}

/// Runs of this machine that began and have no end.
pub(super) fn unfinished(context: &Context) -> Vec<Finding> {
    let Some(state) = &context.state else { return Vec::new() };
    let log = RunLog::new(state, Process::current(), context.clock.clone());
    let unfinished = match log.unfinished() {
        Ok(unfinished) => unfinished,
        Err(warning) => return vec![Finding::warn("runs", "", warning.to_string()).next("orchest audit list")],
    };
    let more = unfinished.len().saturating_sub(NAMED);
    let mut findings: Vec<Finding> = unfinished
        .iter()
        .rev()
        .take(NAMED)
        .map(|run| {
            let detail = format!("run {} ({}) of {:.0} never finished", run.run, safe(&run.command), run.since);
            Finding::warn("runs", "", detail).next(format!("orchest audit resume {}", run.run))
        })
        .collect();
    if more > 0 {
        let found = Finding::warn("runs", "", format!("and {more} older runs that never finished"));
        findings.push(found.next("orchest audit list --failed"));
    }
    if let Ok(history) = log.list(None, false)
        && history.skipped > 0
    {
        let found = Finding::warn("runs", "", format!("lines of the run log that cannot be read: {}", history.skipped));
        findings.push(found.next("they do no harm; orchest audit list shows the others"));
    }
    findings
}
