//! `orchest template`: the templates that an orchestrator of deployments keeps.

mod add;
mod change;
mod delete;
mod find;
pub(crate) mod inputs;
pub(crate) mod list;
pub(crate) mod same;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::api::paas::{Feature, Paas};

use super::args::ItemArgs;
use super::context::Context;
use super::error::CliError;

pub(crate) use find::id;

#[derive(Subcommand, Debug)]
pub(crate) enum TemplateVerb {
    /// List the templates that the orchestrator keeps
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest template list\n  orchest template list --name kafka -o json"
    )]
    List {
        /// Only those whose name holds this
        #[arg(long, value_name = "PART")]
        name: Option<String>,
    },
    /// Show a template
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest template show virtual-machines --version 1.2.0\n  \
        orchest template show 3fa85f64-5717-4562-b3fc-2c963f66afa6 --content > kafka.json\n\n\
        The orchestrator reads a template and keeps it as JSON: comments and form of the file are lost."
    )]
    Show {
        #[command(flatten)]
        which: WhichTemplate,
        /// Print the document itself, as the orchestrator keeps it
        #[arg(long)]
        content: bool,
    },
    /// Add a template from a file, as it is; an equal one that is there is taken for it
    #[command(
        visible_alias = "create",
        after_help = "Examples:\n  orchest template add kafka.yaml\n  \
        sed s/1.1/1.2/ kafka.yaml | orchest template add -\n\n\
        Its name and version are those in the metadata of the document (template_name, template_version)."
    )]
    Add {
        /// File with TOSCA in YAML; `-` is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Change what is said about a template: its name, its version, its type of provider
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  orchest template update virtual-machines --new-version 1.2.1\n  \
        orchest template update virtual-machines --version 1.2.0 --new-name machines --provider-type openstack\n\n\
        The document itself cannot be changed: add the new one, and delete the old one."
    )]
    Update {
        #[command(flatten)]
        which: WhichTemplate,
        #[command(flatten)]
        change: ChangeArgs,
    },
    /// Show which inputs a template wants
    #[command(after_help = "Examples:\n  orchest template inputs kafka.yaml\n  \
        orchest template inputs kafka.yaml -o json")]
    Inputs {
        /// File with TOSCA in YAML, `-`, or the id or exact name of a template that the orchestrator keeps
        #[arg(value_name = "TEMPLATE")]
        template: String,
        /// Version, where several have the name
        #[arg(long, value_name = "VERSION")]
        version: Option<String>,
        /// File of the dashboard with names for people and types of its own
        #[arg(long, value_name = "FILE")]
        dashboard: Option<PathBuf>,
    },
    /// Delete templates that no deployment uses
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest template delete container --version 0.3 --yes\n  \
        orchest template delete --from old.txt --yes"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// Version, where several have the name
        #[arg(long, value_name = "VERSION")]
        version: Option<String>,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
}

/// One template.
#[derive(Args, Debug)]
pub(crate) struct WhichTemplate {
    /// Id or exact name
    #[arg(value_name = "TEMPLATE")]
    template: String,
    /// Version, where several have the name
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
}

/// What is to be different.
#[derive(Args, Debug)]
pub(crate) struct ChangeArgs {
    /// New name
    #[arg(long, value_name = "NAME")]
    new_name: Option<String>,
    /// New version
    #[arg(long, value_name = "VERSION")]
    new_version: Option<String>,
    /// New type of provider, such as openstack
    #[arg(long, value_name = "TYPE")]
    provider_type: Option<String>,
    /// New document; no orchestrator offers that
    #[arg(long, value_name = "FILE", hide = true)]
    text: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, verb: &TemplateVerb) -> Result<()> {
    match verb {
        TemplateVerb::List { name } => list::list(context, name.as_deref()).await,
        TemplateVerb::Show { which, content } => list::show(context, which, *content).await,
        TemplateVerb::Add { file } => add::run(context, file).await,
        TemplateVerb::Update { which, change } => change::run(context, which, change).await,
        TemplateVerb::Inputs { template, version, dashboard } => {
            inputs::run(context, template, version.as_deref(), dashboard.as_ref()).await
        }
        TemplateVerb::Delete { items, version, fail_if_missing } => {
            delete::run(context, items, version.as_deref(), *fail_if_missing).await
        }
    }
}

/// The orchestrator, if it keeps templates. Asked first: who cannot be helped need not log in for it.
async fn keeper(context: &Context) -> Result<Paas> {
    Feature::Templates.refuse(context.dialect().await?)?;
    context.paas().await
}

/// A name that people may have given: anything that can be read on one line.
fn check(name: &str) -> Result<(), CliError> {
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        let error = CliError::usage("the name of a template is empty, or no line of text");
        return Err(error.next("orchest template list"));
    }
    Ok(())
}
