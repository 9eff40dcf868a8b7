//! Runs a graph of steps forwards: to make it so, or only to look. Backwards is [`super::undo`].
//!
//! Nothing local is needed to go on after an interruption: the server is looked at again, and what is there is kept.

use futures_util::future::{join_all, try_join};

use super::graph::{Difference, Effect, Graph, Node, Place, Seen, StepError};
use super::walk::{Order, Walked, walk};

pub(crate) use super::walk::Stop;

/// Is told how far a flow got.
pub(crate) trait Watch {
    fn step(&self, title: &str, result: &str, done: usize, total: usize);
}

/// What a run of a flow did, by step title.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) made: Vec<String>,
    pub(crate) kept: Vec<String>,
    /// An unfinished run that was continued or undone.
    pub(crate) continued: Option<String>,
    /// Left alone, with reasons.
    pub(crate) left: Vec<String>,
}

/// What a look at one step showed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) title: String,
    pub(crate) seen: Seen,
    pub(crate) is_root: bool,
}

impl Finding {
    /// What is not as wanted about it.
    pub(crate) fn differences(&self) -> Vec<Difference> {
        match &self.seen {
            Seen::Same | Seen::Unfinished { .. } => Vec::new(),
            Seen::Absent => vec![Difference::absent(self.title.clone())],
            Seen::Different(differences) => differences.clone(),
        }
    }
}

/// Why a flow stopped before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A step failed; what was done before stays, and the same line continues from there.
    #[error("{step} failed ({done} of {total} steps done)")]
    Step {
        step: String,
        #[source]
        source: StepError,
        done: usize,
        total: usize,
        /// What failed side by side with it.
        others: Vec<String>,
    },
    /// The root exists, is not ours to continue, and something about it is not as wanted. Nothing was changed.
    #[error("it exists already and is not as asked for; nothing was changed")]
    Conflict { differences: Vec<Difference> },
    /// The operator stopped it.
    #[error("stopped after {done} of {total} steps")]
    Interrupted { done: usize, total: usize },
    /// A rollback would destroy what the run did not make. Nothing was changed.
    #[error("not rolled back: {} not made by an unfinished run", .0.join(", "))]
    Strangers(Vec<String>),
    /// Another line began it, with more to it, and has not finished: to finish it without that would leave that line behind
    /// with something that it takes for somebody else's. Nothing was changed.
    #[error("run {0} began it, with more to it, and has not finished")]
    Begun(String),
    /// A rollback would take it from under a run that may still be at work. Nothing was changed.
    #[error("run {0} began it, and may be at work elsewhere")]
    Elsewhere(String),
    /// There is nothing of the sort.
    #[error("{0} does not exist")]
    NoRoot(String),
}

impl Failure {
    pub(super) fn at(step: String, source: StepError) -> Self {
        Self::Step { step, source, done: 0, total: 0, others: Vec::new() }
    }

    /// What stopped a walk: the first error, or the operator.
    pub(super) fn of<T>(walked: Walked<T>, total: usize) -> Self {
        let done = walked.done.len();
        let mut errors = walked.errors.into_iter();
        match errors.next() {
            None => Self::Interrupted { done, total },
            Some((step, source)) => {
                let others = errors.map(|(title, error)| format!("{title}: {error}")).collect();
                Self::Step { step, source, done, total, others }
            }
        }
    }
}

/// The one engine.
pub(crate) struct Engine<'a> {
    pub(crate) watch: &'a dyn Watch,
    pub(crate) stop: Stop,
}

/// How the root was found.
#[derive(Debug)]
pub(super) enum Ground {
    /// Not there: everything within it is absent by construction.
    Fresh,
    /// Left by an unfinished run.
    Marked(String),
    /// Somebody's finished work.
    Foreign(Seen),
}

