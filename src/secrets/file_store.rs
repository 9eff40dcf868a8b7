//! Passwords in a 0600 file, in plain text: only for those who asked for it by name.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::{Error, Key, Store};
use crate::base::Secret;
use crate::base::private::{self, shown};

const FILE: &str = "secrets.json";
const LOCK: &str = "secrets.lock";
const VERSION: u64 = 1;
const LARGEST: u64 = 1024 * 1024;

/// A writer needs milliseconds; this many times [`PAUSE`] is a second and a half.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_millis(25);

/// The file in the directory that was handed in.
#[derive(Debug)]
pub(crate) struct FileStore {
    directory: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    endpoint: String,
    user: String,
    domain: String,
    #[serde(serialize_with = "exposed")]
    password: Secret,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u64,
    secrets: &'a [Kept],
}

/// The one place where a password becomes part of a file.
fn exposed<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

impl Kept {
    fn is(&self, key: &Key) -> bool {
        self.endpoint == key.endpoint && self.user == key.user && self.domain == key.domain
    }

    fn key(&self) -> Key {
        Key { endpoint: self.endpoint.clone(), user: self.user.clone(), domain: self.domain.clone() }
    }

    fn size(&self) -> usize {
        self.endpoint.len() + self.user.len() + self.domain.len() + self.password.expose().len()
    }
}

impl FileStore {
    /// The store in this directory, which is made when first written to.
    pub(crate) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// The file, for `doctor` and messages.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.join(FILE)
    }

    /// Whose secrets it holds.
    #[cfg_attr(not(feature = "oauth"), expect(dead_code, reason = "only logins at issuers are looked for so"))]
    pub(crate) fn keys(&self) -> Result<Vec<Key>, Error> {
        Ok(self.read()?.iter().map(Kept::key).collect())
    }

    fn read(&self) -> Result<Vec<Kept>, Error> {
        let path = self.path();
        let Some(bytes) = private::read(&path, LARGEST)? else { return Ok(Vec::new()) };
        // Only the place is told: serde's message would quote what it found there.
        let damaged = |error: serde_json::Error| Error::DamagedStore {
            path: path.clone(),
            line: error.line(),
            column: error.column(),
        };
        let mut document: Value = serde_json::from_slice(&bytes).map_err(damaged)?;
        let version = document.get("version").and_then(Value::as_u64).unwrap_or(0);
        if version != VERSION {
            return Err(Error::ForeignStore { path, version });
        }
        let secrets = document.get_mut("secrets").map(Value::take).unwrap_or_default();
        serde_json::from_value(secrets).map_err(damaged)
    }

    /// Reads, changes and writes while no other process does.
    fn change<T>(&self, change: impl FnOnce(&mut Vec<Kept>) -> T) -> Result<T, Error> {
        private::create_directory(&self.directory)?;
        let _lock = self.lock()?;
        let mut kept = self.read()?;
        let largest = kept.iter().max_by_key(|kept| kept.size()).map(Kept::key);
        let outcome = change(&mut kept);
        let full = || Error::StoreFull { store: self.name(), limit: LARGEST, largest };
        let bytes = self.written(&kept)?.ok_or_else(full)?;
        private::write(&self.path(), &bytes)?;
        Ok(outcome)
    }

    /// As a file that can be read again; `None` if there is too much of it. Without the spaces for people, what was read
    /// and has lost something always fits.
    fn written(&self, kept: &[Kept]) -> Result<Option<Vec<u8>>, Error> {
        let document = Document { version: VERSION, secrets: kept };
        let fits = |bytes: &Vec<u8>| u64::try_from(bytes.len()).is_ok_and(|length| length < LARGEST);
        let pretty = serde_json::to_vec_pretty(&document).map_err(|error| self.refused(&error))?;
        let bytes =
            if fits(&pretty) { pretty } else { serde_json::to_vec(&document).map_err(|error| self.refused(&error))? };
        Ok(Some(bytes).filter(fits).map(|mut bytes| {
            bytes.push(b'\n');
            bytes
        }))
    }

    fn lock(&self) -> Result<File, Error> {
        let file = private::open(&self.directory.join(LOCK), OpenOptions::new().read(true).write(true).create(true))?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(self.refused(&error)),
            }
        }
        Err(Error::StoreBusy { store: self.name() })
    }

    fn refused(&self, error: &dyn std::error::Error) -> Error {
        Error::StoreRefused { store: self.name(), action: "keep", reason: error.to_string() }
    }
}

impl Store for FileStore {
    fn get(&self, key: &Key) -> Result<Option<Secret>, Error> {
        Ok(self.read()?.into_iter().find(|kept| kept.is(key)).map(|kept| kept.password))
    }

    fn put(&self, key: &Key, secret: &Secret) -> Result<(), Error> {
        self.change(|kept| {
            kept.retain(|kept| !kept.is(key));
            kept.push(Kept {
                endpoint: key.endpoint.clone(),
                user: key.user.clone(),
                domain: key.domain.clone(),
                password: secret.clone(),
            });
        })
    }

    fn erase(&self, key: &Key) -> Result<bool, Error> {
        if !self.read()?.iter().any(|kept| kept.is(key)) {
            return Ok(false);
        }
        self.change(|kept| {
            let before = kept.len();
            kept.retain(|kept| !kept.is(key));
            kept.len() < before
        })
    }

