//! All roles of a service in one request, where the server can do that.
//!
//! The steps of the roles stay one each, because grants need single ones; the first of them that has work to do makes or
//! deletes them all, and the others find it done. Whether the server can do it is asked beside the first look at the
//! service, so that nothing waits for it, and only where that is not known from before.

use std::cell::Cell;
use std::rc::Rc;

use crate::api::keystone::{Entity, Keystone};
use crate::api::{Error, Outcome};
use crate::base::clock::LocalFuture;

use super::graph::{Effect, Removal, Seen, Step, StepError, Why};
use super::shared::Shared;
use super::steps::{Siblings, Slot};

/// Whether roles are made and deleted all at once.
#[derive(Clone)]
pub(crate) enum Bulk<'a> {
    Yes,
    No,
    /// Not known: the server is asked, and somebody remembers what it says.
    Ask(Rc<dyn Fn(bool) + 'a>),
}

/// Asks the server.
pub(crate) struct AskForBulk<'a> {
    pub(crate) keystone: Keystone,
    pub(crate) roles: Rc<BulkRoles>,
    pub(crate) remember: Rc<dyn Fn(bool) + 'a>,
}

impl Step for AskForBulk<'_> {
    fn title(&self) -> String {
        "SCIM plug-in".to_owned()
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async {
            let offered = match self.keystone.has_scim().await {
                // A plug-in that is broken, or a gateway that lets nobody through to it, must not stop what goes without it.
                Err(Error::Status(error)) if error.status != 401 => None,
                result => result?,
            };
            if let Some(offered) = offered {
                (self.remember)(offered);
            }
            self.roles.offered.set(offered == Some(true));
            // One by one is as good.
            Ok(Seen::Same)
        })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async { Ok(Effect::Kept) })
    }

    fn remove(&self, _why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async { Ok(Removal::Absent) })
    }
}

/// The roles of one service.
pub(crate) struct BulkRoles {
    keystone: Keystone,
    domain: Slot,
    names: Vec<String>,
    siblings: Rc<Siblings>,
    offered: Cell<bool>,
    made: Shared<Vec<Entity>>,
    deleted: Shared<bool>,
}

impl BulkRoles {
    pub(crate) fn new(
        keystone: &Keystone,
        domain: &Slot,
        names: Vec<String>,
        siblings: &Rc<Siblings>,
        offered: bool,
    ) -> Rc<Self> {
        Rc::new(Self {
            keystone: keystone.clone(),
            domain: domain.clone(),
            names,
            siblings: siblings.clone(),
            offered: Cell::new(offered),
            made: Shared::new(),
            deleted: Shared::new(),
        })
    }

    /// Whether the server does it.
    pub(crate) fn is_offered(&self) -> bool {
        self.offered.get()
    }

    /// The role of this name in Keystone, made with all others that are missing. `None`: the server does not do it, whatever
    /// was known of it.
    pub(crate) async fn make(&self, keystone_name: &str) -> Result<Option<Entity>, StepError> {
        let all = match self.made.get(async || self.make_all().await).await {
            Err(StepError::Wire(error)) if error.status() == Some(404) => {
                self.offered.set(false);
                return Ok(None);
            }
            all => all?,
        };
        let found = all.iter().find(|role| role.name == keystone_name).cloned();
        let found =
            found.ok_or_else(|| StepError::Missing(format!("the server did not make the role {keystone_name}")));
        found.map(Some)
    }

    async fn make_all(&self) -> Result<Vec<Entity>, StepError> {
        let domain = self.domain.id().ok_or_else(|| StepError::Missing("the service does not exist".to_owned()))?;
        // Where nobody has looked, the service is new and has none.
        let mut there = self.siblings.seen().map(<[Entity]>::to_vec).unwrap_or_default();
        let mut attempt = 1;
        loop {
            let is_there = |name: &&String| there.iter().any(|role| role.name == format!("{domain}#{name}"));
            let missing: Vec<String> = self.names.iter().filter(|name| !is_there(name)).cloned().collect();
            if missing.is_empty() {
                return Ok(there);
            }
            let error = match self.keystone.create_roles(&domain, &missing).await {
                Ok(made) => {
                    there.extend(made);
                    return Ok(there);
                }
                Err(error) => error,
            };
            let duplicate = error.status() == Some(409);
            if !duplicate && error.outcome() != Outcome::MayHaveHappened {
                return Err(error.into());
            }
            // Some may have been made: look, and go on with the rest.
            let before = there.len();
            there = self.keystone.service_roles(&domain).await?;
            let is_there = |name: &String| there.iter().any(|role| role.name == format!("{domain}#{name}"));
            let progress = there.len() > before;
            if !self.names.iter().all(is_there) && !progress && !self.keystone.pause(attempt, &error).await {
                return Err(error.into());
            }
            attempt += 1;
        }
    }

    /// Deletes all roles of the service, also those that somebody added. `false`: the server does not do it, whatever was
    /// known of it.
    pub(crate) async fn delete(&self) -> Result<bool, StepError> {
        let Some(domain) = self.domain.id() else { return Ok(true) };
        let done = *self.deleted.get(async || self.keystone.delete_roles(&domain).await).await?;
        if !done {
            self.offered.set(false);
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::keystone::testing::{Scripted, run};
    use crate::flows::steps::Source;

    #[test]
    fn a_plug_in_that_does_not_answer_is_done_without_and_asked_again_next_time() {
        for (status, told) in [(405, None), (403, None), (200, Some(true)), (404, Some(false))] {
            let scripted = Scripted::new(move |_, _| (status, json!({})));
            let domain = Slot::default();
            let siblings = Siblings::new(&scripted.keystone, &domain, Source::ServiceRoles);
            let roles = BulkRoles::new(&scripted.keystone, &domain, Vec::new(), &siblings, false);
            let remembered = Rc::new(Cell::new(None));
            let remember: Rc<dyn Fn(bool)> = {
                let remembered = remembered.clone();
                Rc::new(move |offered| remembered.set(Some(offered)))
            };
            let ask = AskForBulk { keystone: scripted.keystone.clone(), roles: roles.clone(), remember };
            assert_eq!(run(ask.probe()).unwrap(), Seen::Same, "{status}");
            assert_eq!((remembered.get(), roles.offered.get()), (told, told == Some(true)), "{status}");
        }
    }
}
