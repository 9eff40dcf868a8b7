//! Rosters as TOML: a table `[[people]]` for each, with the names of the columns as keys.

use std::fmt::Write as _;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::text::place;
use super::{Cell, Fault, Place, Record};

const PEOPLE: &str = "people";
const FORM: &str = "write a table [[people]] for each, with keys such as github = \"ada\"";

/// The keys, each where it first stands, and the tables.
pub(super) fn records(text: &str) -> Result<(Vec<Cell>, Vec<Record>), Fault> {
    let file = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Fault::new(place(text, at), format!("not valid TOML: {}", error.message()))
    })?;
    let mut people = None;
    for (key, value) in file.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            (PEOPLE, DeValue::Array(list)) => people = Some(list),
            (other, _) => {
                let shown = crate::base::text::safe(other).into_owned();
                let fault = Fault::new(place(text, key.span().start), format!("'{shown}' is not known here"));
                return Err(fault.next(FORM));
            }
        }
    }
    let Some(people) = people else {
        return Err(Fault::new(Place { line: 1, column: 1 }, "it has no people").next(FORM));
    };
    let records: Vec<Record> = people.iter().map(|one| record(text, one)).collect::<Result<_, _>>()?;
    let mut keys: Vec<Cell> = Vec::new();
    for (key, _) in records.iter().flat_map(|record| &record.cells) {
        if !keys.iter().any(|known| known.text == key.text) {
            keys.push(key.clone());
        }
    }
    Ok((keys, records))
}

fn record(text: &str, table: &Spanned<DeValue<'_>>) -> Result<Record, Fault> {
    let at = place(text, table.span().start);
    let Some(pairs) = table.get_ref().as_table() else { return Err(Fault::new(at, "a table was expected").next(FORM)) };
    let mut cells = Vec::new();
    for (key, value) in pairs {
        let at = place(text, value.span().start);
        let key = Cell { text: key.get_ref().to_string(), at: place(text, key.span().start) };
        let Some(said) = value.get_ref().as_str() else {
            let shown = crate::base::text::safe(&key.text).into_owned();
            return Err(Fault::new(at, format!("{shown} has to be a text in quotes")));
        };
        if said.trim().is_empty() {
            let shown = crate::base::text::safe(&key.text).into_owned();
            return Err(Fault::new(at, format!("{shown} is empty")).next("leave the key out"));
        }
        // The text of the file has none; an escape can still stand for one.
        if said.chars().any(|sign| sign.is_control() && sign != '\t') {
            return Err(Fault::new(at, "a control character"));
        }
        cells.push((key, Cell { text: said.trim().to_owned(), at }));
    }
    // The parser hands them out by name.
    cells.sort_by_key(|(key, _)| (key.at.line, key.at.column));
    Ok(Record { at, cells })
}

/// The same, written.
pub(super) fn text(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        text.push_str("[[people]]\n");
        for (column, cell) in columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{column} = {}", toml_edit::Value::from(cell.as_str()));
        }
        text.push('\n');
    }
    text
}
