//! `orchest sandbox proxy`: stands between a command and a server, records the requests, and lets some of them fail.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::sandbox::{ProxyOptions, run as run_proxy};

use super::super::context::Context;
use super::{child, failed, faults};

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

pub(super) async fn run(context: &Context, args: &ProxyArgs) -> Result<()> {
    let options = ProxyOptions {
        to: args.to.clone(),
        port: args.listen.unwrap_or(0),
        faults: faults(&args.faults)?,
        record: args.record.clone(),
        command: args.command.clone(),
        env_name: args.variable.clone(),
    };
    let finished = run_proxy(options, |line| context.printer.note(line)).await.map_err(failed)?;
    finished.status.map_or(Ok(()), child)
}
