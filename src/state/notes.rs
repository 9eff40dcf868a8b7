//! Notes about what was made from here and has no key of its own: what was about to be done, and, once there is one, an id.
//! Servers have neither names for deployments and schedules nor a way to ask for "this one again"; they do not say what an
//! update in progress is about, or what a template was called before; and a file with a key says nothing of the line that made it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::shelf::{Shelf, file_name};
use super::{StateDir, Warning, instant};

/// What notes are kept of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Things {
    Deployments,
    Schedules,
    /// Updates of deployments, wherever those were made, that have not been seen to end.
    Updates,
    /// Pairs of SSH keys.
    KeyPairs,
    /// Templates whose names or versions were changed: the old ones lead nowhere any more.
    Renames,
}

impl Things {
    fn folder(self) -> &'static str {
        match self {
            Self::Deployments => "deployments",
            Self::Schedules => "schedules",
            Self::Updates => "updates",
            Self::KeyPairs => "key-pairs",
            Self::Renames => "renames",
        }
    }
}

/// One thing, or the attempt at one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// Where.
    pub(crate) endpoint: String,
    /// The run that made it.
    pub(crate) run: String,
    /// A digest of all that was sent: the same line gives the same.
    pub(crate) key: String,
    /// The name that was given to it here.
    pub(crate) name: Option<String>,
    /// Absent until the server has told it.
    pub(crate) id: Option<String>,
    /// What its template, or its file, is called.
    pub(crate) template: Option<String>,
    /// Whether whoever made it has heard how it went. Until then the same line goes on with it.
    #[serde(default)]
    pub(crate) told: bool,
    /// Whether the server said that nobody will work on it.
    #[serde(default)]
    pub(crate) orphan: bool,
    /// When it was begun.
    #[serde(with = "instant")]
    pub(crate) since: Timestamp,
}

impl Note {
    /// Of an attempt that begins now.
    pub(crate) fn begun(endpoint: String, run: String, key: String, since: Timestamp) -> Self {
        Self { endpoint, run, key, name: None, id: None, template: None, told: false, orphan: false, since }
    }

    fn file(&self) -> String {
        format!("{}.json", file_name(&[&self.endpoint, &self.run]))
    }
}

/// All notes of this machine about one kind of things.
#[derive(Debug, Clone)]
pub(crate) struct Notes {
    shelf: Shelf,
}

impl Notes {
    pub(crate) fn new(state: &StateDir, things: Things) -> Self {
        Self { shelf: Shelf::new(state, things.folder()) }
    }

    /// Those about one server, the newest first. A damaged one is left out.
    pub(crate) fn of(&self, endpoint: &str) -> Result<Vec<Note>, Warning> {
        let mut notes: Vec<Note> = Vec::new();
        for file in self.shelf.files()? {
            if let Ok(Some(note)) = self.shelf.read::<Note>(&file)
                && note.endpoint == endpoint
            {
                notes.push(note);
            }
        }
        notes.sort_by_key(|note| std::cmp::Reverse(note.since));
        Ok(notes)
    }

    pub(crate) fn write(&self, note: &Note) -> Result<(), Warning> {
        self.shelf.sweep(Some(&note.file()))?;
        self.shelf.write(&note.file(), note)
    }

    pub(crate) fn remove(&self, note: &Note) -> Result<(), Warning> {
        self.shelf.remove(&note.file()).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(run: &str, at: &str) -> Note {
        let begun = Note::begun("https://paas".to_owned(), run.to_owned(), "k".to_owned(), at.parse().unwrap());
        Note { name: Some("kafka".to_owned()), ..begun }
    }

    #[test]
    fn the_newest_comes_first_and_an_id_is_added_later() {
        let home = tempfile::tempdir().unwrap();
        let state = StateDir::at(home.path().join("orchest"));
        let notes = Notes::new(&state, Things::Deployments);
        assert_eq!(notes.of("https://paas").unwrap(), []);
        let (old, mut new) = (note("r1", "2026-11-23T12:00:00Z"), note("r2", "2026-11-24T12:00:00Z"));
        notes.write(&old).unwrap();
        notes.write(&new).unwrap();
        notes.write(&Note { endpoint: "https://other".to_owned(), ..note("r3", "2026-11-24T13:00:00Z") }).unwrap();
        new.id = Some("d1".to_owned());
        notes.write(&new).unwrap();
        assert_eq!(notes.of("https://paas").unwrap(), [new.clone(), old]);
        assert_eq!(Notes::new(&state, Things::Schedules).of("https://paas").unwrap(), []);
        notes.remove(&new).unwrap();
        assert_eq!(notes.of("https://paas").unwrap().len(), 1);
    }
}
