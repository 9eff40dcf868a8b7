//! Writing: one at a time and not faster than a service likes it, and never twice without a look in between.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::base::Clock;
use crate::http::{self, Door, Request, Response};

use super::Error;

/// What a write came to.
#[derive(Debug)]
pub(super) enum Sent<T> {
    /// It was answered, perhaps by a refusal that the request accepts as an answer.
    Answered(Response),
    /// Its answer was lost, and a look found what it was for.
    Found(T),
}

/// Sends a write. Where it may have been carried out although nobody said so, `look` tells whether it was; only if not, it
/// is sent again.
pub(super) async fn once<T>(
    door: &Door,
    request: Request,
    look: impl AsyncFn() -> Result<Option<T>, Error>,
) -> Result<Sent<T>, Error> {
    let request = request.once();
    let mut attempt = 1;
    loop {
        let error = match door.send(&request).await {
            Ok(response) => return Ok(Sent::Answered(response)),
            Err(error) => error,
        };
        if error.outcome() != http::Outcome::MayHaveHappened {
            return Err(error.into());
        }
        if let Some(found) = look().await? {
            return Ok(Sent::Found(found));
        }
        if !error.is_temporary() || !door.pause(attempt, &error).await {
            return Err(error.into());
        }
        attempt += 1;
    }
}

/// Lets writes through one after the other, with a pause between two.
pub(super) struct Turns {
    clock: Rc<dyn Clock>,
    gap: Duration,
    last: Cell<Option<Duration>>,
    one: Mutex<()>,
}

impl Turns {
    pub(super) fn new(clock: Rc<dyn Clock>, gap: Duration) -> Self {
        Self { clock, gap, last: Cell::new(None), one: Mutex::new(()) }
    }

    /// Waits for its turn, and holds it for as long as the value lives.
    pub(super) async fn take(&self) -> MutexGuard<'_, ()> {
        let turn = self.one.lock().await;
        if let Some(last) = self.last.get() {
            let passed = self.clock.monotonic().saturating_sub(last);
            let left = self.gap.saturating_sub(passed);
            if !left.is_zero() {
                self.clock.sleep(left).await;
            }
        }
        self.last.set(Some(self.clock.monotonic()));
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::clock::TestClock;

    #[test]
    fn the_first_write_waits_for_nothing_and_the_next_for_the_rest_of_the_gap() {
        let clock = Rc::new(TestClock::new());
        let turns = Turns::new(clock.clone(), Duration::from_secs(1));
        crate::connectors::testing::run(async {
            drop(turns.take().await);
            clock.advance(Duration::from_millis(400));
            drop(turns.take().await);
            clock.advance(Duration::from_secs(9));
            drop(turns.take().await);
        });
        assert_eq!(clock.slept(), [Duration::from_millis(600)]);
    }
}
