//! Files that nobody else may read: 0600 from the moment they exist, replaced whole or not at all, never through a
//! symbolic link, and believed only while nobody else could have touched them.
//!
//! The one mechanism for that, for `state/` and `secrets/`. It knows nothing of what is inside.

mod error;

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;

pub(crate) use error::{Error, look_at, shown};

const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;

/// A temporary file this old belongs to a writer that was killed: a live one needs milliseconds.
const ABANDONED: Duration = Duration::from_mins(10);

/// Makes the directory and its missing parents, 0700. One that exists is accepted unless others may write into it.
pub(crate) fn create_directory(path: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(path).map_err(Error::io("create directory", path))?;
    let found = path.metadata().map_err(Error::io("inspect", path))?;
    if found.uid() != me() {
        return Err(Error::ForeignOwner { path: path.to_owned(), owner: found.uid() });
    }
    if found.mode() & 0o022 != 0 {
        return Err(Error::DirectoryTooOpen { path: path.to_owned(), mode: found.mode() & 0o7777 });
    }
    Ok(())
}

/// Opens a file as the options say, created 0600 if they create; refuses links, what is not a file of ours, and what
/// others may read.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> Result<File, Error> {
    // Without NONBLOCK a pipe planted under this name would hold us until somebody writes into it.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = options.custom_flags(flags).mode(FILE_MODE).open(path).map_err(|source| {
        if source.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
            Error::Symlink { path: path.to_owned() }
        } else {
            Error::Io { action: "open", path: path.to_owned(), source }
        }
    })?;
    let found = file.metadata().map_err(Error::io("inspect", path))?;
    judge(path, &Facts::of(&found), me())?;
    Ok(file)
}

/// The content of a private file; `None` where there is no file.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    let file = match open(path, OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(Some(bytes))
    } else {
        Err(Error::TooLarge { path: path.to_owned(), limit })
    }
}

/// Whether a file could be written there, without doing it.
#[cfg_attr(not(feature = "oauth"), expect(dead_code, reason = "only logins are tried for beforehand"))]
pub(crate) fn try_write(path: &Path) -> Result<(), Error> {
    refuse_others(path)?;
    filled(path, file_name(path)?, b"").map(drop)
}

/// Puts these bytes in the place of whatever file is there. A reader, or the next run after a kill, sees the old
/// content or the new one, never a part.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    refuse_others(path)?;
    let name = file_name(path)?;
    sweep(parent(path), name);
    let temporary = filled(path, name, bytes)?;
    temporary.persist(path).map_err(|error| Error::io("replace", path)(error.error))?;
    settle(parent(path));
    Ok(())
}

/// What is there and is no plain file stays.
fn refuse_others(path: &Path) -> Result<(), Error> {
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => Err(Error::Symlink { path: path.to_owned() }),
        Ok(found) if !found.is_file() => Err(Error::NotAFile { path: path.to_owned() }),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("inspect", path)(error)),
    }
}

/// Makes a file with these bytes unless the name is taken; `false` if it was.
pub(crate) fn create_new(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    let temporary = filled(path, file_name(path)?, bytes)?;
    match temporary.persist_noclobber(path) {
        Ok(_) => {
            settle(parent(path));
            Ok(true)
        }
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::io("create", path)(error.error)),
    }
}

/// Removes a file; `false` if there was none.
pub(crate) fn remove(path: &Path) -> Result<bool, Error> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io("remove", path)(error)),
    }
}

fn filled(path: &Path, name: &OsStr, bytes: &[u8]) -> Result<tempfile::NamedTempFile, Error> {
    let mut temporary = temporary(parent(path), name).map_err(Error::io("create a temporary file beside", path))?;
    temporary.write_all(bytes).map_err(Error::io("write", path))?;
    // Before the new name counts its content has to be on the disk, or a power cut leaves an empty file.
    temporary.as_file().sync_all().map_err(Error::io("write", path))?;
    Ok(temporary)
}

/// An empty file beside one of this name, which [`sweep`] finds if its writer is killed.
pub(crate) fn temporary(directory: &Path, name: &OsStr) -> std::io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(&temporary_prefix(name))
        .suffix(".tmp")
        .permissions(PermissionsExt::from_mode(FILE_MODE))
        .tempfile_in(directory)
}

fn temporary_prefix(name: &OsStr) -> String {
    format!(".{}.", name.to_string_lossy())
}

