//! `orchest deployment create`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::api::paas::{Class, Deployment, Dialect, Paas, Source, Status, Submission};
use crate::base::digest;
use crate::base::text::{safe, shell_word};
use crate::flows::deployments::{Goal, Made, Making};
use crate::state::{Note, Things};

use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::input_file;
use super::rows::{DEPLOYMENT, called, judged};
use super::submit::{self, EffortArgs, InputArgs};
use super::wait::{self, Limit, WaitArgs};
use super::{show, stored};

/// What a lost note may lead to.
const TWICE: &str = "a second run may deploy twice";

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// A template's file, or `-`; where templates are stored, also the id or name of one
    #[arg(value_name = "TEMPLATE")]
    template: String,
    /// A name for it, known on this machine
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Pay no heed to an earlier line of this name that was cut short
    #[arg(long, requires = "name")]
    anew: bool,
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    effort: EffortArgs,
    #[command(flatten)]
    wait: WaitArgs,
}

pub(super) async fn run(context: &Context, args: &CreateArgs) -> Result<()> {
    let limit = args.wait.limit()?;
    check_name(args.name.as_deref())?;
    input_file::refuse_missing(&args.template)?;
    let path = PathBuf::from(&args.template);
    let local = args.template == "-" || path.exists();
    let text = if local { Some(submit::read(context, &path)?) } else { None };
    // Everything that can be wrong here is found before anything is asked.
    let read = text.as_ref().map(|text| submit::template(context, text)).transpose()?;
    let inputs = match &read {
        Some(template) => args.inputs.resolve(context, &template.inputs)?,
        None => Map::new(),
    };
    let mut submission = Submission::new(Source::Stored(String::new()), inputs);
    args.effort.apply(&mut submission)?;
    let dialect = context.dialect().await?;
    submission.check(dialect)?;
    refuse_without_group(dialect, &submission)?;
    if let (Some(text), Some(template)) = (&text, &read) {
        submit::refuse_for(&text.name, template, dialect)?;
    }
    let paas = context.paas().await?;
    submission.source = match (&text, dialect) {
        (Some(text), Dialect::Indigo) => Source::Text(text.text.clone()),
        (Some(text), Dialect::V1) => Source::Stored(stored::known_or_added(context, &paas, text, read.as_ref()).await?),
        (None, Dialect::V1) => {
            let (id, template) = stored::named(&paas, &args.template).await?;
            submission.inputs = args.inputs.resolve(context, &template.inputs)?;
            Source::Stored(id)
        }
        (None, Dialect::Indigo) => {
            let message = format!("there is no file '{}'", safe(&args.template));
            return Err(CliError::usage(message)
                .next("templates are files there: orchest deployment create FILE")
                .into());
        }
    };
    let name = text.map_or_else(|| args.template.clone(), |text| text.name);
    let Some(mut note) = make(context, args, &paas, &submission, &name).await? else { return Ok(()) };
    let end = tell(context, &paas, &note, limit, &args.wait).await;
    // A line that was cut short goes on with this one; a line that has heard how it went makes another.
    if end.as_ref().err().is_none_or(wait::is_final) && !context.stop.requested() {
        note.told = true;
        write(context, &note);
    }
    end
}

/// Says how it went: now, or in the end.
async fn tell(context: &Context, paas: &Paas, note: &Note, limit: Option<Limit>, how: &WaitArgs) -> Result<()> {
    let id = note.id.as_deref().unwrap_or_default();
    let found = match limit {
        None => Some(show::needed(context, paas, id).await?),
        Some(limit) => wait::until(context, paas, id, Goal::Created, limit, how.follow).await?,
    };
    let Some(found) = found else { return Ok(()) };
    let notes = context.notes_here()?;
    if found.status.class() == Class::Moving {
        context.printer.hint(&format!("orchest deployment wait {}", shell_word(&called(&notes, id))));
    }
    Ok(context.printer.show(&DEPLOYMENT, judged(context, &found, &notes, false)?)?)
}

/// The newer dialect makes none without a group, and says so only when the template is stored already.
fn refuse_without_group(dialect: Dialect, submission: &Submission) -> Result<(), CliError> {
    if dialect == Dialect::Indigo || submission.group.is_some() {
        return Ok(());
    }
    let error = CliError::usage("this orchestrator makes a deployment only in the name of a group");
    Err(error.next("add --group NAME; orchest auth whoami paas shows which you are in"))
}

