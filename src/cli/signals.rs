//! Ctrl-C, SIGTERM and the end of a terminal, watched from a thread of their own: the main one may be waiting for standard input, a keyring or
//! a helper, and has to end all the same.

use std::io::Write as _;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::error::Exit;

/// How long a command may tidy up after the first signal: what was sent is waited for, nothing new is started.
pub(crate) const TIDY: Duration = Duration::from_millis(1500);

/// After this long the main thread is taken to be stuck, and the process is ended without it.
const STUCK: Duration = Duration::from_millis(1800);

/// Begins to watch. The receiver gets the first signal; a second one, or too long a silence of the main thread, ends
/// the process.
pub(crate) fn watch() -> std::io::Result<UnboundedReceiver<Exit>> {
    let (tell, told) = unbounded_channel();
    let (ready, is_ready) = std::sync::mpsc::channel();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(ready.send(Err(error))),
        };
        runtime.block_on(async {
            let signals = || Ok((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, hangup()?));
            let (mut interrupt, mut terminate, mut hangup) = match signals() {
                Ok(signals) => signals,
                Err(error) => return drop(ready.send(Err(error))),
            };
            let _ = ready.send(Ok(()));
            let mut either = async || {
                let hung_up = async {
                    match &mut hangup {
                        Some(hangup) => hangup.recv().await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    _ = interrupt.recv() => Exit::Interrupted,
                    _ = terminate.recv() => Exit::Terminated,
                    _ = hung_up => Exit::Terminated,
                }
            };
            let exit = either().await;
            // The main thread may be gone already; then there is nothing left to end.
            let _ = tell.send(exit);
            let _ = tokio::time::timeout(STUCK, either()).await;
            leave(exit);
        });
    })?;
    is_ready.recv().unwrap_or(Ok(()))?;
    Ok(told)
}

/// The terminal is gone: as SIGTERM, but for whoever was started with `nohup` and goes on without.
pub(super) fn hangup() -> std::io::Result<Option<Signal>> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    // The first of all signals.
    if ignored & 1 == 1 { Ok(None) } else { signal(SignalKind::hangup()).map(Some) }
}

#[expect(clippy::exit, reason = "the main thread does not answer, and the operator wants it to end")]
fn leave(exit: Exit) -> ! {
    // The main thread would have said it, and what to do.
    let _ = std::io::stderr()
        .write_all(b"error: stopped in the middle\n  next: run the same command again; it goes on where it stopped\n");
    std::process::exit(i32::from(exit.code()))
}
