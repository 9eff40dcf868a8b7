//! One action on many items: some at once, every result kept, one summary, and a file with what failed.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use super::context::Context;
use super::error::{CliError, Exit, classify, is_gone};
use super::items::{Item, Items};
use super::present::{OUTCOME, Row};

/// What came of something that was begun, and whose answer nobody waited for: it may be done or not.
pub(crate) const UNKNOWN: &str = "unknown";

/// The same in a sentence.
pub(crate) const UNANSWERED: &str = "it was begun, but no answer came";

/// What came of something that was not begun any more.
pub(crate) const NOT_DONE: &str = "not done";

/// How far it came with one of many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Waiting,
    Begun,
    Ended,
}

/// What happened to one item, in one word or two, with what there is to say about it.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    /// `created`, `already so`, `deleted`, …
    pub(crate) result: &'static str,
    /// The object as it is now, for output.
    pub(crate) row: Option<Row>,
    /// A remark for people.
    pub(crate) detail: Option<String>,
}

impl Done {
    pub(crate) fn new(result: &'static str) -> Self {
        Self { result, row: None, detail: None }
    }

    pub(crate) fn row(self, row: Row) -> Self {
        Self { row: Some(row), ..self }
    }

    pub(crate) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// Names the bad rows of a file, before anything is sent.
pub(crate) fn report_bad(context: &Context, items: &Items) {
    for bad in &items.bad {
        context.printer.failure(&format!("{}: {}", bad.label(), bad.reason));
    }
}

/// Does `act` for every item, `jobs` at once. A single item's error is the command's error; of many, the failed ones
/// are counted, listed, written to `--failed-to`, and the command ends with 7. A refused login ends it at once. Whoever
/// stops it is told the same of what was done until then.
pub(crate) async fn each(
    context: &Context,
    items: &Items,
    act: impl AsyncFn(&Item) -> Result<Done>,
) -> Result<Vec<(Item, Done)>> {
    let outcome = all(context, items, act).await?;
    if !outcome.is_whole() && !outcome.is_one_error() {
        list(context, items, &outcome.done, &outcome.failed, &outcome.left)?;
    }
    outcome.end(context)
}

/// What came of one item, in a word or two, and what there is to say about it.
pub(crate) type Came = (&'static str, Option<String>);

/// What came of all of them.
pub(crate) struct Outcome<'a> {
    items: &'a Items,
    done: Vec<(Item, Done)>,
    failed: Vec<(&'a Item, anyhow::Error)>,
    /// What there is no answer of, because somebody wanted to stop or no other item can do better: [`UNKNOWN`] what
    /// was begun, [`NOT_DONE`] what was not.
    left: Vec<(&'a Item, &'static str)>,
    /// An error after which no other item can do better.
    fatal: Option<anyhow::Error>,
    stopped: bool,
}

/// The same as [`each`] for whoever has rows of its own: nothing is shown, and [`Outcome::end`] says the rest.
pub(crate) async fn all<'a>(
    context: &Context,
    items: &'a Items,
    act: impl AsyncFn(&Item) -> Result<Done>,
) -> Result<Outcome<'a>> {
    let single = is_single(items);
    let jobs = context.jobs()?;
    let progress = context.printer.progress();
    let (mut finished, total) = (0, items.good.len() as u64);
    let act = &act;
    let stages = vec![Cell::new(Stage::Waiting); items.good.len()];
    let mut results = stream::iter(items.good.iter().zip(&stages).enumerate())
        .take_while(|_| std::future::ready(!context.stop.requested()))
        .map(|(place, (item, stage))| async move {
            stage.set(Stage::Begun);
            (place, item, stage, act(item).await)
        })
        .buffer_unordered(jobs);
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    let mut fatal = None;
    let mut given_up = std::pin::pin!(context.given_up());
    loop {
        let next = tokio::select! {
            biased;
            next = results.next() => next,
            // The end of the command waits a little longer for the only one.
            () = &mut given_up, if !single => None,
        };
        let Some((place, item, stage, result)) = next else { break };
        match result {
            Ok(result) => done.push((place, item.clone(), result)),
            Err(error) if !single && stops_all(&error) => {
                // What was refused is not done; what was stopped half-way may be.
                if classify(&error).exit != Exit::Interrupted {
                    stage.set(Stage::Waiting);
                }
                fatal = Some(error);
                break;
            }
            Err(error) => failed.push((item, error)),
        }
        stage.set(Stage::Ended);
        finished += 1;
        progress.set(finished, total);
    }
    drop(results);
    progress.done();
    let stopped = context.stop.requested();
    let mut left = Vec::new();
    for (item, stage) in items.good.iter().zip(&stages) {
        match stage.get() {
            Stage::Begun => left.push((item, UNKNOWN)),
            Stage::Waiting if stopped => left.push((item, NOT_DONE)),
            Stage::Waiting => failed.push((item, anyhow::anyhow!(NOT_DONE))),
            Stage::Ended => {}
        }
    }
    failed.sort_by_key(|(item, _)| (item.line, item.name.clone()));
    // As the lines of a file are, or the words of a line.
    done.sort_by_key(|(place, ..)| *place);
    let done = done.into_iter().map(|(_, item, result)| (item, result)).collect();
    Ok(Outcome { items, done, failed, left, fatal, stopped })
}

