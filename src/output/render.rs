//! One row in one format. What stands around the rows (brackets, headings, order) is the business of `stream`.

use serde_json::Value;

use super::cell;
use super::clean;
use super::error::Error;
use super::format::{Format, Options};
use super::json;
use super::plan::Plan;
use super::row::{Row, View, lookup};
use crate::base::text;

/// A row that is ready, as far as it can be without the others.
pub(super) enum Piece {
    /// The text to write.
    Text(String),
    /// Cells, which have to know the widths of all the others.
    Cells(Vec<String>),
    /// Data for a query.
    Data(Value),
}

/// How rows are rendered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renderer {
    pub(super) format: Format,
    /// Whether a person's terminal shows the result.
    pub(super) terminal: bool,
    /// Whether a query takes the rows.
    pub(super) queried: bool,
    csv_raw: bool,
}

impl Renderer {
    pub(super) fn new(options: &Options, terminal: bool) -> Self {
        let queried = options.query.is_some();
        Self { format: options.format(), terminal, queried, csv_raw: options.csv_raw }
    }

    /// The heading of the formats for spreadsheets and `cut`: keys and not titles, so that such a file can be read
    /// back by the commands that take one.
    pub(super) fn header(self, plan: &Plan<'_>) -> Result<Option<String>, Error> {
        let fields = || plan.keys().into_iter().map(|key| Field { text: key.to_owned(), number: false }).collect();
        match self.format {
            _ if self.queried => Ok(None),
            Format::Csv => self.csv(fields()).map(Some),
            Format::Tsv => Ok(Some(self.tsv(fields()))),
            _ => Ok(None),
        }
    }

    /// The row in the format.
    pub(super) fn row(self, plan: &Plan<'_>, view: &View, row: Row) -> Result<Piece, Error> {
        if self.queried {
            return Ok(Piece::Data(Value::Object(plan.narrowed(row))));
        }
        Ok(Piece::Text(match self.format {
            Format::Table | Format::Wide => {
                return Ok(Piece::Cells(plan.keys().into_iter().map(|key| cell::shown(lookup(&row, key))).collect()));
            }
            Format::Json => self.json(json::pretty(&Value::Object(plan.narrowed(row)))),
            Format::Jsonl => self.json(json::compact(&Value::Object(plan.narrowed(row)))) + "\n",
            Format::Yaml => json::yaml_item(&Value::Object(plan.narrowed(row))),
            Format::Csv => self.csv(fields(plan, &row))?,
            Format::Tsv => self.tsv(fields(plan, &row)),
            Format::Value => self.values(fields(plan, &row)),
            Format::Name => self.name(view, &row),
        }))
    }

    /// The row as the only one. Tables are laid out elsewhere.
    pub(super) fn one(self, plan: &Plan<'_>, view: &View, row: Row) -> Result<String, Error> {
        Ok(match self.format {
            Format::Yaml => json::yaml(&Value::Object(plan.narrowed(row))),
            Format::Value => fields(plan, &row).into_iter().map(|field| self.values(vec![field])).collect(),
            Format::Json => self.json(json::pretty(&Value::Object(plan.narrowed(row)))) + "\n",
            _ => match self.row(plan, view, row)? {
                Piece::Text(text) => text,
                Piece::Cells(cells) => cells.join("  ") + "\n",
                Piece::Data(data) => self.json(json::compact(&data)) + "\n",
            },
        })
    }

    /// A JSON text, harmless where it is shown.
    pub(super) fn json(self, document: String) -> String {
        if self.terminal { clean::json(document) } else { document }
    }

    fn csv(self, fields: Vec<Field>) -> Result<String, Error> {
        let failed = |problem: String| Error::Encode { format: "CSV", problem };
        let mut writer = csv::Writer::from_writer(Vec::new());
        let record = fields.into_iter().map(|field| {
            // A number is no formula, whatever sign it has.
            let guarded = if self.csv_raw || field.number { field.text } else { clean::formula_guard(field.text) };
            if self.terminal { text::safe(&guarded).into_owned() } else { guarded }
        });
        writer.write_record(record).map_err(|error| failed(error.to_string()))?;
        let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
    }

    fn tsv(self, fields: Vec<Field>) -> String {
        let mut fields = fields.into_iter().map(|field| self.show(clean::tsv_field(&field.text)));
        let first = fields.next().unwrap_or_default();
        fields.fold(first, |line, field| line + "\t" + &field) + "\n"
    }

    /// Bare values on one line; with several, a tab parts them and so cannot be in them.
    fn values(self, fields: Vec<Field>) -> String {
        let several = fields.len() > 1;
        let texts = fields.into_iter().map(|field| {
            let line = clean::one_line(&field.text);
            self.show(if several { line.replace('\t', "\\t") } else { line })
        });
        texts.collect::<Vec<_>>().join("\t") + "\n"
    }

    /// The name, or where a row has none the id in the form that every command takes for a name.
    fn name(self, view: &View, row: &Row) -> String {
        let name = cell::plain(lookup(row, view.name));
        let name = if name.is_empty() { format!("id:{}", cell::plain(row.get("id"))) } else { name };
        self.show(clean::one_line(&name)) + "\n"
    }

    fn show(self, text: String) -> String {
        if self.terminal { text::safe(&text).into_owned() } else { text }
    }
}

struct Field {
    text: String,
    number: bool,
}

fn fields(plan: &Plan<'_>, row: &Row) -> Vec<Field> {
    let values = plan.keys().into_iter().map(|key| lookup(row, key));
    values.map(|value| Field { text: cell::plain(value), number: value.is_some_and(Value::is_number) }).collect()
}
