//! The form of one line of the run log.

use std::collections::BTreeMap;

use jiff::Timestamp;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::{redact, text};
use crate::state::{Process, instant};

/// A write this small lands in the file in one piece, whoever else is appending.
const LONGEST_LINE: usize = 4 * 1024;

/// Enough for six back ends with an answer in every bucket of their times, and it leaves room for the shortest texts.
const LARGEST_COUNTERS: usize = LONGEST_LINE * 3 / 4;

/// How many characters a text may have, tried in turn until the line fits. With the last one it does: four texts whose
/// characters take at most four bytes each, or an escape of a few more.
const CUTS: [usize; 4] = [2000, 500, 200, 60];

/// What happened.
#[derive(Serialize, Deserialize, Clone)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Event {
    Start {
        command: String,
        target: String,
        user: String,
        #[serde(flatten)]
        process: Process,
        /// Whether certificates were not checked.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unchecked: bool,
        /// Where it was typed, if the command is the whole line and can be typed again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        directory: Option<String>,
        /// What tells the line from all that mean something else, though they may read the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<String>,
        /// The servers and the service that the settings named.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        about: BTreeMap<String, String>,
    },
    Write {
        step: String,
    },
    End {
        exit_code: i32,
        counters: Value,
    },
    Read {
        command: String,
        exit_code: i32,
        counters: Value,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unchecked: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        directory: Option<String>,
    },
    Settled,
}

/// What happened, when and in which run. The event comes first so that a reader can tell lines apart by their beginning.
#[derive(Serialize, Deserialize)]
pub(super) struct Line {
    #[serde(flatten)]
    pub(super) event: Event,
    pub(super) run: String,
    #[serde(with = "instant")]
    pub(super) at: Timestamp,
}

/// How a line begins.
const BEGIN: &[u8] = br#"{"event":""#;

/// What stands before the id of a run.
const RUN: &[u8] = br#","run":""#;

impl Line {
    /// The line with its line feed, redacted, without control characters and short enough.
    pub(super) fn rendered(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = Vec::new();
        for cut in CUTS {
            let line = Self { event: self.event.cleaned(cut), run: self.run.clone(), at: self.at };
            bytes = serde_json::to_vec(&line)?;
            bytes.push(b'\n');
            if bytes.len() <= LONGEST_LINE {
                break;
            }
        }
        Ok(bytes)
    }

    /// The run that these bytes are about, in a small part of the time that it takes to read them; `None`: they are not what
    /// [`Self::rendered`] makes, but a part of it perhaps. A text that says the same has its quotes escaped.
    pub(super) fn run_of(bytes: &[u8]) -> Option<&str> {
        let mut places = memmem::find_iter(bytes, RUN);
        let place = places.next().filter(|_| bytes.starts_with(BEGIN) && bytes.ends_with(br#""}"#))?;
        let rest = bytes.get(place + RUN.len()..)?;
        let id = rest.get(..memchr::memchr(b'"', rest)?)?;
        // The end of a line that was cut short, with another line behind it, is none.
        let is_one = places.next().is_none() && memmem::find(bytes.get(1..)?, BEGIN).is_none();
        if is_one { std::str::from_utf8(id).ok() } else { None }
    }

    /// Whether these bytes are a run of which nothing is left to do: one that has ended well, or was dealt with.
    pub(super) fn is_over(bytes: &[u8]) -> bool {
        let Some(event) = bytes.strip_prefix(BEGIN) else { return false };
        let is_read = event.starts_with(br#"read""#);
        event.starts_with(br#"end","exit_code":0,"#)
            || event.starts_with(br#"settled""#)
            || (is_read && memmem::find(event, br#","exit_code":0,"#).is_some())
    }

    /// Whether these bytes are the first of a run.
    pub(super) fn begins(bytes: &[u8]) -> bool {
        bytes.strip_prefix(BEGIN).is_some_and(|event| event.starts_with(br#"start""#) || event.starts_with(br#"read""#))
    }

    /// Whether a whole line begins a run that changes something (`true`) or ends one (`false`); `None`: it does neither.
    pub(super) fn opens(bytes: &[u8]) -> Option<bool> {
        let event = bytes.strip_prefix(BEGIN)?;
        if event.starts_with(br#"start""#) {
            return Some(true);
        }
        (event.starts_with(br#"end""#) || event.starts_with(br#"settled""#)).then_some(false)
    }
}

impl Event {
    fn cleaned(&self, cut: usize) -> Self {
        let clean = |text: &str| cleaned(text, cut);
        match self {
            Self::Start { command, target, user, process, unchecked, directory, line, about } => Self::Start {
                command: clean(command),
                target: clean(target),
                user: clean(user),
                process: Process { host: clean(&process.host), ..process.clone() },
                unchecked: *unchecked,
                directory: whole(command, directory.as_deref(), cut),
                line: line.clone(),
                // It is of use only for a line that is whole.
                about: match whole(command, directory.as_deref(), cut) {
                    Some(_) if cut > 200 => about.iter().map(|(key, value)| (key.clone(), clean(value))).collect(),
                    _ => BTreeMap::new(),
                },
            },
            Self::Write { step } => Self::Write { step: clean(step) },
            Self::End { exit_code, counters } => Self::End { exit_code: *exit_code, counters: counted(counters, cut) },
            Self::Read { command, exit_code, counters, unchecked, directory } => Self::Read {
                command: clean(command),
                exit_code: *exit_code,
                counters: counted(counters, cut),
                unchecked: *unchecked,
                directory: whole(command, directory.as_deref(), cut),
            },
            Self::Settled => Self::Settled,
        }
    }
}

/// The directory, where neither it nor the command loses anything.
fn whole(command: &str, directory: Option<&str>, cut: usize) -> Option<String> {
    let directory = directory?;
    (cleaned(command, cut) == command && cleaned(directory, cut) == directory).then(|| directory.to_owned())
}

fn cleaned(raw: &str, cut: usize) -> String {
    let known = redact::clean(raw);
    let safe = text::safe(&known);
    let mut characters = safe.chars();
    let mut kept: String = characters.by_ref().take(cut).collect();
    if characters.next().is_some() {
        kept.push('…');
    }
    kept
}

/// Counters are a few numbers by back end; what is too large to be that is dropped rather than cut to a wrong number.
fn counted(counters: &Value, cut: usize) -> Value {
    let clean = scrubbed(counters, cut);
    if clean.to_string().len() > LARGEST_COUNTERS { Value::Null } else { clean }
}

fn scrubbed(value: &Value, cut: usize) -> Value {
    match value {
        Value::String(text) => Value::String(cleaned(text, cut)),
        Value::Array(items) => items.iter().map(|item| scrubbed(item, cut)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (cleaned(name, cut), scrubbed(field, cut))).collect()
        }
        plain => plain.clone(),
    }
}
