//! The one place where bytes leave: stdout and stderr, and the progress line that has to step aside for both.

use std::cell::RefCell;
use std::io::Write;

use indicatif::ProgressBar;

use super::error::Error;

/// Both streams.
pub(super) struct Screen {
    stdout: RefCell<Box<dyn Write>>,
    stderr: RefCell<Box<dyn Write>>,
    bar: RefCell<Option<ProgressBar>>,
}

impl Screen {
    pub(super) fn new(stdout: Box<dyn Write>, stderr: Box<dyn Write>) -> Self {
        Self { stdout: RefCell::new(stdout), stderr: RefCell::new(stderr), bar: RefCell::new(None) }
    }

    /// Writes data, all of it and at once.
    pub(super) fn out(&self, bytes: &[u8]) -> Result<(), Error> {
        self.aside(|| {
            let mut stdout = self.stdout.borrow_mut();
            stdout.write_all(bytes)?;
            stdout.flush()
        })?;
        Ok(())
    }

    /// Writes a message. If stderr itself is gone there is nobody left to tell.
    pub(super) fn err(&self, text: &str) {
        self.aside(|| {
            let mut stderr = self.stderr.borrow_mut();
            let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
        });
    }

    /// Does something with the progress line out of the way.
    pub(super) fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        let bar = self.bar.borrow().clone();
        match bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// Makes a bar the one that steps aside, or none.
    pub(super) fn show_bar(&self, bar: Option<ProgressBar>) {
        if let Some(former) = self.bar.replace(bar) {
            former.finish_and_clear();
        }
    }
}
