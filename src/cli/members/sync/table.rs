//! A plan, and what came of it, as rows and in words.

use anyhow::Result;
use serde_json::{Value, json};

use crate::base::text::safe;
use crate::flows::members::{Came, Deed, Step};
use crate::output::{Column, View};

use super::super::super::bulk::{NOT_DONE, UNANSWERED, UNKNOWN};
use super::super::super::context::Context;
use super::super::super::present::Row;
use super::super::roster::Roster;
use super::survey::Site;
use super::{Ended, SyncArgs};

const fn column(title: &'static str, key: &'static str, wide: bool) -> Column {
    Column { title, key, wide }
}

pub(crate) const SYNC: View = View {
    columns: &[
        column("CONNECTOR", "connector", false),
        column("TARGET", "target", true),
        column("ID", "id", false),
        column("PERSON", "person", false),
        column("RESULT", "result", false),
        column("STATE", "state", false),
        column("ROLE", "role", false),
        column("DETAIL", "detail", false),
        column("LINE", "line", true),
    ],
    name: "id",
};

/// What would be done, and what is left alone. What is as it should be is for machines, and with `-v`. `is_partial`:
/// there were connectors that could not be asked.
pub(super) fn plan(context: &Context, sites: &[Site], roster: &Roster, is_partial: bool) -> Result<()> {
    let all = context.wants_rows() || context.globals.output.verbose > 0;
    let nothing = match (sites.is_empty(), is_partial) {
        (true, true) => "no service could be asked",
        (true, false) => "the roster lists nobody at these services",
        (false, _) => "everybody is where they are to be",
    };
    let mut list = context.printer.stream(&SYNC).when_empty(nothing);
    for site in sites {
        let shown = site.plan.steps.iter().filter(|step| all || !matches!(step.deed, Deed::Keep | Deed::Stay));
        list.push_all(shown.map(|step| {
            let mut row = row(site, step, roster);
            row.insert("result".to_owned(), json!(would(&step.deed)));
            row.insert("detail".to_owned(), detail(step));
            row
        }))?;
    }
    Ok(list.finish()?)
}

/// What came of all of it.
pub(super) fn results(context: &Context, sites: &[Site], came: &[Vec<Ended<'_>>], roster: &Roster) -> Result<()> {
    let mut rows = Vec::new();
    for (site, came) in sites.iter().zip(came) {
        let unchanged = site.plan.steps.iter().filter(|step| !step.deed.is_change());
        rows.extend(unchanged.map(|step| {
            let mut row = row(site, step, roster);
            row.insert("result".to_owned(), json!(would(&step.deed)));
            row.insert("detail".to_owned(), detail(step));
            row
        }));
        rows.extend(came.iter().map(|(step, came)| {
            let mut row = row(site, step, roster);
            let mut put = |key: &str, value: Value| drop(row.insert(key.to_owned(), value));
            match came {
                Some(Came::Done(change)) => {
                    put("result", json!(change.word()));
                    put("state", json!(change.membership.state.as_str()));
                    put("role", json!(change.membership.role));
                    put("detail", json!(change.notes.join("; ")));
                }
                Some(Came::Failed(error)) => {
                    put("result", json!("failed"));
                    put("detail", json!(error.to_string()));
                }
                Some(Came::NotDone) => put("result", json!(NOT_DONE)),
                None => {
                    put("result", json!(UNKNOWN));
                    put("detail", json!(UNANSWERED));
                }
            }
            row
        }));
    }
    Ok(context.printer.list(&SYNC, rows)?)
}

fn row(site: &Site, step: &Step, roster: &Roster) -> Row {
    let person = step.wish.and_then(|wish| site.people.get(wish)).map(|person| roster.label(*person));
    let mut row = Row::new();
    let mut put = |key: &str, value: Value| drop(row.insert(key.to_owned(), value));
    put("connector", json!(site.kind.name()));
    put("target", json!(site.target));
    put("id", json!(step.id));
    put("person", json!(person.as_ref().map(|(_, name)| name).filter(|name| !name.is_empty())));
    put("result", Value::Null);
    put("state", json!(step.state.as_str()));
    put("role", json!(step.role));
    put("detail", Value::Null);
    put("line", json!(person.as_ref().map(|(line, _)| line)));
    row
}

fn would(deed: &Deed) -> &'static str {
    match deed {
        Deed::Keep => "already so",
        Deed::Raise | Deed::Lower => "would be changed",
        Deed::Add => "would be added",
        Deed::Restore => "would be switched on",
        Deed::Reinvite => "would be invited again",
        Deed::Remove => "would be removed",
        Deed::Stay => "not listed",
        Deed::Leave { .. } => "left alone",
    }
}

fn detail(step: &Step) -> Value {
    match (&step.deed, &step.to) {
        (Deed::Leave { why, .. }, _) => json!(why),
        (Deed::Raise | Deed::Lower | Deed::Add | Deed::Reinvite, Some(role)) => json!(format!("as {role}")),
        _ => Value::Null,
    }
}

/// What the plans could not know.
pub(super) fn warnings(context: &Context, args: &SyncArgs, sites: &[Site]) {
    for site in sites {
        if let Some(what) = site.connector.left_out() {
            let so = "so the plan may add somebody who has an invitation, and takes none back";
            context.printer.warn(&format!("{}: {what}, {so}", site.kind));
        }
        // A slip would have somebody removed who was to be spared.
        if let Some(first) = site.plan.astray.first().filter(|_| args.remove_extra) {
            let more = site.plan.astray.len() - 1;
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            context.printer.warn(&format!("{}: nobody there is {}{more}, of --ignore", site.kind, safe(first)));
        }
    }
}

/// A line for each connector: `github acme: add 2, remove 1 of 60, keep 41`.
pub(super) fn summary(context: &Context, sites: &[Site]) {
    for site in sites {
        let remove = format!("of {}", site.plan.active);
        let counted = words(site, &remove, true);
        context.printer.note(&format!("{} {}: {}", site.kind, safe(&site.target), counted));
    }
}

/// For the question: what all of it comes to.
pub(super) fn question(sites: &[Site]) -> String {
    let at = |site: &&Site| !site.plan.changes().is_empty();
    let all = sites.iter().filter(at).map(|site| format!("at {}: {}", site.kind, words(site, "people", false)));
    all.collect::<Vec<_>>().join("; ")
}

fn words(site: &Site, removed: &str, all: bool) -> String {
    let count = |of: fn(&Deed) -> bool| site.plan.count(of);
    let mut words = Vec::new();
    let mut say = |verb: &str, count: usize, behind: &str| {
        if count > 0 {
            words.push(format!("{verb} {count}{}{behind}", if behind.is_empty() { "" } else { " " }));
        }
    };
    say("add", count(|deed| *deed == Deed::Add), "");
    say("switch on", count(|deed| *deed == Deed::Restore), "");
    say("invite again", count(|deed| *deed == Deed::Reinvite), "");
    say("give more rights to", count(|deed| *deed == Deed::Raise), "");
    say("give less rights to", count(|deed| *deed == Deed::Lower), "");
    say("remove", count(|deed| *deed == Deed::Remove), removed);
    if all {
        say("keep", count(|deed| *deed == Deed::Keep), "");
        say("leave alone", count(|deed| matches!(deed, Deed::Leave { .. })), "");
        say("not listed", count(|deed| *deed == Deed::Stay), "");
    }
    if words.is_empty() { "nobody".to_owned() } else { words.join(", ") }
}
