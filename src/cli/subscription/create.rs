//! `orchest subscription create`: one that notifies a place of some entities. An equal one that is there is taken for it.

use anyhow::Result;
use clap::Args;

use crate::api::orion::{Draft, Entities, Orion, Subscription};
use crate::base::text::{safe, shell_word};
use crate::config::modules::{is_forbidden, is_notify_url};

use super::super::context::places::{flags, in_words};
use super::super::context::{Backend, Context};
use super::super::error::{CliError, Exit};
use super::super::seen;
use super::end::End;
use super::rows::{SUBSCRIPTION, modules, row};

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// Id of the entity to hear of
    #[arg(long, value_name = "ID", conflicts_with = "entity_pattern", required_unless_present = "entity_pattern")]
    entity: Option<String>,
    /// Regular expression that the ids of the entities match; `.*` for all
    #[arg(long, value_name = "RE")]
    entity_pattern: Option<String>,
    /// Type of the entities; left out, any
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Attributes whose change is notified, comma-separated; left out, any
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    attrs: Vec<String>,
    /// Where to notify
    #[arg(long, value_name = "URL")]
    notify: String,
    /// Attributes that are sent, comma-separated; left out, all
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    notify_attrs: Vec<String>,
    /// Seconds that pass between two notifications at least
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u32))]
    throttling: u32,
    /// When it ends: a time (2030-01-31T00:00:00Z), a length (30d), or never
    #[arg(long, value_name = "WHEN", default_value = "never")]
    expires: End,
    /// Description
    #[arg(long)]
    description: Option<String>,
    /// Make sure first that the entity is there
    #[arg(long, conflicts_with = "entity_pattern")]
    with_entity: bool,
}

pub(super) async fn run(context: &Context, args: &CreateArgs) -> Result<()> {
    let draft = draft(context, args)?;
    let relative = matches!(args.expires, End::In(_));
    let place = context.orion_place().await?;
    let _alone = context.alone_at(&place).await?;
    let orion = context.orion(&place)?;
    let found: Vec<Subscription> = orion.list().await?.into_iter().filter(|one| draft.is_like(one)).collect();
    let equal = found.iter().find(|one| draft.differences(one, !relative).is_empty());
    if let (None, Some(other)) = (equal, found.first()) {
        let message = format!("subscription {} does the same already on {}", safe(other.id()), in_words(&place));
        let error = CliError::new(Exit::Conflict, message);
        let error = draft
            .differences(other, !relative)
            .into_iter()
            .fold(error, |error, difference| error.cause(format!("but {}", safe(&difference))));
        let next =
            format!("orchest subscription delete {} {}, then the same again", shell_word(other.id()), flags(&place));
        return Err(error.next(next).into());
    }
    if let (true, Some(id)) = (args.with_entity, &args.entity)
        && !context.would(&format!("make sure that entity {} is there", safe(id)))
    {
        orion.upsert_entity(id, args.kind.as_deref()).await?;
    }
    if let Some(equal) = equal {
        context.printer.note(&format!("already so (subscription {})", safe(equal.id())));
        return Ok(context.printer.show(&SUBSCRIPTION, row(&place, equal, &modules(context)))?);
    }
    if context.would(&format!("create a subscription on {}", in_words(&place))) {
        return Ok(());
    }
    let made = make(&orion, &draft).await?;
    context.saw((Backend::Orion, Some(place.service())), seen::SUBSCRIPTION, [made.id()], false);
    context.printer.note(&format!("created subscription {}", safe(made.id())));
    Ok(context.printer.show(&SUBSCRIPTION, row(&place, &made, &modules(context)))?)
}

/// Posts it. What is shown is what was posted: reading it again would be one request for what is known.
async fn make(orion: &Orion, draft: &Draft) -> Result<Subscription> {
    let mut body = draft.body();
    let is_it = |one: &Subscription| draft.is_like(one) && draft.differences(one, true).is_empty();
    let id = orion.create(&body.clone().into(), is_it).await?;
    body.insert("id".to_owned(), id.into());
    Subscription::read(body.into()).ok_or_else(|| anyhow::anyhow!("a subscription without an id"))
}

/// What was typed, checked as Orion would check it, and more: it takes ends that are past.
fn draft(context: &Context, args: &CreateArgs) -> Result<Draft> {
    let entities = match (&args.entity, &args.entity_pattern) {
        (Some(id), _) => {
            check_word("--entity", id)?;
            Entities::One(id.clone())
        }
        (None, Some(pattern)) if !pattern.is_empty() && !pattern.chars().any(char::is_control) => {
            Entities::Matching(pattern.clone())
        }
        _ => return Err(CliError::usage("--entity-pattern is empty or no line of text").into()),
    };
    if let Some(kind) = &args.kind {
        check_word("--type", kind)?;
    }
    if !is_notify_url(&args.notify) {
        let message = format!("--notify '{}' is no address that Orion can notify", safe(&args.notify));
        return Err(CliError::usage(message).next("it looks like http://HOST:PORT/PATH").into());
    }
    if args.description.as_ref().is_some_and(|text| text.len() > 1024 || text.contains(is_forbidden)) {
        let rule = "at most 1024 bytes and none of < > \" ' = ; ( )";
        return Err(CliError::usage(format!("--description: Orion takes {rule}")).into());
    }
    Ok(Draft {
        entities,
        kind: args.kind.clone(),
        attrs: names("--attrs", &args.attrs)?,
        notify_url: args.notify.clone(),
        notify_attrs: names("--notify-attrs", &args.notify_attrs)?,
        throttling: args.throttling.into(),
        expires: args.expires.moment(context.clock.now())?,
        description: args.description.clone().filter(|text| !text.is_empty()),
    })
}

/// Ids and types are part of addresses, so they may hold less than other texts.
fn check_word(flag: &str, text: &str) -> Result<(), CliError> {
    let bad = |sign: char| !sign.is_ascii_graphic() || "?/#&".contains(sign) || is_forbidden(sign);
    if (1..=256).contains(&text.len()) && !text.contains(bad) {
        return Ok(());
    }
    let rule = "1 to 256 signs of ASCII without spaces and none of < > \" ' = ; ( ) ? / # &";
    Err(CliError::usage(format!("{flag} '{}': Orion takes {rule}", safe(text))))
}

/// Each once.
fn names(flag: &str, given: &[String]) -> Result<Vec<String>, CliError> {
    let mut names: Vec<String> = Vec::new();
    for name in given {
        check_word(flag, name)?;
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    Ok(names)
}
