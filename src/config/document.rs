//! One TOML file taken apart into settings with their lines, and its syntax errors put into words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use toml::Value;
use toml::de::{DeTable, DeValue};

use super::error::Error;
use super::keys::{self, Place};
use super::mask;
use super::origin::{Item, Origin};

/// Settings by dotted name.
pub(super) type Items = BTreeMap<String, Item>;

/// A file's settings.
pub(super) struct Document {
    pub(super) path: PathBuf,
    pub(super) trusted: bool,
    /// Outside of any context.
    pub(super) top: Items,
    /// By name of the context.
    pub(super) contexts: BTreeMap<String, Items>,
    /// What no key answers to.
    pub(super) unknown: Vec<(String, Origin)>,
    /// What the file may not decide before the user vouches for it.
    pub(super) ignored: Vec<(String, Origin)>,
    /// Whether a value in it is secret by its name.
    pub(super) holds_secrets: bool,
}

impl Document {
    pub(super) fn parse(path: &Path, text: &str, trusted: bool) -> Result<Self, Error> {
        let syntax =
            |error: toml::de::Error| syntax(path, text, error.span().map_or(0, |span| span.start), error.message());
        let spans = DeTable::parse(text).map_err(syntax)?;
        let values: toml::Table = toml::from_str(text).map_err(syntax)?;
        let mut walk = Walk {
            lines: Lines::of(text),
            context: None,
            document: Self {
                path: path.to_owned(),
                trusted,
                top: Items::new(),
                contexts: BTreeMap::new(),
                unknown: Vec::new(),
                ignored: Vec::new(),
                holds_secrets: false,
            },
        };
        walk.table(&mut Vec::new(), spans.get_ref(), &values);
        // People read a file from the top; the parser hands its tables out by name.
        let line = |(_, origin): &(String, Origin)| match origin {
            Origin::File { line, .. } => *line,
            _ => 0,
        };
        walk.document.unknown.sort_by_key(line);
        walk.document.ignored.sort_by_key(line);
        Ok(walk.document)
    }

    /// The names of its contexts.
    pub(super) fn context_names(&self) -> BTreeSet<&str> {
        self.contexts.keys().map(String::as_str).collect()
    }
}

struct Walk {
    lines: Lines,
    context: Option<String>,
    document: Document,
}

impl Walk {
    fn table(&mut self, path: &mut Vec<String>, spans: &DeTable<'_>, values: &toml::Table) {
        for (key, span) in spans {
            let Some(value) = values.get(key.get_ref().as_ref()) else { continue };
            path.push(key.get_ref().to_string());
            self.entry(path, key.span().start, span.get_ref(), value);
            path.pop();
        }
    }

    fn entry(&mut self, path: &mut Vec<String>, at: usize, span: &DeValue<'_>, value: &Value) {
        let inner = span.as_table().zip(value.as_table());
        let contexts =
            self.context.is_none() && path.len() == 1 && path.first().is_some_and(|first| first == "contexts");
        match (keys::place(path), inner) {
            (_, Some((spans, values))) if contexts => self.contexts(spans, values),
            (Place::Group | Place::Free(_), Some((spans, values))) => self.table(path, spans, values),
            (Place::Known(key), Some((spans, values))) if key.kind == super::Kind::Table => {
                self.table(path, spans, values);
            }
            (Place::Known(key), _) if self.context.is_some() && matches!(key.name, "context" | "os_cloud") => {
                self.unknown(path, at);
            }
            (Place::Known(_) | Place::Free(_), _) => self.leaf(path, at, value),
            (Place::Unknown | Place::Group, _) => self.unknown(path, at),
        }
    }

    fn contexts(&mut self, spans: &DeTable<'_>, values: &toml::Table) {
        for (name, span) in spans {
            let Some(value) = values.get(name.get_ref().as_ref()) else { continue };
            let path = ["contexts".to_owned(), name.get_ref().to_string()];
            let Some((spans, values)) = span.get_ref().as_table().zip(value.as_table()) else {
                self.unknown(&path, name.span().start);
                continue;
            };
            let [_, name] = path;
            // A context without a single setting is still one that can be chosen.
            self.document.contexts.entry(name.clone()).or_default();
            self.context = Some(name);
            self.table(&mut Vec::new(), spans, values);
            self.context = None;
        }
    }

    fn leaf(&mut self, path: &[String], at: usize, value: &Value) {
        let name = keys::dotted(path);
        let last = path.last().map_or("", String::as_str);
        // A stranger could teach the redactor ordinary words and so hide what we say; its secrets are learned when used.
        if self.document.trusted {
            mask::learn(last, value);
        }
        self.document.holds_secrets |= keys::is_secret(&name);
        let origin = self.origin(at);
        if !self.document.trusted && !keys::is_project_safe(path) {
            self.document.ignored.push((name, origin));
            return;
        }
        let items = match &self.context {
            None => &mut self.document.top,
            Some(context) => self.document.contexts.entry(context.clone()).or_default(),
        };
        items.insert(name, Item { value: value.clone(), origin });
    }

    fn unknown(&mut self, path: &[String], at: usize) {
        let origin = self.origin(at);
        self.document.unknown.push((keys::dotted(path), origin));
    }

