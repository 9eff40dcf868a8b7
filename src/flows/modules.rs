//! Modules that are switched on for a new service or subservice: one subscription each.

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
}

impl<'a> Subscribed<'a> {
    fn new(place: Place, doors: Doors<'a>) -> Rc<Self> {
        Rc::new(Self { place, doors, seen: Shared::new() })
    }

    fn orion(&self) -> Result<Orion, StepError> {
        Ok(Orion::new((self.doors)(&self.place)?, self.place.clone()))
    }

    async fn all(&self) -> Result<&[Subscription], StepError> {
        Ok(self.seen.get(async || Ok::<_, StepError>(self.orion()?.list().await?)).await?)
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

    /// In the description of a subscription, and the proof of who made it.
    fn sign(&self, run: &str) -> String {
        format!("module {}, made by orchest run {run}", self.module.name)
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
            let own: Vec<&Subscription> =
                self.subscribed.all().await?.iter().filter(|there| self.module.owns(there)).collect();
            Ok(match own.first() {
                None => Seen::Absent,
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
            let mut body = self.module.subscription();
            if let Some(members) = body.as_object_mut() {
                members.insert("description".to_owned(), self.sign(&self.run_of_root()).into());
            }
            self.subscribed.orion()?.create(&body, |there| self.module.owns(there)).await?;
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
                own.partition(|there| there.description() == Some(&self.sign(&self.run_of_root())));
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
