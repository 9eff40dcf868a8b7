//! `orchest help take somebody out`: what was meant, by the words of it.

use super::super::manual::page::Page;
use super::tasks::{TASKS, Task};

/// Words that say nothing about what is wanted.
const EMPTY: [&str; 30] = [
    "a", "an", "and", "are", "at", "be", "by", "can", "do", "for", "from", "get", "have", "how", "i", "in", "is", "it",
    "me", "my", "of", "on", "or", "see", "the", "to", "want", "what", "where", "with",
];

/// More would be a list to read.
const MOST_TASKS: usize = 3;
const MOST_COMMANDS: usize = 8;

/// What was found for some words.
pub(super) struct Found<'p> {
    pub(super) tasks: Vec<&'static Task>,
    pub(super) commands: Vec<&'p Page>,
}

impl Found<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty() && self.commands.is_empty()
    }
}

/// The tasks and commands that the words are about, the likeliest first.
pub(super) fn find<'p>(asked: &[String], pages: &'p [Page]) -> Found<'p> {
    let asked = asked.join(" ");
    if let Some(task) = TASKS.iter().find(|task| task.title.eq_ignore_ascii_case(asked.trim())) {
        return Found { tasks: vec![task], commands: Vec::new() };
    }
    let asked = stems(&asked);
    if asked.is_empty() {
        return Found { tasks: Vec::new(), commands: Vec::new() };
    }
    // A word of the title counts more than one that is only thought of.
    let tasks = best(&asked, TASKS.iter(), |task| (stems(task.title), stems(task.words)), MOST_TASKS);
    let verbs = pages.iter().filter(|page| page.is_verb());
    let commands = best(&asked, verbs, |page| (stems(&page.words.join(" ")), stems(&page.summary())), MOST_COMMANDS);
    Found { tasks, commands }
}

/// Those that have most of the words, if that is more than half of them.
fn best<T>(
    asked: &[String],
    all: impl Iterator<Item = T>,
    words: impl Fn(&T) -> (Vec<String>, Vec<String>),
    most: usize,
) -> Vec<T> {
    let mut rated: Vec<(usize, usize, T)> = Vec::new();
    for one in all {
        let (near, far) = words(&one);
        let of_near = asked.iter().filter(|word| near.contains(word)).count();
        let of_any = asked.iter().filter(|word| near.contains(word) || far.contains(word)).count();
        if of_any * 2 > asked.len() {
            rated.push((of_any, of_near, one));
        }
    }
    rated.sort_by_key(|(any, near, _)| std::cmp::Reverse((*any, *near)));
    // Beside one that has them all, those with fewer are not what was meant.
    let top = rated.first().map_or(0, |(any, _, _)| *any);
    rated.retain(|(any, _, _)| *any == top || top < asked.len());
    rated.into_iter().take(most).map(|(_, _, one)| one).collect()
}

/// The words of a text that say something, without what differs between the forms of one word.
fn stems(text: &str) -> Vec<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric()).map(str::to_lowercase);
    let mut stems: Vec<String> =
        words.filter(|word| !word.is_empty() && !EMPTY.contains(&word.as_str())).map(|word| stem(&word)).collect();
    stems.dedup();
    stems
}

fn stem(word: &str) -> String {
    for end in ["ments", "ment", "ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "e", "y"] {
        if let Some(stem) = word.strip_suffix(end).filter(|stem| stem.len() >= 3) {
            return stem.to_owned();
        }
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::super::super::Cli;
    use super::super::super::manual::page::pages;
    use super::*;

    fn first_task(words: &str) -> Option<&'static str> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        find(&words, &pages(Cli::command())).tasks.first().map(|task| task.title)
    }

    #[test]
    fn people_find_what_they_come_for_in_their_own_words() {
        for (words, title) in [
            ("take somebody out everywhere", "take somebody out everywhere"),
            ("take somebody out", "take somebody out everywhere"),
            ("offboard a person", "take somebody out everywhere"),
            ("how do I change a password", "change a password"),
            ("forgotten password", "change a password"),
            ("onboarding", "let somebody new in"),
            ("duplicates", "find and mend doubled subscriptions of a module"),
            ("stuck deployments", "clean up a stuck deployment"),
            ("why did cron fail", "find out why the cron job failed"),
            ("old scripts", "move from the old scripts"),
            ("behind a pep", "use it behind a PEP"),
            ("who may do what", "see who may do what"),
            ("enable modules", "switch a module on for every subservice"),
            ("grant access subservice", "give somebody access to one subservice"),
        ] {
            assert_eq!(first_task(words), Some(title), "{words}");
        }
        assert_eq!(first_task("frobnicate the flux"), None);
    }

    #[test]
    fn every_task_is_found_by_its_title_and_by_each_of_its_words() {
        for task in &TASKS {
            assert_eq!(first_task(task.title), Some(task.title));
            let pages = pages(Cli::command());
            for word in task.words.split(' ') {
                let [stem] = stems(word).try_into().unwrap_or_else(|_| panic!("{word} says nothing, or too much"));
                let found = find(&[word.to_owned()], &pages).tasks;
                let others =
                    TASKS.iter().filter(|task| stems(task.title).contains(&stem) || stems(task.words).contains(&stem));
                assert!(!found.is_empty() && found.len() == others.count().min(MOST_TASKS), "{word}");
            }
        }
    }

    #[test]
    fn commands_are_found_too() {
        let words = ["ssh".to_owned(), "key".to_owned()];
        let pages = pages(Cli::command());
        let found = find(&words, &pages);
        assert!(found.commands.iter().any(|page| page.words == ["paas", "ssh-key", "show"]), "nothing about SSH keys");
    }
}
