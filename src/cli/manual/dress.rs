//! The tree of commands as its help shows it: examples on lines of eighty columns, and exit codes.

use clap::{Command, CommandFactory as _};

use super::super::Cli;
use super::exits;
use super::fold::{self, WIDTH};
use super::page::{Page, Told};

/// Whether these words ask for help. Only then the tree has to be dressed, which takes as long as building it.
pub(crate) fn is_asked(words: &[String]) -> bool {
    let mut flags = words.iter().take_while(|word| *word != "--");
    flags.any(|word| word == "--help" || (word.starts_with('-') && !word.starts_with("--") && word.contains('h')))
}

/// The whole tree.
pub(crate) fn tree() -> Command {
    let mut built = Cli::command();
    built.build();
    dress(Cli::command(), &built, &[])
}

/// `built` is the same command, which knows how many values its flags take.
fn dress(command: Command, built: &Command, words: &[String]) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let page = Page { words: words.to_vec(), command: built.clone(), told: Told::by(&command) };
    let text = below(&page);
    let command = if text.is_empty() { command } else { command.after_help(text) };
    let usage = page.usage();
    let mut command = if usage.chars().count() + LABEL.len() > WIDTH {
        command.override_usage(fold::text(&usage, WIDTH - LABEL.len()).replace('\n', "\n       "))
    } else {
        command
    };
    for name in names {
        let Some(built) = built.find_subcommand(&name) else { continue };
        let words: Vec<String> = words.iter().cloned().chain([name.clone()]).collect();
        command = command.mut_subcommand(&name, |sub| dress(sub, built, &words));
    }
    command
}

/// What stands before a usage line; clap does not break these.
const LABEL: &str = "Usage: ";

/// What stands below the flags.
fn below(page: &Page) -> String {
    let mut parts = Vec::new();
    if !page.told.examples.is_empty() {
        let examples: Vec<String> = page.told.examples.iter().map(|line| fold::example(line, WIDTH)).collect();
        parts.push(format!("Examples:\n{}", examples.join("\n")));
    }
    if !page.told.notes.is_empty() {
        parts.push(fold::text(&page.told.notes, WIDTH));
    }
    if page.is_verb() {
        parts.push(exits::line(page));
    }
    parts.join("\n\n")
}
