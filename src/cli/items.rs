//! Items of a bulk: names from the command line, or rows of a file (a name a line, CSV, JSONL). Everything is read and
//! checked before the first request.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use crate::output::formula_unguarded;

use super::args::ItemArgs;
use super::context::Context;
use super::error::CliError;
use super::input_file;

/// What some editors put in front of UTF-8.
const MARK: char = '\u{feff}';

/// One thing to work on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) name: String,
    /// Columns of its row other than the name.
    pub(crate) fields: BTreeMap<String, String>,
    /// Its line in the file; `None` on the command line.
    pub(crate) line: Option<u64>,
    /// As it stood there, for the file of the failed ones.
    raw: String,
}

/// A row that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadItem {
    pub(crate) line: Option<u64>,
    pub(crate) name: String,
    pub(crate) reason: String,
    raw: String,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Items {
    pub(crate) good: Vec<Item>,
    pub(crate) bad: Vec<BadItem>,
    /// The header of a CSV file, to be written above the failed rows.
    header: Option<String>,
    /// Whether the file begins with a mark, without which some spreadsheets take it for something else than UTF-8.
    marked: bool,
    pub(crate) from_file: bool,
}

impl Item {
    /// One that stands on the command line.
    pub(crate) fn typed(name: &str) -> Self {
        Self { name: name.to_owned(), raw: name.to_owned(), ..Self::default() }
    }