impl Engine<'_> {
    /// Makes everything in the graph so. Continues what carries a marker, accepts what is equal already, and touches
    /// nothing when it finds something else.
    pub(crate) async fn create(&self, graph: &Graph<'_>) -> Result<Report, Failure> {
        match self.ground(graph).await? {
            Ground::Fresh => self.run(graph, true, |_| true).await,
            // Only what has an end can finish it.
            Ground::Marked(run) if !graph.has_end() => Err(Failure::Begun(run)),
            Ground::Marked(run) => {
                let report = self.run(graph, false, |_| true).await?;
                Ok(Report { continued: Some(run), ..report })
            }
            ground @ Ground::Foreign(_) => {
                let findings = self.look(graph, &ground).await?;
                let differences: Vec<Difference> = findings.iter().flat_map(Finding::differences).collect();
                if differences.is_empty() {
                    let kept = findings.into_iter().map(|finding| finding.title).collect();
                    Ok(Report { kept, ..Report::default() })
                } else {
                    Err(Failure::Conflict { differences })
                }
            }
        }
    }

    /// Makes what is missing below a root that must exist. The root itself stays as it is: what somebody disabled is
    /// never enabled by it, unless an unfinished run left it so.
    pub(crate) async fn repair(&self, graph: &Graph<'_>) -> Result<Report, Failure> {
        match self.ground(graph).await? {
            Ground::Fresh => Err(Failure::NoRoot(root_title(graph))),
            Ground::Marked(run) => {
                let report = self.run(graph, false, |_| true).await?;
                Ok(Report { continued: Some(run), ..report })
            }
            // What is there but different is left alone; one of that kind must not stop the rest.
            Ground::Foreign(_) => {
                self.walk_on(graph, false, |node| !matches!(node.place, Place::Root | Place::Finish), true).await
            }
        }
    }

    /// Looks at every step and changes nothing. Below an absent root everything is absent without a request.
    pub(crate) async fn survey(&self, graph: &Graph<'_>) -> Result<Vec<Finding>, Failure> {
        let ground = self.ground(graph).await?;
        self.look(graph, &ground).await
    }

    async fn look(&self, graph: &Graph<'_>, ground: &Ground) -> Result<Vec<Finding>, Failure> {
        let fresh = matches!(ground, Ground::Fresh);
        let skip = graph.nodes.iter().map(|node| node.place == Place::Given).collect();
        let look = async |node: &Node<'_>| match (node.place, ground) {
            (Place::Root, Ground::Foreign(seen)) => Ok(seen.clone()),
            (Place::Root, Ground::Marked(run)) => Ok(Seen::Unfinished { run: run.clone() }),
            (place, _) if fresh && place != Place::Outside => Ok(Seen::Absent),
            _ => node.step.probe().await,
        };
        let walked = walk(graph, Order::Forwards, skip, &self.stop, look, |_, _, _| {}).await;
        if !walked.complete {
            return Err(Failure::of(walked, graph.work()));
        }
        let root = root_title(graph);
        let finding = |(title, seen)| Finding { is_root: title == root, title, seen };
        Ok(walked.done.into_iter().map(finding).collect())
    }

    /// Looks at the root and at what must be given, side by side.
    pub(super) async fn ground(&self, graph: &Graph<'_>) -> Result<Ground, Failure> {
        let givens = graph.nodes.iter().filter(|node| node.place == Place::Given).map(async |node| {
            let title = node.step.title();
            match node.step.probe().await {
                Ok(Seen::Absent) => {
                    let missing = StepError::Missing(format!("{title} does not exist"));
                    Err(Failure::at(title, missing))
                }
                Ok(_) => Ok(()),
                Err(error) => Err(Failure::at(title, error)),
            }
        });
        let givens = async { join_all(givens).await.into_iter().collect::<Result<Vec<()>, Failure>>() };
        let root = async {
            let Some(root) = graph.root() else { return Ok(Ground::Fresh) };
            match root.step.probe().await {
                Ok(Seen::Absent) => Ok(Ground::Fresh),
                Ok(Seen::Unfinished { run }) => Ok(Ground::Marked(run)),
                Ok(seen) => Ok(Ground::Foreign(seen)),
                Err(source) => Err(Failure::at(root.step.title(), source)),
            }
        };
        let (ground, _) = try_join(root, givens).await?;
        Ok(ground)
    }

    async fn run(&self, graph: &Graph<'_>, fresh: bool, wanted: impl Fn(&Node<'_>) -> bool) -> Result<Report, Failure> {
        self.walk_on(graph, fresh, wanted, false).await
    }

    async fn walk_on(
        &self,
        graph: &Graph<'_>,
        fresh: bool,
        wanted: impl Fn(&Node<'_>) -> bool,
        leave_different: bool,
    ) -> Result<Report, Failure> {
        let total = graph.work();
        let skip = graph.nodes.iter().map(|node| node.place == Place::Given || !wanted(node)).collect();
        let tell = |title: &str, effect: &Effect, done: usize| {
            let word = match effect {
                Effect::Made => "made",
                Effect::Kept => "kept",
                Effect::Left(_) => "left as it is",
            };
            self.watch.step(title, word, done, total);
        };
        let make = async |node: &Node<'_>| match make(node, fresh).await {
            Err(StepError::Different(differences)) if leave_different => Ok(Effect::Left(differences)),
            other => other,
        };
        let walked = walk(graph, Order::Forwards, skip, &self.stop, make, tell).await;
        if !walked.complete {
            return Err(Failure::of(walked, total));
        }
        let mut report = Report::default();
        for (title, effect) in walked.done {
            match effect {
                Effect::Made => report.made.push(title),
                Effect::Kept => report.kept.push(title),
                Effect::Left(differences) => report.left.extend(differences.iter().map(ToString::to_string)),
            }
        }
        Ok(report)
    }
}

async fn make(node: &Node<'_>, fresh: bool) -> Result<Effect, StepError> {
    // A finishing step clears the marker, and only an unfinished root is ever finished: no need to look.
    if node.place == Place::Finish || (fresh && node.place != Place::Outside) {
        return node.step.make().await;
    }
    match node.step.probe().await? {
        Seen::Absent => node.step.make().await,
        Seen::Same | Seen::Unfinished { .. } => Ok(Effect::Kept),
        Seen::Different(differences) => Err(StepError::Different(differences)),
    }
}

pub(super) fn root_title(graph: &Graph<'_>) -> String {
    graph.root().map(|root| root.step.title()).unwrap_or_default()
}
