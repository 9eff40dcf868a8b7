//! A lock between processes that names who holds it. The kernel frees it when the holder dies, so there is none to break
//! by hand; what is written into the file is for the message alone.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::shelf::file_name;
use super::{Process, instant};
use crate::base::private::{self, shown};
use crate::base::{Clock, redact, text};

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// A holder's description is a few hundred bytes; the file may have been filled by somebody else.
const LARGEST: u64 = 16 * 1024;

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// Another process has it.
    #[error("another run holds the lock: {}", described(.holder.as_ref()))]
    Held {
        /// Who, unless it has not got round to writing that down.
        holder: Option<Holder>,
    },
    /// The file system cannot lock, or failed to.
    #[error("cannot lock {}", shown(.path))]
    Unlockable {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The lock file cannot be used.
    #[error(transparent)]
    File(#[from] private::Error),
}

fn described(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "a process that has not told its name".to_owned(), ToString::to_string)
}

/// Who holds a lock, since when and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// Process number.
    pub(crate) pid: u32,
    /// Its machine.
    pub(crate) host: String,
    /// The command it runs.
    pub(crate) command: String,
    /// When it asked for the lock.
    #[serde(with = "instant")]
    pub(crate) since: Timestamp,
}

impl Holder {
    /// This process, running this command.
    pub(crate) fn new(process: &Process, command: &str, since: Timestamp) -> Self {
        let command = text::safe(&redact::clean(command)).chars().take(500).collect();
        Self { pid: process.pid, host: process.host.clone(), command, since }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, command) = (text::safe(&self.host), text::safe(&self.command));
        write!(f, "pid {} on host {host} since {:.0} ({command})", self.pid, self.since)
    }
}

/// A lock that is held until this value goes.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock or says at once who has it. The directory must exist.
    pub(crate) fn try_acquire(directory: &Path, name: &str, holder: &Holder) -> Result<Self, Error> {
        let path = directory.join(format!("{}.lock", file_name(&[name])));
        let mut file = private::open(&path, OpenOptions::new().read(true).write(true).create(true))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Held { holder: written(&file) }),
            Err(TryLockError::Error(source)) => return Err(Error::Unlockable { path, source }),
        }
        // The lock holds with or without the description, so a full disk is no reason to refuse it.
        let _ = describe(&mut file, holder);
        Ok(Self { file })
    }

    /// Takes the lock, waiting this long for another holder to finish or die.
    pub(crate) async fn acquire(
        directory: &Path,
        name: &str,
        holder: &Holder,
        wait: Duration,
        clock: &dyn Clock,
    ) -> Result<Self, Error> {
        let until = clock.monotonic().saturating_add(wait);
        let mut pause = FIRST_PAUSE;
        loop {
            let outcome = Self::try_acquire(directory, name, holder);
            let left = until.saturating_sub(clock.monotonic());
            if left.is_zero() || !matches!(outcome, Err(Error::Held { .. })) {
                return outcome;
            }
            clock.sleep(pause.min(left)).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }
}

impl Drop for Lock {
    /// Takes the description away. The file stays: removing it would let two processes lock two files of one name.
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
    }
}

/// A lock file that says who holds it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) holder: Holder,
    /// Whether that process still has it; `None` if it is another machine's, where nobody here can tell.
    pub(crate) alive: Option<bool>,
}

/// Who holds the locks in a directory, by what stands in them. None is taken for it: whoever came for it meanwhile would be
/// told that it is held.
pub(crate) fn locks(directory: &Path) -> Vec<Held> {
    let here = Process::current();
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let in_use = locked_files();
    let held = paths.iter().filter(|path| path.extension().is_some_and(|end| end == "lock")).filter_map(|path| {
        let file = private::open(path, OpenOptions::new().read(true)).ok()?;
        let holder = written(&file)?;
        let process = Process { pid: holder.pid, host: holder.host.clone(), born: None };
        // Its number may be another's by now; the kernel knows which files are locked.
        let number = file.metadata().ok().map(|about| about.ino());
        let locked = in_use.as_ref().is_none_or(|locked| number.is_some_and(|number| locked.contains(&number)));
        let alive = process.alive(&here).map(|lives| lives && locked);
        Some(Held { holder, alive })
    });
    held.collect()
}

/// The numbers of the files that are locked on this machine; `None` where the system does not tell.
fn locked_files() -> Option<Vec<u64>> {
    // `1: FLOCK  ADVISORY  WRITE 1234 08:01:131074 0 EOF`
    let text = std::fs::read_to_string("/proc/locks").ok()?;
    let number = |line: &str| line.split_whitespace().find_map(|word| word.splitn(3, ':').nth(2)?.parse().ok());
    Some(text.lines().filter_map(number).collect())
}

fn describe(file: &mut File, holder: &Holder) -> io::Result<()> {
    let text = serde_json::to_vec(holder)?;
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&text)
}

