//! Who can read what is private.

use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::base::private::shown;
use crate::base::text::shell_word;
use crate::config::KEYS;

use super::super::context::Context;
use super::Finding;

/// As many files are named.
const NAMED: usize = 10;

/// No tree of ours is deeper, and none has more in it.
const DEEPEST: usize = 4;
const MOST: usize = 20_000;

/// Tokens, secrets, notes, locks and the run log.
pub(super) fn state(context: &Context) -> Vec<Finding> {
    let Some(state) = &context.state else {
        let found = Finding::warn("state", "", "there is no home directory, so no token and no run is kept");
        return vec![found.next("set HOME, or XDG_STATE_HOME")];
    };
    let root = state.root();
    if root.symlink_metadata().is_err() {
        return vec![Finding::ok("state", "", format!("nothing is kept yet in {}", shown(root)))];
    }
    let mut all = Vec::new();
    walk(root, 0, &mut all);
    let count = all.len();
    let mut findings: Vec<Finding> =
        all.iter().filter_map(|path| judged("state", path, &path.symlink_metadata().ok()?)).collect();
    if findings.is_empty() {
        return vec![Finding::ok(
            "state",
            "",
            format!("what is kept in {} is yours alone ({count} files)", shown(root)),
        )];
    }
    cut(&mut findings, root);
    findings
}

fn cut(findings: &mut Vec<Finding>, root: &Path) {
    let more = findings.len().saturating_sub(NAMED);
    findings.truncate(NAMED);
    if more > 0 {
        let found = Finding::warn("state", "", format!("and {more} more files that others could read"));
        findings.push(found.next(format!("chmod -R go= {}", shell_word(&root.display().to_string()))));
    }
}

fn walk(path: &Path, depth: usize, all: &mut Vec<PathBuf>) {
    if all.len() >= MOST {
        return;
    }
    all.push(path.to_owned());
    if depth >= DEEPEST || !path.symlink_metadata().is_ok_and(|about| about.is_dir()) {
        return;
    }
    let mut inside: Vec<PathBuf> =
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    inside.sort();
    for path in inside {
        walk(&path, depth + 1, all);
    }
}

/// Files with secrets that settings name.
pub(super) fn named(context: &Context) -> Vec<Finding> {
    let of_keys = KEYS.iter().map(|key| key.name).filter(|name| name.ends_with("_file") || *name == "http.key");
    let mut findings: Vec<Finding> = of_keys
        .filter_map(|name| {
            let path = context.settings.path(name).ok().flatten()?;
            looked_at(name, &path)
        })
        .collect();
    for connector in context.settings.connectors().unwrap_or_default() {
        let Ok(section) = context.settings.connector(&connector) else { continue };
        for key in ["token_file", "admin_token_file", "client_secret_file", "token_path"] {
            let name = format!("connector.{connector}.{key}");
            findings.extend(section.path(key).and_then(|path| looked_at(&name, &path)));
        }
    }
    findings
}

fn looked_at(name: &str, path: &Path) -> Option<Finding> {
    let refused = |why: &str| {
        let found = Finding::fail("files", "", format!("{}, which {name} names, {why}", shown(path)));
        Some(found.next("orchest config show --origin"))
    };
    // Secrets are read from files alone, and through no link.
    let of_a_secret = name.ends_with("_file");
    match path.symlink_metadata() {
        Ok(about) if of_a_secret && about.is_symlink() => refused("is a symbolic link, which is not followed"),
        Ok(about) if of_a_secret && !about.is_file() => refused("is no file"),
        _ => seen(name, path),
    }
}

fn seen(name: &str, path: &Path) -> Option<Finding> {
    match path.metadata() {
        Ok(about) => judged("files", path, &about)
            .map(|found| Finding { detail: format!("{}, which {name} names", found.detail), ..found }),
        // The login of a connector makes it.
        Err(_) if name.ends_with("token_path") => None,
        Err(error) => {
            let found = Finding::fail("files", "", format!("{}, which {name} names: {error}", shown(path)));
            Some(found.next("orchest config show --origin"))
        }
    }
}

/// What is wrong with who can read it.
fn judged(check: &'static str, path: &Path, about: &Metadata) -> Option<Finding> {
    let (mode, name) = (about.permissions().mode() & 0o7777, shown(path));
    let word = shell_word(&path.display().to_string());
    if about.uid() != rustix::process::geteuid().as_raw() {
        let found = Finding::warn(check, "", format!("{name} belongs to user id {}, not to you", about.uid()));
        return Some(found.next(format!("sudo chown $(id -u) {word}")));
    }
    let (too_open, wanted) = if about.is_dir() { (mode & 0o022 != 0, 700) } else { (mode & 0o177 != 0, 600) };
    if !too_open || about.is_symlink() {
        return None;
    }
    Some(Finding::warn(check, "", format!("{name} has mode {mode:04o}")).next(format!("chmod {wanted} {word}")))
}
