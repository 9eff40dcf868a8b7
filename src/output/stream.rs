//! A list on its way out: rows go in as they come, and out as soon as the format and the order allow.

use serde_json::Value;

use super::error::Error;
use super::format::Format;
use super::plan::Plan;
use super::printer::Printer;
use super::render::{Piece, Renderer};
use super::row::{Row, View, is_id};
use super::sort::{SortKey, compare};
use super::table::Grid;

/// How many rows are held back to find a column that was asked for and that the first rows do not have. Servers leave
/// empty attributes out, so the first row proves nothing; but a list must not be kept in memory for a misspelt word.
const HELD_BACK: usize = 1000;

/// Writes the rows of one list. [`finish`](Self::finish) ends it.
pub(crate) struct ListWriter<'p> {
    printer: &'p Printer,
    view: &'p View,
    renderer: Renderer,
    plan: Plan<'p>,
    held_back: Vec<Row>,
    /// Rows that cannot go yet: they have to be sorted, aligned or queried.
    kept: Vec<(Vec<SortKey>, Piece)>,
    keeps: bool,
    /// Text that goes out when the page is complete.
    pending: String,
    begun: bool,
    empty: String,
}

impl<'p> ListWriter<'p> {
    pub(super) fn new(printer: &'p Printer, view: &'p View) -> Self {
        Self::with(printer, view, printer.renderer())
    }

    pub(super) fn as_json(printer: &'p Printer, view: &'p View) -> Self {
        let mut renderer = printer.renderer();
        renderer.format = Format::Json;
        Self::with(printer, view, renderer)
    }

    fn with(printer: &'p Printer, view: &'p View, renderer: Renderer) -> Self {
        let plan = Plan::for_list(printer.request(), view, renderer.format);
        let aligned = matches!(renderer.format, Format::Table | Format::Wide);
        let keeps = aligned || renderer.queried || plan.sorts();
        let (held_back, kept, pending) = (Vec::new(), Vec::new(), String::new());
        let empty = "no rows".to_owned();
        Self { printer, view, renderer, plan, held_back, kept, keeps, pending, begun: false, empty }
    }

    /// What to note on stderr if there is nothing to list.
    pub(crate) fn when_empty(mut self, note: &str) -> Self {
        note.clone_into(&mut self.empty);
        self
    }

    /// Sorts a table by its first column unless another order was asked for: servers send rows in no order that means
    /// anything. Other formats stay as they come, because they are written as they come.
    pub(crate) fn in_order(mut self) -> Self {
        if matches!(self.renderer.format, Format::Table | Format::Wide) {
            self.plan.sort_by_first();
        }
        self
    }

    /// Takes a page of rows; they are written together, and now if they can be written at all before the rest.
    pub(crate) fn push_all(&mut self, rows: impl IntoIterator<Item = Row>) -> Result<(), Error> {
        for row in rows {
            self.take(row)?;
        }
        self.send()
    }

    /// Writes what was kept and ends the list.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.release()?;
        if self.plan.sorts() {
            let descending = self.plan.descending();
            // Stable, so equal rows stay in the order of the server.
            self.kept.sort_by(|one, other| compare(&one.0, &other.0, &descending));
        }
        let kept = std::mem::take(&mut self.kept);
        let nothing = kept.is_empty() && !self.begun;
        if self.renderer.queried {
            let rows =
                kept.into_iter().filter_map(|(_, piece)| if let Piece::Data(row) = piece { Some(row) } else { None });
            return self.printer.query(&Value::Array(rows.collect()));
        }
        if nothing && !matches!(self.renderer.format, Format::Json | Format::Yaml) {
            self.printer.note(&self.empty);
        }
        match self.renderer.format {
            Format::Table | Format::Wide if nothing => return Ok(()),
            Format::Table | Format::Wide => return self.table(kept),
            _ => {}
        }
        for (_, piece) in kept {
            if let Piece::Text(text) = piece {
                self.append(&text)?;
            }
        }
        match self.renderer.format {
            Format::Json | Format::Yaml if nothing => self.pending.push_str("[]\n"),
            Format::Json => self.pending.push_str("\n]\n"),
            _ if nothing => self.begin()?,
            _ => {}
        }
        self.send()
    }

    fn take(&mut self, row: Row) -> Result<(), Error> {
        if self.plan.is_bound() {
            return self.accept(row);
        }
        self.plan.learn(&row);
        self.held_back.push(row);
        if self.plan.is_bound() || self.held_back.len() >= HELD_BACK { self.release() } else { Ok(()) }
    }

    fn release(&mut self) -> Result<(), Error> {
        if self.held_back.is_empty() {
            return Ok(());
        }
        if let Some(missing) = self.printer.missing(&self.plan, &self.held_back) {
            return Err(missing);
        }
        for row in std::mem::take(&mut self.held_back) {
            self.accept(row)?;
        }
        Ok(())
    }

    fn accept(&mut self, row: Row) -> Result<(), Error> {
        if !self.plan.passes(&row) {
            return Ok(());
        }
        let keys = self.plan.sort_keys(&row);
        let piece = self.renderer.row(&self.plan, self.view, row)?;
        match piece {
            Piece::Text(text) if !self.keeps => self.append(&text),
            piece => {
                self.kept.push((keys, piece));
                Ok(())
            }
        }
    }

    fn append(&mut self, text: &str) -> Result<(), Error> {
        let first = !self.begun;
        self.begin()?;
        if self.renderer.format == Format::Json {
            self.pending.push_str(if first { "[\n  " } else { ",\n  " });
            self.pending.push_str(&text.replace('\n', "\n  "));
        } else {
            self.pending.push_str(text);
        }
        // Sorted lists come in one go; they need not be in memory twice.
        if self.pending.len() > 64 * 1024 { self.send() } else { Ok(()) }
    }

    fn begin(&mut self) -> Result<(), Error> {
        if !self.begun && !self.printer.options().no_header {
            let header = self.renderer.header(&self.plan)?;
            self.pending.push_str(&header.unwrap_or_default());
        }
        self.begun = true;
        Ok(())
    }

    fn table(&mut self, kept: Vec<(Vec<SortKey>, Piece)>) -> Result<(), Error> {
        let keys = self.plan.keys();
        let rigid: Vec<bool> = keys.iter().map(|key| is_id(key)).collect();
        let titles = keys.into_iter().map(|key| crate::base::text::safe(&self.plan.title(key)).into_owned());
        let mut grid = Grid::new(titles.collect(), !self.printer.options().no_header);
        for (_, piece) in kept {
            if let Piece::Cells(cells) = piece {
                grid.push(cells, rigid.iter().copied());
            }
        }
        self.printer.grid(grid)
    }

    fn send(&mut self) -> Result<(), Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let sent = self.printer.write(self.pending.as_bytes());
        self.pending.clear();
        sent
    }
}
