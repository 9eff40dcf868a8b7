//! Doing the lines of a batch.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use serde_json::{Value, json};

use crate::base::clock::LocalFuture;
use crate::base::text::safe;
use crate::output::{Column, ListWriter, View};
use crate::secrets;

use super::super::around::{Surroundings, Terminals};
use super::super::context::Context;
use super::super::error::{CliError, Exit, classify};
use super::super::items::read_text;
use super::super::legacy::Outside;
use super::super::manual::exits;
use super::super::present::Row;
use super::super::run::line;
use super::super::words;
use super::RunArgs;
use super::file::{Line, Reader, Wrong};
use super::sink::Sink;

const VIEW: View = View {
    columns: &[
        Column { title: "LINE", key: "line", wide: false },
        Column { title: "EXIT", key: "exit_code", wide: false },
        Column { title: "COMMAND", key: "command", wide: false },
        Column { title: "ERROR", key: "error", wide: true },
    ],
    name: "line",
};

/// As many wrong lines are named; the rest is counted.
const NAMED: usize = 10;

/// How long a line may tidy up when everything is stopped; then it is let go, and the run log has it as unfinished.
const TIDY: Duration = Duration::from_secs(1);

/// What became of a line.
struct Ended {
    /// Where it stands in the list.
    index: usize,
    code: u8,
    /// What it wrote, unless that went straight on.
    sink: Option<Sink>,
}

pub(super) async fn all(context: &Context, args: &RunArgs) -> Result<()> {
    if context.printer.explain_columns(&VIEW)? {
        return Ok(());
    }
    context.check_failed_to()?;
    let mut lines = read(context, args)?;
    if context.globals.identity.password_stdin {
        if args.file == Path::new("-") {
            let error = CliError::usage("standard input can be only one thing: a password or the lines");
            return Err(error.next("give the password with --password-file, or the lines in a file").into());
        }
        let password = secrets::stdin::read(&mut std::io::stdin().lock())?;
        for line in &mut lines {
            let identity = &mut line.cli.globals.identity;
            if identity.password_file.is_none() && identity.password_command.is_none() {
                identity.given.login = Some(password.clone());
            }
        }
    }
    if lines.is_empty() {
        context.printer.note(&format!("there is no command in {}", named(&args.file)));
    }
    let _held = context.common.hold_names(context.clock.now());
    Batch { context, keep_going: args.keep_going, lines }.done().await
}

/// All lines, read and understood; nothing has been sent.
fn read(context: &Context, args: &RunArgs) -> Result<Vec<Line>> {
    if args.file == Path::new("-") && context.around.terminals.stdin {
        context.printer.note("reading commands from the terminal, one a line; Ctrl-D ends");
    }
    let text = read_text(&args.file)?;
    let outside = Outside::beside(&typed(context))?;
    let looks = if context.wants_rows() { Some("json") } else { context.globals.output.output.as_deref() };
    let more = looks.map(|format| format!("--output={format}")).into_iter().collect();
    Reader::new(outside, more).read(&text).map_err(|wrong| refusal(&args.file, &wrong).into())
}

/// The words of this very line.
fn typed(context: &Context) -> Vec<OsString> {
    // It was put together from words, so it comes apart.
    let words = words::split(&context.line).unwrap_or_default();
    std::iter::once("orchest".to_owned()).chain(words).map(OsString::from).collect()
}

fn named(file: &Path) -> String {
    super::super::input_file::named(file)
}

fn refusal(file: &Path, wrong: &[Wrong]) -> CliError {
    let (count, file) = (wrong.len(), safe(&named(file)).into_owned());
    let what = if count == 1 { "a line of".to_owned() } else { format!("{count} lines of") };
    let error = CliError::usage(format!("{what} {file} cannot be done; nothing was sent"));
    let shown = wrong.iter().take(NAMED).map(|wrong| format!("line {}: {}", wrong.number, safe(&wrong.reason)));
    let error = shown.fold(error, CliError::cause);
    match count.checked_sub(NAMED) {
        Some(more @ 1..) => error.cause(format!("and {more} more")),
        _ => error,
    }
}

struct Batch<'a> {
    context: &'a Context,
    keep_going: bool,
    lines: Vec<Line>,
}

