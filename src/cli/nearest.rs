//! A noun or verb that does not exist: which one was meant. clap compares with hidden aliases too, shows the best of its
//! guesses last, and has none for short words.

use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::base::text::shell_word;
use crate::output::fold;

use super::commands::walk;
use super::{foreign, topics, tree};

/// More would be a list, and `--help` has that.
const MOST: usize = 2;

/// As many letters say which word is begun.
const ENOUGH: usize = 3;

/// Puts our suggestions in the place of clap's.
pub(super) fn suggest(error: &mut Error, arguments: &[String]) {
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(flag))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        let flag = flag.clone();
        let (path, _) = walk(tree::whole(), arguments.iter().map(String::as_str));
        if path.starts_with(&["sandbox", "shell"]) && !flag.starts_with('-') {
            let tip = "a command of its own comes behind --: orchest sandbox shell -- orchest user list".to_owned();
            error.insert(ContextKind::Suggested, tips([tip]));
            return;
        }
        return suggest_flag(error, &flag);
    }
    let typed = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(typed)) if error.kind() == ErrorKind::InvalidSubcommand => typed.clone(),
        _ => return,
    };
    let (path, command) = walk(tree::whole(), arguments.iter().map(String::as_str));
    let mut names = nearest(command, &typed);
    let rest: Vec<String> = arguments.iter().skip_while(|word| **word != typed).cloned().collect();
    let known = match path[..] {
        [] => foreign::command(command, &rest),
        _ => foreign::verb(&path, command, &typed),
    };
    if !known.is_empty() {
        error.remove(ContextKind::SuggestedSubcommand);
        error.insert(ContextKind::Suggested, tips(known));
        return;
    }
    let value = match names.len() {
        0 => {
            error.remove(ContextKind::SuggestedSubcommand);
            let all = all(&path, command);
            error.insert(ContextKind::Suggested, tips([all].into_iter().chain(by_words(&path, &typed))));
            return;
        }
        1 => ContextValue::String(names.remove(0)),
        _ => ContextValue::Strings(names),
    };
    error.insert(ContextKind::SuggestedSubcommand, value);
}

/// A flag that there is not. Of what clap takes for similar that is left which could be a slip of the hand.
fn suggest_flag(error: &mut Error, flag: &str) {
    if let Some(known) = foreign::flag(flag) {
        error.remove(ContextKind::SuggestedArg);
        // It would be that of the few flags that look alike.
        error.remove(ContextKind::Usage);
        error.insert(ContextKind::Suggested, tips(known.iter().map(ToString::to_string)));
    } else if let Some(ContextValue::String(similar)) = error.get(ContextKind::SuggestedArg)
        && !is_slip(flag, similar)
    {
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::Usage);
    }
}

fn is_slip(typed: &str, meant: &str) -> bool {
    let letters = typed.trim_start_matches('-').chars().count();
    strsim::damerau_levenshtein(typed, meant) <= (letters / 3).max(1) || (letters >= ENOUGH && meant.starts_with(typed))
}

fn tips(tips: impl IntoIterator<Item = String>) -> ContextValue {
    ContextValue::StyledStrs(tips.into_iter().map(StyledStr::from).collect())
}

/// All there is, where nothing is near.
fn all(path: &[&str], command: &Command) -> String {
    let subs = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    let names = subs.map(Command::get_name).collect::<Vec<_>>().join(", ");
    let path: String = path.iter().flat_map(|word| [" ", word]).collect();
    let text = fold::text(&format!("orchest{path} has: {names}"), fold::WIDTH - TIP);
    text.replace('\n', "\n       ")
}

/// `  tip: ` stands before it.
const TIP: usize = 7;

/// Help goes by words too, where it has anything for them.
fn by_words(path: &[&str], typed: &str) -> Option<String> {
    let asked: Vec<String> = path.iter().copied().chain([typed]).map(str::to_owned).collect();
    let words: String = path.iter().flat_map(|word| [word, " "]).collect();
    topics::has(&asked).then(|| format!("to search for it: orchest help {words}{}", shell_word(typed)))
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

    use super::*;
    use crate::cli::Cli;

    fn suggested(line: &str) -> Vec<String> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let words = std::iter::once("orchest".to_owned()).chain(arguments.iter().cloned());
        let mut error = Cli::command().try_get_matches_from(words).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSubcommand, "{line}");
        suggest(&mut error, &arguments);
        match error.get(ContextKind::SuggestedSubcommand) {
            Some(ContextValue::String(name)) => vec![name.clone()],
            Some(ContextValue::Strings(names)) => names.clone(),
            other => {
                assert!(other.is_none(), "{other:?}");
                Vec::new()
            }
        }
    }

    /// What is told of a flag that there is not.
    fn told(line: &str) -> String {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let words = std::iter::once("orchest".to_owned()).chain(arguments.iter().cloned());
        let mut error = Cli::command().try_get_matches_from(words).unwrap_err();
        suggest(&mut error, &arguments);
        error.to_string()
    }

    #[test]
    fn a_flag_for_a_secret_leads_to_those_that_take_none() {
        for line in ["user create x --password canary-flag", "--token=canary-flag user list"] {
            let text = told(line);
            assert!(text.contains("orchest help secrets") && !text.contains("similar"), "{text}");
            assert!(!text.contains("canary-flag"), "{text}");
        }
    }

    #[test]
    fn a_flag_for_an_address_leads_to_that_of_the_back_end() {
        for line in ["user list --url https://keystone.example", "--os-auth-url=https://keystone.example user list"] {
            let text = told(line);
            assert!(text.contains("--keystone URL") && text.contains("--host HOST"), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        }
    }

    #[cfg(feature = "sandbox")]
    #[test]
    fn a_command_for_the_sandbox_comes_behind_two_dashes() {
        let text = told("sandbox shell --seed demo user list");
        assert!(text.contains("orchest sandbox shell -- orchest user list"), "{text}");
        assert!(!told("sandbox shell --sed demo").contains("behind --"));
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
