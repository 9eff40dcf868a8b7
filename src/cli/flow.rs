//! Running flows from the command line: flags, locks, progress, dry runs, and what is said afterwards.

use std::collections::HashMap;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::flows::{Difference, Engine, Failure, Finding, Graph, Report, Seen, Watch};
use crate::output::Progress;
use crate::state::Lock;

use super::context::Context;
use super::error::{CliError, Exit};
use super::present::{Row, STEP};

/// Flags of a verb that runs a flow.
#[derive(Args, Debug)]
pub(crate) struct FlowArgs {
    /// Take back what an interrupted run made, and make nothing
    #[arg(long, conflicts_with_all = ["rollback_on_failure", "fail_if_exists"])]
    pub(crate) rollback: bool,
    /// If this run fails, take back what it made
    #[arg(long)]
    pub(crate) rollback_on_failure: bool,
    /// Refuse when it exists, even if it is equal
    #[arg(long)]
    pub(crate) fail_if_exists: bool,
}

/// Shows steps as they are done.
struct Show {
    progress: Progress,
}

impl Watch for Show {
    fn step(&self, title: &str, result: &str, done: usize, total: usize) {
        self.progress.set(done as u64, total as u64);
        self.progress.step(&format!("{title}: {result}"));
    }
}

impl Context {
    async fn with_engine<T>(&self, run: impl AsyncFnOnce(&Engine<'_>) -> Result<T, Failure>) -> Result<T> {
        let show = Show { progress: self.printer.progress() };
        let engine = Engine { watch: &show, stop: self.stop.clone() };
        let result = run(&engine).await;
        show.progress.done();
        Ok(result?)
    }

    /// Only one run of ours at a time works on one thing.
    async fn lock(&self, title: &str) -> Result<Option<Lock>> {
        self.lock_for(title).await
    }

    /// What a rollback may take for unfinished although the server does not know it; nothing for a creation.
    pub(crate) fn finished_unseen(&self, args: &FlowArgs) -> HashMap<String, String> {
        if args.rollback { self.journal.finished_unseen() } else { HashMap::new() }
    }

    /// Creates, continues, rolls back or only shows. `None`: nothing was created, and all was said.
    pub(crate) async fn create_flow<'a>(
        &self,
        build: impl Fn() -> Graph<'a>,
        title: &str,
        args: &FlowArgs,
        other_way: impl Fn(&[Difference]) -> String,
    ) -> Result<Option<Report>> {
        if self.dry_run() {
            self.show_plan(&build(), title, args.rollback, &other_way).await?;
            return Ok(None);
        }
        if args.rollback {
            self.confirm(&format!("take back the unfinished {title}"))?;
        }
        let _lock = self.lock(title).await?;
        let graph = &build();
        if args.rollback {
            let report = self.with_engine(async |engine| engine.rollback(graph, |_| true).await).await?;
            self.tell_rollback(title, &report);
            return Ok(None);
        }
        let report = self.with_engine(async |engine| engine.create(graph).await).await;
        let report = match report {
            Err(error) if args.rollback_on_failure && !self.stop.requested() => {
                // A new graph looks at everything anew; this one remembers how it was before.
                return Err(self.take_back(&build(), title, error).await);
            }
            report => report.map_err(|error| self.begun_hint(conflict_hint(error, title, &other_way), title))?,
        };
        if report.made.is_empty() {
            if args.fail_if_exists {
                return Err(CliError::new(Exit::Conflict, format!("{title} exists already")).into());
            }
            self.printer.note(&format!("{title} is already so"));
        } else {
            match &report.continued {
                Some(run) => {
                    let (kept, made) = (report.kept.len(), report.made.len());
                    self.printer.note(&format!("{title}: went on with run {run}; kept {kept}, made {made}"));
                    self.settle(run);
                }
                None => {
                    let (count, steps) = (report.made.len(), if report.made.len() == 1 { "step" } else { "steps" });
                    self.printer.note(&format!("created {title} ({count} {steps})"));
                }
            }
        }
        Ok(Some(report))
    }

    /// What another line began is finished by that line.
    fn begun_hint(&self, error: anyhow::Error, title: &str) -> anyhow::Error {
        match error.downcast::<Failure>() {
            Ok(Failure::Begun(run)) => {
                let message = format!("{title} was begun by run {run}, with more to it, and is unfinished");
                let next = if self.journal.is_over(&run) {
                    format!("orchest audit resume {run}; or take it back: this line with --rollback")
                } else {
                    "type the line that began it again; or take it back: this line with --rollback".to_owned()
                };
                CliError::new(Exit::Conflict, message).cause("nothing was changed").next(next).into()
            }
            Ok(failure) => failure.into(),
            Err(error) => error,
        }
    }

