//! What the servers hold, as rows that can be compared: as they are, for what nobody may touch, and without what differs
//! between any two runs, for what a command leaves.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

/// Where something stands, and what it is: a row of every collection, however deep it lies.
pub type Rows = BTreeMap<String, String>;

/// All rows.
pub fn rows(state: &Value) -> Rows {
    let mut rows = Rows::new();
    collect("", state, 0, &mut rows);
    rows
}

/// Servers have collections, and collections rows: what lies four levels deep is one.
fn collect(path: &str, value: &Value, depth: usize, rows: &mut Rows) {
    match value {
        Value::Object(members) if depth < 4 && !members.is_empty() => {
            for (key, member) in members {
                collect(&format!("{path}/{key}"), member, depth + 1, rows);
            }
        }
        Value::Array(items) if depth < 4 && !items.is_empty() => {
            // By what they are: their places change with what comes before them.
            for item in items {
                let text = format!("{path}/-{}", sorted(item));
                let twin = (0..).find(|twin| !rows.contains_key(&format!("{text}#{twin}"))).unwrap_or(0);
                rows.insert(format!("{text}#{twin}"), String::new());
            }
        }
        other => drop(rows.insert(path.to_owned(), sorted(other))),
    }
}

/// What a command has changed: rows that are new or other ones than before, without ids of what is new, times and numbers of
/// runs, and rows that are gone; each with how often it is there.
pub type Lines = BTreeMap<String, usize>;

/// What differs between any two runs.
#[derive(Clone)]
pub struct Eraser {
    before: Rows,
    /// Ids of what was there before the command: these are the same in every run.
    known: BTreeSet<String>,
    id: Regex,
    time: Regex,
    run: Regex,
    /// The beginning of a deployment's id, in what it gives out.
    part: Regex,
}

impl Eraser {
    /// For commands that start where the servers hold this.
    pub fn new(before: &Value) -> Self {
        let id = Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{24,64}").unwrap();
        let text = before.to_string();
        let known = id.find_iter(&text).map(|found| found.as_str().to_owned()).collect();
        Self {
            before: rows(before),
            known,
            id,
            time: Regex::new(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?").unwrap(),
            part: Regex::new(r"(endpoint\.|key-of-)[0-9a-f]{8}").unwrap(),
            run: Regex::new("(orchest[ _]run[=: \"\\\\]*)[0-9a-f]{16}").unwrap(),
        }
    }

    /// What is other than before in this state, of which these are the rows, comparable.
    pub fn lines(&self, state: &Value, now: &Rows) -> Lines {
        let mut lines = Lines::new();
        let names = self.names(state);
        let mut tell = |line: String| *lines.entry(line).or_default() += 1;
        for (path, row) in now.iter().filter(|(path, row)| self.before.get(*path) != Some(row)) {
            tell(format!("+ {}", self.erased(&format!("{path} {row}"), &names)));
        }
        for path in self.before.keys().filter(|path| !now.contains_key(*path)) {
            tell(format!("- {}", self.erased(path, &names)));
        }
        lines
    }

    /// What is new and has a name is called by it.
    fn names(&self, state: &Value) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        gather(state, &mut |key, member| {
            let is_new = matches!(key.len(), 24..=64) && !self.known.contains(key) && self.id.is_match(key);
            if let (true, Some(name)) = (is_new, member["name"].as_str()) {
                names.insert(key.to_owned(), format!("<{}>", self.id.replace_all(name, "…")));
            }
        });
        names
    }

    fn erased(&self, line: &str, names: &BTreeMap<String, String>) -> String {
        // Most lines have nothing of it, and to look so closely takes longer than all else about them.
        let in_some = |words: &[&str], pattern: &Regex, instead: &str, line: String| match words {
            words if words.iter().any(|word| line.contains(word)) => pattern.replace_all(&line, instead).into_owned(),
            _ => line,
        };
        let line = in_some(&["orchest"], &self.run, "${1}RUN", line.to_owned());
        // On a user a marker means nothing once its subservice is finished, and may be left.
        let line = if line.starts_with("/keystone/users/") { line.replace("\"RUN\"", "null") } else { line };
        let line = in_some(&["20"], &self.time, "TIME", line);
        let line = in_some(&["endpoint.", "key-of-"], &self.part, "${1}NEW", line);
        let named = |found: &regex_lite::Captures<'_>| {
            let id = found.get(0).unwrap().as_str();
            if self.known.contains(id) { id.to_owned() } else { names.get(id).cloned().unwrap_or("NEW".to_owned()) }
        };
        with_ids(&line, |run| self.id.replace_all(run, named))
    }
}

/// With another text in the place of all that may be or have an id: as many of its signs in a row as the shortest one has. The
/// patterns are slow, and most of a line is something else.
fn with_ids<'text>(text: &'text str, instead: impl Fn(&'text str) -> Cow<'text, str>) -> String {
    let is_other = |sign: char| !matches!(sign, '0'..='9' | 'a'..='f' | '-');
    let mut erased = String::with_capacity(text.len());
    for run in text.split_inclusive(is_other) {
        let (own, other) = run.split_at(run.trim_end_matches(is_other).len());
        erased += &if own.len() >= 24 { instead(own) } else { Cow::Borrowed(own) };
        erased += other;
    }
    erased
}

fn gather(value: &Value, tell: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                tell(key, member);
                gather(member, tell);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, tell)),
        _ => {}
    }
}

/// A row with its lists in an order of their own: what was made at once has none.
fn sorted(row: &Value) -> String {
    // Ids are new in every run, and have no part in it.
    static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}").unwrap());
    fn order(value: &mut Value) {
        match value {
            Value::Array(items) => {
                items.iter_mut().for_each(order);
                items.sort_by_cached_key(|item| with_ids(&item.to_string(), |run| ID.replace_all(run, "-")));
            }
            Value::Object(members) => members.values_mut().for_each(order),
            _ => {}
        }
    }
    let mut value = row.clone();
    order(&mut value);
    value.to_string()
}

/// What only one of the two has, for whoever reads why a case failed.
pub fn difference(found: &Lines, wanted: &Lines) -> String {
    let only = |one: &Lines, other: &Lines| -> Vec<String> {
        let more = one.iter().filter(|(line, count)| other.get(*line) != Some(count));
        more.map(|(line, count)| format!("{count} × {}", line)).take(8).collect()
    };
    let (mut found, mut wanted) = (only(found, wanted), only(wanted, found));
    if let ([one], [other]) = (found.as_mut_slice(), wanted.as_mut_slice()) {
        // Two long rows that differ in a word.
        let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count().saturating_sub(60);
        *one = String::from_utf8_lossy(&one.as_bytes()[same..]).chars().take(260).collect();
        *other = String::from_utf8_lossy(&other.as_bytes()[same..]).chars().take(260).collect();
    } else {
        found.iter_mut().chain(&mut wanted).for_each(|line| *line = line.chars().take(260).collect());
    }
    format!("found and not wanted: {found:#?}\nwanted and not found: {wanted:#?}")
}
