//! How deployments come along: the states that both dialects share, and how they follow from each other as time passes.
//! Nothing runs meanwhile: what has become due is worked out when somebody asks.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// How many times longer a slow deployment takes.
const SLOW: u32 = 5;

/// The state of a deployment. In the order of v1's numbers, which is that of the alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Status {
    CreateComplete,
    CreateFailed,
    CreateInProgress,
    DeleteComplete,
    DeleteFailed,
    DeleteInProgress,
    Unknown,
    UpdateComplete,
    UpdateFailed,
    UpdateInProgress,
}

impl Status {
    pub(super) const ALL: [Self; 10] = [
        Self::CreateComplete,
        Self::CreateFailed,
        Self::CreateInProgress,
        Self::DeleteComplete,
        Self::DeleteFailed,
        Self::DeleteInProgress,
        Self::Unknown,
        Self::UpdateComplete,
        Self::UpdateFailed,
        Self::UpdateInProgress,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CreateComplete => "CREATE_COMPLETE",
            Self::CreateFailed => "CREATE_FAILED",
            Self::CreateInProgress => "CREATE_IN_PROGRESS",
            Self::DeleteComplete => "DELETE_COMPLETE",
            Self::DeleteFailed => "DELETE_FAILED",
            Self::DeleteInProgress => "DELETE_IN_PROGRESS",
            Self::Unknown => "UNKNOWN",
            Self::UpdateComplete => "UPDATE_COMPLETE",
            Self::UpdateFailed => "UPDATE_FAILED",
            Self::UpdateInProgress => "UPDATE_IN_PROGRESS",
        }
    }

    /// As v1 counts them.
    pub(super) fn number(self) -> usize {
        Self::ALL.iter().position(|other| *other == self).unwrap_or_default()
    }

    pub(super) fn is_moving(self) -> bool {
        matches!(self, Self::CreateInProgress | Self::UpdateInProgress | Self::DeleteInProgress)
    }

    /// Whether an update or an action may begin.
    pub(super) fn is_usable(self) -> bool {
        matches!(self, Self::CreateComplete | Self::UpdateComplete | Self::UpdateFailed)
    }
}

/// How work on a deployment ends: what an input named `sandbox_outcome` says, or `metadata.sandbox_outcome` of its template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::sandbox) enum Outcome {
    /// Everything succeeds.
    #[default]
    Complete,
    /// `fail`: creation and updates fail.
    Fail,
    /// `stall`: creation and updates never end.
    Stall,
    /// `slow`: everything takes five times as long.
    Slow,
    /// `delete-fail`: deletions fail, unless they are forced.
    DeleteFail,
    /// `delete-stall`: the first deletion never ends; after a reset the next one does.
    DeleteStall,
    /// `vm-stall`: what is done to a virtual machine never ends.
    VmStall,
}

impl Outcome {
    /// What inputs and template ask for.
    pub(super) fn asked(inputs: Option<&Value>, template: &Value) -> Self {
        let input = inputs.and_then(|inputs| inputs.get("sandbox_outcome"));
        let word = input.or_else(|| template.pointer("/metadata/sandbox_outcome")).and_then(Value::as_str);
        match word {
            Some("fail") => Self::Fail,
            Some("stall") => Self::Stall,
            Some("slow") => Self::Slow,
            Some("delete-fail") => Self::DeleteFail,
            Some("delete-stall") => Self::DeleteStall,
            Some("vm-stall") => Self::VmStall,
            _ => Self::Complete,
        }
    }
}

/// A deployment's state, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Work {
    pub(super) status: Status,
    pub(super) since: Timestamp,
    pub(super) outcome: Outcome,
    /// A deletion goes on whatever fails.
    pub(super) force: bool,
}

impl Work {
    pub(super) fn new(status: Status, since: Timestamp, outcome: Outcome) -> Self {
        Self { status, since, outcome, force: false }
    }

    /// Goes over into another state.
    pub(super) fn go(&mut self, status: Status, now: Timestamp) {
        (self.status, self.since) = (status, now);
    }

    /// What the present work ends in, and how long it takes altogether. `None`: it is settled, or never ends.
    fn end(&self, speed: Duration) -> Option<(Status, Duration)> {
        let fails = match self.status {
            Status::DeleteInProgress => self.outcome == Outcome::DeleteFail && !self.force,
            _ => self.outcome == Outcome::Fail,
        };
        let end = match (self.status, self.outcome) {
            (Status::DeleteInProgress, Outcome::DeleteStall)
            | (Status::CreateInProgress | Status::UpdateInProgress, Outcome::Stall) => return None,
            (Status::CreateInProgress, _) if fails => Status::CreateFailed,
            (Status::CreateInProgress, _) => Status::CreateComplete,
            (Status::UpdateInProgress, _) if fails => Status::UpdateFailed,
            (Status::UpdateInProgress, _) => Status::UpdateComplete,
            (Status::DeleteInProgress, _) if fails => Status::DeleteFailed,
            (Status::DeleteInProgress, _) => Status::DeleteComplete,
            _ => return None,
        };
        Some((end, if self.outcome == Outcome::Slow { speed * SLOW } else { speed }))
    }

