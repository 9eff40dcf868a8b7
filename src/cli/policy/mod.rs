//! `orchest policy`: what the roles of a service may do, as Keypass stores it.

pub(crate) mod decide;
mod delete;
mod desk;
mod diff;
pub(crate) mod lint;
pub(crate) mod plan;
pub(crate) mod show;
mod source;
mod sync;
pub(crate) mod templates;
mod update;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::args::{ItemArgs, TenantArgs};
use super::context::Context;

/// Whose policies.
#[derive(Args, Debug, Clone)]
pub(crate) struct RoleArgs {
    /// Role, without its service; `admin` is Keystone's own
    #[arg(value_name = "ROLE")]
    pub(crate) role: String,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}

#[derive(Subcommand, Debug)]
pub(crate) enum PolicyVerb {
    /// List the policies of a role
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest policy list ServiceCustomer -s smartcity\n  \
        orchest policy list ServiceCustomer -s smartcity --explain"
    )]
    List {
        #[command(flatten)]
        of: RoleArgs,
        /// Say in plain words who may do what
        #[arg(long)]
        explain: bool,
    },
    /// Show a policy of a role, as its text
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest policy show ServiceCustomer OrionServiceCustomer -s smartcity\n  \
        orchest policy show ServiceCustomer OrionServiceCustomer -s smartcity --explain"
    )]
    Show {
        #[command(flatten)]
        of: RoleArgs,
        /// Id of the policy
        policy: String,
        /// Say in plain words who may do what
        #[arg(long)]
        explain: bool,
    },
    /// Bind a policy to a role, or replace the role's policy of the same id
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  orchest policy update ServiceCustomer customer.xml -s smartcity --dry-run\n  \
        orchest policy update SubServiceCustomer --template sth-customer -s smartcity\n\n\
        Keypass keeps one policy of an id for a whole service, whatever the role. A policy that another\n\
        role has is not taken away from it without --move."
    )]
    Update(update::UpdateArgs),
    /// Delete policies of a role
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest policy delete ServiceCustomer OrionServiceCustomer -s smartcity --yes\n  \
        orchest policy delete admin OrionAdmin PerseoAdmin -s smartcity --yes\n\n\
        Of the role admin only the policies in this service are deleted."
    )]
    Delete {
        #[command(flatten)]
        of: RoleArgs,
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
        /// Do not look first whether the role has it: for when a broken policy makes its list fail
        #[arg(long, conflicts_with = "fail_if_missing")]
        unchecked: bool,
    },
    /// Find what is wrong with policies in files; sends nothing
    #[command(after_help = "Examples:\n  orchest policy lint customer.xml\n  \
        orchest policy lint policies/*/*.xml -o jsonl\n\n\
        Ends with 1 if there is an error, and with --exit-status if there is a warning too.")]
    Lint {
        /// Files, or directories with *.xml in them; `-` is standard input
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Compare the policies of a role with files
    #[command(
        after_help = "Examples:\n  orchest policy diff ServiceCustomer policies/ServiceCustomer -s smartcity\n  \
        orchest policy diff ServiceCustomer customer.xml -s smartcity --exit-status\n\n\
        Of a directory, policies that only the role has count as different too."
    )]
    Diff {
        #[command(flatten)]
        of: RoleArgs,
        /// Files, or directories with *.xml in them
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Make the policies of roles as a directory has them: DIR/ROLE/*.xml
    #[command(after_help = "Examples:\n  orchest policy sync policies -s smartcity --dry-run\n  \
        orchest policy sync policies -s smartcity --prune --yes\n\n\
        Every folder in DIR is named like a role and holds its policies. Roles without a folder are left\n\
        alone. --prune deletes what a role with a folder has beyond its files, and nothing else.")]
    Sync(sync::SyncArgs),
    /// Ask Keypass whether a role may do something in a component
    #[command(after_help = "Examples:\n  orchest policy test ServiceCustomer read orion -s smartcity\n  \
        orchest policy test SubServiceCustomer create orion -s smartcity --exit-status || echo no\n\n\
        With --exit-status it ends with 1 unless the answer is Permit. A PEP also looks at where the role\n\
        was granted: that is not asked here.")]
    Test(decide::TestArgs),
    /// List the default policies of the platform, or print one; sends nothing
    #[command(after_help = "Examples:\n  orchest policy templates --filter role=ServiceCustomer\n  \
        orchest policy templates orion-customer2 | tee customer.xml")]
    Templates {
        /// Name of one, to print
        name: Option<String>,
        /// Say in plain words who may do what
        #[arg(long)]
        explain: bool,
    },
}

pub(crate) async fn run(context: &Context, verb: &PolicyVerb) -> Result<()> {
    match verb {
        PolicyVerb::List { of, explain } => show::list(context, of, *explain).await,
        PolicyVerb::Show { of, policy, explain } => show::one(context, of, policy, *explain).await,
        PolicyVerb::Update(args) => update::run(context, args).await,
        PolicyVerb::Delete { of, items, fail_if_missing, unchecked } => {
            delete::run(context, of, items, *fail_if_missing, *unchecked).await
        }
        PolicyVerb::Lint { files } => lint::run(context, files),
        PolicyVerb::Diff { of, files } => diff::run(context, of, files).await,
        PolicyVerb::Sync(args) => sync::run(context, args).await,
        PolicyVerb::Test(args) => decide::run(context, args).await,
        PolicyVerb::Templates { name, explain } => templates::run(context, name.as_deref(), *explain),
    }
}

/// The name that is most like this one.
fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = names.map(|name| (strsim::jaro_winkler(&word.to_lowercase(), &name.to_lowercase()), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.8).then_some(best.1)
}
