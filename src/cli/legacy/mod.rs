//! `orchest legacy`: the 44 scripts of the IoT orchestrator, and orchent and orpy, two clients of orchestrators of
//! deployments, called as they were, in the words of today.
//!
//! An old line becomes the words of one command, or of several, which are shown and then parsed and run like typed ones.
//! Secrets never are among those words: they go to the command beside them, as [`Given`].

mod client_line;
pub(crate) mod clients;
mod given;
mod outside;
mod routes;
mod script;
mod scripts;
mod text;
mod translate;
mod values;

use std::ffi::OsString;

use anyhow::Result;
use clap::{Args, CommandFactory as _, Subcommand};
use serde_json::json;

use crate::config::{Inputs, Settings};
use crate::output::{Column, Printer, View};

use super::Cli;
use super::args::GlobalArgs;
use super::context::Context;
use super::error::CliError;
use super::present::Row;
use clients::{CLIENTS, Client};
use script::{Script, Whose};
use scripts::SCRIPTS;
use translate::{shown, translate};

pub(crate) use given::Given;
pub(crate) use outside::Outside;
pub(crate) use text::help;

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct LegacyArgs {
    #[command(subcommand)]
    client: Option<ClientVerb>,
    /// Script, with or without .py or .sh; left out, or `list`: all of them are listed
    #[arg(value_name = "SCRIPT")]
    script: Option<String>,
    /// Its arguments in their old order
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

/// The other programs.
#[derive(Subcommand, Debug)]
enum ClientVerb {
    /// Say it as orchent was called; left out, its commands are listed
    #[command(after_help = "Examples:\n  orchest legacy orchent depls -c me\n  \
        orchest legacy orchent depcreate kafka.yaml '{\"nodes\": 3}' -g city\n\n\
        Flags of today may stand there too, such as -o json or --yes.")]
    Orchent(ClientArgs),
    /// Say it as orpy was called; left out, its commands are listed
    #[command(after_help = "Examples:\n  orchest legacy orpy dep list -f json\n  \
        orchest legacy orpy dep create kafka.yaml nodes=3 --group=city\n\n\
        Flags of today may stand there too, such as --dry-run or --yes.")]
    Orpy(ClientArgs),
}

#[derive(Args, Debug)]
struct ClientArgs {
    /// The old line
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

impl ClientVerb {
    fn taken(&self) -> (Client, &[String]) {
        match self {
            Self::Orchent(args) => (Client::Orchent, &args.words),
            Self::Orpy(args) => (Client::Orpy, &args.words),
        }
    }
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

pub(crate) const SCRIPT: View = View {
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
        if let Some(client) = &self.client {
            return client.taken().1.is_empty();
        }
        self.arguments.is_empty() && self.script.as_ref().is_none_or(|script| script == "list")
    }

    /// Everything but the running. Reads the secrets last, when nothing else can be wrong with the line.
    pub(crate) fn plan(&self, globals: &GlobalArgs, arguments: &[OsString]) -> Result<Plan> {
        if let Some(client) = &self.client {
            let (client, words) = client.taken();
            return plan_of(client, words, arguments);
        }
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

/// A line of another program: always one command, and no secret in it.
fn plan_of(client: Client, words: &[String], arguments: &[OsString]) -> Result<Plan> {
    let mut today = client_line::translate(client, words)?;
    today.words.extend(Outside::of(&Cli::command().try_get_matches_from(arguments)?).words);
    let mut notes = vec![format!("the same today: {}", client_line::shown(&today.words))];
    notes.extend(today.notes);
    let line = Line { words: today.words, warning: None, notes };
    Ok(Plan { lines: vec![line], given: Given::default() })
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

/// What the old scripts are called.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SCRIPTS.iter().map(|script| script.name)
}

/// All scripts, or all commands of another program.
pub(crate) fn list(context: &Context, old: &LegacyArgs) -> Result<()> {
    let row = |name: String, today: &str, arguments: String| -> Row {
        let pairs =
            [("script", json!(name)), ("today", json!(format!("orchest {today}"))), ("arguments", json!(arguments))];
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    let rows = match old.client.as_ref().map(|client| client.taken().0) {
        None => {
            let of = |script: &Script| row(script.name.to_owned(), &script.shown(), script.arguments().join(" "));
            SCRIPTS.iter().map(of).collect()
        }
        Some(client) => {
            let verbs = CLIENTS.iter().filter(|verb| verb.client == client);
            verbs.map(|verb| row(verb.words.join(" "), verb.today, verb.usage())).collect()
        }
    };
    Ok(context.printer.list(&SCRIPT, rows)?)
}
