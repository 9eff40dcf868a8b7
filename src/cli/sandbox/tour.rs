//! `orchest sandbox tour`: a city is made, looked at, broken off, finished and unmade, and machines are deployed, watched and
//! taken down, by the commands that anybody would type, on an emulated platform.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Result;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::sandbox::{Fault, Sandbox, SandboxOptions};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::signals;
use super::failed;

/// One stop.
struct Stop {
    sentence: &'static str,
    line: &'static str,
    /// What the proxy breaks meanwhile, if it does, and the exit code that follows.
    trouble: Option<(Option<&'static str>, i32)>,
}

const fn stop(sentence: &'static str, line: &'static str) -> Stop {
    Stop { sentence, line, trouble: None }
}

const CREATE: &str = "service create smartcity --description city --admin-user adm1 --generate-password --password-out adm1.pw --retries 1";

/// Its deletion gets stuck, once.
const DEPLOY: &str = "deployment create machines.yaml -p num_vms=1 -p sandbox_outcome=delete-stall --group city --name vms --wait=1m --follow";

const STOPS: [Stop; 22] = [
    Stop {
        sentence: "A service with its administrator and nineteen roles; half way the server goes away",
        line: CREATE,
        trouble: Some((Some("status=503@20!"), 75)),
    },
    stop("The same line again goes on where it stopped", CREATE),
    stop("And once more changes nothing", CREATE),
    stop("Two subservices", "subservice create energy -s smartcity"),
    stop("", "subservice create water -s smartcity --description pipes"),
    stop("Three users", "user create --from people.csv -s smartcity"),
    stop(
        "Who may do what: on the service, on one subservice, on all of them",
        "role grant ServiceCustomer --to-user ann -s smartcity",
    ),
    stop("", "role grant SubServiceCustomer --to-user bob -s smartcity -S energy"),
    stop("", "role grant SubServiceAdmin --to-user carl -s smartcity --inherit"),
    stop("Three ways to look at it", "user list -s smartcity"),
    stop("", "subservice list -s smartcity -o json"),
    stop("", "role assignments -s smartcity --all -o csv --filter name!=adm1"),
    stop("Is it as it should be?", "service check smartcity --admin-user adm1"),
    stop("And down again", "service delete smartcity --yes"),
    stop("Machines from a TOSCA template: watched until they are there, with the log as it grows", DEPLOY),
    stop("The same line again makes no second one", DEPLOY),
    stop("What there is, and what came of it; what opens the machines stays hidden", "resource list vms"),
    stop("", "deployment outputs vms"),
    Stop {
        sentence: "Down again; but this orchestrator gets stuck, and nobody waits for ever",
        line: "deployment delete vms --yes --wait=2s",
        trouble: Some((None, 8)),
    },
    stop("It does not move", "deployment list --stalled"),
    stop("So the deletion is given up, and begun anew", "deployment reset vms --yes"),
    stop("", "deployment delete vms --yes --wait=1m"),
];

/// From one state of a deployment to the next: slow enough to be seen.
const SPEED: Duration = Duration::from_millis(1500);

const MACHINES: &str = include_str!("../../sandbox/paas/demo/machines.yaml");

const PEOPLE: &str = "name,email\nann,ann@city.example\nbob,bob@city.example\ncarl,carl@city.example\n";

pub(super) async fn run(context: &Context) -> Result<()> {
    // Whoever ends the tour early ends the line of the moment; then its home goes.
    let mut told = signals::watch()?;
    let options = SandboxOptions { paas_speed: SPEED, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).map_err(failed)?;
    let home = tempfile::Builder::new().prefix("orchest-tour-").permissions(Permissions::from_mode(0o700)).tempdir()?;
    std::fs::write(home.path().join("people.csv"), PEOPLE)?;
    std::fs::write(home.path().join("machines.yaml"), MACHINES)?;
    let before = sandbox.state();
    context.printer.text("An emulated platform on this machine. Nothing here touches anything of yours.")?;
    for stop in &STOPS {
        if !stop.sentence.is_empty() {
            context.printer.text(&format!("\n# {}", stop.sentence))?;
        }
        context.printer.text(&format!("$ orchest {}", stop.line))?;
        walk(context, &sandbox, home.path(), stop, &mut told).await?;
    }
    if sandbox.state() != before {
        let message = "the tour left something behind; this should not happen, please report it";
        return Err(CliError::new(Exit::Failed, message).into());
    }
    context.printer.text("\nNothing is left: the platform holds what it held before the first line.")?;
    context.printer.text("Go on by yourself: orchest sandbox shell --seed demo")?;
    Ok(())
}

async fn walk(
    context: &Context,
    sandbox: &Sandbox,
    home: &Path,
    stop: &Stop,
    told: &mut UnboundedReceiver<Exit>,
) -> Result<()> {
    let (fault, expected) = match stop.trouble {
        None => (None, 0),
        Some((fault, code)) => (fault.map(str::parse::<Fault>).transpose()?, code),
    };
    sandbox.reset_count();
    sandbox.set_faults(fault.into_iter().collect());
    let mut command = Command::new(std::env::current_exe()?);
    // Its own home, and nothing of the operator's settings: the tour looks the same everywhere.
    command.args(stop.line.split(' ')).current_dir(home).env_clear().envs(sandbox.environment());
    for name in ["PATH", "TERM", "LANG", "LC_ALL", "COLUMNS", "NO_COLOR"] {
        command.envs(context.inputs.variable(name).map(|value| (name, value)));
    }
    // Nobody wants to wait for hours until it counts.
    command.env("HOME", home).env("ORCHEST_PAAS_STALLED_AFTER", "1s");
    let status = until_told(command, told).await?;
    sandbox.set_faults(Vec::new());
    match status.code() {
        Some(code) if code == expected => {
            if code != 0 {
                context.printer.text(&format!("(exit code {code})"))?;
            }
            Ok(())
        }
        _ => Err(CliError::new(Exit::Failed, format!("this step of the tour failed ({status})")).into()),
    }
}

/// Runs a line to its end, or ends it when somebody ends the tour.
async fn until_told(mut command: Command, told: &mut UnboundedReceiver<Exit>) -> Result<ExitStatus> {
    let mut child = command.spawn()?;
    let exit = tokio::select! {
        status = child.wait() => return Ok(status?),
        exit = told.recv() => exit.unwrap_or(Exit::Interrupted),
    };
    if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
        // Fails only if it has ended meanwhile.
        let _ = kill_process(pid, Signal::TERM);
    }
    let _ = child.wait().await;
    Err(CliError::new(exit, "the tour was ended").into())
}
