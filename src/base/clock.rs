//! Time as a value that is handed in, so that tests of waiting do not wait.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

/// A boxed future on the one thread we run on.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Tells the time and waits.
pub trait Clock {
    /// Wall-clock time, for expiry dates and logs.
    fn now(&self) -> Timestamp;

    /// Time since some fixed point that never runs backwards, for budgets.
    fn monotonic(&self) -> Duration;

    /// Returns after this long.
    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()>;

    /// Returns when somebody else was waited for this long: what ends a silence. Beside it something else goes on, so a
    /// clock that does not sleep must not ring at once.
    fn alarm(&self, duration: Duration) -> LocalFuture<'_, ()>;
}
