//! The tree of commands: all of it, and the one branch of it that a line is about.

use std::sync::OnceLock;

use clap::{Args as _, Command, CommandFactory as _};

use super::Cli;
use super::args::GlobalArgs;
use super::commands::walk;

/// All commands as they are declared.
pub(super) fn whole() -> &'static Command {
    static WHOLE: OnceLock<Command> = OnceLock::new();
    WHOLE.get_or_init(Cli::command)
}

/// Of all commands the one that these words name, with the flags of the program; `None` where they name none that does
/// anything. It reads a right line as the whole tree does, and in a fraction of the time, since the parser hands every flag
/// of the program on to every command beside it. What is wrong with a line is for the whole tree to tell.
pub(super) fn branch(words: &[String]) -> Option<Command> {
    let (path, command) = walk(whole(), words.iter().map(String::as_str));
    let (_, names) = path.split_last()?;
    let mut nouns = Vec::new();
    for name in names {
        nouns.push(nouns.last().copied().unwrap_or(whole()).find_subcommand(name)?);
    }
    // Of a command with commands and words of its own, a word could be taken for the wrong one where not all are there.
    if command.has_subcommands() || nouns.iter().any(|noun| noun.get_arguments().next().is_some()) {
        return None;
    }
    let around = |branch, noun: &&Command| {
        let names: Vec<String> = noun.get_all_aliases().map(str::to_owned).collect();
        Command::new(noun.get_name().to_owned()).aliases(names).subcommand(branch)
    };
    let branch = nouns.iter().rev().fold(command.clone(), around);
    // As of the root of the whole, its `help` is a command of ours.
    let root = Command::new("orchest").disable_help_subcommand(true).subcommand(branch);
    Some(GlobalArgs::augment_args(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_branch_reads_a_line_as_the_whole_tree_does() {
        for line in [
            "service create smartcity --admin-user adm1 -v",
            "--context user -v users ls -s smart",
            "-s user user list -o json",
            "group member add ops ann bob --jobs 2",
            "domain rm x --yes",
            "check octocat -c github",
            "api keystone GET /v3/users",
            "help service create",
        ] {
            let typed = words(line);
            let arguments = || std::iter::once("orchest".to_owned()).chain(typed.clone());
            let by_branch = Cli::of(&mut branch(&typed).unwrap().try_get_matches_from(arguments()).unwrap()).unwrap();
            let by_all = Cli::of(&mut whole().clone().try_get_matches_from(arguments()).unwrap()).unwrap();
            assert_eq!(format!("{by_branch:?}"), format!("{by_all:?}"), "{line}");
        }
        for nothing in ["", "service", "-v", "frobnicate list", "group member", "--version", "legacy orchent deplist"] {
            assert!(branch(&words(nothing)).is_none(), "{nothing}");
        }
    }
}
