//! `orchest completions`: what makes a shell complete the words of a line; and the answer to a shell that asks.
//!
//! In bash, zsh, fish and elvish a script of a few lines calls `orchest __complete`, which walks the tree of commands itself.
//! clap's own engine would do that too, but is declared unstable, knows of no word but the one under the cursor, and leaves the
//! quoting to its scripts, which in bash do none. For PowerShell, which no test can start, `clap_complete` makes the script.

mod bash;
pub(super) mod columns;
mod line;
mod refresh;
#[cfg(test)]
mod tests;
mod values;
mod what;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::Write;

use anyhow::Result;
use clap::builder::StyledStr;
use clap::{Arg, CommandFactory as _, Subcommand, ValueHint};

use crate::base::text::safe;

use super::around::Surroundings;
use super::context::Context;
use super::{Cli, seen, tree};

use line::{Line, Spot, Wanted, is_repeatable, takes_value};
use values::Known;
use what::What;

pub(super) const HELP: &str = "Examples:\n  \
    orchest completions bash > ~/.local/share/bash-completion/completions/orchest\n  \
    orchest completions zsh > ~/.zfunc/_orchest\n  \
    orchest completions fish > ~/.config/fish/completions/orchest.fish\n\n\
    In this shell alone: source <(orchest completions bash). Where each of them\n\
    looks for its file: orchest completions zsh --help, and so on.\n\n\
    All but PowerShell complete the names of services, users, roles and more: those\n\
    that commands came by on this machine within a month. No server is asked while\n\
    you type. Off by --no-cache; for good by orchest config set name_cache false";

#[derive(Subcommand, Debug)]
pub(crate) enum CompletionsVerb {
    /// Print the script for bash
    #[command(after_help = "Examples:\n  \
        orchest completions bash > ~/.local/share/bash-completion/completions/orchest\n  \
        orchest completions bash | sudo tee /etc/bash_completion.d/orchest\n\n\
        For this shell alone: source <(orchest completions bash). That line in\n\
        ~/.bashrc does it for every shell, without the package bash-completion too.")]
    Bash,
    /// Print the script for zsh
    #[command(after_help = "Examples:\n  orchest completions zsh > ~/.zfunc/_orchest\n  \
        orchest completions zsh | sudo tee /usr/share/zsh/vendor-completions/_orchest\n\n\
        ~/.zfunc has to be in fpath before compinit runs, in ~/.zshrc:\n  \
        fpath=(~/.zfunc $fpath); autoload -Uz compinit; compinit\n\
        For this shell alone: source <(orchest completions zsh)")]
    Zsh,
    /// Print the script for fish
    #[command(after_help = "Examples:\n  orchest completions fish > ~/.config/fish/completions/orchest.fish\n  \
        orchest completions fish | source")]
    Fish,
    /// Print the script for elvish
    #[command(after_help = "Examples:\n  orchest completions elvish > ~/.config/elvish/lib/orchest.elv\n  \
        orchest completions elvish | wc -l\n\n\
        Then in ~/.config/elvish/rc.elv: use orchest")]
    Elvish,
    /// Print the script for PowerShell: commands and flags, no names
    #[command(
        name = "powershell",
        alias = "pwsh",
        after_help = "Examples:\n  orchest completions powershell > ~/orchest.ps1\n  \
        orchest completions powershell | Out-String | Invoke-Expression\n\n\
        Then in the file that $PROFILE names: . ~/orchest.ps1"
    )]
    PowerShell,
    /// Ask the servers for all names that can be completed
    #[command(after_help = "Examples:\n  orchest completions refresh\n  \
        orchest completions refresh -s smartcity -q\n\n\
        One list of each kind: services; of the service of -s its subservices, users,\n\
        groups and roles; where paas.url is set, its deployments. Other commands note\n\
        the names they come by anyhow; this is for cron and for a new machine.")]
    Refresh,
}

impl CompletionsVerb {
    /// Whether it needs servers, and settings that say where those are.
    pub(super) fn asks(&self) -> bool {
        matches!(self, Self::Refresh)
    }
}

pub(super) async fn run(context: &Context, verb: &CompletionsVerb) -> Result<()> {
    let script = match verb {
        CompletionsVerb::Bash => include_str!("../../../completions/orchest.bash"),
        CompletionsVerb::Zsh => include_str!("../../../completions/_orchest"),
        CompletionsVerb::Fish => include_str!("../../../completions/orchest.fish"),
        CompletionsVerb::Elvish => include_str!("../../../completions/orchest.elv"),
        CompletionsVerb::PowerShell => return Ok(context.printer.raw(&powershell())?),
        CompletionsVerb::Refresh => return refresh::run(context).await,
    };
    Ok(context.printer.raw(script.as_bytes())?)
}

