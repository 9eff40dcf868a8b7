//! A password in a file of one's own, and a file made for a new password.

use std::path::Path;

use super::Error;
use crate::base::Secret;
use crate::base::private::{self, shown};

/// Far above any password, far below what would hurt.
pub(super) const LARGEST: u64 = 64 * 1024;

/// The first line of a file that only its owner may read.
pub(crate) fn read(path: &Path) -> Result<Secret, Error> {
    present(path)?.ok_or_else(|| Error::MissingFile { path: path.to_owned() })
}

/// The password of a `--password-out` file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PasswordOut {
    /// It was made now and is in the file.
    Written(Secret),
    /// The file was there, from an earlier and perhaps interrupted run; its password is used again.
    Reused(Secret),
}

impl PasswordOut {
    /// The password either way.
    pub(crate) fn secret(&self) -> &Secret {
        match self {
            Self::Written(secret) | Self::Reused(secret) => secret,
        }
    }
}

/// Writes a new password into the file *before* anybody is created with it, so that no interruption leaves a user whose
/// password nobody knows. A file that is there already is read instead, never overwritten.
pub(crate) fn password_out(path: &Path, make: impl FnOnce() -> Result<Secret, Error>) -> Result<PasswordOut, Error> {
    if let Some(secret) = present(path)? {
        return Ok(PasswordOut::Reused(secret));
    }
    let secret = make()?;
    if private::create_new(path, format!("{}\n", secret.expose()).as_bytes())? {
        return Ok(PasswordOut::Written(secret));
    }
    // Somebody made it in between: then theirs counts.
    read(path).map(PasswordOut::Reused)
}

fn present(path: &Path) -> Result<Option<Secret>, Error> {
    let Some(bytes) = private::read(path, LARGEST)? else { return Ok(None) };
    first_line(&bytes, || format!("password file {}", shown(path))).map(Some)
}

/// What stands before the first line feed, without the carriage return some editors put there.
pub(super) fn first_line(bytes: &[u8], origin: impl Fn() -> String) -> Result<Secret, Error> {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| Error::NotText { origin: origin() })?;
    if text.is_empty() { Err(Error::Empty { origin: origin() }) } else { Ok(Secret::new(text)) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn only_the_first_line_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p");
        for (content, expected) in
            [("one", "one"), ("one\n", "one"), ("one\r\ntwo\n", "one"), (" canary ö \n", " canary ö ")]
        {
            private::write(&path, content.as_bytes()).unwrap();
            assert_eq!(read(&path).unwrap().expose(), expected, "{content:?}");
        }
        for empty in ["", "\n", "\r\nsecond"] {
            private::write(&path, empty.as_bytes()).unwrap();
            assert!(matches!(read(&path), Err(Error::Empty { .. })), "{empty:?}");
        }
        private::write(&path, b"\xff\xfe").unwrap();
        assert!(matches!(read(&path), Err(Error::NotText { .. })));
        private::write(&path, &vec![b'x'; 65 * 1024]).unwrap();
        assert!(matches!(read(&path), Err(Error::File(private::Error::TooLarge { .. }))));
    }

    #[test]
    fn links_wide_modes_and_absence_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p");
        assert!(matches!(read(&path), Err(Error::MissingFile { .. })));
        private::write(&path, b"one").unwrap();
        let link = dir.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(matches!(read(&link), Err(Error::File(private::Error::Symlink { .. }))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("run: chmod 600 /"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert_eq!(read(&path).unwrap().expose(), "one");
    }

    #[test]
    fn a_password_out_file_is_written_once_and_used_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new");
        let first = password_out(&path, || Ok(Secret::new("first-made"))).unwrap();
        assert_eq!(first, PasswordOut::Written(Secret::new("first-made")));
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"first-made\n");
        let again = password_out(&path, || panic!("not to be made again")).unwrap();
        assert_eq!(again, PasswordOut::Reused(Secret::new("first-made")));
    }

    #[test]
    fn a_planted_password_out_file_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new");
        fs::write(&path, "planted").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(password_out(&path, || panic!("not to be made")).is_err());
        let link = dir.path().join("link");
        symlink(dir.path().join("elsewhere"), &link).unwrap();
        assert!(password_out(&link, || panic!("not to be made")).is_err());
        assert!(!dir.path().join("elsewhere").exists());
    }

    #[test]
    fn whoever_comes_second_takes_the_password_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new");
        let racing = password_out(&path, || {
            private::create_new(&path, b"canary-theirs\n").unwrap();
            Ok(Secret::new("ours-lost"))
        });
        assert_eq!(racing.unwrap().secret().expose(), "canary-theirs");
    }
}
