//! `orchest deployment lint`: no request is sent.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use crate::api::paas::tosca::{self, Problem, Server, Severity};
use crate::output::{Column, View};

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::present::Row;
use super::submit;

pub(crate) const PROBLEM: View = View {
    columns: &[
        Column { title: "FILE", key: "file", wide: false },
        Column { title: "LINE", key: "line", wide: false },
        Column { title: "COLUMN", key: "column", wide: true },
        Column { title: "SEVERITY", key: "severity", wide: false },
        Column { title: "PROBLEM", key: "problem", wide: false },
        Column { title: "RULE", key: "rule", wide: true },
        Column { title: "ON", key: "server", wide: true },
    ],
    name: "rule",
};

pub(super) fn run(context: &Context, files: &[PathBuf], strict: bool) -> Result<()> {
    let (mut rows, mut bad) = (Vec::new(), 0_usize);
    for path in files {
        let text = submit::read(context, path)?;
        let problems = tosca::lint(&text.text);
        let counts = |problem: &&Problem| {
            problem.severity == Severity::Error || (strict && problem.severity == Severity::Warning)
        };
        bad += usize::from(problems.iter().any(|problem| counts(&problem)));
        rows.extend(problems.iter().map(|problem| row(&path.display().to_string(), problem)));
    }
    if rows.is_empty() {
        context.printer.note("no problems");
    }
    context.printer.list(&PROBLEM, rows)?;
    match bad {
        0 => Ok(()),
        1 => Err(CliError::new(Exit::Failed, "one template will not do").into()),
        more => Err(CliError::new(Exit::Failed, format!("{more} templates will not do")).into()),
    }
}

fn row(file: &str, problem: &Problem) -> Row {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let server = problem.server.map(|server| match server {
        Server::V1 => "v1",
        Server::Indigo => "indigo",
    });
    let members = [
        ("file", json!(file)),
        ("line", json!(problem.at.line)),
        ("column", json!(problem.at.column)),
        ("severity", json!(severity)),
        ("problem", json!(problem.text)),
        ("rule", json!(problem.rule.name())),
        ("server", json!(server)),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
