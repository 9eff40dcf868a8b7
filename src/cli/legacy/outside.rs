//! Global flags that stand beside an old line: they are passed on, and what they say is not said again.

use std::ffi::OsString;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory as _, ValueHint};

use super::super::Cli;
use super::super::error::CliError;
use super::super::tree;

/// The flags that were typed.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    names: Vec<String>,
    /// Those of them whose values are files.
    files: Vec<String>,
    /// As words that can be typed again.
    pub(crate) words: Vec<String>,
}

/// Flags that say where the password is, which the old line says already.
const PASSWORDS: [&str; 3] = ["password-stdin", "password-file", "password-command"];

impl Outside {
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        Self::among(tree::whole(), matches)
    }

    /// The same for whoever has the tree of commands already.
    pub(crate) fn among(command: &Command, matches: &ArgMatches) -> Self {
        let mut outside = Self::default();
        for argument in command.get_arguments().filter(|argument| argument.is_global_set()) {
            let typed = matches.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine);
            if let (true, Some(long)) = (typed, argument.get_long()) {
                outside.names.push(long.to_owned());
                if matches!(argument.get_value_hint(), ValueHint::FilePath | ValueHint::AnyPath) {
                    outside.files.push(long.to_owned());
                }
                outside.words.extend(words(argument, long, matches));
            }
        }
        outside
    }

    /// Those of a whole command line.
    pub(crate) fn beside(arguments: &[OsString]) -> Result<Self, clap::Error> {
        Ok(Self::of(&Cli::command().try_get_matches_from(arguments)?))
    }

    /// Their long names without dashes.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The words of those that are not among these.
    pub(crate) fn words_but(&self, names: &[&str]) -> Vec<String> {
        let is_one = |word: &String| {
            let name = word.trim_start_matches("--").split('=').next().unwrap_or_default();
            names.contains(&name)
        };
        self.words.iter().filter(|word| !is_one(word)).cloned().collect()
    }

    /// The words for somebody who is elsewhere: files that were named from here are.
    pub(crate) fn words_from(&self, here: &Path) -> Vec<String> {
        let absolute = |word: &String| {
            let (name, value) = word.strip_prefix("--")?.split_once('=')?;
            let is_file = self.files.iter().any(|file| file == name) && value != "-";
            is_file.then(|| format!("--{name}={}", here.join(value).display()))
        };
        self.words.iter().map(|word| absolute(word).unwrap_or_else(|| word.clone())).collect()
    }

    /// Whether this flag was typed, by its long name without dashes.
    pub(crate) fn has(&self, long: &str) -> bool {
        self.names.iter().any(|name| name == long)
    }

    pub(super) fn refuse_second_password(&self) -> Result<(), CliError> {
        match PASSWORDS.into_iter().find(|name| self.has(name)) {
            Some(name) => Err(CliError::usage(format!(
                "the line says where the password is in its old place; leave --{name} out"
            ))),
            None => Ok(()),
        }
    }
}

fn words(argument: &Arg, long: &str, matches: &ArgMatches) -> Vec<String> {
    let id = argument.get_id().as_str();
    if argument.get_action().takes_values() {
        let values = matches.get_raw(id).into_iter().flatten();
        return values.map(|value| format!("--{long}={}", value.to_string_lossy())).collect();
    }
    let times = match argument.get_action() {
        clap::ArgAction::Count => matches.get_count(id),
        _ => 1,
    };
    (0..times).map(|_| format!("--{long}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_before_and_after_come_out_as_they_went_in() {
        let line = "orchest -o json -s city legacy printServices -vv a --dry-run --sort-by=-name,id b --filter x=1";
        let outside = Outside::of(&Cli::command().get_matches_from(line.split(' ')));
        let mut words = outside.words.clone();
        words.sort_unstable();
        assert_eq!(
            words,
            [
                "--dry-run",
                "--filter=x=1",
                "--output=json",
                "--service=city",
                "--sort-by=-name",
                "--sort-by=id",
                "--verbose",
                "--verbose"
            ]
        );
        let files = "orchest legacy x --password-file pw --trace=/tmp/t --failed-to - --config a/b";
        let mut words = Outside::of(&Cli::command().get_matches_from(files.split(' '))).words_from(Path::new("/here"));
        words.sort_unstable();
        let expected = ["--config=/here/a/b", "--failed-to=-", "--password-file=/here/pw", "--trace=/tmp/t"];
        assert_eq!(words, expected);
        assert!(outside.has("output") && !outside.has("quiet"));
        assert!(outside.refuse_second_password().is_ok());
        let two = "orchest legacy printServices a --password-stdin";
        let outside = Outside::of(&Cli::command().get_matches_from(two.split(' ')));
        assert!(outside.refuse_second_password().is_err());
    }
}
