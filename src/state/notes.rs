//! Notes about what was made from here and has no key of its own: what was about to be done, and, once there is one, an id.
//! Servers have neither names for deployments and schedules nor a way to ask for "this one again"; they do not say what an
//! update in progress is about, or what a template was called before; and a file with a key says nothing of the line that made it.

use std::path::PathBuf;

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
    /// When its answer was given up; absent where it came, or where whoever waited for it was killed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) given_up: Option<Timestamp>,
}

impl Note {
    /// Of an attempt that begins now.
    pub(crate) fn begun(endpoint: String, run: String, key: String, since: Timestamp) -> Self {
        Self {
            endpoint,
            run,
            key,
            name: None,
            id: None,
            template: None,
            told: false,
            orphan: false,
            since,
            given_up: None,
        }
    }

    fn file(&self) -> String {
        format!("{}.json", file_name(&[&self.endpoint, &self.run]))
    }
}

/// Why nobody can say what was noted.
#[derive(Debug)]
pub(crate) enum Unknown {
    /// This file holds no note any more.
    Torn(PathBuf),
    /// There may be one that cannot be read.
    Unreadable(Warning),
}

impl From<Warning> for Unknown {
    fn from(warning: Warning) -> Self {
        Self::Unreadable(warning)
    }
}

/// How the names of files about one server begin: long ones are cut, so not all of it.
fn start_of(endpoint: &str) -> String {
    let mut start = file_name(&[endpoint]);
    start.truncate(100);
    start
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

    /// Whether everything is known that was noted about one server.
    pub(crate) fn check(&self, endpoint: &str) -> Result<(), Unknown> {
        let start = start_of(endpoint);
        for file in self.shelf.files()?.into_iter().filter(|file| file.starts_with(&start)) {
            if self.shelf.is_torn::<Note>(&file)? {
                return Err(Unknown::Torn(self.shelf.path(&file)));
            }
        }
        Ok(())
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

    #[test]
    fn what_is_torn_or_cannot_be_read_is_not_taken_for_nothing() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let notes = Notes::new(&StateDir::at(home.path().join("orchest")), Things::Deployments);
        notes.check("https://paas").unwrap();
        let note = note("r1", "2026-11-23T12:00:00Z");
        notes.write(&note).unwrap();
        notes.check("https://paas").unwrap();
        let file = home.path().join("orchest/deployments").join(note.file());
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let Err(Unknown::Unreadable(why)) = notes.check("https://paas") else { panic!("it may be anybody's") };
        assert!(why.to_string().contains("chmod 600"), "{why}");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&file, "{\"version\":1,\"ent").unwrap();
        assert!(matches!(notes.check("https://paas"), Err(Unknown::Torn(path)) if path == file));
        assert_eq!(notes.of("https://paas").unwrap(), []);
        notes.check("https://other").unwrap();
    }

    #[test]
    fn notes_of_before_say_nothing_of_answers_that_were_given_up() {
        let note = note("r1", "2026-11-23T12:00:00Z");
        let text = serde_json::to_string(&note).unwrap();
        assert!(!text.contains("given_up"), "{text}");
        assert_eq!(serde_json::from_str::<Note>(&text).unwrap(), note);
        let open = Note { given_up: Some(note.since), ..note };
        let text = serde_json::to_string(&open).unwrap();
        assert_eq!(serde_json::from_str::<Note>(&text).unwrap(), open, "{text}");
    }
}
