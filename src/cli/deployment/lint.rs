//! `orchest deployment lint`: no request is sent.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use crate::api::paas::tosca::{self, Problem, Server, Severity};
use crate::base::text::shell_word;
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

/// Refuses a template over the errors that count where it is going: those of everybody, or of one family of servers. `name`
/// is for sentences, `word` for the next command.
pub(crate) fn refuse(
    name: &str,
    word: &str,
    problems: &[Problem],
    counts: impl Fn(Option<Server>) -> bool,
) -> Result<(), CliError> {
    let fatal: Vec<&Problem> =
        problems.iter().filter(|problem| problem.severity == Severity::Error && counts(problem.server)).collect();
    let Some((first, others)) = fatal.split_first() else { return Ok(()) };
    let error = CliError::usage(format!("{name}: {first}"));
    let error = others.iter().fold(error, |error, problem| error.cause(format!("{name}: {problem}")));
    Err(error.next(format!("orchest deployment lint {}", shell_word(word))))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_in_the_way_of_those_whom_it_concerns() {
        let problems = tosca::lint("topology_template: {inputs: {a: {type: string, default: 2024-01-01}}}\n");
        let refused = |counts: fn(Option<Server>) -> bool| refuse("t", "a b.yaml", &problems, counts).unwrap_err();
        let everybodys = refused(|server| server.is_none());
        assert_eq!((everybodys.exit, everybodys.causes.len()), (Exit::Usage, 0));
        assert!(everybodys.message.starts_with("t: ") && everybodys.message.contains("tosca_definitions_version"));
        assert_eq!(everybodys.next.as_deref(), Some("orchest deployment lint 'a b.yaml'"));
        let of_v1 = refused(|server| server == Some(Server::V1));
        let told = format!("{} {}", of_v1.message, of_v1.causes.join(" "));
        assert!(told.contains("template_name") && told.contains("2024-01-01"), "{told}");
        assert!(refuse("t", "t", &problems, |server| server == Some(Server::Indigo)).is_ok());
    }
}
