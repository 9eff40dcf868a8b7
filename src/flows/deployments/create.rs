//! Making a deployment once. The server has no key for it: two that are equal are two. So what is about to be sent is noted
//! first; an answer that was lost is looked for among the caller's newest; and whoever finds a note without an id, because
//! something was killed, looks there before sending anything.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::api::paas::{Deployment, Dialect, Error, Filter, Paas, Source, Submission};
use crate::api::{self, Outcome};

/// Clocks differ, and one of the dialects leaves the seconds out.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

/// How often it is looked for where an answer was lost: the server may be at it still.
const LOOKS: u32 = 3;

/// What one run knows of an earlier or the present attempt.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// When it was begun, by this machine's clock.
    pub(crate) since: Timestamp,
    /// Those that other attempts have made, and that so cannot be this one's.
    pub(crate) others: Vec<String>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum Made {
    /// The server made it now.
    New(String),
    /// An answer was lost, but the one that it was about is there. `orphan`: the server said that nobody will work on it.
    Found { id: String, orphan: bool },
    /// More than one could be it.
    Several(Vec<Deployment>),
}

/// Why there is none.
#[derive(Debug)]
pub(crate) struct Unmade {
    pub(crate) error: Error,
    /// Whether there may be one after all, for the next run to look for.
    pub(crate) open: bool,
}

/// One deployment to be made.
pub(crate) struct Making<'a> {
    pub(crate) paas: &'a Paas,
    pub(crate) submission: &'a Submission,
}

impl Making<'_> {
    /// Makes it. `unfinished` is an earlier attempt at the very same whose end nobody knows; `present` is this one.
    ///
    /// It is sent once: a server behind a gateway may still be at it when the answer is given up, and would make a second.
    pub(crate) async fn run(&self, unfinished: Option<&Attempt>, present: &Attempt) -> Result<Made, Unmade> {
        if let Some(earlier) = unfinished
            && let Some(found) = self.look(earlier, false).await.map_err(|error| Unmade { error, open: false })?
        {
            return Ok(found);
        }
        let error = match self.paas.create(self.submission).await {
            Ok(id) => return Ok(Made::New(id)),
            Err(error) => error,
        };
        let wire = match &error {
            Error::Wire(wire) if wire.outcome() == Outcome::MayHaveHappened => wire,
            Error::Wire(api::Error::Stopped) => return Err(Unmade { error, open: true }),
            _ => return Err(Unmade { error, open: false }),
        };
        // The server has stored it, and could tell nobody.
        let orphan = self.paas.dialect() == Dialect::V1 && matches!(wire.status(), Some(500 | 504));
        for look in 1..=LOOKS {
            match self.look(present, orphan).await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) if look < LOOKS && self.paas.pause(look, wire).await => {}
                // What became of the request is what counts, not what became of the look.
                Ok(None) | Err(_) => break,
            }
        }
        Err(Unmade { error, open: true })
    }

    /// The one that an attempt made, if it did.
    async fn look(&self, attempt: &Attempt, orphan: bool) -> Result<Option<Made>, Error> {
        let template = match &self.submission.source {
            Source::Stored(id) => Some(id.clone()),
            Source::Text(_) => None,
        };
        let filter = Filter { mine: true, template, newest: Some(100), ..Filter::default() };
        let mut fitting = Vec::new();
        for deployment in self.paas.deployments(&filter).await? {
            if is_late_enough(&deployment, attempt.since)
                && !attempt.others.contains(&deployment.id)
                && self.is_equal(&deployment).await?
            {
                fitting.push(deployment);
            }
        }
        Ok(match fitting.as_slice() {
            [] => None,
            [one] => Some(Made::Found { id: one.id.clone(), orphan }),
            _ => Some(Made::Several(fitting)),
        })
    }

    /// Whether a deployment is what is being submitted, as far as the server tells.
    async fn is_equal(&self, deployment: &Deployment) -> Result<bool, Error> {
        if self.submission.group.is_some() && deployment.group != self.submission.group {
            return Ok(false);
        }
        match &self.submission.source {
            Source::Stored(id) => {
                let inputs = deployment.rest.get("template_inputs");
                let same = inputs.is_none_or(|inputs| *inputs == Value::Object(self.submission.inputs.clone()));
                Ok(deployment.template.as_ref() == Some(id) && same)
            }
            // Inputs are never told here, the text is.
            Source::Text(text) => Ok(self.paas.template_of(&deployment.id).await?.as_ref() == Some(text)),
        }
    }
}

/// A deployment whose time cannot be read may be it.
fn is_late_enough(deployment: &Deployment, since: Timestamp) -> bool {
    let created = deployment.created_at.as_ref().and_then(|time| time.at);
    created.is_none_or(|created| created.saturating_add(SKEW).is_ok_and(|latest| latest >= since))
}

/// Whether an error leaves open what became of the request.
pub(crate) fn is_open(error: &Error) -> bool {
    matches!(error, Error::Wire(wire) if wire.outcome() == Outcome::MayHaveHappened || matches!(wire, api::Error::Stopped))
}
