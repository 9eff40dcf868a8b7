//! Carrying a plan out: one change after the other, and what fails for one stops none of the others.

use std::collections::HashSet;

use crate::base::text::safe;
use crate::connectors::{Change, Connector, Error, ErrorKind, Extra, Joining, Leaving};

use super::super::Stop;
use super::plan::Plan;
use super::step::{Deed, Step};

/// So many in a row that could not be changed for no reason of their own, and nobody else can.
const STRIKES: u32 = 3;

/// What came of one person.
#[derive(Debug)]
pub(crate) enum Came {
    Done(Change),
    Failed(Error),
    /// Not tried any more.
    NotDone,
}

/// Does what the plan says, each change by the connector's own rules: it looks again, keeps its pace, and refuses what must
/// not be. `told` hears of each as it is done.
pub(crate) async fn apply<'a>(
    connector: &dyn Connector,
    plan: &'a Plan,
    with_boards: bool,
    stop: &Stop,
    told: impl Fn(),
) -> Vec<(&'a Step, Came)> {
    let (mut came, mut strikes, mut is_over) = (Vec::new(), 0, false);
    // Whom a change was about, by the number that the service has for them; and whether one was to become an administrator
    // and did not, so that there may be fewer than were counted on.
    let (mut kept, mut is_short): (HashSet<String>, bool) = (HashSet::new(), false);
    for step in plan.changes() {
        if is_over || stop.requested() || (is_short && step.takes_from_an_admin()) {
            came.push((step, Came::NotDone));
            continue;
        }
        let is_kept = step.deed == Deed::Remove && step.key.as_ref().is_some_and(|key| kept.contains(key));
        let result = if is_kept { Err(listed_already(step)) } else { one(connector, step, with_boards).await };
        told();
        match &result {
            Ok(change) if step.deed != Deed::Remove => kept.extend(change.membership.key.clone()),
            Err(_) if step.makes_an_admin() => is_short = true,
            _ => {}
        }
        strikes = match &result {
            // Who can be added need not be able to switch people on.
            Err(error) if step.deed == Deed::Restore && error.kind() == ErrorKind::Forbidden => strikes,
            Err(error) if matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Forbidden) => strikes + 1,
            _ => 0,
        };
        is_over = strikes >= STRIKES || result.as_ref().err().is_some_and(Error::is_about_everybody);
        came.push((step, result.map_or_else(Came::Failed, Came::Done)));
    }
    came
}

/// Somebody who goes by two names, of which the roster has the one that the service does not show.
fn listed_already(step: &Step) -> Error {
    let message = format!("{} is somebody whom the roster has by another name", safe(&step.id));
    Error::new(ErrorKind::Conflict, message).next(format!("list them as {}", safe(&step.id)))
}

async fn one(connector: &dyn Connector, step: &Step, with_boards: bool) -> Result<Change, Error> {
    let has = |extra: Extra| connector.capabilities().extras.contains(&extra);
    if step.deed == Deed::Remove {
        let how = Leaving { with_boards: with_boards && has(Extra::WithBoards), ..Leaving::default() };
        return connector.remove(&step.id, &how).await;
    }
    let name = step.name.clone().filter(|_| has(Extra::Name));
    // With the role that they had: whether that is less than the roster's is seen when they are back.
    let role = step.to.clone().filter(|_| step.deed != Deed::Restore);
    connector.add(&step.id, &Joining { role, name, ..Joining::default() }).await
}