    /// Comes to its end, if that is due, and says when it did.
    pub(super) fn settle(&mut self, now: Timestamp, speed: Duration) -> Option<Timestamp> {
        let (end, takes) = self.end(speed)?;
        let due = self.since.checked_add(takes).ok().filter(|due| *due <= now)?;
        self.go(end, due);
        Some(due)
    }

    /// How far the present work has come, in parts out of `parts`; a work that never ends stays in the middle.
    pub(super) fn part(&self, now: Timestamp, speed: Duration, parts: u32) -> u32 {
        let takes = self.end(speed).map_or(speed, |(_, takes)| takes).as_millis().max(1);
        let gone = elapsed(self.since, now).as_millis();
        let part = u32::try_from(gone * u128::from(parts) / takes).unwrap_or(u32::MAX);
        let last = if self.end(speed).is_none() { parts / 2 } else { parts.saturating_sub(1) };
        part.min(last)
    }
}

/// How long ago something was; nothing for what is yet to come.
pub(super) fn elapsed(since: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(since).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SPEED: Duration = Duration::from_secs(10);

    fn after(status: Status, outcome: Outcome, force: bool, seconds: u64) -> Status {
        let start = Timestamp::UNIX_EPOCH;
        let mut work = Work { force, ..Work::new(status, start, outcome) };
        work.settle(start + Duration::from_secs(seconds), SPEED);
        work.status
    }

    #[test]
    fn work_ends_as_it_was_asked_to() {
        use Status::{
            CreateComplete, CreateFailed, CreateInProgress, DeleteComplete, DeleteFailed, DeleteInProgress, Unknown,
            UpdateComplete, UpdateFailed, UpdateInProgress,
        };
        let table = [
            (CreateInProgress, Outcome::Complete, false, 9, CreateInProgress),
            (CreateInProgress, Outcome::Complete, false, 10, CreateComplete),
            (CreateInProgress, Outcome::Fail, false, 10, CreateFailed),
            (CreateInProgress, Outcome::Stall, false, 9999, CreateInProgress),
            (CreateInProgress, Outcome::Slow, false, 49, CreateInProgress),
            (CreateInProgress, Outcome::Slow, false, 50, CreateComplete),
            (UpdateInProgress, Outcome::Complete, false, 10, UpdateComplete),
            (UpdateInProgress, Outcome::Fail, false, 10, UpdateFailed),
            (DeleteInProgress, Outcome::Fail, false, 10, DeleteComplete),
            (DeleteInProgress, Outcome::DeleteFail, false, 10, DeleteFailed),
            (DeleteInProgress, Outcome::DeleteFail, true, 10, DeleteComplete),
            (DeleteInProgress, Outcome::DeleteStall, false, 9999, DeleteInProgress),
            (CreateComplete, Outcome::Fail, false, 9999, CreateComplete),
            (Unknown, Outcome::Complete, false, 9999, Unknown),
        ];
        for (status, outcome, force, seconds, expected) in table {
            assert_eq!(after(status, outcome, force, seconds), expected, "{status:?} {outcome:?} {force} {seconds}");
        }
    }

    #[test]
    fn the_time_of_the_change_is_when_it_was_due_and_not_when_somebody_asked() {
        let start = Timestamp::UNIX_EPOCH;
        let mut work = Work::new(Status::CreateInProgress, start, Outcome::Complete);
        assert_eq!(work.part(start + Duration::from_secs(4), SPEED, 5), 2);
        assert_eq!(work.settle(start + Duration::from_secs(99), SPEED), Some(start + SPEED));
        assert_eq!(work.since, start + SPEED);
        let stalled = Work::new(Status::CreateInProgress, start, Outcome::Stall);
        assert_eq!(stalled.part(start + Duration::from_hours(9), SPEED, 5), 2);
    }

    #[test]
    fn an_input_comes_before_the_template() {
        let template = json!({"metadata": {"sandbox_outcome": "slow"}});
        assert_eq!(Outcome::asked(None, &template), Outcome::Slow);
        assert_eq!(Outcome::asked(Some(&json!({"sandbox_outcome": "fail"})), &template), Outcome::Fail);
        assert_eq!(Outcome::asked(Some(&json!({})), &Value::Null), Outcome::Complete);
    }

    #[test]
    fn the_numbers_are_those_of_the_alphabet() {
        assert!(Status::ALL.windows(2).all(|pair| pair[0].name() < pair[1].name()));
        assert_eq!(
            (Status::CreateComplete.number(), Status::Unknown.number(), Status::UpdateInProgress.number()),
            (0, 6, 9)
        );
    }
}
