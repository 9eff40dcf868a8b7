//! `orchest template update`: what is said about a template. Its document stays.

use anyhow::Result;
use serde_json::{Map, Value};

use crate::api::paas::templates::Stored;
use crate::api::paas::{Feature, Paas};
use crate::base::text::safe;

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
    if !paas.change_template(&found.id, &changes).await? {
        let message = format!("template {} was there a moment ago, and is not any more", safe(&found.id));
        return Err(CliError::new(Exit::NotFound, message).next("orchest template list").into());
    }
    context.printer.note(&format!("updated template {}", safe(&found.id)));
    Ok(context.printer.show(&TEMPLATE, row(&found))?)
}

/// The template to change. Whoever types the same line again finds no template of the old name or version, and one of the new.
/// That it is the same cannot be proved; but what was asked for holds, so this is no error, and it is said what was seen.
async fn meant(context: &Context, paas: &Paas, which: &WhichTemplate, args: &ChangeArgs) -> Result<Stored> {
    let (word, version) = (&which.template, which.version.as_deref());
    let found = find::many(paas, std::slice::from_ref(word), version).await?.remove(word).unwrap_or_default();
    let new_word = args.new_name.as_ref().filter(|_| find::id(word).is_none()).unwrap_or(word);
    let new_version = args.new_version.as_deref().or(version);
    if !found.is_empty() || (new_word == word && new_version == version) {
        return Ok(find::only(word, version, found)?);
    }
    let mut changed = find::many(paas, std::slice::from_ref(new_word), new_version).await?;
    let changed = changed.remove(new_word).unwrap_or_default();
    let is_so = |wanted: &Option<String>, now: &Option<String>| wanted.is_none() || wanted == now;
    let is_wanted = |one: &Stored| is_so(&args.provider_type, &one.provider_type) && is_so(&args.new_name, &one.name);
    match changed.iter().find(|one| is_wanted(one)) {
        Some(one) => {
            let old = version.map(|version| format!(" of version {}", safe(version))).unwrap_or_default();
            context.printer.note(&format!(
                "there is no template '{}'{old}, and {} is as it was to become: taken as changed",
                safe(word),
                find::candidate(one)
            ));
            Ok(one.clone())
        }
        None => Ok(find::only(word, version, found)?),
    }
}