fn written(mut file: &File) -> Option<Holder> {
    let mut text = Vec::new();
    file.rewind().ok()?;
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;
    use crate::state::testing::{Standing, at, block_on, directory};

    fn holder(command: &str) -> Holder {
        Holder { pid: 4411, host: "ops1".into(), command: command.into(), since: at("2026-01-02T02:00:03.5Z") }
    }

    #[test]
    fn the_second_one_learns_who_the_first_is() {
        let (_dir, state) = directory();
        state.create().unwrap();
        let first = Lock::try_acquire(state.root(), "members", &holder("members sync")).unwrap();
        let error = Lock::try_acquire(state.root(), "members", &holder("other")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "another run holds the lock: pid 4411 on host ops1 since 2026-01-02T02:00:03Z (members sync)"
        );
        Lock::try_acquire(state.root(), "another", &holder("other")).unwrap();
        drop(first);
        Lock::try_acquire(state.root(), "members", &holder("other")).unwrap();
    }

    #[test]
    fn a_dead_holder_blocks_nobody() {
        let (_dir, state) = directory();
        state.create().unwrap();
        let path = state.path("job.lock");
        // A lock belongs to whoever has the open file: handed to a child as its input, it is the child's alone.
        let mut file = private::open(&path, OpenOptions::new().read(true).write(true).create(true)).unwrap();
        file.try_lock().unwrap();
        describe(&mut file, &holder("killed soon")).unwrap();
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::from(file)).spawn().unwrap();
        let error = Lock::try_acquire(state.root(), "job", &holder("next")).unwrap_err();
        assert!(error.to_string().contains("(killed soon)"), "{error}");
        child.kill().unwrap();
        child.wait().unwrap();
        let _lock = Lock::try_acquire(state.root(), "job", &holder("next")).unwrap();
        let error = Lock::try_acquire(state.root(), "job", &holder("third")).unwrap_err();
        assert!(error.to_string().contains("(next)"), "{error}");
    }

    #[test]
    fn who_holds_what_is_told_without_taking_it() {
        let (_dir, state) = directory();
        state.create().unwrap();
        let here = Process::current();
        let own = Holder::new(&here, "members sync", at("2026-01-02T02:00:03Z"));
        let lock = Lock::try_acquire(state.root(), "live", &own).unwrap();
        // Of a process that is gone, of another machine, and one whose number was given to somebody else: to us.
        for (name, pid, host) in
            [("dead", 0x3fff_fff0, &*here.host), ("far", 1, "elsewhere"), ("reused", here.pid, &*here.host)]
        {
            let holder = Holder { pid, host: host.to_owned(), ..own.clone() };
            private::write(&state.path(&format!("{name}.lock")), &serde_json::to_vec(&holder).unwrap()).unwrap();
        }
        private::write(&state.path("rubbish.lock"), b"{").unwrap();
        private::write(&state.path("other.json"), b"{}").unwrap();
        let found: Vec<Option<bool>> = locks(state.root()).iter().map(|held| held.alive).collect();
        assert_eq!(found, [Some(false), None, Some(true), Some(false)], "dead, far, live, reused");
        drop(lock);
        assert_eq!(locks(state.root()).len(), 3);
        assert!(locks(&state.path("nowhere")).is_empty());
    }

    #[test]
    fn waiting_ends_when_the_time_is_up() {
        let (_dir, state) = directory();
        state.create().unwrap();
        let clock = Standing::new();
        let _first = Lock::try_acquire(state.root(), "x", &holder("a")).unwrap();
        let wait = Duration::from_secs(30);
        let outcome = block_on(Lock::acquire(state.root(), "x", &holder("b"), wait, &*clock));
        assert!(matches!(outcome, Err(Error::Held { holder: Some(_) })));
        assert_eq!(clock.monotonic(), wait);
    }

    #[test]
    fn rubbish_and_hostile_text_in_the_file_do_no_harm() {
        let (_dir, state) = directory();
        state.create().unwrap();
        let path = state.path("x.lock");
        private::write(&path, b"{\"pid\": \"\x1b[31m").unwrap();
        let _lock = Lock::try_acquire(state.root(), "x", &holder("a")).unwrap();
        private::open(&path, OpenOptions::new().write(true).truncate(true)).unwrap().write_all(b"rubbish").unwrap();
        let error = Lock::try_acquire(state.root(), "x", &holder("b")).unwrap_err();
        assert!(matches!(error, Error::Held { holder: None }));
        assert!(!holder("a\u{1b}[31mb").to_string().contains('\u{1b}'));
    }

    #[test]
    fn a_name_stays_inside_the_directory() {
        let (dir, state) = directory();
        state.create().unwrap();
        let _lock = Lock::try_acquire(state.root(), "../../escape", &holder("a")).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(state.path("%2E.%2F..%2Fescape.lock").exists());
    }
}
