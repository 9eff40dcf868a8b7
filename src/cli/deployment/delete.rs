//! `orchest deployment delete`.

use anyhow::Result;
use clap::Args;

use crate::api::paas::{Class, Dialect, Error, Paas, Status};
use crate::base::text::safe;
use crate::flows::deployments::Goal;
use crate::state::Note;

use super::super::bulk::{self, Done};
use super::super::context::{Backend, Context};
use super::super::deployment_id::deployment_id;
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::owned::OwnedArgs;
use super::super::seen;
use super::rows::called;
use super::show;
use super::wait::{self, WaitArgs};

#[derive(Args, Debug)]
pub(crate) struct DeleteArgs {
    /// Uuids, names that they were given here, or `last`
    #[arg(value_name = "DEPLOYMENT", required = true)]
    deployments: Vec<String>,
    /// Go on where something beside the machines cannot be removed
    #[arg(long)]
    force: bool,
    /// Remove the row from the database too, where the orchestrator can
    #[arg(long)]
    hard: bool,
    #[command(flatten)]
    owned: OwnedArgs,
    /// End with 3 when one is not there
    #[arg(long)]
    fail_if_missing: bool,
    #[command(flatten)]
    wait: WaitArgs,
}

pub(super) async fn run(context: &Context, args: &DeleteArgs) -> Result<()> {
    args.wait.limit()?;
    context.refuse_failed_to()?;
    let (mut good, mut ids) = (Vec::new(), Vec::new());
    for text in &args.deployments {
        let id = deployment_id(context, text)?;
        good.push(Item::typed(text).with_field("id", &id));
        ids.push(id);
    }
    let items = Items::typed(good, |_| Ok(()));
    let what = match ids.as_slice() {
        [one] => format!("delete deployment {}", named(&context.notes_here()?, one)),
        several => format!("delete {} deployments", several.len()),
    };
    context.confirm(&format!("{what} with all that runs there"))?;
    let paas = context.paas().await?;
    let results = bulk::each(context, &items, async |item: &Item| one(context, &paas, args, item).await).await?;
    for (item, _) in results.iter().filter(|(_, done)| matches!(done.result, "deleted" | "absent")) {
        context.saw_gone((Backend::Paas, None), seen::DEPLOYMENT, item.field("id").unwrap_or(&item.name));
    }
    context.finish_bulk(&items, &results, "deployment")
}

/// Which one a question is about. `last` and names may mean another one than whoever typed them thinks.
fn named(notes: &[Note], id: &str) -> String {
    let called = called(notes, id);
    if called == id { safe(id).into_owned() } else { format!("{} ({})", safe(&called), safe(id)) }
}

async fn one(context: &Context, paas: &Paas, args: &DeleteArgs, item: &Item) -> Result<Done> {
    let id = item.field("id").unwrap_or(&item.name);
    let found = paas.deployment(id).await?;
    let Some(found) = found.filter(|found| found.status.class() != Class::Gone || args.hard) else {
        if args.fail_if_missing {
            return Err(show::missing(context, id));
        }
        return Ok(Done::new("absent").detail("nothing to delete"));
    };
    args.owned.check(context, paas, &found, "delete it").await?;
    if context.would(&format!("delete deployment {}, which is {}", item.name, found.status.name())) {
        return Ok(Done::new("would be deleted"));
    }
    if found.status != Status::DeleteInProgress {
        begin(paas, id, args).await?;
    }
    let Some(limit) = args.wait.limit()? else {
        return Ok(match paas.deployment(id).await? {
            Some(now) if now.status.class() != Class::Gone => Done::new("being deleted").detail(now.status.name()),
            _ => Done::new("deleted"),
        });
    };
    wait::until(context, paas, id, Goal::Deleted, limit, args.wait.follow).await?;
    Ok(Done::new("deleted"))
}

/// Asks for the deletion, and does not take a refusal for one that is under way for a failure.
async fn begin(paas: &Paas, id: &str, args: &DeleteArgs) -> Result<()> {
    let Err(error) = paas.delete(id, args.force, args.hard).await else { return Ok(()) };
    let Error::Wire(wire) = &error else { return Err(error.into()) };
    let now = paas.deployment(id).await?;
    let Some(now) = now.filter(|now| now.status.class() != Class::Gone) else { return Ok(()) };
    if now.status == Status::DeleteInProgress {
        return Ok(());
    }
    if paas.dialect() == Dialect::V1 && wire.status() == Some(500) {
        let message =
            format!("this version of the orchestrator cannot delete deployments; {id} is still {}", now.status.name());
        let error = CliError::new(Exit::Failed, message).cause(wire.to_string());
        return Err(error.next("ask whoever runs it to delete it, or to bring the orchestrator up to date").into());
    }
    Err(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_says_the_id_and_the_name_that_was_noted() {
        let since = "2026-11-24T12:00:00Z".parse().unwrap();
        let mut note = Note::begun("https://paas".to_owned(), "r1".to_owned(), "k".to_owned(), since);
        (note.id, note.name) = (Some("d1".to_owned()), Some("kafka".to_owned()));
        let shown = |note: &Note, id: &str| named(std::slice::from_ref(note), id);
        assert_eq!((shown(&note, "d1").as_str(), shown(&note, "d2").as_str()), ("kafka (d1)", "d2"));
        note.name = None;
        assert_eq!(shown(&note, "d1"), "d1");
    }
}
