//! A manual page in roff, for `man`. Only macros that groff and mandoc both know.

use std::fmt::Write as _;

use clap::{Arg, ArgAction};

use crate::output::fold;

use super::exits;
use super::page::Page;

/// One page. `pages` is all of them, for what stands below this one and beside it.
pub(crate) fn page(page: &Page, pages: &[Page]) -> String {
    let mut out = Roff::default();
    let name = page.title("-");
    out.line(&format!(
        ".TH {} 1 \"\" \"orchest {}\" \"orchest\"",
        escaped(&name.to_uppercase()),
        env!("CARGO_PKG_VERSION")
    ));
    // Lines break between words only, so that a flag stays whole, and are not drawn out to one length.
    out.line(".nh");
    out.line(".ad l");
    out.section("NAME");
    out.text(&format!("{name} - {}", lower(&page.summary())));
    out.section("SYNOPSIS");
    synopsis(&mut out, page);
    description(&mut out, page);
    let below: Vec<&Page> = pages.iter().filter(|other| is_below(other, page)).collect();
    if !below.is_empty() {
        out.section("COMMANDS");
        for other in &below {
            out.item(&bold(&other.title(" ")), &[&other.summary()]);
        }
    }
    arguments(&mut out, page);
    if !page.told.examples.is_empty() {
        out.section("EXAMPLES");
        for example in &page.told.examples {
            out.example(example);
        }
    }
    if page.words.is_empty() {
        of_the_program(&mut out);
    } else if page.is_verb() {
        out.section("EXIT STATUS");
        for meaning in exits::of(page) {
            out.item(&bold(&meaning.code().to_string()), &[meaning.long]);
        }
        let always: Vec<String> = exits::always().map(|meaning| meaning.code().to_string()).collect();
        out.paragraph(&format!("And as every command {}: see orchest(1).", always.join(", ")));
    }
    out.section("SEE ALSO");
    see_also(&mut out, page, pages);
    out.text
}

/// The file of a page.
pub(crate) fn file(page: &Page) -> String {
    format!("{}.1", page.title("-"))
}

fn synopsis(out: &mut Roff, page: &Page) {
    let usage = page.usage();
    let rest = usage.strip_prefix(&page.title(" ")).unwrap_or(&usage).trim();
    out.line(format!("{} {}", bold(&page.title(" ")), escaped(rest)).trim_end());
}

fn description(out: &mut Roff, page: &Page) {
    out.section("DESCRIPTION");
    let about = page.command.get_long_about().or_else(|| page.command.get_about()).map(ToString::to_string);
    let mut blocks: Vec<String> =
        about.unwrap_or_default().split("\n\n").map(|block| sentence(&joined(block))).collect();
    if page.words.is_empty() {
        blocks.push(
            "Kill any command anywhere and run the same line again: it goes on where it stopped, and touches nothing that is \
             not its own."
                .to_owned(),
        );
    }
    for block in blocks {
        out.paragraph(&block);
    }
    // What came behind the examples of the help; tables stay tables.
    if !page.words.is_empty() && !page.told.notes.is_empty() {
        for block in page.told.notes.split("\n\n") {
            if block.lines().skip(1).any(|line| line.starts_with(' ')) || block.starts_with(' ') {
                out.verbatim(block);
            } else {
                out.paragraph(&sentence(&joined(block)));
            }
        }
    }
    let aliases: Vec<&str> = page.command.get_all_aliases().collect();
    if !aliases.is_empty() {
        out.paragraph(&format!("Also: {}.", aliases.join(", ")));
    }
}

fn arguments(out: &mut Roff, page: &Page) {
    let all: Vec<&Arg> = page.arguments().collect();
    let (places, flags): (Vec<&Arg>, Vec<&Arg>) = all.into_iter().partition(|argument| argument.is_positional());
    if !places.is_empty() {
        out.section("ARGUMENTS");
        for argument in places {
            out.argument(argument);
        }
    }
    let mut headings: Vec<Option<&str>> = Vec::new();
    for flag in &flags {
        if !headings.contains(&flag.get_help_heading()) {
            headings.push(flag.get_help_heading());
        }
    }
    if flags.is_empty() && page.words.is_empty() {
        return;
    }
    out.section(if page.words.is_empty() { "OPTIONS OF EVERY COMMAND" } else { "OPTIONS" });
    for heading in headings {
        if let Some(heading) = heading {
            out.line(&format!(".SS \"{}\"", escaped(heading)));
        }
        flags.iter().filter(|flag| flag.get_help_heading() == heading).for_each(|flag| out.argument(flag));
    }
    if !page.words.is_empty() {
        if !flags.is_empty() {
            out.line(".PP");
        }
        out.text("Every command takes those of orchest(1) too, such as --service, --output, --dry-run and --yes.");
    }
}

