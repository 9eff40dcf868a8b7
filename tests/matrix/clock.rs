//! A clock that waits for nobody: what is slept has passed at once, and a silence ends soon.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use orchester::base::Clock;

/// How long a silence is really waited for. A server of the sandbox answers in a hundredth of that; where the machine is so
/// busy that it does not, the command has one trouble more, and has to be right all the same.
pub const SILENCE: Duration = Duration::from_millis(400);
/// The same where no trouble is wanted.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The time of this machine, and what was slept in addition.
pub struct Quick {
    start: Instant,
    slept: Cell<Duration>,
    silence: Duration,
}

impl Quick {
    /// One by which a silence ends after this long.
    pub fn new(silence: Duration) -> Self {
        Self { start: Instant::now(), slept: Cell::default(), silence }
    }

    /// How long the command thinks that it took.
    pub fn passed(&self) -> Duration {
        self.start.elapsed() + self.slept.get()
    }

    /// It is at least as late as that. What is waited for at the same time passes once.
    fn pass(&self, moment: Duration) {
        self.slept.set(self.slept.get() + moment.saturating_sub(self.passed()));
    }
}

impl Clock for Quick {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::try_from(self.slept.get()).unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.passed()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        let end = self.passed() + duration;
        Box::pin(async move {
            // Whatever else goes on gets its turn, as it would in the meantime.
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.pass(end);
        })
    }

    fn alarm(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        let end = self.passed() + duration;
        Box::pin(async move {
            tokio::time::sleep(duration.min(self.silence)).await;
            self.pass(end);
        })
    }
}
