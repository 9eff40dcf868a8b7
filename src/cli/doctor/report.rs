//! The report for somebody who helps: what was found, which settings hold, what was done lately. Nothing in it is a secret.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use crate::base::text::safe;
use crate::base::{private, redact};
use crate::config::{self, connectors};
use crate::state::{Outcome, Process, RunLog};

use super::super::context::Context;
use super::super::error::CliError;
use super::Finding;
use super::finding;

/// As many runs are told of.
const RUNS: usize = 20;

pub(super) fn write(context: &Context, path: &Path, findings: &[Finding]) -> Result<()> {
    // Once more as a whole: what was no secret when a line was made may have become one.
    let text = redact::clean(&text(context, findings));
    if private::create_new(path, text.as_bytes())? {
        return Ok(());
    }
    let message = format!("{} is there already, and is not written over", path.display());
    Err(CliError::usage(message).next("name a file that does not exist yet").into())
}

fn text(context: &Context, findings: &[Finding]) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "orchest {} doctor, {:.0}", env!("CARGO_PKG_VERSION"), context.clock.now());
    let _ = writeln!(text, "{} {}", std::env::consts::OS, std::env::consts::ARCH);
    text.push_str("\n# Checks\n\n");
    text.push_str(&finding::lines(findings));
    text.push_str("\n# Settings in force, and where they are from\n\n");
    for setting in config::show(&context.settings) {
        let value = told(&setting.key, setting.value);
        let _ = writeln!(text, "{} = {value}  ({})", safe(&setting.key), setting.origin);
    }
    text.push_str("\n# Last runs\n\n");
    for line in runs(context) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// A value for somebody else: a command may hold a secret in any of its words, and what is no setting may be one misspelt.
fn told(key: &str, value: String) -> String {
    let is_of_nobody = key.starts_with("connector.") && !connectors::is_known(key);
    match key {
        _ if key.ends_with("_command") => "(a command)".to_owned(),
        _ if is_of_nobody || key.ends_with("invite_link") => redact::MASK.to_owned(),
        _ => value,
    }
}

fn runs(context: &Context) -> Vec<String> {
    let Some(state) = &context.state else { return vec!["none are kept".to_owned()] };
    let log = RunLog::new(state, Process::current(), context.clock.clone());
    let runs = match log.list(None, false) {
        Ok(history) => history.runs,
        Err(warning) => return vec![warning.to_string()],
    };
    runs.iter()
        .rev()
        .take(RUNS)
        .map(|run| {
            let how = match run.outcome {
                Outcome::Running => "running".to_owned(),
                Outcome::Unfinished => "unfinished".to_owned(),
                Outcome::Settled => "settled".to_owned(),
                Outcome::Ended(code) => format!("exit {code}"),
            };
            format!("{}  {:.0}  {how}  {}", run.run, run.since, safe(&run.command))
        })
        .collect()
}
