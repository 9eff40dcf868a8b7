//! Modules that are switched on for a new service or subservice: one subscription each.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::api::fiware::Place;
use crate::api::orion::{Module, Orion, Subscription};
use crate::base::RunId;
use crate::base::clock::LocalFuture;

use super::graph::{Difference, Effect, Removal, Seen, Step, StepError, Why};
use super::shared::Shared;
use super::steps::{Slot, marker};
use super::sweep::Doors;

/// Which modules, and the way to Orion.
#[derive(Clone)]
pub(crate) struct Modules<'a> {
    pub(crate) wanted: Vec<Module>,
    pub(crate) doors: Doors<'a>,
    /// For a rollback, by id: what a killed run had just finished, with the run.
    pub(crate) finished: HashMap<String, String>,
    /// A PEP stands before Orion: what the modules are for has to be enabled first.
    pub(crate) pep: bool,
}

/// The subscriptions at one place, read at most once.
pub(crate) struct Subscribed<'a> {
    place: Place,
    doors: Doors<'a>,
    seen: Shared<Vec<Subscription>>,
    /// What is being made there at this moment, and what was.
    under_way: Cell<usize>,
    made: RefCell<Vec<Module>>,
}

impl<'a> Subscribed<'a> {
    fn new(place: Place, doors: Doors<'a>) -> Rc<Self> {
        let (seen, under_way, made) = (Shared::new(), Cell::default(), RefCell::default());
        Rc::new(Self { place, doors, seen, under_way, made })
    }

    fn orion(&self) -> Result<Orion, StepError> {
        Ok(Orion::new((self.doors)(&self.place)?, self.place.clone()))
    }

    async fn all(&self) -> Result<&[Subscription], StepError> {
        Ok(self.seen.get(async || Ok::<_, StepError>(self.orion()?.list().await?)).await?)
    }

    /// What another machine made twice with us goes. One look is enough for all modules, if it comes behind the last of them.
    async fn settle(&self) -> Result<(), StepError> {
        if self.under_way.get() > 0 {
            return Ok(());
        }
        let (orion, made) = (self.orion()?, self.made.take());
        let there = orion.list().await?;
        for module in &made {
            orion.settle(module, &there).await?;
        }
        Ok(())
    }
}

/// One module at one place.
pub(crate) struct ModuleStep<'a> {
    module: Module,
    subscribed: Rc<Subscribed<'a>>,
    root: Slot,
    run: RunId,
    pep: bool,
    finished: HashMap<String, String>,
}

/// The steps of several modules at one place.
pub(crate) fn steps<'a>(modules: &Modules<'a>, place: &Place, root: &Slot, run: &RunId) -> Vec<ModuleStep<'a>> {
    let subscribed = Subscribed::new(place.clone(), modules.doors.clone());
    let step = |module: &Module| ModuleStep {
        module: module.clone(),
        subscribed: subscribed.clone(),
        root: root.clone(),
        run: run.clone(),
        pep: modules.pep,
        finished: modules.finished.clone(),
    };
    modules.wanted.iter().map(step).collect()
}

impl ModuleStep<'_> {
    fn is_refusal_final(&self, error: &crate::api::Error) -> bool {
        self.pep && self.subscribed.place.is_service() && error.status() == Some(403)
    }

    /// Whether it was left twice, by two machines that went on with one unfinished run, of which one was killed before it
    /// could look. Of what was finished nothing is deleted here; `module enable` does that.
    fn is_left_twice(&self, there: &[Subscription]) -> bool {
        let unfinished = self.root.entity().is_some_and(|root| marker(&root).is_some());
        unfinished && !self.module.twins(there).is_empty()
    }

    async fn post(&self) -> Result<(), StepError> {
        let body = self.module.subscription(&self.run_of_root());
        self.subscribed.orion()?.create(&body, |there| self.module.owns(there)).await?;
        Ok(())
    }

    fn run_of_root(&self) -> String {
        let of_root =
            self.root.entity().and_then(|root| marker(&root).or_else(|| self.finished.get(&root.id).cloned()));
        of_root.unwrap_or_else(|| self.run.as_str().to_owned())
    }
}

impl Step for ModuleStep<'_> {
    fn title(&self) -> String {
        format!("module {} at {}", self.module.name, self.subscribed.place.path())
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async {
            let there = self.subscribed.all().await?;
            let own: Vec<&Subscription> = there.iter().filter(|there| self.module.owns(there)).collect();
            Ok(match own.first() {
                None => Seen::Absent,
                Some(_) if self.is_left_twice(there) => Seen::Absent,
                Some(_) if own.iter().any(|there| there.is_live()) => Seen::Same,
                Some(first) => Seen::Different(vec![Difference {
                    what: format!("{}: status", self.title()),
                    wanted: "active".to_owned(),
                    found: first.status().to_owned(),
                }]),
            })
        })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async {
            let (subscribed, module) = (&self.subscribed, &self.module);
            if let Some(there) = subscribed.seen.known().filter(|there| self.is_left_twice(there)) {
                subscribed.orion()?.settle(module, there).await?;
                return Ok(Effect::Kept);
            }
            subscribed.made.borrow_mut().push(module.clone());
            subscribed.under_way.set(subscribed.under_way.get() + 1);
            let posted = self.post().await;
            subscribed.under_way.set(subscribed.under_way.get() - 1);
            posted?;
            subscribed.settle().await?;
            Ok(Effect::Made)
        })
    }

    fn remove(&self, why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async move {
            // Deleting clears all subscriptions away, whoever made them.
            if why == Why::Delete {
                return Ok(Removal::Absent);
            }
            // Behind a PEP a module comes after the enabling, and goes before the disabling.
            if self.pep && self.root.entity().is_some_and(|root| root.enabled == Some(false)) {
                return Ok(Removal::Absent);
            }
            let there = match self.subscribed.all().await {
                // Its policies came before the module and go after it: whoever the PEP refuses cannot have made one.
                Err(StepError::Wire(error)) if self.is_refusal_final(&error) => return Ok(Removal::Absent),
                there => there?,
            };
            let own = there.iter().filter(|there| self.module.owns(there));
            let (made, others): (Vec<&Subscription>, Vec<&Subscription>) =
                own.partition(|there| there.description() == Some(&self.module.signature(&self.run_of_root())));
            for there in &made {
                self.subscribed.orion()?.delete(there.id()).await?;
            }
            Ok(match (made.is_empty(), others.is_empty()) {
                (false, _) => Removal::Removed,
                (true, true) => Removal::Absent,
                (true, false) => Removal::NotOurs("the subscription was not made by the run".to_owned()),
            })
        })
    }
}