impl Batch<'_> {
    async fn done(&self) -> Result<()> {
        let context = self.context;
        // The setting is about the items of one command.
        let jobs = context.globals.run.jobs.unwrap_or(1).max(1);
        let buffers = jobs > 1 || context.wants_rows();
        let mut list = context.wants_rows().then(|| context.printer.stream(&VIEW));
        let mut waiting: VecDeque<usize> = (0..self.lines.len()).collect();
        let mut codes: Vec<Option<u8>> = vec![None; self.lines.len()];
        let (mut at_work, mut held) = (FuturesUnordered::new(), Vec::new());
        let (mut next_shown, mut ends_it) = (0, None);
        let mut broken = None;
        // Its second begins once.
        let mut stopped = std::pin::pin!(self.stopped());
        loop {
            while at_work.len() < jobs && ends_it.is_none() && !context.stop.requested() {
                let Some(index) = waiting.pop_front() else { break };
                at_work.push(self.started(index, buffers));
            }
            let ended: Option<Ended> = tokio::select! {
                ended = at_work.next() => ended,
                () = &mut stopped => None,
            };
            let Some(ended) = ended else { break };
            if let Some(code) = codes.get_mut(ended.index) {
                *code = Some(ended.code);
            }
            if ended.code != 0 && ends_it.is_none() && (!self.keep_going || ends_everything(ended.code)) {
                ends_it = Some(ended.code);
            }
            held.push(ended);
            // In the order of the file, whichever was done first.
            while let Some(place) = held.iter().position(|ended| ended.index == next_shown) {
                let ended = held.swap_remove(place);
                if broken.is_none() {
                    broken = self.shown(&ended, &mut list).err();
                }
                next_shown += 1;
            }
            if broken.is_some() {
                // Nothing more is begun; what is under way comes to its end, and is noted.
                ends_it.get_or_insert(Exit::ClosedPipe.code());
            }
        }
        held.sort_by_key(|ended| ended.index);
        for ended in &held {
            if broken.is_none() {
                broken = self.shown(ended, &mut list).err();
            }
        }
        if let (Some(list), None) = (list, &broken) {
            broken = list.finish().err().map(Into::into);
        }
        let ended = self.ended(&codes, ends_it);
        broken.map_or(ended, Err)
    }

    fn started(&self, index: usize, buffers: bool) -> LocalFuture<'_, Ended> {
        let context = self.context;
        Box::pin(async move {
            let Some(one) = self.lines.get(index) else { return Ended { index, code: 0, sink: None } };
            // Stopping is heard of by the batch; nobody is there to be asked.
            let terminals = Terminals { stdin: false, ..context.around.terminals };
            let around = Surroundings { hears_signals: false, terminals, ..context.around.clone() };
            let sink = buffers.then(Sink::default);
            let around = sink.as_ref().map_or_else(|| around.clone(), |sink| sink.around(&around));
            if !buffers {
                self.announce(one);
            }
            let code = line(&one.cli, &one.command, &around, &context.common, |context| {
                context.stdin_taken.replace(true);
            })
            .await;
            Ended { index, code, sink }
        })
    }

    fn announce(&self, line: &Line) {
        self.context.printer.note(&format!("line {}: orchest {}", line.number, safe(&line.command)));
    }

    /// Somebody wants to stop, and what is under way has had time for it.
    async fn stopped(&self) {
        while self.context.rest(Duration::from_hours(1)).await {}
        self.context.clock.sleep(TIDY).await;
    }

    fn shown(&self, ended: &Ended, list: &mut Option<ListWriter<'_>>) -> Result<()> {
        let Some(line) = self.lines.get(ended.index) else { return Ok(()) };
        if let Some(sink) = &ended.sink {
            let (stdout, stderr) = (sink.stdout(), sink.stderr());
            match list {
                Some(list) => list.push_all([row(line, ended.code, &stdout, &stderr)])?,
                None => {
                    self.announce(line);
                    self.context.printer.raw(&stdout)?;
                }
            }
            // It is clean already; what is gone with stderr itself nobody misses.
            let _ = (self.context.around.stderr)().write_all(&stderr);
        }
        if ended.code != 0 {
            self.context.printer.failure(&format!(
                "line {} ended with {}: orchest {}",
                line.number,
                ended.code,
                safe(&line.command)
            ));
        }
        Ok(())
    }

    fn ended(&self, codes: &[Option<u8>], ends_it: Option<u8>) -> Result<()> {
        let context = self.context;
        let good = codes.iter().filter(|code| **code == Some(0)).count();
        let left = codes.iter().filter(|code| code.is_none()).count();
        let failed = codes.len() - good - left;
        let summary = format!("done {good}   failed {failed}   not reached {left}");
        if failed == 0 && left == 0 {
            context.printer.note(&format!("done {good}"));
            context.nothing_failed()?;
            return Ok(());
        }
        let rest =
            self.lines.iter().zip(codes).filter(|(_, code)| **code != Some(0)).map(|(line, _)| line.raw.as_str());
        context.printer.failure(&summary);
        if let Some(path) = context.failed_to() {
            crate::base::private::write(path, rest.collect::<String>().as_bytes())?;
            context.printer.hint(&format!("mend {} and run it the same way", path.display()));
        } else {
            context.printer.hint("run the same file again, which does no harm; --failed-to FILE gets only the rest");
        }
        if context.dry_run() {
            context.printer.hint("a dry run does not see what earlier lines would make");
        }
        if context.stop.requested() {
            let next = "run the same file again; what is done stays done";
            return Err(CliError::new(Exit::Interrupted, "stopped").next(next).into());
        }
        // It is the whole that is told, with the code of the line that ended it.
        Err(CliError::silent(ends_it.map_or(Exit::SomeFailed, Exit::Child)).into())
    }
}

