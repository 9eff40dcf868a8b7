//! `orchest sandbox tour`: a city is made, looked at, broken off, finished and unmade, by the commands that anybody would
//! type, on an emulated platform.

use std::process::Command;

use anyhow::Result;

use crate::sandbox::{Fault, Sandbox, SandboxOptions};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::failed;

/// One stop.
struct Stop {
    sentence: &'static str,
    line: &'static str,
    /// What breaks meanwhile, and the exit code that follows from it.
    trouble: Option<(&'static str, i32)>,
}

const fn stop(sentence: &'static str, line: &'static str) -> Stop {
    Stop { sentence, line, trouble: None }
}

const CREATE: &str = "service create smartcity --description city --admin-user adm1 --generate-password --password-out adm1.pw --retries 1";

const STOPS: [Stop; 14] = [
    Stop {
        sentence: "A service with its administrator and nineteen roles; half way the server goes away",
        line: CREATE,
        trouble: Some(("status=503@20!", 75)),
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
];

const PEOPLE: &str = "name,email\nann,ann@city.example\nbob,bob@city.example\ncarl,carl@city.example\n";

pub(super) fn run(context: &Context) -> Result<()> {
    let sandbox = Sandbox::start(SandboxOptions::default()).map_err(failed)?;
    let home = tempfile::Builder::new().prefix("orchest-tour-").tempdir()?;
    std::fs::write(home.path().join("people.csv"), PEOPLE)?;
    let before = sandbox.state();
    context.printer.text("An emulated platform on this machine. Nothing here touches anything of yours.")?;
    for stop in &STOPS {
        if !stop.sentence.is_empty() {
            context.printer.text(&format!("\n# {}", stop.sentence))?;
        }
        context.printer.text(&format!("$ orchest {}", stop.line))?;
        walk(context, &sandbox, home.path(), stop)?;
    }
    if sandbox.state() != before {
        let message = "the tour left something behind; this should not happen, please report it";
        return Err(CliError::new(Exit::Failed, message).into());
    }
    context.printer.text("\nNothing is left: the platform holds what it held before the first line.")?;
    context.printer.text("Go on by yourself: orchest sandbox shell --seed demo")?;
    Ok(())
}

fn walk(context: &Context, sandbox: &Sandbox, home: &std::path::Path, stop: &Stop) -> Result<()> {
    let (fault, expected) = match stop.trouble {
        None => (None, 0),
        Some((fault, code)) => (Some(fault.parse::<Fault>()?), code),
    };
    sandbox.reset_count();
    sandbox.set_faults(fault.into_iter().collect());
    let mut command = Command::new(std::env::current_exe()?);
    // Its own home, and nothing of the operator's settings: the tour looks the same everywhere.
    command.args(stop.line.split(' ')).current_dir(home).env_clear().envs(sandbox.environment());
    for name in ["PATH", "TERM", "LANG", "LC_ALL", "COLUMNS", "NO_COLOR"] {
        command.envs(context.inputs.variable(name).map(|value| (name, value)));
    }
    let status = command.env("HOME", home).status()?;
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
