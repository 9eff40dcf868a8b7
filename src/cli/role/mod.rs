//! `orchest role`: what people may do, and who may do it.

pub(crate) mod assignments;
mod delete;
mod grant;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use crate::api::keystone::Kind;

use super::args::ItemArgs;
use super::context::Context;
use super::create::{self, Ensure, Wanted};
use super::entity::{self, members};

use grant::{Change, GrantArgs};

#[derive(Subcommand, Debug)]
pub(crate) enum RoleVerb {
    /// List the roles of a service, or of all
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest role list -s smartcity\n  \
        orchest role list -s smartcity -o name"
    )]
    List,
    /// Show a role, or several
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest role show ServiceCustomer -s smartcity\n  \
        orchest role show admin -o json"
    )]
    Show {
        #[command(flatten)]
        items: ItemArgs,
    },
    /// Create roles in a service, or make sure that they are there
    #[command(after_help = "Examples:\n  orchest role create Gardener -s smartcity\n  \
        orchest role create --from roles.txt -s smartcity")]
    Create {
        #[command(flatten)]
        items: ItemArgs,
        /// Description
        #[arg(long)]
        description: Option<String>,
        #[command(flatten)]
        ensure: Ensure,
    },
    /// Change a role's description
    #[command(
        visible_alias = "set",
        after_help = "Examples:\n  \
        orchest role update ServiceCustomer -s smartcity --description 'sees all of it'\n  \
        orchest role update ServiceCustomer -s smartcity --description ''"
    )]
    Update {
        /// Name without its service, or `id:HEX`
        name: String,
        /// New description; empty clears it
        #[arg(long)]
        description: Option<String>,
    },
    /// Delete roles and all their grants
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest role delete ServiceCustomerSTH -s smartcity --yes\n  \
        orchest role delete ServiceCustomerSTH ServiceAdminSTH -s smartcity --dry-run"
    )]
    Delete {
        #[command(flatten)]
        items: ItemArgs,
        /// End with 3 when one is not there
        #[arg(long)]
        fail_if_missing: bool,
    },
    /// Give a role to users or groups
    #[command(after_help = "Examples:\n  orchest role grant ServiceCustomer --to-user carl -s smartcity\n  \
        orchest role grant SubServiceAdmin --to-user carl -s smartcity -S energy\n  \
        orchest role grant SubServiceAdmin --to-group operators -s smartcity --inherit\n  \
        orchest role grant ServiceCustomer --from shift.txt -s smartcity\n\n\
        `granted` is said of what was granted before, too: Keystone does not tell.")]
    Grant(GrantArgs),
    /// Take a role from users or groups
    #[command(after_help = "Examples:\n  orchest role revoke ServiceCustomer --from-user carl -s smartcity\n  \
        orchest role revoke SubServiceAdmin --from-group operators -s smartcity --inherit")]
    Revoke(GrantArgs),
    /// Show who has which role where
    #[command(after_help = "Examples:\n  orchest role assignments -s smartcity --all\n  \
        orchest role assignments -s smartcity --of-user carl --effective")]
    Assignments(assignments::AssignmentArgs),
}

pub(crate) async fn run(context: &Context, verb: &RoleVerb) -> Result<()> {
    match verb {
        RoleVerb::List => entity::list(context, Kind::Role, &[]).await,
        RoleVerb::Show { items } => entity::show(context, Kind::Role, items).await,
        RoleVerb::Create { items, description, ensure } => {
            if context.service_name().is_none() {
                context.printer.note("without -s NAME a role is one of Keystone itself, for all services");
            }
            let members = members(&[("description", description.as_ref().map(|text| json!(text)))]);
            let wanted = Wanted { members, ..Wanted::default() };
            create::run(context, Kind::Role, items, &["description"], wanted, *ensure).await
        }
        RoleVerb::Update { name, description } => {
            let wanted = members(&[("description", description.as_ref().map(|text| json!(text)))]);
            entity::update(context, Kind::Role, name, wanted).await
        }
        RoleVerb::Delete { items, fail_if_missing } if context.service_name().is_none() => {
            delete::of_keystone(context, items, *fail_if_missing).await
        }
        RoleVerb::Delete { items, fail_if_missing } => {
            entity::delete(context, Kind::Role, items, *fail_if_missing).await
        }
        RoleVerb::Grant(args) => grant::run(context, args, Change::Grant).await,
        RoleVerb::Revoke(args) => grant::run(context, args, Change::Revoke).await,
        RoleVerb::Assignments(args) => assignments::run(context, args).await,
    }
}
