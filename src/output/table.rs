//! Aligned columns without borders.
//!
//! Where everything fits, or nothing limits the width (a pipe), lines are written as they are made: nothing is cut and
//! no line is padded at its end. On a terminal that is too narrow free text goes on below itself, then words are broken where
//! they have joints; where that is not enough each row stands by itself, and no column is crushed into letters.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use dialoguer::console::measure_text_width;

use super::error::Error;
use super::fold;

/// The space between two columns.
const GAP: usize = 2;

/// The least space between two columns.
const SMALL_GAP: usize = 1;

/// What is longer in one piece may be broken anywhere.
const LONG_PIECE: usize = 40;

/// How many characters stay on one line where lines are wrapped. No terminal is as wide; but servers choose how long a text is.
const LONGEST: usize = 10_000;

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

/// How much room a column needs.
#[derive(Clone, Copy)]
struct Needs {
    /// For everything on one line.
    whole: usize,
    /// For no word to be broken.
    words: usize,
    /// For no word to be broken but where it has a joint.
    pieces: usize,
}

impl Needs {
    /// The same with room for the words of another cell.
    fn and(self, cell: &str) -> Self {
        // What is no longer has no longer parts.
        if cell.len() <= self.pieces {
            return self;
        }
        let word = cell.split(' ').map(width).max().unwrap_or_default();
        let piece = cell.split(' ').flat_map(fold::pieces).map(width).max().unwrap_or_default();
        let (words, pieces) = (self.words.max(word.min(LONG_PIECE)), self.pieces.max(piece.min(LONG_PIECE)));
        Self { words, pieces, ..self }
    }
}

/// Where the cells are to stand.
enum Layout {
    /// So wide are the columns, and so much is between them.
    Columns(Vec<usize>, usize),
    /// Each row by itself.
    Records,
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

    /// Writes the lines, the heading in bold if asked for, no wider than the limit.
    pub(super) fn write(
        self,
        limit: Option<usize>,
        bold: bool,
        sink: &mut dyn FnMut(&str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut lines = Lines { sink, text: String::new() };
        if let Some(limit) = limit.filter(|limit| total(&self.widths, GAP) > *limit) {
            let needs = self.needs();
            return match (layout(&needs, limit), &self.titles) {
                (Layout::Records, Some(titles)) if titles.len() > 2 => self.records(titles, limit, bold, lines),
                // Nobody could tell what stands there; and two columns are one row by itself already.
                (Layout::Records, _) => {
                    let pieces: Vec<usize> = needs.iter().map(|column| column.pieces).collect();
                    self.columns(&pieces, SMALL_GAP, bold, lines)
                }
                (Layout::Columns(widths, gap), _) => self.columns(&widths, gap, bold, lines),
            };
        }
        if let Some(titles) = &self.titles {
            lines.add(&align(titles, &self.widths), bold)?;
        }
        for row in &self.rows {
            lines.add(&align(row, &self.widths), false)?;
        }
        lines.end()
    }

    /// What the columns need; looked at only where there is too little room.
    fn needs(&self) -> Vec<Needs> {
        let empty = |(whole, floor): (&usize, &usize)| Needs { whole: *whole, words: *floor, pieces: *floor };
        let mut needs: Vec<Needs> = self.widths.iter().zip(&self.floors).map(empty).collect();
        for row in &self.rows {
            for (column, cell) in needs.iter_mut().zip(row) {
                *column = column.and(cell);
            }
        }
        needs
    }

    /// Cells of several lines beside each other.
    fn columns(self, widths: &[usize], gap: usize, bold: bool, mut lines: Lines<'_>) -> Result<(), Error> {
        let has_header = self.titles.is_some();
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        if let Some(titles) = self.titles {
            table.set_header(titles);
        }
        let within = |(cell, width): (String, &usize)| fold::within(&cell, *width).join("\n");
        table.add_rows(self.rows.into_iter().map(|cells| cells.into_iter().zip(widths).map(within)));
        let last = widths.len().saturating_sub(1);
        for (number, (column, width)) in table.column_iter_mut().zip(widths).enumerate() {
            let gap = if number == last { 0 } else { gap };
            // The library adds to widths of 16 bits without looking, and counts the padding in.
            let small = |number: usize| u16::try_from(number.min(LONGEST)).unwrap_or(u16::MAX);
            column.set_padding((0, small(gap)));
            column.set_cell_alignment(CellAlignment::Left);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(small(*width + gap))));
        }
        for (number, line) in table.lines().enumerate() {
            lines.add(&line, bold && has_header && number == 0)?;
        }
        lines.end()
    }

    /// The cells of a row below each other, each behind its heading, and an empty line between two rows.
    fn records(&self, titles: &[String], limit: usize, bold: bool, mut lines: Lines<'_>) -> Result<(), Error> {
        let widest = titles.iter().map(|title| width(title)).max().unwrap_or_default();
        let room = limit.saturating_sub(widest + GAP).max(1);
        for (number, row) in self.rows.iter().enumerate() {
            if number > 0 {
                lines.add("", false)?;
            }
            for ((title, cell), floor) in titles.iter().zip(row).zip(&self.floors) {
                // An id stays whole wherever it ends.
                let pieces = if *floor > room { vec![cell.clone()] } else { fold::within(cell, room) };
                for (place, piece) in pieces.into_iter().enumerate() {
                    let title = if place == 0 { title.as_str() } else { "" };
                    let padding = " ".repeat(widest.saturating_sub(width(title)) + GAP);
                    let title =
                        if bold && place == 0 { format!("\u{1b}[1m{title}\u{1b}[0m") } else { title.to_owned() };
                    lines.add(&format!("{title}{padding}{piece}"), false)?;
                }
            }
        }
        lines.end()
    }
}

