//! `orchest template add`.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use crate::api::paas::templates::{Added, Stored};
use crate::api::paas::tosca::{self, Server};
use crate::api::paas::{Error, Paas};
use crate::base::text::safe;
use crate::http;

use super::super::context::{Backend, Context};
use super::super::deployment::lint;
use super::super::error::{CliError, Exit};
use super::super::input_file;
use super::super::present::Row;
use super::super::seen;
use super::list::{TEMPLATE, row};
use super::{find, keeper, same};

pub(super) async fn run(context: &Context, file: &Path) -> Result<()> {
    let text = input_file::read(context, file, "a template")?;
    let source = input_file::named(file);
    check(&source, file, &text)?;
    let paas = keeper(context).await?;
    if context.would(&format!("add the template of {source}")) {
        return Ok(());
    }
    context.confirm_if_protected(&format!("add the template of {source}"))?;
    match paas.add_template(&text).await {
        Ok(Added::New(id)) => {
            context.printer.note(&format!("added template {}", safe(&id)));
            let row = fresh(&text, &id);
            let name = row.get("name").and_then(Value::as_str);
            context.saw((Backend::Paas, None), seen::TEMPLATE, name, false);
            Ok(context.printer.show(&TEMPLATE, row)?)
        }
        Ok(Added::Known) => {
            let found = known(&paas, &text).await?;
            context.printer.note(&format!("exists (template {})", safe(&found.id)));
            Ok(context.printer.show(&TEMPLATE, row(&found))?)
        }
        Err(Error::Wire(http::Error::Status(status))) if status.status == 500 => Err(unread(&source).into()),
        Err(error) => Err(error.into()),
    }
}

/// Refuses what the orchestrator would keep although it is no template, and what it fails over.
fn check(source: &str, file: &Path, text: &str) -> Result<(), CliError> {
    let counts = |server: Option<Server>| server.is_none_or(|server| server == Server::V1);
    lint::refuse(source, &file.display().to_string(), &tosca::lint(text), counts)
}

/// What is known of it without asking: its id, and what its own metadata say.
fn fresh(text: &str, id: &str) -> Row {
    let document = same::document(text).unwrap_or_default();
    // The orchestrator makes a text of a version that is a number.
    let plain = |value: &Value| if value.is_number() { json!(value.to_string()) } else { value.clone() };
    let said = |key: &str| document.pointer(&format!("/metadata/{key}")).map(plain);
    let members = [
        ("id", Some(json!(id))),
        ("name", said("template_name")),
        ("version", said("template_version")),
        ("provider_type", said("target_provider_type")),
        ("tosca_version", document.get("tosca_definitions_version").cloned()),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value.unwrap_or_default())).collect()
}

/// The orchestrator says that it has this text, and not under which id.
async fn known(paas: &Paas, text: &str) -> Result<Stored> {
    let equal = same::equal(paas, text).await?;
    if let [only] = equal.as_slice() {
        return Ok(only.clone());
    }
    let document = same::document(text);
    let name = document.as_ref().and_then(same::name);
    let listed = if equal.is_empty() { paas.templates(name).await? } else { equal };
    let error =
        CliError::new(Exit::Conflict, "the orchestrator has a template of the same text, and does not say which");
    let error = listed.iter().take(SHOWN).fold(error, |error, one| error.cause(find::candidate(one)));
    Err(error.next("orchest template list, then orchest template show ID --content to compare").into())
}

/// How many that it may be are named.
const SHOWN: usize = 10;

/// It answers so to whatever it cannot read, and a second try would end the same.
fn unread(source: &str) -> CliError {
    let message = format!("the orchestrator failed over {source}: it could not read the template");
    CliError::new(Exit::Failed, message)
        .cause("it fails over YAML that is not valid, a document that is no mapping, a date without quotes, and metadata that are empty or whose name or version is no plain value")
        .next("mend the file, then run the same command again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_template_and_what_the_server_fails_over_is_refused() {
        let head = "tosca_definitions_version: tosca_simple_yaml_1_0\ntopology_template: {}\n";
        let checked = |text: &str| check("t.yaml", Path::new("t.yaml"), text);
        assert!(checked(&format!("{head}metadata: {{template_name: t}}\n")).is_ok());
        for (text, wrong) in [
            ("- a\n".to_owned(), "a template is a mapping"),
            ("a: [\n".to_owned(), "line 2"),
            ("a: 1\n".to_owned(), "tosca_definitions_version"),
            (head.to_owned(), "metadata.template_name"),
            (format!("{head}metadata: {{template_name: t, since: 2024-01-01}}\n"), "2024-01-01 is a date"),
        ] {
            let error = checked(&text).unwrap_err();
            assert!(error.exit == Exit::Usage && error.message.contains(wrong), "{text}: {error}");
            assert_eq!(error.next.as_deref(), Some("orchest deployment lint t.yaml"));
        }
    }
}
