//! Whose a deployment is: before it is touched, and `orchest deployment owner`, which no server offers.

use anyhow::Result;
use clap::Subcommand;

use crate::api::paas::{Deployment, Dialect, Feature, Paas};
use crate::base::text::shell_word;

use super::super::context::Context;
use super::super::deployment_id::deployment_id;
use super::super::error::{CliError, Exit};

#[derive(Subcommand, Debug)]
pub(crate) enum OwnerVerb {
    /// Add owners to a deployment
    #[command(after_help = "Examples:\n  orchest deployment owner add kafka-test 7f0c6a1e@https://iam.example/\n  \
        orchest deployment owner add last 7f0c6a1e@https://iam.example/")]
    Add {
        /// Uuid, a name that it was given here, or `last`
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
        /// Who: SUBJECT@ISSUER, or a user's id
        #[arg(value_name = "WHO", required = true)]
        who: Vec<String>,
    },
    /// Take owners from a deployment
    #[command(after_help = "Examples:\n  orchest deployment owner rm kafka-test 7f0c6a1e@https://iam.example/\n  \
        orchest deployment owner rm last 7f0c6a1e@https://iam.example/")]
    Rm {
        /// Uuid, a name that it was given here, or `last`
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
        /// Who: SUBJECT@ISSUER, or a user's id
        #[arg(value_name = "WHO", required = true)]
        who: Vec<String>,
    },
}

/// No server has a way to do it, so nothing is sent but the question which server it is.
pub(super) async fn run(context: &Context, verb: &OwnerVerb) -> Result<()> {
    let (OwnerVerb::Add { deployment, .. } | OwnerVerb::Rm { deployment, .. }) = verb;
    deployment_id(context, deployment)?;
    Ok(Feature::Owners.refuse(context.dialect().await?)?)
}

/// What belongs to somebody else is touched only by whoever says whose it is: servers of one kind do not ask, and an
/// administrator of the other may do everything.
pub(super) async fn check(
    context: &Context,
    paas: &Paas,
    deployment: &Deployment,
    owned_by: Option<&str>,
    verb: &str,
) -> Result<()> {
    let own = match paas.dialect() {
        Dialect::V1 => {
            let me = paas.me().await?.map(|user| user.id);
            me.is_some_and(|me| deployment.owners.contains(&me) || deployment.created_by.as_ref() == Some(&me))
        }
        // The token says who one is; where it does not, the server has to know.
        Dialect::Indigo => match context.paas_me().await? {
            Some(me) => deployment.created_by.as_ref().is_none_or(|by| *by == me),
            None => true,
        },
    };
    if own {
        return Ok(());
    }
    let owner = owner_of(deployment);
    if owned_by == Some(owner.as_str()) {
        return Ok(());
    }
    let message = format!("deployment {} is not yours but {owner}'s", deployment.id);
    if owned_by.is_none() && context.prompter.is_allowed() && !context.dry_run() {
        let question = format!("{message}. Type '{owner}' to {verb} it all the same");
        if context.prompter.type_name(&question, &owner, "--owned-by")? {
            return Ok(());
        }
    }
    let next = format!("add --owned-by {} if you mean it", shell_word(&owner));
    Err(CliError::new(Exit::Conflict, format!("{message}; nothing was done")).next(next).into())
}

fn owner_of(deployment: &Deployment) -> String {
    let first = deployment.owners.first().or(deployment.created_by.as_ref());
    first.map_or_else(|| "somebody".to_owned(), String::clone)
}
