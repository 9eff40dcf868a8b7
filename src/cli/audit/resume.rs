//! `orchest audit resume`: from a run in the log to its line, and to where that was typed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::base::RunId;
use crate::base::text::{safe, shell_word};
use crate::config::Inputs;
use crate::state::{Outcome, Summary};

use super::super::context::Context;
use super::super::context::common::Expected;
use super::super::error::{CliError, Exit};
use super::super::legacy::Outside;
use super::super::words;

/// What is to be typed again, and where.
#[derive(Debug)]
pub(crate) struct Again {
    pub(crate) run: RunId,
    /// With the flags that were typed beside the run.
    pub(crate) words: Vec<String>,
    /// The same as a line.
    pub(crate) command: String,
    /// Whether it never ended, so that its end has to be noted.
    pub(crate) is_open: bool,
    directory: PathBuf,
    /// The servers and the service that it was about; empty where none were noted.
    about: BTreeMap<String, String>,
}

/// The line to run; `None`: there is nothing to do, which was said. `moves`: the process may go to where it was typed.
pub(crate) fn plan(context: &Context, run: &str, outside: &Outside, moves: bool) -> Result<Option<Again>> {
    let summary = super::find(&super::log_of(context)?, run)?.summary;
    let id = &summary.run;
    match summary.outcome {
        Outcome::Ended(0) => {
            context.printer.note(&format!("run {id} succeeded; there is nothing left to do"));
            return Ok(None);
        }
        Outcome::Settled => {
            context
                .printer
                .note(&format!("run {id} was finished or undone by a later one; there is nothing left to do"));
            return Ok(None);
        }
        Outcome::Running => return Err(still_going(&summary).into()),
        Outcome::Unfinished | Outcome::Ended(_) => {}
    }
    let again = line(&summary, outside, &context.inputs.cwd)?;
    refuse_lost_input(context, &again)?;
    go_to(&again, &context.inputs.cwd, moves)?;
    let there = shell_word(&again.directory.display().to_string());
    let at = if again.directory == context.inputs.cwd { String::new() } else { format!(" in {there}") };
    context.printer.note(&format!("run {id} again{at}: orchest {}", safe(&again.command)));
    Ok(Some(again))
}

fn still_going(summary: &Summary) -> CliError {
    let who = summary.process.as_ref().map(|process| format!(": pid {} on {}", process.pid, safe(&process.host)));
    CliError::new(Exit::Temporary, format!("run {} is still going{}", summary.run, who.unwrap_or_default()))
        .next("wait for it; it tells how it went where it was started")
}

/// The whole line, if the log has it.
fn line(summary: &Summary, outside: &Outside, here: &Path) -> Result<Again, CliError> {
    let by_hand = |why: &str| {
        let message = format!("the line of run {} cannot be typed again from here: {why}", summary.run);
        // A line that was cut must not be typed: it would be about less, or about something else.
        let is_cut = summary.command.ends_with('…');
        CliError::usage(message).next(if is_cut {
            format!("type it yourself; of the line its beginning is kept: orchest audit show {}", summary.run)
        } else {
            format!("type it yourself: orchest {}", safe(&summary.command))
        })
    };
    let Some(directory) = &summary.directory else {
        return Err(by_hand("it held a secret, or was too long to be kept whole, or an older orchest noted it"));
    };
    let own = words::split(&summary.command).map_err(|reason| by_hand(&reason))?;
    let words = [outside.words_from(here), own].concat();
    Ok(Again {
        run: summary.run.clone(),
        command: words::joined(&words),
        words,
        is_open: summary.outcome == Outcome::Unfinished,
        directory: PathBuf::from(directory),
        about: about(summary),
    })
}

/// What it was about. An older orchest noted the Keystone alone.
fn about(summary: &Summary) -> BTreeMap<String, String> {
    let keystone = url::Url::parse(&summary.target).ok().filter(|target| target.scheme().starts_with("http"));
    let older = keystone.map(|target| ("keystone".to_owned(), target.as_str().trim_end_matches('/').to_owned()));
    if summary.about.is_empty() { older.into_iter().collect() } else { summary.about.clone() }
}

/// What was read from standard input then is not there any more.
fn refuse_lost_input(context: &Context, again: &Again) -> Result<(), CliError> {
    if !words::read_stdin(&again.words) || !context.around.terminals.stdin {
        return Ok(());
    }
    let message = format!("run {} read something from standard input, which is not kept", again.run);
    Err(CliError::usage(message).next(format!("orchest audit resume {} < FILE", again.run)))
}

/// Paths in the line, and settings beside it, are those of the directory in which it was typed.
fn go_to(again: &Again, here: &Path, moves: bool) -> Result<(), CliError> {
    if again.directory == here {
        return Ok(());
    }
    let there = again.directory.display().to_string();
    let gone = |reason: String| {
        let message = format!("run {} was typed in {}, where this one cannot be: {reason}", again.run, safe(&there));
        CliError::usage(message)
            .next(format!("go to where its files are now, and type: orchest {}", safe(&again.command)))
    };
    if !moves {
        return Err(gone("it is a part of another program".to_owned()));
    }
    std::env::set_current_dir(&again.directory).map_err(|error| gone(error.to_string()))
}

impl Again {
    /// What it finds around it.
    pub(crate) fn inputs(&self, here: &Inputs) -> Inputs {
        Inputs { cwd: self.directory.clone(), ..here.clone() }
    }

    /// The settings of now may lead to another server than those of then: which one it was.
    pub(crate) fn was_about(&self) -> Option<Expected> {
        (!self.about.is_empty()).then(|| Expected { run: self.run.clone(), about: self.about.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside(line: &str) -> Outside {
        let words: Vec<std::ffi::OsString> = line.split(' ').map(Into::into).collect();
        Outside::beside(&words).unwrap()
    }

    fn summary(command: &str, directory: Option<&str>) -> Summary {
        let mut summary = Summary::for_tests(command);
        summary.directory = directory.map(str::to_owned);
        summary
    }

    #[test]
    fn a_line_is_kept_whole_or_shown() {
        let plain = outside("orchest audit resume 01 -v --dry-run");
        let again =
            line(&summary("user create 'a b' --description ''", Some("/w")), &plain, Path::new("/here")).unwrap();
        let mut words = again.words.clone();
        words.sort_unstable();
        assert_eq!(words, ["", "--description", "--dry-run", "--verbose", "a b", "create", "user"]);
        for (command, directory) in [("user create ***", None), ("user create 'a", Some("/w"))] {
            let error = line(&summary(command, directory), &plain, Path::new("/here")).unwrap_err();
            assert_eq!(error.exit, Exit::Usage);
            assert!(error.next.unwrap().ends_with(command));
        }
    }
}
