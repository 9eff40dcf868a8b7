//! Waiting for a deployment, one look at a time. Whoever waits does the asking and the sleeping; this knows when and how
//! long, what is worth telling, and when it is over.

use std::time::Duration;

use crate::api;
use crate::api::paas::{Class, Deployment, Error, Status, cannot_reach_issuer};

/// For the first minute; a deployment that fails does so early.
const SHORT: Duration = Duration::from_secs(5);
const LONG: Duration = Duration::from_secs(30);
const EARLY: Duration = Duration::from_mins(1);

/// How long nothing but trouble is borne.
const PATIENCE: Duration = Duration::from_mins(5);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Created,
    Updated,
    Deleted,
    /// Whatever it is doing comes to an end.
    Settled,
}

/// What a look has brought.
#[derive(Debug)]
pub(crate) enum Step {
    /// Nothing new.
    Same,
    /// Another state, task or reason.
    Changed(Box<Deployment>),
    /// It could not be asked; for the first time in a row, with the reason.
    Trouble(Option<String>),
    /// What was waited for; without a deployment it is gone.
    Done(Option<Box<Deployment>>),
    /// It ended another way.
    Failed(Box<Deployment>),
    /// It is gone, and nobody wanted that.
    Vanished,
    /// It could not be asked for too long, or in a way that will not pass.
    Broken(Error),
    /// Time is up, and it still moves.
    Late,
}

/// One wait.
pub(crate) struct Waiter {
    goal: Goal,
    begun: Duration,
    deadline: Option<Duration>,
    trouble_since: Option<Duration>,
    last: Option<(Status, Option<String>, Option<String>)>,
}

impl Waiter {
    /// Times are those of the monotonic clock.
    pub(crate) fn new(goal: Goal, now: Duration, limit: Option<Duration>) -> Self {
        let deadline = limit.map(|limit| now.saturating_add(limit));
        Self { goal, begun: now, deadline, trouble_since: None, last: None }
    }

    /// The state that was seen last.
    pub(crate) fn last(&self) -> Option<&Status> {
        self.last.as_ref().map(|(status, ..)| status)
    }

    /// Takes what came of a look.
    pub(crate) fn observe(&mut self, now: Duration, seen: Result<Option<Deployment>, Error>) -> Step {
        let step = match seen {
            Ok(Some(deployment)) => self.there(deployment),
            Ok(None) => match (self.goal, self.last()) {
                (Goal::Deleted, _) | (Goal::Settled, Some(Status::DeleteInProgress)) => Step::Done(None),
                _ => Step::Vanished,
            },
            Err(error) => return self.troubled(now, error),
        };
        self.trouble_since = None;
        if matches!(step, Step::Same | Step::Changed(_)) && self.is_late(now) { Step::Late } else { step }
    }

    fn is_late(&self, now: Duration) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    fn there(&mut self, deployment: Deployment) -> Step {
        let found = (deployment.status.clone(), deployment.task.clone(), deployment.reason.clone());
        let changed = self.last.as_ref() != Some(&found);
        if self.goal == Goal::Settled && deployment.status == Status::DeleteInProgress {
            self.goal = Goal::Deleted;
        }
        let deployment = Box::new(deployment);
        let step = match (self.goal, &deployment.status, deployment.status.class()) {
            // Right after an update was accepted it may still show what it was.
            (_, _, Class::Moving | Class::Strange) | (Goal::Updated, Status::CreateComplete, _) => None,
            (Goal::Deleted | Goal::Settled, _, Class::Gone) => Some(Step::Done(None)),
            // Right after a deletion was accepted it may still show what it was.
            (Goal::Deleted, Status::DeleteFailed, _) => Some(Step::Failed(deployment.clone())),
            (Goal::Deleted, ..) => None,
            (_, _, Class::Good) => Some(Step::Done(Some(deployment.clone()))),
            (_, _, Class::Bad | Class::Gone) => Some(Step::Failed(deployment.clone())),
        };
        self.last = Some(found);
        step.unwrap_or_else(|| if changed { Step::Changed(deployment) } else { Step::Same })
    }

    fn troubled(&mut self, now: Duration, error: Error) -> Step {
        let passes = match &error {
            Error::Wire(api::Error::Stopped) => false,
            // A server that cannot ask its issuer refuses every token until it can.
            Error::Wire(api::Error::Status(error)) if cannot_reach_issuer(error) => true,
            // While a server starts anew something else answers in its place.
            Error::Wire(error) => error.is_temporary() || matches!(error, api::Error::Malformed { .. }),
            _ => false,
        };
        let since = *self.trouble_since.get_or_insert(now);
        if !passes || now.saturating_sub(since) >= PATIENCE {
            return Step::Broken(error);
        }
        if self.is_late(now) {
            return Step::Late;
        }
        Step::Trouble((since == now).then(|| error.to_string()))
    }

    /// How long until the next look; `chance` is between 0 and 1.
    pub(crate) fn pause(&self, now: Duration, chance: f64) -> Duration {
        let waited = now.saturating_sub(self.begun);
        let pause = pause(waited, chance);
        match self.deadline {
            Some(deadline) => pause.min(deadline.saturating_sub(now)),
            None => pause,
        }
    }
}

/// How long until the next look, after so long a wait; `chance` is between 0 and 1.
pub(super) fn pause(waited: Duration, chance: f64) -> Duration {
    let growing = SHORT.saturating_add(waited.saturating_sub(EARLY) / 10);
    let pause = if waited < EARLY { SHORT } else { growing.min(LONG) };
    pause.mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
#[path = "wait_tests.rs"]
mod tests;
