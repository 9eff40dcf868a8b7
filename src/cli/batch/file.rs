//! The file of a batch: its lines, each as the words of a command, with what is wrong about them.

use clap::CommandFactory as _;
use serde_json::Value;

use super::super::config::ConfigVerb;
use super::super::legacy::Outside;
use super::super::{Cli, Noun, words};

/// Flags beside `batch run` that are about the batch itself.
const OF_THE_BATCH: [&str; 9] =
    ["failed-to", "jobs", "password-stdin", "output", "columns", "sort-by", "filter", "query", "no-header"];

/// One command.
pub(super) struct Line {
    /// In the file, from 1.
    pub(super) number: usize,
    /// As it stands there, with the comments right above it, for the file of those that failed.
    pub(super) raw: String,
    /// As it is done.
    pub(super) command: String,
    pub(super) cli: Cli,
}

/// A line that cannot be done, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) number: usize,
    pub(super) reason: String,
}

/// Reads commands out of lines.
pub(super) struct Reader {
    /// The tree of commands, built once for all of them.
    command: clap::Command,
    outside: Outside,
    /// What goes before the words of each line.
    more: Vec<String>,
}

impl Reader {
    /// `outside`: the flags that hold for each line that does not say otherwise; `more`: words for each line that does not
    /// say how its result is to look.
    pub(super) fn new(outside: Outside, more: Vec<String>) -> Self {
        let mut command = Cli::command();
        command.build();
        Self { command, outside, more }
    }

    /// All commands of a text, or all that is wrong with it.
    pub(super) fn read(mut self, text: &str) -> Result<Vec<Line>, Vec<Wrong>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (mut lines, mut wrong) = (Vec::new(), Vec::new());
        let mut above = String::new();
        for (number, raw) in (1..).zip(text.lines()) {
            let trimmed = raw.trim();
            if trimmed.is_empty() {
                above.clear();
                continue;
            }
            if trimmed.starts_with('#') {
                above = above + raw + "\n";
                continue;
            }
            let raw = std::mem::take(&mut above) + raw + "\n";
            match words_of(trimmed).and_then(|words| self.command_of(words)) {
                Ok((command, cli)) => lines.push(Line { number, raw, command, cli }),
                Err(reason) => wrong.push(Wrong { number, reason }),
            }
        }
        if wrong.is_empty() { Ok(lines) } else { Err(wrong) }
    }

    fn command_of(&mut self, own: Vec<String>) -> Result<(String, Cli), String> {
        let (cli, said) = self.parsed(&own)?;
        refuse(&cli, &own)?;
        // What the line says itself goes before what was said for all of them.
        let held: Vec<&str> = said.iter().map(String::as_str).chain(OF_THE_BATCH).collect();
        let looks = said.iter().any(|name| name == "output");
        let more = if looks { Vec::new() } else { self.more.clone() };
        let words = [self.outside.words_but(&held), more, own].concat();
        let (cli, _) = self.parsed(&words)?;
        Ok((words::joined(&words), cli))
    }

    /// The command, and the names of the global flags that are in it.
    fn parsed(&mut self, words: &[String]) -> Result<(Cli, Vec<String>), String> {
        let line = std::iter::once("orchest").chain(words.iter().map(String::as_str));
        let mut matches = self.command.try_get_matches_from_mut(line).map_err(|error| clause(&error))?;
        let said = Outside::among(&self.command, &matches).names().to_vec();
        let cli = Cli::of(&mut matches).map_err(|error| clause(&error))?;
        Ok((cli, said))
    }
}

/// The words of a line that is no comment.
fn words_of(line: &str) -> Result<Vec<String>, String> {
    let mut words = match line.chars().next() {
        Some('[' | '{') => from_json(line)?,
        _ => words::split(line)?,
    };
    if words.first().is_some_and(|word| word == "orchest") {
        words.remove(0);
    }
    if words.is_empty() { Err("it has no command".to_owned()) } else { Ok(words) }
}

