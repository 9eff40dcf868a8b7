//! The binary in a clean room: no environment but what a test gives it, a home of its own, and a limit on its time.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::keystone::{ADMIN_PASSWORD, Administrator};

/// A hang becomes a failure. A thousand users take a busy machine two minutes and more.
const LIMIT: Duration = Duration::from_mins(5);

/// An empty folder, in memory where there is room: a disk's file system takes a third of the time of a command that makes a few
/// files, after thousands of others.
pub fn folder() -> TempDir {
    const ROOM: u64 = 1 << 30;
    let has_room = |path: &&str| rustix::fs::statvfs(*path).is_ok_and(|disk| disk.f_bavail * disk.f_frsize > ROOM);
    let memory = Some("/dev/shm").filter(has_room).and_then(|memory| tempfile::tempdir_in(memory).ok());
    memory.unwrap_or_else(|| tempfile::tempdir().unwrap())
}

/// A home directory in which commands run one after the other.
#[derive(Debug)]
pub struct Room {
    home: TempDir,
    environment: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Output {
    pub line: String,
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
    pub signal: Option<i32>,
}

impl Room {
    pub const BINARY: &str = env!("CARGO_BIN_EXE_orchest");

    /// An empty one: no settings, nobody to log in as.
    pub fn new() -> Self {
        let home = folder();
        let path = |name: &str| home.path().join(name).display().to_string();
        let environment = [
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("HOME", home.path().display().to_string()),
            ("XDG_CONFIG_HOME", path(".config")),
            ("XDG_STATE_HOME", path(".state")),
            ("XDG_CACHE_HOME", path(".cache")),
            ("LANG", "C.UTF-8".to_owned()),
            ("COLUMNS", "80".to_owned()),
            ("TERM", "xterm".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Self { home, environment }
    }

    /// One in which the administrator of a Keystone works, at this address.
    pub fn admin(url: &str) -> Self {
        let room = Self::new().env("ORCHEST_KEYSTONE", url).env("ORCHEST_PASSWORD", ADMIN_PASSWORD);
        Administrator::here().environment.iter().fold(room, |room, (name, value)| room.env(name, value))
    }

    /// One in which somebody else works; the domain and the scope are left to the lines that are typed.
    pub fn user(url: &str, name: &str, password: &str) -> Self {
        Self::new().env("ORCHEST_KEYSTONE", url).env("ORCHEST_USER", name).env("ORCHEST_PASSWORD", password)
    }

    /// Sets a variable for all its commands.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a variable away.
    pub fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(other, _)| other != name);
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file that only its owner may read, and gives its path.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::OpenOptionsExt as _;
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(Self::BINARY);
        self.furnish(command.args(arguments));
        command
    }

    /// Gives a command this environment and this home.
    pub fn furnish<'command>(&self, command: &'command mut Command) -> &'command mut Command {
        command.env_clear().envs(self.environment.iter().cloned()).current_dir(self.home.path())
    }

    /// Runs one command with nothing on standard input.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, "")
    }

    /// Runs one command with this on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // The command may end without reading it all.
        std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
        finish(child, arguments)
    }

    /// Starts one command and leaves it to the test.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts one command whose standard input the test writes.
    pub fn spawn_with_input(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs one command that must end with 0; gives its standard output.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        self.run(arguments).success().stdout
    }

    /// Every file below the home, for looking for what must not be there.
    pub fn files(&self) -> Vec<PathBuf> {
        fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(self.home.path(), &mut found);
        found
    }
}

/// Waits for a command that was started with [`Room::spawn`].
pub fn finish(mut child: Child, arguments: &[&str]) -> Output {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let stdout = std::thread::spawn(move || read(stdout));
    let stderr = std::thread::spawn(move || read(stderr));
    let status = wait(&mut child);
    let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
    Output::new(arguments, status, stdout, stderr)
}

/// The most memory that a process has had, as far as it can be seen from outside.
pub fn peak_memory(child: &mut Child) -> u64 {
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = kilobytes.unwrap_or(0).max(peak);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

fn read(pipe: Option<impl std::io::Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes).unwrap();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wait(child: &mut Child) -> ExitStatus {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begin.elapsed() > LIMIT {
            child.kill().unwrap();
            return child.wait().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Output {
    fn new(arguments: &[&str], status: ExitStatus, stdout: String, stderr: String) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let line = format!("orchest {}", arguments.join(" "));
        Self { line, stdout, stderr, code: status.code(), signal: status.signal() }
    }

    /// Fails with everything that was said unless the command ended with this code.
    #[track_caller]
    pub fn code(self, expected: i32) -> Self {
        assert_eq!(self.code, Some(expected), "{self}");
        self
    }

    #[track_caller]
    pub fn success(self) -> Self {
        self.code(0)
    }

    /// Fails unless standard error says this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "stderr does not say {text:?}\n{self}");
        self
    }

    /// Fails unless standard output holds this.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "stdout does not hold {text:?}\n{self}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line, stdout, stderr, code, signal } = self;
        write!(f, "$ {line}\n--- stdout\n{stdout}--- stderr\n{stderr}--- code {code:?} signal {signal:?}")
    }
}
