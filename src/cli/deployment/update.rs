//! `orchest deployment update`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::api::paas::{Deployment, Error, Feature, Paas, Status, Submission};
use crate::base::digest;
use crate::base::text::shell_word;
use crate::flows::deployments::Goal;
use crate::http::Outcome;
use crate::state::Things;

use super::super::context::Context;
use super::super::deployment_id::deployment_id;
use super::super::error::{CliError, Exit};
use super::super::owned::OwnedArgs;
use super::rows::{DEPLOYMENT, judged};
use super::show;
use super::submit::{self, EffortArgs, InputArgs};
use super::wait::{self, WaitArgs};

#[derive(Args, Debug)]
pub(crate) struct UpdateArgs {
    /// Uuid, a name that it was given here, or `last`
    #[arg(value_name = "DEPLOYMENT")]
    deployment: String,
    /// A template's file, or `-`; left out with inputs, the template it has
    #[arg(value_name = "TEMPLATE")]
    template: Option<PathBuf>,
    #[command(flatten)]
    owned: OwnedArgs,
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    effort: EffortArgs,
    #[command(flatten)]
    wait: WaitArgs,
}

pub(super) async fn run(context: &Context, args: &UpdateArgs) -> Result<()> {
    let limit = args.wait.limit()?;
    let anew = args.template.is_some() || !args.inputs.is_empty();
    if !anew && args.effort.group.is_none() {
        let error = CliError::usage("nothing to change was said");
        return Err(error.next("give a template, inputs (-p NAME=VALUE) or --group NAME").into());
    }
    let id = deployment_id(context, &args.deployment)?;
    let given = args.template.as_ref().map(|path| submit::read(context, path)).transpose()?;
    let dialect = context.dialect().await?;
    if !anew {
        Feature::UpdateGroup.refuse(dialect)?;
        return regroup(context, args, &id).await;
    }
    Feature::UpdateTemplate.refuse(dialect)?;
    if args.effort.group.is_some() {
        return Err(CliError::usage("an update keeps the group of a deployment").next("leave --group out").into());
    }
    let paas = context.paas().await?;
    let text = match given {
        Some(text) => text,
        None => {
            let text = paas.template_of(&id).await?.ok_or_else(|| show::missing(context, &id))?;
            submit::Text { name: format!("the template of {}", args.deployment), text }
        }
    };
    let template = submit::template(context, &text)?;
    // What is not given now keeps the value that it was given then: the server adds to what it has.
    let inputs = args.inputs.resolve_some(context, &template.inputs)?;
    let submission = submit::submission(&text, inputs, &args.effort)?;
    submission.check(dialect)?;
    let found = show::needed(context, &paas, &id).await?;
    args.owned.check(context, &paas, &found, "update it").await?;
    let sent = digest::sha256(format!("{id} {submission:?}").as_bytes());
    if found.status != Status::UpdateInProgress && !context.dry_run() {
        // Whatever was sent before has ended, waited for or not.
        ended(context, &id);
    }
    let earlier = context.notes_here_about(Things::Updates)?;
    // The same line, cut short behind its request, waits on.
    let under_way = found.status == Status::UpdateInProgress
        && earlier.iter().any(|note| note.id.as_deref() == Some(&id) && note.key == sent);
    if !found.status.may_be_updated() && !under_way {
        return Err(refused(&args.deployment, &found));
    }
    if context.would(&format!("update deployment {} with {}", args.deployment, text.name)) {
        return Ok(());
    }
    context.confirm_if_protected(&format!("update deployment {}", args.deployment))?;
    if !under_way {
        let mut note = context.begun(sent)?;
        note.id = Some(id.clone());
        context.keep_note(Things::Updates, &note, "the same line is refused until the update has ended");
        send(context, &paas, &id, &submission).await?;
    }
    let Some(limit) = limit else {
        context.printer.note(&format!("deployment {} is being updated", args.deployment));
        context.printer.hint(&format!("orchest deployment wait {}", shell_word(&args.deployment)));
        return Ok(());
    };
    let end = wait::until(context, &paas, &id, Goal::Updated, limit, args.wait.follow).await;
    if end.as_ref().err().is_none_or(wait::is_final) && !context.stop.requested() {
        ended(context, &id);
    }
    if let Some(deployment) = end? {
        let notes = context.notes_here()?;
        context.printer.show(&DEPLOYMENT, judged(context, &deployment, &notes, false)?)?;
    }
    Ok(())
}

/// Forgets what was sent to a deployment. An update that somebody begins from now on is another one, even where it is this
/// machine that is asked for the old one again.
pub(super) fn ended(context: &Context, id: &str) {
    for note in context.notes_here_about(Things::Updates).unwrap_or_default() {
        if note.id.as_deref() == Some(id) {
            context.drop_note(Things::Updates, &note);
        }
    }
}

/// An answer that was lost is made good by a look: a deployment that is being updated has got it.
async fn send(context: &Context, paas: &Paas, id: &str, submission: &Submission) -> Result<()> {
    let error = match paas.update(id, submission).await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if !matches!(&error, Error::Wire(wire) if wire.outcome() == Outcome::MayHaveHappened) {
        // For certain nothing came of it.
        ended(context, id);
        return Err(error.into());
    }
    match paas.deployment(id).await? {
        Some(now) if now.status == Status::UpdateInProgress => Ok(()),
        _ => Err(error.into()),
    }
}

fn refused(called: &str, found: &Deployment) -> anyhow::Error {
    let message = format!("deployment {called} is {} and cannot be updated now", found.status.name());
    let word = shell_word(called);
    let next = match found.status {
        Status::UpdateInProgress | Status::CreateInProgress => format!("orchest deployment wait {word}"),
        _ => format!("orchest deployment delete {word}, and create it anew"),
    };
    CliError::new(Exit::Conflict, message).next(next).into()
}

/// Where only the group can be changed, without deploying anew.
async fn regroup(context: &Context, args: &UpdateArgs, id: &str) -> Result<()> {
    let Some(group) = &args.effort.group else { return Ok(()) };
    let paas = context.paas().await?;
    let found = show::needed(context, &paas, id).await?;
    args.owned.check(context, &paas, &found, "update it").await?;
    if found.group.as_ref() == Some(group) {
        context.printer.note(&format!("deployment {} is of group {group} already", args.deployment));
        return Ok(());
    }
    if context.would(&format!("move deployment {} to group {group}", args.deployment)) {
        return Ok(());
    }
    context.confirm_if_protected(&format!("move deployment {} to group {group}", args.deployment))?;
    paas.set_group(id, group).await?;
    // The server says yes to everything, and does not ask whether anybody is in that group.
    let now = show::needed(context, &paas, id).await?;
    if now.group.as_ref() != Some(group) {
        let message =
            format!("the orchestrator said yes, but deployment {} is still of another group", args.deployment);
        return Err(CliError::new(Exit::Failed, message).next("ask whoever runs the orchestrator").into());
    }
    let notes = context.notes_here()?;
    Ok(context.printer.show(&DEPLOYMENT, judged(context, &now, &notes, false)?)?)
}
