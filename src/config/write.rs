//! Writing a file so that after any interruption the old text or the new one is there, whole, and nobody else reads it.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::base::private;

use super::error::Error;
use super::files;

/// Whoever changes a file needs milliseconds; this many times [`PAUSE`] is two and a half seconds.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(25);

/// The right to change the files of a directory, until it goes.
pub(super) struct Turn(#[expect(dead_code, reason = "the lock is held by the open file")] Option<File>);

/// Waits until no other process of ours is between reading this file and replacing it: the later one would take back what
/// the earlier one wrote. It is the directory that is locked, so nothing is left lying about; where a file system locks
/// no directories, we go on without.
pub(super) fn turn(path: &Path) -> Result<Turn, Error> {
    let target = target(path);
    let directory = parent(&target);
    let Ok(directory) = create_directory(directory).and_then(|()| File::open(directory)) else { return Ok(Turn(None)) };
    for _ in 0..TRIES {
        match directory.try_lock() {
            Ok(()) => return Ok(Turn(Some(directory))),
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            Err(TryLockError::Error(_)) => return Ok(Turn(None)),
        }
    }
    Err(Error::write(path, &"another process keeps its directory locked"))
}

/// Replaces the file's text. A new file is the owner's alone; an existing one keeps its permissions, and a link stays a
/// link: dotfiles are often links into a repository.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let target = target(path);
    let failed = |error: std::io::Error| Error::write(path, &error);
    let fresh = filled(path, &target, text)?;
    // Not before it is about to be that file: what a killed writer leaves behind is the owner's alone.
    if let Ok(about) = fs::metadata(&target) {
        fresh.as_file().set_permissions(about.permissions()).map_err(failed)?;
    }
    fresh.persist(&target).map_err(|error| failed(error.error))?;
    sync_directory(parent(&target));
    Ok(())
}

/// Makes the file, unless something of that name is there, a link included; `false` if it was.
pub(super) fn create(path: &Path, text: &str) -> Result<bool, Error> {
    match filled(path, path, text)?.persist_noclobber(path) {
        Ok(_) => {
            sync_directory(parent(path));
            Ok(true)
        }
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::write(path, &error.error)),
    }
}

/// A temporary file beside the target that holds the text, mode 0600.
fn filled(path: &Path, target: &Path, text: &str) -> Result<NamedTempFile, Error> {
    let failed = |error: std::io::Error| Error::write(path, &error);
    if text.len() as u64 > files::LARGEST {
        return Err(Error::write(path, &"it would be larger than 1 MiB, and such a file is not read"));
    }
    let directory = parent(target);
    create_directory(directory).map_err(failed)?;
    let name = target.file_name().unwrap_or_default();
    private::sweep(directory, name);
    let mut fresh = private::temporary(directory, name).map_err(failed)?;
    fresh.write_all(text.as_bytes()).map_err(failed)?;
    fresh.as_file().sync_all().map_err(failed)?;
    Ok(fresh)
}

/// What a link leads to, or the path itself. A link may lead to a file that is not there yet.
fn target(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .or_else(|_| fs::read_link(path).map(|link| parent(path).join(link)))
        .unwrap_or_else(|_| path.to_owned())
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn create_directory(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn create_directory(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)
}

/// Makes the new name last through a power cut. Some file systems cannot sync a directory; the text is safe without.
fn sync_directory(directory: &Path) {
    if let Ok(directory) = fs::File::open(directory) {
        let _ = directory.sync_all();
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_private_and_an_old_one_keeps_its_mode() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/dir/config.toml");
        replace(&path, "a = 1\n").unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, "a = 2\n").unwrap();
        assert_eq!((mode(&path), fs::read_to_string(&path).unwrap().as_str()), (0o640, "a = 2\n"));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "a temporary file is left");
    }

    #[test]
    fn a_link_stays_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real.toml"), directory.path().join("link.toml"));
        fs::write(&real, "a = 1\n").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        replace(&link, "a = 2\n").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "a = 2\n");
        fs::remove_file(&real).unwrap();
        replace(&link, "a = 3\n").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "a = 3\n");
    }

    #[test]
    fn what_killed_writers_left_behind_goes_and_what_is_new_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".orchester.toml");
        let [old, fresh, other] = ["..orchester.toml.aa.tmp", "..orchester.toml.bb.tmp", ".other.toml.aa.tmp"]
            .map(|name| directory.path().join(name));
        for file in [&old, &fresh, &other] {
            fs::write(file, "a = 1\n").unwrap();
        }
        for file in [&old, &other] {
            let long_ago = std::time::SystemTime::now() - Duration::from_mins(20);
            File::options().write(true).open(file).unwrap().set_modified(long_ago).unwrap();
        }
        replace(&path, "a = 2\n").unwrap();
        assert!(!old.exists() && fresh.exists() && other.exists());
        // What is being written now is named so that the next writer would find it.
        let temporary = filled(&path, &path, "a = 3\n").unwrap();
        let name = temporary.path().file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            name.starts_with("..orchester.toml.") && name.rsplit_once('.').is_some_and(|(_, end)| end == "tmp"),
            "{name}"
        );
        assert_eq!(mode(temporary.path()), 0o600);
    }

    #[test]
    fn what_is_there_is_not_replaced_by_a_new_file() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("new/config.toml"), directory.path().join("new/link.toml"));
        assert!(create(&path, "a = 1\n").unwrap());
        assert!(!create(&path, "a = 2\n").unwrap());
        assert_eq!((mode(&path), fs::read_to_string(&path).unwrap().as_str()), (0o600, "a = 1\n"));
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        assert!(!create(&link, "a = 2\n").unwrap());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2, "a temporary file is left");
    }

    #[test]
    fn a_failure_leaves_the_old_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file/below.toml");
        fs::write(directory.path().join("file"), "x").unwrap();
        assert!(matches!(replace(&path, "a = 1\n"), Err(Error::Write { .. })));
        assert_eq!(fs::read_to_string(directory.path().join("file")).unwrap(), "x");
    }
}
