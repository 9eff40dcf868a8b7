//! What several steps need and one of them gets for all.

use tokio::sync::OnceCell;

use crate::base::failures::Failures;

use super::graph::StepError;

/// An answer that is asked for once. Who waits while somebody asks in vain gets that failure.
pub(super) struct Shared<T> {
    answer: OnceCell<T>,
    failures: Failures<StepError>,
}

impl<T> Shared<T> {
    pub(super) fn new() -> Self {
        Self { answer: OnceCell::new(), failures: Failures::default() }
    }

    pub(super) async fn get<E: Into<StepError>>(
        &self,
        ask: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<&T, StepError> {
        let waiting = self.failures.waiting();
        let asked = async || {
            self.failures.since(waiting)?;
            self.failures.noted(ask().await.map_err(Into::into))
        };
        self.answer.get_or_try_init(asked).await
    }

    /// The answer, if there is one.
    pub(super) fn known(&self) -> Option<&T> {
        self.answer.get()
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::future::join_all;

    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn who_waits_shares_the_failure_and_who_comes_later_asks_again() {
        let (shared, asked) = (Shared::<u8>::new(), Cell::new(0));
        let ask = async |answer: Result<u8, StepError>| {
            let ask = async || {
                asked.set(asked.get() + 1);
                tokio::task::yield_now().await;
                answer
            };
            shared.get(ask).await.copied().map_err(|error| error.to_string())
        };
        let in_vain = || Err(StepError::Missing("in vain".to_owned()));
        let all = block_on(join_all([ask(in_vain()), ask(in_vain()), ask(in_vain())]));
        assert_eq!((all, asked.get()), (vec![Err("in vain".to_owned()); 3], 1));
        assert_eq!(shared.known(), None);
        assert_eq!(block_on(join_all([ask(Ok(7)), ask(in_vain())])), [Ok(7), Ok(7)]);
        assert_eq!((asked.get(), shared.known()), (2, Some(&7)));
    }
}
