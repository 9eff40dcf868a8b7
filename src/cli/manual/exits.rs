//! Exit codes: what each one means, the same for every command, and which of them a command can end with.

use std::fmt::Write as _;

use crate::output::fold;

use super::super::error::Exit;
use super::page::Page;

/// What a code says, in a few words and in a sentence.
pub(crate) struct Meaning {
    pub(crate) exit: Option<Exit>,
    pub(crate) short: &'static str,
    pub(crate) long: &'static str,
}

impl Meaning {
    pub(crate) fn code(&self) -> u8 {
        self.exit.map_or(0, Exit::code)
    }
}

const fn meaning(exit: Exit, short: &'static str, long: &'static str) -> Meaning {
    Meaning { exit: Some(exit), short, long }
}

/// Every code there is.
pub(crate) const ALL: [Meaning; 15] = [
    Meaning { exit: None, short: "done", long: "what was asked for holds, whether it had to be changed or not" },
    meaning(Exit::Failed, "failed", "failed"),
    meaning(Exit::Usage, "wrong words", "wrong arguments, or --yes is missing without a terminal; nothing was sent"),
    meaning(Exit::NotFound, "not found", "not found, or, of a check with --exit-status, no"),
    meaning(Exit::Login, "not logged in", "not logged in, or the password is wrong or expired"),
    meaning(Exit::Forbidden, "forbidden", "forbidden"),
    meaning(Exit::Conflict, "conflict", "a conflict, or several things have that name"),
    meaning(Exit::SomeFailed, "some failed", "some of many items failed; see --failed-to"),
    meaning(Exit::Deadline, "waited long enough", "waited long enough (--wait, --limit); the work goes on, wait again"),
    meaning(Exit::Changes, "differences", "there are differences (check --exit-status)"),
    meaning(Exit::Temporary, "run it again", "temporary: network, overload, a lock; run the same command again"),
    meaning(Exit::Config, "settings", "a setting is missing or wrong, such as the address of a server"),
    meaning(Exit::Interrupted, "Ctrl-C", "stopped by Ctrl-C"),
    meaning(Exit::ClosedPipe, "closed pipe", "the reader of the output went away"),
    meaning(Exit::Terminated, "SIGTERM", "stopped by SIGTERM"),
];

/// Said of every command, and so of none in particular.
const ALWAYS: [Exit; 5] = [Exit::Usage, Exit::Config, Exit::Interrupted, Exit::ClosedPipe, Exit::Terminated];

/// Nouns that ask no server anything.
const LOCAL: [&str; 9] = ["audit", "completions", "config", "doctor", "help", "legacy", "man", "schema", "version"];

/// Verbs of theirs that do.
const REMOTE_VERBS: [&str; 2] = ["audit resume", "completions refresh"];

/// Verbs without items that do several things all the same, of which some can fail.
const OF_SEVERAL: [&str; 7] = [
    "audit resume",
    "batch run",
    "completions refresh",
    "members capabilities",
    "members invitations",
    "members list",
    "stats metrics",
];

/// And such verbs of other nouns.
const LOCAL_VERBS: [&str; 5] =
    ["deployment lint", "policy lint", "policy templates", "stats local", "members capabilities"];

/// Those that tell by their code whether something is as it should be.
const TELLING: [&str; 4] = ["service check", "policy diff", "module status", "members sync"];

/// The codes that a command can end with, beside those that every one can.
pub(crate) fn of(page: &Page) -> Vec<&'static Meaning> {
    let words = page.words.join(" ");
    let noun = page.words.first().map_or("", String::as_str);
    let has =
        |id: &str| page.command.get_arguments().any(|argument| argument.get_id() == id && !argument.is_global_set());
    let several = page
        .command
        .get_positionals()
        .any(|argument| argument.get_num_args().is_some_and(|values| values.max_values() > 1));
    let is_of_ours =
        LOCAL_VERBS.contains(&words.as_str()) || (LOCAL.contains(&noun) && !REMOTE_VERBS.contains(&words.as_str()));
    let is_remote = !is_of_ours && noun != "sandbox";
    let is_list = page.words.last().is_some_and(|verb| verb == "list");
    let is_wanted = |meaning: &&Meaning| match meaning.exit {
        None | Some(Exit::Failed) => true,
        Some(Exit::NotFound) => is_remote || (noun == "audit" && !is_list),
        Some(Exit::Login | Exit::Forbidden | Exit::Temporary) => is_remote,
        Some(Exit::Conflict) => is_remote && !is_list,
        Some(Exit::SomeFailed) => (is_remote && (has("from") || several)) || OF_SEVERAL.contains(&words.as_str()),
        Some(Exit::Deadline) => has("wait") || (has("limit") && !is_list) || words == "log follow",
        Some(Exit::Changes) => TELLING.contains(&words.as_str()),
        Some(_) => false,
    };
    ALL.iter().filter(is_wanted).collect()
}

/// Those of every command.
pub(crate) fn always() -> impl Iterator<Item = &'static Meaning> {
    ALL.iter().filter(|meaning| meaning.exit.is_some_and(|exit| ALWAYS.contains(&exit)))
}

/// One line, or two, for the end of a command's help.
pub(crate) fn line(page: &Page) -> String {
    let codes: Vec<String> = of(page).iter().map(|meaning| format!("{} {}", meaning.code(), meaning.short)).collect();
    fold::text(&format!("Exit codes: {}; see: orchest help exit-codes", codes.join(", ")), fold::WIDTH)
}

/// The topic.
pub(crate) fn topic() -> String {
    let mut text = String::new();
    for meaning in &ALL {
        let _ = writeln!(text, "  {:<4} {}", meaning.code(), meaning.long);
    }
    text.push_str("\nThe same for every command; its own are told by: orchest NOUN VERB --help\n");
    text.push_str("75 is the one to try again by itself: the same line goes on where it stopped.\n");
    text
}