fn total(widths: &[usize], gap: usize) -> usize {
    widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1)
}

/// The widths with which the table fits: first free text gives way, then words are broken at their joints.
fn layout(columns: &[Needs], limit: usize) -> Layout {
    let whole = |column: &Needs| column.whole.min(LONGEST);
    let all = |need: &dyn Fn(&Needs) -> usize| columns.iter().map(need).collect::<Vec<usize>>();
    let (whole, words, pieces) = (all(&whole), all(&|column| column.words), all(&|column| column.pieces));
    let tries = [(whole, &words, GAP), (words.clone(), &pieces, GAP), (words.clone(), &pieces, SMALL_GAP)];
    for (from, to, gap) in tries {
        if total(to, gap) <= limit {
            return Layout::Columns(lowered(from, to, gap, limit), gap);
        }
    }
    Layout::Records
}

/// The widest gives way until all have room, and none goes below its floor.
fn lowered(mut widths: Vec<usize>, floors: &[usize], gap: usize, limit: usize) -> Vec<usize> {
    while total(&widths, gap) > limit {
        let loose = widths.iter_mut().zip(floors).filter(|(width, floor)| **width > **floor);
        let Some((widest, _)) = loose.max_by_key(|(width, _)| **width) else { break };
        *widest -= 1;
    }
    widths
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
    fn words_are_broken_at_their_joints_and_after_all_else() {
        let (date, mail) = ("2026-11-30T11:51:00Z", "somebody@city.example");
        let text = table(&[[date, "one two three four five six", mail]], Some(60), false);
        assert!(text.contains(date) && text.contains(mail) && text.contains("three"), "{text}");
        assert!(text.lines().count() > 2 && text.lines().all(|line| width(line) <= 60), "{text}");
        let narrow = table(&[[date, "CREATE_COMPLETE", "12"]], Some(30), false);
        assert_eq!(narrow, "NAME          DESCRIPTION   ID\n2026-11-30    CREATE_       12\nT11:51:00Z    COMPLETE\n");
        let url = "https://orchestrator.example/notify/of/somebody/else/and/more";
        let text = table(&[[date, url, "1"]], Some(60), false);
        assert!(text.contains(date) && text.contains('\n') && !text.contains(url), "{text}");
        assert!(text.lines().all(|line| width(line) <= 60), "{text}");
        assert_eq!(lowered(vec![20, 30, 9], &[4, 4, 9], 0, 40), [16, 15, 9]);
        assert_eq!(lowered(vec![20, 30], &[4, 28], 0, 30), [4, 28]);
    }

    #[test]
    fn where_columns_have_no_room_each_row_stands_by_itself() {
        let id = "0123456789abcdef0123456789abcdef";
        let rows = [["adm1", "one two three", id], ["adm2", "-", id]];
        assert_eq!(
            table(&rows, Some(45), false),
            format!(
                "NAME         adm1\nDESCRIPTION  one two three\nID           {id}\n\nNAME         adm2\nDESCRIPTION  -\n\
                 ID           {id}\n"
            )
        );
        let bold = table(&rows, Some(20), true);
        assert!(bold.contains("\u{1b}[1mNAME\u{1b}[0m         adm1\n\u{1b}[1mDESCRIPTION\u{1b}[0m  one two"), "{bold}");
        assert!(bold.contains(id), "{bold}");
        let mut bare = Grid::new(["NAME", "ID"].map(str::to_owned).to_vec(), false);
        bare.push(vec!["adm1".to_owned(), id.to_owned()], [false, true]);
        let mut text = String::new();
        bare.write(Some(20), false, &mut |part| {
            text.push_str(part);
            Ok(())
        })
        .unwrap();
        assert_eq!(text, format!("adm1 {id}\n"));
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
