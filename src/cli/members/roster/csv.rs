//! Rosters as CSV. The usual reader guesses at what broken quotes mean, and has no columns; a guess here would let people in or
//! out.

use std::str::Chars;

use crate::output::{formula_guard, formula_unguarded};

use super::{Cell, Fault, Place, Record};

/// The names of the columns, and the lines below.
pub(super) fn records(text: &str) -> Result<(Vec<Cell>, Vec<Record>), Fault> {
    let mut rows = Reader::new(text).rows()?.into_iter();
    let Some(header) = rows.next() else { return Err(Fault::new(Place { line: 1, column: 1 }, "it is empty")) };
    let mut records = Vec::new();
    for row in rows {
        let at = row.first().map(|cell| cell.at).unwrap_or_default();
        if row.len() != header.len() {
            let at = row.get(header.len()).or(row.last()).map_or(at, |cell| cell.at);
            return Err(Fault::new(at, format!("has {} fields, and the first line {}", row.len(), header.len())));
        }
        let unguarded = |cell: Cell| Cell { text: formula_unguarded(&cell.text).to_owned(), ..cell };
        records.push(Record { at, cells: header.iter().cloned().zip(row.into_iter().map(unguarded)).collect() });
    }
    Ok((header, records))
}

/// The same, written.
pub(super) fn text(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = writer.write_record(columns);
    for row in rows {
        let _ = writer.write_record(row.iter().map(|cell| formula_guard(cell.clone())));
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

struct Reader<'a> {
    rest: Chars<'a>,
    at: Place,
}

/// What comes after a cell.
enum End {
    Cell,
    Line,
    File,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.chars(), at: Place { line: 1, column: 1 } }
    }

    /// All lines that are not blank.
    fn rows(mut self) -> Result<Vec<Vec<Cell>>, Fault> {
        let (mut rows, mut row) = (Vec::new(), Vec::new());
        loop {
            let (cell, end) = self.cell()?;
            row.push(cell);
            if matches!(end, End::Cell) {
                continue;
            }
            let done = std::mem::take(&mut row);
            let is_blank = matches!(done.as_slice(), [only] if only.text.trim().is_empty());
            if !is_blank {
                rows.push(done);
            }
            if matches!(end, End::File) {
                return Ok(rows);
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn take(&mut self) -> Option<char> {
        let sign = self.rest.next()?;
        if sign == '\n' {
            self.at = Place { line: self.at.line + 1, column: 1 };
        } else {
            self.at.column += 1;
        }
        Some(sign)
    }

    fn cell(&mut self) -> Result<(Cell, End), Fault> {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.take();
        }
        let at = self.at;
        if self.peek() == Some('"') {
            let text = self.quoted(at)?;
            while matches!(self.peek(), Some(' ' | '\t')) {
                self.take();
            }
            let after = self.at;
            let Some(end) = self.end()? else {
                let fault = Fault::new(after, "something stands behind the closing quote");
                return Err(fault.next("a quote inside a quoted field is written twice: \"\""));
            };
            return Ok((Cell { text, at }, end));
        }
        let mut text = String::new();
        loop {
            let here = self.at;
            if let Some(end) = self.end()? {
                text.truncate(text.trim_end().len());
                return Ok((Cell { text, at }, end));
            }
            match self.take() {
                Some('"') => {
                    let fault = Fault::new(here, "a quote in the middle of a field");
                    return Err(fault.next("put the whole field in quotes, and write this one twice"));
                }
                Some(sign) => text.push(sign),
                None => {}
            }
        }
    }

    /// What is between quotes, the opening one being next.
    fn quoted(&mut self, start: Place) -> Result<String, Fault> {
        self.take();
        let mut text = String::new();
        loop {
            match self.take() {
                Some('"') if self.peek() == Some('"') => {
                    self.take();
                    text.push('"');
                }
                Some('"') => return Ok(text),
                Some('\n' | '\r') | None => {
                    return Err(Fault::new(start, "the quote that begins here does not end on its line"));
                }
                Some(sign) => text.push(sign),
            }
        }
    }

    /// The end of a cell, if it is here.
    fn end(&mut self) -> Result<Option<End>, Fault> {
        Ok(Some(match self.peek() {
            None => End::File,
            Some(',') => {
                self.take();
                End::Cell
            }
            Some('\n') => {
                self.take();
                End::Line
            }
            Some('\r') => {
                let at = self.at;
                self.take();
                match self.take() {
                    Some('\n') => End::Line,
                    None => End::File,
                    Some(_) => return Err(Fault::new(at, "a carriage return in the middle of a line")),
                }
            }
            Some(_) => return Ok(None),
        }))
    }
}
