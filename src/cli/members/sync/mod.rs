//! `orchest members sync`: the members of several services as a roster has them. The whole plan is made and shown before the
//! first change, and nothing of it is done anywhere where it goes beyond its limits at one of them.

mod outcome;
mod survey;
pub(crate) mod table;

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use futures_util::future::join_all;

use crate::connectors::ConnectorKind;
use crate::flows::members::{Came, Deed, Results, Share, Step, apply};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::change::places;
use super::choose;
use super::each::in_time;
use super::roster::Roster;
use survey::{Seen, Site};

/// What a roster is held against the services by.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line, independent of the others")]
pub(crate) struct SyncArgs {
    /// Roster, CSV or TOML, with `name`, `email`, `github`, `trello`, `slack`, `g_drive`, `github_role` and so on; `-` is
    /// standard input
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Remove those who are in, or invited, and not listed
    #[arg(long)]
    remove_extra: bool,
    /// How many may be removed at each connector: a share of its active members, or a number
    #[arg(long, value_name = "SHARE", default_value_t = Share::USUAL)]
    max_removals: Share,
    /// How many administrators each connector has to have afterwards; left out, 1 where one is taken away
    #[arg(long, value_name = "N")]
    min_admins: Option<usize>,
    /// People who are never touched, listed or not, such as robots and accounts for emergencies: a file as a roster, without roles
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,
    /// Invite e-mail addresses to which no invitation is open (GitHub): whoever has accepted one gets another
    #[arg(long)]
    invite_addresses: bool,
    /// Let the roster lower roles, too
    #[arg(long)]
    allow_demotions: bool,
    /// Take those who go from the boards too, where they would stay as guests (Trello)
    #[arg(long)]
    with_boards: bool,
}

pub(super) async fn run(context: &Context, args: &SyncArgs) -> Result<()> {
    context.check_failed_to()?;
    let kinds = choose::connectors(context)?;
    let roster = Roster::read(context, &args.from)?;
    if roster.is_partial() && args.remove_extra {
        let message = format!("{} only has those who failed, so nobody is removed by it", args.from.display());
        let error = CliError::usage(message).cause("nothing was sent");
        return Err(error.next("leave --remove-extra out, or take the whole roster").into());
    }
    let ignored = args.ignore.as_deref().map(|path| Roster::of_ignored(context, path)).transpose()?;
    let kinds = listed(context, args, &roster, kinds);
    // Where nobody can be asked, that is said before anything is sent.
    if !context.prompter.is_allowed() {
        confirm(context, &kinds, "change who is a member")?;
    }
    let Seen { sites, unseen, _locks } = survey::all(context, args, &roster, ignored.as_ref(), &kinds).await?;
    outcome::unseen(context, &unseen);
    table::warnings(context, args, &sites);
    let is_partial = !unseen.is_empty();
    let is_refused = sites.iter().any(|site| !site.plan.refusals().is_empty());
    let is_final = context.dry_run() || is_refused || sites.iter().all(|site| site.plan.changes().is_empty());
    // A machine reads one document: what came of it, or else the plan.
    if is_final || !context.wants_rows() {
        table::plan(context, &sites, &roster, is_partial)?;
    }
    table::summary(context, &sites);
    if is_refused {
        return Err(refusal(context, &sites));
    }
    if is_final {
        let is_planned = sites.iter().any(|site| !site.plan.changes().is_empty());
        match (is_planned, is_partial) {
            (true, _) => context.printer.note("dry run: nothing was changed"),
            (false, false) => context.printer.note("nothing to change"),
            (false, true) if sites.is_empty() => {}
            (false, true) => context.printer.note("nothing to change at the others"),
        }
        if context.dry_run() && !is_partial {
            // Nothing that this command does makes it so for those, and it is not as the roster has it.
            let is_unmet = |deed: &Deed| matches!(deed, Deed::Leave { unmet: true, .. });
            let is_other = is_planned || sites.iter().any(|site| site.plan.count(is_unmet) > 0);
            let tells = context.globals.run.exit_status && is_other;
            return if tells { Err(CliError::silent(Exit::Changes).into()) } else { Ok(()) };
        }
        return outcome::finish(context, &roster, &sites, &[], is_partial, None);
    }
    confirm(context, &kinds, &table::question(&sites))?;
    let (came, stopped) = carry_out(context, args, &sites).await;
    if context.wants_rows() {
        table::results(context, &sites, &came, &roster)?;
    }
    outcome::finish(context, &roster, &sites, &came, is_partial, stopped)
}

/// The connectors that there is something to do at. Where nobody is to be removed, a roster that has nobody there asks
/// for nothing: those who failed at one are often at no other.
fn listed(context: &Context, args: &SyncArgs, roster: &Roster, kinds: Vec<ConnectorKind>) -> Vec<ConnectorKind> {
    let (listed, others): (Vec<_>, Vec<_>) =
        kinds.into_iter().partition(|kind| args.remove_extra || roster.has_anybody(*kind));
    for kind in others {
        context.printer.note(&format!("{kind}: left out, since the roster lists nobody there"));
    }
    listed
}

/// What came of a change. `None`: it was under way when the time was over, and may be done or not.
type Ended<'a> = (&'a Step, Option<Came>);

/// Does it side by side, and at each one change after the other; and says how far it came, where the operator wanted to
/// stop.
async fn carry_out<'a>(
    context: &Context,
    args: &SyncArgs,
    sites: &'a [Site],
) -> (Vec<Vec<Ended<'a>>>, Option<CliError>) {
    let progress = context.printer.progress();
    let total = sites.iter().map(|site| site.plan.changes().len() as u64).sum();
    let done = Cell::new(0_u64);
    let told = || {
        done.set(done.get() + 1);
        progress.set(done.get(), total);
    };
    let came: Vec<Results<'a>> = sites.iter().map(|_| RefCell::default()).collect();
    let all = sites.iter().zip(&came);
    let all = all.map(|(site, came)| apply(&*site.connector, &site.plan, args.with_boards, &context.stop, came, told));
    in_time(context, join_all(all)).await;
    progress.done();
    let whole = |(site, came): (&'a Site, Results<'a>)| {
        let mut came: Vec<Ended<'a>> = came.into_inner().into_iter().map(|(step, came)| (step, Some(came))).collect();
        // It is one after the other, so only the first of those that are left was begun.
        let left = site.plan.changes().into_iter().skip(came.len()).enumerate();
        came.extend(left.map(|(number, step)| (step, (number > 0).then_some(Came::NotDone))));
        came
    };
    let came = sites.iter().zip(came).map(whole).collect();
    let stopped = context.stop.requested().then(|| {
        let error = CliError::new(Exit::Interrupted, format!("stopped after {} of {total}", done.get()));
        error.next("run the same command again; what is done stays done")
    });
    (came, stopped)
}

fn confirm(context: &Context, kinds: &[ConnectorKind], what: &str) -> Result<()> {
    context.confirm_at(what, &places(kinds))
}

/// Why nothing is done: the error of the first, and the others in lines of their own.
fn refusal(context: &Context, sites: &[Site]) -> anyhow::Error {
    let all = sites.iter().flat_map(|site| site.plan.refusals().iter().map(move |refusal| (site, refusal)));
    let mut errors = all.map(|(site, refusal)| (format!("{}: {refusal}", site.kind), refusal.way_out()));
    let (message, next) = errors.next().unwrap_or_default();
    for (other, _) in errors {
        context.printer.failure(&other);
    }
    CliError::new(Exit::Conflict, message).cause("nothing was changed anywhere").next(next).into()
}
