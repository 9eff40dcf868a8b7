//! A platform of its own for one worker, a home in which one command runs after the other, and the way back to where both
//! were before.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use orchester::Surroundings;
use orchester::sandbox::{Moment, Request, Sandbox, SandboxOptions};
use tempfile::TempDir;

use crate::clock::{PATIENCE, Quick, SILENCE};
use crate::flow::Flow;
use crate::support::cli::folder;

/// Somebody's command and what came of it.
#[derive(Clone, Debug)]
pub struct Ended {
    pub line: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    /// By the command's own clock.
    pub passed: Duration,
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\ncode {}\n{}{}", self.line, self.code, self.stdout, self.stderr)
    }
}

pub struct Stage {
    pub sandbox: Sandbox,
    home: TempDir,
    pub variables: BTreeMap<String, String>,
    /// Nobody may be led here.
    foreign: TcpListener,
    beginning: Beginning,
    /// How long a server that is silent is really waited for.
    silence: Cell<Duration>,
}

/// What a case starts from.
struct Beginning {
    moment: Option<Moment>,
    home: TempDir,
}

impl Stage {
    /// Everything is as the flow needs it, and remembered.
    pub fn new(flow: &Flow) -> Self {
        Self::of(flow.options, flow.setup)
    }

    /// The same for whoever has no flow.
    pub fn of(options: fn() -> SandboxOptions, setup: fn(&mut Self)) -> Self {
        let sandbox = Sandbox::start(options()).unwrap();
        let home = folder();
        let path = |name: &str| home.path().join(name).display().to_string();
        let mut variables: BTreeMap<String, String> = sandbox.environment().into_iter().collect();
        for (name, folder) in [("HOME", "."), ("XDG_CONFIG_HOME", ".config"), ("XDG_STATE_HOME", ".state")] {
            variables.insert(name.to_owned(), path(folder));
        }
        variables.insert("XDG_CACHE_HOME".to_owned(), path(".cache"));
        variables.insert("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned());
        let foreign = TcpListener::bind("127.0.0.1:0").unwrap();
        foreign.set_nonblocking(true).unwrap();
        let beginning = Beginning { moment: None, home: folder() };
        let mut stage = Self { sandbox, home, variables, foreign, beginning, silence: Cell::new(PATIENCE) };
        stage.file("new.pw", crate::NEW_PASSWORD);
        setup(&mut stage);
        stage.remember();
        stage
    }

    fn remember(&mut self) {
        self.beginning.moment = Some(self.sandbox.moment());
        copy(self.home.path(), self.beginning.home.path());
    }

    /// Back to where the flow starts.
    pub fn again(&self) {
        self.go_back(self.beginning.moment.as_ref().unwrap(), self.beginning.home.path());
    }

    /// Back to where servers and home were then.
    pub fn go_back(&self, moment: &Moment, home: &Path) {
        // Whoever is still asking for a command that is gone must not change what comes after.
        assert!(self.sandbox.settle(Duration::from_secs(30)), "requests are still under way");
        self.sandbox.go_back(moment);
        for entry in std::fs::read_dir(self.home.path()).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
        }
        copy(home, self.home.path());
    }

    /// A copy of the home as it is.
    pub fn home_now(&self) -> TempDir {
        let kept = folder();
        copy(self.home.path(), kept.path());
        kept
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn foreign(&self) -> String {
        self.foreign.local_addr().unwrap().to_string()
    }

    /// Whether somebody was led astray since the last call.
    pub fn was_led_astray(&self) -> bool {
        let mut any = false;
        while self.foreign.accept().is_ok() {
            any = true;
        }
        any
    }

    /// Writes a file that only its owner may read.
    pub fn file(&self, name: &str, text: &str) {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// The words of a line; `~/` is the home.
    pub fn words(&self, line: &str) -> Vec<String> {
        let home = format!("{}/", self.home.path().display());
        line.split(' ').map(|word| word.replace("~/", &home)).collect()
    }

    /// Runs one line in this process, and by a clock that does not wait.
    pub fn run(&self, line: &str) -> Ended {
        let (out, err) = (Caught::default(), Caught::default());
        let clock = Rc::new(Quick::new(self.silence.get()));
        let home = self.home.path().to_owned();
        let (to_out, to_err) = (out.clone(), err.clone());
        let around = Surroundings::new(self.variables.clone(), home.clone(), Some(home))
            .writing(move || Box::new(to_out.clone()), move || Box::new(to_err.clone()))
            .with_clock(clock.clone());
        let words = std::iter::once("orchest".to_owned()).chain(self.words(line));
        let code = i32::from(orchester::run(words.map(Into::into), &around));
        Ended { line: format!("orchest {line}"), code, stdout: out.text(), stderr: err.text(), passed: clock.passed() }
    }

    /// One that has to work.
    #[track_caller]
    pub fn ok(&self, line: &str) -> Ended {
        let ended = self.run(line);
        assert_eq!(ended.code, 0, "{ended}");
        ended
    }

    /// With this fault, if any; and the requests that were made.
    pub fn struck(&self, fault: Option<&str>, line: &str) -> (Ended, Vec<Request>) {
        self.sandbox.reset_count();
        self.sandbox.set_faults(fault.iter().map(|fault| fault.parse().unwrap()).collect());
        // Nobody else is silent, however busy the machine is.
        let is_silent = fault.is_some_and(|fault| fault.contains("hang"));
        self.silence.set(if is_silent { SILENCE } else { PATIENCE });
        let ended = self.run(line);
        self.silence.set(PATIENCE);
        self.sandbox.set_faults(Vec::new());
        assert!(self.sandbox.settle(Duration::from_secs(30)), "requests are still under way");
        (ended, self.sandbox.take_record().requests)
    }

    /// Every file below the home.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(self.home.path(), &mut found);
        found
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

/// Files with their modes, and folders.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            std::fs::set_permissions(&target, source.metadata().unwrap().permissions()).unwrap();
            copy(&source, &target);
        } else {
            std::fs::copy(&source, &target).unwrap();
        }
    }
}

/// What was written, by whoever wrote it.
#[derive(Clone, Default)]
pub struct Caught(pub Arc<Mutex<Vec<u8>>>);

impl Caught {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Caught {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
