//! What a program finds around it, as values: a process brings its own, a library's caller hands in others.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;
use std::rc::Rc;

use crate::base::Clock;
use crate::config::Inputs;
use crate::http::SystemClock;

/// Opens one of the two streams of output; a command may open it several times.
type Stream = Rc<dyn Fn() -> Box<dyn Write>>;

/// Which of the streams are terminals; none of them where nobody is there.
#[derive(Clone, Copy, Default)]
pub(super) struct Terminals {
    pub(super) stdout: bool,
    pub(super) stderr: bool,
    pub(super) stdin: bool,
}

/// Everything that [`run`](crate::run) may know of the world beside files and the network.
///
/// ```
/// use std::collections::BTreeMap;
/// let around = orchester::Surroundings::new(BTreeMap::new(), "/tmp".into(), None);
/// assert_eq!(orchester::run(["orchest", "help", "names"].map(Into::into), &around.quiet()), 0);
/// ```
#[derive(Clone)]
pub struct Surroundings {
    pub(super) inputs: Inputs,
    pub(super) stdout: Stream,
    pub(super) stderr: Stream,
    pub(super) terminals: Terminals,
    pub(super) clock: Rc<dyn Clock>,
    /// Whether signals of this process are for the command.
    pub(super) hears_signals: bool,
}

impl Surroundings {
    /// Those of this process.
    pub(super) fn of_process() -> Self {
        Self {
            inputs: Inputs::from_process(),
            stdout: Rc::new(|| Box::new(std::io::stdout())),
            stderr: Rc::new(|| Box::new(std::io::stderr())),
            terminals: Terminals {
                stdout: std::io::stdout().is_terminal(),
                stderr: std::io::stderr().is_terminal(),
                stdin: std::io::stdin().is_terminal(),
            },
            clock: Rc::new(SystemClock::new()),
            hears_signals: true,
        }
    }

    /// These variables, this working directory for settings and this home, instead of the process's. Output goes where
    /// that of the process goes; nobody is there to be asked, and signals are left to the caller. Paths on a command line
    /// are still those of the process: say them in full.
    pub fn new(variables: BTreeMap<String, String>, directory: PathBuf, home: Option<PathBuf>) -> Self {
        let inputs = Inputs::new(variables, directory, home);
        Self { inputs, terminals: Terminals::default(), hears_signals: false, ..Self::of_process() }
    }

    /// Writes data and messages elsewhere.
    #[must_use]
    pub fn writing(
        self,
        stdout: impl Fn() -> Box<dyn Write> + 'static,
        stderr: impl Fn() -> Box<dyn Write> + 'static,
    ) -> Self {
        Self { stdout: Rc::new(stdout), stderr: Rc::new(stderr), ..self }
    }

    /// Writes nothing.
    #[must_use]
    pub fn quiet(self) -> Self {
        self.writing(|| Box::new(std::io::sink()), || Box::new(std::io::sink()))
    }

    /// Tells time by this clock, and waits by it.
    #[must_use]
    pub fn with_clock(self, clock: Rc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }
}

impl fmt::Debug for Surroundings {
    /// Without the variables, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("directory", &self.inputs.cwd)
            .field("home", &self.inputs.home)
            .finish_non_exhaustive()
    }
}
