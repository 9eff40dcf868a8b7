//! `orchest deployment owner`, which no server offers.

use anyhow::Result;
use clap::Subcommand;

use crate::api::paas::Feature;

use super::super::context::Context;
use super::super::deployment_id::deployment_id;

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