    pub(crate) fn with_field(mut self, key: &str, value: &str) -> Self {
        self.fields.insert(key.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn field(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// `line 14  bob`, or just the name.
    pub(crate) fn label(&self) -> String {
        label(self.line, &self.name)
    }
}

impl BadItem {
    pub(crate) fn label(&self) -> String {
        label(self.line, &self.name)
    }
}

fn label(line: Option<u64>, name: &str) -> String {
    let name = crate::base::text::safe(name);
    line.map_or_else(|| name.to_string(), |line| format!("line {line}  {name}"))
}

impl Items {
    /// Reads what the command line says. `columns` are those that a file may have beside `name`.
    pub(crate) fn read(
        context: &Context,
        args: &ItemArgs,
        columns: &[&str],
        check: impl Fn(&Item) -> Result<(), String>,
    ) -> Result<Self> {
        context.check_failed_to()?;
        let mut items = match &args.from {
            None if args.names.is_empty() => {
                return Err(CliError::usage("no name was given").next("give one or more names, or --from FILE").into());
            }
            None => Self { good: args.names.iter().map(|name| Item::typed(name)).collect(), ..Self::default() },
            Some(path) => {
                if path == Path::new("-") {
                    context.take_stdin()?;
                }
                let text = read_text(path)?;
                let mut items = parse(&text, &path.display().to_string(), columns)?;
                items.from_file = true;
                items
            }
        };
        items.check(check);
        Ok(items)
    }

    /// Items of the command line, checked.
    pub(crate) fn typed(good: Vec<Item>, check: impl Fn(&Item) -> Result<(), String>) -> Self {
        let mut items = Self { good, ..Self::default() };
        items.check(check);
        items
    }

    fn check(&mut self, check: impl Fn(&Item) -> Result<(), String>) {
        // A user and a group may be called the same.
        let key = |item: &Item| (item.name.clone(), item.field("kind").unwrap_or_default().to_owned());
        let mut seen: BTreeMap<(String, String), Option<u64>> = BTreeMap::new();
        for item in std::mem::take(&mut self.good) {
            // What is wrong with the row itself comes first: of two empty names neither is the other's double.
            let reason = match (check(&item).err(), seen.get(&key(&item))) {
                (Some(reason), _) => Some(reason),
                (None, Some(Some(line))) => Some(format!("the same name stands in line {line}")),
                (None, Some(None)) => continue,
                (None, None) => None,
            };
            seen.entry(key(&item)).or_insert(item.line);
            match reason {
                None => self.good.push(item),
                Some(reason) => {
                    let Item { name, line, raw, .. } = item;
                    self.bad.push(BadItem { line, name, reason, raw });
                }
            }
        }
        self.bad.sort_by_key(|bad| bad.line);
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.good.iter().map(|item| item.name.clone()).collect()
    }

    /// The text of a file that holds only the items of these lines and the bad ones, good for `--from`.
    pub(crate) fn failed_text(&self, failed: &[&Item]) -> String {
        let mut rows: Vec<(Option<u64>, &str)> = failed.iter().map(|item| (item.line, item.raw.as_str())).collect();
        rows.extend(self.bad.iter().map(|bad| (bad.line, bad.raw.as_str())));
        rows.sort_by_key(|(line, _)| *line);
        let header = self.header.iter().map(String::as_str);
        let text =
            header.chain(rows.into_iter().map(|(_, raw)| raw)).fold(String::new(), |text, line| text + line + "\n");
        // Of a mark at the beginning the reader takes one away; one that is there all the same belongs to a name.
        if self.marked || text.starts_with(MARK) { format!("{MARK}{text}") } else { text }
    }
}

/// The text of a file, or of standard input.
pub(super) fn read_text(path: &Path) -> Result<String> {
    /// A list of a million names is about this large.
    const LARGEST: u64 = 64;
    let bytes = input_file::take(path, "a list", LARGEST)?;
    let not_text = |_| CliError::usage(format!("{} is not UTF-8 text", input_file::named(path)));
    Ok(String::from_utf8(bytes).map_err(not_text)?)
}

pub(super) fn parse(text: &str, source: &str, columns: &[&str]) -> Result<Items> {
    let (text, marked) = text.strip_prefix(MARK).map_or((text, false), |text| (text, true));
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    let Some(first) = first else {
        return Err(CliError::usage(format!("{source} is empty")).into());
    };
    // A row of names of columns, as people and spreadsheets write it.
    let is_name = |field: &str| field.trim().trim_matches('"').trim().eq_ignore_ascii_case("name");
    let is_csv = source.to_ascii_lowercase().ends_with(".csv") || first.split(',').any(is_name);
    let form = if first.starts_with('[') { Some("a JSON list") } else { is_yaml(first, source).then_some("YAML") };
    if let Some(form) = form {
        return Err(CliError::usage(format!("{source} is {form}, and no list of names")).next(FORMS).into());
    }
    if !is_csv && first.contains([';', '\t']) && first.split([';', '\t']).any(is_name) {
        let error = CliError::usage(format!("the columns of {source} are not divided by commas"));
        return Err(error.next("write it as CSV with commas").into());
    }
    let mut items = if first.starts_with('{') {
        parse_jsonl(text, source, columns)?
    } else if is_csv {
        parse_csv(text, source, columns)?
    } else {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let item = |(line, raw): (u64, &str)| Item {
            name: raw.trim().to_owned(),
            line: Some(line),
            raw: raw.to_owned(),
            ..Item::default()
        };
        Items { good: lines.map(item).collect(), ..Items::default() }
    };
    items.marked = marked;
    if items.good.is_empty() && items.bad.is_empty() {
        return Err(CliError::usage(format!("{source} has a header but no rows")).into());
    }
    Ok(items)
}

/// What can be read, and how our own lists become so.
const FORMS: &str = "write one name a line (-o name), CSV (-o csv --columns name), or one object a line (-o jsonl \
    --columns name)";

/// Whether a file is YAML by its name, or begins as a list in YAML does.
fn is_yaml(first: &str, source: &str) -> bool {
    let source = source.to_ascii_lowercase();
    let begins = ["- ", "--- "].into_iter().any(|sign| first.starts_with(sign)) || matches!(first, "-" | "---");
    begins || [".yaml", ".yml"].into_iter().any(|end| source.ends_with(end))
}

fn unknown_column(source: &str, column: &str, columns: &[&str]) -> CliError {
    let all = std::iter::once("name").chain(columns.iter().copied()).collect::<Vec<_>>().join(", ");
    let shown = crate::base::text::safe(column);
    // Our own lists have more columns than are good for anything here.
    CliError::usage(format!("{source} has a column '{shown}' that is not known here"))
        .next(format!("columns: {all}; where it is a list of ours, --columns name leaves the others out of it"))
}

fn parse_csv(text: &str, source: &str, columns: &[&str]) -> Result<Items> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let keys: Vec<String> = headers.iter().map(|key| key.trim().to_ascii_lowercase()).collect();
    if !keys.iter().any(|key| key == "name") {
        let more = if columns.is_empty() { String::new() } else { format!(", and any of: {}", columns.join(", ")) };
        return Err(CliError::usage(format!("{source} has no column 'name' in its first line"))
            .next(format!("the first line names the columns: name{more}"))
            .into());
    }
    if let Some(unknown) = keys.iter().find(|key| *key != "name" && !columns.contains(&key.as_str())) {
        return Err(unknown_column(source, unknown, columns).into());
    }
    let mut begin = reader.position().byte();
    let mut items = Items { header: Some(as_it_stands(text, 0, begin, &headers)), ..Items::default() };
    let mut record = csv::StringRecord::new();
    loop {
        let read = reader.read_record(&mut record);
        let raw = as_it_stands(text, begin, reader.position().byte(), &record);
        begin = reader.position().byte();
        match read {
            Ok(false) => break,
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                let reason = format!("not valid CSV: {error}");
                items.bad.push(BadItem { line, name: String::new(), reason, raw });
            }
            Ok(true) => {
                let line = record.position().map(csv::Position::line);
                // A list that was written with `-o csv` is good input.
                let plain = |(key, cell): (&String, &str)| (key.clone(), formula_unguarded(cell).to_owned());
                let mut fields: BTreeMap<String, String> = keys.iter().zip(record.iter()).map(plain).collect();
                let name = fields.remove("name").unwrap_or_default();
                if record.len() == keys.len() {
                    items.good.push(Item { name, fields, line, raw });
                } else {
                    let reason = format!("has {} fields, the header {}", record.len(), keys.len());
                    items.bad.push(BadItem { line, name, reason, raw });
                }
            }
        }
    }
    Ok(items)
}

/// A row from one place of the text to another as it stands there, without the end of its line and empty lines before it. What
/// would not be the same row again, such as one whose quotes are never closed, is written anew.
fn as_it_stands(text: &str, begin: u64, end: u64, record: &csv::StringRecord) -> String {
    let place = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let row = text.get(place(begin)..place(end)).unwrap_or_default().trim_matches(['\r', '\n']);
    let line = format!("{row}\nnext\n");
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(line.as_bytes());
    let mut again = reader.records();
    let is_next = |next: &csv::StringRecord| next.iter().eq(["next"]);
    let is_same = matches!(
        (again.next(), again.next(), again.next()),
        (Some(Ok(first)), Some(Ok(next)), None) if first == *record && is_next(&next)
    );
    if is_same { row.to_owned() } else { csv_line(record) }
}

fn csv_line(record: &csv::StringRecord) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    // Writing into memory cannot fail, and what was read as UTF-8 is written as UTF-8.
    let _ = writer.write_record(record);
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned()
}

fn parse_jsonl(text: &str, source: &str, columns: &[&str]) -> Result<Items> {
    let mut items = Items::default();
    for (line, raw) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let bad = |reason: String| BadItem { line: Some(line), name: String::new(), reason, raw: raw.to_owned() };
        let object = match serde_json::from_str(raw) {
            Ok(Value::Object(object)) => object,
            Ok(_) => {
                items.bad.push(bad("is not a JSON object".to_owned()));
                continue;
            }
            Err(error) => {
                items.bad.push(bad(format!("not valid JSON: {error}")));
                continue;
            }
        };
        let mut fields = BTreeMap::new();
        for (key, value) in object {
            if key != "name" && !columns.contains(&key.as_str()) {
                return Err(unknown_column(source, &key, columns).into());
            }
            let text = match value {
                Value::String(text) => text,
                Value::Null => String::new(),
                other => other.to_string(),
            };
            fields.insert(key, text);
        }
        let name = fields.remove("name").unwrap_or_default();
        items.good.push(Item { name, fields, line: Some(line), raw: raw.to_owned() });
    }
    Ok(items)
}

#[cfg(test)]
#[path = "items_tests.rs"]
mod tests;
