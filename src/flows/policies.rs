//! The access policies of a service: one step a policy, and one that clears the tenant before the first.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::api::keypass::templates::Template;
use crate::api::keypass::{Keypass, Policy, write};
use crate::api::keystone::{Keystone, Kind};
use crate::base::RunId;
use crate::base::clock::LocalFuture;

use super::graph::{Difference, Effect, Removal, Seen, Step, StepError, Why};
use super::root::Cleared;
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

/// The tenant of a service in Keypass. An earlier service of the same name may have left policies there: those of its roles
/// are dead, but those of Keystone's own role `admin` would be in force again at once, and none can be listed. So a new
/// service starts with an empty tenant, and a deleted one leaves none.
pub(crate) struct Tenant {
    pub(crate) bound: Rc<Bound>,
    pub(crate) root: Slot,
    pub(crate) run: RunId,
    pub(crate) keystone: Keystone,
    /// The roles of the service.
    pub(crate) roles: Rc<Siblings>,
    /// Behind a PEP the tenant is out of reach once its service is disabled.
    pub(crate) pep: bool,
}

impl Tenant {
    /// Whether a refusal by the PEP means that there is nothing left.
    fn is_past(&self, why: Why) -> bool {
        why == Why::Rollback || self.root.entity().is_some_and(|root| Cleared::of(&root).any())
    }

    /// Whether the service is still in the hands of that run.
    async fn is_still(&self, run: &str) -> Result<bool, StepError> {
        let Some(id) = self.root.id() else { return Ok(false) };
        let now = self.keystone.show(Kind::Domain, &id).await?;
        Ok(now.and_then(|domain| marker(&domain)).as_deref() == Some(run))
    }

    /// The run that is making the service, or `None` for one that is finished: its policies are not ours to clear.
    fn unfinished(&self) -> Option<String> {
        marker(&self.root.entity()?)
    }
}

impl Step for Tenant {
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
                None => return Ok(Effect::Kept),
                // Somebody else may have made the service since we looked, and be storing policies by now, or be done.
                Some(run) if run != self.run.as_str() => {
                    let seen = self.probe().await?;
                    if seen == Seen::Same || !self.is_still(&run).await? {
                        return Ok(Effect::Kept);
                    }
                }
                Some(_) => {}
            }
            self.bound.keypass.delete_tenant().await?;
            Ok(Effect::Made)
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
                result => result?,
            }
            // Keypass does not say whether there were any.
            Ok(if root.is_some() { Removal::Removed } else { Removal::Absent })
        })
    }
}
