//! One action for every person at every connector: some at once, what fails at one stops neither the others nor the rest.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use futures_util::stream::{self, StreamExt};
use tokio::sync::Mutex;

use crate::connectors::{Connector, ConnectorKind, Error, ErrorKind, Manager, is_email};
use crate::state::Lock;

use super::super::bulk::{NOT_DONE, Stage, UNANSWERED, UNKNOWN};
use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};
use super::super::present::Row;
use super::rows;

/// What came of one of them.
pub(super) struct Told<T> {
    pub(super) kind: ConnectorKind,
    /// The place, where the connector could be made.
    pub(super) target: String,
    pub(super) item: Item,
    pub(super) result: Result<T, Error>,
    /// How far it came until nobody waited any more. Only of those that ended the result is their own.
    stage: Stage,
}

impl<T> Told<T> {
    /// The row of one with this error.
    pub(super) fn failed(&self, error: &Error) -> Row {
        let result = if self.stage == Stage::Begun { UNKNOWN } else { "failed" };
        rows::failed(self.kind, &self.target, &self.item.name, result, error)
    }
}

/// Does `act` for all, in the order of connectors and people. Where a connector says that nobody can do better, the rest of
/// its people is not tried; nor is anybody any more once the operator wants to stop, which [`finish`] tells.
pub(super) async fn each<T>(
    context: &Context,
    manager: &Manager<'_>,
    kinds: &[ConnectorKind],
    items: &Items,
    act: impl AsyncFn(&dyn Connector, &str) -> Result<T, Error>,
) -> Result<Vec<Told<T>>> {
    note(context, kinds);
    let pairs: Vec<(ConnectorKind, &Item)> =
        kinds.iter().flat_map(|kind| items.good.iter().map(|item| (*kind, item))).collect();
    let given_up: RefCell<BTreeSet<ConnectorKind>> = RefCell::default();
    let people: RefCell<BTreeMap<_, Rc<Mutex<()>>>> = RefCell::default();
    let begun: RefCell<BTreeSet<usize>> = RefCell::default();
    let (act, given_up, people, begun) = (&act, &given_up, &people, &begun);
    let one = |(number, (kind, item)): (usize, (ConnectorKind, &Item))| {
        let (item, connector) = (item.clone(), manager.connector(kind));
        let person = people.borrow_mut().entry((kind, folded(kind, &item.name))).or_default().clone();
        async move {
            // Nobody is worked on twice at once: the second finds what the first has left.
            let _alone = person.lock().await;
            begun.borrow_mut().insert(number);
            let target = connector.as_ref().map(|connector| connector.target()).unwrap_or_default();
            let result = match connector {
                _ if given_up.borrow().contains(&kind) => Err(not_done()),
                Ok(connector) => ask(&connector, &item, act).await,
                Err(error) => Err(error),
            };
            if result.as_ref().err().is_some_and(Error::is_about_everybody) {
                given_up.borrow_mut().insert(kind);
            }
            (number, Told { kind, target, item, result, stage: Stage::Ended })
        }
    };
    // What is done is kept outside of what does it, which is not always waited for.
    let told: RefCell<BTreeMap<usize, Told<T>>> = RefCell::default();
    let progress = context.printer.progress();
    let total = pairs.len() as u64;
    let work = stream::iter(pairs.iter().copied().enumerate())
        .take_while(|_| std::future::ready(!context.stop.requested()))
        .map(one)
        .buffer_unordered(context.jobs()?)
        .for_each(|(number, one)| {
            let mut told = told.borrow_mut();
            told.insert(number, one);
            progress.set(told.len() as u64, total);
            std::future::ready(())
        });
    // With the only one nobody else's result would be lost, and the end of the command waits a little longer.
    if total > 1 {
        in_time(context, work).await;
    } else {
        work.await;
    }
    progress.done();
    let mut told = told.into_inner();
    let unanswered = |number: usize, (kind, item): (ConnectorKind, &Item)| {
        let (stage, target, error) = if begun.borrow().contains(&number) {
            let target = manager.connector(kind).map(|connector| connector.target()).unwrap_or_default();
            (Stage::Begun, target, Error::new(ErrorKind::Failed, UNANSWERED))
        } else {
            (Stage::Waiting, String::new(), not_done())
        };
        Told { kind, target, item: item.clone(), result: Err(error), stage }
    };
    let all = pairs.into_iter().enumerate();
    Ok(all.map(|(number, pair)| told.remove(&number).unwrap_or_else(|| unanswered(number, pair))).collect())
}

fn not_done() -> Error {
    Error::new(ErrorKind::Failed, NOT_DONE)
}

/// Does the work; once the operator wants to stop, only what is done of it soon.
pub(super) async fn in_time<T>(context: &Context, work: impl Future<Output = T>) {
    tokio::select! {
        biased;
        _ = work => {}
        () = context.given_up() => {}
    }
}

