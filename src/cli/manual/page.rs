//! The commands as pages: what the doc comments say of each one, taken apart, for the help, the manual and the schema.

use clap::Command;

/// The line above the examples of a command.
const EXAMPLES: &str = "Examples:";

/// One command, the words that lead to it, and what stands below its flags.
pub(crate) struct Page {
    /// Without the program's own name; none for the program itself.
    pub(crate) words: Vec<String>,
    pub(crate) command: Command,
    pub(crate) told: Told,
}

/// What a command says below its flags.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Whole lines, as they can be typed.
    pub(crate) examples: Vec<String>,
    /// What comes behind them, as it was written.
    pub(crate) notes: String,
}

impl Told {
    pub(crate) fn by(command: &Command) -> Self {
        command.get_after_help().map(|text| Self::in_text(&text.to_string())).unwrap_or_default()
    }

    fn in_text(text: &str) -> Self {
        let Some(rest) = text.strip_prefix(EXAMPLES) else {
            return Self { notes: text.trim().to_owned(), ..Self::default() };
        };
        let (examples, notes) = rest.split_once("\n\n").unwrap_or((rest, ""));
        let examples = examples.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
        Self { examples: examples.collect(), notes: notes.trim_end().to_owned() }
    }
}

impl Page {
    /// `orchest service create`.
    pub(crate) fn title(&self, between: &str) -> String {
        std::iter::once("orchest").chain(self.words.iter().map(String::as_str)).collect::<Vec<_>>().join(between)
    }

    /// The first line of its help.
    pub(crate) fn summary(&self) -> String {
        self.command.get_about().map(ToString::to_string).unwrap_or_default()
    }

    /// Whether it does something itself.
    pub(crate) fn is_verb(&self) -> bool {
        !self.command.has_subcommands()
    }

    /// `orchest service create [OPTIONS] <NAME>`.
    pub(crate) fn usage(&self) -> String {
        let usage = self.command.clone().render_usage().to_string();
        usage.trim_start_matches("Usage:").trim().to_owned()
    }

    /// Its own arguments and flags, and of the program those that every command has.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &clap::Arg> {
        let is_root = self.words.is_empty();
        let own = move |argument: &&clap::Arg| {
            let is_own = is_root || !argument.is_global_set();
            let is_of_clap = matches!(argument.get_id().as_str(), "help" | "version");
            is_own && !is_of_clap && !argument.is_hide_set()
        };
        self.command.get_arguments().filter(own)
    }
}

/// Every command that is not hidden, from the program itself down, nouns before their verbs.
pub(crate) fn pages(mut root: Command) -> Vec<Page> {
    // Only then flags know how many values they take, and a usage line the words before it.
    root.build();
    let mut pages = Vec::new();
    collect(&root, &[], &mut pages);
    pages
}

fn collect(command: &Command, words: &[String], pages: &mut Vec<Page>) {
    pages.push(Page { words: words.to_vec(), command: command.clone(), told: Told::by(command) });
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let mut words = words.to_vec();
        words.push(sub.get_name().to_owned());
        collect(sub, &words, pages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_and_notes_are_told_apart() {
        let told = Told::in_text("Examples:\n  orchest a\n  orchest b --c\n\nFirst\n  indented\n\nSecond");
        assert_eq!(told.examples, ["orchest a", "orchest b --c"]);
        assert_eq!(told.notes, "First\n  indented\n\nSecond");
        let told = Told::in_text("Only notes\n");
        assert_eq!((told.examples.len(), told.notes.as_str()), (0, "Only notes"));
    }
}
