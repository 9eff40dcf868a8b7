//! `orchest service`: a service with its administrator, its roles, its policies and who may what.

mod check;
mod create;
mod delete;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::api::keystone::Kind;
use crate::flows::root::CLEARED;

use super::args::{ItemArgs, NewPasswordArgs, TenantArgs};
use super::context::Context;
use super::entity::{self, members, switch};
use super::flow::FlowArgs;

#[derive(Subcommand, Debug)]
pub(crate) enum ServiceVerb {
    /// List the services
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest service list\n  \
        orchest service list --filter enabled=true -o name\n  orchest service list --usage --sort-by -users"
    )]
    List {
        /// Count the users, roles, groups and subservices of each
        #[arg(long)]
        usage: bool,
    },
    /// Show a service, or several
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest service show smartcity\n  \
        orchest service show smartcity -o json"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
    },
    /// Create a service with its administrator and its roles, or go on where an earlier run stopped
    #[command(after_help = "Examples:\n  \
        orchest service create harbour --admin-user hana --generate-password --password-out hana.pw\n  \
        orchest service create harbour --admin-user hana --generate-password --password-out hana.pw --dry-run")]
    Create(CreateArgs),
    /// Change a service
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  \
        orchest service update smartcity --description 'the city'\n  orchest service update smartcity --disable --yes"
    )]
    Update {
        /// Name, or `id:HEX`
        name: String,
        /// New description; empty clears it
        #[arg(long)]
        description: Option<String>,
        /// Let its users log in
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Refuse all its users
        #[arg(long)]
        disable: bool,
    },
    /// Delete services with everything in them
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest service delete smartcity\n  \
        orchest service delete smartcity --yes --dry-run"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
        /// Only take it out of use
        #[arg(long)]
        disable_only: bool,
        /// Leave its policies in Keypass
        #[arg(long)]
        keep_policies: bool,
        /// Leave its subscriptions, rules, and groups and devices of the IoT agent where they are
        #[arg(long)]
        keep_data: bool,
        #[command(flatten)]
        tenant: TenantArgs,
    },
    /// Compare a service with the standard set-up
    #[command(after_help = "Examples:\n  orchest service check smartcity --admin-user adm1\n  \
        orchest service check smartcity --exit-status -q || echo 'look at it'")]
    Check(CheckArgs),
    /// Make what a service lacks of the standard set-up
    #[command(after_help = "Examples:\n  orchest service repair smartcity --admin-user adm1\n  \
        orchest service repair smartcity --dry-run")]
    Repair {
        #[command(flatten)]
        check: CheckArgs,
        #[command(flatten)]
        password: NewPasswordArgs,
    },
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// Name: a-z, 0-9 and _, 50 at most
    name: String,
    /// Description
    #[arg(long)]
    description: Option<String>,
    /// User that administers the service
    #[arg(long, value_name = "NAME")]
    admin_user: String,
    /// E-mail address of that user
    #[arg(long, value_name = "ADDRESS")]
    admin_email: Option<String>,
    /// Make the four standard groups too
    #[arg(long)]
    default_groups: bool,
    /// Give the four generic roles policies too, not only those of each component
    #[arg(long)]
    generic_roles: bool,
    /// Modules to switch on at the service itself
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    modules: Vec<String>,
    /// Accept a name that Orion does not take
    #[arg(long)]
    any_name: bool,
    #[command(flatten)]
    flow: FlowArgs,
    #[command(flatten)]
    password: NewPasswordArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Name, or `id:HEX`
    name: String,
    /// User that should administer it
    #[arg(long, value_name = "NAME")]
    admin_user: Option<String>,
    /// The four standard groups too
    #[arg(long)]
    default_groups: bool,
    /// The policies of the generic roles too
    #[arg(long)]
    generic_roles: bool,
    #[command(flatten)]
    tenant: TenantArgs,
}

pub(crate) async fn run(context: &Context, verb: &ServiceVerb) -> Result<()> {
    match verb {
        ServiceVerb::List { usage: true } => super::usage::list(context).await,
        ServiceVerb::List { usage: false } => entity::list(context, Kind::Domain, &[]).await,
        ServiceVerb::Show { items } => entity::show(context, Kind::Domain, items).await,
        ServiceVerb::Create(args) => create::run(context, args).await,
        ServiceVerb::Update { name, description, enable, disable } => {
            if *disable {
                context.confirm(&format!("take service {name} out of use"))?;
            }
            let wanted = members(&[
                ("description", description.as_ref().map(|text| json!(text))),
                ("enabled", switch(*enable, *disable)),
                // A deletion that did not end said so; whoever enables it again starts afresh.
                (CLEARED, enable.then_some(Value::Null)),
            ]);
            entity::update(context, Kind::Domain, name, wanted).await
        }
        ServiceVerb::Delete { items, fail_if_missing, disable_only, keep_policies, keep_data, tenant } => {
            let how = delete::How {
                fail_if_missing: *fail_if_missing,
                disable_only: *disable_only,
                keep_policies: *keep_policies,
                keep_data: *keep_data,
            };
            delete::run(context, items, &how, tenant).await
        }
        ServiceVerb::Check(args) => check::check(context, args).await,
        ServiceVerb::Repair { check, password } => check::repair(context, check, password).await,
    }
}
