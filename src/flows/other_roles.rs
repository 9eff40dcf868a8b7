//! Roles of a service beyond the standard ones.

use std::rc::Rc;

use crate::api::keystone::{Entity, Keystone, Kind};
use crate::base::clock::LocalFuture;

use super::bulk_roles::BulkRoles;
use super::graph::{Effect, Removal, Seen, Step, StepError, Why};
use super::standard;
use super::steps::{Siblings, Slot};

/// Roles that somebody added to the service. They outlive the domain, so deleting a service has to take them along.
pub(crate) struct OtherRoles {
    pub(crate) keystone: Keystone,
    pub(crate) domain: Slot,
    pub(crate) siblings: Rc<Siblings>,
    /// Deletes them together with the standard ones.
    pub(crate) bulk: Rc<BulkRoles>,
}

impl OtherRoles {
    async fn there(&self) -> Result<Vec<Entity>, StepError> {
        let Some(domain) = self.domain.id() else { return Ok(Vec::new()) };
        let standard: Vec<String> = standard::roles().iter().map(|role| format!("{domain}#{role}")).collect();
        let all = self.siblings.all().await?;
        Ok(all.iter().filter(|role| !standard.contains(&role.name)).cloned().collect())
    }
}

impl Step for OtherRoles {
    fn title(&self) -> String {
        "other roles of the service".to_owned()
    }

    fn probe(&self) -> LocalFuture<'_, Result<Seen, StepError>> {
        // Having more roles than the standard ones is no drift.
        Box::pin(async { Ok(Seen::Same) })
    }

    fn make(&self) -> LocalFuture<'_, Result<Effect, StepError>> {
        Box::pin(async { Ok(Effect::Kept) })
    }

    fn remove(&self, why: Why) -> LocalFuture<'_, Result<Removal, StepError>> {
        Box::pin(async move {
            let roles = self.there().await?;
            if roles.is_empty() {
                return Ok(Removal::Absent);
            }
            if why == Why::Rollback {
                let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
                return Ok(Removal::NotOurs(format!("not made by the run: {}", names.join(", "))));
            }
            if self.bulk.is_offered() && self.bulk.delete().await? {
                return Ok(Removal::Removed);
            }
            let deletions = roles.iter().map(|role| self.keystone.delete(Kind::Role, &role.id));
            futures_util::future::try_join_all(deletions).await?;
            Ok(Removal::Removed)
        })
    }
}
