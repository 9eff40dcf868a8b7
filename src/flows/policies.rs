//! The access policies of a service: one step a policy, and one that clears the tenant before the first.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::try_join_all;

use crate::api::keypass::templates::Template;
use crate::api::keypass::{Keypass, Policy, write};
use crate::api::keystone::{Keystone, Kind};
use crate::api::{Error, Outcome};
use crate::base::RunId;
use crate::base::clock::LocalFuture;

use super::graph::{Difference, Effect, Removal, Seen, Step, StepError, Why};
use super::root::{Cleared, is_past};
use super::shared::Shared;
use super::steps::{Siblings, Slot, marker};
use super::sweep::behind_pep;

/// The policies that roles have, each role asked about at most once and only when somebody looks.
pub(crate) struct Bound {
    keypass: Keypass,
    of_role: RefCell<HashMap<String, Rc<Shared<Vec<Policy>>>>>,
}

impl Bound {
    pub(crate) fn new(keypass: Keypass) -> Rc<Self> {
        Rc::new(Self { keypass, of_role: RefCell::default() })
    }

    async fn of(&self, role: &str) -> Result<Vec<Policy>, StepError> {
        let cell = self.of_role.borrow_mut().entry(role.to_owned()).or_default().clone();
        let policies = cell.get(async || self.keypass.list(role).await).await?;
        Ok(policies.clone())
    }
}

/// One policy of one role.
pub(crate) struct PolicyStep {
    pub(crate) bound: Rc<Bound>,
    pub(crate) template: Template,
    pub(crate) role: Slot,
}

impl PolicyStep {
    fn policy(&self) -> Result<Policy, StepError> {
        let text = write::template(&self.template);
        Policy::read(&text).map_err(|error| StepError::Missing(format!("{}: {error}", self.title())))
    }

    /// How it is among the policies of its role, if it is.
    fn among(&self, policies: &[Policy]) -> Result<Option<Seen>, StepError> {
        let Some(policy) = policies.iter().find(|policy| policy.id() == self.template.policy_id) else {
            return Ok(None);
        };
        Ok(Some(if policy.is_same(&self.policy()?) { Seen::Same } else { self.found("another text") }))
    }

    fn found(&self, found: &str) -> Seen {
        let (what, wanted) = (self.title(), "the platform's default".to_owned());
        Seen::Different(vec![Difference { what, wanted, found: found.to_owned() }])
    }
}

impl Step for PolicyStep {
    fn title(&self) -> String {
        format!("policy {} of role {}", self.template.policy_id, self.template.role)
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async {
            let Some(role) = self.role.id() else { return Ok(Seen::Absent) };
            let id = &self.template.policy_id;
            if let Some(seen) = self.among(&self.bound.of(&role).await?)? {
                return Ok(seen);
            }
            // Keypass keeps one policy of an id for a whole tenant; to store it for this role would take it from the other.
            Ok(match self.bound.keypass.show(&role, id).await? {
                None => Seen::Absent,
                // A rival may have bound it to this role since its policies were listed.
                Some(_) => self
                    .among(&self.bound.keypass.list(&role).await?)?
                    .unwrap_or_else(|| self.found("bound to another role")),
            })
        })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async {
            let Some(role) = self.role.id() else {
                return Err(StepError::Missing(format!("{}: the role does not exist", self.title())));
            };
            self.bound.keypass.store(&role, &self.policy()?).await?;
            Ok(Effect::Made)
        })
    }

    fn remove(&self, _why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        // The whole tenant goes in one request.
        Box::pin(async { Ok(Removal::Absent) })
    }
}

/// Other runs that are making the same service.
pub(crate) trait Others {
    /// Whether that one has ended for certain.
    fn is_over(&self, run: &str) -> bool;

    /// Waits this long; `false`: the operator wants to stop.
    fn rest(&self, long: Duration) -> LocalFuture<'_, bool>;
}

/// How often it is looked whether another run has finished the service, and how many times. A creation takes a second or two
/// to get from the service to its first policies; one that has none after five was cut off.
const LOOK: (Duration, u32) = (Duration::from_secs(1), 5);

/// The tenant of a service in Keypass. An earlier service of the same name may have left policies there: those of its roles
/// are dead, but those of Keystone's own role `admin` would be in force again at once, and none can be listed. So a new
/// service starts with an empty tenant, and a deleted one leaves none.
pub(crate) struct Tenant<'a> {
    pub(crate) bound: Rc<Bound>,
    pub(crate) root: Slot,
    pub(crate) run: RunId,
    pub(crate) keystone: Keystone,
    /// The roles of the service.
    pub(crate) roles: Rc<Siblings>,
    /// Behind a PEP the tenant is out of reach once its service is disabled.
    pub(crate) pep: bool,
    pub(crate) others: &'a dyn Others,
}

