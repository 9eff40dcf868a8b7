//! What a roster may have, and what makes no sense in one.

use std::collections::{BTreeMap, HashMap};

use crate::base::text::safe;
use crate::connectors::ConnectorKind;

use super::{Cell, EMAIL, FAILED, Fault, NAME, Person, Place, Record};

/// All that a roster may say of somebody.
const COLUMNS: [&str; 11] = [
    NAME,
    EMAIL,
    "github",
    "github_role",
    "trello",
    "trello_role",
    "slack",
    "slack_role",
    "g_drive",
    "g_drive_role",
    FAILED,
];

/// How the columns of roles end.
pub(super) const ROLE: &str = "_role";

/// The longest that any service takes.
const LONGEST: usize = 254;

pub(super) fn role_column(kind: ConnectorKind) -> &'static str {
    match kind {
        ConnectorKind::GitHub => "github_role",
        ConnectorKind::Trello => "trello_role",
        ConnectorKind::Slack => "slack_role",
        ConnectorKind::GDrive => "g_drive_role",
    }
}

/// The columns in their order, and everybody.
pub(super) fn people(header: &[Cell], records: Vec<Record>) -> Result<(Vec<&'static str>, Vec<Person>), Fault> {
    let columns = columns(header)?;
    if records.is_empty() {
        let at = header.first().map_or(Place { line: 1, column: 1 }, |cell| cell.at);
        return Err(Fault::new(at, "it has nobody"));
    }
    let mut people = Vec::with_capacity(records.len());
    let mut known = Known::default();
    for Record { at, cells } in records {
        let mut person = Person { at, cells: BTreeMap::new() };
        for (key, cell) in cells {
            let Some(column) = column(&key.text) else { return Err(unknown(&key)) };
            if !cell.text.is_empty() {
                check_cell(column, &cell)?;
                person.cells.insert(column, Cell { text: cell.text.trim().to_owned(), ..cell });
            }
        }
        check_person(&person)?;
        known.learn(&person)?;
        people.push(person);
    }
    Ok((columns, people))
}

fn column(text: &str) -> Option<&'static str> {
    COLUMNS.into_iter().find(|known| known.eq_ignore_ascii_case(text.trim()))
}

fn unknown(key: &Cell) -> Fault {
    let shown = safe(&key.text).chars().take(60).collect::<String>();
    let fault = Fault::new(key.at, format!("'{shown}' is not known here"));
    if key.text.contains([';', '\t']) {
        return fault.next("columns are parted by commas");
    }
    let all = COLUMNS.into_iter().filter(|known| *known != FAILED).collect::<Vec<_>>().join(", ");
    fault.next(format!("what a roster may say: {all}"))
}

fn columns(header: &[Cell]) -> Result<Vec<&'static str>, Fault> {
    let mut columns = Vec::new();
    for cell in header {
        let Some(name) = column(&cell.text) else { return Err(unknown(cell)) };
        if columns.contains(&name) {
            return Err(Fault::new(cell.at, format!("there are two columns '{name}'")));
        }
        columns.push(name);
    }
    let is_service = |column: &&str| column.parse::<ConnectorKind>().is_ok();
    if !columns.iter().any(is_service) {
        let at = header.first().map_or(Place { line: 1, column: 1 }, |cell| cell.at);
        let names = ConnectorKind::ALL.map(ConnectorKind::name).join(", ");
        return Err(Fault::new(at, "it says of nobody where they are to be").next(format!("columns: {names}")));
    }
    Ok(columns)
}

fn check_cell(column: &str, cell: &Cell) -> Result<(), Fault> {
    if cell.text.trim().is_empty() {
        let fault = Fault::new(cell.at, format!("{column} is a blank"));
        return Err(fault.next("leave it empty for somebody who is not to be there"));
    }
    if cell.text.trim().len() > LONGEST && column != FAILED {
        return Err(Fault::new(cell.at, format!("{column} is longer than any service takes")));
    }
    Ok(())
}

fn check_person(person: &Person) -> Result<(), Fault> {
    if person.cells.is_empty() {
        return Err(Fault::new(person.at, "nobody is named here").next("delete the line"));
    }
    for kind in ConnectorKind::ALL {
        if let (None, Some(role)) = (person.cells.get(kind.name()), person.cells.get(role_column(kind))) {
            let fault = Fault::new(role.at, format!("a role at {}, and no {}", kind.title(), kind.name()));
            return Err(fault.next("name the person there, or leave the role empty"));
        }
    }
    Ok(())
}

/// What was seen, each with its line.
#[derive(Default)]
struct Known {
    ids: HashMap<(&'static str, String), usize>,
    /// By name: whether there was an address, too.
    names: HashMap<String, (bool, usize)>,
}

impl Known {
    /// Nobody is listed twice. Of one name there may be several people where addresses tell them apart.
    fn learn(&mut self, person: &Person) -> Result<(), Fault> {
        for column in ConnectorKind::ALL.map(ConnectorKind::name).into_iter().chain([EMAIL]) {
            let Some(cell) = person.cells.get(column) else { continue };
            if let Some(line) = self.ids.insert((column, cell.text.to_lowercase()), cell.at.line) {
                return Err(Fault::new(cell.at, format!("{column} '{}' stands in line {line} too", safe(&cell.text))));
            }
        }
        let Some(name) = person.cells.get(NAME) else { return Ok(()) };
        let has_address = person.cells.contains_key(EMAIL);
        match self.names.insert(name.text.to_lowercase(), (has_address, name.at.line)) {
            Some((other, line)) if !(other && has_address) => {
                let message = format!("'{}' stands in line {line} too", safe(&name.text));
                Err(Fault::new(name.at, message).next("put one person in one line; the column email tells two apart"))
            }
            _ => Ok(()),
        }
    }
}