fn file_name(path: &Path) -> Result<&OsStr, Error> {
    path.file_name().ok_or_else(|| Error::NotAFile { path: path.to_owned() })
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the new name last. Some file systems cannot; the file is whole either way.
fn settle(directory: &Path) {
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
}

/// Removes what killed writers of this file left behind, since it holds what the file holds.
pub(crate) fn sweep(directory: &Path, name: &OsStr) {
    let prefix = temporary_prefix(name);
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let found = found.to_string_lossy();
        let ours = found.starts_with(&prefix) && found.ends_with(".tmp");
        let age = || entry.metadata().and_then(|it| it.modified()).ok()?.elapsed().ok();
        if ours && age().is_some_and(|age| age > ABANDONED) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// What decides whether a file is private.
struct Facts {
    regular: bool,
    owner: u32,
    mode: u32,
}

impl Facts {
    fn of(found: &Metadata) -> Self {
        Self { regular: found.is_file(), owner: found.uid(), mode: found.mode() & 0o7777 }
    }
}

fn judge(path: &Path, facts: &Facts, me: u32) -> Result<(), Error> {
    let path = path.to_owned();
    if !facts.regular {
        Err(Error::NotAFile { path })
    } else if facts.owner != me {
        Err(Error::ForeignOwner { path, owner: facts.owner })
    } else if facts.mode & !FILE_MODE != 0 {
        Err(Error::TooOpen { path, mode: facts.mode })
    } else {
        Ok(())
    }
}

fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::time::SystemTime;

    use super::*;

    fn mode_of(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o7777
    }

    #[test]
    fn modes_do_not_depend_on_the_umask() {
        let dir = tempfile::tempdir().unwrap();
        let before = rustix::process::umask(rustix::fs::Mode::empty());
        for (label, mask) in [("open", 0o000), ("closed", 0o077)] {
            rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask));
            let root = dir.path().join(label).join("deep");
            create_directory(&root).unwrap();
            write(&root.join("written"), b"x").unwrap();
            assert!(create_new(&root.join("created"), b"x").unwrap());
            open(&root.join("opened"), OpenOptions::new().append(true).create(true)).unwrap();
            assert_eq!(mode_of(&root), 0o700, "{label}");
            assert_eq!(mode_of(root.parent().unwrap()), 0o700, "{label}");
            for name in ["written", "created", "opened"] {
                assert_eq!(mode_of(&root.join(name)), 0o600, "{label} {name}");
            }
        }
        rustix::process::umask(before);
    }

    #[test]
    fn a_planted_link_is_neither_read_nor_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("target");
        write(&target, b"old").unwrap();
        let link = dir.path().join("link");
        symlink(&target, &link).unwrap();
        assert!(matches!(read(&link, 100), Err(Error::Symlink { .. })));
        assert!(matches!(write(&link, b"new"), Err(Error::Symlink { .. })));
        assert!(!create_new(&link, b"new").unwrap());
        let dangling = dir.path().join("dangling");
        symlink(dir.path().join("nowhere"), &dangling).unwrap();
        assert!(!create_new(&dangling, b"new").unwrap());
        assert!(matches!(open(&dangling, OpenOptions::new().append(true).create(true)), Err(Error::Symlink { .. })));
        assert!(!dir.path().join("nowhere").exists());
        assert_eq!(fs::read(&target).unwrap(), b"old");
    }

    #[test]
    fn a_wide_mode_is_refused_with_the_command_that_mends_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it's a file");
        write(&path, b"x").unwrap();
        for mode in [0o644, 0o640, 0o606, 0o700] {
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let message = read(&path, 100).unwrap_err().to_string();
            assert!(message.contains(&format!("mode {mode:04o}")), "{message}");
            assert!(message.ends_with(r"it'\''s a file'") && message.contains("run: chmod 600 '/"), "{message}");
        }
        for mode in [0o600, 0o400] {
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(read(&path, 100).unwrap().unwrap(), b"x");
        }
    }

    #[test]
    fn a_foreign_owner_is_refused() {
        let facts = Facts { regular: true, owner: 4711, mode: 0o600 };
        let error = judge(Path::new("/x"), &facts, 1000).unwrap_err();
        assert_eq!(error.to_string(), "/x belongs to user id 4711, not to you");
        judge(Path::new("/x"), &facts, 4711).unwrap();
    }

    #[test]
    fn what_is_not_a_file_does_not_hang_or_pass() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(read(dir.path(), 10), Err(Error::NotAFile { .. })));
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        assert!(matches!(read(&pipe, 10), Err(Error::NotAFile { .. })));
        assert!(matches!(write(&pipe, b"x"), Err(Error::NotAFile { .. })));
    }

    #[test]
    fn sizes_are_limited_and_absence_is_no_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        assert_eq!(read(&path, 3).unwrap(), None);
        write(&path, b"123").unwrap();
        assert_eq!(read(&path, 3).unwrap().unwrap(), b"123");
        write(&path, b"1234").unwrap();
        assert!(matches!(read(&path, 3), Err(Error::TooLarge { limit: 3, .. })));
        assert!(remove(&path).unwrap());
        assert!(!remove(&path).unwrap());
    }

    #[test]
    fn the_first_creator_wins() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        assert!(create_new(&path, b"first").unwrap());
        assert!(!create_new(&path, b"second").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn leftovers_of_killed_writers_go_and_those_of_live_ones_stay() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let (old, fresh, other) =
            (dir.path().join(".f.aa.tmp"), dir.path().join(".f.bb.tmp"), dir.path().join(".g.aa.tmp"));
        for file in [&old, &fresh, &other] {
            fs::write(file, "x").unwrap();
        }
        for file in [&old, &other] {
            let long_ago = SystemTime::now() - ABANDONED * 2;
            File::options().write(true).open(file).unwrap().set_modified(long_ago).unwrap();
        }
        write(&path, b"x").unwrap();
        assert!(!old.exists() && fresh.exists() && other.exists());
    }

    #[test]
    fn a_directory_open_to_all_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let shared = dir.path().join("shared");
        create_directory(&shared).unwrap();
        fs::set_permissions(&shared, PermissionsExt::from_mode(0o777)).unwrap();
        let message = create_directory(&shared).unwrap_err().to_string();
        assert!(message.contains("mode 0777") && message.contains("chmod 700 /"), "{message}");
        fs::set_permissions(&shared, PermissionsExt::from_mode(0o755)).unwrap();
        create_directory(&shared).unwrap();
    }
}