/// What is said once for all.
fn of_the_program(out: &mut Roff) {
    out.section("EXIT STATUS");
    for meaning in &exits::ALL {
        out.item(&bold(&meaning.code().to_string()), &[meaning.long]);
    }
    out.section("ENVIRONMENT");
    out.paragraph(
        "Every setting has a variable: ORCHEST_ and its name, as in ORCHEST_KEYSTONE and ORCHEST_PASSWORD. Those of other \
         programs are read behind them, such as OS_AUTH_URL and OS_USERNAME.",
    );
    out.line(".TP");
    out.line(&bold("ORCHESTER_CONFIG_PATH"));
    out.text("Settings file to use before those below.");
    out.line(".TP");
    out.line(&format!("{}, {}", bold("ORCHEST_NO_INPUT"), bold("CI")));
    out.text("Never ask anything.");
    out.paragraph("All others are told by: orchest help environment, orchest help settings");
    out.section("FILES");
    for (file, about) in [
        ("./.orchester.toml, ~/.orchester.toml, ~/.config/orchest/config.toml", "Settings, the strongest first."),
        ("~/.local/state/orchest", "Tokens, locks and the run log; only its owner can read it."),
    ] {
        out.item(&format!("\\fI{}\\fR", escaped(file)), &[about]);
    }
}

fn see_also(out: &mut Roff, page: &Page, pages: &[Page]) {
    let Some((_, above)) = page.words.split_last() else {
        let topics: Vec<String> = super::super::topics::names().map(|topic| format!("orchest help {topic}")).collect();
        out.text(&topics.join(", "));
        return;
    };
    let beside = |other: &&Page| other.words.len() == page.words.len() && other.words.starts_with(above);
    let is_near = |other: &&Page| !above.is_empty() && beside(other) && other.words != page.words;
    let parent = pages.iter().filter(|other| other.words == above);
    let near = parent.chain(pages.iter().filter(is_near));
    let mut names: Vec<String> = near.map(|other| format!("{}(1)", bold(&other.title("-")))).collect();
    if !above.is_empty() {
        names.insert(0, format!("{}(1)", bold("orchest")));
    }
    for (place, name) in names.iter().enumerate() {
        let comma = if place + 1 < names.len() { "," } else { "" };
        out.line(&format!("{name}{comma}"));
    }
}

fn is_below(other: &Page, page: &Page) -> bool {
    other.words.len() == page.words.len() + 1 && other.words.starts_with(&page.words)
}

#[derive(Default)]
struct Roff {
    text: String,
}

impl Roff {
    /// A line of roff as it is.
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, name: &str) {
        self.line(&format!(".SH \"{}\"", escaped(name)));
    }

    /// A line of anybody's text.
    fn text(&mut self, text: &str) {
        self.line(&escaped(text));
    }

    fn paragraph(&mut self, text: &str) {
        self.line(".PP");
        self.text(text);
    }

    fn item(&mut self, label: &str, text: &[&str]) {
        self.line(".TP");
        self.line(label);
        for line in text {
            self.text(&upper(&sentence(line)));
        }
    }

    fn verbatim(&mut self, text: &str) {
        self.line(".PP");
        self.line(".nf");
        text.lines().for_each(|line| self.text(line));
        self.line(".fi");
    }

    /// A line that can be typed, on as many as eighty columns need.
    fn example(&mut self, line: &str) {
        self.line(".PP");
        self.line(".nf");
        self.line(".RS 2");
        // Seven columns are the page's own, and two those of the indentation.
        let folded = fold::example(line, fold::WIDTH - 9);
        folded.lines().for_each(|line| self.text(line.strip_prefix("  ").unwrap_or(line)));
        self.line(".RE");
        self.line(".fi");
    }

    fn argument(&mut self, argument: &Arg) {
        let mut lines: Vec<String> = Vec::new();
        let help = argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string);
        lines.push(joined(&help.unwrap_or_default()));
        let possible: Vec<String> =
            argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        if !possible.is_empty() && argument.get_action().takes_values() {
            lines.push(format!("One of {}", possible.join(", ")));
        }
        let default: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if !default.is_empty() && argument.get_action().takes_values() {
            lines.push(format!("By default {}", default.join(", ")));
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        self.item(&label(argument), &lines);
    }
}