/// Whether its error is the command's.
fn is_single(items: &Items) -> bool {
    items.good.len() == 1 && items.bad.is_empty()
}

impl Outcome<'_> {
    /// Whether everything was done, and nobody wanted to stop.
    pub(crate) fn is_whole(&self) -> bool {
        !self.stopped && self.failed.is_empty() && self.left.is_empty() && self.items.bad.is_empty()
    }

    fn is_one_error(&self) -> bool {
        is_single(self.items) && !self.failed.is_empty()
    }

    /// By name, what came of those that were reached.
    pub(crate) fn told(&self) -> Vec<(String, Came)> {
        let done = self.done.iter().map(|(item, done)| (item.name.clone(), (done.result, done.detail.clone())));
        let failed = self.failed.iter().map(|(item, error)| (item.name.clone(), ("failed", Some(sentence(error)))));
        let unknown = self.unknown().map(|item| (item.name.clone(), (UNKNOWN, Some(UNANSWERED.to_owned()))));
        done.chain(failed).chain(unknown).collect()
    }

    /// Those that were begun, and of which no answer came.
    fn unknown(&self) -> impl Iterator<Item = &Item> {
        self.left.iter().filter(|(_, result)| *result == UNKNOWN).map(|(item, _)| *item)
    }

    /// Says what failed, keeps it for `--failed-to`, and gives what was done, or the error that the command ends with.
    pub(crate) fn end(mut self, context: &Context) -> Result<Vec<(Item, Done)>> {
        if self.is_one_error()
            && let Some((_, error)) = self.failed.pop()
        {
            return Err(error);
        }
        if self.is_whole() {
            context.nothing_failed()?;
            return Ok(self.done);
        }
        self.summarize(context)?;
        if self.stopped {
            let message = format!("stopped after {} of {} items", self.done.len(), self.items.good.len());
            let error = CliError::new(Exit::Interrupted, message);
            return Err(error.next("run the same command again; what is done stays done").into());
        }
        Err(self.fatal.unwrap_or_else(|| CliError::silent(Exit::SomeFailed).into()))
    }

    fn summarize(&self, context: &Context) -> Result<()> {
        for (item, error) in &self.failed {
            context.printer.failure(&format!("{}: {}", item.label(), sentence(error)));
        }
        for item in self.unknown() {
            context.printer.failure(&format!("{}: {UNANSWERED}", item.label()));
        }
        let failed = self.failed.len() + self.items.bad.len();
        let unknown = self.unknown().count();
        let more = [("failed", failed), (UNKNOWN, unknown), (NOT_DONE, self.left.len() - unknown)];
        let more = more.into_iter().filter(|(_, count)| *count > 0);
        let text = more.fold(counts(&self.done), |text, (word, count)| format!("{text}{word} {count}   "));
        context.printer.failure(text.trim_end());
        let left = self.left.iter().map(|(item, _)| *item);
        let rest: Vec<&Item> = self.failed.iter().map(|(item, _)| *item).chain(left).collect();
        if rest.is_empty() && self.items.bad.is_empty() {
            return context.nothing_failed();
        }
        let hint = match keep_failed(context, self.items, &rest)?.map(Path::display) {
            Some(path) if self.left.is_empty() => format!("mend {path} and run the same command with it as --from"),
            Some(path) => format!("what failed or was not done is in {path}; run the same command with it as --from"),
            // The error says it.
            None if self.stopped => return Ok(()),
            None if self.items.from_file => {
                "run the same command with --failed-to FILE to get the failed items as a file".to_owned()
            }
            None => "run the same command again; what is done stays done".to_owned(),
        };
        context.printer.hint(&hint);
        Ok(())
    }
}

