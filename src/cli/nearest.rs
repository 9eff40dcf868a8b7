//! A noun or verb that does not exist: which one was meant. clap compares with hidden aliases too, shows the best of its
//! guesses last, and has none for short words.

use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use super::manual::fold;

/// More would be a list, and `--help` has that.
const MOST: usize = 2;

/// As many letters say which word is begun.
const ENOUGH: usize = 3;

/// Puts our suggestions in the place of clap's.
pub(super) fn suggest(error: &mut Error, root: Command, arguments: &[String]) {
    let typed = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(typed)) if error.kind() == ErrorKind::InvalidSubcommand => typed.clone(),
        _ => return,
    };
    let command = failing(root, arguments, &typed);
    let mut names = nearest(&command, &typed);
    let value = match names.len() {
        0 => {
            error.remove(ContextKind::SuggestedSubcommand);
            let tips = vec![StyledStr::from(all(&command)), StyledStr::from(by_words(&command, &typed))];
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
            return;
        }
        1 => ContextValue::String(names.remove(0)),
        _ => ContextValue::Strings(names),
    };
    error.insert(ContextKind::SuggestedSubcommand, value);
}

/// The command that has no such subcommand: along the nouns that were recognised, over flags and their values.
fn failing(mut root: Command, arguments: &[String], typed: &str) -> Command {
    // Only then the global flags are known to every noun, and how many values each one takes.
    root.build();
    let mut command = root;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word.starts_with('-') {
            if takes_next(&command, word) {
                words.next();
            }
            continue;
        }
        match command.find_subcommand(word) {
            Some(found) if word != typed => command = found.clone(),
            _ => break,
        }
    }
    command
}

/// Whether the word after this flag is its value.
pub(super) fn takes_next(command: &Command, flag: &str) -> bool {
    let takes = |argument: &clap::Arg| {
        argument.get_action().takes_values() && argument.get_num_args().is_some_and(|values| values.min_values() > 0)
    };
    let mut arguments = command.get_arguments();
    match flag.strip_prefix("--") {
        Some(long) if long.contains('=') => false,
        Some(long) => arguments
            .find(|argument| argument.get_long_and_visible_aliases().is_some_and(|names| names.contains(&long)))
            .is_some_and(takes),
        None => {
            // In `-vs smart` only the last one can have a value that is a word of its own.
            let mut letters = flag.chars().skip(1);
            let with_value = |letter: &char| {
                command.get_arguments().any(|argument| argument.get_short() == Some(*letter) && takes(argument))
            };
            letters.find(with_value).is_some() && letters.next().is_none()
        }
    }
}

/// All there is, where nothing is near.
fn all(command: &Command) -> String {
    let subs = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    let names = subs.map(Command::get_name).collect::<Vec<_>>().join(", ");
    let path = command.get_bin_name().unwrap_or("orchest");
    let text = fold::text(&format!("{path} has: {names}"), fold::WIDTH - TIP);
    text.replace('\n', "\n       ")
}

/// `  tip: ` stands before it.
const TIP: usize = 7;

/// Help goes by words too.
fn by_words(command: &Command, typed: &str) -> String {
    let noun = command.get_bin_name().and_then(|path| path.split_once(' ')).map_or("", |(_, nouns)| nouns);
    let words = format!("{noun} {}", crate::base::text::shell_word(typed));
    format!("to search for it: orchest help {}", words.trim())
}

/// The names of the subcommands that the word may have been meant for, the likeliest first.
pub(super) fn nearest(command: &Command, typed: &str) -> Vec<String> {
    let typed = typed.to_lowercase();
    let most = (typed.chars().count() / 3).max(1);
    let mut found = Vec::new();
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        for word in std::iter::once(subcommand.get_name()).chain(subcommand.get_visible_aliases()) {
            let distance = strsim::damerau_levenshtein(&typed, word);
            // Who stops in the middle of a word means that word.
            if distance <= most || (typed.chars().count() >= ENOUGH && word.starts_with(&typed)) {
                found.push((distance, strsim::jaro_winkler(&typed, word), subcommand.get_name()));
            }
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)));
    let mut names: Vec<String> = Vec::new();
    for (_, _, name) in found {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names.truncate(MOST);
    names
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::super::Cli;
    use super::*;

    fn suggested(line: &str) -> Vec<String> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let words = std::iter::once("orchest".to_owned()).chain(arguments.iter().cloned());
        let mut error = Cli::command().try_get_matches_from(words).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSubcommand, "{line}");
        suggest(&mut error, Cli::command(), &arguments);
        match error.get(ContextKind::SuggestedSubcommand) {
            Some(ContextValue::String(name)) => vec![name.clone()],
            Some(ContextValue::Strings(names)) => names.clone(),
            other => {
                assert!(other.is_none(), "{other:?}");
                Vec::new()
            }
        }
    }

    #[test]
    fn one_word_or_two_with_the_best_first() {
        for (line, names) in [
            ("servce", &["service"][..]),
            ("usr list", &["user"]),
            ("serv list", &["service"]),
            ("sub list", &["subservice", "subscription"]),
            ("subservcie list", &["subservice"]),
            ("Service list", &["service"]),
            ("config gt", &["get"]),
            ("config gte", &["get"]),
            // An alias leads to the name.
            ("service lst", &["list"]),
            ("user rn", &["delete"]),
            // Nouns beneath nouns, and words that are values and only look like nouns.
            ("group member ad", &["add"]),
            ("-s user servce", &["service"]),
            ("-qs user servce", &["service"]),
            ("-suser servce", &["service"]),
            ("--service user servce", &["service"]),
            ("--service=user usr", &["user"]),
            ("-q user -s smart lst", &["list"]),
            ("users lst", &["list"]),
            ("zzz", &[]),
            ("user frobnicate", &[]),
        ] {
            assert_eq!(suggested(line), names, "{line}");
        }
    }
}
