//! What the users of a service leave in other servers: subscriptions, rules, devices. No flow makes them; they have to be
//! cleared away with the service or subservice, because they would go on working for one that does not exist any more.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::future::try_join_all;

use crate::api::Error;
use crate::api::door::Door;
use crate::api::fiware::Place;
use crate::api::keystone::Entity;
use crate::api::keystone::names::subservice_name;
use crate::base::clock::LocalFuture;
use crate::base::text::shell_word;

use super::graph::{Difference, Effect, Removal, Seen, Step, StepError, Why};
use super::root::{Cleared, is_past};
use super::steps::{Siblings, Slot, marker};

/// A list is read again after its rows were deleted, until it is empty. Whoever makes new ones faster than that is told.
const ROUNDS: usize = 5;

/// One thing to clear away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leftover {
    pub(crate) id: String,
    /// What tells it apart from others of the same id, where that happens.
    pub(crate) key: Option<String>,
}

/// One kind of leftovers in one server.
pub(crate) trait Stock {
    /// `subscriptions in Orion`.
    fn title(&self) -> &'static str;

    /// What is there at one place.
    fn list<'a>(&'a self, door: &'a Door, place: &'a Place) -> LocalFuture<'a, Result<Vec<Leftover>, StepError>>;

    /// Deletes one. Gone already is as good.
    fn delete<'a>(
        &'a self,
        door: &'a Door,
        place: &'a Place,
        leftover: &'a Leftover,
    ) -> LocalFuture<'a, Result<(), StepError>>;

    /// The path under which the server shows what is at all paths of a service, if it has one.
    fn everywhere(&self) -> Option<&'static str> {
        None
    }
}

/// The way to a server for what is at one place; behind a PEP each place takes a token of its own.
pub(crate) type Doors<'a> = Rc<dyn Fn(&Place) -> Result<Door, StepError> + 'a>;

/// Where to look.
pub(crate) enum Where {
    /// A service and all its subservices.
    Service { name: String, root: Slot, subservices: Rc<Siblings> },
    /// One subservice, as it was looked up.
    Subservice(Place, Entity),
}

/// One kind of leftovers, and the way to them.
#[derive(Clone)]
pub(crate) struct Clearing<'a> {
    pub(crate) stock: Rc<dyn Stock>,
    pub(crate) doors: Doors<'a>,
    pub(crate) pep: bool,
    /// How many were cleared away, for whoever tells it.
    pub(crate) cleared: Rc<Cell<usize>>,
}

/// Clears one kind of leftovers away.
pub(crate) struct Sweep<'a> {
    pub(crate) clearing: Clearing<'a>,
    pub(crate) place: Where,
}

impl Sweep<'_> {
    async fn places(&self) -> Result<Vec<Place>, StepError> {
        match &self.place {
            Where::Subservice(place, project) => {
                Ok(self.reachable(place.service(), project)?.then(|| place.clone()).into_iter().collect())
            }
            Where::Service { subservices, root, .. } => {
                let Some(name) = self.service() else { return Ok(Vec::new()) };
                let mut places = vec![Place::service_level(&name)];
                if root.id().is_some() {
                    for project in subservices.all().await? {
                        let place = Place::new(&name, &project.name);
                        // Under a name that these servers do not take there cannot be anything.
                        if place.is_subservice() && self.reachable(&name, project)? {
                            places.push(place);
                        }
                    }
                }
                Ok(places)
            }
        }
    }

    /// Behind a PEP it takes a token for the subservice, which a disabled one does not give.
    fn reachable(&self, service: &str, project: &Entity) -> Result<bool, StepError> {
        if !self.clearing.pep || project.enabled != Some(false) {
            return Ok(true);
        }
        if marker(project).is_some() {
            // It was never finished, so nobody has used it.
            return Ok(false);
        }
        let (name, of) = (subservice_name(&project.name), shell_word(service));
        Err(StepError::Missing(format!(
            "subservice {name} is disabled, so nobody passes the PEP before {} there; enable it first: orchest subservice \
             update {} -s {of} --enable",
            self.clearing.stock.title(),
            shell_word(name)
        )))
    }

    /// The name of the service, if it is known: one that is gone may have been named by its id.
    fn service(&self) -> Option<String> {
        let named = |name: &String| !name.starts_with("id:");
        match &self.place {
            Where::Subservice(place, _) => Some(place.service().to_owned()),
            Where::Service { name, root, .. } => {
                root.entity().map(|entity| entity.name).filter(named).or_else(|| Some(name.clone()).filter(named))
            }
        }
    }

    /// One place that shows all of them, where the server has it and nothing stands before it.
    fn whole(&self) -> Option<Place> {
        match &self.place {
            Where::Service { .. } if !self.clearing.pep => {
                Some(Place::new(&self.service()?, self.clearing.stock.everywhere()?))
            }
            _ => None,
        }
    }

    async fn list(&self, place: &Place) -> Result<Vec<Leftover>, StepError> {
        let door = (self.clearing.doors)(place)?;
        self.clearing.stock.list(&door, place).await
    }

    async fn clear(&self, place: &Place) -> Result<usize, StepError> {
        let door = (self.clearing.doors)(place)?;
        let mut cleared = 0;
        for _ in 0..ROUNDS {
            let there = self.clearing.stock.list(&door, place).await?;
            if there.is_empty() {
                return Ok(cleared);
            }
            let deletions = there.iter().map(|leftover| self.clearing.stock.delete(&door, place, leftover));
            try_join_all(deletions).await?;
            cleared += there.len();
        }
        let left = self.clearing.stock.list(&door, place).await?;
        match left.first() {
            None => Ok(cleared),
            Some(first) => Err(StepError::Missing(format!(
                "{} at {} are made as fast as they are deleted: {} are there, {} for one",
                self.clearing.stock.title(),
                place.path(),
                left.len(),
                first.id
            ))),
        }
    }

    fn is_said_to_be_cleared(&self) -> bool {
        match &self.place {
            Where::Service { root, .. } => root.entity().is_some_and(|root| Cleared::of(&root).data),
            Where::Subservice(..) => false,
        }
    }

    /// Whether another deletion has cleared it away meanwhile.
    async fn is_past(&self, error: &Error) -> bool {
        match &self.place {
            Where::Service { root, subservices, .. } if self.clearing.pep => {
                is_past(&subservices.keystone, root, error, |cleared| cleared.data).await
            }
            _ => false,
        }
    }

    /// Why it cannot be reached, if it cannot.
    fn shut(&self) -> Option<Result<Removal, StepError>> {
        let Where::Service { name, root, .. } = &self.place else { return None };
        if self.service().is_none() {
            return Some(Ok(Removal::NotOurs("the name of the service is not known any more".to_owned())));
        }
        if !self.clearing.pep {
            return None;
        }
        behind_pep(name, root, self.clearing.stock.title(), |cleared| cleared.data)
    }
}

