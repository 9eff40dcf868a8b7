//! The printer: what a command has to say, in the form that was asked for.

use std::cell::Cell;
use std::io::Write;
use std::rc::Rc;

use serde_json::Value;

use super::clean;
use super::error::Error;
use super::format::{Format, Options};
use super::json;
use super::plan::{Plan, Request};
use super::progress::Progress;
use super::prompt::Prompter;
use super::query::{Query, Shape};
use super::render::Renderer;
use super::report::{ErrorReport, said};
use super::row::{Row, View, is_id, lookup};
use super::screen::Screen;
use super::stream::ListWriter;
use super::table::Grid;
use super::{cell, row};

/// The width of a terminal that does not tell.
const USUAL_WIDTH: usize = 80;

/// Writes data to stdout and everything else to stderr.
pub(crate) struct Printer {
    options: Options,
    request: Request,
    query: Option<Query>,
    /// Whether the columns that were named are known to be some.
    expected: Cell<bool>,
    screen: Rc<Screen>,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
}

impl Printer {
    /// Reads columns, order, filters and query, so that what is wrong with them is said before any request is made.
    pub(crate) fn new(
        options: Options,
        stdout: Box<dyn Write>,
        stdout_is_terminal: bool,
        stderr: Box<dyn Write>,
        stderr_is_terminal: bool,
    ) -> Result<Self, Error> {
        let request = Request::parse(&options)?;
        let query = options.query.as_deref().map(Query::compile).transpose()?;
        if query.is_some() && matches!(options.format(), Format::Csv | Format::Tsv | Format::Name) {
            return Err(Error::QueryFormat { format: options.format().name() });
        }
        let screen = Rc::new(Screen::new(stdout, stderr));
        let expected = Cell::new(false);
        Ok(Self { options, request, query, expected, screen, stdout_is_terminal, stderr_is_terminal })
    }

    /// What was asked for.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Writes a whole list.
    pub(crate) fn list(&self, view: &View, rows: Vec<Row>) -> Result<(), Error> {
        let mut list = self.stream(view);
        list.push_all(rows)?;
        list.finish()
    }

    /// Starts a list whose rows come page by page.
    pub(crate) fn stream<'p>(&'p self, view: &'p View) -> ListWriter<'p> {
        ListWriter::new(self, view)
    }

    /// Writes one object.
    pub(crate) fn show(&self, view: &View, row: Row) -> Result<(), Error> {
        let renderer = self.renderer();
        let mut plan = Plan::for_one(&self.request, view, renderer.format);
        plan.learn(&row);
        if let Some(missing) = self.missing(&plan, std::slice::from_ref(&row)) {
            return Err(missing);
        }
        if renderer.queried {
            return self.query(&Value::Object(plan.narrowed(row)));
        }
        if !matches!(renderer.format, Format::Table | Format::Wide) {
            let header = if self.options.no_header { None } else { renderer.header(&plan)? };
            let text = header.unwrap_or_default() + &renderer.one(&plan, view, row)?;
            return self.write(text.as_bytes());
        }
        let mut grid = Grid::new(["FIELD", "VALUE"].map(str::to_owned).to_vec(), !self.options.no_header);
        for key in plan.keys_of(&row) {
            let field = crate::base::text::safe(&plan.title(key)).into_owned();
            grid.push(vec![field, cell::shown(lookup(&row, key))], [true, is_id(key)]);
        }
        self.grid(grid)
    }

    /// The same as JSON, for what has no columns of its own, where no format was chosen.
    pub(crate) fn stream_json<'p>(&'p self, view: &'p View) -> ListWriter<'p> {
        ListWriter::as_json(self, view)
    }

    /// If `--columns help` was given: writes which columns there are, and says that this was all.
    pub(crate) fn explain_columns(&self, view: &View) -> Result<bool, Error> {
        if !self.request.asks_for_help() {
            return Ok(false);
        }
        let mut grid = Grid::new(["COLUMN", "TITLE", "SHOWN"].map(str::to_owned).to_vec(), !self.options.no_header);
        for column in view.columns {
            let shown = if column.wide { "with -o wide" } else { "always" };
            grid.push([column.key, &row::title(column.key, view), shown].map(str::to_owned).to_vec(), [true; 3]);
        }
        self.grid(grid)?;
        self.note("any other key that -o json shows can be a column too, such as description or links.self");
        Ok(true)
    }

    /// The same for what has no columns of its own: the keys of its rows, and what each of them holds.
    pub(crate) fn explain_keys(&self, keys: &[(String, String)]) -> Result<(), Error> {
        let mut grid = Grid::new(["COLUMN", "HOLDS"].map(str::to_owned).to_vec(), !self.options.no_header);
        for (key, holds) in keys {
            grid.push(vec![key.clone(), holds.clone()], [true; 2]);
        }
        self.grid(grid)
    }

    /// Whether columns were named: to be shown, to sort by, or to filter by.
    pub(crate) fn names_columns(&self) -> bool {
        self.request.has_names()
    }

    /// Whether it was only asked which columns there are.
    pub(crate) fn asks_for_columns(&self) -> bool {
        self.request.asks_for_help()
    }

    /// Refuses names of columns that mean nothing of all this; where there `may_be_more`, only those that look like one
    /// of these misspelt. From then on a column that no row has is an empty one: what was done in the meantime did not
    /// fail for that.
    pub(crate) fn expect_columns(&self, views: &[&View], keys: &[String], may_be_more: bool) -> Result<(), Error> {
        if let Some(stranger) = self.request.stranger(views, keys, may_be_more) {
            return Err(stranger);
        }
        self.expected.set(true);
        Ok(())
    }

