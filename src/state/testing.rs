//! A clock that stands until it is told to move, and a directory of one's own.

use std::cell::Cell;
use std::future::{pending, ready};
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::StateDir;
use crate::base::Clock;
use crate::base::clock::LocalFuture;

pub(super) struct Standing {
    now: Cell<Timestamp>,
    elapsed: Cell<Duration>,
}

impl Standing {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self { now: Cell::new(at("2026-01-02T03:04:05Z")), elapsed: Cell::new(Duration::ZERO) })
    }

    pub(super) fn advance(&self, duration: Duration) {
        self.now.set(self.now.get() + duration);
        self.elapsed.set(self.elapsed.get() + duration);
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn monotonic(&self) -> Duration {
        self.elapsed.get()
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        self.advance(duration);
        Box::pin(ready(()))
    }

    fn alarm(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(pending())
    }
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn directory() -> (tempfile::TempDir, StateDir) {
    let dir = tempfile::tempdir().unwrap();
    let state = StateDir::at(dir.path().join("orchest"));
    (dir, state)
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
