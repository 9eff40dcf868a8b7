//! The same graph walked backwards: rolling an unfinished run back, and deleting.

use super::engine::{Engine, Failure, Ground, Report, root_title};
use super::graph::{Graph, Node, Place, Removal, Why};
use super::walk::{Order, walk};

impl Engine<'_> {
    /// Undoes the unfinished run that the root's marker names, if that one may be undone. A finished root is never touched.
    pub(crate) async fn rollback(&self, graph: &Graph<'_>, may: impl Fn(&str) -> bool) -> Result<Report, Failure> {
        let Some(root) = graph.root() else { return Ok(Report::default()) };
        let run = match self.ground(graph).await? {
            // The root is made first and goes last, so where it is absent nothing is left of the run.
            Ground::Fresh => return Ok(Report::default()),
            Ground::Marked(run) => run,
            Ground::Foreign(_) => return Err(Failure::Strangers(vec![format!("{} was", root_title(graph))])),
        };
        if !may(&run) {
            return Err(Failure::Elsewhere(run));
        }
        let strangers = root.step.strangers().await;
        let strangers = strangers.map_err(|source| Failure::at(root.step.title(), source))?;
        if !strangers.is_empty() {
            return Err(Failure::Strangers(strangers));
        }
        let report = self.backwards(graph, Why::Rollback).await?;
        Ok(Report { continued: Some(run), ..report })
    }

    /// Deletes the root and all that belongs to it. An absent root is not an error: what may have outlived it is
    /// looked for all the same.
    pub(crate) async fn delete(&self, graph: &Graph<'_>) -> Result<Report, Failure> {
        self.ground(graph).await?;
        self.backwards(graph, Why::Delete).await
    }

    /// A step is taken away when everything that needs it is gone. What lives within the root goes with it.
    async fn backwards(&self, graph: &Graph<'_>, why: Why) -> Result<Report, Failure> {
        let skip: Vec<bool> =
            graph.nodes.iter().map(|node| matches!(node.place, Place::Given | Place::Within)).collect();
        let total = skip.iter().filter(|skipped| !**skipped).count();
        let remove = async |node: &Node<'_>| node.step.remove(why).await;
        let tell = |title: &str, removal: &Removal, done: usize| {
            let word = match removal {
                Removal::Removed => "removed",
                Removal::Absent => "absent",
                Removal::NotOurs(_) => "left alone",
            };
            self.watch.step(title, word, done, total);
        };
        let walked = walk(graph, Order::Backwards, skip, &self.stop, remove, tell).await;
        if !walked.complete {
            return Err(Failure::of(walked, total));
        }
        let mut report = Report::default();
        for (title, removal) in walked.done {
            match removal {
                Removal::Removed => report.made.push(title),
                Removal::Absent => report.kept.push(title),
                Removal::NotOurs(reason) => report.left.push(format!("{title}: {reason}")),
            }
        }
        Ok(report)
    }
}
