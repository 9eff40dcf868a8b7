//! `orchest deployment`: what the PaaS orchestrator keeps running.

mod create;
mod delete;
pub(crate) mod lint;
mod list;
mod matching;
mod outputs;
mod owner;
mod reset;
pub(crate) mod rows;
mod show;
mod stored;
pub(crate) mod submit;
mod update;
pub(crate) mod wait;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use super::context::Context;
use super::log::{self, WhichArgs};
use super::owned::OwnedArgs;

use create::CreateArgs;
use delete::DeleteArgs;
use list::ListArgs;
use owner::OwnerVerb;
use update::UpdateArgs;
use wait::WaitArgs;

#[derive(Subcommand, Debug)]
pub(crate) enum DeploymentVerb {
    /// List deployments: yours, or all that you may see
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest deployment list --mine --limit 10\n  \
        orchest deployment list --status CREATE_FAILED --after 7d -o json"
    )]
    List(ListArgs),
    /// Show a deployment
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest deployment show kafka-test\n  orchest deployment show last -o json"
    )]
    Show {
        /// Uuid, a name that it was given here, or `last`
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
        /// Show secrets among the outputs too
        #[arg(long)]
        reveal: bool,
    },
    /// Deploy a template
    #[command(
        after_help = "Examples:\n  orchest deployment create kafka.yaml -p nodes=3 --name kafka-test --group city\n  \
        orchest deployment create kafka.yaml --params inputs.yml -p 'ports:=[22,80]' --group city --wait=20m --follow"
    )]
    Create(CreateArgs),
    /// Deploy anew with another template or other inputs, or move to another group
    #[command(
        alias = "set",
        after_help = "Examples:\n  orchest deployment update kafka-test kafka.yaml -p nodes=5 --wait\n  \
        orchest deployment update kafka-test kafka.yaml -p nodes=5 --dry-run"
    )]
    Update(UpdateArgs),
    /// Delete deployments and free what they hold
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest deployment delete kafka-test --yes --wait=30m\n  \
        orchest deployment delete last --force --yes"
    )]
    Delete(DeleteArgs),
    /// Give up on a deletion that is stuck, so that it can be tried again
    #[command(after_help = "Examples:\n  orchest deployment reset stuck --dry-run\n  \
        orchest deployment reset stuck --yes")]
    Reset {
        /// Uuid, a name that it was given here, or `last`
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
        #[command(flatten)]
        owned: OwnedArgs,
    },
    /// Wait until a deployment has settled, and show its outputs
    #[command(after_help = "Examples:\n  orchest deployment wait kafka-test\n  \
        orchest deployment wait last --limit 20m --follow")]
    Wait {
        /// Uuid, a name that it was given here, or `last`
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
        /// Stop waiting after this long
        #[arg(long, value_name = "TIME")]
        limit: Option<String>,
        /// Show the log as it grows
        #[arg(long)]
        follow: bool,
        /// Show secrets among the outputs too
        #[arg(long)]
        reveal: bool,
    },
    /// Print the template of a deployment
    #[command(after_help = "Examples:\n  orchest deployment template kafka-test\n  \
        orchest deployment template kafka-test > kafka.yaml")]
    Template {
        /// Uuid, a name that it was given here, or `last`
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
    },
    /// Show the outputs of a deployment
    #[command(after_help = "Examples:\n  orchest deployment outputs kafka-test\n  \
        orchest deployment outputs kafka-test -o value --columns endpoint\n\n\
        Where the orchestrator tells none and im.url names its Infrastructure Manager, that is asked.")]
    Outputs {
        /// Uuid, a name that it was given here, or `last`
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
        /// Show secrets too
        #[arg(long)]
        reveal: bool,
    },
    /// Show the log of a deployment, as `orchest log show` does
    #[command(after_help = "Examples:\n  orchest deployment log kafka-test\n  \
        orchest deployment log last --since 10m --grep error\n\n\
        As it grows: orchest log follow")]
    Log(WhichArgs),
    /// Show details of a deployment's machines
    #[command(after_help = "Examples:\n  orchest deployment info kafka-test\n  orchest deployment info last -o json")]
    Info {
        /// Uuid, a name that it was given here, or `last`
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
        /// Show private keys too
        #[arg(long)]
        reveal: bool,
    },
    /// Check templates before they are submitted
    #[command(
        after_help = "Examples:\n  orchest deployment lint kafka.yaml\n  orchest deployment lint kafka.yaml -o json"
    )]
    Lint {
        /// Templates; `-` is standard input
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Warnings count as errors
        #[arg(long)]
        strict: bool,
    },
    /// Add and remove owners of a deployment
    #[command(subcommand)]
    Owner(OwnerVerb),
}

pub(crate) async fn run(context: &Context, verb: &DeploymentVerb) -> Result<()> {
    use DeploymentVerb::{Create, Delete, Info, Lint, List, Log, Outputs, Owner, Reset, Show, Template, Update, Wait};
    match verb {
        List(args) => list::run(context, args).await,
        Show { deployment, reveal } => show::show(context, deployment, *reveal).await,
        Create(args) => create::run(context, args).await,
        Update(args) => update::run(context, args).await,
        Delete(args) => delete::run(context, args).await,
        Reset { deployment, owned } => reset::run(context, deployment, owned).await,
        Wait { deployment, limit, follow, reveal } => {
            let args = WaitArgs { wait: Some(limit.clone().unwrap_or_default()), follow: *follow };
            wait::run(context, deployment, &args, *reveal).await
        }
        Template { deployment } => show::template(context, deployment).await,
        Outputs { deployment, reveal } => outputs::run(context, deployment, *reveal).await,
        Log(args) => log::show(context, args).await,
        Info { deployment, reveal } => show::info(context, deployment, *reveal).await,
        Lint { files, strict } => lint::run(context, files, *strict),
        Owner(verb) => owner::run(context, verb).await,
    }
}