    fn origin(&self, at: usize) -> Origin {
        Origin::File {
            path: self.document.path.clone(),
            line: self.lines.number(at),
            context: self.context.clone(),
            trusted: self.document.trusted,
        }
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// From 1.
    fn number(&self, at: usize) -> usize {
        1 + self.0.partition_point(|start| *start <= at)
    }
}

/// The error of a parser with the line it is about. Also for JSON and YAML.
pub(super) fn syntax(path: &Path, text: &str, at: usize, message: &str) -> Error {
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (before, after) = text.split_at(at);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let head = before.get(start..).unwrap_or_default();
    let tail = after.split('\n').next().unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = head.chars().count() + 1;
    let snippet = snippet(line, head, tail.trim_end(), before.get(..start).unwrap_or_default());
    Error::Syntax { path: path.to_owned(), line, column, message: mask::text(message), snippet }
}

/// How much of a line is quoted; what is on one line may be a megabyte.
const WIDEST: usize = 160;

/// Whether the text ends in the middle of a value of several lines that began on a line that sounds secret. Whatever such a
/// value holds, a sign of a pair in it does not begin another one.
fn inside_secret(earlier: &str) -> bool {
    const ENDS: &[(&str, &str)] =
        &[("\"\"\"", "\"\"\""), ("'''", "'''"), ("\"", "\""), ("'", "'"), ("[", "]"), ("{", "}")];
    let ended = |text: &str, end: &str| match end {
        // Brackets nest and stand in texts too; the last one stands at an end.
        "]" | "}" => text.trim_end().ends_with(end) || text.trim_start().starts_with(end),
        _ => text.contains(end),
    };
    let mut open = None;
    for line in earlier.lines() {
        if let Some((end, _)) = open {
            if ended(line, end) {
                open = None;
            }
        } else if let Some((_, value)) = line.split_once(['=', ':']) {
            let begun = ENDS.iter().find_map(|(start, end)| Some((value.trim_start().strip_prefix(start)?, *end)));
            open = begun.filter(|(rest, end)| !ended(rest, end)).map(|(_, end)| (end, mask::sounds_secret(line)));
        }
    }
    open.is_some_and(|(_, secret)| secret)
}

/// The line and a caret. The text could not be parsed, so whatever may be part of a secret's value is masked on suspicion:
/// all after the `=` or `:` of a line that sounds secret, and a line without either that continues such a one.
fn snippet(number: usize, head: &str, tail: &str, earlier: &str) -> String {
    let line = format!("{head}{tail}");
    let is_pair = |line: &str| line.contains(['=', ':']);
    let continued = earlier.lines().rev().find(|line| is_pair(line)).is_some_and(mask::sounds_secret);
    let plain = line.trim_start().starts_with(['#', '[']) && !continued;
    let (shown, caret) = if inside_secret(earlier) {
        ("***".to_owned(), None)
    } else if mask::sounds_secret(&line) && is_pair(&line) {
        let name = line.split(['=', ':']).next().unwrap_or_default();
        (format!("{}{}", crate::base::text::safe(name), " ***"), None)
    } else if continued && !plain && !is_pair(&line) {
        ("***".to_owned(), None)
    } else {
        (mask::text(&line), Some(mask::text(head).chars().count()))
    };
    let (shown, caret) = match shown.char_indices().nth(WIDEST) {
        Some((end, _)) => (format!("{}…", shown.get(..end).unwrap_or_default()), caret.filter(|caret| *caret < WIDEST)),
        None => (shown, caret),
    };
    let margin = " ".repeat(number.to_string().len());
    let mut snippet = format!("{margin} |\n{number} | {shown}");
    if let Some(caret) = caret {
        // Writing into a String cannot fail.
        let _ = write!(snippet, "\n{margin} | {}^", " ".repeat(caret));
    }
    snippet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_over_several_lines_is_not_quoted() {
        let place = |text: &str| {
            let error = Document::parse(Path::new("x.toml"), text, true).map(|_| ()).unwrap_err();
            error.to_string()
        };
        for text in [
            "[connector.x]\ntoken = \"\"\"\nab\\qcanary=\n\"\"\"\n",
            "[connector.x]\ntoken = \"\"\"\na=b\nab\\qcanary\n\"\"\"\n",
            "[connector.x]\ntoken = '''\na: b\n\u{1}canary: x\n'''\n",
            "[connector.x]\ntokens = [\n  \"a=\",\n  \"canary=\" \"b\",\n]\n",
            "[connector.x]\ntokens = [ # two\n  'a=',\n  'canary=' \"b\",\n]\n",
            "connector.x = { password = \"a\", b = \"c\", c = canary }\n",
        ] {
            let message = place(text);
            assert!(!message.contains("canary"), "{message}");
        }
        for (text, seen) in [
            ("[connector.x]\ntoken = \"a\"\nname = x y\n", "name = x y"),
            ("[connector.x]\ntoken = \"\"\"\na\"\"\"\nname = x y\n", "name = x y"),
            ("[connector.x]\ntokens = [\n'a',\n]\nname = x y\n", "name = x y"),
            ("[connector.x]\ntext = \"\"\"\na=b\nab\\qseen\n\"\"\"\n", "ab\\qseen"),
        ] {
            let message = place(text);
            assert!(message.contains(seen), "{message}");
        }
    }

    #[test]
    fn a_line_without_end_is_cut() {
        for text in ["a = ".to_owned() + &"[".repeat(20_000), "service = \"".to_owned() + &"x".repeat(20_000)] {
            let message = Document::parse(Path::new("x.toml"), &text, true).map(|_| ()).unwrap_err().to_string();
            assert!(message.len() < 1000 && message.contains('…'), "{} bytes", message.len());
        }
    }
}
