//! What the cursor stands at in a line that is being typed: along the tree of commands, over flags and their values. The tree
//! is taken as it is declared: to build it in full, with every global flag in every command, takes longer than all the rest.

use clap::{Arg, ArgAction, Command};

/// The line up to the cursor, understood as far as it goes.
pub(super) struct Line<'tree> {
    root: &'tree Command,
    /// The commands that were named, by their names, the noun first.
    pub(super) path: Vec<&'tree str>,
    command: &'tree Command,
    /// Every argument that was given, and its value where it takes one.
    pub(super) given: Vec<(&'tree Arg, Option<String>)>,
    positionals: usize,
    /// Behind `--`.
    pub(super) only_values: bool,
    awaiting: Awaiting<'tree>,
}

/// Whose value the next word is.
#[derive(Clone, Copy)]
enum Awaiting<'tree> {
    Nothing,
    One(&'tree Arg),
    /// As many as come.
    More(&'tree Arg),
}

/// What belongs at the cursor.
pub(super) enum Wanted<'tree> {
    /// A flag.
    Flag,
    /// The value of a flag.
    Value(&'tree Arg),
    /// A verb or a noun, where there are any; else a value that stands by itself.
    Word(Option<&'tree Arg>),
}

/// What belongs at the cursor, and what is typed of it.
pub(super) struct Spot<'tree> {
    pub(super) wanted: Wanted<'tree>,
    /// What of the word stands before it, as in `--service=`.
    pub(super) head: String,
    /// What is typed of it itself.
    pub(super) part: String,
}

impl<'tree> Line<'tree> {
    /// Reads the words before the cursor.
    pub(super) fn read(root: &'tree Command, words: &[String]) -> Self {
        let mut line = Self {
            root,
            path: Vec::new(),
            command: root,
            given: Vec::new(),
            positionals: 0,
            only_values: false,
            awaiting: Awaiting::Nothing,
        };
        for word in words {
            line.take(word);
        }
        line
    }

    /// Reads the words behind the cursor, where flags may stand that decide what the word at the cursor means.
    pub(super) fn look_ahead(&mut self, words: &[String]) {
        self.awaiting = Awaiting::Nothing;
        for word in words {
            // What else stands there has its place already.
            if matches!(self.awaiting, Awaiting::One(_)) || (word.len() > 1 && word.starts_with('-')) {
                self.take(word);
            }
        }
    }

    /// Every argument that may stand here.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &'tree Arg> {
        let is_root = std::ptr::eq(self.root, self.command);
        let globals = self.root.get_arguments().filter(move |argument| !is_root && argument.is_global_set());
        self.command.get_arguments().chain(globals)
    }

    /// The verbs or nouns that may stand here.
    pub(super) fn commands(&self) -> impl Iterator<Item = &'tree Command> {
        let open = self.positionals == 0 && !self.only_values;
        self.command.get_subcommands().filter(move |command| open && !command.is_hide_set())
    }

    /// The nouns, wherever the line has come to.
    pub(super) fn nouns(&self) -> impl Iterator<Item = &'tree Command> {
        self.root.get_subcommands().filter(|command| !command.is_hide_set())
    }

    /// The values that an argument was given.
    pub(super) fn values<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> {
        self.given.iter().filter(move |(argument, _)| argument.get_id() == id).filter_map(|(_, value)| value.as_deref())
    }

    /// What belongs in the place of this word.
    pub(super) fn spot(&self, word: &str) -> Spot<'tree> {
        let spot = |wanted, head: &str, part: &str| Spot { wanted, head: head.to_owned(), part: part.to_owned() };
        if let Awaiting::One(argument) = self.awaiting {
            return within(spot(Wanted::Value(argument), "", word), argument);
        }
        if !self.only_values && word.starts_with('-') {
            return match self.value_within(word) {
                Some((argument, length)) => {
                    let (head, part) = word.split_at(length);
                    within(spot(Wanted::Value(argument), head, part), argument)
                }
                None => spot(Wanted::Flag, "", word),
            };
        }
        match (self.awaiting, self.positional()) {
            (Awaiting::More(argument), _) if !self.only_values => {
                within(spot(Wanted::Value(argument), "", word), argument)
            }
            (_, Some(argument)) => within(spot(Wanted::Word(Some(argument)), "", word), argument),
            (_, None) => spot(Wanted::Word(None), "", word),
        }
    }

    /// The value that stands by itself and comes next.
    fn positional(&self) -> Option<&'tree Arg> {
        let all: Vec<&Arg> = self.command.get_positionals().collect();
        all.get(self.positionals).copied().or_else(|| all.last().copied().filter(|last| takes_many(last)))
    }

    /// The flag whose value is part of the same word, and how long the flag is: `--service=x`, `-sx`.
    fn value_within(&self, word: &str) -> Option<(&'tree Arg, usize)> {
        if let Some(long) = word.strip_prefix("--") {
            let (name, _) = long.split_once('=')?;
            return self.long(name).filter(|argument| takes_value(argument)).map(|argument| (argument, name.len() + 3));
        }
        let (place, letter) =
            word.char_indices().skip(1).find(|(_, letter)| self.short(*letter).is_some_and(takes_value))?;
        let mut length = place + letter.len_utf8();
        if word.get(length..)?.starts_with('=') {
            length += 1;
        }
        Some((self.short(letter)?, length))
    }

    fn long(&self, name: &str) -> Option<&'tree Arg> {
        self.arguments().find(|argument| {
            argument.get_long() == Some(name) || argument.get_all_aliases().is_some_and(|others| others.contains(&name))
        })
    }

    fn short(&self, letter: char) -> Option<&'tree Arg> {
        self.arguments().find(|argument| argument.get_short() == Some(letter))
    }

    fn take(&mut self, word: &str) {
        if let Awaiting::One(argument) = self.awaiting {
            self.give(argument, Some(word.to_owned()));
            self.awaiting = if takes_many(argument) { Awaiting::More(argument) } else { Awaiting::Nothing };
        } else if !self.only_values && word == "--" {
            self.only_values = true;
        } else if !self.only_values && word.len() > 1 && word.starts_with('-') {
            self.awaiting = Awaiting::Nothing;
            self.take_flags(word);
        } else if let (Awaiting::More(argument), false) = (self.awaiting, self.only_values) {
            self.give(argument, Some(word.to_owned()));
        } else if let Some(command) = self.command_named(word) {
            self.command = command;
            self.path.push(command.get_name());
        } else {
            if let Some(argument) = self.positional() {
                self.give(argument, Some(word.to_owned()));
            }
            self.positionals += 1;
        }
    }

    fn command_named(&self, word: &str) -> Option<&'tree Command> {
        let open = self.positionals == 0 && !self.only_values;
        open.then(|| self.command.find_subcommand(word)).flatten()
    }

    fn take_flags(&mut self, word: &str) {
        if let Some((argument, length)) = self.value_within(word) {
            let value = word.get(length..).unwrap_or_default();
            // `-s` alone has its value in the next word, `-s=` an empty one.
            if value.is_empty() && !word.starts_with("--") && !word.ends_with('=') {
                self.awaiting = Awaiting::One(argument);
            } else {
                self.give(argument, Some(value.to_owned()));
            }
            return;
        }
        let Some(name) = word.strip_prefix("--") else {
            let switches = word.chars().skip(1).filter_map(|letter| self.short(letter)).collect::<Vec<_>>();
            return switches.into_iter().for_each(|argument| self.give(argument, None));
        };
        match self.long(name) {
            // One whose value may be left out takes it only from the same word.
            Some(argument) if takes_value(argument) && !argument.is_require_equals_set() => {
                self.awaiting = Awaiting::One(argument);
            }
            Some(argument) => self.give(argument, None),
            None => {}
        }
    }

    fn give(&mut self, argument: &'tree Arg, value: Option<String>) {
        self.given.push((argument, value));
    }
}

/// Behind the last comma, where commas divide.
fn within<'tree>(spot: Spot<'tree>, argument: &Arg) -> Spot<'tree> {
    let comma = argument.get_value_delimiter().and_then(|delimiter| spot.part.rfind(delimiter));
    let Some((before, part)) = comma.and_then(|place| spot.part.split_at_checked(place + 1)) else { return spot };
    Spot { head: spot.head + before, part: part.to_owned(), wanted: spot.wanted }
}

pub(super) fn takes_value(argument: &Arg) -> bool {
    argument.get_action().takes_values()
}

/// Several values one after the other. What can be repeated as a flag need not be.
fn takes_many(argument: &Arg) -> bool {
    let many = argument.get_num_args().is_some_and(|values| values.max_values() > 1);
    many || (argument.is_positional() && matches!(argument.get_action(), ArgAction::Append))
}

/// Whether it makes sense once more.
pub(super) fn is_repeatable(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Append | ArgAction::Count)
}