/// No other item can do better: nobody is logged in, the settings are broken, or the server cannot be
/// reached at all.
fn stops_all(error: &anyhow::Error) -> bool {
    is_gone(error) || matches!(classify(error).exit, Exit::Login | Exit::Config | Exit::Interrupted)
}

fn sentence(error: &anyhow::Error) -> String {
    let sentence = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    // Of an object that is different: in what.
    match error.downcast_ref::<CliError>() {
        Some(CliError { exit: Exit::Conflict, causes, .. }) if !causes.is_empty() => {
            format!("{sentence} ({})", causes.join("; "))
        }
        _ => sentence,
    }
}

/// `created 961   already so 2   `.
pub(crate) fn counts(done: &[(Item, Done)]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, result) in done {
        *counts.entry(result.result).or_default() += 1;
    }
    counts.into_iter().fold(String::new(), |text, (word, count)| format!("{text}{word} {count}   "))
}

/// The results as rows, where a machine reads them.
pub(crate) fn show(
    context: &Context,
    items: &Items,
    done: &[(Item, Done)],
    failed: &[(&Item, anyhow::Error)],
) -> Result<()> {
    list(context, items, done, failed, &[])
}

fn list(
    context: &Context,
    items: &Items,
    done: &[(Item, Done)],
    failed: &[(&Item, anyhow::Error)],
    left: &[(&Item, &'static str)],
) -> Result<()> {
    if !context.wants_rows() {
        return Ok(());
    }
    let row = |name: &str, result: &str, line: Option<u64>, detail: Option<String>| {
        let mut row = Row::new();
        row.insert("name".to_owned(), json!(name));
        row.insert("result".to_owned(), json!(result));
        row.insert("line".to_owned(), json!(line));
        row.insert("detail".to_owned(), json!(detail));
        row
    };
    let mut rows: Vec<Row> =
        done.iter().map(|(item, done)| row(&item.name, done.result, item.line, done.detail.clone())).collect();
    rows.extend(failed.iter().map(|(item, error)| row(&item.name, "failed", item.line, Some(sentence(error)))));
    rows.extend(left.iter().map(|(item, result)| {
        let detail = (*result == UNKNOWN).then(|| UNANSWERED.to_owned());
        row(&item.name, result, item.line, detail)
    }));
    rows.extend(items.bad.iter().map(|bad| row(&bad.name, "failed", bad.line, Some(bad.reason.clone()))));
    context.printer.list(&OUTCOME, rows)?;
    Ok(())
}

/// Writes these and the bad rows to the file of `--failed-to`, and gives its path; `None`: none was named. Rows can
/// hold passwords, so the file is for the operator alone.
pub(crate) fn keep_failed<'a>(context: &'a Context, items: &Items, failed: &[&Item]) -> Result<Option<&'a Path>> {
    let Some(path) = context.failed_to() else { return Ok(None) };
    crate::base::private::write(path, items.failed_text(failed).as_bytes())?;
    Ok(Some(path))
}
