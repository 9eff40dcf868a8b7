//! A pair of keys, made by `ssh-keygen` on this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::base::text::safe;
use crate::base::{child, private};

use super::super::super::context::Context;
use super::super::super::error::{CliError, Exit};
use super::super::super::input_file;
use super::KeyKind;

/// What stands behind a key that was made here.
const COMMENT: &str = "orchest";

/// `FILE.pub`.
pub(super) fn public(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Refuses a place where nothing can be.
pub(super) fn check(file: &Path) -> Result<(), CliError> {
    if file.file_name().is_none() {
        return Err(CliError::usage(format!("--key-file {} is no name of a file", file.display())));
    }
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if parent.is_dir() {
        return Ok(());
    }
    Err(CliError::usage(format!("{} is no directory", parent.display()))
        .next(format!("mkdir -m 700 {}", parent.display())))
}

/// What is there already of the two files.
pub(super) fn taken(file: &Path) -> Option<PathBuf> {
    [file.to_owned(), public(file)].into_iter().find(|path| path.symlink_metadata().is_ok())
}

/// The public key beside a private one, where both files are there and it is of that kind.
pub(super) fn pair(file: &Path, kind: KeyKind) -> Option<String> {
    let place = public(file);
    if !is_plain(file) || !is_plain(&place) {
        return None;
    }
    let text = read(&place).ok().and_then(|text| super::key::read(&text, &place.display().to_string()).ok())?;
    let start = match kind {
        KeyKind::Ed25519 => "ssh-ed25519 ",
        KeyKind::Rsa => "ssh-rsa ",
        KeyKind::Ecdsa => "ecdsa-sha2-",
    };
    text.starts_with(start).then_some(text)
}

fn is_plain(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|about| about.is_file())
}

/// Nothing is overwritten.
pub(super) fn in_the_way(file: &Path, taken: &Path) -> CliError {
    let error = CliError::usage(format!("{} is there already, and is not overwritten", taken.display()));
    let next =
        format!("name another file, or give that key: orchest paas ssh-key set --key-file {}", public(file).display());
    error.next(next)
}

/// Makes both files; the private one is 0600 from its beginning. Gives the public key.
pub(super) fn make(context: &Context, file: &Path, kind: KeyKind) -> Result<String, CliError> {
    let kind = match kind {
        KeyKind::Ed25519 => "ed25519",
        KeyKind::Rsa => "rsa",
        KeyKind::Ecdsa => "ecdsa",
    };
    let output = keygen(context, file, &["-q", "-t", kind, "-N", "", "-C", COMMENT])?;
    if output.status.success() {
        return read(&public(file));
    }
    // That of a line that was cut short may have come to its end just now.
    whole(context, file).map_err(|_| {
        let said = String::from_utf8_lossy(&output.stderr);
        CliError::new(Exit::Failed, "ssh-keygen made no key").cause(safe(said.trim()).into_owned())
    })
}

/// The public key of a pair that a line of ours was making when it was cut short. What is missing of its public half is made
/// up for, but not in a dry run; the private half is only looked at, by `ssh-keygen`, and stays as it is whatever comes of that.
pub(super) fn whole(context: &Context, file: &Path) -> Result<String, CliError> {
    let refused = |why: &str| in_the_way(file, file).cause(why);
    if !is_plain(file) {
        return Err(refused("there is a public key without its private one"));
    }
    let output = keygen(context, file, &["-y", "-P", ""])?;
    let derived = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    // Older programs leave the comment out there.
    let is_ours = derived.split_whitespace().nth(2).is_none_or(|comment| comment == COMMENT);
    if !output.status.success() || !is_ours {
        return Err(refused(
            "a line that was cut short has begun to make keys there, but what is there is none of those",
        ));
    }
    let place = public(file);
    let missing = if context.dry_run() {
        place.symlink_metadata().is_err()
    } else {
        private::create_new(&place, format!("{derived}\n").as_bytes()).map_err(|error| CliError::of_file(&error))?
    };
    if missing {
        return Ok(derived);
    }
    let kept = read(&place)?;
    if is_plain(&place) && super::key::same(&kept, &derived) {
        return Ok(kept);
    }
    Err(refused(&format!("{} is not the other half of it", place.display())))
}

fn keygen(context: &Context, file: &Path, arguments: &[&str]) -> Result<Output, CliError> {
    // A name that begins with a dash is no flag.
    let place = if file.is_absolute() { file.to_owned() } else { Path::new(".").join(file) };
    let mut command = Command::new("ssh-keygen");
    child::furnish(&mut command, &context.inputs.env, &[]);
    command.args(arguments).arg("-f").arg(&place).stdin(Stdio::null());
    command.output().map_err(|error| {
        CliError::new(Exit::Failed, format!("cannot start ssh-keygen: {error}"))
            .next("install OpenSSH's client, or give a key that you have: orchest paas ssh-key set --key-file FILE.pub")
    })
}

fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path)
        .map_err(|error| CliError { exit: Exit::Failed, ..input_file::unreadable(path, &error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("key");
        assert!(check(&file).is_ok() && taken(&file).is_none());
        std::fs::write(public(&file), "x").unwrap();
        let error = in_the_way(&file, &taken(&file).unwrap());
        assert!(error.message.contains("key.pub is there already") && error.exit == Exit::Usage, "{error:?}");
        assert!(check(&home.path().join("no/key")).unwrap_err().message.ends_with("no is no directory"));
        assert_eq!(check(Path::new("..")).unwrap_err().exit.code(), 2);
    }
}
