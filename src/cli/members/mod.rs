//! `orchest members`, and its short forms `check`, `add` and `rm`: who is in, put in, take out, in four services with one
//! set of words.

mod capabilities;
mod change;
mod check;
mod choose;
mod each;
#[cfg(feature = "oauth")]
pub(super) mod generate;
#[cfg(feature = "oauth")]
mod held;
mod help;
mod list;
mod roster;
pub(crate) mod rows;
#[cfg(feature = "oauth")]
pub(super) mod session;
mod setup;
pub(super) mod short;
pub(crate) mod sync;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::api::door::Door;
use crate::connectors::{ConnectorKind, Joining, Leaving};

use super::args::ItemArgs;
use super::context::Context;
use super::entity::refuse_bad_arguments;
use super::items::{Item, Items};

pub(super) use help::help;
#[cfg(any(fuzzing, test))]
pub(super) use roster::fuzz::roster as fuzz_roster;

#[derive(Subcommand, Debug)]
pub(crate) enum MembersVerb {
    /// Say whether people are in, invited, suspended or absent
    #[command(after_help = "Examples:\n  orchest members check octocat -c github\n  \
        orchest members check --from logins.txt -c github --exit-status || echo 'somebody is missing'")]
    Check(Ids),
    /// Put people in, or make sure that they are; invite them where that is the way
    #[command(after_help = "Examples:\n  orchest members add octocat -c github --team crew\n  \
        orchest members add bob@example.com -c g_drive --role reader --dry-run")]
    Add {
        #[command(flatten)]
        ids: Ids,
        #[command(flatten)]
        how: AddArgs,
    },
    /// Take people out, and invitations back
    #[command(after_help = "Examples:\n  orchest members rm octocat -c github --yes\n  \
        orchest members rm bea -c trello --with-boards --dry-run")]
    Rm {
        #[command(flatten)]
        ids: Ids,
        /// Take them from the boards too, where they would stay as guests (Trello)
        #[arg(long)]
        with_boards: bool,
    },
    /// List everybody who is in or invited
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  orchest members list -c github\n  orchest members list -c github --target acme -o json --filter role=admin"
    )]
    List,
    /// List those who are invited and have not answered, or not in time
    #[command(after_help = "Examples:\n  orchest members invitations -c github\n  \
        orchest members invitations -c github --filter state=expired -o name")]
    Invitations,
    /// Make the members those of a roster: show the plan, ask, and carry it out
    #[command(after_help = "Examples:\n  orchest members sync --from people.csv -c github,slack --dry-run\n  \
        orchest members sync --from people.csv -c github,slack --remove-extra --max-removals 100% --ignore robots.csv --yes\n\n\
        people.csv:\n  name,github,github_role,slack\n  Ada,ada,admin,ada@example.com\n  Bob,bob,,\n\n\
        robots.csv, for --ignore:\n  name,github,slack\n  Release robot,acme-robot,robot@example.com\n\n\
        Whoever cannot be had as listed is told of with what to do, and the exit code is 7 until that changes: see\n\
        orchest help connectors")]
    Sync(sync::SyncArgs),
    /// Say what can be done in each service, as it is set up, and what to do about the rest
    #[command(
        after_help = "Examples:\n  orchest members capabilities -c all\n  orchest members capabilities -c slack -o wide"
    )]
    Capabilities,
}

/// Who is meant.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Ids {
    /// People, as the service names them: login, username or e-mail address
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// File to read them from instead: one a line, CSV or JSONL; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "ids")]
    from: Option<PathBuf>,
}

impl Ids {
    /// All of them, checked before anything is sent.
    fn read(&self, context: &Context) -> Result<Items> {
        let args = ItemArgs { names: self.ids.clone(), from: self.from.clone() };
        let check =
            |item: &Item| if item.name.trim().is_empty() { Err("the name is empty".to_owned()) } else { Ok(()) };
        let items = Items::read(context, &args, &[], check)?;
        refuse_bad_arguments(&items)?;
        super::bulk::report_bad(context, &items);
        Ok(items)
    }
}

/// How people are to be put in.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct AddArgs {
    /// Role, in the service's word; nobody gets a lower one without this
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Team to join as well, by the name in its address (GitHub; can be repeated)
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
    /// Full name for an invitation by e-mail (Trello, Slack)
    #[arg(long, value_name = "NAME")]
    full_name: Option<String>,
    /// Have the service send an e-mail (Google Drive)
    #[arg(long)]
    notify: bool,
    /// Take back an invitation that is not answered, and send another (GitHub)
    #[arg(long)]
    reinvite: bool,
}

impl AddArgs {
    fn joining(&self, context: &Context) -> Joining {
        Joining {
            role: self.role.clone(),
            teams: self.teams.clone(),
            name: self.full_name.clone(),
            notify: self.notify,
            reinvite: self.reinvite,
            dry_run: context.dry_run(),
        }
    }
}

/// The way to one service, for requests of somebody's own.
pub(super) fn own_door(context: &Context, kind: ConnectorKind, writes: bool) -> Result<Door> {
    let settings = setup::Sheet::of(context, kind)?.settings()?;
    Ok(crate::connectors::own_door(settings, &setup::wire(context)?, writes)?)
}

pub(crate) async fn run(context: &Context, verb: &MembersVerb) -> Result<()> {
    match verb {
        MembersVerb::Check(ids) => check::run(context, ids).await,
        MembersVerb::Add { ids, how } => change::add(context, ids, &how.joining(context)).await,
        MembersVerb::Rm { ids, with_boards } => {
            let how = Leaving { with_boards: *with_boards, dry_run: context.dry_run() };
            change::remove(context, ids, &how).await
        }
        MembersVerb::List => list::everybody(context).await,
        MembersVerb::Invitations => list::invitations(context).await,
        MembersVerb::Sync(args) => sync::run(context, args).await,
        MembersVerb::Capabilities => capabilities::run(context),
    }
}
