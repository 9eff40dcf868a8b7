//! The run log and locks.

use std::time::Duration;

use anyhow::Result;

use crate::base::RunId;
use crate::state::{Holder, Lock, Process, RunLog};

use super::super::error::{CliError, Exit};
use super::{Backend, Context};

/// Longer than any of the moments takes.
const TURN: Duration = Duration::from_mins(10);

impl Context {
    /// Takes the lock on one thing; without a place for it, or where locks do not work, goes on without.
    pub(crate) async fn lock_for(&self, title: &str) -> Result<Option<Lock>> {
        self.lock_with(&self.keystone_address()?, title, Duration::ZERO).await
    }

    /// The same for what takes a moment: whoever comes second waits for its turn.
    pub(crate) async fn lock_in_turn(&self, backend: Backend, title: &str) -> Result<Option<Lock>> {
        self.lock_with(&self.address_of(backend)?, title, TURN).await
    }

    /// The same at an address that is no back end's; `least` is how long whoever comes second waits.
    pub(crate) async fn lock_at(&self, address: &str, title: &str, least: Duration) -> Result<Option<Lock>> {
        self.lock_with(address, title, least).await
    }

    async fn lock_with(&self, address: &str, title: &str, least: Duration) -> Result<Option<Lock>> {
        let Some(state) = &self.state else { return Ok(None) };
        let wait = self.duration("lock_timeout", Duration::ZERO)?.max(least);
        let command = self.journal.command();
        let holder = Holder::new(&Process::current(), &command, self.clock.now());
        let name = format!("{address} {title}");
        let place = state.path("locks");
        let made = state.create().and_then(|()| crate::base::private::create_directory(&place));
        if let Err(error) = made {
            self.printer.warn(&format!("going on without a lock: {error}"));
            return Ok(None);
        }
        match Lock::acquire(&place, &name, &holder, wait, &*self.clock).await {
            Ok(lock) => Ok(Some(lock)),
            Err(crate::state::Error::Held { holder }) => {
                let who = holder.map(|holder| {
                    format!("pid {} on {} since {} ({})", holder.pid, holder.host, holder.since, holder.command)
                });
                let who = who.unwrap_or_else(|| "another process".to_owned());
                Err(CliError::new(Exit::Temporary, format!("{title} is being worked on by {who}"))
                    .next("wait for it with --lock-timeout 5m, or run the same command again later")
                    .into())
            }
            Err(error) => {
                self.printer.warn(&format!("going on without a lock: {error}"));
                Ok(None)
            }
        }
    }

    /// An unfinished run was finished or undone.
    pub(crate) fn settle(&self, run: &str) {
        let (Some(state), Some(run)) = (&self.state, RunId::parse(run)) else { return };
        let log = RunLog::new(state, Process::current(), self.clock.clone());
        if let Err(warning) = log.acknowledge(&run) {
            self.printer.warn(&warning.to_string());
        }
    }
}
