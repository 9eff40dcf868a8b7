//! `orchest sandbox up` and `sandbox shell`.

use anyhow::Result;
use clap::Args;

use crate::config::{KEYS, SANDBOX_HOME};
use crate::sandbox::{self, Backend, Sandbox};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::signals;
use super::{PlatformArgs, child, failed, faults};

/// The first port, where nothing else is asked for.
pub(super) const PORT_BASE: u16 = 15000;
/// The control port is this far behind the first one.
pub(super) use crate::sandbox::CONTROL;
use crate::sandbox::LAST;

#[derive(Args, Debug)]
pub(crate) struct UpArgs {
    #[command(flatten)]
    platform: PlatformArgs,
    /// First of fourteen ports to listen on, on this machine only
    #[arg(long, value_name = "PORT", default_value_t = PORT_BASE, value_parser = clap::value_parser!(u16).range(1..=i64::from(u16::MAX - LAST)))]
    port_base: u16,
}

#[derive(Args, Debug)]
pub(crate) struct ShellArgs {
    #[command(flatten)]
    platform: PlatformArgs,
    /// What goes wrong when (can be repeated); `orchest sandbox fault --help` lists the faults
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<String>,
    /// Command to run instead of a shell
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// What no variable can say. In the last of the places for settings, so that whatever is set comes before it.
const SETTINGS: &str = "\
# Where the modules of the emulated platform would be notified; of these two nothing else is emulated.
[module.STH]
notify_url = \"http://127.0.0.1:8666/notify\"

[module.PERSEO]
notify_url = \"http://127.0.0.1:9090/notices\"
";

pub(super) async fn up(context: &Context, args: &UpArgs) -> Result<()> {
    let mut options = args.platform.options()?;
    options.port_base = Some(args.port_base);
    let mut written = Ok(());
    let ready = |sandbox: &Sandbox| {
        context
            .printer
            .note("an emulated platform, reachable from this machine only; nothing is kept when it ends (Ctrl-C)");
        let lines: Vec<String> =
            sandbox.environment().iter().map(|(name, value)| format!("export {name}={value}")).collect();
        // On stdout, ready to be pasted or read by another program.
        written = context.printer.text(&lines.join("\n"));
        for backend in [Backend::PaasV1, Backend::PaasIndigo, Backend::Issuer] {
            context.printer.note(&format!("{} is at {}", backend.name(), sandbox.url(backend)));
        }
        context.printer.note("paste these lines into another shell; then, for instance: orchest service list");
    };
    sandbox::up(options, ready).await.map_err(failed)?;
    Ok(written?)
}

pub(super) async fn shell(context: &Context, args: &ShellArgs) -> Result<()> {
    let options = args.platform.options()?;
    let faults = faults(&args.faults)?;
    let interactive = args.command.is_empty();
    let command = if interactive {
        vec![context.inputs.variable("SHELL").unwrap_or("/bin/sh").to_owned()]
    } else {
        args.command.clone()
    };
    // What is tried here leaves no trace in the operator's own run log, token cache and settings, and takes nothing from them.
    let own = tempfile::Builder::new().prefix("orchest-sandbox-").tempdir()?;
    let folder = own.path().display().to_string();
    let settings = own.path().join(".config/orchest");
    std::fs::create_dir_all(&settings)?;
    std::fs::write(settings.join("config.toml"), SETTINGS)?;
    let mut environment = vec![("XDG_STATE_HOME".to_owned(), folder.clone()), (SANDBOX_HOME.to_owned(), folder)];
    environment.extend(path_with_us(context.inputs.variable("PATH")));
    if interactive {
        let printer = &context.printer;
        printer.note("a shell on an emulated platform; nothing is kept when it ends (exit)");
        printer.note("none of your settings are used in it. Try: orchest service list");
    }
    let without = of_the_operator(context.inputs.env.keys());
    let mut hangup = signals::hangup()?;
    let hung_up = async {
        match &mut hangup {
            Some(hangup) => hangup.recv().await,
            None => std::future::pending().await,
        }
    };
    let (status, waiting) = tokio::select! {
        ended = sandbox::shell(options, faults, &command, &environment, &without) => ended.map_err(failed)?,
        // Whoever closes the window leaves nothing behind either.
        _ = hung_up => return Err(CliError::silent(Exit::Terminated).into()),
    };
    for fault in waiting {
        context.printer.note(&format!("fault \"{fault}\" struck nothing"));
    }
    child(status)
}

/// How results look and how hard is tried; of these the operator's own hold in the sandbox too.
const KEPT: [&str; 10] = [
    "http.connect_timeout",
    "http.idle_timeout",
    "http.timeout",
    "http.retries",
    "http.parallel",
    "jobs",
    "lock_timeout",
    "name_cache",
    "output.",
    "allow_http",
];

/// The variables that say where servers are, as whom they are asked, and which files tell more.
fn of_the_operator<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let begins = |name: &str| {
        ["ORCHEST_", "ORCHESTER_", "ORCHENT_", "ORCHESTRATOR_", "OS_"].iter().any(|ours| name.starts_with(ours))
    };
    let is_kept = |name: &str| {
        let mut keys = KEYS.iter().filter(|key| key.env.contains(&name));
        name == "ORCHEST_NO_INPUT" || keys.any(|key| KEPT.iter().any(|kept| key.name.starts_with(kept)))
    };
    names.filter(|name| begins(name) && !is_kept(name)).cloned().collect()
}

/// So that `orchest` means this very program.
pub(super) fn path_with_us(path: Option<&str>) -> Option<(String, String)> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?.display().to_string();
    Some(("PATH".to_owned(), path.map_or_else(|| folder.clone(), |path| format!("{folder}:{path}"))))
}
