//! Waiting for a machine that was told to start or to stop. Its server takes its time before it even shows that, and gives
//! up without saying so.

use std::time::Duration;

use super::wait::pause;

/// Servers themselves give up after five minutes.
pub(crate) const STALLED: Duration = Duration::from_mins(6);

/// How long nothing but trouble is borne.
const PATIENCE: Duration = Duration::from_mins(5);

/// What a look has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// It is as it was wanted.
    There,
    /// It is as it was, or on its way.
    NotYet,
    /// It will not get there.
    Bad,
    /// It could not be asked; `true`: that may pass.
    Trouble(bool),
}

/// How a wait ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    There,
    Bad,
    /// Time is up.
    Stalled,
    /// It cannot be asked.
    Trouble,
}

/// One wait. Times are those of the monotonic clock.
#[derive(Debug)]
pub(crate) struct MachineWait {
    begun: Duration,
    limit: Duration,
    trouble_since: Option<Duration>,
}

impl MachineWait {
    pub(crate) fn new(now: Duration, limit: Duration) -> Self {
        Self { begun: now, limit, trouble_since: None }
    }

    /// Takes what came of a look; `None`: go on.
    pub(crate) fn observe(&mut self, now: Duration, look: Look) -> Option<End> {
        let late = (now.saturating_sub(self.begun) >= self.limit).then_some(End::Stalled);
        if let Look::Trouble(passes) = look {
            let since = *self.trouble_since.get_or_insert(now);
            let over = !passes || now.saturating_sub(since) >= PATIENCE;
            return if over { Some(End::Trouble) } else { late };
        }
        self.trouble_since = None;
        match look {
            Look::There => Some(End::There),
            Look::Bad => Some(End::Bad),
            Look::NotYet | Look::Trouble(_) => late,
        }
    }

    /// How long until the next look; `chance` is between 0 and 1.
    pub(crate) fn pause(&self, now: Duration, chance: f64) -> Duration {
        let waited = now.saturating_sub(self.begun);
        pause(waited, chance).min(self.limit.saturating_sub(waited))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_old_state_is_no_end_until_time_is_up() {
        let mut wait = MachineWait::new(at(100), STALLED);
        assert_eq!(wait.observe(at(100), Look::NotYet), None);
        assert_eq!(wait.observe(at(459), Look::NotYet), None);
        assert_eq!(wait.observe(at(460), Look::NotYet), Some(End::Stalled));
        assert_eq!(wait.observe(at(460), Look::There), Some(End::There), "in time by a hair is in time");
        assert_eq!(wait.observe(at(101), Look::Bad), Some(End::Bad));
        assert_eq!(wait.pause(at(459), 0.5), at(1), "not beyond the end");
    }

    #[test]
    fn trouble_is_borne_for_a_while() {
        let mut wait = MachineWait::new(at(0), at(3600));
        assert_eq!(wait.observe(at(10), Look::Trouble(true)), None);
        assert_eq!(wait.observe(at(20), Look::NotYet), None);
        assert_eq!(wait.observe(at(30), Look::Trouble(true)), None);
        assert_eq!(wait.observe(at(329), Look::Trouble(true)), None, "only in a row");
        assert_eq!(wait.observe(at(330), Look::Trouble(true)), Some(End::Trouble));
        assert_eq!(MachineWait::new(at(0), at(60)).observe(at(1), Look::Trouble(false)), Some(End::Trouble));
    }
}