    fn name(&self) -> String {
        format!("the file store {}", shown(&self.path()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    fn key(user: &str) -> Key {
        Key { endpoint: "https://k.example".into(), user: user.into(), domain: "Default".into() }
    }

    fn store() -> (tempfile::TempDir, FileStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = FileStore::new(&dir.path().join("orchest"));
        (dir, store)
    }

    #[test]
    fn keeps_replaces_and_erases() {
        let (_dir, store) = store();
        assert_eq!(store.get(&key("a")).unwrap(), None);
        assert!(!store.erase(&key("a")).unwrap());
        assert!(!store.path().exists());
        store.put(&key("a"), &Secret::new("one-file-store")).unwrap();
        store.put(&key("b"), &Secret::new("two-file-store")).unwrap();
        store.put(&key("a"), &Secret::new("three-file-store")).unwrap();
        assert_eq!(store.get(&key("a")).unwrap().unwrap().expose(), "three-file-store");
        assert!(store.erase(&key("a")).unwrap());
        assert_eq!(store.get(&key("a")).unwrap(), None);
        assert_eq!(store.get(&key("b")).unwrap().unwrap().expose(), "two-file-store");
        assert_eq!(store.path().metadata().unwrap().mode() & 0o7777, 0o600);
        let left: Vec<_> = std::fs::read_dir(&store.directory).unwrap().flatten().map(|it| it.file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[test]
    fn a_wide_file_a_link_and_damage_are_refused_without_quoting() {
        let (dir, store) = store();
        store.put(&key("a"), &Secret::new("canary-file-store")).unwrap();
        std::fs::set_permissions(store.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(store.get(&key("a")).unwrap_err().to_string().contains("chmod 600"));
        assert!(store.put(&key("b"), &Secret::new("xxxx-file-store")).is_err());

        let elsewhere = dir.path().join("elsewhere");
        std::fs::rename(store.path(), &elsewhere).unwrap();
        symlink(&elsewhere, store.path()).unwrap();
        assert!(matches!(store.get(&key("a")), Err(Error::File(private::Error::Symlink { .. }))));
        std::fs::remove_file(store.path()).unwrap();

        private::write(&store.path(), br#"{"version":1,"secrets":"canary-quoted"}"#).unwrap();
        let message = store.get(&key("a")).unwrap_err().to_string();
        assert!(message.contains("is damaged") && !message.contains("canary"), "{message}");
        private::write(&store.path(), br#"{"version":2,"secrets":[]}"#).unwrap();
        assert!(matches!(
            store.put(&key("a"), &Secret::new("yyyy-file-store")),
            Err(Error::ForeignStore { version: 2, .. })
        ));
    }

    #[test]
    fn what_could_not_be_read_again_is_not_written() {
        let (_dir, store) = store();
        let half = "large-file-store".repeat(40_000);
        store.put(&key("small"), &Secret::new("small-file-store")).unwrap();
        store.put(&key("large"), &Secret::new(half.as_str())).unwrap();
        let before = std::fs::read(store.path()).unwrap();
        let error = store.put(&key("b"), &Secret::new(half.as_str())).unwrap_err();
        let message = error.to_string();
        assert!(matches!(error, Error::StoreFull { .. }), "{message}");
        assert!(message.contains("large@Default on https://k.example") && message.contains("auth logout"), "{message}");
        assert!(!message.contains("large-file"), "{message}");
        assert_eq!(std::fs::read(store.path()).unwrap(), before);
        assert_eq!(store.get(&key("small")).unwrap().unwrap().expose(), "small-file-store");
        assert!(store.erase(&key("large")).unwrap());
        store.put(&key("b"), &Secret::new(half.as_str())).unwrap();
        assert_eq!(store.read().unwrap().len(), 2);
    }

    #[test]
    fn what_can_be_read_can_be_erased() {
        let (_dir, store) = store();
        private::create_directory(&store.directory).unwrap();
        // Close to the limit, and larger than that as this program would lay it out.
        let one = |number: usize| {
            format!(r#"{{"endpoint":"e","user":"{number}","domain":"d","password":"many-file-store"}}"#)
        };
        let mut text = r#"{"version":1,"secrets":["#.to_owned() + &one(0);
        for number in 1.. {
            let next = format!(",{}", one(number));
            if text.len() + next.len() + 2 > usize::try_from(LARGEST).unwrap() {
                break;
            }
            text += &next;
        }
        text += "]}";
        private::write(&store.path(), text.as_bytes()).unwrap();
        let number = store.read().unwrap().len();
        assert!(number > 10_000);
        let first = Key { endpoint: "e".into(), user: "0".into(), domain: "d".into() };
        assert!(store.erase(&first).unwrap());
        assert_eq!(store.read().unwrap().len(), number - 1);
        assert_eq!(store.get(&first).unwrap(), None);
    }

    #[test]
    fn writers_take_turns() {
        let (_dir, store) = store();
        let directory = store.directory.clone();
        let writers: Vec<_> = (0..4)
            .map(|number| {
                let store = FileStore::new(&directory);
                thread::spawn(move || store.put(&key(&format!("user{number}")), &Secret::new("same-file-store")))
            })
            .collect();
        for writer in writers {
            writer.join().unwrap().unwrap();
        }
        assert_eq!(store.read().unwrap().len(), 4);
    }
}