/// Nobody reads on, or somebody wants to stop.
fn ends_everything(code: u8) -> bool {
    [Exit::Interrupted, Exit::Terminated, Exit::ClosedPipe].iter().any(|exit| exit.code() == code)
}

/// A line and what came of it, for programs.
fn row(line: &Line, code: u8, stdout: &[u8], stderr: &[u8]) -> Row {
    let text = String::from_utf8_lossy(stdout);
    let output = match serde_json::from_str::<Value>(&text) {
        Ok(value) => value,
        Err(_) if text.trim().is_empty() => Value::Null,
        Err(_) => json!(text),
    };
    let told = String::from_utf8_lossy(stderr);
    let mut objects = told.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let error = objects.find(|object| object.get("error").is_some());
    let error = error.or_else(|| in_words(code, &told).filter(|_| code != 0));
    let members = [
        ("line", json!(line.number)),
        ("exit_code", json!(code)),
        ("command", json!(line.command)),
        ("output", output),
        ("error", json!(error)),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The error of a line that told it in words: before it was known how its output is to look, or because it has a format of
/// its own. As other errors, with every key.
fn in_words(code: u8, told: &str) -> Option<Value> {
    let mut lines = told.lines().skip_while(|line| !line.starts_with(ERROR));
    let message = lines.next()?.strip_prefix(ERROR)?;
    let (mut causes, mut hint, mut next, mut request_id) = (Vec::new(), None, None, None);
    for about in lines.map_while(|line| line.strip_prefix("  ")) {
        if let Some(text) = about.strip_prefix("next: ") {
            next = Some(text);
        } else if let Some(text) = about.strip_prefix("hint: ") {
            hint = Some(text);
        } else if let Some(text) = about.strip_prefix("request id ") {
            request_id = Some(text);
        } else {
            causes.push(about);
        }
    }
    Some(json!({
        "error": message, "kind": kind(code), "code": code, "causes": causes, "status": null, "request_id": request_id,
        "step": null, "retryable": code == Exit::Temporary.code(), "hint": hint, "next": next,
    }))
}

/// How an error begins where people read it.
const ERROR: &str = "error: ";

/// The word for what a code says.
fn kind(code: u8) -> &'static str {
    let known = exits::ALL.iter().filter_map(|meaning| meaning.exit).find(|exit| exit.code() == code);
    let exit = known.unwrap_or(Exit::Child(code));
    classify(&CliError::new(exit, "").into()).report.kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_words_becomes_one_for_programs() {
        let told =
            "a note\nerror: cannot do it\n  because of this\n  request id req-1\n  next: do that\nline after it\n";
        let error = in_words(75, told).unwrap();
        assert_eq!((&error["error"], &error["kind"]), (&json!("cannot do it"), &json!("temporary")));
        assert_eq!((&error["causes"], &error["next"]), (&json!(["because of this"]), &json!("do that")));
        assert_eq!((&error["request_id"], &error["retryable"]), (&json!("req-1"), &json!(true)));
        assert_eq!((&error["hint"], &error["code"]), (&Value::Null, &json!(75)));
        assert_eq!(in_words(7, "failed 3\n"), None);
        assert_eq!((kind(2), kind(78), kind(99)), ("usage", "config", "child"));
    }
}
