//! Carrying a plan out: one change after the other, and what fails for one stops none of the others.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::mem::{Discriminant, discriminant};

use crate::base::text::safe;
use crate::connectors::{ByAddress, Change, Connector, Error, ErrorKind, Extra, Joining, Leaving};

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

/// What came of each change, in the order of the plan, as far as it is known.
pub(crate) type Results<'a> = RefCell<Vec<(&'a Step, Came)>>;

/// Does what the plan says, each change by the connector's own rules: it looks again, keeps its pace, and refuses what must
/// not be. `told` hears of each as it is done. What came of it is in `came` at once, so that it is not lost with a
/// future that nobody waits for any more.
pub(crate) async fn apply<'a>(
    connector: &dyn Connector,
    plan: &'a Plan,
    with_boards: bool,
    stop: &Stop,
    came: &Results<'a>,
    told: impl Fn(),
) {
    let (mut strikes, mut is_over) = (0, false);
    let push = |step: &'a Step, one: Came| came.borrow_mut().push((step, one));
    let mut refusals = Refusals::default();
    // Where people go by several names, one whose coming in is uncertain may be there by another.
    let has_aliases = connector.capabilities().by_address == ByAddress::Found;
    let mut is_uncertain = false;
    // Whom a change was about, by the number that the service has for them; and whether one was to become an administrator
    // and did not, so that there may be fewer than were counted on.
    let (mut kept, mut is_short): (HashSet<String>, bool) = (HashSet::new(), false);
    for step in plan.changes() {
        let is_unsafe = (is_short && step.takes_from_an_admin()) || (is_uncertain && step.deed == Deed::Remove);
        if is_over || stop.requested() || is_unsafe || refusals.bar(&step.deed) {
            push(step, Came::NotDone);
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
        let kind = result.as_ref().err().map(Error::kind);
        refusals.count(&step.deed, kind);
        is_uncertain |= has_aliases && step.deed != Deed::Remove && kind == Some(ErrorKind::Unavailable);
        strikes = if kind == Some(ErrorKind::Unavailable) { strikes + 1 } else { 0 };
        let is_for_all = |error: &Error| error.kind() != ErrorKind::Quota && error.is_about_everybody();
        is_over = strikes >= STRIKES || result.as_ref().err().is_some_and(is_for_all);
        push(step, result.map_or_else(Came::Failed, Came::Done));
    }
}

/// What is not tried any more, by what was refused: who may not add anybody may well remove, and a quota is one of invitations.
#[derive(Default)]
struct Refusals {
    /// How often in a row each deed was forbidden, as long as it was never done.
    forbidden: HashMap<Discriminant<Deed>, Option<u32>>,
    is_full: bool,
}

impl Refusals {
    fn bar(&self, deed: &Deed) -> bool {
        let is_coming = matches!(deed, Deed::Add | Deed::Reinvite);
        let count = self.forbidden.get(&discriminant(deed)).copied().flatten();
        (is_coming && self.is_full) || count.is_some_and(|count| count >= STRIKES)
    }

    fn count(&mut self, deed: &Deed, kind: Option<ErrorKind>) {
        self.is_full |= kind == Some(ErrorKind::Quota);
        let so_far = self.forbidden.entry(discriminant(deed)).or_insert(Some(0));
        match kind {
            // What was done once is forbidden for a reason of the person's from then on.
            None => *so_far = None,
            Some(ErrorKind::Forbidden) => *so_far = so_far.map(|count| count + 1),
            Some(_) => *so_far = so_far.map(|_| 0),
        }
    }
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