    /// After a failure. The first error stays the one that is reported; the outcome of the rollback comes with it.
    async fn take_back(&self, graph: &Graph<'_>, title: &str, error: anyhow::Error) -> anyhow::Error {
        // A conflict changed nothing, so there is nothing to take back.
        if matches!(error.downcast_ref::<Failure>(), Some(Failure::Conflict { .. })) {
            return error;
        }
        // What another run began is not ours to take back while that one may be at work on it.
        let may = |run: &str| run == self.run_id().as_str() || self.journal.is_over(run);
        match self.with_engine(async |engine| engine.rollback(graph, may).await).await {
            Ok(report) => {
                self.tell_rollback(title, &report);
                error
            }
            Err(second) => {
                let elsewhere = matches!(second.downcast_ref::<Failure>(), Some(Failure::Elsewhere(_)));
                let next = if elsewhere { "when that run is over: --rollback" } else { "try again with --rollback" };
                self.printer.warn(&format!("not rolled back: {second}; {next}"));
                error
            }
        }
    }

    fn tell_rollback(&self, title: &str, report: &Report) {
        let Some(run) = report.continued.clone() else {
            self.printer.note(&format!("{title} does not exist; nothing to roll back"));
            return;
        };
        self.printer.note(&format!("rolled back run {run} of {title}: removed {}", report.made.len()));
        for left in &report.left {
            self.printer.warn(&format!("left alone: {left}"));
        }
        self.settle(&run);
    }

    pub(crate) async fn delete_flow(&self, graph: &Graph<'_>, title: &str) -> Result<Report> {
        let _lock = self.lock(title).await?;
        self.with_engine(async |engine| engine.delete(graph).await).await
    }

    pub(crate) async fn repair_flow(&self, graph: &Graph<'_>, title: &str) -> Result<Report> {
        let _lock = self.lock(title).await?;
        self.with_engine(async |engine| engine.repair(graph).await).await
    }

    pub(crate) async fn survey_flow(&self, graph: &Graph<'_>) -> Result<Vec<Finding>> {
        self.with_engine(async |engine| engine.survey(graph).await).await
    }

    /// The graph with what is there, as rows; reads only. What the real run would refuse is refused here too.
    async fn show_plan(
        &self,
        graph: &Graph<'_>,
        title: &str,
        rollback: bool,
        other_way: &dyn Fn(&[Difference]) -> String,
    ) -> Result<()> {
        let findings = self.survey_flow(graph).await?;
        let unfinished = findings.iter().any(|finding| matches!(finding.seen, Seen::Unfinished { .. }));
        let absent = findings.iter().filter(|finding| finding.seen == Seen::Absent).count();
        if rollback {
            let plan =
                if unfinished { "would take back what is there of the unfinished" } else { "nothing to roll back:" };
            self.printer.note(&format!("dry run: {plan} {title}; nothing was changed"));
            return Ok(());
        }
        let fresh = findings.iter().any(|finding| finding.is_root && finding.seen == Seen::Absent);
        if !fresh && !unfinished {
            let differences: Vec<Difference> = findings.iter().flat_map(Finding::differences).collect();
            if !differences.is_empty() {
                let failure = Failure::Conflict { differences };
                return Err(conflict_hint(failure.into(), title, other_way));
            }
        }
        self.printer.list(&STEP, findings.iter().map(finding_row).collect())?;
        self.printer.note(&format!("dry run: {title}: would make {absent} of {}; nothing was changed", findings.len()));
        Ok(())
    }
}

/// One finding as a row.
pub(crate) fn finding_row(finding: &Finding) -> Row {
    let (state, detail) = match &finding.seen {
        Seen::Absent => ("absent", String::new()),
        Seen::Same => ("as wanted", String::new()),
        Seen::Different(differences) => {
            ("different", differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        }
        Seen::Unfinished { run } => ("unfinished", format!("left by run {run}")),
    };
    let mut row = Row::new();
    row.insert("step".to_owned(), json!(finding.title));
    row.insert("state".to_owned(), json!(state));
    row.insert("detail".to_owned(), json!(detail));
    row
}

/// A service without any policy lacks three dozen of them; the next command must not scroll away.
const DIFFERENCES_SHOWN: usize = 10;

/// A conflict says what is different; this adds the title and the command that is meant for existing things.
fn conflict_hint(error: anyhow::Error, title: &str, other_way: &dyn Fn(&[Difference]) -> String) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(Failure::Conflict { differences }) => {
            let message = format!("{title} exists already and is not as asked for; nothing was changed");
            let error = CliError::new(Exit::Conflict, message).next(other_way(&differences));
            let shown = differences.iter().take(DIFFERENCES_SHOWN).map(ToString::to_string);
            let error = shown.fold(error, CliError::cause);
            match differences.len().checked_sub(DIFFERENCES_SHOWN) {
                Some(more @ 1..) => error.cause(format!("and {more} points more")),
                _ => error,
            }
            .into()
        }
        Ok(failure) => failure.into(),
        Err(error) => error,
    }
}
