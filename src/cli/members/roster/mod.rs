//! Rosters: who is to be where. One line or table a person, with what each service calls them. Everything is read and checked
//! before the first request, and what is wrong is told with its file, line and column.

mod check;
mod csv;
#[cfg(any(fuzzing, test))]
pub(in crate::cli) mod fuzz;
mod text;
mod toml;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::connectors::ConnectorKind;
use crate::flows::members::Wish;

use super::super::context::Context;
use super::super::error::CliError;
use super::super::input_file;

/// Who is meant, for people; and so the rows of one person are known as such.
const NAME: &str = "name";
const EMAIL: &str = "email";
/// Why a person of a roster that `--failed-to` wrote failed. Such a roster has not everybody, and nobody is removed by it.
const FAILED: &str = "failed";

/// Where something stands, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
}

/// What stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cell {
    text: String,
    at: Place,
}

/// A line or a table, with the names of its columns or keys as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    at: Place,
    cells: Vec<(Cell, Cell)>,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    at: Place,
    message: String,
    next: Option<String>,
}

impl Fault {
    fn new(at: Place, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), next: None }
    }

    fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }
}

/// Somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    at: Place,
    cells: BTreeMap<&'static str, Cell>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Roster {
    source: String,
    is_toml: bool,
    /// In the order of the file.
    columns: Vec<&'static str>,
    people: Vec<Person>,
}

impl Roster {
    pub(super) fn read(context: &Context, path: &Path) -> Result<Self> {
        let (bytes, source) = (input_file::bytes(context, path, "a roster")?, input_file::named(path));
        Self::parse(&bytes, &source).map_err(|fault| fault_in(&source, fault).into())
    }

    /// Those who are to be left alone. What they are there is nobody's business, so that roles are a slip.
    pub(super) fn of_ignored(context: &Context, path: &Path) -> Result<Self> {
        let roster = Self::read(context, path)?;
        let cells = roster.people.iter().flat_map(|person| &person.cells);
        let role = cells.filter(|(column, _)| column.ends_with(check::ROLE)).map(|(_, cell)| cell).next();
        let Some(cell) = role else { return Ok(roster) };
        let fault = Fault::new(cell.at, "whoever is ignored keeps the role that they have").next("leave it empty");
        Err(fault_in(&roster.source, fault).into())
    }

    fn parse(bytes: &[u8], source: &str) -> Result<Self, Fault> {
        let text = text::decode(bytes)?;
        let ending = Path::new(source).extension().map(std::ffi::OsStr::to_ascii_lowercase);
        let looks_like = || text.lines().map(str::trim_start).any(|line| line.starts_with("[["));
        let is_toml = match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("toml") => true,
            Some("csv") => false,
            _ => looks_like(),
        };
        let (columns, records) = if is_toml { toml::records(text)? } else { csv::records(text)? };
        let (columns, people) = check::people(&columns, records)?;
        Ok(Self { source: source.to_owned(), is_toml, columns, people })
    }

    /// Whether it only has those of another roster who failed.
    pub(super) fn is_partial(&self) -> bool {
        self.columns.contains(&FAILED)
    }

    /// Whether it says of anybody that they are to be in one place.
    pub(super) fn has_anybody(&self, kind: ConnectorKind) -> bool {
        self.people.iter().any(|person| person.cells.contains_key(kind.name()))
    }

    /// Who is to be in one place, and which of the people each is.
    pub(super) fn wishes(&self, kind: ConnectorKind) -> (Vec<Wish>, Vec<usize>) {
        let role = check::role_column(kind);
        let wish = |person: &Person| {
            let text = |column: &str| person.cells.get(column).map(|cell| cell.text.clone());
            Some(Wish { id: text(kind.name())?, role: text(role), name: text(NAME) })
        };
        self.people.iter().enumerate().filter_map(|(number, person)| Some((wish(person)?, number))).unzip()
    }

    /// What everybody is called in one place.
    pub(super) fn ids(&self, kind: ConnectorKind) -> Vec<String> {
        self.people.iter().filter_map(|person| Some(person.cells.get(kind.name())?.text.clone())).collect()
    }

    /// Refuses roles that a service does not have.
    pub(super) fn check_roles(&self, kind: ConnectorKind, roles: &[&str]) -> Result<()> {
        let mut cells = self.people.iter().filter_map(|person| person.cells.get(check::role_column(kind)));
        let Some(cell) = cells.find(|cell| !roles.contains(&cell.text.as_str())) else { return Ok(()) };
        let shown = crate::base::text::safe(&cell.text).into_owned();
        let fault = Fault::new(cell.at, format!("{} has no role '{shown}'", kind.title()));
        let next = if roles.is_empty() { "leave it empty".to_owned() } else { format!("roles: {}", roles.join(", ")) };
        Err(fault_in(&self.source, fault.next(next)).into())
    }

    /// The line of a person, and what to call them.
    pub(super) fn label(&self, number: usize) -> (usize, String) {
        let Some(person) = self.people.get(number) else { return (0, String::new()) };
        let called = [NAME, EMAIL].iter().find_map(|column| person.cells.get(column));
        (person.at.line, called.map(|cell| cell.text.clone()).unwrap_or_default())
    }

    /// A roster of only these people, each with why.
    pub(super) fn failed_text(&self, failed: &BTreeMap<usize, String>) -> String {
        let columns: Vec<&str> = self.columns.iter().copied().filter(|column| *column != FAILED).collect();
        let row = |(number, why): (&usize, &String)| {
            let cells = &self.people.get(*number)?.cells;
            let cell = |column: &&str| cells.get(column).map_or("", |cell| &cell.text).to_owned();
            let why = why.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
            Some(columns.iter().map(cell).chain([why]).collect())
        };
        let rows: Vec<Vec<String>> = failed.iter().filter_map(row).collect();
        let columns: Vec<&str> = columns.iter().copied().chain([FAILED]).collect();
        if self.is_toml { toml::text(&columns, &rows) } else { csv::text(&columns, &rows) }
    }
}

fn fault_in(source: &str, fault: Fault) -> CliError {
    let Fault { at, message, next } = fault;
    let error = CliError::usage(format!("{source}:{}:{}: {message}", at.line, at.column));
    let error = error.cause("nothing was sent");
    match next {
        Some(next) => error.next(next),
        None => error,
    }
}

#[cfg(test)]
mod tests;
