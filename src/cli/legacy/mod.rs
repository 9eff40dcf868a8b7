//! `orchest legacy`: the 44 scripts of the IoT orchestrator, called as they were, in the words of today.
//!
//! An old line becomes the words of one command, or of several, which are shown and then parsed and run like typed ones.
//! Secrets never are among those words: they go to the command beside them, as [`Given`].

mod given;
mod outside;
mod routes;
mod script;
mod scripts;
mod text;
mod translate;

use std::ffi::OsString;

use anyhow::Result;
use clap::{Args, CommandFactory as _};
use serde_json::json;

use crate::config::{Inputs, Settings};
use crate::output::{Column, Printer, View};

use super::Cli;
use super::args::GlobalArgs;
use super::context::Context;
use super::error::CliError;
use super::present::Row;
use outside::Outside;
use script::{Script, Whose};
use scripts::SCRIPTS;
use translate::{shown, translate};

pub(crate) use given::Given;
pub(crate) use text::help;

#[derive(Args, Debug)]
pub(crate) struct LegacyArgs {
    /// Script, with or without .py or .sh; left out, or `list`: all of them are listed
    #[arg(value_name = "SCRIPT")]
    script: Option<String>,
    /// Its arguments in their old order
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

/// What is to be run, and with which secrets.
pub(crate) struct Plan {
    pub(crate) lines: Vec<Line>,
    pub(crate) given: Given,
}

/// The words of one command, and what is said before it.
pub(crate) struct Line {
    pub(crate) words: Vec<String>,
    warning: Option<String>,
    notes: Vec<String>,
}

impl Line {
    pub(crate) fn tell(&self, printer: &Printer) {
        self.warning.iter().for_each(|warning| printer.warn(warning));
        self.notes.iter().for_each(|note| printer.note(note));
    }
}

const SCRIPT: View = View {
    columns: &[
        Column { title: "SCRIPT", key: "script", wide: false },
        Column { title: "TODAY", key: "today", wide: false },
        Column { title: "ARGUMENTS", key: "arguments", wide: true },
    ],
    name: "script",
};

impl LegacyArgs {
    /// Whether nothing is to be run.
    pub(crate) fn is_list(&self) -> bool {
        self.arguments.is_empty() && self.script.as_ref().is_none_or(|script| script == "list")
    }

    /// Everything but the running. Reads the secrets last, when nothing else can be wrong with the line.
    pub(crate) fn plan(&self, globals: &GlobalArgs, arguments: &[OsString]) -> Result<Plan> {
        let name = self.script.as_deref().unwrap_or_default();
        let script = Script::find(name).ok_or_else(|| unknown(name))?;
        let mut inputs = Inputs::from_process();
        inputs.flags = globals.settings("keystone");
        inputs.config_file.clone_from(&globals.target.config);
        inputs.context.clone_from(&globals.target.context);
        let scope = Settings::load(&inputs)?.text("auth.scope")?;
        // Somebody who chose a wider login than the scripts had needs it; a domain would be that of another login.
        let wider = scope.is_some_and(|scope| scope != "domain");
        let outside = Outside::of(&Cli::command().try_get_matches_from(arguments)?);
        let translation = translate(script, &self.arguments, &outside, wider)?;
        let mut plan = Plan { lines: Vec::new(), given: Given::default() };
        for (name, word, whose) in &translation.secrets {
            plan.given.stdin |= given::is_stdin(word);
            let secret = Some(given::read(name, word, &inputs)?);
            match whose {
                Whose::Login => plan.given.login = secret,
                Whose::New => plan.given.new = secret,
            }
        }
        let count = translation.lines.len();
        for (number, words) in (1..).zip(translation.lines) {
            let place = if count == 1 { String::new() } else { format!(", {number} of {count}") };
            let note = format!("the same today{place}: {}", shown(&words, &translation.secrets));
            match plan.lines.first_mut() {
                // What the first one would make is not there for the others to look at.
                Some(first) if globals.run.dry_run => first.notes.push(note),
                _ => plan.lines.push(Line { words, warning: None, notes: vec![note] }),
            }
        }
        if let (Some(first), false) = (plan.lines.first_mut(), translation.plain.is_empty()) {
            let hosts = translation.plain.join(", ");
            first.warning =
                Some(format!("plain http to {hosts}: everybody on the way can read the passwords; use https"));
        }
        if let (Some(first), true, true) = (plan.lines.first_mut(), globals.run.dry_run, count > 1) {
            first.notes.push("dry run: only the first is looked at; the others need what it makes".to_owned());
        }
        Ok(plan)
    }
}

fn unknown(name: &str) -> CliError {
    let shown = crate::base::text::safe(name);
    let error = CliError::usage(format!("there was no script '{shown}'"));
    let error = match Script::nearest(name) {
        Some(near) => error.cause(format!("did you mean {near}?")),
        None => error,
    };
    error.next("orchest legacy list")
}

/// All scripts.
pub(crate) fn list(context: &Context) -> Result<()> {
    if context.printer.explain_columns(&SCRIPT)? {
        return Ok(());
    }
    let row = |script: &Script| -> Row {
        let pairs = [
            ("script", json!(script.name)),
            ("today", json!(format!("orchest {}", script.shown()))),
            ("arguments", json!(script.arguments())),
        ];
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    Ok(context.printer.list(&SCRIPT, SCRIPTS.iter().map(row).collect())?)
}
