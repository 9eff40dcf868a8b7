//! The proxy as a program: a banner, a command that runs against it, its record and a summary.
//!
//! Prints nothing itself; lines are handed to the caller, who knows where they belong.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use rustix::process::{Pid, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::fault::{Action, Fault, Signal};
use super::proxy::{Proxy, ProxyError};
use super::record::Record;

/// How long requests whose client is gone may go on before the record is closed.
const SETTLE: Duration = Duration::from_secs(5);

/// What to run.
#[derive(Clone, Debug)]
pub struct ProxyOptions {
    /// The address of the server.
    pub to: String,
    /// The port to listen on; 0 for any.
    pub port: u16,
    /// The faults.
    pub faults: Vec<Fault>,
    /// Where the record goes, one JSON object per line.
    pub record: Option<PathBuf>,
    /// The command and its arguments; empty to serve until a signal comes.
    pub command: Vec<String>,
    /// The environment variable in which the command finds the proxy's address, such as `ORCHEST_KEYSTONE`.
    pub env_name: String,
}

/// How it went.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finished {
    /// How the command ended, if there was one.
    pub status: Option<ExitStatus>,
    /// What passed through.
    pub record: Record,
}

/// Runs the proxy until the command ends, or without a command until SIGINT or SIGTERM. `out` is given one line at a
/// time, without its end.
pub async fn run(options: ProxyOptions, mut out: impl FnMut(&str)) -> Result<Finished, ProxyError> {
    if let (true, Some(fault)) = (options.command.is_empty(), options.faults.iter().find(|fault| is_signal(fault))) {
        return Err(ProxyError::NoCommand { fault: Box::new(fault.clone()) });
    }
    let proxy = Arc::new(Proxy::start_on(&options.to, options.port)?);
    proxy.set_faults(options.faults.clone());
    // Opened now: a record that cannot be written is better known before the command acts.
    let mut file = options.record.as_deref().map(create).transpose()?;
    let url = proxy.url();
    out(&format!("proxy {url} -> {}; loopback only, keeps nothing but the record you ask for", options.to));

    let status = if let Some((program, arguments)) = options.command.split_first() {
        let environment = [(options.env_name.clone(), proxy.url())];
        let hear = |receiver: Receiver| proxy.on_signal(Box::new(move |signal| receiver(signal)));
        Some(run_command(hear, program, arguments, &environment, &[]).await?)
    } else {
        out(&format!("point a client at it, for instance with {}={url}; Ctrl-C ends it", options.env_name));
        wait_for_a_signal().await?;
        None
    };

    // The command is gone, but the server may still be at work for it.
    let ending = Arc::clone(&proxy);
    let _ = tokio::task::spawn_blocking(move || ending.settle(SETTLE)).await;
    let record = proxy.take_record();
    if let (Some(file), Some(path)) = (&mut file, &options.record) {
        write_record(file, &record).map_err(|source| record_error(path, source))?;
    }
    out(&summary(&record));
    for fault in proxy.waiting_faults() {
        out(&format!("fault \"{fault}\" struck nothing"));
    }
    Ok(Finished { status, record })
}

fn is_signal(fault: &Fault) -> bool {
    matches!(fault.action, Action::Signal(_))
}

/// One line about everything.
fn summary(record: &Record) -> String {
    let struck = record.requests.iter().filter(|request| !request.faults.is_empty()).count();
    let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    format!(
        "{} over {}, at most {} at once, {} struck by a fault",
        count(record.requests.len(), "request"),
        count(record.connections, "connection"),
        record.most_in_flight,
        struck
    )
}

/// Readable by the owner only: paths and queries may hold ids and keys.
fn create(path: &Path) -> Result<File, ProxyError> {
    let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).to_owned();
    options.open(path).map_err(|source| record_error(path, source))
}

fn record_error(path: &Path, source: io::Error) -> ProxyError {
    ProxyError::Record { path: path.display().to_string(), source }
}

fn write_record(file: &mut File, record: &Record) -> io::Result<()> {
    let mut text = String::new();
    for request in &record.requests {
        text.push_str(&request.to_json().to_string());
        text.push('\n');
    }
    file.write_all(text.as_bytes())
}

/// Takes the signals of the faults to the command.
pub(super) type Receiver = Arc<dyn Fn(Signal) + Send + Sync>;

/// Runs a command to its end, and hands whoever sends signals the way to it. The variables `without` are not handed on.
pub(super) async fn run_command(
    hear: impl FnOnce(Receiver),
    program: &str,
    arguments: &[String],
    environment: &[(String, String)],
    without: &[String],
) -> Result<ExitStatus, ProxyError> {
    let command_error = |source| ProxyError::Command { command: program.to_owned(), source };
    let process: Arc<Mutex<Option<Pid>>> = Arc::default();
    let receiver = Arc::clone(&process);
    hear(Arc::new(move |signal| {
        if let Some(pid) = *receiver.lock().unwrap_or_else(PoisonError::into_inner) {
            send(signal, pid);
        }
    }));
    let mut child = {
        // Held over the start, so that a signal for a very quick command waits for its number.
        let mut pid = process.lock().unwrap_or_else(PoisonError::into_inner);
        let environment = environment.iter().map(|(name, value)| (name, value));
        let mut command = Command::new(program);
        for name in without {
            command.env_remove(name);
        }
        let child = command.args(arguments).envs(environment).spawn().map_err(command_error)?;
        *pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        child
    };
    let status = wait_for(&mut child, &process).await;
    // The number may belong to somebody else from now on.
    *process.lock().unwrap_or_else(PoisonError::into_inner) = None;
    status.map_err(command_error)
}

fn send(signal: Signal, pid: Pid) {
    let signal = match signal {
        Signal::Kill => rustix::process::Signal::KILL,
        Signal::Interrupt => rustix::process::Signal::INT,
        Signal::Terminate => rustix::process::Signal::TERM,
    };
    // Fails only if the command has ended meanwhile.
    let _ = kill_process(pid, signal);
}

/// Waits for the command. Ctrl-C at a terminal reaches it without us, so it decides; SIGTERM is passed on.
async fn wait_for(child: &mut Child, process: &Mutex<Option<Pid>>) -> io::Result<ExitStatus> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let mut ended = pin!(child.wait());
    loop {
        let interrupted = pin!(interrupts.recv());
        let terminated = pin!(terminations.recv());
        match select(ended, select(interrupted, terminated)).await {
            Either::Left((status, _)) => return status,
            Either::Right((which, unfinished)) => {
                ended = unfinished;
                if let (Either::Right(_), Some(pid)) = (which, *process.lock().unwrap_or_else(PoisonError::into_inner))
                {
                    send(Signal::Terminate, pid);
                }
            }
        }
    }
}

pub(super) async fn wait_for_a_signal() -> io::Result<()> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    select(pin!(interrupts.recv()), pin!(terminations.recv())).await;
    Ok(())
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
