//! Where a command plays against a real Keystone with trouble in between: the proxy in front of the server, a home that
//! is logged in already, and signals that reach the right process.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use orchester::sandbox::{Proxy, Record, Request, Signal};
use rustix::process::{Pid, kill_process};

use crate::support::cli::{Output, Room, finish};
use crate::support::keystone::Keystone;

/// The process that the proxy's signals go to, once there is one.
#[derive(Clone, Default)]
struct Target(Arc<(Mutex<Option<Pid>>, Condvar)>);

impl Target {
    fn set(&self, pid: Option<Pid>) {
        *self.0.0.lock().unwrap() = pid;
        self.0.1.notify_all();
    }

    fn signal(&self, signal: Signal) {
        let signal = match signal {
            Signal::Kill => rustix::process::Signal::KILL,
            Signal::Interrupt => rustix::process::Signal::INT,
            Signal::Terminate => rustix::process::Signal::TERM,
        };
        // The process may send its first request before the test knows its number.
        let waited = self.0.1.wait_timeout_while(self.0.0.lock().unwrap(), Duration::from_secs(5), |pid| pid.is_none());
        if let Some(pid) = *waited.unwrap().0 {
            let _ = kill_process(pid, signal);
        }
    }
}

/// A proxy of one's own and a home of one's own.
pub struct Stage {
    pub proxy: Proxy,
    pub room: Room,
    target: Target,
}

impl Stage {
    /// With a token in the home, and with what is remembered of the server, so that the first request is the command's own.
    pub fn warm(keystone: &Keystone) -> Self {
        let stage = Self::cold(keystone);
        stage.room.ok(&["auth", "whoami"]);
        stage.room.ok(&["service", "delete", "nobody_ever", "--yes"]);
        stage
    }

    /// Without a token: the first request that needs one logs in.
    pub fn cold(keystone: &Keystone) -> Self {
        let proxy = Proxy::start(keystone.url()).unwrap();
        let target = Target::default();
        let receiver = target.clone();
        proxy.on_signal(Box::new(move |signal| receiver.signal(signal)));
        Self { room: Room::admin(&proxy.url()), proxy, target }
    }

    /// Runs one command without any trouble.
    pub fn run(&self, arguments: &[&str]) -> (Output, Record) {
        self.run_with(&[], arguments)
    }

    /// Runs one command with these faults; its first request has the number 1. Afterwards the server is quiet.
    pub fn run_with(&self, faults: &[&str], arguments: &[&str]) -> (Output, Record) {
        self.proxy.reset_count();
        self.proxy.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
        let child = self.room.spawn(arguments);
        self.target.set(Pid::from_raw(i32::try_from(child.id()).unwrap()));
        let output = finish(child, arguments);
        self.target.set(None);
        assert!(self.proxy.settle(Duration::from_secs(60)), "the server never came to rest\n{output}");
        self.proxy.set_faults(Vec::new());
        (output, self.proxy.take_record())
    }

    /// Runs one command that a fault has to kill.
    #[track_caller]
    pub fn killed(&self, fault: &str, arguments: &[&str]) -> Record {
        let (output, record) = self.run_with(&[fault], arguments);
        assert_eq!(output.signal, Some(9), "not killed by {fault}\n{output}");
        record
    }

    /// The requests of one command that must end with 0.
    #[track_caller]
    pub fn requests(&self, arguments: &[&str]) -> Record {
        let (output, record) = self.run(arguments);
        output.success();
        record
    }
}

/// The line that creates a service here; the password lands in a file of the home.
pub fn create(name: &str) -> Vec<&str> {
    let admin = ["--admin-user", "adm1", "--admin-email", "adm1@city.example"];
    [&["service", "create", name][..], &admin, &["--generate-password", "--password-out", "adm1.pw"]].concat()
}

/// Requests that change something, logins excepted.
pub fn writes(record: &Record) -> Vec<&Request> {
    let reads = |request: &&Request| request.method == "GET" || request.path.ends_with("/auth/tokens");
    record.requests.iter().filter(|request| !reads(request)).collect()
}

/// Both sides of each request of a clean run: `kill@1:before`, `kill@1:after`, `kill@2:before` …
pub fn kill_points(requests: usize) -> Vec<String> {
    (1..=requests).flat_map(|index| ["before", "after"].map(|side| format!("kill@{index}:{side}"))).collect()
}

/// Whether there is the time for everything on the real server, too.
#[allow(clippy::disallowed_methods, reason = "a test has no settings")]
pub fn is_everything_wanted() -> bool {
    std::env::var_os("ORCHEST_TEST_EVERY").is_some()
}

/// As many of them as a run of all tests has time for: on a real server the beginning, the end and some between. The
/// emulated ones, which the contract holds to the real one, are killed at every single one. `ORCHEST_TEST_EVERY=1` does that
/// on the real one too.
pub fn some_kill_points(requests: usize) -> Vec<String> {
    let all = kill_points(requests);
    if crate::SERVER.is_fast() || is_everything_wanted() {
        return all;
    }
    let last = all.len();
    let chosen = |index: usize| index < 6 || index + 4 >= last || index.is_multiple_of(11);
    all.into_iter().enumerate().filter(|(index, _)| chosen(*index)).map(|(_, point)| point).collect()
}
