//! `orchest paas schedule create`. Nobody can delete a schedule, and nothing on the server tells two of them apart; so what is
//! about to be sent is noted here first, as it is for deployments, and the very same line finds the one that it has made.

use anyhow::Result;
use serde_json::{Value, json};

use crate::api::paas::{Dialect, Feature, Paas, Source, Submission};
use crate::base::digest;
use crate::base::text::{safe, shell_word};
use crate::flows::deployments::{Made, Making, Scheduled};
use crate::state::{Note, Things};

use super::super::super::context::{Backend, Context};
use super::super::super::deployment::submit;
use super::super::super::error::{CliError, Exit};
use super::super::super::owned;
use super::super::super::seen;
use super::super::who::keeper;
use super::{CreateArgs, SCHEDULE, row};

/// What a lost note may lead to.
const TWICE: &str = "a second run may make a second schedule";

pub(super) async fn run(context: &Context, args: &CreateArgs) -> Result<()> {
    let text = submit::read(context, &args.template)?;
    let template = submit::template(context, &text)?;
    submit::refuse_for(&text.name, &template, Dialect::Indigo)?;
    let inputs = args.inputs.resolve_some(context, &template.inputs)?;
    // That an orchestrator has values of its own, about the data, is nowhere said and nowhere ruled out.
    for input in template.inputs.iter().filter(|input| input.is_wanted() && !inputs.contains_key(&input.name)) {
        context.printer.warn(&format!("{}: the input {} has no value", safe(&text.name), safe(&input.name)));
    }
    if let Some(url) = args.callback.as_ref().filter(|url| !url.starts_with("http://") && !url.starts_with("https://"))
    {
        return Err(CliError::usage(format!("--callback '{}' does not begin with https://", safe(url))).into());
    }
    let mut submission = Submission::new(Source::Text(text.text), inputs);
    (submission.group, submission.callback) = (args.group.clone(), args.callback.clone());
    let what = format!("make a schedule for {}, which nobody can delete", safe(&args.expression));
    context.refuse_where_known(Feature::Schedules)?;
    context.confirm(&what)?;
    let paas = keeper(context, Feature::Schedules).await?;
    let when = [
        ("fileExpression", json!(args.expression)),
        ("replicationExpression", json!(args.replication)),
        ("numberOfReplicas", json!(args.replicas)),
    ];
    let when = when.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let me = owned::me(&paas).await?.map(|(subject, issuer)| format!("{subject}@{issuer}"));
    let scheduled = Scheduled { when, me };
    let making = Making { paas: &paas, submission: &submission, schedule: Some(&scheduled) };
    let Some(id) = made(context, &making, &scheduled, &what).await? else { return Ok(()) };
    context.saw((Backend::Paas, None), seen::SCHEDULE, [&id], false);
    match paas.schedule(&id).await? {
        Some(schedule) => Ok(context.printer.show(&SCHEDULE, row(schedule))?),
        None => Err(CliError::new(Exit::NotFound, format!("schedule {} was made, and is not there", safe(&id)))
            .next("orchest paas schedule list")
            .into()),
    }
}

/// The one that this line makes, or has made before. `None`: this was a dry run.
async fn made(context: &Context, making: &Making<'_>, scheduled: &Scheduled, what: &str) -> Result<Option<String>> {
    let key = key(making.submission, scheduled);
    // One at a time: of two that are made at once and whose answers are lost, nobody could say which is whose.
    let _lock = context.lock_in_turn(Backend::Paas, "the making of schedules").await?;
    context.refuse_unknown(Things::Schedules, TWICE, "orchest paas schedule list")?;
    let notes = context.notes_here_about(Things::Schedules)?;
    let (own, strange): (Vec<&Note>, Vec<&Note>) = notes.iter().partition(|note| note.key == key);
    for id in own.iter().filter_map(|note| note.id.as_ref()) {
        if making.paas.schedule(id).await?.is_some() {
            context.printer.note(&format!("schedule {} exists already: this very line has made it", safe(id)));
            return Ok(Some(id.clone()).filter(|_| !context.dry_run()));
        }
    }
    let open: Vec<&Note> = own.into_iter().filter(|note| note.id.is_none()).collect();
    let others: Vec<String> = strange.iter().filter_map(|note| note.id.clone()).collect();
    let mut note = context.begun(key)?;
    let earlier = context.made_earlier(making, &open, &others).await?;
    let made = match earlier {
        Some(found) => found,
        None => {
            refuse_a_second(making.paas, scheduled).await?;
            if context.would(what) {
                return Ok(None);
            }
            note = context.begun(note.key)?;
            context.make_noted(Things::Schedules, making, (&note, others), TWICE).await?
        }
    };
    let id = settled(context, made)?;
    if context.dry_run() {
        return Ok(None);
    }
    note.id = Some(id.clone());
    keep(context, &note);
    for stale in open {
        context.drop_note(Things::Schedules, stale);
    }
    Ok(Some(id))
}

/// One for the same data that another line has made would deploy everything twice.
async fn refuse_a_second(paas: &Paas, scheduled: &Scheduled) -> Result<()> {
    let Some(there) = paas.schedules().await?.into_iter().find(|row| scheduled.is_for(row)) else { return Ok(()) };
    let id = there.get("uuid").and_then(Value::as_str).unwrap_or("-");
    let message = format!("schedule {} is for the same files already", safe(id));
    let error = CliError::new(Exit::Conflict, message).cause("orchestrators do not tell all that it deploys");
    Err(error.next(format!("orchest paas schedule show {}", shell_word(id))).into())
}

fn settled(context: &Context, made: Made) -> Result<String, CliError> {
    match made {
        Made::New(id) => {
            context.printer.note(&format!("created schedule {}", safe(&id)));
            Ok(id)
        }
        Made::Found { id, .. } => {
            context.printer.note(&format!("schedule {} was made by a request whose answer was lost", safe(&id)));
            Ok(id)
        }
        Made::Several(all) => {
            let message = "an answer was lost, and more than one schedule could be the one it was about";
            let error = all.iter().fold(CliError::new(Exit::Conflict, message), |error, one| error.cause(one.line()));
            Err(error.next("orchest paas schedule show ID; nothing more was sent"))
        }
    }
}

fn keep(context: &Context, note: &Note) {
    context.keep_note(Things::Schedules, note, TWICE);
}

/// The same line has the same key.
fn key(submission: &Submission, scheduled: &Scheduled) -> String {
    let text = match &submission.source {
        Source::Text(text) | Source::Stored(text) => text,
    };
    let all = json!([text, submission.inputs, submission.group, submission.callback, scheduled.when]);
    digest::sha256(all.to_string().as_bytes())
}
