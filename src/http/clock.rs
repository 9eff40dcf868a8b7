//! The clock of the machine, and one for tests that never waits.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::base::clock::{Clock, LocalFuture};

/// The real time, slept through on the runtime.
pub(crate) struct SystemClock {
    start: Instant,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn alarm(&self, duration: Duration) -> LocalFuture<'_, ()> {
        self.sleep(duration)
    }
}

/// Stands still but for what is slept, and remembers every sleep.
#[cfg(test)]
pub(crate) struct TestClock {
    start: Timestamp,
    passed: std::cell::Cell<Duration>,
    slept: std::cell::RefCell<Vec<Duration>>,
}

#[cfg(test)]
impl TestClock {
    /// At a fixed moment, 2026-01-01T00:00:00Z.
    pub(crate) fn new() -> Self {
        let start = "2026-01-01T00:00:00Z".parse().unwrap();
        Self { start, passed: std::cell::Cell::default(), slept: std::cell::RefCell::default() }
    }

    /// Lets time go by.
    pub(crate) fn advance(&self, duration: Duration) {
        self.passed.set(self.passed.get() + duration);
    }

    /// Every sleep so far, in order.
    pub(crate) fn slept(&self) -> Vec<Duration> {
        self.slept.borrow().clone()
    }
}

#[cfg(test)]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.start + jiff::SignedDuration::try_from(self.passed.get()).unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.passed.get()
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            self.slept.borrow_mut().push(duration);
            self.advance(duration);
        })
    }

    fn alarm(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