/// completions/_orchest.ps1, which would be a twentieth of the program. It has the flags that `-h` shows: every global one in
/// every command would make it a megabyte.
fn powershell() -> Vec<u8> {
    let mut tree = Cli::command().mut_args(|argument| {
        let is_wide = argument.is_global_set() && !argument.is_hide_short_help_set();
        argument.global(is_wide)
    });
    let mut script = Vec::new();
    clap_complete::generate(clap_complete::Shell::PowerShell, &mut tree, "orchest", &mut script);
    script
}

/// One word that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offer {
    value: String,
    /// What there is to say about it.
    about: Option<String>,
}

impl Offer {
    fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), about: None }
    }

    fn about(self, about: impl Into<String>) -> Self {
        Self { about: Some(about.into()), ..self }
    }
}

/// What there is for the word at the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answer {
    /// The shell knows files best.
    files: bool,
    offers: Vec<Offer>,
}

/// The word that asks for this. It is in no help, since people have no use for it.
const ASKED: &str = "__complete";

/// Whether a shell asks. Answered before there is a command, so that nothing is opened and nothing is started for it.
pub(super) fn is_asked(arguments: &[OsString]) -> bool {
    arguments.get(1).is_some_and(|word| word == ASKED)
}

/// Answers a shell: a line that says what follows, then a line for each word.
pub(super) fn answer(arguments: &[OsString], around: &Surroundings) -> u8 {
    let words: Vec<String> = arguments.iter().skip(2).map(|word| word.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let text = match words.as_slice() {
        ["bash", breaks, before, after] => for_bash(breaks, before, after, around),
        ["zsh" | "elvish", count, words @ ..] => for_words(count, words, around, with_display),
        ["fish", count, words @ ..] => for_words(count, words, around, for_fish),
        _ => None,
    };
    // Who asks in no known way gets nothing, and there is nobody to be told why.
    let _ = (around.stdout)().write_all(text.unwrap_or_default().as_bytes());
    0
}

fn for_bash(breaks: &str, before: &str, after: &str, around: &Surroundings) -> Option<String> {
    let Some(mut typed) = bash::given(bash::words(before, breaks)) else { return Some("files\n".to_owned()) };
    let current = typed.pop()?;
    let words: Vec<String> = typed.into_iter().skip(1).map(|typed| typed.word).collect();
    // The rest of a word that the cursor stands in is no word of its own.
    let after =
        if after.starts_with(char::is_whitespace) { after } else { after.split_once(' ').unwrap_or_default().1 };
    let after: Vec<String> = bash::words(after, breaks).into_iter().map(|typed| typed.word).collect();
    let (spot, answer) = ask(&words, &current.word, &after, around);
    // bash takes all that it is given, also what does not begin as the word does.
    let fitting = answer.offers.iter().filter(|offer| offer.value.starts_with(&spot));
    let words = fitting.filter_map(|offer| current.completed(&offer.value));
    Some(kind(&answer).to_owned() + "\n" + &lines(words))
}

/// Of the words of a line, so many stand before the one at the cursor.
fn for_words(count: &str, words: &[&str], around: &Surroundings, write: impl Fn(&[Offer]) -> String) -> Option<String> {
    let count: usize = count.parse().ok()?;
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let (before, rest) = words.split_at_checked(count)?;
    let (current, after) = rest.split_first()?;
    let (typed, mut answer) = ask(&owned(before), current, &owned(after), around);
    // These shells have ways of their own to say what fits; what fits in no way need not be carried to them.
    let typed = typed.to_lowercase();
    answer.offers.retain(|offer| offer.value.to_lowercase().contains(&typed));
    Some(kind(&answer).to_owned() + "\n" + &write(&answer.offers))
}

/// What follows: words alone, words of which there is something to say, or nothing, since the shell knows better.
fn kind(answer: &Answer) -> &'static str {
    match answer {
        Answer { files: true, .. } => "files",
        Answer { offers, .. } if offers.iter().any(|offer| offer.about.is_some()) => "told",
        _ => "words",
    }
}

fn lines(words: impl Iterator<Item = String>) -> String {
    words.fold(String::new(), |text, word| text + &word + "\n")
}

