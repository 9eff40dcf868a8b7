//! `orchest policy lint`: what is wrong with policies in files. Nothing is sent.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use crate::api::keypass::lint::{Severity, lint};
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::source::{self, read_all};

const fn column(title: &'static str, key: &'static str, wide: bool) -> Column {
    Column { title, key, wide }
}

pub(crate) const FINDING: View = View {
    columns: &[
        column("FILE", "file", false),
        column("LINE", "line", false),
        column("SEVERITY", "severity", false),
        column("CODE", "code", false),
        column("TEXT", "text", false),
    ],
    name: "file",
};

pub(super) fn run(context: &Context, files: &[PathBuf]) -> Result<()> {
    let sources = read_all(context, files)?;
    let found: Vec<_> =
        sources.iter().flat_map(|source| lint(&source.text).into_iter().map(move |found| (source, found))).collect();
    let count = |severity| found.iter().filter(|(_, finding)| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if context.wants_rows() {
        let rows = found.iter().map(|(source, finding)| {
            let mut row = Row::new();
            row.insert("file".to_owned(), json!(source.name));
            row.insert("line".to_owned(), json!(finding.line));
            row.insert("severity".to_owned(), json!(finding.severity.word()));
            row.insert("code".to_owned(), json!(finding.code));
            row.insert("text".to_owned(), json!(finding.text));
            row
        });
        context.printer.list(&FINDING, rows.collect())?;
    } else {
        for (source, finding) in &found {
            let line = source::line(&source.name, finding);
            context.printer.text(&format!("{line} [{} {}]", finding.severity.word(), finding.code))?;
        }
    }
    let files = if sources.len() == 1 { "file" } else { "files" };
    context.printer.note(&format!("{} {files}: errors {errors}, warnings {warnings}", sources.len()));
    if errors > 0 || (warnings > 0 && context.globals.run.exit_status) {
        return Err(CliError::silent(Exit::Failed).into());
    }
    Ok(())
}
