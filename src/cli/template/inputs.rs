//! `orchest template inputs`: what a template wants to know.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};

use crate::api::paas::tosca::{Dashboard, Declared, Template};
use crate::base::text::safe;
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::input_file;
use super::super::present::Row;
use super::{find, keeper};

pub(crate) const INPUT: View = View {
    columns: &[
        Column { title: "INPUT", key: "input", wide: false },
        Column { title: "WANTED", key: "wanted", wide: false },
        Column { title: "TYPE", key: "type", wide: false },
        Column { title: "DEFAULT", key: "default", wide: false },
        Column { title: "DESCRIPTION", key: "description", wide: false },
        Column { title: "SECRET", key: "secret", wide: true },
        Column { title: "TITLE", key: "display_name", wide: true },
        Column { title: "HIDDEN", key: "hidden", wide: true },
    ],
    name: "input",
};

/// Of a file, or, where there is none of that name, of a stored template.
pub(super) async fn run(
    context: &Context,
    which: &str,
    version: Option<&str>,
    dashboard: Option<&PathBuf>,
) -> Result<()> {
    input_file::refuse_missing(which)?;
    let path = Path::new(which);
    let (text, name) = if which == "-" || path.exists() {
        (input_file::read(context, path, "a template")?, input_file::named(path))
    } else {
        (
            find::one(&keeper(context).await?, which, version).await?.content,
            format!("the stored template '{}'", safe(which)),
        )
    };
    let unreadable = |error| CliError::new(Exit::Failed, format!("{name} cannot be read: {error}"));
    let mut template = Template::read(&text).map_err(unreadable)?;
    if let Some(path) = dashboard {
        let read = Dashboard::read(&input_file::read(context, path, "parameters of the dashboard")?);
        let laid_over = read.map_err(|error| CliError::usage(format!("{}: {error}", input_file::named(path))))?;
        for problem in laid_over.apply(&mut template) {
            context.printer.warn(&format!("{}: {problem}", input_file::named(path)));
        }
    }
    if template.inputs.is_empty() {
        context.printer.note(&format!("{name} wants no inputs"));
    }
    Ok(context.printer.list(&INPUT, template.inputs.iter().map(row).collect())?)
}

fn row(input: &Declared) -> Row {
    // A default that is secret is no secret any more, but need not be on a screen.
    let default = match &input.default {
        Some(Value::String(text)) if input.secret && !text.is_empty() => json!("***"),
        Some(value) => value.clone(),
        None => Value::Null,
    };
    let members = [
        ("input", json!(input.name)),
        ("wanted", json!(input.is_wanted())),
        ("type", json!(input.kind.kind.name())),
        ("default", default),
        ("description", json!(input.description)),
        ("secret", json!(input.secret)),
        ("display_name", json!(input.display_name)),
        ("hidden", json!(input.hidden)),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
