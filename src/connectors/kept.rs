//! A list that is good for many questions asked in a row. It is kept for a moment only, and no longer than until we change
//! something ourselves.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::base::Clock;

use super::Error;

const LIFE: Duration = Duration::from_secs(10);

/// What was read, when, and after how many changes of ours.
type Reading<T> = (Rc<T>, Duration, u64);

pub(super) struct Kept<T> {
    clock: Rc<dyn Clock>,
    changes: Cell<u64>,
    reading: Mutex<Option<Reading<T>>>,
}

impl<T> Kept<T> {
    pub(super) fn new(clock: Rc<dyn Clock>) -> Self {
        Self { clock, changes: Cell::new(0), reading: Mutex::new(None) }
    }

    /// What is kept, or read now; of many who ask at once only one reads.
    pub(super) async fn get(&self, read: impl AsyncFnOnce() -> Result<T, Error>) -> Result<Rc<T>, Error> {
        let mut kept = self.reading.lock().await;
        if let Some((value, since, changes)) = kept.as_ref()
            && *changes == self.changes.get()
            && self.clock.monotonic().saturating_sub(*since) < LIFE
        {
            return Ok(value.clone());
        }
        let changes = self.changes.get();
        let value = Rc::new(read().await?);
        *kept = Some((value.clone(), self.clock.monotonic(), changes));
        Ok(value)
    }

    /// Something was changed: whatever was read before, or is being read now, may be wrong.
    pub(super) fn forget(&self) {
        self.changes.set(self.changes.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::testing::run;
    use crate::http::clock::TestClock;

    #[test]
    fn it_is_read_again_after_a_moment_and_after_a_change() {
        let clock = Rc::new(TestClock::new());
        let kept = Kept::new(clock.clone());
        let count = Cell::new(0);
        let get = || {
            let read = async || {
                count.set(count.get() + 1);
                Ok(count.get())
            };
            run(kept.get(read)).map(|value| *value).unwrap()
        };
        assert_eq!((get(), get()), (1, 1));
        clock.advance(LIFE);
        assert_eq!((get(), get()), (2, 2));
        kept.forget();
        assert_eq!(get(), 3);
    }
}
