//! What each of the services keeps beside its members: the mails it has sent, how often it was asked, which tokens it has
//! taken back, and the logins it has begun.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::login::Logins;

/// A mail, as far as anybody wants to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::sandbox) struct Mail {
    /// The address.
    pub(in crate::sandbox) to: String,
    /// Why it was sent.
    pub(in crate::sandbox) about: &'static str,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::sandbox) struct Desk {
    pub(in crate::sandbox) mails: Vec<Mail>,
    #[serde(skip)]
    pub(super) pace: Pace,
    #[serde(skip)]
    pub(super) revoked: BTreeSet<String>,
    #[serde(skip)]
    pub(super) logins: Logins,
}

impl Desk {
    pub(super) fn mail(&mut self, to: impl Into<String>, about: &'static str) {
        self.mails.push(Mail { to: to.into(), about });
    }
}

/// How often something was done within a stretch of time that begins with the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace(BTreeMap<String, Window>);

#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// How often, this time included.
    pub(super) used: u32,
    pub(super) ends: Timestamp,
}

impl Pace {
    /// Counts one more of `what`.
    pub(super) fn count(&mut self, what: &str, now: Timestamp, length: Duration) -> Window {
        let fresh = Window { used: 0, ends: now.checked_add(length).unwrap_or(Timestamp::MAX) };
        let window = self.0.entry(what.to_owned()).or_insert(fresh);
        if window.ends <= now {
            *window = fresh;
        }
        window.used = window.used.saturating_add(1);
        *window
    }

    /// What was counted, without counting.
    pub(super) fn look(&self, what: &str, now: Timestamp, length: Duration) -> Window {
        let fresh = Window { used: 0, ends: now.checked_add(length).unwrap_or(Timestamp::MAX) };
        self.0.get(what).copied().filter(|window| window.ends > now).unwrap_or(fresh)
    }

    /// Takes the last one back, which shall not have counted.
    pub(super) fn forgive(&mut self, what: &str) {
        if let Some(window) = self.0.get_mut(what) {
            window.used = window.used.saturating_sub(1);
        }
    }
}

impl Window {
    /// How many are left of so many.
    pub(super) fn left(self, limit: u32) -> u32 {
        limit.saturating_sub(self.used)
    }

    /// Whole seconds until it ends, and at least one.
    pub(super) fn seconds_left(self, now: Timestamp) -> i64 {
        self.ends.as_second().saturating_sub(now.as_second()).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_with_the_first_and_ends_by_the_clock() {
        let (mut pace, start) = (Pace::default(), Timestamp::UNIX_EPOCH);
        let length = Duration::from_secs(10);
        assert_eq!(pace.count("a", start, length).used, 1);
        let second = pace.count("a", start + Duration::from_secs(9), length);
        assert_eq!((second.used, second.left(3), second.left(1), second.ends), (2, 1, 0, start + length));
        assert_eq!(pace.count("b", start, length).used, 1, "counted apart");
        assert_eq!([second.seconds_left(start), second.seconds_left(start + length)], [10, 1]);
        pace.forgive("a");
        assert_eq!(pace.look("a", start, length).used, 1);
        assert_eq!(pace.count("a", start + length, length).used, 1, "the next window");
    }
}
