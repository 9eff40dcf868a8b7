//! `orchest deployment reset`.

use anyhow::Result;

use crate::api::paas::{Error, Feature, Status};
use crate::base::text::shell_word;

use super::super::context::Context;
use super::super::deployment_id::deployment_id;
use super::super::error::{CliError, Exit};
use super::super::owned::OwnedArgs;
use super::show;

pub(super) async fn run(context: &Context, deployment: &str, owned: &OwnedArgs) -> Result<()> {
    let id = deployment_id(context, deployment)?;
    let question = format!("give up on the deletion of deployment {deployment}");
    // Where nobody can be asked, that is said before anything is sent.
    if !context.prompter.is_allowed() {
        context.refuse_where_known(Feature::Reset)?;
        context.confirm(&question)?;
    }
    let paas = context.paas().await?;
    Feature::Reset.refuse(paas.dialect())?;
    let found = show::needed(context, &paas, &id).await?;
    owned.check(context, &paas, &found, "reset it").await?;
    let word = shell_word(deployment);
    match found.status {
        Status::DeleteFailed => {
            context.printer.note(&format!("deployment {deployment} is DELETE_FAILED already"));
            context.printer.hint(&format!("orchest deployment delete {word} --force"));
            return Ok(());
        }
        Status::DeleteInProgress => {}
        other => {
            let message = format!("deployment {deployment} is {}, and only a deletion can be reset", other.name());
            return Err(CliError::new(Exit::Conflict, message)
                .next(format!("orchest deployment delete {word}"))
                .into());
        }
    }
    if context.would(&format!("reset deployment {deployment} from DELETE_IN_PROGRESS to DELETE_FAILED")) {
        return Ok(());
    }
    context.confirm(&question)?;
    match paas.reset(&id).await {
        Ok(()) => {}
        // It may have moved on by itself, or an answer was lost.
        Err(Error::Wire(error)) if error.status() == Some(409) => {
            let now = paas.deployment(&id).await?.map(|deployment| deployment.status);
            if now != Some(Status::DeleteFailed) {
                return Err(error.into());
            }
        }
        Err(error) => return Err(error.into()),
    }
    context.printer.note(&format!("deployment {deployment}: DELETE_FAILED, so that it can be deleted again"));
    context.printer.hint(&format!("orchest deployment delete {word} --force"));
    Ok(())
}
