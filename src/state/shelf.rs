//! A folder of small JSON files, one an entry, each with a version, written whole. What the caches have in common.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{StateDir, Warning};
use crate::base::private::{self, shown};

/// Counts changes of the form. A file of another version is as good as absent: older and newer programs share the folder.
const VERSION: u32 = 1;

/// More than most entries need; a reader must not be made to swallow a disk.
const LARGEST: u64 = 1024 * 1024;

/// File systems end at 255 bytes; room is left for the hash, the extension and a temporary suffix.
const LONGEST_NAME: usize = 150;

#[derive(Debug, Clone)]
pub(super) struct Shelf {
    state: StateDir,
    folder: PathBuf,
    largest: u64,
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    version: u32,
    entry: T,
}

impl Shelf {
    pub(super) fn new(state: &StateDir, name: &str) -> Self {
        Self { folder: state.path(name), state: state.clone(), largest: LARGEST }
    }

    /// The same with room for larger entries.
    pub(super) fn holding(self, largest: u64) -> Self {
        Self { largest, ..self }
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Makes the folder and hands it out.
    pub(super) fn create(&self) -> Result<&PathBuf, private::Error> {
        self.state.create()?;
        private::create_directory(&self.folder)?;
        Ok(&self.folder)
    }

    pub(super) fn read<T: DeserializeOwned>(&self, file: &str) -> Result<Option<T>, Warning> {
        let path = self.path(file);
        let Some(bytes) = private::read(&path, self.largest)? else { return Ok(None) };
        // serde's own message quotes the value it stumbled over, which may be a token; so only that it failed is told.
        decode(&bytes).map_err(|_| Warning::new(format!("{} is damaged and was ignored", shown(&path))))
    }

    /// Whether an entry is there and none that a program can have written.
    pub(super) fn is_torn<T: DeserializeOwned>(&self, file: &str) -> Result<bool, Warning> {
        let bytes = private::read(&self.path(file), self.largest)?;
        Ok(bytes.is_some_and(|bytes| decode::<T>(&bytes).is_err()))
    }

    pub(super) fn write<T: Serialize>(&self, file: &str, entry: &T) -> Result<(), Warning> {
        self.create()?;
        let bytes = encode(entry)?;
        let path = self.path(file);
        if u64::try_from(bytes.len()).is_ok_and(|length| length <= self.largest) {
            Ok(private::write(&path, &bytes)?)
        } else {
            Err(Warning::new(format!("{} would be larger than {} bytes and was not kept", shown(&path), self.largest)))
        }
    }

    pub(super) fn remove(&self, file: &str) -> Result<bool, Warning> {
        Ok(private::remove(&self.path(file))?)
    }

    /// Removes what killed writers left behind: of this entry, or of all. It holds what the entry holds.
    pub(super) fn sweep(&self, file: Option<&str>) -> Result<(), Warning> {
        let start = file.map_or_else(|| ".".to_owned(), |file| format!(".{file}."));
        for name in self.names()? {
            if name.starts_with(&start) && name.strip_suffix(".tmp").is_some() {
                self.remove(&name)?;
            }
        }
        Ok(())
    }

    /// The entries' file names in order; none if the folder does not exist.
    pub(super) fn files(&self) -> Result<Vec<String>, Warning> {
        let mut names = self.names()?;
        names.retain(|name| name.strip_suffix(".json").is_some_and(|stem| !stem.starts_with('.')));
        names.sort();
        Ok(names)
    }

    fn names(&self) -> Result<Vec<String>, Warning> {
        match std::fs::read_dir(&self.folder) {
            Ok(entries) => Ok(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Warning::new(format!("cannot list {}: {error}", shown(&self.folder)))),
        }
    }
}

/// What a file holds; nothing where another version wrote it.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<Option<T>, serde_json::Error> {
    let envelope: Envelope<Value> = serde_json::from_slice(bytes)?;
    if envelope.version != VERSION {
        return Ok(None);
    }
    serde_json::from_value(envelope.entry).map(Some)
}

/// The same, written.
pub(super) fn encode<T: Serialize>(entry: &T) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Envelope { version: VERSION, entry })
}

/// One file name out of several texts: readable, without anything that a path or a shell could take amiss. A long one is
/// cut and told apart by a hash; whoever must not be wrong keeps the whole key inside the file.
pub(super) fn file_name(parts: &[&str]) -> String {
    let mut name = String::new();
    for part in parts {
        if !name.is_empty() {
            name.push('+');
        }
        for byte in part.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || (byte == b'.' && !name.is_empty()) {
                name.push(char::from(byte));
            } else {
                // Writing into a String cannot fail.
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    if name.len() > LONGEST_NAME {
        let hash = fnv(&name);
        name.truncate(LONGEST_NAME);
        let _ = write!(name, "-{hash:016x}");
    }
    name
}

/// FNV-1a, because it stays the same from one compiler to the next, which the standard library's does not promise.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::directory;

    #[test]
    fn names_cannot_leave_the_folder_and_do_not_meet() {
        assert_eq!(file_name(&["../../etc/passwd"]), "%2E.%2F..%2Fetc%2Fpasswd");
        assert_eq!(file_name(&["http://[::1]:5000", "a b", ""]), "http%3A%2F%2F%5B%3A%3A1%5D%3A5000+a%20b+");
        assert_ne!(file_name(&["a+b", "c"]), file_name(&["a", "b+c"]));
        let long = "ü".repeat(300);
        let longer = format!("{long}x");
        assert_ne!(file_name(&[&long]), file_name(&[&longer]));
        assert!(file_name(&[&longer]).len() < 200);
    }

    #[test]
    fn other_versions_are_absent_and_damage_is_told_without_the_content() {
        let (_dir, state) = directory();
        let shelf = Shelf::new(&state, "things");
        assert_eq!(shelf.read::<String>("a.json").unwrap(), None);
        shelf.write("a.json", &"text").unwrap();
        assert_eq!(shelf.read::<String>("a.json").unwrap().as_deref(), Some("text"));
        private::write(&shelf.path("a.json"), br#"{"version":9,"entry":{"new":1}}"#).unwrap();
        assert_eq!(shelf.read::<String>("a.json").unwrap(), None);
        for bad in ["", "{\"version\":1,\"entry\":\"gAAAA", "{\"version\":1,\"entry\":[\"gAAAA\"]}", "[]"] {
            private::write(&shelf.path("a.json"), bad.as_bytes()).unwrap();
            let warning = shelf.read::<String>("a.json").unwrap_err().to_string();
            assert!(warning.ends_with("a.json is damaged and was ignored"), "{warning}");
        }
        assert_eq!(shelf.files().unwrap(), ["a.json"]);
        assert!(shelf.write("big.json", &"x".repeat(1024 * 1024)).is_err());
    }
}