/// The word and how it is shown in a list.
fn with_display(offers: &[Offer]) -> String {
    let width = offers.iter().map(|offer| offer.value.chars().count()).max().unwrap_or_default();
    let shown = |offer: &Offer| match &offer.about {
        Some(about) => format!("{:width$}  {about}", offer.value),
        None => offer.value.clone(),
    };
    lines(offers.iter().map(|offer| format!("{}\t{}", offer.value, shown(offer))))
}

/// The word and what there is to say about it.
fn for_fish(offers: &[Offer]) -> String {
    let about = |offer: &Offer| offer.about.as_ref().map(|about| format!("\t{about}")).unwrap_or_default();
    // fish leaves a tilde at the beginning as it is, and it would come to mean somebody's home.
    let carried = offers.iter().filter(|offer| !offer.value.starts_with('~'));
    lines(carried.map(|offer| format!("{}{}", offer.value, about(offer))))
}

/// What there is for a word of a line, each offer a whole word; and how those begin that fit.
fn ask(before: &[String], current: &str, after: &[String], around: &Surroundings) -> (String, Answer) {
    let mut line = Line::read(tree::whole(), before);
    let spot = line.spot(current);
    line.look_ahead(after);
    let mut answer = match &spot.wanted {
        Wanted::Flag => Answer { files: false, offers: flags(&line) },
        Wanted::Value(argument) => values(&line, argument, &spot.part, around),
        Wanted::Word(argument) => {
            let commands: Vec<Offer> =
                line.commands().map(|command| told(command.get_name(), command.get_about())).collect();
            let mut answer = argument.map(|argument| values(&line, argument, &spot.part, around)).unwrap_or_default();
            answer.offers.splice(0..0, commands);
            answer
        }
    };
    // A name that looks like a flag would be taken for one, but where nothing is.
    let is_value = !matches!(spot.wanted, Wanted::Flag);
    let bare = is_value && spot.head.is_empty() && !line.only_values;
    answer.offers.retain(|offer| !(bare && offer.value.starts_with('-')));
    // Servers are not the only strangers: the settings of a working directory may be anybody's.
    answer.offers.retain(|offer| seen::is_fit(&offer.value));
    let Spot { head, part, .. } = spot;
    // What was typed before it may be no line either.
    answer.offers.retain(|_| matches!(safe(&head), Cow::Borrowed(_)));
    // Nor does anybody say the same twice between commas.
    answer.offers.retain(|offer| !head.split([',', '=']).any(|said| said == offer.value));
    answer.offers.iter_mut().for_each(|offer| offer.value.insert_str(0, &head));
    (head + &part, answer)
}

fn told(value: &str, about: Option<&StyledStr>) -> Offer {
    let about = about.map(ToString::to_string).unwrap_or_default();
    let line = about.lines().next().unwrap_or_default();
    if line.is_empty() { Offer::new(value) } else { Offer::new(value).about(safe(line)) }
}

/// Those that make sense: not what was said already and can be said only once.
fn flags(line: &Line<'_>) -> Vec<Offer> {
    let said = |argument: &Arg| line.given.iter().any(|(given, _)| given.get_id() == argument.get_id());
    let open =
        line.arguments().filter(|argument| !argument.is_hide_set() && (is_repeatable(argument) || !said(argument)));
    let flags = open.filter_map(|argument| Some(told(&format!("--{}", argument.get_long()?), argument.get_help())));
    let version = line.path.is_empty().then(|| Offer::new("--version").about("Print version"));
    flags.chain([Offer::new("--help").about("Print help")]).chain(version).collect()
}

/// `part` is what is typed of it.
fn values(line: &Line<'_>, argument: &Arg, part: &str, around: &Surroundings) -> Answer {
    let possible: Vec<Offer> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| told(value.get_name(), value.get_help()))
        .collect();
    if takes_value(argument) && !possible.is_empty() {
        return Answer { files: false, offers: possible };
    }
    let id = argument.get_id().as_str();
    let what = what::of(&line.path, id);
    let mut offers = what.map(|what| Known::new(line, around).values(what)).unwrap_or_default();
    // Nobody deletes the same user twice.
    if is_repeatable(argument) {
        offers.retain(|offer| !line.values(id).any(|given| given.split(',').any(|one| one == offer.value)));
    }
    let is_file = matches!(argument.get_value_hint(), ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath);
    let files = match what {
        None => is_file,
        Some(What::File) => true,
        // Words where one begins so, or files: the scripts take one or the other.
        Some(What::TemplateOrFile | What::Seed) => {
            offers.retain(|offer| offer.value.starts_with(part));
            offers.is_empty()
        }
        Some(_) => false,
    };
    Answer { files, offers }
}
