//! Policies out of files, checked before anything is sent.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::api::keypass::lint::{Finding, Severity, lint};
use crate::api::keypass::{Policy, templates, write};

use super::super::context::Context;
use super::super::error::CliError;
use super::super::input_file;
use super::nearest;

/// So many MiB are enough to say how large a policy is that is too large.
const LARGEST: u64 = 64;
/// How many errors are named at once.
const SHOWN: usize = 10;

/// A text, and what to call it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
}

/// A policy that Keypass can work with, and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) policy: Policy,
}

/// One file, or standard input for `-`.
pub(super) fn read(context: &Context, path: &Path) -> Result<Source> {
    let name = input_file::named(path);
    if path == Path::new("-") {
        context.take_stdin()?;
    }
    let bytes = input_file::take(path, "a policy", LARGEST)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { name, text }),
        Err(_) => {
            Err(CliError::usage(format!("{name} is not UTF-8 text, so it is no policy; nothing was sent")).into())
        }
    }
}

/// Files, and for a directory what ends in `.xml` in it.
pub(super) fn read_all(context: &Context, paths: &[PathBuf]) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for path in paths {
        if path.is_dir() {
            for file in entries(path, |path| path.is_file() && has_xml(path))? {
                sources.push(read(context, &file)?);
            }
        } else {
            sources.push(read(context, path)?);
        }
    }
    Ok(sources)
}

fn has_xml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"))
}

/// What is in a directory, by name; what begins with a dot is not looked at.
pub(super) fn entries(directory: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let unreadable = |error| input_file::unreadable(directory, &error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && wanted(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A default policy by its name.
pub(super) fn template(name: &str) -> Result<Source> {
    match templates::find(name) {
        Some(template) => Ok(Source { name: format!("template {name}"), text: write::template(&template) }),
        None => {
            let names: Vec<String> = templates::all().into_iter().map(|template| template.name).collect();
            let error = CliError::usage(format!("there is no template '{}'", crate::base::text::safe(name)));
            let near = nearest(name, names.iter().map(String::as_str));
            let error = near.into_iter().fold(error, |error, near| error.cause(format!("did you mean '{near}'?")));
            Err(error.next("orchest policy templates").into())
        }
    }
}

/// Lints all of them. Errors end the command before anything is sent; warnings are said.
pub(super) fn check(context: &Context, sources: Vec<Source>) -> Result<Vec<Checked>> {
    let mut checked = Vec::new();
    let mut wrong: Vec<String> = Vec::new();
    for source in sources {
        let findings = lint(&source.text);
        let (errors, others): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| finding.severity == Severity::Error);
        wrong.extend(errors.iter().map(|finding| line(&source.name, finding)));
        for finding in others.iter().filter(|finding| finding.severity == Severity::Warning) {
            context.printer.warn(&line(&source.name, finding));
        }
        if errors.is_empty()
            && let Ok(policy) = Policy::read(&source.text)
        {
            checked.push(Checked { name: source.name, policy });
        }
    }
    if wrong.is_empty() {
        return Ok(checked);
    }
    let message = "this is no policy that Keypass can work with; nothing was sent";
    let more = wrong.len().saturating_sub(SHOWN);
    let error = wrong.into_iter().take(SHOWN).fold(CliError::usage(message), CliError::cause);
    Err(if more == 0 { error } else { error.cause(format!("and {more} more")) }.into())
}

/// `customer.xml:17: …`, as compilers say it.
pub(super) fn line(name: &str, finding: &Finding) -> String {
    match finding.line {
        Some(line) => format!("{name}:{line}: {}", finding.text),
        None => format!("{name}: {}", finding.text),
    }
}
