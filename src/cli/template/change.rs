//! `orchest template update`: what is said about a template. Its document stays.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::api::paas::templates::Stored;
use crate::api::paas::{Feature, Paas};
use crate::base::digest;
use crate::base::text::safe;
use crate::state::Things;

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::list::{TEMPLATE, row};
use super::{ChangeArgs, WhichTemplate, check, find, keeper};

pub(super) async fn run(context: &Context, which: &WhichTemplate, args: &ChangeArgs) -> Result<()> {
    check(&which.template)?;
    if args.text.is_some() {
        let dialect = context.dialect().await?;
        Feature::Templates.refuse(dialect)?;
        Feature::TemplateText.refuse(dialect)?;
    }
    let wanted =
        [("name", &args.new_name), ("version", &args.new_version), ("target_provider_type", &args.provider_type)];
    let wanted: Vec<(&str, &String)> =
        wanted.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))).collect();
    if wanted.is_empty() {
        return Err(CliError::usage("nothing to change was given")
            .next("orchest template update --help shows what can be changed")
            .into());
    }
    if let Some((key, _)) = wanted.iter().find(|(_, value)| check(value).is_err()) {
        // The orchestrator takes "nothing" for "leave it as it is".
        return Err(CliError::usage(format!("{key} cannot be emptied, only changed")).into());
    }
    let paas = keeper(context).await?;
    let mut found = meant(context, &paas, which, args).await?;
    let mut changes = Map::new();
    for (key, value) in wanted {
        let now = match key {
            "name" => &mut found.name,
            "version" => &mut found.version,
            _ => &mut found.provider_type,
        };
        if now.as_ref() != Some(value) {
            changes.insert(key.to_owned(), Value::from(value.as_str()));
            *now = Some(value.clone());
        }
    }
    if changes.is_empty() {
        context.printer.note("already so");
        return Ok(context.printer.show(&TEMPLATE, row(&found))?);
    }
    let keys: Vec<&str> = changes.keys().map(String::as_str).collect();
    let what = format!("change {} of template {}", keys.join(", "), safe(&which.template));
    if context.would(&what) {
        return Ok(());
    }
    context.confirm_if_protected(&what)?;
    if changes.contains_key("name") || changes.contains_key("version") {
        remember(context, line(which, args), &found.id)?;
    }
    if !paas.change_template(&found.id, &changes).await? {
        let message = format!("template {} was there a moment ago, and is not any more", safe(&found.id));
        return Err(CliError::new(Exit::NotFound, message).next("orchest template list").into());
    }
    context.printer.note(&format!("updated template {}", safe(&found.id)));
    Ok(context.printer.show(&TEMPLATE, row(&found))?)
}

/// The template to change. Whoever types the same line again finds none of the old name or version. Which one it was is noted
/// before it is changed: another one that happens to be as this was to become proves nothing.
async fn meant(context: &Context, paas: &Paas, which: &WhichTemplate, args: &ChangeArgs) -> Result<Stored> {
    let (word, version) = (&which.template, which.version.as_deref());
    let found = find::many(paas, std::slice::from_ref(word), version).await?.remove(word).unwrap_or_default();
    if found.is_empty()
        && let Some(id) = known(context, which, args)?
        && let Some(one) = paas.template(&id).await?
        && is_so(args, &one)
    {
        let old = version.map(|version| format!(" of version {}", safe(version))).unwrap_or_default();
        context.printer.note(&format!(
            "there is no template '{}'{old} any more: it is {} now",
            safe(word),
            find::candidate(&one)
        ));
        return Ok(one);
    }
    Ok(find::only(word, version, found)?)
}

/// The id of the template that this line was about, by what was noted here; one that is typed says so itself, and is only
/// missed where it has another version by now.
fn known(context: &Context, which: &WhichTemplate, args: &ChangeArgs) -> Result<Option<String>> {
    if let Some(id) = find::id(&which.template) {
        return Ok(which.version.is_some().then_some(id));
    }
    let key = line(which, args);
    let noted = context.notes_here_about(Things::Renames)?.into_iter().find(|note| note.key == key);
    Ok(noted.and_then(|note| note.id))
}

/// Whether a template is as it was to become.
fn is_so(args: &ChangeArgs, one: &Stored) -> bool {
    let pairs =
        [(&args.new_name, &one.name), (&args.new_version, &one.version), (&args.provider_type, &one.provider_type)];
    pairs.into_iter().all(|(wanted, now)| wanted.is_none() || wanted == now)
}

/// What is the same for the same line.
fn line(which: &WhichTemplate, args: &ChangeArgs) -> String {
    let words = json!([which.template, which.version, args.new_name, args.new_version, args.provider_type]);
    digest::sha256(words.to_string().as_bytes())
}

/// Notes which template is about to lose what it was found by. One note a line is enough: the newest.
fn remember(context: &Context, key: String, id: &str) -> Result<()> {
    let older = context.notes_here_about(Things::Renames)?;
    let mut note = context.begun(key)?;
    note.id = Some(id.to_owned());
    context.keep_note(Things::Renames, &note, "the same line finds no template of the old name");
    for old in older.iter().filter(|old| old.key == note.key) {
        context.drop_note(Things::Renames, old);
    }
    Ok(())
}
