//! Why a private file is not touched, with the command that mends it.

use std::io;
use std::path::{Path, PathBuf};

use crate::base::text;

/// Why a private file was not read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The last component of the path is a link, which may lead anywhere.
    #[error("{} is a symbolic link, which is not followed here", shown(.path))]
    Symlink {
        /// The path as given.
        path: PathBuf,
    },
    /// A directory, pipe or device.
    #[error("{} is not a regular file", shown(.path))]
    NotAFile {
        /// The path as given.
        path: PathBuf,
    },
    /// Somebody else's file.
    #[error("{} belongs to user id {owner}, not to you", shown(.path))]
    ForeignOwner {
        /// The path as given.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// Others could read or change it.
    #[error("{} has mode {mode:04o}, wider than 0600; run: chmod 600 {}", shown(.path), quoted(.path))]
    TooOpen {
        /// The path as given.
        path: PathBuf,
        /// The permission bits found.
        mode: u32,
    },
    /// Others could plant files in the directory.
    #[error("directory {} has mode {mode:04o}, so others may write into it; run: chmod 700 {}", shown(.path), quoted(.path))]
    DirectoryTooOpen {
        /// The directory.
        path: PathBuf,
        /// The permission bits found.
        mode: u32,
    },
    /// More than the reader is ready to hold.
    #[error("{} is larger than {limit} bytes", shown(.path))]
    TooLarge {
        /// The path as given.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// The operating system said no.
    #[error("cannot {action} {}", shown(.path))]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
}

impl Error {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// What to type next: how to mend it, or how to see what is wrong.
    pub(crate) fn next(&self) -> String {
        match self {
            Self::TooOpen { path, .. } => format!("chmod 600 {}", quoted(path)),
            Self::DirectoryTooOpen { path, .. } => format!("chmod 700 {}", quoted(path)),
            Self::Symlink { path }
            | Self::NotAFile { path }
            | Self::ForeignOwner { path, .. }
            | Self::TooLarge { path, .. }
            | Self::Io { path, .. } => look_at(path),
        }
    }
}

/// The command that shows why a file cannot be read: its mode and its owner, or what is there in its place.
pub(crate) fn look_at(path: &Path) -> String {
    if path.symlink_metadata().is_ok() {
        return format!("ls -ld {}", quoted(path));
    }
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => format!("ls {}", quoted(parent)),
        None => "ls".to_owned(),
    }
}

/// The path as it may be shown on a terminal.
pub(crate) fn shown(path: &Path) -> String {
    text::safe(&path.display().to_string()).into_owned()
}

/// The path as one word of a shell command.
fn quoted(path: &Path) -> String {
    text::shell_word(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_command_that_mends_it_or_shows_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("a file");
        std::fs::write(&there, "").unwrap();
        let (shown, parent) = (there.display().to_string(), folder.path().display().to_string());
        for (error, next) in [
            (Error::TooOpen { path: there.clone(), mode: 0o644 }, format!("chmod 600 '{shown}'")),
            (Error::DirectoryTooOpen { path: folder.path().to_owned(), mode: 0o777 }, format!("chmod 700 {parent}")),
            (Error::ForeignOwner { path: there.clone(), owner: 0 }, format!("ls -ld '{shown}'")),
            (Error::NotAFile { path: "/dev/null".into() }, "ls -ld /dev/null".to_owned()),
            (Error::io("read", &folder.path().join("gone"))(io::ErrorKind::NotFound.into()), format!("ls {parent}")),
            (Error::io("read", Path::new("gone"))(io::ErrorKind::NotFound.into()), "ls".to_owned()),
        ] {
            assert_eq!(error.next(), next, "{error}");
        }
    }
}
