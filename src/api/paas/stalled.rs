//! Whether a deployment still gets anywhere. No server says so: one that is on its way and was not touched for too long is
//! taken for stuck.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::model::{Deployment, Time};
use super::status::{Class, Status};

/// A creation or an update may work for so long without a word.
const WORKING: Duration = Duration::from_hours(24);
const DELETING: Duration = Duration::from_hours(2);

impl Deployment {
    /// Whether it is on its way and has not moved for longer than this; without a limit, for longer than is usual.
    pub(crate) fn is_stalled(&self, now: Timestamp, limit: Option<Duration>) -> bool {
        if self.status.class() != Class::Moving {
            return false;
        }
        let at = |time: &Option<Time>| time.as_ref().and_then(|time| time.at);
        // Nothing is known of the time.
        let Some(touched) = at(&self.created_at).max(at(&self.updated_at)) else { return false };
        let limit = limit.unwrap_or_else(|| self.usual_limit());
        SignedDuration::try_from(limit).is_ok_and(|limit| now.duration_since(touched) > limit)
    }

    /// A server that tells how long it tries may take that long.
    fn usual_limit(&self) -> Duration {
        let minutes = self.rest.get("timeout").and_then(Value::as_u64);
        match (&self.status, minutes) {
            (Status::DeleteInProgress, _) => DELETING,
            (Status::CreateInProgress, Some(minutes)) => Duration::from_secs(minutes.saturating_mul(60)),
            _ => WORKING,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::paas::model::{deployment_indigo, deployment_v1};

    fn now() -> Timestamp {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn indigo(status: &str, updated: &str) -> Deployment {
        deployment_indigo(json!({"uuid": "1", "status": status, "creationTime": "2026-11-01T00:00+0000",
            "updateTime": updated}))
        .unwrap()
    }

    #[test]
    fn what_moves_and_was_not_touched_for_long_is_stalled() {
        for (status, updated, is_stalled) in [
            ("DELETE_IN_PROGRESS", "2026-11-24T09:00+0000", true),
            ("DELETE_IN_PROGRESS", "2026-11-24T11:00+0000", false),
            ("UPDATE_IN_PROGRESS", "2026-11-24T09:00+0000", false),
            ("CREATE_IN_PROGRESS", "2026-11-23T09:00+0000", true),
            ("CREATE_COMPLETE", "2026-11-02T00:00+0000", false),
            ("DELETE_FAILED", "2026-11-02T00:00+0000", false),
            ("PAUSED", "2026-11-02T00:00+0000", false),
        ] {
            assert_eq!(indigo(status, updated).is_stalled(now(), None), is_stalled, "{status} since {updated}");
        }
        let slow = indigo("UPDATE_IN_PROGRESS", "2026-11-24T11:59+0000");
        assert!(slow.is_stalled(now(), Some(Duration::from_secs(30))));
        assert!(!slow.is_stalled(now(), Some(Duration::from_mins(5))) && !slow.is_stalled(now(), Some(Duration::MAX)));
    }

    #[test]
    fn a_server_may_take_the_time_that_it_was_given() {
        let with = |timeout: u64| {
            deployment_v1(json!({"id": "1", "status": 2, "timeout": timeout, "created_at": "2026-11-24T10:00:00Z",
                "updated_at": "2026-11-24T10:00:00Z"}))
            .unwrap()
        };
        assert!(with(60).is_stalled(now(), None) && !with(14400).is_stalled(now(), None));
        assert!(
            with(14400).is_stalled(now(), Some(Duration::from_hours(1))) && !with(u64::MAX).is_stalled(now(), None)
        );
    }

    #[test]
    fn without_a_time_nothing_is_said() {
        let timeless = deployment_indigo(json!({"uuid": "1", "status": "DELETE_IN_PROGRESS"})).unwrap();
        assert!(!timeless.is_stalled(now(), Some(Duration::ZERO)));
    }
}
