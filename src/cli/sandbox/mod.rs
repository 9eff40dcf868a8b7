//! `orchest sandbox`: the platform on this machine, to learn on and to test scripts with, and trouble made to order.

mod control;
mod proxy;
mod serve;
mod tour;

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::api::keypass::{templates, write};
use crate::sandbox::{Fault, ProxyError, SandboxOptions, Seed};

use super::context::Context;
use super::error::{CliError, Exit};

#[derive(Subcommand, Debug)]
pub(crate) enum SandboxVerb {
    /// Serve an emulated platform on this machine, until Ctrl-C or `sandbox down`
    #[command(after_help = "Examples:\n  orchest sandbox up\n  \
        orchest sandbox up --seed demo --platform --latency 50")]
    Up(serve::UpArgs),
    /// Run a shell, or one command, with an emulated platform of its own
    #[command(after_help = "Examples:\n  orchest sandbox shell --seed demo\n  \
        orchest sandbox shell --fault status=503@1 -- orchest service list")]
    Shell(serve::ShellArgs),
    /// See a city made and unmade by ordinary commands, on an emulated platform
    #[command(after_help = "Examples:\n  orchest sandbox tour\n  orchest sandbox tour | less")]
    Tour,
    /// Put a running sandbox back to how it was at its start
    #[command(after_help = "Examples:\n  orchest sandbox reset\n  orchest sandbox reset --port-base 16000")]
    Reset(control::Where),
    /// Let a running sandbox fail at the n-th request from now
    #[command(after_help = FAULTS)]
    Fault(control::FaultArgs),
    /// Print what a running sandbox was asked, one JSON object a line
    #[command(after_help = "Examples:\n  orchest sandbox requests\n  orchest sandbox requests | tail -n 3")]
    Requests(control::Where),
    /// End a running sandbox and forget what it holds
    #[command(after_help = "Examples:\n  orchest sandbox down\n  orchest sandbox down --port-base 16000")]
    Down(control::Where),
    /// Stand between a command and a server, record the requests, and let some of them fail
    #[command(after_help = "Examples:\n  \
        orchest sandbox proxy --to http://127.0.0.1:15000 --record requests.jsonl -- orchest service list\n  \
        orchest sandbox proxy --to http://127.0.0.1:15000 --fault kill@7:after -- orchest service create harbour \
        --admin-user hana --generate-password --password-out hana.pw\n\n\
        `orchest sandbox fault --help` lists the faults.")]
    Proxy(proxy::ProxyArgs),
}

const FAULTS: &str = "Examples:\n  orchest sandbox fault status=503@7\n  \
    orchest sandbox fault 'cut@2:after on POST /v3/roles'\n  \
    orchest sandbox fault 'status=429,retry-after=1@*! on orion:*'\n\n\
    A fault is ACTION@N[:before|:after][!] [on PATTERN]: the n-th request (or *), before or after the server acted, with ! \
    for all from there on. With a pattern, such as `POST /v3/roles*` or `keystone:/v3/users*`, only requests that match \
    are counted.\n\
    Actions: kill int term reset cut truncate hang drip delay=2s status=503[,retry-after=1] body=html|empty|truncated|\
    array|invalid-utf8|huge redirect=URL. The first three are signals, and need the command to send them to: use them with \
    `sandbox shell` or `sandbox proxy`.";

/// Which platform.
#[derive(Args, Debug, Clone)]
pub(crate) struct PlatformArgs {
    /// What is there at the start: empty, demo, or a TOML file
    #[arg(long, value_name = "SEED", default_value = "empty")]
    seed: String,
    /// Telefonica's platform instead of stock back ends: SCIM, the older scope rule, a cloud administrator, a PEP in front
    #[arg(long)]
    platform: bool,
    /// Hold back every answer for this long
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// How long a login is good for
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    login_lifetime: u64,
    /// PaaS orchestrators without the faults that the real ones have, on the routes that they have
    #[arg(long)]
    strict: bool,
    /// How long a deployment takes from one state to the next. Its input `sandbox_outcome` says how it ends: fail, stall, slow,
    /// delete-fail, delete-stall or vm-stall; by itself it succeeds
    #[arg(long, value_name = "MS", default_value_t = 3000)]
    paas_speed: u64,
}

impl PlatformArgs {
    fn options(&self) -> Result<SandboxOptions> {
        let seed = Seed::read(&self.seed).map_err(|error| {
            CliError::usage(format!("the seed cannot be used: {error}"))
                .next("give empty, demo or a file, as in src/sandbox/demo.toml")
        })?;
        let policy = |template: templates::Template| (template.role.clone(), write::template(&template));
        let default_policies = templates::all().into_iter().map(policy).collect();
        Ok(SandboxOptions {
            seed,
            platform: self.platform,
            latency: Duration::from_millis(self.latency),
            token_lifetime: Duration::from_secs(self.login_lifetime),
            strict: self.strict,
            paas_speed: Duration::from_millis(self.paas_speed),
            default_policies,
            ..SandboxOptions::default()
        })
    }
}

pub(crate) async fn run(context: &Context, verb: &SandboxVerb) -> Result<()> {
    match verb {
        SandboxVerb::Up(args) => serve::up(context, args).await,
        SandboxVerb::Shell(args) => serve::shell(context, args).await,
        SandboxVerb::Tour => tour::run(context).await,
        SandboxVerb::Reset(place) => control::reset(context, place),
        SandboxVerb::Fault(args) => control::fault(context, args),
        SandboxVerb::Requests(place) => control::requests(context, place),
        SandboxVerb::Down(place) => control::down(context, place),
        SandboxVerb::Proxy(args) => proxy::run(context, args).await,
    }
}

fn faults(texts: &[String]) -> Result<Vec<Fault>> {
    let faults = texts.iter().map(|text| {
        text.parse::<Fault>().map_err(|error| {
            CliError::usage(format!("'{text}' is not a fault: {error}")).next("orchest sandbox fault --help lists them")
        })
    });
    Ok(faults.collect::<Result<Vec<_>, _>>()?)
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn failed(error: ProxyError) -> anyhow::Error {
    let taken = matches!(&error, ProxyError::Listen { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse);
    let error = CliError::new(Exit::Failed, error.to_string());
    if taken {
        return error
            .next("if it is another sandbox: orchest sandbox down; or take other ports with --port-base 16000")
            .into();
    }
    error.into()
}

/// Ends as the command ended; as a shell would say it, 128 and the signal where it was killed.
fn child(status: ExitStatus) -> Result<()> {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    match u8::try_from(code).unwrap_or(1) {
        0 => Ok(()),
        code => Err(CliError::silent(Exit::Child(code)).into()),
    }
}
