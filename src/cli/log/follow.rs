//! `orchest log follow`: what is new in a log, until there will be nothing new.

use anyhow::Result;

use crate::api::paas::{Error, Status};
use crate::base::text::safe;
use crate::flows::deployments::{Goal, Step, Waiter};

use super::super::chance::chance;
use super::super::context::Context;
use super::super::deployment::wait::without_progress;
use super::super::error::{CliError, Exit};
use super::super::resource::desk::Desk;
use super::tail::Tail;
use super::{LINE, Wanted, WhichArgs, explain_nothing, lines, row};

pub(super) async fn run(context: &Context, args: &WhichArgs) -> Result<()> {
    let wanted = Wanted::of(context, args)?;
    let desk = Desk::open(context, &args.deployment).await?;
    let limit = without_progress(context, &desk.paas);
    let mut waiter = Waiter::new(Goal::Settled, context.clock.monotonic(), limit);
    let mut tail = Tail::new(&desk);
    let mut rows = context.wants_rows().then(|| context.printer.stream(&LINE).in_order());
    let end = loop {
        // The state first: what was written before the end is then in the log that follows.
        let seen = desk.paas.deployment(&desk.id).await;
        let known = seen.as_ref().ok().and_then(Clone::clone);
        let step = waiter.observe(context.clock.monotonic(), seen);
        let over = is_over(step, &desk)?;
        if !matches!(over, Some(End::Gone)) {
            let fresh = tail.more(known.as_ref(), over.is_some()).await?;
            if args.raw {
                context.printer.raw(fresh.as_bytes())?;
            } else {
                for entry in lines::entries(&fresh).iter().filter(|entry| wanted.fits(entry)) {
                    match &mut rows {
                        Some(rows) => rows.push_all([row(entry)])?,
                        None => context.printer.text(&entry.text)?,
                    }
                }
            }
        }
        if let Some(end) = over {
            break end;
        }
        if !context.rest(waiter.pause(context.clock.monotonic(), chance())).await {
            context.printer.note("the deployment goes on");
            context.printer.hint(&format!("orchest log follow {}", desk.word()));
            return Err(CliError::silent(Exit::Interrupted).into());
        }
    };
    if let Some(rows) = rows {
        rows.finish()?;
    }
    if tail.is_empty() && !matches!(end, End::Gone) {
        explain_nothing(&desk).await?;
    }
    match end {
        End::Good(status) => context.printer.note(&format!("the deployment is in {}", status.name())),
        End::Gone => context.printer.note("the deployment is deleted, and its log with it"),
        End::Bad(status, reason) => {
            let error = CliError::new(Exit::Failed, format!("the deployment is in {}", status.name()));
            let error = reason.into_iter().fold(error, |error, reason| error.cause(safe(&reason).into_owned()));
            return Err(error.next(format!("orchest deployment show {}", desk.word())).into());
        }
    }
    Ok(())
}

/// How it ended.
enum End {
    Good(Status),
    Gone,
    Bad(Status, Option<String>),
}

fn is_over(step: Step, desk: &Desk<'_>) -> Result<Option<End>> {
    Ok(match step {
        Step::Same | Step::Changed(_) | Step::Trouble(_) => None,
        Step::Late => {
            let error = CliError::new(Exit::Deadline, "stopped following: the deployment has not settled");
            return Err(error.next(format!("orchest log follow {}", desk.word())).into());
        }
        Step::Done(Some(deployment)) => Some(End::Good(deployment.status)),
        Step::Done(None) => Some(End::Gone),
        Step::Failed(deployment) => Some(End::Bad(deployment.status, deployment.reason)),
        Step::Vanished => return Err(desk.gone().into()),
        Step::Broken(error) => return Err(broken(error)),
    })
}

fn broken(error: Error) -> anyhow::Error {
    error.into()
}
