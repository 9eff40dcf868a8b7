//! What a flow is made of: steps, and which of them need which.

use std::fmt;
use std::rc::Rc;

use crate::api::Error;
use crate::base::clock::LocalFuture;

/// One member that is not as wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The step and the member: `user adm1: email`.
    pub(crate) what: String,
    pub(crate) wanted: String,
    pub(crate) found: String,
}

impl Difference {
    /// Wanted, and not there.
    pub(super) fn absent(what: String) -> Self {
        Self { what, wanted: "there".to_owned(), found: "absent".to_owned() }
    }

    /// There, but off.
    pub(super) fn disabled(title: &str) -> Self {
        Self { what: format!("{title}: enabled"), wanted: "true".to_owned(), found: "false".to_owned() }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: wanted {}, found {}", self.what, self.wanted, self.found)
    }
}

/// What a look at the server showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Absent,
    /// There, and as it should be.
    Same,
    /// There, but not as it should be.
    Different(Vec<Difference>),
    /// There and carrying the marker of a run that did not finish. Only what carries a marker can be this.
    Unfinished {
        run: String,
    },
}

/// What making it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Made,
    /// It was there already.
    Kept,
    /// It is there and different, and was left so.
    Left(Vec<Difference>),
}

/// Why something is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// A run is undone: only what can be proved to stem from it goes.
    Rollback,
    /// The operator asked for it to be gone.
    Delete,
}

/// What taking it away did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    Removed,
    Absent,
    /// Left alone, with the reason.
    NotOurs(String),
}

/// Why a step could not be done.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error(transparent)]
    Wire(#[from] Error),
    /// Something that the flow needs but does not make is not there.
    #[error("{0}")]
    Missing(String),
    /// It is there, and different.
    #[error("{} not as wanted", list(.0))]
    Different(Vec<Difference>),
}

fn list(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// One thing that a flow makes sure of. It knows its natural key, so every method may be called again after any
/// interruption.
pub(crate) trait Step {
    /// `role ServiceCustomer`.
    fn title(&self) -> String;

    /// Looks, without changing anything.
    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>>;

    /// Makes it so, whatever is there; a different one that is not to be touched is [`StepError::Different`].
    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>>;

    /// Takes it away.
    fn remove(&self, why: Why) -> LocalFuture<'_, Result<Removal, StepError>>;

    /// What would be destroyed with this step although the flow did not make it. Asked of the root before a rollback.
    fn strangers(&self) -> LocalFuture<'_, Result<Vec<String>, StepError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// How a step relates to the root of its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Must be there before the flow can start; never made, never taken away.
    Given,
    /// What everything hangs on. Made first, taken away last.
    Root,
    /// Lives and dies with the root: absent when the root is new, gone when the root goes.
    Within,
    /// Absent when the root is new, but survives it, so it has to be taken away by itself.
    Beside,
    /// May exist although the root is new, and survives it.
    Outside,
    /// Closes the flow; taken back first.
    Finish,
}

/// Names a step of one graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepId(pub(super) usize);

pub(super) struct Node<'a> {
    pub(super) step: Rc<dyn Step + 'a>,
    pub(super) place: Place,
    pub(super) needs: Vec<StepId>,
}

/// Steps and their needs. A step can only need one that was added before it, so there are no cycles.
#[derive(Default)]
pub(crate) struct Graph<'a> {
    pub(super) nodes: Vec<Node<'a>>,
}

impl<'a> Graph<'a> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&mut self, place: Place, step: impl Step + 'a, needs: &[StepId]) -> StepId {
        self.nodes.push(Node { step: Rc::new(step), place, needs: needs.to_vec() });
        StepId(self.nodes.len() - 1)
    }

    /// Adds the step that needs all others.
    pub(crate) fn finish(&mut self, step: impl Step + 'a) -> StepId {
        self.add(Place::Finish, step, &self.all())
    }

    /// Whether a step closes it.
    pub(super) fn has_end(&self) -> bool {
        self.nodes.iter().any(|node| node.place == Place::Finish)
    }

    /// All that were added so far.
    pub(crate) fn all(&self) -> Vec<StepId> {
        (0..self.nodes.len()).map(StepId).collect()
    }

    pub(super) fn root(&self) -> Option<&Node<'a>> {
        self.nodes.iter().find(|node| node.place == Place::Root)
    }

    /// Steps that count as work.
    pub(super) fn work(&self) -> usize {
        self.nodes.iter().filter(|node| node.place != Place::Given).count()
    }
}
