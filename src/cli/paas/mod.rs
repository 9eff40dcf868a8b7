//! `orchest paas`: an orchestrator of deployments itself. What it is and can do, whether it is well, who its users are, which
//! SSH keys it keeps for them, and its schedules.

mod features;
pub(crate) mod info;
pub(crate) mod schedule;
pub(crate) mod ssh_key;
pub(crate) mod test;
mod text;
pub(crate) mod user;
mod who;

use anyhow::Result;
use clap::Subcommand;

use super::context::Context;

pub(crate) use text::help;

#[derive(Subcommand, Debug)]
pub(crate) enum PaasVerb {
    /// Show which kind of orchestrator it is, and what it can do
    #[command(after_help = "Examples:\n  orchest paas info\n  orchest paas info --filter offered=false -o json\n\n\
        It is asked anew, without a token.")]
    Info,
    /// Show where the orchestrator finds its own helpers
    #[command(
        alias = "configuration",
        after_help = "Examples:\n  orchest paas config\n  orchest paas config -o json --query .im_url"
    )]
    Config,
    /// Ask the orchestrator whether it is well
    #[command(after_help = "Examples:\n  orchest paas health\n  orchest paas health -o json\n\n\
        It ends with 0 if it is, with 1 if it says that something is wrong, and with 75 if it does not answer.")]
    Health,
    /// Find out anew which kind of orchestrator it is, and whether the token in use is good there
    #[command(after_help = "Examples:\n  orchest paas test\n  orchest paas test -o json\n\n\
        An orchestrator that lets in whoever brings any token at all is warned about; it is asked with a made-up one.")]
    Test,
    /// Manage the users that an orchestrator keeps
    #[command(subcommand, alias = "users")]
    User(user::UserVerb),
    /// Manage the public SSH keys that an orchestrator puts on the machines of its users
    #[command(subcommand, alias = "ssh-keys")]
    SshKey(ssh_key::SshKeyVerb),
    /// Let an orchestrator deploy whenever data arrive
    #[command(subcommand, alias = "schedules")]
    Schedule(schedule::ScheduleVerb),
}

pub(crate) async fn run(context: &Context, verb: &PaasVerb) -> Result<()> {
    match verb {
        PaasVerb::Info => info::info(context).await,
        PaasVerb::Config => info::config(context).await,
        PaasVerb::Health => info::health(context).await,
        PaasVerb::Test => test::run(context).await,
        PaasVerb::User(verb) => user::run(context, verb).await,
        PaasVerb::SshKey(verb) => ssh_key::run(context, verb).await,
        PaasVerb::Schedule(verb) => schedule::run(context, verb).await,
    }
}