/// A name must not be read as something else.
fn check_name(name: Option<&str>) -> Result<(), CliError> {
    let Some(name) = name else { return Ok(()) };
    let plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let hex = name.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-');
    if name == "last"
        || name.starts_with('-')
        || name.is_empty()
        || !name.chars().all(plain)
        || (hex && name.len() >= 32)
    {
        let message = format!("--name '{}' is no name for a deployment", safe(name));
        return Err(
            CliError::usage(message).next("letters, digits, - _ and . make a name, but `last` and uuids do not")
        );
    }
    Ok(())
}

/// The same line has the same key.
fn key(submission: &Submission, name: Option<&str>) -> String {
    let (kind, source) = match &submission.source {
        Source::Text(text) => ("text", text),
        Source::Stored(id) => ("stored", id),
    };
    let all = json!([
        kind,
        source,
        submission.inputs,
        submission.group,
        submission.callback,
        submission.timeout,
        submission.provider_timeout,
        submission.max_providers,
        submission.retries,
        submission.keep_last_attempt,
        submission.provider,
        submission.region,
        name
    ]);
    digest::sha256(all.to_string().as_bytes())
}

/// Makes it, once. `None`: this was a dry run.
async fn make(
    context: &Context,
    args: &CreateArgs,
    paas: &Paas,
    submission: &Submission,
    template: &str,
) -> Result<Option<Note>> {
    let key = key(submission, args.name.as_deref());
    // One at a time: of two that are made at once and whose answers are lost, nobody could say which is whose.
    let _lock = context.lock_in_turn(Backend::Paas, "the making of deployments").await?;
    context.refuse_unknown(Things::Deployments, TWICE, "orchest deployment list --mine")?;
    let notes = context.notes_here()?;
    // Of its name, or of a run of the very same line that was cut short.
    let named = args.name.as_deref().and_then(|name| notes.iter().find(|note| note.name.as_deref() == Some(name)));
    if let Some(open) = named.filter(|note| note.id.is_none() && note.key != key && !args.anew) {
        return Err(cut_short(open));
    }
    let known = named.or_else(|| notes.iter().find(|note| note.key == key && note.id.is_some() && !note.told));
    if let Some(known) = known
        && let Some(id) = &known.id
        && let Some(found) = paas.deployment(id).await?
        && found.status.class() != Class::Gone
    {
        return existing(context, known, &key, &found);
    }
    if context.would(&format!("deploy {template} with {}", inputs_in_words(&submission.inputs))) {
        return Ok(None);
    }
    let others: Vec<String> = notes.iter().filter_map(|note| note.id.clone()).collect();
    let open: Vec<&Note> = notes.iter().filter(|note| note.key == key && note.id.is_none()).collect();
    let making = Making { paas, submission, schedule: None };
    let earlier = context.made_earlier(&making, &open, &others).await?;
    let mut note = context.begun(key)?;
    (note.name, note.template) = (args.name.clone(), Some(template.to_owned()));
    let made = match earlier {
        Some(found) => found,
        None => context.make_noted(Things::Deployments, &making, (&note, others), TWICE).await?,
    };
    let id = settled(context, made, &note)?;
    for stale in open {
        forget(context, stale);
    }
    note.id = Some(id.clone());
    write(context, &note);
    // The name means the new one from now on.
    for old in notes.iter().filter(|old| note.name.is_some() && old.name == note.name) {
        forget(context, old);
    }
    Ok(Some(note))
}

/// A line of the same name, but not of the same words, of which nobody knows how it ended.
fn cut_short(open: &Note) -> anyhow::Error {
    let name = open.name.as_deref().unwrap_or_default();
    let template = open.template.as_deref().unwrap_or("another template");
    let message = format!("an earlier line made '{name}' of {template}, with other inputs, and was cut short");
    CliError::new(Exit::Conflict, message)
        .cause(format!("it may have made one: orchest deployment list --mine --after {}", open.since))
        .next("run that line again, or add --anew to this one")
        .into()
}

