//! `orchest sandbox`: a proxy that records what is sent and lets servers fail when told to.

use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::sandbox::{Fault, ProxyOptions, run as run_proxy};

use super::context::Context;
use super::error::{CliError, Exit};

#[derive(Subcommand, Debug)]
pub(crate) enum SandboxVerb {
    /// Stand between a command and a server, record the requests, and let some of them fail
    #[command(after_help = "Examples:\n  \
        orchest sandbox proxy --to http://127.0.0.1:5000 --record requests.jsonl -- orchest service list\n  \
        orchest sandbox proxy --to http://127.0.0.1:5000 --fault kill@7:after -- orchest service create smartcity \
        --admin-user adm1 --new-password-file adm1.pw\n\n\
        A fault is ACTION@N[:before|:after][!]: the n-th request (or *), before or after the server acted, with ! for \
        all from there on.\n\
        Actions: kill int term reset cut truncate hang drip delay=2s status=503[,retry-after=1] body=html|empty|\
        truncated|array|invalid-utf8|huge redirect=URL")]
    Proxy(ProxyArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ProxyArgs {
    /// Server to stand in front of; http only
    #[arg(long, value_name = "URL")]
    to: String,
    /// Port to listen on, on this machine only; any free one if not given
    #[arg(long, value_name = "PORT")]
    listen: Option<u16>,
    /// What goes wrong when (can be repeated)
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<String>,
    /// File for the requests, one JSON object a line
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Variable that tells the command where the proxy is
    #[arg(long, value_name = "NAME", default_value = "ORCHEST_KEYSTONE")]
    variable: String,
    /// Command to run; without one the proxy serves until it is stopped
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(crate) async fn run(context: &Context, verb: &SandboxVerb) -> Result<()> {
    let SandboxVerb::Proxy(args) = verb;
    let faults = args.faults.iter().map(|text| {
        text.parse::<Fault>().map_err(|error| {
            CliError::usage(format!("'{text}' is not a fault: {error}")).next("orchest sandbox proxy --help lists them")
        })
    });
    let options = ProxyOptions {
        to: args.to.clone(),
        port: args.listen.unwrap_or(0),
        faults: faults.collect::<Result<Vec<_>, _>>()?,
        record: args.record.clone(),
        command: args.command.clone(),
        env_name: args.variable.clone(),
    };
    let finished = run_proxy(options, |line| context.printer.note(line)).await;
    let finished = finished.map_err(|error| CliError::new(Exit::Failed, error.to_string()))?;
    // As a shell would say it: 128 and the signal, where the command was killed.
    let code = finished
        .status
        .map_or(0, |status| status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1));
    match u8::try_from(code).unwrap_or(1) {
        0 => Ok(()),
        code => Err(CliError::silent(Exit::Child(code)).into()),
    }
}
