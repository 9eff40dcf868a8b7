//! What stands between the policies of a role and files: the one comparison behind `diff` and `sync`.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::json;

use crate::api::keypass::{Policy, explain};
use crate::output::{Column, View};

use super::super::bulk::{Came, NOT_DONE};
use super::super::context::Context;
use super::super::error::CliError;
use super::super::present::Row;
use super::source::Checked;

/// How a policy compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// In a file, and the role has it not.
    Absent,
    Same,
    /// The role has it, and it says something else.
    Different(Vec<String>),
    /// The role has it, and no file.
    Extra,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The role's platform name.
    pub(super) role: String,
    pub(super) role_id: String,
    /// As in the file, or as the role has it where there is no file.
    pub(super) policy: Policy,
    /// Where it came from; empty where there is no file.
    pub(super) file: String,
    pub(super) state: State,
}

const fn column(title: &'static str, key: &'static str, wide: bool) -> Column {
    Column { title, key, wide }
}

pub(crate) const ENTRY: View = View {
    columns: &[
        column("ROLE", "role", false),
        column("POLICY", "policy", false),
        column("STATE", "state", false),
        column("CHANGES", "changes", false),
        column("FILE", "file", true),
    ],
    name: "policy",
};

/// The same, and what is done about it. `state` stays what was found.
pub(crate) const SYNC: View = View {
    columns: &[
        column("ROLE", "role", false),
        column("POLICY", "policy", false),
        column("STATE", "state", false),
        column("CHANGES", "changes", false),
        column("RESULT", "result", false),
        column("DETAIL", "detail", false),
        column("FILE", "file", true),
    ],
    name: "policy",
};

impl State {
    fn word(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Same => "same",
            Self::Different(_) => "different",
            Self::Extra => "not in files",
        }
    }

    /// What a sync does about it, as long as it does nothing.
    pub(super) fn would(&self) -> &'static str {
        match self {
            Self::Absent => "would be bound",
            Self::Same => "already so",
            Self::Different(_) => "would be replaced",
            Self::Extra => "would be deleted",
        }
    }
}

/// Compares files with what a role has. `whole`: the files are all that there should be.
pub(super) fn compare(role: &str, role_id: &str, files: &[Checked], held: &[Policy], whole: bool) -> Vec<Entry> {
    let entry = |policy: &Policy, file: &str, state| Entry {
        role: role.to_owned(),
        role_id: role_id.to_owned(),
        policy: policy.clone(),
        file: file.to_owned(),
        state,
    };
    let mut entries: Vec<Entry> = files
        .iter()
        .map(|file| {
            let before = held.iter().find(|held| held.id() == file.policy.id());
            let state = match before {
                None => State::Absent,
                Some(before) if before.is_same(&file.policy) => State::Same,
                Some(before) => State::Different(explain::changes(before, &file.policy)),
            };
            entry(&file.policy, &file.name, state)
        })
        .collect();
    let in_files = |policy: &&Policy| files.iter().any(|file| file.policy.id() == policy.id());
    if whole {
        entries.extend(held.iter().filter(|held| !in_files(held)).map(|held| entry(held, "", State::Extra)));
    }
    entries
}

/// Two files with one id: only one of them could ever be stored.
pub(super) fn refuse_doubles<'a>(files: impl Iterator<Item = &'a Checked>) -> Result<()> {
    let mut seen: Vec<&Checked> = Vec::new();
    for file in files {
        if let Some(other) = seen.iter().find(|other| other.policy.id() == file.policy.id()) {
            let id = file.policy.id();
            let message = format!("{} and {} both hold the policy '{id}'; nothing was sent", other.name, file.name);
            let error = CliError::usage(message);
            return Err(error.cause("Keypass keeps one policy of an id for a whole service, whatever the role").into());
        }
        seen.push(file);
    }
    Ok(())
}

/// Prints what is not the same, or everything to a machine or with `-v`.
pub(super) fn print(context: &Context, entries: &[Entry]) -> Result<()> {
    list(context, &ENTRY, entries, row)
}

/// The same, and what would be done about it. People see that by the state.
pub(super) fn planned(context: &Context, entries: &[Entry]) -> Result<()> {
    let view = if context.wants_rows() { &SYNC } else { &ENTRY };
    list(context, view, entries, |entry| told(entry, entry.state.would(), None))
}

/// The same, and what came of it, by policy; what is missing there was not done.
pub(super) fn results(context: &Context, entries: &[Entry], came: &HashMap<String, Came>) -> Result<()> {
    list(context, &SYNC, entries, |entry| match (came.get(entry.policy.id()), &entry.state) {
        (Some((result, detail)), _) => told(entry, result, detail.as_deref()),
        (None, State::Same) => told(entry, State::Same.would(), None),
        (None, _) => told(entry, NOT_DONE, None),
    })
}

fn list(context: &Context, view: &View, entries: &[Entry], row: impl Fn(&Entry) -> Row) -> Result<()> {
    let all = context.wants_rows() || context.globals.output.verbose > 0;
    let shown = entries.iter().filter(|entry| all || entry.state != State::Same);
    let mut list = context.printer.stream(view).in_order().when_empty("no differences");
    list.push_all(shown.map(row))?;
    Ok(list.finish()?)
}

fn row(entry: &Entry) -> Row {
    let changes = match &entry.state {
        State::Different(lines) => lines.join("; "),
        _ => String::new(),
    };
    let mut row = Row::new();
    row.insert("role".to_owned(), json!(entry.role));
    row.insert("policy".to_owned(), json!(entry.policy.id()));
    row.insert("state".to_owned(), json!(entry.state.word()));
    row.insert("changes".to_owned(), json!(changes));
    row.insert("file".to_owned(), json!(entry.file));
    row
}

fn told(entry: &Entry, result: &str, detail: Option<&str>) -> Row {
    let mut row = row(entry);
    row.insert("result".to_owned(), json!(result));
    row.insert("detail".to_owned(), json!(detail));
    row
}