/// There is one already.
fn existing(context: &Context, note: &Note, key: &str, found: &Deployment) -> Result<Option<Note>> {
    let (id, state) = (&found.id, found.status.name());
    let called = note.name.as_ref().unwrap_or(id);
    let word = shell_word(called);
    if note.key != key {
        let message = format!("deployment {called} exists already, as {id}, made of another template or other inputs");
        let next = format!("orchest deployment update {word} TEMPLATE, or choose another --name");
        return Err(CliError::new(Exit::Conflict, message).next(next).into());
    }
    if found.status == Status::DeleteInProgress {
        let message = format!("deployment {called}, as {id}, is being deleted");
        let next = format!("orchest deployment delete {word} --yes --wait, and then this line again");
        return Err(CliError::new(Exit::Temporary, message).next(next).into());
    }
    if found.status.class() == Class::Bad {
        let reason = found.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let message = format!("deployment {called} is there already, as {id}, and is {state}{reason}");
        let next = format!("orchest deployment delete {word} --yes --wait, and then this line again");
        return Err(CliError::new(Exit::Conflict, message).next(next).into());
    }
    if note.orphan && found.status == Status::CreateInProgress {
        return Err(nobody_works_on(id));
    }
    context.printer.note(&match note.name {
        Some(_) => format!("deployment {called} exists already, as {id}, made of the same: {state}"),
        None => format!("going on with deployment {id}, which an earlier run of this line has made: {state}"),
    });
    Ok(if context.dry_run() { None } else { Some(note.clone()) })
}

fn nobody_works_on(id: &str) -> anyhow::Error {
    let message = format!("deployment {id} is stored, but the orchestrator could not hand it on: nobody works on it");
    let error = CliError::new(Exit::Failed, message);
    error.next("tell whoever runs the orchestrator that its message broker is out of reach").into()
}

fn settled(context: &Context, made: Made, note: &Note) -> Result<String> {
    match made {
        Made::New(id) => {
            context.printer.note(&format!("deployment {id} is being made"));
            Ok(id)
        }
        Made::Found { id, orphan: false } => {
            context
                .printer
                .note(&format!("deployment {id} was made by a request whose answer was lost; going on with it"));
            Ok(id)
        }
        Made::Found { id, orphan: true } => {
            write(context, &Note { id: Some(id.clone()), orphan: true, ..note.clone() });
            Err(nobody_works_on(&id))
        }
        Made::Several(all) => {
            let message = "an answer was lost, and more than one deployment could be the one it was about";
            let error = all.iter().fold(CliError::new(Exit::Conflict, message), |error, one| error.cause(one.line()));
            Err(error.next("delete those that nobody wants: orchest deployment delete UUID").into())
        }
    }
}

fn inputs_in_words(inputs: &Map<String, Value>) -> String {
    if inputs.is_empty() {
        return "no inputs".to_owned();
    }
    let shown = crate::api::paas::secrets::masked(&Value::Object(inputs.clone()));
    safe(&shown.to_string()).into_owned()
}

fn write(context: &Context, note: &Note) {
    context.keep_note(Things::Deployments, note, TWICE);
}

fn forget(context: &Context, note: &Note) {
    context.drop_note(Things::Deployments, note);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_mistaken_for_anything_else() {
        for good in ["kafka", "kafka-test.2", "Zürich", "dead-beef"] {
            assert!(check_name(Some(good)).is_ok(), "{good}");
        }
        for bad in ["", "last", "-x", "a b", "a/b", "11ed9f7e-0000-4000-8000-000000000001"] {
            assert!(check_name(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_newer_dialect_wants_a_group() {
        let mut submission = Submission::new(Source::Stored("t1".to_owned()), Map::new());
        assert!(refuse_without_group(Dialect::Indigo, &submission).is_ok());
        let error = refuse_without_group(Dialect::V1, &submission).unwrap_err();
        assert!(error.exit == Exit::Usage && error.next.is_some_and(|next| next.contains("--group NAME")));
        submission.group = Some("physics".to_owned());
        assert!(refuse_without_group(Dialect::V1, &submission).is_ok());
    }

    #[test]
    fn the_same_line_has_the_same_key_and_another_has_another() {
        let base = Submission::new(Source::Text("a: 1".to_owned()), Map::new());
        let mut other = base.clone();
        other.group = Some("physics".to_owned());
        assert_eq!(key(&base, None), key(&base.clone(), None));
        assert_ne!(key(&base, None), key(&other, None));
        assert_ne!(key(&base, None), key(&base, Some("kafka")));
        assert_ne!(key(&base, None), key(&Submission::new(Source::Stored("a: 1".to_owned()), Map::new()), None));
    }
}