/// Those who are shown in rows: nobody, where the error of the only one says it all.
pub(super) fn shown<T>(told: &[Told<T>]) -> Vec<&Told<T>> {
    match told {
        [Told { result: Err(_), .. }] => Vec::new(),
        all => all.iter().filter(|one| one.stage != Stage::Waiting).collect(),
    }
}

/// The same for each spelling of one person's name. Logins of GitHub and addresses are spelled in any case; of the others
/// only their services know.
fn folded(kind: ConnectorKind, name: &str) -> String {
    let name = name.trim();
    let in_any_case = kind == ConnectorKind::GitHub || is_email(name);
    if in_any_case { name.to_ascii_lowercase() } else { name.to_owned() }
}

async fn ask<T>(
    connector: &Rc<dyn Connector>,
    item: &Item,
    act: &impl AsyncFn(&dyn Connector, &str) -> Result<T, Error>,
) -> Result<T, Error> {
    act(connector.as_ref(), &item.name).await
}

/// Nobody else on this machine changes who is in at these places, until the locks are let go: two who invite the same person
/// at once would make the service write two mails.
pub(super) async fn alone(
    context: &Context,
    connectors: &[(ConnectorKind, Rc<dyn Connector>)],
    least: Duration,
) -> Result<Vec<Option<Lock>>> {
    let mut locks = Vec::new();
    if context.dry_run() {
        return Ok(locks);
    }
    // In one order for all, so that no two wait for each other.
    let mut places: Vec<_> = connectors.iter().map(|(kind, connector)| (*kind, connector.target())).collect();
    places.sort();
    for (kind, target) in places {
        locks.push(context.lock_at(&format!("members:{kind}"), &format!("who is in {target}"), least).await?);
    }
    Ok(locks)
}

/// For the run log: of whom the run is about.
pub(super) fn note(context: &Context, kinds: &[ConnectorKind]) {
    context.journal.report_unfinished();
    let names = kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",");
    if let Ok(target) = url::Url::parse(&format!("members:{names}")) {
        context.journal.target(&target, "");
    }
}

/// The end: the error of the only one that was asked for; of many, each that failed on a line, and what can be typed
/// next. Whoever was not reached any more is in the file of those who failed, too.
pub(super) fn finish<T>(context: &Context, items: &Items, told: Vec<Told<T>>) -> Result<()> {
    let stopped = stopped(context, &told);
    let several = told.len() + items.bad.len() > 1 || stopped.is_some();
    let kinds: BTreeSet<ConnectorKind> = told.iter().map(|one| one.kind).collect();
    let mut failed: Vec<Item> = Vec::new();
    let mut fatal = None;
    for one in told {
        let Err(error) = one.result else { continue };
        if !several {
            return Err(error.into());
        }
        if one.stage != Stage::Waiting {
            let place = if kinds.len() > 1 { format!("{}: ", one.kind) } else { String::new() };
            let causes = error.causes().iter().fold(error.to_string(), |text, cause| text + ": " + cause);
            context.printer.failure(&format!("{place}{}: {causes}", one.item.label()));
            if error.is_about_everybody() && kinds.len() == 1 && stopped.is_none() {
                fatal.get_or_insert(error);
            } else if let Some(way) = error.way_out() {
                context.printer.hint(way);
            }
        }
        if !failed.contains(&one.item) {
            failed.push(one.item);
        }
    }
    if failed.is_empty() && items.bad.is_empty() {
        context.nothing_failed()?;
        return stopped.map_or(Ok(()), |error| Err(error.into()));
    }
    if let Some(path) = context.failed_to() {
        let text = items.failed_text(&failed.iter().collect::<Vec<_>>());
        crate::base::private::write(path, text.as_bytes())?;
        let path = path.display();
        context.printer.hint(&if stopped.is_some() {
            format!("what failed or was not done is in {path}; run the same command with it as --from")
        } else {
            format!("mend {path} and run the same command with it as --from")
        });
    } else if fatal.is_none() && stopped.is_none() {
        context.printer.hint("run the same command again; what is done stays done");
    }
    match (stopped, fatal) {
        (Some(error), _) => Err(error.into()),
        (None, Some(error)) => Err(error.into()),
        (None, None) => Err(CliError::silent(Exit::SomeFailed).into()),
    }
}

/// Where the operator wanted to stop: how far it came.
fn stopped<T>(context: &Context, told: &[Told<T>]) -> Option<CliError> {
    if !context.stop.requested() {
        return None;
    }
    let reached = told.iter().filter(|one| one.stage == Stage::Ended).count();
    let message = format!("stopped after {reached} of {}", told.len());
    Some(CliError::new(Exit::Interrupted, message).next("run the same command again; what is done stays done"))
}