impl Tenant<'_> {
    /// Whether a refusal by the PEP means that there is nothing left.
    fn is_past(&self, why: Why) -> bool {
        why == Why::Rollback || self.root.entity().is_some_and(|root| Cleared::of(&root).any())
    }

    /// Whether another deletion has taken the policies and gone on.
    async fn is_past_elsewhere(&self, error: &Error) -> bool {
        is_past(&self.keystone, &self.root, error, |cleared| cleared.policies).await
    }

    /// Whether nothing comes any more of the run that began the service: to clear the tenant while it stores policies would
    /// take them from under it.
    async fn was_cut_off(&self, run: &str) -> Result<bool, StepError> {
        if !self.others.is_over(run) {
            let (long, times) = LOOK;
            for time in 1..=times {
                // Of several that go on with it none is to clear at the same moment as another.
                let more = if time == times { spread(&self.run) } else { Duration::ZERO };
                if !self.others.rest(long + more).await || !self.is_still(run).await? {
                    return Ok(false);
                }
            }
        }
        self.is_unstocked(run).await
    }

    /// Whether the service is still in the hands of that run, and none of its roles has a policy. Asked anew: what was seen
    /// before says nothing of what came meanwhile.
    async fn is_unstocked(&self, run: &str) -> Result<bool, StepError> {
        let Some(domain) = self.root.id() else { return Ok(false) };
        let roles = self.keystone.service_roles(&domain).await?;
        let lists = try_join_all(roles.iter().map(async |role| self.bound.keypass.list(&role.id).await)).await?;
        Ok(lists.iter().all(Vec::is_empty) && self.is_still(run).await?)
    }

    /// Whether the service is still in the hands of that run.
    async fn is_still(&self, run: &str) -> Result<bool, StepError> {
        let Some(id) = self.root.id() else { return Ok(false) };
        match self.keystone.show(Kind::Domain, &id).await? {
            Some(domain) => Ok(marker(&domain).as_deref() == Some(run)),
            // What would follow would be policies of no service.
            None => {
                Err(StepError::Missing(format!("another run has taken service {} back", self.bound.keypass.tenant())))
            }
        }
    }

    /// Clears the tenant. After a lost answer it looks before it sends again: somebody may have gone on meanwhile.
    async fn clear(&self, run: &str) -> Result<Effect, StepError> {
        let mut attempt = 1;
        loop {
            let Err(error) = self.bound.keypass.clear_tenant().await else { return Ok(Effect::Made) };
            if error.outcome() != Outcome::MayHaveHappened || !self.bound.keypass.pause(attempt, &error).await {
                return Err(error.into());
            }
            if !self.is_unstocked(run).await? {
                return Ok(Effect::Kept);
            }
            attempt += 1;
        }
    }

    /// The run that is making the service, or `None` for one that is finished: its policies are not ours to clear.
    fn unfinished(&self) -> Option<String> {
        marker(&self.root.entity()?)
    }
}

/// Up to a second, another one for each run.
fn spread(run: &RunId) -> Duration {
    let number = run.as_str().get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or_default();
    Duration::from_millis(u64::from(number) * 4)
}

impl Step for Tenant<'_> {
    fn title(&self) -> String {
        "policies of an earlier service of that name".to_owned()
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        Box::pin(async {
            if self.unfinished().is_none() {
                return Ok(Seen::Same);
            }
            // A policy of a role of this service was stored after the clearing.
            for role in self.roles.all().await? {
                if !self.bound.of(&role.id).await?.is_empty() {
                    return Ok(Seen::Same);
                }
            }
            Ok(Seen::Absent)
        })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async {
            match self.unfinished() {
                None => Ok(Effect::Kept),
                // Somebody else began the service, maybe since we looked, and may be storing policies by now, or be done.
                Some(run) if run != self.run.as_str() && !self.was_cut_off(&run).await? => Ok(Effect::Kept),
                Some(run) => self.clear(&run).await,
            }
        })
    }

    fn remove(&self, why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async move {
            let root = self.root.entity();
            let disabled = root.as_ref().is_some_and(|root| root.enabled == Some(false));
            if self.pep && why == Why::Rollback && disabled {
                // Enabled before the first policy, and disabled after they were taken back.
                return Ok(Removal::Absent);
            }
            let name = self.bound.keypass.tenant();
            if self.pep
                && let Some(outcome) = behind_pep(name, &self.root, "the policies", |cleared| cleared.policies)
            {
                return outcome;
            }
            match self.bound.keypass.delete_tenant().await {
                // A creation clears the tenant before its first policy, so one that may not has stored none; a deletion that
                // got to the policies before has taken away what let it do so.
                Err(error) if self.pep && error.status() == Some(403) && self.is_past(why) => {
                    return Ok(Removal::NotOurs("the PEP lets nobody delete them any more".to_owned()));
                }
                Err(error) if self.pep && why == Why::Delete && self.is_past_elsewhere(&error).await => {
                    return Ok(Removal::Absent);
                }
                result => result?,
            }
            // Keypass does not say whether there were any.
            Ok(if root.is_some() { Removal::Removed } else { Removal::Absent })
        })
    }
}

#[cfg(test)]
#[path = "policies_tests.rs"]
mod tests;
