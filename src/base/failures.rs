//! What one of many failed at while the others waited for it.

use std::cell::{Cell, RefCell};

/// Failures of something that one does for all who wait. Who waited meanwhile gets the same failure: twenty that each tried
/// it again, one after the other, would take an hour over a server that is silent. Who comes later tries anew.
pub(crate) struct Failures<E> {
    count: Cell<usize>,
    last: RefCell<Option<E>>,
}

/// When somebody began to wait.
#[derive(Clone, Copy)]
pub(crate) struct Waiting(usize);

impl<E: Clone> Failures<E> {
    pub(crate) fn waiting(&self) -> Waiting {
        Waiting(self.count.get())
    }

    /// What failed since.
    pub(crate) fn since(&self, waiting: Waiting) -> Result<(), E> {
        match self.last.borrow().as_ref().filter(|_| self.count.get() != waiting.0) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// Notes a failure for those who wait.
    pub(crate) fn noted<T>(&self, result: Result<T, E>) -> Result<T, E> {
        if let Err(error) = &result {
            self.count.set(self.count.get() + 1);
            self.last.replace(Some(error.clone()));
        }
        result
    }
}

impl<E> Default for Failures<E> {
    fn default() -> Self {
        Self { count: Cell::new(0), last: RefCell::new(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waited_gets_the_failure_and_who_comes_later_does_not() {
        let failures = Failures::default();
        let first = failures.waiting();
        assert_eq!(failures.since(first), Ok(()));
        assert_eq!(failures.noted(Ok::<_, &str>(1)), Ok(1));
        assert_eq!(failures.since(first), Ok(()));
        assert_eq!(failures.noted(Err::<(), _>("in vain")), Err("in vain"));
        let second = failures.waiting();
        assert_eq!((failures.since(first), failures.since(second)), (Err("in vain"), Ok(())));
    }
}
