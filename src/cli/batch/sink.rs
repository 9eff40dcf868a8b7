//! Where the output of one line goes: straight on, or into memory until its turn comes.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use super::super::around::{Surroundings, Terminals};

/// What a line wrote.
#[derive(Clone, Default)]
pub(super) struct Sink {
    stdout: Buffer,
    stderr: Buffer,
}

#[derive(Clone, Default)]
struct Buffer(Rc<RefCell<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Sink {
    /// The same surroundings, with both streams going here.
    pub(super) fn around(&self, around: &Surroundings) -> Surroundings {
        let (out, err) = (self.stdout.clone(), self.stderr.clone());
        let around = around.clone().writing(move || Box::new(out.clone()), move || Box::new(err.clone()));
        Surroundings { terminals: Terminals::default(), ..around }
    }

    pub(super) fn stdout(&self) -> Vec<u8> {
        self.stdout.0.take()
    }

    pub(super) fn stderr(&self) -> Vec<u8> {
        self.stderr.0.take()
    }
}
