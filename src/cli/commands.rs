//! Which command a line is, without its names and flags: `service create`.

use clap::Command;

use super::nearest::takes_next;

/// The commands of this program.
pub(crate) struct Commands {
    root: Command,
}

impl Commands {
    pub(crate) fn new(mut root: Command) -> Self {
        // Only then the global flags are known to every noun.
        root.build();
        Self { root }
    }

    /// Noun and verb of a line as it was typed, by their own names; `None` where it begins with no noun of today.
    pub(crate) fn of(&self, line: &str) -> Option<String> {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        let (found, _) = self.walk(&words);
        (!found.is_empty()).then(|| found.join(" "))
    }

    /// A choice as people type it, `service create` or only `service`; `None` where a word of it is no command.
    pub(crate) fn choice(&self, text: &str) -> Option<String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (found, rest) = self.walk(&words);
        (!found.is_empty() && rest == 0).then(|| found.join(" "))
    }

    /// The commands at the beginning, over flags and their values, and how many words are left.
    fn walk(&self, words: &[&str]) -> (Vec<String>, usize) {
        let mut command = &self.root;
        let mut found = Vec::new();
        let mut rest = words.iter();
        loop {
            let left = rest.len();
            let Some(word) = rest.next() else { return (found, left) };
            if word.starts_with('-') {
                if takes_next(command, word) {
                    rest.next();
                }
                continue;
            }
            let Some(next) = command.find_subcommand(word) else { return (found, left) };
            found.push(next.get_name().to_owned());
            command = next;
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
