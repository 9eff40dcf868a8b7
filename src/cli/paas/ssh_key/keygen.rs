//! A pair of keys, made by `ssh-keygen` on this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::base::text::safe;

use super::super::super::context::Context;
use super::super::super::error::{CliError, Exit};
use super::KeyKind;

/// What it needs of our environment.
const PASSED: [&str; 3] = ["PATH", "HOME", "LANG"];

/// `FILE.pub`.
pub(super) fn public(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Refuses a place where something is, or where nothing can be.
pub(super) fn check(file: &Path) -> Result<(), CliError> {
    if file.file_name().is_none() {
        return Err(CliError::usage(format!("--key-file {} is no name of a file", file.display())));
    }
    for taken in [file.to_owned(), public(file)] {
        if taken.symlink_metadata().is_ok() {
            let error = CliError::usage(format!("{} is there already, and is not overwritten", taken.display()));
            let next = format!(
                "name another file, or give that key: orchest paas ssh-key set --key-file {}",
                public(file).display()
            );
            return Err(error.next(next));
        }
    }
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if parent.is_dir() {
        return Ok(());
    }
    Err(CliError::usage(format!("{} is no directory", parent.display()))
        .next(format!("mkdir -m 700 {}", parent.display())))
}

/// Makes both files; the private one is 0600 from its beginning. Gives the public key.
pub(super) fn make(context: &Context, file: &Path, kind: KeyKind) -> Result<String, CliError> {
    let kind = match kind {
        KeyKind::Ed25519 => "ed25519",
        KeyKind::Rsa => "rsa",
        KeyKind::Ecdsa => "ecdsa",
    };
    // A name that begins with a dash is no flag.
    let place = if file.is_absolute() { file.to_owned() } else { Path::new(".").join(file) };
    let environment = PASSED.iter().filter_map(|name| Some((*name, context.inputs.variable(name)?)));
    let ended = Command::new("ssh-keygen")
        .args(["-q", "-t", kind, "-N", "", "-C", "orchest", "-f"])
        .arg(&place)
        .env_clear()
        .envs(environment)
        .stdin(Stdio::null())
        .output();
    let output = ended.map_err(|error| {
        CliError::new(Exit::Failed, format!("cannot start ssh-keygen: {error}"))
            .next("install OpenSSH's client, or give a key that you have: orchest paas ssh-key set --key-file FILE.pub")
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(CliError::new(Exit::Failed, "ssh-keygen made no key").cause(safe(said.trim()).into_owned()));
    }
    let path = public(file);
    std::fs::read_to_string(&path)
        .map_err(|error| CliError::new(Exit::Failed, format!("cannot read {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("key");
        assert!(check(&file).is_ok());
        std::fs::write(public(&file), "x").unwrap();
        assert!(check(&file).unwrap_err().message.contains("key.pub is there already"));
        assert!(check(&home.path().join("no/key")).unwrap_err().message.ends_with("no is no directory"));
        assert_eq!(check(Path::new("..")).unwrap_err().exit.code(), 2);
    }
}
