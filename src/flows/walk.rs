//! The one loop over a graph: a step starts as soon as what it waits for is done, and after the first error nothing new
//! is started, but what was sent is waited for.

use std::cell::Cell;
use std::cmp::Reverse;
use std::rc::Rc;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::graph::{Graph, Node, StepError};

/// Set when the operator wants to stop: what was sent is waited for, nothing new is started.
#[derive(Clone, Default)]
pub(crate) struct Stop(Rc<Cell<bool>>);

impl Stop {
    pub(crate) fn request(&self) {
        self.0.set(true);
    }

    pub(crate) fn requested(&self) -> bool {
        self.0.get()
    }
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// A step waits for what it needs.
    Forwards,
    /// A step waits for all that need it.
    Backwards,
}

/// How far a walk got.
pub(super) struct Walked<T> {
    /// In the order of the graph, or backwards: in which they were done differs from one walk to the next.
    pub(super) done: Vec<(String, T)>,
    pub(super) errors: Vec<(String, StepError)>,
    /// Every step was done.
    pub(super) complete: bool,
}

/// Does `act` for every step that is not skipped; a skipped one counts as done from the start.
pub(super) async fn walk<T>(
    graph: &Graph<'_>,
    order: Order,
    skip: Vec<bool>,
    stop: &Stop,
    act: impl AsyncFn(&Node<'_>) -> Result<T, StepError>,
    mut tell: impl FnMut(&str, &T, usize),
) -> Walked<T> {
    let act = &act;
    let waits_for = |index: usize| -> Vec<usize> {
        let nodes = graph.nodes.iter().enumerate();
        match order {
            Order::Forwards => {
                nodes.filter(|(at, _)| *at == index).flat_map(|(_, node)| node.needs.iter().map(|id| id.0)).collect()
            }
            Order::Backwards => {
                nodes.filter(|(_, node)| node.needs.iter().any(|id| id.0 == index)).map(|(at, _)| at).collect()
            }
        }
    };
    let mut waiting: Vec<(usize, &Node<'_>, Vec<usize>)> = graph
        .nodes
        .iter()
        .zip(&skip)
        .enumerate()
        .filter(|(_, (_, skipped))| !**skipped)
        .map(|(index, (node, _))| (index, node, waits_for(index)))
        .collect();
    let waiters: Vec<usize> = (0..graph.nodes.len())
        .map(|index| waiting.iter().filter(|(_, _, waits)| waits.contains(&index)).count())
        .collect();
    let mut settled = skip;
    let mut walked = Walked { done: Vec::new(), errors: Vec::new(), complete: false };
    let mut done: Vec<(usize, String, T)> = Vec::new();
    let mut running = FuturesUnordered::new();
    loop {
        if walked.errors.is_empty() && !stop.requested() {
            let is_settled = |index: &usize| settled.get(*index).copied().unwrap_or(true);
            let ready = |(_, _, waits): &mut (usize, &Node<'_>, Vec<usize>)| waits.iter().all(is_settled);
            let mut ready: Vec<_> = waiting.extract_if(.., ready).collect();
            // Not all of them can be sent at once. What most others wait for goes first, which shortens the chain.
            ready.sort_by_key(|(index, ..)| Reverse(waiters.get(*index).copied()));
            for (index, node, _) in ready {
                running.push(async move { (index, node.step.title(), act(node).await) });
            }
        }
        let Some((index, title, result)) = running.next().await else { break };
        match result {
            Ok(value) => {
                if let Some(flag) = settled.get_mut(index) {
                    *flag = true;
                }
                tell(&title, &value, done.len() + 1);
                done.push((index, title, value));
            }
            Err(error) => walked.errors.push((title, error)),
        }
    }
    done.sort_by_key(|(index, ..)| *index);
    if order == Order::Backwards {
        done.reverse();
    }
    walked.done = done.into_iter().map(|(_, title, value)| (title, value)).collect();
    walked.complete = walked.errors.is_empty() && waiting.is_empty();
    walked
}
