//! The tree of commands as its help shows it: examples on lines of eighty columns, and exit codes.

use clap::error::ErrorKind;
use clap::{Arg, Command, CommandFactory as _};

use super::super::Cli;
use super::exits;
use super::page::{Page, Told};
use crate::output::fold::{self, WIDTH};

/// Whether these words ask for help. Only then the tree has to be dressed, which takes as long as building it.
pub(crate) fn is_asked(words: &[String]) -> bool {
    let mut flags = words.iter().take_while(|word| *word != "--");
    flags.any(|word| word == "--help" || (word.starts_with('-') && !word.starts_with("--") && word.contains('h')))
}

/// The tree, as far as these words, in which one command may be named, can lead: there are two hundred commands, and one help is
/// asked for.
pub(crate) fn tree(words: &[String]) -> Command {
    let root = Cli::command();
    let global: Vec<Arg> = root.get_arguments().filter(|argument| argument.is_global_set()).cloned().collect();
    dress(root, &[], words, &global)
}

/// What `orchest WORDS --help` prints, and without words `orchest -h`; `None` where they lead to no command.
pub(crate) fn help(words: &[String]) -> Option<String> {
    let flag = if words.is_empty() { "-h" } else { "--help" };
    let typed = std::iter::once("orchest").chain(words.iter().map(String::as_str)).chain([flag]);
    let error = tree(words).try_get_matches_from_mut(typed).err()?;
    (error.kind() == ErrorKind::DisplayHelp).then(|| error.render().to_string())
}

fn dress(command: Command, path: &[String], asked: &[String], global: &[Arg]) -> Command {
    let told = Told::by(&command);
    let is_meant = |sub: &Command| {
        std::iter::once(sub.get_name()).chain(sub.get_all_aliases()).any(|name| asked.iter().any(|word| word == name))
    };
    let meant: Vec<String> =
        command.get_subcommands().filter(|sub| is_meant(sub)).map(|sub| sub.get_name().to_owned()).collect();
    if !command.has_subcommands() {
        return verb(command, path, told, global);
    }
    let text = below(&told);
    let mut command = if text.is_empty() { command } else { command.after_help(text) };
    for name in meant {
        let path: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
        command = command.mut_subcommand(name, |sub| dress(sub, &path, asked, global));
    }
    command
}

/// What does something also says how it ends, and may have a long usage line.
fn verb(command: Command, path: &[String], told: Told, global: &[Arg]) -> Command {
    let own = |argument: &&Arg| !command.get_arguments().any(|own| own.get_id() == argument.get_id());
    let mut built = command.clone().args(global.iter().filter(own)).bin_name(format!("orchest {}", path.join(" ")));
    // Only then its flags know how many values they take.
    built.build();
    let page = Page { words: path.to_vec(), command: built, told };
    let mut text = below(&page.told);
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    let command = command.after_help(text + &exits::line(&page));
    let usage = page.usage();
    if usage.chars().count() + LABEL.len() <= WIDTH {
        return command;
    }
    command.override_usage(fold::text(&usage, WIDTH - LABEL.len()).replace('\n', "\n       "))
}

/// What stands before a usage line; clap does not break these.
const LABEL: &str = "Usage: ";

/// What stands below the flags.
fn below(told: &Told) -> String {
    let mut parts = Vec::new();
    if !told.examples.is_empty() {
        let examples: Vec<String> = told.examples.iter().map(|line| fold::example(line, WIDTH)).collect();
        parts.push(format!("Examples:\n{}", examples.join("\n")));
    }
    if !told.notes.is_empty() {
        parts.push(fold::text(&told.notes, WIDTH));
    }
    parts.join("\n\n")
}