/// `-o, --output FORMAT`, or `NAME...`.
fn label(argument: &Arg) -> String {
    let several = matches!(argument.get_action(), ArgAction::Append) && argument.is_positional();
    let names = value_names(argument);
    if argument.is_positional() {
        return format!("\\fI{}\\fR{}", escaped(&names.join(" ")), if several { "..." } else { "" });
    }
    let short = argument.get_short().map(|letter| bold(&format!("-{letter}")));
    let long = argument.get_long().map(|long| bold(&format!("--{long}")));
    let flags: Vec<String> = short.into_iter().chain(long).collect();
    let mut label = flags.join(", ");
    if argument.get_action().takes_values() {
        let value = format!("\\fI{}\\fR", escaped(&names.join(" ")));
        let may_be_left_out = argument.get_num_args().is_some_and(|values| values.min_values() == 0);
        let _ = if may_be_left_out { write!(label, "[={value}]") } else { write!(label, " {value}") };
    }
    label
}

/// What a value is called.
pub(super) fn value_names(argument: &Arg) -> Vec<String> {
    match argument.get_value_names() {
        Some(names) => names.iter().map(ToString::to_string).collect(),
        None => vec![argument.get_id().as_str().to_uppercase()],
    }
}

fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", escaped(text))
}

/// Text that roff shows as it is: no escapes, no requests, and dashes that can be pasted.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (place, sign) in text.chars().enumerate() {
        match sign {
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '.' | '\'' if place == 0 => {
                out.push_str("\\&");
                out.push_str(if sign == '\'' { "\\(aq" } else { "." });
            }
            '\'' => out.push_str("\\(aq"),
            '`' => out.push_str("\\(ga"),
            '^' => out.push_str("\\(ha"),
            '~' => out.push_str("\\(ti"),
            '"' => out.push_str("\\(dq"),
            _ if sign.is_ascii() => out.push(sign),
            _ => {
                let _ = write!(out, "\\[u{:04X}]", u32::from(sign));
            }
        }
    }
    out
}

/// The lines of a paragraph as one.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// With a full stop, which the lines of a help have not; not behind a command to type.
fn sentence(text: &str) -> String {
    let is_ended = text.ends_with(['.', ':', '!', '?']) || text.is_empty();
    let ends_in_command =
        text.rsplit(": ").next().is_some_and(|end| end.starts_with("orchest ")) || text.starts_with("orchest ");
    if is_ended || ends_in_command { text.to_owned() } else { format!("{text}.") }
}

fn upper(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

/// Small at its beginning, as the line of a NAME section is.
fn lower(text: &str) -> String {
    let mut signs = text.chars();
    let second_is_small = text.chars().nth(1).is_none_or(char::is_lowercase);
    match signs.next() {
        Some(first) if second_is_small => first.to_lowercase().chain(signs).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_a_request_or_an_escape() {
        assert_eq!(escaped(".TH is no macro"), "\\&.TH is no macro");
        assert_eq!(escaped("'quoted'"), "\\&\\(aqquoted\\(aq");
        assert_eq!(escaped(r"a\fBb \n"), r"a\efBb \en");
        assert_eq!(escaped("and …"), r"and \[u2026]");
        assert_eq!(escaped("--flag ~/x `y` \"z\" ^"), "\\-\\-flag \\(ti/x \\(gay\\(ga \\(dqz\\(dq \\(ha");
    }

    #[test]
    fn sentences_end_where_they_are_sentences() {
        assert_eq!(sentence("Do not ask"), "Do not ask.");
        assert_eq!(sentence("As it grows: orchest log follow"), "As it grows: orchest log follow");
        assert_eq!(sentence("people.csv:"), "people.csv:");
        assert_eq!((lower("Make it"), lower("IDs are shown")), ("make it".to_owned(), "IDs are shown".to_owned()));
    }
}
