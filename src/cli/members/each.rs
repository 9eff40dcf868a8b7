//! One action for every person at every connector: some at once, what fails at one stops neither the others nor the rest.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use futures_util::stream::{self, StreamExt};
use tokio::sync::Mutex;

use crate::connectors::{Connector, ConnectorKind, Error, Manager, is_email};
use crate::state::Lock;

use super::super::context::Context;
use super::super::error::{CliError, Exit};
use super::super::items::{Item, Items};

/// What came of one of them.
pub(super) struct Told<T> {
    pub(super) kind: ConnectorKind,
    /// The place, where the connector could be made.
    pub(super) target: String,
    pub(super) item: Item,
    pub(super) result: Result<T, Error>,
}

/// Does `act` for all, in the order of connectors and people. Where a connector says that nobody can do better, the rest of
/// its people is not tried.
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
    let (act, given_up, people) = (&act, &given_up, &people);
    let one = |(kind, item): (ConnectorKind, &Item)| {
        let (item, connector) = (item.clone(), manager.connector(kind));
        let person = people.borrow_mut().entry((kind, folded(kind, &item.name))).or_default().clone();
        async move {
            // Nobody is worked on twice at once: the second finds what the first has left.
            let _alone = person.lock().await;
            let target = connector.as_ref().map(|connector| connector.target()).unwrap_or_default();
            let result = match connector {
                _ if given_up.borrow().contains(&kind) => {
                    Err(Error::new(crate::connectors::ErrorKind::Failed, "not done"))
                }
                Ok(connector) => ask(&connector, &item, act).await,
                Err(error) => Err(error),
            };
            if result.as_ref().err().is_some_and(Error::is_about_everybody) {
                given_up.borrow_mut().insert(kind);
            }
            Told { kind, target, item, result }
        }
    };
    let mut told = Vec::with_capacity(pairs.len());
    let progress = context.printer.progress();
    let total = pairs.len() as u64;
    let mut results = stream::iter(pairs)
        .take_while(|_| std::future::ready(!context.stop.requested()))
        .map(one)
        .buffered(context.jobs()?);
    while let Some(one) = results.next().await {
        told.push(one);
        progress.set(told.len() as u64, total);
    }
    drop(results);
    progress.done();
    if context.stop.requested() {
        let message = format!("stopped after {} of {total}", told.len());
        let next = "run the same command again; what is done stays done";
        return Err(CliError::new(Exit::Interrupted, message).next(next).into());
    }
    Ok(told)
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

/// The end: the error of the only one that was asked for; of many, each that failed on a line, and what can be typed next.
pub(super) fn finish<T>(context: &Context, items: &Items, told: Vec<Told<T>>) -> Result<()> {
    let several = told.len() + items.bad.len() > 1;
    let kinds: BTreeSet<ConnectorKind> = told.iter().map(|one| one.kind).collect();
    let mut failed: Vec<Item> = Vec::new();
    let mut fatal = None;
    for one in told {
        let Err(error) = one.result else { continue };
        if !several {
            return Err(error.into());
        }
        let place = if kinds.len() > 1 { format!("{}: ", one.kind) } else { String::new() };
        let causes = error.causes().iter().fold(error.to_string(), |text, cause| text + ": " + cause);
        context.printer.failure(&format!("{place}{}: {causes}", one.item.label()));
        if error.is_about_everybody() && kinds.len() == 1 {
            fatal.get_or_insert(error);
        } else if let Some(way) = error.way_out() {
            context.printer.hint(way);
        }
        if !failed.contains(&one.item) {
            failed.push(one.item);
        }
    }
    if failed.is_empty() && items.bad.is_empty() {
        return context.nothing_failed();
    }
    if let Some(path) = context.failed_to() {
        let text = items.failed_text(&failed.iter().collect::<Vec<_>>());
        crate::base::private::write(path, text.as_bytes())?;
        context.printer.hint(&format!("mend {} and run the same command with it as --from", path.display()));
    } else if fatal.is_none() {
        context.printer.hint("run the same command again; what is done stays done");
    }
    match fatal {
        Some(error) => Err(error.into()),
        None => Err(CliError::silent(Exit::SomeFailed).into()),
    }
}
