//! `orchest resource`: the nodes of a deployment, and what can be done with its machines.

mod act;
pub(crate) mod desk;
pub(crate) mod node;
mod ssh;
mod verb;
pub(crate) mod wait;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::api::paas::{Dialect, Feature};
use crate::base::text::{safe, shell_word};

use super::context::Context;
use super::deployment_id::is_uuid;
use super::error::{CliError, Exit};
use act::ActArgs;
use desk::Desk;
use node::{NODE, choose};
use verb::Verb;

#[derive(Args, Debug)]
pub(crate) struct OneArgs {
    /// The deployment: its id, the name it was given here, or `last`
    #[arg(value_name = "DEPLOYMENT")]
    deployment: String,
    /// Its node: by id, by name in the template, or by VM number
    #[arg(value_name = "NODE")]
    node: String,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ResourceVerb {
    /// List the nodes of a deployment
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest resource list last\n  \
        orchest resource list kafka-test --type tosca.nodes.Compute -o name"
    )]
    List {
        /// The deployment: its id, the name it was given here, or `last`
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
        /// Only nodes of this type of TOSCA, and of types derived from it
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<String>,
        /// Show keys and passwords of machines too
        #[arg(long)]
        reveal: bool,
    },
    /// Show a node with all that is told of it
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest resource show last front\n  \
        orchest resource show kafka-test 0 --reveal -o json"
    )]
    Show {
        #[command(flatten)]
        which: OneArgs,
        /// Show keys and passwords too
        #[arg(long)]
        reveal: bool,
    },
    /// Start machines that are stopped
    #[command(after_help = "Examples:\n  orchest resource start last front\n  \
        orchest resource start kafka-test 0 1 --wait\n\n\
        --wait ends with 8 where it takes longer than six minutes, or than was said: --wait=10m")]
    Start(ActArgs),
    /// Stop machines that are started; their disks stay
    #[command(after_help = "Examples:\n  orchest resource stop last front\n  \
        orchest resource stop kafka-test 1 2 --wait=10m")]
    Stop(ActArgs),
    /// Reboot machines: by the Infrastructure Manager, else by stopping and starting them
    #[command(after_help = "Examples:\n  orchest resource reboot last front --yes\n  \
        orchest resource reboot kafka-test 0 --wait --yes\n\n\
        No orchestrator can reboot. Where im.url names its Infrastructure Manager that is asked; else the machine is \
        stopped, waited for and started, and you are asked first.")]
    Reboot(ActArgs),
    /// Say what to do about a node that is stuck: no orchestrator can reset one
    #[command(after_help = "Examples:\n  orchest resource reset last front\n  orchest resource reset kafka-test 0")]
    Reset(OneArgs),
    /// Print the command that logs in to a machine, or run it
    #[command(after_help = "Examples:\n  orchest resource ssh last front\n  \
        orchest resource ssh kafka-test front --key-out ~/.ssh/kafka --exec")]
    Ssh(ssh::SshArgs),
}

pub(crate) async fn run(context: &Context, verb: &ResourceVerb) -> Result<()> {
    match verb {
        ResourceVerb::List { deployment, kind, reveal } => list(context, deployment, kind.as_deref(), *reveal).await,
        ResourceVerb::Show { which, reveal } => show(context, which, *reveal).await,
        ResourceVerb::Start(args) => act::run(context, args, Verb::Start).await,
        ResourceVerb::Stop(args) => act::run(context, args, Verb::Stop).await,
        ResourceVerb::Reboot(args) => act::run(context, args, Verb::Reboot).await,
        ResourceVerb::Reset(which) => Err(reset(which).into()),
        ResourceVerb::Ssh(args) => ssh::run(context, args).await,
    }
}

async fn list(context: &Context, deployment: &str, kind: Option<&str>, reveal: bool) -> Result<()> {
    let desk = Desk::open(context, deployment).await?;
    let (nodes, _) = desk.nodes(kind).await?;
    let mut writer = context.printer.stream(&NODE).in_order().when_empty("no nodes");
    writer.push_all(nodes.iter().map(|node| node.row(reveal)))?;
    Ok(writer.finish()?)
}

async fn show(context: &Context, which: &OneArgs, reveal: bool) -> Result<()> {
    let desk = Desk::open(context, &which.deployment).await?;
    // An id that can be asked for is not looked for in a list.
    if desk.paas.dialect() == Dialect::Indigo && is_uuid(&which.node) {
        let found = desk.node(&which.node).await?.ok_or_else(|| {
            let message = format!("there is no node {} in deployment {}", safe(&which.node), safe(&desk.id));
            CliError::new(Exit::NotFound, message).next(format!("orchest resource list {}", desk.word()))
        })?;
        return Ok(context.printer.show(&NODE, found.row(reveal))?);
    }
    let (nodes, _) = desk.nodes(None).await?;
    let found = choose(&nodes, &which.node, &desk.id)?;
    Ok(context.printer.show(&NODE, found.row(reveal))?)
}

/// Nothing is sent: no server of any kind has it.
fn reset(which: &OneArgs) -> CliError {
    let message = format!("node '{}' cannot be reset: no orchestrator offers that", safe(&which.node));
    let instead = Feature::ResetResource.instead(Dialect::Indigo).unwrap_or_default();
    CliError::new(Exit::Unsupported, message).next(instead.replace("DEPLOYMENT", &shell_word(&which.deployment)))
}
