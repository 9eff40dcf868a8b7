//! The platform as a program: served until somebody ends it, or for as long as one command runs in it.
//!
//! Prints nothing itself; lines are handed to the caller, who knows where they belong.

use std::pin::pin;
use std::process::ExitStatus;
use std::time::Duration;

use futures_util::future::select;
use tokio::time::sleep;

use super::fault::Fault;
use super::platform::{Sandbox, SandboxOptions};
use super::proxy::ProxyError;
use super::run::{run_command, wait_for_a_signal};

/// How soon `sandbox down` is noticed.
const LOOK: Duration = Duration::from_millis(100);

/// Serves until SIGINT, SIGTERM or `sandbox down`. `ready` is called once everything listens.
pub async fn up(options: SandboxOptions, ready: impl FnOnce(&Sandbox)) -> Result<(), ProxyError> {
    let sandbox = Sandbox::start(options)?;
    ready(&sandbox);
    let asked = async {
        while !sandbox.is_asked_to_end() {
            sleep(LOOK).await;
        }
    };
    select(pin!(wait_for_a_signal()), pin!(asked)).await;
    Ok(())
}

/// Runs one command, a shell for instance, with everything set for it to work on a platform of its own, and `environment`
/// besides, but for the variables in `without`. Says how it ended, and which faults struck nothing.
pub async fn shell(
    options: SandboxOptions,
    faults: Vec<Fault>,
    command: &[String],
    environment: &[(String, String)],
    without: &[String],
) -> Result<(ExitStatus, Vec<String>), ProxyError> {
    let sandbox = Sandbox::start(options)?;
    sandbox.set_faults(faults);
    sandbox.hold();
    let all: Vec<(String, String)> = sandbox.environment().into_iter().chain(environment.iter().cloned()).collect();
    let (program, arguments) = command.split_first().ok_or_else(|| std::io::Error::other("no command was given"))?;
    let status = run_command(|receiver| sandbox.on_signal(&receiver), program, arguments, &all, without).await?;
    Ok((status, sandbox.waiting_faults()))
}
