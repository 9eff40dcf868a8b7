//! `orchest sandbox reset|fault|requests|down`: what is said to a sandbox that runs elsewhere on this machine.

use anyhow::Result;
use clap::Args;

use crate::sandbox::{VARIABLE, ask};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::serve::{CONTROL, PORT_BASE};

/// Which of the running ones.
#[derive(Args, Debug, Clone)]
pub(crate) struct Where {
    /// The --port-base that it was started with; inside of `sandbox shell` that shell's is meant
    #[arg(long, value_name = "PORT")]
    port_base: Option<u16>,
}

#[derive(Args, Debug)]
pub(crate) struct FaultArgs {
    /// What goes wrong when
    #[arg(value_name = "FAULT", required_unless_present_any = ["clear", "list"])]
    fault: Option<String>,
    /// Take back all faults
    #[arg(long, conflicts_with_all = ["fault", "list"])]
    clear: bool,
    /// Show the faults that have struck nothing yet
    #[arg(long, conflicts_with = "fault")]
    list: bool,
    #[command(flatten)]
    place: Where,
}

pub(super) fn reset(context: &Context, place: &Where) -> Result<()> {
    place.ask(context, "POST", "reset", "")?;
    context.printer.note("everything is as it was at the start");
    Ok(())
}

pub(super) fn fault(context: &Context, args: &FaultArgs) -> Result<()> {
    if args.clear {
        args.place.ask(context, "DELETE", "fault", "")?;
        context.printer.note("no more faults");
        return Ok(());
    }
    let Some(text) = &args.fault else {
        let waiting = args.place.ask(context, "GET", "fault", "")?;
        let waiting: Vec<String> = serde_json::from_str(&waiting)?;
        return waiting.iter().try_for_each(|fault| Ok(context.printer.text(fault)?));
    };
    super::faults(std::slice::from_ref(text))?;
    args.place.ask(context, "POST", "fault", text)?;
    context.printer.note(&format!("fault \"{text}\" waits; requests are counted from now"));
    Ok(())
}

pub(super) fn requests(context: &Context, place: &Where) -> Result<()> {
    let lines = place.ask(context, "GET", "requests", "")?;
    Ok(context.printer.raw(lines.as_bytes())?)
}

pub(super) fn down(context: &Context, place: &Where) -> Result<()> {
    place.ask(context, "POST", "down", "")?;
    context.printer.note("the sandbox ends; nothing is kept");
    Ok(())
}

impl Where {
    fn ask(&self, context: &Context, method: &str, path: &str, body: &str) -> Result<String> {
        let port = match (self.port_base, context.inputs.variable(VARIABLE)) {
            (None, Some(text)) => text.parse().map_err(|_| {
                CliError::usage(format!("{VARIABLE} is no port")).next("it is set by orchest sandbox shell; unset it")
            })?,
            (base, _) => base.unwrap_or(PORT_BASE).saturating_add(CONTROL),
        };
        let next = "start one with orchest sandbox up; --port-base names one on other ports";
        let nobody = |reason: std::io::Error| {
            CliError::new(Exit::Failed, format!("no sandbox answers on port {port}: {reason}")).next(next)
        };
        let (status, answer) = ask(port, method, path, body).map_err(nobody)?;
        match status {
            200..=299 => Ok(answer),
            400 => Err(CliError::usage(answer).into()),
            409 => Err(CliError::usage(answer).next("exit, or Ctrl-D, ends a shell, and nothing of it is kept").into()),
            _ => Err(CliError::new(Exit::Failed, format!("port {port} belongs to something else than a sandbox"))
                .next(next)
                .into()),
        }
    }
}
