//! Which files are looked at, in which order, and how they are read.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::inputs::Inputs;

/// Nobody writes a megabyte of settings; a file of that size is something else, or meant to exhaust us.
pub(super) const LARGEST: u64 = 1 << 20;

/// A place where settings are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The file.
    pub(crate) path: PathBuf,
    /// Whether it is there.
    pub(crate) exists: bool,
    /// Why it is looked at, for people.
    pub(crate) why: &'static str,
    /// The option or variable that names it, if one does: then it has to exist.
    pub(crate) asked_by: Option<&'static str>,
    /// Whether it merely lies in the working directory.
    pub(crate) is_project: bool,
}

/// The places for settings, the one that wins first.
pub(crate) fn paths(inputs: &Inputs) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut add = |path: PathBuf, why, asked_by, is_project| {
        let same = |other: &Candidate| is_same(&other.path, &path);
        if !found.iter().any(same) {
            found.push(Candidate { exists: path.exists(), path, why, asked_by, is_project });
        }
    };
    if let Some((path, asked_by)) = named(inputs)
        && !is_json(&path)
    {
        add(path, "named", Some(asked_by), false);
    }
    let at_home = inputs.home.as_ref().is_some_and(|home| is_same(home, &inputs.cwd));
    if let (false, Some(project)) = (at_home, inputs.project()) {
        add(project.join(".orchester.toml"), "working directory", None, true);
    }
    if let Some(home) = &inputs.home {
        add(home.join(".orchester.toml"), "home directory", None, false);
    }
    if let Some(directory) = inputs.config_dir() {
        add(directory.join("config.toml"), "XDG configuration directory", None, false);
    }
    found
}

/// The file somebody named, and who did.
pub(super) fn named(inputs: &Inputs) -> Option<(PathBuf, &'static str)> {
    if let Some(path) = &inputs.config_file {
        return Some((inputs.resolve(&inputs.cwd, &path.to_string_lossy()), "--config"));
    }
    let text = inputs.variable("ORCHESTER_CONFIG_PATH")?;
    Some((inputs.resolve(&inputs.cwd, text), "ORCHESTER_CONFIG_PATH"))
}

pub(super) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Whether two paths are one file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// What reading a place gave.
pub(super) enum Found {
    Text(String),
    Nothing,
    /// We may not even look whether it is there; the reason.
    Hidden(String),
}

/// The text of a file. Only regular files are opened: a pipe left in a working directory would make us wait for ever.
pub(super) fn read(path: &Path) -> Result<Found, Error> {
    match fs::metadata(path) {
        Ok(about) if !about.is_file() => return Err(Error::unreadable(path, &"not a regular file")),
        Ok(about) if about.len() > LARGEST => return Err(Error::unreadable(path, &"larger than 1 MiB")),
        Ok(_) => {}
        Err(error) => {
            return match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(Found::Nothing),
                ErrorKind::PermissionDenied => Ok(Found::Hidden(error.to_string())),
                _ => Err(Error::unreadable(path, &error)),
            };
        }
    }
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(|error| Error::unreadable(path, &error))?;
    String::from_utf8(bytes).map(Found::Text).map_err(|_| Error::unreadable(path, &"not UTF-8 text"))
}

/// Whether others than the owner may read the file.
#[cfg(unix)]
pub(super) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

/// Elsewhere than on Unix permissions are not ours to judge.
#[cfg(not(unix))]
pub(super) fn is_open_to_others(_path: &Path) -> bool {
    false
}
