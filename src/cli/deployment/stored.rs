//! Stored templates, where deployments are made of those: found by name, or put there first.

use anyhow::Result;

use crate::api::paas::Paas;
use crate::api::paas::templates::{Added, Stored};
use crate::api::paas::tosca::Template;
use crate::base::text::safe;

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::template::same::{self, among, document};
use super::submit::Text;

/// The one of this id or name, and what it declares.
pub(super) async fn named(paas: &Paas, name: &str) -> Result<(String, Template)> {
    let is_uuid = name.len() == 36 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let found =
        if is_uuid { paas.template(name).await?.into_iter().collect() } else { paas.templates(Some(name)).await? };
    let exact: Vec<Stored> = found.into_iter().filter(|one| is_uuid || one.name.as_deref() == Some(name)).collect();
    let shown = safe(name);
    match exact.as_slice() {
        [one] => {
            let template = Template::read(&one.content).map_err(|error| {
                CliError::new(Exit::Failed, format!("the stored template '{shown}' cannot be read: {error}"))
            })?;
            Ok((one.id.clone(), template))
        }
        [] => Err(CliError::new(Exit::NotFound, format!("'{shown}' is neither a file nor a stored template"))
            .next("orchest template list")
            .into()),
        several => {
            let error = CliError::new(Exit::Conflict, format!("several stored templates are called '{shown}'"));
            let error = several.iter().fold(error, |error, one| {
                error.cause(format!("{}  version {}", one.id, one.version.as_deref().unwrap_or("-")))
            });
            Err(error.next("name one by its id").into())
        }
    }
}

/// The id of the text: it is stored if nothing equal is.
pub(super) async fn known_or_added(
    context: &Context,
    paas: &Paas,
    text: &Text,
    template: Option<&Template>,
) -> Result<String> {
    let name = template.and_then(|template| template.metadata("template_name"));
    let Some(name) = name else {
        let message =
            format!("{}: templates are stored there under metadata.template_name, which is missing", text.name);
        return Err(CliError::usage(message).into());
    };
    let called_so = match document(&text.text) {
        Some(ours) => among(&ours, paas.templates(Some(name)).await?),
        None => Vec::new(),
    };
    if let Some(known) = called_so.into_iter().next() {
        return Ok(known.id);
    }
    if context.dry_run() {
        return Ok(match same::equal(paas, &text.text).await?.into_iter().next() {
            Some(known) => otherwise_called(context, name, known),
            None => {
                context.would(&format!("store template {name}"));
                String::new()
            }
        });
    }
    match paas.add_template(&text.text).await? {
        Added::New(id) => {
            context.printer.note(&format!("stored template {} as {id}", safe(name)));
            Ok(id)
        }
        // It is called otherwise by now.
        Added::Known => match same::equal(paas, &text.text).await?.into_iter().next() {
            Some(known) => Ok(otherwise_called(context, name, known)),
            None => {
                let message = format!("template '{}' is stored already, but not to be found", safe(name));
                Err(CliError::new(Exit::Conflict, message).next("orchest template list").into())
            }
        },
    }
}

fn otherwise_called(context: &Context, name: &str, known: Stored) -> String {
    let called = known.name.as_deref().unwrap_or("-");
    context.printer.note(&format!("template {} is stored already, as '{}'", safe(name), safe(called)));
    known.id
}
