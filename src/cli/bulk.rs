//! One action on many items: some at once, every result kept, one summary, and a file with what failed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use super::context::Context;
use super::error::{CliError, Exit, classify, is_gone};
use super::items::{Item, Items};
use super::present::{OUTCOME, Row};

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

/// Does `act` for every item, `jobs` at once. A single item's error is the command's error; of many, the failed ones are
/// counted, listed, written to `--failed-to`, and the command ends with 7. A refused login ends it at once.
pub(crate) async fn each(
    context: &Context,
    items: &Items,
    act: impl AsyncFn(&Item) -> Result<Done>,
) -> Result<Vec<(Item, Done)>> {
    let single = items.good.len() == 1 && items.bad.is_empty();
    let jobs = context.jobs()?;
    let progress = context.printer.progress();
    let (mut finished, total) = (0, items.good.len() as u64);
    let act = &act;
    let mut results = stream::iter(&items.good)
        .take_while(|_| std::future::ready(!context.stop.requested()))
        .map(|item| async move { (item, act(item).await) })
        .buffer_unordered(jobs);
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    let mut fatal = None;
    while let Some((item, result)) = results.next().await {
        match result {
            Ok(result) => done.push((item.clone(), result)),
            Err(error) if single => return Err(error),
            Err(error) if stops_all(&error) => {
                fatal = Some(error);
                failed.extend(unreached(items, &done, &failed));
                break;
            }
            Err(error) => failed.push((item, error)),
        }
        finished += 1;
        progress.set(finished, total);
    }
    drop(results);
    progress.done();
    if context.stop.requested() {
        let next = "run the same command again; what is done stays done";
        let message = format!("stopped after {} of {} items", done.len(), items.good.len());
        return Err(CliError::new(Exit::Interrupted, message).next(next).into());
    }
    failed.sort_by_key(|(item, _)| (item.line, item.name.clone()));
    done.sort_by_key(|(item, _)| (item.line, position(items, item)));
    if failed.is_empty() && items.bad.is_empty() {
        context.nothing_failed()?;
        return Ok(done);
    }
    summarize(context, items, &done, &failed)?;
    if let Some(error) = fatal {
        return Err(error);
    }
    Err(CliError::silent(Exit::SomeFailed).into())
}

fn position(items: &Items, item: &Item) -> Option<usize> {
    items.good.iter().position(|other| other == item)
}

/// What was not tried any more.
fn unreached<'a>(
    items: &'a Items,
    done: &[(Item, Done)],
    failed: &[(&Item, anyhow::Error)],
) -> Vec<(&'a Item, anyhow::Error)> {
    let seen =
        |item: &Item| done.iter().any(|(other, _)| other == item) || failed.iter().any(|(other, _)| *other == item);
    items.good.iter().filter(|item| !seen(item)).map(|item| (item, anyhow::anyhow!("not done"))).collect()
}

/// No other item can do better: nobody is logged in, the settings are broken, or the server cannot be
/// reached at all.
fn stops_all(error: &anyhow::Error) -> bool {
    is_gone(error) || matches!(classify(error).exit, Exit::Login | Exit::Config | Exit::Interrupted)
}

fn summarize(context: &Context, items: &Items, done: &[(Item, Done)], failed: &[(&Item, anyhow::Error)]) -> Result<()> {
    show(context, items, done, failed)?;
    for (item, error) in failed {
        context.printer.failure(&format!("{}: {}", item.label(), sentence(error)));
    }
    let count = failed.len() + items.bad.len();
    context.printer.failure(&format!("{}failed {count}", counts(done)));
    if let Some(path) = context.failed_to() {
        let items_failed: Vec<&Item> = failed.iter().map(|(item, _)| *item).collect();
        write_failed(path, &items.failed_text(&items_failed))?;
        context.printer.hint(&format!("mend {} and run the same command with it as --from", path.display()));
    } else if items.from_file {
        context.printer.hint("run the same command with --failed-to FILE to get the failed items as a file");
    } else {
        context.printer.hint("run the same command again; what is done stays done");
    }
    Ok(())
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
    rows.extend(items.bad.iter().map(|bad| row(&bad.name, "failed", bad.line, Some(bad.reason.clone()))));
    context.printer.list(&OUTCOME, rows)?;
    Ok(())
}

/// Rows can hold passwords, so the file is for the operator alone.
fn write_failed(path: &Path, text: &str) -> Result<()> {
    crate::base::private::write(path, text.as_bytes())?;
    Ok(())
}
