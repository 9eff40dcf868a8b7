//! Aligned columns without borders.
//!
//! Where everything fits, or nothing limits the width (a pipe), lines are written as they are made: nothing is cut and
//! no line is padded at its end. Only a terminal that is too narrow needs the arranging of `comfy_table`, which holds
//! the whole table several times.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use dialoguer::console::measure_text_width;

use super::error::Error;

/// The space between two columns.
const GAP: usize = 2;

/// How many characters stay on one line where lines are wrapped. No terminal is as wide; but the library adds to widths of
/// 16 bits without looking, and servers choose how long a text is.
const LONGEST: u16 = 10_000;

/// How much text is handed on at once.
const CHUNK: usize = 64 * 1024;

/// Cells that are already text, and what is known of their widths.
pub(super) struct Grid {
    titles: Option<Vec<String>>,
    rows: Vec<Vec<String>>,
    /// The widest content of each column.
    widths: Vec<usize>,
    /// Below this a column must not shrink: the heading, and identifiers.
    floors: Vec<usize>,
}

impl Grid {
    pub(super) fn new(titles: Vec<String>, with_header: bool) -> Self {
        let widths: Vec<usize> = titles.iter().map(|title| if with_header { width(title) } else { 0 }).collect();
        Self { titles: with_header.then_some(titles), rows: Vec::new(), floors: widths.clone(), widths }
    }

    /// Adds a row; `rigid` says of each cell whether it must stay whole.
    pub(super) fn push(&mut self, cells: Vec<String>, rigid: impl IntoIterator<Item = bool>) {
        let limits = self.widths.iter_mut().zip(&mut self.floors);
        for ((cell, rigid), (widest, floor)) in cells.iter().zip(rigid).zip(limits) {
            let width = width(cell);
            *widest = width.max(*widest);
            if rigid {
                *floor = width.max(*floor);
            }
        }
        self.rows.push(cells);
    }

    /// Writes the lines, the heading in bold if asked for, wrapped where they would be wider than the limit.
    pub(super) fn write(
        self,
        limit: Option<usize>,
        bold: bool,
        sink: &mut dyn FnMut(&str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let total: usize = self.widths.iter().sum::<usize>() + GAP * self.widths.len().saturating_sub(1);
        let mut lines = Lines { sink, text: String::new() };
        if limit.is_some_and(|limit| total > limit) {
            let has_header = self.titles.is_some();
            for (number, line) in self.arrange(limit.unwrap_or(total)).lines().enumerate() {
                lines.add(&line, bold && has_header && number == 0)?;
            }
            return lines.end();
        }
        if let Some(titles) = &self.titles {
            lines.add(&align(titles, &self.widths), bold)?;
        }
        for row in &self.rows {
            lines.add(&align(row, &self.widths), false)?;
        }
        lines.end()
    }

    fn arrange(self, limit: usize) -> Table {
        let small = |number: usize| u16::try_from(number).unwrap_or(u16::MAX).min(LONGEST);
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(small(limit));
        if let Some(titles) = self.titles {
            table.set_header(titles);
        }
        table.add_rows(self.rows.into_iter().map(|cells| cells.into_iter().map(broken)));
        let last = self.floors.len().saturating_sub(1);
        for (number, (column, floor)) in table.column_iter_mut().zip(&self.floors).enumerate() {
            let gap = if number == last { 0 } else { GAP };
            column.set_padding((0, small(gap)));
            column.set_cell_alignment(CellAlignment::Left);
            // The library counts the padding in.
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(small((*floor).max(1) + gap))));
        }
        table
    }
}

/// Lines on their way out, some at a time.
struct Lines<'s> {
    sink: &'s mut dyn FnMut(&str) -> Result<(), Error>,
    text: String,
}

impl Lines<'_> {
    fn add(&mut self, line: &str, bold: bool) -> Result<(), Error> {
        let line = line.trim_end_matches(' ');
        if bold && !line.is_empty() {
            self.text.extend(["\u{1b}[1m", line, "\u{1b}[0m\n"]);
        } else {
            self.text.extend([line, "\n"]);
        }
        if self.text.len() < CHUNK {
            return Ok(());
        }
        (self.sink)(&std::mem::take(&mut self.text))
    }

    fn end(self) -> Result<(), Error> {
        if self.text.is_empty() { Ok(()) } else { (self.sink)(&self.text) }
    }
}

/// A cell whose lines can be counted in 16 bits.
fn broken(cell: String) -> String {
    let longest = usize::from(LONGEST);
    if cell.len() <= longest {
        return cell;
    }
    let mut lines = String::with_capacity(cell.len() + cell.len() / longest);
    for (at, character) in cell.chars().enumerate() {
        if at > 0 && at.is_multiple_of(longest) {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines
}

fn align(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    let mut owed = 0;
    for (cell, wide) in cells.iter().zip(widths) {
        // Owed spaces are paid only if something follows, so a long last cell costs no other line anything.
        line.extend(std::iter::repeat_n(' ', owed));
        line.push_str(cell);
        owed = wide.saturating_sub(width(cell)) + GAP;
    }
    line
}

/// How many columns of the screen a text takes.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { measure_text_width(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[&str; 3]], limit: Option<usize>, bold: bool) -> String {
        let mut grid = Grid::new(["NAME", "DESCRIPTION", "ID"].map(str::to_owned).to_vec(), true);
        for row in rows {
            grid.push(row.map(str::to_owned).to_vec(), [false, false, true]);
        }
        let mut text = String::new();
        let mut sink = |part: &str| {
            text.push_str(part);
            Ok(())
        };
        grid.write(limit, bold, &mut sink).unwrap();
        text
    }

    #[test]
    fn columns_are_aligned_by_what_the_screen_shows() {
        let text = table(&[["日本", "x", "1"], ["Zürich", "a b", "22"]], None, false);
        assert_eq!(text, "NAME    DESCRIPTION  ID\n日本    x            1\nZürich  a b          22\n");
    }

    #[test]
    fn the_heading_is_bold_where_there_is_colour() {
        let text = table(&[["a", "b", "c"]], Some(80), true);
        assert_eq!(text, "\u{1b}[1mNAME  DESCRIPTION  ID\u{1b}[0m\na     b            c\n");
    }

    #[test]
    fn a_narrow_terminal_wraps_the_free_text_and_never_an_id() {
        let id = "0123456789abcdef0123456789abcdef";
        let text = table(&[["adm1", "one two three four five six", id]], Some(54), true);
        assert!(
            text.lines().all(|line| width(&line.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "")) <= 54),
            "{text}"
        );
        assert!(text.contains(id), "{text}");
        assert!(text.contains("one two") && !text.contains("one two three four"), "{text}");
        assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
        let impossible = table(&[["adm1", "one two three", id]], Some(10), false);
        assert!(impossible.contains(id), "{impossible}");
    }

    #[test]
    fn an_endless_text_is_no_overflow() {
        for length in [9_999, 65_532, 65_535, 70_000] {
            let id = "x".repeat(length);
            for row in [["adm1", "one two", &id], ["adm1", &id, "1"]] {
                assert_eq!(table(&[row], Some(80), false).matches('x').count(), length);
            }
        }
    }

    #[test]
    fn a_pipe_cuts_nothing() {
        let long = "x".repeat(100_000);
        let text = table(&[["a", &long, "1"], ["b", "short", "2"]], None, false);
        assert!(text.contains(&format!("a     {long}  1\n")));
        assert_eq!(text.lines().count(), 3);
    }
}
