//! Which command a line is, without its names and flags: `service create`.

use clap::{Arg, Command};

use super::words;

/// The commands of this program.
pub(crate) struct Commands {
    root: Command,
}

impl Commands {
    pub(crate) fn new(root: Command) -> Self {
        Self { root }
    }

    /// Noun and verb of a line as it was typed, by their own names; `None` where it begins with no noun of today.
    pub(crate) fn of(&self, line: &str) -> Option<String> {
        // One that was noted by an older program may come apart in no other way.
        let words = words::split(line).unwrap_or_else(|_| line.split_whitespace().map(str::to_owned).collect());
        let (found, _) = walk(&self.root, words.iter().map(String::as_str));
        (!found.is_empty()).then(|| found.join(" "))
    }

    /// A choice as people type it, `service create` or only `service`; `None` where a word of it is no command.
    pub(crate) fn choice(&self, text: &str) -> Option<String> {
        let (found, _) = walk(&self.root, text.split_whitespace());
        (!found.is_empty() && found.len() == text.split_whitespace().count()).then(|| found.join(" "))
    }
}

/// The commands that are named at the beginning of a line, over flags and their values, and the last of them. Whether a flag takes
/// a value is told by the tree as it is declared: to build it takes longer than all that is asked of it.
pub(crate) fn walk<'tree, 'word>(
    root: &'tree Command,
    mut words: impl Iterator<Item = &'word str>,
) -> (Vec<&'tree str>, &'tree Command) {
    let (mut found, mut command) = (Vec::new(), root);
    while let Some(word) = words.next() {
        if word.starts_with('-') {
            if takes_next(&[command, root], word) {
                words.next();
            }
            continue;
        }
        let Some(next) = command.find_subcommand(word) else { break };
        found.push(next.get_name());
        command = next;
    }
    (found, command)
}

/// Whether the word after this flag of one of these commands is its value.
pub(crate) fn takes_next(commands: &[&Command], flag: &str) -> bool {
    let takes = |argument: &&Arg| {
        // Without a number it is one.
        argument.get_action().takes_values() && argument.get_num_args().is_none_or(|values| values.min_values() > 0)
    };
    let arguments = || commands.iter().flat_map(|command| command.get_arguments());
    match flag.strip_prefix("--") {
        Some(long) if long.contains('=') => false,
        Some(long) => arguments()
            .find(|argument| argument.get_long_and_visible_aliases().is_some_and(|names| names.contains(&long)))
            .is_some_and(|argument| takes(&argument)),
        None => {
            // In `-vs smart` only the last one can have a value that is a word of its own.
            let mut letters = flag.chars().skip(1);
            let with_value =
                |letter: &char| arguments().any(|argument| argument.get_short() == Some(*letter) && takes(&argument));
            letters.find(with_value).is_some() && letters.next().is_none()
        }
    }
}

/// Whether a command is the chosen one or belongs to the chosen noun.
pub(crate) fn belongs(command: &str, choice: &str) -> bool {
    command.strip_prefix(choice).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn a_line_is_known_by_noun_and_verb() {
        let commands = Commands::new(Cli::command());
        for (line, command) in [
            ("service create smartcity --admin-user adm1", Some("service create")),
            ("domain rm x --yes", Some("service delete")),
            ("--context user -v users ls -s smart", Some("user list")),
            ("user --retries 1 list", Some("user list")),
            ("user --retries=1 list", Some("user list")),
            ("group member add ops ann", Some("group member add")),
            ("user", Some("user")),
            ("-s 'my service list x' user list", Some("user list")),
            ("--service='smart city' users ls", Some("user list")),
            ("user create it's", Some("user create")),
            ("frobnicate service create", None),
            ("", None),
        ] {
            assert_eq!(commands.of(line).as_deref(), command, "{line}");
        }
    }

    #[test]
    fn a_choice_is_a_command_and_nothing_else() {
        let commands = Commands::new(Cli::command());
        assert_eq!(commands.choice(" services  create ").as_deref(), Some("service create"));
        assert_eq!(commands.choice("group member").as_deref(), Some("group member"));
        for wrong in ["", "serviceman", "service creat", "service create x", "--yes"] {
            assert_eq!(commands.choice(wrong), None, "{wrong}");
        }
        assert!(belongs("service create", "service") && belongs("service create", "service create"));
        assert!(!belongs("service create", "service c") && !belongs("services", "service"));
    }
}