    /// Writes a line of text to stdout.
    pub(crate) fn text(&self, text: &str) -> Result<(), Error> {
        self.write(format!("{}\n", clean::lines(text)).as_bytes())
    }

    /// Writes a document as it is; to a terminal, cleaned.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Result<(), Error> {
        if self.stdout_is_terminal {
            return self.write(clean::lines(&String::from_utf8_lossy(bytes)).as_bytes());
        }
        self.write(bytes)
    }

    /// Writes JSON that came as a text, laid out and otherwise as it is: numbers keep every digit.
    pub(crate) fn json(&self, text: &str) -> Result<(), Error> {
        self.write((self.renderer().json(json::laid_out(text)) + "\n").as_bytes())
    }

    /// Says something in passing.
    pub(crate) fn note(&self, text: &str) {
        self.say("", "", text);
    }

    /// Warns of something that did not stop us.
    pub(crate) fn warn(&self, text: &str) {
        self.say("warning:", "1;33", text);
    }

    /// Says what may help.
    pub(crate) fn hint(&self, text: &str) {
        self.say("hint:", "1", text);
    }

    /// Reports a failure: as lines, or as one object where the output is JSON. Not silenced by anything.
    pub(crate) fn error(&self, report: &ErrorReport) {
        let text = match self.options.format() {
            Format::Json | Format::Jsonl => report.json(),
            _ => report.text(self.options.colored(self.stderr_is_terminal), self.screen_width()),
        };
        self.screen.err(&text);
    }

    /// A line about a failure whose report was given otherwise; not silenced by anything.
    pub(crate) fn failure(&self, text: &str) {
        self.screen.err(&said(text, "", self.screen_width()));
    }

    /// Whether results go to a person directly.
    pub(crate) fn stdout_is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    /// How many columns a line for people may take.
    pub(crate) fn width(&self) -> usize {
        self.options.width.unwrap_or_else(terminal_width)
    }

    /// How many columns the terminal has that messages are shown on, if they are shown on one.
    fn screen_width(&self) -> Option<usize> {
        self.stderr_is_terminal.then(|| self.width())
    }

    /// Starts a progress line. One at a time.
    pub(crate) fn progress(&self) -> Progress {
        let (quiet, watched) = (self.options.quiet, self.stderr_is_terminal);
        let redrawn = !self.options.term_dumb && !self.options.accessible;
        let visible = watched && redrawn && !quiet;
        let lines = !quiet && (self.options.verbosity > 0 || (watched && self.options.accessible));
        Progress::new(Rc::clone(&self.screen), visible, lines, self.options.width)
    }

    /// Someone to ask questions with. `allowed`: stdin and stderr are terminals, and `--no-input` was not given.
    pub(crate) fn prompter(&self, allowed: bool) -> Prompter {
        Prompter::new(allowed, self.options.accessible, self.width(), Rc::clone(&self.screen))
    }

    /// The error for a column that none of these rows has.
    pub(super) fn missing(&self, plan: &Plan<'_>, rows: &[Row]) -> Option<Error> {
        if self.expected.get() { None } else { plan.missing(rows) }
    }

    pub(super) fn request(&self) -> &Request {
        &self.request
    }

    pub(super) fn renderer(&self) -> Renderer {
        Renderer::new(&self.options, self.stdout_is_terminal)
    }

    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        self.screen.out(bytes)
    }

    pub(super) fn grid(&self, grid: Grid) -> Result<(), Error> {
        // In a pipe there is no width, whatever the terminal behind it has.
        let limit = self.stdout_is_terminal.then(|| self.width());
        let bold = self.options.colored(self.stdout_is_terminal);
        grid.write(limit, bold, &mut |text| self.write(text.as_bytes()))
    }

    /// Runs the query over the finished data.
    pub(super) fn query(&self, input: &Value) -> Result<(), Error> {
        let Some(query) = &self.query else { return Ok(()) };
        let renderer = self.renderer();
        let shape = match renderer.format {
            Format::Json => Shape::Pretty,
            Format::Value => Shape::Raw,
            _ => Shape::Compact,
        };
        query.run(input, shape, &mut |text| {
            let text = match renderer.format {
                Format::Value if self.stdout_is_terminal => clean::lines(&text),
                Format::Value => text,
                Format::Yaml => match serde_json::from_str(&text) {
                    Ok(value) => {
                        // One line feed ends the document; more of them are the text's own.
                        let block = json::yaml(&value);
                        format!("---\n{}", block.strip_suffix('\n').unwrap_or(&block))
                    }
                    // The language has values that JSON has not, such as `nan`.
                    Err(_) => format!("---\n{}", renderer.json(text)),
                },
                _ => renderer.json(text),
            };
            self.write(format!("{text}\n").as_bytes())
        })
    }

    fn say(&self, label: &str, style: &str, text: &str) {
        if self.options.quiet {
            return;
        }
        let label = match label {
            "" => String::new(),
            _ if self.options.colored(self.stderr_is_terminal) => format!("\u{1b}[{style}m{label}\u{1b}[0m "),
            _ => format!("{label} "),
        };
        self.screen.err(&said(text, &label, self.screen_width()));
    }
}

fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(USUAL_WIDTH, |(width, _)| usize::from(width.0))
}
