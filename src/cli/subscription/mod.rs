//! `orchest subscription`: what Orion tells whom.

mod create;
mod delete;
mod end;
mod list;
pub(crate) mod rows;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::context::Context;
use super::error::CliError;

use create::CreateArgs;

#[derive(Subcommand, Debug)]
pub(crate) enum SubscriptionVerb {
    /// List the subscriptions of a service's own level, or of a subservice
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest subscription list -s smartcity -S energy\n  \
        orchest subscription list -s smartcity -o name"
    )]
    List,
    /// Show a subscription
    #[command(
        alias = "get",
        after_help = "Examples:\n  orchest subscription show 65f0c8a1e4b0a1b2c3d4e5f6 -s smartcity -S energy\n  \
        orchest subscription show 65f0c8a1e4b0a1b2c3d4e5f6 -s smartcity -S energy -o json"
    )]
    Show {
        /// Id
        id: String,
    },
    /// Create a subscription, or make sure that it is there
    #[command(after_help = "Examples:\n  orchest subscription create --entity lamp1 --type Lamp --with-entity \
        --notify http://here:8080/in -s smartcity -S energy\n  \
        orchest subscription create --entity-pattern 'lamp.*' --attrs state,level --notify http://here:8080/in \
        --expires 30d --throttling 5 -s smartcity -S energy")]
    Create(CreateArgs),
    /// Delete subscriptions
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  orchest subscription delete 65f0c8a1e4b0a1b2c3d4e5f6 -s smartcity -S energy --yes\n  \
        orchest subscription delete --all -s smartcity -S energy --yes"
    )]
    Delete {
        #[command(flatten)]
        which: Which,
        /// End with 3 when one is not there
        #[arg(long, conflicts_with = "all")]
        fail_if_missing: bool,
    },
}

/// Those that are named, or all.
#[derive(Args, Debug)]
pub(crate) struct Which {
    /// Ids
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// File to read them from instead: one a line, or CSV or JSONL with `name`; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "ids")]
    from: Option<PathBuf>,
    /// All of the service's own level, or of the subservice of -S
    #[arg(long, conflicts_with_all = ["ids", "from"])]
    all: bool,
}

pub(crate) async fn run(context: &Context, verb: &SubscriptionVerb) -> Result<()> {
    match verb {
        SubscriptionVerb::List => list::list(context).await,
        SubscriptionVerb::Show { id } => list::show(context, id).await,
        SubscriptionVerb::Create(args) => create::run(context, args).await,
        SubscriptionVerb::Delete { which, .. } if which.all => delete::all(context).await,
        SubscriptionVerb::Delete { which, fail_if_missing } => delete::named(context, which, *fail_if_missing).await,
    }
}

/// Orion's ids are 24 hexadecimal digits; it refuses any other as malformed.
fn check_id(id: &str) -> Result<(), CliError> {
    if id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    let shown = crate::base::text::safe(id);
    Err(CliError::usage(format!("'{shown}' is not the id of a subscription: those are 24 hexadecimal digits"))
        .next("orchest subscription list -o name shows them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked_before_they_are_sent() {
        assert!(check_id("65f0c8a1e4b0a1b2c3d4e5F6").is_ok());
        for bad in ["", "65f0", "65f0c8a1e4b0a1b2c3d4e5f6/", "65f0c8a1e4b0a1b2c3d4e5fg", "../subscriptions?limit=1"] {
            assert_eq!(check_id(bad).unwrap_err().exit.code(), 2, "{bad}");
        }
    }
}