fn from_json(line: &str) -> Result<Vec<String>, String> {
    let value = serde_json::from_str::<Value>(line).map_err(|error| format!("it is not valid JSON: {error}"))?;
    let list = match value {
        Value::Object(mut members) => {
            let list = members.remove("args");
            if let Some(other) = members.keys().next() {
                return Err(format!("its member {other:?} is not known; there is only args"));
            }
            list.unwrap_or_default()
        }
        list => list,
    };
    let Value::Array(list) = list else { return Err("its args are no list".to_owned()) };
    let text = |word: Value| match word {
        Value::String(text) => Ok(text),
        other => Err(format!("{other} in its args is no text")),
    };
    list.into_iter().map(text).collect()
}

/// What cannot be done in a batch, whatever follows.
fn refuse(cli: &Cli, own: &[String]) -> Result<(), String> {
    let why = match &cli.noun {
        Noun::Batch(_) => "a batch holds no other batch; put its lines here",
        #[cfg(feature = "sandbox")]
        Noun::Sandbox(_) => {
            "a sandbox is for a terminal; run the batch in it: orchest sandbox shell -- orchest batch …"
        }
        Noun::Config(ConfigVerb::Edit { .. }) => "an editor is for a terminal; use config set",
        Noun::Legacy(_) => "write it in words of today; `orchest legacy …` shows them",
        Noun::Audit(super::super::audit::AuditVerb::Resume { .. }) => "put the line of that run here instead",
        #[cfg(feature = "oauth")]
        Noun::Generate(_) => "it asks; run it by itself",
        _ if words::read_stdin(own) => "it would read standard input, which lines of a batch cannot",
        _ => return Ok(()),
    };
    Err(why.to_owned())
}

/// What clap has to say, as a clause.
fn clause(error: &clap::Error) -> String {
    if !error.use_stderr() {
        return "it asks for help, and does nothing".to_owned();
    }
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("; ").trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, outside: &str) -> Result<Vec<Line>, Vec<Wrong>> {
        let words: Vec<std::ffi::OsString> = outside.split(' ').map(Into::into).collect();
        Reader::new(Outside::beside(&words).unwrap(), Vec::new()).read(text)
    }

    fn commands(text: &str, outside: &str) -> Vec<String> {
        read(text, outside).unwrap_or_else(|wrong| panic!("{wrong:?}")).into_iter().map(|line| line.command).collect()
    }

    #[test]
    fn every_form_of_a_line_is_a_command() {
        let text = "\u{feff}user show bob -s city\r\n\n# why\norchest user show 'a b' # because\n\
            [\"user\", \"show\", \"x\\ty\"]\n{\"args\": [\"user\", \"show\", \"$HOME\"]}\n";
        assert_eq!(
            commands(text, "orchest batch run x"),
            ["user show bob -s city", "user show 'a b'", "user show 'x\ty'", "user show '$HOME'"]
        );
    }

    #[test]
    fn flags_for_all_give_way_to_those_of_a_line() {
        let outside = "orchest -s city batch run x --failed-to f --jobs 2 --yes -o json --columns name --user ann";
        assert_eq!(
            commands("user show a\nuser show b -s town\n-s lab user show c", outside),
            [
                "--service=city --user=ann --yes user show a",
                "--user=ann --yes user show b -s town",
                "--user=ann --yes -s lab user show c"
            ]
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_with_its_line() {
        let text = "user show a\nuser shwo b\n\nbatch run x\nuser list > y\nlegacy printServices a\nuser create --from -\n\
            user show --help\n[1]\n{\"args\": [], \"x\": 1}\n[\n{\"args\": []}\nconfig get\nconfig edit\n\
            user create x --new-password-stdin\naudit resume 1\norchest";
        let wrong = read(text, "orchest batch run x").err().unwrap();
        let numbers: Vec<usize> = wrong.iter().map(|wrong| wrong.number).collect();
        assert_eq!(numbers, [2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
        assert!(wrong.iter().all(|wrong| !wrong.reason.contains('\n') && !wrong.reason.is_empty()), "{wrong:#?}");
        assert!(wrong[0].reason.contains("shwo"), "{wrong:#?}");
    }

    #[test]
    fn comments_right_above_a_line_stay_with_it() {
        let lines = read("# head\n\n# of a\n#  more\nuser show a\nuser show b\n", "orchest batch run x").ok().unwrap();
        assert_eq!(
            lines.iter().map(|line| line.raw.as_str()).collect::<Vec<_>>(),
            ["# of a\n#  more\nuser show a\n", "user show b\n"]
        );
        assert_eq!(lines[1].number, 6);
    }
}