/// What stands behind a PEP is out of reach where no user of the service can log in. `None`: they can.
pub(super) fn behind_pep(
    name: &str,
    root: &Slot,
    what: &str,
    is_cleared: impl Fn(Cleared) -> bool,
) -> Option<Result<Removal, StepError>> {
    let Some(entity) = root.entity().filter(|entity| !entity.name.starts_with("id:")) else {
        let reason = format!("service {name} is gone, so nobody passes the PEP before them any more");
        return Some(Ok(Removal::NotOurs(reason)));
    };
    if entity.enabled != Some(false) {
        return None;
    }
    // Never enabled, it never had a user who could have left anything.
    if marker(&entity).is_some() || is_cleared(Cleared::of(&entity)) {
        return Some(Ok(Removal::Absent));
    }
    Some(Err(StepError::Missing(format!(
        "service {name} is disabled, so none of its users passes the PEP before {what}; enable it first: orchest service \
         update {} --enable",
        shell_word(name)
    ))))
}

impl Step for Sweep<'_> {
    fn title(&self) -> String {
        self.clearing.stock.title().to_owned()
    }

    /// Having some is no drift, but having some at a path of no subservice is.
    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async {
            let Some(whole) = self.whole() else { return Ok(Seen::Same) };
            let all = self.list(&whole).await?.len();
            if all == 0 {
                return Ok(Seen::Same);
            }
            let places = self.places().await?;
            let counts = try_join_all(places.iter().map(async |place| self.list(place).await)).await?;
            let known: usize = counts.iter().map(Vec::len).sum();
            if all <= known {
                return Ok(Seen::Same);
            }
            Ok(Seen::Different(vec![Difference {
                what: self.title(),
                wanted: "all in subservices that exist".to_owned(),
                found: format!("{} at paths of no subservice", all - known),
            }]))
        })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async { Ok(Effect::Kept) })
    }

    fn remove(&self, why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async move {
            if why == Why::Rollback {
                return Ok(Removal::Absent);
            }
            if let Some(outcome) = self.shut() {
                return outcome;
            }
            let mut cleared = 0;
            match self.whole() {
                Some(whole) => cleared += self.clear(&whole).await?,
                None => {
                    let places = self.places().await?;
                    match try_join_all(places.iter().map(async |place| self.clear(place).await)).await {
                        Ok(each) => cleared += each.iter().sum::<usize>(),
                        // Cleared by a run that went on to the policies which let it do so.
                        Err(StepError::Wire(error)) if error.status() == Some(403) && self.is_said_to_be_cleared() => {}
                        Err(StepError::Wire(error)) if self.is_past(&error).await => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            self.clearing.cleared.set(cleared);
            Ok(if cleared == 0 { Removal::Absent } else { Removal::Removed })
        })
    }
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
